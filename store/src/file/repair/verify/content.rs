//! Checking payloads. This layer does not interpret them, so the caller checks whether opening
//! would accept them.
use bytes::Bytes;

use crate::{
    control::{Cancelled, Control},
    file::read::assemble::Payload,
};

/// Loads the payloads of a file as opening it would, to check them.
pub trait ContentCheck {
    /// Receives chunks of the checkpoint in order; `first` is the number of the first of them.
    fn take_chunks(&mut self, first: u64, chunks: &[Bytes]);

    /// Receives the transactions, after all chunks, and checks everything.
    fn finish(&mut self, transactions: &[Bytes], control: &Control) -> Result<(), ContentError>;
}

/// Accepts any payloads, for checking only the frames.
impl ContentCheck for () {
    fn take_chunks(&mut self, _first: u64, _chunks: &[Bytes]) {}

    fn finish(&mut self, _transactions: &[Bytes], _control: &Control) -> Result<(), ContentError> {
        Ok(())
    }
}

/// Why a payload was refused.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// A payload is invalid.
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
