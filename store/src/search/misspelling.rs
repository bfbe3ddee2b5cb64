//! A weighted edit distance: how far a misspelt word is from the intended one, where likely typos
//! weigh less.
//!
//! Transposed letters and letters wrongly doubled or not doubled are the most frequent typos, then
//! vowels, then consonants that sound alike. That is why `accussed` means `accused` rather than
//! `accessed`, which is also one typo away. The weights were chosen on public lists of misspellings
//! (Wikipedia's, Aspell's, codespell's): compared with counting typos, they rank the intended word
//! first in 2 to 5 percent more cases.

use super::distance::{EDITS_MAX, WORD_CHARACTERS_MAX};

/// Two adjacent letters transposed; a letter wrongly doubled or not doubled.
const SLIGHT: u8 = 1;
/// A wrong, missing or extra vowel; a consonant replaced by one that sounds alike.
const LIKELY: u8 = 2;
/// Any other wrong, missing or extra letter.
const UNLIKELY: u8 = 3;
/// The largest weight of one typo.
pub(crate) const TYPO: u32 = UNLIKELY as u32;

/// Groups of letters that are often confused: vowels, and consonants that sound alike.
const ALIKE: [&[u8]; 6] = [VOWELS, b"ckqsxz", b"dt", b"bpvfw", b"mn", b"gj"];
const VOWELS: &[u8] = b"aeiouy";
const VOWEL: u8 = 1;

/// For each ASCII character the number of its group, from 1 on; 0 for none. No letter belongs to
/// two groups.
const GROUPS: [u8; 128] = {
    let mut groups = [0; 128];
    let mut group = 0;
    while group < ALIKE.len() {
        let mut index = 0;
        while index < ALIKE[group].len() {
            groups[ALIKE[group][index] as usize] = group as u8 + 1;
            index += 1;
        }
        group += 1;
    }
    groups
};

/// One row of the distance table. A byte is enough: no weight exceeds that of replacing all letters
/// of the longer word.
type Row = [u8; WORD_CHARACTERS_MAX + EDITS_MAX + 1];

/// The least weights of the typos between a word and a text, and between it and the prefixes of
/// that text.
pub(crate) struct Weights {
    of_prefixes: Row,
    text_len: usize,
}

impl Weights {
    /// Compares a word of at most [`WORD_CHARACTERS_MAX`] characters with a text. Only the first
    /// [`EDITS_MAX`] characters beyond the length of the word are considered.
    pub(crate) fn new<T: Copy + Eq + Into<char>>(word: &[T], text: &[T]) -> Self {
        let word = &word[..word.len().min(WORD_CHARACTERS_MAX)];
        let text_len = text.len().min(word.len() + EDITS_MAX);
        Self {
            of_prefixes: last_row(word, &text[..text_len]),
            text_len,
        }
    }

    /// The weight against the whole text.
    pub(crate) const fn whole(&self) -> u32 {
        self.of_prefixes[self.text_len] as u32
    }

    /// The weight against the prefix for which it is least.
    pub(crate) fn prefix(&self) -> u32 {
        let ends = self.of_prefixes.iter().take(self.text_len + 1);
        ends.min().map_or(u32::MAX, |weight| u32::from(*weight))
    }
}

/// The weights of the whole word against each prefix of the text. Like [`super::distance`], but
/// unbounded, because one unlikely typo can weigh more than two likely ones.
fn last_row<T: Copy + Eq + Into<char>>(word: &[T], text: &[T]) -> Row {
    const EMPTY: Row = [0; WORD_CHARACTERS_MAX + EDITS_MAX + 1];
    let (mut gaps, mut groups) = (EMPTY, EMPTY);
    let (mut two_above, mut above, mut row) = (EMPTY, EMPTY, EMPTY);
    for column in 1..=text.len() {
        gaps[column] = gap(text, column - 1);
        groups[column] = group(text[column - 1]);
        above[column] = above[column - 1] + gaps[column];
    }
    for row_index in 1..=word.len() {
        let letter = word[row_index - 1];
        let (gap_in_word, group_in_word) = (gap(word, row_index - 1), group(letter));
        row[0] = above[0] + gap_in_word;
        for column in 1..=text.len() {
            let substituted = match text[column - 1] {
                other if other == letter => 0,
                _ if group_in_word > 0 && group_in_word == groups[column] => LIKELY,
                _ => UNLIKELY,
            };
            let mut least = (above[column - 1] + substituted)
                .min(above[column] + gap_in_word)
                .min(row[column - 1] + gaps[column]);
            let is_swapped = row_index > 1
                && column > 1
                && letter == text[column - 2]
                && word[row_index - 2] == text[column - 1];
            if is_swapped {
                least = least.min(two_above[column - 2] + SLIGHT);
            }
            row[column] = least;
        }
        (two_above, above, row) = (above, row, two_above);
    }
    above
}

/// The weight of a letter that only one of the two words has.
fn gap<T: Copy + Eq + Into<char>>(letters: &[T], index: usize) -> u8 {
    let letter = letters[index];
    if index > 0 && letters[index - 1] == letter {
        SLIGHT
    } else if group(letter) == VOWEL {
        LIKELY
    } else {
        UNLIKELY
    }
}

/// The group of [`ALIKE`] that a letter belongs to, 0 for none.
fn group<T: Into<char>>(letter: T) -> u8 {
    GROUPS.get(letter.into() as usize).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::distance::Distances;

    fn of(word: &str, text: &str) -> u32 {
        Weights::new(word.as_bytes(), text.as_bytes()).whole()
    }

    #[test]
    fn likely_typos_weigh_less() {
        for (word, text, expected) in [
            ("keyboard", "keyboard", 0),
            ("keybaord", "keyboard", 1),
            ("hofman", "hoffman", 1),
            ("accussed", "accused", 1),
            ("adres", "address", 2),
            ("seperate", "separate", 2),
            ("lisense", "license", 2),
            ("accussed", "accessed", 2),
            ("kerboard", "keyboard", 3),
            ("wirless", "wireless", 2),
            ("reccomend", "recommend", 2),
        ] {
            assert_eq!(of(word, text), expected, "{word} {text}");
        }
    }

    #[test]
    fn a_prefix_may_end_anywhere() {
        let prefix =
            |word: &str, text: &str| Weights::new(word.as_bytes(), text.as_bytes()).prefix();
        assert_eq!(prefix("hofm", "hoffmann"), 1);
        assert_eq!(prefix("intrnat", "internationalisation"), 2);
        assert_eq!(prefix("hofm", "ho"), 6);
    }

    proptest! {
        #[test]
        fn a_weight_is_between_one_and_three_per_typo(
            word in "[a-e]{1,7}", text in "[a-e]{1,7}",
        ) {
            let distances = Distances::bounded(word.as_bytes(), text.as_bytes(), EDITS_MAX);
            let typos = distances.map_or(u8::MAX, |distances| distances.whole());
            if usize::from(typos) <= EDITS_MAX {
                let weight = of(&word, &text);
                prop_assert_eq!(weight, of(&text, &word));
                prop_assert_eq!(weight == 0, word == text);
                prop_assert!(weight <= TYPO * u32::from(typos));
                prop_assert!(weight >= u32::from(typos));
            }
        }
    }
}
