//! The large views side by side: ten million rows, editor, text, bytes.

use std::sync::Arc;

use eframe::egui::{CentralPanel, Frame, Id, Rect, Ui, UiBuilder, pos2};
use vstore_app::theme::Tokens;
use vstore_app::widgets::code_editor::{CodeEditor, CodeEditorState};
use vstore_app::widgets::hex_view::hex_view;
use vstore_app::widgets::table::{ColumnSpec, Table, TableState};
use vstore_app::widgets::text_view::{TextViewState, text_view};
use vstore_app::widgets::virtual_rows::ScrollPos;

use super::samples::JSON;

pub(crate) struct ViewsPage {
    table: TableState,
    editor: CodeEditorState,
    json: String,
    text: TextViewState,
    long: Arc<str>,
    hex: ScrollPos,
}

impl Default for ViewsPage {
    fn default() -> Self {
        let mut table = TableState::default();
        table.set_caret(Some(7_654_321));
        Self {
            table,
            editor: CodeEditorState::default(),
            json: JSON.to_owned(),
            text: TextViewState::default(),
            long: [JSON.replace('\n', " ").repeat(40), JSON.repeat(40)]
                .concat()
                .into(),
            hex: ScrollPos::default(),
        }
    }
}

impl ViewsPage {
    pub(crate) fn ui(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let frame = Frame::NONE.fill(tokens.panel).inner_margin(16);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            let all = ui.max_rect();
            let middle = all.center();
            let quarters = [
                Rect::from_min_max(all.min, middle),
                Rect::from_min_max(pos2(middle.x, all.top()), pos2(all.right(), middle.y)),
                Rect::from_min_max(pos2(all.left(), middle.y), pos2(middle.x, all.bottom())),
                Rect::from_min_max(middle, all.max),
            ];
            for (index, quarter) in quarters.into_iter().enumerate() {
                let builder = UiBuilder::new()
                    .max_rect(quarter.shrink(8.0))
                    .id_salt(index);
                ui.scope_builder(builder, |ui| self.part(ui, index));
            }
        });
    }

    fn part(&mut self, ui: &mut Ui, index: usize) {
        match index {
            0 => {
                let columns = [
                    ColumnSpec::new("Row", 160.0).right(),
                    ColumnSpec::new("Text", 200.0).stretch(),
                ];
                Table::new(Id::unique("many"), "Ten million", &columns, 10_000_000)
                    .selected(&|row| row == 7_654_321)
                    .show(ui, &mut self.table, |row| {
                        let tokens = row.tokens();
                        row.number(0, &row.index().to_string(), tokens.number);
                        row.text(1, "one of ten million", tokens.text);
                    });
            }
            1 => {
                CodeEditor::new(Id::unique("json"), "JSON")
                    .error_line(Some(4))
                    .show(ui, &mut self.editor, &mut self.json);
            }
            2 => {
                let mark = 15..22;
                let matches = std::slice::from_ref(&mark);
                let text = (1, &self.long);
                text_view(
                    ui,
                    Id::unique("long"),
                    "Text",
                    &mut self.text,
                    text,
                    matches,
                );
            }
            _ => {
                hex_view(
                    ui,
                    Id::unique("hex"),
                    "Bytes",
                    &mut self.hex,
                    self.long.as_bytes(),
                );
            }
        }
    }
}
