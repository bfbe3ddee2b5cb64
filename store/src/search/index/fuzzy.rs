//! Finding words within an edit distance: the intersection of an automaton of the words of a part
//! with a Levenshtein automaton.
//!
//! Only proposes candidates: the comparison of the matcher decides which of them fit, and how well.

use std::sync::LazyLock;

use fst::map::StreamBuilder;
use fst::{Automaton, IntoStreamer as _, Streamer as _};
use levenshtein_automata::{DFA, LevenshteinAutomatonBuilder};

use super::terms::{LATER_PIECE, Terms};
use crate::search::matcher::TypoBudget;

/// Parts with fewer terms have no automaton: comparing all terms costs a search less than building
/// the automaton costs a write.
const TERMS_MIN: u32 = if cfg!(test) { 150 } else { 16 * 1024 };
/// The number of terms between two checks for cancellation.
const TERMS_PER_CHECK: usize = 1024;

// Building these takes milliseconds.
static ONE_EDIT: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_EDITS: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// The terms of a part that a misspelt word may mean, mapped to their ranks.
pub(super) struct TermAutomaton(fst::Map<Vec<u8>>);

impl std::fmt::Debug for TermAutomaton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TermAutomaton").field(&self.0.len()).finish()
    }
}

/// Whether a word with one or two typos can mean a term. Misspelt words have no digits, so
/// each digit in what they match is an edit. With two digits no edit is left to make what is
/// matched shorter than the word, which has at least six letters then; with one it is at least
/// three letters long. That leaves out most numbers and identifiers.
pub(super) fn is_for_typos(term: &[u8]) -> bool {
    if term.first().is_none_or(|first| *first <= LATER_PIECE) {
        return false;
    }
    let Ok(text) = std::str::from_utf8(term) else {
        return false;
    };
    let numeric = |characters: usize| {
        text.chars()
            .take(characters)
            .filter(|character| character.is_numeric())
            .count()
    };
    numeric(6) <= 2 || numeric(3) <= 1
}

/// Automata for all spellings of a word within its budget, usable for every part.
pub(super) struct Spellings {
    first: String,
    patterns: Vec<Pattern>,
    is_compared: bool,
}

/// An automaton for some of the spellings.
struct Pattern {
    dfa: DFA,
    /// Whether it is for words with the same first letter, or for those with another.
    same_first: bool,
    /// Whether a spelling may be a prefix of a longer word.
    is_beginning: bool,
}

impl Spellings {
    /// `budget` allows at least one typo.
    pub(super) fn new(word: &str, budget: TypoBudget, is_beginning: bool) -> Self {
        // Not `build_prefix_dfa`: it does not find `johnson` for the prefix `johnn` of `johnnew`.
        let pattern = |edits: u8, same_first, is_beginning| Pattern {
            dfa: match edits {
                1 => ONE_EDIT.build_dfa(word),
                _ => TWO_EDITS.build_dfa(word),
            },
            same_first,
            is_beginning,
        };
        let (edits, of_whole) = (budget.edits(), budget.edits_of_whole());
        let mut patterns = Vec::new();
        // With three edits the automaton would be larger than the list of terms: all are compared.
        if edits <= 2 {
            patterns.push(pattern(edits, true, is_beginning));
            if of_whole > edits {
                patterns.push(pattern(of_whole, true, false));
            }
        }
        // A wrong first letter is the only typo, and allowed in a prefix only if the budget is two
        // or more. Words with the right first letter are covered above, or compared.
        patterns.push(pattern(1, false, is_beginning && edits > 1));
        Self {
            patterns,
            first: word.chars().take(1).collect(),
            is_compared: edits > 2,
        }
    }

    /// The prefix of the words that have to be compared without an automaton, if any.
    pub(super) fn compared(&self) -> Option<&str> {
        self.is_compared.then_some(&self.first)
    }
}

impl TermAutomaton {
    /// Builds the automaton of a part's terms. `None` if the part has too few, or once `go_on`,
    /// which is called regularly, returns `false`; then every look-up compares all terms.
    pub(super) fn of(terms: &Terms, go_on: &dyn Fn() -> bool) -> Option<Self> {
        if terms.len() < TERMS_MIN {
            return None;
        }
        let mut builder = fst::MapBuilder::memory();
        for (rank, term) in terms.reader().enumerate() {
            if rank % TERMS_PER_CHECK == 0 && !go_on() {
                return None;
            }
            if is_for_typos(term) {
                // Cannot fail: terms ascend, and writing to memory succeeds.
                builder.insert(term, rank as u64).ok()?;
            }
        }
        let mut bytes = builder.into_inner().ok()?;
        // The vector grew by doubling.
        bytes.shrink_to_fit();
        fst::Map::new(bytes).ok().map(Self)
    }

    /// Visits the ranks of terms that may be spellings, possibly several times each, until `visit`
    /// returns `false`. Returns whether it never did.
    pub(super) fn for_each(
        &self,
        spellings: &Spellings,
        visit: &mut dyn FnMut(u32) -> bool,
    ) -> bool {
        let first = spellings.first.as_bytes();
        let mut after = first.to_vec();
        if let Some(last) = after.last_mut() {
            *last = last.saturating_add(1);
        }
        for pattern in &spellings.patterns {
            let go_on = if pattern.same_first {
                self.between(pattern, first, Some(&after), visit)
            } else {
                self.between(pattern, &[], Some(first), visit)
                    && self.between(pattern, &after, None, visit)
            };
            if !go_on {
                return false;
            }
        }
        true
    }

    /// Visits the terms of a pattern in a range. Returns `false` if `visit` stopped it.
    fn between(
        &self,
        pattern: &Pattern,
        from: &[u8],
        until: Option<&[u8]>,
        visit: &mut dyn FnMut(u32) -> bool,
    ) -> bool {
        if pattern.is_beginning {
            let words = self.0.search(Automaton::starts_with(&pattern.dfa)).ge(from);
            visit_words(words, until, visit)
        } else {
            visit_words(self.0.search(&pattern.dfa).ge(from), until, visit)
        }
    }

    /// Memory used, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.0.as_fst().size()
    }
}

/// Returns `false` if `visit` stopped it.
fn visit_words<A: Automaton>(
    words: StreamBuilder<'_, A>,
    until: Option<&[u8]>,
    visit: &mut dyn FnMut(u32) -> bool,
) -> bool {
    let words = match until {
        Some(until) => words.lt(until),
        None => words,
    };
    let mut words = words.into_stream();
    while let Some((_, rank)) = words.next() {
        if !visit(rank as u32) {
            return false;
        }
    }
    true
}
