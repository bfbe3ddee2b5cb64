//! One word of a query against one token of a text: equal, beginning, inside, or with typos.

use crate::search::distance::{Distances, EDITS_MAX, WORD_CHARACTERS_MAX};
use crate::search::misspelling::Weights;
use crate::search::tokenize::{TERM_BYTES_MAX, TokenKind};

/// The most that a word of four or five letters with two typos may weigh: two likely ones.
const TWO_LIKELY_TYPOS: u32 = 4;
/// Shorter words with one typo keep their first letter, unless it changed places with the second.
const LETTERS_TO_LOSE_THE_FIRST: usize = 5;
/// What a misspelt beginning weighs more than a misspelt word: most words are typed to their end.
const BEGINNING: u32 = 2;
/// A word that is longer by no more than this number of letters is nearly what was typed, as its
/// plural is.
const NEARLY_MAX: usize = 2;
/// Shorter beginnings are nearly nothing.
const NEARLY_LETTERS_MIN: usize = 3;

/// Which part of a token a word must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) enum Part {
    /// All of it.
    Whole,
    /// Its beginning, or all of it.
    Beginning,
    /// Its end, or all of it.
    End,
    /// Any part of it.
    Any,
}

/// How much of the token was matched, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::search) enum Fit {
    Whole,
    /// All but its last one or two letters.
    NearlyWhole,
    Beginning,
    Inside,
}

/// A word that fits a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct WordMatch {
    /// How much its typos weigh: see [`misspelling`](crate::search::misspelling).
    pub(in crate::search) misspelling: u32,
    pub(in crate::search) fit: Fit,
    /// Bytes of the token that were matched.
    pub(in crate::search) start: usize,
    pub(in crate::search) end: usize,
}

/// A folded word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct QueryWord {
    text: String,
    kind: TokenKind,
    part: Part,
    budget: TypoBudget,
    characters: Vec<char>,
}

/// How many typos a word may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::search) struct TypoBudget {
    /// At most [`EDITS_MAX`].
    edits: u8,
    /// Whether two likely typos are as good as the one that the word may have.
    or_two_likely: bool,
}

impl TypoBudget {
    pub(in crate::search) const NONE: Self = Self::exactly(0);

    /// What somebody asked for.
    pub(in crate::search) const fn exactly(edits: u8) -> Self {
        Self {
            edits: if edits > EDITS_MAX as u8 {
                EDITS_MAX as u8
            } else {
                edits
            },
            or_two_likely: false,
        }
    }

    /// None up to three letters, one up to five (or two likely ones), two up to eight, then three.
    /// None in what has a digit, where a typo is another number, and none in scripts without
    /// spaces.
    ///
    /// Web shops stop at two, and allow the second from eight letters on. That misses one in
    /// fifteen real misspellings: short ones with two typos (`hvea`, `bizzare`, `ghandi`) and long
    /// ones with three (`edinborough`, `resteraunt`). The order of hits keeps them behind all
    /// better ones.
    pub(in crate::search) fn of_word(folded: &str, kind: TokenKind) -> Self {
        if kind == TokenKind::Spaceless || folded.chars().any(char::is_numeric) {
            return Self::NONE;
        }
        let edits = match folded.chars().count() {
            0..=3 => 0,
            4..=5 => 1,
            6..=8 => 2,
            9..=WORD_CHARACTERS_MAX => 3,
            _ => 0,
        };
        Self {
            edits,
            or_two_likely: edits == 1,
        }
    }

    pub(in crate::search) const fn is_none(self) -> bool {
        self.edits == 0
    }

    /// Typos of a word that keeps its first letter.
    pub(in crate::search) const fn edits(self) -> u8 {
        self.edits
    }

    /// The same where words do not go on behind what was typed.
    pub(in crate::search) const fn edits_of_whole(self) -> u8 {
        if self.or_two_likely { 2 } else { self.edits }
    }
}

impl QueryWord {
    pub(in crate::search) fn new(
        folded: &str,
        kind: TokenKind,
        part: Part,
        budget: TypoBudget,
    ) -> Self {
        Self {
            text: folded.to_owned(),
            kind,
            part,
            budget,
            characters: folded.chars().collect(),
        }
    }

    pub(in crate::search) fn as_str(&self) -> &str {
        &self.text
    }

    pub(in crate::search) const fn budget(&self) -> TypoBudget {
        self.budget
    }

    pub(in crate::search) const fn kind(&self) -> TokenKind {
        self.kind
    }

    pub(in crate::search) const fn part(&self) -> Part {
        self.part
    }

    /// Clears most tokens by their first two bytes. `token` may run on behind the token.
    #[inline]
    pub(in crate::search) fn may_fit(&self, token: &[u8]) -> bool {
        if self.kind == TokenKind::Spaceless || matches!(self.part, Part::End | Part::Any) {
            return true;
        }
        let word = self.text.as_bytes();
        let (Some(&first), Some(&found)) = (word.first(), token.first()) else {
            return false;
        };
        if first == found {
            return true;
        }
        if self.budget.is_none() || word.len() == 1 || !first.is_ascii() || !found.is_ascii() {
            return !self.budget.is_none();
        }
        let is_left_out = token.get(1) == Some(&first);
        let is_too_many = word.get(1) == Some(&found);
        if self.budget.edits == 1 && word.len() < LETTERS_TO_LOSE_THE_FIRST {
            return is_left_out && is_too_many;
        }
        is_left_out || is_too_many || word.get(1) == token.get(1)
    }

    /// Whether and how the word fits a token.
    pub(in crate::search) fn fit(&self, token: &str, kind: TokenKind) -> Option<WordMatch> {
        if self.kind == TokenKind::Spaceless || kind == TokenKind::Spaceless {
            return self.fit_spaceless(token, kind);
        }
        let exact = match self.part {
            Part::Whole => (self.text == token).then_some(0),
            Part::Beginning => token.starts_with(&self.text).then_some(0),
            Part::End => token
                .ends_with(&self.text)
                .then(|| token.len() - self.text.len()),
            Part::Any => memchr::memmem::find(token.as_bytes(), self.text.as_bytes()),
        };
        match exact {
            Some(start) => Some(self.exact_match(token, start)),
            None if self.budget.is_none() => None,
            None => self.fit_with_typos(token),
        }
    }

    fn exact_match(&self, token: &str, start: usize) -> WordMatch {
        let fit = if token.len() == self.text.len() {
            Fit::Whole
        } else if start == 0 {
            self.fit_of_beginning(token)
        } else {
            Fit::Inside
        };
        WordMatch {
            misspelling: 0,
            fit,
            start,
            end: start + self.text.len(),
        }
    }

    /// Whether longer tokens are told apart by how much longer they are.
    pub(in crate::search) const fn tells_nearly_whole(&self) -> bool {
        self.characters.len() >= NEARLY_LETTERS_MIN
    }

    /// How much of a longer token it is that starts with the word.
    pub(in crate::search) fn fit_of_beginning(&self, token: &str) -> Fit {
        let more = token.get(self.text.len()..).unwrap_or_default();
        // Of longer tokens the index knows pieces.
        let is_nearly_all = token.len() <= TERM_BYTES_MAX
            && self.tells_nearly_whole()
            && more.chars().nth(NEARLY_MAX).is_none();
        if is_nearly_all {
            Fit::NearlyWhole
        } else {
            Fit::Beginning
        }
    }

    /// Without spaces nobody knows where words end: standing anywhere in the run is exact.
    fn fit_spaceless(&self, token: &str, kind: TokenKind) -> Option<WordMatch> {
        if self.kind != kind {
            return None;
        }
        let start = token.find(&self.text)?;
        Some(WordMatch {
            misspelling: 0,
            fit: Fit::Whole,
            start,
            end: start + self.text.len(),
        })
    }

    fn fit_with_typos(&self, token: &str) -> Option<WordMatch> {
        let is_prefix = self.part == Part::Beginning;
        // One character is at most four bytes: what differs more in length is too far away.
        let slack = usize::from(self.budget.edits_of_whole()) * 4;
        let too_short = token.len() + slack < self.text.len();
        let too_long = !is_prefix && self.text.len() + slack < token.len();
        if too_short || too_long {
            return None;
        }
        let (misspelling, fit) = if self.text.is_ascii() && token.is_ascii() {
            misspelt(
                self.text.as_bytes(),
                token.as_bytes(),
                self.budget,
                is_prefix,
            )?
        } else {
            let mut buffer = ['\0'; WORD_CHARACTERS_MAX + EDITS_MAX + 1];
            let mut len = 0;
            for (cell, character) in buffer.iter_mut().zip(token.chars()) {
                *cell = character;
                len += 1;
            }
            misspelt(&self.characters, &buffer[..len], self.budget, is_prefix)?
        };
        Some(WordMatch {
            misspelling,
            fit,
            start: 0,
            end: token.len(),
        })
    }
}

/// What the typos between word and token weigh, within the budget, and whether all of the token
/// was needed.
fn misspelt<T: Copy + Eq + Into<char>>(
    word: &[T],
    token: &[T],
    budget: TypoBudget,
    is_prefix: bool,
) -> Option<(u32, Fit)> {
    let of_whole = edits_of_whole(word, token, budget);
    let of_beginning = if is_prefix {
        edits_of_beginning(word, token, budget)
    } else {
        0
    };
    let most = of_whole.max(of_beginning);
    if most == 0 {
        return None;
    }
    let distances = Distances::bounded(word, token, most.into())?;
    let may_be_whole = distances.whole() <= of_whole;
    let is_beginning = of_beginning > 0 && distances.beginning() <= of_beginning;
    if !may_be_whole && !is_beginning {
        return None;
    }
    let weights = Weights::new(word, token);
    let is_whole =
        may_be_whole && (distances.whole() <= budget.edits || weights.whole() <= TWO_LIKELY_TYPOS);
    let whole = is_whole.then(|| (weights.whole(), Fit::Whole));
    let beginning = is_beginning.then(|| (weights.beginning() + BEGINNING, Fit::Beginning));
    whole.into_iter().chain(beginning).min()
}

/// More than one typo must keep the first letter, and words of four letters keep theirs unless it
/// changed places with the second.
fn edits_of_whole<T: Copy + Eq>(word: &[T], token: &[T], budget: TypoBudget) -> u8 {
    let is_swapped = || word.first() == token.get(1) && word.get(1) == token.first();
    if word.first() == token.first() {
        budget.edits_of_whole()
    } else if budget.edits >= 2 || word.len() >= LETTERS_TO_LOSE_THE_FIRST || is_swapped() {
        budget.edits.min(1)
    } else {
        0
    }
}

fn edits_of_beginning<T: Copy + Eq>(word: &[T], token: &[T], budget: TypoBudget) -> u8 {
    match (word.first() == token.first(), budget.edits) {
        (true, edits) => edits,
        (false, 2..) => 1,
        (false, _) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(word: &str, part: Part, token: &str) -> Option<(u32, Fit)> {
        let budget = TypoBudget::of_word(word, TokenKind::Word);
        QueryWord::new(word, TokenKind::Word, part, budget)
            .fit(token, TokenKind::Word)
            .map(|found| (found.misspelling, found.fit))
    }

    #[test]
    fn the_budget_depends_on_length_and_digits() {
        for (word, edits, of_whole) in [
            ("tom", 0, 0),
            ("john", 1, 2),
            ("young", 1, 2),
            ("ghandi", 2, 2),
            ("keyboard", 2, 2),
            ("authecation", 3, 3),
            ("ab12", 0, 0),
            ("über", 1, 2),
        ] {
            let budget = TypoBudget::of_word(word, TokenKind::Word);
            assert_eq!(
                (budget.edits(), budget.edits_of_whole()),
                (edits, of_whole),
                "{word}"
            );
        }
        let spaceless = TypoBudget::of_word("日本語日本語日本語", TokenKind::Spaceless);
        assert!(spaceless.is_none());
    }

    #[test]
    fn typos_within_the_budget_are_weighed() {
        assert_eq!(fit("hofman", Part::Whole, "hoffman"), Some((1, Fit::Whole)));
        assert_eq!(fit("hofmn", Part::Whole, "hoffman"), Some((3, Fit::Whole)));
        assert_eq!(fit("hofmn", Part::Whole, "hoffmon"), Some((3, Fit::Whole)));
        assert_eq!(fit("hfmns", Part::Whole, "hoffman"), None);
        assert_eq!(fit("ghandi", Part::Whole, "gandhi"), Some((6, Fit::Whole)));
        assert_eq!(fit("gahndi", Part::Whole, "candid"), None);
        assert_eq!(
            fit("keybaord", Part::Whole, "keyboards"),
            Some((4, Fit::Whole))
        );
        assert_eq!(fit("tom", Part::Whole, "tim"), None);
        assert_eq!(fit("müler", Part::Whole, "müller"), Some((1, Fit::Whole)));
        assert_eq!(fit("2001", Part::Whole, "2000"), None);
    }

    #[test]
    fn short_words_may_have_two_likely_typos_but_not_two_others() {
        assert_eq!(fit("hvea", Part::Whole, "have"), Some((4, Fit::Whole)));
        assert_eq!(fit("layed", Part::Whole, "laid"), Some((4, Fit::Whole)));
        assert_eq!(fit("ocurr", Part::Whole, "occur"), Some((2, Fit::Whole)));
        assert_eq!(fit("smith", Part::Whole, "smoke"), None);
        assert_eq!(fit("hvea", Part::Beginning, "haveno"), None);
        let one = TypoBudget::exactly(1);
        let asked_for = QueryWord::new("ocurr", TokenKind::Word, Part::Whole, one);
        assert_eq!(asked_for.fit("occur", TokenKind::Word), None);
    }

    #[test]
    fn three_typos_need_a_long_word_and_its_first_letter() {
        assert_eq!(
            fit("edinborough", Part::Whole, "edinburgh"),
            Some((6, Fit::Whole))
        );
        assert_eq!(fit("odinborough", Part::Whole, "edinburgh"), None);
        assert_eq!(fit("obstical", Part::Whole, "obstacle"), None);
    }

    #[test]
    fn a_wrong_first_letter_is_the_only_typo() {
        assert_eq!(fit("kohn", Part::Whole, "john"), None);
        assert_eq!(fit("ojhn", Part::Whole, "john"), Some((1, Fit::Whole)));
        assert_eq!(fit("young", Part::Whole, "joung"), Some((3, Fit::Whole)));
        assert_eq!(fit("young", Part::Beginning, "joungster"), None);
        assert_eq!(
            fit("koffman", Part::Whole, "hoffman"),
            Some((3, Fit::Whole))
        );
        assert_eq!(
            fit("leyboard", Part::Whole, "keyboard"),
            Some((3, Fit::Whole))
        );
        assert_eq!(
            fit("eyboards", Part::Whole, "keyboards"),
            Some((3, Fit::Whole))
        );
        assert_eq!(
            fit("ekyboard", Part::Whole, "keyboard"),
            Some((1, Fit::Whole))
        );
        assert_eq!(fit("leyboads", Part::Whole, "keyboard"), None);
    }

    #[test]
    fn a_beginning_may_have_typos_too() {
        assert_eq!(
            fit("dustn", Part::Beginning, "dustin"),
            Some((2, Fit::Whole))
        );
        assert_eq!(
            fit("intrnat", Part::Beginning, "international"),
            Some((4, Fit::Beginning))
        );
        assert_eq!(fit("inter", Part::Whole, "international"), None);
    }

    #[test]
    fn what_is_nearly_typed_is_told_from_what_is_only_begun() {
        for (word, token, expected) in [
            ("addres", "address", Fit::NearlyWhole),
            ("addres", "addresse", Fit::NearlyWhole),
            ("addres", "addressed", Fit::Beginning),
            ("inter", "international", Fit::Beginning),
            ("in", "inn", Fit::Beginning),
            ("mül", "müll", Fit::NearlyWhole),
        ] {
            let found = fit(word, Part::Beginning, token);
            assert_eq!(found, Some((0, expected)), "{word} {token}");
        }
    }

    #[test]
    fn inside_and_end_are_told_apart() {
        assert_eq!(fit("mith", Part::Any, "smith"), Some((0, Fit::Inside)));
        assert_eq!(fit("smi", Part::Any, "smith"), Some((0, Fit::NearlyWhole)));
        assert_eq!(fit("ith", Part::End, "smith"), Some((0, Fit::Inside)));
        assert_eq!(fit("smi", Part::End, "smith"), None);
    }

    #[test]
    fn a_run_without_spaces_is_found_anywhere() {
        let word = QueryWord::new("本語", TokenKind::Spaceless, Part::Whole, TypoBudget::NONE);
        let found = word.fit("日本語", TokenKind::Spaceless).unwrap();
        assert_eq!((found.start, found.end, found.fit), (3, 9, Fit::Whole));
        assert_eq!(word.fit("abc", TokenKind::Word), None);
    }
}
