//! `vstore import`.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use vstore::target::Approved;
use vstore::transfer::{
    Conflict, DuplicateKeys, Format, ImportOptions, ImportReport, ImportSource, KeyField, KeyRule,
    Template,
};
use vstore::{Cause, Clock as _, Store, SystemClock, WriteBatch, transfer};

use super::args::{ConflictArg, DuplicatesArg, FormatArg, ImportArgs};
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::password;
use super::progress::ProgressLine;
use super::target;

/// The number of notes shown as text; `--json` prints all notes that were kept.
const NOTES_SHOWN: usize = 20;

/// What `--json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    read: u64,
    added: u64,
    replaced: u64,
    kept: u64,
    duplicates: u64,
    numbered: u64,
    expiring: u64,
    expired: u64,
    notes: Vec<String>,
    notes_total: u64,
    ms: u128,
    dry_run: bool,
    #[serde(skip)]
    report: &'a ImportReport,
}

pub(super) fn run(args: &ImportArgs) -> Result<Exit, Failure> {
    let start = Instant::now();
    let options = options(args)?;
    let report = match target::to_create(&args.common, args.creation.create)? {
        Some(new_file) => into_new_file(args, &options, &new_file)?,
        None => into_file(args, &options)?,
    };
    // Results that the options ask for are only counted, not reported record by record.
    let expected = report.replaced + report.kept;
    let notes = report.notes.first.iter();
    let notes: Vec<_> = notes.filter(|note| !note.kind.is_expected()).collect();
    let answer = Answer {
        read: report.read,
        added: report.added,
        replaced: report.replaced,
        kept: report.kept,
        duplicates: report.duplicates,
        numbered: report.numbered,
        expiring: report.expiring,
        expired: report.expired,
        notes: notes.iter().map(ToString::to_string).collect(),
        notes_total: report.notes.total - expected,
        ms: start.elapsed().as_millis(),
        dry_run: args.dry_run,
        report: &report,
    };
    if args.common.json {
        output::json(&answer)?;
    } else {
        report_to_user(&answer);
    }
    Ok(Exit::Ok)
}

fn report_to_user(answer: &Answer<'_>) {
    for note in answer.notes.iter().take(NOTES_SHOWN) {
        output::message(note);
    }
    let shown = answer.notes.len().min(NOTES_SHOWN) as u64;
    if answer.notes_total > shown {
        output::message(format_args!(
            "… and {} more notes",
            answer.notes_total - shown
        ));
    }
    let report = answer.report;
    let verb = if answer.dry_run { "would be " } else { "" };
    output::message(format_args!(
        "{} records read: {} {verb}added, {} {verb}replaced, {} kept unchanged, {} duplicates \
             left out, {} numbered ({} ms)",
        report.read,
        report.added,
        report.replaced,
        report.kept,
        report.duplicates,
        report.numbered,
        answer.ms
    ));
    if report.expired > 0 {
        output::message(format_args!(
            "{} records had already expired before the import and are not visible",
            report.expired
        ));
    }
}

/// The whole input is read before the file is created, so that a refusal leaves no file behind.
fn into_new_file(
    args: &ImportArgs,
    options: &ImportOptions,
    new_file: &Approved,
) -> Result<ImportReport, Failure> {
    let credentials = password::new(&args.common)?;
    let mut store = Store::in_memory(Arc::new(SystemClock));
    let (batch, report) = read(args, options, &store)?;
    if !args.dry_run {
        store.commit(&batch)?;
        let (snapshot, options) = (
            store.snapshot(),
            database::create_options(&args.creation, new_file),
        );
        let path = new_file.path();
        let (store, _) = ProgressLine::new().watch(|control| {
            Store::create_from(path, &snapshot, &credentials, &options, control)
        })?;
        store.close()?;
    }
    Ok(report)
}

fn into_file(args: &ImportArgs, options: &ImportOptions) -> Result<ImportReport, Failure> {
    let mut store = if args.dry_run {
        database::open_to_read(&args.common)?
    } else {
        database::open_to_write(&args.common)?
    };
    let (batch, report) = read(args, options, &store)?;
    if !args.dry_run {
        ProgressLine::new().watch(|control| store.commit_large(&batch, control))?;
    }
    database::close(store);
    Ok(report)
}

/// Reads the whole input into one batch.
fn read(
    args: &ImportArgs,
    options: &ImportOptions,
    store: &Store,
) -> Result<(WriteBatch, ImportReport), Failure> {
    let format = args.format.map(|format| match format {
        FormatArg::Json => Format::Json,
        FormatArg::Ndjson => Format::Ndjson,
    });
    let source = if args.data == Path::new("-") {
        ImportSource::new(io::stdin(), None, format)
    } else {
        match format {
            Some(_) => ImportSource::open_as(&args.data, format),
            None => ImportSource::open(&args.data),
        }
    };
    let named = |failure: Failure| Failure {
        message: failure
            .message
            .map(|message| format!("{}: {message}", args.data.display())),
        ..failure
    };
    let source = source.map_err(|error| named(error.into()))?;
    let snapshot = store.snapshot();
    let now = SystemClock.now();
    let mut batch = WriteBatch::new(Cause::Import);
    let line = ProgressLine::new();
    let report = transfer::import(
        source,
        options,
        now,
        &|key| snapshot.get(key).map(|record| record.value),
        &|done, total| line.transfer("Reading", done, total),
        &mut |record| {
            batch.push(record.into_op(now));
        },
    )
    .map_err(|error| {
        let hint = match &error {
            transfer::ImportError::NeedsKeyRule { .. } => {
                "; use --key-field, --key-template or --row-numbers"
            }
            transfer::ImportError::DuplicateKey { .. } => {
                "; use --duplicates number, first or last"
            }
            transfer::ImportError::RuleNotNeeded { .. }
            | transfer::ImportError::MoreText { .. } => "; use --format ndjson",
            transfer::ImportError::LineTooLong { .. } => "; use --format json",
            _ => "",
        };
        let failure = named(Failure::from(error));
        Failure {
            message: failure.message.map(|message| format!("{message}{hint}")),
            ..failure
        }
    })?;
    Ok((batch, report))
}

fn options(args: &ImportArgs) -> Result<ImportOptions, Failure> {
    let keys = if let Some(name) = &args.key_field {
        KeyRule::Field(KeyField::new(name).map_err(Failure::usage)?)
    } else if let Some(template) = &args.key_template {
        KeyRule::Template(Template::parse(template).map_err(Failure::usage)?)
    } else if let Some(prefix) = &args.row_numbers {
        KeyRule::RowNumber {
            prefix: prefix.clone(),
        }
    } else {
        KeyRule::Given
    };
    Ok(ImportOptions {
        duplicates: match args.duplicates {
            Some(DuplicatesArg::Refuse) => DuplicateKeys::Refuse,
            Some(DuplicatesArg::First) => DuplicateKeys::FirstWins,
            Some(DuplicatesArg::Last) => DuplicateKeys::LastWins,
            // A duplicate key in the input is an error there; a rule that makes a duplicate is only
            // not specific enough, and no record may be lost because of that.
            None if matches!(keys, KeyRule::Given) => DuplicateKeys::Refuse,
            Some(DuplicatesArg::Number) | None => DuplicateKeys::Number,
        },
        conflict: match args.conflict {
            ConflictArg::Replace => Conflict::Replace,
            ConflictArg::Keep => Conflict::Keep,
            ConflictArg::Fail => Conflict::Fail,
        },
        expire_at: !args.no_expire_at,
        keys,
    })
}
