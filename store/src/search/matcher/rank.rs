//! How well a record matches, in one comparable number. Uses neither floating point nor statistics
//! of other records, so the order is stable and can be explained.

use super::as_typed::Unlike;
use super::query_word::Fit;
use crate::search::misspelling::TYPO;
use crate::search::mode::Level;

/// A set of terms of a query, one bit each.
pub(in crate::search) type TermSet = u128;

/// The cost of a match; less is better. Typos come first, by weight, then words that match only in
/// part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::search) struct Cost {
    pub(in crate::search) misspelling: u32,
    pub(in crate::search) inside: u32,
    /// Two for each prefix of a longer word, one if it is nearly the whole word.
    pub(in crate::search) beginnings: u32,
}

impl Cost {
    pub(in crate::search) const fn of(misspelling: u32, fit: Fit) -> Self {
        Self {
            misspelling,
            inside: matches!(fit, Fit::Inside) as u32,
            beginnings: match fit {
                Fit::Whole | Fit::Inside => 0,
                Fit::NearlyWhole => 1,
                Fit::Beginning => 2,
            },
        }
    }

    pub(in crate::search) const fn plus(self, other: Self) -> Self {
        Self {
            misspelling: self.misspelling + other.misspelling,
            inside: self.inside + other.inside,
            beginnings: self.beginnings + other.beginnings,
        }
    }

    pub(in crate::search) const fn level(self) -> Level {
        match (self.misspelling, self.inside, self.beginnings) {
            (0, 0, 0) => Level::Exact,
            (0, 0, _) => Level::Prefix,
            (0, _, _) => Level::Inside,
            (1..=TYPO, _, _) => Level::SlightTypos,
            _ => Level::Typos,
        }
    }
}

/// Where in a record a query matches as a whole, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldClass {
    /// In the key.
    Key,
    /// It matches a whole value.
    WholeValue,
    /// It matches the start of a value.
    StartOfValue,
    /// It matches inside a value, or its words are in several values.
    Elsewhere,
}

/// The parts of a [`SortKey`], the most significant first. Numbers saturate at 127, 63, 255, 16 383,
/// 63, 65 535 and 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKeyParts {
    /// How well the record matches.
    pub level: Level,
    /// The weight of the typos in all words together: 1 for transposed letters and a letter wrongly
    /// doubled or not, 2 for a vowel or a consonant that sounds alike, 3 for any other letter; 2
    /// more for a misspelt prefix of a longer word.
    pub misspelling: u32,
    /// The sum for words that match in part: one for nearly all of a longer word, two for a prefix,
    /// three for any other substring.
    pub in_part: u32,
    /// Where the query matches.
    pub place: FieldClass,
    /// The gaps between the words of the query, more if they are in another order; words in other
    /// texts count as far away.
    pub spread: u32,
    /// The number of words before the first match.
    pub position: u32,
    /// The number of letters of the matched words that have another accent than was typed, of
    /// capitals that were typed and are small letters, and of words without the signs around them
    /// that were typed, such as the plus signs of `C++`.
    pub unlike: u32,
    /// The length of the text in characters.
    pub length: u32,
    /// The number of capitals that were typed as small letters.
    pub capitals: u32,
}

/// All criteria of the order, the most significant first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct Rank {
    pub(in crate::search) cost: Cost,
    pub(in crate::search) class: FieldClass,
    /// The gaps between the words of the query, more if they are in another order; words in other
    /// texts count as far away.
    pub(in crate::search) spread: u32,
    /// The number of tokens before the first match.
    pub(in crate::search) position: u32,
    /// How far the words are from what was typed.
    pub(in crate::search) unlike: Unlike,
    /// The length of the text in characters.
    pub(in crate::search) length: u32,
}

/// How well a record matches; less is better. Records with equal sort keys are in key order.
///
/// From the highest bit: level (3 bits), misspelling (7), words matched in part (6), field class
/// (2), spread (8), position (14), marks that differ from what was typed (6), length of the text
/// (16), capitals that were not typed (2); each saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortKey(u64);

impl SortKey {
    /// The sort key as a number; less is better.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The parts of the sort key.
    pub fn parts(self) -> SortKeyParts {
        let mut rest = self.0;
        let mut take = |bits: u32| {
            let part = rest & ((1 << bits) - 1);
            rest >>= bits;
            part as u32
        };
        let (capitals, length, unlike) = (take(2), take(16), take(6));
        let (position, spread) = (take(14), take(8));
        let place = match take(2) {
            0 => FieldClass::Key,
            1 => FieldClass::WholeValue,
            2 => FieldClass::StartOfValue,
            _ => FieldClass::Elsewhere,
        };
        let (in_part, misspelling) = (take(6), take(7));
        let level = Level::ALL.get(take(3) as usize).copied();
        SortKeyParts {
            level: level.unwrap_or(Level::Typos),
            misspelling,
            in_part,
            place,
            spread,
            position,
            unlike,
            length,
            capitals,
        }
    }

    /// The best sort key of a match with the same cost and the same field class.
    pub(crate) const fn group(self) -> Self {
        const FINER: u32 = 8 + 14 + 6 + 16 + 2;
        Self(self.0 >> FINER << FINER)
    }

    /// The best sort key of a match with this cost and field class: what is known before the record
    /// is read.
    pub(in crate::search) fn best_of(cost: Cost, class: FieldClass) -> Self {
        let rank = Rank {
            cost,
            class,
            spread: 0,
            position: 0,
            unlike: Unlike::default(),
            length: 0,
        };
        rank.pack()
    }
}

impl Rank {
    pub(in crate::search) const fn level(self) -> Level {
        self.cost.level()
    }

    pub(in crate::search) fn pack(self) -> SortKey {
        let parts = self
            .cost
            .inside
            .saturating_mul(3)
            .saturating_add(self.cost.beginnings);
        let fields = [
            (3, self.level() as u32),
            (7, self.cost.misspelling),
            (6, parts),
            (2, self.class as u32),
            (8, self.spread),
            (14, self.position),
            (6, self.unlike.marks),
            (16, self.length),
            (2, self.unlike.capitals),
        ];
        let packed = fields.into_iter().fold(0, |packed, (bits, field)| {
            (packed << bits) | u64::from(field.min((1 << bits) - 1))
        });
        SortKey(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_parts_can_be_read_back() {
        let rank = Rank {
            cost: Cost {
                misspelling: 4,
                inside: 1,
                beginnings: 1,
            },
            class: FieldClass::StartOfValue,
            spread: 7,
            position: 900,
            unlike: Unlike {
                marks: 5,
                capitals: 9,
            },
            length: 70_000,
        };
        let expected = SortKeyParts {
            level: Level::Typos,
            misspelling: 4,
            in_part: 4,
            place: FieldClass::StartOfValue,
            spread: 7,
            position: 900,
            unlike: 5,
            length: 65_535,
            capitals: 3,
        };
        assert_eq!(rank.pack().parts(), expected);
    }

    #[test]
    fn more_significant_criteria_decide_first() {
        let best = Rank {
            cost: Cost::default(),
            class: FieldClass::Key,
            spread: 0,
            position: 0,
            unlike: Unlike::default(),
            length: 0,
        };
        let unlike = |marks, capitals| Rank {
            unlike: Unlike { marks, capitals },
            ..best
        };
        let ranks = [
            best,
            unlike(0, 1),
            Rank {
                length: u32::MAX,
                ..best
            },
            unlike(1, 0),
            Rank {
                position: 1,
                ..best
            },
            Rank { spread: 1, ..best },
            Rank {
                class: FieldClass::WholeValue,
                ..best
            },
            Rank {
                class: FieldClass::Elsewhere,
                spread: 300,
                ..best
            },
            Rank {
                cost: Cost::of(0, Fit::Beginning),
                ..best
            },
            Rank {
                cost: Cost::of(0, Fit::Inside),
                ..best
            },
            Rank {
                cost: Cost::of(1, Fit::Whole),
                ..best
            },
            Rank {
                cost: Cost::of(1, Fit::Beginning),
                ..best
            },
            Rank {
                cost: Cost::of(2, Fit::Whole),
                ..best
            },
            Rank {
                cost: Cost {
                    misspelling: 9,
                    ..Cost::default()
                },
                ..best
            },
        ];
        assert!(ranks.is_sorted_by(|left, right| left.pack() < right.pack()));
        assert!(ranks.is_sorted_by(|left, right| left.level() <= right.level()));
    }
}
