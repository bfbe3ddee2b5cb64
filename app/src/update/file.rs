//! Databases: create, open, save, close.

use std::path::{Path, PathBuf};

use vstore::Millis;
use vstore::file::Standing;
use vstore::target::Consent;

use super::{
    Effects, ask_of, close, layout, loading, open, record, repair, security, transfer, unsaved,
};
use crate::command::FileCommand;
use crate::effect::Effect;
use crate::engine::Request;
use crate::state::{
    AfterClose, BusyPhase, CreatePage, Dialog, FilePurpose, FocusTarget, Level, OpenStore, Page,
    SaveState, Secret, State, UnlockPage,
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
        FileCommand::PickFile(purpose) => pick(state, purpose),
        FileCommand::Picked { purpose, path } => {
            state
                .dialogs
                .retain(|dialog| !matches!(dialog, Dialog::PathField { .. }));
            picked(state, purpose, path, now)
        }
        FileCommand::CancelBusy => cancel_busy(state),
        FileCommand::SwitchToWindow(path) => vec![Effect::ShowOtherWindow(path)],
        FileCommand::Compact => compact(state, now),
        FileCommand::WriteAgain => match state.store_mut() {
            Some(store) => unsaved::write_again(store),
            None => Effects::new(),
        },
        FileCommand::DeleteExpired => match state.store_mut() {
            Some(store) => record::ask(store, Request::ConfirmClock),
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
        FileCommand::SaveAs => pick(state, FilePurpose::SaveAs),
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

/// Takes the question away; returns the number of waiting changes that it named.
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

/// Shows the unlock page of a file.
pub(super) fn show_unlock(state: &mut State, path: PathBuf, read_only: bool) -> Effects {
    state.page = Page::Unlock(UnlockPage::new(path.clone(), read_only));
    state.focus = Some(FocusTarget::Password);
    vec![probe(path)]
}

pub(super) fn probe(path: PathBuf) -> Effect {
    Effect::Ask(Request::Probe(path))
}

/// Shows the form for a new database.
pub(super) fn show_new(state: &mut State) {
    state.page = Page::NewDatabase(CreatePage::default());
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
        return pick(state, FilePurpose::SaveAs);
    }
    let is_saved = matches!(store.save, SaveState::Saved { .. });
    let effects = start_compaction(state, now);
    if is_saved && !effects.is_empty() {
        let text = "Every change is saved. The file is being made compact.";
        state.notices.push(now, Level::Success, text);
    }
    effects
}

/// Starts writing the file anew, unless that is under way.
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

/// Gives up opening or creating a file. The page is free at once; the answer will be stale.
pub(super) fn cancel_busy(state: &mut State) -> Effects {
    state.busy = None;
    loading::back_to_unlock(state);
    match &mut state.page {
        Page::Unlock(page) => {
            page.busy = None;
            state.focus = Some(FocusTarget::Password);
        }
        Page::NewDatabase(page) => page.busy = None,
        Page::Welcome | Page::Open(_) => {}
    }
    if let Some(Dialog::SaveAs { busy, .. }) = state.dialogs.front_mut() {
        *busy = false;
    }
    let mut effects = vec![Effect::CancelBusy];
    effects.extend(repair::cancel_check(state));
    effects
}

fn dropped(state: &mut State, paths: Vec<PathBuf>, now: Millis) -> Effects {
    let Some(path) = paths.into_iter().next() else {
        return Effects::new();
    };
    if is_data(&path) {
        transfer::plan_import(state, path, now)
    } else {
        open::request(state, path, false)
    }
}

/// Whether a file's name says that it is imported, not opened.
pub(super) fn is_data(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["json", "ndjson", "jsonl"]
        .iter()
        .any(|data| ending == *data)
}

/// Shows the system's file dialog, unless one is open.
pub(super) fn pick(state: &mut State, purpose: FilePurpose) -> Effects {
    let has_subject = state.store().is_some() || !purpose.needs_open_database();
    if state.file_dialog.is_some() || !has_subject {
        return Effects::new();
    }
    state.file_dialog = Some(purpose);
    state.file_dialog_session = state.session();
    let stem = state.store().map(|store| {
        let title = Path::new(&store.title).file_stem().unwrap_or_default();
        title.to_string_lossy().into_owned()
    });
    let has_file = state.store().is_some_and(|store| store.path.is_some());
    let replaced = state.store().is_some_and(|store| store.changed_elsewhere);
    let name = match (purpose, stem) {
        (FilePurpose::Create, _) => Some("database.vstore".to_owned()),
        (FilePurpose::NewKeyFile, Some(stem)) => Some(format!("{stem}.key")),
        (FilePurpose::HeaderBackup, Some(stem)) => Some(format!("{stem}.vstore-header")),
        // The name itself is taken by what somebody else put there.
        (FilePurpose::SaveAs, Some(stem)) if replaced => Some(format!("{stem} (mine).vstore")),
        // The open file itself is never proposed: a copy cannot take its place.
        (FilePurpose::SaveAs, Some(stem)) if has_file => Some(format!("{stem} copy.vstore")),
        (FilePurpose::SaveAs, Some(stem)) => Some(format!("{stem}.vstore")),
        (FilePurpose::Export, Some(stem)) => {
            let extension = transfer::export_extension(state);
            Some(format!("{stem}.{extension}"))
        }
        _ => None,
    };
    let folder = state
        .store()
        .and_then(|store| store.path.as_deref()?.parent());
    let folder = folder.map(Path::to_path_buf);
    vec![Effect::FileDialog {
        purpose,
        name,
        folder,
    }]
}

/// A path was chosen.
pub(super) fn picked(
    state: &mut State,
    purpose: FilePurpose,
    path: PathBuf,
    now: Millis,
) -> Effects {
    match purpose {
        FilePurpose::Open | FilePurpose::OpenReadOnly => {
            let read_only = purpose == FilePurpose::OpenReadOnly;
            if is_data(&path) {
                return transfer::plan_import(state, path, now);
            }
            open::request(state, path, read_only)
        }
        FilePurpose::NewKeyFile | FilePurpose::HeaderBackup => {
            security::picked(state, purpose, path)
        }
        FilePurpose::Damaged => repair::plan_salvage(state, path),
        FilePurpose::Create | FilePurpose::KeyFile | FilePurpose::OpenHeaderBackup => {
            state.picked = Some((purpose, path));
            Effects::new()
        }
        FilePurpose::SaveAs if state.store().is_none() => Effects::new(),
        FilePurpose::SaveAs => {
            let then = state.store_mut().and_then(|store| store.closing.take());
            let path = with_ending(path, "vstore");
            state.dialogs.push_back(Dialog::SaveAs {
                path,
                busy: false,
                problem: None,
                then,
            });
            Effects::new()
        }
        FilePurpose::Import => transfer::plan_import(state, path, now),
        FilePurpose::Export => transfer::export_to(state, path, now),
    }
}

/// A path with an ending, if it has none.
pub(super) fn with_ending(path: PathBuf, ending: &str) -> PathBuf {
    if path.extension().is_some() {
        path
    } else {
        path.with_extension(ending)
    }
}

/// Remembers a file that was opened.
pub(super) fn remember(state: &mut State, store: &OpenStore, now: Millis) -> Effects {
    match &store.path {
        Some(path) => {
            state.prefs.remember(path.clone(), now.0);
            layout::save(state)
        }
        None => Effects::new(),
    }
}
