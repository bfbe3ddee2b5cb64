//! `vstore info`, `verify` and `compact`.

use serde_json::json;
use vstore::file::{self, RealVfs, VerifyDepth};
use vstore::transfer::rfc3339;
use vstore::{Millis, OpenOptions, Store};

use super::args::{CompactArgs, PlainArgs, VerifyArgs};
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::password;
use super::progress::ProgressLine;

pub(super) fn info(args: &PlainArgs) -> Result<Exit, Failure> {
    let (store, report) = database::open_to_inspect(&args.common)?;
    // A program that has it open has not closed it yet.
    let holder = file::lock_holder(&RealVfs, &args.common.db);
    let closed = holder.is_none() && report.file.clean_close;
    let stats = store.stats();
    let paths = stats.paths;
    let file = stats.file.as_ref();
    let bytes = file.map_or(0, |file| file.bytes);
    let journal = file.map_or(0, |file| file.journal_bytes);
    let generation = file.map_or(0, |file| file.generation);
    let created = file.map(|file| rfc3339(Millis(file.created_at)));
    let kdf = file.and_then(|file| file.kdf).map(|kdf| kdf.to_string());
    if args.common.json {
        output::json(&json!({
            "records": stats.records,
            "bytes": bytes,
            "journal": journal,
            "generation": generation,
            "paths": paths,
            "expiring": stats.expiring,
            "expired": stats.expired,
            "created_at": created,
            "kdf": kdf,
            "closed": closed,
            "open_in": holder.as_ref().map(ToString::to_string),
        }))?;
        return Ok(Exit::Ok);
    }
    let closed = match &holder {
        Some(holder) => format!("no, it is open in {holder}"),
        None if closed => "yes".to_owned(),
        None => "no: the last session was cut short; everything it saved is intact".to_owned(),
    };
    let mut lines = vec![
        ("records", stats.records.to_string()),
        ("expiring", stats.expiring.to_string()),
        ("expired", stats.expired.to_string()),
        ("paths", paths.to_string()),
        ("bytes", bytes.to_string()),
        ("journal", format!("{journal} bytes")),
        ("generation", generation.to_string()),
        ("closed", closed),
    ];
    lines.extend(created.map(|created| ("created", created)));
    lines.extend(kdf.map(|kdf| ("password", kdf)));
    output::table(&lines)?;
    Ok(Exit::Ok)
}

pub(super) fn verify(args: &VerifyArgs) -> Result<Exit, Failure> {
    Store::probe(&args.common.db)?;
    let credentials = password::existing(&args.common)?;
    let line = ProgressLine::new();
    let depth = if args.quick {
        VerifyDepth::Quick
    } else {
        VerifyDepth::Full
    };
    let (path, options) = (&args.common.db, OpenOptions::default());
    let report =
        line.watch(|control| Store::verify(path, &credentials, depth, &options, control))?;
    drop(line);
    let is_intact = report.is_intact();
    if args.common.json {
        let findings: Vec<_> = report
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "offset": finding.offset,
                    "message": finding.to_string(),
                    "harmless": finding.kind.is_harmless(),
                    "lost_bytes": finding.loss.map(|loss| loss.bytes),
                    "lost_frames": finding.loss.and_then(|loss| loss.frames),
                    "lost_records": finding.loss.and_then(|loss| loss.records),
                })
            })
            .collect();
        output::json(&json!({
            "intact": is_intact,
            "bytes": report.bytes,
            "generation": report.generation,
            "frames": report.frames,
            "records_in_checkpoint": report.records_in_checkpoint,
            "clean_close": report.clean_close,
            "findings": findings,
        }))?;
    } else {
        for finding in &report.findings {
            output::line(finding)?;
        }
        let verdict = if is_intact { "intact" } else { "damaged" };
        output::line(format_args!(
            "{verdict}: {} bytes in {} frames read",
            report.bytes, report.frames
        ))?;
    }
    Ok(if is_intact { Exit::Ok } else { Exit::Damaged })
}

pub(super) fn compact(args: &CompactArgs) -> Result<Exit, Failure> {
    let mut store = if args.clock_is_right {
        database::open_by_clock(&args.common)?
    } else {
        database::open_to_write(&args.common)?
    };
    let bytes = |store: &Store| store.stats().file.map_or(0, |file| file.bytes);
    let before = bytes(&store);
    ProgressLine::new().watch(|control| store.compact(control))?;
    let after = bytes(&store);
    let records = store.stats().records;
    database::close(store);
    if args.common.json {
        output::json(&json!({
            "records": records,
            "bytes_before": before,
            "bytes_after": after,
        }))?;
    } else {
        output::message(format_args!(
            "{records} records: {before} bytes before, {after} bytes now"
        ));
    }
    Ok(Exit::Ok)
}
