//! Quality of the results: misspelt queries find the intended word.
//!
//! Every intended word is in one record among thousands of others. `pairs.txt` names the source of
//! the misspellings. The test counts and measures no time, so it does not depend on the machine.

use std::collections::BTreeSet;

use vstore::value::{EncodedValue, Value};
use vstore::{
    CancelToken, Key, Level, Meta, Mode, PathCatalog, Query, Record, SearchControl, SearchOptions,
    SearchResult, search,
};

const PAIRS: &str = include_str!("pairs.txt");
const DISTRACTORS: &str = include_str!("distractors.txt");
/// Records without any intended word.
const DISTRACTOR_RECORDS: usize = 6_000;

/// A typed text and the intended one: one word, or two.
fn pairs() -> Vec<(String, String)> {
    let lines = PAIRS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let (typed, meant) = words.split_at(words.len() / 2);
            assert_eq!(typed.len(), meant.len(), "{line}");
            (typed.join(" "), meant.join(" "))
        })
        .collect()
}

/// A record that looks like a row of a customer table with its words at three paths.
fn record(number: usize, name: &str, city: &str, note: &str) -> Record {
    let entry = |name: &str, text: &str| (name.to_owned(), Value::from(text));
    let value = Value::Map(vec![
        ("id".to_owned(), Value::Int(number as i64)),
        (
            "profile".to_owned(),
            Value::Map(vec![entry("name", name), entry("city", city)]),
        ),
        entry("note", note),
    ]);
    Record {
        key: Key::new(&format!("row:{number:05}")).unwrap(),
        value: EncodedValue::encode(&value).unwrap(),
        meta: Meta::default(),
    }
}

/// One record for each intended text, then distractors: words similar to the intended ones, in
/// varying combinations.
fn corpus(meant: &[String]) -> Vec<Record> {
    let words: Vec<&str> = DISTRACTORS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect();
    let word = |number: usize| words[number % words.len()];
    let phrase = |number: usize| {
        let words: Vec<&str> = (0..5).map(|nth| word(number * 7 + nth * 131)).collect();
        words.join(" ")
    };
    let targets = meant.iter().enumerate().map(|(number, meant)| {
        // Names are in a field for names, words inside texts.
        if number % 2 == 0 {
            record(number, meant, word(number), &phrase(number))
        } else {
            let note = format!("{} {meant} {}", word(number * 3), word(number * 5 + 1));
            record(number, word(number), word(number + 17), &note)
        }
    });
    let others = (meant.len()..meant.len() + DISTRACTOR_RECORDS).map(|number| {
        let name = format!("{} {}", word(number * 13), word(number * 29 + 3));
        record(number, &name, word(number * 11), &phrase(number))
    });
    targets.chain(others).collect()
}

fn find(records: &[Record], catalog: &PathCatalog, text: &str, mode: Mode) -> SearchResult {
    let options = SearchOptions {
        mode,
        limit: Some(100),
        ..SearchOptions::default()
    };
    let query = Query::parse(text, catalog);
    search(records, &query, &options, &SearchControl::unlimited())
}

fn meant_texts(pairs: &[(String, String)]) -> Vec<String> {
    let meant: BTreeSet<&String> = pairs.iter().map(|(_, meant)| meant).collect();
    meant.into_iter().cloned().collect()
}

#[test]
fn what_was_meant_stands_among_the_first() {
    let pairs = pairs();
    assert!(pairs.len() >= 300, "{}", pairs.len());
    let meant = meant_texts(&pairs);
    let records = corpus(&meant);
    let catalog = PathCatalog::of(records.as_slice(), &CancelToken::never()).unwrap();
    let (mut in_three, mut in_ten, mut later) = (0, 0, Vec::new());
    for (typed, intended) in &pairs {
        let row = meant.binary_search(intended).unwrap();
        let key = records[row].key.as_str();
        let found = find(&records, &catalog, typed, Mode::Fuzzy);
        let place = found.hits.iter().position(|hit| hit.key == key);
        in_three += usize::from(place.is_some_and(|place| place < 3));
        in_ten += usize::from(place.is_some_and(|place| place < 10));
        if place.is_none_or(|place| place >= 3) {
            later.push((typed, intended, place));
        }
    }
    let percent = |count: usize| count as f64 * 100.0 / pairs.len() as f64;
    assert!(percent(in_three) >= 95.0, "{in_three}: {later:?}");
    assert!(percent(in_ten) >= 98.0, "{in_ten}: {later:?}");
}

#[test]
fn an_exact_hit_stands_above_every_similar_one() {
    let pairs = pairs();
    let meant = meant_texts(&pairs);
    let records = corpus(&meant);
    let catalog = PathCatalog::of(records.as_slice(), &CancelToken::never()).unwrap();
    for text in meant.iter().step_by(5) {
        let fuzzy = find(&records, &catalog, text, Mode::Fuzzy);
        let exact = find(&records, &catalog, text, Mode::Exact);
        let levels: Vec<Level> = fuzzy.hits.iter().map(|hit| hit.level).collect();
        assert!(levels.is_sorted(), "{text}: {levels:?}");
        assert!(exact.total >= 1, "{text}");
        assert_eq!(fuzzy.counts.exact(), exact.total, "{text}");
        let first: Vec<&str> = fuzzy.hits.iter().map(|hit| hit.key).collect();
        let wanted: Vec<&str> = exact.hits.iter().map(|hit| hit.key).collect();
        assert!(first.starts_with(&wanted), "{text}: {wanted:?} {first:?}");
    }
}

#[test]
fn numbers_and_short_words_are_never_taken_for_others() {
    let records = vec![
        record(1, "Tom", "Rome", "2001"),
        record(2, "Tim", "Lyon", "2000"),
        record(3, "Kim", "Bonn", "ab12"),
    ];
    let catalog = PathCatalog::of(records.as_slice(), &CancelToken::never()).unwrap();
    for text in ["Tom ", "2001", "ab12"] {
        let found = find(&records, &catalog, text, Mode::Fuzzy);
        assert_eq!((found.total, found.counts.exact()), (1, 1), "{text}");
    }
}
