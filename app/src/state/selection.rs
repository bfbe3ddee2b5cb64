//! Which records are selected. Anchored by key: it stays with its records whatever happens to
//! their rows. Many records are selected by naming where they begin and end, not one by one.

use std::collections::BTreeSet;
use std::ops::Range;

use vstore::{Key, Snapshot};

use super::Keys;

/// The selected records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Every row of the table is selected, however many there are.
    pub all: bool,
    /// A long run of rows is selected.
    pub span: Option<Span>,
    /// What is not selected of `all` or `span`.
    pub except: BTreeSet<Key>,
    /// Selected keys beside these.
    pub keys: BTreeSet<Key>,
    /// Where the keyboard is; the detail panel shows this record.
    pub cursor: Option<Key>,
    /// Its row, as of the last listing.
    pub cursor_row: Option<usize>,
    /// Where a range that is extended starts.
    pub anchor: Option<Key>,
}

/// A run of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// All records from one key to another, in the order of keys, both included.
    Between {
        /// The first.
        first: Key,
        /// The last.
        last: Key,
    },
    /// Rows of what a search found, or of an order.
    Rows {
        /// The listing.
        keys: Keys,
        /// Its rows.
        rows: Range<usize>,
    },
}

/// What a click or a key does to the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelectHow {
    /// Selects this one only.
    Only,
    /// Adds or removes this one.
    Toggle,
    /// Selects everything from the anchor to this one.
    Extend,
}

impl Span {
    /// Whether the record in a row of the table is part of it.
    pub fn contains(&self, row: usize, key: &str) -> bool {
        match self {
            Self::Between { first, last } => (first.as_str()..=last.as_str()).contains(&key),
            Self::Rows { rows, .. } => rows.contains(&row),
        }
    }

    /// How many records it has now.
    pub fn len(&self, snapshot: &Snapshot) -> usize {
        match self {
            Self::Between { first, last } => {
                let behind = usize::from(snapshot.get(last.as_str()).is_some());
                let end = snapshot.rank(last.as_str()) + behind;
                end.saturating_sub(snapshot.rank(first.as_str()))
            }
            Self::Rows { rows, .. } => rows.len(),
        }
    }
}

impl Selection {
    /// Whether the record in a row of the table is selected.
    pub fn contains(&self, row: usize, key: &str) -> bool {
        self.keys.contains(key) || (self.is_in_run(row, key) && !self.except.contains(key))
    }

    fn is_in_run(&self, row: usize, key: &str) -> bool {
        let in_span = || {
            self.span
                .as_ref()
                .is_some_and(|span| span.contains(row, key))
        };
        self.all || in_span()
    }

    /// How many records are selected, of `rows` in the table.
    pub fn len(&self, rows: usize, snapshot: &Snapshot) -> usize {
        let run = match &self.span {
            _ if self.all => rows,
            Some(span) => span.len(snapshot),
            None => 0,
        };
        run.saturating_sub(self.except.len()) + self.keys.len()
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        !self.has_run() && self.keys.is_empty()
    }

    /// Whether more may be selected than is named one by one.
    pub const fn has_run(&self) -> bool {
        self.all || self.span.is_some()
    }

    /// Selects this one too, or not any more.
    pub fn toggle(&mut self, row: usize, key: Key) {
        if self.keys.remove(&key) {
            return;
        }
        if !self.is_in_run(row, key.as_str()) {
            self.keys.insert(key);
        } else if !self.except.remove(&key) {
            self.except.insert(key);
        }
    }

    /// Selects this one too.
    pub fn add(&mut self, row: usize, key: Key) {
        if self.is_in_run(row, key.as_str()) {
            self.except.remove(&key);
        } else {
            self.keys.insert(key);
        }
    }

    /// Forgets the long run; what is named one by one stays.
    pub fn end_run(&mut self) {
        self.all = false;
        self.span = None;
        self.except.clear();
    }

    /// Selects nothing; the keyboard stays where it is.
    pub fn clear_records(&mut self) {
        self.end_run();
        self.keys.clear();
    }

    /// The record that is meant when exactly one is meant.
    pub fn single(&self) -> Option<&Key> {
        match self.keys.len() {
            1 if !self.has_run() => self.keys.first(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::new(text).unwrap()
    }

    #[test]
    fn single_records_are_taken_out_of_a_run_and_put_back() {
        let mut selection = Selection {
            span: Some(Span::Between {
                first: key("b"),
                last: key("d"),
            }),
            ..Selection::default()
        };
        selection.toggle(2, key("c"));
        selection.toggle(7, key("x"));
        let chosen = |selection: &Selection| {
            ["a", "b", "c", "d", "e", "x"]
                .into_iter()
                .filter(|key| selection.contains(99, key))
                .collect::<String>()
        };
        assert_eq!(chosen(&selection), "bdx");
        selection.toggle(2, key("c"));
        selection.toggle(7, key("x"));
        assert_eq!(chosen(&selection), "bcd");
        assert!(selection.except.is_empty() && selection.keys.is_empty());
    }

    #[test]
    fn rows_of_a_result_are_told_by_their_place() {
        let span = Span::Rows {
            keys: [key("z"), key("a"), key("m")].into(),
            rows: 1..3,
        };
        assert!(span.contains(1, "a") && span.contains(2, "m") && !span.contains(0, "z"));
    }
}
