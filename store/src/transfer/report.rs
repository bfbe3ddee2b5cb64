//! Reports of imports and exports.

use std::fmt;

use crate::expire_at::ExpireAtOutOfRange;
use crate::key::Key;
use crate::value::json::{NOTES_MAX, Note, TextPosition};

use super::{Format, InputShape};

/// The report of an import.
///
/// `read = added + replaced + kept + duplicates`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReport {
    /// The format of the input.
    pub format: Format,
    /// The shape of the input.
    pub shape: InputShape,
    /// Records in the input.
    pub read: u64,
    /// Records whose key is new to the store.
    pub added: u64,
    /// Records that replace one of the store.
    pub replaced: u64,
    /// Records left out because their key exists in the store.
    pub kept: u64,
    /// Records left out or overwritten because their key occurs twice in the input.
    pub duplicates: u64,
    /// Records whose duplicate key got a number; they count as added or replaced.
    pub numbered: u64,
    /// Records with an expiry.
    pub expiring: u64,
    /// Records whose expiry is in the past, so that they are never visible.
    pub expired: u64,
    /// Notes on individual records.
    pub notes: ImportNotes,
}

/// The first 1000 notes of each kind, and the number of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportNotes {
    /// The first ones of each kind, in the order of the input.
    pub first: Vec<ImportNote>,
    /// The number of all notes.
    pub total: u64,
    /// The number of each kind in `first`: many of one kind must not hide the others.
    listed: [usize; ImportNoteKind::COUNT],
}

impl ImportNotes {
    pub(super) fn add(&mut self, note: ImportNote) {
        self.total += 1;
        let listed = &mut self.listed[note.kind.index()];
        if *listed < NOTES_MAX {
            *listed += 1;
            self.first.push(note);
        }
    }

    /// Sorts the notes by their position in the input.
    pub(super) fn sort(&mut self) {
        self.first.sort_by_key(|note| note.place);
    }

    pub(super) const fn count_unlisted(&mut self, count: u64) {
        self.total += count;
    }
}

/// A note on one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportNote {
    /// The position in the input.
    pub place: TextPosition,
    /// The key under which it was imported.
    pub key: Key,
    /// What it is.
    pub kind: ImportNoteKind,
}

/// The kind of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportNoteKind {
    /// A number became a string.
    Number(Note),
    /// Its key is a duplicate and got a number.
    Numbered,
    /// The key made for it belongs to another record of the store, so it got a number.
    Moved,
    /// It replaced a record of the store.
    Replaced,
    /// It replaced a record of the store with another value under a numbered key.
    ReplacedByNumber,
    /// It was left out because its key exists in the store.
    Kept,
    /// It was left out because its key is a duplicate.
    DroppedDuplicate,
    /// It replaced an earlier record of the input with the same key.
    OverwroteDuplicate,
    /// Its `expireAt` is outside the years 0001 to 9999, as milliseconds would be, and sets no
    /// expiry.
    ExpireAtIgnored(ExpireAtOutOfRange),
}

impl ImportNoteKind {
    const COUNT: usize = 9;

    const fn index(&self) -> usize {
        match self {
            Self::Number(_) => 0,
            Self::Numbered => 1,
            Self::Replaced => 2,
            Self::Kept => 3,
            Self::DroppedDuplicate => 4,
            Self::OverwroteDuplicate => 5,
            Self::ExpireAtIgnored(_) => 6,
            Self::Moved => 7,
            Self::ReplacedByNumber => 8,
        }
    }

    /// Whether it follows from the options, so that no warning is needed.
    pub const fn is_expected(&self) -> bool {
        matches!(self, Self::Replaced | Self::Kept)
    }
}

impl fmt::Display for ImportNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, key) = (self.place, self.key.as_str());
        match &self.kind {
            ImportNoteKind::Number(note) => write!(f, "{note} (in {key:?})"),
            ImportNoteKind::Numbered => {
                write!(f, "{place}: duplicate key, imported as {key:?}")
            }
            ImportNoteKind::Moved => write!(
                f,
                "{place}: its number belongs to another record, imported as {key:?}"
            ),
            ImportNoteKind::ReplacedByNumber => {
                write!(
                    f,
                    "{place}: replaced another value of {key:?}, a key with a number"
                )
            }
            ImportNoteKind::Replaced => write!(f, "{place}: replaced {key:?}"),
            ImportNoteKind::Kept => {
                write!(f, "{place}: left out, the store has {key:?} already")
            }
            ImportNoteKind::DroppedDuplicate => {
                write!(f, "{place}: left out, duplicate key {key:?}")
            }
            ImportNoteKind::OverwroteDuplicate => {
                write!(f, "{place}: replaced the earlier {key:?}")
            }
            ImportNoteKind::ExpireAtIgnored(error) => {
                write!(f, "{place}: {error}: no expiry is set (in {key:?})")
            }
        }
    }
}

/// The report of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Records written.
    pub written: u64,
    /// Records that were expected.
    pub expected: u64,
    /// Bytes written.
    pub bytes: u64,
}

impl ExportReport {
    /// Whether every record was written.
    pub const fn is_complete(&self) -> bool {
        self.written == self.expected
    }
}
