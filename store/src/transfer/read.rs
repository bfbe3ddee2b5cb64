//! Reading an input element by element, in any format and shape.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::value::json::{JsonError, JsonErrorKind, JsonReader};

use super::element::{Element, InputShape, Prepare, Visit};
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

impl ImportSource {
    /// Opens a file. The format is detected from the content, and from the extension if that is
    /// ambiguous.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let (file, length) = open_file(path)?;
        let ending = Format::from_ending(path);
        let may_need_more = ending != Some(Format::Ndjson);
        Self::told_by(file, length, may_need_more, |head, whole| {
            Layout::detect(ending, head, whole)
        })
    }

    /// Opens a file of a given format, or of the format detected from the content.
    pub fn open_as(path: &Path, format: Option<Format>) -> Result<Self, ImportError> {
        let (file, length) = open_file(path)?;
        Self::new(file, length, format)
    }

    /// From any bytes. Without a format, it is detected from the first bytes.
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
                None => Layout::detect(None, head, whole),
            },
        )
    }

    /// From bytes whose layout is detected from their start. If that `may_need_more`, a long first
    /// line is read to its end, within bounds.
    fn told_by(
        mut reader: impl Read + Send + 'static,
        length: Option<u64>,
        may_need_more: bool,
        detect: impl FnOnce(&[u8], bool) -> Layout,
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
        let layout = detect(&head, whole);
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

    /// Prepares each element and visits the results in order; returns the shape of the input.
    /// Unless `keys_given`, each element as a whole must be a valid value.
    pub(super) fn walk<T: Send>(
        self,
        keys_given: bool,
        progress: &dyn TransferProgress,
        prepare: &Prepare<'_, T>,
        visit: &mut Visit<'_, T>,
    ) -> Result<InputShape, ImportError> {
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
) -> Result<InputShape, ImportError> {
    let mut json = JsonReader::new(reader);
    let shape = if json.at_object().map_err(ImportError::from_json)? {
        InputShape::Object
    } else if json.at_array().map_err(ImportError::from_json)? {
        InputShape::Array
    } else {
        return Err(ImportError::NotRecords {
            place: json.place(),
        });
    };
    if keys_given && shape == InputShape::Array {
        json.allow_wrapper();
    }
    let begun = match shape {
        InputShape::Object => json.begin_object(),
        InputShape::Array | InputShape::Lines => json.begin_array(),
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

/// Reads texts one after another, over any number of lines.
fn walk_texts<T>(
    reader: impl Read,
    keys_given: bool,
    prepare: &Prepare<'_, T>,
    visit: &mut Visit<'_, T>,
) -> Result<InputShape, ImportError> {
    let mut json = JsonReader::of_several(reader);
    if keys_given {
        json.allow_wrapper();
    }
    for row in 1.. {
        let Some(element) = next_text(&mut json, row).map_err(ImportError::from_json)? else {
            break;
        };
        if visit(InputShape::Lines, prepare(element)?)?.is_break() {
            break;
        }
    }
    Ok(InputShape::Lines)
}

/// The next of several texts, or `None` at the end.
fn next_text<R: Read>(json: &mut JsonReader<R>, row: u64) -> Result<Option<Element>, JsonError> {
    if row > 1 && !json.next_text()? {
        return Ok(None);
    }
    // Peeking skips the white space before it.
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
    shape: InputShape,
    row: u64,
) -> Result<Option<Element>, JsonError> {
    let (place, name) = if shape == InputShape::Object {
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
