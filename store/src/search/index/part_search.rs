//! Evaluating a query for one part: from the compiled query to rows by cost, with set operations.
//!
//! Adds up costs as the matcher does for one record, but for all rows at once. Where the index does
//! not suffice (adjacent words, pieces of long words, conditions without a column, regular
//! expressions) the matcher reads the remaining records.

use super::cost_sets::CostSets;
use super::part_access::PartAccess;
use super::plan::SearchPlan;
use super::rows_of_term::TermRows;
use super::word_rows::RowsByClass;
use super::{IndexedRows, RankedRows};
use crate::row_set::RowSet;
use crate::search::condition::ConditionTest;
use crate::search::matcher::{Cost, FieldClass, FieldPlace, FieldRule, MatchNode, SortKey};

/// The rows that meet a condition according to the columns.
#[derive(Clone, Debug)]
enum ColumnAnswer {
    NotAsked,
    Rows(RowSet),
    /// The columns do not suffice: the records have to be read.
    Unknown,
}

/// The search of one part.
struct PartSearch<'a> {
    plan: &'a SearchPlan,
    part: PartAccess<'a>,
    top_terms: Vec<usize>,
    /// The rows of each of the top terms by cost and place.
    places: Vec<Vec<RowsByClass>>,
    /// The answer of the columns for each condition.
    conditions: Vec<ColumnAnswer>,
}

/// Searches a part: the rows of `within` that match, in groups from the best to the worst.
pub(crate) fn search_part(
    plan: &SearchPlan,
    source: &dyn IndexedRows,
    within: &RowSet,
    is_cancelled: &dyn Fn() -> bool,
) -> Vec<RankedRows> {
    let mut search = PartSearch {
        plan,
        part: PartAccess::new(plan, source, is_cancelled),
        top_terms: plan.top_terms(),
        places: Vec::new(),
        conditions: vec![ColumnAnswer::NotAsked; plan.matcher.fields.len()],
    };
    let costs = match &plan.matcher.root {
        Some(root) => search.node(root, within),
        None => CostSets::free(within.clone()),
    };
    search.ranked(&costs)
}

impl PartSearch<'_> {
    fn node(&mut self, node: &MatchNode, within: &RowSet) -> CostSets {
        if within.is_empty() || self.part.cancel.is_cancelled() {
            return CostSets::new(within.rows());
        }
        match node {
            MatchNode::Term(term) => {
                let (costs, places) = self.term(*term, within);
                if self.top_terms.contains(term) {
                    self.places.push(places);
                }
                costs
            }
            MatchNode::Field(field) => self.field(*field, within),
            MatchNode::Not(child) => {
                let mut rest = within.clone();
                rest.subtract(&self.node(child, within).union());
                CostSets::free(rest)
            }
            MatchNode::Or(children) => {
                let mut any = CostSets::new(within.rows());
                for child in children {
                    any.add(&self.node(child, within));
                }
                any.settle(within);
                any
            }
            MatchNode::And { children, joins } => self.and(children, joins, within),
        }
    }

    /// Children connected by joined words form a chain, which is evaluated as a whole. Chains are
    /// independent: the cheapest comes first, so that the others have fewer rows to consider.
    fn and(
        &mut self,
        children: &[MatchNode],
        joins: &[Option<usize>],
        within: &RowSet,
    ) -> CostSets {
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

    /// The cheapest way to match all children, where a joined word matches two at once.
    fn chain(
        &mut self,
        children: &[MatchNode],
        joins: &[Option<usize>],
        within: &RowSet,
    ) -> CostSets {
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

    /// An estimate of how many records have to be read for a node.
    fn weight(&mut self, node: &MatchNode) -> u8 {
        match node {
            MatchNode::Term(term) => {
                match self.plan.terms.get(*term).map(|term| term.words.len()) {
                    Some(1) => 1,
                    Some(2..) => 2,
                    _ => 3,
                }
            }
            MatchNode::Field(field) => {
                let has_words = self.plan.fields.get(*field).is_some_and(Option::is_some);
                let is_known = !matches!(self.condition(*field), Some(ColumnAnswer::Unknown));
                match (has_words, is_known) {
                    (_, false) => 3,
                    (true, true) => 1,
                    (false, true) => 0,
                }
            }
            MatchNode::Not(child) => self.weight(child),
            MatchNode::Or(children) | MatchNode::And { children, .. } => children
                .iter()
                .map(|child| self.weight(child))
                .max()
                .unwrap_or_default(),
        }
    }

    /// The rows that meet the typed condition of a field; `None` if it has none.
    fn condition(&mut self, field: usize) -> Option<&ColumnAnswer> {
        let check = self.plan.matcher.fields.get(field)?;
        let test: &ConditionTest = match &check.rule {
            FieldRule::Condition(test) => test,
            FieldRule::Words { typed, .. } => typed.as_ref()?,
        };
        if matches!(self.conditions.get(field)?, ColumnAnswer::NotAsked) {
            let rows = match &check.place {
                FieldPlace::Key => self.part.rows_of_keys(test),
                FieldPlace::Values(places) => self.part.source.rows_matching(places, test),
            };
            *self.conditions.get_mut(field)? =
                rows.map_or(ColumnAnswer::Unknown, ColumnAnswer::Rows);
        }
        self.conditions.get(field)
    }

    fn field(&mut self, field: usize, within: &RowSet) -> CostSets {
        let mut costs = CostSets::new(within.rows());
        let mut unsure = RowSet::new(within.rows());
        match self.condition(field) {
            None | Some(ColumnAnswer::NotAsked) => {}
            Some(ColumnAnswer::Rows(rows)) => costs.at(Cost::default()).unite(rows),
            Some(ColumnAnswer::Unknown) => {
                let (met, may_meet) = self.part.may_meet(field, within);
                costs.at(Cost::default()).unite(&met);
                unsure = may_meet;
                unsure.intersect(within);
                unsure.subtract(&met);
            }
        }
        costs.settle(within);
        // If the records have to be read anyway, looking up the words gains nothing.
        if !matches!(self.condition(field), Some(ColumnAnswer::Unknown)) {
            let found = self.part.look_up_field(field, within, &costs);
            costs.add(&found.costs);
            costs.settle(within);
            unsure = found.unsure;
            // An exact match cannot be improved by reading the record.
            unsure.subtract(costs.at(Cost::default()));
        }
        let plan = self.plan;
        self.part.read(&unsure, &mut costs, |record, scratch| {
            plan.matcher.field_check(field, record, scratch)
        });
        costs
    }

    /// The rows of `within` that a term matches, by cost and by place.
    fn term(&mut self, term: usize, within: &RowSet) -> (CostSets, Vec<RowsByClass>) {
        let TermRows {
            mut costs,
            unsure,
            places,
        } = self.part.look_up_term(term, within);
        let plan = self.plan;
        self.part.read(&unsure, &mut costs, |record, scratch| {
            plan.matcher.term_cost(term, record, scratch)
        });
        (costs, places)
    }

    /// Groups rows by cost, then by field class.
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

    /// The rows by field class, best first; a row may be in several. With several words only the
    /// key is considered: whether words are in the same value is only known from the record.
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

/// The rows in which a word matches in the key, a whole value, or the start of a value. Only
/// matches at the least cost in a row count.
fn standing_of(places: &[RowsByClass], rows: u32) -> [RowSet; 3] {
    let mut standing = [(); 3].map(|()| RowSet::new(rows));
    let mut seen = RowSet::new(rows);
    for by_class in places {
        for (to, from) in standing.iter_mut().zip(by_class.sets()) {
            let mut best = from.clone();
            best.subtract(&seen);
            to.unite(&best);
        }
        for set in by_class.sets() {
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
    // Costs with the same sort key form one group.
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
