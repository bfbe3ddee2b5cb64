//! The identity of a file, independent of its names.

use std::fs::Metadata;

/// Device and inode; `None` if the system does not provide them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileIdentity(u64, u64);

impl FileIdentity {
    #[cfg(unix)]
    #[expect(
        clippy::unnecessary_wraps,
        reason = "other systems have no identity to give"
    )]
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Self(metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    pub(super) const fn of(_metadata: &Metadata) -> Option<Self> {
        None
    }

    /// Whether both are known and the same.
    pub(super) fn is_same(a: &Metadata, b: &Metadata) -> bool {
        Self::of(a).is_some_and(|identity| Some(identity) == Self::of(b))
    }
}
