//! A selection consists of records: what happens to it when the rows change.

use proptest::prelude::*;
use vstore::search::Mode;

use super::*;
use crate::state::{Query, Sort, SortBy};

/// More rows than are selected individually.
const MANY: usize = 3_000;

fn name(number: usize) -> String {
    format!("n{number:04}")
}

/// Records `n0000` to `n2999` with a number that orders them in reverse; every record has the word
/// `all`, every second one the word `even`.
fn many() -> Fixture {
    let mut fixture = Fixture::new();
    let mut batch = WriteBatch::new(Cause::Import);
    for old in ["a", "b", "c", "d"] {
        batch.delete(key(old));
    }
    for number in 0..MANY {
        let word = if number % 2 == 0 { "even" } else { "odd" };
        let json = format!(r#"{{"n": {}, "words": "all {word}"}}"#, MANY - number);
        batch.put(key(&name(number)), parse_text(&json).unwrap().0);
    }
    fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    fixture.state.notices.clear();
    fixture
}

fn by_number() -> Sort {
    Sort {
        by: SortBy::Path(vstore::Path::parse("n").unwrap()),
        descending: false,
    }
}

/// The selected records, as a deletion would see them.
fn selected(fixture: &mut Fixture) -> Vec<Key> {
    let store = fixture.open();
    let mut keys: Vec<_> = store
        .target(&Scope::Selected)
        .keys(&store.snapshot)
        .collect();
    keys.sort();
    keys
}

fn is_reported(fixture: &Fixture) -> bool {
    let mut notices = fixture.state.notices.iter();
    notices.any(|notice| notice.text.contains("no longer selected"))
}

fn typed(text: &str) -> SearchCommand {
    SearchCommand::SetText(text.to_owned())
}

#[test]
fn a_range_keeps_its_records_when_the_order_changes() {
    let mut fixture = many();
    fixture.ask(SelectionCommand::Range(100..2_600, 2_599));
    let before = selected(&mut fixture);
    assert_eq!((before.len(), before[0].as_str()), (2_500, "n0100"));
    for sort in [by_number(), Sort::default(), by_number()] {
        fixture.ask_and_answer(SearchCommand::Sort(sort));
        assert_eq!(selected(&mut fixture), before);
        assert_eq!(fixture.open().selected_count(), 2_500);
        let selection = &fixture.open().selection;
        assert!(selection.contains("n0100") && !selection.contains("n0099"));
    }
    // The same for a range of rows in another order.
    fixture.ask(SelectionCommand::Range(0..2_500, 0));
    let before = selected(&mut fixture);
    assert_eq!(before[0].as_str(), "n0500");
    fixture.ask_and_answer(SearchCommand::Sort(Sort::default()));
    assert_eq!(selected(&mut fixture), before);
    assert!(!is_reported(&fixture));
}

#[test]
fn a_range_ends_and_is_reported_when_another_query_is_answered() {
    let asked: [fn() -> Command; 3] = [
        || typed("even").into(),
        || SearchCommand::SetMode(Mode::Exact).into(),
        || {
            let query = Query {
                text: "odd".to_owned(),
                mode: Mode::Fuzzy,
            };
            SettingsCommand::Search(query).into()
        },
    ];
    for ask in asked {
        let mut fixture = many();
        fixture.ask_and_answer(typed("all"));
        fixture.ask(SelectionCommand::Range(0..2_500, 0));
        let effects = fixture.ask(ask());
        assert_eq!(
            fixture.open().selected_count(),
            2_500,
            "the rows are still there"
        );
        fixture.answer(effects);
        assert_eq!(selected(&mut fixture), []);
        assert!(is_reported(&fixture), "{:?}", fixture.state.notices);
    }
}

#[test]
fn a_range_keeps_its_records_when_the_search_is_left() {
    let mut fixture = many();
    fixture.ask_and_answer(typed("all"));
    fixture.ask(SelectionCommand::Range(0..2_500, 0));
    let before = selected(&mut fixture);
    fixture.ask_and_answer(SearchCommand::Clear);
    assert_eq!(selected(&mut fixture), before);
}

#[test]
fn records_added_within_a_range_are_not_selected_and_deleted_ones_are_dropped() {
    for text in ["", "all"] {
        let mut fixture = many();
        fixture.ask_and_answer(typed(text));
        fixture.ask(SelectionCommand::Range(100..2_600, 2_599));
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(key("n0150x"), parse_text(r#"{"words": "all"}"#).unwrap().0);
        batch.delete(key("n0200"));
        // This one no longer matches.
        batch.put(key("n0201"), parse_text("1").unwrap().0);
        let effects = fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
        fixture.answer(effects);
        let effects = tick(&mut fixture.state, NOW.plus_millis(5_000));
        fixture.answer(effects);
        let left = if text.is_empty() { 2_499 } else { 2_498 };
        assert_eq!(fixture.open().selected_count(), left, "{text}");
        let keys = selected(&mut fixture);
        assert_eq!(keys.len(), left);
        for gone in ["n0150x", "n0200"] {
            assert!(!keys.contains(&key(gone)), "{gone}");
        }
        assert!(!is_reported(&fixture));
    }
}

#[test]
fn a_range_ends_when_too_many_records_change() {
    let mut fixture = many();
    fixture.ask_and_answer(typed("all"));
    fixture.ask(SelectionCommand::Range(0..2_500, 0));
    let mut batch = WriteBatch::new(Cause::Edit);
    for number in 0..1_500 {
        batch.put(key(&name(number)), parse_text("1").unwrap().0);
    }
    fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    assert_eq!(selected(&mut fixture), []);
    assert!(is_reported(&fixture));

    // Deleting the range itself is not reported.
    let mut fixture = many();
    fixture.ask(SelectionCommand::Range(0..2_500, 0));
    let mut batch = WriteBatch::new(Cause::Edit);
    for deleted in selected(&mut fixture) {
        batch.delete(deleted);
    }
    fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    assert!(!is_reported(&fixture));
}

#[test]
fn records_hidden_by_a_search_are_not_selected_until_shown_again() {
    let mut fixture = many();
    fixture.ask(SelectionCommand::Only(1));
    fixture.ask(SelectionCommand::Toggle(4));
    fixture.ask_and_answer(typed("even"));
    assert_eq!(selected(&mut fixture), [key("n0004")]);
    fixture.ask_and_answer(typed("odd"));
    assert_eq!(selected(&mut fixture), [key("n0001")]);
    fixture.ask_and_answer(typed("nothing at all like it"));
    assert_eq!(fixture.open().selected_count(), 0);
    assert!(fixture.ask(RecordCommand::DeleteSelected).is_empty());
    assert!(fixture.state.dialogs.is_empty());
    fixture.ask_and_answer(SearchCommand::Clear);
    assert_eq!(selected(&mut fixture), [key("n0001"), key("n0004")]);
    // Hidden records are dropped once something else is chosen.
    fixture.ask_and_answer(typed("even"));
    fixture.ask(SelectionCommand::Only(0));
    fixture.ask_and_answer(SearchCommand::Clear);
    assert_eq!(selected(&mut fixture), [key("n0000")]);
}

#[test]
fn a_record_shown_only_in_the_detail_panel_is_not_deleted() {
    let mut fixture = many();
    fixture.ask_and_answer(typed("even"));
    fixture.ask(SelectionCommand::Key(key("n0001")));
    let store = fixture.open();
    assert_eq!(store.detail.record.as_ref().unwrap().key, key("n0001"));
    assert!(fixture.ask(RecordCommand::DeleteSelected).is_empty());
    let shown = crate::view::AppView::of(&fixture.state, NOW);
    assert!(crate::action::Action::Delete.resolve(&shown).is_none());
}

#[test]
fn a_new_record_is_selected_as_soon_as_the_table_shows_it() {
    let mut fixture = many();
    fixture.ask_and_answer(SearchCommand::Sort(by_number()));
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key("x"), parse_text(r#"{"n": 7}"#).unwrap().0);
    let effects = fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    fixture.ask(SelectionCommand::Key(key("x")));
    fixture.answer(effects);
    let effects = tick(&mut fixture.state, NOW.plus_millis(5_000));
    fixture.answer(effects);
    assert_eq!(fixture.open().selection.single(), Some(&key("x")));
}

/// An action that may change the rows or the selection.
#[derive(Clone, Debug)]
enum Step {
    Text(&'static str),
    Mode(Mode),
    Saved(&'static str),
    Sort(bool),
    Delete(usize),
    Change(usize),
    Add(usize),
    Refresh,
    Toggle(usize),
    Select(std::ops::Range<usize>),
    All,
    /// Answers are delayed from now on, or no longer.
    Late(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let text = || prop::sample::select(vec!["", "all", "even", "odd", "n>100", "zzz"]);
    prop_oneof![
        text().prop_map(Step::Text),
        prop::sample::select(Mode::ALL.to_vec()).prop_map(Step::Mode),
        text().prop_map(Step::Saved),
        any::<bool>().prop_map(Step::Sort),
        (0..MANY).prop_map(Step::Delete),
        (0..MANY).prop_map(Step::Change),
        (0..MANY).prop_map(Step::Add),
        Just(Step::Refresh),
        (0..MANY).prop_map(Step::Toggle),
        (0..200_usize, 0..MANY).prop_map(|(start, len)| Step::Select(start..start + len)),
        Just(Step::All),
        any::<bool>().prop_map(Step::Late),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// At any time, every selected record was chosen and is in the table.
    #[test]
    fn only_chosen_and_shown_records_are_selected(
        steps in prop::collection::vec(step(), 1..14),
    ) {
        let mut fixture = many();
        let mut chosen: std::collections::BTreeSet<Key> = [].into();
        let mut waiting = Effects::new();
        let mut late = false;
        for step in steps {
            let put = |name: String| {
                let mut batch = WriteBatch::new(Cause::Edit);
                batch.put(key(&name), parse_text(r#"{"n": 5, "words": "odd"}"#).unwrap().0);
                vec![Effect::Ask(Request::Commit(batch))]
            };
            let chooses = matches!(step, Step::Toggle(_) | Step::Select(_) | Step::All);
            let effects = match step.clone() {
                Step::Text(text) => fixture.ask(typed(text)),
                Step::Mode(mode) => fixture.ask(SearchCommand::SetMode(mode)),
                Step::Saved(text) => {
                    let (text, mode) = (text.to_owned(), Mode::Fuzzy);
                    fixture.ask(SettingsCommand::Search(Query { text, mode }))
                }
                Step::Sort(numbered) => {
                    let sort = if numbered { by_number() } else { Sort::default() };
                    fixture.ask(SearchCommand::Sort(sort))
                }
                Step::Delete(number) => {
                    let mut batch = WriteBatch::new(Cause::Edit);
                    if fixture.store.snapshot().get(&name(number)).is_some() {
                        batch.delete(key(&name(number)));
                    }
                    fixture.commit(vec![Effect::Ask(Request::Commit(batch))])
                }
                Step::Change(number) => fixture.commit(put(name(number))),
                Step::Add(number) => fixture.commit(put(format!("{}x", name(number)))),
                Step::Refresh => fixture.ask(SearchCommand::Refresh),
                Step::Toggle(row) => fixture.ask(SelectionCommand::Toggle(row)),
                Step::Select(rows) => {
                    let last = rows.end.saturating_sub(1);
                    fixture.ask(SelectionCommand::Range(rows, last))
                }
                Step::All => fixture.ask(SelectionCommand::All),
                Step::Late(is_late) => {
                    late = is_late;
                    Effects::new()
                }
            };
            waiting.extend(effects);
            if !late {
                let effects = std::mem::take(&mut waiting);
                // The answers arrive in reverse order.
                fixture.answer(effects.into_iter().rev().collect());
            }
            let now = selected(&mut fixture);
            let is_deletion = matches!(step, Step::Delete(_));
            if chooses {
                chosen = now.iter().cloned().collect();
                let hidden = fixture.open().selection.hidden.clone();
                chosen.extend(hidden);
            } else if is_deletion {
                // The record after a deleted one is selected instead.
                chosen.extend(fixture.open().selection.cursor.clone());
            }
            let store = fixture.open();
            for key in &now {
                prop_assert!(chosen.contains(key), "{key} was not chosen: {step:?}");
            }
            if !late {
                // Records changed since the rows were looked up are still among them.
                let changed = !matches!(step, Step::Change(_) | Step::Add(_) | Step::Delete(_));
                for key in now.iter().filter(|_| changed) {
                    let shown = store.listing.contains(&store.snapshot, key.as_str());
                    prop_assert!(shown || store.search.refreshing, "{key} is not shown: {step:?}");
                }
            }
            prop_assert!(now.len() <= store.selected_count());
        }
    }
}
