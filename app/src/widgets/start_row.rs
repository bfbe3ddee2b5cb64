//! The rows of the start page: actions and recent files.

use egui::{Align, CornerRadius, Id, Rect, Response, Role, Sense, Ui, accesskit, pos2, vec2};

use super::accessibility;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

const ACTION: f32 = 38.0;
const FILE: f32 = 52.0;
const PADDING: f32 = 10.0;

/// An action as wide as the available space: icon, label, shortcut.
pub fn action_row(ui: &mut Ui, id: Id, glyph: &str, label: &str, shortcut: &str) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = row(ui, id, ACTION, label, false);
    let inner = rect.shrink2(vec2(PADDING, 0.0));
    let icon = inner.with_max_x(inner.left() + 18.0);
    paint::icon(ui.painter(), icon, glyph, 18.0, tokens.accent);
    let hint = type_scale::line(ui, shortcut, type_scale::body(), tokens.faint, 160.0);
    let room = Rect::from_min_max(
        pos2(icon.right() + 12.0, rect.top()),
        pos2(
            inner.right() - hint.size().x - metrics::SPACE_8,
            rect.bottom(),
        ),
    );
    let text = type_scale::line(ui, label, type_scale::body(), tokens.text, room.width());
    paint::text_in(ui.painter(), room, Align::Min, text);
    paint::text_in(ui.painter(), inner, Align::Max, hint);
    response
}

/// A recent file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRow<'a> {
    /// Its name.
    pub name: &'a str,
    /// Folder, size and last use (`Documents · 2.1 MB · today`).
    pub detail: &'a str,
    /// Whether it is the file being opened.
    pub selected: bool,
    /// Whether it no longer exists.
    pub missing: bool,
}

/// What the user did to a recent file.
#[derive(Debug)]
pub struct FileResponse {
    /// The row; a click opens the file.
    pub response: Response,
    /// The cross was clicked: remove the file from the list.
    pub removed: bool,
}

/// A recent file as wide as the available space. A cross appears under the pointer.
pub fn file_row(ui: &mut Ui, id: Id, file: &FileRow<'_>) -> FileResponse {
    let tokens = Tokens::of(ui);
    let (rect, response) = row(ui, id, FILE, file.name, file.selected);
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_description(file.detail));
    let inner = rect.shrink2(vec2(PADDING, 0.0));
    let icon = inner.with_max_x(inner.left() + 20.0);
    let (glyph, color, name_color) = if file.missing {
        (icons::WARNING, tokens.warning, tokens.muted)
    } else {
        (icons::FILE_LOCK, tokens.muted, tokens.text)
    };
    paint::icon(ui.painter(), icon, glyph, 19.0, color);

    let shows_cross = ui.rect_contains_pointer(rect);
    let cross = inner.with_min_x(inner.right() - 18.0);
    let right = if shows_cross {
        cross.left() - 6.0
    } else {
        inner.right()
    };
    let left = icon.right() + 12.0;
    let middle = rect.center().y;
    let name = type_scale::line(ui, file.name, type_scale::body(), name_color, right - left);
    let line = Rect::from_min_max(pos2(left, middle - 20.0), pos2(right, middle));
    paint::text_in(ui.painter(), line, Align::Min, name);
    let detail = type_scale::line(
        ui,
        file.detail,
        type_scale::small(),
        tokens.faint,
        right - left,
    );
    let line = line.translate(vec2(0.0, 20.0));
    paint::text_in(ui.painter(), line, Align::Min, detail);

    let removed = shows_cross && remove_button(ui, id, cross, file.name);
    FileResponse { response, removed }
}

fn remove_button(ui: &Ui, id: Id, place: Rect, name: &str) -> bool {
    let tokens = Tokens::of(ui);
    let label = format!("Forget {name}");
    let response = ui.interact(place, id.with("forget"), Sense::CLICK);
    accessibility::clickable(ui, response.id, Role::Button, &label, place);
    let color = if response.hovered() {
        tokens.text
    } else {
        tokens.faint
    };
    paint::icon(ui.painter(), place, icons::X, 12.0, color);
    response.on_hover_text("Remove from this list").clicked()
}

fn row(ui: &mut Ui, id: Id, height: f32, label: &str, selected: bool) -> (Rect, Response) {
    let tokens = Tokens::of(ui);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height));
    let response = ui.interact(rect, id, Sense::click());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::Button);
        node.set_label(label);
        node.set_selected(selected);
        node.add_action(accesskit::Action::Click);
    });
    let radius = CornerRadius::same(metrics::RADIUS + 1);
    if selected {
        ui.painter()
            .rect_filled(rect, radius, tokens.accent_surface);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, tokens.hover);
    }
    if response.has_focus() {
        paint::focus_ring(ui.painter(), rect, metrics::RADIUS + 1, tokens.accent);
    }
    (rect, response)
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{FileRow, action_row, file_row};

    #[test]
    fn actions_and_files_are_buttons_and_a_file_can_be_removed() {
        let mut harness = Harness::builder()
            .with_size([320.0, 140.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                |ui, done: &mut Vec<&str>| {
                    let id = egui::Id::unique("open");
                    let glyph = crate::theme::icons::FOLDER_OPEN;
                    if action_row(ui, id, glyph, "Open…", "Ctrl+O").clicked() {
                        done.push("open");
                    }
                    let file = FileRow {
                        missing: false,
                        name: "films.vstore",
                        detail: "today",
                        selected: true,
                    };
                    let response = file_row(ui, egui::Id::unique("films"), &file);
                    if response.removed {
                        done.push("forget");
                    } else if response.response.clicked() {
                        done.push("films");
                    }
                },
                Vec::new(),
            );
        harness.run();
        harness.get_by_label("Open…").click();
        harness.run();
        harness.get_by_label("films.vstore").click();
        harness.run();
        harness.get_by_label("Forget films.vstore").click();
        harness.run();
        assert_eq!(*harness.state(), ["open", "films", "forget"]);
    }
}
