//! The catalogue of paths: for each, how many records have it and which types stand there. Kept up
//! to date record by record; a copy of it is free.

use std::ops::ControlFlow;

use imbl::OrdMap;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator};

use super::tree::PathTree;
use crate::path::Path;
use crate::record::{Record, RecordRef, Scan};
use crate::search::{Cancelled, PathDictionary, Resolution, Ticket, resolve};
use crate::value::ValueType;

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
    pub fn of(scan: &(impl Scan + ?Sized), ticket: &Ticket) -> Result<Self, Cancelled> {
        let catalog = (0..scan.parts())
            .into_par_iter()
            .fold(Counting::default, |mut counts, part| {
                scan.scan_part(part, &mut |record| {
                    counts.add(record);
                    if counts.records.is_multiple_of(RECORDS_PER_CHECK) && !ticket.is_current() {
                        return ControlFlow::Break(());
                    }
                    ControlFlow::Continue(())
                });
                counts
            })
            .map(|counts| Self::of_counts(&counts))
            .reduce(Self::default, Self::merged);
        if !ticket.is_current() {
            return Err(Cancelled);
        }
        Ok(catalog)
    }

    /// Reads records, in parallel.
    pub(crate) fn of_records<'a>(records: impl ParallelIterator<Item = &'a Record>) -> Self {
        records
            .fold(Counting::default, |mut counts, record| {
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
        let mut counting = Counting::default();
        records.for_each(|record| counting.add(record));
        self.apply(&counting, PathCounts::add);
    }

    /// Takes back what was counted for the same record.
    pub fn remove(&mut self, record: RecordRef<'_>) {
        self.remove_all(std::iter::once(record));
    }

    /// Takes back what was counted for many records.
    pub fn remove_all<'a>(&mut self, records: impl Iterator<Item = RecordRef<'a>>) {
        let mut counting = Counting::default();
        records.for_each(|record| counting.add(record));
        self.subtract(&Self::of_counts(&counting));
    }

    /// Takes back the counts of other records.
    pub(crate) fn subtract(&mut self, other: &Self) {
        for (path, counts) in &other.paths {
            let Some(known) = self.paths.get_mut(path) else {
                continue;
            };
            known.subtract(counts);
            if known.records == 0 {
                self.paths.remove(path);
            }
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

    fn of_counts(counting: &Counting) -> Self {
        let mut catalog = Self::default();
        catalog.apply(counting, PathCounts::add);
        catalog
    }

    fn merged(mut self, other: Self) -> Self {
        self.merge(&other);
        self
    }

    fn apply(&mut self, counting: &Counting, change: fn(&mut PathCounts, &PathCounts)) {
        self.has_overflowed |= counting.paths.has_overflowed();
        for (path, counts) in counting.iter() {
            if let Some(known) = self.paths.get_mut(path) {
                change(known, counts);
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
struct Counting {
    paths: PathTree<Counted>,
    records: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    counts: PathCounts,
    /// The number of the last record that had the path, to count each once.
    last_record: u64,
}

impl Counting {
    fn add(&mut self, record: RecordRef<'_>) {
        self.records += 1;
        let number = self.records;
        self.paths.walk(record.value, &mut |counted, visited| {
            counted.counts.types[visited.value_type() as usize] += 1;
            counted.counts.records += u64::from(counted.last_record != number);
            counted.last_record = number;
        });
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &PathCounts)> {
        let counted = self
            .paths
            .iter()
            .map(|(path, counted)| (path, &counted.counts));
        counted.filter(|(_, counts)| counts.records > 0)
    }
}
