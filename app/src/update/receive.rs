//! What came back from outside: replies, answers of jobs, chosen files, timers.

use std::path::PathBuf;

use vstore::Millis;

use super::{Effects, jobs, lock, picked, replies, selected};
use crate::effect::Effect;
use crate::engine::{Answer, Reply};
use crate::jobs::Done;
use crate::state::{Dialog, FilePurpose, Level, State};

/// Something that came back.
#[derive(Debug)]
pub enum Event {
    /// From the engine.
    Engine(Answer),
    /// From a job.
    Job(Done),
    /// From the system's file dialog.
    File(FilePurpose, FileAnswer),
    /// Nobody touched the program for as long as it may stay open.
    Idle,
    /// The screen was locked, or the computer goes to sleep.
    SystemLocked,
    /// The system asks the program to end: log-out, shut-down, Ctrl+C in its terminal.
    EndRequested,
    /// Somebody wants to see this window: its file was opened once more.
    ShowRequested,
    /// Whether the window was found that shows a file.
    OtherWindow {
        /// It was found, and came to the front.
        shown: bool,
    },
    /// Something outside failed, in words.
    Trouble(String),
}

impl Event {
    /// Whether it only tells how far something is: the next one tells it again.
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

/// How a file dialog ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileAnswer {
    /// With a path.
    Picked(PathBuf),
    /// Without one.
    Cancelled,
    /// So fast that nobody can have seen it: there is no file dialog here. The path it would have
    /// proposed, or nothing.
    Unavailable(PathBuf),
}

/// Takes in what came back.
pub fn receive(state: &mut State, event: Event, now: Millis) -> Effects {
    let effects = take_in(state, event, now);
    selected::say_what_ended(state, now);
    effects
}

fn take_in(state: &mut State, event: Event, now: Millis) -> Effects {
    match event {
        Event::Engine(answer) => replies::receive(state, answer, now),
        Event::Job(done) => jobs::receive(state, done, now),
        Event::File(purpose, answer) => {
            state.file_dialog = None;
            let asked_for = state.file_dialog_session.take();
            if asked_for != state.session() && purpose.is_about_open_database() {
                // It was locked or closed while the system's dialog stood open.
                let words = "The database was locked or closed meanwhile; nothing was done";
                state.notices.push(now, Level::Info, words);
                return Effects::new();
            }
            match answer {
                FileAnswer::Picked(path) => picked::picked(state, purpose, path, now),
                FileAnswer::Cancelled => {
                    // Closing waited for a place to save to.
                    if let Some(store) = state.store_mut() {
                        store.closing = None;
                    }
                    Effects::new()
                }
                FileAnswer::Unavailable(proposed) => {
                    let suggested = proposed.to_string_lossy().into_owned();
                    // Before a dialog that asked for the path, or it would never be seen.
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
                let words = "No window answers. A command may be at work on the file";
                state.notices.push(now, Level::Warning, words);
            }
            Effects::new()
        }
        Event::Trouble(words) => {
            state.notices.push(now, Level::Error, words);
            vec![Effect::ShowWindow]
        }
    }
}
