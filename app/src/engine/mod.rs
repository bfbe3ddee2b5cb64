//! The thread that owns the store, and its protocol.
//!
//! Nothing else in the window names `Store`: other parts send a [`Request`], receive a [`Reply`],
//! and read snapshots. Requests and replies are plain data, so that the same protocol could one day
//! reach an engine elsewhere. [`handle`] is the whole engine without the thread.

mod check;
mod commits;
mod describe;
mod draft;
mod edit;
mod failure;
mod files;
mod history;
mod not_committed;
mod positions;
mod protocol;
mod queue;
mod sample;
mod security;
mod server;
mod session;
mod state;
mod thread;
mod unsaved;
mod upkeep;
mod vault;

pub use draft::SealedDraft;
pub use edit::LeafEdit;
pub use protocol::{
    Answer, Background, Committed, Envelope, FileFacts, OpenedStore, Outcome, Preview, Reply,
    Request, SecurityReply, SecurityRequest,
};
pub use server::handle;
pub use state::EngineState;
pub use thread::Engine;

#[cfg(test)]
mod tests;
