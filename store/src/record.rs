//! Records, and the trait through which all of them are walked.

use std::ops::ControlFlow;

use crate::clock::Millis;
use crate::key::Key;
use crate::value::{EncodedValue, ValueRef};

/// What a store keeps about a record besides its key and value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_field_names,
    reason = "`created`, `modified`, `expires` alone would not say that they are moments"
)]
pub struct Meta {
    /// When the key was first put. Kept across replacement and rename.
    pub created_at: Millis,
    /// When value or expiry last changed.
    pub modified_at: Millis,
    /// From this moment on the record is invisible, and soon deleted. `None`: never.
    pub expires_at: Option<Millis>,
}

impl Meta {
    /// The later of the times at which somebody changed it.
    pub(crate) fn newest(&self) -> Millis {
        self.created_at.max(self.modified_at)
    }

    /// Whether the record's time has run out at `now`.
    pub fn is_due(&self, now: Millis) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// A key, its value and its metadata. Cloning shares key and value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is found by.
    pub key: Key,
    /// What it holds.
    pub value: EncodedValue,
    /// Its times.
    pub meta: Meta,
}

impl Record {
    /// The borrowed form.
    pub fn as_ref(&self) -> RecordRef<'_> {
        RecordRef {
            key: self.key.as_str(),
            value: self.value.view(),
            meta: self.meta,
        }
    }
}

/// A record, borrowed from where it lies.
#[derive(Clone, Copy, Debug)]
pub struct RecordRef<'a> {
    /// What it is found by.
    pub key: &'a str,
    /// What it holds, still encoded.
    pub value: ValueRef<'a>,
    /// Its times.
    pub meta: Meta,
}

/// All visible records of a read view, in parts that can be walked on different threads.
///
/// Search and path statistics read records through this alone, so that they name neither
/// segments nor files.
pub trait Scan: Sync {
    /// How many parts there are. Parts are of similar size and together hold each visible record
    /// once.
    fn parts(&self) -> usize;

    /// Walks the records of one part in key order until `visit` breaks. A part beyond
    /// [`parts`](Self::parts) is empty.
    fn scan_part(&self, part: usize, visit: &mut dyn FnMut(RecordRef<'_>) -> ControlFlow<()>);

    /// The number of records in all parts.
    fn record_count(&self) -> u64;
}

/// Plain slices can be scanned too: for tests, and for the few records of one commit.
impl Scan for [Record] {
    fn parts(&self) -> usize {
        self.len().div_ceil(SLICE_PART_RECORDS)
    }

    fn scan_part(&self, part: usize, visit: &mut dyn FnMut(RecordRef<'_>) -> ControlFlow<()>) {
        let records = self
            .chunks(SLICE_PART_RECORDS)
            .nth(part)
            .unwrap_or_default();
        for record in records {
            if visit(record.as_ref()).is_break() {
                return;
            }
        }
    }

    fn record_count(&self) -> u64 {
        self.len() as u64
    }
}

const SLICE_PART_RECORDS: usize = 1024;
