//! The position of a store, to be remembered outside of its file. Nothing inside the file can show
//! that it was truncated at the end of a frame, or replaced by an older copy.
use crate::file::{
    format::{header::Header, wire::Reader},
    keys::seal::{Dek, StoreId, TAG_LEN, Tag},
    write::store_file::{Generation, StoreFile},
};

/// Length of a position in bytes.
pub const POSITION_LEN: usize = MAC_AT + MAC_LEN;
const MAC_AT: usize = 16 + 3 * 8 + TAG_LEN;
const MAC_LEN: usize = 32;

/// The position of a store: a generation, a frame in it and a transaction.
///
/// It reveals nothing that the file does not show to anyone, and is authenticated with a key
/// derived from the data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    store_id: StoreId,
    generation: u64,
    /// The number of the next frame.
    sequence: u64,
    /// The number of the last transaction since the store was created.
    transaction: u64,
    /// The tag of the frame before, which authenticates all frames up to it.
    tag: Tag,
    mac: [u8; MAC_LEN],
}

/// How a file compares with a remembered position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// No position was given, or none of this store and its data key.
    #[default]
    Unknown,
    /// The file has everything that it had, as far as can be determined, and perhaps more.
    Continued,
    /// The file is older: transactions that it had are missing.
    Older,
    /// The file is a copy that was changed independently: it has other frames than it had.
    Diverged,
}

impl Standing {
    /// Whether the file lacks something that it had.
    pub const fn is_set_back(self) -> bool {
        matches!(self, Self::Older | Self::Diverged)
    }
}

impl Position {
    /// Identity of the store, as [`Probe::store_id`](crate::file::Probe::store_id).
    pub fn store_id(&self) -> [u8; 16] {
        self.store_id
    }

    /// The position as bytes, which [`parse`](Self::parse) reads.
    pub fn to_bytes(&self) -> [u8; POSITION_LEN] {
        let mut out = [0; POSITION_LEN];
        let (fields, mac) = out.split_at_mut(MAC_AT);
        fields.copy_from_slice(&self.fields());
        mac.copy_from_slice(&self.mac);
        out
    }

    /// Parses a position; `None` if the bytes are not one. It is authenticated when a file is
    /// opened with it.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let position = Self {
            store_id: reader.array()?,
            generation: reader.u64()?,
            sequence: reader.u64()?,
            transaction: reader.u64()?,
            tag: reader.array()?,
            mac: reader.array()?,
        };
        (bytes.len() == POSITION_LEN).then_some(position)
    }

    fn of(generation: &Generation, dek: &Dek) -> Self {
        let header = &generation.header;
        let mut position = Self {
            store_id: header.store_id,
            generation: header.generation,
            sequence: generation.chain.seq,
            transaction: generation.last_txn,
            tag: generation.chain.prev_tag,
            mac: [0; MAC_LEN],
        };
        position.mac = dek.position_key(&position.store_id).mac(&position.fields());
        position
    }

    fn fields(&self) -> [u8; MAC_AT] {
        let mut out = [0; MAC_AT];
        let parts: [&[u8]; 5] = [
            &self.store_id,
            &self.generation.to_le_bytes(),
            &self.sequence.to_le_bytes(),
            &self.transaction.to_le_bytes(),
            &self.tag,
        ];
        for (to, from) in out.iter_mut().zip(parts.concat()) {
            *to = from;
        }
        out
    }

    fn is_genuine(&self, dek: &Dek) -> bool {
        let key = dek.position_key(&self.store_id);
        key.verify(&self.fields(), &self.mac)
    }

    /// The number of the frame after the one whose tag decides whether a file of this generation
    /// has diverged.
    pub(crate) fn watched(&self, header: &Header) -> Option<u64> {
        let is_here = self.store_id == header.store_id && self.generation == header.generation;
        is_here.then_some(self.sequence)
    }

    /// Compares with a file that was read; `tag` is that of the watched frame, if there is one.
    pub(crate) fn standing(&self, found: &Generation, dek: &Dek, tag: Option<Tag>) -> Standing {
        let header = &found.header;
        if self.store_id != header.store_id {
            return Standing::Unknown;
        }
        let is_older = header.generation < self.generation || found.last_txn < self.transaction;
        if !self.is_genuine(dek) {
            // Of another data key, which was exchanged since, or the file is from before that.
            return if header.generation < self.generation {
                Standing::Older
            } else {
                Standing::Unknown
            };
        }
        let in_same_generation = header.generation == self.generation;
        if is_older || (in_same_generation && found.chain.seq < self.sequence) {
            Standing::Older
        } else if in_same_generation && tag != Some(self.tag) {
            Standing::Diverged
        } else {
            Standing::Continued
        }
    }
}

impl StoreFile {
    /// The current position, for [`FileOpenOptions::known`](crate::file::FileOpenOptions::known) of
    /// a later opening.
    pub fn position(&self) -> Position {
        Position::of(&self.generation, &self.dek)
    }
}
