use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::batch::{Expiry, Op};
use crate::clock::Millis;
use crate::key::{Key, KeyError};
use crate::record::Meta;
use crate::value::json::{JsonErrorKind, TextPosition, parse_text, to_compact};
use crate::value::{EncodedValue, VALUE_DEPTH_MAX, Value, ValueType};

mod export;
mod formats;
mod numbering;

const NOW: Millis = Millis(1_800_000_000_000);

fn source(text: &str, format: Option<Format>) -> ImportSource {
    let bytes = io::Cursor::new(text.as_bytes().to_vec());
    ImportSource::new(bytes, Some(text.len() as u64), format).unwrap()
}

/// Imports `text` into a store that has the keys `existing`.
fn run(
    text: &str,
    options: &ImportOptions,
    existing: &[&str],
) -> Result<(Vec<ImportRecord>, ImportReport), ImportError> {
    let mut records = Vec::new();
    let report = import(
        source(text, None),
        options,
        NOW,
        &|key| existing.contains(&key).then(|| value("null")),
        &NoProgress,
        &mut |record| records.push(record),
    )?;
    Ok((records, report))
}

fn value(json: &str) -> EncodedValue {
    parse_text(json).unwrap().0
}

fn with_keys(keys: KeyRule) -> ImportOptions {
    ImportOptions {
        keys,
        ..ImportOptions::default()
    }
}

fn by_field(name: &str) -> ImportOptions {
    with_keys(KeyRule::Field(KeyField::new(name).unwrap()))
}

fn texts(records: &[ImportRecord]) -> Vec<(&str, String)> {
    records
        .iter()
        .map(|record| (record.key.as_str(), to_compact(record.value.view())))
        .collect()
}

fn refusal(text: &str, options: &ImportOptions) -> String {
    run(text, options, &[]).unwrap_err().to_string()
}

#[test]
fn the_names_of_an_object_are_the_keys() {
    let (records, report) = run(
        "{\"b\": 1,\n \"a\": {\"x\": [null]}}",
        &ImportOptions::default(),
        &[],
    )
    .unwrap();
    assert_eq!(
        texts(&records),
        [("b", "1".into()), ("a", r#"{"x":[null]}"#.into())]
    );
    assert_eq!(report.shape, InputShape::Object);
    assert_eq!(report.format, Format::Json);
    assert_eq!((report.read, report.added), (2, 2));
}

#[test]
fn pairs_with_keys_and_times_are_read_from_arrays_and_lines() {
    let first = r#"{"key":"a","value":{"x":1},"expires_at":"2027-01-15T09:00:00.25+01:00"}"#;
    let second = r#"{"value":null,"modified_at":"1970-01-01T00:00:02Z","key":"b",
        "created_at":"1970-01-01T00:00:01Z","expires_at":null}"#
        .replace('\n', "");
    let options = ImportOptions::default();
    for (text, shape) in [
        (format!("[{first},\n{second}]"), InputShape::Array),
        (format!("{first}\n\r\n{second}\r\n"), InputShape::Lines),
    ] {
        let (records, report) = run(&text, &options, &[]).unwrap();
        assert_eq!(
            texts(&records),
            [("a", r#"{"x":1}"#.into()), ("b", "null".into())]
        );
        let times: Vec<_> = records
            .iter()
            .map(|record| [record.expires_at, record.created_at, record.modified_at])
            .collect();
        let at = |millis| Some(Millis(millis));
        assert_eq!(
            times,
            [
                [at(1_800_000_000_250), None, None],
                [None, at(1000), at(2000)]
            ]
        );
        assert_eq!(report.shape, shape);
        assert_eq!((report.expiring, report.expired), (1, 0));
    }
}

#[test]
fn the_times_of_a_pair_reach_the_store() {
    let record = |created: Option<i64>, expires: Option<i64>| ImportRecord {
        place: TextPosition { line: 1, column: 1 },
        key: Key::new("a").unwrap(),
        value: EncodedValue::encode(&Value::Null).unwrap(),
        expires_at: expires.map(Millis),
        created_at: created.map(Millis),
        modified_at: None,
    };
    let Op::Put { expiry, .. } = record(None, None).into_op(NOW) else {
        panic!("not a put")
    };
    assert_eq!(expiry, Expiry::Never);
    let Op::Put { expiry, .. } = record(None, Some(7)).into_op(NOW) else {
        panic!("not a put")
    };
    assert_eq!(expiry, Expiry::At(Millis(7)));
    let Op::Restore(restored) = record(Some(5), Some(7)).into_op(NOW) else {
        panic!("not a restore")
    };
    let meta = Meta {
        created_at: Millis(5),
        modified_at: Millis(5),
        expires_at: Some(Millis(7)),
    };
    assert_eq!(restored.meta, meta);
}

#[test]
fn records_without_keys_are_refused_with_a_remedy() {
    let options = ImportOptions::default();
    assert_eq!(
        refusal(r#"[{"title":"Tootsie","year":1982,"cast":[]}]"#, &options),
        "line 1, column 2: this record is not {\"key\": …, \"value\": …}: say which field is its \
         key, join several by a template, or number the records (fields here: title, year)"
    );
    for bad in [
        r#"{"key":"b","value":1,"more":2}"#,
        r#"{"key":1,"value":1}"#,
        r#"{"key":"b"}"#,
    ] {
        let text = format!("{{\"key\":\"a\",\"value\":1}}\n{bad}\n");
        let refused = run(&text, &options, &[]).unwrap_err();
        assert!(
            matches!(
                refused,
                ImportError::NeedsKeyRule {
                    place: TextPosition { line: 2, column: 1 },
                    ..
                }
            ),
            "{bad}: {refused:?}"
        );
    }
    assert_eq!(
        refusal("{\"key\":\"a\",\"value\":1}\n7\n", &options),
        "line 2, column 1: expected the end of the text; if one JSON text follows the other, say \
         that the format is NDJSON"
    );
}

#[test]
fn a_rule_makes_keys_for_any_records() {
    let text = r#"[{"id":1,"t":"A b"},{"id":2,"t":"c"}]"#;
    let keys = |options: &ImportOptions| {
        let (records, _) = run(text, options, &[]).unwrap();
        records
            .iter()
            .map(|record| record.key.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&by_field("id")), ["1", "2"]);
    let template = Template::parse("x:{id}:{t|slug}").unwrap();
    assert_eq!(
        keys(&with_keys(KeyRule::Template(template))),
        ["x:1:a-b", "x:2:c"]
    );
    let prefix = "row:".to_owned();
    let rows = with_keys(KeyRule::RowNumber { prefix });
    assert_eq!(keys(&rows), ["row:0000001", "row:0000002"]);
    assert_eq!(
        refusal("[{\"id\":1},\n{\"x\":{}}]", &by_field("id")),
        "line 2, column 1: the record has no \"id\", which is part of its key"
    );
    assert_eq!(
        refusal("[{\"x\":{}}]", &by_field("x")),
        "line 1, column 2: \"x\" is not a text or a number, so it cannot be part of a key"
    );
    assert_eq!(
        refusal("{\"a\":{\"id\":1}}", &by_field("id")),
        "line 1, column 2: an object names the key of each record itself: leave out the rule for \
         keys, or say that the format is NDJSON if each object is a record"
    );
}

#[test]
fn an_invalid_key_is_refused_with_its_position() {
    let place = TextPosition { line: 2, column: 1 };
    let text = "{\"a\":1,\n\"b\\u0007\":2}";
    let error = KeyError::ControlCharacter { code: 7, index: 1 };
    let refused = run(text, &ImportOptions::default(), &[]).unwrap_err();
    assert_eq!(refused, ImportError::Key { place, error });
    let refused = run("[{\"id\":\"a\"},\n{\"id\":\"\"}]", &by_field("id"), &[]).unwrap_err();
    assert_eq!(
        refused,
        ImportError::Key {
            place,
            error: KeyError::Empty
        }
    );
    let long = format!("{{\"{}\":1}}", "k".repeat(5000));
    let refused = run(&long, &ImportOptions::default(), &[]).unwrap_err();
    assert!(matches!(
        refused,
        ImportError::Key {
            error: KeyError::TooLong { len: 5000 },
            ..
        }
    ));
}

#[test]
fn duplicate_keys_follow_the_policy() {
    let text = "{\"k\":\"a\",\"n\":1}\n{\"k\":\"a-2\",\"n\":2}\n{\"k\":\"a\",\"n\":3}\n{\"k\":\"a\",\"n\":4}\n";
    let import_with = |duplicates| {
        let options = ImportOptions {
            duplicates,
            ..by_field("k")
        };
        run(text, &options, &[])
    };
    assert_eq!(
        import_with(DuplicateKeys::Refuse).unwrap_err().to_string(),
        "line 3, column 1: duplicate key \"a\", first in line 1: number duplicates, or keep the \
         first or the last"
    );
    let keys = |records: &[ImportRecord]| {
        let keys = records.iter().map(|record| record.key.as_str().to_owned());
        keys.collect::<Vec<_>>()
    };
    let (records, report) = import_with(DuplicateKeys::Number).unwrap();
    assert_eq!(keys(&records), ["a", "a-2", "a-3", "a-4"]);
    assert_eq!(
        (report.added, report.numbered, report.duplicates),
        (4, 2, 0)
    );
    assert_eq!(
        report.notes.first[0].to_string(),
        "line 3, column 1: duplicate key, imported as \"a-3\""
    );
    let (records, report) = import_with(DuplicateKeys::FirstWins).unwrap();
    assert_eq!(keys(&records), ["a", "a-2"]);
    assert_eq!((report.read, report.added, report.duplicates), (4, 2, 2));
    let (records, report) = import_with(DuplicateKeys::LastWins).unwrap();
    assert_eq!(keys(&records), ["a", "a-2", "a", "a"]);
    assert_eq!((report.read, report.added, report.duplicates), (4, 2, 2));
}

#[test]
fn duplicate_names_in_an_object_of_records_are_refused() {
    assert_eq!(
        refusal("{\"a\":1,\n\"a\":2}", &ImportOptions::default()),
        "line 2, column 1: duplicate key \"a\", first in line 1: number duplicates, or keep the \
         first or the last"
    );
    assert_eq!(
        refusal("{\"a\":{\"x\":1,\n\"x\":2}}", &ImportOptions::default()),
        "line 2, column 1: the name \"x\" occurs twice in one object"
    );
}

#[test]
fn existing_keys_follow_the_policy() {
    let text = r#"{"a":1,"b":2}"#;
    let import_with = |conflict| {
        let options = ImportOptions {
            conflict,
            ..ImportOptions::default()
        };
        run(text, &options, &["b"])
    };
    let (records, report) = import_with(Conflict::Replace).unwrap();
    assert_eq!(
        (records.len(), report.added, report.replaced, report.kept),
        (2, 1, 1, 0)
    );
    let (records, report) = import_with(Conflict::Keep).unwrap();
    assert_eq!(
        (records.len(), report.added, report.replaced, report.kept),
        (1, 1, 0, 1)
    );
    assert_eq!(
        import_with(Conflict::Fail).unwrap_err().to_string(),
        "line 1, column 8: the key \"b\" exists already"
    );
}

#[test]
fn an_integer_named_expire_at_sets_the_expiry() {
    let text = r#"{"a":{"expireAt":1800000001},"b":{"expireAt":5},"c":{"expireAt":"no"},
        "d":{"expireAt":1800000001000}}"#;
    let (records, report) = run(text, &ImportOptions::default(), &[]).unwrap();
    let times: Vec<_> = records.iter().map(|record| record.expires_at).collect();
    assert_eq!(
        times,
        [
            Some(Millis(1_800_000_001_000)),
            Some(Millis(5000)),
            None,
            None
        ]
    );
    assert_eq!((report.expiring, report.expired), (2, 1));
    assert_eq!(
        report.notes.first[0].to_string(),
        "line 2, column 9: expireAt is 1800000001000, not a time in Unix seconds of the years 0001 to \
         9999 (are these milliseconds?): no expiry is set (in \"d\")"
    );
    let options = ImportOptions {
        expire_at: false,
        ..ImportOptions::default()
    };
    let (records, report) = run(text, &options, &[]).unwrap();
    assert!(records.iter().all(|record| record.expires_at.is_none()));
    assert_eq!((report.expiring, report.notes.total), (0, 0));
}

#[test]
fn the_expiry_beside_a_value_has_priority_over_the_one_inside() {
    let text = r#"{"key":"a","value":{"expireAt":5},"expires_at":"2100-01-01T00:00:00Z"}"#;
    let (records, _) = run(text, &ImportOptions::default(), &[]).unwrap();
    assert_eq!(records[0].expires_at, Some(Millis(4_102_444_800_000)));
    let refused = run(
        r#"[{"key":"a","value":1,"expires_at":5}]"#,
        &ImportOptions::default(),
        &[],
    );
    let expected = ImportError::NotTime {
        place: TextPosition { line: 1, column: 2 },
        name: "expires_at",
        found: ValueType::Int,
    };
    assert_eq!(refused.unwrap_err(), expected);
}

#[test]
fn numbers_that_became_strings_are_noted_with_their_record() {
    let text = "{\"key\":\"a\",\"value\":1}\n{\"key\":\"b\",\"value\":[1e999]}\n";
    let (records, report) = run(text, &ImportOptions::default(), &[]).unwrap();
    assert_eq!(texts(&records)[1], ("b", r#"["1e999"]"#.into()));
    assert_eq!(report.notes.total, 1);
    assert_eq!(
        report.notes.first[0].to_string(),
        "line 2, column 21: 1e999 is outside the range of a float: kept as a string (in \"b\")"
    );
}

#[test]
fn the_number_of_notes_is_bounded_and_counted() {
    let many = vec!["1e999"; 700].join(",");
    let text = format!("{{\"a\":[{many}],\"b\":[{many}],\"c\":[{many}]}}");
    let (_, report) = run(&text, &ImportOptions::default(), &[]).unwrap();
    assert_eq!((report.notes.first.len(), report.notes.total), (1000, 2100));
}

#[test]
fn invalid_json_is_refused_with_its_position() {
    let options = ImportOptions::default();
    for (text, expected) in [
        (
            "[{\"key\":\"a\",\"value\":1}\n{}]",
            "line 2, column 1: expected a comma or ]",
        ),
        (
            "{\"a\":1}\n}",
            "line 2, column 1: expected the end of the text; if one JSON text follows the other, \
             say that the format is NDJSON",
        ),
        ("{\"a\":1,\n\"b\"}", "line 2, column 4: expected a colon"),
        (
            "7",
            "line 1, column 1: expected an object or an array of records",
        ),
        ("", "line 1, column 1: the text ends before the value does"),
        ("key,value\na,1\n", "line 1, column 1: expected a value"),
        (
            "{\"key\":\"a\",\"value\":1}\n{\"key\":\"b\",\"value\":}\n",
            "line 2, column 20: expected a value",
        ),
        (
            "{\"key\":\"a\",\"value\":1} {}\n{}\n",
            "line 1, column 23: this record is not {\"key\": …, \"value\": …}: say which field is \
             its key, join several by a template, or number the records",
        ),
    ] {
        assert_eq!(refusal(text, &options), expected, "{text:?}");
    }
}

#[test]
fn a_value_of_the_deepest_nesting_survives_every_form() {
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let options = ImportOptions::default();
    for (levels, fits) in [(VALUE_DEPTH_MAX, true), (VALUE_DEPTH_MAX + 1, false)] {
        let value = deep(levels);
        for text in [
            format!("{{\"a\":{value}}}"),
            format!("[{{\"key\":\"a\",\"value\":{value}}}]"),
            format!("{{\"key\":\"a\",\"value\":{value}}}\n"),
        ] {
            match run(&text, &options, &[]) {
                Ok((records, _)) => {
                    assert!(fits);
                    let bytes = bytes::Bytes::copy_from_slice(records[0].value.as_bytes());
                    assert!(EncodedValue::from_bytes(bytes).is_ok());
                }
                Err(ImportError::Json(error)) => {
                    assert!(!fits);
                    assert_eq!(error.kind, JsonErrorKind::TooDeep);
                }
                Err(error) => panic!("{error}"),
            }
        }
        // As a value of its own, with a rule for the key, the element has no wrapper.
        let rows = with_keys(KeyRule::RowNumber {
            prefix: String::new(),
        });
        assert_eq!(run(&format!("[{value}]"), &rows, &[]).is_ok(), fits);
        assert!(run(&deep(10_000), &rows, &[]).is_err());
    }
}

#[test]
fn the_format_is_detected_from_the_extension_or_the_content() {
    let ending = |name: &str| Format::from_ending(std::path::Path::new(name));
    assert_eq!(ending("a.JSON"), Some(Format::Json));
    assert_eq!(ending("a.ndjson"), Some(Format::Ndjson));
    assert_eq!(ending("a.b.jsonl"), Some(Format::Ndjson));
    assert_eq!(ending("json"), None);
    for (text, format) in [
        ("[1]\n[2]", Format::Json),
        ("{\"a\":1}", Format::Json),
        ("\u{FEFF}{\"a\":1}\n\n", Format::Json),
        ("{\n\"a\":1}", Format::Json),
        ("{\"a\":1}\n{\"a\":2}", Format::Ndjson),
        ("\u{FEFF}{\"key\":\"a\",\"value\":1}", Format::Ndjson),
        ("", Format::Json),
    ] {
        assert_eq!(Format::sniff(text.as_bytes(), true), format, "{text:?}");
    }
    assert_eq!(
        Format::sniff(b"{\"key\":\"a\",\"value\":1}", false),
        Format::Json
    );
}

#[test]
fn lines_keep_their_order_and_numbers_across_batches() {
    let long = "x".repeat(100_000);
    let line = |n: usize| format!("{{\"key\":\"{n:05}\",\"value\":\"{long}\"}}\n");
    let mut text = "\u{FEFF}\n".to_owned();
    text.extend((0..200).map(line));
    let (records, _) = run(&text, &ImportOptions::default(), &[]).unwrap();
    let keys = records.iter().map(|record| record.key.as_str().to_owned());
    assert!(keys.eq((0..200).map(|n| format!("{n:05}"))));
    text.push_str("{]");
    assert_eq!(
        refusal(&text, &ImportOptions::default()),
        "line 202, column 2: expected a name in double quotes or }"
    );
}

#[test]
fn a_line_without_end_is_refused() {
    let endless = (&b"{\"key\":\""[..]).chain(io::repeat(b'x'));
    let source = ImportSource::new(endless, None, Some(Format::Ndjson)).unwrap();
    let refused = import(
        source,
        &ImportOptions::default(),
        NOW,
        &|_| None,
        &NoProgress,
        &mut |_| {},
    );
    assert_eq!(refused.unwrap_err(), ImportError::LineTooLong { line: 1 });
}

#[test]
fn a_cancelled_import_is_an_error() {
    let text = format!("{{\"a\":\"{}\"}}", "x".repeat(1_000_000));
    let reported = AtomicU64::new(0);
    let refused = import(
        source(&text, Some(Format::Json)),
        &ImportOptions::default(),
        NOW,
        &|_| None,
        &|done, total| {
            assert_eq!(total, Some(1_000_008));
            reported.store(done, Ordering::Relaxed);
            ControlFlow::Break(())
        },
        &mut |_| panic!("nothing may reach the sink"),
    );
    assert_eq!(refused.unwrap_err(), ImportError::Cancelled);
    assert!((1..1_000_000).contains(&reported.load(Ordering::Relaxed)));
}

#[test]
fn a_preview_shows_the_first_records_and_the_fields_for_keys() {
    let text = r#"[{"t":"A","y":1,"c":[]},{"t":"B","y":1},{"t":"C","y":2},{"#;
    let seen = preview(source(text, None), 2);
    assert_eq!(
        (seen.shape, seen.has_keys, seen.has_more),
        (Some(InputShape::Array), false, true)
    );
    assert_eq!(seen.records.len(), 2);
    let field = |name: &str, examples: &[&str], is_unique| FieldExample {
        name: name.to_owned(),
        examples: examples.iter().map(|text| (*text).to_owned()).collect(),
        is_unique,
    };
    assert_eq!(
        seen.fields,
        [field("t", &["A", "B"], true), field("y", &["1"], false)]
    );
    assert_eq!(seen.problem, None);
    let seen = preview(source(text, None), 10);
    assert_eq!(seen.records.len(), 3);
    assert!(matches!(seen.problem, Some(ImportError::Json(_))));
    assert!(preview(source("{\"a\":1}", None), 5).has_keys);
    assert!(preview(source("{\"key\":\"a\",\"value\":1}", None), 5).has_keys);
}

#[test]
fn unambiguous_content_has_priority_over_the_extension() {
    let (json, lines) = (Some(Format::Json), Some(Format::Ndjson));
    for (ending, text, format) in [
        (json, "{\"a\":1}\n{\"a\":2}\n", Format::Ndjson),
        (json, "\u{FEFF}{\"a\":1}\r\n\r\n{\"a\":2}", Format::Ndjson),
        (json, "{\"key\":\"a\",\"value\":1}\n", Format::Ndjson),
        (json, "{\n\"key\":\"a\",\n\"value\":1\n}\n", Format::Json),
        (json, "{\"a\":\n1}\n{\"a\":2}\n", Format::Ndjson),
        (lines, "[\n{\"a\":1},\n{\"a\":2}\n]", Format::Json),
        (lines, "{\n\"a\":1}", Format::Json),
        (lines, "{\"a\":1}\n", Format::Ndjson),
        (lines, "{\"a\":1,}\n{\"a\":2}\n", Format::Ndjson),
        (lines, "{\"a\":", Format::Ndjson),
    ] {
        let layout = format::Layout::detect(ending, text.as_bytes(), true);
        assert_eq!(layout.format(), format, "{ending:?} {text:?}");
    }
}

#[test]
fn many_notes_of_one_kind_do_not_hide_those_of_another() {
    let ids = (0..1500).chain([7]);
    let lines: Vec<_> = ids.map(|n| format!("{{\"id\": {n}}}\n")).collect();
    let lines = lines.concat();
    let options = ImportOptions {
        keys: KeyRule::Field(KeyField::new("id").unwrap()),
        duplicates: DuplicateKeys::FirstWins,
        ..ImportOptions::default()
    };
    let source = ImportSource::new(io::Cursor::new(lines), None, Some(Format::Ndjson)).unwrap();
    let report = import(
        source,
        &options,
        Millis(0),
        &|_| Some(value("null")),
        &NoProgress,
        &mut |_| {},
    )
    .unwrap();
    assert_eq!((report.replaced, report.duplicates), (1500, 1));
    assert_eq!((report.notes.first.len(), report.notes.total), (1001, 1501));
    let last = report.notes.first.last().map(ToString::to_string);
    assert_eq!(
        last.as_deref(),
        Some("line 1501, column 1: left out, duplicate key \"7\"")
    );
}
