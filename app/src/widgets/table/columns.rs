//! The columns of the table: their definitions, their widths, and their header cells.

use egui::{Align, CursorIcon, Id, Rangef, Rect, Role, Sense, Ui, accesskit, vec2};

use super::TableEvent;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::widgets::accessibility;

/// The minimum width that a column can be dragged to, in points.
pub(super) const NARROWEST: f32 = 48.0;
const PADDING: f32 = metrics::SPACE_12;

/// The direction in which the table is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortArrow {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSpec {
    title: String,
    width: f32,
    align: Align,
    sort: Option<SortArrow>,
    sortable: bool,
    stretch: bool,
}

impl ColumnSpec {
    /// A left-aligned column of `width` points that can be sorted by.
    pub fn new(title: impl Into<String>, width: f32) -> Self {
        Self {
            title: title.into(),
            width,
            align: Align::Min,
            sort: None,
            sortable: true,
            stretch: false,
        }
    }

    /// Aligns title and cells to the right, for numbers.
    pub fn right(mut self) -> Self {
        self.align = Align::Max;
        self
    }

    /// Shows that the table is sorted by this column.
    pub fn sorted(mut self, sort: Option<SortArrow>) -> Self {
        self.sort = sort;
        self
    }

    /// A column whose header does not sort.
    pub fn unsortable(mut self) -> Self {
        self.sortable = false;
        self
    }

    /// Gives this column the room that the others leave; its width is then a minimum.
    pub fn stretch(mut self) -> Self {
        self.stretch = true;
        self
    }

    /// The title in the header.
    pub fn title(&self) -> &str {
        &self.title
    }

    pub(super) fn align(&self) -> Align {
        self.align
    }
}

/// The width of every column in a table `available` points wide.
pub(super) fn widths(columns: &[ColumnSpec], available: f32) -> Vec<f32> {
    let wanted = |column: &ColumnSpec| column.width.max(NARROWEST);
    let spare = (available - columns.iter().map(wanted).sum::<f32>()).max(0.0);
    let stretching = columns.iter().filter(|column| column.stretch).count();
    let share = if stretching == 0 {
        0.0
    } else {
        (spare / stretching as f32).floor()
    };
    columns
        .iter()
        .map(|column| wanted(column) + if column.stretch { share } else { 0.0 })
        .collect()
}

/// The part of a cell for text.
pub(super) fn inner(cell: Rect) -> Rect {
    cell.shrink2(vec2(PADDING, 0.0))
}

pub(super) fn header_cell(
    ui: &Ui,
    table: Id,
    cell: Rect,
    index: usize,
    column: &ColumnSpec,
    events: &mut Vec<TableEvent>,
) {
    let tokens = Tokens::of(ui);
    let response = ui.interact(cell, table.with(("column", index)), Sense::CLICK);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::ColumnHeader);
        node.set_label(column.title.as_str());
        node.set_column_index(index);
        node.set_bounds(accessibility::bounds(cell));
        if column.sortable {
            node.add_action(accesskit::Action::Click);
        }
        match column.sort {
            Some(SortArrow::Ascending) => {
                node.set_sort_direction(accesskit::SortDirection::Ascending);
            }
            Some(SortArrow::Descending) => {
                node.set_sort_direction(accesskit::SortDirection::Descending);
            }
            None => {}
        }
    });
    if response.clicked() && column.sortable {
        events.push(TableEvent::Sort(index));
    }
    if response.secondary_clicked() {
        events.push(TableEvent::ColumnMenu(index));
    }

    let color = if response.hovered() {
        tokens.text
    } else {
        tokens.muted
    };
    let arrow = column.sort.map(|sort| match sort {
        SortArrow::Ascending => icons::CARET_UP,
        SortArrow::Descending => icons::CARET_DOWN,
    });
    let room = inner(cell);
    let arrow_width = if arrow.is_some() { 16.0 } else { 0.0 };
    let font = type_scale::body_medium();
    let title = type_scale::name(ui, &column.title, font, color, room.width() - arrow_width);
    let painter = ui.painter().with_clip_rect(ui.clip_rect().intersect(cell));
    // The arrow is on the side away from the alignment, so that the title does not move.
    let placed = paint::text_in(&painter, room, column.align, title);
    if let Some(arrow) = arrow {
        let x = match column.align {
            Align::Max => placed.left() - 9.0,
            _ => placed.right() + 9.0,
        };
        let place = Rect::from_center_size(egui::pos2(x, cell.center().y), vec2(12.0, 12.0));
        paint::icon(&painter, place, arrow, 12.0, tokens.muted);
    }
}

pub(super) fn resize_handle(
    ui: &Ui,
    table: Id,
    cell: Rect,
    index: usize,
    column: &ColumnSpec,
    events: &mut Vec<TableEvent>,
) {
    let edge = Rangef::new(cell.right() - 4.0, cell.right() + 4.0);
    let handle = Rect::from_x_y_ranges(edge, cell.y_range());
    let id = table.with(("edge", index));
    let response = ui
        .interact(handle, id, Sense::DRAG)
        .on_hover_cursor(CursorIcon::ResizeColumn);
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let width = (pointer.x - cell.left()).max(NARROWEST).round();
        if (width - column.width).abs() >= 1.0 {
            events.push(TableEvent::Resize(index, width));
        }
    }
    if response.hovered() || response.dragged() {
        let stroke = egui::Stroke::new(1.0, Tokens::of(ui).strong_line);
        ui.painter()
            .vline(cell.right() - 0.5, cell.y_range().shrink(6.0), stroke);
    }
}
