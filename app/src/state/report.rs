//! The account of an import: what was read and what became of it, record by record.

use std::fmt::Write as _;

/// What an import did. Holds keys: it goes when the database is locked or closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Records that were read.
    pub read: u64,
    /// Records that are new.
    pub added: u64,
    /// Records that took the place of others.
    pub replaced: u64,
    /// Records that were left out because the database has their key.
    pub kept: u64,
    /// Records that were left out because their key stands twice in the data.
    pub duplicates: u64,
    /// Records whose key got a number; they count as new or replaced.
    pub numbered: u64,
    /// Records whose expiry was over before the import.
    pub expired: u64,
    /// Single records, in the order of the data. Bounded.
    pub lines: Vec<ReportLine>,
    /// How many more there would be.
    pub unlisted: u64,
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// Which sort of thing happened.
    pub kind: ReportKind,
    /// Place in the data and what happened, in words.
    pub text: String,
}

/// Sorts of things that happen to single records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportKind {
    /// It took the place of another.
    Replaced,
    /// Its key got a number.
    Numbered,
    /// It was left out.
    LeftOut,
    /// It was imported, but not as it stood.
    Changed,
}

impl ReportKind {
    /// All sorts, in their order.
    pub const ALL: [Self; 4] = [Self::Replaced, Self::Numbered, Self::LeftOut, Self::Changed];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Replaced => "Replaced",
            Self::Numbered => "Numbered",
            Self::LeftOut => "Left out",
            Self::Changed => "Changed",
        }
    }
}

impl ImportReport {
    /// The numbers with their words; those of what did not happen are left out, but for the first
    /// two.
    pub fn counts(&self) -> Vec<(u64, &'static str)> {
        let all = [
            (self.read, "read"),
            (self.added, "new"),
            (self.replaced, "replaced"),
            (self.kept, "left out: the key exists"),
            (self.duplicates, "left out: the key stands twice"),
            (self.numbered, "numbered"),
            (self.expired, "expired before the import"),
        ];
        let happened = |(place, (count, _)): &(usize, (u64, _))| *place < 2 || *count > 0;
        let kept = all.into_iter().enumerate().filter(happened);
        kept.map(|(_, count)| count).collect()
    }

    /// Whether something happened to single records that the person should look at.
    pub fn is_remarkable(&self) -> bool {
        self.numbered + self.duplicates + self.expired > 0
            || self
                .lines
                .iter()
                .any(|line| line.kind == ReportKind::Changed)
    }

    /// All of it as text.
    pub fn to_text(&self, title: &str) -> String {
        let mut text = format!("{title}\n");
        for (count, words) in self.counts() {
            // Writing into a string cannot fail.
            writeln!(text, "{count} {words}").ok();
        }
        for line in &self.lines {
            text.push('\n');
            text.push_str(&line.text);
        }
        if self.unlisted > 0 {
            write!(text, "\n… and {} more", self.unlisted).ok();
        }
        text.push('\n');
        text
    }
}
