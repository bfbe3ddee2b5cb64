//! The changes of a commit, and their cause.

use crate::key::Key;
use crate::record::Record;
use crate::value::EncodedValue;

/// Why a batch was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// An edit.
    Edit,
    /// An import.
    Import,
    /// The records expired.
    Expired,
    /// A commit was undone.
    Undo,
    /// An undone commit was repeated.
    Redo,
    /// Replayed from the journal while opening. Never published.
    Recovery,
}

/// One record before and after a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key of the record.
    pub key: Key,
    /// The record before; `None` if it did not exist.
    pub before: Option<Record>,
    /// The record after; `None` if it was removed.
    pub after: Option<Record>,
}

/// One setting of the file before and after a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// The name of the setting.
    pub name: String,
    /// The value before; `None` if it did not exist.
    pub before: Option<EncodedValue>,
    /// The value after; `None` if it was removed.
    pub after: Option<EncodedValue>,
}
