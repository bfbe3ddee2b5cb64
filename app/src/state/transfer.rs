//! What an import or an export is to do, and what came of it.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::PathBuf;

use vstore::target::Consent;
use vstore::transfer::{Conflict, DuplicateKeys, Format};
use vstore::{Key, RecordRef, Snapshot};

use super::{Keys, Span};

/// Which records something is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All records.
    Everything,
    /// Those that are selected when it is done.
    Selected,
    /// These.
    Keys(Keys),
    /// What was selected when it was asked for, not named one by one.
    Run(Box<Run>),
}

/// A [`Scope`] after it was looked up: what the engine and jobs are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// All records.
    Everything,
    /// These.
    Keys(Keys),
    /// A selection that is not named one by one.
    Run(Box<Run>),
}

/// Many records but for some, and some more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where they begin and end; `None`: all records.
    pub span: Option<Span>,
    /// These are not meant.
    pub except: BTreeSet<Key>,
    /// These are meant too.
    pub more: BTreeSet<Key>,
}

impl Target {
    /// The keys that are meant and are there, in their order. Reads them as it goes: of a million
    /// none is kept.
    pub fn keys<'a>(&'a self, snapshot: &'a Snapshot) -> Box<dyn Iterator<Item = Key> + 'a> {
        match self {
            Self::Everything => Box::new(keys_between(snapshot, Bound::Unbounded, None)),
            Self::Keys(keys) => Box::new(present(snapshot, keys.iter())),
            Self::Run(run) => {
                let kept = run.keys(snapshot).filter(|key| !run.except.contains(key));
                Box::new(kept.chain(present(snapshot, run.more.iter().cloned())))
            }
        }
    }
}

impl Target {
    /// The records that are meant, in their order, read as it goes.
    pub fn records<'a>(
        &'a self,
        snapshot: &'a Snapshot,
    ) -> Box<dyn Iterator<Item = RecordRef<'a>> + 'a> {
        if let Self::Everything = self {
            return Box::new(snapshot.iter());
        }
        let record = |key: Key| {
            let place = Bound::Included(key.as_str());
            snapshot.range(place, place).next()
        };
        Box::new(self.keys(snapshot).filter_map(record))
    }
}

impl Run {
    fn keys<'a>(&'a self, snapshot: &'a Snapshot) -> Box<dyn Iterator<Item = Key> + 'a> {
        match &self.span {
            None => Box::new(keys_between(snapshot, Bound::Unbounded, None)),
            Some(Span::Between { first, last, seen }) => {
                let keys = |of: &'a Snapshot| {
                    keys_between(of, Bound::Included(first.as_str()), Some(last))
                };
                if seen.seq() == snapshot.seq() {
                    Box::new(keys(snapshot))
                } else {
                    Box::new(in_both(keys(snapshot), keys(seen)))
                }
            }
            Some(Span::Rows { keys, rows, .. }) => {
                Box::new(present(snapshot, keys.iter_in(rows.clone())))
            }
        }
    }
}

fn keys_between<'a>(
    snapshot: &'a Snapshot,
    from: Bound<&str>,
    last: Option<&'a Key>,
) -> impl Iterator<Item = Key> + 'a {
    let until = last.map_or(Bound::Unbounded, |last| Bound::Included(last.as_str()));
    let records = snapshot.range(from, until);
    records.filter_map(|record| Key::new(record.key).ok())
}

/// The keys that stand in both of two ascending lists.
fn in_both(
    left: impl Iterator<Item = Key>,
    right: impl Iterator<Item = Key>,
) -> impl Iterator<Item = Key> {
    let mut right = right.peekable();
    left.filter(move |key| {
        while right.next_if(|other| other < key).is_some() {}
        right.peek() == Some(key)
    })
}

/// What is gone meanwhile is passed over.
fn present<'a>(
    snapshot: &'a Snapshot,
    keys: impl Iterator<Item = Key> + 'a,
) -> impl Iterator<Item = Key> + 'a {
    keys.filter(|key| snapshot.get(key.as_str()).is_some())
}

/// What to import, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportPlan {
    /// The file.
    pub path: PathBuf,
    /// Where the keys come from.
    pub keys: ImportKeys,
    /// What happens to keys that exist.
    pub conflict: Conflict,
    /// What happens to keys that stand twice in the data; `None`: as it suits the keys.
    pub duplicates: Option<DuplicateKeys>,
}

impl ImportPlan {
    /// The plan for a file before anything was chosen.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            keys: ImportKeys::default(),
            conflict: Conflict::default(),
            duplicates: None,
        }
    }

    /// What happens to keys that stand twice in the data. A key that the data gives twice is a
    /// mistake in the data; a rule that makes one twice only says too little, and no record may
    /// get lost for that.
    pub fn duplicates(&self) -> DuplicateKeys {
        self.duplicates.unwrap_or(match self.keys {
            ImportKeys::FromData => DuplicateKeys::Refuse,
            ImportKeys::Field(_) | ImportKeys::Template(_) | ImportKeys::RowNumber { .. } => {
                DuplicateKeys::Number
            }
        })
    }
}

/// Where the keys of imported records come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ImportKeys {
    /// The data says: an object of records, or elements with `key` and `value`.
    #[default]
    FromData,
    /// The scalar in a field, by its name or path.
    Field(String),
    /// Fields joined by text: `film:{year}:{title|slug}`.
    Template(String),
    /// The number of the element, after this prefix.
    RowNumber {
        /// What the keys start with.
        prefix: String,
    },
}

/// The first records that an import would make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPreview {
    /// The form the file has.
    pub format: Format,
    /// The first rows.
    pub rows: Vec<PreviewRow>,
    /// Names of top-level fields, as candidates for the key.
    pub fields: Vec<String>,
    /// Whether the data brings keys of its own.
    pub has_keys: bool,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// What is wrong with the plan or the data so far.
    pub problems: Vec<String>,
}

/// A record that an import would make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRow {
    /// Its key, or why it has none.
    pub key: Result<String, String>,
    /// Its value in one line.
    pub value: String,
}

/// What to export, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportPlan {
    /// Which records.
    pub scope: Scope,
    /// In which form.
    pub format: Format,
    /// With expiry, creation and modification times.
    pub with_metadata: bool,
    /// Where to; asked for last.
    pub path: Option<PathBuf>,
    /// What the person agreed to replace.
    pub consent: Consent,
}
