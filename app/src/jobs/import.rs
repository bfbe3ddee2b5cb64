//! Reads a data file into a batch. It changes nothing: only the engine commits the batch.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use vstore::transfer::{
    self, ImportError, ImportNote, ImportNoteKind, ImportOptions, ImportSource, KeyField, KeyRule,
    Template,
};
use vstore::{Cause, Snapshot, WriteBatch};

use super::task::TaskContext;
use crate::state::{ImportKeys, ImportPlan, ImportReport, ReportKind, ReportLine, TaskState};

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct ImportJob {
    /// The plan.
    pub plan: ImportPlan,
    /// The current records.
    pub snapshot: Snapshot,
    /// Use a top-level integer `expireAt` as the expiry.
    pub honour_expire_at: bool,
}

/// Opens the source of an import, which must be a file: a pipe could block a thread for ever, and
/// the import would miss what the preview has consumed.
pub(super) fn open(path: &Path) -> Result<ImportSource, ImportError> {
    let is_stream = |found: Metadata| !found.is_file() && !found.is_dir();
    if fs::metadata(path).is_ok_and(is_stream) {
        let message = "it is a pipe or a device, not a file; use `vstore import` to read it";
        return Err(io::Error::new(io::ErrorKind::Unsupported, message).into());
    }
    ImportSource::open(path)
}

impl ImportJob {
    /// The records and the report, or how the task ended without them.
    pub(super) fn run(
        self,
        context: &TaskContext,
    ) -> Result<(WriteBatch, ImportReport), TaskState> {
        let failed = |error: &dyn std::fmt::Display| TaskState::Failed(error.to_string());
        let options = options(&self.plan, self.honour_expire_at).map_err(|error| failed(&error))?;
        self.read(&options, context).map_err(|error| match error {
            ImportError::Cancelled => TaskState::Cancelled,
            error => failed(&error),
        })
    }

    fn read(
        &self,
        options: &ImportOptions,
        context: &TaskContext,
    ) -> Result<(WriteBatch, ImportReport), ImportError> {
        let source = open(&self.plan.path)?;
        let now = self.snapshot.now();
        let mut batch = WriteBatch::new(Cause::Import);
        let report = transfer::import(
            source,
            options,
            now,
            &|key| self.snapshot.get(key).map(|record| record.value),
            &|done, total| context.report(done, total, || megabytes(done, total)),
            &mut |record| {
                batch.push(record.into_op(now));
            },
        )?;
        Ok((batch, report_of(&report)))
    }
}

/// The store's report as the window shows it.
fn report_of(report: &transfer::ImportReport) -> ImportReport {
    let line = |note: &ImportNote| ReportLine {
        kind: match note.kind {
            ImportNoteKind::Replaced
            | ImportNoteKind::ReplacedByNumber
            | ImportNoteKind::OverwroteDuplicate => ReportKind::Replaced,
            ImportNoteKind::Numbered | ImportNoteKind::Moved => ReportKind::Numbered,
            ImportNoteKind::Kept | ImportNoteKind::DroppedDuplicate => ReportKind::LeftOut,
            ImportNoteKind::Number(_) | ImportNoteKind::ExpireAtIgnored(_) => ReportKind::Changed,
        },
        text: note.to_string(),
    };
    let lines: Vec<_> = report.notes.first.iter().map(line).collect();
    ImportReport {
        read: report.read,
        added: report.added,
        replaced: report.replaced,
        kept: report.kept,
        duplicates: report.duplicates,
        numbered: report.numbered,
        expired: report.expired,
        unlisted: report.notes.total.saturating_sub(lines.len() as u64),
        lines,
    }
}

fn megabytes(done: u64, total: Option<u64>) -> String {
    let mega = |bytes: u64| bytes as f64 / 1e6;
    match total {
        Some(total) => format!("{:.1} of {:.1} MB", mega(done), mega(total)),
        None => format!("{:.1} MB", mega(done)),
    }
}

/// The store's form of a plan, or why there is none.
pub(super) fn options(
    plan: &ImportPlan,
    honour_expire_at: bool,
) -> Result<ImportOptions, transfer::TemplateError> {
    let keys = match &plan.keys {
        ImportKeys::FromData => KeyRule::Given,
        ImportKeys::Field(name) => KeyRule::Field(KeyField::new(name)?),
        ImportKeys::Template(text) => KeyRule::Template(Template::parse(text)?),
        ImportKeys::RowNumber { prefix } => KeyRule::RowNumber {
            prefix: prefix.clone(),
        },
    };
    Ok(ImportOptions {
        keys,
        duplicates: plan.duplicates(),
        conflict: plan.conflict,
        expire_at: honour_expire_at,
    })
}
