//! Hooks: who wants to know what happened to records.
//!
//! A hook is told finished facts: what it sees is durable. It cannot write while it is called; it
//! may queue batches, which [`Store::commit_queued`](crate::Store::commit_queued) writes later.

use std::fmt;

use crate::batch::WriteBatch;
use crate::change::Cause;
use crate::commit::Commit;
use crate::record::Record;

/// Something that happened to one record.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// It was written: value, expiry or both.
    Set {
        /// What was there before.
        before: Option<&'a Record>,
        /// What is there now.
        after: &'a Record,
        /// Why.
        cause: Cause,
    },
    /// It was removed.
    Drop {
        /// What was there before.
        record: &'a Record,
        /// Why.
        cause: Cause,
    },
    /// Its time ran out and it was removed.
    Expire {
        /// What was there before.
        record: &'a Record,
    },
    /// It was asked for with [`Store::get`](crate::Store::get).
    Get {
        /// The key asked for.
        key: &'a str,
        /// What was found.
        found: Option<&'a Record>,
    },
}

/// Which events a hook is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// [`Event::Set`].
    Set,
    /// [`Event::Drop`].
    Drop,
    /// [`Event::Expire`].
    Expire,
    /// [`Event::Get`].
    Get,
}

/// Batches that hooks want written.
#[derive(Debug, Default)]
pub struct WriteQueue {
    batches: Vec<WriteBatch>,
}

impl WriteQueue {
    /// Asks for a batch to be written after the present commit.
    pub fn push(&mut self, batch: WriteBatch) {
        self.batches.push(batch);
    }
}

/// Identifies a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookId(u64);

type Hook = Box<dyn FnMut(&Event<'_>, &mut WriteQueue) + Send>;

/// All subscriptions of a store, told in the order they were made.
#[derive(Default)]
pub(crate) struct Hooks {
    next_id: u64,
    subscriptions: Vec<(HookId, Vec<EventKind>, Hook)>,
    queue: WriteQueue,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("len", &self.subscriptions.len())
            .finish_non_exhaustive()
    }
}

impl Hooks {
    pub(crate) fn subscribe(&mut self, kinds: &[EventKind], hook: Hook) -> HookId {
        let id = HookId(self.next_id);
        self.next_id += 1;
        self.subscriptions.push((id, kinds.to_vec(), hook));
        id
    }

    /// Whether the subscription existed.
    pub(crate) fn unsubscribe(&mut self, id: HookId) -> bool {
        let before = self.subscriptions.len();
        self.subscriptions.retain(|(found, ..)| *found != id);
        self.subscriptions.len() < before
    }

    pub(crate) fn publish(&mut self, commit: &Commit) {
        if self.subscriptions.is_empty() {
            return;
        }
        for change in commit.changes.iter() {
            match (&change.before, &change.after) {
                (before, Some(after)) => self.tell(
                    EventKind::Set,
                    &Event::Set {
                        before: before.as_ref(),
                        after,
                        cause: commit.cause,
                    },
                ),
                (Some(record), None) if commit.cause == Cause::Expired => {
                    self.tell(EventKind::Expire, &Event::Expire { record });
                }
                (Some(record), None) => {
                    self.tell(
                        EventKind::Drop,
                        &Event::Drop {
                            record,
                            cause: commit.cause,
                        },
                    );
                }
                (None, None) => {}
            }
        }
    }

    pub(crate) fn publish_get(&mut self, key: &str, found: Option<&Record>) {
        self.tell(EventKind::Get, &Event::Get { key, found });
    }

    pub(crate) fn take_queued(&mut self) -> Vec<WriteBatch> {
        std::mem::take(&mut self.queue.batches)
    }

    fn tell(&mut self, kind: EventKind, event: &Event<'_>) {
        for (_, kinds, hook) in &mut self.subscriptions {
            if kinds.contains(&kind) {
                hook(event, &mut self.queue);
            }
        }
    }
}

impl Event<'_> {
    /// The key of the record it happened to.
    pub fn key(&self) -> &str {
        match self {
            Self::Set { after, .. } => after.key.as_str(),
            Self::Drop { record, .. } | Self::Expire { record } => record.key.as_str(),
            Self::Get { key, .. } => key,
        }
    }
}
