//! The kind of a file, determined from its content.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::{Output, earlier_export};
use crate::file::{DATA_OFFSET, FRAME_MARK, GENERATED_KEY_LEN, HEADER_COPY_B, LOCK_FIRST_LINE};
use crate::file::{HEADER_BACKUP_MAGIC, HEADER_MAGIC};

/// The kind of a file's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The file is empty.
    Empty,
    /// A complete export written by this program.
    Export,
    /// A database, possibly damaged.
    Database,
    /// The header of a database.
    HeaderBackup,
    /// The lock of a database.
    Lock,
    /// Probably a key file: it has the length of a generated one and is not text.
    KeyFile,
    /// Something else.
    Other,
}

impl Content {
    /// What it is, in words with an article.
    pub const fn named(self) -> &'static str {
        match self {
            Self::Empty => "an empty file",
            Self::Export => "an export",
            Self::Database => "a database",
            Self::HeaderBackup => "a header backup",
            Self::Lock => "the lock of a database",
            Self::KeyFile => "probably a key file",
            Self::Other => "another file",
        }
    }

    /// Whether `output` may never replace it, even with consent.
    pub(super) const fn is_precious_to(self, output: Output) -> bool {
        match self {
            Self::Empty | Self::Export | Self::Other => false,
            Self::Lock => true,
            Self::HeaderBackup => matches!(output, Output::Export | Output::KeyFile),
            Self::Database | Self::KeyFile => !matches!(output, Output::Database),
        }
    }
}

impl Output {
    /// What it is, in words with an article.
    pub const fn named(self) -> &'static str {
        match self {
            Self::Export => "an export",
            Self::Database => "a database",
            Self::HeaderBackup => "a header backup",
            Self::KeyFile => "a key file",
        }
    }
}

/// Determines the content of a regular file.
pub(super) fn of(path: &Path) -> io::Result<Content> {
    let mut file = File::open(path)?;
    let head = read_at(&mut file, 0, GENERATED_KEY_LEN + 1)?;
    if head.is_empty() {
        return Ok(Content::Empty);
    }
    if head.starts_with(&HEADER_BACKUP_MAGIC) {
        return Ok(Content::HeaderBackup);
    }
    if head.starts_with(LOCK_FIRST_LINE.as_bytes()) {
        return Ok(Content::Lock);
    }
    // One header is enough to open a database, and a header backup can replace both.
    let has_database_at = |file: &mut File, offset, mark: &[u8]| {
        read_at(file, offset, mark.len()).map(|bytes| bytes == mark)
    };
    if head.starts_with(&HEADER_MAGIC)
        || has_database_at(&mut file, HEADER_COPY_B, &HEADER_MAGIC)?
        || has_database_at(&mut file, DATA_OFFSET, &FRAME_MARK)?
    {
        return Ok(Content::Database);
    }
    if head.len() == GENERATED_KEY_LEN && std::str::from_utf8(&head).is_err() {
        return Ok(Content::KeyFile);
    }
    file.seek(SeekFrom::Start(0))?;
    let is_export = earlier_export::is_export(&mut file)?;
    Ok(if is_export {
        Content::Export
    } else {
        Content::Other
    })
}

fn read_at(file: &mut File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    file.by_ref().take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
