//! `vstore export`.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use vstore::target::Output;
use vstore::transfer::{ExportOptions, Format, export, export_to_file};

use super::args::{ExportArgs, FormatArg};
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::progress::ProgressLine;
use super::target;

/// What `--json` prints if standard output is not taken by the data.
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
    let approve = || target::approve(&args.out, Output::Export, &args.common, args.force);
    // Problems that need no password are reported before it is asked for.
    if to_stdout {
        target::check_export_to_stdout(&args.common)?;
    } else {
        approve()?;
    }
    let store = database::open_to_read(&args.common)?;
    let snapshot = store.snapshot();
    let expected = snapshot.len() as u64;
    let line = ProgressLine::new();
    let progress = |done, total| line.transfer("Exporting", done, total);
    let is_stdout = to_stdout || args.out == Path::new("/dev/stdout");
    let report = if to_stdout {
        let mut data = output::data();
        let report = export(snapshot.iter(), expected, options, &mut data, &progress)?;
        data.flush()?;
        report
    } else {
        // Checked again: the password prompt may have been open for an hour.
        let target = approve()?;
        let write = || export_to_file(snapshot.iter(), expected, options, &target, &progress);
        if target.is_stream() {
            write()?
        } else {
            line.watch(|_| write())?
        }
    };
    drop(line);
    if args.common.json && !is_stdout {
        output::json(&Answer {
            written: report.written,
            expected: report.expected,
            bytes: report.bytes,
            ms: start.elapsed().as_millis(),
        })?;
    } else {
        output::message(format_args!(
            "{} of {} records written ({} bytes). The export is not encrypted.",
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
                "the extension of {} is not .json, .ndjson or .jsonl: add --format json or ndjson",
                args.out.display()
            ))
        }),
    }
}
