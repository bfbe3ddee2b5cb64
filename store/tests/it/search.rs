//! Searching through the public interface: hits, their order, and invariants of any query over any
//! records.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use vstore::search::{Explanation, HighlightPlace, PartialSink};
use vstore::value::{EncodedValue, Value};
use vstore::{
    CancelSource, CancelToken, Key, Level, Matcher, Meta, Millis, Mode, PathCatalog, Query, Record,
    SearchControl, SearchOptions, SearchResult, Sort, SortBy, search,
};

fn record(key: &str, value: Value) -> Record {
    Record {
        key: Key::new(key).unwrap(),
        value: EncodedValue::encode(&value).unwrap(),
        meta: Meta::default(),
    }
}

fn film(title: &str, year: i64, cast: &[&str], genres: &[&str], extract: &str) -> Record {
    let list = |texts: &[&str]| Value::List(texts.iter().map(|&text| Value::from(text)).collect());
    let entries = [
        ("title", Value::from(title)),
        ("year", Value::Int(year)),
        ("cast", list(cast)),
        ("genres", list(genres)),
        ("extract", Value::from(extract)),
    ];
    let entries = entries
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    record(&format!("{title} ({year})"), Value::Map(entries.collect()))
}

fn films() -> Vec<Record> {
    vec![
        film(
            "Tootsie",
            1982,
            &["Dustin Hoffman", "Jessica Lange"],
            &["Comedy"],
            "An actor dresses as a woman.",
        ),
        film(
            "Rain Man",
            1988,
            &["Dustin Hoffman", "Tom Cruise"],
            &["Drama"],
            "Two brothers meet.",
        ),
        film(
            "Hook",
            1991,
            &["Dustin Hoffman", "Robin Williams"],
            &["Fantasy"],
            "Peter Pan comes back.",
        ),
        film(
            "Star 80",
            1983,
            &["Mariel Hemingway"],
            &["Drama"],
            "The life of a model.",
        ),
        film(
            "Starman",
            1984,
            &["Jeff Bridges"],
            &["Romance"],
            "A visitor from a star.",
        ),
        film(
            "Star Trek II",
            1982,
            &["William Shatner"],
            &["Adventure"],
            "The wrath of Khan.",
        ),
        film(
            "Porky's",
            1982,
            &["Dan Monahan"],
            &["Comedy"],
            "Students in Florida.",
        ),
        film(
            "Capote",
            2005,
            &["Philip Seymour Hoffman"],
            &["Drama"],
            "A writer. Not a Hoffmann in it.",
        ),
        film(
            "Amélie",
            2001,
            &["Audrey Tautou"],
            &["Comedy", "Romance"],
            "Shot in New York? No, Paris.",
        ),
    ]
}

fn parse(records: &[Record], text: &str) -> Query {
    Query::parse(
        text,
        &PathCatalog::of(records, &CancelToken::never()).unwrap(),
    )
}

fn run(records: &[Record], text: &str, options: SearchOptions) -> SearchResult {
    search(
        records,
        &parse(records, text),
        &options,
        &SearchControl::unlimited(),
    )
}

fn keys(result: &SearchResult) -> Vec<String> {
    result.hits.iter().map(|hit| hit.key.to_owned()).collect()
}

fn found(text: &str) -> Vec<String> {
    keys(&run(&films(), text, SearchOptions::default()))
}

#[test]
fn names_are_found_as_typed_and_with_typos() {
    let hoffman = found("hoffman");
    assert_eq!(
        hoffman[..4],
        [
            "Hook (1991)",
            "Rain Man (1988)",
            "Tootsie (1982)",
            "Capote (2005)"
        ]
    );
    let mut with_typos = found("hofman dustn");
    with_typos.sort();
    assert_eq!(
        with_typos,
        ["Hook (1991)", "Rain Man (1988)", "Tootsie (1982)"]
    );
    assert_eq!(found("AMELIE "), ["Amélie (2001)"]);
}

#[test]
fn conditions_narrow_the_result() {
    assert_eq!(
        found("year:1982 genres:comedy"),
        ["Porky's (1982)", "Tootsie (1982)"]
    );
    assert_eq!(
        found("title^=Star"),
        ["Star 80 (1983)", "Star Trek II (1982)", "Starman (1984)"]
    );
    assert_eq!(found("year:1983..1985 -genres:drama"), ["Starman (1984)"]);
    assert_eq!(found("$key^=\"Rain Man\""), ["Rain Man (1988)"]);
}

#[test]
fn exact_records_come_before_similar_ones() {
    let records = films();
    for text in ["hoffman", "star", "hoffmann", "new", "drama"] {
        let result = run(&records, text, SearchOptions::default());
        assert!(
            result.hits.iter().is_sorted_by_key(|hit| hit.level),
            "{text}"
        );
        assert!(
            result.hits.iter().is_sorted_by_key(|hit| hit.sort_key),
            "{text}"
        );
    }
    let result = run(&records, "hoffmann ", SearchOptions::default());
    assert_eq!(result.hits.get(0).unwrap().key, "Capote (2005)");
    assert_eq!((result.counts.exact(), result.counts.similar()), (1, 3));
}

#[test]
fn every_beginning_of_a_query_gives_an_answer() {
    let records = films();
    let text = "year:1982 (genres:comedy OR title^=\"Star\") -cast~hofman /re/ *mit* 'x [a";
    for (end, _) in text.char_indices() {
        let result = run(&records, text.get(..end).unwrap(), SearchOptions::default());
        assert!(result.complete);
        assert_eq!(result.total, result.hits.len() as u64);
    }
}

#[test]
fn a_limit_lists_the_first_and_counts_all() {
    let records = many(5000);
    let all = run(&records, "common", SearchOptions::default());
    assert_eq!((all.total, all.hits.len()), (5000, 5000));
    for limit in [0, 1, 10, 2600] {
        let options = SearchOptions {
            limit: Some(limit),
            ..SearchOptions::default()
        };
        let first = run(&records, "common", options);
        assert_eq!((first.total, first.counts), (all.total, all.counts));
        assert_eq!(keys(&first), keys(&all)[..limit]);
    }
}

/// Records whose relevance, key order and times all differ.
fn many(count: i64) -> Vec<Record> {
    (0..count)
        .map(|index| {
            let padding = "word ".repeat((index * 7 % 13) as usize);
            let mut record = record(
                &format!("k{index:05}"),
                Value::from(format!("{padding}common")),
            );
            record.meta.modified_at = Millis(index * 7919 % 1009 - 500);
            record.meta.expires_at = (index % 3 == 0).then_some(Millis(index % 17));
            record
        })
        .collect()
}

#[test]
fn hits_can_be_sorted_by_key_and_times_in_both_directions() {
    let records = many(3000);
    let sorted = |by, descending, limit| {
        let sort = Sort { by, descending };
        let options = SearchOptions {
            sort,
            limit,
            ..SearchOptions::default()
        };
        keys(&run(&records, "common", options))
    };
    let expected = |order: &dyn Fn(&Record) -> i64, descending: bool| -> Vec<String> {
        let mut expected: Vec<&Record> = records.iter().collect();
        expected.sort_by_key(|record| {
            let order = i128::from(order(record));
            if descending { -order } else { order }
        });
        expected
            .iter()
            .map(|record| record.key.as_str().to_owned())
            .collect()
    };
    let modified = |record: &Record| record.meta.modified_at.0;
    let expires = |record: &Record| record.meta.expires_at.map_or(i64::MAX, |at| at.0);
    for descending in [false, true] {
        assert_eq!(
            sorted(SortBy::Modified, descending, None),
            expected(&modified, descending)
        );
        assert_eq!(
            sorted(SortBy::Expires, descending, None),
            expected(&expires, descending)
        );
        let first = sorted(SortBy::Modified, descending, Some(700));
        assert_eq!(first, expected(&modified, descending)[..700]);
        let mut by_key = expected(&|_| 0, false);
        if descending {
            by_key.reverse();
        }
        assert_eq!(sorted(SortBy::Key, descending, None), by_key);
        assert_eq!(sorted(SortBy::Key, descending, Some(9)), by_key[..9]);
    }
}

#[test]
fn a_stale_search_gives_up_and_says_so() {
    let records = many(5000);
    let source = CancelSource::new();
    let cancel = source.renew();
    source.renew();
    let query = parse(&records, "common");
    let control = SearchControl::new(cancel);
    let result = search(
        records.as_slice(),
        &query,
        &SearchOptions::default(),
        &control,
    );
    assert!(!result.complete);
    assert_eq!(result.total, 0);
}

#[test]
fn partial_answers_are_published_when_they_are_due() {
    let records = many(20_000);
    let query = parse(&records, "common");
    let partials = Mutex::new(Vec::new());
    let was_asked = AtomicBool::new(false);
    let control = SearchControl {
        cancel: CancelToken::never(),
        partial: Some(PartialSink {
            is_due: &|| !was_asked.swap(true, Ordering::Relaxed),
            publish: &|partial| partials.lock().unwrap().push(partial),
        }),
    };
    let result = search(
        records.as_slice(),
        &query,
        &SearchOptions::default(),
        &control,
    );
    let partials = partials.into_inner().unwrap();
    assert_eq!(partials.len(), 1);
    let partial = &partials[0];
    assert!(!partial.complete && result.complete);
    assert!(partial.total > 0 && partial.total < result.total);
    assert!(partial.hits.len() <= 1000);
}

#[test]
fn a_hit_can_be_explained_and_highlighted() {
    let records = films();
    let query = parse(&records, "hofman dustn");
    let matcher = Matcher::new(&query, Mode::Fuzzy);
    let Explanation { level, reasons, .. } = matcher.explain(records[0].as_ref()).unwrap();
    assert_eq!(level, Level::SlightTypos);
    let found: Vec<&str> = reasons.iter().map(|reason| reason.found.as_str()).collect();
    assert_eq!(found, ["Hoffman", "Dustin"]);
    let highlights = matcher.highlights(records[0].as_ref());
    assert_eq!(highlights.len(), 1);
    let place = HighlightPlace::Value {
        path: "cast[]".to_owned(),
        occurrence: 0,
    };
    assert_eq!(highlights[0].place, place);
    assert_eq!(highlights[0].ranges, [0..6, 7..14]);
}

fn words() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "hoffman",
        "hofman",
        "hoffmann",
        "dustin",
        "new",
        "york",
        "newyork",
        "york",
        "datenbank",
        "daten",
        "bank",
        "Müller",
        "muller",
        "tom",
        "1982",
        "日本語",
        "ab12",
        "keyboard",
        "keybaord",
    ])
    .prop_map(str::to_owned)
}

fn stores() -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(prop::collection::vec(words(), 0..6), 1..12).prop_map(|records| {
        let records = records.into_iter().enumerate().map(|(index, words)| {
            let (name, rest) = words.split_at(words.len() / 2);
            let entries = vec![
                ("name".to_owned(), Value::from(name.join(" "))),
                (
                    "more".to_owned(),
                    Value::List(rest.iter().map(|word| Value::from(word.as_str())).collect()),
                ),
            ];
            record(&format!("k{index}"), Value::Map(entries))
        });
        records.collect()
    })
}

fn set(records: &[Record], text: &str, mode: Mode) -> Vec<String> {
    let options = SearchOptions {
        mode,
        ..SearchOptions::default()
    };
    let mut keys = keys(&run(records, text, options));
    keys.sort();
    keys
}

fn is_subset(small: &[String], large: &[String]) -> bool {
    small.iter().all(|key| large.contains(key))
}

proptest! {
    #[test]
    fn looser_modes_find_no_less(records in stores(), query in prop::collection::vec(words(), 1..4)) {
        let closed = format!("{} ", query.join(" "));
        let open = query.join(" ");
        let exact = set(&records, &closed, Mode::Exact);
        let prefix: Vec<String> = query.iter().map(|word| format!("{word}*")).collect();
        let prefix = set(&records, &prefix.join(" "), Mode::Exact);
        prop_assert!(is_subset(&exact, &set(&records, &closed, Mode::Fuzzy)));
        prop_assert!(is_subset(&set(&records, &closed, Mode::Fuzzy), &set(&records, &open, Mode::Fuzzy)));
        prop_assert!(is_subset(&exact, &prefix));
        prop_assert!(is_subset(&prefix, &set(&records, &closed, Mode::Contains)));
    }

    #[test]
    fn the_exact_level_is_what_exact_mode_finds(records in stores(), query in prop::collection::vec(words(), 1..4)) {
        let query = format!("{} ", query.join(" "));
        let fuzzy = run(&records, &query, SearchOptions::default());
        let exact = set(&records, &query, Mode::Exact);
        prop_assert_eq!(fuzzy.counts.exact(), exact.len() as u64);
    }

    #[test]
    fn the_order_of_words_does_not_change_what_is_found(
        records in stores(), query in prop::collection::vec(words(), 2..4),
    ) {
        let forwards = format!("{} ", query.join(" "));
        let backwards: Vec<String> = query.into_iter().rev().collect();
        let backwards = format!("{} ", backwards.join(" "));
        for mode in [Mode::Exact, Mode::Contains] {
            prop_assert_eq!(set(&records, &forwards, mode), set(&records, &backwards, mode));
        }
    }

    #[test]
    fn another_condition_never_finds_more(
        records in stores(), query in words(), more in words(), negate in any::<bool>(),
    ) {
        let before = set(&records, &format!("{query} "), Mode::Fuzzy);
        let sign = if negate { "-" } else { "name:" };
        let after = set(&records, &format!("{query}~ {sign}{more} "), Mode::Fuzzy);
        prop_assert!(is_subset(&after, &before));
    }

    #[test]
    fn a_longer_beginning_finds_no_more(records in stores(), query in words()) {
        let mut shorter: Option<Vec<String>> = None;
        for (end, character) in query.char_indices() {
            let found = set(&records, &format!("{}*", query.get(..end + character.len_utf8()).unwrap()), Mode::Exact);
            if let Some(shorter) = &shorter {
                prop_assert!(is_subset(&found, shorter));
            }
            shorter = Some(found);
        }
    }

    #[test]
    fn highlights_are_on_character_boundaries_and_only_of_what_fits(
        records in stores(), query in prop::collection::vec(words(), 1..3),
    ) {
        let query = parse(&records, &query.join(" "));
        let matcher = Matcher::new(&query, Mode::Fuzzy);
        for record in &records {
            let highlights = matcher.highlights(record.as_ref());
            prop_assert_eq!(!highlights.is_empty(), matcher.matches(record.as_ref()).is_some());
            for highlight in highlights {
                let mut texts = vec![record.key.as_str().to_owned()];
                if let HighlightPlace::Value { path, occurrence } = &highlight.place {
                    texts.clear();
                    let mut seen = 0;
                    vstore::walk(record.value.view(), &mut |found, value| {
                        if found == path {
                            if seen == *occurrence {
                                texts.extend(value.as_str().map(str::to_owned));
                            }
                            seen += 1;
                        }
                    });
                }
                let text = texts.pop().unwrap();
                for range in highlight.ranges {
                    prop_assert!(text.get(range).is_some_and(|marked| !marked.is_empty()));
                }
            }
        }
    }
}
