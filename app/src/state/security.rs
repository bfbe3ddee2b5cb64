//! What opens the open file, and changing that: the dialog's state. Nothing in it is secret but a
//! recovery key that was made and not written down yet.

use super::{Problem, SecretText};

/// The dialog about passwords and keys.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// What opens the file; empty until the engine has told.
    pub slots: Vec<KeySlot>,
    /// What the dialog shows.
    pub step: SecurityStep,
    /// A change is under way.
    pub busy: bool,
    /// Why the last change was not made.
    pub problem: Option<Problem>,
    /// What was done last, in words.
    pub done: Option<String>,
    /// A recovery key that was made for [`SecurityStep::Add`].
    pub recovery_key: Option<SecretText>,
}

/// What the dialog about passwords and keys shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecurityStep {
    /// The list.
    #[default]
    List,
    /// The form for one more.
    Add(KeyKind),
    /// The form for another password, or another cost, in this place.
    Change(u8),
    /// The question before this place is emptied.
    Remove(u8),
    /// The form for another data key.
    Rotate,
}

/// Something that opens a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySlot {
    /// Its place in the file, which stays when it is changed.
    pub number: u8,
    /// What it asks for.
    pub kind: KeyKind,
    /// What people call it; may be empty. Not encrypted.
    pub label: String,
    /// What guessing costs, in words.
    pub cost: String,
}

/// What a slot asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// A password.
    Password,
    /// A password and a key file.
    PasswordAndKeyFile,
    /// A recovery key.
    RecoveryKey,
    /// Something only a later version knows.
    Other,
}

impl KeyKind {
    /// What it is called.
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
    /// What it is called: its label, or else its kind.
    pub fn title(&self) -> &str {
        if self.label.is_empty() {
            self.kind.name()
        } else {
            &self.label
        }
    }
}
