//! The frame of every list of rows with equal height: focus, wheel, scroll bar, row rectangles.
//!
//! The table has its own, because it also scrolls sideways and selects.

use std::ops::Range;

use egui::{EventFilter, Id, Key, Rect, Response, Role, Sense, Ui, pos2, vec2};

use super::keyboard;
use super::scroll_bar::scroll_bar;
use super::virtual_rows::{RowSpace, ScrollPos};

/// One frame of a list.
pub(super) struct VirtualList {
    pub(super) space: RowSpace,
    pub(super) rect: Rect,
    /// The one focus stop of the list; its id is the list's id.
    pub(super) response: Response,
}

impl VirtualList {
    /// Takes the available space, applies the wheel and names the list in the accessibility tree.
    pub(super) fn begin(
        ui: &mut Ui,
        id: Id,
        (role, label): (Role, &str),
        (count, row_height): (usize, f32),
        pos: &mut ScrollPos,
    ) -> Self {
        let rect = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(rect);
        let response = ui.interact(rect, id, Sense::click());
        super::accessibility::name(ui, id, role, label);
        if response.clicked() || response.is_pointer_button_down_on() {
            response.request_focus();
        }
        let space = RowSpace {
            count,
            row_height,
            view_height: rect.height(),
        };
        if ui.rect_contains_pointer(rect) {
            let wheel = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            if wheel != 0.0 {
                *pos = pos.scrolled(-wheel, space);
            }
        }
        *pos = pos.clamped(space);
        Self {
            space,
            rect,
            response,
        }
    }

    /// The rows to paint.
    pub(super) fn visible(&self, pos: ScrollPos) -> Range<usize> {
        pos.visible(self.space)
    }

    /// The rectangle of a visible row.
    pub(super) fn row_rect(&self, row: usize, pos: ScrollPos) -> Rect {
        let top = (self.rect.top() + pos.top_of(row, self.space)).round();
        Rect::from_min_size(
            pos2(self.rect.left(), top),
            vec2(self.rect.width(), self.space.row_height),
        )
    }

    /// The row under `point`.
    pub(super) fn row_at(&self, point: egui::Pos2, pos: ScrollPos) -> Option<usize> {
        pos.row_at(point.y - self.rect.top(), self.space)
    }

    /// The row under the pointer, if the pointer is over the list.
    pub(super) fn hovered(&self, pos: ScrollPos) -> Option<usize> {
        let point = self
            .response
            .hover_pos()
            .filter(|_| self.response.contains_pointer())?;
        self.row_at(point, pos)
    }

    /// The keys of a view without a caret: they scroll.
    pub(super) fn scroll_keys(&self, ui: &Ui, pos: &mut ScrollPos) {
        if !self.response.has_focus() {
            return;
        }
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(self.response.id, filter));
        let keys = keyboard::take_keys(ui, |key, modifiers| {
            use Key::{ArrowDown, ArrowUp, End, Home, PageDown, PageUp};
            matches!(key, ArrowDown | ArrowUp | Home | End | PageDown | PageUp) && !modifiers.alt
        });
        let (space, page) = (self.space, self.space.view_height - self.space.row_height);
        for (key, _) in keys {
            *pos = match key {
                Key::ArrowUp => pos.scrolled(-space.row_height, space),
                Key::ArrowDown => pos.scrolled(space.row_height, space),
                Key::PageUp => pos.scrolled(-page, space),
                Key::PageDown => pos.scrolled(page, space),
                Key::Home => ScrollPos::default(),
                _ => ScrollPos::last(space),
            };
        }
    }

    /// Paints the scroll bar, over the rows.
    pub(super) fn finish(self, ui: &Ui, pos: &mut ScrollPos) -> Response {
        let bar = self.response.id.with("bar");
        *pos = scroll_bar(ui, self.rect, bar, self.space, *pos);
        self.response
    }
}
