//! Messages that appear at the edge of the window and go by themselves.

use vstore::Millis;

use crate::action::Action;

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

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its name.
    pub id: NoticeId,
    /// How serious.
    pub level: Level,
    /// One line.
    pub text: String,
    /// More, if there is more to say.
    pub detail: Option<String>,
    /// A way on, shown as a button: undo after a deletion.
    pub action: Option<Action>,
    /// When it goes by itself; `None`: when dismissed.
    pub until: Option<Millis>,
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

impl Notices {
    /// Shows a message from `now` on.
    pub fn push(&mut self, now: Millis, level: Level, text: impl Into<String>) -> &mut Notice {
        self.last += 1;
        let until = (level != Level::Error).then(|| now.plus_millis(SHOWN_MILLIS));
        let text = text.into();
        // The same words twice are one message, or a repeated failure would fill the window.
        self.shown.retain(|notice| notice.text != text);
        if self.shown.len() == SHOWN_MAX {
            self.shown.remove(0);
        }
        let id = NoticeId(self.last);
        self.shown.push(Notice {
            id,
            level,
            text,
            detail: None,
            action: None,
            until,
        });
        let newest = self.shown.len() - 1;
        &mut self.shown[newest]
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
