//! Restoring the header of a file from a backup.

use std::path::PathBuf;

use vstore::Millis;

use crate::effect::Effect;
use crate::jobs::{RestoreJob, TaskJob};
use crate::state::{
    Dialog, OpenStore, Restore, RestoreStage, RestoredHeader, Secret, State, TaskId, TaskState,
};
use crate::update::Effects;

/// Shows the form for a file.
pub(super) fn plan(state: &mut State, file: PathBuf) -> Effects {
    if find(state).is_none() {
        let stage = RestoreStage::Form { problem: None };
        let restore = Box::new(Restore { file, stage });
        state.dialogs.push_back(Dialog::RestoreHeader(restore));
    }
    Effects::new()
}

/// Starts restoring, unless it is running.
pub(super) fn start(state: &mut State, backup: PathBuf, secret: Secret, now: Millis) -> Effects {
    let form = |restore: &&mut Restore| matches!(restore.stage, RestoreStage::Form { .. });
    let Some(file) = find(state).filter(form).map(|restore| restore.file.clone()) else {
        return Effects::new();
    };
    let title = format!("Restore the header of {}", OpenStore::title_of(&file));
    let task = state.tasks.start(now, title, false);
    if let Some(restore) = find(state) {
        restore.stage = RestoreStage::Running(task);
    }
    let job = RestoreJob {
        file,
        backup,
        secret,
    };
    vec![Effect::Run(task, TaskJob::RestoreHeader(Box::new(job)))]
}

/// Cancels restoring; the dialog is usable at once.
pub(super) fn cancel(state: &mut State) -> Effects {
    let Some(task) = find(state).and_then(|restore| running(restore)) else {
        return Effects::new();
    };
    if let Some(restore) = find(state) {
        restore.stage = RestoreStage::Form { problem: None };
    }
    state.tasks.finish(task, TaskState::Cancelled);
    vec![Effect::CancelTask(task)]
}

/// Handles the result. An answer nobody is waiting for changes no dialog.
pub(in crate::update) fn done(
    state: &mut State,
    task: TaskId,
    result: Result<RestoredHeader, Option<String>>,
) {
    let end = match &result {
        Ok(_) => TaskState::Finished("The header was restored".to_owned()),
        Err(Some(message)) => TaskState::Failed(message.clone()),
        Err(None) => TaskState::Cancelled,
    };
    state.tasks.finish(task, end);
    let waits = |restore: &&mut Restore| running(restore) == Some(task);
    if let Some(restore) = find(state).filter(waits) {
        restore.stage = match result {
            Ok(restored) => RestoreStage::Done(restored),
            Err(problem) => RestoreStage::Form { problem },
        };
    }
}

fn running(restore: &Restore) -> Option<TaskId> {
    match restore.stage {
        RestoreStage::Running(task) => Some(task),
        _ => None,
    }
}

fn find(state: &mut State) -> Option<&mut Restore> {
    state.dialogs.iter_mut().find_map(|dialog| match dialog {
        Dialog::RestoreHeader(restore) => Some(&mut **restore),
        _ => None,
    })
}
