//! Where a record's value matched the search, by location inside the value.

use std::collections::BTreeMap;
use std::ops::Range;

use vstore::search::Highlight;
use vstore::value::ValueRef;
use vstore::{Path, PathSegment, ROOT_PATH, Record};

use crate::state::{Location, SearchAnswer, Step};

/// Larger values are shown without matches: finding them would slow down the frame.
pub(super) const HIGHLIGHTED_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The number of locations that are highlighted at most.
const PLACES_MAX: usize = 1_000;

/// The locations that matched, with the matching byte ranges of their text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ValueMatches {
    places: BTreeMap<Location, Vec<Range<usize>>>,
}

impl ValueMatches {
    /// The matches of a record in the current search result.
    pub(super) fn of(record: &Record, answer: Option<&SearchAnswer>) -> Self {
        let Some(answer) = answer.filter(|_| record.value.len() <= HIGHLIGHTED_BYTES_MAX) else {
            return Self::default();
        };
        Self::new(record.value.view(), answer.highlighter.marks(record))
    }

    pub(super) fn new(value: ValueRef<'_>, highlights: Vec<Highlight>) -> Self {
        let mut marks = Self::default();
        for highlight in highlights.into_iter().take(PLACES_MAX) {
            let Some((path, occurrence)) = highlight.place.value() else {
                continue;
            };
            let Ok(path) = Path::parse(path) else {
                continue;
            };
            let mut finder = Finder {
                left: occurrence,
                location: Location::new(),
            };
            if finder.find(value, &path.segments()) {
                marks.places.insert(finder.location, highlight.ranges);
            }
        }
        marks
    }

    /// The matching ranges of the value at a location.
    pub(super) fn at(&self, location: &Location) -> &[Range<usize>] {
        self.places.get(location).map_or(&[], Vec::as_slice)
    }

    /// Whether anything below a location matched.
    pub(super) fn any_inside(&self, location: &[Step]) -> bool {
        self.places
            .keys()
            .any(|place| location.len() < place.len() && place.starts_with(location))
    }

    /// Whether anything in the elements of a list from `first` on matched.
    pub(super) fn any_from(&self, list: &[Step], first: usize) -> bool {
        self.places.keys().any(|place| {
            place.starts_with(list)
                && matches!(place.get(list.len()), Some(Step::Index(index)) if first <= *index)
        })
    }
}

/// Looks for the n-th value at a path, in document order.
struct Finder {
    left: usize,
    location: Location,
}

impl Finder {
    fn find(&mut self, value: ValueRef<'_>, segments: &[PathSegment]) -> bool {
        match (segments.split_first(), value) {
            (None, _) => match self.left.checked_sub(1) {
                None => true,
                Some(left) => {
                    self.left = left;
                    false
                }
            },
            (Some((PathSegment::Name(name), rest)), ValueRef::Map(map)) => {
                let Some(inner) = map.get(name) else {
                    return false;
                };
                self.step(Step::Name(name.clone()), inner, rest)
            }
            (Some((PathSegment::Name(name), rest)), value) => {
                name == ROOT_PATH && self.find(value, rest)
            }
            (Some((PathSegment::Elements, rest)), ValueRef::List(list)) => list
                .iter()
                .enumerate()
                .any(|(index, inner)| self.step(Step::Index(index), inner, rest)),
            (Some((PathSegment::Elements, _)), _) => false,
        }
    }

    fn step(&mut self, step: Step, inner: ValueRef<'_>, rest: &[PathSegment]) -> bool {
        self.location.push(step);
        let found = self.find(inner, rest);
        if !found {
            self.location.pop();
        }
        found
    }
}
