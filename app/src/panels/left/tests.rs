//! The left panel: namespaces, paths and statistics, and how clicks filter.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use vstore::paths::{Bin, Distinct, HistogramUnit};
use vstore::search::edit;
use vstore::value::ValueType;
use vstore::{Path, Seq};

use super::indexes::shown;
use super::namespaces::NamespacesData;
use super::panel::LeftPanel;
use super::statistics::StatisticsData;
use crate::panels::testing::{Scene, films, store_of, view_of};
use crate::state::{
    FacetScope, IndexBytes, Namespace, OpenStore, PathRow, PathStatistics, State, TopValue,
};

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

fn row(text: &str, records: u64, kind: ValueType) -> PathRow {
    PathRow {
        path: path(text),
        records,
        types: vec![(kind, records)],
    }
}

fn namespace(prefix: &str, records: u64, expandable: bool) -> Namespace {
    let name = prefix
        .trim_end_matches(':')
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned();
    Namespace {
        name,
        prefix: prefix.to_owned(),
        records,
        expandable,
    }
}

/// The films with namespaces, paths, and the statistics of `year`.
fn explored() -> State {
    let mut state = films();
    let store = store_of(&mut state);
    let root = [namespace("film:", 3, true), namespace("token:", 1, true)];
    store
        .namespaces
        .children
        .insert(String::new(), Arc::from(root));
    let inside = [namespace("film:1982:", 1, false)];
    store
        .namespaces
        .children
        .insert("film:".to_owned(), Arc::from(inside));
    store.explorer.paths = Arc::from([
        row("genres", 3, ValueType::List),
        row("genres[]", 2, ValueType::String),
        row("title", 3, ValueType::String),
        row("year", 3, ValueType::Int),
    ]);
    choose_year(store, vec![(ValueType::Int, 3)]);
    state
}

fn choose_year(store: &mut OpenStore, types: Vec<(ValueType, u64)>) {
    let bin = |from, to, count| Bin { from, to, count };
    store.explorer.selected = Some(path("year"));
    store.explorer.statistics = Some(Arc::new(PathStatistics {
        path: path("year"),
        seq: Seq(1),
        within: None,
        records: 3,
        missing: 1,
        types,
        distinct: Distinct {
            count: 3,
            is_estimate: false,
        },
        top: vec![TopValue {
            text: "1982".to_owned(),
            query: "year=1982".to_owned(),
            count: 1,
        }],
        min: None,
        max: None,
        unit: HistogramUnit::Number,
        histogram: vec![bin(1982.0, 1986.5, 1), bin(1986.5, 1991.0, 2)],
        shares: vec![bin(1982.0, 1982.0, 1), bin(1988.0, 1991.0, 2)],
        words: vec![TopValue {
            text: "hook".to_owned(),
            query: "year:hook".to_owned(),
            count: 2,
        }],
        distinct_words: 1,
        bytes: IndexBytes {
            values: 2048,
            words: 0,
        },
    }));
}

#[test]
fn the_tree_shows_open_namespaces_and_the_one_filtered_by() {
    let mut state = explored();
    let names = |state: &State| {
        let view = view_of(state);
        let prefixes = edit::key_prefixes(&view.store.search.text, view.snapshot().catalog());
        let data = NamespacesData::new(&view, &prefixes);
        let rows = data.rows.into_iter();
        let rows: Vec<_> = rows
            .map(|row| (row.depth, row.name, row.expanded))
            .collect();
        (rows, data.selected)
    };
    let closed = |depth, name: &str| (depth, name.to_owned(), Some(false));
    assert_eq!(
        names(&state),
        (vec![closed(0, "film"), closed(0, "token")], None)
    );
    let store = store_of(&mut state);
    store.namespaces.expanded.insert("film:".to_owned());
    store.search.text = "ana $key^=film:1982:".to_owned();
    let open = (0, "film".to_owned(), Some(true));
    let leaf = (1, "1982".to_owned(), None);
    assert_eq!(
        names(&state),
        (vec![open, leaf, closed(0, "token")], Some(1))
    );
}

#[test]
fn paths_without_values_of_their_own_are_not_listed() {
    let state = explored();
    let paths = &view_of(&state).store.explorer.paths;
    let names = |filter| {
        shown(paths, filter)
            .map(|row| row.path.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["genres[]", "title", "year"]);
    assert_eq!(names(" YE"), ["year"]);
}

#[test]
fn bins_of_whole_numbers_name_their_last_number() {
    let state = explored();
    let data = format!("{:?}", StatisticsData::new(&view_of(&state)).unwrap());
    for expected in [
        "year:1982..1986",
        "year:1987..1991",
        "1982 to 1986 · 1",
        "3 distinct",
    ] {
        assert!(data.contains(expected), "{expected} in {data}");
    }
}

#[test]
fn bins_of_fractions_keep_their_bounds() {
    let mut state = explored();
    choose_year(store_of(&mut state), vec![(ValueType::Float, 3)]);
    let data = format!("{:?}", StatisticsData::new(&view_of(&state)).unwrap());
    assert!(data.contains("year:1982..1986.5"), "{data}");
}

#[test]
fn statistics_of_another_path_are_not_shown() {
    let mut state = explored();
    store_of(&mut state).explorer.selected = Some(path("title"));
    assert_eq!(StatisticsData::new(&view_of(&state)), None);
}

fn scene() -> Scene<LeftPanel> {
    Scene::new(
        explored(),
        [250.0, 700.0],
        |panel: &mut LeftPanel, ui, view, commands| {
            panel.ui(ui, view, commands);
        },
    )
}

#[test]
fn a_click_on_a_namespace_filters() {
    let mut scene = scene();
    scene.harness.get_by_label("token").click();
    let expected = r#"Search(ToggleFilter("$key^=token:"))"#;
    assert_eq!(scene.commands(), [expected]);
}

#[test]
fn every_key_belongs_to_a_row_with_a_name() {
    let mut state = explored();
    let rows: Vec<_> = [(":", 1), ("film:", 3), ("", 2)]
        .map(|(prefix, records)| Namespace {
            name: prefix.trim_end_matches(':').to_owned(),
            prefix: prefix.to_owned(),
            records,
            expandable: false,
        })
        .into();
    let namespaces = &mut store_of(&mut state).namespaces;
    namespaces.children = [(String::new(), rows.into())].into();
    let data = NamespacesData::new(&view_of(&state), &[]);
    let names: Vec<_> = data.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["(empty)", "film", "No namespace"]);
    store_of(&mut state).search.text = "ana $key^=film:".to_owned();
    let mut scene = Scene::new(
        state,
        [250.0, 700.0],
        |panel: &mut LeftPanel, ui, view, commands| panel.ui(ui, view, commands),
    );
    scene.harness.get_by_label("No namespace").click();
    let expected = r#"Search(ToggleFilter("-$key*=\":\""))"#;
    assert_eq!(scene.commands(), [expected]);
}

#[test]
fn selecting_a_path_moves_nothing_under_the_pointer() {
    let mut state = explored();
    let store = store_of(&mut state);
    store.explorer.selected = None;
    store.explorer.paths = (0..40)
        .map(|n| row(&format!("path{n:02}"), 3, ValueType::Int))
        .chain([row("year", 3, ValueType::Int)])
        .collect::<Vec<_>>()
        .into();
    let mut scene = Scene::in_steps(
        state,
        ([250.0, 560.0], 0.01),
        |panel: &mut LeftPanel, ui, view, commands| panel.ui(ui, view, commands),
    );
    let place = |scene: &Scene<LeftPanel>, label: &str| scene.harness.get_by_label(label).rect();
    let (first, namespaces) = (place(&scene, "path00"), place(&scene, "film"));
    scene.harness.get_by_label("path00").click();
    scene.commands();
    choose_year(scene.store(), vec![(ValueType::Int, 3)]);
    scene.store().explorer.selected = Some(path("path00"));
    scene.commands();
    assert_eq!(place(&scene, "path00"), first);
    assert_eq!(place(&scene, "film"), namespaces);
    // The last visible path: the statistics appear over it, so it is scrolled into view.
    scene.store().explorer.selected = Some(path("year"));
    scene.harness.run_steps(1);
    let bar = place(&scene, "1982: 1");
    scene.harness.get_by_label("1982: 1").click();
    scene.harness.run_steps(2);
    let words = scene.harness.state_mut().words();
    assert!(
        !words.contains("AddFilter"),
        "a double click on the path filters: {words}"
    );
    scene.commands();
    let chosen = place(&scene, "year");
    assert!(chosen.bottom() <= bar.top(), "{chosen} is under {bar}");
}

#[test]
fn clicks_on_a_path_a_value_and_a_bin_select_and_filter() {
    let mut scene = scene();
    scene.harness.get_by_label("title").click();
    assert_eq!(scene.commands(), [r#"Search(SelectPath(Some("title")))"#]);
    scene.harness.get_by_label("1982: 1").click();
    let expected = r#"Search(ToggleFilter("year=1982"))"#;
    assert_eq!(scene.commands(), [expected]);
    scene.harness.get_by_label("1987 to 1991 · 2").click();
    let expected = r#"Search(ToggleFilter("year:1987..1991"))"#;
    assert_eq!(scene.commands(), [expected]);
    scene.harness.get_by_label("year").click();
    assert_eq!(scene.commands(), ["Search(SelectPath(None))"]);
}

#[test]
fn a_click_with_shift_excludes() {
    let mut scene = scene();
    let value = scene.harness.get_by_label("1982: 1");
    value.click_modifiers(egui::Modifiers::SHIFT);
    assert_eq!(
        scene.commands(),
        [r#"Search(ToggleExclusion("year=1982"))"#]
    );
}

#[test]
fn bars_of_dates_filter_by_whole_days() {
    let mut state = explored();
    let explorer = &mut store_of(&mut state).explorer;
    let mut statistics = (**explorer.statistics.as_ref().unwrap()).clone();
    statistics.unit = HistogramUnit::Seconds;
    let day = 86_400.0;
    let bin = |low: f64, high: f64| Bin {
        from: low * day,
        to: high * day,
        count: 2,
    };
    statistics.histogram = vec![bin(0.0, 365.0), bin(365.0, 730.0)];
    statistics.shares = vec![bin(3.0, 400.0)];
    explorer.statistics = Some(Arc::new(statistics));
    let data = StatisticsData::new(&view_of(&state)).unwrap();
    assert_eq!(data.steps[0].label, "1970 · 2");
    assert_eq!(data.steps[1].query, "year:1971-01-01..1971-12-31");
    assert_eq!(data.shares[0].query, "year:1970-01-04..1971-02-05");
    assert_eq!(data.span, "Jan 1970 to Feb 1971");
}

#[test]
fn words_and_shares_are_a_click_away_and_filter_too() {
    let mut scene = scene();
    scene.harness.get_by_label("Words").click();
    scene.commands();
    scene.harness.get_by_label("hook: 2").click();
    let expected = r#"Search(ToggleFilter("year:hook"))"#;
    assert_eq!(scene.commands(), [expected]);
    scene.harness.get_by_label("Shares").click();
    scene.commands();
    scene.harness.get_by_label("1988 to 1991 · 2").click();
    let expected = r#"Search(ToggleFilter("year:1988..1991"))"#;
    assert_eq!(scene.commands(), [expected]);
    assert!(
        scene
            .harness
            .query_by_label("in 3 of 4 records, index 2.0 KB")
            .is_some()
    );
}

#[test]
fn if_no_value_repeats_words_are_listed_first() {
    let mut state = explored();
    let explorer = &mut store_of(&mut state).explorer;
    let mut statistics = (**explorer.statistics.as_ref().unwrap()).clone();
    statistics.records = 50;
    explorer.statistics = Some(Arc::new(statistics));
    let data = StatisticsData::new(&view_of(&state)).unwrap();
    assert!(data.prefers_words);
    choose_year(store_of(&mut state), vec![(ValueType::Int, 3)]);
    assert!(!StatisticsData::new(&view_of(&state)).unwrap().prefers_words);
}

#[test]
fn during_a_search_the_statistics_can_count_its_result() {
    let mut scene = scene();
    assert!(scene.harness.query_by_label("Result").is_none());
    scene.store().search.text = "hook".to_owned();
    scene.commands();
    scene.harness.get_by_label("Result").click();
    assert_eq!(scene.commands(), ["Search(CountWithin(Result))"]);
    scene.store().explorer.scope = FacetScope::Result;
    scene.commands();
    assert!(scene.harness.query_by_label_contains("counting…").is_some());
    let mut within = (**scene.store().explorer.statistics.as_ref().unwrap()).clone();
    within.within = Some(4);
    scene.store().explorer.statistics = Some(Arc::new(within));
    scene.commands();
    let footer = "in 3 of 4 results, index 2.0 KB";
    assert!(scene.harness.query_by_label(footer).is_some());
    scene.harness.get_by_label("All").click();
    assert_eq!(scene.commands(), ["Search(CountWithin(Everything))"]);
}

#[test]
fn closing_the_namespaces_hides_them() {
    let mut scene = scene();
    assert!(scene.harness.query_by_label("token").is_some());
    scene
        .harness
        .get_by_role_and_label(egui::Role::Button, "Namespaces")
        .click();
    scene.commands();
    assert!(scene.harness.query_by_label("token").is_none());
}
