//! A read-only view of a text of any length, of which only the visible rows are laid out.
//!
//! Lines that are longer than the view is wide continue in the next row, so that a file with one
//! line of 50 MB scrolls like any other. The caller lends the text; nothing of it is copied.

mod lines;
mod source;

use std::ops::Range;
use std::sync::Arc;

use egui::{Align, Id, Rect, Response, Role, Ui, pos2};

pub use lines::LineIndex;

use source::{IndexSource, Wanted};

use super::accessibility;
use super::highlight::highlight;
use super::virtual_list::VirtualList;
use super::virtual_rows::ScrollPos;
use crate::theme::visible::Strictness;
use crate::theme::{Tokens, metrics, paint, type_scale};

const ROW: f32 = 20.0;
/// Room beside the line numbers.
const GUTTER: f32 = 28.0;

/// What the view keeps between frames.
#[derive(Debug, Default)]
pub struct TextViewState {
    pos: ScrollPos,
    index: IndexSource,
}

impl TextViewState {
    /// Scrolls so that the row with this byte of the text is visible. Has no effect before the text
    /// has been shown once.
    pub fn reveal(&mut self, text: &str, byte: usize) {
        if let Some(index) = self.index.ready() {
            self.pos = ScrollPos::default();
            let row = index.row_of(text, byte);
            // The position is clamped when the text is shown; a third of a page above gives
            // context.
            self.pos = ScrollPos::at(row.saturating_sub(5), unbounded(index.rows()));
        }
    }
}

fn unbounded(count: usize) -> super::virtual_rows::RowSpace {
    super::virtual_rows::RowSpace {
        count,
        row_height: ROW,
        view_height: ROW,
    }
}

/// Fills the available space with `text`.
///
/// `stamp` identifies the text: while it stays the same, the text is assumed to be the same.
/// `matches` are byte ranges in order, to be highlighted.
pub fn text_view(
    ui: &mut Ui,
    id: Id,
    label: &str,
    state: &mut TextViewState,
    (stamp, text): (u64, &Arc<str>),
    matches: &[Range<usize>],
) -> Response {
    let font = type_scale::mono();
    let advance = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0')).max(1.0);
    let room = ui.available_width() - GUTTER - metrics::SCROLL_BAR - metrics::SPACE_8;
    let room = (room / advance) as usize;
    let TextViewState { pos, index } = state;
    let wanted = Wanted { stamp, text, room };
    let is_new = !index.shows(stamp);
    let old = index.refresh(ui.ctx(), wanted);
    let Some(index) = index.ready() else {
        return preparing(ui, id, label);
    };
    let gutter = advance * index.digits() as f32 + GUTTER;
    let columns = index.columns();
    if let Some(old) = old {
        // The byte at the top stays at the top when only the width of the view has changed.
        let row = index.row_of(text, old.start_of(text, pos.first()));
        *pos = ScrollPos::at(row, unbounded(index.rows()));
    } else if is_new {
        *pos = ScrollPos::default();
    }

    let rows = (index.rows(), ROW);
    let list = VirtualList::begin(ui, id, (Role::Document, label), rows, pos);
    list.scroll_keys(ui, pos);
    let tokens = Tokens::of(ui);
    let painter = ui
        .painter()
        .with_clip_rect(ui.clip_rect().intersect(list.rect));
    for line in index.lines(text, list.visible(*pos)) {
        let rect = list.row_rect(line.index, *pos);
        if let Some(number) = line.number {
            let place =
                Rect::from_min_max(rect.min, pos2(rect.left() + gutter - 12.0, rect.bottom()));
            let text = number.to_string();
            let galley = type_scale::line(ui, &text, font.clone(), tokens.faint, gutter);
            paint::text_in(&painter, place, Align::Max, galley);
        }
        let content = text.get(line.bytes.clone()).unwrap_or_default();
        let inside = within(matches, &line.bytes);
        let job = highlight(
            (content, Strictness::Prose),
            &inside,
            &font,
            tokens.text,
            tokens,
            columns,
        );
        let place = rect.with_min_x(rect.left() + gutter);
        paint::text_in(&painter, place, Align::Min, ui.painter().layout_job(job));
        node(ui, id, line.index, rect.intersect(list.rect), content);
    }
    list.finish(ui, pos)
}

/// Shown in place of a text whose lines are being counted.
fn preparing(ui: &mut Ui, id: Id, label: &str) -> Response {
    let rect = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(rect);
    let tokens = Tokens::of(ui);
    let words = type_scale::line(
        ui,
        "Counting lines…",
        type_scale::body(),
        tokens.muted,
        200.0,
    );
    paint::text_in(ui.painter(), rect, Align::Center, words);
    let response = ui.interact(rect, id, egui::Sense::hover());
    accessibility::name(ui, id, Role::Document, label);
    response
}

fn node(ui: &Ui, id: Id, row: usize, rect: Rect, content: &str) {
    let response = ui.interact(rect, id.with(row), egui::Sense::hover());
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Label);
        node.set_value(content);
        node.set_bounds(accessibility::bounds(rect));
    });
}

/// The part of `matches` that is in `line`, relative to the start of the line.
fn within(matches: &[Range<usize>], line: &Range<usize>) -> Vec<Range<usize>> {
    let first = matches.partition_point(|range| range.end <= line.start);
    matches
        .iter()
        .skip(first)
        .take_while(|range| range.start < line.end)
        .map(|range| range.start.saturating_sub(line.start)..range.end.min(line.end) - line.start)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{TextViewState, text_view, within};

    #[test]
    fn matches_are_cut_to_their_line() {
        let matches = [2..5, 8..12, 30..31];
        assert_eq!(within(&matches, &(4..10)), [0..1, 4..6]);
        assert_eq!(
            within(&matches, &(12..30)),
            Vec::<std::ops::Range<usize>>::new()
        );
    }

    #[test]
    fn only_the_visible_rows_of_a_long_line_exist() {
        let text: Arc<str> = "word ".repeat(200_000).into();
        let mut harness = Harness::builder()
            .with_size([400.0, 216.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                move |ui, state: &mut TextViewState| {
                    let id = egui::Id::unique("text");
                    text_view(ui, id, "Text", state, (1, &text), &[]);
                },
                TextViewState::default(),
            );
        harness.run();
        while harness.state().index.ready().is_none() {
            std::thread::yield_now();
            harness.run();
        }
        assert!(harness.get_all_by_role(egui::Role::Label).count() <= 11);
        harness.get_by_role(egui::Role::Document).focus();
        harness.run();
        harness.key_press(egui::Key::End);
        harness.run();
        assert!(harness.state().pos.first() > 10_000);
    }
}
