//! Paths inside values, such as `profile.name`, `tags[]` or `items[].price`.
//!
//! A path consists of names of map entries and steps into all elements of a list: `tags[]` is every
//! element of `tags`. A whole value that is not a map has the path [`ROOT_PATH`].

use std::fmt;
use std::sync::Arc;

use crate::value::ValueRef;

/// The path of a whole value that is not a map: `$value`, and `$value[]` for its elements.
pub const ROOT_PATH: &str = "$value";

/// The longest text of a path in bytes. Values may have longer paths, but these are not indexed.
pub const PATH_BYTES_MAX: usize = 1024;

/// A path inside values, in its canonical text form. Cloning shares the text.
///
/// Names with other characters than letters, digits, `_`, `-`, `/`, `@` and non-ASCII characters
/// are in double quotes, with `"` and `\` escaped by `\`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Arc<str>);

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathSegment {
    /// Into the entry of a map.
    Name(String),
    /// Into each element of a list.
    Elements,
}

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path at byte {offset} of {text:?}: expected a name, `.name` or `[]`")]
pub struct PathError {
    /// The text.
    pub text: String,
    /// The byte offset at which it is invalid.
    pub offset: usize,
}

impl Path {
    /// Parses a path in any spelling.
    ///
    /// # Errors
    ///
    /// [`PathError`] if the text is not a path.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut canonical = PathText::default();
        for segment in parse_segments(text)? {
            match segment {
                PathSegment::Name(name) => canonical.push_name(&name),
                PathSegment::Elements => canonical.push_elements(),
            }
        }
        Ok(Self(Arc::from(canonical.as_str())))
    }

    /// From a text produced by a walk.
    pub(crate) fn from_canonical(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The steps of the path.
    pub fn segments(&self) -> Vec<PathSegment> {
        parse_segments(&self.0).unwrap_or_default()
    }

    /// The last name, without quotes, as for a column heading.
    pub fn last_name(&self) -> String {
        let last = self
            .segments()
            .into_iter()
            .rev()
            .find_map(|segment| match segment {
                PathSegment::Name(name) => Some(name),
                PathSegment::Elements => None,
            });
        last.unwrap_or_else(|| self.0.to_string())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Path {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Visits every node of a value with the text of its path, lists and maps before their content. A
/// map at the top is not visited itself, because it has no path. O(n) in the size of the value.
///
/// Nodes whose path would be longer than [`PATH_BYTES_MAX`] are left out.
pub fn walk<'a>(value: ValueRef<'a>, visit: &mut dyn FnMut(&str, ValueRef<'a>)) {
    let mut path = PathText::default();
    if !matches!(value, ValueRef::Map(_)) {
        path.text.push_str(ROOT_PATH);
        visit(ROOT_PATH, value);
    }
    walk_inside(value, &mut path, visit);
}

fn walk_inside<'a>(
    value: ValueRef<'a>,
    path: &mut PathText,
    visit: &mut dyn FnMut(&str, ValueRef<'a>),
) {
    let start = path.text.len();
    match value {
        ValueRef::List(list) => {
            path.push_elements();
            if path.text.len() <= PATH_BYTES_MAX {
                for element in list {
                    visit(&path.text, element);
                    walk_inside(element, path, visit);
                }
            }
        }
        ValueRef::Map(map) => {
            for (name, inner) in map {
                path.push_name(name);
                if path.text.len() <= PATH_BYTES_MAX {
                    visit(&path.text, inner);
                    walk_inside(inner, path, visit);
                }
                path.text.truncate(start);
            }
        }
        _ => {}
    }
    path.text.truncate(start);
}

/// A path that the reading of a record passes to a callback with each of its scalars.
#[derive(Debug)]
pub(crate) struct VisitedPath<'a> {
    /// The canonical text of the path.
    pub(crate) text: &'a str,
    /// A number that the callback may assign to the path; kept for later records.
    pub(crate) number: &'a mut Option<u16>,
}

/// Visits the nodes of `value` at one path, without walking the rest.
pub fn visit_at<'a>(
    value: ValueRef<'a>,
    segments: &[PathSegment],
    visit: &mut dyn FnMut(ValueRef<'a>),
) {
    match segments.split_first() {
        None => visit(value),
        Some((PathSegment::Name(name), rest)) => match value {
            ValueRef::Map(map) => {
                if let Some(inner) = map.get(name) {
                    visit_at(inner, rest, visit);
                }
            }
            _ if name == ROOT_PATH => visit_at(value, rest, visit),
            _ => {}
        },
        Some((PathSegment::Elements, rest)) => {
            if let ValueRef::List(list) = value {
                for element in list {
                    visit_at(element, rest, visit);
                }
            }
        }
    }
}

/// The text of the current path during a walk.
#[derive(Default)]
pub(crate) struct PathText {
    text: String,
}

impl From<&str> for PathText {
    /// Starts with a canonical text.
    fn from(text: &str) -> Self {
        let text = text.to_owned();
        Self { text }
    }
}

impl PathText {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn push_name(&mut self, name: &str) {
        if !self.text.is_empty() {
            self.text.push('.');
        }
        if is_plain(name) {
            self.text.push_str(name);
            return;
        }
        self.text.push('"');
        for character in name.chars() {
            if matches!(character, '"' | '\\') {
                self.text.push('\\');
            }
            self.text.push(character);
        }
        self.text.push('"');
    }

    pub(crate) fn push_elements(&mut self) {
        self.text.push_str("[]");
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && (name == ROOT_PATH || name.chars().all(is_plain_character))
}

fn is_plain_character(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '-' | '/' | '@')
        || (!character.is_ascii() && !character.is_whitespace() && !character.is_control())
}

fn parse_segments(text: &str) -> Result<Vec<PathSegment>, PathError> {
    let error = |rest: &str| PathError {
        text: text.to_owned(),
        offset: text.len() - rest.len(),
    };
    let mut segments = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("[]").or_else(|| rest.strip_prefix("[*]")) {
            segments.push(PathSegment::Elements);
            rest = behind;
            continue;
        }
        if !segments.is_empty() {
            rest = rest.strip_prefix('.').ok_or_else(|| error(rest))?;
        }
        let (name, behind) = parse_name(rest).ok_or_else(|| error(rest))?;
        segments.push(PathSegment::Name(name));
        rest = behind;
    }
    if segments.is_empty() {
        Err(error(rest))
    } else {
        Ok(segments)
    }
}

fn parse_name(text: &str) -> Option<(String, &str)> {
    if let Some(behind) = text.strip_prefix(ROOT_PATH) {
        return Some((ROOT_PATH.to_owned(), behind));
    }
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text
            .find(|character| !is_plain_character(character))
            .unwrap_or(text.len());
        let (name, behind) = text.split_at(end);
        return (!name.is_empty()).then(|| (name.to_owned(), behind));
    };
    let mut name = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some((name, characters.as_str())),
            '\\' => name.push(characters.next()?),
            character => name.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{EncodedValue, Value};

    fn map(entries: &[(&str, Value)]) -> Value {
        Value::Map(
            entries
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        )
    }

    fn walked(value: &Value) -> Vec<String> {
        let encoded = EncodedValue::encode(value).unwrap();
        let mut paths = Vec::new();
        walk(encoded.view(), &mut |path, _| paths.push(path.to_owned()));
        paths
    }

    #[test]
    fn a_walk_names_every_node_in_order() {
        let value = map(&[
            ("name", Value::from("x")),
            (
                "tags",
                Value::List(vec![Value::from("a"), map(&[("b.c", Value::Int(1))])]),
            ),
        ]);
        assert_eq!(
            walked(&value),
            ["name", "tags", "tags[]", "tags[]", "tags[].\"b.c\""]
        );
        assert_eq!(walked(&Value::Int(3)), ["$value"]);
        assert_eq!(
            walked(&Value::List(vec![Value::Null])),
            ["$value", "$value[]"]
        );
    }

    #[test]
    fn every_visited_path_parses_to_itself_and_finds_its_node() {
        let value = map(&[
            ("a b", Value::Int(1)),
            ("q\"\\", Value::Int(2)),
            ("", Value::Int(3)),
            ("ü", Value::List(vec![Value::List(vec![Value::Int(4)])])),
        ]);
        let encoded = EncodedValue::encode(&value).unwrap();
        walk(encoded.view(), &mut |text, node| {
            let path = Path::parse(text).unwrap();
            assert_eq!(path.as_str(), text);
            let mut found = Vec::new();
            visit_at(encoded.view(), &path.segments(), &mut |value| {
                found.push(Value::from(value));
            });
            assert_eq!(found, [Value::from(node)]);
        });
    }

    #[test]
    fn an_invalid_path_is_refused_with_its_offset() {
        for (text, offset) in [("", 0), ("a..b", 2), ("a b", 1), ("a[1]", 1), ("\"open", 0)] {
            assert_eq!(
                Path::parse(text),
                Err(PathError {
                    text: text.to_owned(),
                    offset
                })
            );
        }
    }

    #[test]
    fn a_path_longer_than_the_limit_is_left_out() {
        let value = map(&[
            (&"n".repeat(PATH_BYTES_MAX.wrapping_add(1)), Value::Null),
            ("short", Value::Null),
        ]);
        assert_eq!(walked(&value), ["short"]);
    }
}
