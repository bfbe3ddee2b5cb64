use std::io::Cursor;
use std::io::Write as _;

use proptest::prelude::*;

use super::super::Content;
use super::super::content;
use crate::clock::Millis;
use crate::key::Key;
use crate::record::{Meta, Record};
use crate::transfer::{ExportOptions, Format, ImportOptions, ImportSource, NoProgress};
use crate::transfer::{export, import};
use crate::value::json::parse_text;

fn content_of(text: &[u8]) -> Content {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    content::of(file.path()).unwrap()
}

fn record(key: &str, value: &str, expires_at: Option<i64>) -> Record {
    Record {
        key: Key::new(key).unwrap(),
        value: parse_text(value).unwrap().0,
        meta: Meta {
            created_at: Millis(1_000),
            modified_at: Millis(2_500),
            expires_at: expires_at.map(Millis),
        },
    }
}

fn exported(records: &[Record], options: ExportOptions) -> Vec<u8> {
    let mut text = Vec::new();
    let all = records.iter().map(Record::as_ref);
    export(all, records.len() as u64, options, &mut text, &NoProgress).unwrap();
    text
}

/// Every form of an export.
fn forms() -> impl Iterator<Item = ExportOptions> {
    [Format::Json, Format::Ndjson]
        .into_iter()
        .flat_map(|format| {
            [false, true].map(|with_metadata| ExportOptions {
                format,
                with_metadata,
            })
        })
}

const VALUES: &[&str] = &[
    "null",
    "\"\\u0000\\\"\\\\ é \u{2028}\"",
    "-0.0",
    "1e300",
    "18446744073709551615",
    "{\"$bytes\":\"AAEC\"}",
    "{\"$$bytes\":\"AAEC\"}",
    "{\"$time\":\"2026-11-20T14:02:11Z\"}",
    "{\"$float\":\"NaN\"}",
    "{\"key\":\"a\",\"value\":1}",
    "{\"\":{\"b\":[[],{}]},\"a\":\"}\\n{\"}",
];

fn deep() -> String {
    let depth = crate::value::VALUE_DEPTH_MAX;
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn an_export_is_known_in_every_form_and_with_every_kind_of_value() {
    let deep = deep();
    let values = VALUES.iter().copied().chain([deep.as_str()]);
    let records: Vec<_> = values
        .enumerate()
        .map(|(n, value)| {
            record(
                &format!("k\"{n:03}\\"),
                value,
                (n % 2 == 0).then_some(9_000),
            )
        })
        .collect();
    for options in forms() {
        for records in [&records[..], &records[..1], &[]] {
            let text = exported(records, options);
            let expected = if text.is_empty() {
                Content::Empty
            } else {
                Content::Export
            };
            let shown = String::from_utf8_lossy(&text);
            assert_eq!(content_of(&text), expected, "{options:?}: {shown}");
        }
    }
}

#[test]
fn what_somebody_else_wrote_is_no_export() {
    for text in [
        "{\"a\":1}\n",
        "{\n\"a\":1\n}",
        "{\n\"a\":1}\n",
        "{\n  \"a\": 1\n}\n",
        "{\n\"a\": 1\n}\n",
        "{\n\"b\":1,\n\"a\":1\n}\n",
        "{\n\"a\":1,\n\"a\":1\n}\n",
        "{\n\"a\":1,\n}\n",
        "{\n\"a\":1\n\"b\":1\n}\n",
        "{\n\"a\":1.50\n}\n",
        "{\n\"a\":1\n}\n\n",
        "{\n\"a\":1\n}\n{\n\"b\":1\n}\n",
        "{\n\"\":1\n}\n",
        "[\n{\"key\":\"a\",\"value\":1}\n]\n",
        "[\n1,\n2\n]\n",
        "{\"key\":\"a\",\"value\":1}",
        "{\"key\":\"a\",\"value\":1}\n\n{\"key\":\"b\",\"value\":1}\n",
        "{\"key\":\"b\",\"value\":1}\n{\"key\":\"a\",\"value\":1}\n",
        "{\"key\":\"a\",\"value\":1,\"note\":2}\n",
        "{\"key\":\"a\", \"value\":1}\n",
        "{\"key\":\"a\",\"value\":36893488147419103232}\n",
        "{\"value\":1,\"key\":\"a\"}\n",
        "{\"key\":\"a\",\"value\":1,\"created_at\":\"yesterday\",\"modified_at\":\"today\"}\n",
        "\n",
        "{",
        "{\n",
    ] {
        assert_eq!(content_of(text.as_bytes()), Content::Other, "{text:?}");
    }
}

#[test]
fn an_export_that_was_cut_or_edited_is_none_any_more() {
    let records: Vec<_> = (0..50)
        .map(|n| record(&format!("k{n:02}"), "{\"a\":[1,2]}", None))
        .collect();
    for options in forms() {
        let text = exported(&records, options);
        for end in 1..text.len() {
            // Lines stay lines where a whole one is missing.
            let is_export = options.format == Format::Ndjson && text[end - 1] == b'\n';
            let found = content_of(&text[..end]) == Content::Export;
            assert_eq!(found, is_export, "{options:?} cut at {end}");
        }
        for at in (0..text.len()).step_by(97) {
            let mut edited = text.clone();
            edited.insert(at, b' ');
            let expected = if is_inside_text(&text, at) {
                continue;
            } else {
                Content::Other
            };
            assert_eq!(content_of(&edited), expected, "{options:?} at {at}");
        }
    }
}

/// Whether a byte more would be part of a key or a text.
fn is_inside_text(text: &[u8], at: usize) -> bool {
    text[..at].split(|byte| *byte == b'"').count() % 2 == 0
}

#[test]
fn of_a_long_export_start_and_end_are_looked_at() {
    let value = format!("\"{}\"", "x".repeat(1_000_000));
    let records: Vec<_> = (0..40)
        .map(|n| {
            record(
                &format!("k{n:02}"),
                if n == 38 { "1" } else { &value },
                None,
            )
        })
        .chain([record("last", "2", None)])
        .collect();
    for options in forms() {
        let mut text = exported(&records, options);
        assert_eq!(content_of(&text), Content::Export, "{options:?}");
        text.truncate(text.len() - 3);
        assert_eq!(content_of(&text), Content::Other, "{options:?}");
    }
}

#[test]
fn a_file_as_long_as_a_generated_key_is_one_unless_it_is_text() {
    assert_eq!(content_of(&[0xF7; 64]), Content::KeyFile);
    assert_eq!(content_of(&[b'a'; 64]), Content::Other);
    assert_eq!(content_of(&[0xF7; 63]), Content::Other);
    assert_eq!(content_of(&[0xF7; 65]), Content::Other);
}

proptest! {
    /// Whatever an export holds, it is known; and what is known as one is what an export of its
    /// own records would be, so that nothing is lost that no database has.
    #[test]
    fn an_export_is_known_and_nothing_else(
        entries in prop::collection::btree_map("[a-zé:\"\\\\ ]{1,6}", 0..VALUES.len(), 1..8),
        form in 0..4_usize,
        at: prop::sample::Index,
        byte: u8,
    ) {
        let records: Vec<_> = entries
            .iter()
            .map(|(key, value)| record(key, VALUES[*value], None))
            .collect();
        let options = forms().nth(form).unwrap();
        let mut text = exported(&records, options);
        prop_assert_eq!(content_of(&text), Content::Export);
        let at = at.index(text.len());
        text[at] = byte;
        if content_of(&text) == Content::Export {
            let mut again = Vec::new();
            let source = ImportSource::new(Cursor::new(text.clone()), None, Some(options.format));
            let read = import(
                source.unwrap(),
                &ImportOptions::default(),
                Millis(0),
                &|_| None,
                &NoProgress,
                &mut |record| again.push(Record {
                    key: record.key,
                    value: record.value,
                    meta: Meta {
                        created_at: record.created_at.unwrap_or(Millis(0)),
                        modified_at: record.modified_at.unwrap_or(Millis(0)),
                        expires_at: record.expires_at,
                    },
                }),
            );
            prop_assert!(read.is_ok());
            if !options.with_metadata {
                prop_assert_eq!(exported(&again, options), text);
            }
        }
    }
}
