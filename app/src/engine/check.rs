//! Checks the open file while commits continue.

use vstore::Store;
use vstore::file::Control;

use super::protocol::{Background, Reply};
use super::state::EngineState;
use crate::state::TaskId;

impl EngineState {
    /// Begins a check of the open file. It runs on another thread, so that commits continue.
    pub(super) fn begin_check(
        &self,
        task: TaskId,
        control: Control,
        emit: &mut dyn FnMut(Reply),
    ) -> Option<Background> {
        let verification = self.store.as_ref().and_then(Store::begin_verify);
        let Some(verification) = verification else {
            emit(Reply::Checked(
                task,
                Err(Some("There is no file to check.".to_owned())),
            ));
            return None;
        };
        match verification {
            Ok(verification) => Some(Background::Check(task, Box::new(verification), control)),
            Err(error) => {
                emit(Reply::Checked(task, Err(Some(format!("{error}.")))));
                None
            }
        }
    }
}
