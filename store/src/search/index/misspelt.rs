//! The terms that a misspelt word may mean.
//!
//! To find and to compare them takes most of the time of such a search, and for each letter of a
//! query all of its words but the one being typed mean what they meant before: that is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::TextIndex;
use super::lookup::{TermsFound, WordPlan};
use super::terms::{FIRST_PIECE, text_of};
use crate::search::distance::EDITS_MAX;
use crate::search::matcher::{Cost, QueryWord};
use crate::search::tokenize::TokenKind;

/// The number of terms compared between two looks at whether the search was cancelled.
const TERMS_PER_CHECK: u32 = 64;

/// Ranks of terms by what their typos cost. Both ascend.
#[derive(Debug, Default)]
pub(super) struct Misspelt(BTreeMap<Cost, Vec<u32>>);

impl Misspelt {
    fn bytes(&self) -> usize {
        let ranks = self.0.values().map(|ranks| size_of_val(ranks.as_slice()));
        size_of_val(self) + ranks.sum::<usize>()
    }
}

impl TextIndex {
    /// Visits the terms that a word fits, or may fit, with typos.
    pub(super) fn with_typos(
        &self,
        plan: &WordPlan,
        is_stale: &dyn Fn() -> bool,
        visit: TermsFound<'_>,
    ) {
        for (cost, ranks) in &self.misspelt(plan, is_stale).0 {
            for rank in ranks {
                if !visit((*rank..*rank + 1).into(), Some(*cost)) {
                    return;
                }
            }
        }
        self.long_with_typos(&plan.word, visit);
    }

    /// The terms within the budget of a word; not all of them once the answer is stale.
    fn misspelt(&self, plan: &WordPlan, is_stale: &dyn Fn() -> bool) -> Arc<Misspelt> {
        let recent = &self.recent.misspelt;
        if let Some(known) = recent.get(&plan.word) {
            return known;
        }
        let mut found = Misspelt::default();
        let mut compared_until_check = TERMS_PER_CHECK;
        let are_all = self.for_each_candidate(plan, &mut |rank, term| {
            compared_until_check -= 1;
            if compared_until_check == 0 {
                compared_until_check = TERMS_PER_CHECK;
                if is_stale() {
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
            // A term may be met as a spelling of all of the word and of its beginning.
            ranks.dedup();
            ranks.shrink_to_fit();
        }
        let found = Arc::new(found);
        if are_all {
            recent.keep(plan.word.clone(), Arc::clone(&found), found.bytes());
        }
        found
    }

    /// Visits the terms that have to be compared with a word. `false`: broken off by `visit`.
    fn for_each_candidate(
        &self,
        plan: &WordPlan,
        visit: &mut dyn FnMut(u32, &[u8]) -> bool,
    ) -> bool {
        let ranks = match (&plan.spellings, &self.words) {
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

    /// Words longer than a term that start, with typos, as the word does.
    fn long_with_typos(&self, word: &QueryWord, visit: TermsFound<'_>) {
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
    use crate::search::matcher::{Part, TypoBudget};

    /// Enough different words for an automaton, those after `keyboard` by exchanged letters.
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

    fn plan(text: &str, part: Part) -> WordPlan {
        let budget = TypoBudget::of_word(text, TokenKind::Word);
        WordPlan::new(&QueryWord::new(text, TokenKind::Word, part, budget))
    }

    /// The ranks and costs that comparing with every term gives.
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
    fn what_a_word_means_is_found_once_and_is_all_that_fits() {
        let index = index();
        assert!(index.words.is_some());
        let words = ["keyb", "kebo", "eykbo", "keyboa", "leyboard", "keybaord"];
        for text in words {
            for part in [Part::Whole, Part::Beginning] {
                let plan = plan(text, part);
                let found = index.misspelt(&plan, &|| false);
                assert_eq!(found.0, compared(&index, &plan), "{text} {part:?}");
                assert!(Arc::ptr_eq(&found, &index.misspelt(&plan, &|| false)));
            }
        }
        assert!(words.iter().any(|text| {
            let found = compared(&index, &plan(text, Part::Beginning));
            found.values().any(|ranks| ranks.len() > 1)
        }));
    }

    #[test]
    fn what_was_broken_off_is_not_kept() {
        let index = index();
        let plan = plan("keybaord", Part::Beginning);
        let all = compared(&index, &plan);
        let broken_off = index.misspelt(&plan, &|| true);
        assert_ne!(broken_off.0, all);
        assert_eq!(index.misspelt(&plan, &|| false).0, all);
    }
}
