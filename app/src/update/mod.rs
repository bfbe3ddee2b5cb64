//! The only place where the state of the program changes.
//!
//! Pure functions: from a state and a command (or an event) to a changed state and [`Effects`],
//! requests to the outside world. Nothing here touches a file, a thread, a clock or a window.

mod close;
mod committed;
mod derived;
mod file;
mod file_settings;
mod filter;
mod jobs;
mod layout;
mod loading;
mod lock;
mod open;
mod opened;
mod pages;
mod pick;
mod picked;
mod query;
mod receive;
mod record;
mod repair;
mod replies;
mod saving;
mod search;
mod security;
mod selected;
mod selection;
mod settings;
mod tick;
mod transfer;
mod unsaved;

use vstore::Millis;

pub use receive::{Event, FileAnswer, receive};
pub use tick::{next_wake, tick};

use crate::command::Command;
use crate::effect::Effect;
use crate::engine::Request;
use crate::state::{OpenStore, State};

/// Requests to the outside world, in order.
pub type Effects = Vec<Effect>;

/// Sends the engine a request about the open database.
fn ask_of(store: &mut OpenStore, request: Request) -> Effect {
    Effect::AskOf(store.next_request(), request)
}

/// Executes a command.
pub fn update(state: &mut State, command: Command, now: Millis) -> Effects {
    let effects = execute(state, command, now);
    selected::report_ended_run(state, now);
    effects
}

fn execute(state: &mut State, command: Command, now: Millis) -> Effects {
    match command {
        Command::File(command) => file::update(state, command, now),
        Command::Record(command) => record::update(state, command, now),
        Command::Search(command) => search::update(state, command, now),
        Command::Settings(command) => settings::update(state, command, now),
        Command::Selection(command) => selection::update(state, command),
        Command::Layout(command) => layout::update(state, command),
        Command::Lock(command) => lock::update(state, command),
        Command::Transfer(command) => transfer::update(state, command, now),
        Command::Security(command) => security::update(state, command, now),
        Command::Repair(command) => repair::update(state, command, now),
    }
}

#[cfg(test)]
mod tests;
