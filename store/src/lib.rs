//! VStore's store: records in one encrypted file, found while you type.
//!
//! A record is a key and a JSON-like value, with an optional expiry. A [`Store`] is owned by one
//! thread and commits [`WriteBatch`]es; each is durable once [`Store::commit`] has returned.
//! Readers use a [`Snapshot`], which is free to take and never changes.
//!
//! ```
//! use vstore::file::{Control, Credentials, KdfProfile, Password};
//! use vstore::search::NoPaths;
//! use vstore::value::{EncodedValue, json};
//! use vstore::{
//!     Cause, CreateOptions, Key, Millis, OpenOptions, Query, SearchControl, SearchOptions, Store,
//!     WriteBatch,
//! };
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("films.vstore");
//! let credentials = Credentials::password(Password::new("correct horse".to_owned())?);
//! let control = Control::default();
//! // By default deriving the key takes about a second, to slow down guessing; too long for a test.
//! let options = CreateOptions { kdf: KdfProfile::Fast, ..CreateOptions::default() };
//! let (mut store, _) = Store::create(&path, &credentials, &options, &control)?;
//!
//! let tootsie = Key::new("film:1982:tootsie")?;
//! let (value, _) = json::parse_text(r#"{"title": "Tootsie", "cast": ["Dustin Hoffman"]}"#)?;
//! let mut batch = WriteBatch::new(Cause::Edit);
//! batch.put(tootsie.clone(), value);
//! store.commit(&batch)?;
//!
//! // Search tolerates typos.
//! let snapshot = store.snapshot();
//! let query = Query::parse("dustn hofman", &NoPaths);
//! let found = snapshot.search(&query, &SearchOptions::default(), &SearchControl::unlimited());
//! assert_eq!(found.hits.get(0).map(|hit| hit.key), Some("film:1982:tootsie"));
//!
//! // Every commit can be undone.
//! let mut batch = WriteBatch::new(Cause::Edit);
//! batch.delete(tootsie.clone());
//! let deleted = store.commit(&batch)?;
//! store.commit(&deleted.invert(Cause::Undo))?;
//!
//! // An expired record is hidden at once.
//! let mut batch = WriteBatch::new(Cause::Edit);
//! batch.put(Key::new("note:1")?, EncodedValue::encode(&"gone".into())?);
//! batch.set_expiry(Key::new("note:1")?, Some(Millis(0)));
//! store.commit(&batch)?;
//! assert!(store.snapshot().get("note:1").is_none());
//! store.close()?;
//!
//! let (store, _) = Store::open(&path, &credentials, &OpenOptions::default(), &control)?;
//! assert!(store.snapshot().get("film:1982:tootsie").is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | content |
//! |---|---|
//! | [`value`] | values: MessagePack internally, JSON externally |
//! | [`search`](mod@search) | parsing queries, and searching records |
//! | [`paths`] | the paths inside values, with types, counts and statistics |
//! | [`transfer`] | import and export of JSON and NDJSON |
//! | [`target`] | deciding which files may be written or replaced |
//! | [`file`](mod@file) | the encrypted file: frames, keys, locks, checks, salvage |
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod background;
mod batch;
mod change;
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
pub use change::{Cause, Change, SettingChange};
pub use clock::{Clock, ManualClock, Millis, SystemClock};
pub use commit::{Commit, Seq};
pub use expire_at::{ExpireAtOutOfRange, expire_at};
pub use hooks::{Event, EventKind, HookId, WriteQueue};
pub use key::{KEY_BYTES_MAX, Key, KeyError};
pub use options::{CreateOptions, OpenOptions};
pub use path::{PATH_BYTES_MAX, Path, PathError, PathSegment, ROOT_PATH, visit_at, walk};
pub use paths::{
    FoundKeys, PathCatalog, PathCounts, PathStatistics, find, first_text_at, statistics,
};
pub use record::{Meta, Record, RecordRef, Scan};
pub use search::{
    CancelSource, CancelToken, Condition, Hit, Hits, Level, LevelCounts, Match, Matcher, Mode,
    Query, SearchControl, SearchOptions, SearchResult, Sort, SortBy, SortKey, fold, search,
};
pub use segment::{Merge, Merged};
pub use snapshot::{Indexing, KeySet, PathOrder, Records, Snapshot, WordCount, WordStatistics};
pub use store::{
    ClockSuspect, CommitError, Compacted, Compaction, ExpireError, LostRange, OpenReport, Salvage,
    SalvageError, SalvageOptions, SalvageReport, Sealer, SetAside, Store, StoreStats, Verification,
};
