//! Checking the file of an open store, without a password and while commits continue.
use super::content::ContentCheck;
use super::finding::VerifyReport;
use super::reading::read_whole;
use crate::control::Control;
use crate::file::disk::io_error::IoError;
use crate::file::disk::vfs::{Access, VfsFile};
use crate::file::keys::seal::Dek;
use crate::file::read::open_error::OpenError;
use crate::file::repair::verify::finding::VerifyDepth;
use crate::file::write::store_file::StoreFile;

/// A check of an open file, which can run on any thread. It covers the file as it was when the
/// check began, not what is appended later.
#[derive(Debug)]
pub struct FileVerification {
    file: Box<dyn VfsFile>,
    len: u64,
    dek: Dek,
}

impl StoreFile {
    /// Begins a check of the current file.
    pub fn begin_verify(&self) -> Result<FileVerification, IoError> {
        let file = self.vfs.open(&self.path, Access::Read)?;
        let found = file.stat()?;
        // If another program replaced the file, all of the new one is checked.
        let len = if found.id == self.generation.id {
            found.len.min(self.generation.chain.offset)
        } else {
            found.len
        };
        Ok(FileVerification {
            file,
            len,
            dek: self.dek.clone(),
        })
    }
}

impl FileVerification {
    /// Reads the file and lists what is wrong with it. Writes nothing. O(n) in its length.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the file cannot be read at all; for a file with another data key, that its
    /// header was changed by someone without the key.
    pub fn run(&self, depth: VerifyDepth, control: &Control) -> Result<VerifyReport, OpenError> {
        self.run_content(depth, control, &mut ())
    }

    /// Like [`run`](Self::run); a full check also lets `content` load the payloads, and reports
    /// what it refuses.
    pub fn run_content(
        &self,
        depth: VerifyDepth,
        control: &Control,
        content: &mut dyn ContentCheck,
    ) -> Result<VerifyReport, OpenError> {
        let unlock = |_: &_| Ok(self.dek.clone());
        read_whole(&*self.file, self.len, depth, control, &unlock, content)
    }
}
