//! Messages that appear at the edge of the window and disappear on their own.

use vstore::Millis;

use crate::format;

/// Identifies a notice while it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId(pub u64);

/// How serious a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Information.
    Info,
    /// Something succeeded.
    Success,
    /// Something succeeded with a reservation.
    Warning,
    /// Something failed. Stays until dismissed.
    Error,
}

/// What a commit did to records. Consecutive messages about the same kind of edit become one
/// message with a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EditKind {
    /// Records were added.
    Add,
    /// Records were deleted.
    Delete,
    /// Values were changed.
    Edit,
    /// The expiry of records was changed.
    SetExpiry,
    /// Changes were undone.
    Undo,
    /// Changes were redone.
    Redo,
}

impl EditKind {
    /// What was done to `count` records: `Deleted 12 records`.
    pub fn sentence(self, count: u64) -> String {
        let records = || format::counted(count, "record");
        match self {
            Self::Add => format!("Added {}", records()),
            Self::Delete => format!("Deleted {}", records()),
            Self::Edit => format!("Changed {}", records()),
            Self::SetExpiry => format!("Changed the expiry of {}", records()),
            Self::Undo => format!("Undone: {}", format::counted(count, "change")),
            Self::Redo => format!("Redone: {}", format::counted(count, "change")),
        }
    }
}

/// What a commit did, for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitSummary {
    /// A sentence: `Deleted film:1982:tootsie`.
    pub text: String,
    /// The kind of edit and the number of records; `None` if it cannot be added up with others.
    pub counted: Option<(EditKind, u64)>,
}

/// What the button of a message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowUp {
    /// Undoes the change.
    Undo,
    /// Redoes the change.
    Redo,
    /// Shows the report of the last import.
    ShowImportReport,
}

/// The edits counted by one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tally {
    kind: EditKind,
    count: u64,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// How often it was repeated. The text may have changed with it.
    pub repeats: u32,
    /// Its level.
    pub level: Level,
    /// One line.
    pub text: String,
    /// Further details, if any.
    pub detail: Option<String>,
    /// The action offered as a button, such as undo after a deletion.
    pub follow_up: Option<FollowUp>,
    /// How often the follow-up is executed: once for each commit counted.
    pub follow_up_times: u32,
    /// When it disappears on its own; `None` if it stays until dismissed.
    pub until: Option<Millis>,
    tally: Option<Tally>,
}

/// The messages that are shown, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    shown: Vec<Notice>,
    last: u64,
}

/// How many are shown at once; the oldest one makes room.
const SHOWN_MAX: usize = 5;
const SHOWN_MILLIS: i64 = 6_000;

fn disappears_at(now: Millis, level: Level) -> Option<Millis> {
    (level != Level::Error).then(|| now.plus_millis(SHOWN_MILLIS))
}

impl Notice {
    fn repeat(&mut self, now: Millis) {
        self.repeats = self.repeats.saturating_add(1);
        self.until = disappears_at(now, self.level);
    }
}

impl Notices {
    /// Shows a message from `now` on.
    ///
    /// A repeated text stays one message, because a repeated failure would otherwise fill the
    /// window.
    pub fn push(&mut self, now: Millis, level: Level, text: impl Into<String>) -> &mut Notice {
        let text = text.into();
        self.end_tally();
        let same = |notice: &Notice| notice.text == text && notice.level == level;
        if let Some(index) = self.shown.iter().position(same) {
            let notice = &mut self.shown[index];
            notice.repeat(now);
            notice.detail = None;
            notice.follow_up = None;
            notice.follow_up_times = 1;
            return notice;
        }
        self.last += 1;
        if self.shown.len() == SHOWN_MAX {
            self.shown.remove(0);
        }
        let id = NoticeId(self.last);
        self.shown.push(Notice {
            id,
            repeats: 0,
            level,
            text,
            detail: None,
            follow_up: None,
            follow_up_times: 1,
            until: disappears_at(now, level),
            tally: None,
        });
        let newest = self.shown.len() - 1;
        &mut self.shown[newest]
    }

    /// Shows what a commit did, and offers `follow_up`. If the newest message is about the same
    /// kind of edit, the edit is added to its count instead.
    pub fn report(
        &mut self,
        now: Millis,
        summary: CommitSummary,
        level: Level,
        follow_up: FollowUp,
    ) {
        let Some((kind, count)) = summary.counted else {
            self.push(now, level, summary.text).follow_up = Some(follow_up);
            return;
        };
        let newest = self.shown.last_mut();
        if let Some((notice, tally)) = newest.and_then(|notice| {
            let tally = notice.tally.filter(|tally| tally.kind == kind)?;
            Some((notice, tally))
        }) {
            let count = tally.count.saturating_add(count);
            notice.tally = Some(Tally { kind, count });
            notice.text = kind.sentence(count);
            notice.follow_up_times = notice.follow_up_times.saturating_add(1);
            notice.repeat(now);
            return;
        }
        let notice = self.push(now, level, summary.text);
        notice.follow_up = Some(follow_up);
        notice.tally = Some(Tally { kind, count });
    }

    /// Starts a new count after something else was done: otherwise undoing a counted message would
    /// also undo what it does not mention.
    pub fn end_tally(&mut self) {
        for notice in &mut self.shown {
            notice.tally = None;
        }
    }

    /// Removes a message.
    pub fn dismiss(&mut self, id: NoticeId) {
        self.shown.retain(|notice| notice.id != id);
    }

    /// Removes messages that have been shown long enough.
    pub fn expire(&mut self, now: Millis) {
        self.shown
            .retain(|notice| notice.until.is_none_or(|until| now < until));
    }

    /// When the next message disappears.
    pub fn next_change(&self) -> Option<Millis> {
        self.shown.iter().filter_map(|notice| notice.until).min()
    }

    /// Removes all messages, as on lock.
    pub fn clear(&mut self) {
        self.shown.clear();
    }

    /// The messages, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Notice> {
        self.shown.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_000);

    fn deleted(key: &str) -> CommitSummary {
        CommitSummary {
            text: format!("Deleted {key}"),
            counted: Some((EditKind::Delete, 1)),
        }
    }

    fn report(notices: &mut Notices, now: Millis, summary: CommitSummary) {
        notices.report(now, summary, Level::Success, FollowUp::Undo);
    }

    fn texts(notices: &Notices) -> Vec<&str> {
        notices.iter().map(|notice| notice.text.as_str()).collect()
    }

    #[test]
    fn consecutive_equal_edits_are_one_message_that_undoes_all_of_them() {
        let mut notices = Notices::default();
        for number in 0..12 {
            report(&mut notices, NOW.plus_millis(number), deleted("a"));
        }
        assert_eq!(texts(&notices), ["Deleted 12 records"]);
        let notice = notices.iter().next().unwrap();
        assert_eq!((notice.follow_up_times, notice.repeats), (12, 11));
        assert_eq!(notice.until, Some(NOW.plus_millis(11 + SHOWN_MILLIS)));
    }

    #[test]
    fn a_new_count_starts_after_any_other_action() {
        let mut notices = Notices::default();
        report(&mut notices, NOW, deleted("a"));
        notices.end_tally();
        report(&mut notices, NOW, deleted("b"));
        report(&mut notices, NOW, deleted("c"));
        let added = CommitSummary {
            text: "Added d".to_owned(),
            counted: Some((EditKind::Add, 1)),
        };
        report(&mut notices, NOW, added);
        report(&mut notices, NOW, deleted("e"));
        let expected = ["Deleted a", "Deleted 2 records", "Added d", "Deleted e"];
        assert_eq!(texts(&notices), expected);
        let times: Vec<_> = notices
            .iter()
            .map(|notice| notice.follow_up_times)
            .collect();
        assert_eq!(times, [1, 2, 1, 1]);
    }

    #[test]
    fn a_repeated_message_is_shown_once_and_stays_longer() {
        let mut notices = Notices::default();
        notices.push(NOW, Level::Warning, "Not changed: no");
        let first = notices.iter().next().unwrap().id;
        let later = NOW.plus_millis(500);
        notices.push(later, Level::Warning, "Not changed: no");
        let notice = notices.iter().next().unwrap();
        assert_eq!(
            (notices.iter().len(), notice.id, notice.repeats),
            (1, first, 1)
        );
        assert_eq!(notice.until, Some(later.plus_millis(SHOWN_MILLIS)));
    }
}
