//! `vstore get`, `put`, `delete` and `range`.

use std::io::{self, Read as _, Write as _};
use std::ops::Bound;
use std::sync::Arc;

use serde_json::json;
use vstore::file::Control;
use vstore::transfer::rfc3339;
use vstore::value::EncodedValue;
use vstore::value::json::{TEXT_BYTES_MAX, parse_text, read_value, write_compact, write_pretty};
use vstore::{
    Cause, Clock as _, Expiry, Key, Millis, Op, Store, SystemClock, WriteBatch, expire_at,
};

use super::args::{DeleteArgs, GetArgs, PutArgs, RangeArgs};
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::password;
use super::printer::{Content, Full, Printer};
use super::target;

pub(super) fn get(args: &GetArgs) -> Result<Exit, Failure> {
    let store = database::open_to_read(&args.common)?;
    let Some(record) = store.snapshot().get(&args.key) else {
        return Err(not_found(&args.key));
    };
    if args.common.json {
        output::json(&Full(record.as_ref()))?;
        return Ok(Exit::Ok);
    }
    let mut data = output::data();
    if output::is_terminal() {
        write_pretty(record.value.view(), &mut data)?;
    } else {
        write_compact(record.value.view(), &mut data)?;
    }
    data.write_all(b"\n")?;
    data.flush()?;
    Ok(Exit::Ok)
}

pub(super) fn put(args: &PutArgs) -> Result<Exit, Failure> {
    let key = Key::new(&args.key)?;
    let new_file = target::to_create(&args.common, args.creation.create)?;
    // A value in the arguments is checked before the password is asked for.
    let given = match args.value.as_str() {
        "-" => None,
        text => Some(parse_value(text)?),
    };
    let store = if let Some(new_file) = new_file {
        let credentials = password::new(&args.common)?;
        let value = value_or_stdin(given)?;
        // The file is created only once the record is known to be valid.
        let mut store = Store::in_memory(Arc::new(SystemClock));
        write(&mut store, key, value, args)?;
        let options = database::create_options(&args.creation, &new_file);
        let (snapshot, control) = (store.snapshot(), Control::default());
        Store::create_from(new_file.path(), &snapshot, &credentials, &options, &control)?.0
    } else {
        let mut store = database::open_to_write(&args.common)?;
        let value = value_or_stdin(given)?;
        write(&mut store, key, value, args)?;
        store
    };
    database::close(store);
    Ok(Exit::Ok)
}

fn write(store: &mut Store, key: Key, value: EncodedValue, args: &PutArgs) -> Result<(), Failure> {
    let expiry = match args.ttl {
        Some(millis) => Expiry::At(SystemClock.now().plus_millis(millis)),
        None if args.no_expire_at => Expiry::Keep,
        None => match expire_at(value.view()) {
            None => Expiry::Keep,
            Some(Ok(at)) => Expiry::At(at),
            Some(Err(error)) => {
                let key = key.as_str();
                output::message(format_args!("vstore: {key:?}: {error}: no expiry is set"));
                Expiry::Keep
            }
        },
    };
    let created = store.snapshot().get(key.as_str()).is_none();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.push(Op::Put {
        key: key.clone(),
        value,
        expiry,
    });
    let commit = store.commit(&batch)?;
    // Read from the commit: a snapshot does not show expired records.
    let expires_at = commit
        .changes
        .first()
        .and_then(|change| change.after.as_ref())
        .and_then(|record| record.meta.expires_at);
    if let Some(at) = expires_at.filter(|at| *at <= SystemClock.now()) {
        output::message(format_args!("vstore: {}", gone(key.as_str(), at)));
    }
    if args.common.json {
        output::json(&json!({
            "key": key.as_str(),
            "created": created,
            "expires_at": expires_at.map(rfc3339),
        }))?;
    }
    Ok(())
}

/// The warning about a record that had expired before it was written.
pub(super) fn gone(key: &str, at: Millis) -> String {
    format!(
        "{key:?} already expired at {}: it is not visible, and the next change of the \
             file deletes it",
        rfc3339(at)
    )
}

fn value_or_stdin(given: Option<EncodedValue>) -> Result<EncodedValue, Failure> {
    if let Some(value) = given {
        return Ok(value);
    }
    // One byte more than any value can need: a longer text is cut there and refused, not misread.
    let stdin = io::stdin().lock().take(TEXT_BYTES_MAX as u64 + 1);
    let (value, notes) = read_value(stdin)?;
    for note in &notes.first {
        output::message(note);
    }
    Ok(value)
}

fn parse_value(text: &str) -> Result<EncodedValue, Failure> {
    let (value, notes) = parse_text(text)?;
    for note in &notes {
        output::message(note);
    }
    Ok(value)
}

pub(super) fn delete(args: &DeleteArgs) -> Result<Exit, Failure> {
    let mut store = database::open_to_write(&args.common)?;
    let snapshot = store.snapshot();
    let mut batch = WriteBatch::new(Cause::Edit);
    let mut missing = Vec::new();
    for text in &args.keys {
        match snapshot.get(text) {
            Some(record) => {
                batch.delete(record.key);
            }
            None => missing.push(text),
        }
    }
    let deleted = store.commit(&batch)?.changes.len();
    database::close(store);
    if args.common.json {
        output::json(&json!({ "deleted": deleted, "missing": missing }))?;
    } else {
        for key in &missing {
            output::message(format_args!("vstore: {key:?} does not exist"));
        }
    }
    Ok(if missing.is_empty() {
        Exit::Ok
    } else {
        Exit::NotFound
    })
}

pub(super) fn range(args: &RangeArgs) -> Result<Exit, Failure> {
    let store = database::open_to_read(&args.common)?;
    let snapshot = store.snapshot();
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut printer = Printer::new(&args.common, Content::new(args.keys_only));
    if let Some(prefix) = &args.prefix {
        for record in snapshot.prefix(prefix).take(limit) {
            printer.record(record)?;
        }
    } else {
        let start = args
            .start
            .as_deref()
            .map_or(Bound::Unbounded, Bound::Included);
        let end = args
            .end
            .as_deref()
            .map_or(Bound::Unbounded, Bound::Excluded);
        for record in snapshot.range(start, end).take(limit) {
            printer.record(record)?;
        }
    }
    printer.finish()?;
    Ok(Exit::Ok)
}

fn not_found(key: &str) -> Failure {
    Failure::new(Exit::NotFound, format_args!("{key:?} does not exist"))
}
