//! Recovery keys: 32 random bytes that open a file by themselves, made to be written on paper.
//!
//! The text (FORMAT.md, "Recovery key") is eleven groups of six characters. The last character of
//! a group checks the five before it, so that a typing error is found and its group named; what is
//! left of the bits checks the whole. It derives no key; `slots` does.
use std::fmt;

use zeroize::Zeroizing;

use crate::file::{
    disk::entropy::{Entropy, EntropyError, OsEntropy},
    keys::{seal::recovery_key_check, secret::Secret},
};

/// Groups of the text.
pub const RECOVERY_KEY_GROUPS: usize = 11;
/// Characters of a group, its check included.
pub const RECOVERY_KEY_GROUP_LEN: usize = 6;

const KEY_LEN: usize = 32;
const DATA_PER_GROUP: usize = RECOVERY_KEY_GROUP_LEN - 1;
const SYMBOLS: usize = RECOVERY_KEY_GROUPS * RECOVERY_KEY_GROUP_LEN;
/// Key and check of the whole, 275 bits of them used.
const PAYLOAD_LEN: usize = 35;
/// Crockford's: no I, L, O, U.
const ALPHABET: [u8; 32] = *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const _: () = assert!(RECOVERY_KEY_GROUPS * DATA_PER_GROUP * 5 <= PAYLOAD_LEN * 8);
const _: () = assert!(RECOVERY_KEY_GROUPS * DATA_PER_GROUP * 5 > KEY_LEN * 8);

/// The numbers of the letters, group after group.
type Symbols = Zeroizing<[u8; SYMBOLS]>;

/// A key that opens a file without a password, wiped when dropped.
#[derive(Clone)]
pub struct RecoveryKey(Secret);

/// What is wrong with the text of a recovery key. Groups are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryKeyError {
    /// Too few or too many characters altogether.
    #[error("a recovery key has 11 groups of 6 characters, 66 in all; this one has {characters}")]
    Length {
        /// How many there are, without dashes and spaces.
        characters: usize,
    },
    /// One group has too few or too many characters.
    #[error("group {group} has {characters} characters instead of 6")]
    GroupLength {
        /// Number of the group.
        group: usize,
        /// How many characters it has.
        characters: usize,
    },
    /// Groups whose characters do not fit together.
    #[error("{}", mistyped(groups))]
    Mistyped {
        /// Numbers of the groups.
        groups: Vec<usize>,
    },
    /// Every group is right, but they do not belong together.
    #[error("the groups do not belong together: compare all of them with the paper")]
    Mixed,
}

fn mistyped(groups: &[usize]) -> String {
    let list: Vec<String> = groups.iter().map(ToString::to_string).collect();
    match list.as_slice() {
        [one] => format!("group {one} is mistyped"),
        [others @ .., last] => format!("groups {} and {last} are mistyped", others.join(", ")),
        [] => "a group is mistyped".to_owned(),
    }
}

impl RecoveryKey {
    /// A new random key.
    pub fn generate() -> Result<Self, EntropyError> {
        Self::random(&OsEntropy)
    }

    pub(crate) fn random(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        Secret::filled(|bytes| entropy.fill(bytes)).map(Self)
    }

    /// The text to write down: groups joined by dashes.
    pub fn to_text(&self) -> Zeroizing<String> {
        let symbols = self.symbols();
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS.saturating_mul(2)));
        for (number, group) in symbols.chunks(RECOVERY_KEY_GROUP_LEN).enumerate() {
            if number > 0 {
                text.push('-');
            }
            let letters = group
                .iter()
                .filter_map(|&symbol| ALPHABET.get(usize::from(symbol)));
            text.extend(letters.map(|&letter| char::from(letter)));
        }
        text
    }

    /// Reads the text, however it was typed: small letters, other dashes, spaces or none; O for
    /// 0, I and L for 1, U for V.
    pub fn parse(text: &str) -> Result<Self, RecoveryKeyError> {
        let typed = read_symbols(text)?;
        let wrong: Vec<usize> = typed
            .chunks(RECOVERY_KEY_GROUP_LEN)
            .zip(1..)
            .filter(|(group, number)| !is_consistent(group, *number))
            .map(|(_, number)| usize::from(number))
            .collect();
        if !wrong.is_empty() {
            return Err(RecoveryKeyError::Mistyped { groups: wrong });
        }
        let key = Self(Secret::copied(&*key_of(&typed)));
        if *key.symbols() == *typed {
            Ok(key)
        } else {
            Err(RecoveryKeyError::Mixed)
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_LEN] {
        self.0.bytes()
    }

    fn symbols(&self) -> Symbols {
        let mut payload = Zeroizing::new([0; PAYLOAD_LEN]);
        let check = recovery_key_check(self.bytes());
        for (to, from) in payload.iter_mut().zip(self.bytes().iter().chain(&check)) {
            *to = *from;
        }
        let mut symbols = Zeroizing::new([0; SYMBOLS]);
        let groups = symbols.chunks_mut(RECOVERY_KEY_GROUP_LEN);
        let mut bits = payload.iter().flat_map(|byte| bits_of(*byte, 8));
        for (group, number) in groups.zip(1..) {
            let Some((check, data)) = group.split_last_mut() else {
                continue;
            };
            for symbol in data.iter_mut() {
                *symbol = bits.by_ref().take(5).fold(0, |sum, bit| sum << 1 | bit);
            }
            *check = check_symbol(data, number);
        }
        symbols
    }
}

/// The key in the first 256 bits of the data.
fn key_of(symbols: &Symbols) -> Zeroizing<[u8; KEY_LEN]> {
    let mut bits = symbols
        .chunks(RECOVERY_KEY_GROUP_LEN)
        .flat_map(|group| group.iter().take(DATA_PER_GROUP))
        .flat_map(|symbol| bits_of(*symbol, 5));
    let mut key = Zeroizing::new([0; KEY_LEN]);
    for byte in key.iter_mut() {
        *byte = bits.by_ref().take(8).fold(0, |sum, bit| sum << 1 | bit);
    }
    key
}

/// The lowest `count` bits of a byte, the highest of them first.
fn bits_of(byte: u8, count: u32) -> impl Iterator<Item = u8> {
    (0..count).rev().map(move |shift| byte >> shift & 1)
}

fn is_consistent(group: &[u8], number: u8) -> bool {
    group
        .split_last()
        .is_some_and(|(check, data)| *check == check_symbol(data, number))
}

/// The check of a group: a Reed-Solomon symbol over GF(32) with the polynomial x^5 + x^2 + 1.
///
/// The five characters have the weights x^5 to x, the check itself has 1. All weights differ, so
/// that one wrong character and two exchanged ones are always found; the number of the group,
/// added at the end, finds exchanged groups.
fn check_symbol(data: &[u8], group: u8) -> u8 {
    data.iter().fold(0, |sum, symbol| times_x(sum ^ symbol)) ^ group
}

fn times_x(element: u8) -> u8 {
    let shifted = element << 1;
    if shifted & 32 == 0 {
        shifted
    } else {
        shifted ^ 0b10_0101
    }
}

/// The characters as numbers, once there are as many as there must be.
fn read_symbols(text: &str) -> Result<Symbols, RecoveryKeyError> {
    let mut symbols = Zeroizing::new([0; SYMBOLS]);
    let mut places = symbols.iter_mut();
    let mut lengths: Vec<usize> = vec![0];
    let mut characters = 0_usize;
    let mut foreign = Vec::new();
    for letter in text.chars() {
        if is_separator(letter) {
            if lengths.last() != Some(&0) {
                lengths.push(0);
            }
            continue;
        }
        let symbol = symbol_of(letter);
        if symbol.is_none() {
            foreign.push(characters);
        }
        if let Some(place) = places.next() {
            *place = symbol.unwrap_or_default();
        }
        characters = characters.saturating_add(1);
        if let Some(length) = lengths.last_mut() {
            *length = length.saturating_add(1);
        }
    }
    if lengths.last() == Some(&0) {
        lengths.pop();
    }
    check_lengths(&lengths, characters)?;
    if foreign.is_empty() {
        return Ok(symbols);
    }
    let mut groups: Vec<usize> = foreign
        .iter()
        .filter_map(|place| place.checked_div(RECOVERY_KEY_GROUP_LEN)?.checked_add(1))
        .collect();
    groups.dedup();
    Err(RecoveryKeyError::Mistyped { groups })
}

/// Names the group that is too short or too long where the text has groups.
fn check_lengths(lengths: &[usize], characters: usize) -> Result<(), RecoveryKeyError> {
    let odd = lengths
        .iter()
        .zip(1..)
        .find(|(length, _)| **length != RECOVERY_KEY_GROUP_LEN);
    match odd {
        Some((&characters, group)) if lengths.len() == RECOVERY_KEY_GROUPS => {
            Err(RecoveryKeyError::GroupLength { group, characters })
        }
        _ if characters == SYMBOLS => Ok(()),
        _ => Err(RecoveryKeyError::Length { characters }),
    }
}

fn is_separator(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '-' | '_' | '.' | ',' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{feff}'
        )
}

fn symbol_of(letter: char) -> Option<u8> {
    // Full-width forms, as typed with East Asian keyboards.
    let narrow = match letter {
        '\u{ff10}'..='\u{ff5a}' => char::from_u32(u32::from(letter).checked_sub(0xfee0)?)?,
        other => other,
    };
    let plain = match narrow.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        'U' => 'V',
        other => other,
    };
    let place = ALPHABET
        .iter()
        .position(|&known| char::from(known) == plain)?;
    u8::try_from(place).ok()
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey")
    }
}

#[cfg(test)]
mod tests;
