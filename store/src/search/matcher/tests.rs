use super::*;
use crate::key::Key;
use crate::path::{Path, walk};
use crate::record::{Meta, Record};
use crate::search::mode::{Level, Mode};
use crate::search::query::Query;
use crate::value::{EncodedValue, Value};

pub(crate) fn record(key: &str, entries: &[(&str, Value)]) -> Record {
    let entries = entries.iter();
    let value = Value::Map(
        entries
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    );
    Record {
        key: Key::new(key).unwrap(),
        value: EncodedValue::encode(&value).unwrap(),
        meta: Meta::default(),
    }
}

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|&text| Value::from(text)).collect())
}

fn tootsie() -> Record {
    record(
        "film:1982:tootsie",
        &[
            ("title", Value::from("Tootsie")),
            ("year", Value::Int(1982)),
            (
                "cast",
                list(&["Dustin Hoffman", "Jessica Lange", "Teri Garr"]),
            ),
            ("genres", list(&["Comedy", "Romance"])),
            ("href", Value::Null),
            (
                "extract",
                Value::from(
                    "Tootsie is a 1982 American film, released on 17 December by Columbia Pictures.",
                ),
            ),
        ],
    )
}

fn paths_of(record: &Record) -> Vec<Path> {
    let mut paths = Vec::new();
    walk(record.value.view(), &mut |path, _| {
        let path = Path::parse(path).unwrap();
        if !paths.contains(&path) {
            paths.push(path);
        }
    });
    paths
}

fn level(record: &Record, query: &str, mode: Mode) -> Option<Level> {
    let query = Query::parse(query, &paths_of(record));
    Matcher::new(&query, mode)
        .matches(record.as_ref())
        .map(|found| found.level)
}

fn fuzzy(query: &str) -> Option<Level> {
    level(&tootsie(), query, Mode::Fuzzy)
}

#[test]
fn all_words_must_match_and_each_may_match_anywhere() {
    assert_eq!(fuzzy("hoffman "), Some(Level::Exact));
    assert_eq!(fuzzy("HOFFMAN jessica"), Some(Level::Exact));
    assert_eq!(fuzzy("hoffman spielberg"), None);
    assert_eq!(fuzzy("hoffm"), Some(Level::Prefix));
    assert_eq!(fuzzy("hoffm "), None);
    assert_eq!(fuzzy("hofmn dustn"), Some(Level::Typos));
    assert_eq!(fuzzy("hofman dustn"), Some(Level::SlightTypos));
    assert_eq!(fuzzy("hofman dustin "), Some(Level::SlightTypos));
    assert_eq!(fuzzy("tootsie 1982"), Some(Level::Exact));
    assert_eq!(fuzzy("1983"), None);
    assert_eq!(fuzzy("198"), Some(Level::Prefix));
    assert_eq!(fuzzy(""), Some(Level::Exact));
}

#[test]
fn conditions_on_paths_match() {
    for query in [
        "year:1982 genres:comedy",
        "title^=Toot",
        "title^=toot",
        "cast*=hoff",
        "year>=1982 year<1983",
        "year:1980..1989",
        "href:null",
        "nothing OR title:exists",
        "-genres:war",
        "genres!=War",
        "cast=\"dustin hoffman\"",
        "cast:\"dustin hoffman\"",
        "cast~hofman",
        "$key^=film:1982",
        "$key:tootsie",
        "title:too",
        "title:/^t.*e$/",
        "genres:(war OR comedy)",
    ] {
        assert!(fuzzy(query).is_some(), "{query}");
    }
    for query in [
        "year:198",
        "year=\"1982\"",
        "title^=ootsie",
        "genres:war",
        "-genres:comedy",
        "genres!=Comedy",
        "href:missing",
        "title:null",
        "cast=hoffman",
        "title:tootsi ",
        "year>1982",
        "title:hoffman",
    ] {
        assert_eq!(fuzzy(query), None, "{query}");
    }
}

#[test]
fn modes_differ_in_how_they_compare_plain_words() {
    let film = tootsie();
    assert_eq!(level(&film, "hoffm", Mode::Exact), None);
    assert_eq!(level(&film, "hoffman", Mode::Exact), Some(Level::Exact));
    assert_eq!(level(&film, "offma", Mode::Exact), None);
    assert_eq!(level(&film, "offma", Mode::Contains), Some(Level::Inside));
    assert_eq!(level(&film, "offma", Mode::Fuzzy), None);
    assert_eq!(level(&film, "*offma*", Mode::Fuzzy), Some(Level::Inside));
    assert_eq!(level(&film, "hofman", Mode::Contains), None);
    assert_eq!(
        level(&film, "hofman~", Mode::Exact),
        Some(Level::SlightTypos)
    );
    assert_eq!(level(&film, "ho", Mode::Contains), Some(Level::Prefix));
    assert_eq!(level(&film, "tin-hof", Mode::Contains), Some(Level::Inside));
    assert_eq!(level(&film, ",", Mode::Contains), Some(Level::Exact));
}

#[test]
fn words_typed_without_a_space_must_be_adjacent() {
    assert_eq!(fuzzy("film:1982:toots"), Some(Level::Prefix));
    assert_eq!(fuzzy("1982:film"), None);
    assert_eq!(fuzzy("\"dustin hoffman\""), Some(Level::Exact));
    assert_eq!(fuzzy("\"hoffman dustin\""), None);
    assert_eq!(fuzzy("\"dustin hof"), Some(Level::Prefix));
}

#[test]
fn split_and_joined_words_cost_a_slight_typo() {
    assert_eq!(fuzzy("dustinhoffman"), Some(Level::SlightTypos));
    assert_eq!(fuzzy("too tsie"), Some(Level::SlightTypos));
    assert_eq!(fuzzy("columbia pic tures"), Some(Level::SlightTypos));
    assert_eq!(level(&tootsie(), "dustinhoffman", Mode::Exact), None);
}

#[test]
fn negated_words_are_compared_exactly() {
    assert_eq!(fuzzy("tootsie -hoffman"), None);
    assert_eq!(fuzzy("tootsie -hofman"), Some(Level::Exact));
    assert_eq!(fuzzy("tootsie -hoffm"), Some(Level::Exact));
    assert_eq!(fuzzy("NOT spielberg"), Some(Level::Exact));
}

#[test]
fn keys_are_found_by_their_camel_case_parts() {
    let record = record("user:dueDateHTTPServer", &[("x", Value::from("innerPart"))]);
    for query in ["date ", "http ", "server ", "user ", "duedatehttpserver "] {
        assert_eq!(
            level(&record, query, Mode::Fuzzy),
            Some(Level::Exact),
            "{query}"
        );
    }
    assert_eq!(level(&record, "part ", Mode::Fuzzy), None);
}

#[test]
fn scripts_without_spaces_are_found_inside_a_run() {
    let record = record("k", &[("name", Value::from("東京都渋谷区 SHIBUYA"))]);
    for query in ["京都", "渋谷区", "東", "京都渋谷 shibuya"] {
        assert_eq!(
            level(&record, query, Mode::Exact),
            Some(Level::Exact),
            "{query}"
        );
    }
    assert_eq!(level(&record, "都京", Mode::Fuzzy), None);
}

#[test]
fn marks_that_are_letters_tell_words_apart() {
    let record = record("k", &[("w", Value::from("หมู ガラス かぎ café"))]);
    let exact = |query: &str| level(&record, query, Mode::Exact);
    for query in ["หมู", "ガラス", "かぎ", "cafe", "ca\u{AD}fé"] {
        assert_eq!(exact(query), Some(Level::Exact), "{query}");
    }
    for query in ["หมี", "カラス", "かき", "カ"] {
        assert_eq!(exact(query), None, "{query}");
    }
}

#[test]
fn symbols_and_emoji_are_found_as_they_stand() {
    let party = record("a", &[("t", Value::from("It's 🎉 time, 5 € + tip & more"))]);
    let plain = record("b", &[("t", Value::from("No party, no price"))]);
    for query in [
        "🎉",
        "\"🎉\"",
        "t:🎉",
        "t~🎉",
        "*🎉*",
        "€",
        "'€",
        "time 🎉",
        "5 €",
        "+",
    ] {
        for mode in [Mode::Fuzzy, Mode::Exact, Mode::Contains] {
            assert!(level(&party, query, mode).is_some(), "{query} {mode:?}");
            assert_eq!(level(&plain, query, mode), None, "{query} {mode:?}");
        }
    }
    // Beside words, punctuation only separates.
    assert!(level(&plain, "party & price", Mode::Exact).is_some());
    assert_eq!(level(&party, "🎉 -€", Mode::Fuzzy), None);
    // An operator waits for what it applies to.
    for query in ["-", "'", "&", "(", "\""] {
        assert!(level(&plain, query, Mode::Fuzzy).is_some(), "{query}");
    }
}

#[test]
fn an_empty_text_in_quotes_means_the_empty_text() {
    let empty = record("a", &[("notes", Value::from(""))]);
    let full = record("b", &[("notes", Value::from("x"))]);
    let missing = record("c", &[("other", Value::from(""))]);
    for query in ["notes:\"\"", "notes=\"\""] {
        assert!(level(&empty, query, Mode::Fuzzy).is_some(), "{query}");
        assert_eq!(level(&full, query, Mode::Fuzzy), None, "{query}");
        assert_eq!(level(&missing, query, Mode::Fuzzy), None, "{query}");
    }
    assert_eq!(level(&empty, "-notes:\"\"", Mode::Fuzzy), None);
    assert!(level(&full, "-notes:\"\"", Mode::Fuzzy).is_some());
}

#[test]
fn a_number_is_found_as_it_is_shown_and_as_it_may_be_written() {
    let number = |float: f64| record("k", &[("n", Value::from(float))]);
    for (float, queries) in [
        (7.0, ["7.0", "7", "7.00", "7e0", "n:7.0"].as_slice()),
        (1e300, &["1e300", "1E+300", "n:1e300", "10e299"]),
        (1.5e-9, &["1.5e-9", "n:1.5e-9"]),
        (12.5, &["12.5", "12.50", "n:12.50"]),
        (1e21, &["1e21", "1000000000000000000000"]),
    ] {
        for query in queries {
            for mode in [Mode::Fuzzy, Mode::Exact] {
                let found = level(&number(float), query, mode);
                assert_eq!(found, Some(Level::Exact), "{float:?} {query} {mode:?}");
            }
        }
    }
    for (float, query) in [(7.0, "0"), (7.5, "7.0"), (70.0, "7.0"), (12.5, "1.25")] {
        let found = level(&number(float), query, Mode::Fuzzy);
        assert_eq!(found, None, "{float:?} {query}");
    }
    // A text that looks like a number has its own words only.
    let text = record("k", &[("n", Value::from("version 7"))]);
    assert_eq!(level(&text, "7.0", Mode::Fuzzy), None);
}

#[test]
fn a_code_with_leading_zeros_is_a_text() {
    let text = record("a", &[("code", Value::from("0300"))]);
    let number = record("b", &[("code", Value::from(300))]);
    for query in ["code=0300", "code:0300", "code!=300"] {
        assert!(level(&text, query, Mode::Fuzzy).is_some(), "{query}");
        assert_eq!(level(&number, query, Mode::Fuzzy), None, "{query}");
    }
    for query in ["code=300", "code:300", "code!=0300"] {
        assert!(level(&number, query, Mode::Fuzzy).is_some(), "{query}");
        assert_eq!(level(&text, query, Mode::Fuzzy), None, "{query}");
    }
}

#[test]
fn dates_match_timestamps_and_texts() {
    let seen = crate::value::Timestamp::parse("2020-05-01T20:00:00Z").unwrap();
    let record = record(
        "k",
        &[
            ("seen", Value::Timestamp(seen)),
            ("born", Value::from("1937-08-08")),
            ("zip", Value::from("10115")),
        ],
    );
    for query in [
        "seen:2020-05-01",
        "seen>=2020-05-01",
        "seen<=2020-05-01",
        "seen<2020-05-02",
        "born:1937-08-08",
        "born<1950-01-01",
        "born:1930-01-01..1937-08-08",
        "seen=2020-05-01",
        "zip:10115",
        "seen>2020-05-01T19:00:00Z",
        "seen:[2020-01-01 TO *]",
    ] {
        assert!(level(&record, query, Mode::Fuzzy).is_some(), "{query}");
    }
    for query in [
        "seen>2020-05-01",
        "seen<2020-05-01",
        "born>1937-08-08",
        "zip>=10115",
        "zip=10115",
    ] {
        assert_eq!(level(&record, query, Mode::Fuzzy), None, "{query}");
    }
}

#[test]
fn the_last_day_of_the_last_year_is_a_date_like_any_other() {
    let never = record(
        "k",
        &[
            (
                "until",
                Value::Timestamp(crate::value::Timestamp::parse("9999-12-31T23:59:59Z").unwrap()),
            ),
            ("time", Value::from("9999-12-31T23:59:59Z")),
            ("day", Value::from("9999-12-31")),
        ],
    );
    for query in [
        "until>2030-01-01",
        "until:9999-12-31",
        "until<=9999-12-31",
        "time>=2030-01-01",
        "time:2031-01-01..9999-12-31",
        "day>2030-01-01",
        "day:2031-01-01..9999-12-31",
        "day=9999-12-31",
    ] {
        assert!(level(&never, query, Mode::Fuzzy).is_some(), "{query}");
    }
    for query in ["until<9999-12-31", "day<2030-01-01", "time>9999-12-31"] {
        assert_eq!(level(&never, query, Mode::Fuzzy), None, "{query}");
    }
}

#[test]
fn rank_prefers_key_then_whole_value_then_start_then_nearness() {
    let ranked = [
        record("dustin hoffman", &[("a", Value::from("x"))]),
        record(
            "a",
            &[
                ("a", Value::from("x")),
                ("b", Value::from("Dustin Hoffman")),
            ],
        ),
        record("b", &[("a", Value::from("Dustin Hoffman stars"))]),
        record("c", &[("a", Value::from("with Dustin Hoffman"))]),
        record("d", &[("a", Value::from("with young Dustin Hoffman"))]),
        record("e", &[("a", Value::from("Starring Dustin Lee Hoffman"))]),
        record("f", &[("a", Value::from("with Hoffman, Dustin"))]),
        record(
            "g",
            &[
                ("a", Value::from("with Dustin")),
                ("b", Value::from("and Hoffman")),
            ],
        ),
        record("h", &[("a", Value::from("Dustin Hoffmann"))]),
    ];
    let query = Query::parse("dustin hoffman ", &crate::search::NoPaths);
    let matcher = Matcher::new(&query, Mode::Fuzzy);
    let keys: Vec<u64> = ranked
        .iter()
        .map(|record| matcher.matches(record.as_ref()).unwrap().key.get())
        .collect();
    assert!(keys.is_sorted_by(|left, right| left < right), "{keys:?}");
}

#[test]
fn what_was_typed_decides_between_equals() {
    let best = |query: &str, texts: &[&str]| -> String {
        let records: Vec<_> = texts
            .iter()
            .map(|text| record("k", &[("t", Value::from(*text))]))
            .collect();
        let query = Query::parse(query, &paths_of(&records[0]));
        let matcher = Matcher::new(&query, Mode::Fuzzy);
        let keys = records
            .iter()
            .map(|record| matcher.matches(record.as_ref()).unwrap().key);
        let (_, best) = keys.zip(texts).min().unwrap();
        (*best).to_owned()
    };
    for (query, texts, expected) in [
        ("schön", ["schon", "schön"], "schön"),
        ("schon", ["schön", "schon"], "schon"),
        ("résumé", ["resume", "résumé"], "résumé"),
        ("C++", ["C", "C++"], "C++"),
        ("C++", ["C#", "C++"], "C++"),
        ("C#", ["C", "C#"], "C#"),
        ("\"C++\"", ["C", "C++"], "C++"),
        ("t:C++", ["C", "C++"], "C++"),
        (".net", ["net", ".net"], ".net"),
        ("US", ["us", "US"], "US"),
        ("us", ["US", "us"], "us"),
        // The number of characters counts, not of bytes.
        ("tea", ["tea with milk", "tea ééé"], "tea ééé"),
        // A small letter does not ask for small letters before a shorter text.
        ("apple", ["Apple pie", "apple pie recipe"], "Apple pie"),
    ] {
        assert_eq!(best(query, &texts), expected, "{query}");
    }
}

#[test]
fn highlights_mark_the_words_that_matched() {
    let film = tootsie();
    let marked = |query: &str| -> Vec<(String, String)> {
        let query = Query::parse(query, &paths_of(&film));
        let mut marked = Vec::new();
        for highlight in Matcher::new(&query, Mode::Fuzzy).highlights(film.as_ref()) {
            let (name, text) = match &highlight.place {
                HighlightPlace::Key => ("key".to_owned(), film.key.as_str().to_owned()),
                HighlightPlace::Value { path, occurrence } => {
                    let mut texts = Vec::new();
                    walk(film.value.view(), &mut |found, value| {
                        if found == path {
                            let text = crate::search::text::leaf_text(value, &mut String::new())
                                .map(str::to_owned);
                            texts.push(text.unwrap_or_default());
                        }
                    });
                    (format!("{path}{occurrence}"), texts[*occurrence].clone())
                }
            };
            for range in highlight.ranges {
                marked.push((name.clone(), text.get(range).unwrap().to_owned()));
            }
        }
        marked
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(place, text)| ((*place).to_owned(), (*text).to_owned()))
            .collect()
    };
    assert_eq!(
        marked("hofman gar"),
        pairs(&[("cast[]0", "Hoffman"), ("cast[]2", "Gar")])
    );
    assert_eq!(
        marked("tootsie "),
        pairs(&[
            ("key", "tootsie"),
            ("title0", "Tootsie"),
            ("extract0", "Tootsie")
        ])
    );
    assert_eq!(marked("title^=Toot"), pairs(&[("title0", "Toot")]));
    assert_eq!(marked("year:1982"), pairs(&[("year0", "1982")]));
    assert_eq!(
        marked("genres:comedy -war"),
        pairs(&[("genres[]0", "Comedy")])
    );
    assert_eq!(
        marked("dustinhoffman"),
        pairs(&[("cast[]0", "Dustin Hoffman")])
    );
    assert!(marked("nothing").is_empty());
}

#[test]
fn an_explanation_names_the_word_and_its_place() {
    let film = tootsie();
    let query = Query::parse("hofman lange", &paths_of(&film));
    let explanation = Matcher::new(&query, Mode::Fuzzy)
        .explain(film.as_ref())
        .unwrap();
    assert_eq!(explanation.level, Level::SlightTypos);
    let reasons: Vec<(&str, &str, Level)> = explanation
        .reasons
        .iter()
        .map(|reason| (reason.word.as_str(), reason.found.as_str(), reason.level))
        .collect();
    assert_eq!(
        reasons,
        [
            ("hofman", "Hoffman", Level::SlightTypos),
            ("lange", "Lange", Level::Exact)
        ]
    );
}
