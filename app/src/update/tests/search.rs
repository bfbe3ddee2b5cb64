//! Results while data change, statistics within a result, going to a key.

use std::time::Duration;

use vstore::search::{Mode, Query, SearchControl, SearchOptions};
use vstore::{Indexing, Seq, Snapshot};

use super::*;
use crate::jobs::{ListingAnswer, StatisticsAnswer};
use crate::state::{
    FacetScope, Highlighter, JumpAnswer, JumpRow, Keys, Query as Asked, SearchAnswer, Sort, WhyHit,
};

fn job(fixture: &mut Fixture, done: Done) -> Effects {
    receive(&mut fixture.state, Event::Job(done), NOW)
}

/// The answer of the job, after `millis`.
fn found(snapshot: &Snapshot, text: &str, millis: u64, partial: bool) -> Done {
    let query = Query::parse(text, snapshot.catalog());
    let options = SearchOptions::default();
    let result = snapshot.search(&query, &options, &SearchControl::unlimited());
    let keys = Keys::from(result.hits);
    Done::Listing(Box::new(ListingAnswer {
        sort: Sort::default(),
        keys: keys.clone(),
        found: SearchAnswer {
            text: text.to_owned(),
            mode: Mode::Fuzzy,
            snapshot: snapshot.clone(),
            keys,
            total: result.total,
            exact: result.counts.exact(),
            elapsed: Duration::from_millis(millis),
            hints: Vec::new(),
            ranked: text.contains("rank"),
            partial,
            indexed: false,
            highlighter: Highlighter::default(),
        },
    }))
}

fn put(fixture: &mut Fixture, name: &str) -> Effects {
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key(name), parse_text(r#"{"n": 1}"#).unwrap().0);
    let effects = fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    fixture.state.notices.clear();
    effects
}

/// The search `n:1`, answered after `millis`.
fn searching(millis: u64) -> Fixture {
    let mut fixture = Fixture::new();
    fixture.ask(SearchCommand::SetText("n:1".to_owned()));
    let answer = found(&fixture.store.snapshot(), "n:1", millis, false);
    job(&mut fixture, answer);
    fixture
}

fn listing_questions(effects: &Effects) -> Vec<bool> {
    let questions = effects.iter().filter_map(|effect| match effect {
        Effect::Question(Question::Listing(question)) => Some(question.refresh),
        _ => None,
    });
    questions.collect()
}

#[test]
fn a_result_is_refreshed_as_often_as_its_cost_allows_but_never_twice_at_once() {
    for (millis, pause) in [(1, 33), (50, 250), (900, 1_000)] {
        let mut fixture = searching(millis);
        assert_eq!(fixture.open().row_count(), 4);
        put(&mut fixture, "x");
        assert_eq!(
            tick(&mut fixture.state, NOW.plus_millis(pause - 1)).len(),
            0,
            "{millis}"
        );
        let effects = tick(&mut fixture.state, NOW.plus_millis(pause));
        assert_eq!(listing_questions(&effects), [true]);
        put(&mut fixture, "y");
        let effects = tick(&mut fixture.state, NOW.plus_millis(60_000));
        assert_eq!(listing_questions(&effects), NONE, "the answer is pending");
        let search = &fixture.open().search;
        assert!(!search.running && search.refreshing);
        let answer = found(&fixture.store.snapshot(), "n:1", millis, false);
        job(&mut fixture, answer);
        assert_eq!(fixture.open().row_count(), 6);
    }
}

const NONE: [bool; 0] = [];

#[test]
fn typing_does_not_wait_for_a_refresh() {
    let mut fixture = searching(1);
    put(&mut fixture, "x");
    tick(&mut fixture.state, NOW.plus_millis(33));
    let effects = fixture.ask(SearchCommand::SetText("n:2".to_owned()));
    assert_eq!(listing_questions(&effects), [false]);
}

#[test]
fn once_indexes_are_built_a_search_that_read_records_is_repeated() {
    let mut fixture = searching(1);
    let indexing = |indexed: u64| Reply::Indexing(Indexing { indexed, total: 9 });
    fixture.reply(indexing(4));
    assert!(fixture.open().indexing.is_some());
    fixture.reply(indexing(9));
    assert_eq!(fixture.open().indexing, None);
    let effects = tick(&mut fixture.state, NOW.plus_millis(33));
    assert_eq!(listing_questions(&effects), [true]);
}

#[test]
fn statistics_within_the_result_follow_the_search() {
    let mut fixture = searching(1);
    let within = |effects: &Effects| {
        let asked = effects.iter().rev().find_map(|effect| match effect {
            Effect::Question(Question::Statistics(question)) => Some(question),
            _ => None,
        });
        asked.map(|question| question.within.as_ref().map(|(_, keys)| keys.len()))
    };
    let path = Some(vstore::Path::parse("n").unwrap());
    assert_eq!(
        within(&fixture.ask(SearchCommand::SelectPath(path))),
        Some(None)
    );
    let effects = fixture.ask(SearchCommand::CountWithin(FacetScope::Result));
    assert_eq!(within(&effects), Some(Some(4)));
    fixture.ask(SearchCommand::SetText("n:2".to_owned()));
    let answer = found(&fixture.store.snapshot(), "n:2", 1, true);
    assert_eq!(within(&job(&mut fixture, answer)), None, "it is partial");
    let answer = found(&fixture.store.snapshot(), "n:2", 1, false);
    assert_eq!(within(&job(&mut fixture, answer)), Some(Some(0)));
    assert_eq!(within(&fixture.ask(SearchCommand::Clear)), Some(None));
    job(
        &mut fixture,
        Done::Statistics(Box::new(StatisticsAnswer {
            seq: Seq(1),
            paths: [].into(),
            statistics: None,
        })),
    );
    assert!(!fixture.open().explorer.running);
}

/// Films with words that some match better than others.
fn ranked() -> Fixture {
    let mut fixture = Fixture::new();
    let mut batch = WriteBatch::new(Cause::Edit);
    for (name, json) in [
        (
            "a:1",
            r#"{"title": "A long way to the star of it all", "year": 1990}"#,
        ),
        ("b:2", r#"{"title": "Star", "year": 1980}"#),
        ("c:3", r#"{"title": "Starry", "year": 1985}"#),
    ] {
        batch.put(key(name), parse_text(json).unwrap().0);
    }
    fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    fixture
}

fn rows(fixture: &mut Fixture) -> Vec<String> {
    let store = fixture.open();
    let keys = store.listing.keys(&store.snapshot, 0..9).into_iter();
    keys.map(|key| key.as_str().to_owned()).collect()
}

fn type_text(fixture: &mut Fixture, text: &str) {
    fixture.ask_and_answer(SearchCommand::SetText(text.to_owned()));
}

fn by(by: crate::state::SortBy) -> Sort {
    Sort {
        by,
        descending: false,
    }
}

#[test]
fn the_next_search_is_ordered_by_relevance_again() {
    use crate::state::SortBy;

    let mut fixture = ranked();
    type_text(&mut fixture, "star");
    assert_eq!(rows(&mut fixture)[0], "b:2");
    fixture.ask_and_answer(SearchCommand::Sort(by(SortBy::Key)));
    assert_eq!(rows(&mut fixture)[0], "a:1");
    // The order stays while the search is refined, and a third click ends it.
    type_text(&mut fixture, "star ");
    assert_eq!(rows(&mut fixture)[0], "a:1");
    fixture.ask_and_answer(SearchCommand::Sort(Sort::default()));
    assert_eq!(rows(&mut fixture)[0], "b:2");

    fixture.ask_and_answer(SearchCommand::Sort(by(SortBy::Key)));
    fixture.ask_and_answer(SearchCommand::Clear);
    type_text(&mut fixture, "star");
    assert_eq!(rows(&mut fixture)[0], "b:2");
    assert_eq!(fixture.open().sort(), &Sort::default());

    // The file keeps the order of the table without a search.
    fixture.ask_and_answer(SearchCommand::Clear);
    fixture.ask_and_answer(SearchCommand::Sort(by(SortBy::Key)));
    let kept = crate::state::encode_settings(fixture.open()).unwrap();
    let mut other = ranked();
    crate::state::apply_settings(other.open(), &kept);
    assert_eq!(other.open().sort(), &by(SortBy::Key));
    type_text(&mut other, "star");
    assert_eq!(rows(&mut other)[0], "b:2");
}

#[test]
fn an_order_can_be_kept_for_searches_and_conditions_do_not_change_it() {
    use crate::state::SortBy;

    let mut fixture = ranked();
    let year = by(SortBy::Path(vstore::Path::parse("year").unwrap()));
    fixture.ask_and_answer(SearchCommand::Sort(year.clone()));
    type_text(&mut fixture, "year>1970");
    assert_eq!(rows(&mut fixture), ["b:2", "c:3", "a:1"]);
    assert_eq!(fixture.open().sort(), &year);
    type_text(&mut fixture, "year>1970 star");
    assert_eq!(fixture.open().sort(), &Sort::default());
    fixture.ask_and_answer(SearchCommand::Clear);
    fixture.ask_and_answer(SearchCommand::KeepOrder(true));
    type_text(&mut fixture, "star");
    assert_eq!(rows(&mut fixture), ["b:2", "c:3", "a:1"]);
    assert_eq!(fixture.open().sort(), &year);
    let kept = crate::state::encode_settings(fixture.open()).unwrap();
    let mut other = ranked();
    crate::state::apply_settings(other.open(), &kept);
    assert!(other.open().orders.keeps);
}

#[test]
fn relevance_is_offered_only_for_ranked_results() {
    use crate::action::Action;

    let mut fixture = ranked();
    let offered = |fixture: &Fixture| {
        let view = crate::view::AppView::of(&fixture.state, NOW);
        let action = Action::SortByRelevance;
        (action.resolve(&view).is_some(), action.is_checked(&view))
    };
    assert_eq!(offered(&fixture), (false, Some(false)));
    type_text(&mut fixture, "star");
    assert_eq!(offered(&fixture), (true, Some(true)));
    fixture.ask_and_answer(SearchCommand::Sort(by(crate::state::SortBy::Key)));
    assert_eq!(offered(&fixture), (true, Some(false)));
}

#[test]
fn enter_selects_the_first_row_for_the_typed_query_not_the_one_on_screen() {
    let mut fixture = ranked();
    type_text(&mut fixture, "long");
    let effects = fixture.ask(SearchCommand::SetText("starry".to_owned()));
    fixture.ask(SettingsCommand::RememberSearch);
    fixture.ask(SearchCommand::TakeFirst);
    assert_eq!(fixture.open().selection.cursor, None);
    fixture.answer(effects);
    assert_eq!(fixture.open().selection.single(), Some(&key("c:3")));
    // A selected record hidden by the search does not prevent selecting the first row.
    type_text(&mut fixture, "long");
    fixture.ask(SearchCommand::TakeFirst);
    assert_eq!(fixture.open().selection.single(), Some(&key("a:1")));
    // A row chosen in the meantime wins.
    let effects = fixture.ask(SearchCommand::SetText("star".to_owned()));
    fixture.ask(SearchCommand::TakeFirst);
    fixture.ask(SelectionCommand::None);
    fixture.answer(effects);
    assert!(fixture.open().selection.is_empty());
}

#[test]
fn rows_stay_until_a_condition_has_its_value() {
    let mut fixture = ranked();
    type_text(&mut fixture, "starry");
    let before = rows(&mut fixture);
    type_text(&mut fixture, "starry year:");
    let search = &fixture.open().search;
    assert!(search.wants_value.as_ref().unwrap().contains("year"));
    assert!(!search.running && !search.is_answered());
    assert_eq!(rows(&mut fixture), before);
    type_text(&mut fixture, "year:");
    assert_eq!(rows(&mut fixture), before, "not all records are shown");
    // Changing data do not change that.
    put(&mut fixture, "x");
    let effects = tick(&mut fixture.state, NOW.plus_millis(5_000));
    fixture.answer(effects);
    assert_eq!(rows(&mut fixture), before);
    // Enter runs the query as it is.
    fixture.ask(SettingsCommand::RememberSearch);
    fixture.ask_and_answer(SearchCommand::TakeFirst);
    assert_eq!(rows(&mut fixture).len(), 3);
    assert!(fixture.open().search.wants_value.is_none());
    assert_eq!(fixture.open().selection.cursor_row, Some(0));
}

#[test]
fn a_clicked_condition_replaces_a_clicked_one_but_never_a_typed_one() {
    let mut fixture = ranked();
    let text = |fixture: &mut Fixture| fixture.open().search.text.clone();
    let filter = |condition: &str| SearchCommand::ToggleFilter(condition.to_owned());
    type_text(&mut fixture, "year:1980..1989 star");
    fixture.ask_and_answer(filter("year=1985"));
    assert_eq!(text(&mut fixture), "year:1980..1989 star year=1985");
    fixture.ask_and_answer(filter("year=1980"));
    assert_eq!(text(&mut fixture), "year:1980..1989 star year=1980");
    fixture.ask_and_answer(filter(r#"title="a \" b""#));
    fixture.ask_and_answer(filter("year=1990"));
    assert_eq!(
        text(&mut fixture),
        r#"year:1980..1989 star title="a \" b" year=1990"#
    );
    assert!(rows(&mut fixture).is_empty());
    fixture.ask_and_answer(filter("year=1990"));
    assert_eq!(text(&mut fixture), r#"year:1980..1989 star title="a \" b""#);
    let exclude = SearchCommand::ToggleExclusion("year=1985".to_owned());
    fixture.ask_and_answer(exclude.clone());
    assert!(text(&mut fixture).ends_with("-year=1985"));
    fixture.ask_and_answer(exclude);
    assert!(!text(&mut fixture).contains("1985"));
    let add = |condition: &str| SearchCommand::AddFilter(condition.to_owned());
    let long = format!("title=\"{}\"", "x".repeat(4_096));
    fixture.state.notices.clear();
    let before = text(&mut fixture);
    fixture.ask_and_answer(add(&long));
    assert_eq!(text(&mut fixture), before);
    assert_eq!(fixture.state.notices.iter().len(), 1);
}

#[test]
fn every_search_can_be_gone_back_to() {
    let mut fixture = ranked();
    for text in ["s", "st", "star"] {
        type_text(&mut fixture, text);
    }
    fixture.ask_and_answer(SearchCommand::AddFilter("year=1980".to_owned()));
    let saved = Asked {
        text: "long".to_owned(),
        mode: Mode::Exact,
    };
    fixture.ask_and_answer(SettingsCommand::Search(saved));
    let now = |fixture: &mut Fixture| fixture.open().search.query();
    for text in ["star year=1980", "star", ""] {
        fixture.ask_and_answer(SearchCommand::Back(true));
        assert_eq!(now(&mut fixture).text, text);
        assert_eq!(now(&mut fixture).mode, Mode::Fuzzy);
    }
    assert!(fixture.ask(SearchCommand::Back(true)).is_empty());
    for _ in 0..3 {
        fixture.ask_and_answer(SearchCommand::Back(false));
    }
    assert_eq!(now(&mut fixture).mode, Mode::Exact);
    assert_eq!(rows(&mut fixture), ["a:1"]);
}

#[test]
fn the_rank_of_a_hit_is_given_only_when_ordered_by_relevance() {
    let mut fixture = ranked();
    type_text(&mut fixture, "star");
    let asked = |fixture: &mut Fixture| {
        let effects = fixture.ask(SearchCommand::WhyHit(key("a:1")));
        let [Effect::Question(Question::WhyHit(question))] = &*effects else {
            panic!("{effects:?}")
        };
        (question.row, question.other_order)
    };
    let (row, other_order) = asked(&mut fixture);
    assert!(row.is_some_and(|(row, _)| row > 0) && !other_order);
    fixture.ask_and_answer(SearchCommand::Sort(by(crate::state::SortBy::Key)));
    assert_eq!(asked(&mut fixture), (None, true));
}

#[test]
fn going_to_a_key_clears_a_search_that_hides_it() {
    let mut fixture = searching(1);
    fixture.ask(SelectionCommand::GoTo(key("c")));
    assert_eq!(fixture.open().search.text, "n:1");
    assert_eq!(fixture.open().selection.cursor_row, Some(2));
    fixture.open().listing = Listing::Keys([key("a")].into());
    fixture.ask(SelectionCommand::GoTo(key("d")));
    let store = fixture.open();
    assert_eq!((store.search.text.as_str(), store.row_count()), ("", 4));
    assert_eq!(store.selection.cursor_row, Some(3));
    assert_eq!(store.detail.record.as_ref().unwrap().key, key("d"));
}

#[test]
fn an_answer_for_outdated_letters_is_dropped() {
    let mut fixture = Fixture::new();
    fixture.ask(SearchCommand::Jump("a".to_owned()));
    fixture.ask(SearchCommand::Jump("ab".to_owned()));
    let answer = |typed: &str| {
        Done::Jump(Arc::new(JumpAnswer {
            typed: typed.to_owned(),
            rows: vec![JumpRow {
                key: key("a"),
                matched: vec![0],
            }],
            total: 1,
            partial: false,
        }))
    };
    job(&mut fixture, answer("a"));
    assert_eq!(fixture.open().jump.answer, None);
    job(&mut fixture, answer("ab"));
    assert!(fixture.open().jump.answer.is_some());
    fixture.ask(LayoutCommand::OpenDialog(Box::new(Dialog::GoToKey)));
    fixture.ask(LayoutCommand::CloseDialog);
    assert_eq!(fixture.open().jump.typed, "");
}

#[test]
fn a_hit_is_explained_for_the_query_on_screen() {
    let mut fixture = searching(1);
    let effects = fixture.ask(SearchCommand::WhyHit(key("b")));
    let [Effect::Question(Question::WhyHit(question))] = &*effects else {
        panic!("{effects:?}")
    };
    assert_eq!(
        (question.text.as_str(), question.row, question.other_order),
        ("n:1", None, false),
        "nothing is ranked"
    );
    let why = WhyHit {
        key: key("b"),
        row: question.row,
        other_order: false,
        level: "Slightly misspelt".to_owned(),
        words: Vec::new(),
        order: Vec::new(),
    };
    job(&mut fixture, Done::WhyHit(Some(Box::new(why))));
    assert!(matches!(fixture.state.dialog(), Some(Dialog::WhyHit(_))));
    job(&mut fixture, Done::WhyHit(None));
    assert_eq!(fixture.state.notices.iter().len(), 1);
}
