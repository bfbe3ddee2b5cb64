//! The search field of the toolbar.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::text_edit::TextEditState;
use egui::{
    Align, Context, CornerRadius, EventFilter, Frame, Id, Key, Modifiers, Rect, Response, Role,
    Sense, Stroke, StrokeKind, TextEdit, Ui, UiBuilder, pos2, vec2,
};

use super::accessibility;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

/// A longer query is cut off; nobody types one, but anyone can paste one.
pub const MAX_QUERY_CHARS: usize = 2_000;

const ICON_ROOM: f32 = 30.0;
/// The shortcut is left out where less than this remains for the query.
const QUERY_ROOM_MIN: f32 = 80.0;

/// What happened to the field in this frame.
#[derive(Debug)]
pub struct SearchResponse {
    /// The field; it has the keyboard focus.
    pub response: Response,
    /// The query changed, by typing, by the cross or by Esc.
    pub changed: bool,
    /// Enter or the down arrow was pressed: go to the results.
    pub leave: bool,
}

/// The search field; build, then [`SearchField::show`].
#[derive(Debug)]
#[must_use = "a field does nothing until it is shown"]
pub struct SearchField<'a> {
    id: Id,
    hint: &'a str,
    shortcut: &'a str,
    filters: &'a [Range<usize>],
}

impl<'a> SearchField<'a> {
    /// A field with this placeholder (`Search everything…`), and this shortcut at its right edge.
    pub fn new(id: Id, hint: &'a str, shortcut: &'a str) -> Self {
        Self {
            id,
            hint,
            shortcut,
            filters: &[],
        }
    }

    /// The filters in the query (`year:1980..1999`), as byte ranges in order; they are painted
    /// fainter than the words.
    pub fn filters(mut self, filters: &'a [Range<usize>]) -> Self {
        self.filters = filters;
        self
    }

    /// Shows the field as wide as the available space.
    pub fn show(self, ui: &mut Ui, query: &mut String) -> SearchResponse {
        let tokens = Tokens::of(ui);
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), metrics::SEARCH));
        let focused = ui.memory(|memory| memory.has_focus(self.id));
        let fill = tokens.raised;
        let border = Stroke::new(1.0, tokens.strong_line);
        let radius = CornerRadius::same(metrics::RADIUS + 1);
        ui.painter()
            .rect(rect, radius, fill, border, StrokeKind::Inside);
        if focused {
            paint::focus_ring(ui.painter(), rect, metrics::RADIUS + 1, tokens.accent);
        }
        let icon = rect.with_max_x(rect.left() + ICON_ROOM + 2.0);
        paint::icon(
            ui.painter(),
            icon,
            icons::MAGNIFYING_GLASS,
            15.0,
            tokens.muted,
        );

        let right = self.right_end(ui, rect, query.is_empty());
        // The arrow key is consumed before the text field would move its own caret.
        let down =
            focused && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown));
        let emptied = focused && !query.is_empty() && escape(ui);
        let room = Rect::from_min_max(
            pos2((rect.left() + ICON_ROOM).min(right.left()), rect.top()),
            right.left_bottom(),
        );
        let response = self.edit(ui, room, query, tokens);
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let cleared = emptied || (!query.is_empty() && self.clear_button(ui, right));
        if cleared {
            query.clear();
            response.request_focus();
        }
        SearchResponse {
            changed: response.changed() || cleared,
            leave: enter || down,
            response,
        }
    }

    /// The place of the shortcut or the cross; paints the shortcut.
    fn right_end(&self, ui: &Ui, rect: Rect, empty: bool) -> Rect {
        let tokens = Tokens::of(ui);
        let hint = type_scale::line(ui, self.shortcut, type_scale::body(), tokens.faint, 120.0);
        let for_query = rect.width() - ICON_ROOM;
        let shows_hint = empty && for_query - hint.size().x - 20.0 >= QUERY_ROOM_MIN;
        let width = match (empty, shows_hint) {
            (true, true) => hint.size().x + 20.0,
            (true, false) => 0.0,
            (false, _) => rect.height().min(for_query.max(0.0)),
        };
        let end = rect.with_min_x(rect.right() - width);
        if shows_hint {
            paint::text_in(
                ui.painter(),
                end.with_max_x(rect.right() - 11.0),
                Align::Max,
                hint,
            );
        }
        end
    }

    fn edit(&self, ui: &mut Ui, room: Rect, query: &mut String, tokens: &Tokens) -> Response {
        let filters = self.filters;
        let query_is_empty = query.is_empty();
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _wrap: f32| {
            ui.painter()
                .layout_job(query_job(text.as_str(), filters, tokens))
        };
        let hint = egui::RichText::new(self.hint).color(tokens.faint);
        let mut inner = ui.new_child(UiBuilder::new().max_rect(room));
        let response = inner.add_sized(
            room.size(),
            TextEdit::singleline(query)
                .id(self.id)
                .frame(Frame::NONE)
                .align(egui::Align2::LEFT_CENTER)
                .char_limit(MAX_QUERY_CHARS)
                .event_filter(EventFilter {
                    horizontal_arrows: true,
                    vertical_arrows: true,
                    // Esc first empties the field; see `escape`.
                    escape: !query_is_empty,
                    tab: false,
                })
                .hint_text(hint)
                .layouter(&mut layouter),
        );
        let label = self.hint;
        accessibility::name(ui, response.id, Role::SearchInput, label);
        response
    }

    fn clear_button(&self, ui: &Ui, rect: Rect) -> bool {
        let tokens = Tokens::of(ui);
        let response = ui.interact(rect, self.id.with("clear"), Sense::CLICK);
        accessibility::clickable(ui, response.id, Role::Button, "Clear search", rect);
        let color = if response.hovered() {
            tokens.text
        } else {
            tokens.faint
        };
        paint::icon(ui.painter(), rect, icons::X, 13.0, color);
        response.on_hover_text("Clear search").clicked()
    }
}

/// Handles the first Esc: it empties the field and keeps the focus. In an empty field, Esc is left
/// to the toolkit (which removes the focus) and to the caller.
fn escape(ui: &Ui) -> bool {
    ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}

/// Forgets the typed text, including undo history, for example when the file is locked.
pub fn forget(ctx: &Context, id: Id) {
    TextEdit::store_state(ctx, id, TextEditState::default());
}

fn query_job(text: &str, filters: &[Range<usize>], tokens: &Tokens) -> LayoutJob {
    let words = TextFormat::simple(type_scale::body(), tokens.text);
    let quiet = TextFormat::simple(type_scale::body(), tokens.muted);
    let mut job = LayoutJob {
        break_on_newline: false,
        ..LayoutJob::default()
    };
    let mut at = 0;
    for filter in filters {
        // The ranges belong to the query of the last frame and may not fit the text after typing.
        let before = text.get(at..filter.start);
        let inside = text.get(filter.clone());
        let (Some(before), Some(inside)) = (before, inside) else {
            break;
        };
        job.append(before, 0.0, words.clone());
        job.append(inside, 0.0, quiet.clone());
        at = filter.end;
    }
    job.append(text.get(at..).unwrap_or_default(), 0.0, words);
    job
}

#[cfg(test)]
mod tests {
    use egui::Key;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{SearchField, query_job};
    use crate::theme::tokens;

    #[derive(Default)]
    struct Seen {
        query: String,
        changed: usize,
        left: bool,
    }

    fn harness() -> Harness<'static, Seen> {
        harness_of(420.0)
    }

    fn harness_of(width: f32) -> Harness<'static, Seen> {
        Harness::builder()
            .with_size([width, 60.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                |ui, seen: &mut Seen| {
                    let id = egui::Id::unique("search");
                    let field = SearchField::new(id, "Search everything…", "Ctrl+F");
                    let response = field.show(ui, &mut seen.query);
                    seen.changed += usize::from(response.changed);
                    seen.left |= response.leave;
                },
                Seen::default(),
            )
    }

    #[test]
    fn typing_changes_the_query_and_the_cross_clears_it() {
        let mut harness = harness();
        assert!(
            harness.query_by_label("Clear search").is_none(),
            "there is nothing to clear"
        );
        harness.get_by_role(egui::Role::SearchInput).focus();
        harness.run();
        harness
            .get_by_role(egui::Role::SearchInput)
            .type_text("ana");
        harness.run();
        assert_eq!(
            (harness.state().query.as_str(), harness.state().changed),
            ("ana", 1)
        );
        harness.get_by_label("Clear search").click();
        harness.run();
        assert_eq!(
            (harness.state().query.as_str(), harness.state().changed),
            ("", 2)
        );
    }

    #[test]
    fn a_field_without_room_for_anything_still_takes_a_query() {
        for width in [30.0, 60.0, 90.0, 130.0] {
            let mut harness = harness_of(width);
            for text in ["", "ana"] {
                harness.state_mut().query = text.to_owned();
                harness.run();
                let field = harness.get_by_role(egui::Role::SearchInput).rect();
                assert!(
                    field.is_positive() || field.width() < 1.0,
                    "{width}: {field}"
                );
            }
        }
    }

    #[test]
    fn esc_first_empties_the_field_and_then_leaves_it() {
        let mut harness = harness();
        harness.get_by_role(egui::Role::SearchInput).focus();
        harness.run();
        harness
            .get_by_role(egui::Role::SearchInput)
            .type_text("ana");
        harness.run();
        harness.key_press(Key::Escape);
        harness.run();
        assert_eq!(
            (harness.state().query.as_str(), harness.state().changed),
            ("", 2)
        );
        assert!(harness.get_by_role(egui::Role::SearchInput).is_focused());
        harness.key_press(Key::Escape);
        harness.run();
        assert!(!harness.get_by_role(egui::Role::SearchInput).is_focused());
    }

    #[test]
    fn enter_and_the_down_arrow_go_to_the_results() {
        for key in [Key::Enter, Key::ArrowDown] {
            let mut harness = harness();
            harness.get_by_role(egui::Role::SearchInput).focus();
            harness.run();
            harness.key_press(key);
            harness.run();
            assert!(harness.state().left, "{key:?}");
        }
    }

    #[test]
    fn the_painted_query_is_the_typed_query_whatever_the_ranges_are() {
        for filters in [
            vec![],
            vec![3..9, 9..12],
            vec![1..2, 4..900],
            vec![5..5, 2..3],
        ] {
            let job = query_job("ä year:1999", &filters, &tokens::DARK);
            assert_eq!(job.text, "ä year:1999", "{filters:?}");
        }
    }
}
