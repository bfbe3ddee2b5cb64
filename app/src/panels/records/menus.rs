//! The context menus of the table's rows and of its header.

use egui::containers::menu::SubMenu;
use egui::{Popup, PopupCloseBehavior, Response, SetOpenCommand, Ui};
use vstore::Millis;
use vstore::search::edit;

use super::events;
use super::rows::RowData;
use crate::action::Action;
use crate::command::{Commands, RecordCommand, SearchCommand, SettingsCommand};
use crate::panels::indexed_paths;
use crate::panels::menu_items::{ActionRow, MenuRow, action_rows, begin_menu, menu_line};
use crate::state::{Column, ColumnKind, Scope, Sort};
use crate::theme::icons;
use crate::view::StoreView;

const MINUTE: i64 = 60 * 1000;
/// The expiries offered, in milliseconds.
const LIVES: [(&str, i64); 4] = [
    ("1 minute", MINUTE),
    ("1 hour", 60 * MINUTE),
    ("1 day", 24 * 60 * MINUTE),
    ("1 week", 7 * 24 * 60 * MINUTE),
];
/// No more paths than this are offered as columns; the index explorer has them all.
const COLUMNS_MAX: usize = 40;

/// The menu of the last clicked row, attached to the body of the table.
pub(super) fn row_menu(
    body: &Response,
    row: Option<&RowData>,
    view: StoreView<'_>,
    commands: &mut Commands,
) {
    body.context_menu(|ui| {
        begin_menu(ui, [MenuRow::new("", "Copy records as JSON with shortcut")]);
        let app = view.app;
        let actions = |ui: &mut Ui, list: &[Action], commands: &mut Commands| {
            let rows: Vec<_> = list
                .iter()
                .map(|action| ActionRow::new(*action, false, &app))
                .collect();
            action_rows(ui, &rows, &app, commands);
        };
        let Some(row) = row else {
            actions(ui, &[Action::NewRecord, Action::SelectAll], commands);
            return;
        };
        if MenuRow::new(icons::ARROW_SQUARE_OUT, "Open")
            .show(ui)
            .clicked()
        {
            events::open(view, commands);
            ui.close();
        }
        let edit = [
            Action::EditRecord,
            Action::DuplicateRecord,
            Action::RenameRecord,
        ];
        actions(ui, &edit, commands);
        menu_line(ui);
        actions(ui, &[Action::CopyJson, Action::CopyKey], commands);
        menu_line(ui);
        if view.store.search.is_active() {
            actions(ui, &[Action::WhyHit], commands);
        }
        expiry_menu(ui, view, commands);
        filter_menu(ui, row, commands);
        menu_line(ui);
        actions(ui, &[Action::ExportSelected, Action::Delete], commands);
    });
}

fn expiry_menu(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let disabled = view.store.read_only;
    let entry = MenuRow {
        disabled,
        opens_menu: true,
        ..MenuRow::new(icons::TIMER, "Set expiry")
    };
    let response = entry.show(ui);
    if disabled {
        return;
    }
    SubMenu::new().show(ui, &response, |ui| {
        begin_menu(ui, LIVES.map(|(words, _)| MenuRow::new("", words)));
        let mut set = |expires_at: Option<Millis>| {
            let scope = Scope::Selected;
            commands.push(RecordCommand::SetExpiry { scope, expires_at });
        };
        for (words, life) in LIVES {
            if MenuRow::new("", words).show(ui).clicked() {
                set(Some(view.app.now.plus_millis(life)));
                ui.close();
            }
        }
        if MenuRow::new("", "Never").show(ui).clicked() {
            set(None);
            ui.close();
        }
        menu_line(ui);
        let other = [ActionRow::new(Action::SetExpiry, false, &view.app)];
        action_rows(ui, &other, &view.app, commands);
    });
}

fn filter_menu(ui: &mut Ui, row: &RowData, commands: &mut Commands) {
    let queries: Vec<&str> = row
        .cells
        .iter()
        .flatten()
        .map(|cell| cell.query.as_str())
        .filter(|query| !query.is_empty())
        .collect();
    let namespace = row.key.as_str().rsplit_once(':');
    let namespace = namespace.map(|(namespace, _)| edit::key_starts_with(&format!("{namespace}:")));
    let disabled = queries.is_empty() && namespace.is_none();
    let entry = MenuRow {
        disabled,
        opens_menu: true,
        ..MenuRow::new(icons::FUNNEL, "Filter by")
    };
    let response = entry.show(ui);
    if disabled {
        return;
    }
    SubMenu::new().show(ui, &response, |ui| {
        let offered: Vec<&str> = queries
            .iter()
            .copied()
            .chain(namespace.as_deref())
            .collect();
        begin_menu(ui, offered.iter().map(|query| MenuRow::new("", query)));
        for query in offered {
            if MenuRow::new("", query).show(ui).clicked() {
                commands.push(SearchCommand::AddFilter(query.to_owned()));
                ui.close();
            }
        }
    });
}

/// The menu of the header: the order, and the columns between key and expiry. `asked` opens it: the
/// header cells cover its response.
pub(super) fn header_menu(
    header: &Response,
    (asked, column): (bool, Option<&ColumnKind>),
    view: StoreView<'_>,
    commands: &mut Commands,
) {
    let mut menu = Popup::context_menu(header);
    if asked {
        menu = menu.open_memory(SetOpenCommand::Bool(true));
    }
    menu.close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            begin_menu(ui, [MenuRow::new("", KEEP_ORDER)]);
            order_rows(ui, column, view, commands);
            menu_line(ui);
            if let Some(column) = column.filter(|column| column.is_chosen()) {
                move_rows(ui, column, commands);
                menu_line(ui);
            }
            column_choice(ui, view, commands);
        });
}

const KEEP_ORDER: &str = "Keep this order for searches";

/// The orders of this column and by relevance, with a check mark at the current one.
fn order_rows(
    ui: &mut Ui,
    column: Option<&ColumnKind>,
    view: StoreView<'_>,
    commands: &mut Commands,
) {
    let in_force = view.store.sort();
    let ranked = view.store.search.is_ranked();
    let mut row = |ui: &mut Ui, text: &str, sort: Sort| {
        let is_natural = |sort: &Sort| sort.is_by_key(ranked) && !sort.descending;
        let row = MenuRow {
            checked: sort == *in_force || (is_natural(&sort) && is_natural(in_force)),
            ..MenuRow::new("", text)
        };
        if row.show(ui).clicked() {
            commands.push(SearchCommand::Sort(sort));
        }
    };
    if ranked {
        row(ui, "By relevance", Sort::default());
    }
    if let Some(by) = column.and_then(ColumnKind::sort_by) {
        for (words, descending) in [("Ascending", false), ("Descending", true)] {
            let by = by.clone();
            row(ui, words, Sort { by, descending });
        }
    }
    let keeps = view.store.orders.keeps;
    let keep = MenuRow {
        checked: keeps,
        ..MenuRow::new("", KEEP_ORDER)
    };
    if keep.show(ui).clicked() {
        commands.push(SearchCommand::KeepOrder(!keeps));
    }
}

fn move_rows(ui: &mut Ui, column: &ColumnKind, commands: &mut Commands) {
    for (words, right) in [("Move left", false), ("Move right", true)] {
        if MenuRow::new("", words).show(ui).clicked() {
            let column = column.clone();
            commands.push(SettingsCommand::MoveColumn { column, right });
        }
    }
}

/// Menu rows for every column that can be placed between key and expiry.
pub(in crate::panels) fn column_choice(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let paths: Vec<_> = indexed_paths(&view.store.explorer.paths, "")
        .take(COLUMNS_MAX)
        .collect();
    begin_menu(
        ui,
        paths.iter().map(|row| MenuRow::new("", row.path.as_str())),
    );
    let mut choice = |ui: &mut Ui, text: &str, column: Column| {
        let row = MenuRow {
            checked: view.store.columns.contains(&column),
            ..MenuRow::new("", text)
        };
        if row.show(ui).clicked() {
            commands.push(SearchCommand::ToggleColumn(column));
        }
    };
    choice(ui, "Value", Column::Value);
    if !paths.is_empty() {
        menu_line(ui);
    }
    egui::ScrollArea::vertical()
        .max_height(420.0)
        .show(ui, |ui| {
            for row in paths {
                choice(ui, row.path.as_str(), Column::Path(row.path.clone()));
            }
        });
}
