//! The record table: millions of rows of equal height, of which only the visible ones are touched.
//!
//! It takes the number of rows and a closure that paints one row, and returns what the user did as
//! [`TableEvent`]s. It knows neither records nor the selection: the caller owns both and applies
//! the events. The whole table is one focus stop; the arrow keys move a caret inside it.

mod columns;
mod keys;
mod row;

use std::ops::Range;

use egui::{
    EventFilter, Id, PointerButton, Rect, Response, Role, Sense, Ui, UiBuilder, pos2, vec2,
};

pub use columns::{ColumnSpec, SortArrow};
pub use row::RowUi;

use super::scroll_bar::{horizontal_bar, scroll_bar};
use super::virtual_rows::{RowSpace, ScrollPos};
use crate::theme::{Density, Tokens, metrics, paint};

/// What the table keeps between frames. The caller owns one per table.
#[derive(Debug, Clone, Default)]
pub struct TableState {
    pos: ScrollPos,
    across: f32,
    caret: Option<usize>,
    anchor: Option<usize>,
    menu_row: Option<usize>,
    reveal: Option<usize>,
}

impl TableState {
    /// The row of the caret.
    pub fn caret(&self) -> Option<usize> {
        self.caret
    }

    /// Moves the caret to `row` without an event and scrolls it into view, for example after a
    /// search that has moved the selected record.
    pub fn set_caret(&mut self, row: Option<usize>) {
        self.caret = row;
        self.anchor = row;
        self.reveal = row;
    }

    /// Moves the caret to `row` without scrolling, for example when rows are inserted above while
    /// the user reads.
    pub fn follow_caret(&mut self, row: Option<usize>) {
        self.caret = row;
        self.anchor = row;
    }

    /// The row of the open context menu; `None` for the empty area below the rows.
    pub fn menu_row(&self) -> Option<usize> {
        self.menu_row
    }

    /// Sets where an extended range starts, after the rows have changed.
    pub fn set_anchor(&mut self, row: Option<usize>) {
        self.anchor = row;
    }

    /// The scroll position, to be kept while the file is locked.
    pub fn scroll(&self) -> ScrollPos {
        self.pos
    }

    /// Restores a position from [`Self::scroll`].
    pub fn set_scroll(&mut self, pos: ScrollPos) {
        self.pos = pos;
    }
}

/// Something the user did to the table.
#[derive(Debug, Clone, PartialEq)]
pub enum TableEvent {
    /// Select this row and nothing else.
    Select(usize),
    /// Toggle this row in the selection.
    Toggle(usize),
    /// Select these rows and nothing else (Shift).
    SelectRange(Range<usize>),
    /// Select these rows too (Ctrl and Shift).
    AddRange(Range<usize>),
    /// Select all rows.
    SelectAll,
    /// The caret moved and the selection stays (Ctrl and an arrow key).
    Caret(usize),
    /// Open this row (Enter, or a double click).
    Activate(usize),
    /// Sort by this column, or reverse its order.
    Sort(usize),
    /// This column was dragged to this width, in points.
    Resize(usize, f32),
    /// The header of this column was clicked with the secondary button.
    ColumnMenu(usize),
    /// A row (or the empty area) was clicked with the secondary button. If the row is not selected,
    /// its [`TableEvent::Select`] comes first.
    RowMenu(Option<usize>),
}

/// What happened in this frame.
#[derive(Debug)]
pub struct TableResponse {
    /// In chronological order.
    pub events: Vec<TableEvent>,
    /// The rows the closure was called for.
    pub visible_rows: Range<usize>,
    /// The area of the rows: attach a context menu, request or read the keyboard focus.
    pub body: Response,
    /// The area of the header: attach the menu that chooses columns with
    /// [`Response::container_context_menu`].
    pub header: Response,
}

/// The frame of the table; build, then [`Table::show`].
pub struct Table<'a> {
    id: Id,
    label: &'a str,
    columns: &'a [ColumnSpec],
    count: usize,
    density: Density,
    selected: &'a dyn Fn(usize) -> bool,
}

/// What the parts of the table share in one frame.
struct Frame<'a> {
    table: &'a Table<'a>,
    space: RowSpace,
    body: Rect,
    widths: Vec<f32>,
    tokens: &'static Tokens,
}

impl<'a> Table<'a> {
    /// A table of `count` rows. `label` is its name for screen readers, `id` is unique.
    pub fn new(id: Id, label: &'a str, columns: &'a [ColumnSpec], count: usize) -> Self {
        Self {
            id,
            label,
            columns,
            count,
            density: Density::Normal,
            selected: &|_| false,
        }
    }

    /// The height of the rows.
    pub fn density(mut self, density: Density) -> Self {
        self.density = density;
        self
    }

    /// Sets which rows are selected; called for visible rows only.
    pub fn selected(mut self, selected: &'a dyn Fn(usize) -> bool) -> Self {
        self.selected = selected;
        self
    }

    /// Fills the available space with the table; `paint_row` is called for visible rows only.
    pub fn show(
        self,
        ui: &mut Ui,
        state: &mut TableState,
        mut paint_row: impl FnMut(&mut RowUi<'_>),
    ) -> TableResponse {
        let area = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(area);
        let header = Rect::from_min_size(area.min, vec2(area.width(), metrics::TABLE_HEADER));
        let body = Rect::from_min_max(pos2(area.left(), header.bottom()), area.max);
        let frame = Frame {
            space: RowSpace {
                count: self.count,
                row_height: self.density.row_height(),
                view_height: body.height(),
            },
            widths: columns::widths(self.columns, area.width()),
            tokens: Tokens::of(ui),
            body,
            table: &self,
        };
        let mut events = Vec::new();

        let response = frame.body_response(ui);
        frame.input(ui, &response, state, &mut events);
        frame.scroll(ui, state);
        let header_response = frame.header(ui, header, response.id, state, &mut events);
        let visible_rows = frame.rows(ui, &response, state, &mut paint_row, &mut events);
        state.pos = scroll_bar(ui, body, self.id.with("bar"), frame.space, state.pos);
        let width = frame.widths.iter().sum();
        let across = self.id.with("across");
        state.across = horizontal_bar(ui, body, across, width, state.across);
        if response.has_focus() && state.caret.is_none() {
            paint::focus_ring(
                ui.painter(),
                body.shrink(3.0),
                metrics::RADIUS,
                frame.tokens.accent,
            );
        }

        TableResponse {
            events,
            visible_rows,
            body: response,
            header: header_response,
        }
    }
}

impl Frame<'_> {
    fn body_response(&self, ui: &Ui) -> Response {
        let Table {
            id,
            label,
            columns,
            count,
            ..
        } = *self.table;
        let response = ui.interact(self.body, id, Sense::click());
        if response.is_pointer_button_down_on() || response.clicked() {
            response.request_focus();
        }
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_role(Role::Table);
            node.set_label(label);
            node.set_row_count(count);
            node.set_column_count(columns.len());
        });
        response
    }

    /// Handles pointer and keys: moves the caret and returns events.
    fn input(
        &self,
        ui: &Ui,
        response: &Response,
        state: &mut TableState,
        events: &mut Vec<TableEvent>,
    ) {
        let count = self.space.count;
        state.caret = state.caret.filter(|row| *row < count);
        state.anchor = state.anchor.filter(|row| *row < count);
        if let Some(row) = state.reveal.take() {
            state.pos = state.pos.revealing(row, self.space);
        }

        let row_at_pointer = response
            .interact_pointer_pos()
            .and_then(|pointer| state.pos.row_at(pointer.y - self.body.top(), self.space));
        if response.clicked_by(PointerButton::Primary)
            && let Some(row) = row_at_pointer
        {
            let modifiers = ui.input(|input| input.modifiers);
            if response.double_clicked() {
                events.push(TableEvent::Activate(row));
            } else {
                keys::select(state, row, modifiers, events);
            }
        }
        if response.secondary_clicked() {
            self.secondary_click(row_at_pointer, state, events);
        }

        if response.has_focus() {
            let filter = EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..Default::default()
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
            let before = state.caret;
            keys::keyboard(ui, self.space, state, events);
            if let Some(caret) = state.caret
                && state.caret != before
            {
                state.pos = state.pos.revealing(caret, self.space);
            }
        }
    }

    fn secondary_click(
        &self,
        row: Option<usize>,
        state: &mut TableState,
        events: &mut Vec<TableEvent>,
    ) {
        state.menu_row = row;
        if let Some(row) = row
            && !(self.table.selected)(row)
        {
            state.caret = Some(row);
            state.anchor = Some(row);
            events.push(TableEvent::Select(row));
        }
        events.push(TableEvent::RowMenu(row));
    }

    fn scroll(&self, ui: &Ui, state: &mut TableState) {
        if ui.rect_contains_pointer(self.body) {
            let delta = ui.input_mut(|input| {
                let delta = input.smooth_scroll_delta;
                input.smooth_scroll_delta = egui::Vec2::ZERO;
                delta
            });
            if delta.y != 0.0 {
                state.pos = state.pos.scrolled(-delta.y, self.space);
            }
            state.across -= delta.x;
        }
        let beyond = self.widths.iter().sum::<f32>() - self.body.width();
        state.across = state.across.clamp(0.0, beyond.max(0.0));
        state.pos = state.pos.clamped(self.space);
    }

    /// The horizontal extent of each column on the screen.
    fn cells(&self, across: f32) -> Vec<egui::Rangef> {
        let mut left = self.body.left() - across;
        self.widths
            .iter()
            .map(|width| {
                let range = egui::Rangef::new(left, left + width);
                left += width;
                range
            })
            .collect()
    }

    fn header(
        &self,
        ui: &mut Ui,
        rect: Rect,
        parent: Id,
        state: &TableState,
        events: &mut Vec<TableEvent>,
    ) -> Response {
        ui.painter().rect_filled(rect, 0.0, self.tokens.panel);
        let mut header = ui.new_child(
            UiBuilder::new()
                .scope_id(self.table.id.with("header"))
                .max_rect(rect)
                .accessibility_parent(parent)
                .accessibility_role(Role::Row),
        );
        header.shrink_clip_rect(rect);
        let empty = header.interact(rect, self.table.id.with("header-empty"), Sense::CLICK);
        let cells = self.cells(state.across);
        for (index, (column, range)) in self.table.columns.iter().zip(&cells).enumerate() {
            let cell = Rect::from_x_y_ranges(*range, rect.y_range());
            columns::header_cell(&header, self.table.id, cell, index, column, events);
        }
        // The handles overlap the edges of two cells, so they come after all cells.
        for (index, (column, range)) in self.table.columns.iter().zip(&cells).enumerate() {
            let cell = Rect::from_x_y_ranges(*range, rect.y_range());
            columns::resize_handle(&header, self.table.id, cell, index, column, events);
        }
        paint::line_below(ui.painter(), rect, self.tokens.line);
        empty
    }

    fn rows(
        &self,
        ui: &mut Ui,
        response: &Response,
        state: &TableState,
        paint_row: &mut dyn FnMut(&mut RowUi<'_>),
        events: &mut Vec<TableEvent>,
    ) -> Range<usize> {
        let visible = state.pos.visible(self.space);
        let cells = self.cells(state.across);
        let pointer = response.hover_pos().filter(|_| response.contains_pointer());
        let hovered = pointer.and_then(|at| state.pos.row_at(at.y - self.body.top(), self.space));
        for index in visible.clone() {
            let top = (self.body.top() + state.pos.top_of(index, self.space)).round();
            let rect = Rect::from_min_size(
                pos2(self.body.left(), top),
                vec2(self.body.width(), self.space.row_height),
            );
            let frame = row::RowFrame {
                table: self.table.id,
                index,
                rect,
                clip: self.body,
                cells: &cells,
                columns: self.table.columns,
                selected: (self.table.selected)(index),
                hovered: hovered == Some(index),
                caret: state.caret == Some(index),
                focused: response.has_focus(),
            };
            if row::show(ui, &frame, paint_row) {
                events.push(TableEvent::Select(index));
            }
        }
        visible
    }
}

#[cfg(test)]
mod tests;
