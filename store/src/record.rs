//! Records, and the trait for iterating over all of them.

use std::ops::ControlFlow;

use crate::clock::Millis;
use crate::key::Key;
use crate::value::{EncodedValue, ValueRef};

/// The times of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_field_names,
    reason = "`created`, `modified`, `expires` alone would not say that they are times"
)]
pub struct Meta {
    /// The time of creation. Kept when the record is replaced or renamed.
    pub created_at: Millis,
    /// The time of the last change of value or expiry.
    pub modified_at: Millis,
    /// The expiry: from this time on the record is invisible, and soon deleted. `None`: never.
    pub expires_at: Option<Millis>,
}

impl Meta {
    /// The later of the times of creation and modification.
    pub(crate) fn newest(&self) -> Millis {
        self.created_at.max(self.modified_at)
    }

    /// Whether the record has expired at `now`.
    pub fn is_due(&self, now: Millis) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// A key, its value and its metadata. Cloning shares key and value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: EncodedValue,
    /// The times.
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

/// A borrowed record.
#[derive(Clone, Copy, Debug)]
pub struct RecordRef<'a> {
    /// The key.
    pub key: &'a str,
    /// The value, still encoded.
    pub value: ValueRef<'a>,
    /// The times.
    pub meta: Meta,
}

/// All visible records of a view, in parts that can be read on different threads.
///
/// Search and path statistics read records only through this trait, so they do not depend on
/// segments or files.
pub trait Scan: Sync {
    /// The number of parts. Parts have similar sizes, and together contain each visible record
    /// once.
    fn parts(&self) -> usize;

    /// Visits the records of one part in key order until `visit` breaks. A part beyond
    /// [`parts`](Self::parts) is empty.
    fn scan_part(&self, part: usize, visit: &mut dyn FnMut(RecordRef<'_>) -> ControlFlow<()>);

    /// The number of records in all parts.
    fn record_count(&self) -> u64;
}

/// For tests, and for the few records of one commit.
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
