//! Seeing that each name stands in a map once.

use super::ValueError;
use super::reader::names_of_map;

/// How many names are compared with each other; more are sorted at the end.
const FEW: usize = 16;

/// The names of one encoded map so far. Mostly a bit tells that a name is new; if it does not, the
/// map is walked again from its start.
pub(super) struct Names<'a> {
    /// The map from its first name on.
    map: &'a [u8],
    len: usize,
    marks: NameMarks,
    /// The names behind the first few.
    many: Vec<&'a [u8]>,
}

impl<'a> Names<'a> {
    /// The names of a map whose first name starts `map`.
    pub(super) const fn of(map: &'a [u8]) -> Self {
        Self {
            map,
            len: 0,
            marks: NameMarks(0),
            many: Vec::new(),
        }
    }

    /// Takes the next name; an error if it is among the first and stood before.
    pub(super) fn add(&mut self, name: &'a [u8]) -> Result<(), ValueError> {
        if self.len == FEW {
            self.many.push(name);
        } else {
            let mut before = names_of_map(self.map, self.len);
            if self.marks.may_be_known(name) && before.any(|known| known == name) {
                return Err(duplicate(name));
            }
            self.len += 1;
        }
        Ok(())
    }

    /// Compares the names that were left.
    pub(super) fn check(self) -> Result<(), ValueError> {
        if self.many.is_empty() {
            return Ok(());
        }
        let mut all: Vec<&[u8]> = names_of_map(self.map, self.len).collect();
        all.extend(self.many);
        all.sort_unstable();
        match all.array_windows().find(|[left, right]| left == right) {
            Some([name, _]) => Err(duplicate(name)),
            None => Ok(()),
        }
    }
}

fn duplicate(name: &[u8]) -> ValueError {
    ValueError::DuplicateName {
        name: String::from_utf8_lossy(name).into_owned(),
    }
}

/// A bit for each name seen, of 64 that names share.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NameMarks(u64);

impl NameMarks {
    /// Marks a name; `false` says that it was surely not marked before.
    pub(super) fn may_be_known(&mut self, name: &[u8]) -> bool {
        let at = |place: usize| u32::from(name.get(place).copied().unwrap_or_default());
        let len = name.len() as u32;
        let ends = at(0) * 5 + at(name.len() / 2) * 11 + at(name.len().saturating_sub(1)) * 23;
        let bit = 1 << ((ends + len * 7) % 64);
        let is_marked = self.0 & bit != 0;
        self.0 |= bit;
        is_marked
    }
}
