//! Checks and repairs of damaged files.

mod check;
mod restore;
mod salvage;

pub(super) use check::{cancel as cancel_check, done as checked};
pub(super) use restore::done as restored;
pub(super) use salvage::{done as salvaged, plan as plan_salvage};

use vstore::Millis;

use super::Effects;
use crate::command::RepairCommand;
use crate::state::State;

pub(super) fn update(state: &mut State, command: RepairCommand, now: Millis) -> Effects {
    match command {
        RepairCommand::Check(secret) => check::start(state, secret, now),
        RepairCommand::CancelCheck => check::cancel(state),
        RepairCommand::CheckOpenFile => check::start_open(state, now),
        RepairCommand::CloseCheck => check::close_open(state),
        RepairCommand::PlanSalvage(source) => salvage::plan(state, source),
        RepairCommand::Salvage {
            target,
            secret,
            mode,
        } => salvage::start(state, target, secret, mode, now),
        RepairCommand::CancelSalvage => salvage::cancel(state),
        RepairCommand::PlanRestore(file) => restore::plan(state, file),
        RepairCommand::RestoreHeader { backup, secret } => {
            restore::start(state, backup, secret, now)
        }
        RepairCommand::CancelRestore => restore::cancel(state),
    }
}
