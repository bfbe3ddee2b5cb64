//! What payloads mean is not the business of this layer, but whether opening accepts them is part
//! of a full check: it asks whoever would load them.
use bytes::Bytes;

use crate::{
    control::{Cancelled, Control},
    file::read::assemble::Payload,
};

/// Loads the payloads of a file as opening it would, for a check.
pub trait Content {
    /// Takes chunks of the checkpoint in order, `first` being the number of the first of them.
    fn take_chunks(&mut self, first: u64, chunks: &[Bytes]);

    /// Has been given all chunks; takes the transactions after them, and says whether all of it
    /// makes sense.
    fn finish(&mut self, transactions: &[Bytes], control: &Control) -> Result<(), ContentError>;
}

/// Accepts any payloads: for a check of the frames alone.
impl Content for () {
    fn take_chunks(&mut self, _first: u64, _chunks: &[Bytes]) {}

    fn finish(&mut self, _transactions: &[Bytes], _control: &Control) -> Result<(), ContentError> {
        Ok(())
    }
}

/// Why payloads cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// One of them makes no sense.
    #[error("{reason}")]
    Unreadable {
        /// Which one.
        payload: Payload,
        /// What is wrong with it.
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
