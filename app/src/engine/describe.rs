//! Describes commits: labels for undo, rows for the activity panel.

use vstore::value::json::to_compact_preview;
use vstore::value::{EncodedValue, ValueRef};
use vstore::{Cause, Change, Commit, Key, Millis, Op, Record, WriteBatch};

use super::draft::DRAFT_SETTING;
use crate::format;
use crate::state::{ActivityEvent, CommitSummary, EditKind, EventKind};

/// A commit with more changes than this is one row of the activity panel.
const ROWS_MAX: usize = 20;
const SHOWN_CHARS: usize = 40;

/// What a commit did, and to how many records.
enum CommitShape<'a> {
    Import(usize),
    Rename { from: &'a Key, to: &'a Key },
    Add(&'a Key),
    Delete(&'a Key),
    SetExpiry(&'a Key),
    Edit(&'a Key),
    AddMany(usize),
    DeleteMany(usize),
    SetExpiryMany(usize),
    EditMany(usize),
}

impl<'a> CommitShape<'a> {
    fn of(commit: &'a Commit) -> Self {
        let changes = &commit.changes;
        let count = changes.len();
        if commit.cause == Cause::Import {
            return Self::Import(count);
        }
        if let Some((from, to)) = rename(changes) {
            let (from, to) = (&from.key, &to.key);
            return Self::Rename { from, to };
        }
        let expiry_only = |change: &Change| {
            let both = change.before.as_ref().zip(change.after.as_ref());
            both.is_some_and(|(before, after)| before.value == after.value)
        };
        if let [change] = &**changes {
            return match (&change.before, &change.after) {
                (None, _) => Self::Add(&change.key),
                (_, None) => Self::Delete(&change.key),
                _ if expiry_only(change) => Self::SetExpiry(&change.key),
                _ => Self::Edit(&change.key),
            };
        }
        if changes.iter().all(|change| change.after.is_none()) {
            Self::DeleteMany(count)
        } else if changes.iter().all(|change| change.before.is_none()) {
            Self::AddMany(count)
        } else if changes.iter().all(expiry_only) {
            Self::SetExpiryMany(count)
        } else {
            Self::EditMany(count)
        }
    }

    /// The kind of edit and the number of records, where notices of this kind are added up.
    fn counted(&self) -> Option<(EditKind, u64)> {
        let (kind, count) = match *self {
            Self::Import(_) | Self::Rename { .. } => return None,
            Self::Add(_) => (EditKind::Add, 1),
            Self::Delete(_) => (EditKind::Delete, 1),
            Self::SetExpiry(_) => (EditKind::SetExpiry, 1),
            Self::Edit(_) => (EditKind::Edit, 1),
            Self::AddMany(count) => (EditKind::Add, count),
            Self::DeleteMany(count) => (EditKind::Delete, count),
            Self::SetExpiryMany(count) => (EditKind::SetExpiry, count),
            Self::EditMany(count) => (EditKind::Edit, count),
        };
        Some((kind, count as u64))
    }
}

/// What a commit does, as shown for undo and in its history: `Delete 3 records`.
pub(super) fn label(commit: &Commit) -> String {
    match CommitShape::of(commit) {
        CommitShape::Import(count) => format!("Import {}", records(count)),
        CommitShape::Rename { from, to } => format!("Rename {from} to {to}"),
        CommitShape::Add(key) => format!("Add {key}"),
        CommitShape::Delete(key) => format!("Delete {key}"),
        CommitShape::SetExpiry(key) => format!("Change expiry of {key}"),
        CommitShape::Edit(key) => format!("Edit {key}"),
        CommitShape::AddMany(count) => format!("Add {}", records(count)),
        CommitShape::DeleteMany(count) => format!("Delete {}", records(count)),
        CommitShape::SetExpiryMany(count) => format!("Change expiry of {}", records(count)),
        CommitShape::EditMany(count) => format!("Change {}", records(count)),
    }
}

/// What a waiting batch will do: `Put a`, `12 changes`.
pub(super) fn batch(batch: &WriteBatch) -> String {
    match batch.ops() {
        [Op::Put { key, .. } | Op::Restore(Record { key, .. })] => format!("Put {key}"),
        [Op::Delete { key }] => format!("Delete {key}"),
        [Op::SetExpiry { key, .. } | Op::SetMeta { key, .. }] => {
            format!("Change expiry of {key}")
        }
        [Op::Rename { from, to }, ..] => format!("Rename {from} to {to}"),
        [Op::SetSetting { name, .. }] if name == DRAFT_SETTING => "The open edit".to_owned(),
        ops => format::counted(ops.len() as u64, "change"),
    }
}

/// What a commit has done, as a notice says it: `Deleted 3 records`.
pub(super) fn summary(commit: &Commit) -> CommitSummary {
    let shape = CommitShape::of(commit);
    CommitSummary {
        counted: shape.counted(),
        text: past_tense(&shape, commit),
    }
}

fn past_tense(shape: &CommitShape<'_>, commit: &Commit) -> String {
    match *shape {
        CommitShape::Import(count) => format!("Imported {}", records(count)),
        CommitShape::Rename { from, to } => format!("Renamed {from} to {to}"),
        CommitShape::Add(key) => format!("Added {key}"),
        CommitShape::Delete(key) => format!("Deleted {key}"),
        CommitShape::SetExpiry(key) => {
            let after = commit
                .changes
                .first()
                .and_then(|change| change.after.as_ref());
            let at = after.and_then(|record| record.meta.expires_at);
            format!("{key} {}", expiry_text(at, commit.at))
        }
        CommitShape::Edit(key) => format!("Changed {key}"),
        CommitShape::AddMany(count) => format!("Added {}", records(count)),
        CommitShape::DeleteMany(count) => format!("Deleted {}", records(count)),
        CommitShape::SetExpiryMany(count) => format!("Changed the expiry of {}", records(count)),
        CommitShape::EditMany(count) => format!("Changed {}", records(count)),
    }
}

/// `1 record`, `5,121 records`.
pub(super) fn records(count: usize) -> String {
    format::counted(count as u64, "record")
}

/// The rows of the activity panel for a commit, oldest first.
pub(super) fn events(commit: &Commit) -> Vec<ActivityEvent> {
    let changes = &commit.changes;
    let bulk_kind = match commit.cause {
        Cause::Import => EventKind::Import,
        Cause::Expired => EventKind::Expire,
        Cause::Undo => EventKind::Undo,
        Cause::Redo => EventKind::Redo,
        Cause::Edit | Cause::Recovery => EventKind::Set,
    };
    let single = |kind, key, text| ActivityEvent {
        at: commit.at,
        kind,
        key,
        text,
        before: None,
    };
    if let Some((from, to)) = rename(changes) {
        return vec![single(
            EventKind::Rename,
            Some(to.key.clone()),
            format!("was {}", from.key),
        )];
    }
    if commit.cause == Cause::Import || ROWS_MAX < changes.len() {
        let all_gone = changes.iter().all(|change| change.after.is_none());
        let kind = match bulk_kind {
            EventKind::Set if all_gone => EventKind::Delete,
            kind => kind,
        };
        return vec![single(kind, None, records(changes.len()))];
    }
    let row = |change: &Change| {
        let kind = match (&change.before, &change.after) {
            _ if bulk_kind != EventKind::Set => bulk_kind,
            (None, _) => EventKind::Add,
            (_, None) => EventKind::Delete,
            _ => EventKind::Set,
        };
        ActivityEvent {
            before: change.before.clone().map(Box::new),
            ..single(kind, Some(change.key.clone()), change_text(change, commit))
        }
    };
    changes.iter().map(row).collect()
}

fn change_text(change: &Change, commit: &Commit) -> String {
    match (&change.before, &change.after) {
        (Some(before), None) if commit.cause == Cause::Expired => {
            let lived = commit.at.since(before.meta.created_at);
            format!("expired after {}", format::remaining(lived))
        }
        (Some(before), Some(after)) if before.value == after.value => {
            expiry_text(after.meta.expires_at, commit.at)
        }
        (Some(before), Some(after)) => difference(&before.value, &after.value),
        (None, Some(after)) => preview(after.value.view()),
        (Some(before), None) => preview(before.value.view()),
        (None, None) => String::new(),
    }
}

fn expiry_text(expires_at: Option<Millis>, now: Millis) -> String {
    match expires_at {
        None => "never expires".to_owned(),
        Some(at) => format!("expires in {}", format::remaining(at.since(now))),
    }
}

/// The first field that differs: `seen: false → true`.
fn difference(before: &EncodedValue, after: &EncodedValue) -> String {
    if let (ValueRef::Map(old), ValueRef::Map(new)) = (before.view(), after.view()) {
        for (name, value) in new {
            let was = old.get(name).map(preview);
            let is = preview(value);
            match was {
                None => return format!("{name}: {is}"),
                Some(was) if was != is => return format!("{name}: {was} → {is}"),
                Some(_) => {}
            }
        }
        if let Some((name, _)) = old.into_iter().find(|(name, _)| new.get(name).is_none()) {
            return format!("{name} removed");
        }
    }
    preview(after.view())
}

fn preview(value: ValueRef<'_>) -> String {
    to_compact_preview(value, SHOWN_CHARS)
}

/// The two sides of a rename: the same value and creation time under another key.
fn rename(changes: &[Change]) -> Option<(&Record, &Record)> {
    let [first, second] = changes else {
        return None;
    };
    let gone = first.before.as_ref().or(second.before.as_ref())?;
    let new = first.after.as_ref().or(second.after.as_ref())?;
    let one_each = [first, second]
        .iter()
        .all(|change| change.before.is_some() != change.after.is_some());
    (one_each
        && gone.key != new.key
        && gone.value == new.value
        && gone.meta.created_at == new.meta.created_at)
        .then_some((gone, new))
}
