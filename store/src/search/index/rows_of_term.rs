//! The rows that one term matches according to the index, and the rows whose records have to be
//! read.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::PathNames;
use super::cost_sets::CostSets;
use super::lookup::{PlaceFilter, WordPlan};
use super::part_access::PartAccess;
use super::places::PathId;
use super::plan::TermPlan;
use super::word_rows::{RowsByClass, WordRows};
use crate::row_set::RowSet;
use crate::search::condition::{ConditionTest, visit_at_names};
use crate::search::matcher::{Cost, FieldPlace, FieldRule, Fit, QueryTerm, visit_leaves};
use crate::search::misspelling::TYPO;
use crate::search::text::leaf_text;
use crate::value::{ValueRef, ValueType};

/// With more paths, candidates for adjacent words are not separated by path.
const PATHS_SEPARATE_MAX: usize = 64;

/// The number of texts between two checks for cancellation.
const TEXTS_PER_CHECK: usize = 64;

/// With more distinct texts that match, records are read instead.
const TEXTS_MATCHING_MAX: usize = 64;

/// The rows that a term matches or may match.
pub(super) struct TermRows {
    /// Rows that match, at the least cost known.
    pub(super) costs: CostSets,
    /// Rows that may match, or match at a lower cost, and have to be read.
    pub(super) unsure: RowSet,
    /// For a single word, the rows by cost, ascending, and place.
    pub(super) places: Vec<RowsByClass>,
}

/// The rows of a word by path.
type RowsByPath = BTreeMap<PathId, RowSet>;

impl PartAccess<'_> {
    /// The rows with a term anywhere in the record.
    pub(super) fn look_up_term(&mut self, index: usize, within: &RowSet) -> TermRows {
        let plan = self.plan;
        let (Some(term), Some(term_plan)) = (plan.matcher.terms.get(index), plan.terms.get(index))
        else {
            return TermRows::nothing(within.rows());
        };
        let places = PlaceFilter::of_term(self.source.text(), term);
        self.look(term, term_plan, &places, within, None)
    }

    /// The rows with the words of a condition. `met`: rows that are known to meet it.
    pub(super) fn look_up_field(
        &mut self,
        field: usize,
        within: &RowSet,
        met: &CostSets,
    ) -> TermRows {
        let plan = self.plan;
        let (Some(check), Some(Some(term_plan))) =
            (plan.matcher.fields.get(field), plan.fields.get(field))
        else {
            return TermRows::nothing(within.rows());
        };
        let FieldRule::Words {
            term, with_numbers, ..
        } = &check.rule
        else {
            return TermRows::nothing(within.rows());
        };
        let places = self.places_of(&check.place, *with_numbers);
        self.look(term, term_plan, &places, within, Some(met))
    }

    /// For a condition that the columns cannot decide: the rows that meet it, and those that may,
    /// because they have its words.
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
            // A substring of a single word: every row with such a word meets the condition.
            [word] if needed.are_enough => {
                let found = self.word(word, &places, within);
                met.unite(&found.costs.union());
                (met, found.unsure)
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

    /// The rows whose keys meet a condition, found by binary search; `None` if they are not a
    /// contiguous range.
    pub(super) fn rows_of_keys(&self, test: &ConditionTest) -> Option<RowSet> {
        let index = self.source.text();
        // Every text meets the condition, or none does.
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
        // Whether the matching keys are a range does not depend on the text.
        test.text_side("")?;
        let first = |is_past: fn(Ordering) -> bool| {
            let (mut low, mut high) = (0, index.rows());
            while low < high {
                let middle = low.midpoint(high);
                let side = self.source.key(middle).and_then(|key| test.text_side(key));
                if side.is_some_and(is_past) {
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

    fn places_of(&self, place: &FieldPlace, with_numbers: bool) -> PlaceFilter {
        let index = self.source.text();
        let paths: Vec<_> = match place {
            FieldPlace::Key => vec![PathId::KEY],
            FieldPlace::Values(names) => names
                .iter()
                .filter_map(|names| index.paths.find(names))
                .chain([PathId::OTHER])
                .collect(),
        };
        PlaceFilter::new(index, Some(&paths), with_numbers)
    }

    fn look(
        &mut self,
        term: &QueryTerm,
        plan: &TermPlan,
        places: &PlaceFilter,
        within: &RowSet,
        met: Option<&CostSets>,
    ) -> TermRows {
        let mut found = match plan.words.as_slice() {
            [] => self.without_words(term, &plan.required, places, within),
            [word] => self.word(word, places, within),
            words => {
                let mut found = TermRows::nothing(within.rows());
                self.neighbours(term, words.iter(), places, within, &mut found);
                found
            }
        };
        found.costs.add_misspelling(term.base);
        found.costs.settle(within);
        found.unsure.intersect(within);
        let index = self.source.text();
        for (first, second) in &plan.splits {
            // Most halves of a word are not words. Checked first, because collecting the rows of
            // the other half can be expensive: the first letters of a word match many terms.
            if !index.has(first) || !index.has(second) {
                continue;
            }
            // A split costs a typo: it cannot improve rows that match at no higher cost.
            let mut open = within.clone();
            let gained = Cost::of(TYPO, Fit::NearlyWhole);
            open.subtract(&found.costs.below(gained));
            if let Some(met) = met {
                open.subtract(&met.below(gained));
            }
            self.neighbours(term, [first, second].into_iter(), places, &open, &mut found);
        }
        found
    }

    fn word(&mut self, word: &WordPlan, places: &PlaceFilter, within: &RowSet) -> TermRows {
        let index = self.source.text();
        let WordRows { places, unsure } = index.word_rows(word, places, within, &mut self.cancel);
        let mut may_fit = RowSet::new(index.rows());
        may_fit.unite(&unsure);
        let mut costs = CostSets::new(index.rows());
        for by_class in &places {
            for set in by_class.sets() {
                costs.at(by_class.cost()).unite(set);
            }
        }
        TermRows {
            costs,
            unsure: may_fit,
            places,
        }
    }

    /// The rows of punctuation or a regular expression. `required`: every matching text has all
    /// words of one of these selections; empty if nothing is required.
    fn without_words(
        &mut self,
        term: &QueryTerm,
        required: &[Vec<WordPlan>],
        places: &PlaceFilter,
        within: &RowSet,
    ) -> TermRows {
        let mut found = TermRows::nothing(within.rows());
        for words in required {
            self.neighbours(term, words.iter(), places, within, &mut found);
        }
        if required.is_empty() {
            match self.rows_with_text(term, places, within) {
                Some(rows) => found.costs = CostSets::free(rows),
                None => found.unsure.unite(within),
            }
        }
        found
    }

    /// The rows with adjacent words in one text: candidates by path, whose texts are read.
    fn neighbours<'w>(
        &mut self,
        term: &QueryTerm,
        words: impl Iterator<Item = &'w WordPlan>,
        places: &PlaceFilter,
        within: &RowSet,
        found: &mut TermRows,
    ) {
        for (path, rows) in self.propose(words, false, places, within) {
            match path {
                // Camel case parts are not adjacent to anything.
                PathId::KEY_PARTS => {}
                PathId::OTHER => found.unsure.unite(&rows),
                path => self.read_texts(term, path, places, &rows, &mut found.costs),
            }
        }
    }

    /// The rows that have all of some words at one path, by path. `are_first`: the first word must
    /// be the first of its text.
    fn propose<'w>(
        &mut self,
        mut words: impl Iterator<Item = &'w WordPlan>,
        are_first: bool,
        places: &PlaceFilter,
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

    /// All rows that have or may have a word, by path.
    fn rows_by_path(
        &mut self,
        word: &WordPlan,
        is_first: bool,
        places: &PlaceFilter,
        within: &RowSet,
    ) -> RowsByPath {
        let index = self.source.text();
        let are_separate = index.paths.iter().nth(PATHS_SEPARATE_MAX).is_none();
        let mut by_path = RowsByPath::new();
        let is_cancelled = self.cancel.function();
        let cancel = &mut self.cancel;
        index.for_each_term(word, is_cancelled, &mut |ranks, _| {
            index.for_each_term_place(ranks, places, cancel, |place, postings| {
                if is_first && !place.is_first() {
                    return;
                }
                let path = if are_separate {
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

    /// Reads only the texts at one path of some rows.
    fn read_texts(
        &mut self,
        term: &QueryTerm,
        path: PathId,
        places: &PlaceFilter,
        rows: &RowSet,
        costs: &mut CostSets,
    ) {
        let names = self.source.text().paths.names(path);
        if path != PathId::KEY && !term.is_number && self.compare_texts(term, &names, rows, costs) {
            return;
        }
        let mut text = std::mem::take(&mut self.text);
        let mut printed = std::mem::take(&mut self.printed);
        for (read, row) in rows.iter().enumerate() {
            if read % TEXTS_PER_CHECK == 0 && self.cancel.is_cancelled() {
                break;
            }
            let mut best: Option<Cost> = None;
            self.visit_path(row, path, &names, &mut |leaf| {
                if places.ignores(leaf) {
                    return;
                }
                let cost = leaf_text(leaf, &mut printed)
                    .and_then(|leaf_text| term.least_cost(leaf, leaf_text, &mut text));
                if let Some(cost) = cost {
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

    /// Visits the values at a path of a row, of lists their elements, without reading the rest of
    /// the record.
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
            visit_at_names(value, names, &mut |node| visit_leaves(node, visit));
        }
    }
}

impl PartAccess<'_> {
    /// Compares each distinct text at a path once. Returns `false` if there are too many.
    fn compare_texts(
        &mut self,
        term: &QueryTerm,
        names: &PathNames,
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
                    if fitting > TEXTS_MATCHING_MAX {
                        return;
                    }
                    let leaf = ValueRef::String(repeated);
                    if let Some(cost) = term.least_cost(leaf, repeated, text) {
                        fitting += 1;
                        add_rows(found.at(cost));
                    }
                });
        if !are_compared || fitting > TEXTS_MATCHING_MAX {
            return false;
        }
        found.settle(rows);
        costs.improve_all(&found);
        true
    }
}

impl TermRows {
    fn nothing(rows: u32) -> Self {
        Self {
            costs: CostSets::new(rows),
            unsure: RowSet::new(rows),
            places: Vec::new(),
        }
    }
}
