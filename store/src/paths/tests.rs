use std::borrow::Cow;

use super::*;
use crate::key::Key;
use crate::path::Path;
use crate::record::{Meta, Record};
use crate::search::{CancelSource, CancelToken, Condition, Resolution};
use crate::value::{EncodedValue, Timestamp, Value, ValueType};

fn map(entries: &[(&str, Value)]) -> Value {
    let entries = entries.iter();
    Value::Map(
        entries
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

fn record(key: &str, value: &Value) -> Record {
    Record {
        key: Key::new(key).unwrap(),
        value: EncodedValue::encode(value).unwrap(),
        meta: Meta::default(),
    }
}

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

/// Forty films over the years 1980 to 1989; every fourth without a rating, genres in lists.
fn films() -> Vec<Record> {
    (0..40)
        .map(|index: i64| {
            let genres = if index % 2 == 0 {
                vec![Value::from("Comedy"), Value::from("War")]
            } else {
                vec![Value::from("Comedy"), Value::from("Comedy")]
            };
            let mut entries = vec![
                ("title", Value::from(format!("Film {index:02}"))),
                ("year", Value::Int(1980 + index % 10)),
                ("genres", Value::List(genres)),
            ];
            if index % 4 != 0 {
                entries.push(("rating", Value::Float(index as f64 / 4.0)));
            }
            record(&format!("film:{index:02}"), &map(&entries))
        })
        .collect()
}

fn stats(records: &[Record], text: &str) -> PathStatistics {
    statistics(records, &path(text), &CancelToken::never()).unwrap()
}

#[test]
fn a_catalogue_counts_records_once_and_values_each() {
    let films = films();
    let catalog = PathCatalog::of(films.as_slice(), &CancelToken::never()).unwrap();
    let genres = catalog.get(&path("genres[]")).unwrap();
    assert_eq!(
        (genres.records, genres.of_type(ValueType::String)),
        (40, 80)
    );
    let rating = catalog.get(&path("rating")).unwrap();
    assert_eq!((rating.records, rating.values()), (30, 30));
    let paths: Vec<&str> = catalog.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["genres", "genres[]", "rating", "title", "year"]);
}

#[test]
fn adding_merging_and_removing_give_the_same_counts_as_reading_all() {
    let films = films();
    let whole = PathCatalog::of(films.as_slice(), &CancelToken::never()).unwrap();
    let (left, right) = films.split_at(13);
    let mut catalog = PathCatalog::of(left, &CancelToken::never()).unwrap();
    catalog.merge(&PathCatalog::of(right, &CancelToken::never()).unwrap());
    let same = |left: &PathCatalog, right: &PathCatalog| left.iter().eq(right.iter());
    assert!(same(&catalog, &whole));

    let before = catalog.clone();
    let other = record(
        "x",
        &map(&[
            ("year", Value::Null),
            ("more", map(&[("deep", Value::Int(1))])),
        ]),
    );
    catalog.add(other.as_ref());
    assert_eq!(catalog.len(), whole.len() + 2);
    assert_eq!(catalog.get(&path("year")).unwrap().records, 41);
    catalog.remove(other.as_ref());
    assert!(same(&catalog, &whole) && same(&before, &whole));
    for film in &films {
        catalog.remove(film.as_ref());
    }
    assert!(catalog.is_empty());
}

#[test]
fn replacing_a_record_gives_the_same_counts_as_reading_all() {
    let texts = [
        r#"{"a":1,"b":{"c":[1,{"d":null}]}}"#,
        r#"{"a":2,"b":{"c":[3,{"d":null}]}}"#,
        r#"{"a":2,"b":{"c":[3,{"d":"x"}]}}"#,
        r#"{"a":2,"b":{"c":[3,4]}}"#,
        r#"{"a":2,"b":{"e":[3,4]}}"#,
        r#"{"b":{"c":[]},"a":true}"#,
        r#"{"a":[],"b":"text"}"#,
        r#"{"a":"no text","b":5}"#,
        "[[1],2]",
        "[[7],8]",
        "3",
        "4.5",
    ];
    let records: Vec<Record> = texts
        .iter()
        .map(|text| {
            record(
                "k",
                &crate::value::json::parse_text(text).unwrap().0.to_value(),
            )
        })
        .collect();
    for before in &records {
        for after in &records {
            let mut catalog = PathCatalog::new();
            catalog.add_all(records.iter().map(Record::as_ref));
            catalog.add(before.as_ref());
            let change = (Some(before.as_ref()), Some(after.as_ref()));
            catalog.replace_all(std::iter::once(change));
            let mut expected = PathCatalog::new();
            expected.add_all(records.iter().chain([after]).map(Record::as_ref));
            assert!(catalog.iter().eq(expected.iter()), "{before:?} {after:?}");
        }
    }
}

#[test]
fn names_resolve_through_lists_and_by_their_last_segments() {
    let mut catalog = PathCatalog::new();
    let value = map(&[
        ("genres", Value::List(vec![Value::from("x")])),
        ("a", map(&[("zip", Value::Int(1)), ("only", Value::Int(1))])),
        ("b", map(&[("zip", Value::Int(1))])),
    ]);
    catalog.add(record("k", &value).as_ref());
    for name in ["genres", "GENRES", "genres[]", "genres[3]"] {
        assert_eq!(
            catalog.resolve(name),
            Resolution::Paths(vec![path("genres")]),
            "{name}"
        );
    }
    assert_eq!(
        catalog.resolve("only"),
        Resolution::Paths(vec![path("a.only")])
    );
    let both = vec![path("a.zip"), path("b.zip")];
    assert_eq!(catalog.resolve("zip"), Resolution::Ambiguous(both.clone()));
    assert_eq!(catalog.resolve("**.zip"), Resolution::Paths(both));
    assert_eq!(catalog.resolve("nothing"), Resolution::Unknown);
    assert_eq!(catalog.resolve("a b"), Resolution::Unknown);
}

#[test]
fn a_catalogue_stops_growing_at_its_limit() {
    let entries: Vec<(String, Value)> = (0..=PATHS_MAX)
        .map(|index| (format!("n{index}"), Value::Null))
        .collect();
    let mut catalog = PathCatalog::new();
    catalog.add(record("k", &Value::Map(entries)).as_ref());
    assert_eq!(catalog.len(), PATHS_MAX);
    assert!(catalog.has_overflowed());
}

#[test]
fn statistics_have_types_values_minimum_and_maximum() {
    let films = films();
    let years = stats(&films, "year");
    assert_eq!((years.records_with, years.records_without), (40, 0));
    assert_eq!(years.types[ValueType::Int as usize], 40);
    assert_eq!(
        years.distinct,
        Distinct {
            count: 10,
            is_estimate: false
        }
    );
    assert_eq!(years.min_max, Some((Value::Int(1980), Value::Int(1989))));
    let bins = years.histogram.unwrap().bins;
    assert_eq!(bins.len(), 10);
    assert!(
        bins.iter()
            .all(|bin| bin.count == 4 && (bin.to - bin.from - 1.0).abs() < 1e-9)
    );

    let ratings = stats(&films, "rating");
    assert_eq!((ratings.records_with, ratings.records_without), (30, 10));
    let bins = ratings.histogram.unwrap().bins;
    assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 30);

    let genres = stats(&films, "genres[]");
    assert_eq!(genres.records_with, 40);
    let top: Vec<(Value, u64)> = genres
        .top
        .into_iter()
        .map(|top| (top.value, top.count))
        .collect();
    assert_eq!(top, [(Value::from("Comedy"), 60), (Value::from("War"), 20)]);
    assert_eq!(genres.histogram, None);
    assert_eq!(
        genres.min_max,
        Some((Value::from("Comedy"), Value::from("War")))
    );

    let nowhere = stats(&films, "nowhere");
    assert_eq!((nowhere.records_with, nowhere.records_without), (0, 40));
    assert_eq!(nowhere.min_max, None);
}

#[test]
fn timestamps_have_a_histogram_too() {
    let records: Vec<Record> = (0..10)
        .map(|day| {
            let timestamp = Timestamp::new(1_600_041_600 + day * 86_400, 0).unwrap();
            record(
                &format!("k{day}"),
                &map(&[("at", Value::Timestamp(timestamp))]),
            )
        })
        .collect();
    let histogram = stats(&records, "at").histogram.unwrap();
    assert_eq!(histogram.unit, HistogramUnit::Seconds);
    assert_eq!(histogram.bins.iter().map(|bin| bin.count).sum::<u64>(), 10);
}

#[test]
fn texts_that_are_dates_have_a_histogram_of_calendar_steps() {
    let dated =
        |index: usize, text: &str| record(&format!("k{index}"), &map(&[("on", text.into())]));
    let dates = [
        "1999-12-31",
        "2000-01-01T10:00:00Z",
        "2003-07-01",
        "2003-08-02",
    ];
    let mut records: Vec<Record> = Vec::new();
    for (index, text) in dates.into_iter().enumerate() {
        records.push(dated(index, text));
    }
    records.extend([
        dated(10, "soon"),
        dated(11, "2003-99-99"),
        dated(12, "never"),
    ]);
    let found = stats(&records, "on");
    let histogram = found.histogram.unwrap();
    assert_eq!(histogram.unit, HistogramUnit::Seconds);
    let counts: Vec<u64> = histogram.bins.iter().map(|bin| bin.count).collect();
    assert_eq!((counts.len(), counts[0], counts[1]), (16, 1, 1), "quarters");
    assert_eq!(counts.iter().sum::<u64>(), 4);
    assert_eq!(found.equi_depth.unwrap().unit, HistogramUnit::Seconds);

    records.extend([dated(13, "a"), dated(14, "b")]);
    assert_eq!(
        stats(&records, "on").histogram,
        None,
        "texts with dates among them"
    );
}

#[test]
fn find_lists_keys_in_order_and_counts_all() {
    let films = films();
    let find_all = |text: &str, condition: Condition, limit| {
        let found = find(
            films.as_slice(),
            &path(text),
            &condition,
            limit,
            &CancelToken::never(),
        );
        let found = found.unwrap();
        let keys: Vec<String> = found
            .keys
            .iter()
            .map(|key| key.as_str().to_owned())
            .collect();
        (keys, found.total)
    };
    let (keys, total) = find_all("year", Condition::Equals(Value::Int(1983)), None);
    assert_eq!(keys, ["film:03", "film:13", "film:23", "film:33"]);
    assert_eq!(total, 4);
    let (keys, total) = find_all("genres", Condition::Equals(Value::from("War")), Some(2));
    assert_eq!((keys.len(), total), (2, 20));
    assert_eq!(find_all("rating", Condition::Missing, None).1, 10);
    assert_eq!(
        find_all("title", Condition::StartsWith("film".to_owned()), None).1,
        0
    );
    assert_eq!(
        find_all("title", Condition::StartsWith("Film 1".to_owned()), None).1,
        10
    );
}

#[test]
fn cancelled_work_returns_an_error() {
    let films: Vec<Record> = std::iter::repeat_with(films).take(20).flatten().collect();
    let source = CancelSource::new();
    let cancel = source.renew();
    source.cancel();
    assert!(statistics(films.as_slice(), &path("year"), &cancel).is_err());
    assert!(PathCatalog::of(films.as_slice(), &cancel).is_err());
    assert!(
        find(
            films.as_slice(),
            &path("year"),
            &Condition::Exists,
            None,
            &cancel
        )
        .is_err()
    );
}

#[test]
fn a_column_shows_the_first_text_at_a_path() {
    let value = map(&[
        ("name", Value::from("Ana")),
        (
            "tags",
            Value::List(vec![map(&[]), Value::Int(3), Value::from("x")]),
        ),
        ("none", Value::Null),
    ]);
    let film = record("k", &value);
    let text =
        |name: &str| first_text_at(film.value.view(), &path(name).segments()).map(Cow::into_owned);
    assert_eq!(text("name").as_deref(), Some("Ana"));
    assert_eq!(text("tags[]").as_deref(), Some("3"));
    assert_eq!(text("none").as_deref(), Some("null"));
    assert_eq!(text("tags"), None);
    assert_eq!(text("nowhere"), None);
}
