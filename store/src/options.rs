//! How a store is created and opened.

use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::file::{self, CommitAlign, KdfLimits, KdfProfile, Position, RealVfs, Vfs};

/// How a store is created.
#[derive(Clone, Debug)]
pub struct CreateOptions {
    /// What deriving the key from the password costs, for its owner and for those who guess.
    pub kdf: KdfProfile,
    /// Replace a file that exists, once the new one is complete. What is replaced stays as
    /// `NAME.bak1`, also where `backups` is 0. Ask [`target::approve`](crate::target::approve)
    /// first: it knows what must not be replaced.
    pub overwrite: bool,
    /// Let commits end at sector boundaries, for media that destroy the rest of a sector when
    /// power fails.
    pub commit_align: Option<CommitAlign>,
    /// How many generations are kept as `NAME.bak1…` when a compaction replaces them, 0 to 10.
    pub backups: u8,
    /// Where the time comes from.
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
    pub(crate) fn for_file(&self) -> file::CreateOptions {
        file::CreateOptions {
            kdf: self.kdf,
            program: PROGRAM.to_owned(),
            now: self.clock.now().0,
            commit_align: self.commit_align,
            overwrite: self.overwrite,
            backups: self.backups,
            ..file::CreateOptions::default()
        }
    }
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Take no lock and write nothing; works while another program has the file open.
    pub read_only: bool,
    /// The most that key derivation may cost: a file may ask for anything.
    pub kdf_limits: KdfLimits,
    /// How many generations are kept as `NAME.bak1…` when a compaction replaces them, 0 to 10.
    pub backups: u8,
    /// Where the store stood when it was last open here ([`Store::position`](crate::Store::position)),
    /// if that was remembered: opening compares, and says so if the file is older.
    pub known: Option<Position>,
    /// Where the time comes from.
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
    pub(crate) fn for_file(&self) -> file::OpenOptions {
        file::OpenOptions {
            read_only: self.read_only,
            kdf_limits: self.kdf_limits,
            backups: self.backups,
            known: self.known.clone(),
            program: PROGRAM.to_owned(),
            now: self.clock.now().0,
            ..file::OpenOptions::default()
        }
    }
}

/// What the lock and the file say wrote them.
const PROGRAM: &str = concat!("VStore ", env!("CARGO_PKG_VERSION"));
