//! Handles a database that was opened or copied, or that could not be.

use vstore::Millis;

use super::{
    Effects, close, derived, file, file_settings, loading, record, saving, selected, transfer,
};
use crate::effect::Effect;
use crate::engine::{OpenedStore, Request, SealedDraft};
use crate::format;
use crate::state::{
    ActivityEvent, Column, Dialog, Draft, DraftBase, EventKind, FocusTarget, Level, OpenStore,
    Page, Problem, RequestId, SaveState, State, Ticket,
};

pub(super) fn opened_store(
    state: &mut State,
    ticket: Ticket,
    opened: OpenedStore,
    now: Millis,
) -> Effects {
    let is_loading = state.store().is_some_and(|store| store.loading.is_some());
    if state.session() == Some(ticket) && !is_loading {
        // It is already on screen.
        return Effects::new();
    }
    if state.busy != Some(ticket) {
        // It was cancelled: drop the keys and records again.
        let id = RequestId {
            session: ticket,
            number: 0,
        };
        return vec![Effect::AskOf(id, Request::Lock { draft: None })];
    }
    state.busy = None;
    state.recent = None;
    let loaded = take_loading(state, &opened);
    let OpenedStore {
        title,
        path,
        read_only,
        snapshot,
        draft,
        notes,
        standing,
        session,
        key_file,
        ..
    } = opened;
    let is_new = loaded.is_none();
    let mut store = loaded.unwrap_or_else(|| {
        let mut store = Box::new(OpenStore::new(title, path, read_only, snapshot));
        store.columns.push(Column::Value);
        store
    });
    store.session = session;
    store.key_file = key_file;
    store.standing = standing;
    file_settings::load(&mut store);
    let mut asked = Effects::new();
    match draft.map(|draft| unsealed(&store, draft)) {
        // It was written after it was sealed: nothing is left to do.
        Some(draft) if is_written(&store, &draft) => {
            asked.extend(saving::ask(&mut store, Request::ForgetDraft));
        }
        draft => store.detail.draft = draft,
    }
    if let Some(draft) = &store.detail.draft {
        if let DraftBase::Record(record) = &draft.base {
            let key = record.key.clone();
            selected::select_key(&mut store, key);
        }
        state.prefs.layout.right = true;
        state
            .notices
            .push(now, Level::Info, "Restored an unsaved edit");
        state.focus = Some(FocusTarget::Detail);
    } else if is_new {
        state.focus = Some(FocusTarget::Records);
    }
    let text = format::counted(store.snapshot.len() as u64, "record");
    store.activity.push(ActivityEvent {
        before: None,
        at: now,
        kind: EventKind::Open,
        key: None,
        text,
    });
    for note in notes {
        state.notices.push(now, Level::Info, note);
    }
    let mut effects = file::remember(state, &store, now);
    effects.extend(asked);
    effects.extend(derived::refresh_all(&mut store, now));
    state.page = Page::Open(store);
    if let Some(path) = state.pending_import.take() {
        effects.extend(transfer::plan_import(state, path, now));
    }
    effects
}

/// Takes the file that was shown while it was being read.
fn take_loading(state: &mut State, opened: &OpenedStore) -> Option<Box<OpenStore>> {
    match std::mem::take(&mut state.page) {
        Page::Open(mut store) if store.loading.is_some() => {
            loading::finished(&mut store, opened);
            Some(store)
        }
        page => {
            state.page = page;
            None
        }
    }
}

fn unsealed(store: &OpenStore, sealed: SealedDraft) -> Draft {
    let record = sealed.base.and_then(|key| store.snapshot.get(key.as_str()));
    let base = record.map_or(DraftBase::New, DraftBase::Record);
    let draft = record::new_draft(base, sealed.key, sealed.text, sealed.expires_at);
    Draft {
        restored: true,
        sealed: true,
        ..draft
    }
}

/// Whether the records already contain a draft.
fn is_written(store: &OpenStore, draft: &Draft) -> bool {
    let record = store.snapshot.get(&draft.key);
    record.is_some_and(|record| {
        draft.parsed.as_ref() == Ok(&record.value) && draft.expires_at == record.meta.expires_at
    })
}

/// The engine continues with a copy, whether or not the user is still waiting for it: an attempt
/// that was cancelled too late is reported as completed.
pub(super) fn saved_as(state: &mut State, opened: OpenedStore, now: Millis) -> Effects {
    if state.session() != Some(opened.session) {
        return Effects::new();
    }
    let is_attempt_over = state.busy.is_none();
    state.busy = None;
    let is_save_as = |dialog: &Dialog| matches!(dialog, Dialog::SaveAs { .. });
    let place = state.dialogs.iter().position(is_save_as);
    let then = match place.and_then(|place| state.dialogs.remove(place)) {
        Some(Dialog::SaveAs { then, .. }) => then,
        _ => None,
    };
    let Page::Open(store) = &mut state.page else {
        return Effects::new();
    };
    store.title = opened.title;
    store.path = opened.path;
    store.key_file = opened.key_file;
    store.read_only = opened.read_only;
    store.changed_elsewhere = false;
    // Waiting changes are in the copy as well: the engine reports that next.
    store.save = SaveState::Saved { at: now };
    saving::refresh(store, Some(now));
    let mut asked = Effects::new();
    if store
        .detail
        .draft
        .as_ref()
        .is_some_and(|draft| draft.not_written)
    {
        asked.extend(record::commit_draft(store));
    }
    let message = if is_attempt_over {
        format!("Saved as {}: it was too late to cancel", store.title)
    } else {
        format!("Saved as {}", store.title)
    };
    state.notices.push(now, Level::Success, message);
    let Page::Open(store) = std::mem::take(&mut state.page) else {
        return Effects::new();
    };
    let mut effects = file::remember(state, &store, now);
    effects.extend(asked);
    state.page = Page::Open(store);
    if let Some(then) = then {
        effects.extend(close::request(state, then));
    }
    effects
}

pub(super) fn not_opened(
    state: &mut State,
    ticket: Ticket,
    problem: Problem,
    now: Millis,
) -> Effects {
    if state.busy != Some(ticket) {
        return Effects::new();
    }
    state.busy = None;
    loading::back_to_unlock(state);
    if matches!(state.page, Page::Open(_))
        && let Some(Dialog::SaveAs {
            busy,
            problem: shown,
            ..
        }) = state.dialogs.front_mut()
    {
        *busy = false;
        *shown = Some(problem);
        return Effects::new();
    }
    match &mut state.page {
        Page::Unlock(page) => {
            page.busy = None;
            page.attempts += 1;
            page.problem = Some(problem);
            state.focus = Some(FocusTarget::Password);
        }
        Page::NewDatabase(page) => {
            page.busy = None;
            if let Problem::AlreadyExists(path) = &problem {
                page.exists = Some(path.clone());
            }
            page.problem = Some(problem);
        }
        Page::Welcome | Page::Open(_) => {
            state.notices.push(now, Level::Error, problem.text());
        }
    }
    Effects::new()
}
