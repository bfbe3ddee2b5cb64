//! The catalogue of paths: for each, how many records have it and which types stand there. Kept up
//! to date record by record; a copy of it is free.

use std::ops::ControlFlow;

use imbl::OrdMap;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator};

use super::tree::PathTree;
use crate::path::Path;
use crate::record::{Record, RecordRef, Scan};
use crate::search::{CancelToken, Cancelled, PathDictionary, Resolution, resolve};
use crate::value::{Shape, ValueError, ValueRef, ValueType, read_text};

/// Paths beyond these are not catalogued: such records use names as data.
pub const PATHS_MAX: usize = 65_536;

const RECORDS_PER_CHECK: u64 = 256;

/// What stands at one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathCounts {
    /// Records that have the path, each counted once.
    pub records: u64,
    /// Values at the path by type, in the order of [`ValueType::ALL`]. A record with a list of
    /// three texts has one list at `tags` and three texts at `tags[]`.
    pub types: [u64; 9],
}

impl PathCounts {
    /// How many values of one type.
    pub const fn of_type(&self, value_type: ValueType) -> u64 {
        self.types[value_type as usize]
    }

    /// How many values of any type.
    pub fn values(&self) -> u64 {
        self.types.iter().sum()
    }

    fn add(&mut self, other: &Self) {
        self.records += other.records;
        for (count, more) in self.types.iter_mut().zip(other.types) {
            *count += more;
        }
    }

    fn subtract(&mut self, other: &Self) {
        self.records = self.records.saturating_sub(other.records);
        for (count, less) in self.types.iter_mut().zip(other.types) {
            *count = count.saturating_sub(less);
        }
    }
}

/// All paths of a set of records, in their order. Cloning is O(1).
#[derive(Clone, Debug, Default)]
pub struct PathCatalog {
    paths: OrdMap<Path, PathCounts>,
    has_overflowed: bool,
}

impl PathCatalog {
    /// The catalogue of no records.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads all records of a scan, in parallel.
    pub fn of(scan: &(impl Scan + ?Sized), cancel: &CancelToken) -> Result<Self, Cancelled> {
        let catalog = (0..scan.parts())
            .into_par_iter()
            .fold(PathCounter::default, |mut counts, part| {
                scan.scan_part(part, &mut |record| {
                    counts.add(record);
                    if counts.records.is_multiple_of(RECORDS_PER_CHECK) && cancel.is_cancelled() {
                        return ControlFlow::Break(());
                    }
                    ControlFlow::Continue(())
                });
                counts
            })
            .map(|counts| Self::of_counts(&counts))
            .reduce(Self::default, Self::merged);
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        Ok(catalog)
    }

    /// Reads records, in parallel.
    pub(crate) fn of_records<'a>(records: impl ParallelIterator<Item = &'a Record>) -> Self {
        records
            .fold(PathCounter::default, |mut counts, record| {
                counts.add(record.as_ref());
                counts
            })
            .map(|counts| Self::of_counts(&counts))
            .reduce(Self::default, Self::merged)
    }

    /// Counts a record.
    pub fn add(&mut self, record: RecordRef<'_>) {
        self.add_all(std::iter::once(record));
    }

    /// Counts many records at the price of few: each path is looked up once.
    pub fn add_all<'a>(&mut self, records: impl Iterator<Item = RecordRef<'a>>) {
        let mut counting = PathCounter::default();
        records.for_each(|record| counting.add(record));
        self.add_counts(&counting);
    }

    /// Takes back what was counted for the same record.
    pub fn remove(&mut self, record: RecordRef<'_>) {
        self.replace_all(std::iter::once((Some(record), None)));
    }

    /// Counts records as they are now instead of as they were, if they were there and still are.
    /// An edit that leaves all names and types as they were costs one walk over both values.
    pub(crate) fn replace_all<'a>(
        &mut self,
        changes: impl Iterator<Item = (Option<RecordRef<'a>>, Option<RecordRef<'a>>)>,
    ) {
        let (mut gone, mut come) = (PathCounter::default(), PathCounter::default());
        for (before, after) in changes {
            if let (Some(before), Some(after)) = (before, after)
                && has_same_shape(before.value, after.value)
            {
                continue;
            }
            if let Some(before) = before {
                gone.add(before);
            }
            if let Some(after) = after {
                come.add(after);
            }
        }
        // What goes makes room for what comes.
        for (path, counts) in gone.iter() {
            self.subtract_at(path, counts);
        }
        self.add_counts(&come);
    }

    /// Takes back the counts of other records.
    pub(crate) fn subtract(&mut self, other: &Self) {
        for (path, counts) in &other.paths {
            self.subtract_at(path.as_str(), counts);
        }
    }

    fn subtract_at(&mut self, path: &str, counts: &PathCounts) {
        let Some(known) = self.paths.get_mut(path) else {
            return;
        };
        known.subtract(counts);
        if known.records == 0 {
            self.paths.remove(path);
        }
    }

    /// Adds the counts of other records.
    pub fn merge(&mut self, other: &Self) {
        self.has_overflowed |= other.has_overflowed;
        for (path, counts) in &other.paths {
            if let Some(known) = self.paths.get_mut(path) {
                known.add(counts);
            } else if self.paths.len() < PATHS_MAX {
                self.paths.insert(path.clone(), *counts);
            } else {
                self.has_overflowed = true;
            }
        }
    }

    /// What stands at a path.
    pub fn get(&self, path: &Path) -> Option<&PathCounts> {
        self.paths.get(path)
    }

    /// All paths in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &PathCounts)> {
        self.paths.iter()
    }

    /// How many paths.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether paths are missing because there were more than [`PATHS_MAX`].
    pub const fn has_overflowed(&self) -> bool {
        self.has_overflowed
    }

    /// The paths a name in a query means.
    pub fn resolve(&self, name: &str) -> Resolution {
        resolve(name, self)
    }

    fn of_counts(counting: &PathCounter) -> Self {
        let mut catalog = Self::default();
        catalog.add_counts(counting);
        catalog
    }

    fn merged(mut self, other: Self) -> Self {
        self.merge(&other);
        self
    }

    fn add_counts(&mut self, counting: &PathCounter) {
        self.has_overflowed |= counting.paths.has_overflowed();
        for (path, counts) in counting.iter() {
            if let Some(known) = self.paths.get_mut(path) {
                known.add(counts);
            } else if self.paths.len() < PATHS_MAX {
                self.paths.insert(Path::from_canonical(path), *counts);
            } else {
                self.has_overflowed = true;
            }
        }
    }
}

impl PathDictionary for PathCatalog {
    fn for_each_path(&self, visit: &mut dyn FnMut(&Path)) {
        self.paths.keys().for_each(visit);
    }
}

/// Counts while many records are read.
#[derive(Debug, Default)]
pub(crate) struct PathCounter {
    paths: PathTree<Counted>,
    records: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    counts: PathCounts,
    /// The number of the last record that had the path, to count each once.
    last_record: u64,
}

impl Counted {
    fn count(&mut self, record: u64, value_type: ValueType) {
        self.counts.types[value_type as usize] += 1;
        self.counts.records += u64::from(self.last_record != record);
        self.last_record = record;
    }
}

impl PathCounter {
    fn add(&mut self, record: RecordRef<'_>) {
        self.records += 1;
        let number = self.records;
        self.paths.walk(record.value, &mut |counted, visited| {
            counted.count(number, visited.value_type());
        });
    }

    /// Counts the value at the start of `bytes`, which nobody has checked, and refuses what
    /// [`validate`](crate::value::validate) refuses; returns what follows it.
    pub(crate) fn check<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], ValueError> {
        self.records += 1;
        let number = self.records;
        self.paths.walk_checking(bytes, &mut |counted, value_type| {
            counted.count(number, value_type);
        })
    }

    /// The catalogue of what was counted.
    pub(crate) fn catalog(&self) -> PathCatalog {
        PathCatalog::of_counts(self)
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &PathCounts)> {
        let counted = self
            .paths
            .iter()
            .map(|(path, counted)| (path, &counted.counts));
        counted.filter(|(_, counts)| counts.records > 0)
    }
}

/// Whether two values have the same names in the same order and the same type at each.
fn has_same_shape(left: ValueRef<'_>, right: ValueRef<'_>) -> bool {
    let (left_shape, left) = Shape::of(left);
    let (right_shape, right) = Shape::of(right);
    left_shape == right_shape && behind_same_shape(left_shape, left, right).is_some()
}

/// What follows in both what is in two containers of one shape; `None` if they differ inside.
fn behind_same_shape<'a>(
    shape: Shape,
    mut left: &'a [u8],
    mut right: &'a [u8],
) -> Option<(&'a [u8], &'a [u8])> {
    let (len, has_names) = match shape {
        Shape::Scalar(_) => (0, false),
        Shape::List(len) => (len, false),
        Shape::Map(len) => (len, true),
    };
    for _ in 0..len {
        if has_names {
            let (left_name, left_value) = read_text(left)?;
            let (right_name, right_value) = read_text(right)?;
            if left_name != right_name {
                return None;
            }
            (left, right) = (left_value, right_value);
        }
        let (left_shape, left_inside) = Shape::read(left)?;
        let (right_shape, right_inside) = Shape::read(right)?;
        if left_shape != right_shape {
            return None;
        }
        (left, right) = behind_same_shape(left_shape, left_inside, right_inside)?;
    }
    Some((left, right))
}
