//! What an import or an export did, in numbers that can be checked.

use std::fmt;

use crate::expire_at::ExpireAtOutOfRange;
use crate::key::Key;
use crate::value::json::{NOTES_MAX, Note, Place};

use super::{Format, Shape};

/// What an import read and what it handed on.
///
/// `read = added + replaced + kept + duplicates`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReport {
    /// The format of the input.
    pub format: Format,
    /// The shape of the input.
    pub shape: Shape,
    /// Records in the input.
    pub read: u64,
    /// Records whose key is new to the store.
    pub added: u64,
    /// Records that replace one of the store.
    pub replaced: u64,
    /// Records passed over because the store has their key.
    pub kept: u64,
    /// Records passed over, or overwritten, because their key stands twice in the input.
    pub duplicates: u64,
    /// Records whose key got a number because it stood before; they count as added or replaced.
    pub numbered: u64,
    /// Records with an expiry.
    pub expiring: u64,
    /// Records whose expiry lies in the past: they are invisible from the start.
    pub expired: u64,
    /// What is worth knowing about single records.
    pub notes: ImportNotes,
}

/// Notes, bounded: the first 1000 of each kind, and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportNotes {
    /// The first ones of each kind, in the order of the input.
    pub first: Vec<ImportNote>,
    /// How many there were.
    pub total: u64,
    /// How many of each kind are in `first`: many of one kind must not hide the others.
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

    /// Puts them in the order of the input.
    pub(super) fn sort(&mut self) {
        self.first.sort_by_key(|note| note.place);
    }

    pub(super) const fn count_unlisted(&mut self, count: u64) {
        self.total += count;
    }
}

/// Something worth knowing about one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportNote {
    /// Where in the input.
    pub place: Place,
    /// The key it was imported under.
    pub key: Key,
    /// What it is.
    pub kind: ImportNoteKind,
}

/// What is worth knowing about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportNoteKind {
    /// A number became a string.
    Number(Note),
    /// Its key stood before and got a number.
    Numbered,
    /// The key that was made for it belongs to another record of the store, so it got a number.
    Moved,
    /// It replaced one of the store.
    Replaced,
    /// It replaced another value of the store under a key that was made by numbering.
    ReplacedByNumber,
    /// It was passed over, because the store has its key.
    Kept,
    /// It was passed over, because its key stood before.
    DroppedDuplicate,
    /// It took the place of the record before with the same key.
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

    /// Whether it is exactly what the options ask for, and nothing to be warned of.
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
                write!(f, "{place}: the key stood before, imported as {key:?}")
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
                write!(f, "{place}: left out, {key:?} stood before")
            }
            ImportNoteKind::OverwroteDuplicate => {
                write!(f, "{place}: taken instead of the {key:?} before")
            }
            ImportNoteKind::ExpireAtIgnored(error) => {
                write!(f, "{place}: {error}: no expiry is set (in {key:?})")
            }
        }
    }
}

/// What an export wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Records written.
    pub written: u64,
    /// Records there were to write.
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
