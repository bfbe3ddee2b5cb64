//! The menu beside the search box: saved searches, and recent ones.

use egui::{Popup, Ui};

use crate::command::{Commands, LayoutCommand, SettingsCommand};
use crate::panels::menu_items::{MenuRow, begin_menu, menu_line};
use crate::state::{Dialog, Query};
use crate::theme::{icons, type_scale};
use crate::view::StoreView;
use crate::widgets::button::IconButton;

/// A longer query is cut off in the menu.
const CHARS_SHOWN: usize = 60;

/// Draws the button and its menu.
pub(super) fn search_menu(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let response = IconButton::new(icons::STAR, "Saved and recent searches").show(ui);
    Popup::menu(&response).show(|ui| menu(ui, view, commands));
}

fn menu(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let settings = &view.store.settings;
    let saved = settings.saved.iter();
    let named = saved.map(|saved| (icons::STAR, shown(&saved.name), &saved.query));
    let recent = settings.recent.iter();
    let recent = recent.map(|query| (icons::CLOCK, shown(&query.text), query));
    let groups: [Vec<(&str, String, &Query)>; 2] = [named.collect(), recent.collect()];
    let rows = groups.iter().flatten();
    begin_menu(
        ui,
        rows.map(|(icon, text, _)| MenuRow::new(icon, text))
            .chain([MenuRow::new("", "Manage saved searches…")]),
    );
    let save = MenuRow {
        disabled: !view.store.search.is_active() || view.store.read_only,
        ..MenuRow::new("", "Save this search…")
    };
    if save.show(ui).clicked() {
        commands.push(manage());
        ui.close();
    }
    for group in groups.iter().filter(|group| !group.is_empty()) {
        menu_line(ui);
        for (icon, text, query) in group {
            if MenuRow::new(icon, text).show(ui).clicked() {
                commands.push(SettingsCommand::Search((*query).clone()));
                ui.close();
            }
        }
    }
    menu_line(ui);
    if MenuRow::new("", "Manage saved searches…")
        .show(ui)
        .clicked()
    {
        commands.push(manage());
        ui.close();
    }
    let forget = MenuRow {
        disabled: settings.recent.is_empty(),
        ..MenuRow::new("", "Clear recent searches")
    };
    if forget.show(ui).clicked() {
        commands.push(SettingsCommand::ForgetRecentSearches);
        ui.close();
    }
}

fn manage() -> LayoutCommand {
    LayoutCommand::OpenDialog(Box::new(Dialog::SavedSearches))
}

fn shown(text: &str) -> String {
    let line = type_scale::one_line(text);
    let mut cut: String = line.chars().take(CHARS_SHOWN).collect();
    if cut.len() < line.len() {
        cut.push('…');
    }
    cut
}
