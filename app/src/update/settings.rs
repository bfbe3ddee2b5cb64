//! Commands about settings that the file keeps: saved searches, widths and order of columns, the
//! delimiter of keys.

use vstore::Millis;

use super::{Effects, derived, file_settings, query};
use crate::command::SettingsCommand;
use crate::state::{Column, ColumnKind, DELIMITERS, OpenStore, State};

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
            effects.extend(query::ask(store, query));
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
    file_settings::changed(store, now);
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
