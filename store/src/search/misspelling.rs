//! How far a misspelt word is from the one that was meant: not how many typos, but how likely ones.
//!
//! Two letters that change places and a letter doubled or not are what people get wrong most, then
//! vowels, then consonants that sound alike; that is why `accused` is what `accussed` means, rather
//! than `accessed`, which is one typo away too. Found on the lists of misspellings that are public
//! (Wikipedia's, Aspell's, codespell's): one order for all of them puts 2 to 5 in a hundred more
//! of the intended words first than counting typos does.

use super::distance::{EDITS_MAX, WORD_CHARACTERS_MAX};

/// Neighbours that change places, a letter doubled or not doubled.
const SLIGHT: u8 = 1;
/// A vowel for another, one too many or too few; a consonant for one that sounds alike.
const LIKELY: u8 = 2;
/// Any other letter.
const UNLIKELY: u8 = 3;
/// What one typo weighs at most.
pub(crate) const TYPO: u32 = UNLIKELY as u32;

/// Consonants that are written for each other.
const ALIKE: [&str; 5] = ["ckqsxz", "dt", "bpvfw", "mn", "gj"];

/// No weight is more than that of replacing all of the longer one.
type Row = [u8; WORD_CHARACTERS_MAX + EDITS_MAX + 1];

/// The least weight of the typos between word and text, both of at most
/// [`WORD_CHARACTERS_MAX`] + [`EDITS_MAX`] characters.
pub(crate) fn weight<T: Copy + Eq + Into<char>>(word: &[T], text: &[T]) -> u32 {
    last_row(word, text)
        .get(text.len())
        .map_or(u32::MAX, |weight| u32::from(*weight))
}

/// The least weight of the typos between the word and any beginning of the text.
pub(crate) fn weight_of_beginning<T: Copy + Eq + Into<char>>(word: &[T], text: &[T]) -> u32 {
    let text = &text[..text.len().min(word.len() + EDITS_MAX)];
    let row = last_row(word, text);
    let ends = row.iter().take(text.len() + 1);
    ends.min().map_or(u32::MAX, |weight| u32::from(*weight))
}

/// Weights of the whole word against each beginning of the text, as [`super::distance`] counts
/// edits; without its bound, as one unlikely typo can weigh more than two likely ones.
fn last_row<T: Copy + Eq + Into<char>>(word: &[T], text: &[T]) -> Row {
    let text = &text[..text.len().min(WORD_CHARACTERS_MAX + EDITS_MAX)];
    let mut two_above: Row = [0; WORD_CHARACTERS_MAX + EDITS_MAX + 1];
    let mut above = two_above;
    for column in 1..=text.len() {
        above[column] = above[column - 1] + gap(text, column - 1);
    }
    for row_index in 1..=word.len() {
        let mut row = two_above;
        let gap_in_word = gap(word, row_index - 1);
        row[0] = above[0] + gap_in_word;
        for column in 1..=text.len() {
            let (letter, other) = (word[row_index - 1], text[column - 1]);
            let mut least = (above[column - 1] + substitution(letter, other))
                .min(above[column] + gap_in_word)
                .min(row[column - 1] + gap(text, column - 1));
            let swapped = row_index > 1
                && column > 1
                && letter == text[column - 2]
                && word[row_index - 2] == other;
            if swapped {
                least = least.min(two_above[column - 2] + SLIGHT);
            }
            row[column] = least;
        }
        two_above = above;
        above = row;
    }
    above
}

/// What a letter weighs that only one of the two has.
fn gap<T: Copy + Eq + Into<char>>(letters: &[T], index: usize) -> u8 {
    let letter = letters[index];
    if index > 0 && letters[index - 1] == letter {
        SLIGHT
    } else if is_vowel(letter.into()) {
        LIKELY
    } else {
        UNLIKELY
    }
}

fn substitution<T: Copy + Eq + Into<char>>(letter: T, other: T) -> u8 {
    if letter == other {
        return 0;
    }
    let (letter, other) = (letter.into(), other.into());
    let sounds_alike = || {
        ALIKE
            .iter()
            .any(|alike| alike.contains(letter) && alike.contains(other))
    };
    if is_vowel(letter) && is_vowel(other) || sounds_alike() {
        LIKELY
    } else {
        UNLIKELY
    }
}

const fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::distance::bounded_distance;

    fn of(word: &str, text: &str) -> u32 {
        weight(word.as_bytes(), text.as_bytes())
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
    fn a_beginning_may_end_anywhere() {
        let beginning =
            |word: &str, text: &str| weight_of_beginning(word.as_bytes(), text.as_bytes());
        assert_eq!(beginning("hofm", "hoffmann"), 1);
        assert_eq!(beginning("intrnat", "internationalisation"), 2);
        assert_eq!(beginning("hofm", "ho"), 6);
    }

    proptest! {
        #[test]
        fn a_weight_lies_between_a_third_and_all_of_the_typos(
            word in "[a-e]{1,7}", text in "[a-e]{1,7}",
        ) {
            let typos = bounded_distance(word.as_bytes(), text.as_bytes(), EDITS_MAX);
            let weight = of(&word, &text);
            prop_assert_eq!(weight, of(&text, &word));
            prop_assert_eq!(weight == 0, word == text);
            if let Some(typos) = typos {
                prop_assert!(weight <= TYPO * typos as u32);
                prop_assert!(weight >= typos as u32);
            }
        }
    }
}
