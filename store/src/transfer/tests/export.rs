use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::super::*;
use super::{NOW, source};
use crate::batch::Op;
use crate::clock::Millis;
use crate::key::Key;
use crate::record::{Meta, Record};
use crate::target::{Consent, InUse, Output, approve};
use crate::value::json::parse_text;

fn record(key: &str, json: &str, expires_at: Option<i64>) -> Record {
    Record {
        key: Key::new(key).unwrap(),
        value: parse_text(json).unwrap().0,
        meta: Meta {
            created_at: Millis(1),
            modified_at: Millis(1_500),
            expires_at: expires_at.map(Millis),
        },
    }
}

fn exported(records: &[Record], options: ExportOptions) -> (String, ExportReport) {
    let mut out = Vec::new();
    let report = export(
        records.iter().map(Record::as_ref),
        records.len() as u64,
        options,
        &mut out,
        &NoProgress,
    );
    (String::from_utf8(out).unwrap(), report.unwrap())
}

const fn options(format: Format, with_metadata: bool) -> ExportOptions {
    ExportOptions {
        format,
        with_metadata,
    }
}

#[test]
fn each_form_of_export_is_as_documented() {
    let records = [
        record("a", "{\"x\": 1.0}", Some(i64::MAX)),
        record("b\"", "null", None),
    ];
    let (text, report) = exported(&records, options(Format::Json, false));
    assert_eq!(text, "{\n\"a\":{\"x\":1.0},\n\"b\\\"\":null\n}\n");
    assert_eq!(
        (report.written, report.expected, report.bytes),
        (2, 2, text.len() as u64)
    );
    assert!(report.is_complete());
    let (text, _) = exported(&records, options(Format::Ndjson, false));
    assert_eq!(
        text,
        "{\"key\":\"a\",\"value\":{\"x\":1.0}}\n{\"key\":\"b\\\"\",\"value\":null}\n"
    );
    let first = "{\"key\":\"a\",\"value\":{\"x\":1.0},\"expires_at\":\"9999-12-31T23:59:59.999Z\",\
        \"created_at\":\"1970-01-01T00:00:00.001Z\",\"modified_at\":\"1970-01-01T00:00:01.500Z\"}";
    let second = "{\"key\":\"b\\\"\",\"value\":null,\
        \"created_at\":\"1970-01-01T00:00:00.001Z\",\"modified_at\":\"1970-01-01T00:00:01.500Z\"}";
    let (text, _) = exported(&records, options(Format::Json, true));
    assert_eq!(text, format!("[\n{first},\n{second}\n]\n"));
    let (text, _) = exported(&records, options(Format::Ndjson, true));
    assert_eq!(text, format!("{first}\n{second}\n"));
}

#[test]
fn an_export_of_nothing_is_valid() {
    for format in [Format::Json, Format::Ndjson] {
        for with_metadata in [false, true] {
            let (text, report) = exported(&[], options(format, with_metadata));
            assert_eq!((report.written, report.bytes), (0, text.len() as u64));
            let read = import(
                source(&text, Some(format)),
                &ImportOptions::default(),
                NOW,
                &|_| None,
                &NoProgress,
                &mut |_| {},
            );
            assert_eq!(read.unwrap().read, 0);
        }
    }
}

#[test]
fn a_missing_record_is_reported() {
    let records = [record("a", "1", None)];
    let report = export(
        records.iter().map(Record::as_ref),
        2,
        options(Format::Json, false),
        &mut io::sink(),
        &NoProgress,
    );
    assert!(!report.unwrap().is_complete());
}

#[test]
fn an_export_replaces_its_file_only_when_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.json");
    let records = [record("a", "1", None)];
    let write = |progress: &dyn TransferProgress| {
        let options = options(Format::Json, false);
        let target = approve(
            &path,
            Output::Export,
            &InUse::default(),
            &Consent::ReplaceAny,
        );
        export_to_file(
            records.iter().map(Record::as_ref),
            1,
            options,
            &target.unwrap(),
            progress,
        )
    };
    std::fs::write(&path, "before").unwrap();
    let cancelled = write(&|_, _| ControlFlow::Break(()));
    assert_eq!(cancelled, Err(ExportError::Cancelled));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
    assert_eq!(write(&NoProgress).unwrap().written, 1);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\n\"a\":1\n}\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn an_export_to_a_descriptor_is_appended() {
    use std::os::fd::AsRawFd as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::fs::write(&path, "before\n").unwrap();
    let file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    let descriptor = format!("/dev/fd/{}", file.as_raw_fd());
    let consent = Consent::NotAsked;
    let target = approve(
        descriptor.as_ref(),
        Output::Export,
        &InUse::default(),
        &consent,
    );
    let records = [record("a", "1", None)];
    let written = export_to_file(
        records.iter().map(Record::as_ref),
        1,
        options(Format::Ndjson, false),
        &target.unwrap(),
        &NoProgress,
    );
    assert_eq!(written.unwrap().written, 1);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "before\n{\"key\":\"a\",\"value\":1}\n");
}

#[test]
fn an_export_that_cannot_be_written_is_an_error() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let refused = export(
        [record("a", "1", None)].iter().map(Record::as_ref),
        1,
        options(Format::Json, false),
        &mut Full,
        &NoProgress,
    );
    let kind = io::ErrorKind::StorageFull;
    assert!(matches!(refused, Err(ExportError::Io { kind: found, .. }) if found == kind));
}

proptest! {
    #[test]
    fn what_is_exported_is_imported_again(
        records in prop::collection::btree_map("[a-zé:\"\\\\ ]{1,8}", any::<(i64, Option<u32>)>(), 0..20),
        is_json: bool,
    ) {
        let format = if is_json { Format::Json } else { Format::Ndjson };
        let records: Vec<_> = records
            .iter()
            .map(|(key, (int, expires))| {
                record(key, &format!("{{\"n\":{int}}}"), expires.map(i64::from))
            })
            .collect();
        let (text, _) = exported(&records, options(format, true));
        let read = RefCell::new(BTreeMap::new());
        let report = import(
            source(&text, Some(format)),
            &ImportOptions::default(),
            NOW,
            &|_| None,
            &NoProgress,
            &mut |record| {
                let key = record.key.clone();
                let Op::Restore(restored) = record.into_op(NOW) else {
                    panic!("the times are missing")
                };
                read.borrow_mut().insert(key, restored);
            },
        );
        prop_assert_eq!(report.unwrap().added, records.len() as u64);
        prop_assert!(read.into_inner().into_values().eq(records));
    }
}
