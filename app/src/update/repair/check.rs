//! Checking a file: a damaged one from its page, or the open one.

use vstore::Millis;
use vstore::file::VerifyReport;

use crate::effect::Effect;
use crate::engine::Request;
use crate::jobs::{CheckJob, TaskJob};
use crate::state::{Check, Dialog, OpenStore, Page, Secret, State, TaskId, TaskState, UnlockPage};
use crate::update::{Effects, ask_of};

/// Starts checking the file of the unlock page, unless that is running.
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

/// Cancels the running check; the page is usable at once.
pub(in crate::update) fn cancel(state: &mut State) -> Effects {
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

/// Starts checking the open file, and shows its progress.
pub(super) fn start_open(state: &mut State, now: Millis) -> Effects {
    let Some(title) = state
        .store()
        .filter(|store| store.path.is_some() && store.loading.is_none())
        .map(|store| store.title.clone())
    else {
        return Effects::new();
    };
    if shown(state).is_some() {
        return Effects::new();
    }
    let task = state.tasks.start(now, format!("Check {title}"), true);
    state.dialogs.push_back(Dialog::Check(Check::Running(task)));
    let store = state.store_mut();
    store
        .map(|store| vec![ask_of(store, Request::Check(task))])
        .unwrap_or_default()
}

/// Closes the check of the open file.
pub(super) fn close_open(state: &mut State) -> Effects {
    let running = match shown(state) {
        Some(Check::Running(task)) => Some(*task),
        _ => None,
    };
    state
        .dialogs
        .retain(|dialog| !matches!(dialog, Dialog::Check(_)));
    let Some(task) = running else {
        return Effects::new();
    };
    state.tasks.finish(task, TaskState::Cancelled);
    vec![Effect::CancelTask(task)]
}

/// Handles the result of a check. An answer nobody is waiting for is dropped.
pub(in crate::update) fn done(
    state: &mut State,
    task: TaskId,
    result: Result<VerifyReport, Option<String>>,
) {
    let check = Check::of(result);
    let end = match &check {
        Some(Check::Failed(message)) => TaskState::Failed(message.clone()),
        Some(_) => TaskState::Finished("The whole file was read".to_owned()),
        None => TaskState::Cancelled,
    };
    if let Some(place) = shown(state).filter(|place| **place == Check::Running(task)) {
        match check {
            Some(check) => *place = check,
            None => drop(close_open(state)),
        }
    } else if let Page::Unlock(page) = &mut state.page
        && running(page) == Some(task)
    {
        page.check = check;
    } else {
        return;
    }
    state.tasks.finish(task, end);
}

/// The check of the open file, if one is shown.
fn shown(state: &mut State) -> Option<&mut Check> {
    state.dialogs.iter_mut().find_map(|dialog| match dialog {
        Dialog::Check(check) => Some(check),
        _ => None,
    })
}

fn running(page: &UnlockPage) -> Option<TaskId> {
    match page.check {
        Some(Check::Running(task)) => Some(task),
        _ => None,
    }
}
