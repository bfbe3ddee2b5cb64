//! `vstore apply`: changes from a pipe, each durable before its number is printed.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};

use jiff::Timestamp;
use serde_json::json;
use vstore::file::Control;
use vstore::transfer::expire_at;
use vstore::value::json::parse_text;
use vstore::value::{EncodedValue, VALUE_BYTES_MAX, Value, ValueRef};
use vstore::{Cause, Expiry, Key, Millis, Op, Store, WriteBatch};

use super::args::ApplyArgs;
use super::database;
use super::exit::{Exit, Failure};
use super::output;

/// How many lines share a sync at most. None waits for others: these are lines that were there.
const GROUP_MAX: usize = 1_024;
/// Text is at most twice as long as the largest value it can mean, but for escapes.
const LINE_BYTES_MAX: u64 = 2 * VALUE_BYTES_MAX as u64;

/// A line that asks for something, by its number, counted from 1.
struct Line {
    number: u64,
    batch: WriteBatch,
}

pub(super) fn apply(args: &ApplyArgs) -> Result<Exit, Failure> {
    let mut store = database::open_to_write(&args.common)?;
    let mut lines = Lines {
        input: BufReader::with_capacity(1 << 20, io::stdin().lock()),
        number: 0,
        expire_at: !args.no_expire_at,
        refused: 0,
    };
    let mut applied = 0_u64;
    loop {
        let group = lines.group()?;
        if group.is_empty() {
            break;
        }
        applied += commit(&mut store, &group, &mut lines.refused, !args.common.json)?;
        if store.compaction_advised() {
            store.compact(&Control::default())?;
        }
    }
    database::close(store);
    if args.common.json {
        output::json(&json!({ "applied": applied, "refused": lines.refused }))?;
    }
    Ok(if lines.refused == 0 {
        Exit::Ok
    } else {
        Exit::Refused
    })
}

/// Commits a group with one sync, then prints the numbers of its lines; how many were applied.
fn commit(
    store: &mut Store,
    group: &[Line],
    refused: &mut u64,
    prints: bool,
) -> Result<u64, Failure> {
    let batches: Vec<_> = group.iter().map(|line| line.batch.clone()).collect();
    let results = store.commit_all(&batches)?;
    let mut out = output::data();
    let mut applied = 0;
    for (line, result) in group.iter().zip(results) {
        match result {
            Ok(_) => {
                applied += 1;
                if prints {
                    writeln!(out, "{}", line.number)?;
                }
            }
            Err(rejection) => {
                *refused += 1;
                refuse(line.number, &rejection);
            }
        }
    }
    out.flush()?;
    Ok(applied)
}

fn refuse(number: u64, why: &dyn std::fmt::Display) {
    output::message(format_args!("vstore: line {number}: {why}"));
}

/// The lines of standard input, behind the password.
struct Lines<R> {
    input: BufReader<R>,
    number: u64,
    expire_at: bool,
    refused: u64,
}

impl<R: io::Read> Lines<R> {
    /// Waits for a line, then takes all that have arrived with it; none at the end of the input.
    fn group(&mut self) -> io::Result<Vec<Line>> {
        let mut group = Vec::new();
        while group.len() < GROUP_MAX {
            let has_line = self.input.buffer().contains(&b'\n');
            if !group.is_empty() && !has_line {
                break;
            }
            let mut text = Vec::new();
            let read = (&mut self.input)
                .take(LINE_BYTES_MAX)
                .read_until(b'\n', &mut text)?;
            if read == 0 {
                break;
            }
            self.number += 1;
            if text.trim_ascii().is_empty() {
                continue;
            }
            match parse(&text, self.expire_at) {
                Ok(batch) => group.push(Line {
                    number: self.number,
                    batch,
                }),
                Err(why) => {
                    self.refused += 1;
                    refuse(self.number, &why);
                }
            }
        }
        Ok(group)
    }
}

/// What a line asks for, or why it makes no sense.
fn parse(line: &[u8], honour_expire_at: bool) -> Result<WriteBatch, String> {
    let text = std::str::from_utf8(line).map_err(|error| error.to_string())?;
    let (line, _) = parse_text(text).map_err(|error| error.to_string())?;
    let fields = line.view().as_map().ok_or("an object was expected")?;
    let mut key = None;
    let mut value = None;
    let mut expiry = None;
    let mut deletes = false;
    for (name, field) in fields {
        match (name, field) {
            ("key", ValueRef::String(text)) => {
                key = Some(Key::new(text).map_err(|error| error.to_string())?);
            }
            ("value", field) => value = Some(field),
            ("delete", ValueRef::Bool(true)) => deletes = true,
            ("expires_at", ValueRef::Null) => expiry = Some(Expiry::Never),
            ("expires_at", ValueRef::String(text)) => expiry = Some(Expiry::At(time(text)?)),
            // Of an export with metadata; the store keeps its own.
            ("created_at" | "modified_at", ValueRef::String(_)) => {}
            (name, _) => return Err(format!("{name:?} is unknown here or of the wrong type")),
        }
    }
    let key = key.ok_or("there is no \"key\"")?;
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.push(match (deletes, value, expiry) {
        (true, None, None) => Op::Delete { key },
        (false, Some(value), expiry) => {
            let of_value = || expire_at(value).filter(|_| honour_expire_at);
            Op::Put {
                key,
                expiry: expiry.unwrap_or_else(|| of_value().map_or(Expiry::Keep, Expiry::At)),
                value: EncodedValue::encode(&Value::from(value))
                    .map_err(|error| error.to_string())?,
            }
        }
        (false, None, Some(expiry)) => Op::SetExpiry {
            key,
            expires_at: match expiry {
                Expiry::At(at) => Some(at),
                Expiry::Keep | Expiry::Never => None,
            },
        },
        (true, ..) => return Err("what is deleted has no \"value\" or \"expires_at\"".to_owned()),
        (false, None, None) => {
            return Err("there is no \"value\", \"delete\" or \"expires_at\"".to_owned());
        }
    });
    Ok(batch)
}

fn time(text: &str) -> Result<Millis, String> {
    let at: Timestamp = text
        .parse()
        .map_err(|_error| format!("{text:?} is not a time of RFC 3339"))?;
    Ok(Millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_have_arrived_share_a_group_and_bad_ones_are_left_out() {
        let input = b"{\"key\": \"a\", \"value\": 1}\n\n[]\n{\"key\": \"a\", \"delete\": true}\n";
        let mut lines = Lines {
            input: BufReader::new(&input[..]),
            number: 0,
            expire_at: true,
            refused: 0,
        };
        // The first read fills the buffer: the first line could not know of the others.
        let numbers = |group: Vec<Line>| group.iter().map(|line| line.number).collect::<Vec<_>>();
        assert_eq!(numbers(lines.group().unwrap()), [1, 4]);
        assert!(lines.group().unwrap().is_empty());
        assert_eq!(lines.refused, 1);
    }

    #[test]
    fn a_line_puts_deletes_or_sets_an_expiry() {
        let op = |line: &str| parse(line.as_bytes(), true).map(|batch| format!("{batch:?}"));
        for (line, expected) in [
            (r#"{"key": "a", "value": null}"#, "Put"),
            (
                r#"{"key": "a", "value": {"expireAt": 9}}"#,
                "At(Millis(9000))",
            ),
            (r#"{"key": "a", "delete": true}"#, "Delete"),
            (
                r#"{"key": "a", "expires_at": "1970-01-01T00:00:01Z"}"#,
                "Some(Millis(1000))",
            ),
        ] {
            let op = op(line).unwrap();
            assert!(op.contains(expected), "{line}: {op}");
        }
        for line in [
            "{",
            "[]",
            r#"{"value": 1}"#,
            r#"{"key": "a"}"#,
            r#"{"key": "", "value": 1}"#,
            r#"{"key": "a", "value": 1, "delete": true}"#,
            r#"{"key": "a", "delete": 1}"#,
            r#"{"key": "a", "expires_at": "tomorrow"}"#,
            r#"{"key": "a", "vaule": 1}"#,
        ] {
            assert!(op(line).is_err(), "{line}");
        }
    }
}
