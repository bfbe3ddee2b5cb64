//! A field with a list below it: typing filters the rows, the arrow keys select one, and Enter
//! picks it. The caller decides what the rows stand for.

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Align2, Area, Context, CornerRadius, Frame, Id, Key, Margin, Modal, Modifiers, Rect,
    RichText, Role, ScrollArea, Sense, Stroke, Ui, accesskit, vec2,
};

use super::frame;
use crate::theme::visible::{self, Strictness};
use crate::theme::{Tokens, fonts, metrics, paint, type_scale};

const WIDTH: f32 = 560.0;
const ROW: f32 = 34.0;
const ROWS_SHOWN: f32 = 10.0;
const DETAIL: f32 = 160.0;

/// One row.
#[derive(Debug, Clone, Default)]
pub(super) struct FinderRow<'a> {
    pub(super) text: &'a str,
    /// The characters that match what was typed, ascending.
    pub(super) matched: &'a [usize],
    pub(super) icon: &'a str,
    /// A short faint text at the right.
    pub(super) detail: String,
    /// What a screen reader says in addition to the text.
    pub(super) description: &'a str,
    pub(super) enabled: bool,
}

/// What the user did in this frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Pick(usize),
    Close,
}

/// Draws the window around `body`, which gets the keys of this frame and returns what was done.
pub(super) fn show<R>(
    ctx: &Context,
    (name, label): (&'static str, &str),
    body: impl FnOnce(&mut Ui, Keys) -> (Option<Outcome>, R),
) -> (Option<Outcome>, R) {
    let tokens = Tokens::for_visuals(&ctx.global_style().visuals);
    let id = frame::id(name);
    // Before the text field can see the keys.
    let keys = keys(ctx);
    let area = Area::new(id)
        .kind(egui::UiKind::Modal)
        .sense(Sense::hover())
        .anchor(Align2::CENTER_TOP, vec2(0.0, top(ctx)))
        .order(egui::Order::Foreground)
        .interactable(true);
    let frame = Frame::NONE
        .fill(tokens.raised)
        .stroke(Stroke::new(1.0, tokens.strong_line))
        .corner_radius(CornerRadius::same(metrics::RADIUS_CARD))
        .inner_margin(Margin::same(8))
        .shadow(ctx.global_style().visuals.popup_shadow);
    let modal = Modal::new(id)
        .area(area)
        .backdrop_color(tokens.backdrop.gamma_multiply(0.6))
        .frame(frame);
    let shown = modal.show(ctx, |ui| {
        ui.set_width(WIDTH.min(ctx.content_rect().width() - 48.0));
        let inner = body(ui, keys);
        let place = ui.min_rect();
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_role(Role::Dialog);
            node.set_label(label);
            node.set_bounds(accesskit::Rect {
                x0: place.min.x.into(),
                y0: place.min.y.into(),
                x1: place.max.x.into(),
                y1: place.max.y.into(),
            });
        });
        inner
    });
    let (outcome, result) = shown.inner;
    let escaped = keys.escape.then_some(Outcome::Close);
    let beside = shown.backdrop_response.clicked().then_some(Outcome::Close);
    (outcome.or(escaped).or(beside), result)
}

/// Distance of the list from the upper edge of the window: small in a low window.
fn top(ctx: &Context) -> f32 {
    (ctx.content_rect().height() * 0.1).clamp(metrics::SPACE_16, 88.0)
}

/// Height of the list: its rows, up to the number shown at once, limited to the whole rows that fit
/// into the window.
fn rows_height(ctx: &Context, rows: usize) -> f32 {
    // The field, the margins, and one line of text below the list.
    const BESIDE: f32 = 96.0;
    let room = ctx.content_rect().height() - top(ctx) - BESIDE - metrics::SPACE_16;
    let fit = (room / ROW).floor().clamp(2.0, ROWS_SHOWN);
    ROW * fit.min(rows as f32)
}

/// The keys that were pressed in this frame.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keys {
    step: isize,
    enter: bool,
    escape: bool,
}

impl Keys {
    /// The entry after moving, which wraps around at both ends.
    pub(super) fn moved(self, from: usize, len: usize) -> usize {
        match len {
            0 => 0,
            len => (from.min(len - 1) as isize + self.step).rem_euclid(len as isize) as usize,
        }
    }
}

fn keys(ctx: &Context) -> Keys {
    ctx.input_mut(|input| {
        let mut take = |key| input.count_and_consume_key(Modifiers::NONE, key) as isize;
        Keys {
            step: take(Key::ArrowDown) - take(Key::ArrowUp) + 8 * take(Key::PageDown)
                - 8 * take(Key::PageUp),
            enter: take(Key::Enter) > 0,
            escape: take(Key::Escape) > 0,
        }
    })
}

/// Draws the rows, or `empty` if there are none. Returns the row that was picked.
pub(super) fn list(
    ui: &mut Ui,
    rows: &[FinderRow<'_>],
    chosen: usize,
    keys: Keys,
    empty: &str,
) -> Option<Outcome> {
    let tokens = Tokens::of(ui);
    ui.add_space(metrics::SPACE_4);
    if rows.is_empty() {
        ui.add_space(metrics::SPACE_8);
        ui.vertical_centered(|ui| {
            ui.label(RichText::new(empty).color(tokens.muted));
        });
        ui.add_space(metrics::SPACE_12);
        return None;
    }
    let mut clicked = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    let height = rows_height(ui.ctx(), rows.len());
    ScrollArea::vertical()
        .max_height(height)
        // The window keeps the size that it needed in the last frame: without this it would grow by
        // one row per frame.
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for (index, entry) in rows.iter().enumerate() {
                let rect = row(ui, entry, index, index == chosen, &mut clicked);
                if index == chosen && keys.step != 0 {
                    ui.scroll_to_rect(rect, None);
                }
            }
        });
    let picked = clicked.or_else(|| keys.enter.then_some(chosen));
    picked.map(Outcome::Pick)
}

fn row(
    ui: &mut Ui,
    entry: &FinderRow<'_>,
    index: usize,
    chosen: bool,
    clicked: &mut Option<usize>,
) -> Rect {
    let tokens = Tokens::of(ui);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let response = ui.interact(rect, Id::unique(("finder row", index)), Sense::CLICK);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::ListBoxOption);
        node.set_label(entry.text);
        node.set_description(entry.description);
        node.set_selected(chosen);
        node.add_action(accesskit::Action::Click);
        if !entry.enabled {
            node.set_disabled();
        }
    });
    let radius = CornerRadius::same(metrics::RADIUS);
    if chosen {
        ui.painter()
            .rect_filled(rect, radius, tokens.accent_surface);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, tokens.hover);
    }
    let (icon, color) = if entry.enabled {
        (tokens.muted, tokens.text)
    } else {
        (tokens.faint, tokens.faint)
    };
    let place = rect.with_max_x(rect.left() + 36.0);
    paint::icon(ui.painter(), place, entry.icon, 16.0, icon);
    let right = rect.with_max_x(rect.right() - metrics::SPACE_12);
    let detail = type_scale::line(ui, &entry.detail, type_scale::body(), tokens.faint, DETAIL);
    let detail = paint::text_in(ui.painter(), right, Align::Max, detail);
    let room = Rect::from_min_max(
        rect.min + vec2(36.0, 0.0),
        egui::pos2(detail.left(), rect.bottom()),
    );
    let job = letters(entry.text, entry.matched, color, tokens);
    let galley = type_scale::line_job(ui, job, room.width());
    paint::text_in(ui.painter(), room, Align::Min, galley);
    if response.clicked() {
        *clicked = Some(index);
    }
    rect
}

/// A text with the typed letters in the accent colour.
fn letters(text: &str, matched: &[usize], color: egui::Color32, tokens: &Tokens) -> LayoutJob {
    let plain = TextFormat::simple(type_scale::body(), color);
    let font = egui::FontId::new(13.0, fonts::semi_bold());
    let typed = TextFormat::simple(font, tokens.accent_text);
    let mut job = LayoutJob::default();
    let mut buffer = [0_u8; 4];
    for (index, character) in text.chars().enumerate() {
        if let Some(mark) = visible::mark(character, Strictness::Name) {
            job.append(
                &mark,
                0.0,
                visible::mark_format(&type_scale::body(), tokens),
            );
            continue;
        }
        let format = if matched.binary_search(&index).is_ok() {
            &typed
        } else {
            &plain
        };
        job.append(character.encode_utf8(&mut buffer), 0.0, format.clone());
    }
    job
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn the_list_is_a_ring_and_survives_getting_shorter() {
        let up = Keys {
            step: -1,
            ..Keys::default()
        };
        assert_eq!(up.moved(0, 5), 4);
        assert_eq!(Keys::default().moved(9, 3), 2);
        assert_eq!(up.moved(3, 0), 0);
    }
}
