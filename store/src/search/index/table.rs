//! A hash table of numbers: hashes and what they lead to, and nothing else, so that a look-up is a
//! single access to memory. Knows nothing of what the numbers stand for.

/// The least number of places of a table, a power of two as every one.
const PLACES_MIN: usize = 1024;

/// Numbers by hash. The hashes have to be seeded, so that nobody can choose equal ones.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The hash in the high half, the number and 1 in the low half; 0 where nothing is.
    places: Vec<u64>,
    used: usize,
}

impl Table {
    /// A guess at the number of a hash: the only one, most of the time. `u32::MAX` if there is
    /// none.
    #[inline]
    pub(super) fn first(&self, hash: u32) -> u32 {
        let place = self.place(hash as usize);
        if (place >> 32) as u32 == hash {
            number_of(place)
        } else {
            u32::MAX
        }
    }

    /// The number of a hash that `is_it`.
    #[inline]
    pub(super) fn find(&self, hash: u32, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut at = hash as usize;
        loop {
            let place = self.place(at);
            if place == 0 {
                return None;
            }
            if (place >> 32) as u32 == hash && is_it(number_of(place)) {
                return Some(number_of(place));
            }
            at += 1;
        }
    }

    /// Adds a number that is not in the table, below `u32::MAX`.
    pub(super) fn insert(&mut self, hash: u32, number: u32) {
        // At most five places of eight are used, so that the next free one is near.
        if self.used * 8 >= self.places.len() * 5 {
            let len = (self.places.len() * 2).max(PLACES_MIN);
            let old = std::mem::replace(&mut self.places, vec![0; len]);
            for place in old.into_iter().filter(|place| *place != 0) {
                self.put(place);
            }
        }
        self.put(u64::from(hash) << 32 | (u64::from(number) + 1));
        self.used += 1;
    }

    /// Forgets all numbers.
    pub(super) fn clear(&mut self) {
        self.places.fill(0);
        self.used = 0;
    }

    fn put(&mut self, place: u64) {
        let mut at = (place >> 32) as usize;
        while self.place(at) != 0 {
            at += 1;
        }
        let mask = self.places.len() - 1;
        if let Some(free) = self.places.get_mut(at & mask) {
            *free = place;
        }
    }

    /// What is at a place, around the end. Nothing is in an empty table.
    #[inline]
    fn place(&self, at: usize) -> u64 {
        let mask = self.places.len().wrapping_sub(1);
        self.places.get(at & mask).copied().unwrap_or_default()
    }
}

const fn number_of(place: u64) -> u32 {
    (place as u32).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_also_where_hashes_are_alike() {
        let hash = |number: u32| (number % 700).wrapping_mul(0x9E37_79B9);
        let mut table = Table::default();
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
