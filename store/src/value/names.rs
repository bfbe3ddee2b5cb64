//! Seeing that each name stands in a map once.

use super::ValueError;

/// How many names are compared with each other; more are sorted at the end.
const FEW: usize = 16;

/// The names of one map so far. Few names are the common case, and mostly a bit is enough to tell
/// that one is new.
#[derive(Default)]
pub(super) struct Names<'a> {
    few: [&'a str; FEW],
    len: usize,
    marks: NameMarks,
    many: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// Takes the next name; an error if it is among the first and stood before.
    pub(super) fn add(&mut self, name: &'a str) -> Result<(), ValueError> {
        if let Some(place) = self.few.get_mut(self.len) {
            *place = name;
            let before = self.few.get(..self.len).unwrap_or_default();
            self.len += 1;
            if self.marks.may_be_known(name) && before.contains(&name) {
                return Err(duplicate(name));
            }
        } else {
            self.many.push(name);
        }
        Ok(())
    }

    /// Compares the names that were left.
    pub(super) fn check(mut self) -> Result<(), ValueError> {
        if self.many.is_empty() {
            return Ok(());
        }
        self.many.extend(self.few);
        self.many.sort_unstable();
        match self
            .many
            .array_windows()
            .find(|[left, right]| left == right)
        {
            Some([name, _]) => Err(duplicate(name)),
            None => Ok(()),
        }
    }
}

fn duplicate(name: &str) -> ValueError {
    ValueError::DuplicateName {
        name: name.to_owned(),
    }
}

/// A bit for each name seen, of 64 that names share.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NameMarks(u64);

impl NameMarks {
    /// Marks a name; `false` says that it was surely not marked before.
    pub(super) fn may_be_known(&mut self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let at = |place: usize| u32::from(bytes.get(place).copied().unwrap_or_default());
        let len = bytes.len() as u32;
        let ends = at(0) * 5 + at(bytes.len() / 2) * 11 + at(bytes.len().saturating_sub(1)) * 23;
        let bit = 1 << ((ends + len * 7) % 64);
        let is_marked = self.0 & bit != 0;
        self.0 |= bit;
        is_marked
    }
}
