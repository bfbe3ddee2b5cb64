//! Many growing lists of bytes in one buffer: each is a linked list of pieces.
//!
//! A piece is its length, its bytes, and the offset of the next piece; the last piece links to the
//! first.

/// The size of the first piece of a list in bytes, and the minimum of later ones.
const FIRST_BYTES: u8 = 6;
const NEXT_BYTES_MIN: u8 = 8;
/// The size of the offset of the next piece.
const LINK_BYTES: usize = 4;
/// The largest size of a piece with its length and its link.
const PIECE_BYTES_MAX: usize = 1 + u8::MAX as usize + LINK_BYTES;

/// The pieces of all lists.
#[derive(Debug, Default)]
pub(super) struct ByteLists {
    bytes: Vec<u8>,
    has_overflowed: bool,
}

/// One list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ByteList {
    /// The offset of the next byte; 0 in an empty list.
    tail: u32,
    /// The number of free bytes in the last piece.
    left: u8,
}

impl ByteLists {
    /// Adds a number as a variable-length integer: 7 bits per byte, the last byte without the high
    /// bit. `grown_to` is about the size of the list in bytes; a new piece is made that large.
    pub(super) fn push_varint(&mut self, list: &mut ByteList, mut number: u32, grown_to: u32) {
        while number >= 0x80 {
            self.push(list, number as u8 | 0x80, grown_to);
            number >>= 7;
        }
        self.push(list, number as u8, grown_to);
    }

    fn push(&mut self, list: &mut ByteList, byte: u8, grown_to: u32) {
        if list.left == 0 {
            self.add_piece(list, grown_to);
        }
        if let Some(left) = list.left.checked_sub(1)
            && let Some(free) = self.bytes.get_mut(list.tail as usize)
        {
            *free = byte;
            list.tail += 1;
            list.left = left;
        }
    }

    fn add_piece(&mut self, list: &mut ByteList, grown_to: u32) {
        let start = self.bytes.len();
        if u32::try_from(start + PIECE_BYTES_MAX).is_err() {
            // Bytes added from here on are lost; `has_overflowed` prevents that the lists are used.
            self.has_overflowed = true;
            return;
        }
        let link = (start as u32).to_le_bytes();
        let mut first = link;
        let mut size = FIRST_BYTES;
        if list.tail > 0 {
            size = u8::try_from(grown_to)
                .unwrap_or(u8::MAX)
                .max(NEXT_BYTES_MIN);
            let after = self.bytes.get_mut(list.tail as usize..);
            if let Some(last_link) = after.and_then(<[u8]>::first_chunk_mut) {
                first = std::mem::replace(last_link, link);
            }
        }
        self.bytes.push(size);
        self.bytes.resize(start + 1 + usize::from(size), 0);
        self.bytes.extend_from_slice(&first);
        list.tail = start as u32 + 1;
        list.left = size;
    }

    /// Whether bytes were lost because the buffer would have exceeded 4 GiB.
    pub(super) const fn has_overflowed(&self) -> bool {
        self.has_overflowed
    }

    /// The bytes of a list, piece by piece.
    pub(super) fn of(&self, list: ByteList) -> impl Iterator<Item = &[u8]> {
        let tail = list.tail as usize;
        let mut next = (tail > 0)
            .then(|| self.link(tail + usize::from(list.left)))
            .flatten();
        std::iter::from_fn(move || {
            let start = next.take()?;
            let (size, bytes) = self.bytes.get(start..)?.split_first()?;
            let size = usize::from(*size);
            let written = tail
                .checked_sub(start + 1)
                .filter(|written| *written <= size);
            if written.is_none() {
                next = self.link(start + 1 + size);
            }
            bytes.get(..written.unwrap_or(size))
        })
    }

    fn link(&self, at: usize) -> Option<usize> {
        let link = self.bytes.get(at..)?.first_chunk::<LINK_BYTES>()?;
        Some(u32::from_le_bytes(*link) as usize)
    }

    /// Removes all lists.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.has_overflowed = false;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::postings::write_varint;
    use super::*;

    proptest! {
        #[test]
        fn lists_that_grow_in_turn_can_be_read_back(
            numbers in prop::collection::vec((0_usize..5, any::<u32>(), 0_u32..32), 0..400),
        ) {
            let mut pieces = ByteLists::default();
            let mut lists = [ByteList::default(); 5];
            let mut expected = [const { Vec::new() }; 5];
            for (list, number, shift) in numbers {
                let number = number >> shift;
                let grown_to = expected[list].len() as u32;
                pieces.push_varint(&mut lists[list], number, grown_to);
                write_varint(number, &mut expected[list]);
            }
            for (list, expected) in lists.into_iter().zip(&expected) {
                prop_assert_eq!(&pieces.of(list).collect::<Vec<_>>().concat(), expected);
            }
        }
    }
}
