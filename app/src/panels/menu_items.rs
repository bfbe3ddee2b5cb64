//! Rows of menus and context menus: icon, label, shortcut; disabled rows are faint.

use egui::{Align, Color32, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::action::{Action, shortcut_text};
use crate::command::Commands;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::AppView;

const ROW: f32 = 28.0;
const ICON_ROOM: f32 = 30.0;
const SHORTCUT_GAP: f32 = 32.0;
const WIDTH_MIN: f32 = 208.0;

/// One row of a menu.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MenuRow<'a> {
    /// Its label.
    pub(super) text: &'a str,
    /// A glyph in front of it; empty for none.
    pub(super) icon: &'a str,
    /// The shortcut at the right edge; empty for none.
    pub(super) shortcut: &'a str,
    /// It is disabled.
    pub(super) disabled: bool,
    /// It is an option that is on.
    pub(super) checked: bool,
    /// It opens a submenu.
    pub(super) opens_menu: bool,
}

impl<'a> MenuRow<'a> {
    /// A row with an icon.
    pub(super) fn new(icon: &'a str, text: &'a str) -> Self {
        Self {
            text,
            icon,
            ..Self::default()
        }
    }

    fn width(&self, ui: &Ui) -> f32 {
        let measure = |text, font| {
            let galley = type_scale::line(ui, text, font, Color32::PLACEHOLDER, f32::INFINITY);
            galley.size().x
        };
        let shortcut = measure(self.shortcut, type_scale::small());
        let gap = if self.shortcut.is_empty() {
            0.0
        } else {
            SHORTCUT_GAP
        };
        ICON_ROOM + measure(self.text, type_scale::body()) + gap + shortcut + metrics::SPACE_12
    }

    /// Shows the row as wide as the menu.
    pub(super) fn show(self, ui: &mut Ui) -> Response {
        let tokens = Tokens::of(ui);
        let sense = if self.disabled {
            Sense::hover()
        } else {
            Sense::click()
        };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), sense);
        let (disabled, checked, text) = (self.disabled, self.checked, self.text.to_owned());
        response.widget_info(|| {
            if checked {
                WidgetInfo::selected(Role::MenuItem, !disabled, checked, &text)
            } else {
                WidgetInfo::labeled(Role::MenuItem, !disabled, &text)
            }
        });
        let lit = !self.disabled && (response.hovered() || response.has_focus());
        if lit {
            ui.painter().rect_filled(rect, 5.0, tokens.accent_surface);
        }
        let faded = |color: Color32| {
            if disabled {
                color.gamma_multiply(0.45)
            } else {
                color
            }
        };
        let icon = Rect::from_min_size(rect.min, vec2(ICON_ROOM, ROW));
        let (glyph, color) = if self.checked {
            (icons::CHECK, tokens.accent)
        } else {
            (self.icon, if lit { tokens.text } else { tokens.muted })
        };
        if !glyph.is_empty() {
            paint::icon(ui.painter(), icon, glyph, 15.0, faded(color));
        }
        let room = rect.with_min_x(icon.right());
        let words = type_scale::line(
            ui,
            self.text,
            type_scale::body(),
            faded(tokens.text),
            f32::INFINITY,
        );
        paint::text_in(ui.painter(), room, Align::Min, words);
        let right = rect.with_max_x(rect.right() - metrics::SPACE_8);
        if self.opens_menu {
            let caret = right.with_min_x(right.right() - 12.0);
            paint::icon(
                ui.painter(),
                caret,
                icons::CARET_RIGHT,
                12.0,
                faded(tokens.muted),
            );
        }
        let font = type_scale::small();
        let shortcut = type_scale::line(ui, self.shortcut, font, faded(tokens.faint), 120.0);
        paint::text_in(ui.painter(), right, Align::Max, shortcut);
        response
    }
}

/// Makes the menu as wide as its widest row, and the rows adjacent. Call before the rows.
pub(super) fn begin_menu<'a>(ui: &mut Ui, rows: impl IntoIterator<Item = MenuRow<'a>>) {
    let widest = rows
        .into_iter()
        .map(|row| row.width(ui))
        .fold(WIDTH_MIN, f32::max);
    ui.set_width(widest.ceil());
    ui.spacing_mut().item_spacing.y = 0.0;
}

/// A separator between groups of rows.
pub(super) fn menu_line(ui: &mut Ui) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 9.0));
    let y = rect.center().y.round() - 0.5;
    let stroke = egui::Stroke::new(1.0, Tokens::of(ui).line);
    ui.painter()
        .line_segment([pos2(rect.left(), y), pos2(rect.right(), y)], stroke);
}

/// The row of an action in its present state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActionRow {
    /// The action.
    pub(super) action: Action,
    /// A separator precedes it.
    pub(super) starts_group: bool,
    /// It is enabled.
    pub(super) enabled: bool,
    /// It is an option that is on.
    pub(super) checked: bool,
}

impl ActionRow {
    /// The action in its present state.
    pub(super) fn new(action: Action, starts_group: bool, view: &AppView<'_>) -> Self {
        Self {
            action,
            starts_group,
            enabled: action.resolve(view).is_some(),
            checked: action.is_checked(view) == Some(true),
        }
    }
}

/// Shows rows of actions; a click queues the action's command and closes the menu.
pub(super) fn action_rows(
    ui: &mut Ui,
    rows: &[ActionRow],
    view: &AppView<'_>,
    commands: &mut Commands,
) {
    for row in rows {
        if row.starts_group {
            menu_line(ui);
        }
        let shortcut = shortcut_text(ui.ctx(), row.action).unwrap_or_default();
        let response = menu_row(row, &shortcut).show(ui);
        let response = response.on_hover_text(tooltip(row, view));
        if response.clicked() {
            if let Some(command) = row.action.resolve(view) {
                commands.push(command);
            }
            ui.close();
        }
    }
}

/// Like [`begin_menu`], for rows of actions.
pub(super) fn begin_action_menu(ui: &mut Ui, rows: &[ActionRow]) {
    let shortcuts: Vec<_> = rows
        .iter()
        .map(|row| shortcut_text(ui.ctx(), row.action).unwrap_or_default())
        .collect();
    begin_menu(
        ui,
        rows.iter()
            .zip(&shortcuts)
            .map(|(row, shortcut)| menu_row(row, shortcut)),
    );
}

fn menu_row<'a>(row: &ActionRow, shortcut: &'a str) -> MenuRow<'a> {
    MenuRow {
        text: row.action.text(),
        icon: row.action.icon(),
        shortcut,
        disabled: !row.enabled,
        checked: row.checked,
        opens_menu: false,
    }
}

/// The description of the action, or why it is disabled.
fn tooltip(row: &ActionRow, view: &AppView<'_>) -> &'static str {
    let reason = view
        .store()
        .and_then(crate::view::StoreView::read_only_reason);
    match reason {
        Some(reason) if !row.enabled => reason,
        _ => row.action.tooltip(),
    }
}
