//! A sentence about a state, with buttons: above an editor, or as a strip across the whole window.
//! It wraps, and its buttons move below it if they do not fit beside it.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Color32, CornerRadius, Galley, Rect, Role, Stroke, StrokeKind, Ui, UiBuilder, accesskit, vec2,
};

use super::accessibility;
use super::button::Button;
use super::row_ends::{button_rows, button_rows_height};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

const ICON: f32 = 16.0;
const ICON_GAP: f32 = 8.0;
/// Longer sentences are cut off: parts of them (names, reasons) come from outside.
const LINES_MAX: usize = 6;
/// The buttons are beside the sentence if at least this width is left for it.
const BESIDE_MIN: f32 = 320.0;

/// The tone of a banner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BannerTone {
    /// Information.
    Info,
    /// A warning.
    Warning,
}

/// The shape of a banner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Box,
    Strip,
}

/// A button of a banner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BannerButton<'a> {
    /// Its label, a verb.
    pub label: &'a str,
    /// Whether it is enabled.
    pub enabled: bool,
}

impl<'a> BannerButton<'a> {
    /// An enabled button.
    pub const fn new(label: &'a str) -> Self {
        Self {
            label,
            enabled: true,
        }
    }
}

/// The banner. Build, then [`Banner::show`].
#[derive(Debug)]
#[must_use = "a banner does nothing until it is shown"]
pub struct Banner<'a> {
    tone: BannerTone,
    text: &'a str,
    buttons: &'a [BannerButton<'a>],
    shape: Shape,
}

/// The layout of a banner, relative to its upper left corner.
struct Parts {
    text: Arc<Galley>,
    /// The height of the whole banner.
    height: f32,
    /// The height of the buttons.
    buttons: f32,
    /// The buttons are below the text.
    below: bool,
    margin: egui::Vec2,
}

impl<'a> Banner<'a> {
    /// A box with rounded corners; `buttons` are at the right, in order of preference, the first
    /// one primary.
    pub const fn new(tone: BannerTone, text: &'a str, buttons: &'a [BannerButton<'a>]) -> Self {
        Self {
            tone,
            text,
            buttons,
            shape: Shape::Box,
        }
    }

    /// A strip across the window instead of a box.
    pub const fn strip(mut self) -> Self {
        self.shape = Shape::Strip;
        self
    }

    /// The height of the banner at a width of `width` points.
    pub fn height(&self, ui: &Ui, width: f32) -> f32 {
        self.parts(ui, width).height
    }

    /// Shows the banner as wide as the available space; returns the index of the clicked button.
    pub fn show(self, ui: &mut Ui) -> Option<usize> {
        let tokens = Tokens::of(ui);
        let width = ui.available_width();
        let parts = self.parts(ui, width);
        let (_, rect) = ui.allocate_space(vec2(width, parts.height));
        let color = match self.tone {
            BannerTone::Info => tokens.accent_text,
            BannerTone::Warning => tokens.warning,
        };
        self.surface(ui, rect, color);

        let inner = rect.shrink2(parts.margin);
        let line = type_scale::body().size * 1.5;
        let text_height = parts.text.size().y;
        let first = if parts.below {
            Rect::from_min_size(inner.min, vec2(inner.width(), text_height))
        } else {
            inner
        };
        let top = first.center().y - text_height / 2.0;
        let icon = Rect::from_min_size(egui::pos2(inner.left(), top), vec2(ICON, line));
        paint::icon(ui.painter(), icon, icons::WARNING_CIRCLE, ICON, color);
        let at = egui::pos2(inner.left() + ICON + ICON_GAP, top.round());
        let place = Rect::from_min_size(at, parts.text.size());
        ui.painter()
            .galley(at, Arc::clone(&parts.text), Color32::PLACEHOLDER);
        let id = ui.scope_id().with("banner text");
        let response = ui.interact(place, id, egui::Sense::hover());
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::Alert);
            node.set_live(accesskit::Live::Polite);
            node.set_label(self.text);
            node.set_bounds(accessibility::bounds(place));
        });
        if parts.text.elided {
            response.on_hover_text(self.text);
        }
        if self.buttons.is_empty() {
            return None;
        }
        let height = if parts.below {
            parts.buttons
        } else {
            inner.height().midpoint(metrics::BUTTON)
        };
        let place = inner.with_min_y(inner.bottom() - height);
        let builder = UiBuilder::new().id_salt("banner buttons").max_rect(place);
        let mut place = ui.new_child(builder);
        let clicked = button_rows(&mut place, "row", &self.widgets())?;
        // The order was reversed.
        self.buttons.len().checked_sub(clicked + 1)
    }

    fn surface(&self, ui: &Ui, rect: Rect, color: Color32) {
        let tokens = Tokens::of(ui);
        match self.shape {
            Shape::Box => {
                let border = Stroke::new(1.0, tokens.strong_line);
                let radius = CornerRadius::same(metrics::RADIUS);
                ui.painter()
                    .rect(rect, radius, tokens.raised, border, StrokeKind::Inside);
            }
            Shape::Strip => {
                ui.painter().rect_filled(rect, 0.0, tokens.panel);
                ui.painter()
                    .rect_filled(rect, 0.0, color.gamma_multiply(0.12));
                paint::line_below(ui.painter(), rect, tokens.line);
            }
        }
    }

    /// The buttons in reading order, with the primary one last, as in dialogs.
    fn widgets(&self) -> Vec<(Button<'a>, bool)> {
        let buttons = self.buttons.iter().enumerate().rev();
        buttons
            .map(|(index, button)| {
                let widget = if index == 0 {
                    Button::primary(button.label)
                } else {
                    Button::secondary(button.label)
                };
                (widget, button.enabled)
            })
            .collect()
    }

    fn parts(&self, ui: &Ui, width: f32) -> Parts {
        let margin = match self.shape {
            Shape::Box => vec2(10.0, 8.0),
            Shape::Strip => vec2(metrics::SPACE_12, 7.0),
        };
        let spacing = ui.spacing().item_spacing.x;
        let widgets = self.widgets();
        let widths = widgets.iter().map(|(button, _)| button.width(ui) + spacing);
        let buttons: f32 = widths.sum();
        let room = width - 2.0 * margin.x - ICON - ICON_GAP;
        let beside = room - buttons - metrics::SPACE_8;
        let whole = self.lay_out(ui, room);
        let fits_beside = whole.size().x <= beside && whole.rows.len() == 1;
        let below = !self.buttons.is_empty() && !fits_beside && beside < BESIDE_MIN;
        let text = if self.buttons.is_empty() || below {
            whole
        } else {
            self.lay_out(ui, beside)
        };
        let button = if below {
            button_rows_height(ui, &widgets, width - 2.0 * margin.x)
        } else if self.buttons.is_empty() {
            0.0
        } else {
            metrics::BUTTON
        };
        let content = if below {
            text.size().y + metrics::SPACE_8 + button
        } else {
            text.size().y.max(button)
        };
        Parts {
            buttons: button,
            height: (content + 2.0 * margin.y).ceil(),
            text,
            below,
            margin,
        }
    }

    fn lay_out(&self, ui: &Ui, width: f32) -> Arc<Galley> {
        let format = TextFormat::simple(type_scale::body(), Tokens::of(ui).text);
        let mut job = LayoutJob::single_section(type_scale::one_line(self.text), format);
        job.wrap.max_width = width.max(80.0);
        job.wrap.max_rows = LINES_MAX;
        ui.painter().layout_job(job)
    }
}

#[cfg(test)]
mod tests {
    use egui::{Rect, Role};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{Banner, BannerButton, BannerTone};

    const LONG: &str = "The edit of “film:1985:death-of-a-salesman-and-of-everybody-else-in-it” is \
                        not saved yet, and the disk is full.";
    const BUTTONS: [BannerButton<'_>; 2] = [
        BannerButton::new("Keep mine"),
        BannerButton::new("Use theirs"),
    ];

    fn harness(width: f32, text: &'static str) -> Harness<'static, Option<usize>> {
        let mut harness = Harness::builder()
            .with_size([width, 300.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                move |ui, clicked: &mut Option<usize>| {
                    let banner = Banner::new(BannerTone::Warning, text, &BUTTONS);
                    *clicked = banner.show(ui).or(*clicked);
                },
                None,
            );
        harness.run();
        harness
    }

    #[test]
    fn a_banner_fits_any_width_without_overlaps() {
        for width in [240.0, 372.0, 640.0, 1400.0] {
            for text in [LONG, "Your unsaved edit was restored"] {
                let harness = harness(width, text);
                let window = Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(width, 300.0));
                let text = harness.get_by_role_and_label(Role::Alert, text).rect();
                let [keep, take] = ["Keep mine", "Use theirs"]
                    .map(|label| harness.get_by_role_and_label(Role::Button, label).rect());
                for part in [text, keep, take] {
                    assert!(window.contains_rect(part), "{width}: {part}");
                }
                assert!(!text.shrink(1.0).intersects(keep.union(take)), "{width}");
                assert!(
                    take.right() <= keep.left(),
                    "the primary button is the last one"
                );
            }
        }
    }

    #[test]
    fn the_buttons_are_beside_a_short_sentence() {
        let harness = harness(640.0, "Your unsaved edit was restored");
        let text = harness
            .get_by_role_and_label(Role::Alert, "Your unsaved edit was restored")
            .rect();
        let keep = harness.get_by_label("Keep mine").rect();
        assert!(keep.y_range().contains(text.center().y));
    }

    #[test]
    fn each_button_returns_its_own_index() {
        let mut harness = harness(372.0, LONG);
        harness.get_by_label("Use theirs").click();
        harness.run();
        assert_eq!(*harness.state(), Some(1));
    }
}
