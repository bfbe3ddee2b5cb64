//! The `.vstore` file: encrypted bytes in, decrypted bytes out.
//!
//! This layer knows payloads (opaque byte strings), not records: it keeps a checkpoint (a list of
//! chunks) and a journal (a list of transactions) in one file, makes them durable, and tells torn
//! tails from damage. What the bytes mean is the caller's business; `store/FORMAT.md` describes
//! the file byte by byte.
//!
//! The way through the modules, from the outside in:
//!
//! * [`StoreFile`] is an open file: [`StoreFile::create`], [`StoreFile::open`],
//!   [`StoreFile::append`], [`StoreFile::begin_compaction`], [`StoreFile::change_password`],
//!   [`StoreFile::add_slot`], [`StoreFile::begin_rotation`], [`StoreFile::close`]. [`probe`]
//!   looks at a file before any password is asked for, [`verify`] reads all of it and lists what
//!   is wrong, [`salvage`](salvage()) reads what can still be read of a damaged one.
//! * `walk`, `assemble`, `recover`: reading frames in parallel, giving them meaning, deciding
//!   what a bad one means. `marks`: finding frames where no chain leads to them. `checkpoint`,
//!   `journal`, `compact`: writing them.
//! * `header`, `slots`, `frame`, `pack`, `meta`: the structures.
//! * `seal` (keys, randomness), `kdf` (Argon2id), [`Vfs`] (every system call), `lock`, `siblings`
//!   (the names of the files beside a database).
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]
#![warn(clippy::expect_used)]

mod assemble;
mod backup;
mod change_password;
mod checkpoint;
mod compact;
mod control;
mod create;
mod credentials;
mod error;
mod frame;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod header;
mod header_backup;
mod journal;
mod kdf;
mod key_file;
mod lock;
mod lock_obstacle;
mod manage_slots;
mod marks;
mod meta;
mod open;
mod pack;
mod page_lock;
mod position;
mod probe;
mod read_back;
mod recover;
mod recovery_key;
mod restore_header;
mod rotate;
mod rules;
mod salvage;
mod seal;
mod secret;
mod set_aside;
mod siblings;
mod slot_label;
mod slot_list;
mod slots;
mod store_file;
mod verify;
mod vfs;
mod walk;
mod whole_file;
mod wire;

#[cfg(test)]
mod tests;

pub use backup::BACKUPS_MAX;
pub use change_password::PasswordChange;
pub use compact::{Compacted, Compaction};
pub use control::{Control, Phase, Progress};
pub use create::{CommitAlign, CreateOptions, CreateReport};
pub use credentials::{Credentials, EmptyPassword, Password};
pub use error::{
    AppendError, Cancelled, CloseError, CompactError, CorruptKind, Corruption, CreateError, FileOp,
    IoError, OpenError, PasswordError,
};
pub use header_backup::{HEADER_BACKUP_LEN, HeaderBackup, HeaderBackupError};
pub use kdf::{KdfLimits, KdfParams, KdfProfile};
pub use key_file::{KEY_FILE_BYTES_MAX, KeyFile, KeyFileError};
pub use lock::{LockHolder, lock_holder};
pub use lock_obstacle::LockObstacle;
pub use open::{ChunkSink, OpenOptions, OpenReport, Opened, Payload};
pub use position::{POSITION_LEN, Position, Standing};
pub use probe::{Probe, probe};
pub use recovery_key::{
    RECOVERY_KEY_GROUP_LEN, RECOVERY_KEY_GROUPS, RecoveryKey, RecoveryKeyError,
};
pub use restore_header::{RestoreError, RestoreOptions, RestoreReport, restore_header};
pub use rotate::{RotateError, RotationReport};
pub use salvage::{
    HistoryBreak, LostFrame, LostKind, Rescued, SalvageError, SalvageMode, SalvageReport, salvage,
};
pub use seal::{Entropy, EntropyError, OsEntropy};
pub(crate) use set_aside::AsideSealer;
pub use set_aside::SealError;
pub use siblings::backup_path;
pub use slot_label::{SLOT_LABEL_BYTES_MAX, SlotLabel, SlotLabelError};
pub use slot_list::SlotInfo;
pub use slots::{SlotId, SlotKind};
pub use store_file::{FileStats, StoreFile};
pub use verify::{
    Content, ContentError, Finding, FindingKind, Loss, Verification, VerifyDepth, VerifyReport,
    verify, verify_content,
};
pub use vfs::{Access, Entry, EntryKind, FileId, RealVfs, Rights, Stat, Vfs, VfsFile};

// What `target` knows files of a database by.
pub(crate) use frame::MARK as FRAME_MARK;
pub(crate) use header::{COPY_B as HEADER_COPY_B, DATA_OFFSET, MAGIC as HEADER_MAGIC};
pub(crate) use header_backup::MAGIC as HEADER_BACKUP_MAGIC;
pub(crate) use key_file::GENERATED_LEN as GENERATED_KEY_LEN;
pub(crate) use lock::FIRST_LINE as LOCK_FIRST_LINE;
pub(crate) use siblings::{TEMP_SUFFIX, folder, lock_path, temp_prefix};
