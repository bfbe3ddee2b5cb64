//! One visible row: its surface, its accessibility node, and the painter passed to the caller.

use egui::text::LayoutJob;
use egui::{
    Align, Color32, FontId, Id, Rangef, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    accesskit,
};

use super::columns::{self, ColumnSpec};
use crate::theme::{Tokens, paint, type_scale};
use crate::widgets::accessibility::{self, bounds};

/// What is known about a row before the caller paints it.
pub(super) struct RowFrame<'a> {
    pub(super) table: Id,
    pub(super) index: usize,
    pub(super) rect: Rect,
    pub(super) clip: Rect,
    pub(super) cells: &'a [Rangef],
    pub(super) columns: &'a [ColumnSpec],
    pub(super) selected: bool,
    pub(super) hovered: bool,
    pub(super) caret: bool,
    pub(super) focused: bool,
}

/// Paints the cells of one row. Columns are identified by their index; an index without a column,
/// and cells scrolled out of view, are ignored.
pub struct RowUi<'a> {
    ui: Ui,
    frame: &'a RowFrame<'a>,
    label: Option<String>,
    opacity: f32,
}

impl RowUi<'_> {
    /// The index of the row.
    pub fn index(&self) -> usize {
        self.frame.index
    }

    /// Whether the row is selected.
    pub fn selected(&self) -> bool {
        self.frame.selected
    }

    /// Whether the pointer is over the row.
    pub fn hovered(&self) -> bool {
        self.frame.hovered
    }

    /// The colours to paint with.
    pub fn tokens(&self) -> &'static Tokens {
        Tokens::of(&self.ui)
    }

    /// The name of the row for screen readers; by default the text of the first column.
    pub fn set_label(&mut self, label: &str) {
        self.label = Some(type_scale::one_name(label));
    }

    /// Paints the following cells fainter, for example for a record that has just expired.
    pub fn set_opacity(&mut self, opacity: f32) {
        self.opacity = opacity;
    }

    /// How many characters of a monospaced font fit into a cell.
    pub fn chars(&self, column: usize, font: &FontId) -> usize {
        let cell = self.frame.cells.get(column);
        let width = cell.map_or(0.0, |range| {
            columns::inner(Rect::from_x_y_ranges(*range, self.frame.rect.y_range())).width()
        });
        let advance = self.ui.fonts_mut(|fonts| fonts.glyph_width(font, '0'));
        (width / advance.max(1.0)).max(0.0) as usize
    }

    /// A cell of body text.
    pub fn text(&mut self, column: usize, text: &str, color: Color32) {
        let format = egui::TextFormat::simple(type_scale::body(), color);
        self.job(
            column,
            LayoutJob::single_section(type_scale::one_line(text), format),
        );
    }

    /// A cell of monospaced text, for values.
    pub fn mono(&mut self, column: usize, text: &str, color: Color32) {
        let format = egui::TextFormat::simple(type_scale::mono(), color);
        self.job(
            column,
            LayoutJob::single_section(type_scale::one_line(text), format),
        );
    }

    /// A cell with a number or a time, in fixed-width digits that line up from row to row.
    pub fn number(&mut self, column: usize, text: &str, color: Color32) {
        let align = self.align(column);
        self.cell(column, text, |ui, rect| {
            let galley = type_scale::tabular(ui, text, type_scale::body(), color);
            paint::text_in(ui.painter(), rect, align, galley);
        });
    }

    /// A cell of prepared text, for example with highlighted matches. It is cut off at the right
    /// edge.
    pub fn job(&mut self, column: usize, job: LayoutJob) {
        let align = self.align(column);
        let label = job.text.clone();
        self.cell(column, &label, |ui, rect| {
            let galley = type_scale::line_job(ui, job, rect.width());
            paint::text_in(ui.painter(), rect, align, galley);
        });
    }

    /// A cell that `paint` draws inside the given rectangle. `label` is its text for screen
    /// readers.
    pub fn cell(&mut self, column: usize, label: &str, paint: impl FnOnce(&mut Ui, Rect)) {
        let Some(range) = self.frame.cells.get(column) else {
            return;
        };
        let rect = Rect::from_x_y_ranges(*range, self.frame.rect.y_range());
        if !rect.intersects(self.frame.clip) {
            return;
        }
        if column == 0 && self.label.is_none() {
            self.set_label(label);
        }
        let id = self.frame.table.with((self.frame.index, column));
        let mut ui = self.ui.new_child(
            UiBuilder::new()
                .scope_id(id)
                .max_rect(rect)
                .accessibility_role(Role::Cell),
        );
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_label(label);
            node.set_row_index(self.frame.index);
            node.set_column_index(column);
            node.set_bounds(bounds(rect));
        });
        ui.shrink_clip_rect(rect);
        ui.set_opacity(self.opacity);
        paint(&mut ui, columns::inner(rect));
    }

    fn align(&self, column: usize) -> Align {
        self.frame
            .columns
            .get(column)
            .map_or(Align::Min, ColumnSpec::align)
    }
}

/// Shows one row; returns whether a screen reader requested to select it.
pub(super) fn show(
    ui: &mut Ui,
    frame: &RowFrame<'_>,
    paint_row: &mut dyn FnMut(&mut RowUi<'_>),
) -> bool {
    let tokens = Tokens::of(ui);
    let id = frame.table.with(("row", frame.index));
    let mut row_ui = ui.new_child(
        UiBuilder::new()
            .scope_id(id)
            .max_rect(frame.rect)
            .accessibility_parent(frame.table)
            .accessibility_role(Role::Row)
            .sense(Sense::hover()),
    );
    row_ui.shrink_clip_rect(frame.clip);
    surface(&row_ui, frame, tokens);

    let mut row = RowUi {
        ui: row_ui,
        frame,
        label: None,
        opacity: 1.0,
    };
    paint_row(&mut row);

    let label = row.label.unwrap_or_default();
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_label(label);
        node.set_row_index(frame.index);
        node.set_selected(frame.selected);
        node.set_bounds(bounds(frame.rect.intersect(frame.clip)));
        node.add_action(accesskit::Action::Click);
    });
    if frame.caret {
        ui.ctx().accesskit_node_builder(frame.table, |node| {
            node.set_active_descendant(id.accesskit_id());
        });
    }
    accessibility::asked_to_click(ui, id)
}

fn surface(ui: &Ui, frame: &RowFrame<'_>, tokens: &Tokens) {
    let fill = if frame.selected {
        Some(tokens.accent_surface)
    } else if frame.hovered {
        Some(tokens.panel)
    } else {
        None
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(frame.rect, 0.0, fill);
    }
    paint::line_below(ui.painter(), frame.rect, tokens.row_line);
    if frame.caret && frame.focused {
        let line = Stroke::new(1.0, tokens.accent);
        ui.painter()
            .rect_stroke(frame.rect, 0.0, line, StrokeKind::Inside);
    }
}
