//! Requests that cannot be handled because their database is no longer open or because the engine
//! failed on them: they are answered all the same, and no waiting change is lost.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::protocol::{Answer, Envelope, Outcome, Reply, Request, SecurityReply, SecurityRequest};
use super::state::EngineState;
use super::unsaved::sealer_of;
use crate::state::{Problem, RequestId};

/// What to report if the engine fails during some work.
#[derive(Debug, Default)]
pub(super) struct Interrupted {
    id: Option<RequestId>,
    reply: Option<Reply>,
    ending: Ending,
}

/// Whether the work was to close or lock the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ending {
    #[default]
    None,
    Lock,
    Close,
}

impl Interrupted {
    /// For a request, before it is handled.
    pub(super) fn of(envelope: &Envelope) -> Self {
        let request = &envelope.request;
        Self {
            id: envelope.id,
            reply: reply_to_unhandled(request, &Problem::Crashed),
            ending: match request {
                Request::Lock { .. } => Ending::Lock,
                Request::Close { .. } => Ending::Close,
                _ => Ending::None,
            },
        }
    }
}

impl EngineState {
    /// Cleans up after a failure inside the engine. The store may be inconsistent, so it is
    /// dropped; waiting changes stay here, and are sealed for the next time the file is opened.
    /// Every pending request is answered.
    pub(super) fn interrupted(&mut self, work: Interrupted, emit: &mut dyn FnMut(Answer)) {
        let Interrupted { id, reply, ending } = work;
        let session = id.map(|id| id.session).or(self.session);
        let is_settled = Cell::new(false);
        let mut emit = |reply| {
            if matches!(&reply, Reply::Settled(settled, _) if Some(*settled) == id) {
                is_settled.set(true);
            }
            emit(Answer { session, reply });
        };
        self.drop_store_after_failure(&mut emit);
        if let Some(reply) = reply {
            emit(reply);
        }
        match ending {
            // Locking succeeds whatever happens.
            Ending::Lock => self.finish_lock(None, &mut emit),
            Ending::Close if self.session.is_none() => {
                emit(Reply::Closed(Err(Problem::Crashed.text())));
            }
            Ending::Close | Ending::None => {}
        }
        if let Some(id) = id.filter(|_| !is_settled.get()) {
            emit(Reply::Settled(id, Outcome::Crashed));
        }
    }

    fn drop_store_after_failure(&mut self, emit: &mut dyn FnMut(Reply)) {
        self.settle_waiting(Outcome::Crashed, emit);
        let sealer = self.store.as_ref().and_then(sealer_of);
        let mut unsealed = None;
        if !guarded(&mut || unsealed = self.seal_waiting()) {
            unsealed = Some("they could not be sealed".to_owned());
        }
        let mut store = self.store.take();
        // A store that cannot even be dropped stays in memory: its lock ends with the program.
        guarded(&mut || drop(store.take()));
        self.forget_open();
        // Changes entered from now on are sealed as well when the database is locked.
        self.sealer = sealer.or_else(|| self.sealer.take());
        if self.session.is_some() {
            self.stop_writing(Problem::Crashed, emit);
        }
        if let Some(why) = unsealed {
            emit(Reply::Refused(format!(
                "waiting changes are kept only until the database is closed: {why}"
            )));
        }
    }
}

/// Whether the work finished without a panic.
fn guarded(work: &mut dyn FnMut()) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_ok()
}

/// The reply to a request that cannot be handled, sent before it is settled, so that every form and
/// task waiting for it learns of it.
fn reply_to_unhandled(request: &Request, problem: &Problem) -> Option<Reply> {
    let words = || problem.text();
    Some(match request {
        Request::Open { ticket, .. }
        | Request::Create { ticket, .. }
        | Request::OpenSample { ticket }
        | Request::OpenScratch { ticket, .. }
        | Request::SaveAs { ticket, .. } => Reply::NotOpened(*ticket, problem.clone()),
        Request::Probe(path) => Reply::Probed {
            path: path.clone(),
            facts: Err(problem.clone()),
        },
        Request::ChangePassword { .. } => Reply::PasswordChanged(Err(problem.clone())),
        Request::Security(SecurityRequest::Rotate { task, .. })
        | Request::Compact(task)
        | Request::Import { task, .. }
        | Request::Watched(task, _) => Reply::TaskFailed(*task, words()),
        Request::Security(_) => Reply::Security(SecurityReply::Changed(Err(problem.clone()))),
        Request::Check(task) => Reply::Checked(*task, Err(Some(words()))),
        _ => return None,
    })
}

/// Answers a request about a database that is no longer open.
pub(super) fn not_open(request: &Request, emit: &mut dyn FnMut(Reply)) {
    let problem = Problem::Other("The database is no longer open".to_owned());
    if let Some(reply) = reply_to_unhandled(request, &problem) {
        emit(reply);
        return;
    }
    match request {
        Request::Close { .. } => emit(Reply::Closed(Ok(()))),
        Request::Lock { draft } => emit(Reply::Locked {
            lost: draft.as_ref().map(|_| problem.text()),
            path: None,
        }),
        Request::SetSetting { .. } | Request::LookAtFile | Request::ForgetDraft => {}
        _ => emit(Reply::Refused(problem.text())),
    }
}
