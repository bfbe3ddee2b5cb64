//! What the outside is asked to do. `app.rs` performs it; nothing here does anything.

use std::path::PathBuf;

use vstore::value::ValueRef;
use vstore::value::json::{to_compact, to_pretty};
use vstore::{Commit, Record, Snapshot, WriteBatch};
use zeroize::Zeroizing;

use crate::engine::Request;
use crate::jobs::{Question, TaskJob};
use crate::state::{
    FilePurpose, Listing, Location, OpenStore, Preferences, RequestId, Step, Target, TaskId,
};

/// Something the outside is asked to do.
#[derive(Debug)]
pub enum Effect {
    /// Asks the engine.
    Ask(Request),
    /// Asks the engine something about an open database.
    AskOf(RequestId, Request),
    /// Stops opening or creating a file.
    CancelBusy,
    /// Asks a worker; the question of its kind before becomes stale.
    Question(Question),
    /// Makes every question stale.
    CancelQuestions,
    /// Starts a task.
    Run(TaskId, TaskJob),
    /// Stops a task, whoever runs it.
    CancelTask(TaskId),
    /// Stops all tasks.
    CancelTasks,
    /// Shows the system's file dialog.
    FileDialog {
        /// What for.
        purpose: FilePurpose,
        /// A name to start with.
        name: Option<String>,
        /// A folder to start in.
        folder: Option<PathBuf>,
    },
    /// Puts something on the clipboard, for half a minute.
    Copy(Copied),
    /// Takes what we put there off the clipboard.
    ClearClipboard,
    /// Writes the preferences.
    SavePreferences(Box<Preferences>),
    /// Applies theme and motion.
    ApplyTheme,
    /// Watches for idleness with the time that is set now.
    ApplyIdleLock,
    /// Closes the window.
    CloseWindow,
    /// Brings the window to the front: it has something to ask.
    ShowWindow,
    /// Brings another window to the front: the one that shows this file.
    ShowOtherWindow(PathBuf),
    /// Frees something large where it holds nobody up.
    Discard(Discarded),
}

/// What is put on the clipboard. It is made into text on the clipboard's own thread.
#[derive(Clone, Debug)]
pub enum Copied {
    /// This text.
    Text(String),
    /// The value of a record, as JSON.
    Value(Record),
    /// What stands at a place inside a record's value, as JSON; a string without quotes.
    Leaf(Record, Location),
    /// Records as one JSON object.
    Records(Snapshot, Target),
}

impl Copied {
    /// The text for the clipboard. Takes time for large values.
    pub fn into_text(self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Text(text) => text,
            Self::Value(record) => to_pretty(record.value.view()),
            Self::Leaf(record, location) => leaf_text(record.value.view(), &location),
            Self::Records(snapshot, target) => {
                let records = target.records(&snapshot);
                records_text(records.map(|record| (record.key, record.value)))
            }
        })
    }
}

/// A string is copied as it is, everything else as JSON.
fn leaf_text(value: ValueRef<'_>, location: &[Step]) -> String {
    let mut found = Some(value);
    for step in location {
        found = match (step, found) {
            (Step::Name(name), Some(ValueRef::Map(map))) => map.get(name),
            (Step::Index(index), Some(ValueRef::List(list))) => list.into_iter().nth(*index),
            _ => None,
        };
    }
    match found {
        Some(ValueRef::String(text)) => text.to_owned(),
        Some(value) => to_pretty(value),
        None => String::new(),
    }
}

/// One JSON object, a record on each line.
fn records_text<'a>(records: impl Iterator<Item = (&'a str, ValueRef<'a>)>) -> String {
    let lines = records.map(|(key, value)| {
        let key = serde_json::Value::from(key);
        format!("{key}: {}", to_compact(value))
    });
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{\n{}\n}}\n", lines.join(",\n"))
    }
}

/// Something large that is not needed any more.
#[derive(Debug)]
pub enum Discarded {
    /// The rows of a table.
    Listing(Listing),
    /// A database that was closed or locked.
    Store(Box<OpenStore>),
    /// A commit that was taken in, and the records as they were before.
    Commit(Commit, Box<Snapshot>),
    /// Changes that nobody makes.
    Batch(WriteBatch),
}
