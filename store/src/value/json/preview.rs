//! A one-line preview of a value for a table: `{title: "Tootsie", year: 1982, …`.

use std::fmt::{self, Write};

use super::super::ValueRef;

/// The start of a value in an informal notation, in at most `max_chars` characters. Ends in `…` if
/// there is more; the rest of the value is not read.
pub fn to_compact_preview(value: ValueRef<'_>, max_chars: usize) -> String {
    let mut line = Line {
        text: String::new(),
        left: max_chars,
    };
    if line.value(value).is_err() {
        line.text.pop();
        if max_chars > 0 {
            line.text.push('…');
        }
    }
    line.text
}

/// A text with a maximum length.
struct Line {
    text: String,
    left: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| self.push(character))
    }
}

impl Line {
    fn push(&mut self, character: char) -> fmt::Result {
        self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
        self.text.push(character);
        Ok(())
    }

    fn value(&mut self, value: ValueRef<'_>) -> fmt::Result {
        match value {
            ValueRef::Null => self.write_str("null"),
            ValueRef::Bool(value) => write!(self, "{value}"),
            ValueRef::Int(value) => write!(self, "{value}"),
            ValueRef::UInt(value) => write!(self, "{value}"),
            ValueRef::Float(value) => write!(self, "{value:?}"),
            ValueRef::String(value) => self.quoted(value),
            ValueRef::Bytes(value) => write!(self, "<{} bytes>", value.len()),
            ValueRef::Timestamp(value) => write!(self, "{value}"),
            ValueRef::List(list) => {
                self.push('[')?;
                for (index, value) in list.iter().enumerate() {
                    if index > 0 {
                        self.write_str(", ")?;
                    }
                    self.value(value)?;
                }
                self.push(']')
            }
            ValueRef::Map(map) => {
                self.push('{')?;
                for (index, (name, value)) in map.iter().enumerate() {
                    if index > 0 {
                        self.write_str(", ")?;
                    }
                    self.name(name)?;
                    self.write_str(": ")?;
                    self.value(value)?;
                }
                self.push('}')
            }
        }
    }

    fn name(&mut self, name: &str) -> fmt::Result {
        let is_plain = !name.is_empty()
            && name.chars().take(self.left).all(|character| {
                character.is_alphanumeric() || matches!(character, '_' | '-' | '$')
            });
        if is_plain {
            self.write_str(name)
        } else {
            self.quoted(name)
        }
    }

    fn quoted(&mut self, text: &str) -> fmt::Result {
        self.push('"')?;
        for character in text.chars() {
            match character {
                '"' => self.write_str("\\\"")?,
                '\\' => self.write_str("\\\\")?,
                '\n' => self.write_str("\\n")?,
                '\r' => self.write_str("\\r")?,
                '\t' => self.write_str("\\t")?,
                character if character.is_control() => {
                    write!(self, "\\u{:04x}", u32::from(character))?;
                }
                character => self.push(character)?,
            }
        }
        self.push('"')
    }
}
