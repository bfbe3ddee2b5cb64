//! The rows of one term: what the index tells, and which records have to be read.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Names;
use super::costs::CostSets;
use super::evaluate::PartSearch;
use super::lookup::{Places, WordPlan};
use super::places::PathId;
use super::plan::TermPlan;
use super::word_rows::{ByPlace, WordRows};
use crate::row_set::RowSet;
use crate::search::condition::{ConditionTest, visit_place};
use crate::search::matcher::{Cost, FieldPlace, FieldRule, Fit, Term, visit_leaves};
use crate::search::misspelling::TYPO;
use crate::search::text::leaf_text;
use crate::value::{ValueRef, ValueType};

/// With more paths than these, neighbours are not told apart by path.
const PATHS_APART_MAX: usize = 64;

/// Whether the answer is still wanted is asked after this many texts.
const TEXTS_PER_CHECK: usize = 64;

/// With more different texts that fit than these, records are read instead.
const TEXTS_APART_MAX: usize = 64;

/// What the index tells of a term.
pub(super) struct Looked {
    /// Rows at the cost they have, or that is known of them.
    pub(super) costs: CostSets,
    /// Rows that may fit, or fit better, and have to be read.
    pub(super) unsure: RowSet,
    /// The rows of a single word by place, costs ascending.
    pub(super) places: Vec<ByPlace>,
}

/// The rows of a word by path.
type RowsByPath = BTreeMap<PathId, RowSet>;

impl PartSearch<'_> {
    /// A term anywhere in the record.
    pub(super) fn look_at_term(&mut self, index: usize, within: &RowSet) -> Looked {
        let plan = self.plan;
        let (Some(term), Some(term_plan)) = (plan.matcher.terms.get(index), plan.terms.get(index))
        else {
            return Looked::nothing(within.rows());
        };
        let places = Places::new(self.source.text(), None, term.may_match_numbers());
        self.look(term, term_plan, &places, within, None)
    }

    /// The words of a condition. `met`: rows that are known to fit already.
    pub(super) fn look_at_field(
        &mut self,
        field: usize,
        within: &RowSet,
        met: &CostSets,
    ) -> Looked {
        let plan = self.plan;
        let (Some(check), Some(Some(term_plan))) =
            (plan.matcher.fields.get(field), plan.fields.get(field))
        else {
            return Looked::nothing(within.rows());
        };
        let FieldRule::Words {
            term, with_numbers, ..
        } = &check.rule
        else {
            return Looked::nothing(within.rows());
        };
        let places = self.places_of(&check.place, *with_numbers);
        self.look(term, term_plan, &places, within, Some(met))
    }

    /// The rows that meet a condition which the columns cannot tell, and those that may: those
    /// with its words.
    pub(super) fn may_meet(&mut self, field: usize, within: &RowSet) -> (RowSet, RowSet) {
        let plan = self.plan;
        let mut met = RowSet::new(within.rows());
        let (Some(check), Some(needed)) = (plan.matcher.fields.get(field), plan.needed.get(field))
        else {
            return (met, within.clone());
        };
        let places = self.places_of(&check.place, true);
        match needed.words.as_slice() {
            [] => (met, within.clone()),
            // Inside of one word: where the word is, the part is.
            [word] if needed.are_enough => {
                let looked = self.word(word, &places, within);
                met.unite(&looked.costs.union());
                (met, looked.unsure)
            }
            words => {
                let mut may = RowSet::new(within.rows());
                let are_first = needed.are_first;
                for proposed in self
                    .propose(words.iter(), are_first, &places, within)
                    .values()
                {
                    may.unite(proposed);
                }
                (met, may)
            }
        }
    }

    /// The rows whose keys meet a condition; `None` if that cannot be told from their order.
    pub(super) fn rows_of_keys(&self, test: &ConditionTest) -> Option<RowSet> {
        let index = self.source.text();
        // What every text meets, or none, need not be asked of any.
        let may_be_met = test.may_be_met_by(ValueType::String);
        if !may_be_met || test.is_met_by_all(ValueType::String) {
            return Some(if test.verdict(Some(may_be_met)) {
                RowSet::full(index.rows())
            } else {
                RowSet::new(index.rows())
            });
        }
        if !index.keys_are_folded {
            return None;
        }
        // Whether keys compare with the test at all does not depend on the key.
        test.text_side("")?;
        let first = |is_behind: fn(Ordering) -> bool| {
            let (mut low, mut high) = (0, index.rows());
            while low < high {
                let middle = low.midpoint(high);
                let side = self.source.key(middle).and_then(|key| test.text_side(key));
                if side.is_some_and(is_behind) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            low
        };
        let mut rows = RowSet::new(index.rows());
        rows.insert_range(first(Ordering::is_ge)..first(Ordering::is_gt));
        Some(if test.verdict(Some(true)) {
            rows
        } else {
            rows.complement()
        })
    }

    fn places_of(&self, place: &FieldPlace, with_numbers: bool) -> Places {
        let index = self.source.text();
        let paths: Vec<_> = match place {
            FieldPlace::Key => vec![PathId::KEY],
            FieldPlace::Values(names) => names
                .iter()
                .filter_map(|names| index.paths.find(names))
                .chain([PathId::OTHER])
                .collect(),
        };
        Places::new(index, Some(&paths), with_numbers)
    }

    fn look(
        &mut self,
        term: &Term,
        plan: &TermPlan,
        places: &Places,
        within: &RowSet,
        met: Option<&CostSets>,
    ) -> Looked {
        let mut looked = match plan.words.as_slice() {
            [] => self.without_words(term, &plan.required, places, within),
            [word] => self.word(word, places, within),
            words => {
                let mut looked = Looked::nothing(within.rows());
                self.neighbours(term, words.iter(), places, within, &mut looked);
                looked
            }
        };
        looked.costs.add_misspelling(term.base);
        looked.costs.settle(within);
        looked.unsure.intersect(within);
        let index = self.source.text();
        for (first, second) in &plan.splits {
            // Most halves of a word are no words: asked before the rows of the other half are added
            // up, which for the first letters of a word are many.
            if !index.has(first) || !index.has(second) {
                continue;
            }
            // Nothing is gained for rows that fit at the weight of one typo or less.
            let mut open = within.clone();
            let gained = Cost::of(TYPO, Fit::NearlyWhole);
            open.subtract(&looked.costs.below(gained));
            if let Some(met) = met {
                open.subtract(&met.below(gained));
            }
            self.neighbours(
                term,
                [first, second].into_iter(),
                places,
                &open,
                &mut looked,
            );
        }
        looked
    }

    fn word(&mut self, word: &WordPlan, places: &Places, within: &RowSet) -> Looked {
        let index = self.source.text();
        let WordRows { places, unsure } = index.word_rows(word, places, within, &mut self.watch);
        let mut may_fit = RowSet::new(index.rows());
        may_fit.unite(&unsure);
        let mut costs = CostSets::new(index.rows());
        for by_place in &places {
            for set in by_place.sets() {
                costs.at(by_place.cost()).unite(set);
            }
        }
        Looked {
            costs,
            unsure: may_fit,
            places,
        }
    }

    /// Punctuation and regular expressions: only the records know. `required`: words of which every
    /// text that fits has all, in one or another selection; none if nothing is known.
    fn without_words(
        &mut self,
        term: &Term,
        required: &[Vec<WordPlan>],
        places: &Places,
        within: &RowSet,
    ) -> Looked {
        let mut looked = Looked::nothing(within.rows());
        for words in required {
            self.neighbours(term, words.iter(), places, within, &mut looked);
        }
        if required.is_empty() {
            match self.rows_with_text(term, places, within) {
                Some(rows) => looked.costs = CostSets::free(rows),
                None => looked.unsure.unite(within),
            }
        }
        looked
    }

    /// Words that stand next to each other in one text: proposed by path, read from the text.
    fn neighbours<'w>(
        &mut self,
        term: &Term,
        words: impl Iterator<Item = &'w WordPlan>,
        places: &Places,
        within: &RowSet,
        looked: &mut Looked,
    ) {
        for (path, rows) in self.propose(words, false, places, within) {
            match path {
                // Camel case parts are not neighbours of anything.
                PathId::KEY_PARTS => {}
                PathId::OTHER => looked.unsure.unite(&rows),
                path => self.read_texts(term, path, places, &rows, &mut looked.costs),
            }
        }
    }

    /// The rows that have all of some words at one path, by path. `are_first`: the first of them is
    /// the first of its text.
    fn propose<'w>(
        &mut self,
        mut words: impl Iterator<Item = &'w WordPlan>,
        are_first: bool,
        places: &Places,
        within: &RowSet,
    ) -> RowsByPath {
        let Some(first) = words.next() else {
            return RowsByPath::new();
        };
        let mut proposed = self.rows_by_path(first, are_first, places, within);
        for word in words {
            if proposed.is_empty() {
                break;
            }
            let others = self.rows_by_path(word, false, places, within);
            proposed.retain(|path, rows| {
                let Some(others) = others.get(path) else {
                    return false;
                };
                rows.intersect(others);
                !rows.is_empty()
            });
        }
        proposed
    }

    /// All rows where a word stands, or may stand, by path.
    fn rows_by_path(
        &mut self,
        word: &WordPlan,
        is_first: bool,
        places: &Places,
        within: &RowSet,
    ) -> RowsByPath {
        let index = self.source.text();
        let is_apart = index.paths.iter().nth(PATHS_APART_MAX).is_none();
        let mut by_path = RowsByPath::new();
        let is_stale = self.watch.asked();
        let watch = &mut self.watch;
        index.for_each_term(word, is_stale, &mut |ranks, _| {
            index.for_each_term_place(ranks, places, watch, |place, postings| {
                if is_first && !place.is_first() {
                    return;
                }
                let path = if is_apart {
                    place.path()
                } else {
                    PathId::OTHER
                };
                let rows = by_path
                    .entry(path)
                    .or_insert_with(|| RowSet::new(index.rows()));
                index.postings.unite_into(postings, rows);
            })
        });
        by_path.retain(|_, rows| {
            rows.intersect(within);
            !rows.is_empty()
        });
        by_path
    }

    /// Reads the texts at one path of some rows, and nothing else of them.
    fn read_texts(
        &mut self,
        term: &Term,
        path: PathId,
        places: &Places,
        rows: &RowSet,
        costs: &mut CostSets,
    ) {
        let names = self.source.text().paths.names(path);
        if path != PathId::KEY && self.compare_texts(term, &names, rows, costs) {
            return;
        }
        let mut text = std::mem::take(&mut self.text);
        let mut printed = std::mem::take(&mut self.printed);
        for (read, row) in rows.iter().enumerate() {
            if read % TEXTS_PER_CHECK == 0 && self.watch.is_stale() {
                break;
            }
            let mut best: Option<Cost> = None;
            self.visit_path(row, path, &names, &mut |leaf| {
                if places.passes_over(leaf) {
                    return;
                }
                let leaf = leaf_text(leaf, &mut printed);
                if let Some(cost) = leaf.and_then(|leaf| term.least_cost(leaf, &mut text)) {
                    best = Some(best.map_or(cost, |best| best.min(cost)));
                }
            });
            if let Some(cost) = best {
                costs.improve(row, cost);
            }
        }
        self.text = text;
        self.printed = printed;
    }

    /// Visits what stands at a path of a row, lists by their elements, and reads nothing else of the
    /// record.
    pub(super) fn visit_path(
        &self,
        row: u32,
        path: PathId,
        names: &[String],
        visit: &mut dyn FnMut(ValueRef<'_>),
    ) {
        if path == PathId::KEY {
            if let Some(key) = self.source.key(row) {
                visit(ValueRef::String(key));
            }
        } else if let Some(value) = self.source.value(row) {
            visit_place(value, names, &mut |node| visit_leaves(node, visit));
        }
    }
}

impl PartSearch<'_> {
    /// Compares each different text at a path once, if they are few. `false`: they are not.
    fn compare_texts(
        &mut self,
        term: &Term,
        names: &Names,
        rows: &RowSet,
        costs: &mut CostSets,
    ) -> bool {
        let texts_max = rows.count() as usize / 2;
        let mut found = CostSets::new(rows.rows());
        let mut fitting = 0;
        let text = &mut self.text;
        let are_compared =
            self.source
                .for_each_text(names, texts_max, &mut |repeated, add_rows| {
                    if fitting > TEXTS_APART_MAX {
                        return;
                    }
                    if let Some(cost) = term.least_cost(repeated, text) {
                        fitting += 1;
                        add_rows(found.at(cost));
                    }
                });
        if !are_compared || fitting > TEXTS_APART_MAX {
            return false;
        }
        found.settle(rows);
        costs.improve_all(&found);
        true
    }
}

impl Looked {
    fn nothing(rows: u32) -> Self {
        Self {
            costs: CostSets::new(rows),
            unsure: RowSet::new(rows),
            places: Vec::new(),
        }
    }
}
