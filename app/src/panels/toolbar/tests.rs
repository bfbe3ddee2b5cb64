//! The toolbar: the search box, its summary and remarks, and the buttons.

use std::sync::Arc;
use std::time::Duration;

use egui::Role;

use super::bar::{SearchHint, Toolbar};
use super::summary::{Summary, summary};
use crate::panels::testing::{Scene, films};
use crate::state::{Highlighter, Keys, Query, SavedSearch, Search, SearchAnswer};
use egui_kittest::kittest::Queryable as _;
use vstore::search::{Hint, Mode};

fn answer(mode: Mode, hints: Vec<Hint>) -> Arc<SearchAnswer> {
    Arc::new(SearchAnswer {
        text: "hofman".to_owned(),
        mode,
        snapshot: films().store().unwrap().snapshot.clone(),
        keys: Keys::default(),
        total: 1031,
        exact: 2,
        elapsed: Duration::from_micros(2100),
        hints,
        ranked: true,
        partial: false,
        indexed: true,
        highlighter: Highlighter::default(),
    })
}

#[test]
fn the_summary_counts_by_level_only_if_levels_differ() {
    let mut search = Search::default();
    assert_eq!(summary(&search, false), Summary::Nothing);
    search.text = "hofman".to_owned();
    search.running = true;
    assert_eq!(summary(&search, false), Summary::Working("searching…"));
    search.answer = Some(answer(Mode::Fuzzy, Vec::new()));
    let found = |loud: &str, quiet: &str| Summary::Found(loud.to_owned(), quiet.to_owned());
    assert_eq!(
        summary(&search, false),
        found("1,029", " similar · 2 exact · 2.1 ms")
    );
    search.answer = Some(answer(Mode::Exact, Vec::new()));
    assert_eq!(summary(&search, false), found("1,031", " found · 2.1 ms"));
    assert_eq!(
        summary(&search, true),
        found("1,031", " found · 2.1 ms so far")
    );
    search.text.clear();
    assert_eq!(
        summary(
            &Search {
                running: false,
                ..search
            },
            false
        ),
        Summary::Nothing
    );
}

#[test]
fn a_remark_is_about_the_current_query_and_a_missing_value_is_no_warning() {
    let hint = Hint {
        message: "no path is named yaer".to_owned(),
        range: 0..4,
    };
    let mut search = Search {
        text: "hofman".to_owned(),
        answer: Some(answer(Mode::Fuzzy, vec![hint])),
        ..Search::default()
    };
    let remark = format!("{:?}", SearchHint::of(&search));
    assert!(
        remark.contains("yaer") && remark.contains("warns: true"),
        "{remark}"
    );
    search.text = "hofman year:".to_owned();
    assert_eq!(SearchHint::of(&search), None);
    search.wants_value = Some("Type a value of year".to_owned());
    let remark = format!("{:?}", SearchHint::of(&search));
    assert!(
        remark.contains("Type") && remark.contains("warns: false"),
        "{remark}"
    );
    assert_eq!(summary(&search, false), Summary::Working("type a value…"));
}

fn scene() -> Scene<Toolbar> {
    scene_of_height(48.0)
}

fn scene_of_height(height: f32) -> Scene<Toolbar> {
    Scene::new(
        films(),
        [1200.0, height],
        |toolbar: &mut Toolbar, ui, view, commands| {
            toolbar.ui(ui, view, commands);
        },
    )
}

#[test]
fn typing_and_choosing_a_mode_search() {
    let mut scene = scene();
    scene.harness.get_by_label("Contains").click();
    assert_eq!(scene.commands(), ["Search(SetMode(Contains))"]);
    scene.harness.get_by_role(Role::SearchInput).focus();
    scene.commands();
    scene
        .harness
        .get_by_role(Role::SearchInput)
        .type_text("ana");
    assert_eq!(scene.commands(), ["Search(SetText(\"ana\"))"]);
    scene.harness.key_press(egui::Key::ArrowDown);
    let expected = [
        "Settings(RememberSearch)",
        "Layout(Focus(Records))",
        "Search(TakeFirst)",
    ];
    assert_eq!(scene.commands(), expected);
}

#[test]
fn escape_empties_the_search_box_before_it_leaves_it() {
    let mut scene = scene();
    scene.store().search.text = "ana".to_owned();
    scene.harness.get_by_role(Role::SearchInput).focus();
    scene.commands();
    scene.harness.key_press(egui::Key::Escape);
    assert_eq!(scene.commands(), ["Search(SetText(\"\"))"]);
}

#[test]
fn a_filter_from_elsewhere_appears_in_the_search_box() {
    let mut scene = scene();
    scene.store().search.text = "year:1982".to_owned();
    scene.commands();
    let field = scene.harness.get_by_role(Role::SearchInput);
    assert_eq!(
        egui_kittest::kittest::NodeT::accesskit_node(&field)
            .value()
            .unwrap(),
        "year:1982"
    );
}

#[test]
fn unavailable_buttons_cannot_be_clicked() {
    let mut scene = scene();
    scene.harness.get_by_label("Undo").click();
    assert_eq!(scene.commands(), <[&str; 0]>::default());
    scene
        .store()
        .history
        .undo
        .push("Delete 3 records".to_owned());
    scene.commands();
    scene.harness.get_by_label("Undo: Delete 3 records").click();
    assert_eq!(scene.commands(), ["Record(Undo)"]);
}

#[test]
fn saved_and_recent_searches_run_from_their_menu() {
    let query = |text: &str| Query {
        text: text.to_owned(),
        mode: Mode::Exact,
    };
    let mut scene = scene_of_height(600.0);
    let settings = &mut scene.store().settings;
    settings.save("Comedies", query("genres:comedy"));
    settings.remember(query("year:1982"));
    assert_eq!(
        settings.saved,
        [SavedSearch {
            name: "Comedies".to_owned(),
            query: query("genres:comedy"),
        }]
    );
    for (label, text) in [("Comedies", "genres:comedy"), ("year:1982", "year:1982")] {
        scene
            .harness
            .get_by_label("Saved and recent searches")
            .click();
        scene.commands();
        scene.harness.get_by_label(label).click();
        let asked = scene.commands().concat();
        assert!(
            asked.starts_with("Settings(Search(") && asked.contains(text),
            "{asked}"
        );
    }
}

#[test]
fn columns_are_chosen_by_a_button() {
    let mut scene = scene_of_height(600.0);
    scene.harness.get_by_label("Choose columns").click();
    scene.commands();
    scene.harness.get_by_label("Value").click();
    assert_eq!(scene.commands(), ["Search(ToggleColumn(Value))"]);
}
