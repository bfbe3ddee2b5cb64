//! Walking an input element by element, whatever its format and shape.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::value::EncodedValue;
use crate::value::json::{JsonError, JsonReader, Notes, Place};

use super::format::SNIFF_BYTES;
use super::lines::walk_lines;
use super::progress::Watched;
use super::{Format, ImportError, Progress};

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
    /// Its number in the input, from 1.
    pub(super) row: u64,
    /// Its name, in an object of records.
    pub(super) name: Option<String>,
    pub(super) value: EncodedValue,
    pub(super) notes: Notes,
}

/// What is made of an element wherever it was read: of lines on many threads, in no order.
pub(super) type Prepare<'a, T> = dyn Fn(Element) -> Result<T, ImportError> + Sync + 'a;

/// Takes what was made of the elements, in their order; breaks to see no more.
pub(super) type Visit<'a, T> = dyn FnMut(Shape, T) -> Result<ControlFlow<()>, ImportError> + 'a;

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

    /// Prepares each element and visits what that gives in order; returns the shape of the input.
    /// Unless `keys_given`, an element must be fit to be a value as a whole.
    pub(super) fn walk<T: Send>(
        self,
        keys_given: bool,
        progress: &dyn Progress,
        prepare: &Prepare<'_, T>,
        visit: &mut Visit<'_, T>,
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
            Format::Json => walk_json(watched, keys_given, prepare, visit),
            Format::Ndjson => walk_lines(watched, keys_given, prepare, visit),
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

fn walk_json<T>(
    reader: impl Read,
    keys_given: bool,
    prepare: &Prepare<'_, T>,
    visit: &mut Visit<'_, T>,
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
    let begun = match shape {
        Shape::Object => json.begin_object(),
        Shape::Array | Shape::Lines => json.begin_array(),
    };
    begun.map_err(ImportError::from_json)?;
    for row in 1.. {
        let Some(element) = next_element(&mut json, shape, row).map_err(ImportError::from_json)?
        else {
            break;
        };
        if visit(shape, prepare(element)?)?.is_break() {
            return Ok(shape);
        }
    }
    json.finish().map_err(ImportError::from_json)?;
    Ok(shape)
}

/// The next element of the open object or array, or `None` at its end.
fn next_element<R: Read>(
    json: &mut JsonReader<R>,
    shape: Shape,
    row: u64,
) -> Result<Option<Element>, JsonError> {
    let (place, name) = if shape == Shape::Object {
        match json.next_entry()? {
            Some((place, name)) => (place, Some(name)),
            None => return Ok(None),
        }
    } else if json.next_element()? {
        (json.place(), None)
    } else {
        return Ok(None);
    };
    let value = json.value()?;
    Ok(Some(Element {
        place,
        row,
        name,
        value,
        notes: json.take_notes(),
    }))
}
