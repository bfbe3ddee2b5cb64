//! `vstore header-backup` and `salvage`: commands for damaged files.

use serde_json::json;
use vstore::file::{Control, HeaderBackup, RealVfs, SalvageMode};
use vstore::target::Output;
use vstore::transfer::rfc3339;
use vstore::{CreateOptions, Millis, OpenOptions, SalvageOptions, SalvageReport, Store};

use super::database;
use super::exit::{Exit, Failure};
use super::key_args::{
    HeaderBackupArgs, HeaderBackupCommand, HeaderRestoreArgs, ModeArg, SalvageArgs,
};
use super::keys::as_json;
use super::output;
use super::password;
use super::progress::ProgressLine;
use super::target;

pub(super) fn header_backup(command: &HeaderBackupCommand) -> Result<Exit, Failure> {
    match command {
        HeaderBackupCommand::Export(args) => export(args),
        HeaderBackupCommand::Restore(args) => restore(args),
    }
}

fn export(args: &HeaderBackupArgs) -> Result<Exit, Failure> {
    let approve = || target::approve(&args.backup, Output::HeaderBackup, &args.common, args.force);
    // Problems that need no password are reported before it is asked for.
    approve()?;
    let store = database::open_to_read(&args.common)?;
    let Some(backup) = store.header_backup() else {
        return Err(Failure::new(Exit::InputOutput, "there is no file"));
    };
    let target = approve()?;
    target.write(&backup.to_bytes()).map_err(|error| {
        let words = format!("{} cannot be written: {error}", target.path().display());
        Failure::new(Exit::InputOutput, words)
    })?;
    if args.common.json {
        output::json(&json!({
            "bytes": backup.to_bytes().len(),
            "generation": backup.generation(),
            "exported_at": rfc3339(Millis(backup.exported_at())),
            "slots": as_json(&backup.slots()),
        }))?;
    } else {
        output::message(
            "keep it somewhere else; it opens with the current passwords, and is valid until the \
                 data key is exchanged (vstore rotate)",
        );
    }
    Ok(Exit::Ok)
}

fn restore(args: &HeaderRestoreArgs) -> Result<Exit, Failure> {
    let backup = HeaderBackup::load(&RealVfs, &args.backup)?;
    let credentials = password::existing(&args.common)?;
    let report = Store::restore_header(
        &args.common.db,
        &backup,
        &credentials,
        args.force,
        &OpenOptions::default(),
        &Control::default(),
    )?;
    if args.common.json {
        output::json(&json!({
            "backup_generation": report.backup_generation,
            "generation": report.generation,
            "exported_at": rfc3339(Millis(backup.exported_at())),
            "is_whole": report.is_whole,
            "slots": as_json(&report.slots),
        }))?;
    } else {
        output::message(format_args!(
            "the headers are restored; the file opens with the passwords as of {}",
            rfc3339(Millis(backup.exported_at()))
        ));
        if report.generation != report.backup_generation {
            output::message(
                "the file was compacted since the backup was made: its passwords may have \
                     changed since, too",
            );
        }
    }
    if !report.is_whole {
        output::message("the data is damaged as well: see `vstore verify` and `vstore salvage`");
        return Ok(Exit::Damaged);
    }
    Ok(Exit::Ok)
}

pub(super) fn salvage(args: &SalvageArgs) -> Result<Exit, Failure> {
    let approve = || target::approve(&args.new, Output::Database, &args.common, args.force);
    // Problems that need no password are reported before it is asked for.
    approve()?;
    let credentials = password::existing(&args.common)?;
    let target = approve()?;
    let options = SalvageOptions {
        mode: match args.mode {
            ModeArg::Prefix => SalvageMode::ConsistentPrefix,
            ModeArg::Everything => SalvageMode::Everything,
        },
        open: OpenOptions::default(),
        create: CreateOptions {
            kdf: args.kdf.into(),
            overwrite: target.replaces().is_some(),
            ..CreateOptions::default()
        },
    };
    let (path, new) = (&args.common.db, target.path());
    let (store, report, _) = ProgressLine::new()
        .watch(|control| Store::salvage(path, new, &credentials, &options, control))?;
    database::close(store);
    if args.common.json {
        output::json(&salvage_json(&report))?;
    } else {
        report_to_user(&report)?;
    }
    Ok(Exit::Ok)
}

fn salvage_json(report: &SalvageReport) -> serde_json::Value {
    let file = &report.file;
    let lost: Vec<_> = file
        .lost
        .iter()
        .map(|frame| json!({"offset": frame.offset, "frame": frame.seq, "message": frame.to_string()}))
        .collect();
    let breaks: Vec<_> = file
        .breaks
        .iter()
        .map(|place| json!({"offset": place.offset, "frame": place.seq, "message": place.to_string()}))
        .collect();
    let ranges: Vec<_> = report
        .lost_ranges
        .iter()
        .map(|range| {
            json!({
                "after": range.after.as_ref().map(vstore::Key::as_str),
                "before": range.before.as_ref().map(vstore::Key::as_str),
            })
        })
        .collect();
    let keys: Vec<_> = report.lost_keys.iter().map(vstore::Key::as_str).collect();
    json!({
        "complete": report.is_complete(),
        "records": report.records,
        "settings": report.settings,
        "frames": file.frames,
        "history_breaks": file.history_breaks,
        "breaks": breaks,
        "other_frames": file.other_frames,
        "moved_frames": file.moved_frames,
        "lost_frames": file.lost_frames,
        "lost": lost,
        "lost_chunks": file.lost_chunks,
        "transactions": file.transactions,
        "lost_transactions": file.lost_transactions,
        "left_out_transactions": file.left_out_transactions,
        "tail_bytes": file.tail_bytes,
        "gave_up": file.gave_up,
        "lost_ranges": ranges,
        "lost_keys": keys,
        "skipped_changes": report.skipped_changes,
        "unreadable_payloads": report.unreadable_payloads,
    })
}

fn report_to_user(report: &SalvageReport) -> Result<(), Failure> {
    let file = &report.file;
    for frame in &file.lost {
        output::line(format_args!("lost: {frame}"))?;
    }
    for place in &file.breaks {
        output::line(place)?;
    }
    if file.other_frames > 0 {
        output::line(format_args!(
            "left out: {} frames of a copy of the file that was changed separately",
            file.other_frames
        ))?;
    }
    for range in &report.lost_ranges {
        output::line(format_args!("records may be lost: {range}"))?;
    }
    for key in &report.lost_keys {
        output::line(format_args!("lost: the record {key}"))?;
    }
    if file.left_out_transactions > 0 {
        output::line(format_args!(
            "left out: {} transactions after a gap or a break (--mode everything includes them)",
            file.left_out_transactions
        ))?;
    }
    if file.tail_bytes > 0 {
        output::line(format_args!(
            "not readable: {} bytes at the end",
            file.tail_bytes
        ))?;
    }
    let verdict = if report.is_complete() {
        "nothing is known to be missing"
    } else {
        "not everything could be recovered"
    };
    output::line(format_args!(
        "{} records recovered; {verdict}",
        report.records
    ))
}
