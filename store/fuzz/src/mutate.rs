//! Mutations of an input: bits, bytes, ranges, and numbers that are likely to be special.

/// `SplitMix64`: the same seed tries the same inputs.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

/// Lengths, counts and markers that readers treat specially.
const SPECIAL: [u32; 10] = [
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0xFFFF,
    0x0400_0000,
    0x7FFF_FFFF,
    0xFFFF_FFFF,
    0x0153_56F5,
];

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, or 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len);
        let most = if self.below(4) == 0 { len } else { 16 };
        let end = (start + 1 + self.below(most)).min(len);
        start..end
    }

    /// Changes `input` in one to four ways, possibly inserting parts of `other`.
    pub fn mutate(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..=self.below(4) {
            self.mutate_once(input, other);
        }
    }

    fn mutate_once(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        if input.is_empty() {
            input.extend_from_slice(other);
            input.push(self.next() as u8);
            return;
        }
        let at = self.below(input.len());
        let range = self.range(input.len());
        match self.below(9) {
            0 => input[at] ^= 1 << self.below(8),
            1 => input[at] = self.next() as u8,
            2 => drop(input.drain(range)),
            3 => input[range].fill(0),
            4 => {
                let copy = input[range].to_vec();
                drop(input.splice(at..at, copy));
            }
            5 => input.truncate(at),
            6 => {
                let special = SPECIAL[self.below(SPECIAL.len())].to_le_bytes();
                for (to, from) in input[at..].iter_mut().zip(special) {
                    *to = from;
                }
            }
            7 if !other.is_empty() => {
                let part = self.range(other.len());
                let end = (at + part.len()).min(input.len());
                drop(input.splice(at..end, other[part].iter().copied()));
            }
            _ => input[at] = input[at].wrapping_add(if self.below(2) == 0 { 1 } else { 255 }),
        }
    }
}
