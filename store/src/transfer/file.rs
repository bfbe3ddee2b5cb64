//! Writing an export to a file: whole, or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::record::RecordRef;

use super::{ExportError, ExportOptions, ExportReport, Progress, export};

/// How many names are tried for the temporary file.
const NAMES_MAX: u32 = 100;

const BUFFER_BYTES: usize = 256 * 1024;

/// Exports into a file, replacing one that stands there. The records are written beside it, synced
/// and renamed: at every moment the path holds the old content or the new. Only the user can read
/// the new file, as it is not encrypted.
///
/// What is no regular file (a pipe, a device) is written to directly.
pub fn export_to_file<'a>(
    records: impl IntoIterator<Item = RecordRef<'a>>,
    expected: u64,
    options: ExportOptions,
    path: &Path,
    progress: &dyn Progress,
) -> Result<ExportReport, ExportError> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        let mut out = OpenOptions::new().write(true).open(path)?;
        return export(records, expected, options, &mut out, progress);
    }
    let (temporary, file) = TemporaryFile::create_beside(path)?;
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
    let report = export(records, expected, options, &mut out, progress)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    temporary.rename_to(path)?;
    Ok(report)
}

/// A file that is gone unless it got its name.
struct TemporaryFile {
    path: Option<PathBuf>,
}

impl TemporaryFile {
    fn create_beside(path: &Path) -> io::Result<(Self, File)> {
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        for attempt in 0..NAMES_MAX {
            let mut temporary = name.to_owned();
            temporary.push(format!(".{}-{attempt}.tmp", std::process::id()));
            let candidate = path.with_file_name(temporary);
            match options.open(&candidate) {
                Ok(file) => {
                    let path = Some(candidate);
                    return Ok((Self { path }, file));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn rename_to(mut self, path: &Path) -> io::Result<()> {
        if let Some(temporary) = &self.path {
            fs::rename(temporary, path)?;
        }
        self.path = None;
        sync_folder(path)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Nothing can be done about a file that cannot be removed; the error that led here
            // is the one to report.
            drop(fs::remove_file(path));
        }
    }
}

/// Makes the rename last through a power loss, where folders can be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
