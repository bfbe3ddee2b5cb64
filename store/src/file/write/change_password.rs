//! Changing the password: a new key slot in both headers, one copy at a time. The data is not
//! touched, and the cost does not depend on its size.
use crate::{
    control::{Cancelled, Control},
    file::{
        disk::{
            io_error::IoError,
            rules::{Rule, holds},
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

/// How passwords and keys are added and changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasswordChange {
    /// The cost of the new password; a recovery key has none.
    pub kdf: KdfProfile,
    /// The most that checking the current one may cost.
    pub kdf_limits: KdfLimits,
}

impl From<NewSlotError> for PasswordError {
    fn from(error: NewSlotError) -> Self {
        match error {
            NewSlotError::Kdf(error) => error.into(),
            NewSlotError::Entropy(error) => Self::Entropy(error),
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
            AppendError::TooLarge { .. } => Self::OutOfMemory,
            AppendError::StorageFull { path } => Self::StorageFull { path },
            AppendError::Entropy(error) => Self::Entropy(error),
            AppendError::Io(error) => Self::Io(error),
        }
    }
}

impl StoreFile {
    /// Replaces the slot that `current` opens by one that `new` opens; returns the cost of the
    /// new password, if it is one. The label stays.
    ///
    /// Takes the time of two key derivations. When it returns `Ok` the old password is of no use
    /// with this file; copies and backups of the file still open with it.
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

    /// Gives both headers these slots: makes copy B durable (from here on the new slots hold),
    /// then A, then tells the journal.
    ///
    /// Nothing is derived here, so that tests of crashes can call it as often as they like.
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
        // A failure from here on stops all writing, but the change is made: it is not an error
        // of this operation, and what is left is done by the next opening.
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

    /// After a failure of copy B, of which anything may be on the disk by now: writes all of it
    /// again as it was. A sync that succeeds afterwards speaks for every byte of it.
    fn take_back_header(&mut self, error: &IoError) -> PasswordError {
        let cause = error.to_string();
        if !holds(Rule::HeaderFailurePoisons) {
            return PasswordError::TakenBack { cause };
        }
        // In doubt until it is taken back, also for the next process.
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

    /// Refuses a change of slots where it is not possible or not safe.
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
