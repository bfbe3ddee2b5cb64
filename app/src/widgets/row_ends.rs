//! A row with contents at the left and at the right end, created from left to right.
//!
//! The Tab key and screen readers follow the order in which widgets are created. The toolkit's
//! right-to-left layout creates the last one first, so it is never used: the contents of the right
//! end are measured once, and created from left to right at the position where they have to begin.

use std::ops::Range;

use egui::{Align, AsIdSalt, Id, Layout, Rect, Ui, UiBuilder, pos2, vec2};

use super::button::Button;
use crate::theme::metrics;

/// A row with contents at its left end, and other contents at its right end.
#[derive(Debug)]
pub struct Ends {
    id: Id,
    rect: Rect,
    /// The width of the right end; unknown in the first frame.
    width: Option<f32>,
}

impl Ends {
    /// A row `height` points high and as wide as the available space; `salt` distinguishes it from
    /// other rows of the same [`Ui`].
    pub fn new(ui: &mut Ui, salt: impl AsIdSalt, height: f32) -> Self {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height));
        Self::within(ui, salt, rect)
    }

    /// The same in a rectangle that has already been allocated.
    pub fn within(ui: &Ui, salt: impl AsIdSalt, rect: Rect) -> Self {
        let id = ui.scope_id().with(("ends", salt));
        let width = ui.data(|data| data.get_temp(id));
        Self { id, rect, width }
    }

    fn edge(&self) -> f32 {
        let width = self.width.unwrap_or_default();
        (self.rect.right() - width).max(self.rect.left())
    }

    /// The whole row.
    pub fn row(&self) -> Rect {
        self.rect
    }

    /// The room beside the right end.
    pub fn room(&self) -> Rect {
        let gap = match self.width {
            Some(width) if width > 0.0 => metrics::SPACE_8,
            _ => 0.0,
        };
        let right = (self.edge() - gap).max(self.rect.left());
        self.rect.with_max_x(right)
    }

    /// Shows the contents of the left end, in the room beside the right end. Call it first.
    pub fn start<R>(&self, ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
        let mut start = self.child(ui, "start", self.room());
        contents(&mut start)
    }

    /// Shows the contents of the right end.
    pub fn end<R>(self, ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
        // Laid out in the whole width: what has not been measured yet must not be cut off or
        // wrapped.
        let corner = pos2(self.edge(), self.rect.top());
        let room = Rect::from_min_size(corner, self.rect.size());
        let mut end = self.child(ui, "end", room);
        let result = contents(&mut end);
        let needed = end.min_rect().width().ceil();
        if self.width != Some(needed) {
            ui.data_mut(|data| data.insert_temp(self.id, needed));
            ui.ctx().request_discard("the end of a row was measured");
            ui.ctx().request_repaint();
        }
        result
    }

    fn child(&self, ui: &mut Ui, part: &str, room: Rect) -> Ui {
        let builder = UiBuilder::new().id_salt(self.id.with(part)).max_rect(room);
        ui.new_child(builder.layout(Layout::left_to_right(Align::Center)))
    }
}

/// A row with nothing at its left end.
pub fn at_end<R>(
    ui: &mut Ui,
    salt: impl AsIdSalt,
    height: f32,
    contents: impl FnOnce(&mut Ui) -> R,
) -> R {
    Ends::new(ui, salt, height).end(ui, contents)
}

/// Buttons at the right end of as many rows as they need, in reading order: if they do not fit into
/// one row, the first ones are above the others. The second part of each is whether it is enabled.
/// Returns the index of the clicked button.
pub fn button_rows(
    ui: &mut Ui,
    salt: impl AsIdSalt,
    buttons: &[(Button<'_>, bool)],
) -> Option<usize> {
    let salt = ui.scope_id().with(salt);
    let rows = rows_of(ui, buttons, ui.available_width());
    let mut clicked = None;
    for row in rows {
        at_end(ui, salt.with(row.start), metrics::BUTTON, |ui| {
            for index in row {
                let Some((button, enabled)) = buttons.get(index) else {
                    continue;
                };
                let shown = ui.add_enabled_ui(*enabled, |ui| button.show(ui)).inner;
                if shown.clicked() {
                    clicked = Some(index);
                }
            }
        });
    }
    clicked
}

/// The height of [`button_rows`] at a width of `width` points.
pub fn button_rows_height(ui: &Ui, buttons: &[(Button<'_>, bool)], width: f32) -> f32 {
    let rows = rows_of(ui, buttons, width).len() as f32;
    let gaps = (rows - 1.0).max(0.0) * ui.spacing().item_spacing.y;
    rows * metrics::BUTTON + gaps
}

/// The buttons of each row: as many as fit, filling the last rows first.
fn rows_of(ui: &Ui, buttons: &[(Button<'_>, bool)], width: f32) -> Vec<Range<usize>> {
    let gap = ui.spacing().item_spacing.x;
    let widths: Vec<f32> = buttons
        .iter()
        .map(|(button, _)| button.width(ui).ceil() + gap)
        .collect();
    let mut rows = Vec::new();
    let mut end = widths.len();
    while end > 0 {
        let mut used = 0.0;
        let fitting = widths[..end].iter().rev().take_while(|width_of| {
            used += **width_of;
            used <= width + gap
        });
        let start = end - fitting.count().max(1);
        rows.push(start..end);
        end = start;
    }
    rows.reverse();
    rows
}

#[cfg(test)]
mod tests {
    use egui::{Key, Rect};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{Ends, button_rows};
    use crate::widgets::button::Button;

    /// A row with one button at the left and two at the right, the last one with a variable label.
    fn harness() -> Harness<'static, String> {
        let mut harness = Harness::builder()
            .with_size([500.0, 60.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                |ui, last: &mut String| {
                    let ends = Ends::new(ui, "row", 30.0);
                    ends.start(ui, |ui| Button::secondary("First").show(ui));
                    ends.end(ui, |ui| {
                        Button::secondary("Second").show(ui);
                        Button::secondary(last).show(ui);
                    });
                },
                "Third".to_owned(),
            );
        harness.run();
        harness
    }

    fn rect(harness: &Harness<'_, String>, label: &str) -> Rect {
        harness.get_by_label(label).rect()
    }

    #[test]
    fn the_end_touches_the_right_edge_even_after_growing() {
        let mut harness = harness();
        let edge = rect(&harness, "Third").right();
        assert!(rect(&harness, "First").left() < 12.0 && edge > 488.0);
        *harness.state_mut() = "Third and much longer".to_owned();
        harness.run();
        let longer = rect(&harness, "Third and much longer");
        assert!((longer.right() - edge).abs() <= 1.0);
        assert!(rect(&harness, "Second").right() < longer.left());
    }

    #[test]
    fn buttons_that_do_not_fit_wrap_into_rows_and_all_are_visible() {
        const LABELS: [&str; 4] = ["Close", "Restore the header…", "Import", "Choose another…"];
        for width in [150.0, 260.0, 330.0, 700.0] {
            let mut harness = Harness::builder()
                .with_size([width, 300.0])
                .with_context_setup(crate::theme::install)
                .build_ui(|ui| {
                    let buttons = LABELS.map(|label| (Button::secondary(label), true));
                    button_rows(ui, "buttons", &buttons);
                });
            harness.run();
            let mut last: Option<Rect> = None;
            for label in LABELS {
                let rect = harness.get_by_label(label).rect();
                assert!(
                    rect.left() >= 0.0 && rect.right() <= width,
                    "{width}: {rect}"
                );
                if let Some(last) = last {
                    let beside =
                        last.right() < rect.left() && (last.top() - rect.top()).abs() < 0.5;
                    assert!(beside || last.bottom() <= rect.top(), "{width}: {label}");
                }
                last = Some(rect);
            }
        }
    }

    #[test]
    fn no_row_is_laid_out_from_right_to_left() {
        fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    sources(&path, found);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    found.push(path);
                }
            }
        }
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = Vec::new();
        sources(&folder, &mut found);
        assert!(found.len() > 100, "the sources are read");
        for path in found
            .iter()
            .filter(|path| !path.ends_with("widgets/row_ends.rs"))
        {
            let text = std::fs::read_to_string(path).unwrap();
            for layout in ["right_to_left", "RightToLeft"] {
                assert!(!text.contains(layout), "{layout} in {}", path.display());
            }
        }
    }

    #[test]
    fn the_tab_key_goes_from_left_to_right() {
        let mut harness = harness();
        for label in ["First", "Second", "Third"] {
            harness.key_press(Key::Tab);
            harness.run();
            assert!(harness.get_by_label(label).is_focused(), "{label}");
        }
    }
}
