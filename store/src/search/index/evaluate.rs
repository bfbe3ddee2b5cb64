//! A query over one part: from the tree of the query to rows by cost, by operations on sets.
//!
//! Mirrors how the matcher adds up costs for one record, for all rows at once. What the words
//! alone do not tell (neighbours, pieces of long words, conditions without a column, regular
//! expressions) is read from the records that are left, by the matcher itself.

use super::costs::CostSets;
use super::lookup::Watch;
use super::plan::Plan;
use super::rows_of_term::Looked;
use super::word_rows::ByPlace;
use super::{IndexedRows, RankedRows};
use crate::row_set::RowSet;
use crate::search::condition::ConditionTest;
use crate::search::matcher::{
    Cost, FieldClass, FieldPlace, FieldRule, MatchScratch, Node, SortKey,
};
use crate::search::text::TextBuffer;

/// Whether the answer is still wanted is asked after this many records.
const RECORDS_PER_CHECK: usize = 256;

/// What the columns tell of a condition.
#[derive(Clone, Debug)]
enum Told {
    NotAsked,
    Rows(RowSet),
    /// The records have to be read.
    Nothing,
}

/// The search of one part.
pub(super) struct PartSearch<'a> {
    pub(super) plan: &'a Plan,
    pub(super) source: &'a dyn IndexedRows,
    pub(super) watch: Watch<'a>,
    pub(super) scratch: MatchScratch,
    pub(super) text: TextBuffer,
    pub(super) printed: String,
    top_terms: Vec<usize>,
    /// Where each of the top terms stands at its least cost.
    places: Vec<Vec<ByPlace>>,
    /// What columns say of each condition, once asked.
    conditions: Vec<Told>,
}

/// Searches a part: the rows of `within` that fit, in groups from the best to the worst.
pub(crate) fn search_part(
    plan: &Plan,
    source: &dyn IndexedRows,
    within: &RowSet,
    is_stale: &dyn Fn() -> bool,
) -> Vec<RankedRows> {
    let mut search = PartSearch {
        plan,
        source,
        watch: Watch::new(is_stale),
        scratch: MatchScratch::default(),
        text: TextBuffer::default(),
        printed: String::new(),
        top_terms: plan.top_terms(),
        places: Vec::new(),
        conditions: vec![Told::NotAsked; plan.matcher.fields.len()],
    };
    let costs = match &plan.matcher.root {
        Some(root) => search.node(root, within),
        None => CostSets::free(within.clone()),
    };
    search.ranked(&costs)
}

impl PartSearch<'_> {
    fn node(&mut self, node: &Node, within: &RowSet) -> CostSets {
        if within.is_empty() || self.watch.is_stale() {
            return CostSets::new(within.rows());
        }
        match node {
            Node::Term(term) => {
                let (costs, places) = self.term(*term, within);
                if self.top_terms.contains(term) {
                    self.places.push(places);
                }
                costs
            }
            Node::Field(field) => self.field(*field, within),
            Node::Not(child) => {
                let mut rest = within.clone();
                rest.subtract(&self.node(child, within).union());
                CostSets::free(rest)
            }
            Node::Or(children) => {
                let mut any = CostSets::new(within.rows());
                for child in children {
                    any.add(&self.node(child, within));
                }
                any.settle(within);
                any
            }
            Node::And { children, joins } => self.and(children, joins, within),
        }
    }

    /// Children that a joined word ties together are weighed against it; such chains do not
    /// depend on each other, so that the cheapest comes first and the others see fewer rows.
    fn and(&mut self, children: &[Node], joins: &[Option<usize>], within: &RowSet) -> CostSets {
        let mut chains = Vec::new();
        let mut start = 0;
        for end in 1..=children.len() {
            if joins.get(end - 1).copied().flatten().is_none() {
                chains.push(start..end);
                start = end;
            }
        }
        let mut weighed: Vec<_> = chains
            .into_iter()
            .map(|chain| {
                let nodes = children.get(chain.clone()).unwrap_or_default();
                let weight = nodes.iter().map(|node| self.weight(node)).max();
                (weight, chain)
            })
            .collect();
        weighed.sort_by_key(|(weight, _)| *weight);
        let mut fitting = CostSets::free(within.clone());
        for (_, chain) in weighed {
            let nodes = children.get(chain.clone()).unwrap_or_default();
            let joins = joins.get(chain.start..).unwrap_or_default();
            let costs = self.chain(nodes, joins, &fitting.union());
            let mut both = CostSets::new(within.rows());
            both.add_sums(&fitting, &costs);
            fitting = both;
        }
        fitting
    }

    /// The cheapest way to cover all children, where a joined word covers two at once.
    fn chain(&mut self, children: &[Node], joins: &[Option<usize>], within: &RowSet) -> CostSets {
        let rows = within.rows();
        let mut before = CostSets::new(rows);
        let mut covered = CostSets::free(within.clone());
        for (index, child) in children.iter().enumerate() {
            let mut next = CostSets::new(rows);
            next.add_sums(&covered, &self.node(child, &covered.union()));
            let join = index
                .checked_sub(1)
                .and_then(|before| joins.get(before).copied().flatten());
            if let Some(join) = join {
                let (joined, _) = self.term(join, &before.union());
                next.add_sums(&before, &joined);
            }
            next.settle(within);
            before = covered;
            covered = next;
        }
        covered
    }

    /// How much reading a node needs: what needs none comes first.
    fn weight(&mut self, node: &Node) -> u8 {
        match node {
            Node::Term(term) => match self.plan.terms.get(*term).map(|term| term.words.len()) {
                Some(1) => 1,
                Some(2..) => 2,
                _ => 3,
            },
            Node::Field(field) => {
                let has_words = self.plan.fields.get(*field).is_some_and(Option::is_some);
                let is_known = !matches!(self.condition(*field), Some(Told::Nothing));
                match (has_words, is_known) {
                    (_, false) => 3,
                    (true, true) => 1,
                    (false, true) => 0,
                }
            }
            Node::Not(child) => self.weight(child),
            Node::Or(children) | Node::And { children, .. } => children
                .iter()
                .map(|child| self.weight(child))
                .max()
                .unwrap_or_default(),
        }
    }

    /// The rows that meet the typed condition of a field; `None` if it has none.
    fn condition(&mut self, field: usize) -> Option<&Told> {
        let check = self.plan.matcher.fields.get(field)?;
        let test: &ConditionTest = match &check.rule {
            FieldRule::Condition(test) => test,
            FieldRule::Words { typed, .. } => typed.as_ref()?,
        };
        if matches!(self.conditions.get(field)?, Told::NotAsked) {
            let rows = match &check.place {
                FieldPlace::Key => self.rows_of_keys(test),
                FieldPlace::Values(places) => self.source.rows_matching(places, test),
            };
            *self.conditions.get_mut(field)? = rows.map_or(Told::Nothing, Told::Rows);
        }
        self.conditions.get(field)
    }

    fn field(&mut self, field: usize, within: &RowSet) -> CostSets {
        let mut costs = CostSets::new(within.rows());
        let mut unsure = RowSet::new(within.rows());
        match self.condition(field) {
            None | Some(Told::NotAsked) => {}
            Some(Told::Rows(rows)) => costs.at(Cost::default()).unite(rows),
            Some(Told::Nothing) => {
                let (met, may_meet) = self.may_meet(field, within);
                costs.at(Cost::default()).unite(&met);
                unsure = may_meet;
                unsure.intersect(within);
                unsure.subtract(&met);
            }
        }
        costs.settle(within);
        // What has to be read anyway is not looked up.
        if !matches!(self.condition(field), Some(Told::Nothing)) {
            let looked = self.look_at_field(field, within, &costs);
            costs.add(&looked.costs);
            costs.settle(within);
            unsure = looked.unsure;
            // What fits as well as can be need not be read.
            unsure.subtract(costs.at(Cost::default()));
        }
        let plan = self.plan;
        self.read(&unsure, &mut costs, |record, scratch| {
            plan.matcher.field_check(field, record, scratch)
        });
        costs
    }

    /// Where a term stands, and at what cost, over the rows of `within`.
    fn term(&mut self, term: usize, within: &RowSet) -> (CostSets, Vec<ByPlace>) {
        let Looked {
            mut costs,
            unsure,
            places,
        } = self.look_at_term(term, within);
        let plan = self.plan;
        self.read(&unsure, &mut costs, |record, scratch| {
            plan.matcher.term_cost(term, record, scratch)
        });
        (costs, places)
    }

    /// Reads records to find out at what cost they fit.
    pub(super) fn read(
        &mut self,
        rows: &RowSet,
        costs: &mut CostSets,
        mut cost_of: impl FnMut(crate::record::RecordRef<'_>, &mut MatchScratch) -> Option<Cost>,
    ) {
        for (read, row) in rows.iter().enumerate() {
            if read % RECORDS_PER_CHECK == 0 && self.watch.is_stale() {
                return;
            }
            if let Some(record) = self.source.record(row)
                && let Some(cost) = cost_of(record, &mut self.scratch)
            {
                costs.improve(row, cost);
            }
        }
    }

    /// The rows in groups: by cost, then by where the words stand.
    fn ranked(&self, costs: &CostSets) -> Vec<RankedRows> {
        let standing = self.standing(costs.rows());
        let mut groups: Vec<RankedRows> = Vec::new();
        for (cost, set) in costs.iter() {
            let is_whole = cost.inside + cost.beginnings == 0;
            let mut left = set.clone();
            for (class, places) in &standing {
                if *class == FieldClass::WholeValue && !is_whole {
                    continue;
                }
                let mut rows = left.clone();
                rows.intersect(places);
                left.subtract(&rows);
                push_group(&mut groups, *cost, *class, rows);
            }
            push_group(&mut groups, *cost, FieldClass::Elsewhere, left);
        }
        groups.sort_by_key(|group| group.key);
        groups
    }

    /// The rows where all words stand in better places, best first: a row may be in more than one.
    /// Of several words only those that all stand in the key: whether they share a value is known
    /// to the record alone.
    fn standing(&self, rows: u32) -> Vec<(FieldClass, RowSet)> {
        let [key, whole, start] = match self.places.as_slice() {
            [] => return Vec::new(),
            [places] => standing_of(places, rows),
            [first, others @ ..] => {
                let [mut key, ..] = standing_of(first, rows);
                for places in others {
                    key.intersect(&standing_of(places, rows)[0]);
                }
                return vec![(FieldClass::Key, key)];
            }
        };
        let mut at_start = whole.clone();
        at_start.unite(&start);
        vec![
            (FieldClass::Key, key),
            (FieldClass::WholeValue, whole),
            (FieldClass::StartOfValue, at_start),
        ]
    }
}

/// The rows where a word stands in the key, is all of a value, or starts one. A place counts where
/// the word stands at its least cost.
fn standing_of(places: &[ByPlace], rows: u32) -> [RowSet; 3] {
    let mut standing = [(); 3].map(|()| RowSet::new(rows));
    let mut seen = RowSet::new(rows);
    for by_place in places {
        for (to, from) in standing.iter_mut().zip(by_place.sets()) {
            let mut best = from.clone();
            best.subtract(&seen);
            to.unite(&best);
        }
        for set in by_place.sets() {
            seen.unite(set);
        }
    }
    standing
}

fn push_group(groups: &mut Vec<RankedRows>, cost: Cost, class: FieldClass, rows: RowSet) {
    if rows.is_empty() {
        return;
    }
    let key = SortKey::best_of(cost, class);
    // Costs that make the same number are one group.
    if let Some(group) = groups.iter_mut().find(|group| group.key == key) {
        group.rows.unite(&rows);
        return;
    }
    groups.push(RankedRows {
        key,
        level: cost.level(),
        rows,
    });
}
