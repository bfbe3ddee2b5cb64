//! One word of a query against one token of a text: equal, beginning, inside, or with typos.

use crate::search::distance::{
    EDITS_MAX, WORD_CHARACTERS_MAX, bounded_distance, bounded_prefix_distance,
};
use crate::search::tokenize::TokenKind;

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
    Beginning,
    Inside,
}

/// A word that fits a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct WordMatch {
    pub(in crate::search) typos: u8,
    pub(in crate::search) fit: Fit,
    /// Bytes of the token that were matched.
    pub(in crate::search) start: usize,
    pub(in crate::search) end: usize,
}

/// A folded word of a query.
#[derive(Clone, Debug)]
pub(in crate::search) struct QueryWord {
    text: String,
    kind: TokenKind,
    part: Part,
    budget: u8,
    characters: Vec<char>,
}

/// How many typos a word may have: none up to three letters, one up to five, two up to eight, then
/// three. None in what has a digit, where a typo is another number, and none in scripts without
/// spaces.
///
/// Web shops stop at two, and allow the second from eight letters on. That misses one in fifteen
/// real misspellings: short ones with two typos (`bizzare`, `wensday`, `ghandi`) and long ones with
/// three (`edinborough`, `resteraunt`). The order of hits keeps them behind all better ones.
pub(in crate::search) fn typo_budget(folded: &str, kind: TokenKind) -> u8 {
    if kind == TokenKind::Spaceless || folded.chars().any(char::is_numeric) {
        return 0;
    }
    match folded.chars().count() {
        0..=3 => 0,
        4..=5 => 1,
        6..=8 => 2,
        9..=WORD_CHARACTERS_MAX => 3,
        _ => 0,
    }
}

impl QueryWord {
    pub(in crate::search) fn new(folded: &str, kind: TokenKind, part: Part, budget: u8) -> Self {
        Self {
            text: folded.to_owned(),
            kind,
            part,
            budget: budget.min(EDITS_MAX as u8),
            characters: folded.chars().collect(),
        }
    }

    pub(in crate::search) fn as_str(&self) -> &str {
        &self.text
    }

    pub(in crate::search) const fn budget(&self) -> u8 {
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
        // Words with fewer than two typos keep their first letter.
        first == found
            || (self.budget >= 2
                && (word.len() == 1
                    || !first.is_ascii()
                    || !found.is_ascii()
                    || word.get(1) == Some(&found)
                    || token.get(1) == Some(&first)
                    || word.get(1) == token.get(1)))
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
            None if self.budget == 0 => None,
            None => self.fit_with_typos(token),
        }
    }

    fn exact_match(&self, token: &str, start: usize) -> WordMatch {
        let fit = if token.len() == self.text.len() {
            Fit::Whole
        } else if start == 0 {
            Fit::Beginning
        } else {
            Fit::Inside
        };
        WordMatch {
            typos: 0,
            fit,
            start,
            end: start + self.text.len(),
        }
    }

    /// Without spaces nobody knows where words end: standing anywhere in the run is exact.
    fn fit_spaceless(&self, token: &str, kind: TokenKind) -> Option<WordMatch> {
        if self.kind != kind {
            return None;
        }
        let start = token.find(&self.text)?;
        Some(WordMatch {
            typos: 0,
            fit: Fit::Whole,
            start,
            end: start + self.text.len(),
        })
    }

    /// More than one typo must keep the first letter. Where the first letter itself is wrong, that one typo
    /// counts as two, so that short words keep theirs.
    fn fit_with_typos(&self, token: &str) -> Option<WordMatch> {
        let is_prefix = self.part == Part::Beginning;
        // One character is at most four bytes: what differs more in length is too far away.
        let slack = usize::from(self.budget) * 4;
        let too_short = token.len() + slack < self.text.len();
        let too_long = !is_prefix && self.text.len() + slack < token.len();
        if too_short || too_long {
            return None;
        }
        let (typos, fit) = if self.text.is_ascii() && token.is_ascii() {
            edits(
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
            edits(&self.characters, &buffer[..len], self.budget, is_prefix)?
        };
        Some(WordMatch {
            typos,
            fit,
            start: 0,
            end: token.len(),
        })
    }
}

/// The typos between word and token, within the budget, and whether all of the token was needed.
fn edits<T: Copy + Eq>(word: &[T], token: &[T], budget: u8, is_prefix: bool) -> Option<(u8, Fit)> {
    let same_first = word.first() == token.first();
    let max = match (same_first, budget) {
        (true, budget) => usize::from(budget),
        (false, 2..) => 1,
        (false, _) => return None,
    };
    let whole = bounded_distance(word, token, max);
    let beginning = if is_prefix {
        bounded_prefix_distance(word, token, max)
    } else {
        None
    };
    let (distance, fit) = match (whole, beginning) {
        (Some(whole), Some(beginning)) if beginning < whole => (beginning, Fit::Beginning),
        (Some(whole), _) => (whole, Fit::Whole),
        (None, Some(beginning)) => (beginning, Fit::Beginning),
        (None, None) => return None,
    };
    let typos = if same_first { distance } else { 2 };
    Some((typos as u8, fit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(word: &str, part: Part, token: &str) -> Option<(u8, Fit)> {
        let budget = typo_budget(word, TokenKind::Word);
        QueryWord::new(word, TokenKind::Word, part, budget)
            .fit(token, TokenKind::Word)
            .map(|found| (found.typos, found.fit))
    }

    #[test]
    fn the_budget_depends_on_length_and_digits() {
        for (word, budget) in [
            ("tom", 0),
            ("john", 1),
            ("young", 1),
            ("ghandi", 2),
            ("keyboard", 2),
            ("authecation", 3),
            ("ab12", 0),
            ("über", 1),
        ] {
            assert_eq!(typo_budget(word, TokenKind::Word), budget, "{word}");
        }
        assert_eq!(typo_budget("日本語日本語日本語", TokenKind::Spaceless), 0);
    }

    #[test]
    fn typos_within_the_budget_are_counted() {
        assert_eq!(fit("hofman", Part::Whole, "hoffman"), Some((1, Fit::Whole)));
        assert_eq!(fit("hofmn", Part::Whole, "hoffman"), None);
        assert_eq!(fit("ghandi", Part::Whole, "gandhi"), Some((2, Fit::Whole)));
        assert_eq!(fit("gahndi", Part::Whole, "candid"), None);
        assert_eq!(
            fit("keybaord", Part::Whole, "keyboards"),
            Some((2, Fit::Whole))
        );
        assert_eq!(fit("tom", Part::Whole, "tim"), None);
        assert_eq!(fit("müler", Part::Whole, "müller"), Some((1, Fit::Whole)));
        assert_eq!(fit("2001", Part::Whole, "2000"), None);
    }

    #[test]
    fn three_typos_need_a_long_word_and_its_first_letter() {
        assert_eq!(
            fit("edinborough", Part::Whole, "edinburgh"),
            Some((3, Fit::Whole))
        );
        assert_eq!(fit("odinborough", Part::Whole, "edinburgh"), None);
        assert_eq!(fit("obstical", Part::Whole, "obstacle"), None);
    }

    #[test]
    fn a_wrong_first_letter_counts_as_two_typos() {
        assert_eq!(fit("young", Part::Whole, "joung"), None);
        assert_eq!(
            fit("koffman", Part::Whole, "hoffman"),
            Some((2, Fit::Whole))
        );
        assert_eq!(
            fit("leyboard", Part::Whole, "keyboard"),
            Some((2, Fit::Whole))
        );
        assert_eq!(
            fit("eyboards", Part::Whole, "keyboards"),
            Some((2, Fit::Whole))
        );
        assert_eq!(
            fit("ekyboard", Part::Whole, "keyboard"),
            Some((2, Fit::Whole))
        );
        assert_eq!(fit("leyboads", Part::Whole, "keyboard"), None);
    }

    #[test]
    fn a_beginning_may_have_typos_too() {
        assert_eq!(
            fit("dustn", Part::Beginning, "dustin"),
            Some((1, Fit::Whole))
        );
        assert_eq!(
            fit("intrnat", Part::Beginning, "international"),
            Some((1, Fit::Beginning))
        );
        assert_eq!(
            fit("inter", Part::Beginning, "international"),
            Some((0, Fit::Beginning))
        );
        assert_eq!(fit("inter", Part::Whole, "international"), None);
    }

    #[test]
    fn inside_and_end_are_told_apart() {
        assert_eq!(fit("mith", Part::Any, "smith"), Some((0, Fit::Inside)));
        assert_eq!(fit("smi", Part::Any, "smith"), Some((0, Fit::Beginning)));
        assert_eq!(fit("ith", Part::End, "smith"), Some((0, Fit::Inside)));
        assert_eq!(fit("smi", Part::End, "smith"), None);
    }

    #[test]
    fn a_run_without_spaces_is_found_anywhere() {
        let word = QueryWord::new("本語", TokenKind::Spaceless, Part::Whole, 0);
        let found = word.fit("日本語", TokenKind::Spaceless).unwrap();
        assert_eq!((found.start, found.end, found.fit), (3, 9, Fit::Whole));
        assert_eq!(word.fit("abc", TokenKind::Word), None);
    }
}
