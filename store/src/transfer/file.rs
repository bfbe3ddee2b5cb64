//! Writing an export to a file: whole, or not at all.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write as _};

use crate::record::RecordRef;
use crate::target::{Approved, NewFile};

use super::{ExportError, ExportOptions, ExportReport, TransferProgress, export};

const BUFFER_BYTES: usize = 256 * 1024;

/// Exports into a file that [`target::approve`](crate::target::approve) has approved. The records
/// are written beside it and synced; then the file gets its name: at every moment the path holds
/// the old content or the new. Nothing is left of an export that is cancelled or killed.
///
/// Only its owner can read a new file, as it is not encrypted; one that takes the place of another
/// keeps the mode of that. A pipe or a device is written through.
pub fn export_to_file<'a>(
    records: impl IntoIterator<Item = RecordRef<'a>>,
    expected: u64,
    options: ExportOptions,
    target: &Approved,
    progress: &dyn TransferProgress,
) -> Result<ExportReport, ExportError> {
    if target.is_stream() {
        // A descriptor may lead to a file that has content already: nothing of it is written over.
        let mut out = OpenOptions::new()
            .write(true)
            .append(target.is_descriptor())
            .open(target.path())?;
        return export(records, expected, options, &mut out, progress);
    }
    let mut file = NewFile::create(target)?;
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, file.file());
    let report = export(records, expected, options, &mut out, progress)?;
    out.flush()?;
    drop(out);
    file.finish(target.replaces())?;
    Ok(report)
}
