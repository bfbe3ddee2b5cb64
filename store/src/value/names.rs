//! Detecting duplicate names in a map.

use std::collections::HashSet;

use super::ValueError;

/// The number of names that are compared with each other; with more a hash set is used.
const FEW: usize = 16;

/// The names of one encoded map so far. Usually a bit shows that a name is new; otherwise it is
/// compared with the first few names, or looked up. The hash is seeded, so that no file can be
/// crafted to slow it down.
pub(super) struct Names<'a> {
    few: [&'a [u8]; FEW],
    len: usize,
    marks: NameMarks,
    /// All names, once there are many.
    many: HashSet<&'a [u8]>,
}

impl<'a> Names<'a> {
    pub(super) fn new() -> Self {
        Self {
            few: [&[]; FEW],
            len: 0,
            marks: NameMarks(0),
            many: HashSet::new(),
        }
    }

    /// Adds the next name; an error if it is a duplicate.
    pub(super) fn add(&mut self, name: &'a [u8]) -> Result<(), ValueError> {
        let is_new = if let Some(place) = self.few.get_mut(self.len) {
            *place = name;
            let mut before = self.few.iter().take(self.len);
            self.len += 1;
            !self.marks.may_be_known(name) || before.all(|known| *known != name)
        } else {
            if self.many.is_empty() {
                self.many.extend(self.few);
            }
            self.many.insert(name)
        };
        if is_new { Ok(()) } else { Err(duplicate(name)) }
    }
}

pub(crate) fn duplicate(name: &[u8]) -> ValueError {
    ValueError::DuplicateName {
        name: String::from_utf8_lossy(name).into_owned(),
    }
}

/// A filter for names: 64 bits, of which each name sets one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NameMarks(u64);

impl NameMarks {
    /// Adds a name. `false` means that it was certainly not added before.
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
