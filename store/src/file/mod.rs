//! The `.vstore` file: encrypted bytes in, decrypted bytes out.
//!
//! This layer knows payloads (opaque byte strings), not records: it stores a checkpoint (a list of
//! chunks) and a journal (a list of transactions) in one file, makes them durable, and
//! distinguishes torn writes from damage. `store/FORMAT.md` describes the file byte by byte.
//!
//! [`StoreFile`] is an open file: [`StoreFile::create`], [`StoreFile::open`],
//! [`StoreFile::append`], [`StoreFile::begin_compaction`], [`StoreFile::change_password`],
//! [`StoreFile::add_slot`], [`StoreFile::begin_rotation`], [`StoreFile::close`]. [`probe`] inspects
//! a file without a password, [`verify`] reads a whole file and lists what is wrong,
//! [`salvage`](salvage()) reads what is left of a damaged one.
//!
//! Six modules, each of which uses only those before it (`tests/it/tidy.rs` checks that):
//!
//! * `disk`: every system call ([`Vfs`]), locks, random bytes, the names of the files beside a
//!   database.
//! * `keys`: passwords, key files, recovery keys; deriving keys from them (`kdf`), and encryption
//!   (`seal`).
//! * `format`: headers with their key slots, and frames with their content, as bytes in memory.
//! * `read`: reading frames in order and in parallel (`walk`), checking what they make together
//!   (`assemble`), and finding frames that the chain does not lead to (`mark_search`). Changes
//!   nothing.
//! * `write`: an open file and everything that changes it. Opening is here because it takes the lock
//!   and repairs what a crash left (`recover`).
//! * `repair`: verifying and salvaging files, and restoring headers.
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]
#![warn(clippy::expect_used)]

mod disk;
mod error;
mod format;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod keys;
mod read;
mod repair;
mod write;

#[cfg(test)]
mod tests;

pub use crate::control::{Cancelled, Control, Phase, Progress};
pub use disk::entropy::{Entropy, EntropyError, OsEntropy};
pub use disk::io_error::{FileOp, IoError};
pub use disk::lock::{LockHolder, lock_holder};
pub use disk::lock_obstacle::LockObstacle;
pub use disk::siblings::backup_path;
pub use disk::system_error::SystemError;
pub use disk::vfs::{Access, Entry, EntryKind, FileId, RealVfs, Rights, Stat, Vfs, VfsFile};
pub use format::corruption::{CorruptKind, Corruption};
pub use format::slot_label::{SLOT_LABEL_BYTES_MAX, SlotLabel, SlotLabelError};
pub use format::slot_list::SlotInfo;
pub use format::slots::{SlotId, SlotKind};
pub use keys::credentials::{Credentials, EmptyPassword, Password};
pub use keys::kdf::{KdfLimits, KdfParams, KdfProfile};
pub use keys::key_file::{KEY_FILE_BYTES_MAX, KeyFile, KeyFileError};
pub use keys::recovery_key::{
    RECOVERY_KEY_GROUP_LEN, RECOVERY_KEY_GROUPS, RecoveryKey, RecoveryKeyError,
};
pub use read::assemble::Payload;
pub use read::open_error::OpenError;
pub use read::probe::{Probe, probe};
pub use repair::header_backup::{HEADER_BACKUP_LEN, HeaderBackup, HeaderBackupError};
pub use repair::restore_header::{RestoreError, RestoreOptions, RestoreReport, restore_header};
pub use repair::salvage::{
    FileSalvageError, FileSalvageReport, HistoryBreak, LostFrame, LostKind, Rescued, SalvageMode,
    salvage,
};
pub use repair::verify::{
    ContentCheck, ContentError, FileVerification, Finding, FindingKind, Loss, VerifyDepth,
    VerifyReport, verify, verify_content,
};
pub use write::append_error::{AppendError, CloseError};
pub use write::backup::BACKUPS_MAX;
pub use write::change_password::PasswordChange;
pub use write::compact::{CompactedFile, FileCompaction};
pub use write::compact_error::CompactError;
pub use write::create::{CommitAlign, CreateReport, FileCreateOptions};
pub use write::create_error::CreateError;
pub use write::open::{ChunkSink, FileOpenOptions, Opened};
pub use write::open_report::FileOpenReport;
pub use write::password_error::PasswordError;
pub use write::position::{POSITION_LEN, Position, Standing};
pub use write::rotate::{RotateError, RotationReport};
pub(crate) use write::set_aside::AsideSealer;
pub use write::set_aside::SealError;
pub use write::store_file::{FileStats, StoreFile};

// For `target`, which recognizes the files of a database.
pub(crate) use disk::lock::FIRST_LINE as LOCK_FIRST_LINE;
pub(crate) use disk::siblings::{TEMP_SUFFIX, folder, lock_path, temp_prefix};
pub(crate) use format::frame::MARK as FRAME_MARK;
pub(crate) use format::header::{COPY_B as HEADER_COPY_B, DATA_OFFSET, MAGIC as HEADER_MAGIC};
pub(crate) use keys::key_file::GENERATED_LEN as GENERATED_KEY_LEN;
pub(crate) use repair::header_backup::MAGIC as HEADER_BACKUP_MAGIC;
