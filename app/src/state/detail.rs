//! The record shown at the right, and the edit that may be under way.

use vstore::value::EncodedValue;
use vstore::{Millis, Record};

/// The largest text of a value that is edited as a whole, in bytes. Beyond it values are edited
/// leaf by leaf: the toolkit's text field copies its text several times in each frame.
pub const EDITED_TEXT_BYTES_MAX: usize = 256 * 1024;

/// What the detail panel shows.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// The record under the cursor, as it is now; `None`: none, or it is gone.
    pub record: Option<Record>,
    /// The record that was shown until its time ran out, as it was.
    pub expired: Option<Record>,
    /// Which of its forms is shown.
    pub tab: DetailTab,
    /// The edit that is under way. It outlives selection, search and lock.
    pub draft: Option<Draft>,
}

/// The forms of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DetailTab {
    /// The value as a tree.
    #[default]
    Tree,
    /// The value as JSON text.
    Text,
    /// The encoded bytes.
    Hex,
    /// What happened to the record since the database was opened.
    History,
}

impl DetailTab {
    /// All forms, in their order.
    pub const ALL: [Self; 4] = [Self::Tree, Self::Text, Self::Hex, Self::History];

    /// The word on the tab.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tree => "Tree",
            Self::Text => "Text",
            Self::Hex => "Hex",
            Self::History => "History",
        }
    }
}

/// An edit that is not committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What is edited.
    pub base: DraftBase,
    /// The key as typed.
    pub key: String,
    /// The value as JSON text as typed.
    pub text: String,
    /// The expiry it will get.
    pub expires_at: Option<Millis>,
    /// The value the text stands for, or why it stands for none.
    pub parsed: Result<EncodedValue, DraftError>,
    /// What becomes of numbers that 64 bits cannot hold, if there are any.
    pub note: Option<String>,
    /// Why the key cannot be used; `None`: it can.
    pub key_error: Option<String>,
    /// It was restored after a lock or a crash, and its author was not told yet.
    pub restored: bool,
    /// Its sealed form is still in the file, which forgets it when the draft goes.
    pub sealed: bool,
    /// Somebody changed or removed the record meanwhile.
    pub outdated: bool,
    /// The request by which it is on its way to the file; it goes when it has arrived.
    pub committing: Option<u64>,
    /// It was on its way before, and the file did not take it.
    pub not_written: bool,
}

/// What a draft started from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftBase {
    /// Nothing: it becomes a new record.
    New,
    /// This record.
    Record(Record),
}

/// Why a text is no value, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftError {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong, in words.
    pub message: String,
}

impl Draft {
    /// Whether it differs from what it started from.
    pub fn is_dirty(&self) -> bool {
        match &self.base {
            DraftBase::New => !self.key.is_empty() || self.text != Self::NEW_TEXT,
            DraftBase::Record(record) => {
                self.key != record.key.as_str()
                    || self.expires_at != record.meta.expires_at
                    || self.parsed.as_ref() != Ok(&record.value)
            }
        }
    }

    /// Whether it can be committed.
    pub fn is_valid(&self) -> bool {
        self.parsed.is_ok() && self.key_error.is_none()
    }

    /// The text a new record starts with.
    pub const NEW_TEXT: &'static str = "{\n  \n}";
}

/// A place inside one value, from the top.
pub type Location = Vec<Step>;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Into the entry of a map.
    Name(String),
    /// Into the element of a list, counted from 0.
    Index(usize),
}
