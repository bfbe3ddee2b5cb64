//! Hooks: functions that are called with the events of records.
//!
//! Events are reported after they are durable. A hook cannot write while it is called, but it may
//! queue batches, which [`Store::commit_queued`](crate::Store::commit_queued) commits later.

use std::fmt;

use crate::batch::WriteBatch;
use crate::change::Cause;
use crate::commit::Commit;
use crate::record::Record;

/// An event of one record.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The record was written: its value, its expiry or both.
    Set {
        /// The record before; `None` if it is new.
        before: Option<&'a Record>,
        /// The record now.
        after: &'a Record,
        /// The cause of the commit.
        cause: Cause,
    },
    /// The record was removed.
    Drop {
        /// The record before.
        record: &'a Record,
        /// The cause of the commit.
        cause: Cause,
    },
    /// The record expired and was removed.
    Expire {
        /// The record before.
        record: &'a Record,
    },
    /// The record was requested with [`Store::get`](crate::Store::get).
    Get {
        /// The key.
        key: &'a str,
        /// The record, if it exists.
        found: Option<&'a Record>,
    },
}

/// The kinds of events that a hook can subscribe to.
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

/// Batches queued by hooks.
#[derive(Debug, Default)]
pub struct WriteQueue {
    batches: Vec<WriteBatch>,
}

impl WriteQueue {
    /// Queues a batch to be committed after the current commit.
    pub fn push(&mut self, batch: WriteBatch) {
        self.batches.push(batch);
    }
}

/// Identifies a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookId(u64);

type Hook = Box<dyn FnMut(&Event<'_>, &mut WriteQueue) + Send>;

/// All subscriptions of a store, called in the order in which they were made.
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

    /// Returns whether the subscription existed.
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
                (before, Some(after)) => self.notify(
                    EventKind::Set,
                    &Event::Set {
                        before: before.as_ref(),
                        after,
                        cause: commit.cause,
                    },
                ),
                (Some(record), None) if commit.cause == Cause::Expired => {
                    self.notify(EventKind::Expire, &Event::Expire { record });
                }
                (Some(record), None) => {
                    self.notify(
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
        self.notify(EventKind::Get, &Event::Get { key, found });
    }

    pub(crate) fn take_queued(&mut self) -> Vec<WriteBatch> {
        std::mem::take(&mut self.queue.batches)
    }

    fn notify(&mut self, kind: EventKind, event: &Event<'_>) {
        for (_, kinds, hook) in &mut self.subscriptions {
            if kinds.contains(&kind) {
                hook(event, &mut self.queue);
            }
        }
    }
}

impl Event<'_> {
    /// The key of the record.
    pub fn key(&self) -> &str {
        match self {
            Self::Set { after, .. } => after.key.as_str(),
            Self::Drop { record, .. } | Self::Expire { record } => record.key.as_str(),
            Self::Get { key, .. } => key,
        }
    }
}
