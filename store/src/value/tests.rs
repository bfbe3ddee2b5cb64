use bytes::Bytes;
use proptest::prelude::*;

use super::*;

fn round_trip(value: &Value) {
    let encoded = EncodedValue::encode(value).unwrap();
    assert_eq!(&encoded.to_value(), value);
    assert_eq!(
        EncodedValue::from_bytes(Bytes::copy_from_slice(encoded.as_bytes())),
        Ok(encoded)
    );
}

#[test]
fn every_type_survives_encoding() {
    for value in [
        Value::Null,
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Int(-33),
        Value::Int(-32),
        Value::Int(127),
        Value::Int(128),
        Value::Int(i64::MAX),
        Value::UInt(u64::MAX),
        Value::Float(-0.0),
        Value::Float(f64::MIN_POSITIVE),
        Value::from("snow ☃"),
        Value::String("x".repeat(70_000)),
        Value::Bytes(vec![0, 255, 7]),
        Value::Timestamp(Timestamp::parse("1969-12-31T23:59:59.5Z").unwrap()),
        Value::Timestamp(Timestamp::parse("2026-11-20T14:02:11Z").unwrap()),
        Value::Timestamp(Timestamp::parse("9999-01-01T00:00:00.000000001Z").unwrap()),
        Value::List((0..20).map(Value::Int).collect()),
        Value::Map(vec![
            ("b".into(), Value::Null),
            ("a".into(), Value::List(vec![])),
        ]),
    ] {
        round_trip(&value);
    }
}

#[test]
fn all_bits_of_a_float_survive_encoding() {
    for bits in [0x7FF8_0000_0000_0001, 0x8000_0000_0000_0000, 1] {
        let encoded = EncodedValue::encode(&Value::Float(f64::from_bits(bits))).unwrap();
        let ValueRef::Float(float) = encoded.view() else {
            panic!("not a float")
        };
        assert_eq!(float.to_bits(), bits);
    }
}

#[test]
fn malformed_bytes_are_refused_with_the_right_error() {
    let refuse =
        |bytes: &[u8]| EncodedValue::from_bytes(Bytes::copy_from_slice(bytes)).unwrap_err();
    assert_eq!(refuse(&[]), ValueError::Malformed);
    assert_eq!(refuse(&[0xC1]), ValueError::Malformed);
    assert_eq!(refuse(&[0xC0, 0xC0]), ValueError::TrailingBytes);
    assert_eq!(refuse(&[0xA1, 0xFF]), ValueError::NotUtf8);
    assert_eq!(
        refuse(&[0xDB, 0xFF, 0xFF, 0xFF, 0xFF]),
        ValueError::Malformed
    );
    assert_eq!(
        refuse(&[0xDF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ValueError::Malformed
    );
    assert_eq!(refuse(&[0x81, 0x01, 0x01]), ValueError::KeyNotText);
    assert_eq!(
        refuse(&[0x82, 0xA1, b'a', 1, 0xA1, b'a', 2]),
        ValueError::DuplicateName {
            name: "a".to_owned()
        }
    );
    let mut deep = vec![0x91; VALUE_DEPTH_MAX + 1];
    deep.push(0xC0);
    assert_eq!(refuse(&deep), ValueError::TooDeep);
}

#[test]
fn the_deepest_allowed_value_is_accepted() {
    let mut deep = vec![0x91; VALUE_DEPTH_MAX];
    deep.push(0xC0);
    assert!(EncodedValue::from_bytes(Bytes::from(deep)).is_ok());
}

#[test]
fn a_duplicate_name_is_refused_at_any_position() {
    let map = |names: &[usize]| {
        let mut writer = ValueWriter::new();
        writer.map(names.len());
        for name in names {
            writer.string(&format!("name {name}"));
            writer.list(1);
            writer.int(*name as i64);
        }
        EncodedValue::from_bytes(Bytes::from(writer.into_bytes()))
    };
    let all: Vec<usize> = (0..40).collect();
    for len in 1..all.len() {
        assert!(map(&all[..len]).is_ok());
        for twice in 0..len {
            let mut names = all[..len].to_vec();
            names.push(twice);
            let name = format!("name {twice}");
            assert_eq!(map(&names), Err(ValueError::DuplicateName { name }));
        }
    }
}

#[test]
fn a_container_of_unknown_length_gets_the_shortest_head() {
    let mut writer = ValueWriter::new();
    let list = writer.begin_container();
    writer.int(1);
    let map = writer.begin_container();
    writer.end_map(map, 0);
    writer.end_list(list, 2);
    assert_eq!(writer.into_bytes(), [0x92, 0x01, 0x80]);
    for len in [15, 16, 65_535, 65_536] {
        let (mut known, mut unknown) = (ValueWriter::new(), ValueWriter::new());
        known.list(len);
        let list = unknown.begin_container();
        for writer in [&mut known, &mut unknown] {
            (0..len).for_each(|_| writer.bool(true));
        }
        unknown.end_list(list, len);
        assert_eq!(unknown.into_bytes(), known.into_bytes(), "{len}");
    }
}

#[test]
fn values_have_one_total_order() {
    use std::cmp::Ordering;
    let ordered = [
        Value::Null,
        Value::Bool(false),
        Value::Bool(true),
        Value::Int(-1),
        Value::Float(0.5),
        Value::Int(1),
        Value::UInt(u64::MAX),
        Value::from("a"),
        Value::from("b"),
        Value::Bytes(vec![1]),
        Value::List(vec![]),
        Value::List(vec![Value::Null]),
        Value::Map(vec![]),
    ];
    let encoded: Vec<_> = ordered
        .iter()
        .map(|value| EncodedValue::encode(value).unwrap())
        .collect();
    for (i, left) in encoded.iter().enumerate() {
        for (j, right) in encoded.iter().enumerate() {
            let expected = i.cmp(&j);
            assert_eq!(
                cmp_values(left.view(), right.view()),
                expected,
                "{left:?} and {right:?}"
            );
        }
    }
    assert_eq!(
        cmp_values(ValueRef::Int(2), ValueRef::Float(2.0)),
        Ordering::Equal
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (i64::MAX as u64 + 1..=u64::MAX).prop_map(Value::UInt),
        any::<f64>()
            .prop_filter("NaN is not equal to itself", |f| !f.is_nan())
            .prop_map(Value::Float),
        ".*".prop_map(Value::String),
        any::<Vec<u8>>().prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::btree_map(".{0,8}", inner, 0..6)
                .prop_map(|map| Value::Map(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_tree_survives_encoding(value in any_value()) {
        round_trip(&value);
    }

    #[test]
    fn any_bytes_are_refused_or_walked_without_panic(bytes in any::<Vec<u8>>()) {
        if let Ok(encoded) = EncodedValue::from_bytes(Bytes::from(bytes)) {
            let value = encoded.to_value();
            prop_assert!(EncodedValue::encode(&value).is_ok());
        }
    }
}

/// A map whose first value is a map whose first value is a map, and so on: `depth` levels of
/// `names` names each, over a list of `elements` numbers. All names share one mark.
fn deep_map(depth: usize, names: usize, elements: usize) -> Vec<u8> {
    let name = |number: usize| format!("a{:0>3}b{:0>3}c", number, 999 - number);
    let mut writer = ValueWriter::new();
    for _ in 0..depth {
        writer.map(names);
        writer.string(&name(0));
    }
    writer.list(elements);
    for _ in 0..elements {
        writer.int(1);
    }
    for _ in 0..depth {
        for number in 1..names {
            writer.string(&name(number));
            writer.null();
        }
    }
    writer.into_bytes()
}

#[test]
fn names_are_compared_without_skipping_the_values_between_them() {
    let time = |depth, names| {
        let bytes = deep_map(depth, names, 1_000_000);
        let start = std::time::Instant::now();
        assert_eq!(validate(&bytes), Ok(&[][..]));
        start.elapsed()
    };
    let (flat, deep) = (time(1, 2), time(100, 16));
    // Skipping the list again for every name would take a thousand times as long.
    assert!(
        deep < 20 * flat.max(std::time::Duration::from_millis(5)),
        "{flat:?} {deep:?}"
    );
}

#[test]
fn a_duplicate_among_very_many_names_is_found_fast() {
    let count = 1_000_000;
    for twice in [1, 15, 16, 17, count - 1] {
        let mut writer = ValueWriter::new();
        writer.map(count);
        for number in 0..count {
            let number = if number == twice { 0 } else { number };
            writer.string(&format!("name {number}"));
            writer.null();
        }
        let bytes = writer.into_bytes();
        let name = "name 0".to_owned();
        assert_eq!(
            validate(&bytes),
            Err(ValueError::DuplicateName { name }),
            "{twice}"
        );
    }
}
