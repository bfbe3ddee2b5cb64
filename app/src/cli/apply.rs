//! `vstore apply`: changes read from a pipe. The number of each line is printed once its change is
//! on disk.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};

use serde_json::json;
use vstore::value::json::{Note, RECORD_LINE_BYTES_MAX, parse_record_line};
use vstore::value::{EncodedValue, Timestamp, Value, ValueRef};
use vstore::{
    Cause, Clock as _, Expiry, Key, Millis, Op, Store, SystemClock, WriteBatch, expire_at,
};

use super::args::ApplyArgs;
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::records;
use super::signals;

/// At most this many lines share one sync. Only lines that have already arrived are grouped: none
/// waits for later ones.
const GROUP_MAX: usize = 1_024;

/// A parsed line, with its number counted from 1.
struct Line {
    number: u64,
    batch: WriteBatch,
}

/// The batch a line stands for, and warnings about it.
#[derive(Debug)]
struct Parsed {
    batch: WriteBatch,
    warnings: Vec<String>,
}

pub(super) fn apply(args: &ApplyArgs) -> Result<Exit, Failure> {
    let mut store = database::open_to_write(&args.common)?;
    let mut lines = Lines {
        input: BufReader::with_capacity(1 << 20, io::stdin().lock()),
        number: 0,
        expire_at: !args.no_expire_at,
        bytes_max: RECORD_LINE_BYTES_MAX,
        refused: 0,
    };
    let mut applied = 0_u64;
    let mut expired = 0;
    loop {
        let group = lines.group()?;
        if group.is_empty() {
            break;
        }
        applied += commit(&mut store, &group, &mut lines.refused, !args.common.json)?;
        // If the clock is in doubt, opening has reported it.
        let is_due = |at| at <= SystemClock.now();
        if store.next_expiry().is_some_and(is_due) && store.clock_suspect().is_none() {
            expired += database::delete_expired(&mut store);
        }
        database::compact_if_advised(&mut store);
        signals::end_if_stopped();
    }
    database::report_expired(expired);
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

/// Commits a group with one sync, prints the numbers of its lines and returns how many were
/// applied.
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
                output::message(format_args!("vstore: line {}: {rejection}", line.number));
            }
        }
    }
    out.flush()?;
    Ok(applied)
}

/// The lines of standard input after the password.
struct Lines<R> {
    input: BufReader<R>,
    number: u64,
    expire_at: bool,
    /// The longest line allowed; a longer one is skipped to its end.
    bytes_max: usize,
    refused: u64,
}

impl<R: io::Read> Lines<R> {
    /// Waits for a line, then takes all that have arrived with it; empty at the end of the input.
    fn group(&mut self) -> io::Result<Vec<Line>> {
        let mut group = Vec::new();
        while group.len() < GROUP_MAX {
            let has_line = self.input.buffer().contains(&b'\n');
            if !group.is_empty() && !has_line {
                break;
            }
            let Some(text) = self.next()? else {
                break;
            };
            if text.trim_ascii().is_empty() {
                continue;
            }
            let parsed = if text.len() > self.bytes_max {
                Err(format!(
                    "line {}: longer than {} bytes, the most a record can need",
                    self.number, self.bytes_max
                ))
            } else {
                parse(&text, self.number, self.expire_at)
            };
            match parsed {
                Ok(Parsed { batch, warnings }) => {
                    for warning in warnings {
                        output::message(warning);
                    }
                    group.push(Line {
                        number: self.number,
                        batch,
                    });
                }
                Err(why) => {
                    self.refused += 1;
                    output::message(format_args!("vstore: {why}"));
                }
            }
        }
        Ok(group)
    }

    /// The next line. One that is too long is cut to one byte more than allowed.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut text = Vec::new();
        let most = self.bytes_max as u64 + 1;
        let read = (&mut self.input).take(most).read_until(b'\n', &mut text)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if read as u64 == most && !text.ends_with(b"\n") {
            self.input.skip_until(b'\n')?;
        }
        Ok(Some(text))
    }
}

/// What a line asks for, or why it is refused, with the line number.
fn parse(line: &[u8], number: u64, honour_expire_at: bool) -> Result<Parsed, String> {
    let (line, notes) = parse_record_line(line, number).map_err(|error| error.to_string())?;
    let meant = interpret(line.view(), honour_expire_at);
    let mut parsed = meant.map_err(|why| format!("line {number}: {why}"))?;
    for warning in &mut parsed.warnings {
        *warning = format!("vstore: line {number}: {warning}");
    }
    let message = |note: &Note| format!("vstore: {note}");
    parsed.warnings.extend(notes.first.iter().map(message));
    Ok(parsed)
}

fn interpret(line: ValueRef<'_>, honour_expire_at: bool) -> Result<Parsed, String> {
    let fields = line.as_map().ok_or("expected an object")?;
    let mut warnings = Vec::new();
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
            // From an export with metadata; the store keeps its own timestamps.
            ("created_at" | "modified_at", ValueRef::String(_)) => {}
            (name, _) => return Err(format!("{name:?} is unknown here or of the wrong type")),
        }
    }
    let key = key.ok_or("there is no \"key\"")?;
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.push(match (deletes, value, expiry) {
        (true, None, None) => Op::Delete { key },
        (false, Some(value), expiry) => {
            let expiry_in_value = expire_at(value).filter(|_| honour_expire_at && expiry.is_none());
            let expiry_in_value = expiry_in_value.and_then(|result| match result {
                Ok(at) => Some(Expiry::At(at)),
                Err(error) => {
                    warnings.push(format!("{:?}: {error}: no expiry is set", key.as_str()));
                    None
                }
            });
            let expiry = expiry.or(expiry_in_value).unwrap_or(Expiry::Keep);
            if let Expiry::At(at) = expiry
                && at <= SystemClock.now()
            {
                warnings.push(records::gone(key.as_str(), at));
            }
            Op::Put {
                key,
                expiry,
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
        (true, ..) => return Err("a \"delete\" takes no \"value\" or \"expires_at\"".to_owned()),
        (false, None, None) => {
            return Err("there is no \"value\", \"delete\" or \"expires_at\"".to_owned());
        }
    });
    Ok(Parsed { batch, warnings })
}

fn time(text: &str) -> Result<Millis, String> {
    let at = Timestamp::parse(text)
        .map_err(|_error| format!("{text:?} is not a time in the form 2026-11-20T14:02:11Z"))?;
    let millis = i64::from(at.nanos() / 1_000_000);
    Ok(Millis::from_unix_seconds(at.seconds()).plus_millis(millis))
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
            bytes_max: 100,
            refused: 0,
        };
        // The first read fills the buffer with all lines; before it, nothing of them has arrived.
        let numbers = |group: Vec<Line>| group.iter().map(|line| line.number).collect::<Vec<_>>();
        assert_eq!(numbers(lines.group().unwrap()), [1, 4]);
        assert!(lines.group().unwrap().is_empty());
        assert_eq!(lines.refused, 1);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_to_its_end() {
        let long = "x".repeat(100);
        let input = format!(
            "{{\"key\":\"a\",\"value\":\"{long}\"}}\n{{\"key\":\"b\",\"value\":1}}\n{long}{long}"
        );
        for (bytes_max, numbers, refused) in [(60, vec![2], 2), (200, vec![1, 2], 1)] {
            let mut lines = Lines {
                input: BufReader::with_capacity(16, input.as_bytes()),
                number: 0,
                expire_at: true,
                bytes_max,
                refused: 0,
            };
            let mut found = Vec::new();
            loop {
                let group = lines.group().unwrap();
                if group.is_empty() {
                    break;
                }
                found.extend(group.iter().map(|line| line.number));
            }
            assert_eq!((found, lines.refused, lines.number), (numbers, refused, 3));
        }
    }

    #[test]
    fn warnings_about_a_line_are_reported() {
        let warnings = |line: &str| parse(line.as_bytes(), 7, true).unwrap().warnings;
        for (line, expected) in [
            (
                r#"{"key":"n","value":{"n":36893488147419103232}}"#,
                "more than 64 bits",
            ),
            (
                r#"{"key":"n","value":{"expireAt":1893456000000}}"#,
                "milliseconds",
            ),
            (
                r#"{"key":"n","value":{"expireAt":1000}}"#,
                "expired at 1970",
            ),
            (
                r#"{"key":"n","value":1,"expires_at":"1970-01-01T00:00:01Z"}"#,
                "expired at 1970",
            ),
        ] {
            let reported = warnings(line);
            assert_eq!(reported.len(), 1, "{reported:?}");
            assert!(
                reported[0].contains("line 7") && reported[0].contains(expected),
                "{reported:?}"
            );
        }
        assert!(warnings(r#"{"key":"n","value":{"expireAt":99999999999}}"#).is_empty());
    }

    #[test]
    fn a_line_puts_deletes_or_sets_an_expiry() {
        let op = |line: &str| {
            parse(line.as_bytes(), 1, true).map(|parsed| format!("{:?}", parsed.batch))
        };
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
            r#"{"key": "a", "expires_at": "-009999-01-01T00:00:00Z"}"#,
            r#"{"key": "a", "vaule": 1}"#,
        ] {
            assert!(op(line).is_err(), "{line}");
        }
    }
}
