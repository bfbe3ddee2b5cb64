//! What salvage is asked for, and what it says about the damage.
use std::fmt;

use crate::{
    control::Cancelled,
    file::{
        disk::io_error::IoError,
        format::corruption::CorruptKind,
        read::{marks::SearchError, open_error::OpenError},
    },
};

/// No more lost frames, and no more breaks, than this are listed one by one.
pub(crate) const MAX_LISTED: usize = 1000;

/// How much of a damaged file is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SalvageMode {
    /// The checkpoint, as far as it can be read, and the transactions before the first frame of
    /// the journal that is lost or does not follow the one before it: nothing in it is newer than
    /// something that is missing from the journal, and all of it is of one history.
    #[default]
    ConsistentPrefix,
    /// Also the transactions behind that. Records may be older than others beside them, and may
    /// come from a copy of the file that was changed by itself.
    Everything,
}

impl SalvageMode {
    /// All modes, the default first.
    pub const ALL: [Self; 2] = [Self::ConsistentPrefix, Self::Everything];
}

/// What a lost frame held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LostKind {
    /// The description of the file. No record is lost with it.
    Description,
    /// A part of the checkpoint: the records of a range of keys.
    Chunk,
    /// The end of the checkpoint. No record is lost with it.
    CheckpointEnd,
    /// A transaction, or a part of one.
    Transaction,
    /// A note of the file to itself. No record is lost with it.
    Note,
    /// Nothing is left that would tell.
    Unknown,
}

impl fmt::Display for LostKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Description => "the description of the file",
            Self::Chunk => "a part of the checkpoint",
            Self::CheckpointEnd => "the end of the checkpoint",
            Self::Transaction => "a transaction",
            Self::Note => "a note without data",
            Self::Unknown => "a frame of unknown kind",
        })
    }
}

/// A frame that was in the file and cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostFrame {
    /// Where it stands, or where the gap begins in which it stood: absolute, in bytes.
    pub offset: u64,
    /// Its number in the file.
    pub seq: u64,
    /// What it held, as far as its head or its neighbours tell.
    pub kind: LostKind,
    /// What is wrong with it; `None` if nothing of it is there.
    pub fault: Option<CorruptKind>,
}

impl fmt::Display for LostFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "byte {} (frame {}): {}",
            self.offset, self.seq, self.kind
        )?;
        match self.fault {
            Some(fault) => write!(f, ", {fault}"),
            None => f.write_str(", nothing of it is left"),
        }
    }
}

/// A genuine frame that does not follow the one before it, which is there: it was written to a
/// copy of the file that was changed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryBreak {
    /// Where it stands: absolute, in bytes.
    pub offset: u64,
    /// Its number in the file.
    pub seq: u64,
}

impl fmt::Display for HistoryBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "byte {} (frame {}): does not follow the frame before it; from here on the data comes \
             from a copy of the file that was changed by itself",
            self.offset, self.seq
        )
    }
}

/// What was found in a damaged file and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SalvageReport {
    /// Length of the damaged file in bytes.
    pub bytes: u64,
    /// Where the header stands whose slot gave the key.
    pub header_offset: u64,
    /// Whether that copy of the header was intact.
    pub header_intact: bool,
    /// Genuine frames that were found.
    pub frames: u64,
    /// How many of them stand elsewhere than they were written.
    pub moved_frames: u64,
    /// Frames that are lost. More may be missing at the end of the file, where nothing tells.
    pub lost_frames: u64,
    /// The first thousand of them.
    pub lost: Vec<LostFrame>,
    /// Frames that do not follow the one before them, which is there.
    pub history_breaks: u64,
    /// The first thousand of them.
    pub breaks: Vec<HistoryBreak>,
    /// Genuine frames that were left out, because others with their numbers belong to a longer
    /// history: they were written to a copy of the file that was changed by itself.
    pub other_frames: u64,
    /// Chunks of the checkpoint that were read.
    pub chunks: u64,
    /// Chunks of the checkpoint that are lost; `None` if its end is lost, so that more may be.
    pub lost_chunks: Option<u64>,
    /// How many records the checkpoint had, if that can be read.
    pub records_in_checkpoint: Option<u64>,
    /// Transactions that were taken.
    pub transactions: u64,
    /// Transactions known to be lost, in whole or in part.
    pub lost_transactions: u64,
    /// Whole transactions that were left out: because the journal before them has a gap or a break
    /// ([`SalvageMode::ConsistentPrefix`] only), or because others have the same number.
    pub left_out_transactions: u64,
    /// Bytes after the last genuine frame: a write that did not finish, or damage.
    pub tail_bytes: u64,
    /// The search was given up, because the file holds too many marks of frames that are none.
    pub gave_up: bool,
}

impl SalvageReport {
    /// Whether nothing is known to be missing.
    pub fn is_complete(&self) -> bool {
        self.lost_frames == 0
            && self.lost_chunks == Some(0)
            && self.lost_transactions == 0
            && self.left_out_transactions == 0
            && self.history_breaks == 0
            && self.other_frames == 0
            && self.tail_bytes == 0
            && !self.gave_up
    }
}

/// Why nothing could be read of a damaged file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SalvageError {
    /// Neither copy of the header holds a key slot that these credentials open.
    #[error(
        "the key of the file is lost: both copies of the header are damaged, and no key slot \
         that is left opens with this password; only a header backup can help"
    )]
    HeadersLost,
    /// A key was found, and no frame opens with it.
    #[error(
        "nothing of the content can be read; if both copies of the header are damaged, a header \
         backup may help"
    )]
    NothingFound,
    /// The content is larger than the memory of this computer.
    #[error("not enough memory")]
    OutOfMemory,
    /// As when opening: foreign, of a later version, wrong password, key file required, a failed
    /// system call.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A search for headers that was given up found none.
impl From<SearchError> for SalvageError {
    fn from(error: SearchError) -> Self {
        match error.unless_given_up() {
            Ok(()) => Self::NothingFound,
            Err(error) => error,
        }
    }
}

impl From<IoError> for SalvageError {
    fn from(error: IoError) -> Self {
        Self::Open(error.into())
    }
}
