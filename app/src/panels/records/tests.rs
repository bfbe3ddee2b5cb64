//! The record table: its cells, columns, menus and keys.

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::Node;
use egui_kittest::kittest::Queryable as _;
use vstore::search::{Highlight, HighlightPlace, Mode};
use vstore::value::{EncodedValue, Value, ValueType};
use vstore::{Cause, Meta, Millis, Path, WriteBatch};

use super::cells::Life;
use super::columns::columns;
use super::empty::Empty;
use super::panel::RecordsPanel;
use super::rows::{RowCache, RowData};
use crate::panels::testing::{Scene, films, key, open_with, store_of, view_of};
use crate::state::{ColumnKind, Highlighter, Keys, Listing, PathRow, Sort, SortBy, State};

fn rows_of(state: &State, highlighter: &Highlighter) -> Vec<RowData> {
    let view = view_of(state);
    let columns = columns(&view);
    let rows = view.rows(0..10).into_iter();
    rows.map(|row| RowData::new(&row, &columns, highlighter))
        .collect()
}

#[test]
fn columns_of_numbers_are_right_aligned_once_known() {
    let mut state = films();
    let right = |state: &State| {
        let columns = columns(&view_of(state)).into_iter();
        let right = columns.filter(|column| column.right);
        right
            .map(|column| column.kind.title().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(right(&state), ["Modified"]);
    let year = Path::parse("year").unwrap();
    store_of(&mut state).explorer.paths = Arc::from([PathRow {
        path: year,
        records: 3,
        types: vec![(ValueType::Int, 3)],
    }]);
    assert_eq!(right(&state), ["year", "Modified"]);
}

#[test]
fn clicks_on_a_header_sort_then_reverse_then_restore_the_default_order() {
    let mut state = films();
    let next = |state: &State, title: &str| {
        let columns = columns(&view_of(state));
        let column = columns
            .iter()
            .find(|column| column.kind.title() == title)
            .unwrap();
        column.next_sort()
    };
    let sort = |by, descending| Some(Sort { by, descending });
    assert_eq!(
        next(&state, "Key"),
        sort(SortBy::Key, true),
        "it is sorted by key already"
    );
    assert_eq!(
        next(&state, "Modified"),
        sort(SortBy::Modified, true),
        "the newest first"
    );
    assert_eq!(next(&state, "Expires"), sort(SortBy::Expires, false));
    assert_eq!(next(&state, "Value"), None);
    store_of(&mut state).orders.browsing = sort(SortBy::Expires, false).unwrap();
    assert_eq!(next(&state, "Expires"), sort(SortBy::Expires, true));
    assert_eq!(next(&state, "Key"), sort(SortBy::Key, false));
    for (by, descending) in [
        (SortBy::Expires, true),
        (SortBy::Key, true),
        (SortBy::Modified, false),
    ] {
        store_of(&mut state).orders.browsing = sort(by.clone(), descending).unwrap();
        let title = match by {
            SortBy::Key => "Key",
            SortBy::Modified => "Modified",
            _ => "Expires",
        };
        assert_eq!(
            next(&state, title),
            Some(Sort::default()),
            "the third click ends it"
        );
    }
}

#[test]
fn cells_show_all_values_at_their_path_with_the_type_of_the_first() {
    let rows = rows_of(&films(), &Highlighter::default());
    let cell = |row: usize, column: usize| rows[row].cells[column].clone().unwrap();
    assert_eq!(cell(0, 2).text, "1982");
    assert_eq!(cell(0, 2).kind, Some(ValueType::Int));
    assert_eq!(cell(0, 3).text, "Romance, Comedy");
    assert_eq!(cell(0, 3).query, "genres[]=\"Romance\"");
    assert_eq!(cell(2, 3).kind, None, "an empty list has no values");
    assert!(
        cell(0, 1)
            .text
            .starts_with("{title: \"Tootsie\", year: 1982")
    );
    assert_eq!(rows[0].cells[0], None, "the key is no part of the value");
}

#[test]
fn matches_are_highlighted_in_key_preview_and_cells() {
    let mark = |path: Option<&str>, occurrence, range| Highlight {
        place: path.map_or(HighlightPlace::Key, |path| HighlightPlace::Value {
            path: path.to_owned(),
            occurrence,
        }),
        ranges: vec![range],
    };
    let marks = vec![mark(None, 0, 5..9), mark(Some("genres[]"), 1, 0..3)];
    let highlighter = Highlighter(Some(Arc::new(move |_: &vstore::Record| marks.clone())));
    let rows = rows_of(&films(), &highlighter);
    assert_eq!(rows[0].key_marks.as_slice(), std::slice::from_ref(&(5..9)));
    let marked = |column: usize| {
        let cell = rows[0].cells[column].clone().unwrap();
        cell.marks
            .iter()
            .map(|range| cell.text.get(range.clone()).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(marked(3), ["Com"], "the second genre, behind `Romance, `");
    assert_eq!(marked(1), ["Com"], "in the preview by its text");
}

#[test]
fn a_late_match_is_brought_into_the_preview() {
    let mut batch = WriteBatch::new(Cause::Edit);
    let text = format!("{}needle{}", "ü".repeat(300), "x".repeat(300));
    let value = EncodedValue::encode(&Value::Map(vec![("text".into(), Value::String(text))]));
    batch.put(key("a"), value.unwrap());
    let mark = |_: &vstore::Record| {
        vec![Highlight {
            place: HighlightPlace::Value {
                path: "text".to_owned(),
                occurrence: 0,
            },
            ranges: std::iter::once(600..606).collect(),
        }]
    };
    let rows = rows_of(&open_with(&batch), &Highlighter(Some(Arc::new(mark))));
    let whole = rows[0].cells[1].clone().unwrap();
    assert_eq!(whole.in_sight(400).text, whole.text);
    for (chars, lead) in [(40, 16), (22, 7), (5, 0)] {
        let cell = whole.in_sight(chars);
        let before = cell.text.get(..cell.marks[0].start).unwrap();
        assert_eq!(before, format!("…{}", "ü".repeat(lead)), "{chars}");
        assert_eq!(cell.text.get(cell.marks[0].clone()), Some("needle"));
    }
}

#[test]
fn a_deleted_record_keeps_its_row() {
    let mut state = films();
    store_of(&mut state).listing = Listing::Keys([key("film:1982:tootsie"), key("x")].into());
    let rows = rows_of(&state, &Highlighter::default());
    assert!(rows[0].meta.is_some());
    assert_eq!((rows[1].key.as_str(), rows[1].meta), ("x", None));
}

#[test]
fn the_remaining_life_is_counted_from_the_last_change() {
    let meta = Meta {
        created_at: Millis(0),
        modified_at: Millis(60_000),
        expires_at: Some(Millis(160_000)),
    };
    let life = Life::new(meta, Millis(150_000)).unwrap();
    assert_eq!(
        (life.text.as_str(), (life.left * 100.0).round() as i32),
        ("10 s", 10)
    );
    assert_eq!(Life::new(meta, Millis(900_000)).unwrap().text, "0 s");
    assert_eq!(Life::new(Meta::default(), Millis(0)), None);
}

#[test]
fn cached_rows_equal_fresh_rows_at_every_scroll_position() {
    let mut batch = WriteBatch::new(Cause::Edit);
    for number in 0..500 {
        let value = EncodedValue::encode(&Value::Int(number)).unwrap();
        batch.put(key(&format!("{number:03}")), value);
    }
    let mut state = open_with(&batch);
    for descending in [false, true] {
        store_of(&mut state).listing = Listing::Everything { descending };
        let view = view_of(&state);
        let columns = columns(&view);
        let mut cache = RowCache::default();
        for first in [
            0, 1, 5, 3, 0, 480, 470, 490, 495, 485, 250, 251, 249, 499, 0,
        ] {
            cache.begin(&view, &columns);
            for index in first..(first + 20).min(500) {
                let number = if descending { 499 - index } else { index };
                let row = cache.get(index, 20, &view).unwrap();
                assert_eq!(
                    row.key.as_str(),
                    format!("{number:03}"),
                    "{first} {descending}"
                );
            }
        }
        assert!(cache.get(500, 20, &view).is_none());
    }
}

#[test]
fn an_empty_table_says_why_once_it_is_known() {
    let mut state = open_with(&WriteBatch::new(Cause::Edit));
    assert_eq!(
        Empty::new(&view_of(&state)),
        Some(Empty::Database { read_only: false })
    );
    let store = store_of(&mut state);
    store.listing = Listing::Keys(Keys::default());
    store.search.text = "xyz".to_owned();
    store.search.running = true;
    assert_eq!(Empty::new(&view_of(&state)), None, "nothing was found yet");
    assert_eq!(Empty::new(&view_of(&films())), None);
}

fn scene() -> Scene<RecordsPanel> {
    Scene::new(
        films(),
        [790.0, 400.0],
        |panel: &mut RecordsPanel, ui, view, commands| {
            panel.ui(ui, view, commands);
        },
    )
}

fn row<'s>(scene: &'s Scene<RecordsPanel>, key: &'s str) -> Node<'s> {
    scene.harness.get_by_role_and_label(egui::Role::Row, key)
}

const NOTHING: [&str; 0] = [];

#[test]
fn clicks_select_rows_and_sort_columns() {
    let mut scene = scene();
    row(&scene, "film:1988:rain-man").click();
    assert_eq!(scene.commands(), ["Selection(Only(1))"]);
    row(&scene, "film:1991:hook").click_modifiers(Modifiers::COMMAND);
    assert_eq!(scene.commands(), ["Selection(Toggle(2))"]);
    row(&scene, "token:ci:7f3a").click_modifiers(Modifiers::SHIFT);
    assert_eq!(scene.commands(), ["Selection(Range(2..4, 3))"]);
    scene.harness.get_by_label("Expires").click();
    assert_eq!(
        scene.commands(),
        ["Search(Sort(Sort { by: Expires, descending: false }))"]
    );
}

/// Moves cursor and selection to a row, as the program does after a click on it.
fn choose(scene: &mut Scene<RecordsPanel>, row: usize, text: &str) {
    let selection = &mut scene.store().selection;
    selection.keys = [key(text)].into();
    selection.cursor = Some(key(text));
    selection.cursor_row = Some(row);
}

#[test]
fn the_keyboard_moves_edits_deletes_and_esc_clears_step_by_step() {
    let mut scene = scene();
    row(&scene, "film:1982:tootsie").click();
    scene.commands();
    choose(&mut scene, 0, "film:1982:tootsie");
    scene.harness.key_press(Key::ArrowDown);
    assert_eq!(scene.commands(), ["Selection(Only(1))"]);
    choose(&mut scene, 1, "film:1988:rain-man");
    scene.harness.key_press(Key::Enter);
    assert_eq!(scene.commands(), [r#"Record(Edit("film:1988:rain-man"))"#]);
    scene.harness.key_press(Key::Delete);
    assert_eq!(scene.commands(), ["Record(DeleteSelected)"]);
    scene.store().search.text = "ana".to_owned();
    scene.harness.key_press(Key::Escape);
    assert_eq!(scene.commands(), ["Search(Clear)"]);
    scene.store().search.text.clear();
    scene.harness.key_press(Key::Escape);
    assert_eq!(scene.commands(), ["Selection(None)"]);
    scene.store().selection = crate::state::Selection::default();
    scene.harness.key_press(Key::Escape);
    assert_eq!(scene.commands(), NOTHING);
}

#[test]
fn the_context_menu_acts_on_the_row_it_was_opened_on() {
    let mut scene = scene();
    row(&scene, "film:1982:tootsie").click_secondary();
    assert_eq!(scene.commands(), ["Selection(Only(0))"]);
    choose(&mut scene, 0, "film:1982:tootsie");
    scene.commands();
    scene.harness.get_by_label("Duplicate").click();
    assert_eq!(
        scene.commands(),
        [r#"Record(Duplicate("film:1982:tootsie"))"#]
    );
}

#[test]
fn the_menu_of_the_header_chooses_columns() {
    let mut scene = scene();
    scene.harness.get_by_label("genres[]").click_secondary();
    scene.commands();
    scene
        .harness
        .get_by_role_and_label(egui::Role::MenuItem, "Value")
        .click();
    assert_eq!(scene.commands(), ["Search(ToggleColumn(Value))"]);
}

#[test]
fn the_header_menu_offers_relevance_for_ranked_results_and_checks_the_order() {
    let mut scene = scene();
    let open = |scene: &mut Scene<RecordsPanel>| {
        scene.harness.get_by_label("Expires").click_secondary();
        scene.commands();
    };
    let item = |scene: &Scene<RecordsPanel>, words: &str| {
        let found = scene
            .harness
            .query_by_role_and_label(egui::Role::MenuItem, words);
        found.map(|item| item.rect().center())
    };
    open(&mut scene);
    assert!(item(&scene, "By relevance").is_none(), "nothing is ranked");
    assert!(item(&scene, "Ascending").is_some());
    scene.harness.key_press(Key::Escape);
    scene.commands();

    let store = scene.store();
    store.search.text = "hook".to_owned();
    store.orders.searching = Sort {
        by: SortBy::Expires,
        descending: false,
    };
    store.search.answer = Some(Arc::new(crate::state::SearchAnswer {
        text: "hook".to_owned(),
        mode: Mode::Fuzzy,
        snapshot: store.snapshot.clone(),
        keys: Keys::default(),
        total: 4,
        exact: 4,
        elapsed: std::time::Duration::ZERO,
        hints: Vec::new(),
        ranked: true,
        partial: false,
        indexed: true,
        highlighter: Highlighter::default(),
    }));
    scene.commands();
    open(&mut scene);
    scene.harness.get_by_label("By relevance").click();
    assert_eq!(
        scene.commands(),
        ["Search(Sort(Sort { by: Relevance, descending: false }))"]
    );
    if item(&scene, "Keep this order for searches").is_none() {
        open(&mut scene);
    }
    scene
        .harness
        .get_by_label("Keep this order for searches")
        .click();
    assert_eq!(scene.commands(), ["Search(KeepOrder(true))"]);
}

#[test]
fn a_read_only_database_is_viewed_instead_of_edited() {
    let mut scene = scene();
    scene.store().read_only = true;
    row(&scene, "film:1982:tootsie").click();
    scene.commands();
    choose(&mut scene, 0, "film:1982:tootsie");
    scene.commands();
    scene.harness.key_press(Key::Delete);
    assert_eq!(scene.commands(), NOTHING);
    scene.harness.key_press(Key::Enter);
    assert_eq!(
        scene.commands(),
        ["Selection(Only(0))", "Layout(Focus(Detail))"]
    );
}

#[test]
fn a_search_without_results_offers_clearing_and_another_mode() {
    let mut scene = scene();
    let store = scene.store();
    store.listing = Listing::Keys(Keys::default());
    store.search.text = "xyz".to_owned();
    store.search.mode = Mode::Exact;
    store.search.answer = Some(Arc::new(crate::state::SearchAnswer {
        text: "xyz".to_owned(),
        mode: Mode::Exact,
        snapshot: store.snapshot.clone(),
        keys: Keys::default(),
        total: 0,
        exact: 0,
        elapsed: std::time::Duration::ZERO,
        hints: Vec::new(),
        ranked: true,
        partial: false,
        indexed: true,
        highlighter: Highlighter::default(),
    }));
    scene.commands();
    scene.harness.get_by_label("Switch to Fuzzy").click();
    assert_eq!(scene.commands(), ["Search(SetMode(Fuzzy))"]);
    scene.harness.get_by_label("Clear search").click();
    assert_eq!(scene.commands(), ["Search(Clear)"]);
}

#[test]
fn rows_inserted_above_do_not_move_the_visible_rows() {
    let name = |number: usize| key(&format!("{number:03}"));
    let value = EncodedValue::encode(&Value::Int(1)).unwrap();
    let mut batch = WriteBatch::new(Cause::Edit);
    for number in 0..200 {
        batch.put(name(number), value.clone());
    }
    let mut scene: Scene<RecordsPanel> = Scene::new(
        open_with(&batch),
        [790.0, 400.0],
        |panel: &mut RecordsPanel, ui, view, commands| panel.ui(ui, view, commands),
    );
    let shows = |scene: &Scene<RecordsPanel>, number: usize| {
        let key = name(number);
        let row = scene
            .harness
            .query_by_role_and_label(egui::Role::Row, key.as_str());
        row.map(|row| row.rect().top())
    };
    scene.store().listing = Listing::Keys((20..200).map(name).collect::<Vec<_>>().iter().collect());
    scene.store().selection.cursor = Some(name(100));
    scene.store().selection.cursor_row = Some(80);
    scene.commands();
    let before = shows(&scene, 100).expect("the cursor is visible");
    scene.store().listing = Listing::Keys((0..200).map(name).collect::<Vec<_>>().iter().collect());
    scene.store().selection.cursor_row = Some(100);
    scene.commands();
    assert_eq!(shows(&scene, 100), Some(before));
}

#[test]
fn the_value_column_is_named_and_the_expiry_is_read_out() {
    let scene = scene();
    assert!(
        scene
            .harness
            .query_by_label("expires in 4 m 12 s")
            .is_some()
    );
    assert_eq!(ColumnKind::Value.title(), "Value");
}
