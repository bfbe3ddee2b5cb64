//! Recognizes complete exports written by this program.
//!
//! An export has exactly one form: records in the order of their keys, one per line and without
//! white space, as [`export`](crate::transfer::export) writes them. A file of exactly this form is
//! the content of some database, so a newer export may replace it. JSON written by another program
//! or a person differs in white space, order or the form of a number, and so does an export that
//! was edited or is incomplete.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom};

use crate::key::Key;
use crate::value::json::{RECORD_LINE_BYTES_MAX, TextReader, write_compact};
use crate::value::{EncodedValue, Timestamp, ValueRef};

/// Files up to this length are checked completely, longer ones only this far and at the end.
const CHECKED_BYTES: u64 = 32 << 20;
/// How much of the end is checked.
const END_BYTES: u64 = 64 << 10;
const LINE_BYTES_MAX: u64 = RECORD_LINE_BYTES_MAX as u64;

/// How the line of a record begins.
const LINE_START: &[u8] = b"{\"key\":";

/// The form of the records in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `"key":value` in an object.
    Entries,
    /// `{"key":…,"value":…}` in an array.
    Array,
    /// `{"key":…,"value":…}`, one per line and nothing else.
    Lines,
}

impl Form {
    fn told_by(start: &[u8]) -> Option<Self> {
        match start {
            [b'{', b'\n', ..] => Some(Self::Entries),
            [b'[', b'\n', ..] => Some(Self::Array),
            _ => start.starts_with(LINE_START).then_some(Self::Lines),
        }
    }

    /// The last line, if it is not a record.
    const fn close(self) -> Option<&'static [u8]> {
        match self {
            Self::Entries => Some(b"}\n"),
            Self::Array => Some(b"]\n"),
            Self::Lines => None,
        }
    }
}

/// Whether the file, which must be positioned at its start, is an export.
pub(super) fn is_export(file: &mut File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let mut input = BufReader::with_capacity(1 << 16, &mut *file);
    let mut start = Vec::new();
    input
        .by_ref()
        .take(LINE_START.len() as u64)
        .read_to_end(&mut start)?;
    let Some(form) = Form::told_by(&start) else {
        return Ok(false);
    };
    input.rewind()?;
    let mut spelling = Spelling::new(form);
    let mut done = 0;
    loop {
        let line = next_line(&mut input)?;
        if line.is_empty() {
            return Ok(spelling.is_finished());
        }
        if !spelling.take(&line) {
            return Ok(false);
        }
        done += line.len() as u64;
        if done >= CHECKED_BYTES && length.saturating_sub(done) > END_BYTES {
            drop(input);
            return ends_like_one(file, form, length);
        }
    }
}

/// The next line with its line break, cut off at the greatest possible length of a line.
fn next_line(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    input.take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// Whether the end of a long file can be that of an export.
fn ends_like_one(file: &mut File, form: Form, length: u64) -> io::Result<bool> {
    file.seek(SeekFrom::Start(length.saturating_sub(END_BYTES)))?;
    let mut end = Vec::new();
    file.take(END_BYTES).read_to_end(&mut end)?;
    let records = match form.close() {
        Some(close) => end.strip_suffix(close),
        None => Some(&*end),
    };
    let Some(records) = records.and_then(|records| records.strip_suffix(b"\n")) else {
        return Ok(false);
    };
    // A record longer than the part that was read proves nothing.
    let last = memchr::memrchr(b'\n', records).map(|at| &records[at + 1..]);
    let mut spelling = Spelling::new(form);
    Ok(last.is_none_or(|last| spelling.take_record(last)))
}

/// Follows an export line by line.
struct Spelling {
    form: Form,
    reader: TextReader,
    /// The key of the previous record: keys must ascend.
    last_key: Option<Key>,
    state: State,
    printed: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing was read.
    Start,
    /// A record or, without any, an empty line must follow.
    Record,
    /// Nothing but the closing line may follow.
    Close,
    /// Nothing may follow.
    End,
}

impl Spelling {
    fn new(form: Form) -> Self {
        Self {
            form,
            reader: TextReader::default(),
            last_key: None,
            state: match form {
                Form::Entries | Form::Array => State::Start,
                Form::Lines => State::Record,
            },
            printed: Vec::new(),
        }
    }

    fn is_finished(&self) -> bool {
        match self.form {
            Form::Lines => self.last_key.is_some(),
            Form::Entries | Form::Array => self.state == State::End,
        }
    }

    /// Takes the next line; false if no export can have it at this position.
    fn take(&mut self, line: &[u8]) -> bool {
        let Some(text) = line.strip_suffix(b"\n") else {
            return false;
        };
        match self.state {
            State::Start => {
                self.state = State::Record;
                true
            }
            State::Record if text.is_empty() && self.form != Form::Lines => {
                self.state = State::Close;
                self.last_key.is_none()
            }
            State::Record if self.form == Form::Lines => self.take_record(text),
            State::Record => {
                let record = text.strip_suffix(b",").unwrap_or_else(|| {
                    self.state = State::Close;
                    text
                });
                self.take_record(record)
            }
            State::Close => {
                self.state = State::End;
                Some(line) == self.form.close()
            }
            State::End => false,
        }
    }

    /// Takes a record without its separator from the next one.
    fn take_record(&mut self, text: &[u8]) -> bool {
        let pair = match self.form {
            Form::Entries => {
                let Some((key, value)) = split_entry(text) else {
                    return false;
                };
                [b"{\"key\":", key, b",\"value\":", value, b"}"].concat()
            }
            Form::Array | Form::Lines => text.to_owned(),
        };
        self.reader.clear();
        let Ok(found) = self.reader.read(&pair, 1, true) else {
            return false;
        };
        let encoded = self.reader.as_slice().get(found.encoded);
        let encoded = bytes::Bytes::copy_from_slice(encoded.unwrap_or_default());
        let record = EncodedValue::from_validated(encoded);
        self.printed.clear();
        if write_compact(record.view(), &mut self.printed).is_err() || self.printed != pair {
            return false;
        }
        let Some(key) = key_of(record.view(), self.form).and_then(|key| Key::new(key).ok()) else {
            return false;
        };
        let is_behind = self.last_key.as_ref().is_none_or(|last| *last < key);
        self.last_key = Some(key);
        is_behind
    }
}

/// The key and the value of `"key":value`, unparsed.
fn split_entry(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"\"")?;
    let mut escaped = false;
    let length = inside.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    let (key, rest) = text.split_at_checked(length + 2)?;
    Some((key, rest.strip_prefix(b":")?))
}

/// The key of a record whose names are those of an export, in that order.
fn key_of(record: ValueRef<'_>, form: Form) -> Option<&str> {
    let map = record.as_map()?;
    let names: Vec<_> = map.iter().map(|(name, _)| name).collect();
    let has_times = match names.as_slice() {
        ["key", "value"] => false,
        ["key", "value", "created_at", "modified_at"]
        | ["key", "value", "expires_at", "created_at", "modified_at"] => true,
        _ => return None,
    };
    let is_form = match form {
        Form::Entries => !has_times,
        Form::Array => has_times,
        Form::Lines => true,
    };
    let is_time = |value: ValueRef<'_>| {
        value
            .as_str()
            .is_some_and(|text| Timestamp::parse(text).is_ok())
    };
    let are_times = map.iter().skip(2).all(|(_, value)| is_time(value));
    (is_form && are_times).then(|| map.get("key")?.as_str())?
}
