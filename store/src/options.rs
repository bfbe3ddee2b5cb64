//! Options for creating and opening a store.

use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::file::{self, CommitAlign, KdfLimits, KdfProfile, Position, RealVfs, Vfs};

/// Options for creating a store.
#[derive(Clone, Debug)]
pub struct CreateOptions {
    /// The cost of deriving the key from the password.
    pub kdf: KdfProfile,
    /// Replaces an existing file once the new one is complete. The old one is kept as `NAME.bak1`,
    /// even if `backups` is 0. Call [`target::approve`](crate::target::approve) first, which knows
    /// what must not be replaced.
    pub overwrite: bool,
    /// Pads commits to sector boundaries, for disks that destroy the whole sector when power fails.
    pub commit_align: Option<CommitAlign>,
    /// The number of generations kept as `NAME.bak1…` by compactions, 0 to 10.
    pub backups: u8,
    /// The source of time.
    pub clock: Arc<dyn Clock>,
    /// The file system.
    pub vfs: Arc<dyn Vfs>,
}

impl Default for CreateOptions {
    fn default() -> Self {
        Self {
            kdf: KdfProfile::default(),
            overwrite: false,
            commit_align: None,
            backups: 1,
            clock: Arc::new(SystemClock),
            vfs: Arc::new(RealVfs),
        }
    }
}

impl CreateOptions {
    pub(crate) fn for_file(&self) -> file::FileCreateOptions {
        file::FileCreateOptions {
            kdf: self.kdf,
            program: PROGRAM.to_owned(),
            now: self.clock.now().0,
            commit_align: self.commit_align,
            overwrite: self.overwrite,
            backups: self.backups,
            ..file::FileCreateOptions::default()
        }
    }
}

/// Options for opening a store.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Takes no lock and writes nothing; works while another program has the file open.
    pub read_only: bool,
    /// Limits for the cost of key derivation, which the file states.
    pub kdf_limits: KdfLimits,
    /// The number of generations kept as `NAME.bak1…` by compactions, 0 to 10.
    pub backups: u8,
    /// The [position](crate::Store::position) of the store when it was last open here, if known:
    /// the [`OpenReport`](crate::OpenReport) shows if the file is older.
    pub known: Option<Position>,
    /// The source of time.
    pub clock: Arc<dyn Clock>,
    /// The file system.
    pub vfs: Arc<dyn Vfs>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            read_only: false,
            kdf_limits: KdfLimits::default(),
            backups: 1,
            known: None,
            clock: Arc::new(SystemClock),
            vfs: Arc::new(RealVfs),
        }
    }
}

impl OpenOptions {
    pub(crate) fn for_file(&self) -> file::FileOpenOptions {
        file::FileOpenOptions {
            read_only: self.read_only,
            kdf_limits: self.kdf_limits,
            backups: self.backups,
            known: self.known.clone(),
            program: PROGRAM.to_owned(),
            now: self.clock.now().0,
            ..file::FileOpenOptions::default()
        }
    }
}

/// The name of this program in the lock and in the file.
const PROGRAM: &str = concat!("VStore ", env!("CARGO_PKG_VERSION"));
