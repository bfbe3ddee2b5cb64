//! Databases: create, open, save, close.

use std::path::PathBuf;

use vstore::Millis;
use vstore::file::Standing;
use vstore::target::Consent;

use super::{Effects, ask_of, close, layout, open, pages, pick, picked, saving, transfer, unsaved};
use crate::command::FileCommand;
use crate::effect::Effect;
use crate::engine::Request;
use crate::state::{
    AfterClose, BusyPhase, CreatePage, Dialog, FilePurpose, Level, OpenStore, Page, SaveState,
    Secret, State,
};

pub(super) fn update(state: &mut State, command: FileCommand, now: Millis) -> Effects {
    match command {
        FileCommand::NewDatabase => close::request(state, AfterClose::NewDatabase),
        FileCommand::Create {
            path,
            secret,
            overwrite,
        } => create(state, path, secret, overwrite),
        FileCommand::OpenSample => close::request(state, AfterClose::Sample),
        FileCommand::Open { path, read_only } => open::request(state, path, read_only),
        FileCommand::Dropped(paths) => dropped(state, paths, now),
        FileCommand::PickFile(purpose) => pick::pick(state, purpose),
        FileCommand::Picked { purpose, path } => {
            state
                .dialogs
                .retain(|dialog| !matches!(dialog, Dialog::PathField { .. }));
            picked::picked(state, purpose, path, now)
        }
        FileCommand::CancelBusy => pages::cancel_busy(state),
        FileCommand::SwitchToWindow(path) => vec![Effect::ShowOtherWindow(path)],
        FileCommand::Compact => compact(state, now),
        FileCommand::WriteAgain => match state.store_mut() {
            Some(store) => unsaved::write_again(store),
            None => Effects::new(),
        },
        FileCommand::DeleteExpired => match state.store_mut() {
            Some(store) => saving::ask(store, Request::ConfirmClock),
            None => Effects::new(),
        },
        FileCommand::KeepExpired => {
            if let Some(store) = state.store_mut() {
                store.keeps_expired = true;
            }
            Effects::new()
        }
        FileCommand::AcceptStanding => {
            if let Some(store) = state.store_mut() {
                store.standing = Standing::Unknown;
            }
            Effects::new()
        }
        FileCommand::LookAtFile => match state.store_mut() {
            Some(store) if store.path.is_some() => vec![ask_of(store, Request::LookAtFile)],
            _ => Effects::new(),
        },
        FileCommand::Reload => reload(state),
        FileCommand::SaveAs => pick::pick(state, FilePurpose::SaveAs),
        FileCommand::SaveCopy {
            path,
            secret,
            consent,
        } => save_copy(state, path, secret, consent),
        FileCommand::ChangePassword { current, new } => {
            let Page::Open(store) = &mut state.page else {
                return Effects::new();
            };
            if let Some(Dialog::ChangePassword { busy, problem }) = state.dialogs.front_mut() {
                *busy = true;
                *problem = None;
            }
            vec![ask_of(store, Request::ChangePassword { current, new })]
        }
        FileCommand::Close(then) => close::request(state, then),
        FileCommand::CloseWithoutSaving(then) => {
            let giving_up = forget_question(state);
            close::without_saving(state, then, giving_up)
        }
        FileCommand::SaveAndClose(then) => {
            forget_question(state);
            close::save_first(state, then, now)
        }
        FileCommand::ForgetRecent(path) => {
            state.prefs.forget(&path);
            layout::save(state)
        }
        FileCommand::ClearRecent => {
            state.prefs.recent.clear();
            layout::save(state)
        }
    }
}

/// Closes the question; returns the number of waiting changes that it named.
fn forget_question(state: &mut State) -> usize {
    let mut named = 0;
    state.dialogs.retain(|dialog| match dialog {
        Dialog::SaveBeforeClosing { waiting, .. } => {
            named = *waiting;
            false
        }
        _ => true,
    });
    named
}

fn create(state: &mut State, path: PathBuf, secret: Secret, overwrite: bool) -> Effects {
    let ticket = state.start_attempt();
    let Page::NewDatabase(page) = &mut state.page else {
        return Effects::new();
    };
    *page = CreatePage {
        busy: Some(BusyPhase::Waiting),
        ..CreatePage::default()
    };
    vec![Effect::Ask(Request::Create {
        ticket,
        path,
        secret,
        overwrite,
    })]
}

fn save_copy(state: &mut State, path: PathBuf, secret: Secret, consent: Consent) -> Effects {
    if state.store().is_none() {
        return Effects::new();
    }
    let ticket = state.start_attempt();
    if let Some(Dialog::SaveAs { busy, problem, .. }) = state.dialogs.front_mut() {
        *busy = true;
        *problem = None;
    }
    let Page::Open(store) = &mut state.page else {
        return Effects::new();
    };
    let request = Request::SaveAs {
        ticket,
        path,
        secret,
        snapshot: store.snapshot.clone(),
        consent,
    };
    vec![ask_of(store, request)]
}

fn reload(state: &mut State) -> Effects {
    let Some((path, read_only)) = state
        .store()
        .and_then(|store| Some((store.path.clone()?, store.is_read_only())))
    else {
        return Effects::new();
    };
    open::request(state, path, read_only)
}

fn compact(state: &mut State, now: Millis) -> Effects {
    let Some(store) = state.store() else {
        return Effects::new();
    };
    if store.path.is_none() {
        return pick::pick(state, FilePurpose::SaveAs);
    }
    let is_saved = matches!(store.save, SaveState::Saved { .. });
    let effects = start_compaction(state, now);
    if is_saved && !effects.is_empty() {
        let text = "Every change is saved. The file is being compacted.";
        state.notices.push(now, Level::Success, text);
    }
    effects
}

/// Starts a compaction, unless one is running.
pub(super) fn start_compaction(state: &mut State, now: Millis) -> Effects {
    const TITLE: &str = "Compact the file";
    let running = state
        .tasks
        .iter()
        .any(|task| task.title == TITLE && task.state.is_running());
    if running || state.store().is_none_or(|store| store.read_only) {
        return Effects::new();
    }
    let task = state.tasks.start(now, TITLE, true);
    let store = state.store_mut();
    store
        .map(|store| vec![ask_of(store, Request::Compact(task))])
        .unwrap_or_default()
}

fn dropped(state: &mut State, paths: Vec<PathBuf>, now: Millis) -> Effects {
    let Some(path) = paths.into_iter().next() else {
        return Effects::new();
    };
    if pick::is_data(&path) {
        transfer::plan_import(state, path, now)
    } else {
        open::request(state, path, false)
    }
}

/// Adds an opened file to the recent ones.
pub(super) fn remember(state: &mut State, store: &OpenStore, now: Millis) -> Effects {
    match &store.path {
        Some(path) => {
            state.prefs.remember(path.clone(), now.0);
            layout::save(state)
        }
        None => Effects::new(),
    }
}
