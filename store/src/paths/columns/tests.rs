use std::ops::Bound;

use proptest::prelude::*;

use super::*;
use crate::key::Key;
use crate::record::{Meta, Record};
use crate::search::{Condition, ConditionScratch, ConditionTest, TextComparison};
use crate::value::{EncodedValue, Timestamp, Value};

fn record(value: &Value) -> Record {
    Record {
        key: Key::new("k").unwrap(),
        value: EncodedValue::encode(value).unwrap(),
        meta: Meta::default(),
    }
}

fn columns_of(values: &[Value]) -> (Vec<Record>, Columns) {
    let records: Vec<Record> = values.iter().map(record).collect();
    let columns = Columns::build(records.iter().map(|record| Some(record.as_ref())));
    (records, columns)
}

fn timestamp(text: &str) -> Value {
    Value::Timestamp(Timestamp::parse(text).unwrap())
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3_i64..4).prop_map(Value::Int),
        any::<i64>().prop_map(Value::Int),
        prop_oneof![Just(u64::MAX), Just(1 << 63)].prop_map(Value::UInt),
        prop_oneof![
            (-6_i32..6).prop_map(|half| f64::from(half) / 2.0),
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(-0.0),
            any::<f64>()
        ]
        .prop_map(Value::Float),
        prop_oneof![
            "[aAbBé]{0,2}",
            Just("2020-05-01".to_owned()),
            Just("2020-05-01T10:00:00Z".to_owned())
        ]
        .prop_map(Value::String),
        prop::collection::vec(any::<u8>(), 0..2).prop_map(Value::Bytes),
        prop_oneof![
            Just(timestamp("2020-05-01T09:00:00Z")),
            Just(timestamp("2020-05-01T10:00:00.5Z")),
            Just(timestamp("0001-01-01T00:00:00Z")),
            Just(timestamp("9999-12-31T23:59:59Z"))
        ],
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        let name = prop_oneof![Just("a"), Just("b"), Just("$value")];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::btree_map(name, inner, 0..3).prop_map(|entries| {
                let entries = entries.into_iter();
                Value::Map(
                    entries
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let bound = || {
        prop_oneof![
            Just(Bound::Unbounded),
            scalar().prop_map(Bound::Included),
            scalar().prop_map(Bound::Excluded)
        ]
    };
    let text = || prop_oneof!["[aAé]{0,1}", Just("2".to_owned()), Just("-".to_owned())];
    prop_oneof![
        value().prop_map(Condition::Equals),
        value().prop_map(Condition::NotEquals),
        scalar().prop_map(Condition::Less),
        scalar().prop_map(Condition::AtMost),
        scalar().prop_map(Condition::Greater),
        scalar().prop_map(Condition::AtLeast),
        (bound(), bound()).prop_map(|(from, to)| Condition::Between(from, to)),
        text().prop_map(Condition::StartsWith),
        text().prop_map(Condition::Contains),
        Just(Condition::IsNull),
        Just(Condition::Exists),
        Just(Condition::Missing),
    ]
}

/// The rows that meet a test according to the columns, if these suffice, and to the records.
fn answers(
    records: &[Record],
    columns: &Columns,
    places: &[Vec<String>],
    test: &ConditionTest,
) -> (Option<Vec<u32>>, Vec<u32>) {
    let found = columns.rows_matching(places, test);
    let mut scratch = ConditionScratch::default();
    let expected = records
        .iter()
        .zip(0..)
        .filter(|(record, _)| test.holds(record.value.view(), places, &mut scratch));
    (
        found.map(|rows| rows.iter().collect()),
        expected.map(|(_, row)| row).collect(),
    )
}

fn place(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

proptest! {
    #[test]
    fn columns_find_the_same_rows_as_reading_the_records(
        values in prop::collection::vec(value(), 0..80),
        condition in condition(),
        names in prop::sample::select(vec![
            vec!["$value"], vec!["a"], vec!["b"], vec!["a", "b"], vec!["$value", "a"],
            vec!["b", "a"], vec!["nowhere"],
        ]),
        and_b: bool,
        folded: bool,
    ) {
        let (records, columns) = columns_of(&values);
        let comparison = if folded { TextComparison::Folded } else { TextComparison::Exact };
        let test = ConditionTest::new(&condition, comparison);
        let mut places = vec![place(&names)];
        if and_b {
            places.push(place(&["b"]));
        }
        let (found, expected) = answers(&records, &columns, &places, &test);
        if let Some(found) = found {
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn ranges_of_timestamps_are_found_among_texts_in_date_order_and_in_other_orders(
        days in prop::collection::vec((1_u8..29, 0_u8..4), 1..60),
        is_mixed: bool,
        from in 1_u8..29,
        len in 0_u8..20,
    ) {
        let text = |(day, form): &(u8, u8)| match (is_mixed, form) {
            (false, _) | (_, 0) => format!("2020-05-{day:02}"),
            // The day before, although the text sorts later.
            (_, 1) => format!("2020-05-{day:02}T00:30:00+02:00"),
            (_, 2) => format!("2020-05-{day:02}T12:00:00Z"),
            _ => format!("on day {day}"),
        };
        let values: Vec<Value> = days.iter().map(|day| Value::from(text(day))).collect();
        let (records, columns) = columns_of(&values);
        let places = [place(&["$value"])];
        let day = |day: u8| timestamp(&format!("2020-05-{day:02}T00:00:00Z"));
        let end = day(from.saturating_add(len).min(30));
        for condition in [
            Condition::AtLeast(day(from)),
            Condition::Less(end.clone()),
            Condition::NotEquals(day(from)),
            Condition::Between(Bound::Excluded(day(from)), Bound::Included(end)),
        ] {
            let test = ConditionTest::new(&condition, TextComparison::Folded);
            let (found, expected) = answers(&records, &columns, &places, &test);
            prop_assert_eq!(found, Some(expected), "{:?}", condition);
        }
    }

    #[test]
    fn conditions_on_stored_values_need_no_records(
        ints in prop::collection::vec(prop::option::of(-300_i64..70_000), 1..200),
        from in -400_i64..70_100,
        len in 0_i64..400,
    ) {
        let values: Vec<Value> = ints
            .iter()
            .map(|int| Value::Map(int.map(|int| ("a".to_owned(), Value::Int(int))).into_iter().collect()))
            .collect();
        let (records, columns) = columns_of(&values);
        let places = [place(&["a"])];
        for condition in [
            Condition::Between(Bound::Included(Value::Int(from)), Bound::Excluded(Value::Int(from + len))),
            Condition::NotEquals(Value::Int(from)),
            Condition::Greater(Value::Float(from as f64 + 0.5)),
            Condition::StartsWith("1".to_owned()),
            Condition::Missing,
        ] {
            let test = ConditionTest::new(&condition, TextComparison::Folded);
            let (found, expected) = answers(&records, &columns, &places, &test);
            prop_assert_eq!(found, Some(expected), "{:?}", condition);
        }
    }
}

#[test]
fn only_texts_that_repeat_are_stored() {
    let entries = |n: usize| {
        Value::Map(vec![
            ("city".to_owned(), Value::from(["Rome", "Oslo"][n % 2])),
            ("id".to_owned(), Value::from(format!("id-{n}"))),
        ])
    };
    let values: Vec<Value> = (0..20_000).map(entries).collect();
    let (records, columns) = columns_of(&values);
    let test = |text: &str| {
        ConditionTest::new(
            &Condition::Equals(Value::from(text)),
            TextComparison::Folded,
        )
    };
    let (found, expected) = answers(&records, &columns, &[place(&["city"])], &test("ROME"));
    assert_eq!(expected.len(), 10_000);
    assert_eq!(found, Some(expected));
    assert_eq!(
        columns.rows_matching(&[place(&["id"])], &test("id-1")),
        None
    );
    let number = ConditionTest::new(&Condition::Equals(Value::Int(1)), TextComparison::Folded);
    let found = columns.rows_matching(&[place(&["id"])], &number).unwrap();
    assert!(found.is_empty());
}

#[test]
fn a_few_thousand_dates_are_stored_in_a_part_of_any_size() {
    for rows in [5_000, 10_000, 20_000, 40_000] {
        let dates = 8_000.min(rows * 3 / 4);
        let date = |n: usize| {
            let day = n * 7_919 % dates;
            format!(
                "{}-{:02}-{:02}",
                2000 + day / 336,
                day / 28 % 12 + 1,
                day % 28 + 1
            )
        };
        let values: Vec<Value> = (0..rows).map(|n| Value::from(date(n))).collect();
        let (records, columns) = columns_of(&values);
        let condition = Condition::AtLeast(timestamp("2003-05-06T00:00:00Z"));
        let test = ConditionTest::new(&condition, TextComparison::Folded);
        let (found, expected) = answers(&records, &columns, &[place(&["$value"])], &test);
        assert!(expected.len() > 1_000);
        assert_eq!(found, Some(expected), "{rows}");
    }
}

#[test]
fn typical_records_take_a_few_bytes_each() {
    let entries = |n: i64| {
        Value::Map(vec![
            ("id".to_owned(), Value::Int(n)),
            ("name".to_owned(), Value::from(format!("name {}", n % 144))),
            ("age".to_owned(), Value::Int(18 + n % 70)),
            ("active".to_owned(), Value::Bool(n % 3 > 0)),
            ("price".to_owned(), Value::Float(n as f64 / 100.0)),
            ("note".to_owned(), Value::from(format!("unlike others {n}"))),
        ])
    };
    let values: Vec<Value> = (0..10_000).map(entries).collect();
    let (_, columns) = columns_of(&values);
    // 2 for the id, 1 each for name, age and active, 8 for the price.
    assert!(columns.bytes() < 10_000 * 15, "{}", columns.bytes());
}

#[test]
fn paths_that_were_left_out_do_not_count_as_missing() {
    let long = "n".repeat(crate::path::PATH_BYTES_MAX + 1);
    let value = Value::Map(vec![(long.clone(), Value::Int(1))]);
    let (_, columns) = columns_of(&[value]);
    let test = ConditionTest::new(&Condition::Missing, TextComparison::Folded);
    assert_eq!(columns.rows_matching(&[vec![long]], &test), None);
}
