//! Passwords and keys of the open file: the state of their dialog, and requests to the engine.

use std::path::PathBuf;

use vstore::Millis;

use super::{Effects, ask_of, pick};
use crate::command::SecurityCommand;
use crate::effect::Effect;
use crate::engine::{Request, SecurityReply, SecurityRequest};
use crate::state::{
    Dialog, FilePurpose, KeyKind, KeySlot, Level, Problem, Security, SecurityStep, State, TaskId,
    TaskState,
};

pub(super) fn update(state: &mut State, command: SecurityCommand, now: Millis) -> Effects {
    match command {
        SecurityCommand::Open => open(state),
        SecurityCommand::Show(step) => show(state, step),
        SecurityCommand::Change { current, change } => {
            let Some(security) = idle(state) else {
                return Effects::new();
            };
            security.busy = true;
            security.problem = None;
            security.done = None;
            ask(state, SecurityRequest::Change { current, change })
        }
        SecurityCommand::Rotate { current } => {
            if idle(state).is_none() {
                return Effects::new();
            }
            close(state);
            let task = state.tasks.start(now, "Exchange the data key", true);
            ask(state, SecurityRequest::Rotate { task, current })
        }
        SecurityCommand::NewKeyFile => pick::pick(state, FilePurpose::NewKeyFile),
        SecurityCommand::BackUpHeader => pick::pick(state, FilePurpose::HeaderBackup),
    }
}

fn open(state: &mut State) -> Effects {
    let writable = state
        .store()
        .is_some_and(|store| store.path.is_some() && !store.read_only);
    if !writable || find(state).is_some() {
        return Effects::new();
    }
    state.dialogs.push_back(Dialog::Security(Box::default()));
    ask(state, SecurityRequest::List)
}

fn show(state: &mut State, step: SecurityStep) -> Effects {
    let Some(security) = idle(state) else {
        return Effects::new();
    };
    security.step = step;
    security.problem = None;
    security.done = None;
    security.recovery_key = None;
    if step == SecurityStep::Add(KeyKind::RecoveryKey) {
        return make(SecurityRequest::MakeRecoveryKey);
    }
    Effects::new()
}

/// The path of a key file or a header backup was chosen.
pub(super) fn picked(state: &mut State, purpose: FilePurpose, path: PathBuf) -> Effects {
    match purpose {
        FilePurpose::NewKeyFile => {
            let path = pick::with_ending(path, "key");
            make(SecurityRequest::MakeKeyFile(path))
        }
        FilePurpose::HeaderBackup => {
            let path = pick::with_ending(path, "vstore-header");
            ask(state, SecurityRequest::BackUpHeader(path))
        }
        _ => Effects::new(),
    }
}

/// Handles a reply of the engine.
pub(super) fn receive(state: &mut State, reply: SecurityReply, now: Millis) -> Effects {
    match reply {
        SecurityReply::Slots(slots) => {
            if let Some(security) = find(state) {
                security.slots = slots;
            }
        }
        SecurityReply::Changed(result) => changed(state, result),
        SecurityReply::RecoveryKey(key) => {
            if let Some(security) = find(state)
                && security.step == SecurityStep::Add(KeyKind::RecoveryKey)
            {
                security.recovery_key = Some(key);
            }
        }
        SecurityReply::Rotated { task, dropped } => rotated(state, task, &dropped, now),
        SecurityReply::KeyFile(Ok(path)) => {
            state.picked = Some((FilePurpose::KeyFile, path));
        }
        SecurityReply::HeaderBackup(Ok(path)) => {
            let message = format!("The header backup was saved as {}", path.display());
            state.notices.push(now, Level::Success, message);
        }
        SecurityReply::KeyFile(Err(problem)) | SecurityReply::HeaderBackup(Err(problem)) => {
            if let Some(security) = find(state) {
                security.problem = Some(problem);
            } else {
                state.notices.push(now, Level::Error, problem.text());
            }
        }
    }
    Effects::new()
}

fn changed(state: &mut State, result: Result<&'static str, Problem>) {
    let Some(security) = find(state) else {
        return;
    };
    security.busy = false;
    match result {
        Ok(message) => {
            security.step = SecurityStep::List;
            security.recovery_key = None;
            security.done = Some(message.to_owned());
        }
        Err(problem) => security.problem = Some(problem),
    }
}

fn rotated(state: &mut State, task: TaskId, dropped: &[KeySlot], now: Millis) {
    let message = "The data key was exchanged";
    state
        .tasks
        .finish(task, TaskState::Finished(message.to_owned()));
    let names: Vec<_> = dropped.iter().map(KeySlot::title).collect();
    let notice = state.notices.push(now, Level::Success, message);
    if !names.is_empty() {
        notice.level = Level::Warning;
        notice.detail = Some(format!(
            "These no longer open the file, because they were not entered: {}. Add them again \
             under File › Security…",
            names.join(", ")
        ));
    }
}

/// Sends a request about the open file; nothing if none is open.
fn ask(state: &mut State, request: SecurityRequest) -> Effects {
    let store = state.store_mut();
    store
        .map(|store| vec![ask_of(store, Request::Security(request))])
        .unwrap_or_default()
}

/// Sends a request that is not about a file yet.
fn make(request: SecurityRequest) -> Effects {
    vec![Effect::Ask(Request::Security(request))]
}

fn find(state: &mut State) -> Option<&mut Security> {
    state.dialogs.iter_mut().find_map(|dialog| match dialog {
        Dialog::Security(security) => Some(&mut **security),
        _ => None,
    })
}

fn idle(state: &mut State) -> Option<&mut Security> {
    find(state).filter(|security| !security.busy)
}

fn close(state: &mut State) {
    state
        .dialogs
        .retain(|dialog| !matches!(dialog, Dialog::Security(_)));
}
