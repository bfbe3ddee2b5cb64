//! Copies what can still be read of a damaged file to a new one.

use std::path::PathBuf;
use std::sync::Arc;

use vstore::file::{self, KdfProfile, SalvageMode};
use vstore::{CreateOptions, SalvageError, SalvageOptions, SalvageReport, Store};

use super::task::TaskContext;
use crate::credentials::credentials;
use crate::failure::Failure;
use crate::format;
use crate::state::{SalvageOutcome, Secret};

/// The most lines about lost data.
const LINES_MAX: usize = 500;

/// What to read, where to write, and the password of both.
#[derive(Clone, Debug)]
pub struct SalvageJob {
    /// The damaged file, which is not changed.
    pub source: PathBuf,
    /// The new file, which must not exist.
    pub target: PathBuf,
    /// The password of both.
    pub secret: Secret,
    /// How much to recover.
    pub mode: SalvageMode,
    /// The cost of guessing the password of the new file.
    pub kdf: KdfProfile,
}

impl SalvageJob {
    /// Takes as long as reading and writing everything that is left.
    ///
    /// `Err(None)` if it was cancelled; otherwise why there is no new file.
    pub(super) fn run(self, context: &Arc<TaskContext>) -> Result<SalvageOutcome, Option<String>> {
        let control = context.control("Reading and writing");
        let credentials = credentials(&self.secret).map_err(|problem| Some(problem.text()))?;
        let options = SalvageOptions {
            mode: self.mode,
            create: CreateOptions {
                kdf: self.kdf,
                ..CreateOptions::default()
            },
            ..SalvageOptions::default()
        };
        let (store, report, _) =
            Store::salvage(&self.source, &self.target, &credentials, &options, &control)
                .map_err(message_of)?;
        // What was written is durable; only the mark of a clean close could be missing.
        store.close().ok();
        Ok(SalvageOutcome {
            target: self.target,
            records: report.records as u64,
            lost: lines(&report),
            is_complete: report.is_complete(),
        })
    }
}

fn message_of(error: SalvageError) -> Option<String> {
    match error {
        SalvageError::Read(file::FileSalvageError::Cancelled(_)) => None,
        SalvageError::Read(file::FileSalvageError::Open(error)) => Failure::from(error).message(),
        SalvageError::Create(error) => Failure::from(error).message(),
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
            "of a separately changed copy, left out",
        ),
        (report.skipped_changes, "change", "without its record"),
        (report.unreadable_payloads, "part", "with invalid content"),
    ];
    let counted = counted.iter().filter(|(count, ..)| *count > 0);
    lines.extend(
        counted.map(|(count, noun, what)| format!("{} {what}", format::counted(*count, noun))),
    );
    if report.file.gave_up {
        lines.push("The search ended before the end of the file".to_owned());
    }
    lines.truncate(LINES_MAX);
    lines
}
