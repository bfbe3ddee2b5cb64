//! A hash table from hashes to numbers with open addressing. It holds nothing else, so that a
//! look-up is usually a single memory access.

/// The smallest number of slots; always a power of two.
const SLOTS_MIN: usize = 1024;

/// Numbers by hash. The hashes must be seeded, so that nobody can provoke collisions.
#[derive(Debug, Default)]
pub(super) struct NumberTable {
    /// The hash in the high half, the number plus 1 in the low half; 0 if the slot is free.
    slots: Vec<u64>,
    used: usize,
}

impl NumberTable {
    /// The first number with a hash if its slot is not taken by another hash, which is usually the
    /// right one; otherwise `u32::MAX`.
    #[inline]
    pub(super) fn first(&self, hash: u32) -> u32 {
        let slot = self.slot(hash as usize);
        if (slot >> 32) as u32 == hash {
            number_of(slot)
        } else {
            u32::MAX
        }
    }

    /// The number with a hash for which `is_it` returns `true`.
    #[inline]
    pub(super) fn find(&self, hash: u32, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut at = hash as usize;
        loop {
            let slot = self.slot(at);
            if slot == 0 {
                return None;
            }
            if (slot >> 32) as u32 == hash && is_it(number_of(slot)) {
                return Some(number_of(slot));
            }
            at += 1;
        }
    }

    /// Adds a number below `u32::MAX` that is not in the table.
    pub(super) fn insert(&mut self, hash: u32, number: u32) {
        // At most five of eight slots are used, so that probe sequences are short.
        if self.used * 8 >= self.slots.len() * 5 {
            let len = (self.slots.len() * 2).max(SLOTS_MIN);
            let old = std::mem::replace(&mut self.slots, vec![0; len]);
            for slot in old.into_iter().filter(|slot| *slot != 0) {
                self.put(slot);
            }
        }
        self.put(u64::from(hash) << 32 | (u64::from(number) + 1));
        self.used += 1;
    }

    /// Removes all numbers.
    pub(super) fn clear(&mut self) {
        self.slots.fill(0);
        self.used = 0;
    }

    fn put(&mut self, slot: u64) {
        let mut at = (slot >> 32) as usize;
        while self.slot(at) != 0 {
            at += 1;
        }
        let mask = self.slots.len() - 1;
        if let Some(free) = self.slots.get_mut(at & mask) {
            *free = slot;
        }
    }

    /// The content of a slot; indexes wrap around. 0 in an empty table.
    #[inline]
    fn slot(&self, at: usize) -> u64 {
        let mask = self.slots.len().wrapping_sub(1);
        self.slots.get(at & mask).copied().unwrap_or_default()
    }
}

const fn number_of(slot: u64) -> u32 {
    (slot as u32).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_equal_hashes_are_found() {
        let hash = |number: u32| (number % 700).wrapping_mul(0x9E37_79B9);
        let mut table = NumberTable::default();
        assert_eq!(table.find(7, |_| true), None);
        for _ in 0..2 {
            for number in 0..5000 {
                assert_eq!(table.find(hash(number), |known| known == number), None);
                table.insert(hash(number), number);
            }
            for number in 0..5000 {
                let found = table.find(hash(number), |known| known == number);
                assert_eq!(found, Some(number));
                assert!(table.first(hash(number)) < 5000 || number >= 700);
            }
            table.clear();
        }
    }
}
