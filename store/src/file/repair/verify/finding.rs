//! The findings of a check, and how much is lost with each.
use std::fmt;

use crate::file::format::corruption::CorruptKind;

/// The largest number of findings listed.
pub(super) const MAX_FINDINGS: usize = 1000;

/// How thoroughly a file is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyDepth {
    /// Only the headers and the order of the frames.
    Quick,
    /// Everything that opening reads, by the same code and with as much memory.
    Full,
}

/// Something wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The offset in bytes.
    pub offset: u64,
    /// The frame expected there, if it is about frames.
    pub seq: Option<u64>,
    /// What is wrong.
    pub kind: FindingKind,
    /// What is lost with it; `None` if nothing is.
    pub loss: Option<Loss>,
}

impl Finding {
    pub(super) fn new(offset: u64, seq: Option<u64>, kind: FindingKind) -> Self {
        Self {
            offset,
            seq,
            kind,
            loss: None,
        }
    }
}

/// What is lost by damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The number of bytes of the file that cannot be read.
    pub bytes: u64,
    /// The number of missing frames; `None` if no good frame follows, so that it is unknown.
    pub frames: Option<u64>,
    /// An estimate of the number of missing records, since frames of the checkpoint have about the
    /// same number each. `None` for frames of the journal, each of which is a change or a part of
    /// one, and if the end of the checkpoint could not be read.
    pub records: Option<u64>,
}

/// The kinds of findings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingKind {
    /// One copy of the header is damaged or outdated; the other is good. Opening repairs it.
    HeaderCopy,
    /// The header is older than the data.
    HeaderRollback,
    /// Bytes between and after the header copies that must be zero are not. Opening repairs it.
    Padding,
    /// A frame is damaged.
    Frame(CorruptKind),
    /// The file ends before the checkpoint does.
    CutOff,
    /// The last write did not finish; nothing that was acknowledged is missing. Opening repairs it.
    TornTail {
        /// Its length in bytes.
        bytes: u64,
    },
    /// A frame of a later version.
    UnknownFrame,
    /// The frames are authentic, but their content is invalid, so opening refuses the file.
    Content {
        /// What is wrong with it.
        reason: String,
    },
    /// The rest was not checked, because it has too many marks without a frame.
    GaveUp,
}

impl FindingKind {
    /// Whether opening repairs it and nothing is lost.
    pub fn is_harmless(&self) -> bool {
        matches!(
            self,
            Self::HeaderCopy | Self::Padding | Self::TornTail { .. }
        )
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeaderCopy => {
                f.write_str("one copy of the header is damaged or outdated; the other is good")
            }
            Self::HeaderRollback => f.write_str("the header is older than the data"),
            Self::Padding => {
                f.write_str("bytes between the copies of the header that must be zero are not")
            }
            Self::Frame(kind) => write!(f, "{kind}"),
            Self::CutOff => f.write_str("the file ends inside its checkpoint"),
            Self::TornTail { bytes } => write!(f, "the last write of {bytes} bytes did not finish"),
            Self::UnknownFrame => f.write_str("data of a newer version"),
            Self::Content { reason } => write!(f, "the content cannot be read: {reason}"),
            Self::GaveUp => {
                f.write_str("the rest was not checked: it has too many frame marks without a frame")
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.offset, self.kind)?;
        match &self.loss {
            Some(loss) => write!(f, " ({loss})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            bytes,
            frames,
            records,
        } = self;
        match frames {
            Some(1) => write!(f, "1 frame of {bytes} bytes lost")?,
            Some(frames) => write!(f, "{frames} frames of {bytes} bytes lost")?,
            None => write!(f, "{bytes} bytes lost")?,
        }
        match records {
            Some(records) => write!(f, ", about {records} records"),
            None => Ok(()),
        }
    }
}

/// The result of checking a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Length in bytes.
    pub bytes: u64,
    /// Generation: one more with every compaction.
    pub generation: u64,
    /// Header epoch: one more with every change of a header.
    pub header_epoch: u64,
    /// The number of good frames.
    pub frames: u64,
    /// Records in the checkpoint; known only from a full reading of an undamaged checkpoint.
    pub records_in_checkpoint: Option<u64>,
    /// Whether the last session closed the file; known only from a full reading.
    pub clean_close: Option<bool>,
    /// All findings, in the order of the file; at most a thousand.
    pub findings: Vec<Finding>,
}

impl VerifyReport {
    /// The number of frames that are lost, as far as is known, and whether there may be more.
    pub fn lost_frames(&self) -> (u64, bool) {
        let mut lost = 0;
        let mut more = false;
        let harmful = self
            .findings
            .iter()
            .filter(|finding| !finding.kind.is_harmless());
        for finding in harmful {
            match finding.loss.and_then(|loss| loss.frames) {
                Some(frames) => lost = frames.saturating_add(lost),
                None => more = true,
            }
        }
        (lost, more)
    }

    /// Whether nothing that was acknowledged is lost and, after a full check, opening would accept
    /// the file.
    pub fn is_intact(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.kind.is_harmless())
    }
}
