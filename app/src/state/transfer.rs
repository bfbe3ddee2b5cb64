//! What an import or an export should do, and its result.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::PathBuf;

use vstore::target::Consent;
use vstore::transfer::{Conflict, DuplicateKeys, Format};
use vstore::{Key, RecordRef, Snapshot};

use super::{Keys, Span};

/// Which records a command applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All records.
    Everything,
    /// Those selected when the command is executed.
    Selected,
    /// These keys.
    Keys(Keys),
    /// The selection at the time of the request, stored as a run.
    Run(Box<Run>),
}

/// A resolved [`Scope`]: what the engine and jobs receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// All records.
    Everything,
    /// These keys.
    Keys(Keys),
    /// A selection stored as a run.
    Run(Box<Run>),
}

/// A run of records with exceptions and additions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The run; `None` for all records.
    pub span: Option<Span>,
    /// Records of the run that are excluded.
    pub except: BTreeSet<Key>,
    /// Further records.
    pub more: BTreeSet<Key>,
}

impl Target {
    /// The keys of existing records, in order. They are read lazily, so that a million keys are
    /// never held at once.
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
    /// The existing records, in order, read lazily.
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

/// The keys that occur in both of two ascending lists.
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

/// Skips records that were deleted in the meantime.
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
    /// What to do with keys that already exist.
    pub conflict: Conflict,
    /// What to do with keys that occur twice in the data; `None` for the default of the key source.
    pub duplicates: Option<DuplicateKeys>,
}

impl ImportPlan {
    /// The plan for a file before any choice was made.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            keys: ImportKeys::default(),
            conflict: Conflict::default(),
            duplicates: None,
        }
    }

    /// What to do with keys that occur twice in the data. A duplicate key in the data is an error
    /// there; a rule that makes a duplicate is only not specific enough, and no record may be lost
    /// because of that.
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
    /// From the data: an object of records, or elements with `key` and `value`.
    #[default]
    FromData,
    /// The scalar in a field, given by name or path.
    Field(String),
    /// Fields joined by text: `film:{year}:{title|slug}`.
    Template(String),
    /// The number of the element, after this prefix.
    RowNumber {
        /// The prefix of the keys.
        prefix: String,
    },
}

/// The first records that an import would make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPreview {
    /// The format of the file.
    pub format: Format,
    /// The first rows.
    pub rows: Vec<PreviewRow>,
    /// Names of top-level fields that could provide the key.
    pub fields: Vec<String>,
    /// Whether the data contains keys.
    pub has_keys: bool,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Problems found so far in the plan or the data.
    pub problems: Vec<String>,
}

/// A record that an import would make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRow {
    /// Its key, or why it has none.
    pub key: Result<String, String>,
    /// Its value on one line.
    pub value: String,
}

/// What to export, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportPlan {
    /// Which records.
    pub scope: Scope,
    /// In which form.
    pub format: Format,
    /// With the timestamps of expiry, creation and modification.
    pub with_metadata: bool,
    /// The path; asked for last.
    pub path: Option<PathBuf>,
    /// What the user agreed to replace.
    pub consent: Consent,
}
