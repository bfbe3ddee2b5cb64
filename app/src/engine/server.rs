//! The whole protocol without a thread: a state, a request, its replies.

use std::cell::Cell;

use vstore::file::Control;
use vstore::target::{Consent, InUse};
use vstore::value::EncodedValue;
use vstore::{Cause, Meta, Op, Record, WriteBatch};

use super::draft::DRAFT_SETTING;
use super::failure;
use super::files::approve;
use super::not_committed::NotCommitted;
use super::protocol::{Answer, Background, Envelope, Outcome, Preview, Reply, Request};
use super::state::EngineState;
use crate::failure::Failure;
use crate::state::{Problem, RequestId, Secret, TaskId};

/// Handles a request and emits its replies; a request with an id is settled exactly once, at the
/// end. The returned work may run on any thread; its result goes to `EngineState::compacted` or
/// `EngineState::merged`.
pub fn handle(
    state: &mut EngineState,
    envelope: Envelope,
    emit: &mut dyn FnMut(Answer),
) -> Option<Background> {
    let Envelope {
        id,
        request,
        control,
    } = envelope;
    let session = id.map(|id| id.session);
    let outcome = Cell::new(Some(Outcome::Done));
    let mut emit = |reply| {
        match &reply {
            Reply::Settled(settled, _) if Some(*settled) == id => outcome.set(None),
            Reply::Refused(_) => outcome.set(outcome.get().and(Some(Outcome::Refused))),
            Reply::WriteFailed(_) => outcome.set(outcome.get().and(Some(Outcome::NotWritten))),
            _ => {}
        }
        emit(Answer { session, reply });
    };
    let background = if session.is_some() && session != state.session {
        failure::not_open(&request, &mut emit);
        emit(Reply::Settled(id.unwrap_or_default(), Outcome::NotOpen));
        None
    } else {
        dispatch(state, id.unwrap_or_default(), request, control, &mut emit)
    };
    if let (Some(id), Some(outcome)) = (id, outcome.get()) {
        emit(Reply::Settled(id, outcome));
    }
    background
}

fn dispatch(
    state: &mut EngineState,
    id: RequestId,
    request: Request,
    control: Control,
    emit: &mut dyn FnMut(Reply),
) -> Option<Background> {
    match request {
        Request::Security(request) => return state.security(request, &control, emit),
        Request::Compact(task) => return state.compact(task, control, emit),
        Request::Check(task) => return state.begin_check(task, control, emit),
        Request::Probe(path) => {
            let facts = state.files.probe(&path);
            emit(Reply::Probed { path, facts });
        }
        Request::Open {
            ticket,
            path,
            secret,
            read_only,
        } => {
            state.close_previous(emit);
            let mut preview = |snapshot| emit(Reply::Preview(ticket, Preview { snapshot }));
            let result = state
                .files
                .open(&path, &secret, read_only, &control, &mut preview);
            state.install(ticket, result, emit);
        }
        Request::Create {
            ticket,
            path,
            secret,
            overwrite,
        } => {
            state.close_previous(emit);
            let consent = if overwrite {
                Consent::ReplaceAny
            } else {
                Consent::NotAsked
            };
            let approved = approve(&path, &InUse::default(), &consent);
            let approved = approved.map_err(|problem| match problem {
                Problem::Replaces(_) => Problem::AlreadyExists(path.clone()),
                problem => problem,
            });
            let result = approved.map_err(Failure::from).and_then(|overwrite| {
                let files = &state.files;
                files.create(&path, None, &secret, overwrite, &control)
            });
            state.install(ticket, result, emit);
        }
        Request::OpenSample { ticket } => state.open_sample(ticket, emit),
        Request::OpenScratch { ticket, title } => {
            state.close_previous(emit);
            let opened = state.files.in_memory(&title);
            state.install(ticket, Ok(opened), emit);
        }
        Request::SaveAs {
            ticket,
            path,
            secret,
            snapshot,
            consent,
        } => {
            let snapshot = state.current_snapshot().unwrap_or(snapshot);
            let approved = approve(&path, &state.in_use(), &consent).map_err(Failure::from);
            let result = approved.and_then(|overwrite| {
                let files = &state.files;
                files.create(&path, Some(&snapshot), &secret, overwrite, &control)
            });
            state.save_as(ticket, result, &control, emit);
        }
        Request::ChangePassword { current, new } => {
            state.change_password(&current, &new, &control, emit);
        }
        Request::Lock { draft } => state.lock(id, draft, emit),
        Request::Close { giving_up } => state.close(giving_up, &control, emit),
        Request::SetSetting { name, value } => state.set_setting(name, value, emit),
        Request::LookAtFile => state.look_at_file(emit),
        Request::KeepBackups(count) => state.keep_backups(count),
        Request::Watched(task, request) => {
            state.change_watched(id, task, *request, &control, emit);
        }
        request => state.change(id, request, &control, emit),
    }
    state.plan_background()
}

impl EngineState {
    /// Runs a change as a task, which ends according to the outcome of the change.
    fn change_watched(
        &mut self,
        id: RequestId,
        task: TaskId,
        request: Request,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) {
        let mut end = Reply::TaskCancelled(task);
        self.change(id, request, control, &mut |reply| {
            match &reply {
                Reply::Committed(committed) => {
                    end = Reply::TaskDone(task, committed.summary.text.clone());
                }
                Reply::Refused(message) => end = Reply::TaskFailed(task, message.clone()),
                Reply::WriteFailed(problem) => end = Reply::TaskFailed(task, problem.text()),
                _ => {}
            }
            emit(reply);
        });
        emit(end);
    }

    fn change(
        &mut self,
        id: RequestId,
        request: Request,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) {
        match request {
            Request::Commit(_) | Request::SaveDraft { .. } => {
                self.commit_group(vec![(id, request)], emit);
            }
            Request::Add {
                key,
                value,
                expires_at,
            } => {
                let meta = Meta {
                    expires_at,
                    ..Meta::default()
                };
                self.add(id, Record { key, value, meta }, emit);
            }
            Request::EditLeaf { key, edit } => self.edit_leaf(id, key, &edit, emit),
            Request::Duplicate(key) => self.duplicate(id, &key, emit),
            Request::Delete(target) => {
                self.change_each(id, &target, |key| Op::Delete { key }, control, emit);
            }
            Request::SetExpiry { target, expires_at } => {
                self.change_each(
                    id,
                    &target,
                    |key| Op::SetExpiry { key, expires_at },
                    control,
                    emit,
                );
            }
            Request::Import {
                task,
                batch,
                report,
            } => {
                self.import(task, &batch, report, control, emit);
            }
            Request::ForgetDraft => {
                let mut batch = WriteBatch::new(Cause::Edit);
                batch.set_setting(DRAFT_SETTING, None);
                self.commit_group(vec![(id, Request::Commit(batch))], emit);
            }
            Request::ConfirmClock => self.confirm_clock(emit),
            Request::WriteAgain => self.write_again(control, emit),
            Request::Undo => self.undo(control, emit),
            Request::Redo => self.redo(control, emit),
            _ => {}
        }
    }

    fn change_password(
        &mut self,
        current: &Secret,
        new: &Secret,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) {
        let Some(store) = &mut self.store else {
            emit(Reply::PasswordChanged(Err(Problem::Crashed)));
            return;
        };
        let result = self.files.change_password(store, current, new, control);
        emit(Reply::PasswordChanged(result.map_err(
            |failure| match failure {
                Failure::Problem(problem) => problem,
                Failure::Cancelled => {
                    Problem::Other("Changing the password was cancelled".to_owned())
                }
            },
        )));
    }

    fn set_setting(&mut self, name: &str, value: EncodedValue, emit: &mut dyn FnMut(Reply)) {
        let Some(store) = &mut self.store else { return };
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.set_setting(name, Some(value));
        if let Err(error) = store.commit(&batch) {
            self.report_not_committed(NotCommitted::from(error), emit);
        }
    }
}
