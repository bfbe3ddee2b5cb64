//! Writes records to a file, all or none, and counts them.

use std::path::PathBuf;

use vstore::Snapshot;
use vstore::target::{self, Consent, Existing, InUse, NotApproved, Output};
use vstore::transfer::{self, ExportError, ExportOptions, ExportReport, Format};

use super::task::TaskContext;
use crate::format;
use crate::state::{ExportPlan, Scope, Target, TaskState};

/// What to write, and how.
#[derive(Clone, Debug)]
pub struct ExportJob {
    /// The records at the time the export was requested.
    pub snapshot: Snapshot,
    /// Which of them.
    pub target: Target,
    /// In which form.
    pub format: Format,
    /// With timestamps.
    pub with_metadata: bool,
    /// Where to write.
    pub path: PathBuf,
    /// The databases and key files that must not be overwritten.
    pub in_use: InUse,
    /// Which records, as the user chose them.
    pub scope: Scope,
    /// What the user agreed to replace. An existing file is replaced once the new one is complete.
    pub consent: Consent,
}

impl ExportJob {
    /// How it ended or, if a file already exists at the path, the plan to run once the user agrees
    /// to replace that file.
    pub(super) fn run(
        self,
        context: &TaskContext,
    ) -> Result<TaskState, (Box<ExportPlan>, Box<Existing>)> {
        Ok(match self.write(context) {
            Ok(report) if report.is_complete() => TaskState::Finished(format!(
                "{} of {} records written to {}",
                format::count(report.written),
                format::count(report.expected),
                self.path.display()
            )),
            Ok(report) => TaskState::Failed(format!(
                "only {} of {} records were written",
                format::count(report.written),
                format::count(report.expected)
            )),
            Err(Problem::Export(ExportError::Cancelled)) => TaskState::Cancelled,
            Err(Problem::Export(error)) => TaskState::Failed(error.to_string()),
            Err(Problem::Target(NotApproved::Ask(existing))) => {
                let plan = ExportPlan {
                    scope: self.scope,
                    format: self.format,
                    with_metadata: self.with_metadata,
                    path: Some(self.path),
                    consent: Consent::Replace(existing.clone()),
                };
                return Err((Box::new(plan), Box::new(existing)));
            }
            Err(Problem::Target(error)) => TaskState::Failed(error.to_string()),
        })
    }

    fn write(&self, context: &TaskContext) -> Result<ExportReport, Problem> {
        let target = target::approve(&self.path, Output::Export, &self.in_use, &self.consent)?;
        let options = ExportOptions {
            format: self.format,
            with_metadata: self.with_metadata,
        };
        let progress = |done: u64, total: Option<u64>| {
            context.report(done, total, || format!("{} records", format::count(done)))
        };
        let expected = match &self.target {
            Target::Everything => self.snapshot.len(),
            target => target.keys(&self.snapshot).count(),
        };
        let records = self.target.records(&self.snapshot);
        let written =
            transfer::export_to_file(records, expected as u64, options, &target, &progress);
        Ok(written?)
    }
}

/// Why an export was not made.
enum Problem {
    Target(NotApproved),
    Export(ExportError),
}

impl From<NotApproved> for Problem {
    fn from(error: NotApproved) -> Self {
        Self::Target(error)
    }
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        Self::Export(error)
    }
}
