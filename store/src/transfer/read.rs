//! Walking an input element by element, whatever its format and shape.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::value::EncodedValue;
use crate::value::json::{JsonError, JsonErrorKind, JsonReader, Notes, Place};

use super::format::{self, Layout, SNIFF_BYTES, SNIFF_BYTES_MAX};
use super::lines::walk_lines;
use super::progress::Watched;
use super::{Format, ImportError, TransferProgress};

/// An input: bytes, their number if it is known, and their format.
pub struct ImportSource {
    reader: Box<dyn Read + Send>,
    length: Option<u64>,
    layout: Layout,
}

/// How an input holds its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An object whose names are the keys.
    Object,
    /// An array of elements.
    Array,
    /// An element per line, or one text after the other.
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
        let may_need_more = ending != Some(Format::Ndjson);
        Self::told_by(file, length, may_need_more, |head, whole| {
            Layout::tell(ending, head, whole)
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
        Self::told_by(
            reader,
            length,
            format.is_none(),
            |head, whole| match format {
                Some(format) => Layout::of_format(format, head, whole),
                None => Layout::tell(None, head, whole),
            },
        )
    }

    /// Bytes whose start tells how texts lie in them. If it `may_need_more`, a first line that is
    /// longer than usual is read to its end, within bounds.
    fn told_by(
        mut reader: impl Read + Send + 'static,
        length: Option<u64>,
        may_need_more: bool,
        tell: impl FnOnce(&[u8], bool) -> Layout,
    ) -> Result<Self, ImportError> {
        let mut head = Vec::new();
        let mut wanted = SNIFF_BYTES;
        let whole = loop {
            let missing = (wanted - head.len()) as u64;
            (&mut reader).take(missing).read_to_end(&mut head)?;
            let whole = head.len() < wanted;
            let is_enough = whole || wanted >= SNIFF_BYTES_MAX || !may_need_more;
            if is_enough || !format::needs_more(&head) {
                break whole;
            }
            wanted = (wanted * 2).min(SNIFF_BYTES_MAX);
        };
        if format::is_utf16(&head) {
            return Err(ImportError::Utf16);
        }
        let layout = tell(&head, whole);
        Ok(Self {
            reader: Box::new(io::Cursor::new(head).chain(reader)),
            length,
            layout,
        })
    }

    /// Its format.
    pub const fn format(&self) -> Format {
        self.layout.format()
    }

    /// Prepares each element and visits what that gives in order; returns the shape of the input.
    /// Unless `keys_given`, an element must be fit to be a value as a whole.
    pub(super) fn walk<T: Send>(
        self,
        keys_given: bool,
        progress: &dyn TransferProgress,
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
        let walked = match self.layout {
            Layout::Json => walk_json(watched, keys_given, prepare, visit),
            Layout::Lines => walk_lines(watched, keys_given, prepare, visit),
            Layout::Texts => walk_texts(watched, keys_given, prepare, visit),
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
            .field("layout", &self.layout)
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
    json.finish().map_err(|error| match error.kind {
        JsonErrorKind::TrailingText => ImportError::MoreText {
            place: error.place(),
        },
        _ => ImportError::from_json(error),
    })?;
    Ok(shape)
}

/// Texts one after the other, over any number of lines.
fn walk_texts<T>(
    reader: impl Read,
    keys_given: bool,
    prepare: &Prepare<'_, T>,
    visit: &mut Visit<'_, T>,
) -> Result<Shape, ImportError> {
    let mut json = JsonReader::of_several(reader);
    if keys_given {
        json.allow_wrapper();
    }
    for row in 1.. {
        let Some(element) = next_text(&mut json, row).map_err(ImportError::from_json)? else {
            break;
        };
        if visit(Shape::Lines, prepare(element)?)?.is_break() {
            break;
        }
    }
    Ok(Shape::Lines)
}

/// The next of several texts, or `None` at the end.
fn next_text<R: Read>(json: &mut JsonReader<R>, row: u64) -> Result<Option<Element>, JsonError> {
    if row > 1 && !json.next_text()? {
        return Ok(None);
    }
    // Looking at it passes over the white space before it.
    json.at_object()?;
    let place = json.place();
    let value = json.value()?;
    Ok(Some(Element {
        place,
        row,
        name: None,
        value,
        notes: json.take_notes(),
    }))
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
