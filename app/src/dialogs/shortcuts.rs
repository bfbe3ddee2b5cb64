//! All shortcuts on one sheet with a filter, generated from the list of actions.

use egui::{Align, Context, RichText, Role, Sense, Ui, vec2};

use super::frame;
use crate::action::{Action, Menu, words};
use crate::command::Commands;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::widgets::field::TextField;
use crate::widgets::modal::{DialogButton, DialogFrame};

/// Keys of a part of the window that no action stands for.
const PLACES: [(&str, &[(&str, &str)]); 3] = [
    (
        "Record table",
        &[
            ("Select", "Arrows, Page Up, Page Down, Home, End"),
            ("Extend the selection", "Shift+arrows"),
            ("Add or remove a row", "Ctrl+Space"),
        ],
    ),
    (
        "Value tree",
        &[
            ("Expand, or go to the first child", "→"),
            ("Collapse, or go to the parent", "←"),
            ("Expand everything below", "*"),
            ("Edit", "Enter, F2"),
            ("Edit in a large field", "Shift+Enter"),
            ("Set to null", "Alt+Del"),
            ("Remove", "Del"),
        ],
    ),
    (
        "Text of a value",
        &[("Save", "Ctrl+Enter"), ("Cancel", "Esc")],
    ),
];

/// The text of the filter.
#[derive(Debug, Default)]
pub(super) struct ShortcutsForm {
    filter: String,
    started: bool,
}

/// A group of the sheet: a heading, and its actions with their keys.
pub(super) type Group = (String, Vec<(String, String)>);

/// The groups whose lines match the filter.
pub(super) fn groups(ctx: &Context, filter: &str) -> Vec<Group> {
    let filter = filter.trim().to_lowercase();
    let matches = |words: &str, keys: &str| {
        words.to_lowercase().contains(&filter) || keys.to_lowercase().contains(&filter)
    };
    let menus = Menu::ALL.iter().map(|menu| {
        let lines = menu.actions().filter_map(|(_, action)| {
            let keys = all_shortcuts(ctx, action)?;
            let name = action.text().trim_end_matches('…');
            matches(name, &keys).then(|| (name.to_owned(), keys))
        });
        (menu.name().to_owned(), lines.collect::<Vec<_>>())
    });
    let places = PLACES.iter().map(|(place, lines)| {
        let lines = lines.iter().filter(|(words, keys)| matches(words, keys));
        let lines = lines.map(|(words, keys)| ((*words).to_owned(), (*keys).to_owned()));
        ((*place).to_owned(), lines.collect())
    });
    menus
        .chain(places)
        .filter(|(_, lines)| !lines.is_empty())
        .collect()
}

fn all_shortcuts(ctx: &Context, action: Action) -> Option<String> {
    let shortcuts = action.shortcuts().iter();
    let texts: Vec<_> = shortcuts.map(|shortcut| words(ctx, *shortcut)).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

pub(super) fn show(ctx: &Context, form: &mut ShortcutsForm, commands: &mut Commands) {
    let shown = DialogFrame::new(frame::id("shortcuts"), "Keyboard shortcuts")
        .icon(icons::KEYBOARD)
        .width(560.0)
        .show(ctx, &[DialogButton::primary("Close")], |ui| {
            let field = TextField::new(frame::field_id("filter"), "Filter shortcuts")
                .hint("Filter")
                .untitled();
            let response = field.show(ui, &mut form.filter);
            if !std::mem::replace(&mut form.started, true) {
                response.request_focus();
            }
            ui.add_space(metrics::SPACE_8);
            sheet(ui, &groups(ui.ctx(), &form.filter));
        });
    if shown.cancelled || shown.clicked.is_some() {
        frame::close(commands);
    }
}

fn sheet(ui: &mut Ui, groups: &[Group]) {
    let tokens = Tokens::of(ui);
    if groups.is_empty() {
        ui.label(RichText::new("No matching shortcuts.").color(tokens.muted));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    for (name, lines) in groups {
        ui.add_space(metrics::SPACE_8);
        ui.label(type_scale::section_job(name, tokens.muted));
        ui.add_space(metrics::SPACE_4);
        for (words, keys) in lines {
            let size = vec2(ui.available_width(), metrics::LIST_ROW);
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_role(Role::Label);
                node.set_value(format!("{words}: {keys}"));
            });
            let text = type_scale::line(ui, words, type_scale::body(), tokens.text, 260.0);
            paint::text_in(ui.painter(), rect, Align::Min, text);
            let room = rect.with_max_x(rect.right() - metrics::SPACE_8);
            let text = type_scale::line(ui, keys, type_scale::body(), tokens.muted, 260.0);
            paint::text_in(ui.painter(), room, Align::Max, text);
            paint::line_below(ui.painter(), rect, tokens.row_line);
        }
    }
}
