//! What happens after a path was chosen.

use std::path::PathBuf;

use vstore::Millis;

use super::pick::{is_data, with_ending};
use super::{Effects, open, repair, security, transfer};
use crate::state::{Dialog, FilePurpose, State};

/// A path was chosen.
pub(super) fn picked(
    state: &mut State,
    purpose: FilePurpose,
    path: PathBuf,
    now: Millis,
) -> Effects {
    match purpose {
        FilePurpose::Open | FilePurpose::OpenReadOnly => {
            let read_only = purpose == FilePurpose::OpenReadOnly;
            if is_data(&path) {
                return transfer::plan_import(state, path, now);
            }
            open::request(state, path, read_only)
        }
        FilePurpose::NewKeyFile | FilePurpose::HeaderBackup => {
            security::picked(state, purpose, path)
        }
        FilePurpose::Damaged => repair::plan_salvage(state, path),
        FilePurpose::Create | FilePurpose::KeyFile | FilePurpose::OpenHeaderBackup => {
            state.picked = Some((purpose, path));
            Effects::new()
        }
        FilePurpose::SaveAs if state.store().is_none() => Effects::new(),
        FilePurpose::SaveAs => {
            let then = state.store_mut().and_then(|store| store.closing.take());
            let path = with_ending(path, "vstore");
            state.dialogs.push_back(Dialog::SaveAs {
                path,
                busy: false,
                problem: None,
                then,
            });
            Effects::new()
        }
        FilePurpose::Import => transfer::plan_import(state, path, now),
        FilePurpose::Export => transfer::export_to(state, path, now),
    }
}
