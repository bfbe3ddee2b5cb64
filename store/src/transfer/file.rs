//! Writing an export to a file atomically.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write as _};

use crate::record::RecordRef;
use crate::target::{Approved, NewFile};

use super::{ExportError, ExportOptions, ExportReport, TransferProgress, export};

const BUFFER_BYTES: usize = 256 * 1024;

/// Exports to a file that [`target::approve`](crate::target::approve) has approved. The records are
/// written to a temporary file and synced; then it is renamed, so that the path has either the old
/// content or the new at any time. An export that is cancelled or killed leaves nothing.
///
/// Only the owner can read a new file, because it is not encrypted; a file that replaces another
/// inherits its mode. A pipe or a device is written directly.
///
/// # Errors
///
/// [`ExportError`] if writing failed or the export was cancelled; an existing file is unchanged.
pub fn export_to_file<'a>(
    records: impl IntoIterator<Item = RecordRef<'a>>,
    expected: u64,
    options: ExportOptions,
    target: &Approved,
    progress: &dyn TransferProgress,
) -> Result<ExportReport, ExportError> {
    if target.is_stream() {
        // A descriptor may refer to a file with content, which must not be overwritten.
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
