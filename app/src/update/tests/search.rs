//! Results while data change, figures within a result, going to a key.

use std::time::Duration;

use vstore::search::{Query, SearchControl, SearchOptions};
use vstore::{Indexing, Seq, Snapshot};

use super::*;
use crate::jobs::{ListingAnswer, StatisticsAnswer};
use crate::state::{
    FacetScope, Highlighter, JumpAnswer, JumpRow, Keys, SearchAnswer, SearchMode, Sort, WhyHit,
};

fn job(fixture: &mut Fixture, done: Done) -> Effects {
    receive(&mut fixture.state, Event::Job(done), NOW)
}

/// What the job would answer, after `millis`.
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
            mode: SearchMode::Fuzzy,
            snapshot: snapshot.clone(),
            keys,
            total: result.total,
            exact: result.counts.exact(),
            elapsed: Duration::from_millis(millis),
            hints: Vec::new(),
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

/// The search `n:1`, which took so long, answered.
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
fn a_result_is_refreshed_as_often_as_its_cost_allows_and_never_twice_at_once() {
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
        assert_eq!(listing_questions(&effects), NONE, "the answer is under way");
        let search = &fixture.open().search;
        assert!(!search.running && search.refreshing);
        let answer = found(&fixture.store.snapshot(), "n:1", millis, false);
        job(&mut fixture, answer);
        assert_eq!(fixture.open().row_count(), 6);
    }
}

const NONE: [bool; 0] = [];

#[test]
fn what_is_typed_does_not_wait_for_a_refresh() {
    let mut fixture = searching(1);
    put(&mut fixture, "x");
    tick(&mut fixture.state, NOW.plus_millis(33));
    let effects = fixture.ask(SearchCommand::SetText("n:2".to_owned()));
    assert_eq!(listing_questions(&effects), [false]);
}

#[test]
fn once_indexes_are_built_what_was_read_is_searched_again() {
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
fn figures_within_the_result_follow_the_search() {
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
    assert_eq!(within(&job(&mut fixture, answer)), None, "it is not whole");
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

#[test]
fn going_to_a_key_leaves_a_search_that_hides_it() {
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
fn keys_for_letters_that_were_changed_meanwhile_are_dropped() {
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
fn why_a_hit_is_there_is_asked_with_the_query_on_screen() {
    let mut fixture = searching(1);
    let effects = fixture.ask(SearchCommand::WhyHit(key("b")));
    let [Effect::Question(Question::WhyHit(question))] = &*effects else {
        panic!("{effects:?}")
    };
    assert_eq!(
        (question.text.as_str(), question.row),
        ("n:1", Some((1, 4)))
    );
    let why = WhyHit {
        key: key("b"),
        row: question.row,
        level: "Slightly misspelt".to_owned(),
        words: Vec::new(),
        order: Vec::new(),
    };
    job(&mut fixture, Done::WhyHit(Some(Box::new(why))));
    assert!(matches!(fixture.state.dialog(), Some(Dialog::WhyHit(_))));
    job(&mut fixture, Done::WhyHit(None));
    assert_eq!(fixture.state.notices.iter().len(), 1);
}
