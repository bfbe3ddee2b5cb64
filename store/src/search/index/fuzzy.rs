//! Words within an edit distance, found by walking the words of a part as an automaton together
//! with the automaton of all spellings.
//!
//! Only proposes: the matcher's own comparison decides which of them fit, and how well.

use std::sync::LazyLock;

use fst::map::StreamBuilder;
use fst::{Automaton, IntoStreamer as _, Streamer as _};
use levenshtein_automata::{DFA, LevenshteinAutomatonBuilder};

use super::terms::{LATER_PIECE, Terms};
use crate::search::matcher::TypoBudget;

/// Parts with fewer terms have no automaton: reading all of them costs a search less than building
/// it costs whoever writes.
const TERMS_MIN: u32 = if cfg!(test) { 150 } else { 16 * 1024 };
/// The number of terms between two looks at whether the work was cancelled.
const TERMS_PER_CHECK: usize = 1024;

/// Building these takes milliseconds, once.
static ONE_EDIT: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_EDITS: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// The terms of a part that a misspelt word may mean, with their ranks.
pub(super) struct Words(fst::Map<Vec<u8>>);

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Words").field(&self.0.len()).finish()
    }
}

/// Whether a word with one or two typos can mean a term. Misspelt words have no digits, so each
/// digit in what they match is an edit. With two digits no edit is left to make what is matched
/// shorter than the word, which has at least six letters then; with one it is at least three
/// letters long. That leaves out most numbers and identifiers.
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

/// All spellings of a word within its budget, ready to be looked for in every part.
pub(super) struct Spellings {
    first: String,
    patterns: Vec<Pattern>,
    is_compared: bool,
}

/// Some of the spellings.
struct Pattern {
    dfa: DFA,
    /// Of words that start with the same letter, or of those that start with another.
    same_first: bool,
    /// Whether words may go on behind a spelling.
    is_beginning: bool,
}

impl Spellings {
    /// `budget` is not none.
    pub(super) fn new(word: &str, budget: TypoBudget, is_beginning: bool) -> Self {
        // Not `build_prefix_dfa`: that takes `johnson` for no spelling of a beginning of `johnnew`,
        // which starts with `johnn`.
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
        // Three edits: the automaton of all spellings is larger than the words are many.
        if edits <= 2 {
            patterns.push(pattern(edits, true, is_beginning));
            if of_whole > edits {
                patterns.push(pattern(of_whole, true, false));
            }
        }
        // Another first letter is a typo, and takes a whole word or one more typo to be allowed.
        // Words with the same one are all among those above, or compared.
        patterns.push(pattern(1, false, is_beginning && edits > 1));
        Self {
            patterns,
            first: word.chars().take(1).collect(),
            is_compared: edits > 2,
        }
    }

    /// The beginning of the words that all have to be compared, if that is so.
    pub(super) fn compared(&self) -> Option<&str> {
        self.is_compared.then_some(&self.first)
    }
}

impl Words {
    /// The automaton of a part's terms. `None`: there is none, and every look-up reads the terms
    /// instead; also once `go_on`, which is asked now and then, says no.
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
                // Writing to memory fails only for terms that do not ascend.
                builder.insert(term, rank as u64).ok()?;
            }
        }
        let mut bytes = builder.into_inner().ok()?;
        // It grew by doubling.
        bytes.shrink_to_fit();
        fst::Map::new(bytes).ok().map(Self)
    }

    /// Visits the terms that may be spellings, each once or more often, until `visit` says `false`.
    /// `false`: so it did.
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

    /// The terms of a pattern from one on, up to another. `false`: broken off.
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

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        self.0.as_fst().size()
    }
}

/// `false`: broken off.
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
