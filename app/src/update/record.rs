//! Records: drafts, edits, deletion, undo.

use vstore::value::EncodedValue;
use vstore::value::json::{Note, NoteKind, parse_text, to_pretty};
use vstore::{Cause, Expiry, Key, Millis, Op, WriteBatch};

use super::{Effects, saving, selected};
use crate::command::{CopyWhat, RecordCommand};
use crate::effect::{Copied, Effect};
use crate::engine::{LeafEdit, Request};
use crate::format;
use crate::state::{
    DetailTab, Dialog, Draft, DraftBase, DraftError, EDITED_TEXT_BYTES_MAX, FocusTarget, Level,
    Location, OpenStore, Scope, State, Step,
};

/// How many keys a question about deletion shows.
const SAMPLE_KEYS: usize = 5;
/// From this number of records on, a change runs as a task with progress.
const WATCHED_FROM: usize = 20_000;

pub(super) fn update(state: &mut State, command: RecordCommand, now: Millis) -> Effects {
    let honour = state.prefs.honour_expire_at;
    if state
        .store()
        .is_some_and(|store| store.close_asked.is_some())
    {
        // An edit made now would come too late. If the engine does not close the database, editing
        // continues.
        return Effects::new();
    }
    match command {
        RecordCommand::New { prefix } => start_new(state, prefix),
        RecordCommand::Edit(key) => start_edit(state, &key, now),
        RecordCommand::ShowDraft => show_draft(state),
        RecordCommand::DeleteSelected => delete_selected(state),
        RecordCommand::LeafTooLarge => {
            let most = format::bytes(EDITED_TEXT_BYTES_MAX as u64);
            let words = format!("A value over {most} is too large to be edited here");
            state.notices.push(now, Level::Info, words);
            Effects::new()
        }
        RecordCommand::Copy(what) => copy(state, what, now),
        RecordCommand::Delete(_)
        | RecordCommand::SetExpiry { .. }
        | RecordCommand::Undo
        | RecordCommand::Redo => change_many(state, command, now),
        command => match state.store_mut() {
            Some(store) => change(store, command, honour),
            None => Effects::new(),
        },
    }
}

fn change(store: &mut OpenStore, command: RecordCommand, honour_expire_at: bool) -> Effects {
    match command {
        RecordCommand::EditDraft { key, text } => {
            edit_draft(store, key, text, honour_expire_at);
            Effects::new()
        }
        RecordCommand::SetDraftExpiry(expires_at) => {
            if let Some(draft) = &mut store.detail.draft {
                draft.expires_at = expires_at;
            }
            Effects::new()
        }
        RecordCommand::CommitDraft => commit_draft(store),
        RecordCommand::DiscardDraft => discard_draft(store),
        RecordCommand::RebaseDraft => {
            rebase_draft(store);
            Effects::new()
        }
        RecordCommand::SetLeaf {
            key,
            location,
            value,
        } => edit_leaf(store, key, LeafEdit::Set { location, value }),
        RecordCommand::RemoveLeaf { key, location } => {
            edit_leaf(store, key, LeafEdit::Remove { location })
        }
        RecordCommand::AddLeaf {
            key,
            location,
            name,
            value,
        } => edit_leaf(
            store,
            key,
            LeafEdit::Add {
                location,
                name,
                value,
            },
        ),
        RecordCommand::Put {
            key,
            value,
            expires_at,
        } => saving::ask(
            store,
            Request::Add {
                key,
                value,
                expires_at,
            },
        ),
        RecordCommand::Duplicate(key) => saving::ask(store, Request::Duplicate(key)),
        RecordCommand::Rename { from, to } => {
            let mut batch = WriteBatch::new(Cause::Edit);
            batch.rename(from, to);
            saving::ask(store, Request::Commit(batch))
        }
        RecordCommand::Delete(_)
        | RecordCommand::SetExpiry { .. }
        | RecordCommand::Undo
        | RecordCommand::Redo
        | RecordCommand::New { .. }
        | RecordCommand::Edit(_)
        | RecordCommand::ShowDraft
        | RecordCommand::DeleteSelected
        | RecordCommand::LeafTooLarge
        | RecordCommand::Copy(_) => Effects::new(),
    }
}

/// Changes of any number of records. A large change runs as a task, which shows progress and can be
/// cancelled.
fn change_many(state: &mut State, command: RecordCommand, now: Millis) -> Effects {
    let Some(store) = state.store_mut().filter(|store| !store.read_only) else {
        return Effects::new();
    };
    let nearest = |labels: &[String]| labels.first().cloned().unwrap_or_default();
    let (request, count, title) = match command {
        RecordCommand::Delete(scope) => {
            let count = store.count(&scope);
            let title = format!("Delete {}", format::counted(count as u64, "record"));
            (Request::Delete(store.target(&scope)), count, title)
        }
        RecordCommand::SetExpiry { scope, expires_at } => {
            let count = store.count(&scope);
            let target = store.target(&scope);
            let records = format::counted(count as u64, "record");
            let request = Request::SetExpiry { target, expires_at };
            (request, count, format!("Change the expiry of {records}"))
        }
        RecordCommand::Undo => {
            let title = format!("Undo: {}", nearest(&store.history.undo));
            (Request::Undo, store.history.undo_records, title)
        }
        _ => {
            let title = format!("Redo: {}", nearest(&store.history.redo));
            (Request::Redo, store.history.redo_records, title)
        }
    };
    if count < WATCHED_FROM {
        return saving::ask(store, request);
    }
    let task = state.tasks.start(now, title, true);
    let request = Request::Watched(task, Box::new(request));
    state
        .store_mut()
        .map(|store| saving::ask(store, request))
        .unwrap_or_default()
}

fn edit_leaf(store: &mut OpenStore, key: Key, edit: LeafEdit) -> Effects {
    saving::ask(store, Request::EditLeaf { key, edit })
}

fn start_new(state: &mut State, prefix: String) -> Effects {
    state.prefs.layout.right = true;
    let Some(store) = state.store_mut().filter(|store| !store.read_only) else {
        return Effects::new();
    };
    // Goes back to an edit that is already open instead of discarding it.
    if store
        .detail
        .draft
        .as_ref()
        .is_none_or(|draft| !draft.is_dirty())
    {
        store.detail.draft = Some(new_draft(
            DraftBase::New,
            prefix,
            Draft::NEW_TEXT.to_owned(),
            None,
        ));
    }
    state.focus = Some(FocusTarget::Detail);
    Effects::new()
}

fn start_edit(state: &mut State, key: &Key, now: Millis) -> Effects {
    state.prefs.layout.right = true;
    let Some(store) = state.store_mut().filter(|store| !store.read_only) else {
        return Effects::new();
    };
    let Some(record) = store.snapshot.get(key.as_str()) else {
        return Effects::new();
    };
    if store.detail.draft.as_ref().is_some_and(Draft::is_dirty) {
        state.focus = Some(FocusTarget::Detail);
        return Effects::new();
    }
    let too_large = EDITED_TEXT_BYTES_MAX < record.value.len();
    let text = if too_large {
        String::new()
    } else {
        to_pretty(record.value.view())
    };
    if too_large || EDITED_TEXT_BYTES_MAX < text.len() {
        let size = format::bytes(record.value.len() as u64);
        let words = format!("{size} is too large to edit as one text; edit single values instead");
        state.notices.push(now, Level::Info, words);
        return Effects::new();
    }
    let expires_at = record.meta.expires_at;
    let draft = new_draft(
        DraftBase::Record(record),
        key.as_str().to_owned(),
        text,
        expires_at,
    );
    store.detail.draft = Some(draft);
    state.focus = Some(FocusTarget::Detail);
    Effects::new()
}

/// A new draft, or one restored from its sealed form.
pub(super) fn new_draft(
    base: DraftBase,
    key: String,
    text: String,
    expires_at: Option<Millis>,
) -> Draft {
    let (parsed, note) = parse(&text);
    Draft {
        parsed,
        note,
        key_error: key_error(&base, &key, None),
        base,
        key,
        text,
        expires_at,
        restored: false,
        sealed: false,
        outdated: false,
        committing: None,
        not_written: false,
    }
}

fn edit_draft(store: &mut OpenStore, key: String, text: String, honour_expire_at: bool) {
    let Some(draft) = &mut store.detail.draft else {
        return;
    };
    if draft.text != text {
        (draft.parsed, draft.note) = parse(&text);
        draft.text = text;
        let expiry_in_value = draft
            .parsed
            .as_ref()
            .ok()
            .and_then(expire_at)
            .filter(|_| honour_expire_at);
        draft.expires_at = expiry_in_value.or(draft.expires_at);
    }
    draft.key_error = key_error(&draft.base, &key, Some(&store.snapshot));
    draft.key = key;
}

/// The value of a text, and what happens to numbers that do not fit into 64 bits.
fn parse(text: &str) -> (Result<EncodedValue, DraftError>, Option<String>) {
    match parse_text(text) {
        Ok((value, notes)) => (Ok(value), note(&notes)),
        Err(error) => {
            let error = DraftError {
                line: usize::try_from(error.line).unwrap_or(usize::MAX),
                column: usize::try_from(error.column).unwrap_or(usize::MAX),
                message: error.kind.to_string(),
            };
            (Err(error), None)
        }
    }
}

/// What happens to the first of these numbers, and how many more there are.
fn note(notes: &[Note]) -> Option<String> {
    let first = notes.first()?;
    let why = match first.kind {
        NoteKind::IntegerAsString => "has more than 64 bits",
        NoteKind::FloatAsString => "is out of range",
    };
    let (line, column) = (first.place.line, first.place.column);
    let more = notes.len().saturating_sub(1) as u64;
    let more = match more {
        0 => String::new(),
        more => format!(" So do {more} more."),
    };
    Some(format!(
        "Line {line}, column {column}: this number {why}; it becomes a string.{more}"
    ))
}

/// The expiry given by a top-level integer `expireAt` (Unix seconds), if there is one.
fn expire_at(value: &EncodedValue) -> Option<Millis> {
    vstore::expire_at(value.view())?.ok()
}

fn key_error(base: &DraftBase, key: &str, snapshot: Option<&vstore::Snapshot>) -> Option<String> {
    if let Err(error) = Key::check(key) {
        return Some(error.to_string());
    }
    let own = matches!(base, DraftBase::Record(record) if record.key.as_str() == key);
    let taken = !own && snapshot.is_some_and(|snapshot| snapshot.get(key).is_some());
    taken.then(|| "another record has this key".to_owned())
}

/// Requests to write the draft; nothing if it is invalid or already being written.
pub(super) fn commit_draft(store: &mut OpenStore) -> Effects {
    let Some(draft) = store
        .detail
        .draft
        .as_mut()
        .filter(|draft| draft.committing.is_none())
    else {
        return Effects::new();
    };
    let (Ok(value), Ok(key)) = (draft.parsed.clone(), Key::new(&draft.key)) else {
        return Effects::new();
    };
    let expires_at = draft.expires_at;
    let (sealed, base) = (draft.sealed, draft.base.clone());
    let mut batch = WriteBatch::new(Cause::Edit);
    let mut new = None;
    match base {
        DraftBase::New => {
            new = Some(key.clone());
            let expiry = expires_at.map_or(Expiry::Never, Expiry::At);
            batch.push(Op::Put { key, value, expiry });
        }
        DraftBase::Record(record) => {
            // A record that was deleted in the meantime is restored with the edit.
            if record.key != key && store.snapshot.get(record.key.as_str()).is_some() {
                batch.rename(record.key.clone(), key.clone());
            }
            if record.value == value && record.key == key {
                batch.set_expiry(key, expires_at);
            } else {
                let expiry = expires_at.map_or(Expiry::Never, Expiry::At);
                batch.push(Op::Put { key, value, expiry });
            }
        }
    }
    let mut effects = saving::ask(store, Request::SaveDraft { batch, new });
    if let Some(draft) = store.detail.draft.as_mut().filter(|_| !effects.is_empty()) {
        draft.committing = Some(store.asked);
    }
    if sealed {
        effects.extend(saving::ask(store, Request::ForgetDraft));
    }
    effects
}

/// Scrolls to the open edit and focuses it.
pub(super) fn show_draft(state: &mut State) -> Effects {
    state.prefs.layout.right = true;
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    let base = store.detail.draft.as_ref().map(|draft| draft.base.clone());
    if let Some(DraftBase::Record(record)) = base
        && store.snapshot.get(record.key.as_str()).is_some()
    {
        selected::select_key(store, record.key);
    }
    store.detail.tab = DetailTab::Text;
    state.focus = Some(FocusTarget::Detail);
    Effects::new()
}

fn discard_draft(store: &mut OpenStore) -> Effects {
    match store.detail.draft.take() {
        Some(draft) if draft.sealed => saving::ask(store, Request::ForgetDraft),
        _ => Effects::new(),
    }
}

/// Bases the draft on the current record, keeping what was typed.
fn rebase_draft(store: &mut OpenStore) {
    let Some(draft) = &mut store.detail.draft else {
        return;
    };
    if let DraftBase::Record(record) = &draft.base {
        draft.base = match store.snapshot.get(record.key.as_str()) {
            Some(now) => DraftBase::Record(now),
            None => DraftBase::New,
        };
    }
    draft.outdated = false;
    draft.restored = false;
    draft.key_error = key_error(&draft.base, &draft.key, Some(&store.snapshot));
}

fn delete_selected(state: &mut State) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    let count = store.selected_count();
    if count <= 1 {
        let target = store.target(&Scope::Selected);
        return if count == 0 {
            Effects::new()
        } else {
            saving::ask(store, Request::Delete(target))
        };
    }
    let target = store.target(&Scope::Selected);
    let sample = target.keys(&store.snapshot).take(SAMPLE_KEYS).collect();
    // Deletes exactly what the question is about, whatever happens to the selection.
    let scope = store.frozen(&Scope::Selected);
    state.dialogs.push_back(Dialog::ConfirmDelete {
        scope,
        count,
        sample,
    });
    Effects::new()
}

/// Copies something and reports it, since nothing else on screen changes.
fn copy(state: &mut State, what: CopyWhat, now: Millis) -> Effects {
    let message = match &what {
        CopyWhat::Value | CopyWhat::Leaf { .. } => "Value copied".to_owned(),
        CopyWhat::Key => "Key copied".to_owned(),
        CopyWhat::Path(_) => "Path copied".to_owned(),
        CopyWhat::Text(_) => "Text copied".to_owned(),
        CopyWhat::SelectedAsJson => {
            let selected = state.store().map_or(0, OpenStore::selected_count);
            format!(
                "{} copied as JSON",
                format::counted(selected as u64, "record")
            )
        }
    };
    let effects = copied(state, what);
    if !effects.is_empty() {
        report_copied(state, &message, now);
    }
    effects
}

/// Reports that something is on the clipboard (`Key copied`), and for how long.
pub(super) fn report_copied(state: &mut State, message: &str, now: Millis) {
    let text = format!("{message}; the clipboard is cleared in 30 seconds");
    state.notices.push(now, Level::Info, text);
}

fn copied(state: &State, what: CopyWhat) -> Effects {
    // A message can be copied without a database.
    if let CopyWhat::Text(text) = what {
        return vec![Effect::Copy(Copied::Text(text))];
    }
    let Some(store) = state.store() else {
        return Effects::new();
    };
    let record = || {
        let key = store
            .selection
            .single()
            .or(store.selection.cursor.as_ref())?;
        store.snapshot.get(key.as_str())
    };
    let copied = match what {
        CopyWhat::Value => record().map(Copied::Value),
        CopyWhat::Key => record().map(|record| Copied::Text(record.key.as_str().to_owned())),
        CopyWhat::SelectedAsJson => Some(Copied::Records(
            store.snapshot.clone(),
            store.target(&Scope::Selected),
        )),
        CopyWhat::Leaf { key, location } => store
            .snapshot
            .get(key.as_str())
            .map(|record| Copied::Leaf(record, location)),
        CopyWhat::Path(location) => Some(Copied::Text(path_text(&location))),
        CopyWhat::Text(_) => None,
    };
    copied
        .map(|copied| vec![Effect::Copy(copied)])
        .unwrap_or_default()
}

/// A path as written in queries: `items[].price`.
fn path_text(location: &Location) -> String {
    let mut text = String::new();
    for step in location {
        match step {
            Step::Index(_) => text.push_str(if text.is_empty() { "$value[]" } else { "[]" }),
            Step::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                // Names that are not a single word are quoted.
                if vstore::Path::parse(name)
                    .is_ok_and(|path| path.as_str() == name && !name.contains(['.', '[']))
                {
                    text.push_str(name);
                } else {
                    text.push('"');
                    text.push_str(&name.replace('\\', "\\\\").replace('"', "\\\""));
                    text.push('"');
                }
            }
        }
    }
    text
}
