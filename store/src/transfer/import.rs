//! From elements to records: keys, times, duplicates, conflicts, and the account of them.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::batch::{Expiry, Op};
use crate::clock::Millis;
use crate::key::Key;
use crate::record::{Meta, Record};
use crate::value::json::{JsonError, JsonErrorKind, Notes, Place};
use crate::value::{EncodedValue, Timestamp, VALUE_BYTES_MAX, ValueRef};

use super::key_rule::NoKey;
use super::pair::Pair;
use super::read::Element;
use super::report::{ImportNote, ImportNoteKind, ImportNotes};
use super::unique::{Admission, Seen};
use super::{DuplicateKeys, ImportError, ImportReport, ImportSource, KeyRule, Progress, Shape};

/// The field that sets the expiry of its record, in Unix seconds.
const EXPIRE_AT: &str = "expireAt";

/// How many fields a message lists.
const FIELDS_LISTED_MAX: usize = 20;

/// How to import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Where keys come from.
    pub keys: KeyRule,
    /// What to do with a key that stands twice in the input.
    pub duplicates: DuplicateKeys,
    /// What to do with a key that the store has.
    pub conflict: Conflict,
    /// Whether an integer `expireAt` at the top of a value (Unix seconds) sets its expiry.
    pub expire_at: bool,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            keys: KeyRule::Given,
            duplicates: DuplicateKeys::Refuse,
            conflict: Conflict::Replace,
            expire_at: true,
        }
    }
}

/// What to do with a key that the store has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflict {
    /// The imported record replaces it.
    #[default]
    Replace,
    /// It stays; the imported record is passed over.
    Keep,
    /// The import is refused.
    Fail,
}

/// A record of an input, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: EncodedValue,
    /// When it expires, if the input says so.
    pub expires_at: Option<Millis>,
    /// When it was created, if the input says so.
    pub created_at: Option<Millis>,
    /// When it was modified, if the input says so.
    pub modified_at: Option<Millis>,
}

impl ImportRecord {
    /// The op that writes it: what the input says about its times is kept, and a record without an
    /// expiry in the input has none afterwards.
    pub fn into_op(self, now: Millis) -> Op {
        if self.created_at.is_none() && self.modified_at.is_none() {
            return Op::Put {
                key: self.key,
                value: self.value,
                expiry: self.expires_at.map_or(Expiry::Never, Expiry::At),
            };
        }
        let created_at = self.created_at.or(self.modified_at).unwrap_or(now);
        Op::Restore(Record {
            key: self.key,
            value: self.value,
            meta: Meta {
                created_at,
                modified_at: self.modified_at.unwrap_or(created_at),
                expires_at: self.expires_at,
            },
        })
    }
}

/// Reads `source` and hands each record to `sink`, in order; `exists` tells which keys the store
/// has, and `now` which expiries are past.
///
/// With [`DuplicateKeys::LastWins`] the sink may see a key again; the later record counts. On an
/// error, what the sink has got must be thrown away.
pub fn import(
    source: ImportSource,
    options: &ImportOptions,
    now: Millis,
    exists: &dyn Fn(&str) -> bool,
    progress: &dyn Progress,
    sink: &mut dyn FnMut(ImportRecord),
) -> Result<ImportReport, ImportError> {
    let mut importer = Importer {
        options,
        now,
        exists,
        sink,
        seen: Seen::default(),
        report: ImportReport {
            format: source.format(),
            shape: Shape::Lines,
            read: 0,
            added: 0,
            replaced: 0,
            kept: 0,
            duplicates: 0,
            numbered: 0,
            expiring: 0,
            expired: 0,
            notes: ImportNotes::default(),
        },
    };
    let shape = source.walk(
        options.keys == KeyRule::Given,
        progress,
        &|element| interpret(options, element),
        &mut |_, candidate| {
            importer.take(candidate)?;
            Ok(ControlFlow::Continue(()))
        },
    )?;
    importer.report.shape = shape;
    Ok(importer.report)
}

struct Importer<'a> {
    options: &'a ImportOptions,
    now: Millis,
    exists: &'a dyn Fn(&str) -> bool,
    sink: &'a mut dyn FnMut(ImportRecord),
    seen: Seen,
    report: ImportReport,
}

/// A record and what is to be said about it, before it is compared with others.
struct Candidate {
    place: Place,
    record: ImportRecord,
    notes: Notes,
    is_expire_at_ignored: bool,
}

impl Importer<'_> {
    fn take(&mut self, candidate: Candidate) -> Result<(), ImportError> {
        self.report.read += 1;
        let Candidate {
            place,
            mut record,
            notes,
            is_expire_at_ignored,
        } = candidate;
        let admission = self
            .seen
            .admit(record.key, place, self.options.duplicates)?;
        let is_numbered = matches!(admission, Admission::Numbered(_));
        let is_again = matches!(admission, Admission::Again(_));
        record.key = match admission {
            Admission::New(key) | Admission::Numbered(key) | Admission::Again(key) => key,
            Admission::Dropped(key) => {
                self.report.duplicates += 1;
                self.note(place, key, ImportNoteKind::DroppedDuplicate);
                return Ok(());
            }
        };
        let exists = (self.exists)(record.key.as_str());
        if exists && self.options.conflict == Conflict::Fail {
            let key = record.key.as_str().to_owned();
            return Err(ImportError::Conflict { place, key });
        }
        let is_kept = exists && self.options.conflict == Conflict::Keep;
        let counter = match (is_again, is_kept, exists) {
            (true, ..) => &mut self.report.duplicates,
            (_, true, _) => &mut self.report.kept,
            (_, _, true) => &mut self.report.replaced,
            _ => &mut self.report.added,
        };
        *counter += 1;
        if is_kept {
            self.note(place, record.key, ImportNoteKind::Kept);
            return Ok(());
        }
        let mut note = |kind| {
            let key = record.key.clone();
            self.report.notes.add(ImportNote { place, key, kind });
        };
        if is_again {
            note(ImportNoteKind::OverwroteDuplicate);
        } else if exists {
            note(ImportNoteKind::Replaced);
        }
        if is_numbered {
            note(ImportNoteKind::Numbered);
        }
        if is_expire_at_ignored {
            note(ImportNoteKind::ExpireAtIgnored);
        }
        let unlisted = notes.total - notes.first.len() as u64;
        for number in notes.first {
            note(ImportNoteKind::Number(number));
        }
        self.report.notes.count_unlisted(unlisted);
        self.report.numbered += u64::from(is_numbered);
        if let Some(at) = record.expires_at {
            self.report.expiring += 1;
            self.report.expired += u64::from(at <= self.now);
        }
        (self.sink)(record);
        Ok(())
    }

    fn note(&mut self, place: Place, key: Key, kind: ImportNoteKind) {
        self.report.notes.add(ImportNote { place, key, kind });
    }
}

/// Makes a record of an element; needs nothing but the element itself, so that it runs anywhere.
fn interpret(options: &ImportOptions, element: Element) -> Result<Candidate, ImportError> {
    let place = element.place;
    let mut record = find_record(&options.keys, &element)?;
    let mut is_expire_at_ignored = false;
    if options.expire_at && record.expires_at.is_none() && may_expire(&record.value) {
        match read_expire_at(record.value.view()) {
            Some(Ok(at)) => record.expires_at = Some(at),
            Some(Err(())) => is_expire_at_ignored = true,
            None => {}
        }
    }
    Ok(Candidate {
        place,
        record,
        notes: element.notes,
        is_expire_at_ignored,
    })
}

/// Finds key, value and times of an element.
fn find_record(keys: &KeyRule, element: &Element) -> Result<ImportRecord, ImportError> {
    let place = element.place;
    let new_key = |text: &str| Key::new(text).map_err(|error| ImportError::Key { place, error });
    let plain = |key| ImportRecord {
        key,
        value: element.value.clone(),
        expires_at: None,
        created_at: None,
        modified_at: None,
    };
    if let Some(name) = &element.name {
        if *keys != KeyRule::Given {
            return Err(ImportError::RuleNotNeeded { place });
        }
        return new_key(name).map(plain);
    }
    let view = element.value.view();
    match keys.key(view, element.row) {
        Some(Ok(key)) => new_key(&key).map(plain),
        Some(Err(NoKey::Missing(field))) => Err(ImportError::MissingField { place, field }),
        Some(Err(NoKey::NotScalar(field))) => Err(ImportError::FieldNotScalar { place, field }),
        None => {
            let pair = Pair::read(view).ok_or_else(|| ImportError::NeedsKeyRule {
                place,
                fields: scalar_fields(view),
            })?;
            let [expires_at, created_at, modified_at] = pair.times(place)?;
            if pair.value.len() > VALUE_BYTES_MAX {
                return Err(JsonError::new(place, JsonErrorKind::TooLarge).into());
            }
            Ok(ImportRecord {
                key: new_key(pair.key)?,
                value: element.value.part(pair.value),
                expires_at,
                created_at,
                modified_at,
            })
        }
    }
}

/// Whether the name stands anywhere in a value; most values are passed over by that.
fn may_expire(value: &EncodedValue) -> bool {
    static NAME: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(EXPIRE_AT));
    NAME.find(value.as_bytes()).is_some()
}

/// The moment that an integer `expireAt` at the top of a value names, in Unix seconds.
pub fn expire_at(value: ValueRef<'_>) -> Option<Millis> {
    read_expire_at(value)?.ok()
}

/// The same, telling an integer that is no moment from none at all.
fn read_expire_at(value: ValueRef<'_>) -> Option<Result<Millis, ()>> {
    let seconds = match value.as_map()?.get(EXPIRE_AT)? {
        ValueRef::Int(seconds) => seconds,
        ValueRef::UInt(_) => return Some(Err(())),
        _ => return None,
    };
    let moment = Timestamp::new(seconds, 0).map(|_| Millis::from_unix_seconds(seconds));
    Some(moment.or(Err(())))
}

/// The names of the fields of a record that could be its key.
pub(super) fn scalar_fields(value: ValueRef<'_>) -> Vec<String> {
    let Some(map) = value.as_map() else {
        return Vec::new();
    };
    map.iter()
        .filter(|(_, value)| {
            matches!(
                value,
                ValueRef::String(_) | ValueRef::Int(_) | ValueRef::UInt(_)
            )
        })
        .map(|(name, _)| crate::value::json::quote(name))
        .take(FIELDS_LISTED_MAX)
        .collect()
}
