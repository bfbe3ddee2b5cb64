//! What the table shows of each record, built once and kept until record, columns or search change.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use vstore::search::{Highlight, edit};
use vstore::value::json::to_compact_preview;
use vstore::value::{ValueRef, ValueType};
use vstore::{Key, Meta, Record, Seq, visit_at};

use super::columns::ColumnData;
use crate::state::{ColumnKind, Highlighter, Listing, Row, SearchAnswer};
use crate::view::StoreView;

/// The longest preview of a value, in characters. Columns are rarely wider.
const PREVIEW_CHARS: usize = 300;
/// How much of a value is searched for the first match, in characters.
const SEARCHED_CHARS: usize = 4_000;
/// How much is shown before a match that would otherwise not be visible, in characters.
const LEAD_CHARS: usize = 16;
/// The longest text of a cell, in characters.
const CELL_CHARS: usize = 200;
/// Larger values are shown without highlights: finding them would slow down scrolling.
const MARKED_BYTES_MAX: usize = 256 * 1024;
/// The number of values read at one path of one record.
const CELL_VALUES: usize = 8;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RowData {
    pub(super) key: Key,
    /// The matches in the key, in bytes.
    pub(super) key_marks: Vec<Range<usize>>,
    /// The times of the record; `None` if it no longer exists.
    pub(super) meta: Option<Meta>,
    /// A cell for each column that shows part of the value, by the index of the column.
    pub(super) cells: Vec<Option<CellData>>,
}

/// A cell that shows part of the value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct CellData {
    pub(super) text: String,
    /// The type of the first value, which colours the cell; `None` if there is no value.
    pub(super) kind: Option<ValueType>,
    /// The matches, in bytes.
    pub(super) marks: Vec<Range<usize>>,
    /// The condition that finds records with the first value; empty if that is not a scalar.
    pub(super) query: String,
}

impl RowData {
    pub(super) fn new(row: &Row, columns: &[ColumnData], highlighter: &Highlighter) -> Self {
        let Some(record) = &row.record else {
            return Self {
                key: row.key.clone(),
                key_marks: Vec::new(),
                meta: None,
                cells: Vec::new(),
            };
        };
        let marks = if record.value.len() <= MARKED_BYTES_MAX {
            highlighter.marks(record)
        } else {
            Vec::new()
        };
        let cells = columns.iter().map(|column| match &column.kind {
            ColumnKind::Value => Some(preview(record, &marks)),
            ColumnKind::Path(path) => Some(cell(record, path, &marks)),
            _ => None,
        });
        let key_marks = marks.iter().find(|mark| mark.place.value().is_none());
        Self {
            key: record.key.clone(),
            key_marks: key_marks
                .map(|mark| mark.ranges.clone())
                .unwrap_or_default(),
            meta: Some(record.meta),
            cells: cells.collect(),
        }
    }
}

impl CellData {
    /// The same, starting shortly before the first match if a cell of this many characters would
    /// not show it.
    pub(super) fn in_sight(&self, chars: usize) -> Cow<'_, Self> {
        let first = self.marks.iter().min_by_key(|mark| mark.start);
        let Some((before, mark)) = first.and_then(|mark| {
            let before = self.text.get(..mark.start)?;
            Some((before, self.text.get(mark.clone())?))
        }) else {
            return Cow::Borrowed(self);
        };
        let mark_chars = mark.chars().count();
        // One character is for the ellipsis at the end.
        let room = chars.saturating_sub(mark_chars + 1);
        if before.chars().nth(room).is_none() {
            return Cow::Borrowed(self);
        }
        let lead = before.char_indices().rev().take(LEAD_CHARS.min(room / 2));
        let start = lead.last().map_or(before.len(), |(at, _)| at);
        let moved = |at: usize| at - start + ELLIPSIS.len();
        Cow::Owned(Self {
            text: format!("{ELLIPSIS}{}", self.text.get(start..).unwrap_or_default()),
            marks: self
                .marks
                .iter()
                .map(|mark| moved(mark.start)..moved(mark.end))
                .collect(),
            kind: self.kind,
            query: self.query.clone(),
        })
    }
}

const ELLIPSIS: &str = "…";

/// The value in one line. Highlights are matched by their text, because the line has no paths.
fn preview(record: &Record, marks: &[Highlight]) -> CellData {
    let words = marked_words(record, marks);
    let chars = if words.is_empty() {
        PREVIEW_CHARS
    } else {
        SEARCHED_CHARS
    };
    let text = to_compact_preview(record.value.view(), chars);
    let mut found = Vec::new();
    for word in words {
        found.extend(
            text.match_indices(word.as_str())
                .map(|(at, word)| at..at + word.len()),
        );
    }
    CellData {
        kind: Some(record.value.view().value_type()),
        marks: found,
        text,
        query: String::new(),
    }
}

/// The texts highlighted anywhere in the value.
fn marked_words(record: &Record, marks: &[Highlight]) -> Vec<String> {
    const WORDS_MAX: usize = 16;
    let mut words: Vec<String> = Vec::new();
    for mark in marks {
        let Some((path, occurrence)) = mark.place.value() else {
            continue;
        };
        let Ok(path) = vstore::Path::parse(path) else {
            continue;
        };
        let mut at = 0;
        visit_at(record.value.view(), &path.segments(), &mut |value| {
            if at == occurrence && words.len() < WORDS_MAX {
                let printed = scalar_text(value);
                let text = match value {
                    ValueRef::String(text) => text,
                    _ => printed.as_str(),
                };
                let ranges = mark.ranges.iter();
                let found = ranges.filter_map(|range| text.get(range.clone()));
                words.extend(found.map(str::to_owned));
            }
            at += 1;
        });
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// The values at a path, separated by commas.
fn cell(record: &Record, path: &vstore::Path, marks: &[Highlight]) -> CellData {
    let mut cell = CellData::default();
    let mut occurrence = 0;
    visit_at(record.value.view(), &path.segments(), &mut |value| {
        if occurrence < CELL_VALUES && cell.text.len() < CELL_CHARS {
            if occurrence == 0 {
                cell.kind = Some(value.value_type());
                cell.query = condition(path, value);
            } else {
                cell.text.push_str(", ");
            }
            let start = cell.text.len();
            cell.text.push_str(&scalar_text(value));
            let here = marks
                .iter()
                .filter(|mark| mark.place.value() == Some((path.as_str(), occurrence)));
            let ranges = here.flat_map(|mark| &mark.ranges);
            cell.marks
                .extend(ranges.map(|range| start + range.start..start + range.end));
        }
        occurrence += 1;
    });
    cell
}

/// A scalar without quotes; a list or map in one line.
fn scalar_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::String(text) => text.chars().take(CELL_CHARS).collect(),
        value => to_compact_preview(value, CELL_CHARS),
    }
}

/// The condition that finds a scalar at a path; empty if no condition can express it.
fn condition(path: &vstore::Path, value: ValueRef<'_>) -> String {
    match value {
        ValueRef::String(text) if text.chars().nth(CELL_CHARS).is_some() => String::new(),
        value => edit::equals(path, value).unwrap_or_default(),
    }
}

/// What the rows depend on. They stay the same as long as this does.
#[derive(Clone, Debug)]
struct Basis {
    seq: Seq,
    /// Records that expire disappear without a commit, but this changes.
    len: usize,
    listing: Listing,
    answer: Option<Arc<SearchAnswer>>,
    columns: Vec<ColumnData>,
}

impl Basis {
    fn matches(&self, view: &StoreView<'_>, columns: &[ColumnData]) -> bool {
        let same_listing = match (&self.listing, &view.store.listing) {
            (Listing::Everything { descending: a }, Listing::Everything { descending: b }) => {
                a == b
            }
            (Listing::Keys(a), Listing::Keys(b)) => a.is_same(b),
            _ => false,
        };
        let same_answer = match (&self.answer, &view.store.search.answer) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        same_listing
            && same_answer
            && self.seq == view.snapshot().seq()
            && self.len == view.snapshot().len()
            && self.columns == columns
    }
}

/// The rows around the visible part of the table.
#[derive(Debug, Default)]
pub(super) struct RowCache {
    basis: Option<Basis>,
    first: usize,
    rows: Vec<RowData>,
}

impl RowCache {
    /// Drops the rows unless rebuilding would yield the same; returns whether it did. Call once per
    /// frame.
    pub(super) fn begin(&mut self, view: &StoreView<'_>, columns: &[ColumnData]) -> bool {
        let basis = self.basis.as_ref();
        if basis.is_some_and(|basis| basis.matches(view, columns)) {
            return false;
        }
        self.rows.clear();
        self.basis = Some(Basis {
            seq: view.snapshot().seq(),
            len: view.snapshot().len(),
            listing: view.store.listing.clone(),
            answer: view.store.search.answer.clone(),
            columns: columns.to_vec(),
        });
        true
    }

    /// A row; if it is missing, about `page` rows around it are built. `None` beyond the last one.
    pub(super) fn get(
        &mut self,
        index: usize,
        page: usize,
        view: &StoreView<'_>,
    ) -> Option<&RowData> {
        let known = self.first..self.first + self.rows.len();
        if !known.contains(&index) {
            self.load(index, page.max(1), view);
        }
        self.rows.get(index.checked_sub(self.first)?)
    }

    /// Builds the page after or before the known rows, or starts again at `index`. Rows more than a
    /// page away are dropped.
    fn load(&mut self, index: usize, page: usize, view: &StoreView<'_>) {
        const PAGES: usize = 3;
        let Some(basis) = &self.basis else { return };
        let none = Highlighter::default();
        let highlighter = match &basis.answer {
            Some(answer) if view.store.search.is_active() => &answer.highlighter,
            _ => &none,
        };
        let make = |range: Range<usize>| {
            let rows = view.rows(range).into_iter();
            rows.map(|row| RowData::new(&row, &basis.columns, highlighter))
        };
        let known_end = self.first + self.rows.len();
        if self.rows.is_empty() {
            self.rows = make(index..index.saturating_add(page)).collect();
            self.first = index;
        } else if (known_end..known_end + page).contains(&index) {
            self.rows
                .extend(make(known_end..index.saturating_add(page)));
            let behind = self.rows.len().saturating_sub(PAGES * page);
            self.rows.drain(..behind);
            self.first += behind;
        } else if (self.first.saturating_sub(page)..self.first).contains(&index) {
            let first = index.saturating_sub(page);
            let mut rows: Vec<_> = make(first..self.first).collect();
            rows.append(&mut self.rows);
            rows.truncate(PAGES * page);
            self.rows = rows;
            self.first = first;
        } else {
            self.rows = make(index..index.saturating_add(page)).collect();
            self.first = index;
        }
    }
}
