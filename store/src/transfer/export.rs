//! Exporting records as JSON or NDJSON, streaming.

use std::io::{self, Write};

use rayon::prelude::*;

use crate::clock::Millis;
use crate::record::RecordRef;
use crate::value::Timestamp;
use crate::value::json::write_compact;

use super::pair::{CREATED_AT, EXPIRES_AT, KEY, MODIFIED_AT, VALUE};
use super::{ExportError, ExportReport, Format, TransferProgress};

/// The number of records that are serialized at once, and by one task.
const BATCH_RECORDS: usize = 4096;
const PART_RECORDS: usize = 256;

/// The latest time in RFC 3339: 9999-12-31T23:59:59.999Z.
const MILLIS_MAX: i64 = 253_402_300_799_999;
/// The earliest time in RFC 3339: 0001-01-01T00:00:00Z.
const MILLIS_MIN: i64 = -62_135_596_800_000;

/// Options of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportOptions {
    /// The format.
    pub format: Format,
    /// Whether the times of expiry, creation and modification are written too. JSON is then an
    /// array of `{"key": …, "value": …, …}` instead of an object of records.
    pub with_metadata: bool,
}

/// How one record is written.
#[derive(Clone, Copy)]
enum Form {
    /// `"key":value`
    Entry,
    /// `{"key":…,"value":…}`
    Pair,
    /// The same with times.
    PairWithTimes,
}

/// Writes records in the order of the iterator. `expected` is the expected number of records; the
/// report has the actual one.
///
/// Each record is on a line of its own, so that exports can be compared line by line.
///
/// # Errors
///
/// [`ExportError`] if writing failed or the export was cancelled.
pub fn export<'a>(
    records: impl IntoIterator<Item = RecordRef<'a>>,
    expected: u64,
    options: ExportOptions,
    out: &mut dyn Write,
    progress: &dyn TransferProgress,
) -> Result<ExportReport, ExportError> {
    let is_json = options.format == Format::Json;
    let (form, open, separator, close) = match (is_json, options.with_metadata) {
        (true, false) => (Form::Entry, "{\n", ",\n", "\n}\n"),
        (true, true) => (Form::PairWithTimes, "[\n", ",\n", "\n]\n"),
        (false, false) => (Form::Pair, "", "\n", "\n"),
        (false, true) => (Form::PairWithTimes, "", "\n", "\n"),
    };
    let mut report = ExportReport {
        expected,
        ..ExportReport::default()
    };
    let mut write = |bytes: &[u8]| {
        report.bytes += bytes.len() as u64;
        out.write_all(bytes)
    };
    write(open.as_bytes())?;
    let mut records = records.into_iter();
    let mut next_batch = || records.by_ref().take(BATCH_RECORDS).collect::<Vec<_>>();
    let mut written = 0_u64;
    let mut batch = next_batch();
    let mut texts: Vec<Text> = Vec::new();
    // A pipeline: one batch is serialized while the previous one is written and the next one is
    // read.
    while !(batch.is_empty() && texts.is_empty()) {
        let mut serialized = Ok(Vec::new());
        let following = rayon::in_place_scope(|scope| {
            scope.spawn(|_| serialized = serialize_all(&batch, form, separator));
            for text in &texts {
                if written > 0 {
                    write(separator.as_bytes())?;
                }
                write(&text.bytes)?;
                written += text.records;
            }
            Ok::<_, ExportError>(next_batch())
        })?;
        if progress.report(written, Some(expected)).is_break() {
            return Err(ExportError::Cancelled);
        }
        texts = serialized?;
        batch = following;
    }
    let is_empty_text = written == 0 && !is_json;
    if !is_empty_text {
        write(close.as_bytes())?;
    }
    out.flush()?;
    report.written = written;
    Ok(report)
}

/// Records as they are written, with separators between them.
struct Text {
    bytes: Vec<u8>,
    records: u64,
}

fn serialize_all(batch: &[RecordRef<'_>], form: Form, separator: &str) -> io::Result<Vec<Text>> {
    batch
        .par_chunks(PART_RECORDS)
        .map(|part| serialize(part, form, separator))
        .collect()
}

fn serialize(records: &[RecordRef<'_>], form: Form, separator: &str) -> io::Result<Text> {
    let mut bytes = Vec::new();
    for (index, record) in records.iter().enumerate() {
        if index > 0 {
            bytes.extend_from_slice(separator.as_bytes());
        }
        write_record(record, form, &mut bytes)?;
    }
    Ok(Text {
        bytes,
        records: records.len() as u64,
    })
}

fn write_record(record: &RecordRef<'_>, form: Form, out: &mut Vec<u8>) -> io::Result<()> {
    if matches!(form, Form::Entry) {
        serde_json::to_writer(&mut *out, record.key)?;
        out.push(b':');
        return write_compact(record.value, out);
    }
    write!(out, "{{\"{KEY}\":")?;
    serde_json::to_writer(&mut *out, record.key)?;
    write!(out, ",\"{VALUE}\":")?;
    write_compact(record.value, out)?;
    if matches!(form, Form::PairWithTimes) {
        if let Some(at) = record.meta.expires_at {
            write!(out, ",\"{EXPIRES_AT}\":\"{}\"", rfc3339(at))?;
        }
        let (created, modified) = (record.meta.created_at, record.meta.modified_at);
        write!(out, ",\"{CREATED_AT}\":\"{}\"", rfc3339(created))?;
        write!(out, ",\"{MODIFIED_AT}\":\"{}\"", rfc3339(modified))?;
    }
    out.push(b'}');
    Ok(())
}

/// A time as RFC 3339 with milliseconds, clamped to the years 0001 to 9999.
pub fn rfc3339(at: Millis) -> String {
    let millis = at.0.clamp(MILLIS_MIN, MILLIS_MAX);
    let nanos = millis.rem_euclid(1000) as u32 * 1_000_000;
    let timestamp = Timestamp::new(millis.div_euclid(1000), nanos).unwrap_or(Timestamp::MAX);
    format!("{timestamp:.3}")
}
