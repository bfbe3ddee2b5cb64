//! Changing the password: writes a new key slot to both headers, one copy at a time. The data does
//! not change, and the cost does not depend on its size.
use crate::{
    control::{Cancelled, Control},
    file::{
        disk::{
            io_error::IoError,
            rules::{Rule, holds},
            system_error::SystemError,
        },
        format::{
            header::{Copy, Header},
            meta::Ctrl,
            slots::{NewSlotError, Slots},
        },
        keys::{
            credentials::Credentials,
            kdf::{KdfLimits, KdfParams, KdfProfile},
        },
        write::{append_error::AppendError, password_error::PasswordError, store_file::StoreFile},
    },
};

/// Options for adding and changing passwords and keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasswordChange {
    /// The cost of the new password; a recovery key has none.
    pub kdf: KdfProfile,
    /// Limits for the cost of checking the current password.
    pub kdf_limits: KdfLimits,
}

impl From<NewSlotError> for PasswordError {
    fn from(error: NewSlotError) -> Self {
        match error {
            NewSlotError::Kdf(error) => error.into(),
            NewSlotError::Entropy(error) => error.into(),
            NewSlotError::Cancelled => Self::Cancelled(Cancelled),
        }
    }
}

impl From<AppendError> for PasswordError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::ReadOnly => Self::ReadOnly,
            AppendError::Poisoned { cause } => Self::Poisoned { cause },
            AppendError::ExternallyModified => Self::ExternallyModified,
            AppendError::TooLarge { .. } => SystemError::OutOfMemory.into(),
            AppendError::System(error) => error.into(),
        }
    }
}

impl StoreFile {
    /// Replaces the slot that `current` opens by one that `new` opens, and keeps its label; returns
    /// the cost of the new password, if it is a password.
    ///
    /// Takes the time of two key derivations. Once it has returned `Ok`, the old password no longer
    /// opens this file; copies and backups of the file still open with it.
    ///
    /// # Errors
    ///
    /// [`PasswordError`]; unless it is [`InDoubt`](PasswordError::InDoubt), the old password still
    /// holds.
    pub fn change_password(
        &mut self,
        current: &Credentials,
        new: &Credentials,
        options: &PasswordChange,
        control: &Control,
    ) -> Result<Option<KdfParams>, PasswordError> {
        let slot = self.authenticate(current, &options.kdf_limits, control)?;
        let info = self.renew_slot(slot, new, options, control)?;
        self.kdf = info.kdf;
        Ok(info.kdf)
    }

    /// Writes these slots to both headers: makes copy B durable (from then on the new slots hold),
    /// then A, then records the new epoch in the journal.
    ///
    /// Derives no keys, so that crash tests can call it often.
    pub(crate) fn replace_slots(&mut self, slots: &Slots) -> Result<(), PasswordError> {
        self.slots_changeable()?;
        self.check_unchanged_elsewhere()?;
        let old = &self.generation.header;
        let header = Header {
            epoch: old.epoch.saturating_add(1),
            slots: *slots,
            ..old.clone()
        };
        if let Err(error) = self.write_header_copy(&header, Copy::B) {
            return Err(self.take_back_header(&error));
        }
        let epoch = header.epoch;
        self.generation.header = header.clone();
        // The change is durable: a failure from here on stops all writing, but is not an error of
        // this operation. The next opening completes it.
        if let Err(error) = self.write_header_copy(&header, Copy::A) {
            if holds(Rule::HeaderFailurePoisons) {
                self.poison_by_sync(&error);
            }
            return Ok(());
        }
        if self.append_ctrl(&Ctrl::HeaderEpoch(epoch)).is_ok() {
            self.generation.known_epoch = epoch;
        }
        Ok(())
    }

    /// After copy B failed, so that anything may be on the disk: writes all of it again as it was.
    /// A sync that succeeds after that covers every byte of it.
    fn take_back_header(&mut self, error: &IoError) -> PasswordError {
        let cause = error.to_string();
        if !holds(Rule::HeaderFailurePoisons) {
            return PasswordError::TakenBack { cause };
        }
        // The state is unknown until the change is rolled back, also for the next process.
        self.poison_by_sync(error);
        let old = self.generation.header.clone();
        if self.write_header_copy(&old, Copy::B).is_err() {
            return PasswordError::InDoubt { cause };
        }
        self.poisoned = None;
        if let Some(lock) = &mut self.lock {
            lock.clear_failed_sync();
        }
        PasswordError::TakenBack { cause }
    }

    /// Refuses a change of slots if it is impossible or unsafe.
    pub(crate) fn slots_changeable(&self) -> Result<(), PasswordError> {
        self.writable()?;
        match &self.compaction {
            Some(side) if side.rotating => Err(PasswordError::RotationRunning),
            _ => Ok(()),
        }
    }

    fn write_header_copy(&self, header: &Header, copy: Copy) -> Result<(), IoError> {
        let bytes = header.encode(copy, &self.dek.header_key(&header.store_id));
        let file = &self.generation.file;
        file.write_at(&bytes, copy.offset())?;
        if copy == Copy::A || holds(Rule::OneHeaderCopyPerSync) {
            file.sync_data()?;
        }
        Ok(())
    }
}
