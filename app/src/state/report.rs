//! The report of an import: what was read and what happened to it, record by record.

use std::fmt::Write as _;

/// What an import did. Contains keys, so it is dropped when the database is locked or closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Records read.
    pub read: u64,
    /// New records.
    pub added: u64,
    /// Records that replaced others.
    pub replaced: u64,
    /// Records left out because the database already has their key.
    pub kept: u64,
    /// Records left out because their key occurs twice in the data.
    pub duplicates: u64,
    /// Records whose key got a number; they also count as new or replaced.
    pub numbered: u64,
    /// Records that had expired before the import.
    pub expired: u64,
    /// Individual records, in the order of the data. Bounded.
    pub lines: Vec<ReportLine>,
    /// The number of lines beyond the bound.
    pub unlisted: u64,
}

/// What happened to one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// The kind of event.
    pub kind: ReportKind,
    /// The place in the data and what happened.
    pub text: String,
}

/// Kinds of events for individual records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportKind {
    /// It replaced another record.
    Replaced,
    /// Its key got a number.
    Numbered,
    /// It was left out.
    LeftOut,
    /// It was imported with changes.
    Changed,
}

impl ReportKind {
    /// All kinds, in order.
    pub const ALL: [Self; 4] = [Self::Replaced, Self::Numbered, Self::LeftOut, Self::Changed];

    /// The name shown.
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
    /// The counts with their labels; zero counts are omitted, except for the first two.
    pub fn counts(&self) -> Vec<(u64, &'static str)> {
        let all = [
            (self.read, "read"),
            (self.added, "new"),
            (self.replaced, "replaced"),
            (self.kept, "left out: key already exists"),
            (self.duplicates, "left out: duplicate key"),
            (self.numbered, "numbered"),
            (self.expired, "expired before the import"),
        ];
        let happened = |(place, (count, _)): &(usize, (u64, _))| *place < 2 || *count > 0;
        let kept = all.into_iter().enumerate().filter(happened);
        kept.map(|(_, count)| count).collect()
    }

    /// Whether something happened to individual records that the user should look at.
    pub fn is_remarkable(&self) -> bool {
        self.numbered + self.duplicates + self.expired > 0
            || self
                .lines
                .iter()
                .any(|line| line.kind == ReportKind::Changed)
    }

    /// The whole report as text.
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
