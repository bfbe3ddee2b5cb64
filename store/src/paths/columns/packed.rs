//! Frame-of-reference encoding: numbers stored as offsets from the smallest, in as few bytes as
//! their range needs.

use crate::row_set::RowSet;

const WORD_ROWS: usize = u64::BITS as usize;

/// A packed array of numbers.
#[derive(Debug)]
pub(super) struct Packed {
    base: u64,
    offsets: Offsets,
}

/// What is added to the base for each number.
#[derive(Debug)]
enum Offsets {
    /// All numbers equal the base; holds their count.
    None(usize),
    U8(Box<[u8]>),
    U16(Box<[u16]>),
    U32(Box<[u32]>),
    U64(Box<[u64]>),
}

/// Evaluates the same expression for each width of offsets, and another one for `None`.
macro_rules! each_width {
    ($offsets:expr, $len:ident => $none:expr, $slice:ident => $work:expr) => {
        match $offsets {
            Offsets::None($len) => $none,
            Offsets::U8($slice) => $work,
            Offsets::U16($slice) => $work,
            Offsets::U32($slice) => $work,
            Offsets::U64($slice) => $work,
        }
    };
}

impl Packed {
    /// Packs numbers.
    pub(super) fn new(numbers: &[u64]) -> Self {
        let base = numbers.iter().copied().min().unwrap_or_default();
        let range = numbers.iter().copied().max().unwrap_or_default() - base;
        let offsets = numbers.iter().map(|number| number - base);
        let offsets = if range == 0 {
            Offsets::None(numbers.len())
        } else if u8::try_from(range).is_ok() {
            Offsets::U8(offsets.map(|offset| offset as u8).collect())
        } else if u16::try_from(range).is_ok() {
            Offsets::U16(offsets.map(|offset| offset as u16).collect())
        } else if u32::try_from(range).is_ok() {
            Offsets::U32(offsets.map(|offset| offset as u32).collect())
        } else {
            Offsets::U64(offsets.collect())
        };
        Self { base, offsets }
    }

    /// The number at an index; 0 beyond the end.
    pub(super) fn get(&self, index: usize) -> u64 {
        let offset = each_width!(&self.offsets, _len => Some(0), slice => {
            at(slice, index)
        });
        offset.map_or(0, |offset| self.base + offset)
    }

    /// The number of numbers.
    pub(super) fn len(&self) -> usize {
        each_width!(&self.offsets, len => *len, slice => slice.len())
    }

    /// The smallest and the largest number that the width of the offsets allows.
    pub(super) const fn bounds(&self) -> (u64, u64) {
        let range = match &self.offsets {
            Offsets::None(_) => 0,
            Offsets::U8(_) => u8::MAX as u64,
            Offsets::U16(_) => u16::MAX as u64,
            Offsets::U32(_) => u32::MAX as u64,
            Offsets::U64(_) => u64::MAX,
        };
        (self.base, self.base.saturating_add(range))
    }

    /// The difference between the [`bounds`](Self::bounds).
    pub(super) const fn range(&self) -> u64 {
        let (least, greatest) = self.bounds();
        greatest - least
    }

    /// The indexes of the numbers from `from` to `to`, both included, as a set.
    pub(super) fn between(&self, from: u64, to: u64) -> RowSet {
        let len = self.len();
        let (least, greatest) = self.bounds();
        if from > to || to < least || from > greatest {
            return RowSet::new(len as u32);
        }
        let (from, to) = (from.max(least) - least, to.min(greatest) - least);
        match &self.offsets {
            Offsets::None(_) => RowSet::full(len as u32),
            Offsets::U8(slice) => rows_where(slice, |offset| {
                offset.wrapping_sub(from as u8) <= (to - from) as u8
            }),
            Offsets::U16(slice) => rows_where(slice, |offset| {
                offset.wrapping_sub(from as u16) <= (to - from) as u16
            }),
            Offsets::U32(slice) => rows_where(slice, |offset| {
                offset.wrapping_sub(from as u32) <= (to - from) as u32
            }),
            Offsets::U64(slice) => {
                rows_where(slice, |offset| offset.wrapping_sub(from) <= to - from)
            }
        }
    }

    /// The indexes of the numbers that pass a test, as a set. With offsets of one or two bytes the
    /// test is called at most once for each distinct number.
    pub(super) fn accepted(&self, mut test: impl FnMut(u64) -> bool) -> RowSet {
        let base = self.base;
        match &self.offsets {
            Offsets::None(len) if test(base) => RowSet::full(*len as u32),
            Offsets::None(len) => RowSet::new(*len as u32),
            Offsets::U8(slice) => {
                let known: [bool; 256] =
                    std::array::from_fn(|offset| test(base.saturating_add(offset as u64)));
                rows_where(slice, |offset| {
                    known.get(usize::from(offset)) == Some(&true)
                })
            }
            Offsets::U16(slice) => {
                let mut known: Vec<Option<bool>> = vec![None; 1 << u16::BITS];
                rows_where(slice, |offset| {
                    let number = base + u64::from(offset);
                    known
                        .get_mut(usize::from(offset))
                        .is_some_and(|known| *known.get_or_insert_with(|| test(number)))
                })
            }
            Offsets::U32(slice) => rows_where(slice, |offset| test(base + u64::from(offset))),
            Offsets::U64(slice) => rows_where(slice, |offset| test(base + offset)),
        }
    }

    /// The number of smaller numbers; the numbers must ascend.
    pub(super) fn count_less(&self, number: u64) -> usize {
        if number <= self.base {
            return 0;
        }
        let limit = number - self.base;
        each_width!(&self.offsets, len => *len, slice => {
            less(slice, limit)
        })
    }

    /// Memory used besides the structure itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        each_width!(&self.offsets, _len => 0, slice => size_of_val(&**slice))
    }
}

fn at<T: Copy + Into<u64>>(offsets: &[T], index: usize) -> Option<u64> {
    offsets.get(index).map(|offset| (*offset).into())
}

fn less<T: Copy + Into<u64>>(offsets: &[T], limit: u64) -> usize {
    offsets.partition_point(|offset| (*offset).into() < limit)
}

fn rows_where<T: Copy>(numbers: &[T], mut test: impl FnMut(T) -> bool) -> RowSet {
    let mut set = RowSet::new(numbers.len() as u32);
    for (index, chunk) in numbers.chunks(WORD_ROWS).enumerate() {
        let bits = chunk.iter().enumerate().fold(0, |bits, (bit, number)| {
            bits | u64::from(test(*number)) << bit
        });
        set.unite_word(index, bits);
    }
    set
}
