//! How the words of a query are compared, and how well a record matches.

use std::ops::{AddAssign, SubAssign};

/// How plain words are compared: those without an operator of their own, as `'exact`, `*inside*`
/// and `word~` have.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A word must equal a word of the record after folding. No prefixes, no typos.
    Exact,
    /// A word must equal a word of the record within its budget of typos; the last word may be a
    /// prefix.
    #[default]
    Fuzzy,
    /// A word may occur anywhere, also inside longer words.
    Contains,
}

impl Mode {
    /// All modes, the strictest first.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Fuzzy, Self::Contains];
}

/// How well a record matches, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every word occurs as typed, apart from case and accents.
    Exact,
    /// Some word is a prefix of a longer one.
    Prefix,
    /// Some word occurs inside a longer one.
    Inside,
    /// One typo in all words together, or several likely ones that weigh no more; or two words
    /// written as one, or one as two.
    SlightTypos,
    /// Typos that weigh more than a single one can.
    Typos,
}

impl Level {
    /// All levels, best first.
    pub const ALL: [Self; 5] = [
        Self::Exact,
        Self::Prefix,
        Self::Inside,
        Self::SlightTypos,
        Self::Typos,
    ];

    /// The name of the level in machine-readable output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Inside => "inside",
            Self::SlightTypos => "slight_typos",
            Self::Typos => "typos",
        }
    }
}

/// The number of matching records on each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LevelCounts([u64; 5]);

impl LevelCounts {
    /// Counts one record.
    pub const fn count(&mut self, level: Level) {
        self.0[level as usize] += 1;
    }

    /// Counts many records of one level.
    pub(super) const fn add(&mut self, level: Level, records: u64) {
        self.0[level as usize] += records;
    }

    /// The number of records on one level.
    pub const fn of(self, level: Level) -> u64 {
        self.0[level as usize]
    }

    /// The number of records that have every word exactly: as many as [`Mode::Exact`] finds.
    pub const fn exact(self) -> u64 {
        self.of(Level::Exact)
    }

    /// The number of records that match only by a prefix, a part of a word, or with typos.
    pub fn similar(self) -> u64 {
        self.total() - self.exact()
    }

    /// The number of all matching records.
    pub fn total(self) -> u64 {
        self.0.iter().sum()
    }
}

impl AddAssign for LevelCounts {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

impl SubAssign for LevelCounts {
    fn sub_assign(&mut self, other: Self) {
        for (count, less) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_sub(less);
        }
    }
}
