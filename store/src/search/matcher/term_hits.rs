//! The hits of the terms of a query in one record, and the rank computed from them.

use super::as_typed::Unlike;
use super::query_term::TermMatch;
use super::rank::{Cost, FieldClass, Rank, TermSet};

/// The number of hits that are considered for the rank. The cost of every term is exact even
/// beyond.
const HITS_MAX: usize = 128;
/// The number of hits of a query's first word that are tried as the start of the others.
const STARTS_MAX: usize = 8;
/// The gap counted for a word that is in another text.
const FAR: u32 = 32;

/// The hits of all terms in one record.
#[derive(Debug, Default)]
pub(super) struct TermHits {
    /// For each term, the least cost at which it was found.
    best: Vec<Option<Cost>>,
    hits: Vec<TermHit>,
    texts: Vec<TextFacts>,
}

#[derive(Clone, Copy, Debug)]
struct TermHit {
    term: u8,
    cost: Cost,
    text: u16,
    token: u32,
    width: u32,
    unlike: Unlike,
}

/// The properties of a text with hits that its rank depends on.
#[derive(Clone, Copy, Debug)]
pub(in crate::search) struct TextFacts {
    pub(in crate::search) is_key: bool,
    pub(in crate::search) tokens: u32,
    /// The length in characters.
    pub(in crate::search) length: u32,
}

impl TermHits {
    pub(in crate::search) fn clear(&mut self, terms: usize) {
        self.best.clear();
        self.best.resize(terms, None);
        self.hits.clear();
        self.texts.clear();
    }

    /// The least cost at which a term was found.
    pub(in crate::search) fn cost(&self, term: usize) -> Option<Cost> {
        self.best.get(term).copied().flatten()
    }

    /// Adds a hit. If `is_new_text`, it is the first of its text; the flag is then cleared.
    pub(in crate::search) fn add(
        &mut self,
        term: usize,
        found: &TermMatch,
        unlike: impl FnOnce() -> Unlike,
        facts: impl FnOnce() -> TextFacts,
        is_new_text: &mut bool,
    ) {
        let cost = found.cost();
        if let Some(best) = self.best.get_mut(term) {
            *best = Some(best.map_or(cost, |best| best.min(cost)));
        }
        if self.hits.len() >= HITS_MAX {
            return;
        }
        if std::mem::take(is_new_text) {
            self.texts.push(facts());
        }
        self.hits.push(TermHit {
            term: term as u8,
            cost,
            text: (self.texts.len() - 1) as u16,
            token: found.token,
            width: found.width,
            unlike: unlike(),
        });
    }

    /// The rank of a record that matches at `cost` with the terms `used`.
    pub(in crate::search) fn rank(&self, cost: Cost, used: TermSet) -> Rank {
        let mut anchor: Option<(u32, FieldClass, u16)> = None;
        for text in 0..self.texts.len() as u16 {
            let covered = self.terms_in(text, used);
            let elsewhere = used.count_ones() - covered.count_ones();
            let class = if elsewhere == 0 {
                self.class(text, used)
            } else {
                FieldClass::Elsewhere
            };
            let candidate = (elsewhere, class, text);
            if covered != 0 && anchor.is_none_or(|anchor| candidate < anchor) {
                anchor = Some(candidate);
            }
        }
        let Some((elsewhere, class, text)) = anchor else {
            return Rank {
                cost,
                class: FieldClass::Elsewhere,
                spread: 0,
                position: 0,
                unlike: Unlike::default(),
                length: 0,
            };
        };
        let (spread, position) = self.spread(text, used);
        Rank {
            cost,
            class,
            spread: spread + elsewhere * FAR,
            position,
            unlike: self.unlike(text, used),
            length: self
                .texts
                .get(usize::from(text))
                .map_or(0, |facts| facts.length),
        }
    }

    /// The sum of the differences of each term, where it is as it was typed.
    fn unlike(&self, text: u16, used: TermSet) -> Unlike {
        let mut terms = self.terms_in(text, used);
        let mut sum = Unlike::default();
        while terms != 0 {
            let term = terms.trailing_zeros();
            terms &= terms - 1;
            let of_term = self
                .best_hits(text, used)
                .filter(|hit| u32::from(hit.term) == term);
            let least = of_term.map(|hit| hit.unlike).min();
            sum = sum.plus(least.unwrap_or_default());
        }
        sum
    }

    /// The hits of used terms in a text that are as good as the best hit of the term.
    fn best_hits(&self, text: u16, used: TermSet) -> impl Iterator<Item = &TermHit> {
        self.hits.iter().filter(move |hit| {
            hit.text == text
                && used & (1 << hit.term) != 0
                && self.cost(usize::from(hit.term)) == Some(hit.cost)
        })
    }

    fn terms_in(&self, text: u16, used: TermSet) -> TermSet {
        self.best_hits(text, used)
            .fold(0, |terms, hit| terms | 1 << hit.term)
    }

    fn class(&self, text: u16, used: TermSet) -> FieldClass {
        let Some(facts) = self.texts.get(usize::from(text)) else {
            return FieldClass::Elsewhere;
        };
        if facts.is_key {
            return FieldClass::Key;
        }
        let mut covered: u64 = 0;
        let mut starts = false;
        for hit in self.best_hits(text, used) {
            starts |= hit.token == 0;
            let is_complete = hit.cost.inside + hit.cost.beginnings == 0;
            if is_complete && facts.tokens <= u64::BITS {
                for token in hit.token..(hit.token + hit.width).min(u64::BITS) {
                    covered |= 1 << token;
                }
            }
        }
        if facts.tokens <= u64::BITS && covered.count_ones() >= facts.tokens {
            FieldClass::WholeValue
        } else if starts {
            FieldClass::StartOfValue
        } else {
            FieldClass::Elsewhere
        }
    }

    /// The smallest sum of gaps between the words in the order of the query, and the token at which
    /// it starts.
    fn spread(&self, text: u16, used: TermSet) -> (u32, u32) {
        let mut terms = self.terms_in(text, used);
        let first_term = terms.trailing_zeros();
        terms &= terms.wrapping_sub(1);
        self.best_hits(text, used)
            .filter(|hit| u32::from(hit.term) == first_term)
            .take(STARTS_MAX)
            .map(|start| (self.chain(text, used, terms, start), start.token))
            .min()
            .unwrap_or_default()
    }

    /// The sum of gaps from one word to the nearest hit of the next, and so on.
    fn chain(&self, text: u16, used: TermSet, mut terms: TermSet, start: &TermHit) -> u32 {
        let mut end = start.token + start.width;
        let mut spread: u32 = 0;
        while terms != 0 {
            let term = terms.trailing_zeros();
            terms &= terms - 1;
            let nearest = self
                .best_hits(text, used)
                .filter(|hit| u32::from(hit.term) == term)
                .map(|hit| (gap(end, hit.token), hit.token + hit.width))
                .min();
            if let Some((gap, next_end)) = nearest {
                spread = spread.saturating_add(gap);
                end = next_end;
            }
        }
        spread
    }
}

/// The number of tokens between two words, counted from the end of the first: words in the wrong
/// order are further apart by their own width.
const fn gap(end: u32, token: u32) -> u32 {
    end.abs_diff(token)
}
