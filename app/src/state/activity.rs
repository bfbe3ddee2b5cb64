//! What happened lately in the open database: the rows of the activity panel.

use std::collections::VecDeque;

use vstore::{Key, Millis, Record};

/// How many events are kept.
pub const ACTIVITY_EVENTS_MAX: usize = 500;

/// The last events, newest first. Never written to disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    events: VecDeque<ActivityEvent>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityEvent {
    /// When.
    pub at: Millis,
    /// What kind of thing.
    pub kind: EventKind,
    /// To which record; `None` if it concerned many or none.
    pub key: Option<Key>,
    /// A few words: `seen: false → true`, `5 121 records`.
    pub text: String,
    /// The record before a change of it, for bringing it back.
    pub before: Option<Box<Record>>,
}

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The database was opened.
    Open,
    /// A record appeared.
    Add,
    /// A record changed.
    Set,
    /// A record got another key.
    Rename,
    /// A record was deleted.
    Delete,
    /// A record's time ran out.
    Expire,
    /// An import.
    Import,
    /// A change was taken back.
    Undo,
    /// A change was made again.
    Redo,
    /// The file was compacted.
    Compact,
    /// Something failed.
    Failure,
}

impl EventKind {
    /// The word shown in the panel.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Add => "add",
            Self::Set => "set",
            Self::Rename => "rename",
            Self::Delete => "delete",
            Self::Expire => "expire",
            Self::Import => "import",
            Self::Undo => "undo",
            Self::Redo => "redo",
            Self::Compact => "compact",
            Self::Failure => "failure",
        }
    }
}

impl Activity {
    /// Adds an event; the oldest goes when there are too many.
    pub fn push(&mut self, event: ActivityEvent) {
        self.events.push_front(event);
        self.events.truncate(ACTIVITY_EVENTS_MAX);
    }

    /// The events, newest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ActivityEvent> {
        self.events.iter()
    }

    /// Event `n`, counted from the newest.
    pub fn get(&self, n: usize) -> Option<&ActivityEvent> {
        self.events.get(n)
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}
