use super::*;

fn holds(value: &Value, place: &[&str], condition: &Condition) -> bool {
    let encoded = EncodedValue::encode(value).unwrap();
    let place: PathNames = place.iter().map(|&name| name.to_owned()).collect();
    let test = ConditionTest::new(condition, TextComparison::Exact);
    test.holds(encoded.view(), &[place], &mut ConditionScratch::default())
}

fn map(entries: &[(&str, Value)]) -> Value {
    let entries = entries.iter();
    Value::Map(
        entries
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

fn film() -> Value {
    map(&[
        ("title", Value::from("Tootsie")),
        ("year", Value::Int(1982)),
        ("rating", Value::Float(7.4)),
        (
            "genres",
            Value::List(vec![Value::from("Comedy"), Value::from("Romance")]),
        ),
        (
            "crew",
            Value::List(vec![map(&[("name", Value::from("Sydney"))])]),
        ),
        ("note", Value::Null),
        ("released", Value::from("1982-12-17")),
        (
            "seen",
            Value::Timestamp(Timestamp::parse("2020-05-01T20:00:00Z").unwrap()),
        ),
    ])
}

#[test]
fn numbers_of_both_types_compare_by_value() {
    let film = film();
    assert!(holds(
        &film,
        &["year"],
        &Condition::Equals(Value::Float(1982.0))
    ));
    assert!(holds(
        &film,
        &["rating"],
        &Condition::Greater(Value::Int(7))
    ));
    assert!(!holds(
        &film,
        &["rating"],
        &Condition::AtLeast(Value::Int(8))
    ));
    assert!(!holds(
        &film,
        &["year"],
        &Condition::Equals(Value::from("1982"))
    ));
    let range = Condition::Between(
        Bound::Included(Value::Int(1980)),
        Bound::Excluded(Value::Int(1982)),
    );
    assert!(!holds(&film, &["year"], &range));
}

#[test]
fn any_element_of_a_list_is_enough_and_not_equal_means_none() {
    let film = film();
    let is = |text: &str| Condition::Equals(Value::from(text));
    let is_not = |text: &str| Condition::NotEquals(Value::from(text));
    assert!(holds(&film, &["genres"], &is("Romance")));
    assert!(!holds(&film, &["genres"], &is_not("Romance")));
    assert!(holds(&film, &["genres"], &is_not("War")));
    assert!(!holds(&film, &["nowhere"], &is_not("War")));
    assert!(holds(&film, &["crew", "name"], &is("Sydney")));
    assert!(!holds(
        &film,
        &["genres"],
        &Condition::Equals(Value::List(vec![]))
    ));
}

#[test]
fn null_existing_and_missing_are_distinct() {
    let film = film();
    assert!(holds(&film, &["note"], &Condition::IsNull));
    assert!(holds(&film, &["note"], &Condition::Exists));
    assert!(!holds(&film, &["note"], &Condition::Missing));
    assert!(!holds(&film, &["nowhere"], &Condition::IsNull));
    assert!(holds(&film, &["nowhere"], &Condition::Missing));
    assert!(!holds(&film, &["year"], &Condition::IsNull));
}

#[test]
fn timestamps_compare_with_timestamps_and_with_texts_that_are_dates() {
    let film = film();
    let after = |text: &str| Condition::Greater(Value::Timestamp(Timestamp::parse(text).unwrap()));
    assert!(holds(&film, &["seen"], &after("2020-05-01T19:59:59Z")));
    assert!(!holds(&film, &["seen"], &after("2020-05-01T20:00:00Z")));
    assert!(holds(&film, &["released"], &after("1982-12-16T23:59:59Z")));
    assert!(!holds(&film, &["released"], &after("1982-12-17T00:00:00Z")));
    assert!(!holds(&film, &["title"], &after("1900-01-01T00:00:00Z")));
}

#[test]
fn prefixes_and_substrings_also_match_the_text_of_numbers() {
    let film = film();
    assert!(holds(
        &film,
        &["title"],
        &Condition::StartsWith("Toot".to_owned())
    ));
    assert!(!holds(
        &film,
        &["title"],
        &Condition::StartsWith("toot".to_owned())
    ));
    assert!(holds(
        &film,
        &["year"],
        &Condition::Contains("98".to_owned())
    ));
    assert!(!holds(
        &film,
        &["note"],
        &Condition::Contains(String::new())
    ));
}

#[test]
fn a_value_that_is_not_a_map_is_at_the_root_path() {
    assert!(holds(
        &Value::Int(3),
        &[ROOT_PATH],
        &Condition::Equals(Value::Int(3))
    ));
    let list = Value::List(vec![map(&[("a", Value::Int(1))])]);
    assert!(holds(&list, &[ROOT_PATH, "a"], &Condition::Exists));
    assert!(!holds(&list, &["a"], &Condition::Exists));
}
