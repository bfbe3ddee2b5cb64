//! Requests that cannot be dealt with, because their database is not open any more or because the
//! engine failed over them: whoever asked is answered all the same, and nothing that waits is lost.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::protocol::{Answer, Envelope, Outcome, Reply, Request, SecurityReply, SecurityRequest};
use super::state::EngineState;
use super::unsaved::sealer_of;
use crate::state::{Problem, RequestId};

/// What is to be said of some work if the engine fails over it.
#[derive(Debug, Default)]
pub(super) struct Interrupted {
    id: Option<RequestId>,
    reply: Option<Reply>,
    ending: Ending,
}

/// Whether the work was to end what is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ending {
    #[default]
    None,
    Lock,
    Close,
}

impl Interrupted {
    /// For a request, before it is dealt with.
    pub(super) fn of(envelope: &Envelope) -> Self {
        let request = &envelope.request;
        Self {
            id: envelope.id,
            reply: given_up(request, &Problem::Crashed),
            ending: match request {
                Request::Lock { .. } => Ending::Lock,
                Request::Close { .. } => Ending::Close,
                _ => Ending::None,
            },
        }
    }
}

impl EngineState {
    /// Something inside failed. The store may not be what it seems, so that it is let go; what
    /// waits stays here, and sealed for the next time the file is opened. Everybody is answered.
    pub(super) fn interrupted(&mut self, work: Interrupted, say: &mut dyn FnMut(Answer)) {
        let Interrupted { id, reply, ending } = work;
        let session = id.map(|id| id.session).or(self.session);
        let is_settled = Cell::new(false);
        let mut say = |reply| {
            if matches!(&reply, Reply::Settled(settled, _) if Some(*settled) == id) {
                is_settled.set(true);
            }
            say(Answer { session, reply });
        };
        self.let_go_after_failure(&mut say);
        if let Some(reply) = reply {
            say(reply);
        }
        match ending {
            // Locking succeeds whatever happens.
            Ending::Lock => self.finish_lock(None, &mut say),
            Ending::Close if self.session.is_none() => {
                say(Reply::Closed(Err(Problem::Crashed.text())));
            }
            Ending::Close | Ending::None => {}
        }
        if let Some(id) = id.filter(|_| !is_settled.get()) {
            say(Reply::Settled(id, Outcome::Crashed));
        }
    }

    fn let_go_after_failure(&mut self, say: &mut dyn FnMut(Reply)) {
        self.settle_what_waits(Outcome::Crashed, say);
        let sealer = self.store.as_ref().and_then(sealer_of);
        let mut unsealed = None;
        if !guarded(&mut || unsealed = self.seal_what_waits()) {
            unsealed = Some("they could not be sealed".to_owned());
        }
        let mut store = self.store.take();
        // A store that cannot even be dropped is left in memory: its lock goes with the program.
        guarded(&mut || drop(store.take()));
        self.forget_open();
        // What is entered from now on is sealed as well when the database is locked.
        self.sealer = sealer.or_else(|| self.sealer.take());
        if self.session.is_some() {
            self.stop_writing(Problem::Crashed, say);
        }
        if let Some(why) = unsealed {
            say(Reply::Refused(format!(
                "the changes that wait are kept until the database is closed, and no longer: {why}"
            )));
        }
    }
}

/// Whether some work came to its end.
fn guarded(work: &mut dyn FnMut()) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_ok()
}

/// What is said of a request that cannot be dealt with, besides its end, so that nobody waits for it
/// and every form and task hears of it.
fn given_up(request: &Request, problem: &Problem) -> Option<Reply> {
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

/// Answers a request about a database that is not open any more.
pub(super) fn not_open(request: &Request, say: &mut dyn FnMut(Reply)) {
    let problem = Problem::Other("The database is not open any more".to_owned());
    if let Some(reply) = given_up(request, &problem) {
        say(reply);
        return;
    }
    match request {
        Request::Close { .. } => say(Reply::Closed(Ok(()))),
        Request::Lock { draft } => say(Reply::Locked {
            lost: draft.as_ref().map(|_| problem.text()),
            path: None,
        }),
        Request::SetSetting { .. } | Request::LookAtFile | Request::ForgetDraft => {}
        _ => say(Reply::Refused(problem.text())),
    }
}
