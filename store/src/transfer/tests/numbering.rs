//! Keys that an import generates.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::*;
use super::{NOW, by_field, source, value, with_keys};
use crate::value::json::to_compact;

/// What a store holds, by key.
type Stored = BTreeMap<String, String>;

fn stored(records: &[(&str, &str)]) -> Stored {
    records
        .iter()
        .map(|(key, json)| ((*key).to_owned(), (*json).to_owned()))
        .collect()
}

/// Imports into a store, and gives the report.
fn import_into(
    store: &mut Stored,
    text: &str,
    options: &ImportOptions,
) -> Result<ImportReport, ImportError> {
    let before = store.clone();
    import(
        source(text, Some(Format::Ndjson)),
        options,
        NOW,
        &|key| before.get(key).map(|json| value(json)),
        &NoProgress,
        &mut |record| {
            let json = to_compact(record.value.view());
            store.insert(record.key.as_str().to_owned(), json);
        },
    )
}

fn numbered(name: &str) -> ImportOptions {
    ImportOptions {
        duplicates: DuplicateKeys::Number,
        ..by_field(name)
    }
}

fn notes(report: &ImportReport) -> Vec<String> {
    report.notes.first.iter().map(ToString::to_string).collect()
}

#[test]
fn a_numbered_record_never_replaces_an_unrelated_record() {
    let text = "{\"id\":\"a\",\"n\":1}\n{\"id\":\"a\",\"n\":2}\n";
    for conflict in [Conflict::Replace, Conflict::Keep, Conflict::Fail] {
        let mut store = stored(&[("a-2", "\"precious\""), ("a-3", "{\"id\":\"b\"}")]);
        let options = ImportOptions {
            conflict,
            ..numbered("id")
        };
        let report = import_into(&mut store, text, &options).unwrap();
        assert_eq!(store["a-2"], "\"precious\"");
        assert_eq!(store["a-3"], "{\"id\":\"b\"}");
        assert_eq!(store["a-4"], "{\"id\":\"a\",\"n\":2}");
        assert_eq!((report.added, report.replaced, report.kept), (2, 0, 0));
        assert_eq!(
            notes(&report),
            ["line 2, column 1: duplicate key, imported as \"a-4\""]
        );
    }
}

#[test]
fn a_numbered_record_never_replaces_a_later_record_of_the_input() {
    let text = "{\"id\":\"a\"}\n{\"id\":\"a\"}\n{\"id\":\"a-2\"}\n{\"id\":\"a-2\"}\n";
    let mut store = Stored::new();
    let report = import_into(&mut store, text, &numbered("id")).unwrap();
    let keys: Vec<_> = store
        .iter()
        .map(|(key, json)| (key.as_str(), json.as_str()))
        .collect();
    assert_eq!(
        keys,
        [
            ("a", "{\"id\":\"a\"}"),
            ("a-2", "{\"id\":\"a-2\"}"),
            ("a-2-2", "{\"id\":\"a-2\"}"),
            ("a-3", "{\"id\":\"a\"}"),
        ]
    );
    assert_eq!((report.added, report.numbered), (4, 2));
}

#[test]
fn a_record_replaced_by_a_numbered_one_is_noted() {
    let mut store = Stored::new();
    let text = |last: u32| {
        format!(
            "{{\"id\":\"a\",\"n\":1}}\n{{\"id\":\"a\",\"n\":2}}\n{{\"id\":\"a\",\"n\":{last}}}\n"
        )
    };
    import_into(&mut store, &text(3), &numbered("id")).unwrap();
    let report = import_into(&mut store, &text(4), &numbered("id")).unwrap();
    assert_eq!(store["a-3"], "{\"id\":\"a\",\"n\":4}");
    assert_eq!((report.replaced, store.len()), (3, 3));
    let warned: Vec<_> = report
        .notes
        .first
        .iter()
        .filter(|note| note.kind == ImportNoteKind::ReplacedByNumber)
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        warned,
        ["line 3, column 1: replaced another value of \"a-3\", a key with a number"]
    );
    assert!(!ImportNoteKind::ReplacedByNumber.is_expected());
}

#[test]
fn a_row_number_never_replaces_an_unrelated_record() {
    let rows = with_keys(KeyRule::RowNumber {
        prefix: "row:".to_owned(),
    });
    let mut store = stored(&[("row:0000002", "\"precious\"")]);
    let text = "1\n2\n3\n";
    for _ in 0..2 {
        let report = import_into(&mut store, text, &rows).unwrap();
        let all: Vec<_> = store
            .iter()
            .map(|(key, json)| (key.as_str(), json.as_str()))
            .collect();
        assert_eq!(
            all,
            [
                ("row:0000001", "1"),
                ("row:0000002", "\"precious\""),
                ("row:0000002-2", "2"),
                ("row:0000003", "3"),
            ]
        );
        assert_eq!(
            notes(&report).first().unwrap(),
            if report.added > 0 {
                "line 2, column 1: its number belongs to another record, imported as \"row:0000002-2\""
            } else {
                "line 1, column 1: replaced \"row:0000001\""
            }
        );
    }
    let fails = ImportOptions {
        conflict: Conflict::Fail,
        ..rows
    };
    let refused = import_into(&mut store, text, &fails);
    assert!(matches!(refused, Err(ImportError::Conflict { .. })));
}

#[test]
fn a_preview_that_stops_early_numbers_its_records() {
    let text = "{\"id\":\"a\"}\n".repeat(3);
    let mut keys = Vec::new();
    let stopped = import(
        source(&text, Some(Format::Ndjson)),
        &numbered("id"),
        NOW,
        &|_| None,
        &|_: u64, _: Option<u64>| std::ops::ControlFlow::Break(()),
        &mut |record| keys.push((record.place.line, record.key.as_str().to_owned())),
    );
    assert_eq!(stopped.map(drop), Err(ImportError::Cancelled));
    for (line, key) in keys {
        let expected = if line == 1 {
            "a".to_owned()
        } else {
            format!("a-{line}")
        };
        assert_eq!(key, expected);
    }
}

proptest! {
    /// Whatever the store holds: unrelated records stay, every record of the input is there, and
    /// importing the input again changes nothing.
    #[test]
    fn importing_again_gives_the_same_keys(
        unrelated in prop::collection::btree_set("a(-[2-6]){0,2}", 0..6),
        ids in prop::collection::vec("a(-[2-5]){0,2}", 1..12),
        by_template: bool,
    ) {
        let options = if by_template {
            ImportOptions {
                duplicates: DuplicateKeys::Number,
                ..with_keys(KeyRule::Template(Template::parse("{id}").unwrap()))
            }
        } else {
            numbered("id")
        };
        // A natural key replaces what the store has, as asked for: only other keys are unrelated.
        let mut store: Stored = unrelated
            .iter()
            .filter(|key| !ids.contains(key))
            .map(|key| (key.clone(), format!("\"unrelated {key}\"")))
            .collect();
        let before = store.clone();
        let lines = |(n, id): (usize, &String)| format!("{{\"id\":\"{id}\",\"n\":{n}}}\n");
        let text: String = ids.iter().enumerate().map(lines).collect();
        let report = import_into(&mut store, &text, &options).unwrap();
        prop_assert_eq!(report.added, ids.len() as u64);
        prop_assert_eq!(store.len(), before.len() + ids.len());
        for (key, json) in &before {
            prop_assert_eq!(&store[key], json);
        }
        let once = store.clone();
        let again = import_into(&mut store, &text, &options).unwrap();
        prop_assert_eq!((again.added, again.replaced), (0, ids.len() as u64));
        prop_assert_eq!(store, once);
        let warns = |note: &ImportNote| note.kind == ImportNoteKind::ReplacedByNumber;
        prop_assert!(!again.notes.first.iter().any(warns));
    }
}
