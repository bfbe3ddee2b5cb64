//! What the panel shows, computed before anything is drawn.

use jiff::tz::TimeZone;
use vstore::{Key, Millis, Record};

use crate::format;
use crate::state::{Draft, DraftBase};
use crate::theme::type_scale;
use crate::view::StoreView;

/// What the panel is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Subject {
    /// No record is selected.
    Nothing {
        /// Whether records can be added.
        writable: bool,
    },
    /// The selected record was deleted or has expired.
    Gone(Key),
    /// The selected record expired while it was shown.
    Expired {
        /// The record as it was.
        record: Box<Record>,
        /// `film:1982:tootsie expired at 14:02`.
        title: String,
        /// Whether it can be restored.
        writable: bool,
    },
    /// Several records are selected.
    Many(usize),
    /// The form of a new record.
    NewRecord,
    /// One record.
    One(Box<RecordData>),
}

/// What the panel shows of one record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RecordData {
    pub(super) record: Record,
    /// The open edit belongs to this record.
    pub(super) edited: bool,
    /// The record was deleted or expired while it was being edited: only the edit is left.
    pub(super) gone: bool,
    /// The number of changes since the database was opened.
    pub(super) changes: usize,
    /// `created 20 Nov 2026 13:56 · modified 14:02 · 1.2 KB`.
    pub(super) footer: String,
}

/// Identifies one state of one value: while it stays the same, nothing has to be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    key: Key,
    modified_at: Millis,
    place: usize,
    len: usize,
}

impl Stamp {
    pub(super) fn of(record: &Record) -> Self {
        Self {
            key: record.key.clone(),
            modified_at: record.meta.modified_at,
            place: record.value.as_bytes().as_ptr() as usize,
            len: record.value.len(),
        }
    }

    /// The stamp as a number, for widgets that need one.
    pub(super) fn number(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        (self.key.as_str(), self.modified_at, self.place, self.len).hash(&mut hasher);
        hasher.finish()
    }
}

impl Subject {
    /// Decides what is shown. `parked` means that the user looks at another record while the form
    /// of a new record is open.
    pub(super) fn new(view: StoreView<'_>, parked: bool, zone: &TimeZone) -> Self {
        let store = view.store;
        let draft = store.detail.draft.as_ref();
        // An edit ends only by saving, discarding, or looking at another record: never because its
        // record was hidden, deleted or expired.
        match draft.filter(|_| !parked).map(|draft| &draft.base) {
            Some(DraftBase::New) => return Self::NewRecord,
            Some(DraftBase::Record(base)) => {
                let now = store.detail.record.as_ref();
                let now = now.filter(|record| record.key == base.key);
                let shown = now.unwrap_or(base);
                return Self::of_record(view, shown, (true, now.is_none()), zone);
            }
            None => {}
        }
        let selected = view.selected_count();
        if selected > 1 {
            return Self::Many(selected);
        }
        if let Some(record) = &store.detail.record {
            let edited = draft.is_some_and(|draft| is_of(draft, &record.key));
            return Self::of_record(view, record, (edited, false), zone);
        }
        if let Some(record) = &store.detail.expired {
            let key = type_scale::one_line(record.key.as_str());
            let at = record.meta.expires_at.unwrap_or(view.app.now);
            let at = format::timestamp(at, view.app.now, zone);
            return Self::Expired {
                title: format!("{key} expired at {at}"),
                record: Box::new(record.clone()),
                writable: view.read_only_reason().is_none(),
            };
        }
        match &store.selection.cursor {
            Some(key) => Self::Gone(key.clone()),
            None => Self::Nothing {
                writable: view.read_only_reason().is_none(),
            },
        }
    }

    fn of_record(
        view: StoreView<'_>,
        record: &Record,
        (edited, gone): (bool, bool),
        zone: &TimeZone,
    ) -> Self {
        let events = view.store.activity.iter();
        let changes = events
            .filter(|event| event.key.as_ref() == Some(&record.key))
            .count();
        Self::One(Box::new(RecordData {
            record: record.clone(),
            edited,
            gone,
            changes,
            footer: footer(record, view.app.now, zone),
        }))
    }
}

/// Whether a draft becomes a new record.
pub(super) fn is_new(draft: &Draft) -> bool {
    draft.base == DraftBase::New
}

/// Whether a draft started from the record with this key.
pub(super) fn is_of(draft: &Draft, key: &Key) -> bool {
    matches!(&draft.base, DraftBase::Record(record) if record.key == *key)
}

fn footer(record: &Record, now: Millis, zone: &TimeZone) -> String {
    let created = format::date_time(record.meta.created_at, zone);
    let modified = format::timestamp(record.meta.modified_at, now, zone);
    let size = format::bytes(record.value.len() as u64);
    format!("created {created} · modified {modified} · {size}")
}
