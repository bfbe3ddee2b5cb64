//! The rows that a single word matches, by cost and place.
//!
//! Short words match so many terms that collecting their rows is slow: the results are cached.

use super::TextIndex;
use super::lookup::{CancelCheck, PlaceFilter, WordPlan};
use super::places::PlaceClass;
use crate::row_set::RowSet;
use crate::search::matcher::{Cost, TokenPart};
use crate::search::tokenize::TokenKind;

/// The longest words that are cached, in characters.
const CHARACTERS_MAX: usize = 2;
/// The number of term places between two checks whether more of them could still matter.
const TERM_PLACES_PER_CHECK: u32 = if cfg!(test) { 3 } else { 8 * 1024 };
/// The number of classes of places.
const CLASSES: usize = 4;

/// The rows that a word matches at one cost, by the class of the place: the criterion of the order
/// of hits after the cost.
#[derive(Clone, Debug)]
pub(super) struct RowsByClass {
    cost: Cost,
    /// The rows by [`PlaceClass`].
    sets: [RowSet; CLASSES],
    /// Classes from this one on are closed: more rows in them would not matter.
    open_classes: usize,
    term_places: u32,
}

/// The rows that a word matches or may match.
#[derive(Clone, Debug)]
pub(super) struct WordRows {
    /// Ascending by cost.
    pub(super) places: Vec<RowsByClass>,
    /// Rows that may match and have to be read.
    pub(super) unsure: RowSet,
}

/// The cache key of a short word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShortWord {
    text: String,
    part: TokenPart,
    with_numbers: bool,
}

impl RowsByClass {
    fn new(cost: Cost, rows: u32) -> Self {
        Self {
            cost,
            sets: std::array::from_fn(|_| RowSet::new(rows)),
            open_classes: CLASSES,
            term_places: 0,
        }
    }

    pub(super) const fn cost(&self) -> Cost {
        self.cost
    }

    /// The rows in the key, in whole values, at the start of values, and elsewhere.
    pub(super) const fn sets(&self) -> &[RowSet; CLASSES] {
        &self.sets
    }

    /// The set of a class, unless the class is closed.
    fn open(&mut self, class: PlaceClass) -> Option<&mut RowSet> {
        let class = class as usize;
        if class < self.open_classes {
            self.sets.get_mut(class)
        } else {
            None
        }
    }

    /// Closes classes that cannot matter any more: if all rows match at a lower cost, or at this
    /// cost in a class at least as good.
    fn close(&mut self, cheaper: &[Self], within: &RowSet) {
        let mut covered = RowSet::new(within.rows());
        for set in cheaper.iter().flat_map(Self::sets) {
            covered.unite(set);
        }
        let mut sets = self.sets.iter().take(self.open_classes);
        let closed = sets.position(|set| {
            covered.unite(set);
            covered.covers(within)
        });
        self.open_classes = closed.unwrap_or(self.open_classes);
    }
}

impl TextIndex {
    /// The rows that a word matches at some places. May be incomplete for rows outside `within`.
    pub(super) fn word_rows(
        &self,
        word: &WordPlan,
        places: &PlaceFilter,
        within: &RowSet,
        cancel: &mut CancelCheck<'_>,
    ) -> WordRows {
        let Some(short) = ShortWord::of(word, places) else {
            return self.look_up(word, places, within, cancel);
        };
        let cache = &self.cache.rows;
        cache.get(&short).unwrap_or_else(|| {
            let rows = self.look_up(word, places, &RowSet::full(self.rows()), cancel);
            // A cancelled look-up is incomplete.
            if !cancel.is_cancelled() {
                let kept = rows.without_empty_sets();
                let bytes = kept.bytes();
                cache.keep(short, kept, bytes);
            }
            rows
        })
    }

    fn look_up(
        &self,
        word: &WordPlan,
        places: &PlaceFilter,
        within: &RowSet,
        cancel: &mut CancelCheck<'_>,
    ) -> WordRows {
        let mut unsure = RowSet::new(self.rows());
        let mut by_cost: Vec<RowsByClass> = Vec::new();
        self.for_each_term(word, cancel.function(), &mut |ranks, cost| {
            let Some(cost) = cost else {
                return self.for_each_term_place(ranks, places, cancel, |_, postings| {
                    self.postings.unite_into(postings, &mut unsure);
                });
            };
            let at = by_cost.partition_point(|by_class| by_class.cost < cost);
            if by_cost.get(at).is_none_or(|by_class| by_class.cost != cost) {
                by_cost.insert(at, RowsByClass::new(cost, self.rows()));
            }
            let (cheaper, others) = by_cost.split_at_mut(at);
            let Some(by_class) = others.first_mut() else {
                return false;
            };
            self.for_each_term_place(ranks, places, cancel, |place, postings| {
                by_class.term_places += 1;
                if by_class.term_places == TERM_PLACES_PER_CHECK {
                    by_class.term_places = 0;
                    by_class.close(cheaper, within);
                }
                if places.is_unsure(place) {
                    self.postings.unite_into(postings, &mut unsure);
                } else if let Some(set) = by_class.open(place.class()) {
                    self.postings.unite_into(postings, set);
                }
            })
        });
        WordRows {
            places: by_cost,
            unsure,
        }
    }
}

impl WordRows {
    /// The same with empty sets replaced by sets of length 0, which saves memory: most classes of
    /// most words are empty. Uniting or subtracting such a set changes nothing.
    fn without_empty_sets(&self) -> Self {
        let kept = |set: &RowSet| {
            if set.is_empty() {
                RowSet::new(0)
            } else {
                set.clone()
            }
        };
        let places = self.places.iter().map(|by_class| RowsByClass {
            sets: by_class.sets.each_ref().map(kept),
            ..*by_class
        });
        Self {
            places: places.collect(),
            unsure: kept(&self.unsure),
        }
    }

    fn bytes(&self) -> usize {
        let sets = self.places.iter().flat_map(RowsByClass::sets);
        let sets = sets.chain([&self.unsure]);
        sets.map(|set| size_of_val(set.words())).sum()
    }
}

impl ShortWord {
    /// `None` for words that are not worth caching.
    fn of(word: &WordPlan, places: &PlaceFilter) -> Option<Self> {
        let query = &word.word;
        let is_short = !places.are_chosen
            && query.budget().is_none()
            && query.kind() == TokenKind::Word
            && matches!(query.part(), TokenPart::Beginning | TokenPart::Any)
            && query.as_str().chars().nth(CHARACTERS_MAX).is_none();
        is_short.then(|| Self {
            text: query.as_str().to_owned(),
            part: query.part(),
            with_numbers: places.with_numbers,
        })
    }
}
