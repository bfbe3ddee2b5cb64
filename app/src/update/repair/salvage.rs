//! Copying what is left of a damaged file to a new one.

use std::path::PathBuf;

use vstore::Millis;
use vstore::file::{KdfProfile, SalvageMode};

use crate::effect::Effect;
use crate::jobs::{SalvageJob, TaskJob};
use crate::state::{
    Dialog, OpenStore, Salvage, SalvageOutcome, SalvageStage, Secret, State, TaskId, TaskState,
};
use crate::update::{Effects, pick};

/// Shows the form for a damaged file.
pub(in crate::update) fn plan(state: &mut State, source: PathBuf) -> Effects {
    if find(state).is_none() {
        let stage = SalvageStage::Form { problem: None };
        state
            .dialogs
            .push_back(Dialog::Salvage(Box::new(Salvage { source, stage })));
    }
    Effects::new()
}

/// Starts salvaging, unless it is running.
pub(super) fn start(
    state: &mut State,
    target: PathBuf,
    secret: Secret,
    mode: SalvageMode,
    now: Millis,
) -> Effects {
    let target = pick::with_ending(target, "vstore");
    let form = |salvage: &&mut Salvage| matches!(salvage.stage, SalvageStage::Form { .. });
    let Some(source) = find(state)
        .filter(form)
        .map(|salvage| salvage.source.clone())
    else {
        return Effects::new();
    };
    let title = format!("Salvage {}", OpenStore::title_of(&source));
    let task = state.tasks.start(now, title, true);
    if let Some(salvage) = find(state) {
        salvage.stage = SalvageStage::Running(task);
    }
    let job = SalvageJob {
        source,
        target,
        secret,
        mode,
        kdf: KdfProfile::default(),
    };
    vec![Effect::Run(task, TaskJob::Salvage(Box::new(job)))]
}

/// Cancels salvaging; the dialog is usable at once.
pub(super) fn cancel(state: &mut State) -> Effects {
    let Some(task) = find(state).and_then(|salvage| running(salvage)) else {
        return Effects::new();
    };
    if let Some(salvage) = find(state) {
        salvage.stage = SalvageStage::Form { problem: None };
    }
    state.tasks.finish(task, TaskState::Cancelled);
    vec![Effect::CancelTask(task)]
}

/// Handles the result. An answer nobody is waiting for changes no dialog.
pub(in crate::update) fn done(
    state: &mut State,
    task: TaskId,
    result: Result<SalvageOutcome, Option<String>>,
) {
    let end = match &result {
        Ok(outcome) => {
            let name = OpenStore::title_of(&outcome.target);
            TaskState::Finished(format!("Everything readable was saved to {name}"))
        }
        Err(Some(message)) => TaskState::Failed(message.clone()),
        Err(None) => TaskState::Cancelled,
    };
    state.tasks.finish(task, end);
    let waits = |salvage: &&mut Salvage| running(salvage) == Some(task);
    if let Some(salvage) = find(state).filter(waits) {
        salvage.stage = match result {
            Ok(outcome) => SalvageStage::Done(outcome),
            Err(problem) => SalvageStage::Form { problem },
        };
    }
}

fn running(salvage: &Salvage) -> Option<TaskId> {
    match salvage.stage {
        SalvageStage::Running(task) => Some(task),
        _ => None,
    }
}

fn find(state: &mut State) -> Option<&mut Salvage> {
    state.dialogs.iter_mut().find_map(|dialog| match dialog {
        Dialog::Salvage(salvage) => Some(&mut **salvage),
        _ => None,
    })
}
