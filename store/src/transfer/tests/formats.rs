//! The layouts of JSON texts in a file, and the errors for invalid ones.

use std::io;

use super::super::*;
use super::{NOW, by_field, run, texts};
use crate::value::VALUE_DEPTH_MAX;

fn keys(text: &str, options: &ImportOptions) -> Vec<String> {
    let (records, _) = run(text, options, &[]).unwrap();
    let keys = records.iter().map(|record| record.key.as_str().to_owned());
    keys.collect()
}

fn imported(bytes: Vec<u8>, format: Option<Format>) -> Result<ImportReport, ImportError> {
    let source = ImportSource::new(io::Cursor::new(bytes), None, format)?;
    let options = by_field("id");
    import(source, &options, NOW, &|_| None, &NoProgress, &mut |_| {})
}

#[test]
fn texts_in_a_row_are_records_over_any_number_of_lines() {
    for text in [
        "{\n  \"id\": 1\n}\n{\n  \"id\": 2\n}\n",
        "{\"id\":1}{\"id\":2}",
        "{\"id\":1} {\"id\":\n2}",
        "\u{FEFF}\n{\"id\":\n1}\n\n{\"id\":2}",
        "{\"id\":1}\n{\"id\":2}\n",
    ] {
        assert_eq!(keys(text, &by_field("id")), ["1", "2"], "{text:?}");
    }
    let (records, report) = run(
        "{\n\"key\":\"a\",\"value\":1}\n{\"key\":\"b\",\n\"value\":{\"x\":2}}",
        &ImportOptions::default(),
        &[],
    )
    .unwrap();
    assert_eq!(
        texts(&records),
        [("a", "1".into()), ("b", r#"{"x":2}"#.into())]
    );
    assert_eq!(
        (report.format, report.shape),
        (Format::Ndjson, InputShape::Lines)
    );
    // The deepest value has room around it here as well.
    let deep = format!(
        "{}{}",
        "[".repeat(VALUE_DEPTH_MAX),
        "]".repeat(VALUE_DEPTH_MAX)
    );
    let pair = |key: &str| format!("{{\n\"key\":\"{key}\",\"value\":{deep}}}\n");
    assert_eq!(
        keys(&[pair("a"), pair("b")].concat(), &ImportOptions::default()),
        ["a", "b"]
    );
}

#[test]
fn an_error_in_one_of_several_texts_has_its_line() {
    for (text, expected) in [
        (
            "{\n\"id\":1}\n{\"id\":}",
            "line 3, column 7: expected a value",
        ),
        (
            "{\n\"id\":1}\n{\"id\":1",
            "line 3, column 8: the text ends before the value does",
        ),
        ("{\n\"id\":1}\n{\"id\":2} x", "line 3, column 10: "),
        (
            "{\n\"id\":1}\n{\"x\":2}",
            "line 3, column 1: the record has no \"id\"",
        ),
    ] {
        let refused = run(text, &by_field("id"), &[]).unwrap_err().to_string();
        assert!(refused.starts_with(expected), "{refused}");
    }
}

#[test]
fn lines_are_detected_with_a_first_line_of_any_length() {
    for length in [10, 300_000, 3_000_000] {
        let long = "x".repeat(length);
        let text = format!("{{\"id\":1,\"t\":\"{long}\"}}\n{{\"id\":2}}");
        assert_eq!(keys(&text, &by_field("id")), ["1", "2"], "{length}");
        let object = format!("{{\"a\":\"{long}\"}}");
        assert_eq!(keys(&object, &ImportOptions::default()), ["a"], "{length}");
    }
}

#[test]
fn one_pair_on_one_line_is_a_record_whatever_the_extension() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pair.json");
    for (text, expected) in [
        ("{\"key\":\"a\",\"value\":1}\n", 1),
        (
            "{\"key\":\"a\",\"value\":1,\"created_at\":\"2026-11-20T14:02:11Z\"}",
            1,
        ),
        ("{\n\"key\":\"a\",\n\"value\":1\n}\n", 2),
        ("{\"key\":\"a\",\"value\":1,\"other\":2}", 3),
    ] {
        std::fs::write(&path, text).unwrap();
        let source = ImportSource::open(&path).unwrap();
        let options = ImportOptions::default();
        let report = import(source, &options, NOW, &|_| None, &NoProgress, &mut |_| {});
        assert_eq!(report.unwrap().read, expected, "{text:?}");
    }
}

#[test]
fn text_that_is_not_utf_8_is_told_apart_with_the_way_on() {
    let text = "{\"id\": 1}\n{\"id\": 2}";
    let units = || text.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [&b"\xFF\xFE"[..], &little].concat(),
        [&b"\xFE\xFF"[..], &big].concat(),
        little,
        big,
    ] {
        for format in [None, Some(Format::Json), Some(Format::Ndjson)] {
            let refused = imported(bytes.clone(), format).unwrap_err();
            assert_eq!(refused, ImportError::Utf16);
            assert!(refused.to_string().contains("not UTF-8"), "{refused}");
        }
    }
}

#[test]
fn each_format_error_names_the_remedy() {
    let several = "{\"id\":1}\n{\"id\":2}";
    let (json, lines) = (Some(Format::Json), Some(Format::Ndjson));
    let refused = |text: &str, format, options: &ImportOptions| {
        let source = ImportSource::new(io::Cursor::new(text.to_owned()), None, format).unwrap();
        let read = import(source, options, NOW, &|_| None, &NoProgress, &mut |_| {});
        read.unwrap_err().to_string()
    };
    let given = ImportOptions::default();
    for (words, place, way_on) in [
        (
            refused(several, json, &by_field("id")),
            "line 1, column 2",
            "the format is NDJSON",
        ),
        (
            refused(several, json, &given),
            "line 2, column 1",
            "the format is NDJSON",
        ),
        (
            refused("[1]\n[2]", json, &given),
            "line 1, column 2",
            "say which field is its key",
        ),
        (
            refused("{\"id\":1}\n{\"id\":\n2}", lines, &by_field("id")),
            "line 2",
            "jq -c",
        ),
        (
            refused("{\"id\":1}\n{\"id\":\n2}", None, &by_field("id")),
            "line 2",
            "jq -c",
        ),
    ] {
        assert!(
            words.starts_with(place) && words.contains(way_on),
            "{words}"
        );
    }
}
