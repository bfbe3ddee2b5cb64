//! The thin scroll bars: one for everything that scrolls by rows, one for wide tables.

use egui::{CornerRadius, Id, Rect, Role, Sense, Ui, pos2, vec2};

use super::virtual_rows::{RowSpace, ScrollPos};
use crate::theme::{Tokens, metrics};

const SHORTEST_THUMB: f32 = 28.0;

/// Paints the bar along the right edge of `view` and returns the position it was moved to.
///
/// The handle can be dragged; a click on the track moves by one page. Nothing is painted when
/// all rows fit. `id` must be unique; the bar takes no keyboard focus.
pub fn scroll_bar(ui: &Ui, view: Rect, id: Id, space: RowSpace, pos: ScrollPos) -> ScrollPos {
    let track = Rect::from_min_max(
        pos2(view.right() - metrics::SCROLL_BAR, view.top() + 2.0),
        view.right_bottom() - vec2(0.0, 2.0),
    );
    let Some(thumb) = space.thumb(pos, track.height(), SHORTEST_THUMB) else {
        return pos;
    };
    let response = ui.interact(track, id, Sense::CLICK | Sense::DRAG);
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::ScrollBar);
        node.set_numeric_value(pos.fraction(space));
    });

    let mut moved = pos;
    if response.dragged() {
        let room = f64::from(track.height() - thumb.len);
        // Adding up deltas in points would lose the handle when the pointer leaves the track, so
        // the position inside the handle where the drag began is remembered.
        let pointer = response.interact_pointer_pos().unwrap_or(track.min);
        let grip = grip(
            ui,
            id,
            &response,
            pointer.y - track.top() - thumb.start,
            thumb.len,
        );
        let start = f64::from(pointer.y - track.top() - grip);
        moved = ScrollPos::from_fraction(start / room.max(1.0), space);
    } else if response.clicked()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let y = pointer.y - track.top();
        let page = space.view_height * 0.9;
        if y < thumb.start {
            moved = pos.scrolled(-page, space);
        } else if y > thumb.start + thumb.len {
            moved = pos.scrolled(page, space);
        }
    }

    paint(
        ui,
        view,
        track,
        space,
        moved,
        response.hovered() || response.dragged(),
    );
    moved
}

fn grip(ui: &Ui, id: Id, response: &egui::Response, at_press: f32, len: f32) -> f32 {
    if response.drag_started() {
        // A drag that begins on the track grabs the middle of the handle.
        let inside = (0.0..=len).contains(&at_press);
        let grip = if inside { at_press } else { len / 2.0 };
        ui.data_mut(|data| data.insert_temp(id, grip));
        return grip;
    }
    ui.data(|data| data.get_temp(id)).unwrap_or(len / 2.0)
}

fn paint(ui: &Ui, view: Rect, track: Rect, space: RowSpace, pos: ScrollPos, active: bool) {
    let Some(thumb) = space.thumb(pos, track.height(), SHORTEST_THUMB) else {
        return;
    };
    let (color, inset) = bar_color(ui, view, active);
    let handle = Rect::from_min_size(
        pos2(track.left() + inset, track.top() + thumb.start),
        vec2(track.width() - 2.0 * inset, thumb.len),
    );
    ui.painter()
        .rect_filled(handle, CornerRadius::same(3), color);
}

/// Paints a horizontal bar along the bottom of `view` and returns the offset it was moved to.
///
/// `content` is the width of the contents, `offset` how much of it is hidden at the left, both in
/// points. Nothing is painted if all of it fits.
pub fn horizontal_bar(ui: &Ui, view: Rect, id: Id, content: f32, offset: f32) -> f32 {
    let beyond = content - view.width();
    if beyond < 1.0 {
        return 0.0;
    }
    let height = metrics::SCROLL_BAR;
    let track = Rect::from_min_max(
        pos2(view.left() + 2.0, view.bottom() - height),
        pos2(view.right() - height, view.bottom()),
    );
    let len = (track.width() * view.width() / content)
        .max(SHORTEST_THUMB)
        .min(track.width());
    let room = (track.width() - len).max(1.0);
    let response = ui.interact(track, id, Sense::CLICK | Sense::DRAG);
    let dragged = if response.dragged() {
        response.drag_delta().x
    } else {
        0.0
    };
    let moved = (offset + dragged * beyond / room).clamp(0.0, beyond);

    let (color, inset) = bar_color(ui, view, response.hovered() || response.dragged());
    let left = track.left() + room * moved / beyond;
    let handle = Rect::from_min_max(
        pos2(left, track.top() + inset),
        pos2(left + len, track.bottom() - inset),
    );
    ui.painter()
        .rect_filled(handle, CornerRadius::same(3), color);
    moved
}

fn bar_color(ui: &Ui, view: Rect, active: bool) -> (egui::Color32, f32) {
    let tokens = Tokens::of(ui);
    if active {
        (tokens.faint, 2.0)
    } else if ui.rect_contains_pointer(view) {
        (tokens.strong_line, 3.0)
    } else {
        (tokens.line, 3.0)
    }
}
