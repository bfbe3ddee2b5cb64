//! An open edit, kept in the file while it is locked, as an encrypted setting.

use vstore::value::{EncodedValue, Value, ValueRef};
use vstore::{Key, Millis};

/// The name of the setting.
pub(super) const DRAFT_SETTING: &str = "draft";

/// An open edit as it is kept in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedDraft {
    /// The record being edited; `None` for a new one.
    pub base: Option<Key>,
    /// The key as typed.
    pub key: String,
    /// The text as typed.
    pub text: String,
    /// The chosen expiry.
    pub expires_at: Option<Millis>,
}

impl SealedDraft {
    /// The value of the setting; `None` if the text is too large for one.
    pub(super) fn encode(&self) -> Option<EncodedValue> {
        let base = self
            .base
            .as_ref()
            .map_or(Value::Null, |key| Value::from(key.as_str()));
        let expires_at = self.expires_at.map_or(Value::Null, |at| Value::Int(at.0));
        let fields = vec![
            ("base".to_owned(), base),
            ("key".to_owned(), Value::from(self.key.as_str())),
            ("text".to_owned(), Value::from(self.text.as_str())),
            ("expires_at".to_owned(), expires_at),
        ];
        EncodedValue::encode(&Value::Map(fields)).ok()
    }

    /// Reads the setting; `None` if it is not a draft of this version.
    pub(super) fn decode(value: &EncodedValue) -> Option<Self> {
        let ValueRef::Map(map) = value.view() else {
            return None;
        };
        let text = |name| match map.get(name) {
            Some(ValueRef::String(text)) => Some(text.to_owned()),
            _ => None,
        };
        let expires_at = match map.get("expires_at") {
            Some(ValueRef::Int(at)) => Some(Millis(at)),
            _ => None,
        };
        Some(Self {
            base: text("base").and_then(|key| Key::new(&key).ok()),
            key: text("key")?,
            text: text("text")?,
            expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_survives_sealing() {
        let draft = SealedDraft {
            base: Key::new("a").ok(),
            key: "a b".to_owned(),
            text: "{ half".to_owned(),
            expires_at: Some(Millis(5)),
        };
        let sealed = draft.encode().unwrap();
        assert_eq!(SealedDraft::decode(&sealed), Some(draft));
        assert_eq!(
            SealedDraft::decode(&EncodedValue::encode(&Value::Null).unwrap()),
            None
        );
    }
}
