//! Assembles the record table: keeps scroll position and widths, draws, queues commands.

use std::cell::RefCell;
use std::collections::BTreeMap;

use egui::{Id, Popup, Response, Ui, UiBuilder};
use jiff::tz::TimeZone;
use vstore::Key;
use vstore::search::Mode;

use super::cells::{Life, Now, paint_row};
use super::columns::{ColumnData, columns};
use super::empty::Empty;
use super::rows::RowCache;
use super::{events, menus};
use crate::action::{ShortcutScope, pressed};
use crate::command::{Commands, SearchCommand, SelectionCommand};
use crate::format;
use crate::state::{ColumnKind, FocusTarget, Sort};
use crate::theme::{Tokens, metrics};
use crate::view::StoreView;
use crate::widgets::table::{Table, TableEvent, TableState};
use crate::widgets::virtual_rows::ScrollPos;

/// The record table, with its scroll position and column widths.
#[derive(Debug, Default)]
pub struct RecordsPanel {
    table: TableState,
    /// The column whose menu was opened last.
    menu_column: Option<ColumnKind>,
    cache: RowCache,
    /// The cursor of the state as the table last adopted it.
    seen_cursor: (Option<Key>, Option<usize>),
    /// The query of the answer shown last.
    seen_question: Option<(String, Mode)>,
    /// The record in the first row of the last frame, and the order at that time.
    seen_top: Option<(Key, Sort)>,
}

impl RecordsPanel {
    /// The identity of the table.
    pub(crate) fn table_id() -> Id {
        Id::unique("record table")
    }

    /// Forgets everything about the records that were shown.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    pub fn ui(&mut self, ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
        ui.painter()
            .rect_filled(ui.max_rect(), 0.0, Tokens::of(ui).background);
        self.follow_cursor(view);
        let is_new = self.follow_question(view);
        keyboard(ui, view, commands);

        let columns = columns(&view);
        let widths = table_columns(&columns, &view.store.settings.widths);
        let density = view.app.prefs.density;
        let height = ui.available_height() - metrics::TABLE_HEADER;
        let page = (height / density.row_height()).max(0.0) as usize + 2;
        if self.cache.begin(&view, &columns) {
            self.hold_anchor(view);
            if !is_new {
                self.hold_top(view);
            }
        }
        let cache = RefCell::new(std::mem::take(&mut self.cache));
        let zone = TimeZone::system();
        let now = Now {
            at: view.app.now,
            zone: &zone,
        };
        let mut next_tick = None;
        let selection = &view.store.selection;
        let selected = |index: usize| {
            let mut cache = cache.borrow_mut();
            let row = cache.get(index, page, &view);
            row.is_some_and(|row| selection.contains(row.key.as_str()))
        };
        let response = Table::new(Self::table_id(), "Records", &widths, view.row_count())
            .density(density)
            .selected(&selected)
            .show(ui, &mut self.table, |row| {
                let mut cache = cache.borrow_mut();
                if let Some(data) = cache.get(row.index(), page, &view) {
                    paint_row(row, data, &columns, &now);
                    let life = data.meta.and_then(|meta| Life::new(meta, now.at));
                    let tick =
                        life.and_then(|life| format::next_countdown_tick(life.left_millis, now.at));
                    next_tick = next_tick.into_iter().chain(tick).min();
                }
            });
        self.cache = cache.into_inner();
        let first = self.table.scroll().first();
        let top = self.cache.get(first, page, &view);
        self.seen_top = top.map(|row| (row.key.clone(), view.store.sort().clone()));
        if let Some(wait) = next_tick {
            ui.ctx().request_repaint_after(wait);
        }

        for event in &response.events {
            events::apply(event, self.table.caret(), &columns, view, commands);
        }
        if view.app.takes_focus(FocusTarget::Records) || escaped(&response.body, view, commands) {
            response.body.request_focus();
        }
        let menu_row = self.table.menu_row();
        let row = menu_row.and_then(|index| self.cache.get(index, page, &view));
        menus::row_menu(&response.body, row, view, commands);
        let asked = response.events.iter().find_map(|event| match event {
            TableEvent::ColumnMenu(index) => columns.get(*index),
            _ => None,
        });
        if let Some(column) = asked {
            self.menu_column = Some(column.kind.clone());
        }
        let asked = (asked.is_some(), self.menu_column.as_ref());
        menus::header_menu(&response.header, asked, view, commands);
        if let Some(empty) = Empty::new(&view) {
            let place = UiBuilder::new().max_rect(response.body.rect);
            empty.show(&mut ui.new_child(place), view, commands);
        }
    }

    /// Moves the caret of the table to the cursor of the state if something else has moved that.
    fn follow_cursor(&mut self, view: StoreView<'_>) {
        let selection = &view.store.selection;
        let cursor = (selection.cursor.clone(), selection.cursor_row);
        if cursor == self.seen_cursor {
            return;
        }
        let same_key = cursor.0 == self.seen_cursor.0;
        if self.table.caret() != cursor.1 {
            if same_key {
                self.table.follow_caret(cursor.1);
            } else {
                self.table.set_caret(cursor.1);
            }
        }
        self.seen_cursor = cursor;
    }

    /// A range is extended from the record where it began, wherever that is now.
    fn hold_anchor(&mut self, view: StoreView<'_>) {
        if let Some(anchor) = &view.store.selection.anchor {
            let row = view.store.listing.row_of(view.snapshot(), anchor.as_str());
            self.table.set_anchor(row);
        }
    }

    /// Keeps the first row in place when rows appear or disappear above it. A table scrolled to the
    /// top stays there.
    fn hold_top(&mut self, view: StoreView<'_>) {
        let pos = self.table.scroll();
        let Some((key, sort)) = self
            .seen_top
            .as_ref()
            .filter(|_| pos != ScrollPos::default())
        else {
            return;
        };
        if sort == view.store.sort()
            && let Some(row) = view.store.listing.row_of(view.snapshot(), key.as_str())
        {
            self.table.set_scroll(pos.with_first(row));
        }
    }

    /// Scrolls to the best results when another query has been answered; returns whether one has. A
    /// new answer to the same query, after records have changed, does not scroll.
    fn follow_question(&mut self, view: StoreView<'_>) -> bool {
        let search = &view.store.search;
        let answer = search.answer.as_ref().filter(|_| search.is_active());
        let question = answer.map(|answer| (answer.text.as_str(), answer.mode));
        let seen = self
            .seen_question
            .as_ref()
            .map(|(text, mode)| (text.as_str(), *mode));
        if question == seen {
            return false;
        }
        if question.is_some() {
            self.table.set_scroll(ScrollPos::default());
        }
        self.seen_question = question.map(|(text, mode)| (text.to_owned(), mode));
        true
    }
}

/// The columns for the widget, with the widths set by the user. The value column takes the
/// remaining room, or the key column if the value is hidden.
fn table_columns(
    columns: &[ColumnData],
    widths: &BTreeMap<ColumnKind, f32>,
) -> Vec<crate::widgets::table::ColumnSpec> {
    let has_value = columns
        .iter()
        .any(|column| column.kind == ColumnKind::Value);
    let wide = if has_value {
        ColumnKind::Value
    } else {
        ColumnKind::Key
    };
    let columns = columns.iter().map(|column| {
        let dragged = widths.get(&column.kind).copied();
        let width = dragged.unwrap_or_else(|| column.kind.default_width(column.right));
        column.for_table(width, column.kind == wide && dragged.is_none())
    });
    columns.collect()
}

/// The keys of the actions on records, while the table has the keyboard.
fn keyboard(ui: &Ui, view: StoreView<'_>, commands: &mut Commands) {
    if ui.memory(|memory| memory.has_focus(RecordsPanel::table_id())) {
        for command in pressed(ui.ctx(), &view.app, ShortcutScope::Records) {
            commands.push(command);
        }
    }
}

/// Esc goes back one step at a time: it clears the search, then the selection, and only then does
/// the table lose the keyboard. Returns whether a step was taken.
fn escaped(body: &Response, view: StoreView<'_>, commands: &mut Commands) -> bool {
    if !body.lost_focus() || !body.ctx.input(|input| input.key_pressed(egui::Key::Escape)) {
        return false;
    }
    // An open menu handles Esc itself and is closed first.
    if Popup::is_any_open(&body.ctx) {
        return true;
    }
    if view.store.search.is_active() {
        commands.push(SearchCommand::Clear);
    } else if !view.store.selection.is_empty() {
        commands.push(SelectionCommand::None);
    } else {
        return false;
    }
    true
}
