//! The position of each store when it was last open here. It reveals whether a file was replaced by
//! an older copy or truncated since.
//!
//! Positions are kept beside the preferences, by the id of the store and without any name; they
//! reveal nothing that the files themselves do not.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use vstore::file::{POSITION_LEN, Position};

use crate::private_file;

/// How many stores are remembered; the ones that were not open for the longest time are forgotten.
const STORES_MAX: usize = 1000;

/// The remembered positions, in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Positions {
    path: Option<PathBuf>,
}

impl Positions {
    /// Remembers positions in a file, which need not exist.
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path: Some(path) }
    }

    /// The remembered position of a store.
    pub(super) fn of(&self, store_id: [u8; 16]) -> Option<Position> {
        self.read()
            .into_iter()
            .find(|position| position.store_id() == store_id)
    }

    /// Remembers the position of a store. A failure to write it is ignored.
    pub(super) fn remember(&self, position: &Position) {
        let Some(path) = &self.path else {
            return;
        };
        let mut all = self.read();
        if all.contains(position) {
            return;
        }
        all.retain(|other| other.store_id() != position.store_id());
        all.truncate(STORES_MAX - 1);
        // The most recent first.
        all.insert(0, position.clone());
        let content: Vec<u8> = all.iter().flat_map(Position::to_bytes).collect();
        private_file::replace(path, &content).ok();
    }

    /// All remembered positions; empty if the file cannot be read.
    fn read(&self) -> Vec<Position> {
        let Some(path) = &self.path else {
            return Vec::new();
        };
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| {
            let limit = (STORES_MAX * POSITION_LEN) as u64;
            file.take(limit).read_to_end(&mut bytes)
        });
        if read.is_err() {
            return Vec::new();
        }
        bytes
            .chunks_exact(POSITION_LEN)
            .filter_map(Position::parse)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A position of the store with this number.
    fn position(store: u16, sequence: u8) -> Position {
        let mut bytes = [0; POSITION_LEN];
        bytes[..2].copy_from_slice(&store.to_le_bytes());
        bytes[24] = sequence;
        Position::parse(&bytes).unwrap()
    }

    fn id(store: u16) -> [u8; 16] {
        position(store, 0).store_id()
    }

    #[test]
    fn the_last_position_of_each_store_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/positions");
        let positions = Positions::at(path.clone());
        assert_eq!(positions.of(id(1)), None);
        for (store, sequence) in [(1, 1), (2, 1), (1, 2)] {
            positions.remember(&position(store, sequence));
        }
        let again = Positions::at(path);
        assert_eq!(again.of(id(1)), Some(position(1, 2)));
        assert_eq!(again.of(id(2)), Some(position(2, 1)));
        assert_eq!(again.of(id(3)), None);
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
    }

    #[test]
    fn the_least_recently_opened_stores_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("positions");
        let mut all = Vec::new();
        for store in 0..STORES_MAX as u16 {
            all.extend_from_slice(&position(store, 1).to_bytes());
        }
        fs::write(&path, all).unwrap();
        let positions = Positions::at(path.clone());
        positions.remember(&position(5000, 1));
        assert_eq!(positions.of(id(STORES_MAX as u16 - 1)), None);
        assert!(positions.of(id(5000)).is_some() && positions.of(id(0)).is_some());
        assert_eq!(
            fs::metadata(&path).unwrap().len(),
            (STORES_MAX * POSITION_LEN) as u64
        );
    }

    #[test]
    fn a_file_with_any_content_is_read_without_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("positions");
        fs::write(&path, [7; POSITION_LEN + 5]).unwrap();
        let positions = Positions::at(path);
        assert!(positions.of([7; 16]).is_some());
        assert_eq!(positions.of([0; 16]), None);
    }
}
