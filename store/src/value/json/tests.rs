use std::io::{self, Read};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::value::{EncodedValue, Timestamp, VALUE_BYTES_MAX, VALUE_DEPTH_MAX, Value, ValueRef};

fn read(text: &str) -> Value {
    parse_text(text).unwrap().0.to_value()
}

fn error(text: &str) -> JsonError {
    parse_text(text).unwrap_err()
}

#[test]
fn numbers_keep_their_type_and_their_bits() {
    assert_eq!(read("9223372036854775807"), Value::Int(i64::MAX));
    assert_eq!(read("-9223372036854775808"), Value::Int(i64::MIN));
    assert_eq!(read("18446744073709551615"), Value::UInt(u64::MAX));
    assert_eq!(read("1.0"), Value::Float(1.0));
    assert_eq!(read("1e2"), Value::Float(100.0));
    let Value::Float(zero) = read("-0") else {
        panic!("not a float")
    };
    assert_eq!(zero.to_bits(), (-0.0_f64).to_bits());
    for text in [
        "1.0",
        "-0.0",
        "0.1",
        "5e-324",
        "1.7976931348623157e308",
        "18446744073709551615",
    ] {
        let (value, _) = parse_text(text).unwrap();
        assert_eq!(to_compact(value.view()), text.replace("e308", "e+308"));
    }
}

#[test]
fn numbers_that_64_bits_cannot_hold_become_strings_and_are_named() {
    let (value, notes) = parse_text("[1,\n 18446744073709551616, 1e400, -1e-400, 0e-9]").unwrap();
    let texts = ["18446744073709551616", "1e400", "-1e-400"];
    let expected = Value::List(
        [Value::Int(1)]
            .into_iter()
            .chain(texts.iter().map(|text| Value::from(*text)))
            .chain([Value::Float(0.0)])
            .collect(),
    );
    assert_eq!(value.to_value(), expected);
    let kinds = notes.iter().map(|note| note.kind).collect::<Vec<_>>();
    assert_eq!(
        kinds,
        [
            NoteKind::IntegerAsString,
            NoteKind::FloatAsString,
            NoteKind::FloatAsString
        ]
    );
    assert_eq!(notes[0].place, TextPosition { line: 2, column: 2 });
    assert_eq!(
        notes[0].to_string(),
        "line 2, column 2: 18446744073709551616 has more than 64 bits: kept as a string"
    );
}

#[test]
fn what_json_has_no_word_for_stands_in_maps_with_one_entry() {
    assert_eq!(read(r#"{"$bytes":"AP8H"}"#), Value::Bytes(vec![0, 255, 7]));
    let time = Timestamp::parse("2026-11-20T14:02:11.5Z").unwrap();
    assert_eq!(
        read(r#"{"$time":"2026-11-20T15:02:11.5+01:00"}"#),
        Value::Timestamp(time)
    );
    assert_eq!(
        read(r#"{"$float":"-Infinity"}"#),
        Value::Float(f64::NEG_INFINITY)
    );
    for text in [
        r#"{"$bytes":"not base64"}"#,
        r#"{"$bytes":"AP8H","more":1}"#,
        r#"{"more":1,"$bytes":"AP8H"}"#,
        r#"{"$time":5}"#,
        r#"{"$float":"1.5"}"#,
        r#"{"$other":"AP8H"}"#,
    ] {
        let (value, _) = parse_text(text).unwrap();
        assert!(matches!(value.view(), ValueRef::Map(_)), "{text}");
        assert_eq!(to_compact(value.view()), text);
    }
}

#[test]
fn a_map_that_only_looks_special_survives() {
    for name in ["$bytes", "$$bytes", "$$$bytes"] {
        let value = Value::Map(vec![(name.to_owned(), Value::from("AP8H"))]);
        let text = to_compact(EncodedValue::encode(&value).unwrap().view());
        assert_eq!(text, format!("{{\"${name}\":\"AP8H\"}}"));
        assert_eq!(read(&text), value);
    }
}

#[test]
fn bad_text_is_refused_with_its_place() {
    for (text, expected) in [
        ("", "line 1, column 1: the text ends before the value does"),
        (
            "[1, 2",
            "line 1, column 6: the text ends before the value does",
        ),
        (
            "{\"a\": 1\n \"b\": 2}",
            "line 2, column 2: expected a comma or }",
        ),
        ("[1 2]", "line 1, column 4: expected a comma or ]"),
        (
            "[1,]",
            "line 1, column 3: a comma must not be the last in its container",
        ),
        ("{\"a\" 1}", "line 1, column 6: expected a colon"),
        ("{\"a\"::1}", "line 1, column 6: expected a value"),
        (
            "{a: 1}",
            "line 1, column 2: expected a name in double quotes or }",
        ),
        ("[}", "line 1, column 2: expected a value"),
        ("nul", "line 1, column 1: expected a value"),
        ("NaN", "line 1, column 1: expected a value"),
        ("01", "line 1, column 1: not a valid JSON number"),
        ("1 2", "line 1, column 3: expected the end of the text"),
        ("{}\n x", "line 2, column 2: expected the end of the text"),
        ("// x\n1", "line 1, column 1: JSON has no comments"),
        ("\"a\\x\"", "line 1, column 3: not a valid JSON escape"),
        (
            "\"é\u{1}\"",
            "line 1, column 3: a control character inside a text must be escaped, as \\n or \\u0000",
        ),
        (
            r#"["\ud800"]"#,
            "line 1, column 3: half of a surrogate pair is not a character",
        ),
        (
            r#"["\udc00\ud800"]"#,
            "line 1, column 3: half of a surrogate pair is not a character",
        ),
        (
            "{\"a\": 1,\n  \"b\": 2, \"a\": 3}",
            "line 2, column 11: the name \"a\" occurs twice in one object",
        ),
    ] {
        assert_eq!(error(text).to_string(), expected, "{text:?}");
    }
}

#[test]
fn a_name_that_stands_twice_is_found_in_wide_objects_too() {
    let entry = |name: usize| format!("\"{name}\": 0");
    let wide = |last: usize| {
        let entries = (0..40).map(entry).chain([entry(last)]).collect::<Vec<_>>();
        format!("{{{}}}", entries.join(","))
    };
    assert!(parse_text(&wide(40)).is_ok());
    for last in [0, 15, 16, 17, 39] {
        let kind = JsonErrorKind::DuplicateName {
            name: last.to_string(),
        };
        assert_eq!(error(&wide(last)).kind, kind);
    }
    assert!(parse_text(r#"[{"a":{"a":1}},{"a":1}]"#).is_ok());
}

#[test]
fn text_that_is_not_utf8_is_refused_with_its_place() {
    let refused = read_value(&b"[\"ab\xFF\"]"[..]).unwrap_err();
    assert_eq!(refused.kind, JsonErrorKind::NotUtf8);
    assert_eq!(refused.place(), TextPosition { line: 1, column: 5 });
}

#[test]
fn a_byte_order_mark_is_accepted_and_counts_for_no_column() {
    assert_eq!(read("\u{FEFF}[1]"), Value::List(vec![Value::Int(1)]));
    assert_eq!(
        error("\u{FEFF}[x]").place(),
        TextPosition { line: 1, column: 2 }
    );
    assert_eq!(error("\u{FEFF}").kind, JsonErrorKind::UnexpectedEnd);
    assert_eq!(read("7"), Value::Int(7));
}

#[test]
fn nesting_is_refused_one_level_below_the_deepest() {
    let nested = |levels: usize, core: &str, open: &str, close: &str| {
        format!("{}{core}{}", open.repeat(levels), close.repeat(levels))
    };
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deepest = nested(VALUE_DEPTH_MAX, "1", open, close);
        let (value, _) = parse_text(&deepest).unwrap();
        assert_eq!(to_compact(value.view()), deepest);
        assert!(EncodedValue::from_bytes(Bytes::copy_from_slice(value.as_bytes())).is_ok());
        for core in ["1", "[]", r#"{"$time":5}"#, r#"{"$time":"no"}"#] {
            let refused = error(&nested(VALUE_DEPTH_MAX + 1, core, open, close));
            assert_eq!(refused.kind, JsonErrorKind::TooDeep);
        }
        let bytes = nested(VALUE_DEPTH_MAX, r#"{"$bytes":"AP8H"}"#, open, close);
        assert_eq!(to_compact(parse_text(&bytes).unwrap().0.view()), bytes);
        assert_eq!(
            error(&nested(10_000, "1", open, close)).kind,
            JsonErrorKind::TooDeep
        );
    }
}

#[test]
fn the_deepest_map_that_only_looks_special_is_refused() {
    let text = format!(
        "{}{}{}",
        "[".repeat(VALUE_DEPTH_MAX),
        r#"{"$time":"no"}"#,
        "]".repeat(VALUE_DEPTH_MAX)
    );
    assert_eq!(error(&text).kind, JsonErrorKind::TooDeep);
}

#[test]
fn a_value_larger_than_a_record_can_hold_is_refused() {
    let text = format!("\"{}\"", "x".repeat(VALUE_BYTES_MAX));
    assert_eq!(error(&text).kind, JsonErrorKind::TooLarge);
}

#[test]
fn a_token_without_end_is_refused_before_it_fills_the_memory() {
    let endless = (&b"\""[..]).chain(io::repeat(b'x'));
    assert_eq!(
        read_value(endless).unwrap_err().kind,
        JsonErrorKind::TooLarge
    );
}

#[test]
fn an_error_of_the_system_is_passed_on() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "no"))
        }
    }
    let kind = JsonErrorKind::Io {
        kind: io::ErrorKind::PermissionDenied,
        message: "no".to_owned(),
    };
    assert_eq!(read_value(Broken).unwrap_err().kind, kind);
    assert_eq!(
        read_value((&b"[1"[..]).chain(Broken)).unwrap_err().kind,
        kind
    );
    assert_eq!(
        read_value((&b"[1]"[..]).chain(Broken)).unwrap_err().kind,
        kind
    );
}

#[test]
fn a_preview_is_cut_at_its_length() {
    let (value, _) =
        parse_text(r#"{"title":"Tootsie","year":1982,"a b":[true,null,1.0,"x\ny"]}"#).unwrap();
    assert_eq!(
        to_compact_preview(value.view(), 200),
        r#"{title: "Tootsie", year: 1982, "a b": [true, null, 1.0, "x\ny"]}"#
    );
    assert_eq!(
        to_compact_preview(value.view(), 20),
        "{title: \"Tootsie\", …"
    );
    for width in 0..60 {
        let preview = to_compact_preview(value.view(), width);
        assert_eq!(preview.chars().count(), width);
        assert!(width == 0 || preview.ends_with('…'));
    }
}

fn values() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        any::<String>(),
        Just("$bytes".to_owned()),
        Just("$$time".to_owned()),
        Just("$float".to_owned()),
    ];
    let text = prop_oneof![
        any::<String>(),
        Just("AP8H".to_owned()),
        Just("NaN".to_owned()),
        Just("2026-11-20T14:02:11Z".to_owned()),
    ];
    let time = (-62_135_596_800_i64..=253_402_300_799, 0..1_000_000_000_u32)
        .prop_map(|(seconds, nanos)| Value::Timestamp(Timestamp::new(seconds, nanos).unwrap()));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (i64::MAX as u64 + 1..).prop_map(Value::UInt),
        any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
        (-1e6..1e6).prop_map(Value::Float),
        text.prop_map(Value::String),
        any::<Vec<u8>>().prop_map(Value::Bytes),
        time,
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        let entries = prop::collection::btree_map(name.clone(), inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..8).prop_map(Value::List),
            entries.prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_survives_json_bit_for_bit(value in values()) {
        let encoded = EncodedValue::encode(&value).unwrap();
        for text in [to_compact(encoded.view()), to_pretty(encoded.view())] {
            let (read, notes) = parse_text(&text).unwrap();
            prop_assert_eq!(read.as_bytes(), encoded.as_bytes());
            prop_assert!(notes.is_empty());
        }
    }

    #[test]
    fn what_is_read_is_valid_and_no_text_panics(text in "[\\[\\]{}\",:a$0-9.eE\\\\u \\n-]{0,40}") {
        if let Ok((value, _)) = parse_text(&text) {
            let checked = EncodedValue::from_bytes(Bytes::copy_from_slice(value.as_bytes()));
            prop_assert_eq!(checked, Ok(value));
        }
    }
}
