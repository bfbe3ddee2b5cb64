//! The kinds of damage to a frame.
use std::fmt;

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CorruptKind {
    /// The mark at the start of a frame is missing.
    Magic,
    /// The checksum of the frame header does not match.
    HeaderCrc,
    /// A length is invalid.
    Length,
    /// The sequence number is not the next one.
    Seq,
    /// The frame does not follow the one before it.
    Link,
    /// The frame was written for another offset.
    Offset,
    /// Authentication failed: the bytes are not what was written.
    Auth,
    /// A structure inside the encryption breaks the rules.
    Inner,
    /// The compressed data cannot be decoded.
    Lzw,
    /// Frames of a transaction or of the checkpoint are out of order.
    TxnOrder,
    /// The checkpoint does not contain what its end promises.
    SnapshotIncomplete,
    /// Bytes that must be zero are not.
    Padding,
    /// The payloads would be larger than allowed for a file of this length.
    Expansion,
}

impl fmt::Display for CorruptKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Magic => "no frame begins here",
            Self::HeaderCrc => "the frame header is damaged",
            Self::Length => "a length is invalid",
            Self::Seq => "a frame is missing or repeated",
            Self::Link => "the frame does not follow the one before it",
            Self::Offset => "the frame belongs to another place",
            Self::Auth => "the encrypted data was changed",
            Self::Inner => "the content breaks the rules of the format",
            Self::Lzw => "the compressed data cannot be decoded",
            Self::TxnOrder => "frames are out of order",
            Self::SnapshotIncomplete => "the checkpoint is incomplete",
            Self::Padding => "bytes that must be zero are not",
            Self::Expansion => "it would unpack to far more than a file of this length holds",
        })
    }
}

/// Damage of a kind at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file is damaged at byte {offset} (frame {seq}): {kind}")]
pub struct Corruption {
    /// Absolute position in the file, in bytes.
    pub offset: u64,
    /// The number of the frame expected there.
    pub seq: u64,
    /// The kind of damage.
    pub kind: CorruptKind,
}
