//! Passwords and keys of the open file: requests, replies, messages.

use std::path::{Path, PathBuf};

use vstore::file::{
    Control, Credentials, HeaderBackupError, KdfLimits, KdfParams, KdfProfile, KeyFile,
    KeyFileError, PasswordChange, RealVfs, RecoveryKey, RotateError, RotationReport, SlotId,
    SlotInfo, SlotKind, SlotLabel,
};
use zeroize::Zeroizing;

use super::protocol::{Background, Reply};
use super::state::EngineState;
use crate::credentials::credentials;
use crate::engine::{SecurityReply, SecurityRequest};
use crate::failure::Failure;
use crate::state::{
    KeyChange, KeyCost, KeyKind, KeySlot, NewKey, Problem, Secret, SecretText, TaskId,
};

/// A few seconds on an ordinary computer, within the limits of every reader.
const HIGH_COST: KdfParams = KdfParams {
    m_kib: 256 << 10,
    t: 24,
    p: 4,
};

impl EngineState {
    /// Handles one request.
    pub(super) fn security(
        &mut self,
        request: SecurityRequest,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) -> Option<Background> {
        match request {
            SecurityRequest::List => self.emit_slots(emit),
            SecurityRequest::Change { current, change } => {
                let result = self.change_keys(&current, change, control);
                self.emit_slots(emit);
                emit(Reply::Security(SecurityReply::Changed(
                    result.map_err(problem_of),
                )));
            }
            SecurityRequest::Rotate { task, current } => {
                return self.rotate(task, &current, control, emit);
            }
            SecurityRequest::MakeRecoveryKey => {
                let made = match RecoveryKey::generate() {
                    Ok(key) => SecurityReply::RecoveryKey(SecretText(key.to_text())),
                    Err(error) => SecurityReply::Changed(Err(Problem::Other(error.to_string()))),
                };
                emit(Reply::Security(made));
            }
            SecurityRequest::MakeKeyFile(path) => {
                emit(Reply::Security(SecurityReply::KeyFile(make_key_file(path))));
            }
            SecurityRequest::BackUpHeader(path) => {
                let result = self.back_up_header(path);
                emit(Reply::Security(SecurityReply::HeaderBackup(result)));
            }
        }
        None
    }

    fn emit_slots(&self, emit: &mut dyn FnMut(Reply)) {
        let store = self.store.as_ref();
        let slots = store.map(|store| store.slots().iter().map(slot).collect());
        emit(Reply::Security(SecurityReply::Slots(
            slots.unwrap_or_default(),
        )));
    }

    fn change_keys(
        &mut self,
        current: &Secret,
        change: KeyChange,
        control: &Control,
    ) -> Result<&'static str, Failure> {
        let current = credentials(current)?;
        let usual = self.files.kdf;
        let Some(store) = &mut self.store else {
            return Err(Problem::Other("No database is open".to_owned()).into());
        };
        let limits = KdfLimits::default();
        let place = |number: u8| -> Result<SlotId, Failure> {
            let slots = store.slots();
            let found = slots.iter().find(|slot| slot.number == number);
            let gone = || Problem::Other("It no longer exists".to_owned());
            Ok(found.ok_or_else(gone)?.id)
        };
        Ok(match change {
            KeyChange::Add { new, label } => {
                let label = SlotLabel::new(label.trim())
                    .map_err(|error| Problem::Other(capitalised(&error.to_string())))?;
                let (new, options) = new_key(new, usual)?;
                store.add_slot(&current, &new, &label, &options, control)?;
                "It now opens the file"
            }
            KeyChange::Replace { number, new } => {
                let id = place(number)?;
                let (new, options) = new_key(new, usual)?;
                store.change_slot(id, &current, &new, &options, control)?;
                "It was changed; the old one no longer opens the file"
            }
            KeyChange::Remove { number } => {
                let id = place(number)?;
                store.remove_slot(id, &current, &limits, control)?;
                "It was removed and no longer opens the file"
            }
        })
    }

    fn rotate(
        &mut self,
        task: TaskId,
        current: &Secret,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) -> Option<Background> {
        let limits = KdfLimits::default();
        let Some(store) = &mut self.store else {
            emit(Reply::TaskFailed(task, Problem::Crashed.text()));
            return None;
        };
        let begun = credentials(current)
            .map_err(Failure::from)
            .and_then(|current| {
                store
                    .begin_rotation(&[current], &limits, control)
                    .map_err(Failure::from)
            });
        match begun {
            Ok((compaction, report)) => {
                self.begin_rotating(task, control.clone(), report);
                Some(Background::Compact(
                    task,
                    Box::new(compaction),
                    control.clone(),
                ))
            }
            Err(failure) => {
                emit(match failure {
                    Failure::Cancelled => Reply::TaskCancelled(task),
                    Failure::Problem(problem) => Reply::TaskFailed(task, problem.text()),
                });
                None
            }
        }
    }

    fn back_up_header(&self, path: PathBuf) -> Result<PathBuf, Problem> {
        let backup = self.store.as_ref().and_then(vstore::Store::header_backup);
        let no_file = || Problem::Other("There is no file".to_owned());
        match backup.ok_or_else(no_file)?.save(&RealVfs, &path) {
            Ok(()) => Ok(path),
            Err(HeaderBackupError::AlreadyExists(path)) => Err(Problem::AlreadyExists(path)),
            Err(error) => Err(Problem::Other(capitalised(&error.to_string()))),
        }
    }
}

/// The slots dropped by a rotation, as the window shows them.
pub(super) fn dropped(report: &RotationReport) -> Vec<KeySlot> {
    report.dropped.iter().map(slot).collect()
}

fn slot(info: &SlotInfo) -> KeySlot {
    KeySlot {
        number: info.number,
        kind: match info.kind {
            SlotKind::Password => KeyKind::Password,
            SlotKind::PasswordAndKeyFile => KeyKind::PasswordAndKeyFile,
            SlotKind::RecoveryKey => KeyKind::RecoveryKey,
            _ => KeyKind::Other,
        },
        label: info.label.as_str().to_owned(),
        cost: info
            .kdf
            .map_or_else(|| "cannot be guessed".to_owned(), |kdf| kdf.to_string()),
    }
}

fn new_key(new: NewKey, usual: KdfProfile) -> Result<(Credentials, PasswordChange), Problem> {
    let mut options = PasswordChange {
        kdf: usual,
        ..PasswordChange::default()
    };
    match new {
        NewKey::Password { secret, cost } => {
            options.kdf = match cost {
                KeyCost::Low => KdfProfile::Fast,
                KeyCost::Usual => usual,
                KeyCost::High => KdfProfile::Explicit(HIGH_COST),
            };
            Ok((credentials(&secret)?, options))
        }
        NewKey::Recovery(SecretText(text)) => Ok((recovery_key(&text)?, options)),
    }
}

fn recovery_key(text: &Zeroizing<String>) -> Result<Credentials, Problem> {
    RecoveryKey::parse(text)
        .map(Credentials::from)
        .map_err(|error| Problem::Other(capitalised(&error.to_string())))
}

fn make_key_file(path: PathBuf) -> Result<PathBuf, Problem> {
    match KeyFile::generate(&RealVfs, &path) {
        Ok(_) => Ok(path),
        Err(error) if exists(&error, &path) => Err(Problem::AlreadyExists(path)),
        Err(error) => Err(Problem::Other(capitalised(&error.to_string()))),
    }
}

fn exists(error: &KeyFileError, path: &Path) -> bool {
    matches!(error, KeyFileError::Io(error) if error.kind() == std::io::ErrorKind::AlreadyExists)
        && path.exists()
}

fn problem_of(failure: Failure) -> Problem {
    match failure {
        Failure::Problem(problem) => problem,
        Failure::Cancelled => Problem::Other("It was cancelled".to_owned()),
    }
}

impl From<RotateError> for Failure {
    fn from(error: RotateError) -> Self {
        match error {
            RotateError::Keys(error) => error.into(),
            RotateError::Compaction(vstore::file::CompactError::Cancelled(_)) => Self::Cancelled,
            error => Self::Problem(Problem::Other(capitalised(&error.to_string()))),
        }
    }
}

/// The messages of the store start in lower case.
fn capitalised(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}
