//! The rows of a single word, by cost and by where it stands.
//!
//! Short words are part of such a number of terms that adding up their rows takes most of a frame:
//! what they found is kept for a while.

use super::TextIndex;
use super::lookup::{Places, Watch, WordPlan};
use super::places::PlaceClass;
use crate::row_set::RowSet;
use crate::search::matcher::{Cost, Part};
use crate::search::tokenize::TokenKind;

/// Words up to this many characters are kept.
const CHARACTERS_MAX: usize = 2;
/// The number of term places after which it is checked whether more of them could say anything new.
const TERM_PLACES_PER_CHECK: u32 = if cfg!(test) { 3 } else { 8 * 1024 };
/// How many classes of places there are.
const CLASSES: usize = 4;

/// Rows of a word at one cost, apart by where the word stands: what the order of hits weighs most
/// after the cost.
#[derive(Clone, Debug)]
pub(super) struct ByPlace {
    cost: Cost,
    /// By [`PlaceClass`].
    sets: [RowSet; CLASSES],
    /// Rows in classes from this one on would tell nothing new.
    open_classes: usize,
    term_places: u32,
}

/// What the index tells of a word.
#[derive(Clone, Debug)]
pub(super) struct WordRows {
    /// Costs ascending.
    pub(super) places: Vec<ByPlace>,
    /// Rows that may have the word, and have to be read.
    pub(super) unsure: RowSet,
}

/// A word that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShortWord {
    text: String,
    part: Part,
    with_numbers: bool,
}

impl ByPlace {
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

    /// Key, whole value, start of value, elsewhere.
    pub(super) const fn sets(&self) -> &[RowSet; CLASSES] {
        &self.sets
    }

    /// The set of a class, unless more rows in it would tell nothing.
    fn open(&mut self, class: PlaceClass) -> Option<&mut RowSet> {
        let class = class as usize;
        if class < self.open_classes {
            self.sets.get_mut(class)
        } else {
            None
        }
    }

    /// Closes the classes that tell nothing new: where all rows are known to fit at this cost in
    /// a class as good, or at a lower cost.
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
    /// The rows of a word at some places. What is said of rows that are not in `within` may be
    /// incomplete.
    pub(super) fn word_rows(
        &self,
        word: &WordPlan,
        places: &Places,
        within: &RowSet,
        watch: &mut Watch<'_>,
    ) -> WordRows {
        let Some(short) = ShortWord::of(word, places) else {
            return self.look_up(word, places, within, watch);
        };
        let recent = &self.recent.rows;
        recent.get(&short).unwrap_or_else(|| {
            let rows = self.look_up(word, places, &RowSet::full(self.rows()), watch);
            // What was broken off is incomplete.
            if !watch.is_stale() {
                let kept = rows.without_empty_sets();
                let bytes = kept.bytes();
                recent.keep(short, kept, bytes);
            }
            rows
        })
    }

    fn look_up(
        &self,
        word: &WordPlan,
        places: &Places,
        within: &RowSet,
        watch: &mut Watch<'_>,
    ) -> WordRows {
        let mut unsure = RowSet::new(self.rows());
        let mut by_cost: Vec<ByPlace> = Vec::new();
        self.for_each_term(word, watch.asked(), &mut |ranks, cost| {
            let Some(cost) = cost else {
                return self.for_each_term_place(ranks, places, watch, |_, postings| {
                    self.postings.unite_into(postings, &mut unsure);
                });
            };
            let at = by_cost.partition_point(|by_place| by_place.cost < cost);
            if by_cost.get(at).is_none_or(|by_place| by_place.cost != cost) {
                by_cost.insert(at, ByPlace::new(cost, self.rows()));
            }
            let (cheaper, others) = by_cost.split_at_mut(at);
            let Some(by_place) = others.first_mut() else {
                return false;
            };
            self.for_each_term_place(ranks, places, watch, |place, postings| {
                by_place.term_places += 1;
                if by_place.term_places == TERM_PLACES_PER_CHECK {
                    by_place.term_places = 0;
                    by_place.close(cheaper, within);
                }
                if places.is_unsure(place) {
                    self.postings.unite_into(postings, &mut unsure);
                } else if let Some(set) = by_place.open(place.class()) {
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
    /// The same with sets over no rows where nothing is in them, as in most classes of most words:
    /// to add such a set, or to take it away, changes nothing.
    fn without_empty_sets(&self) -> Self {
        let kept = |set: &RowSet| {
            if set.is_empty() {
                RowSet::new(0)
            } else {
                set.clone()
            }
        };
        let places = self.places.iter().map(|by_place| ByPlace {
            sets: by_place.sets.each_ref().map(kept),
            ..*by_place
        });
        Self {
            places: places.collect(),
            unsure: kept(&self.unsure),
        }
    }

    fn bytes(&self) -> usize {
        let sets = self.places.iter().flat_map(ByPlace::sets);
        let sets = sets.chain([&self.unsure]);
        sets.map(|set| size_of_val(set.words())).sum()
    }
}

impl ShortWord {
    /// `None` for words that are not worth keeping.
    fn of(word: &WordPlan, places: &Places) -> Option<Self> {
        let query = &word.word;
        let is_short = !places.are_chosen
            && query.budget().is_none()
            && query.kind() == TokenKind::Word
            && matches!(query.part(), Part::Beginning | Part::Any)
            && query.as_str().chars().nth(CHARACTERS_MAX).is_none();
        is_short.then(|| Self {
            text: query.as_str().to_owned(),
            part: query.part(),
            with_numbers: places.with_numbers,
        })
    }
}
