//! The mode of salvage, and its report.
use std::fmt;

use crate::{
    control::Cancelled,
    file::{
        disk::io_error::IoError,
        format::corruption::CorruptKind,
        read::{mark_search::SearchError, open_error::OpenError},
    },
};

/// The largest number of lost frames, and of breaks, that are listed.
pub(crate) const MAX_LISTED: usize = 1000;

/// How much of a damaged file is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SalvageMode {
    /// The readable part of the checkpoint, and the transactions before the first lost frame or
    /// break of the journal. So nothing is newer than a missing transaction, and everything is of
    /// one history.
    #[default]
    ConsistentPrefix,
    /// Also the transactions after that. Records may be older than others, and may come from a copy
    /// of the file that was changed independently.
    Everything,
}

impl SalvageMode {
    /// All modes, the default first.
    pub const ALL: [Self; 2] = [Self::ConsistentPrefix, Self::Everything];
}

/// The content of a lost frame.
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
    /// A record of the file layer itself. No data is lost with it.
    Note,
    /// The kind of the frame is unknown.
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
    /// The offset of the frame, or of the gap in which it was, in bytes.
    pub offset: u64,
    /// Its number in the file.
    pub seq: u64,
    /// What it contained, according to its header or to the frames around it.
    pub kind: LostKind,
    /// What is wrong with it; `None` if nothing of it is left.
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

/// An authentic frame that does not follow the one before it, although that exists: it was written
/// to a copy of the file that was changed independently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryBreak {
    /// The offset of the frame in bytes.
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

/// What was found in a damaged file and what is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSalvageReport {
    /// Length of the damaged file in bytes.
    pub bytes: u64,
    /// The offset of the header copy whose slot had the key.
    pub header_offset: u64,
    /// Whether that copy of the header was intact.
    pub header_intact: bool,
    /// The number of authentic frames found.
    pub frames: u64,
    /// The number of these that are not at the offset they were written for.
    pub moved_frames: u64,
    /// The number of lost frames. More may be missing at the end of the file, where that cannot be
    /// detected.
    pub lost_frames: u64,
    /// The first thousand of them.
    pub lost: Vec<LostFrame>,
    /// The number of frames that do not follow the one before them, although that exists.
    pub history_breaks: u64,
    /// The first thousand of them.
    pub breaks: Vec<HistoryBreak>,
    /// The number of authentic frames that were left out because others with their numbers belong
    /// to a longer history: they were written to a copy of the file that was changed independently.
    pub other_frames: u64,
    /// The number of chunks of the checkpoint that were read.
    pub chunks: u64,
    /// The number of chunks of the checkpoint that are lost; `None` if its end is lost too, so that
    /// the number is unknown.
    pub lost_chunks: Option<u64>,
    /// The number of records that the checkpoint had, if known.
    pub records_in_checkpoint: Option<u64>,
    /// The number of transactions used.
    pub transactions: u64,
    /// The number of transactions known to be lost, entirely or in part.
    pub lost_transactions: u64,
    /// The number of complete transactions that were left out, because the journal before them has
    /// a gap or a break ([`SalvageMode::ConsistentPrefix`] only), or because others have the same
    /// number.
    pub left_out_transactions: u64,
    /// The number of bytes after the last authentic frame: an unfinished write, or damage.
    pub tail_bytes: u64,
    /// Whether the search was stopped early because the file has too many marks without a frame.
    pub gave_up: bool,
}

impl FileSalvageReport {
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
pub enum FileSalvageError {
    /// No copy of the header has a key slot that these credentials open.
    #[error(
        "the key of the file is lost: both copies of the header are damaged, and no key slot \
         that is left opens with this password; only a header backup can help"
    )]
    HeadersLost,
    /// A key was found, but it decrypts no frame.
    #[error(
        "nothing of the content can be read; if both copies of the header are damaged, a header \
         backup may help"
    )]
    NothingFound,
    /// The content is larger than the memory of this computer.
    #[error("not enough memory")]
    OutOfMemory,
    /// An error as when opening: a foreign file, a later version, a wrong password, a missing key
    /// file, or a failed system call.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A search for headers that was stopped early counts as having found none.
impl From<SearchError> for FileSalvageError {
    fn from(error: SearchError) -> Self {
        match error.unless_given_up() {
            Ok(()) => Self::NothingFound,
            Err(error) => error,
        }
    }
}

impl From<IoError> for FileSalvageError {
    fn from(error: IoError) -> Self {
        Self::Open(error.into())
    }
}
