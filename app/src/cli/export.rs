//! `vstore export`.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use vstore::transfer::{ExportOptions, Format, export, export_to_file};

use super::args::{ExportArgs, FormatArg};
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::progress::ProgressLine;

/// What `--json` prints, where standard output is free for it.
#[derive(Serialize)]
struct Answer {
    written: u64,
    expected: u64,
    bytes: u64,
    ms: u128,
}

pub(super) fn run(args: &ExportArgs) -> Result<Exit, Failure> {
    let start = Instant::now();
    let to_stdout = args.out == Path::new("-");
    let options = ExportOptions {
        format: format(args, to_stdout)?,
        with_metadata: args.with_metadata,
    };
    if args
        .out
        .extension()
        .is_some_and(|ending| ending == "vstore")
    {
        return Err(Failure::usage(format_args!(
            "{} would be replaced by an export: the file to write comes second",
            args.out.display()
        )));
    }
    let store = database::open_to_read(&args.common)?;
    let snapshot = store.snapshot();
    let expected = snapshot.len() as u64;
    let line = ProgressLine::new();
    let progress = |done, total| line.transfer("Exporting", done, total);
    let report = if to_stdout {
        let mut data = output::data();
        let report = export(snapshot.iter(), expected, options, &mut data, &progress)?;
        data.flush()?;
        report
    } else {
        export_to_file(snapshot.iter(), expected, options, &args.out, &progress)?
    };
    drop(line);
    if args.common.json && !to_stdout {
        output::json(&Answer {
            written: report.written,
            expected: report.expected,
            bytes: report.bytes,
            ms: start.elapsed().as_millis(),
        })?;
    } else {
        output::message(format_args!(
            "{} of {} records written ({} bytes). What was written is not encrypted.",
            report.written, report.expected, report.bytes
        ));
    }
    if report.is_complete() {
        Ok(Exit::Ok)
    } else {
        Err(Failure::new(
            Exit::InputOutput,
            "the export is not complete",
        ))
    }
}

fn format(args: &ExportArgs, to_stdout: bool) -> Result<Format, Failure> {
    match args.format {
        Some(FormatArg::Json) => Ok(Format::Json),
        Some(FormatArg::Ndjson) => Ok(Format::Ndjson),
        None if to_stdout => Ok(Format::Json),
        None => Format::from_ending(&args.out).ok_or_else(|| {
            Failure::usage(format_args!(
                "the ending of {} is not .json, .ndjson or .jsonl: add --format json or ndjson",
                args.out.display()
            ))
        }),
    }
}
