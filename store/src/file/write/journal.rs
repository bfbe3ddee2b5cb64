//! Appending to the journal: group commit, one write and one sync for any number of transactions.
//!
//! A failed write is rolled back. A failed sync cannot be: the state of the disk is unknown then,
//! so nothing more is appended (the file is poisoned) until a compaction has written a new file.
use bytes::Bytes;
use rayon::prelude::*;

use crate::file::{
    disk::{
        entropy::Entropy,
        io_error::IoError,
        rules::{Rule, holds},
    },
    format::{
        frame::{COMMIT, CTRL, Chain, FrameWriter, Padding, TXN},
        meta::Ctrl,
        pack,
        pack::SealFrameError,
    },
    write::{
        append_error::{AppendError, CloseError},
        store_file::{Generation, StoreFile},
    },
};

/// The largest payload in one frame of a transaction, in bytes; longer ones are split.
const PART_LEN: usize = 1 << 20;
/// Padding of frames of the journal.
const UNIT: Padding = Padding::Unit(64);

/// Frames ready to be appended, and the state after that.
pub(crate) struct Encoded {
    bytes: Vec<u8>,
    chain: Chain,
    frames: u64,
    last_txn: u64,
    closed: bool,
}

/// Packs and seals transactions, one per payload.
pub(crate) fn encode_transactions(
    generation: &Generation,
    entropy: &dyn Entropy,
    payloads: &[Bytes],
) -> Result<Encoded, SealFrameError> {
    let mut writer = FrameWriter::new(
        &generation.cipher,
        entropy,
        generation.chain,
        generation.durable_seq,
    );
    let mut last_txn = generation.last_txn;
    for (index, payload) in payloads.iter().enumerate() {
        let too_large = SealFrameError::TooLarge {
            len: payload.len() as u64,
        };
        last_txn = last_txn.saturating_add(1);
        let parts = pack_parts(payload, last_txn)?;
        let last_part = parts.len().checked_sub(1).ok_or(too_large)?;
        let last_payload = index.saturating_add(1) == payloads.len();
        for (number, plain) in parts.into_iter().enumerate() {
            let last = number == last_part;
            let flags = if last { COMMIT } else { 0 };
            writer.push(TXN, flags, plain, generation.padding(last && last_payload))?;
        }
    }
    let chain = writer.chain;
    let frames = chain.seq.saturating_sub(generation.chain.seq);
    Ok(Encoded {
        bytes: writer.out,
        chain,
        frames,
        last_txn,
        closed: false,
    })
}

/// Seals a record of the file layer itself.
pub(crate) fn encode_ctrl(
    generation: &Generation,
    entropy: &dyn Entropy,
    ctrl: &Ctrl,
) -> Result<Encoded, SealFrameError> {
    let mut writer = FrameWriter::new(
        &generation.cipher,
        entropy,
        generation.chain,
        generation.durable_seq,
    );
    writer.push(
        CTRL,
        0,
        pack::pack(&ctrl.encode(), 0, 0)?,
        generation.padding(true),
    )?;
    Ok(Encoded {
        bytes: writer.out,
        chain: writer.chain,
        frames: 1,
        last_txn: generation.last_txn,
        closed: *ctrl == Ctrl::Close,
    })
}

fn pack_parts(payload: &Bytes, txn_id: u64) -> Result<Vec<Vec<u8>>, SealFrameError> {
    if payload.len() <= PART_LEN {
        return Ok(vec![pack::pack(payload, 0, txn_id)?]);
    }
    let len = u32::try_from(payload.len()).map_err(|_too_large| SealFrameError::TooLarge {
        len: payload.len() as u64,
    })?;
    (0..len.div_ceil(PART_LEN as u32))
        .into_par_iter()
        .zip(payload.par_chunks(PART_LEN))
        .map(|(number, part)| pack::pack(part, number, txn_id))
        .collect()
}

impl Generation {
    fn padding(&self, last_of_commit: bool) -> Padding {
        match self.meta.align {
            0 => UNIT,
            align if last_of_commit => Padding::End(align),
            _ => UNIT,
        }
    }

    /// Writes frames at the end, without making them durable.
    pub(crate) fn write(&self, encoded: &Encoded) -> Result<(), IoError> {
        self.file.write_at(&encoded.bytes, self.chain.offset)
    }

    /// Updates the state after frames were written and made durable.
    pub(crate) fn advance(&mut self, encoded: &Encoded) {
        self.chain = encoded.chain;
        self.durable_seq = encoded.chain.seq;
        self.journal_frames = self.journal_frames.saturating_add(encoded.frames);
        self.last_txn = encoded.last_txn;
        self.closed = encoded.closed;
    }
}

impl StoreFile {
    /// Appends transactions durably, one per payload, in order, with one write and one sync.
    ///
    /// Once this has returned `Ok`, they survive everything that the disk survives.
    ///
    /// # Errors
    ///
    /// [`AppendError`]; none of the transactions is acknowledged. After a failed write all are
    /// gone. After a failed sync the file is poisoned, and each may be there or not after the next
    /// opening, but never in part.
    pub fn append(&mut self, payloads: &[Bytes]) -> Result<(), AppendError> {
        self.writable()?;
        if payloads.is_empty() {
            return Ok(());
        }
        let encoded = encode_transactions(&self.generation, &*self.entropy, payloads)?;
        self.check_unchanged_elsewhere()?;
        self.write_durably(&encoded)?;
        self.remember_for_compaction(payloads);
        Ok(())
    }

    /// Marks the file as closed cleanly, so that later damage to its last transaction is not mistaken
    /// for a torn write, and releases the lock. Dropping only releases the lock.
    ///
    /// # Errors
    ///
    /// [`CloseError`] if the mark could not be written; everything acknowledged is safe.
    pub fn close(mut self) -> Result<(), CloseError> {
        let in_doubt = self.poisoned.is_some();
        if self.is_read_only() || in_doubt || self.generation.closed {
            return Ok(());
        }
        self.check_unchanged_elsewhere()?;
        self.append_ctrl(&Ctrl::Close)
    }

    /// Appends a record of the file layer durably.
    pub(crate) fn append_ctrl(&mut self, ctrl: &Ctrl) -> Result<(), AppendError> {
        let encoded = encode_ctrl(&self.generation, &*self.entropy, ctrl)?;
        self.write_durably(&encoded)
    }

    fn write_durably(&mut self, encoded: &Encoded) -> Result<(), AppendError> {
        if let Err(error) = self.generation.write(encoded) {
            return Err(self.take_back(error));
        }
        let mut synced = self.generation.file.sync_data();
        if synced.is_err() && !holds(Rule::NeverRetrySync) {
            synced = self.generation.file.sync_data();
        }
        match synced {
            Ok(()) => {
                self.check_length_after(encoded)?;
                self.generation.advance(encoded);
                Ok(())
            }
            Err(error) => Err(AppendError::Poisoned {
                cause: self.poison_by_sync(&error),
            }),
        }
    }

    /// Checks that the path still names the file, and that its length is the expected one: a
    /// program that ignores locks may have written to it or replaced it.
    fn check_length_after(&mut self, encoded: &Encoded) -> Result<(), AppendError> {
        if !holds(Rule::CompareLengthAfterSync) {
            return Ok(());
        }
        match self.stat_of_ours() {
            Ok(Some(stat)) if stat.len == encoded.chain.offset => Ok(()),
            Ok(_) => Err(AppendError::ExternallyModified),
            Err(error) => Err(AppendError::Poisoned {
                cause: self.poison(&error),
            }),
        }
    }

    /// Truncates what a failed write left.
    fn take_back(&mut self, error: IoError) -> AppendError {
        let file = &self.generation.file;
        let cut = file
            .set_len(self.generation.chain.offset)
            .and_then(|()| file.sync_data());
        match cut {
            Ok(()) => error.into(),
            Err(second) => AppendError::Poisoned {
                cause: self.poison_by_sync(&second),
            },
        }
    }
}
