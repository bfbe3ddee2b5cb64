//! Walking an input element by element, whatever its format and shape.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::value::json::{JsonReader, Notes, Place};
use crate::value::{EncodedValue, VALUE_BYTES_MAX};

use super::format::SNIFF_BYTES;
use super::progress::Watched;
use super::{Format, ImportError, Progress};

/// How much text of lines is parsed at once.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The longest line: a value of the largest size, with escapes.
const LINE_BYTES_MAX: usize = 2 * VALUE_BYTES_MAX;

/// An input: bytes, their number if it is known, and their format.
pub struct ImportSource {
    reader: Box<dyn Read + Send>,
    length: Option<u64>,
    format: Format,
}

/// How an input holds its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An object whose names are the keys.
    Object,
    /// An array of elements.
    Array,
    /// An element per line.
    Lines,
}

/// One element of an input.
pub(super) struct Element {
    /// Where it starts.
    pub(super) place: Place,
    /// Its name, in an object of records.
    pub(super) name: Option<String>,
    pub(super) value: EncodedValue,
    pub(super) notes: Notes,
}

/// Takes one element; breaks to see no more.
pub(super) type Visit<'a> = dyn FnMut(Shape, Element) -> Result<ControlFlow<()>, ImportError> + 'a;

impl ImportSource {
    /// Opens a file. The format is told by its ending, unless its content leaves no doubt.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let (file, length) = open_file(path)?;
        let ending = Format::from_ending(path);
        Self::told_by(file, length, |head, whole| {
            Format::tell(ending, head, whole)
        })
    }

    /// Opens a file of a format that is known, or is told by the content.
    pub fn open_as(path: &Path, format: Option<Format>) -> Result<Self, ImportError> {
        let (file, length) = open_file(path)?;
        Self::new(file, length, format)
    }

    /// Any bytes. Without a format, the first bytes tell it.
    pub fn new(
        reader: impl Read + Send + 'static,
        length: Option<u64>,
        format: Option<Format>,
    ) -> Result<Self, ImportError> {
        match format {
            Some(format) => Ok(Self {
                reader: Box::new(reader),
                length,
                format,
            }),
            None => Self::told_by(reader, length, Format::sniff),
        }
    }

    /// Bytes whose start tells their format.
    fn told_by(
        mut reader: impl Read + Send + 'static,
        length: Option<u64>,
        tell: impl FnOnce(&[u8], bool) -> Format,
    ) -> Result<Self, ImportError> {
        let mut head = Vec::new();
        (&mut reader)
            .take(SNIFF_BYTES as u64)
            .read_to_end(&mut head)?;
        let format = tell(&head, head.len() < SNIFF_BYTES);
        Ok(Self {
            reader: Box::new(io::Cursor::new(head).chain(reader)),
            length,
            format,
        })
    }

    /// Its format.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Visits each element in order, and returns the shape of the input. Unless `keys_given`, an
    /// element must be fit to be a value as a whole.
    pub(super) fn walk(
        self,
        keys_given: bool,
        progress: &dyn Progress,
        visit: &mut Visit<'_>,
    ) -> Result<Shape, ImportError> {
        let cancelled = AtomicBool::new(false);
        let watched = Watched {
            inner: self.reader,
            progress,
            cancelled: &cancelled,
            done: 0,
            reported: 0,
            total: self.length,
        };
        let walked = match self.format {
            Format::Json => walk_json(watched, keys_given, visit),
            Format::Ndjson => walk_lines(watched, keys_given, visit),
        };
        if cancelled.load(Ordering::Relaxed) {
            return Err(ImportError::Cancelled);
        }
        walked
    }
}

/// A file to read, and its length if it has one.
fn open_file(path: &Path) -> Result<(File, Option<u64>), ImportError> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    Ok((file, metadata.is_file().then_some(metadata.len())))
}

impl std::fmt::Debug for ImportSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportSource")
            .field("length", &self.length)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

fn walk_json(
    reader: impl Read,
    keys_given: bool,
    visit: &mut Visit<'_>,
) -> Result<Shape, ImportError> {
    let mut json = JsonReader::new(reader);
    let shape = if json.at_object().map_err(ImportError::from_json)? {
        Shape::Object
    } else if json.at_array().map_err(ImportError::from_json)? {
        Shape::Array
    } else {
        return Err(ImportError::NotRecords {
            place: json.place(),
        });
    };
    if keys_given && shape == Shape::Array {
        json.allow_wrapper();
    }
    let walked = match shape {
        Shape::Object => walk_object(&mut json, visit)?,
        Shape::Array | Shape::Lines => walk_array(&mut json, visit)?,
    };
    if walked.is_continue() {
        json.finish().map_err(ImportError::from_json)?;
    }
    Ok(shape)
}

fn walk_object<R: Read>(
    json: &mut JsonReader<R>,
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, ImportError> {
    json.begin_object().map_err(ImportError::from_json)?;
    while let Some((place, name)) = json.next_entry().map_err(ImportError::from_json)? {
        let value = json.value().map_err(ImportError::from_json)?;
        let element = Element {
            place,
            name: Some(name),
            value,
            notes: json.take_notes(),
        };
        if visit(Shape::Object, element)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn walk_array<R: Read>(
    json: &mut JsonReader<R>,
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, ImportError> {
    json.begin_array().map_err(ImportError::from_json)?;
    while json.next_element().map_err(ImportError::from_json)? {
        let place = json.place();
        let value = json.value().map_err(ImportError::from_json)?;
        let element = Element {
            place,
            name: None,
            value,
            notes: json.take_notes(),
        };
        if visit(Shape::Array, element)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Parses lines in parallel, a bounded batch at a time, and visits them in order.
fn walk_lines(
    mut reader: impl Read,
    keys_given: bool,
    visit: &mut Visit<'_>,
) -> Result<Shape, ImportError> {
    let mut carry = Vec::new();
    let mut line = 1;
    while let Some(batch) = next_batch(&mut reader, &mut carry, line)? {
        let mut lines = Vec::new();
        for text in batch.split(|byte| *byte == b'\n') {
            let text = match line {
                1 => text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text),
                _ => text,
            };
            if !text.trim_ascii().is_empty() {
                lines.push((line, text));
            }
            line += 1;
        }
        // The piece behind the last line break is the start of the next batch's first line.
        line -= u64::from(batch.ends_with(b"\n"));
        let parsed: Vec<_> = lines
            .into_par_iter()
            .map(|(line, text)| parse_line(line, text, keys_given))
            .collect();
        for element in parsed {
            if visit(Shape::Lines, element?)?.is_break() {
                return Ok(Shape::Lines);
            }
        }
    }
    Ok(Shape::Lines)
}

fn parse_line(line: u64, text: &[u8], keys_given: bool) -> Result<Element, ImportError> {
    let parse = || {
        let mut json = JsonReader::new(text).starting_at_line(line);
        if keys_given {
            json.allow_wrapper();
        }
        json.at_object()?;
        let place = json.place();
        let value = json.value()?;
        let notes = json.take_notes();
        json.finish()?;
        Ok(Element {
            place,
            name: None,
            value,
            notes,
        })
    };
    parse().map_err(ImportError::from_json)
}

/// The next whole lines; what follows the last line break waits in `carry`.
fn next_batch(
    reader: &mut impl Read,
    carry: &mut Vec<u8>,
    line: u64,
) -> Result<Option<Vec<u8>>, ImportError> {
    let mut batch = std::mem::take(carry);
    loop {
        let wanted = BATCH_BYTES.max(batch.len()) as u64;
        let before = batch.len();
        let count = reader.by_ref().take(wanted).read_to_end(&mut batch)?;
        let fresh = batch.get(before..).unwrap_or_default();
        if (count as u64) < wanted {
            return Ok((!batch.is_empty()).then_some(batch));
        }
        if let Some(end) = memchr::memrchr(b'\n', fresh) {
            *carry = batch.split_off(before + end + 1);
            return Ok(Some(batch));
        }
        if batch.len() > LINE_BYTES_MAX {
            return Err(ImportError::LineTooLong { line });
        }
    }
}
