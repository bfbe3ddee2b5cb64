//! The highlights of a record that was found, and why it was found. Matches the record once more,
//! this time keeping positions.

use std::collections::BTreeMap;
use std::ops::Range;

use super::field_check::FieldSpan;
use super::match_record::{MatchScratch, Matcher};
use super::query_term::{QueryTerm, Span, TermKind};
use super::rank::{Cost, SortKeyParts, TermSet};
use crate::path::{Path, walk};
use crate::record::RecordRef;
use crate::search::fold::FoldOrigins;
use crate::search::mode::Level;
use crate::search::query::names_of;
use crate::search::text::{PreparedText, TextBuffer, is_number_text, leaf_text};
use crate::value::ValueRef;

/// A text of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HighlightPlace {
    /// The key.
    Key,
    /// A value.
    Value {
        /// The text of its path, as [`walk`] gives it.
        path: String,
        /// The number of the value among those at this path, from 0, in the order of [`walk`].
        occurrence: usize,
    },
}

impl HighlightPlace {
    /// The path of the value and which of the values at this path it is; `None` for the key.
    pub fn value(&self) -> Option<(&str, usize)> {
        match self {
            Self::Key => None,
            Self::Value { path, occurrence } => Some((path, *occurrence)),
        }
    }
}

/// The parts of one text to highlight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Which text.
    pub place: HighlightPlace,
    /// Byte ranges of the text, in order, not overlapping, on character boundaries. A value that is
    /// not a string is formatted as text.
    pub ranges: Vec<Range<usize>>,
}

/// Why a record was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// How well it matches.
    pub level: Level,
    /// The criteria of its position among other records.
    pub rank: SortKeyParts,
    /// For each word of the query that the match is based on, the first of its best matches.
    pub reasons: Vec<Reason>,
}

/// Where and how well one word of a query matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The word, folded.
    pub word: String,
    /// The text in the record that it matched.
    pub found: String,
    /// Where that text is.
    pub place: HighlightPlace,
    /// How well it matches.
    pub level: Level,
}

impl Matcher {
    /// The highlights of a record; empty if it does not match. Only the best matches of each word
    /// are highlighted: none with a typo if the word also occurs as typed.
    pub fn highlights(&self, record: RecordRef<'_>) -> Vec<Highlight> {
        let mut highlights: Vec<Highlight> = Vec::new();
        self.for_each_mark(record, &mut |mark| match highlights.last_mut() {
            Some(last) if last.place == *mark.place => last.ranges.push(mark.range),
            _ => highlights.push(Highlight {
                place: mark.place.clone(),
                ranges: vec![mark.range],
            }),
        });
        for highlight in &mut highlights {
            merge(&mut highlight.ranges);
        }
        highlights
    }

    /// Why a record matches; `None` if it does not.
    pub fn explain(&self, record: RecordRef<'_>) -> Option<Explanation> {
        let matched = self.matches(record)?;
        let mut reasons = BTreeMap::new();
        self.for_each_mark(record, &mut |mark| {
            if let Some(term) = mark.term {
                reasons.entry(term).or_insert_with(|| Reason {
                    word: self.terms.get(term).map(word_of).unwrap_or_default(),
                    found: mark.text.get(mark.range).unwrap_or_default().to_owned(),
                    place: mark.place.clone(),
                    level: mark.level,
                });
            }
        });
        Some(Explanation {
            level: matched.level,
            rank: matched.key.parts(),
            reasons: reasons.into_values().collect(),
        })
    }

    fn for_each_mark(&self, record: RecordRef<'_>, mark: &mut dyn FnMut(Mark<'_>)) {
        let mut scratch = MatchScratch::default();
        let Some((_, used)) = self.evaluate(record, &mut scratch) else {
            return;
        };
        let reader = MarkReader {
            matcher: self,
            scratch: &scratch,
            used,
        };
        let mut buffer = TextBuffer::default();
        let text = buffer.prepare_key(record.key);
        let key = ValueRef::String(record.key);
        reader.read(&HighlightPlace::Key, None, key, &text, mark);
        let mut occurrences: BTreeMap<String, usize> = BTreeMap::new();
        let mut printed = String::new();
        walk(record.value, &mut |path, value| {
            let next = occurrences.entry(path.to_owned()).or_insert(0);
            let occurrence = *next;
            *next += 1;
            let Some(text) = leaf_text(value, &mut printed) else {
                return;
            };
            let names = names_of(&Path::from_canonical(path));
            let place = HighlightPlace::Value {
                path: path.to_owned(),
                occurrence,
            };
            let text = buffer.prepare_leaf(value, text);
            reader.read(&place, Some(&names), value, &text, mark);
        });
    }
}

struct Mark<'a> {
    place: &'a HighlightPlace,
    text: &'a str,
    range: Range<usize>,
    term: Option<usize>,
    level: Level,
}

struct MarkReader<'a> {
    matcher: &'a Matcher,
    scratch: &'a MatchScratch,
    used: TermSet,
}

impl MarkReader<'_> {
    fn read(
        &self,
        place: &HighlightPlace,
        names: Option<&[String]>,
        value: ValueRef<'_>,
        text: &PreparedText<'_>,
        mark: &mut dyn FnMut(Mark<'_>),
    ) {
        // Computed only for texts with something to highlight, which few have.
        let mut origins: Option<FoldOrigins> = None;
        let mut emit = |span: Span, term: Option<usize>, cost: Cost| {
            let range = span.in_original(text, &mut origins);
            if !range.is_empty() {
                mark(Mark {
                    place,
                    text: text.original,
                    range,
                    term,
                    level: cost.level(),
                });
            }
        };
        for (index, term) in self.matcher.terms.iter().enumerate() {
            let is_passed_over = !term.is_searched_in(is_number_text(value));
            if self.used & (1 << index) == 0 || is_passed_over {
                continue;
            }
            let best = self.scratch.hits.cost(index);
            term.find(text, &mut |found| {
                let cost = Cost::of(found.misspelling, found.fit);
                if best == Some(cost) {
                    emit(found.span, Some(index), cost);
                }
            });
        }
        for field in &self.matcher.fields {
            if !field.is_wanted || !field.looks_at(names) {
                continue;
            }
            field.spans(value, text, &mut |span| match span {
                FieldSpan::Folded(range) => emit(Span::Folded(range), None, Cost::default()),
                FieldSpan::Term(found) => {
                    emit(found.span, None, Cost::of(found.misspelling, found.fit));
                }
            });
        }
    }
}

fn word_of(term: &QueryTerm) -> String {
    match &term.kind {
        TermKind::Words(words) => {
            let words: Vec<&str> = words
                .iter()
                .map(super::query_word::QueryWord::as_str)
                .collect();
            words.join(" ")
        }
        TermKind::Raw(text) => text.clone(),
        TermKind::Regex(regex) => regex.as_str().to_owned(),
    }
}

fn merge(ranges: &mut Vec<Range<usize>>) {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, range| {
        let touches = next.start <= range.end;
        if touches {
            range.end = range.end.max(next.end);
        }
        touches
    });
}
