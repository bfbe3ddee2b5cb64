//! Making records from the elements of an input: keys, times, duplicates, conflicts, and the
//! report.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::batch::{Expiry, Op};
use crate::clock::Millis;
use crate::expire_at::{EXPIRE_AT, ExpireAtOutOfRange, expire_at};
use crate::key::Key;
use crate::record::{Meta, Record};
use crate::value::json::{JsonError, JsonErrorKind, Notes, TextPosition};
use crate::value::{EncodedValue, VALUE_BYTES_MAX, ValueRef};

use super::element::Element;
use super::key_rule::NoKey;
use super::pair::Pair;
use super::report::{ImportNote, ImportNoteKind, ImportNotes};
use super::unique::{Admission, Seen};
use super::{
    DuplicateKeys, ImportError, ImportReport, ImportSource, InputShape, KeyRule, TransferProgress,
};

/// The largest number of fields that a message lists.
const FIELDS_LISTED_MAX: usize = 20;

/// Options of an import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The rule for making keys.
    pub keys: KeyRule,
    /// What to do with duplicate keys in the input.
    pub duplicates: DuplicateKeys,
    /// What to do with keys that exist in the store.
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

/// What to do with keys that exist in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflict {
    /// The imported record replaces the existing one.
    #[default]
    Replace,
    /// The existing record is kept; the imported one is left out.
    Keep,
    /// The import is refused.
    Fail,
}

impl Conflict {
    /// All policies, the default first.
    pub const ALL: [Self; 3] = [Self::Replace, Self::Keep, Self::Fail];
}

/// A valid record of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// Its position in the input.
    pub place: TextPosition,
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: EncodedValue,
    /// The time of expiry, if the input has it.
    pub expires_at: Option<Millis>,
    /// The time of creation, if the input has it.
    pub created_at: Option<Millis>,
    /// The time of modification, if the input has it.
    pub modified_at: Option<Millis>,
}

impl ImportRecord {
    /// The op that writes the record with the times of the input. Without an expiry in the input it
    /// never expires.
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

/// Reads `source` and passes each record to `sink`. `stored` returns the value of a key in the
/// store, and `now` decides which expiries are past.
///
/// Records are in the order of the input, except that those whose keys get a number come last.
/// Numbers are assigned once all keys of the input are known, so that a numbered key is neither a
/// key of the input nor that of an unrelated record of the store. A record of the store is related
/// if the same rule makes the same key of it, before numbering; without a rule that uses the value,
/// if it has the same value. So repeating an import assigns the same keys.
///
/// With [`DuplicateKeys::LastWins`] the sink may receive a key again; the later record counts.
///
/// # Errors
///
/// [`ImportError`]; what the sink has received must be discarded.
pub fn import(
    source: ImportSource,
    options: &ImportOptions,
    now: Millis,
    stored: &dyn Fn(&str) -> Option<EncodedValue>,
    progress: &dyn TransferProgress,
    sink: &mut dyn FnMut(ImportRecord),
) -> Result<ImportReport, ImportError> {
    let mut importer = Importer {
        options,
        now,
        stored,
        sink,
        seen: Seen::default(),
        waiting: Vec::new(),
        report: ImportReport {
            format: source.format(),
            shape: InputShape::Lines,
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
    let walked = source.walk(
        options.keys == KeyRule::Given,
        progress,
        &|element| interpret(options, element),
        &mut |_, candidate| {
            importer.take(candidate)?;
            Ok(ControlFlow::Continue(()))
        },
    );
    let shape = match walked {
        Ok(shape) => shape,
        Err(ImportError::Cancelled) => {
            // A preview stops early, but includes these records.
            importer.number_waiting().ok();
            return Err(ImportError::Cancelled);
        }
        Err(error) => return Err(error),
    };
    importer.number_waiting()?;
    importer.report.shape = shape;
    Ok(importer.report)
}

struct Importer<'a> {
    options: &'a ImportOptions,
    now: Millis,
    stored: &'a dyn Fn(&str) -> Option<EncodedValue>,
    sink: &'a mut dyn FnMut(ImportRecord),
    seen: Seen,
    /// The records whose keys get a number.
    waiting: Vec<(Candidate, Origin)>,
    report: ImportReport,
}

/// How the key of a record was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The key is from the input or the rule, and unique so far.
    Own,
    /// An earlier record has the key, and is replaced.
    Again,
    /// An earlier record has the key: it was numbered.
    Numbered,
    /// An unrelated record of the store has the key: it was numbered.
    Moved,
}

/// A record and its notes, before it is compared with others.
struct Candidate {
    place: TextPosition,
    record: ImportRecord,
    notes: Notes,
    ignored_expire_at: Option<ExpireAtOutOfRange>,
}

impl Importer<'_> {
    fn take(&mut self, candidate: Candidate) -> Result<(), ImportError> {
        self.report.read += 1;
        let (place, key) = (candidate.place, &candidate.record.key);
        match self.seen.admit(key, place, self.options.duplicates)? {
            Admission::New if self.is_taken(&candidate) => {
                self.waiting.push((candidate, Origin::Moved));
            }
            Admission::New => self.settle(candidate, Origin::Own)?,
            Admission::Again => self.settle(candidate, Origin::Again)?,
            Admission::Numbered => self.waiting.push((candidate, Origin::Numbered)),
            Admission::Dropped => {
                self.report.duplicates += 1;
                self.note(place, key.clone(), ImportNoteKind::DroppedDuplicate);
            }
        }
        Ok(())
    }

    /// Whether an unrelated record of the store has the key made of the row number.
    fn is_taken(&self, candidate: &Candidate) -> bool {
        let rule = &self.options.keys;
        let is_made_up = matches!(rule, KeyRule::RowNumber { .. });
        let (key, value) = (&candidate.record.key, &candidate.record.value);
        is_made_up
            && self.options.conflict != Conflict::Fail
            && (self.stored)(key.as_str())
                .is_some_and(|stored| !is_related(rule, key, &stored, value))
    }

    /// Assigns numbers to the pending records.
    fn number_waiting(&mut self) -> Result<(), ImportError> {
        let (rule, stored) = (&self.options.keys, self.stored);
        for (mut candidate, origin) in std::mem::take(&mut self.waiting) {
            let record = &mut candidate.record;
            let (base, value) = (record.key.clone(), &record.value);
            let is_free = |key: &Key| {
                stored(key.as_str()).is_none_or(|stored| is_related(rule, &base, &stored, value))
            };
            record.key = self.seen.number(&base, candidate.place, &is_free)?;
            self.settle(candidate, origin)?;
        }
        self.report.notes.sort();
        Ok(())
    }

    /// Compares a record with a final key with the store, and passes it on.
    fn settle(&mut self, candidate: Candidate, origin: Origin) -> Result<(), ImportError> {
        let Candidate {
            place,
            record,
            notes,
            ignored_expire_at,
        } = candidate;
        let stored = (self.stored)(record.key.as_str());
        let exists = stored.is_some();
        if exists && self.options.conflict == Conflict::Fail {
            let key = record.key.as_str().to_owned();
            return Err(ImportError::Conflict { place, key });
        }
        let is_kept = exists && self.options.conflict == Conflict::Keep;
        let counter = match (origin, is_kept, exists) {
            (Origin::Again, ..) => &mut self.report.duplicates,
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
        let is_numbered = matches!(origin, Origin::Numbered | Origin::Moved);
        let differs = stored.is_some_and(|stored| stored != record.value);
        match origin {
            Origin::Again => note(ImportNoteKind::OverwroteDuplicate),
            Origin::Numbered => note(ImportNoteKind::Numbered),
            Origin::Moved => note(ImportNoteKind::Moved),
            Origin::Own => {}
        }
        if exists && is_numbered && differs {
            note(ImportNoteKind::ReplacedByNumber);
        } else if exists && origin != Origin::Again {
            note(ImportNoteKind::Replaced);
        }
        if let Some(error) = ignored_expire_at {
            note(ImportNoteKind::ExpireAtIgnored(error));
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

    fn note(&mut self, place: TextPosition, key: Key, kind: ImportNoteKind) {
        self.report.notes.add(ImportNote { place, key, kind });
    }
}

/// Makes a record of an element. Independent of other elements, so it can run in parallel.
fn interpret(options: &ImportOptions, element: Element) -> Result<Candidate, ImportError> {
    let place = element.place;
    let mut record = find_record(&options.keys, &element)?;
    let mut ignored_expire_at = None;
    if options.expire_at && record.expires_at.is_none() && may_expire(&record.value) {
        match expire_at(record.value.view()) {
            Some(Ok(at)) => record.expires_at = Some(at),
            Some(Err(error)) => ignored_expire_at = Some(error),
            None => {}
        }
    }
    Ok(Candidate {
        place,
        record,
        notes: element.notes,
        ignored_expire_at,
    })
}

/// Determines the key, the value and the times of an element.
fn find_record(keys: &KeyRule, element: &Element) -> Result<ImportRecord, ImportError> {
    let place = element.place;
    let new_key = |text: &str| Key::new(text).map_err(|error| ImportError::Key { place, error });
    let plain = |key| ImportRecord {
        place,
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
                place,
                key: new_key(pair.key)?,
                value: element.value.part(pair.value),
                expires_at,
                created_at,
                modified_at,
            })
        }
    }
}

/// Whether the name occurs anywhere in a value; a fast test that rules out most values.
fn may_expire(value: &EncodedValue) -> bool {
    static NAME: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(EXPIRE_AT));
    NAME.find(value.as_bytes()).is_some()
}

/// Whether a record of the store has the same key before numbering as one of the input, so that it
/// may be replaced under a numbered key.
fn is_related(rule: &KeyRule, base: &Key, stored: &EncodedValue, new: &EncodedValue) -> bool {
    match rule {
        KeyRule::Given | KeyRule::RowNumber { .. } => stored == new,
        KeyRule::Field(_) | KeyRule::Template(_) => {
            let made = rule.key(stored.view(), 0).and_then(Result::ok);
            made.is_some_and(|key| key == base.as_str())
        }
    }
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
