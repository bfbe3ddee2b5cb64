//! Changes to one part of a value.

use vstore::value::{EncodedValue, Value};

use crate::state::{Location, Step};

/// What to change inside a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeafEdit {
    /// Replaces a value.
    Set {
        /// Where; empty for the whole value.
        location: Location,
        /// The new value.
        value: EncodedValue,
    },
    /// Removes an entry or element.
    Remove {
        /// Where.
        location: Location,
    },
    /// Adds an entry to a map, or an element to the end of a list.
    Add {
        /// The map or list.
        location: Location,
        /// The name of the entry; `None` for a list.
        name: Option<String>,
        /// Its value.
        value: EncodedValue,
    },
}

impl LeafEdit {
    /// The value after the change, or why it cannot be changed.
    pub(super) fn apply(&self, value: &EncodedValue) -> Result<EncodedValue, String> {
        let mut tree = Value::from(value.view());
        match self {
            Self::Set { location, value } => {
                *find(&mut tree, location)? = Value::from(value.view());
            }
            Self::Remove { location } => remove(&mut tree, location)?,
            Self::Add {
                location,
                name,
                value,
            } => {
                add(
                    find(&mut tree, location)?,
                    name.as_deref(),
                    Value::from(value.view()),
                )?;
            }
        }
        EncodedValue::encode(&tree).map_err(|error| error.to_string())
    }
}

fn gone() -> String {
    "that part of the value no longer exists".to_owned()
}

fn find<'a>(value: &'a mut Value, location: &[Step]) -> Result<&'a mut Value, String> {
    let Some((step, rest)) = location.split_first() else {
        return Ok(value);
    };
    let inner = match (step, value) {
        (Step::Name(name), Value::Map(entries)) => entries
            .iter_mut()
            .find(|(found, _)| found == name)
            .map(|(_, inner)| inner),
        (Step::Index(index), Value::List(elements)) => elements.get_mut(*index),
        _ => None,
    };
    find(inner.ok_or_else(gone)?, rest)
}

fn remove(value: &mut Value, location: &[Step]) -> Result<(), String> {
    let (last, parents) = location.split_last().ok_or_else(gone)?;
    match (last, find(value, parents)?) {
        (Step::Name(name), Value::Map(entries)) => {
            let place = entries
                .iter()
                .position(|(found, _)| found == name)
                .ok_or_else(gone)?;
            entries.remove(place);
        }
        (Step::Index(index), Value::List(elements)) if *index < elements.len() => {
            elements.remove(*index);
        }
        _ => return Err(gone()),
    }
    Ok(())
}

fn add(parent: &mut Value, name: Option<&str>, value: Value) -> Result<(), String> {
    match (parent, name) {
        (Value::Map(entries), Some(name)) => {
            if entries.iter().any(|(found, _)| found == name) {
                return Err(format!("there is already an entry named {name:?}"));
            }
            entries.push((name.to_owned(), value));
        }
        (Value::List(elements), None) => elements.push(value),
        (Value::Map(_), None) => return Err("a new entry needs a name".to_owned()),
        _ => return Err("only lists and maps can hold more entries".to_owned()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use vstore::value::json::{parse_text, to_compact};

    fn check(before: &str, edit: &LeafEdit, after: Result<&str, &str>) {
        let (before, _) = parse_text(before).unwrap();
        let result = edit.apply(&before).map(|value| to_compact(value.view()));
        assert_eq!(result.as_deref().map_err(String::as_str), after);
    }

    fn value(text: &str) -> EncodedValue {
        parse_text(text).unwrap().0
    }

    fn name(name: &str) -> Step {
        Step::Name(name.to_owned())
    }

    #[test]
    fn setting_a_leaf_changes_only_that_leaf() {
        let location = vec![name("a"), Step::Index(1)];
        let set = LeafEdit::Set {
            location,
            value: value("7"),
        };
        check(r#"{"a":[1,2],"b":3}"#, &set, Ok(r#"{"a":[1,7],"b":3}"#));
        check(
            r#"{"a":[1]}"#,
            &set,
            Err("that part of the value no longer exists"),
        );
        let whole = LeafEdit::Set {
            location: Vec::new(),
            value: value("null"),
        };
        check(r#"{"a":1}"#, &whole, Ok("null"));
    }

    #[test]
    fn entries_and_elements_are_removed_and_added() {
        let remove = LeafEdit::Remove {
            location: vec![name("a")],
        };
        check(r#"{"a":1,"b":2}"#, &remove, Ok(r#"{"b":2}"#));
        let add = |name: Option<&str>| LeafEdit::Add {
            location: Vec::new(),
            name: name.map(str::to_owned),
            value: value("true"),
        };
        check(r#"{"a":1}"#, &add(Some("c")), Ok(r#"{"a":1,"c":true}"#));
        check(
            r#"{"a":1}"#,
            &add(Some("a")),
            Err("there is already an entry named \"a\""),
        );
        check("[1]", &add(None), Ok("[1,true]"));
        check(
            "1",
            &add(None),
            Err("only lists and maps can hold more entries"),
        );
    }
}
