//! What the outside world is asked to do. `perform.rs` performs it; this module only describes it.

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

/// Something the outside world is asked to do.
#[derive(Debug)]
pub enum Effect {
    /// Sends a request to the engine.
    Ask(Request),
    /// Sends the engine a request about an open database.
    AskOf(RequestId, Request),
    /// Stops opening or creating a file.
    CancelBusy,
    /// Asks a worker; the previous question of this kind becomes stale.
    Question(Question),
    /// Makes every question stale.
    CancelQuestions,
    /// Starts a task.
    Run(TaskId, TaskJob),
    /// Cancels a task, wherever it runs.
    CancelTask(TaskId),
    /// Cancels all tasks.
    CancelTasks,
    /// Shows the system's file dialog.
    FileDialog {
        /// The purpose.
        purpose: FilePurpose,
        /// The suggested name.
        name: Option<String>,
        /// The folder to start in.
        folder: Option<PathBuf>,
    },
    /// Copies something to the clipboard, to be cleared after half a minute.
    Copy(Copied),
    /// Clears what this program put on the clipboard.
    ClearClipboard,
    /// Writes the preferences.
    SavePreferences(Box<Preferences>),
    /// Applies the theme and the motion setting.
    ApplyTheme,
    /// Applies the idle time after which to lock.
    ApplyIdleLock,
    /// Closes the window.
    CloseWindow,
    /// Brings the window to the front because it has a question for the user.
    ShowWindow,
    /// Brings the window that shows this file to the front.
    ShowOtherWindow(PathBuf),
    /// Frees something large on a thread where it delays nothing.
    Discard(Discarded),
}

/// What is put on the clipboard. The clipboard's own thread turns it into text.
#[derive(Clone, Debug)]
pub enum Copied {
    /// This text.
    Text(String),
    /// The value of a record, as JSON.
    Value(Record),
    /// A part of a record's value, as JSON; a string without quotes.
    Leaf(Record, Location),
    /// Records as one JSON object.
    Records(Snapshot, Target),
}

impl Copied {
    /// The text for the clipboard. Slow for large values.
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

/// A string is copied as is, everything else as JSON.
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

/// One JSON object, with one record per line.
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

/// Something large that is no longer needed.
#[derive(Debug)]
pub enum Discarded {
    /// The rows of a table.
    Listing(Listing),
    /// A database that was closed or locked.
    Store(Box<OpenStore>),
    /// A commit that was applied, and the records as they were before it.
    Commit(Commit, Box<Snapshot>),
    /// Changes that will not be made.
    Batch(WriteBatch),
}
