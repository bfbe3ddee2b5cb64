//! Checking a damaged file, from its page.

use vstore::Millis;

use super::Effects;
use crate::command::Secret;
use crate::effect::Effect;
use crate::jobs::{CheckJob, TaskJob};
use crate::state::{Check, OpenStore, Page, State, TaskId, TaskState, UnlockPage};

/// Starts reading the file of the unlock page, unless that is under way.
pub(super) fn start(state: &mut State, secret: Secret, now: Millis) -> Effects {
    let Page::Unlock(page) = &mut state.page else {
        return Effects::new();
    };
    if running(page).is_some() {
        return Effects::new();
    }
    let path = page.path.clone();
    let title = format!("Check {}", OpenStore::title_of(&path));
    let task = state.tasks.start(now, title, true);
    page.check = Some(Check::Running(task));
    let job = CheckJob { path, secret };
    vec![Effect::Run(task, TaskJob::Check(Box::new(job)))]
}

/// Gives up the check that is under way; the page is free at once.
pub(super) fn cancel(state: &mut State) -> Effects {
    let Page::Unlock(page) = &mut state.page else {
        return Effects::new();
    };
    let Some(task) = running(page) else {
        return Effects::new();
    };
    page.check = None;
    state.tasks.finish(task, TaskState::Cancelled);
    vec![Effect::CancelTask(task)]
}

/// The file was read, or could not be. An answer nobody waits for is dropped.
pub(super) fn done(state: &mut State, task: TaskId, check: Option<Check>) {
    let Page::Unlock(page) = &mut state.page else {
        return;
    };
    if running(page) != Some(task) {
        return;
    }
    state.tasks.finish(
        task,
        match &check {
            Some(Check::Failed(words)) => TaskState::Failed(words.clone()),
            Some(_) => TaskState::Finished("The file was read whole".to_owned()),
            None => TaskState::Cancelled,
        },
    );
    page.check = check;
}

fn running(page: &UnlockPage) -> Option<TaskId> {
    match page.check {
        Some(Check::Running(task)) => Some(task),
        _ => None,
    }
}
