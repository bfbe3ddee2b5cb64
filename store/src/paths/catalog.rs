//! The catalogue of paths: how many records have each path, and with which types of values. Kept up
//! to date with every change; cloning it is O(1).

use std::ops::ControlFlow;

use imbl::OrdMap;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator};

use super::tree::PathTree;
use crate::path::Path;
use crate::record::{Record, RecordRef, Scan};
use crate::search::{CancelToken, Cancelled, PathDictionary, Resolution, resolve};
use crate::value::{Shape, ValueError, ValueRef, ValueType, read_text};

/// The largest number of paths that are catalogued. Records with more use names as data.
pub const PATHS_MAX: usize = 65_536;

const RECORDS_PER_CHECK: u64 = 256;

/// How many records have one path, and how many values of each type it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathCounts {
    /// Records that have the path, each counted once.
    pub records: u64,
    /// The number of values at the path by type, in the order of [`ValueType::ALL`]. A record with
    /// a list of three texts has one list at `tags` and three texts at `tags[]`.
    pub types: [u64; 9],
}

impl PathCounts {
    /// The number of values of one type.
    pub const fn of_type(&self, value_type: ValueType) -> u64 {
        self.types[value_type as usize]
    }

    /// The number of values of any type.
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

/// All paths of a set of records, sorted. Cloning is O(1).
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

    /// Counts the paths of all records of a scan, in parallel: O(n).
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `cancel` was cancelled before the end.
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

    /// Counts the paths of records, in parallel.
    pub(crate) fn of_records<'a>(records: impl ParallelIterator<Item = &'a Record>) -> Self {
        records
            .fold(PathCounter::default, |mut counts, record| {
                counts.add(record.as_ref());
                counts
            })
            .map(|counts| Self::of_counts(&counts))
            .reduce(Self::default, Self::merged)
    }

    /// Adds a record to the counts.
    pub fn add(&mut self, record: RecordRef<'_>) {
        self.add_all(std::iter::once(record));
    }

    /// Adds many records to the counts. Cheaper than one by one: each path is looked up once.
    pub fn add_all<'a>(&mut self, records: impl Iterator<Item = RecordRef<'a>>) {
        let mut counting = PathCounter::default();
        records.for_each(|record| counting.add(record));
        self.add_counts(&counting);
    }

    /// Subtracts a record that was added before.
    pub fn remove(&mut self, record: RecordRef<'_>) {
        self.replace_all(std::iter::once((Some(record), None)));
    }

    /// Replaces records in the counts: `(before, after)`, where `None` means that the record did
    /// not or does not exist. An edit that keeps all names and types costs one walk over both
    /// values.
    pub(crate) fn replace_all<'a>(
        &mut self,
        changes: impl Iterator<Item = (Option<RecordRef<'a>>, Option<RecordRef<'a>>)>,
    ) {
        let (mut removed, mut added) = (PathCounter::default(), PathCounter::default());
        for (before, after) in changes {
            if let (Some(before), Some(after)) = (before, after)
                && has_same_shape(before.value, after.value)
            {
                continue;
            }
            if let Some(before) = before {
                removed.add(before);
            }
            if let Some(after) = after {
                added.add(after);
            }
        }
        // Removals first: they make room below the limit.
        for (path, counts) in removed.iter() {
            self.subtract_at(path, counts);
        }
        self.add_counts(&added);
    }

    /// Subtracts the counts of other records.
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

    /// The counts of a path.
    pub fn get(&self, path: &Path) -> Option<&PathCounts> {
        self.paths.get(path)
    }

    /// All paths with their counts, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &PathCounts)> {
        self.paths.iter()
    }

    /// The number of paths.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether there are no paths.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether paths are missing because there were more than [`PATHS_MAX`].
    pub const fn has_overflowed(&self) -> bool {
        self.has_overflowed
    }

    /// The paths that a name in a query refers to. O(paths).
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

/// Counts paths while many records are read.
#[derive(Debug, Default)]
pub(crate) struct PathCounter {
    paths: PathTree<Counted>,
    records: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    counts: PathCounts,
    /// The number of the last record that had the path, so that each record is counted once.
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

    /// Validates and counts the value at the start of `bytes`, which may be anything; returns the
    /// bytes after it.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](crate::value::validate).
    pub(crate) fn check<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], ValueError> {
        self.records += 1;
        let number = self.records;
        self.paths.walk_checking(bytes, &mut |counted, value_type| {
            counted.count(number, value_type);
        })
    }

    /// The catalogue of the records counted so far.
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
    left_shape == right_shape && skip_same_shape(left_shape, left, right).is_some()
}

/// Skips the contents of two containers of one shape and returns the bytes after each; `None` if
/// the shapes inside differ.
fn skip_same_shape<'a>(
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
        (left, right) = skip_same_shape(left_shape, left_inside, right_inside)?;
    }
    Some((left, right))
}
