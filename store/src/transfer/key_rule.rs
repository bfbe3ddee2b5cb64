//! Rules for making the keys of records if the input has none.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::path::{Path, PathSegment, visit_at};
use crate::value::ValueRef;

/// How a record of an array or of lines gets its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeyRule {
    /// No rule: each element must be `{"key": …, "value": …}`.
    #[default]
    Given,
    /// The scalar in one field.
    Field(KeyField),
    /// Fields joined by text: `film:{year}:{title|slug}`.
    Template(Template),
    /// The number of the record in its input, from 1, in seven digits so that keys sort in this
    /// order.
    RowNumber {
        /// The text before the number.
        prefix: String,
    },
}

/// A field that is part of a key: a name at the top level of a record, or a path inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyField {
    name: String,
    path: Vec<PathSegment>,
}

/// Fields joined by text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field { field: KeyField, slug: bool },
}

/// Why a text is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{` without `}`, or the reverse.
    #[error("unmatched brace: write fields as {{name}}, and a brace itself as {{{{ or }}}}")]
    Unpaired,
    /// `{}`, or an empty name.
    #[error("a field has no name")]
    Empty,
    /// Something other than `slug` after the bar.
    #[error("{option:?} is not known; a field can be written {{name}} or {{name|slug}}")]
    UnknownOption {
        /// The text found there.
        option: String,
    },
    /// Every record would get the same key.
    #[error("the template names no field: every record would get the same key")]
    NoField,
}

/// Why a key cannot be made of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The field is missing, or null.
    Missing(String),
    /// The field is a list, a map or bytes.
    NotScalar(String),
}

impl KeyField {
    /// A field, by its name or its path.
    pub fn new(name: &str) -> Result<Self, TemplateError> {
        if name.is_empty() {
            return Err(TemplateError::Empty);
        }
        let path = Path::parse(name).map_or_else(|_| Vec::new(), |path| path.segments());
        Ok(Self {
            name: name.to_owned(),
            path,
        })
    }

    /// The name, as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Appends the text of the field.
    fn push(&self, value: ValueRef<'_>, out: &mut String) -> Result<(), NoKey> {
        let mut found = value.as_map().and_then(|map| map.get(&self.name));
        if found.is_none() && !self.path.is_empty() {
            visit_at(value, &self.path, &mut |inner| {
                found.get_or_insert(inner);
            });
        }
        // Writing to a string cannot fail.
        let written = match found {
            None | Some(ValueRef::Null) => return Err(NoKey::Missing(self.name.clone())),
            Some(ValueRef::String(text)) => out.write_str(text),
            Some(ValueRef::Int(int)) => write!(out, "{int}"),
            Some(ValueRef::UInt(uint)) => write!(out, "{uint}"),
            Some(ValueRef::Float(float)) => write!(out, "{float:?}"),
            Some(ValueRef::Bool(flag)) => write!(out, "{flag}"),
            Some(ValueRef::Timestamp(time)) => write!(out, "{time}"),
            Some(ValueRef::Bytes(_) | ValueRef::List(_) | ValueRef::Map(_)) => {
                return Err(NoKey::NotScalar(self.name.clone()));
            }
        };
        written.map_err(|_error| NoKey::NotScalar(self.name.clone()))
    }
}

impl Template {
    /// Parses a template: text, and fields in braces, `{name}` or `{name|slug}`.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] if a brace is unmatched, an option is unknown, or there is no field.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, found) = rest.split_at(at);
            literal.push_str(before);
            if let Some(behind) = found.strip_prefix("{{") {
                literal.push('{');
                rest = behind;
            } else if let Some(behind) = found.strip_prefix("}}") {
                literal.push('}');
                rest = behind;
            } else {
                let inside = found.strip_prefix('{').ok_or(TemplateError::Unpaired)?;
                let (field, behind) = inside.split_once('}').ok_or(TemplateError::Unpaired)?;
                if !literal.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut literal)));
                }
                parts.push(parse_field(field)?);
                rest = behind;
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        if parts.iter().any(|part| matches!(part, Part::Field { .. })) {
            Ok(Self { parts })
        } else {
            Err(TemplateError::NoField)
        }
    }

    fn push(&self, value: ValueRef<'_>, out: &mut String) -> Result<(), NoKey> {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Field { field, slug: false } => field.push(value, out)?,
                Part::Field { field, slug: true } => {
                    let mut text = String::new();
                    field.push(value, &mut text)?;
                    push_slug(&text, out);
                }
            }
        }
        Ok(())
    }
}

impl KeyRule {
    /// The key of the record `row` (from 1) of the input; `None` if there is no rule.
    pub(super) fn key(&self, value: ValueRef<'_>, row: u64) -> Option<Result<String, NoKey>> {
        let mut key = String::new();
        let made = match self {
            Self::Given => return None,
            Self::Field(field) => field.push(value, &mut key),
            Self::Template(template) => template.push(value, &mut key),
            Self::RowNumber { prefix } => {
                key = format!("{prefix}{row:07}");
                Ok(())
            }
        };
        Some(made.map(|()| key))
    }
}

fn parse_field(text: &str) -> Result<Part, TemplateError> {
    let (name, option) = text
        .split_once('|')
        .map_or((text, None), |(name, option)| (name, Some(option)));
    let slug = match option.map(str::trim) {
        None => false,
        Some("slug") => true,
        Some(option) => {
            return Err(TemplateError::UnknownOption {
                option: option.to_owned(),
            });
        }
    };
    let field = KeyField::new(name.trim())?;
    Ok(Part::Field { field, slug })
}

/// Appends `text` in lower case, with each run of characters other than letters, their marks and
/// digits replaced by one `-`, none at the ends. Composed (NFC), so that the slug does not depend
/// on the normalization of the text.
fn push_slug(text: &str, out: &mut String) {
    let lower = text.nfc().flat_map(char::to_lowercase).nfc();
    let (mut in_word, mut is_first) = (false, true);
    for character in lower {
        if is_invisible(character) {
            continue;
        }
        if character.is_alphanumeric() {
            if !in_word && !is_first {
                out.push('-');
            }
            out.push(character);
            (in_word, is_first) = (true, false);
        } else if !is_combining_mark(character) {
            in_word = false;
        } else if in_word {
            out.push(character);
        }
    }
}

/// Whether a character only affects the rendering of adjacent ones: joiners, soft hyphens,
/// variation selectors.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{34F}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json::parse_text;

    fn key(rule: &KeyRule, json: &str) -> Result<String, NoKey> {
        let (value, _) = parse_text(json).unwrap();
        rule.key(value.view(), 12).unwrap()
    }

    fn template(text: &str) -> KeyRule {
        KeyRule::Template(Template::parse(text).unwrap())
    }

    fn field(name: &str) -> KeyRule {
        KeyRule::Field(KeyField::new(name).unwrap())
    }

    const FILM: &str =
        r#"{"title":"Schindler's List ","year":1993,"a b":true,"by":{"name":"S"},"cast":["x"]}"#;

    #[test]
    fn a_field_is_found_by_name_or_by_path() {
        assert_eq!(key(&field("year"), FILM), Ok("1993".to_owned()));
        assert_eq!(key(&field("a b"), FILM), Ok("true".to_owned()));
        assert_eq!(key(&field("by.name"), FILM), Ok("S".to_owned()));
        assert_eq!(
            key(&field("by.name"), r#"{"by.name":"dotted"}"#),
            Ok("dotted".to_owned())
        );
        assert_eq!(
            key(&field("nope"), FILM),
            Err(NoKey::Missing("nope".to_owned()))
        );
        assert_eq!(
            key(&field("cast"), FILM),
            Err(NoKey::NotScalar("cast".to_owned()))
        );
    }

    #[test]
    fn a_template_joins_fields_and_slugs_them() {
        assert_eq!(
            key(&template("film:{year}:{title|slug}"), FILM),
            Ok("film:1993:schindler-s-list".to_owned())
        );
        assert_eq!(key(&template("{{{year}}}"), FILM), Ok("{1993}".to_owned()));
        assert_eq!(
            key(&template("{title|slug}"), r#"{"title":"  ÀB--ç 9!"}"#),
            Ok("àb-ç-9".to_owned())
        );
    }

    #[test]
    fn a_slug_does_not_depend_on_normalization_and_splits_no_word() {
        let slug = |title: &str| {
            let json = serde_json::json!({ "title": title }).to_string();
            key(&template("{title|slug}"), &json).unwrap()
        };
        assert_eq!(slug("Ame\u{301}lie"), "amélie");
        assert_eq!(slug("Am\u{e9}lie"), "amélie");
        assert_eq!(slug("A\u{30a}ngstro\u{308}m"), slug("\u{212b}ngström"));
        for (title, expected) in [
            // Vowel signs, nukta and virama.
            ("हिन्दी फ़िल्म", "हिन्दी-फ़िल्म"),
            ("\u{958}\u{93f}", "\u{915}\u{93c}\u{93f}"),
            ("தமிழ் படம்!", "தமிழ்-படம்"),
            ("বাংলা (ছবি)", "বাংলা-ছবি"),
            // Tone marks.
            ("น้ำตาล ที่รัก", "น้ำตาล-ที่รัก"),
            ("မြန်မာ", "မြန်မာ"),
            // Points and vowel marks.
            ("שָׁלוֹם", "שָׁלוֹם".nfc().collect::<String>().as_str()),
            ("한글 영화", "한글-영화"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            // A joiner only affects rendering, and does not end a word.
            ("می\u{200c}خواهم", "میخواهم"),
            ("soft\u{ad}hyphen", "softhyphen"),
            ("I\u{307}stanbul", "i\u{307}stanbul"),
            ("\u{301}a \u{301} b", "a-b"),
            ("-- !", ""),
        ] {
            assert_eq!(slug(title), expected, "{title}");
        }
    }

    #[test]
    fn an_invalid_template_is_refused() {
        assert_eq!(Template::parse("a{b"), Err(TemplateError::Unpaired));
        assert_eq!(Template::parse("a}b"), Err(TemplateError::Unpaired));
        assert_eq!(Template::parse("{}"), Err(TemplateError::Empty));
        assert_eq!(Template::parse("plain {{x}}"), Err(TemplateError::NoField));
        let option = "upper".to_owned();
        assert_eq!(
            Template::parse("{a|upper}"),
            Err(TemplateError::UnknownOption { option })
        );
    }

    #[test]
    fn row_numbers_keep_their_order_as_keys() {
        let rule = KeyRule::RowNumber {
            prefix: "row:".to_owned(),
        };
        assert_eq!(key(&rule, "1"), Ok("row:0000012".to_owned()));
    }
}
