//! Bringing what is left of a damaged file into a new one, without the engine's own store.

use std::path::Path;

use vstore::file::{self, Control, KdfProfile};
use vstore::{CreateOptions, SalvageError, SalvageOptions, SalvageReport, Store};

use super::files::credentials;
use super::problem::Failure;
use crate::command::Secret;
use crate::format;
use crate::state::{SalvageMode, SalvageOutcome};

/// Most lines about what is lost.
const LINES_MAX: usize = 500;

/// Reads what can be read of a damaged file and writes it to a new one, with the same password.
/// Takes as long as reading and writing all of it. The damaged file is not changed.
///
/// `Err(None)`: it was cancelled; otherwise why there is no new file, in words.
pub fn salvage_file(
    (source, target): (&Path, &Path),
    secret: &Secret,
    mode: SalvageMode,
    kdf: KdfProfile,
    control: &Control,
) -> Result<SalvageOutcome, Option<String>> {
    let credentials = credentials(secret).map_err(|problem| Some(problem.text()))?;
    let options = SalvageOptions {
        mode: match mode {
            SalvageMode::Consistent => file::SalvageMode::ConsistentPrefix,
            SalvageMode::Everything => file::SalvageMode::Everything,
        },
        create: CreateOptions {
            kdf,
            ..CreateOptions::default()
        },
        ..SalvageOptions::default()
    };
    let (store, report, _) =
        Store::salvage(source, target, &credentials, &options, control).map_err(words)?;
    // What was written is durable; only the mark of a clean end could be missing.
    store.close().ok();
    Ok(SalvageOutcome {
        target: target.to_owned(),
        records: report.records as u64,
        lost: lines(&report),
        is_complete: report.is_complete(),
    })
}

fn words(error: SalvageError) -> Option<String> {
    match error {
        SalvageError::Read(file::SalvageError::Cancelled(_)) => None,
        SalvageError::Read(file::SalvageError::Open(error)) => Failure::from(error).words(),
        SalvageError::Create(error) => Failure::from(error).words(),
        error => Some(format!("{error}.")),
    }
}

fn lines(report: &SalvageReport) -> Vec<String> {
    let mut lines = Vec::new();
    let ranges = report.lost_ranges.iter();
    lines.extend(ranges.map(|range| format!("Records lost: {range}")));
    let keys = report.lost_keys.iter();
    lines.extend(keys.map(|key| format!("Record lost: {key}")));
    lines.extend(report.file.lost.iter().map(ToString::to_string));
    lines.extend(report.file.breaks.iter().map(ToString::to_string));
    let counted = [
        (report.file.lost_transactions, "change", "lost"),
        (
            report.file.left_out_transactions,
            "later change",
            "left out",
        ),
        (
            report.file.other_frames,
            "part",
            "of a copy that was changed by itself, left out",
        ),
        (report.skipped_changes, "change", "without its record"),
        (report.unreadable_payloads, "part", "that makes no sense"),
    ];
    let counted = counted.iter().filter(|(count, ..)| *count > 0);
    lines.extend(
        counted.map(|(count, noun, what)| format!("{} {what}", format::counted(*count, noun))),
    );
    if report.file.gave_up {
        lines.push("The search was given up before the end of the file".to_owned());
    }
    lines.truncate(LINES_MAX);
    lines
}
