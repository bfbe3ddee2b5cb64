//! Import and export: records from and to JSON and NDJSON, streaming, with a report.
//!
//! An import may read untrusted files: every length, depth and count is bounded. It passes records
//! to a sink and applies nothing itself; the caller commits all of them as one batch, or none.

mod element;
mod error;
mod export;
mod file;
mod format;
mod import;
mod key_rule;
mod lines;
mod pair;
mod preview;
mod progress;
mod read;
mod report;
mod unique;

pub use element::InputShape;
pub use error::{ExportError, ImportError};
pub use export::{ExportOptions, export, rfc3339};
pub use file::export_to_file;
pub use format::Format;
pub use import::{Conflict, ImportOptions, ImportRecord, import};
pub use key_rule::{KeyField, KeyRule, Template, TemplateError};
pub use preview::{FieldExample, Preview, PreviewRecord, preview};
pub use progress::{NoProgress, TransferProgress};
pub use read::ImportSource;
pub use report::{ExportReport, ImportNote, ImportNoteKind, ImportNotes, ImportReport};
pub use unique::DuplicateKeys;

#[cfg(test)]
mod tests;
