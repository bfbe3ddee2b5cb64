//! Recent events in the open database: the rows of the activity panel.

use std::collections::VecDeque;

use vstore::{Key, Millis, Record};

/// How many events are kept.
pub const ACTIVITY_EVENTS_MAX: usize = 500;

/// The most recent events, newest first. Never written to disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    events: VecDeque<ActivityEvent>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityEvent {
    /// When.
    pub at: Millis,
    /// Its kind.
    pub kind: EventKind,
    /// The record; `None` if it is about several or none.
    pub key: Option<Key>,
    /// A short text: `seen: false → true`, `5 121 records`.
    pub text: String,
    /// The record before the change, so that it can be restored.
    pub before: Option<Box<Record>>,
}

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The database was opened.
    Open,
    /// A record was added.
    Add,
    /// A record changed.
    Set,
    /// A record was renamed.
    Rename,
    /// A record was deleted.
    Delete,
    /// A record expired.
    Expire,
    /// An import.
    Import,
    /// A change was undone.
    Undo,
    /// A change was redone.
    Redo,
    /// The file was compacted.
    Compact,
    /// Something failed.
    Failure,
}

impl EventKind {
    /// The name shown in the panel.
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
    /// Adds an event, dropping the oldest if there are too many.
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

    /// Whether nothing has happened yet.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}
