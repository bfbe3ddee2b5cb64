//! The index explorer: the paths of the values, with their types and counts.

use egui::{Id, Response, Ui};
use vstore::Path;
use vstore::search::edit;
use vstore::value::ValueType;

use crate::command::{Commands, SearchCommand};
use crate::format;
use crate::panels::menu_items::{MenuRow, begin_menu, menu_line};
use crate::state::{Column, PathRow, Sort, SortBy};
use crate::theme::{icons, metrics};
use crate::view::StoreView;
use crate::widgets::nav_list::{NavEvent, NavRow, nav_list};

/// The paths to show: those that have values themselves and contain the filter.
pub(in crate::panels) fn shown<'a>(
    paths: &'a [PathRow],
    filter: &str,
) -> impl Iterator<Item = &'a PathRow> + use<'a> {
    let filter = filter.trim().to_lowercase();
    paths.iter().filter(move |row| {
        has_values(row) && (filter.is_empty() || row.path.as_str().to_lowercase().contains(&filter))
    })
}

/// A path that leads only to lists or maps has nothing to count: their contents have paths of their
/// own.
fn has_values(row: &PathRow) -> bool {
    !row.types
        .iter()
        .all(|(kind, _)| matches!(kind, ValueType::List | ValueType::Map))
}

/// The type, abbreviated.
fn badge(row: &PathRow) -> &'static str {
    if row.path.as_str().ends_with("[]") {
        return "list";
    }
    match row.main_type() {
        Some(ValueType::Null) | None => "null",
        Some(ValueType::Bool) => "bool",
        Some(ValueType::Int) => "int",
        Some(ValueType::Float) => "num",
        Some(ValueType::String) => "str",
        Some(ValueType::Bytes) => "bin",
        Some(ValueType::Timestamp) => "time",
        Some(ValueType::List) => "list",
        Some(ValueType::Map) => "map",
    }
}

/// Draws the list of `paths`; `chooses`: the selection has changed since the last frame, and is
/// scrolled into view. `menu` is the path whose menu is open.
pub(super) fn show(
    ui: &mut Ui,
    view: StoreView<'_>,
    (paths, chooses): (&[&PathRow], bool),
    menu: &mut Option<Path>,
    commands: &mut Commands,
) {
    let counts: Vec<String> = paths.iter().map(|row| format::count(row.records)).collect();
    let row = |index: usize| match (paths.get(index), counts.get(index)) {
        (Some(row), Some(count)) => NavRow {
            label: row.path.as_str(),
            badge: Some(badge(row)),
            count,
            ..NavRow::default()
        },
        _ => NavRow::default(),
    };
    let chosen = view.store.explorer.selected.as_ref();
    let selected = paths.iter().position(|row| Some(&row.path) == chosen);
    let id = Id::unique("indexes");
    let list = egui::ScrollArea::vertical()
        .id_salt("indexes")
        .auto_shrink(false)
        .show(ui, |ui| {
            let list = nav_list(ui, id, "Indexes", paths.len(), selected, &row);
            if let Some(index) = selected.filter(|_| chooses) {
                let top = list.0.rect.top() + metrics::LIST_ROW * index as f32;
                let size = egui::vec2(list.0.rect.width(), metrics::LIST_ROW);
                let place = egui::pos2(list.0.rect.left(), top);
                ui.scroll_to_rect(egui::Rect::from_min_size(place, size), None);
            }
            list
        });
    let (response, event) = list.inner;
    match event {
        Some(NavEvent::Select(index)) => {
            let path = paths.get(index).map(|row| row.path.clone());
            // Clicking the selected path again closes its statistics.
            commands.push(SearchCommand::SelectPath(
                path.filter(|path| Some(path) != chosen),
            ));
        }
        Some(NavEvent::Menu(index)) => *menu = paths.get(index).map(|row| row.path.clone()),
        Some(NavEvent::Toggle(_)) | None => {}
    }
    if let Some(path) = menu {
        context_menu(&response, path, view, commands);
    }
}

fn context_menu(response: &Response, path: &Path, view: StoreView<'_>, commands: &mut Commands) {
    let column = MenuRow {
        checked: view.store.columns.contains(&Column::Path(path.clone())),
        ..MenuRow::new(icons::COLUMNS, "Show as column")
    };
    let sort = MenuRow::new(icons::SORT_ASCENDING, "Sort by this path");
    let with = MenuRow::new(icons::FUNNEL, "Records with this path");
    let without = MenuRow::new(icons::PROHIBIT, "Records without this path");
    response.context_menu(|ui| {
        begin_menu(ui, [column, sort, with, without]);
        let mut pick = |ui: &mut Ui, item: MenuRow<'_>, command: SearchCommand| {
            if item.show(ui).clicked() {
                commands.push(command);
                ui.close();
            }
        };
        pick(
            ui,
            column,
            SearchCommand::ToggleColumn(Column::Path(path.clone())),
        );
        let by = SortBy::Path(path.clone());
        let descending = false;
        pick(ui, sort, SearchCommand::Sort(Sort { by, descending }));
        menu_line(ui);
        let filter = |exists| SearchCommand::AddFilter(edit::exists(path, exists));
        pick(ui, with, filter(true));
        pick(ui, without, filter(false));
    });
}
