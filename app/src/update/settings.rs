//! What the file keeps about how it is looked at: when it changes, and when it is written.
//!
//! Typing and dragging change it many times a second: it is written a moment after the last
//! change, and before the file is locked or closed.

use vstore::Millis;

use super::{Effects, ask_of, derived, search};
use crate::command::SettingsCommand;
use crate::engine::Request;
use crate::state::{
    Column, ColumnKind, DELIMITERS, OpenStore, SETTINGS_NAME, State, apply_settings,
    encode_settings,
};

/// How long after the last change the settings are written.
const PAUSE_MILLIS: i64 = 1_000;

pub(super) fn update(state: &mut State, command: SettingsCommand, now: Millis) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    let mut effects = Effects::new();
    match command {
        SettingsCommand::SaveSearch { name } => {
            let query = store.search.query();
            store.settings.save(&name, query);
        }
        SettingsCommand::RenameSearch { from, to } => store.settings.rename(&from, &to),
        SettingsCommand::DeleteSearch(name) => {
            store.settings.saved.retain(|saved| saved.name != name);
        }
        SettingsCommand::RememberSearch => {
            let query = store.search.query();
            store.search.past.settle();
            store.settings.remember(query);
        }
        SettingsCommand::ForgetRecentSearches => store.settings.recent.clear(),
        SettingsCommand::Search(query) => {
            store.settings.remember(query.clone());
            effects.extend(search::ask(store, query));
        }
        SettingsCommand::ResizeColumn { column, width } => {
            store.settings.widths.insert(column, width);
        }
        SettingsCommand::MoveColumn { column, right } => move_column(store, &column, right),
        SettingsCommand::SetDelimiter(delimiter) => {
            if DELIMITERS.contains(&delimiter) && store.namespaces.delimiter != delimiter {
                store.namespaces.delimiter = delimiter;
                store.namespaces.expanded.clear();
                effects.push(derived::ask_namespaces(store));
            }
        }
    }
    changed(store, now);
    effects
}

fn move_column(store: &mut OpenStore, column: &ColumnKind, right: bool) {
    let is = |shown: &Column| match (shown, column) {
        (Column::Value, ColumnKind::Value) => true,
        (Column::Path(one), ColumnKind::Path(other)) => one == other,
        _ => false,
    };
    let Some(place) = store.columns.iter().position(is) else {
        return;
    };
    let to = if right {
        place + 1
    } else {
        place.wrapping_sub(1)
    };
    if to < store.columns.len() {
        store.columns.swap(place, to);
    }
}

/// The settings may have changed: they are written in a moment.
pub(super) fn changed(store: &mut OpenStore, now: Millis) {
    if !store.read_only {
        store.settings_due = Some(now.plus_millis(PAUSE_MILLIS));
    }
}

/// Writes the settings if their time has come.
pub(super) fn write_due(store: &mut OpenStore, now: Millis) -> Effects {
    match store.settings_due {
        Some(due) if due <= now => write(store),
        _ => Effects::new(),
    }
}

/// Writes the settings if they changed since they were written, as before locking and closing.
pub(super) fn write(store: &mut OpenStore) -> Effects {
    if store.settings_due.take().is_none() || store.read_only {
        return Effects::new();
    }
    let Some(value) = encode_settings(store) else {
        return Effects::new();
    };
    if store.settings_written.as_ref() == Some(&value) {
        return Effects::new();
    }
    store.settings_written = Some(value.clone());
    let request = Request::SetSetting {
        name: SETTINGS_NAME,
        value,
    };
    vec![ask_of(store, request)]
}

/// Takes over what the file says, when it was opened.
pub(super) fn load(store: &mut OpenStore) {
    // What was chosen while the file was being read stays.
    if store.settings_due.is_some() {
        return;
    }
    if let Some(value) = store.snapshot.setting(SETTINGS_NAME).cloned() {
        apply_settings(store, &value);
        store.settings_written = Some(value);
    }
}
