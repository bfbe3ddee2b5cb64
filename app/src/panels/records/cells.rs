//! Painting one row of the table.

use egui::Color32;
use jiff::tz::TimeZone;
use vstore::value::ValueType;
use vstore::{Meta, Millis};

use super::columns::ColumnData;
use super::rows::{CellData, RowData};
use crate::format;
use crate::state::ColumnKind;
use crate::theme::visible::Strictness;
use crate::theme::{Tokens, type_scale};
use crate::widgets::countdown::countdown;
use crate::widgets::highlight::highlight;
use crate::widgets::table::RowUi;

/// The opacity of a record that no longer exists.
const GONE: f32 = 0.4;

/// The current time, and the time zone.
pub(super) struct Now<'a> {
    pub(super) at: Millis,
    pub(super) zone: &'a TimeZone,
}

/// The remaining life of a record, as the expiry column shows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Life {
    /// `4 m 12 s`.
    pub(super) text: String,
    /// The remaining fraction, from 1 to 0.
    pub(super) left: f32,
    /// The remaining time, in milliseconds.
    pub(super) left_millis: i64,
}

impl Life {
    /// `None` for a record that never expires. A life begins with the last change, which is when
    /// the expiry was set.
    pub(super) fn new(meta: Meta, now: Millis) -> Option<Self> {
        let end = meta.expires_at?;
        let left_millis = end.since(now).max(0);
        let whole = end.since(meta.modified_at).max(1);
        Some(Self {
            text: format::remaining(left_millis),
            left: (left_millis as f64 / whole as f64).clamp(0.0, 1.0) as f32,
            left_millis,
        })
    }
}

/// Paints the cells of a row.
pub(super) fn paint_row(
    row: &mut RowUi<'_>,
    data: &RowData,
    columns: &[ColumnData],
    now: &Now<'_>,
) {
    let tokens = row.tokens();
    let key = data.key.as_str();
    if data.meta.is_some() {
        row.set_label(key);
    } else {
        row.set_label(&format!("{key}, deleted"));
        row.set_opacity(GONE);
    }
    for (index, column) in columns.iter().enumerate() {
        match &column.kind {
            ColumnKind::Key => {
                let font = type_scale::body();
                let max = type_scale::MAX_LINE_CHARS;
                let marks = &data.key_marks;
                row.job(
                    index,
                    highlight(
                        (key, Strictness::Name),
                        marks,
                        &font,
                        tokens.text,
                        tokens,
                        max,
                    ),
                );
            }
            ColumnKind::Value | ColumnKind::Path(_) => {
                if let Some(Some(cell)) = data.cells.get(index) {
                    paint_cell(row, index, cell, column, tokens);
                }
            }
            ColumnKind::Expires => paint_life(row, index, data.meta, now, tokens),
            ColumnKind::Modified => {
                if let Some(meta) = data.meta {
                    let text = format::timestamp(meta.modified_at, now.at, now.zone);
                    row.number(index, &text, tokens.muted);
                }
            }
        }
    }
}

fn paint_cell(
    row: &mut RowUi<'_>,
    index: usize,
    cell: &CellData,
    column: &ColumnData,
    tokens: &Tokens,
) {
    let max = type_scale::MAX_LINE_CHARS;
    if column.kind == ColumnKind::Value {
        let font = type_scale::mono();
        let cell = cell.in_sight(row.chars(index, &font));
        let job = highlight(
            (&cell.text, Strictness::Prose),
            &cell.marks,
            &font,
            tokens.muted,
            tokens,
            max,
        );
        row.job(index, job);
    } else if let Some(kind) = cell.kind {
        let color = color(kind, tokens);
        if column.right && cell.marks.is_empty() {
            row.number(index, &cell.text, color);
        } else {
            let font = type_scale::body();
            row.job(
                index,
                highlight(
                    (&cell.text, Strictness::Prose),
                    &cell.marks,
                    &font,
                    color,
                    tokens,
                    max,
                ),
            );
        }
    }
}

/// The colour of a value by its type.
pub(super) fn color(kind: ValueType, tokens: &Tokens) -> Color32 {
    match kind {
        ValueType::String => tokens.string,
        ValueType::Int | ValueType::Float | ValueType::Timestamp => tokens.number,
        ValueType::Bool => tokens.boolean,
        ValueType::Null => tokens.null,
        ValueType::Bytes | ValueType::List | ValueType::Map => tokens.muted,
    }
}

fn paint_life(
    row: &mut RowUi<'_>,
    index: usize,
    meta: Option<Meta>,
    now: &Now<'_>,
    tokens: &Tokens,
) {
    let Some(meta) = meta else { return };
    match Life::new(meta, now.at) {
        None => row.text(index, "never", tokens.faint),
        Some(life) => {
            let label = format!("expires in {}", life.text);
            row.cell(index, &label, |ui, rect| {
                countdown(ui, rect, life.left, &life.text);
            });
        }
    }
}
