//! How a query is read, and how well a record fits it.

use std::ops::{AddAssign, SubAssign};

/// How words without marks of their own (`'exact`, `*inside*`, `word~`) are compared.
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
    /// A word equals a word, after folding. No beginnings, no typos.
    Exact,
    /// A word equals a word, within its budget of typos; the last word may be a beginning.
    #[default]
    Fuzzy,
    /// A word stands anywhere, also inside longer words.
    Contains,
}

impl Mode {
    /// All modes, the strictest first.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Fuzzy, Self::Contains];
}

/// How well a record fits, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every word stands there as typed, but for case and accents.
    Exact,
    /// Some word is the beginning of a longer one.
    Prefix,
    /// Some word stands inside a longer one.
    Inside,
    /// One typo over all words, or likely ones that weigh no more together; or two words written as
    /// one, or one as two.
    SlightTypos,
    /// Typos that weigh more than one.
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

    /// The word for interfaces and reports.
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

/// How many records fit on each level.
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

    /// How many on one level.
    pub const fn of(self, level: Level) -> u64 {
        self.0[level as usize]
    }

    /// How many hold every word exactly. The same number that [`Mode::Exact`] finds.
    pub const fn exact(self) -> u64 {
        self.of(Level::Exact)
    }

    /// How many hold something similar: a beginning, a part, a typo.
    pub fn similar(self) -> u64 {
        self.total() - self.exact()
    }

    /// How many fit at all.
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
