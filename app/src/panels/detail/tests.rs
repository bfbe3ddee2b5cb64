//! The detail panel: its tree, text, history, drafts and expiry.

use std::sync::Arc;

use egui::{Key as Press, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use jiff::tz::TimeZone;
use vstore::search::{Highlight, HighlightPlace};
use vstore::value::json::parse_text;
use vstore::value::{EncodedValue, Value, ValueRef};
use vstore::{Cause, Key, ManualClock, Millis, Store, WriteBatch};

use super::DetailPanel;
use super::data::Subject;
use super::draft::Banner;
use super::history::history_of;
use super::matches::ValueMatches;
use super::text::status;
use super::tree_model::{Node, Openness, TreeData, value_at};
use crate::command::{Command, LayoutCommand, RecordCommand};
use crate::panels::testing;
use crate::state::{
    ActivityEvent, DetailTab, Draft, DraftBase, DraftError, EventKind, OpenStore, Page, Step,
};
use crate::view::AppView;

const NOW: Millis = Millis(1_795_000_000_000);
const FILM: &str = r#"{"title":"Tootsie","year":1982,"cast":["Hoffman","Lange","Garr","Coleman","Durning","Murray"],"seen":true,"rating":null}"#;

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn encoded(json: &str) -> EncodedValue {
    parse_text(json).unwrap().0
}

type Window = testing::Window<DetailPanel>;

impl Window {
    /// Shows a tab and a draft of the film with this text.
    fn edit(&mut self, text: &str, parsed: Result<EncodedValue, DraftError>) {
        let store = self.store();
        let record = store.detail.record.clone().unwrap();
        store.detail.tab = DetailTab::Text;
        store.detail.draft = Some(Draft {
            base: DraftBase::Record(record),
            key: "film:1".to_owned(),
            text: text.to_owned(),
            expires_at: None,
            parsed,
            note: None,
            key_error: None,
            restored: false,
            sealed: false,
            outdated: false,
            committing: None,
            not_written: false,
        });
    }
}

/// A window with the records `film:1` (chosen) and `film:2`.
fn window() -> Window {
    let mut store = Store::in_memory(Arc::new(ManualClock::new(NOW)));
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key("film:1"), encoded(FILM));
    batch.put(key("film:2"), encoded("[]"));
    store.commit(&batch).unwrap();
    let mut open = OpenStore::new("Sample".to_owned(), None, false, store.snapshot());
    open.detail.record = open.snapshot.get("film:1");
    open.selection.keys.insert(key("film:1"));
    open.selection.cursor = Some(key("film:1"));
    let mut window = Window::default();
    window.state.page = Page::Open(Box::new(open));
    window
}

fn harness(window: Window) -> Harness<'static, Window> {
    testing::drawn(window, [420.0, 700.0], NOW, |panel, ui, view, commands| {
        panel.ui(ui, view.store().unwrap(), commands);
    })
}

fn rows(json: &str, open: &Openness) -> Vec<String> {
    let value = encoded(json);
    let data = TreeData::new(value.view(), open, &ValueMatches::default());
    let rows = data.rows.iter();
    rows.map(|row| {
        format!("{}{} {}", " ".repeat(row.depth), row.label, row.text)
            .trim_end()
            .to_owned()
    })
    .collect()
}

#[test]
fn a_value_becomes_rows_with_types_and_a_long_list_shows_its_start() {
    assert_eq!(
        rows(FILM, &Openness::default()),
        [
            "title \"Tootsie\"",
            "year 1982",
            "cast list · 6",
            " 0 \"Hoffman\"",
            " 1 \"Lange\"",
            " 2 \"Garr\"",
            " 3 … 5",
            "seen true",
            "rating null",
        ]
    );
    assert_eq!(rows("12", &Openness::default()), ["value 12"]);
}

#[test]
fn the_rest_of_a_list_opens_and_a_list_closes() {
    let cast = vec![Step::Name("cast".to_owned())];
    let mut open = Openness::default();
    open.set(Node::Rest(cast.clone()), true);
    assert!(rows(FILM, &open).contains(&" 5 \"Murray\"".to_owned()));
    open.set(Node::Value(cast), false);
    assert_eq!(rows(FILM, &open).len(), 5);
}

#[test]
fn a_long_list_is_shown_in_buckets_that_open() {
    let numbers = (0..2500)
        .map(|n| n.to_string())
        .collect::<Vec<_>>()
        .join(",");
    let json = format!("[{numbers}]");
    let mut open = Openness::default();
    assert_eq!(
        rows(&json, &open),
        ["0 … 999", "1,000 … 1,999", "2,000 … 2,499"]
    );
    open.set(Node::Bucket(Vec::new(), 2000), true);
    let rows = rows(&json, &open);
    assert_eq!(rows.len(), 503);
    assert_eq!(rows.last().map(String::as_str), Some(" 2499 2499"));
}

#[test]
fn a_hostile_value_makes_a_bounded_number_of_rows() {
    let inner = format!("[{}]", vec!["[0,0,0,0]"; 900].join(","));
    let json = format!("[{}]", vec![inner.as_str(); 100].join(","));
    let value = encoded(&json);
    let mut open = Openness::default();
    open.open_all(value.view(), &Vec::new());
    let data = TreeData::new(value.view(), &open, &ValueMatches::default());
    assert_eq!(data.rows.len(), 50_000);
}

#[test]
fn matches_are_highlighted_and_scrolled_into_view() {
    let value = encoded(FILM);
    let highlight = Highlight {
        place: HighlightPlace::Value {
            path: "cast[]".to_owned(),
            occurrence: 4,
        },
        ranges: std::iter::once(0..3).collect(),
    };
    let marks = ValueMatches::new(value.view(), vec![highlight]);
    let place = vec![Step::Name("cast".to_owned()), Step::Index(4)];
    assert!(marks.at(&place).iter().eq([&(0..3)]));
    let data = TreeData::new(value.view(), &Openness::default(), &marks);
    let durning = data.rows.iter().find(|row| row.text == "\"Durning\"");
    assert!(
        durning.is_some(),
        "the list opens because something in it matched"
    );
}

#[test]
fn values_are_found_by_their_location() {
    let value = encoded(FILM);
    let place = [Step::Name("cast".to_owned()), Step::Index(1)];
    assert_eq!(
        value_at(value.view(), &place).and_then(ValueRef::as_str),
        Some("Lange")
    );
    let place = [Step::Name("cast".to_owned()), Step::Index(9)];
    assert!(value_at(value.view(), &place).is_none());
}

#[test]
fn the_subject_follows_selection_record_and_draft() {
    let mut window = window();
    let zone = TimeZone::UTC;
    let subject = |window: &Window, parked| {
        let view = AppView::of(&window.state, NOW).store().unwrap();
        Subject::new(view, parked, &zone)
    };
    let Subject::One(data) = subject(&window, false) else {
        panic!("one record is chosen");
    };
    assert!(data.footer.starts_with("created "), "{}", data.footer);
    window.store().selection.keys.insert(key("film:2"));
    assert_eq!(subject(&window, false), Subject::Many(2));
    window.store().selection.keys.clear();
    window.store().detail.record = None;
    assert_eq!(subject(&window, false), Subject::Gone(key("film:1")));
    window.store().selection.cursor = None;
    assert_eq!(subject(&window, false), Subject::Nothing { writable: true });
}

#[test]
fn an_expired_record_says_when_and_one_click_restores_it() {
    let mut window = window();
    let store = window.store();
    let mut record = store.detail.record.take().unwrap();
    record.meta.expires_at = Some(NOW.plus_millis(-60_000));
    store.detail.expired = Some(record);
    store.selection = crate::state::Selection::default();
    let mut harness = harness(window);
    harness.run();
    assert!(
        harness
            .query_by_label_contains("film:1 expired at ")
            .is_some()
    );
    harness.get_by_label("Undo").click();
    harness.run();
    let asked = harness.state_mut().taken();
    let [
        Command::Record(RecordCommand::Put {
            key: back,
            expires_at: None,
            ..
        }),
    ] = &*asked
    else {
        panic!("{asked:?}")
    };
    assert_eq!(*back, key("film:1"));
}

#[test]
fn an_edited_leaf_is_written_on_enter_and_not_on_esc() {
    let mut harness = harness(window());
    harness
        .get_by_role_and_label(Role::TreeItem, "year")
        .click();
    harness.run();
    harness.key_press(Press::Enter);
    harness.run();
    let field = harness.get_by_role_and_label(Role::TextInput, "Edit value");
    assert!(field.is_focused());
    harness.key_press_modifiers(Modifiers::COMMAND, Press::A);
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "Edit value")
        .type_text("1983");
    harness.run();
    harness.key_press(Press::Enter);
    harness.run();
    let commands = harness.state_mut().taken();
    let [
        Command::Record(RecordCommand::SetLeaf {
            key,
            location,
            value,
        }),
    ] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!(
        (key.as_str(), value.to_value()),
        ("film:1", Value::Int(1983))
    );
    assert_eq!(location, &[Step::Name("year".to_owned())]);
    harness.key_press(Press::F2);
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "Edit value")
        .type_text("9");
    harness.run();
    harness.key_press(Press::Escape);
    harness.run();
    assert!(harness.query_by_role(Role::TextInput).is_none());
    assert!(harness.state_mut().taken().is_empty());
}

#[test]
fn del_removes_an_entry_and_alt_del_makes_it_null() {
    let mut harness = harness(window());
    harness
        .get_by_role_and_label(Role::TreeItem, "title")
        .click();
    harness.run();
    harness.key_press_modifiers(Modifiers::ALT, Press::Delete);
    harness.run();
    assert!(harness.state_mut().words().contains("SetLeaf"));
    harness.key_press(Press::Delete);
    harness.run();
    assert!(harness.state_mut().words().contains("RemoveLeaf"));
}

#[test]
fn a_read_only_record_cannot_be_changed_and_says_why() {
    let mut window = window();
    window.store().read_only = true;
    let mut harness = harness(window);
    let delete = harness.get_by_role_and_label(Role::Button, "Delete record");
    assert!(delete.accesskit_node().is_disabled());
    harness
        .get_by_role_and_label(Role::TreeItem, "title")
        .click();
    harness.run();
    harness.key_press(Press::Delete);
    harness.key_press(Press::F2);
    harness.run();
    assert!(harness.state_mut().taken().is_empty());
    assert!(harness.query_by_role(Role::TextInput).is_none());
}

#[test]
fn typing_in_the_text_starts_a_draft() {
    let mut window = window();
    window.store().detail.tab = DetailTab::Text;
    let mut harness = harness(window);
    harness
        .get_by_role_and_label(Role::MultilineTextInput, "Value as JSON")
        .focus();
    harness.run();
    let editor = harness.get_by_role_and_label(Role::MultilineTextInput, "Value as JSON");
    editor.type_text("x");
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(
        matches!(
            commands.as_slice(),
            [
                Command::Record(RecordCommand::Edit(_)),
                Command::Record(RecordCommand::EditDraft { .. }),
                ..
            ]
        ),
        "{commands:?}"
    );
}

#[test]
fn invalid_json_names_line_and_column_and_cannot_be_saved() {
    let error = DraftError {
        line: 3,
        column: 14,
        message: "expected a value".to_owned(),
    };
    let words = "Line 3, column 14: expected a value";
    assert_eq!(status(Err(&error)), Err(words.to_owned()));
    let mut window = window();
    window.edit("{\n\n", Err(error));
    let mut harness = harness(window);
    assert!(
        harness
            .query_by_role_and_label(Role::Alert, words)
            .is_some()
    );
    let save = harness.get_by_role_and_label(Role::Button, "Save");
    assert!(save.accesskit_node().is_disabled());
    harness.state_mut().taken();
    harness.state_mut().edit("12", Ok(encoded("12")));
    harness.run();
    harness.get_by_role_and_label(Role::Button, "Save").click();
    harness.run();
    assert!(harness.state_mut().words().contains("CommitDraft"));
}

#[test]
fn a_letter_and_the_save_shortcut_may_arrive_in_one_frame() {
    let mut window = window();
    window.edit("1", Ok(encoded("1")));
    let mut harness = harness(window);
    harness.run();
    harness.state_mut().taken();
    let editor = harness.get_by_role_and_label(Role::MultilineTextInput, "Value as JSON");
    editor.type_text("2");
    harness.key_press_modifiers(Modifiers::COMMAND, Press::Enter);
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(
        matches!(
            commands.as_slice(),
            [
                Command::Record(RecordCommand::EditDraft { .. }),
                Command::Record(RecordCommand::CommitDraft),
            ]
        ),
        "{commands:?}"
    );
}

#[test]
fn esc_asks_before_it_discards_what_was_typed() {
    let mut window = window();
    window.edit("12", Ok(encoded("12")));
    let mut harness = harness(window);
    harness.run();
    harness.state_mut().taken();
    harness.key_press(Press::Escape);
    harness.run();
    assert!(harness.state_mut().taken().is_empty());
    harness.key_press(Press::Escape);
    harness.run();
    assert_eq!(harness.state_mut().words(), "[Record(DiscardDraft)]");
}

#[test]
fn an_outdated_draft_offers_both_versions() {
    let mut window = window();
    window.edit("12", Ok(encoded("12")));
    let draft = window.store().detail.draft.as_mut().unwrap();
    draft.outdated = true;
    assert_eq!(Banner::over(draft, false), Some(Banner::Outdated));
    let mut harness = harness(window);
    harness.state_mut().taken();
    harness.get_by_label("Keep mine").click();
    harness.run();
    assert_eq!(harness.state_mut().words(), "[Record(RebaseDraft)]");
    harness.get_by_label("Use theirs").click();
    harness.run();
    assert_eq!(harness.state_mut().words(), "[Record(DiscardDraft)]");
}

#[test]
fn a_new_record_needs_an_unused_key() {
    let mut window = window();
    window.edit("{}", Ok(encoded("{}")));
    let draft = window.store().detail.draft.as_mut().unwrap();
    draft.base = DraftBase::New;
    draft.key = "film:2".to_owned();
    draft.key_error = Some("another record has this key".to_owned());
    let mut harness = harness(window);
    assert!(
        harness
            .query_by_role_and_label(Role::Alert, "another record has this key")
            .is_some()
    );
    let add = harness.get_by_role_and_label(Role::Button, "Add record");
    assert!(add.accesskit_node().is_disabled());
    let field = harness.get_by_role_and_label(Role::TextInput, "Key");
    assert!(field.is_focused());
    field.type_text("2");
    harness.run();
    assert!(harness.state_mut().words().contains("EditDraft"));
}

#[test]
fn a_new_record_focuses_its_key_even_right_after_an_edit() {
    let mut window = window();
    window.edit(FILM, Ok(encoded(FILM)));
    let mut harness = harness(window);
    let text = harness.get_by_role_and_label(Role::MultilineTextInput, "Value as JSON");
    assert!(text.is_focused());
    let draft = harness.state_mut().store().detail.draft.as_mut().unwrap();
    draft.base = DraftBase::New;
    draft.key.clear();
    harness.run();
    let field = harness.get_by_role_and_label(Role::TextInput, "Key");
    assert!(field.is_focused());
    // A change made elsewhere must not move the focus.
    harness.key_press(Press::Tab);
    harness.run();
    assert!(
        !harness
            .get_by_role_and_label(Role::TextInput, "Key")
            .is_focused()
    );
    harness.state_mut().store().detail.record = None;
    harness.run();
    assert!(
        !harness
            .get_by_role_and_label(Role::TextInput, "Key")
            .is_focused()
    );
}

#[test]
fn presets_set_the_expiry_and_the_calendar_asks_for_one() {
    let mut harness = harness(window());
    harness.get_by_label("1 h").click();
    harness.run();
    let at = NOW.plus_millis(3_600_000);
    assert!(
        harness
            .state_mut()
            .words()
            .contains(&format!("expires_at: Some({at:?})"))
    );
    harness.get_by_label("Choose when it expires…").click();
    harness.run();
    assert!(harness.state_mut().words().contains("OpenDialog(Expiry"));
}

#[test]
fn history_lists_the_changes_of_this_record_and_restores_values() {
    let mut window = window();
    let record = window.store().detail.record.clone().unwrap();
    for name in ["film:1", "film:2"] {
        window.store().activity.push(ActivityEvent {
            at: NOW,
            kind: EventKind::Set,
            key: Some(key(name)),
            text: "seen: false → true".to_owned(),
            before: Some(Box::new(record.clone())),
        });
    }
    let rows = history_of(&window.store().activity, &key("film:1"), &TimeZone::UTC);
    assert_eq!(rows.len(), 1);
    window.store().detail.tab = DetailTab::History;
    let mut harness = harness(window);
    harness.get_by_label("Restore").click();
    harness.run();
    assert!(harness.state_mut().words().contains("Record(Put"));
}

#[test]
fn the_tabs_are_chosen_and_the_bytes_are_shown() {
    let mut harness = harness(window());
    harness.get_by_role_and_label(Role::Tab, "Hex").click();
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(matches!(
        commands.as_slice(),
        [Command::Layout(LayoutCommand::ShowDetail(DetailTab::Hex))]
    ));
    harness.state_mut().store().detail.tab = DetailTab::Hex;
    harness.run();
    assert!(harness.query_by_label("Encoded value").is_some());
}

#[test]
fn several_records_are_summarised_with_their_actions() {
    let mut window = window();
    window.store().selection.keys.insert(key("film:2"));
    let mut harness = harness(window);
    assert!(harness.query_by_label("2 records selected").is_some());
    harness.get_by_label("Delete").click();
    harness.run();
    assert_eq!(harness.state_mut().words(), "[Record(DeleteSelected)]");
}
