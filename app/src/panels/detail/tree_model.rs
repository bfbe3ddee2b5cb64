//! The rows of the value tree, read directly from the encoded value. Knows nothing of painting.
//!
//! Only open nodes are walked, and the number of rows is bounded: long lists and maps are shown in
//! buckets of a thousand, and a list that nobody opened shows only its first elements.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use vstore::value::{MapRef, ValueRef};

use super::matches::ValueMatches;
use crate::format;
use crate::state::{Location, Step};
use crate::widgets::value_tree::{TreeModel, TreeRow, ValueColor};

/// The number of children in a bucket.
const BUCKET: usize = 1_000;
/// A list with more elements shows only the first [`FIRST`] until it is opened.
const SHORT: usize = 5;
const FIRST: usize = 3;
/// The number of rows is never higher, whatever is open.
const ROWS_MAX: usize = 50_000;
/// Limits for what is open by default: depth, children, rows in all.
const OPEN_DEPTH: usize = 2;
const OPEN_CHILDREN: usize = 100;
const OPEN_ROWS: usize = 400;
/// Characters shown of a string; the widget may cut earlier.
const TEXT_CHARS: usize = 400;

/// What a row represents.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// A value.
    Value(Location),
    /// The elements of a list from the third on.
    Rest(Location),
    /// A thousand children from this one on.
    Bucket(Location, usize),
}

/// What the user has opened and closed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Openness {
    chosen: BTreeMap<Node, bool>,
    version: u64,
}

impl Openness {
    pub(super) fn set(&mut self, node: Node, open: bool) {
        self.chosen.insert(node, open);
        self.version += 1;
    }

    /// Incremented by every [`Self::set`].
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Opens a value and everything below it, within the limit of rows.
    pub(super) fn open_all(&mut self, value: ValueRef<'_>, location: &Location) {
        let mut left = ROWS_MAX;
        self.open_below(value, &mut location.clone(), &mut left);
        self.version += 1;
    }

    fn open_below(&mut self, value: ValueRef<'_>, location: &mut Location, left: &mut usize) {
        let Some(rest) = left.checked_sub(1) else {
            return;
        };
        *left = rest;
        let mut inner = |this: &mut Self, step: Step, value: ValueRef<'_>, left: &mut usize| {
            if matches!(value, ValueRef::List(_) | ValueRef::Map(_)) {
                location.push(step);
                this.open_below(value, location, left);
                location.pop();
            }
        };
        match value {
            ValueRef::List(list) => {
                for (index, value) in list.iter().enumerate().take(BUCKET) {
                    inner(self, Step::Index(index), value, left);
                }
            }
            ValueRef::Map(map) => {
                for (name, value) in map.iter().take(BUCKET) {
                    inner(self, Step::Name(name.to_owned()), value, left);
                }
            }
            _ => return,
        }
        self.chosen.insert(Node::Value(location.clone()), true);
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) node: Node,
    pub(super) depth: usize,
    pub(super) label: String,
    pub(super) is_index: bool,
    pub(super) text: String,
    pub(super) color: ValueColor,
    pub(super) expanded: Option<bool>,
    parent: Option<usize>,
    matches: Vec<Range<usize>>,
}

/// The rows of a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct TreeData {
    pub(super) rows: Vec<Row>,
}

impl TreeData {
    pub(super) fn new(value: ValueRef<'_>, open: &Openness, marks: &ValueMatches) -> Self {
        let mut builder = Builder {
            rows: Vec::new(),
            open,
            marks,
            location: Location::new(),
            parent: None,
            depth: 0,
        };
        match value {
            ValueRef::List(_) | ValueRef::Map(_) => builder.children(value),
            scalar => builder.value("value".to_owned(), false, scalar),
        }
        Self { rows: builder.rows }
    }
}

impl TreeModel for TreeData {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn row(&self, index: usize) -> TreeRow<'_> {
        let Some(row) = self.rows.get(index) else {
            return TreeRow {
                depth: 0,
                label: Cow::Borrowed(""),
                is_index: false,
                text: Cow::Borrowed(""),
                color: ValueColor::Summary,
                expanded: None,
                matches: &[],
            };
        };
        TreeRow {
            depth: row.depth,
            label: Cow::Borrowed(&row.label),
            is_index: row.is_index,
            text: Cow::Borrowed(&row.text),
            color: row.color,
            expanded: row.expanded,
            matches: &row.matches,
        }
    }

    fn parent(&self, index: usize) -> Option<usize> {
        self.rows.get(index)?.parent
    }
}

struct Builder<'a> {
    rows: Vec<Row>,
    open: &'a Openness,
    marks: &'a ValueMatches,
    location: Location,
    parent: Option<usize>,
    depth: usize,
}

impl Builder<'_> {
    fn push(&mut self, row: Row) {
        if self.rows.len() < ROWS_MAX {
            self.rows.push(row);
        }
    }

    /// Runs `inside` one level deeper, below the last row.
    fn below(&mut self, inside: impl FnOnce(&mut Self)) {
        if ROWS_MAX <= self.rows.len() {
            return;
        }
        let parent = self.parent.replace(self.rows.len().saturating_sub(1));
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.parent = parent;
    }

    fn value(&mut self, label: String, is_index: bool, value: ValueRef<'_>) {
        let children = child_count(value);
        let node = Node::Value(self.location.clone());
        let expanded = children
            .filter(|count| *count > 0)
            .map(|count| self.is_open(&node, count));
        let (text, color, matches) = cell(value, self.marks.at(&self.location));
        self.push(Row {
            node,
            depth: self.depth,
            label,
            is_index,
            text,
            color,
            expanded,
            parent: self.parent,
            matches,
        });
        if expanded == Some(true) {
            self.below(|this| this.children(value));
        }
    }

    fn is_open(&self, node: &Node, children: usize) -> bool {
        self.open.chosen.get(node).copied().unwrap_or_else(|| {
            let modest =
                self.depth < OPEN_DEPTH && children <= OPEN_CHILDREN && self.rows.len() < OPEN_ROWS;
            modest || self.marks.any_inside(&self.location)
        })
    }

    fn children(&mut self, value: ValueRef<'_>) {
        let count = child_count(value).unwrap_or(0);
        if BUCKET < count {
            for from in (0..count).step_by(BUCKET) {
                self.bucket(value, from, count.min(from + BUCKET));
            }
            return;
        }
        let whole = matches!(value, ValueRef::Map(_)) || count <= SHORT || self.is_whole();
        let shown = if whole { count } else { FIRST };
        self.range(value, 0..shown);
        if shown < count {
            self.push(Row {
                node: Node::Rest(self.location.clone()),
                depth: self.depth,
                label: format!("{shown} … {}", count - 1),
                is_index: true,
                text: String::new(),
                color: ValueColor::Summary,
                expanded: Some(false),
                parent: self.parent,
                matches: Vec::new(),
            });
        }
    }

    /// Whether a list shows all its elements: the user opened it, or something in it matched.
    fn is_whole(&self) -> bool {
        let rest = Node::Rest(self.location.clone());
        let list = Node::Value(self.location.clone());
        let chosen = |node| self.open.chosen.get(node).copied();
        chosen(&rest)
            .or_else(|| chosen(&list))
            .unwrap_or_else(|| self.marks.any_from(&self.location, FIRST))
    }

    fn bucket(&mut self, value: ValueRef<'_>, from: usize, to: usize) {
        let node = Node::Bucket(self.location.clone(), from);
        let open = self.open.chosen.get(&node).copied().unwrap_or(false);
        self.push(Row {
            node,
            depth: self.depth,
            label: format!(
                "{} … {}",
                format::count(from as u64),
                format::count(to as u64 - 1)
            ),
            is_index: true,
            text: String::new(),
            color: ValueColor::Summary,
            expanded: Some(open),
            parent: self.parent,
            matches: Vec::new(),
        });
        if open {
            self.below(|this| this.range(value, from..to));
        }
    }

    fn range(&mut self, value: ValueRef<'_>, range: Range<usize>) {
        match value {
            ValueRef::List(list) => {
                let elements = list.iter().enumerate();
                for (index, element) in elements.skip(range.start).take(range.len()) {
                    self.location.push(Step::Index(index));
                    self.value(index.to_string(), true, element);
                    self.location.pop();
                }
            }
            ValueRef::Map(map) => self.entries(map, range),
            _ => {}
        }
    }

    fn entries(&mut self, map: MapRef<'_>, range: Range<usize>) {
        for (name, inner) in map.iter().skip(range.start).take(range.len()) {
            self.location.push(Step::Name(name.to_owned()));
            self.value(name.to_owned(), false, inner);
            self.location.pop();
        }
    }
}

fn child_count(value: ValueRef<'_>) -> Option<usize> {
    match value {
        ValueRef::List(list) => Some(list.len()),
        ValueRef::Map(map) => Some(map.len()),
        _ => None,
    }
}

/// Text, colour and matches of a value in one line.
fn cell(value: ValueRef<'_>, marks: &[Range<usize>]) -> (String, ValueColor, Vec<Range<usize>>) {
    let (text, color) = match value {
        ValueRef::Null => ("null".to_owned(), ValueColor::Null),
        ValueRef::Bool(value) => (value.to_string(), ValueColor::Bool),
        ValueRef::Int(value) => (value.to_string(), ValueColor::Number),
        ValueRef::UInt(value) => (value.to_string(), ValueColor::Number),
        ValueRef::Float(value) => (format!("{value:?}"), ValueColor::Number),
        ValueRef::Timestamp(value) => (value.to_string(), ValueColor::Number),
        ValueRef::Bytes(bytes) => {
            let size = format::bytes(bytes.len() as u64);
            return (format!("bytes · {size}"), ValueColor::Summary, Vec::new());
        }
        ValueRef::List(list) => {
            let text = format!("list · {}", format::count(list.len() as u64));
            return (text, ValueColor::Summary, Vec::new());
        }
        ValueRef::Map(map) => {
            let text = format!("map · {}", format::count(map.len() as u64));
            return (text, ValueColor::Summary, Vec::new());
        }
        ValueRef::String(text) => {
            let (text, matches) = quoted(text, marks);
            return (text, ValueColor::String, matches);
        }
    };
    (text, color, marks.to_vec())
}

/// The start of a string in quotes, with control characters escaped, and the ranges of its matches
/// in that text.
fn quoted(text: &str, marks: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let mut shown = String::from("\"");
    // For each character: its offset in the text, and its offset in what is shown.
    let mut begins = Vec::new();
    let mut characters = text.char_indices();
    for (at, character) in characters.by_ref().take(TEXT_CHARS) {
        begins.push((at, shown.len()));
        match character {
            '"' => shown.push_str("\\\""),
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            character => shown.push(character),
        }
    }
    let cut = characters.next();
    let end = cut.map_or(text.len(), |(at, _)| at);
    begins.push((end, shown.len()));
    shown.push(if cut.is_some() { '…' } else { '"' });
    let place = |byte: usize| {
        let index = begins.partition_point(|(at, _)| *at < byte);
        begins
            .get(index)
            .or_else(|| begins.last())
            .map_or(0, |(_, shown)| *shown)
    };
    let matches = marks
        .iter()
        .filter(|range| range.start < end)
        .map(|range| place(range.start)..place(range.end))
        .collect();
    (shown, matches)
}

/// The value at a location inside another one.
pub(super) fn value_at<'a>(mut value: ValueRef<'a>, location: &[Step]) -> Option<ValueRef<'a>> {
    for step in location {
        value = match (step, value) {
            (Step::Name(name), ValueRef::Map(map)) => map.get(name)?,
            (Step::Index(index), ValueRef::List(list)) => list.iter().nth(*index)?,
            _ => return None,
        };
    }
    Some(value)
}
