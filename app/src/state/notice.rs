//! Messages that appear at the edge of the window and go by themselves.

use vstore::Millis;

use crate::action::Action;
use crate::format;

/// Names a notice while it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId(pub u64);

/// How serious a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Good to know.
    Info,
    /// It worked.
    Success,
    /// It worked, but.
    Warning,
    /// It did not work. Stays until dismissed.
    Error,
}

/// What was done to records. Messages about the same deed, one after another, become one that
/// counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Records were added.
    Add,
    /// Records were deleted.
    Delete,
    /// Values were changed.
    Edit,
    /// Records got another expiry.
    SetExpiry,
    /// Changes were taken back.
    Undo,
    /// Changes were made again.
    Redo,
}

impl Deed {
    /// What was done to `count` records: `Deleted 12 records`.
    pub fn told(self, count: u64) -> String {
        let records = || format::counted(count, "record");
        match self {
            Self::Add => format!("Added {}", records()),
            Self::Delete => format!("Deleted {}", records()),
            Self::Edit => format!("Changed {}", records()),
            Self::SetExpiry => format!("Changed the expiry of {}", records()),
            Self::Undo => format!("Undone: {}", format::counted(count, "change")),
            Self::Redo => format!("Done again: {}", format::counted(count, "change")),
        }
    }
}

/// What a commit has done, as a message tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// In words: `Deleted film:1982:tootsie`.
    pub text: String,
    /// The deed and to how many it was done, if it can be counted together with the next.
    pub deed: Option<(Deed, u64)>,
}

/// A deed that a message counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tally {
    deed: Deed,
    count: u64,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its name.
    pub id: NoticeId,
    /// How often it was said again. The words may have changed with it.
    pub repeats: u32,
    /// How serious.
    pub level: Level,
    /// One line.
    pub text: String,
    /// More, if there is more to say.
    pub detail: Option<String>,
    /// A way on, shown as a button: undo after a deletion.
    pub action: Option<Action>,
    /// How often the action is carried out: once for each of the changes that were counted.
    pub action_times: u32,
    /// When it goes by itself; `None`: when dismissed.
    pub until: Option<Millis>,
    tally: Option<Tally>,
}

/// The messages that are shown, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    shown: Vec<Notice>,
    last: u64,
}

/// How many are shown at once; an older one makes room.
const SHOWN_MAX: usize = 5;
const SHOWN_MILLIS: i64 = 6_000;

fn gone_at(now: Millis, level: Level) -> Option<Millis> {
    (level != Level::Error).then(|| now.plus_millis(SHOWN_MILLIS))
}

impl Notice {
    fn say_again(&mut self, now: Millis) {
        self.repeats = self.repeats.saturating_add(1);
        self.until = gone_at(now, self.level);
    }
}

impl Notices {
    /// Shows a message from `now` on.
    ///
    /// The same words twice are one message, or a repeated failure would fill the window.
    pub fn push(&mut self, now: Millis, level: Level, text: impl Into<String>) -> &mut Notice {
        let text = text.into();
        self.end_tally();
        let same = |notice: &Notice| notice.text == text && notice.level == level;
        if let Some(index) = self.shown.iter().position(same) {
            let notice = &mut self.shown[index];
            notice.say_again(now);
            notice.detail = None;
            notice.action = None;
            notice.action_times = 1;
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
            action: None,
            action_times: 1,
            until: gone_at(now, level),
            tally: None,
        });
        let newest = self.shown.len() - 1;
        &mut self.shown[newest]
    }

    /// Says what a commit has done, and offers the way back. A deed that is done again while its
    /// message is shown, with nothing else between, is counted there.
    pub fn tell(&mut self, now: Millis, told: Told, level: Level, back: Action) {
        let Some((deed, count)) = told.deed else {
            self.push(now, level, told.text).action = Some(back);
            return;
        };
        let newest = self.shown.last_mut();
        if let Some((notice, tally)) = newest.and_then(|notice| {
            let tally = notice.tally.filter(|tally| tally.deed == deed)?;
            Some((notice, tally))
        }) {
            let count = tally.count.saturating_add(count);
            notice.tally = Some(Tally { deed, count });
            notice.text = deed.told(count);
            notice.action_times = notice.action_times.saturating_add(1);
            notice.say_again(now);
            return;
        }
        let notice = self.push(now, level, told.text);
        notice.action = Some(back);
        notice.tally = Some(Tally { deed, count });
    }

    /// Something else was done: the next deed is counted anew, because the way back of the message
    /// would take back what it does not tell.
    pub fn end_tally(&mut self) {
        for notice in &mut self.shown {
            notice.tally = None;
        }
    }

    /// Takes a message away.
    pub fn dismiss(&mut self, id: NoticeId) {
        self.shown.retain(|notice| notice.id != id);
    }

    /// Takes away what has been shown long enough.
    pub fn expire(&mut self, now: Millis) {
        self.shown
            .retain(|notice| notice.until.is_none_or(|until| now < until));
    }

    /// When the next message goes.
    pub fn next_change(&self) -> Option<Millis> {
        self.shown.iter().filter_map(|notice| notice.until).min()
    }

    /// Takes everything away, as on lock.
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

    fn deleted(key: &str) -> Told {
        Told {
            text: format!("Deleted {key}"),
            deed: Some((Deed::Delete, 1)),
        }
    }

    fn tell(notices: &mut Notices, now: Millis, told: Told) {
        notices.tell(now, told, Level::Success, Action::Undo);
    }

    fn texts(notices: &Notices) -> Vec<&str> {
        notices.iter().map(|notice| notice.text.as_str()).collect()
    }

    #[test]
    fn the_same_deed_in_a_row_is_counted_in_one_message_that_takes_all_of_it_back() {
        let mut notices = Notices::default();
        for number in 0..12 {
            tell(&mut notices, NOW.plus_millis(number), deleted("a"));
        }
        assert_eq!(texts(&notices), ["Deleted 12 records"]);
        let notice = notices.iter().next().unwrap();
        assert_eq!((notice.action_times, notice.repeats), (12, 11));
        assert_eq!(notice.until, Some(NOW.plus_millis(11 + SHOWN_MILLIS)));
    }

    #[test]
    fn a_deed_is_counted_anew_after_anything_else() {
        let mut notices = Notices::default();
        tell(&mut notices, NOW, deleted("a"));
        notices.end_tally();
        tell(&mut notices, NOW, deleted("b"));
        tell(&mut notices, NOW, deleted("c"));
        let added = Told {
            text: "Added d".to_owned(),
            deed: Some((Deed::Add, 1)),
        };
        tell(&mut notices, NOW, added);
        tell(&mut notices, NOW, deleted("e"));
        let expected = ["Deleted a", "Deleted 2 records", "Added d", "Deleted e"];
        assert_eq!(texts(&notices), expected);
        let times: Vec<_> = notices.iter().map(|notice| notice.action_times).collect();
        assert_eq!(times, [1, 2, 1, 1]);
    }

    #[test]
    fn equal_messages_are_one_that_stays_longer() {
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
