//! What a commit changes, and why it was made.

use crate::key::Key;
use crate::record::Record;
use crate::value::EncodedValue;

/// Why a batch was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Somebody edited.
    Edit,
    /// An import.
    Import,
    /// The records' time ran out.
    Expired,
    /// A commit was taken back.
    Undo,
    /// A commit that was taken back was made again.
    Redo,
    /// Read from the journal while opening. Never published.
    Recovery,
}

/// One record before and after a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which record.
    pub key: Key,
    /// The record before; `None`: there was none.
    pub before: Option<Record>,
    /// The record after; `None`: it is gone.
    pub after: Option<Record>,
}

/// One setting of the file before and after a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// Its name.
    pub name: String,
    /// The value before.
    pub before: Option<EncodedValue>,
    /// The value after.
    pub after: Option<EncodedValue>,
}
