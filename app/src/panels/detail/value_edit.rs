//! Editing one value inside a record, and adding one: how the text is interpreted; draws nothing.

use vstore::value::json::{Note, NoteKind, parse_text, to_compact};
use vstore::value::{EncodedValue, Timestamp, Value, ValueRef};

use crate::state::{EDITED_TEXT_BYTES_MAX, Location};

/// A longer or multi-line string is edited in the large field.
const INLINE_CHARS_MAX: usize = 200;

/// How the typed text is interpreted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As a string, literally.
    String,
    /// As an RFC 3339 timestamp.
    Timestamp,
    /// As JSON.
    Json,
    /// As JSON if it is valid, otherwise as a string.
    Guess,
}

/// A leaf being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeafEdit {
    pub(super) location: Location,
    pub(super) text: String,
    pub(super) reading: Reading,
    /// It is edited in the large field.
    pub(super) large: bool,
    /// The field has been focused.
    pub(super) focused: bool,
    before: String,
}

impl LeafEdit {
    /// Starts editing; `None` if the value is too large to edit as text. Lists and maps are edited
    /// as JSON.
    pub(super) fn start(location: Location, value: ValueRef<'_>, large: bool) -> Option<Self> {
        let (text, reading) = match value {
            ValueRef::String(text) if text.len() <= EDITED_TEXT_BYTES_MAX => {
                (text.to_owned(), Reading::String)
            }
            ValueRef::String(_) => return None,
            ValueRef::Bytes(bytes) if EDITED_TEXT_BYTES_MAX / 2 < bytes.len() => return None,
            ValueRef::Timestamp(timestamp) => (timestamp.to_string(), Reading::Timestamp),
            other => (to_compact(other), Reading::Json),
        };
        if EDITED_TEXT_BYTES_MAX < text.len() {
            return None;
        }
        let long = text.contains('\n') || text.chars().nth(INLINE_CHARS_MAX).is_some();
        Some(Self {
            location,
            before: text.clone(),
            text,
            reading,
            large: large || long,
            focused: false,
        })
    }

    /// The value that the text stands for; `Ok(None)` if nothing changed.
    pub(super) fn meaning(&self) -> Result<Option<EncodedValue>, String> {
        if self.text == self.before {
            return Ok(None);
        }
        read(&self.text, self.reading).map(Some)
    }
}

/// An entry or element being added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewLeaf {
    /// The list or map that it is added to.
    pub(super) location: Location,
    /// Its name; `None` in a list.
    pub(super) name: Option<String>,
    pub(super) text: String,
    /// The first field has been focused.
    pub(super) focused: bool,
}

impl NewLeaf {
    /// Starts adding an entry to a list or map.
    pub(super) fn start(location: Location, container: ValueRef<'_>) -> Option<Self> {
        let name = match container {
            ValueRef::Map(_) => Some(String::new()),
            ValueRef::List(_) => None,
            _ => return None,
        };
        Some(Self {
            location,
            name,
            text: String::new(),
            focused: false,
        })
    }

    /// The value to be added, or why it cannot be added.
    pub(super) fn meaning(&self, container: Option<ValueRef<'_>>) -> Result<EncodedValue, String> {
        if let (Some(name), Some(ValueRef::Map(map))) = (&self.name, container)
            && map.get(name).is_some()
        {
            return Err(format!("“{name}” already exists."));
        }
        read(&self.text, Reading::Guess)
    }
}

/// Why a text that looks like a number is not one, and what to do instead.
fn no_number(note: &Note) -> String {
    let why = match note.kind {
        NoteKind::IntegerAsString => "has more than 64 bits",
        NoteKind::FloatAsString => "is outside the range of a number",
    };
    format!("{} {why}. Put it in quotes to store it as text.", note.text)
}

fn read(text: &str, reading: Reading) -> Result<EncodedValue, String> {
    let encode = |value: Value| EncodedValue::encode(&value).map_err(|error| error.to_string());
    match reading {
        Reading::String => encode(Value::String(text.to_owned())),
        Reading::Timestamp => Timestamp::parse(text.trim())
            .map_err(|error| error.to_string())
            .and_then(|timestamp| encode(Value::Timestamp(timestamp))),
        Reading::Json => match parse_text(text) {
            Ok((value, notes)) => match notes.first() {
                None => Ok(value),
                Some(note) => Err(no_number(note)),
            },
            Err(error) => Err(format!("{error}. Text needs quotes.")),
        },
        Reading::Guess => match parse_text(text) {
            Ok((value, _)) => Ok(value),
            Err(_) => encode(Value::String(text.to_owned())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(json: &str) -> LeafEdit {
        let (value, _) = parse_text(json).unwrap();
        LeafEdit::start(Location::new(), value.view(), false).unwrap()
    }

    fn after(json: &str, text: &str) -> Result<Option<Value>, String> {
        let edit = LeafEdit {
            text: text.to_owned(),
            ..edit(json)
        };
        edit.meaning()
            .map(|value| value.map(|value| value.to_value()))
    }

    #[test]
    fn a_number_that_is_too_large_does_not_silently_become_text() {
        for (typed, why) in [
            ("123456789012345678901234", "has more than 64 bits"),
            ("1e999", "is outside the range"),
        ] {
            let words = after("7", typed).unwrap_err();
            assert!(words.contains(typed) && words.contains(why), "{words}");
            let quoted = format!("\"{typed}\"");
            let text = Value::String(typed.to_owned());
            assert_eq!(after("7", &quoted), Ok(Some(text)));
        }
    }

    #[test]
    fn a_string_stays_a_string_whatever_is_typed() {
        assert_eq!(edit("\"a\"").text, "a");
        assert_eq!(
            after("\"a\"", "12"),
            Ok(Some(Value::String("12".to_owned())))
        );
        assert_eq!(after("\"a\"", "a"), Ok(None));
    }

    #[test]
    fn a_number_is_edited_as_json() {
        assert_eq!(after("12", "13"), Ok(Some(Value::Int(13))));
        assert_eq!(after("12", "null"), Ok(Some(Value::Null)));
        assert_eq!(
            after("12", "\"x\""),
            Ok(Some(Value::String("x".to_owned())))
        );
        assert!(after("12", "12a").is_err());
    }

    #[test]
    fn long_texts_get_the_large_field_and_huge_ones_cannot_be_edited() {
        assert!(edit("\"a\\nb\"").large);
        assert!(!edit("\"ab\"").large);
        let huge = EncodedValue::encode(&Value::String("x".repeat(300_000))).unwrap();
        assert_eq!(LeafEdit::start(Location::new(), huge.view(), false), None);
    }

    #[test]
    fn an_added_value_is_json_or_else_a_string_and_its_name_is_new() {
        let (map, _) = parse_text(r#"{"a":1}"#).unwrap();
        let mut new = NewLeaf::start(Location::new(), map.view()).unwrap();
        new.text = "true".to_owned();
        new.name = Some("a".to_owned());
        assert!(new.meaning(Some(map.view())).is_err());
        new.name = Some("b".to_owned());
        let added = |new: &NewLeaf| new.meaning(Some(map.view())).unwrap().to_value();
        assert_eq!(added(&new), Value::Bool(true));
        new.text = "truly".to_owned();
        assert_eq!(added(&new), Value::String("truly".to_owned()));
    }
}
