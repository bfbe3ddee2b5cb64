//! The record shown on the right, and the edit in progress.

use vstore::value::EncodedValue;
use vstore::{Millis, Record};

/// The largest value that can be edited as one text, in bytes. Larger values are edited leaf by
/// leaf: the toolkit's text field copies its text several times per frame.
pub const EDITED_TEXT_BYTES_MAX: usize = 256 * 1024;

/// What the detail panel shows.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// The current version of the record under the cursor; `None` if there is none or it was
    /// deleted.
    pub record: Option<Record>,
    /// The last version of the record shown, after it expired.
    pub expired: Option<Record>,
    /// The selected view.
    pub tab: DetailTab,
    /// The edit in progress. It survives changes of the selection, searches and locking.
    pub draft: Option<Draft>,
}

/// The views of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DetailTab {
    /// The value as a tree.
    #[default]
    Tree,
    /// The value as JSON text.
    Text,
    /// The encoded bytes.
    Hex,
    /// The changes of the record since the database was opened.
    History,
}

impl DetailTab {
    /// All views, in order.
    pub const ALL: [Self; 4] = [Self::Tree, Self::Text, Self::Hex, Self::History];

    /// The label of the tab.
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
    /// What it is based on.
    pub base: DraftBase,
    /// The key as typed.
    pub key: String,
    /// The value as JSON text as typed.
    pub text: String,
    /// The new expiry.
    pub expires_at: Option<Millis>,
    /// The value of the text, or why it is not one.
    pub parsed: Result<EncodedValue, DraftError>,
    /// What happens to numbers that do not fit into 64 bits, if there are any.
    pub note: Option<String>,
    /// Why the key cannot be used; `None` if it can.
    pub key_error: Option<String>,
    /// It was restored after a lock or a crash, and the user has not been notified yet.
    pub restored: bool,
    /// Its sealed form is still in the file, and is deleted together with the draft.
    pub sealed: bool,
    /// Someone else changed or deleted the record in the meantime.
    pub outdated: bool,
    /// The request that is committing it; the draft is closed once that succeeds.
    pub committing: Option<u64>,
    /// An earlier attempt to commit it was not taken by the file.
    pub not_written: bool,
}

/// What a draft is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftBase {
    /// Nothing: it is a new record.
    New,
    /// An existing record.
    Record(Record),
}

/// Why a text is not a value, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftError {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The error message.
    pub message: String,
}

impl Draft {
    /// Whether it differs from what it is based on.
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

/// A part of a value, as a path from its root.
pub type Location = Vec<Step>;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Into the entry of a map.
    Name(String),
    /// Into the element of a list, counted from 0.
    Index(usize),
}
