//! The label of a key slot: a name for users, stored unencrypted.
use std::fmt;

/// The largest size of a label in bytes.
pub const SLOT_LABEL_BYTES_MAX: usize = 63;

/// A name for a key slot, such as "Ana" or "paper in the safe". Whoever has the file can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotLabel(String);

/// Why a text cannot be a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SlotLabelError {
    /// It has more than 63 bytes.
    #[error("a label has at most 63 bytes; this one has {bytes}")]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// It contains control characters or characters that change the writing direction.
    #[error("a label must not contain control characters")]
    Control,
}

impl SlotLabel {
    /// From a text of at most 63 bytes without control characters; empty means no label.
    ///
    /// # Errors
    ///
    /// [`SlotLabelError`] if the text is too long or has such characters.
    pub fn new(text: &str) -> Result<Self, SlotLabelError> {
        if text.len() > SLOT_LABEL_BYTES_MAX {
            return Err(SlotLabelError::TooLong { bytes: text.len() });
        }
        if text.contains(is_control) {
            return Err(SlotLabelError::Control);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the length and the text at the start of `field`. The file may be malicious: characters
    /// that a label must not contain are left out.
    pub(crate) fn decode(field: &[u8]) -> Self {
        let text = field
            .split_first()
            .and_then(|(&length, rest)| rest.get(..usize::from(length).min(SLOT_LABEL_BYTES_MAX)));
        let text = String::from_utf8_lossy(text.unwrap_or_default());
        let shown = text.chars().filter(|letter| !is_control(*letter));
        Self(shown.collect())
    }

    /// Writes the length and the text at the start of `field`, and fills the rest with zeros.
    pub(crate) fn encode(&self, field: &mut [u8]) {
        let length = self.0.len() as u8;
        let bytes = std::iter::once(length)
            .chain(self.0.bytes())
            .chain(std::iter::repeat(0));
        let whole = SLOT_LABEL_BYTES_MAX.saturating_add(1);
        for (to, from) in field.iter_mut().zip(bytes).take(whole) {
            *to = from;
        }
    }
}

impl fmt::Display for SlotLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Includes direction marks, which could make a label look like another one.
fn is_control(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(label: &SlotLabel) -> Vec<u8> {
        let mut field = vec![0xee; 88];
        label.encode(&mut field);
        field
    }

    #[test]
    fn a_label_reads_back_and_leaves_the_bytes_behind_it_alone() {
        for text in ["", "Ana", "Büro, 2. Stock", &"x".repeat(63)] {
            let label = SlotLabel::new(text).unwrap();
            let field = field(&label);
            assert_eq!(SlotLabel::decode(&field).as_str(), text);
            assert_eq!(field[64..], [0xee; 24]);
        }
    }

    #[test]
    fn a_label_that_could_deceive_is_refused_when_set_and_cleaned_when_read() {
        assert_eq!(
            SlotLabel::new(&"x".repeat(64)),
            Err(SlotLabelError::TooLong { bytes: 64 })
        );
        for text in ["a\nb", "a\u{1b}[2Jb", "a\u{202e}b"] {
            assert_eq!(SlotLabel::new(text), Err(SlotLabelError::Control));
            let mut field = vec![text.len() as u8];
            field.extend_from_slice(text.as_bytes());
            let read = SlotLabel::decode(&field);
            assert!(SlotLabel::new(read.as_str()).is_ok(), "{text:?}");
        }
        assert_eq!(SlotLabel::decode(&[255, b'a']), SlotLabel::default());
        assert_eq!(SlotLabel::decode(&[]), SlotLabel::default());
    }
}
