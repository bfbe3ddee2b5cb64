//! NDJSON: lines are parsed in parallel, a bounded batch at a time, while the main thread visits
//! the results of the previous batch and reads the next one.

use std::io::Read;
use std::ops::ControlFlow;

use bytes::Bytes;
use rayon::prelude::*;

use crate::value::EncodedValue;
use crate::value::json::{JsonError, JsonErrorKind, RECORD_LINE_BYTES_MAX, TextReader};

use super::ImportError;
use super::element::{Element, InputShape, Prepare, Visit};

/// The size of a batch in bytes: small at first, because a preview may be waiting.
const FIRST_BATCH_BYTES: usize = 256 * 1024;
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The number of lines that one task parses. Their values share one allocation.
const LINES_PER_TASK: usize = 128;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Prepares the element of each line that is not blank, and visits the results in order.
pub(super) fn walk_lines<T: Send>(
    reader: impl Read,
    keys_given: bool,
    prepare: &Prepare<'_, T>,
    visit: &mut Visit<'_, T>,
) -> Result<InputShape, ImportError> {
    let mut batches = Batches {
        reader,
        carry: Vec::new(),
        line: 1,
        wanted: FIRST_BATCH_BYTES,
    };
    let mut rows = 0;
    let mut waiting = Vec::new();
    let mut next = batches.next();
    loop {
        let mut parsed = Vec::new();
        let (visited, following) = rayon::in_place_scope(|scope| {
            let has_batch = if let Ok(Some(batch)) = &next {
                let (parsed, rows) = (&mut parsed, &mut rows);
                scope.spawn(move |_| *parsed = batch.parse(rows, keys_given, prepare));
                true
            } else {
                false
            };
            let visited = visit_all(waiting, visit);
            let goes_on = has_batch && matches!(visited, Ok(ControlFlow::Continue(())));
            (visited, if goes_on { batches.next() } else { Ok(None) })
        });
        if visited?.is_break() || next?.is_none() {
            return Ok(InputShape::Lines);
        }
        (waiting, next) = (parsed, following);
    }
}

fn visit_all<T>(
    elements: Vec<Vec<Result<T, ImportError>>>,
    visit: &mut Visit<'_, T>,
) -> Result<ControlFlow<()>, ImportError> {
    for element in elements.into_iter().flatten() {
        if visit(InputShape::Lines, element?)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Whole lines, the first of them being `line`.
struct Batch {
    text: Vec<u8>,
    line: u64,
}

/// A line that is not blank.
struct Line<'a> {
    number: u64,
    /// Its number among the lines that are not blank, from 1.
    row: u64,
    text: &'a [u8],
}

impl Batch {
    /// Parses all lines; `rows` counts those that are not blank over all batches.
    fn parse<T: Send>(
        &self,
        rows: &mut u64,
        keys_given: bool,
        prepare: &Prepare<'_, T>,
    ) -> Vec<Vec<Result<T, ImportError>>> {
        let lines = self.lines(rows);
        lines
            .par_chunks(LINES_PER_TASK)
            .map_init(TextReader::default, |reader, lines| {
                read_lines(reader, lines, keys_given)
                    .map(|element| element.and_then(prepare))
                    .collect()
            })
            .collect()
    }

    fn lines(&self, rows: &mut u64) -> Vec<Line<'_>> {
        let mut lines = Vec::new();
        let mut start = 0;
        let ends = memchr::memchr_iter(b'\n', &self.text).chain([self.text.len()]);
        for (number, end) in (self.line..).zip(ends) {
            let text = self.text.get(start..end).unwrap_or_default();
            start = end + 1;
            let text = match number {
                1 => text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text),
                _ => text,
            };
            if !text.trim_ascii_start().is_empty() {
                *rows += 1;
                lines.push(Line {
                    number,
                    row: *rows,
                    text,
                });
            }
        }
        lines
    }
}

/// Reads lines into one allocation.
fn read_lines(
    reader: &mut TextReader,
    lines: &[Line<'_>],
    keys_given: bool,
) -> impl Iterator<Item = Result<Element, ImportError>> {
    reader.clear();
    let found: Vec<_> = lines
        .iter()
        .map(|line| {
            let found = reader.read(line.text, line.number, keys_given);
            found.map(|found| (line.row, found))
        })
        .collect();
    let bytes = Bytes::copy_from_slice(reader.as_slice());
    found.into_iter().map(move |found| {
        let (row, found) = found.map_err(refusal)?;
        Ok(Element {
            place: found.place,
            row,
            name: None,
            // The reader validates what it writes.
            value: EncodedValue::from_validated(bytes.slice(found.encoded)),
            notes: found.notes,
        })
    })
}

/// An incomplete line is usually part of a text over several lines.
fn refusal(error: JsonError) -> ImportError {
    match error.kind {
        JsonErrorKind::UnexpectedEnd => ImportError::UnfinishedLine {
            place: error.place(),
        },
        _ => ImportError::from_json(error),
    }
}

/// Divides text into batches of whole lines.
struct Batches<R> {
    reader: R,
    /// The text after the last line break of the previous batch.
    carry: Vec<u8>,
    /// The line number at its start.
    line: u64,
    wanted: usize,
}

impl<R: Read> Batches<R> {
    fn next(&mut self) -> Result<Option<Batch>, ImportError> {
        let mut text = std::mem::take(&mut self.carry);
        let line = self.line;
        loop {
            let before = text.len();
            let room = (RECORD_LINE_BYTES_MAX + 1).saturating_sub(before);
            let wanted = self.wanted.max(before).min(room.max(1));
            text.reserve_exact(wanted);
            let taken = self.reader.by_ref().take(wanted as u64);
            let count = { taken }.read_to_end(&mut text)?;
            if count < wanted {
                return Ok((!text.is_empty()).then_some(Batch { text, line }));
            }
            let fresh = text.get(before..).unwrap_or_default();
            if let Some(end) = memchr::memrchr(b'\n', fresh) {
                self.carry = text.split_off(before + end + 1);
                self.line += memchr::memchr_iter(b'\n', &text).count() as u64;
                self.wanted = (self.wanted * 2).min(BATCH_BYTES_MAX);
                return Ok(Some(Batch { text, line }));
            }
            if text.len() > RECORD_LINE_BYTES_MAX {
                return Err(ImportError::LineTooLong { line });
            }
        }
    }
}
