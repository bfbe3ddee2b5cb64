//! Keys of records.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// The longest key, in bytes of UTF-8.
pub const KEY_BYTES_MAX: usize = 4096;

/// The key of a record: non-empty UTF-8 of at most [`KEY_BYTES_MAX`] bytes without control
/// characters, ordered by its bytes. Cloning shares the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

/// Why a text cannot be a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is empty.
    #[error("a key must not be empty")]
    Empty,
    /// The text is longer than [`KEY_BYTES_MAX`].
    #[error("a key has at most {KEY_BYTES_MAX} bytes, this one has {len}")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// The text contains a control character, which cannot be displayed and may control a terminal.
    #[error("a key must not contain control characters: U+{code:04X} at character {index}")]
    ControlCharacter {
        /// The code point.
        code: u32,
        /// Its index in characters, from 0.
        index: usize,
    },
}

impl Key {
    /// Makes a key of a text.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is empty, too long, or contains control characters.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        Self::check(text)?;
        Ok(Self(Arc::from(text)))
    }

    /// Checks whether a text could be a key.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn check(text: &str) -> Result<(), KeyError> {
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if text.len() > KEY_BYTES_MAX {
            return Err(KeyError::TooLong { len: text.len() });
        }
        // Control characters are one byte (C0, DEL) or start with 0xC2 (C1), so most keys need no
        // decoding.
        if text
            .bytes()
            .any(|byte| byte < 0x20 || byte == 0x7F || byte == 0xC2)
            && let Some((index, found)) = text
                .chars()
                .enumerate()
                .find(|(_, character)| character.is_control())
        {
            return Err(KeyError::ControlCharacter {
                code: u32::from(found),
                index,
            });
        }
        Ok(())
    }

    /// A key less than all others, for the start of a range. No record has it.
    pub(crate) fn below_all() -> Self {
        Self(Arc::from(""))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Key {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for Key {
    type Error = KeyError;

    fn try_from(text: &str) -> Result<Self, KeyError> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_non_empty_bounded_and_printable() {
        assert_eq!(Key::new(""), Err(KeyError::Empty));
        assert_eq!(
            Key::new(&"x".repeat(4097)),
            Err(KeyError::TooLong { len: 4097 })
        );
        assert!(Key::new(&"x".repeat(4096)).is_ok());
        assert_eq!(
            Key::new("a\u{7}"),
            Err(KeyError::ControlCharacter { code: 7, index: 1 })
        );
        assert_eq!(
            Key::new("\u{85}"),
            Err(KeyError::ControlCharacter {
                code: 0x85,
                index: 0
            })
        );
        assert!(Key::new("café:½").is_ok());
    }

    #[test]
    fn keys_order_by_their_bytes() {
        assert!(Key::new("Z").unwrap() < Key::new("a").unwrap());
        assert!(Key::new("a").unwrap() < Key::new("a:b").unwrap());
    }
}
