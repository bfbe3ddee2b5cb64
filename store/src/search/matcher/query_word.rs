//! Comparing one word of a query with one token of a text: equality, prefix, substring, typos.

use crate::search::distance::{Distances, EDITS_MAX, WORD_CHARACTERS_MAX};
use crate::search::misspelling::Weights;
use crate::search::tokenize::{TERM_BYTES_MAX, TokenKind};

/// The largest weight of two typos in a word of four or five letters: that of two likely ones.
const TWO_LIKELY_TYPOS: u32 = 4;
/// In shorter words with one typo the first letter must be right, or transposed with the second.
const WRONG_FIRST_LETTER_LEN_MIN: usize = 5;
/// What a misspelt prefix costs more than a misspelt word: most words are typed completely.
const BEGINNING: u32 = 2;
/// A token that continues the word by at most this many letters, such as its plural, is nearly the
/// word.
const NEARLY_MAX: usize = 2;
/// Shorter words are never nearly a token.
const NEARLY_LETTERS_MIN: usize = 3;

/// The part of a token that a word must equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) enum TokenPart {
    /// The whole token.
    Whole,
    /// A prefix, or the whole token.
    Beginning,
    /// A suffix, or the whole token.
    End,
    /// Any substring.
    Any,
}

/// How much of a token was matched, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::search) enum Fit {
    Whole,
    /// All but its last one or two letters.
    NearlyWhole,
    Beginning,
    Inside,
}

/// A match of a word with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct WordMatch {
    /// The weight of its typos; see [`misspelling`](crate::search::misspelling).
    pub(in crate::search) misspelling: u32,
    pub(in crate::search) fit: Fit,
    /// The bytes of the token that were matched.
    pub(in crate::search) start: usize,
    pub(in crate::search) end: usize,
}

/// A folded word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct QueryWord {
    text: String,
    kind: TokenKind,
    part: TokenPart,
    budget: TypoBudget,
    characters: Vec<char>,
}

/// The number of typos that a word may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::search) struct TypoBudget {
    /// At most [`EDITS_MAX`].
    edits: u8,
    /// Whether two likely typos are allowed instead of one.
    or_two_likely: bool,
}

impl TypoBudget {
    pub(in crate::search) const NONE: Self = Self::exactly(0);

    /// A number of typos that the query asks for; at most [`EDITS_MAX`].
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

    /// The default: none up to three letters, one (or two likely ones) up to five, two up to eight,
    /// then three. None in words with a digit, where a typo means another number, and none in
    /// scripts without spaces.
    ///
    /// Search engines usually allow two, the second from eight letters on. That misses one in
    /// fifteen real misspellings: short words with two typos (`hvea`, `bizzare`, `ghandi`) and long
    /// ones with three (`edinborough`, `resteraunt`). Such matches rank after all better ones.
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

    /// The typos allowed in a word whose first letter is right.
    pub(in crate::search) const fn edits(self) -> u8 {
        self.edits
    }

    /// The same if the whole token must match, not only a prefix of it.
    pub(in crate::search) const fn edits_of_whole(self) -> u8 {
        if self.or_two_likely { 2 } else { self.edits }
    }
}

impl QueryWord {
    pub(in crate::search) fn new(
        folded: &str,
        kind: TokenKind,
        part: TokenPart,
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

    pub(in crate::search) const fn part(&self) -> TokenPart {
        self.part
    }

    /// Whether the word may fit a token; rules out most tokens by their first two bytes. `token`
    /// may extend beyond the end of the token.
    #[inline]
    pub(in crate::search) fn may_fit(&self, token: &[u8]) -> bool {
        if self.kind == TokenKind::Spaceless || matches!(self.part, TokenPart::End | TokenPart::Any)
        {
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
        let lacks_first = token.get(1) == Some(&first);
        let has_extra_first = word.get(1) == Some(&found);
        if self.budget.edits == 1 && word.len() < WRONG_FIRST_LETTER_LEN_MIN {
            return lacks_first && has_extra_first;
        }
        lacks_first || has_extra_first || word.get(1) == token.get(1)
    }

    /// How the word fits a token; `None` if it does not.
    pub(in crate::search) fn fit(&self, token: &str, kind: TokenKind) -> Option<WordMatch> {
        if self.kind == TokenKind::Spaceless || kind == TokenKind::Spaceless {
            return self.fit_spaceless(token, kind);
        }
        let exact = match self.part {
            TokenPart::Whole => (self.text == token).then_some(0),
            TokenPart::Beginning => token.starts_with(&self.text).then_some(0),
            TokenPart::End => token
                .ends_with(&self.text)
                .then(|| token.len() - self.text.len()),
            TokenPart::Any => memchr::memmem::find(token.as_bytes(), self.text.as_bytes()),
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

    /// Whether the word is long enough for [`Fit::NearlyWhole`].
    pub(in crate::search) const fn may_be_nearly_whole(&self) -> bool {
        self.characters.len() >= NEARLY_LETTERS_MIN
    }

    /// The fit of a longer token that starts with the word.
    pub(in crate::search) fn fit_of_beginning(&self, token: &str) -> Fit {
        let more = token.get(self.text.len()..).unwrap_or_default();
        // Longer tokens are indexed in pieces, which do not show where the token ends.
        let is_nearly_all = token.len() <= TERM_BYTES_MAX
            && self.may_be_nearly_whole()
            && more.chars().nth(NEARLY_MAX).is_none();
        if is_nearly_all {
            Fit::NearlyWhole
        } else {
            Fit::Beginning
        }
    }

    /// Without spaces word boundaries are unknown, so a match anywhere in the run is exact.
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
        let is_prefix = self.part == TokenPart::Beginning;
        // Each edit changes the length by at most one character of four bytes.
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

/// The weight of the typos between word and token, if they are within the budget, and whether the
/// whole token matched or only a prefix.
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
    let is_beginning = of_beginning > 0 && distances.prefix() <= of_beginning;
    if !may_be_whole && !is_beginning {
        return None;
    }
    let weights = Weights::new(word, token);
    let is_whole =
        may_be_whole && (distances.whole() <= budget.edits || weights.whole() <= TWO_LIKELY_TYPOS);
    let whole = is_whole.then(|| (weights.whole(), Fit::Whole));
    let beginning = is_beginning.then(|| (weights.prefix() + BEGINNING, Fit::Beginning));
    whole.into_iter().chain(beginning).min()
}

/// The number of typos allowed between a word and a whole token. With a wrong first letter it is at
/// most one, and in words of four letters that must be a transposition with the second.
fn edits_of_whole<T: Copy + Eq>(word: &[T], token: &[T], budget: TypoBudget) -> u8 {
    let is_swapped = || word.first() == token.get(1) && word.get(1) == token.first();
    if word.first() == token.first() {
        budget.edits_of_whole()
    } else if budget.edits >= 2 || word.len() >= WRONG_FIRST_LETTER_LEN_MIN || is_swapped() {
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

    fn fit(word: &str, part: TokenPart, token: &str) -> Option<(u32, Fit)> {
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
        assert_eq!(
            fit("hofman", TokenPart::Whole, "hoffman"),
            Some((1, Fit::Whole))
        );
        assert_eq!(
            fit("hofmn", TokenPart::Whole, "hoffman"),
            Some((3, Fit::Whole))
        );
        assert_eq!(
            fit("hofmn", TokenPart::Whole, "hoffmon"),
            Some((3, Fit::Whole))
        );
        assert_eq!(fit("hfmns", TokenPart::Whole, "hoffman"), None);
        assert_eq!(
            fit("ghandi", TokenPart::Whole, "gandhi"),
            Some((6, Fit::Whole))
        );
        assert_eq!(fit("gahndi", TokenPart::Whole, "candid"), None);
        assert_eq!(
            fit("keybaord", TokenPart::Whole, "keyboards"),
            Some((4, Fit::Whole))
        );
        assert_eq!(fit("tom", TokenPart::Whole, "tim"), None);
        assert_eq!(
            fit("müler", TokenPart::Whole, "müller"),
            Some((1, Fit::Whole))
        );
        assert_eq!(fit("2001", TokenPart::Whole, "2000"), None);
    }

    #[test]
    fn short_words_may_have_two_typos_only_if_both_are_likely() {
        assert_eq!(fit("hvea", TokenPart::Whole, "have"), Some((4, Fit::Whole)));
        assert_eq!(
            fit("layed", TokenPart::Whole, "laid"),
            Some((4, Fit::Whole))
        );
        assert_eq!(
            fit("ocurr", TokenPart::Whole, "occur"),
            Some((2, Fit::Whole))
        );
        assert_eq!(fit("smith", TokenPart::Whole, "smoke"), None);
        assert_eq!(fit("hvea", TokenPart::Beginning, "haveno"), None);
        let one = TypoBudget::exactly(1);
        let asked_for = QueryWord::new("ocurr", TokenKind::Word, TokenPart::Whole, one);
        assert_eq!(asked_for.fit("occur", TokenKind::Word), None);
    }

    #[test]
    fn three_typos_need_a_long_word_with_the_right_first_letter() {
        assert_eq!(
            fit("edinborough", TokenPart::Whole, "edinburgh"),
            Some((6, Fit::Whole))
        );
        assert_eq!(fit("odinborough", TokenPart::Whole, "edinburgh"), None);
        assert_eq!(fit("obstical", TokenPart::Whole, "obstacle"), None);
    }

    #[test]
    fn a_wrong_first_letter_must_be_the_only_typo() {
        assert_eq!(fit("kohn", TokenPart::Whole, "john"), None);
        assert_eq!(fit("ojhn", TokenPart::Whole, "john"), Some((1, Fit::Whole)));
        assert_eq!(
            fit("young", TokenPart::Whole, "joung"),
            Some((3, Fit::Whole))
        );
        assert_eq!(fit("young", TokenPart::Beginning, "joungster"), None);
        assert_eq!(
            fit("koffman", TokenPart::Whole, "hoffman"),
            Some((3, Fit::Whole))
        );
        assert_eq!(
            fit("leyboard", TokenPart::Whole, "keyboard"),
            Some((3, Fit::Whole))
        );
        assert_eq!(
            fit("eyboards", TokenPart::Whole, "keyboards"),
            Some((3, Fit::Whole))
        );
        assert_eq!(
            fit("ekyboard", TokenPart::Whole, "keyboard"),
            Some((1, Fit::Whole))
        );
        assert_eq!(fit("leyboads", TokenPart::Whole, "keyboard"), None);
    }

    #[test]
    fn a_prefix_may_have_typos_too() {
        assert_eq!(
            fit("dustn", TokenPart::Beginning, "dustin"),
            Some((2, Fit::Whole))
        );
        assert_eq!(
            fit("intrnat", TokenPart::Beginning, "international"),
            Some((4, Fit::Beginning))
        );
        assert_eq!(fit("inter", TokenPart::Whole, "international"), None);
    }

    #[test]
    fn nearly_whole_words_are_distinguished_from_shorter_prefixes() {
        for (word, token, expected) in [
            ("addres", "address", Fit::NearlyWhole),
            ("addres", "addresse", Fit::NearlyWhole),
            ("addres", "addressed", Fit::Beginning),
            ("inter", "international", Fit::Beginning),
            ("in", "inn", Fit::Beginning),
            ("mül", "müll", Fit::NearlyWhole),
        ] {
            let found = fit(word, TokenPart::Beginning, token);
            assert_eq!(found, Some((0, expected)), "{word} {token}");
        }
    }

    #[test]
    fn a_suffix_is_distinguished_from_any_substring() {
        assert_eq!(fit("mith", TokenPart::Any, "smith"), Some((0, Fit::Inside)));
        assert_eq!(
            fit("smi", TokenPart::Any, "smith"),
            Some((0, Fit::NearlyWhole))
        );
        assert_eq!(fit("ith", TokenPart::End, "smith"), Some((0, Fit::Inside)));
        assert_eq!(fit("smi", TokenPart::End, "smith"), None);
    }

    #[test]
    fn a_word_of_a_spaceless_script_is_found_anywhere_in_a_run() {
        let word = QueryWord::new(
            "本語",
            TokenKind::Spaceless,
            TokenPart::Whole,
            TypoBudget::NONE,
        );
        let found = word.fit("日本語", TokenKind::Spaceless).unwrap();
        assert_eq!((found.start, found.end, found.fit), (3, 9, Fit::Whole));
        assert_eq!(word.fit("abc", TokenKind::Word), None);
    }
}
