//! Events from outside: replies, answers of jobs, chosen files, timers.

use std::path::PathBuf;

use vstore::Millis;

use super::{Effects, jobs, lock, picked, replies, selected};
use crate::effect::Effect;
use crate::engine::{Answer, Reply};
use crate::jobs::Done;
use crate::state::{Dialog, FilePurpose, Level, State};

/// An event from outside.
#[derive(Debug)]
pub enum Event {
    /// From the engine.
    Engine(Answer),
    /// From a job.
    Job(Done),
    /// From the system's file dialog.
    File(FilePurpose, FileAnswer),
    /// There was no input for the idle time of the preferences.
    Idle,
    /// The screen was locked, or the computer goes to sleep.
    SystemLocked,
    /// The system asks the program to end: log-out, shut-down, Ctrl+C in its terminal.
    EndRequested,
    /// Another instance asks for this window, because its file was opened again.
    ShowRequested,
    /// The answer to looking for the window of a file.
    OtherWindow {
        /// Whether it was found and came to the front.
        shown: bool,
    },
    /// Something outside failed, for this reason.
    Trouble(String),
}

impl Event {
    /// Whether it only reports progress, so that the next one supersedes it.
    pub(crate) const fn is_progress(&self) -> bool {
        matches!(
            self,
            Self::Engine(Answer {
                reply: Reply::Busy(..) | Reply::TaskProgress(..) | Reply::Indexing(_),
                ..
            }) | Self::Job(Done::TaskProgress { .. })
        )
    }
}

/// The result of a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileAnswer {
    /// A path was chosen.
    Picked(PathBuf),
    /// No path was chosen.
    Cancelled,
    /// It closed faster than anyone could have seen: there is no file dialog on this system.
    /// Contains the path it would have suggested, or an empty one.
    Unavailable(PathBuf),
}

/// Handles an event.
pub fn receive(state: &mut State, event: Event, now: Millis) -> Effects {
    let effects = handle(state, event, now);
    selected::report_ended_run(state, now);
    effects
}

fn handle(state: &mut State, event: Event, now: Millis) -> Effects {
    match event {
        Event::Engine(answer) => replies::receive(state, answer, now),
        Event::Job(done) => jobs::receive(state, done, now),
        Event::File(purpose, answer) => {
            state.file_dialog = None;
            let asked_for = state.file_dialog_session.take();
            if asked_for != state.session() && purpose.is_about_open_database() {
                // The database was locked or closed while the dialog was open.
                let message = "The database was locked or closed in the meantime; nothing was done";
                state.notices.push(now, Level::Info, message);
                return Effects::new();
            }
            match answer {
                FileAnswer::Picked(path) => picked::picked(state, purpose, path, now),
                FileAnswer::Cancelled => {
                    // Closing was waiting for a path to save to.
                    if let Some(store) = state.store_mut() {
                        store.closing = None;
                    }
                    Effects::new()
                }
                FileAnswer::Unavailable(proposed) => {
                    let suggested = proposed.to_string_lossy().into_owned();
                    // Shown before the dialog that asked for the path, or it would never be seen.
                    state
                        .dialogs
                        .push_front(Dialog::PathField { purpose, suggested });
                    Effects::new()
                }
            }
        }
        Event::Idle => lock::lock(state),
        Event::SystemLocked if state.prefs.lock_with_system => lock::lock(state),
        Event::SystemLocked => Effects::new(),
        Event::EndRequested => lock::end(state),
        Event::ShowRequested => vec![Effect::ShowWindow],
        Event::OtherWindow { shown } => {
            if !shown {
                let message = "No window responded. A command may be using the file";
                state.notices.push(now, Level::Warning, message);
            }
            Effects::new()
        }
        Event::Trouble(message) => {
            state.notices.push(now, Level::Error, message);
            vec![Effect::ShowWindow]
        }
    }
}
