//! VStore's store: records in one encrypted file, found while you type.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod background;
mod batch;
mod clock;
mod commit;
mod control;
mod expire_at;
mod expiry;
pub mod file;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod hooks;
mod key;
mod memtable;
mod options;
mod path;
pub mod paths;
mod record;
mod row_set;
pub mod search;
mod segment;
mod snapshot;
mod state;
mod store;
pub mod target;
pub mod transfer;
pub mod value;

pub use batch::{CodecError, Expiry, Op, Rejection, WriteBatch};
pub use clock::{Clock, ManualClock, Millis, SystemClock};
pub use commit::{Cause, Change, Commit, Seq, SettingChange};
pub use expire_at::{ExpireAtOutOfRange, expire_at};
pub use hooks::{Event, EventKind, HookId, WriteQueue};
pub use key::{KEY_BYTES_MAX, Key, KeyError};
pub use options::{CreateOptions, OpenOptions};
pub use path::{PATH_BYTES_MAX, Path, PathError, PathSegment, ROOT_PATH, visit_at, walk};
pub use paths::{Found, PathCatalog, PathCounts, PathStatistics, find, first_text_at, statistics};
pub use record::{Meta, Record, RecordRef, Scan};
pub use search::{
    Condition, Generation, Hit, Hits, Level, LevelCounts, Match, Matcher, Mode, Query,
    SearchControl, SearchOptions, SearchResult, Sort, SortBy, SortKey, Ticket, fold, search,
};
pub use segment::{Merge, Merged};
pub use snapshot::{Indexing, KeySet, PathOrder, Records, Snapshot, WordCount, WordStatistics};
pub use store::{
    ClockSuspect, CommitError, Compacted, Compaction, ExpireError, LostRange, OpenReport, Salvage,
    SalvageError, SalvageOptions, SalvageReport, Sealer, SetAside, Store, StoreStats, Verification,
};
