//! The state of the dialog for passwords and keys of the open file. Its only secret is a recovery
//! key that was generated but not written down yet.

use super::{Problem, SecretText};

/// The dialog for passwords and keys.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// What opens the file; empty until the engine has answered.
    pub slots: Vec<KeySlot>,
    /// The current step.
    pub step: SecurityStep,
    /// A change is running.
    pub busy: bool,
    /// Why the last change was not made.
    pub problem: Option<Problem>,
    /// The message about the last change.
    pub done: Option<String>,
    /// The recovery key generated for [`SecurityStep::Add`].
    pub recovery_key: Option<SecretText>,
}

/// The steps of the dialog for passwords and keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecurityStep {
    /// The list.
    #[default]
    List,
    /// The form to add a key.
    Add(KeyKind),
    /// The form to change the password or the cost of this slot.
    Change(u8),
    /// The question before this slot is removed.
    Remove(u8),
    /// The form to exchange the data key.
    Rotate,
}

/// A key slot: something that opens a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySlot {
    /// Its number in the file, which stays when it is changed.
    pub number: u8,
    /// Its kind.
    pub kind: KeyKind,
    /// A name for people; may be empty. Not encrypted.
    pub label: String,
    /// The cost of guessing it, in words.
    pub cost: String,
}

/// The kinds of key slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// A password.
    Password,
    /// A password and a key file.
    PasswordAndKeyFile,
    /// A recovery key.
    RecoveryKey,
    /// A kind of a later version.
    Other,
}

impl KeyKind {
    /// The name shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "Password",
            Self::PasswordAndKeyFile => "Password with key file",
            Self::RecoveryKey => "Recovery key",
            Self::Other => "Made by a newer version",
        }
    }
}

impl KeySlot {
    /// Its label or, if that is empty, its kind.
    pub fn title(&self) -> &str {
        if self.label.is_empty() {
            self.kind.name()
        } else {
            &self.label
        }
    }
}
