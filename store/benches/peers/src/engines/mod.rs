//! The three engines behind one face.

mod sqlite;
mod tantivy_index;
mod vstore_file;

use std::path::Path;

use serde_json::Value;

use crate::questions::Question;

pub(crate) use sqlite::Sqlite;
pub(crate) use tantivy_index::Tantivy;
pub(crate) use vstore_file::VStore;

/// The first hits that an answer holds.
pub(crate) const HITS: usize = 100;
/// A word between the texts of a record, so that no phrase runs from one into the next.
const BETWEEN: &str = " zqzqz ";

/// Something that can be asked.
pub(crate) trait Engine {
    fn name(&self) -> &'static str;

    /// Finds the best [`HITS`] and counts all; `None` if it has no answer to such questions.
    fn ask(&mut self, question: &Question) -> Option<u64>;

    /// Replaces one record and makes that durable; whether it can.
    fn edit(&mut self, number: usize) -> bool;

    /// The size of its files.
    fn bytes(&self) -> u64;
}

/// One line of the corpus: key, value as JSON, all its texts.
fn parse(line: &str) -> (String, Value, String) {
    let mut pair: Value = serde_json::from_str(line).unwrap_or_default();
    let key = pair["key"].as_str().unwrap_or_default().to_owned();
    let value = pair["value"].take();
    let mut text = key.clone();
    add_text(&value, &mut text);
    (key, value, text)
}

fn add_text(value: &Value, text: &mut String) {
    match value {
        Value::Null => {}
        Value::Array(elements) => elements.iter().for_each(|element| add_text(element, text)),
        Value::Object(entries) => entries.values().for_each(|inner| add_text(inner, text)),
        Value::String(string) => {
            text.push_str(BETWEEN);
            text.push_str(string);
        }
        scalar => {
            text.push_str(BETWEEN);
            text.push_str(&scalar.to_string());
        }
    }
}

fn size_of(path: &Path) -> u64 {
    if let Ok(entries) = std::fs::read_dir(path) {
        return entries.flatten().map(|entry| size_of(&entry.path())).sum();
    }
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}
