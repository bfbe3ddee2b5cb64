//! Checking the file of an open store: no password is needed, and commits go on meanwhile.
use super::content::Content;
use super::finding::VerifyReport;
use super::reading::read_whole;
use crate::control::Control;
use crate::file::disk::io_error::IoError;
use crate::file::disk::vfs::{Access, VfsFile};
use crate::file::keys::seal::Dek;
use crate::file::read::open_error::OpenError;
use crate::file::repair::verify::finding::VerifyDepth;
use crate::file::write::store_file::StoreFile;

/// A check of an open file that can run on any thread. It sees the file as it was when the check
/// was begun; what is appended later is not part of it.
#[derive(Debug)]
pub struct Verification {
    file: Box<dyn VfsFile>,
    len: u64,
    dek: Dek,
}

impl StoreFile {
    /// Begins a check of the file as it is now.
    pub fn begin_verify(&self) -> Result<Verification, IoError> {
        let file = self.vfs.open(&self.path, Access::Read)?;
        let found = file.stat()?;
        // What somebody else put in the place of ours is read whole.
        let len = if found.id == self.generation.id {
            found.len.min(self.generation.chain.offset)
        } else {
            found.len
        };
        Ok(Verification {
            file,
            len,
            dek: self.dek.clone(),
        })
    }
}

impl Verification {
    /// Reads the file and lists what is wrong with it. Writes nothing.
    ///
    /// The errors are those of a file that cannot be read at all; one that belongs to another
    /// data key has a header that was changed by someone without the key.
    pub fn run(&self, depth: VerifyDepth, control: &Control) -> Result<VerifyReport, OpenError> {
        self.run_content(depth, control, &mut ())
    }

    /// The same; a full check also has `content` load the payloads, and finds what it refuses.
    pub fn run_content(
        &self,
        depth: VerifyDepth,
        control: &Control,
        content: &mut dyn Content,
    ) -> Result<VerifyReport, OpenError> {
        let unlock = |_: &_| Ok(self.dek.clone());
        read_whole(&*self.file, self.len, depth, control, &unlock, content)
    }
}
