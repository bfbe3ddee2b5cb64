//! Contents that scroll if there is not enough room for them, by keyboard as well.

use egui::{Id, Key, Margin, Memory, Modifiers, Rangef, ScrollArea, Stroke, Ui, UiBuilder, vec2};

use crate::theme::Tokens;

/// Room above and below the contents for focus rings, which extend beyond their controls.
pub const RING: f32 = 4.0;
/// Room for the scroll bar, in the margin of the caller.
const BAR: f32 = 14.0;

/// Shows `body` as wide as the available space and as high as its contents, up to `height` points;
/// if it is higher, it scrolls. The scroll bar is to the right of the available space.
pub fn scrolling<R>(ui: &mut Ui, id: Id, height: f32, body: impl FnOnce(&mut Ui) -> R) -> R {
    let width = ui.available_width();
    let area = ScrollArea::vertical()
        .id_salt(id.with("scrolled"))
        .max_height(height)
        // The window keeps the size that it needed in the last frame: without this it would grow
        // bit by bit.
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .content_margin(Margin::symmetric(0, RING as i8));
    // The scroll bar is in the margin of the card.
    let place = ui.available_rect_before_wrap();
    let place = place.with_max_x(place.left() + width + BAR);
    let mut wide = ui.new_child(UiBuilder::new().max_rect(place));
    let shown = area.show(&mut wide, |ui| {
        ui.set_max_width(width);
        let inner = body(ui);
        follow_keyboard(ui, id.with("keyboard"));
        inner
    });
    // The area returns the room that it was given, not what it used of it.
    let taken = wide.min_rect();
    ui.allocate_space(vec2(width, taken.height()));
    let tokens = Tokens::of(ui);
    let hidden = shown.content_size.y - taken.height();
    let line = Stroke::new(1.0, tokens.line);
    let across = Rangef::new(place.left(), place.left() + width);
    if shown.state.clamped_offset().y > 1.0 {
        ui.painter().hline(across, taken.top(), line);
    }
    if shown.state.clamped_offset().y < hidden - 1.0 {
        ui.painter().hline(across, taken.bottom(), line);
    }
    shown.inner
}

/// Shows `body` in the available space if that is `height` points high; otherwise `body` gets this
/// height and scrolls.
pub fn at_least(ui: &mut Ui, id: Id, height: f32, body: impl FnOnce(&mut Ui)) {
    let room = ui.available_size();
    if room.y >= height {
        body(ui);
        return;
    }
    scrolling(ui, id, room.y, |ui| {
        let size = vec2(room.x, height);
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            body(ui);
        });
    });
}

/// Scrolls to the widget that was focused in this frame, and by pages with the page keys, which
/// one-line fields do not use.
fn follow_keyboard(ui: &Ui, id: Id) {
    let focused = ui.memory(Memory::focused);
    let before = ui.data(|data| data.get_temp::<Option<Id>>(id)).flatten();
    // While a window finds its size, nothing is where it will be.
    if focused != before && !ui.is_sizing_pass() {
        ui.data_mut(|data| data.insert_temp(id, focused));
        let place = focused.and_then(|focused| ui.ctx().read_response(focused));
        // A widget outside the contents is never cut off and needs no scrolling.
        if let Some(place) = place.filter(|place| place.interact_rect != place.rect) {
            ui.scroll_to_rect(place.rect.expand(RING), None);
        }
    }
    let page = ui.clip_rect().height() * 0.8;
    let pages = ui.input_mut(|input| {
        let mut presses = |key| input.count_and_consume_key(Modifiers::NONE, key) as f32;
        presses(Key::PageUp) - presses(Key::PageDown)
    });
    if pages != 0.0 {
        ui.scroll_with_delta(vec2(0.0, pages * page));
    }
}
