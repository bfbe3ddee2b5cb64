//! Finds texts by a few of their letters, in order but not necessarily adjacent, as fzf does.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Typed letters, to be compared with one text after another. Capitals match only capitals, letters
/// with accents only these.
pub(crate) struct Letters {
    typed: Atom,
    matcher: Matcher,
    characters: Vec<char>,
    positions: Vec<u32>,
}

impl Letters {
    pub(crate) fn new(typed: &str) -> Self {
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        Self {
            typed: Atom::new(
                typed,
                CaseMatching::Smart,
                Normalization::Smart,
                AtomKind::Fuzzy,
                false,
            ),
            matcher: Matcher::new(config),
            characters: Vec::new(),
            positions: Vec::new(),
        }
    }

    /// How well a text matches, more is better; `None` if it lacks a letter.
    pub(crate) fn score(&mut self, text: &str) -> Option<u16> {
        let text = Utf32Str::new(text, &mut self.characters);
        self.typed.score(text, &mut self.matcher)
    }

    /// The characters of a text that match, counted from 0, ascending, and how well it matches;
    /// `None` if it lacks a letter.
    pub(crate) fn positions(&mut self, text: &str) -> Option<(Vec<usize>, u16)> {
        self.positions.clear();
        let text = Utf32Str::new(text, &mut self.characters);
        let (matcher, positions) = (&mut self.matcher, &mut self.positions);
        let score = self.typed.indices(text, matcher, positions)?;
        let mut positions: Vec<usize> = positions.iter().map(|at| *at as usize).collect();
        positions.sort_unstable();
        positions.dedup();
        Some((positions, score))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_order_and_by_character() {
        let positions = |typed: &str, text: &str| {
            let found = Letters::new(typed).positions(text);
            found.map(|(positions, _)| positions)
        };
        assert_eq!(positions("ftt", "film:tootsie"), Some(vec![0, 5, 8]));
        assert_eq!(positions("ttf", "film:tootsie"), None);
        assert_eq!(positions("rs", "größe:rest"), Some(vec![6, 8]));
        assert_eq!(positions("größe", "größe"), Some(vec![0, 1, 2, 3, 4]));
        assert_eq!(positions("grosse", "GRÖSSE"), Some(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(positions("GR", "größe"), None);
    }

    #[test]
    fn beginnings_and_adjacent_letters_come_first() {
        let score = |typed: &str, text: &str| Letters::new(typed).score(text).unwrap();
        assert!(score("to", "tootsie") > score("to", "film:tootsie"));
        assert!(score("toot", "film:tootsie") > score("toot", "t-o-o-t"));
        assert!(score("rm", "rain-man") > score("rm", "armour"));
    }
}
