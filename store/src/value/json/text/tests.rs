use proptest::prelude::*;

use super::*;
use crate::value::json::JsonErrorKind;
use crate::value::{EncodedValue, VALUE_DEPTH_MAX};

fn takes_quickly(text: &str) -> bool {
    TextReader::default()
        .read_quickly(text.as_bytes())
        .is_some()
}

/// The result of a reader for a text: position and value or the error, and the warnings.
type Said = Result<(TextPosition, Vec<u8>, Notes), JsonError>;

fn as_stream(text: &[u8], is_wrapper: bool) -> Said {
    let mut reader = TextReader::default();
    let (place, notes) = reader.read_as_stream(text, 7, is_wrapper)?;
    Ok((place, reader.as_slice().to_vec(), notes))
}

fn as_text(text: &[u8], is_wrapper: bool) -> Said {
    let mut reader = TextReader::default();
    // Earlier content of the buffer must not matter.
    reader.read(br#"{"a":[{"a":0}]}"#, 1, false)?;
    let found = reader.read(text, 7, is_wrapper)?;
    let encoded = reader.as_slice().get(found.encoded).unwrap_or_default();
    Ok((found.place, encoded.to_vec(), found.notes))
}

#[test]
fn plain_texts_take_the_quick_pass() {
    for text in [
        "null",
        " \t[true,false,\"\\u00e9\\n\",\"é\",-1,18446744073709551615,1.5]\r",
        r#"{"key":"a","value":{"b":[{"c":{}}],"price":0.0,"$other":1,"more":{"a":1,"$time":"x"}}}"#,
    ] {
        assert!(takes_quickly(text), "{text}");
    }
    let wide = |names: usize| {
        let entries: Vec<_> = (0..names).map(|name| format!("\"{name}\":0")).collect();
        format!("{{{}}}", entries.join(","))
    };
    assert!(takes_quickly(&wide(QUICK_NAMES_MAX)));
    assert!(!takes_quickly(&wide(QUICK_NAMES_MAX + 1)));
}

#[test]
fn what_needs_a_rule_is_left_to_the_stream_reader() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"$bytes":"AP8H"}"#,
        r#"[{"$$float":"NaN"}]"#,
        "18446744073709551616",
        "-9223372036854775809",
        "1e400",
        "1e-400",
        "\r1",
        "\u{FEFF}1",
        "1 2",
    ] {
        assert!(!takes_quickly(text), "{text}");
    }
    let tiny = format!("0.{}1", "0".repeat(400));
    assert!(!takes_quickly(&tiny));
    assert_eq!(
        as_text(tiny.as_bytes(), false),
        as_stream(tiny.as_bytes(), false)
    );
}

#[test]
fn depth_is_bounded_alike() {
    for levels in VALUE_DEPTH_MAX - 3..VALUE_DEPTH_MAX + 4 {
        for (open, core, close) in [("[", "1", "]"), ("[", "[]", "]"), ("{\"a\":", "{}", "}")] {
            let text = format!("{}{core}{}", open.repeat(levels), close.repeat(levels));
            for is_wrapper in [false, true] {
                let said = as_text(text.as_bytes(), is_wrapper);
                assert_eq!(said, as_stream(text.as_bytes(), is_wrapper), "{levels}");
            }
        }
    }
    let bottomless = "[".repeat(100_000);
    let kind = as_text(bottomless.as_bytes(), false).map_err(|error| error.kind);
    assert_eq!(kind, Err(JsonErrorKind::TooDeep));
}

/// Fragments of JSON, valid and invalid, that combine to texts of every kind.
fn pieces() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(
        [
            "null",
            "true",
            "false",
            "nul",
            "NaN",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "\r",
            "\t",
            "\u{FEFF}",
            "//x",
            "{}",
            "[]",
            "\"a\":",
            "\"a\":1",
            "\"b\":2,",
            "\"\"",
            "\"\\u0000\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\udc00\"",
            "\"\\x\"",
            "\"\u{1}\"",
            "\"é\u{2028}\"",
            "{\"$bytes\":\"AP8H\"}",
            "{\"$time\":\"2026-11-20T14:02:11Z\"}",
            "{\"$float\":\"NaN\"}",
            "{\"$$float\":\"NaN\"}",
            "{\"$bytes\":\"AP8H\",\"x\":1}",
            "{\"x\":1,\"$bytes\":\"AP8H\"}",
            "{\"$time\":5}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":{\"a\":1},\"b\":[{\"a\":1}]}",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    prop_oneof![3 => fixed, 2 => numbers(), 1 => any::<String>().prop_map(|text| format!("{text:?}"))]
}

/// Texts that are numbers, almost numbers, or numbers out of range.
fn numbers() -> impl Strategy<Value = String> {
    let edges = prop::sample::select(
        [
            "0",
            "-0",
            "-0.0",
            "0.0",
            "00",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "1e+",
            "0e9",
            "0e-9",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "18446744073709551615",
            "18446744073709551616",
            "1e308",
            "1e309",
            "-1e400",
            "1e-323",
            "2e-324",
            "3e-324",
            "1e-400",
            "1e99999999999",
            "0e99999999999",
            "9007199254740993.0",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "2.2250738585072011e-308",
            "123456789012345678901234567890.5",
            "9.2e18",
            "9.3e18",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    let built = (any::<bool>(), "[0-9]{1,25}", "[0-9]{0,25}", -350..350_i32).prop_map(
        |(is_negative, whole, fraction, exponent)| {
            let sign = if is_negative { "-" } else { "" };
            let point = if fraction.is_empty() { "" } else { "." };
            let power = if exponent % 3 == 0 {
                String::new()
            } else {
                format!("e{exponent}")
            };
            format!("{sign}{whole}{point}{fraction}{power}")
        },
    );
    prop_oneof![
        edges,
        built,
        any::<f64>().prop_map(|float| format!("{float:?}"))
    ]
}

/// Well-formed texts of those fragments, so that not every case is an error.
fn texts() -> impl Strategy<Value = String> {
    let leaf = pieces();
    leaf.prop_recursive(5, 40, 6, |inner| {
        let names = prop::sample::select(vec!["a", "b", "", "$bytes", "$$time", "é", "\\u0061"]);
        let entry = (names, inner.clone()).prop_map(|(name, value)| format!("\"{name}\": {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec(entry, 0..5).prop_map(|all| format!(" {{{}}}", all.join(", "))),
        ]
    })
}

fn check_both(text: &[u8]) -> Result<(), TestCaseError> {
    for is_wrapper in [false, true] {
        let said = as_text(text, is_wrapper);
        prop_assert_eq!(&said, &as_stream(text, is_wrapper));
        if let Ok((_, encoded, _)) = said {
            prop_assert!(EncodedValue::from_bytes(encoded.into()).is_ok());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn both_ways_say_the_same_of_numbers(text in numbers()) {
        check_both(text.as_bytes())?;
    }

    #[test]
    fn both_ways_say_the_same_of_texts(text in texts()) {
        check_both(text.as_bytes())?;
    }

    #[test]
    fn both_ways_say_the_same_of_pieces_in_a_row(all in prop::collection::vec(pieces(), 0..8)) {
        check_both(all.concat().as_bytes())?;
    }

    #[test]
    fn both_ways_say_the_same_of_damaged_texts(
        text in texts(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..4),
    ) {
        let mut bytes = text.into_bytes();
        for (place, byte, way) in damage {
            let at = place.index(bytes.len() + 1);
            match way {
                0 => bytes.insert(at, byte),
                1 => bytes.truncate(at),
                _ => {
                    if let Some(changed) = bytes.get_mut(at) {
                        *changed = byte;
                    }
                }
            }
        }
        check_both(&bytes)?;
    }
}
