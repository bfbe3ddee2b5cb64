//! Which records are selected. A selection consists of records, not of table positions: it keeps
//! the chosen records whatever happens to the rows. A large selection is stored as a run of rows
//! instead of single keys.

use std::collections::BTreeSet;
use std::ops::Range;

use vstore::search::HitSet;
use vstore::{Key, Snapshot};

use super::Keys;

/// The most records excluded from a run; with more, the run ends.
const EXCEPT_MAX: usize = 2_000;

/// The selected records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// A selected run of rows.
    pub span: Option<Span>,
    /// Records of `span` that are not selected.
    pub except: BTreeSet<Key>,
    /// Further selected keys.
    pub keys: BTreeSet<Key>,
    /// Selected records that the table does not show at present. Commands do not apply to them;
    /// they are selected again when the table shows them again.
    pub hidden: BTreeSet<Key>,
    /// Records changed since the rows were looked up: the run may have lost them.
    pub changed: BTreeSet<Key>,
    /// The run was chosen among rows older than the records: it ends when the rows are looked up
    /// again.
    pub is_stale: bool,
    /// The number of records of a run that ended because it could not be followed; the user has not
    /// been notified yet.
    pub ended: Option<usize>,
    /// The keyboard cursor; the detail panel shows this record.
    pub cursor: Option<Key>,
    /// Its row, as of the last listing; `None` if the table does not show it.
    pub cursor_row: Option<usize>,
    /// Where an extended range starts.
    pub anchor: Option<Key>,
}

/// The records of a run of rows, as of the time the run was chosen. Records that appear between
/// them later are not part of it.
#[derive(Clone, Debug)]
pub enum Span {
    /// All records from one key to another, in key order, both included.
    Between {
        /// The first.
        first: Key,
        /// The last.
        last: Key,
        /// The records at that time.
        seen: Snapshot,
    },
    /// Rows of a search result or of a sort order.
    Rows {
        /// The listing.
        keys: Keys,
        /// Its rows.
        rows: Range<usize>,
        /// The records in these rows.
        set: HitSet,
    },
}

/// What a click or a key press does to the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelectHow {
    /// Selects only this row.
    Only,
    /// Adds or removes this row.
    Toggle,
    /// Selects all rows from the anchor to this one.
    Extend,
}

impl Span {
    /// All records of a snapshot from one key to another.
    pub const fn between(seen: Snapshot, first: Key, last: Key) -> Self {
        Self::Between { first, last, seen }
    }

    /// The records in some rows of a listing. Costs a few nanoseconds per row.
    pub fn rows(keys: Keys, rows: Range<usize>) -> Self {
        let set = keys.hits().set_of(rows.clone());
        Self::Rows { keys, rows, set }
    }

    /// Whether it contains a record. Costs a look-up.
    pub fn contains(&self, key: &str) -> bool {
        match self {
            Self::Between { first, last, seen } => {
                (first.as_str()..=last.as_str()).contains(&key) && seen.get(key).is_some()
            }
            Self::Rows { set, .. } => set.contains(key),
        }
    }

    /// The number of records it had when it was chosen, without those in a run of keys that have
    /// expired since.
    pub fn count(&self) -> usize {
        match self {
            Self::Between { first, last, seen } => {
                let last_included = usize::from(seen.get(last.as_str()).is_some());
                let end = seen.rank(last.as_str()) + last_included;
                end.saturating_sub(seen.rank(first.as_str()))
            }
            Self::Rows { rows, .. } => rows.len(),
        }
    }

    /// Whether it contains every record of a snapshot.
    pub fn is_all_of(&self, snapshot: &Snapshot) -> bool {
        match self {
            Self::Between { seen, .. } => {
                seen.seq() == snapshot.seq() && self.count() == snapshot.len()
            }
            Self::Rows { .. } => false,
        }
    }
}

impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Between { first, last, seen },
                Self::Between {
                    first: other_first,
                    last: other_last,
                    seen: other_seen,
                },
            ) => first == other_first && last == other_last && seen.seq() == other_seen.seq(),
            (
                Self::Rows { keys, rows, .. },
                Self::Rows {
                    keys: other_keys,
                    rows: other_rows,
                    ..
                },
            ) => rows == other_rows && keys == other_keys,
            _ => false,
        }
    }
}

impl Eq for Span {}

impl Selection {
    /// Whether a record is selected.
    pub fn contains(&self, key: &str) -> bool {
        self.keys.contains(key) || (self.is_in_run(key) && !self.except.contains(key))
    }

    fn is_in_run(&self, key: &str) -> bool {
        self.span.as_ref().is_some_and(|span| span.contains(key))
    }

    /// How many records are selected.
    pub fn len(&self) -> usize {
        let run = self.span.as_ref().map_or(0, |span| {
            let except = self.except.iter();
            let except = except.filter(|key| span.contains(key.as_str())).count();
            span.count().saturating_sub(except)
        });
        run + self.keys.len()
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        !self.has_run() && self.keys.is_empty()
    }

    /// Whether a run is selected in addition to single keys.
    pub const fn has_run(&self) -> bool {
        self.span.is_some()
    }

    /// Adds a record to the selection, or removes it.
    pub fn toggle(&mut self, key: Key) {
        if self.keys.remove(&key) {
            return;
        }
        if !self.is_in_run(key.as_str()) {
            self.keys.insert(key);
        } else if !self.except.remove(&key) {
            self.leave_out(key);
        }
    }

    /// Excludes a record from the run.
    pub fn leave_out(&mut self, key: Key) {
        self.except.insert(key);
        if EXCEPT_MAX < self.except.len() {
            self.end_run_and_say_so();
        }
    }

    /// Adds a record to the selection.
    pub fn add(&mut self, key: Key) {
        if self.is_in_run(key.as_str()) {
            self.except.remove(&key);
        } else {
            self.keys.insert(key);
        }
    }

    /// Drops the run; single keys stay.
    pub fn end_run(&mut self) {
        self.span = None;
        self.except.clear();
        self.changed.clear();
        self.is_stale = false;
    }

    /// Like [`end_run`](Self::end_run), and has the user notified.
    pub fn end_run_and_say_so(&mut self) {
        let count = self.len() - self.keys.len();
        self.end_run();
        if count > 0 {
            self.ended = Some(count);
        }
    }

    /// Clears the selection; the cursor stays.
    pub fn clear_records(&mut self) {
        self.end_run();
        self.keys.clear();
        self.hidden.clear();
    }

    /// The selected record, if exactly one is selected.
    pub fn single(&self) -> Option<&Key> {
        match self.keys.len() {
            1 if !self.has_run() => self.keys.first(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vstore::value::json::parse_text;
    use vstore::{Cause, ManualClock, Millis, Store, WriteBatch};

    use super::*;

    fn key(text: &str) -> Key {
        Key::new(text).unwrap()
    }

    fn put(store: &mut Store, names: &[&str]) {
        let mut batch = WriteBatch::new(Cause::Edit);
        for name in names {
            batch.put(key(name), parse_text("1").unwrap().0);
        }
        store.commit(&batch).unwrap();
    }

    fn chosen(selection: &Selection) -> String {
        let names = ["a", "b", "c", "cc", "d", "e", "x"].into_iter();
        names.filter(|key| selection.contains(key)).collect()
    }

    #[test]
    fn single_records_can_be_excluded_from_a_run_and_added_again() {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(1))));
        put(&mut store, &["a", "b", "c", "d", "e"]);
        let mut selection = Selection {
            span: Some(Span::between(store.snapshot(), key("b"), key("d"))),
            ..Selection::default()
        };
        selection.toggle(key("c"));
        selection.toggle(key("x"));
        assert_eq!(chosen(&selection), "bdx");
        assert_eq!(selection.len(), 3);
        selection.toggle(key("c"));
        selection.toggle(key("x"));
        assert_eq!(chosen(&selection), "bcd");
        assert!(selection.except.is_empty() && selection.keys.is_empty());
    }

    #[test]
    fn records_added_within_a_run_are_not_part_of_it() {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(1))));
        put(&mut store, &["a", "b", "c", "d"]);
        let selection = Selection {
            span: Some(Span::between(store.snapshot(), key("b"), key("d"))),
            ..Selection::default()
        };
        put(&mut store, &["cc"]);
        assert_eq!(chosen(&selection), "bcd");
        assert_eq!(selection.len(), 3);
    }

    #[test]
    fn a_run_of_rows_keeps_its_records_wherever_they_move() {
        let keys = [key("z"), key("a"), key("m")].into();
        let span = Span::rows(keys, 1..3);
        assert!(span.contains("a") && span.contains("m") && !span.contains("z"));
    }

    #[test]
    fn a_run_with_too_many_exceptions_ends_and_is_reported() {
        let names: Vec<_> = (0..=EXCEPT_MAX + 1).map(|n| key(&n.to_string())).collect();
        let mut selection = Selection {
            span: Some(Span::rows(names.iter().collect(), 0..names.len())),
            ..Selection::default()
        };
        for name in names.iter().take(EXCEPT_MAX) {
            selection.toggle(name.clone());
        }
        assert_eq!((selection.len(), selection.ended), (2, None));
        selection.toggle(names[EXCEPT_MAX].clone());
        assert_eq!((selection.len(), selection.ended), (0, Some(1)));
    }
}
