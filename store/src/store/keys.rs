//! Passwords, recovery keys and the data key of a store's file.

use std::path::Path;
use std::sync::Arc;

use super::{Compaction, Store};
use crate::file::{
    self, CompactError, Control, Credentials, HeaderBackup, KdfLimits, KdfParams, PasswordChange,
    PasswordError, RestoreError, RestoreOptions, RestoreReport, RotateError, RotationReport,
    SlotId, SlotInfo, SlotLabel, StoreFile,
};
use crate::options::OpenOptions;

impl Store {
    /// Replaces the password. The data is not rewritten, whatever its size. `None` if the store has
    /// no file, or if `new` is a recovery key.
    pub fn change_password(
        &mut self,
        current: &Credentials,
        new: &Credentials,
        options: &PasswordChange,
        control: &Control,
    ) -> Result<Option<KdfParams>, PasswordError> {
        if self.file.is_none() {
            return Ok(None);
        }
        let changed = self.keys()?.change_password(current, new, options, control);
        self.settled(changed)
    }

    /// Describes the passwords and keys that open the file, without any secret. Empty if the store
    /// has no file.
    pub fn slots(&self) -> Vec<SlotInfo> {
        self.file.as_ref().map(StoreFile::slots).unwrap_or_default()
    }

    /// Adds a password or recovery key. `current` must already open the file.
    pub fn add_slot(
        &mut self,
        current: &Credentials,
        new: &Credentials,
        label: &SlotLabel,
        options: &PasswordChange,
        control: &Control,
    ) -> Result<SlotInfo, PasswordError> {
        let added = self.keys()?.add_slot(current, new, label, options, control);
        self.settled(added)
    }

    /// Replaces the password or key of a slot; its label stays.
    pub fn change_slot(
        &mut self,
        id: SlotId,
        current: &Credentials,
        new: &Credentials,
        options: &PasswordChange,
        control: &Control,
    ) -> Result<SlotInfo, PasswordError> {
        let changed = self.keys()?.change_slot(id, current, new, options, control);
        self.settled(changed)
    }

    /// Changes the label of a slot.
    pub fn label_slot(
        &mut self,
        id: SlotId,
        label: &SlotLabel,
        current: &Credentials,
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<SlotInfo, PasswordError> {
        let labelled = self.keys()?.label_slot(id, label, current, limits, control);
        self.settled(labelled)
    }

    /// Removes a password or key, but never the last one.
    pub fn remove_slot(
        &mut self,
        id: SlotId,
        current: &Credentials,
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<(), PasswordError> {
        let removed = self.keys()?.remove_slot(id, current, limits, control);
        self.settled(removed)
    }

    /// Begins to replace the data key. The returned compaction is written and finished like any
    /// other; afterwards only the `presented` passwords and keys open the file.
    pub fn begin_rotation(
        &mut self,
        presented: &[Credentials],
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<(Compaction, RotationReport), RotateError> {
        let snapshot = self.snapshot();
        let (file, report) = self.keys()?.begin_rotation(presented, limits, control)?;
        Ok((Compaction { file, snapshot }, report))
    }

    /// Replaces the data key on this thread, which takes as long as a compaction.
    pub fn rotate(
        &mut self,
        presented: &[Credentials],
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<RotationReport, RotateError> {
        let (compaction, report) = self.begin_rotation(presented, limits, control)?;
        let result = compaction
            .write(control)
            .and_then(|compacted| self.finish_compaction(compacted));
        match result {
            Ok(()) => Ok(report),
            // The new data key is in place, but its directory entry may not be durable: another
            // compaction settles that.
            Err(CompactError::NameInDoubt(_)) if self.compact(control).is_ok() => Ok(report),
            Err(error) => {
                self.abort_compaction();
                Err(error.into())
            }
        }
    }

    /// The current header, to be kept elsewhere. `None` if the store has no file.
    pub fn header_backup(&self) -> Option<HeaderBackup> {
        let now = self.clock.now().0;
        self.file.as_ref().map(|file| file.header_backup(now))
    }

    /// Writes a header backup into a file whose headers are destroyed. `credentials` must open the
    /// backup; `replace_intact` also overwrites headers that are intact.
    pub fn restore_header(
        path: &Path,
        backup: &HeaderBackup,
        credentials: &Credentials,
        replace_intact: bool,
        options: &OpenOptions,
        control: &Control,
    ) -> Result<RestoreReport, RestoreError> {
        let vfs = Arc::clone(&options.vfs);
        let opening = options.for_file();
        let options = RestoreOptions {
            replace_intact,
            kdf_limits: opening.kdf_limits,
            program: opening.program,
            now: opening.now,
        };
        file::restore_header(&vfs, path, backup, credentials, &options, control)
    }

    /// The file, rewritten first if an earlier failure left it in doubt.
    fn keys(&mut self) -> Result<&mut StoreFile, PasswordError> {
        self.write_anew_if_in_doubt();
        self.file.as_mut().ok_or(PasswordError::NoFile)
    }

    /// After a change of slots that a disk failure left in doubt, a new file with the slots in
    /// memory settles which of them count.
    fn settled<T>(&mut self, changed: Result<T, PasswordError>) -> Result<T, PasswordError> {
        let settled = self.write_anew_if_in_doubt();
        match changed {
            Err(PasswordError::InDoubt { cause }) if settled => {
                Err(PasswordError::TakenBack { cause })
            }
            other => other,
        }
    }

    /// Whether the file was in doubt and no longer is.
    fn write_anew_if_in_doubt(&mut self) -> bool {
        let in_doubt = |file: &StoreFile| file.poisoned().is_some() && !file.is_compacting();
        self.file.as_ref().is_some_and(in_doubt) && self.compact(&Control::default()).is_ok()
    }
}
