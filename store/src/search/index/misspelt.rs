//! The terms that a misspelt word may mean.
//!
//! Finding and comparing them takes most of the time of a fuzzy search. While a query is typed, all
//! words but the last stay the same, so the results are cached.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::TextIndex;
use super::lookup::{VisitTerms, WordPlan};
use super::terms::{FIRST_PIECE, text_of};
use crate::search::distance::EDITS_MAX;
use crate::search::matcher::{Cost, QueryWord};
use crate::search::tokenize::TokenKind;

/// The number of terms compared between two checks for cancellation.
const TERMS_PER_CHECK: u32 = 64;

/// The ranks of terms by the cost of their typos. Both ascend.
#[derive(Debug, Default)]
pub(super) struct MisspeltTerms(BTreeMap<Cost, Vec<u32>>);

impl MisspeltTerms {
    fn bytes(&self) -> usize {
        let ranks = self.0.values().map(|ranks| size_of_val(ranks.as_slice()));
        size_of_val(self) + ranks.sum::<usize>()
    }
}

impl TextIndex {
    /// Visits the terms that a word matches or may match with typos.
    pub(super) fn with_typos(
        &self,
        plan: &WordPlan,
        is_cancelled: &dyn Fn() -> bool,
        visit: VisitTerms<'_>,
    ) {
        for (cost, ranks) in &self.misspelt(plan, is_cancelled).0 {
            for rank in ranks {
                if !visit((*rank..*rank + 1).into(), Some(*cost)) {
                    return;
                }
            }
        }
        self.long_with_typos(&plan.word, visit);
    }

    /// The terms within the budget of a word; not all of them if the search is cancelled.
    fn misspelt(&self, plan: &WordPlan, is_cancelled: &dyn Fn() -> bool) -> Arc<MisspeltTerms> {
        let cache = &self.cache.misspelt;
        if let Some(known) = cache.get(&plan.word) {
            return known;
        }
        let mut found = MisspeltTerms::default();
        let mut compared_until_check = TERMS_PER_CHECK;
        let are_all = self.for_each_candidate(plan, &mut |rank, term| {
            compared_until_check -= 1;
            if compared_until_check == 0 {
                compared_until_check = TERMS_PER_CHECK;
                if is_cancelled() {
                    return false;
                }
            }
            let fit = plan.word.fit(text_of(term), TokenKind::Word);
            if let Some(fit) = fit.filter(|fit| fit.misspelling > 0) {
                let cost = Cost::of(fit.misspelling, fit.fit);
                found.0.entry(cost).or_default().push(rank);
            }
            true
        });
        for ranks in found.0.values_mut() {
            ranks.sort_unstable();
            // A term may be found both as a spelling of the whole word and of a prefix.
            ranks.dedup();
            ranks.shrink_to_fit();
        }
        let found = Arc::new(found);
        if are_all {
            cache.keep(plan.word.clone(), Arc::clone(&found), found.bytes());
        }
        found
    }

    /// Visits the terms that have to be compared with a word. Returns `false` if `visit` stopped
    /// it.
    fn for_each_candidate(
        &self,
        plan: &WordPlan,
        visit: &mut dyn FnMut(u32, &[u8]) -> bool,
    ) -> bool {
        let ranks = match (&plan.spellings, &self.automaton) {
            (Some(spellings), Some(words)) => {
                if !words.for_each(spellings, &mut |rank| visit(rank, self.terms.get(rank))) {
                    return false;
                }
                match spellings.compared() {
                    Some(first) => self.terms.prefix(first.as_bytes()),
                    None => return true,
                }
            }
            _ => self.terms.whole_words(),
        };
        let mut terms = self.terms.iter(ranks);
        terms.all(|(rank, term)| !plan.word.may_fit(term) || visit(rank, term))
    }

    /// Visits words longer than a term that match, or whose beginning matches, with typos.
    fn long_with_typos(&self, word: &QueryWord, visit: VisitTerms<'_>) {
        let characters = word.as_str().chars().count();
        for (rank, term) in self.terms.iter(self.terms.prefix(&[FIRST_PIECE])) {
            let piece = text_of(term);
            if !word.may_fit(piece.as_bytes()) {
                continue;
            }
            let go_on = if piece.chars().count() <= characters + EDITS_MAX {
                visit((rank..rank + 1).into(), None)
            } else {
                let found = word.fit(piece, TokenKind::Word);
                found.is_none_or(|found| {
                    let cost = Cost::of(found.misspelling, found.fit);
                    visit((rank..rank + 1).into(), Some(cost))
                })
            };
            if !go_on {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::TextIndexBuilder;
    use super::*;
    use crate::search::matcher::{TokenPart, TypoBudget};

    /// An index with enough words for an automaton: variants of `keyboard`.
    fn index() -> TextIndex {
        let letters = ['a', 'e', 'k', 'o', 'r'];
        let mut builder = TextIndexBuilder::default();
        for (at, _) in "keyboard".char_indices() {
            for first in letters {
                for second in letters {
                    let mut word = String::from("keyboard");
                    word.replace_range(at..=at, &format!("{first}{second}"));
                    builder.add_key(&word);
                    builder.end_row();
                }
            }
        }
        builder.finish(&|| true).unwrap()
    }

    fn plan(text: &str, part: TokenPart) -> WordPlan {
        let budget = TypoBudget::of_word(text, TokenKind::Word);
        WordPlan::new(&QueryWord::new(text, TokenKind::Word, part, budget))
    }

    /// The terms found by comparing with every term.
    fn compared(index: &TextIndex, plan: &WordPlan) -> BTreeMap<Cost, Vec<u32>> {
        let mut found: BTreeMap<Cost, Vec<u32>> = BTreeMap::new();
        for (rank, term) in index.terms.iter(index.terms.whole_words()) {
            let fit = plan.word.fit(text_of(term), TokenKind::Word);
            if let Some(fit) = fit.filter(|fit| fit.misspelling > 0) {
                let cost = Cost::of(fit.misspelling, fit.fit);
                found.entry(cost).or_default().push(rank);
            }
        }
        found
    }

    #[test]
    fn all_matching_terms_are_found_and_cached() {
        let index = index();
        assert!(index.automaton.is_some());
        let words = ["keyb", "kebo", "eykbo", "keyboa", "leyboard", "keybaord"];
        for text in words {
            for part in [TokenPart::Whole, TokenPart::Beginning] {
                let plan = plan(text, part);
                let found = index.misspelt(&plan, &|| false);
                assert_eq!(found.0, compared(&index, &plan), "{text} {part:?}");
                assert!(Arc::ptr_eq(&found, &index.misspelt(&plan, &|| false)));
            }
        }
        assert!(words.iter().any(|text| {
            let found = compared(&index, &plan(text, TokenPart::Beginning));
            found.values().any(|ranks| ranks.len() > 1)
        }));
    }

    #[test]
    fn the_result_of_a_cancelled_search_is_not_cached() {
        let index = index();
        let plan = plan("keybaord", TokenPart::Beginning);
        let all = compared(&index, &plan);
        let cancelled = index.misspelt(&plan, &|| true);
        assert_ne!(cancelled.0, all);
        assert_eq!(index.misspelt(&plan, &|| false).0, all);
    }
}
