mod disk;
mod orders;
mod positions;
mod security;
mod unsaved;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::unbounded;
use vstore::file::{Control, KdfParams, KdfProfile};
use vstore::target::Consent;
use vstore::value::json::{parse_text, to_compact};
use vstore::{Cause, Key, ManualClock, Millis, Snapshot, WriteBatch};

use super::failure::Interrupted;
use super::{
    Answer, Engine, EngineState, Envelope, LeafEdit, Outcome, Reply, Request, SealedDraft, handle,
};
use crate::state::{Problem, RequestId, Secret, Step, Target, TaskId, Ticket};

/// The lowest allowed cost.
const CHEAP: KdfProfile = KdfProfile::Explicit(KdfParams {
    m_kib: 19 * 1024,
    t: 2,
    p: 1,
});

/// An engine without its thread.
struct Server {
    state: EngineState,
    clock: Arc<ManualClock>,
    asked: u64,
    /// The outcome of the last request.
    outcome: Option<Outcome>,
}

impl Server {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(Millis(1_000_000)));
        let shared: Arc<ManualClock> = Arc::clone(&clock);
        Self {
            state: EngineState::new(shared, CHEAP),
            clock,
            asked: 0,
            outcome: None,
        }
    }

    /// An engine whose files are on this disk.
    fn on(disk: &disk::Disk) -> Self {
        let mut server = Self::new();
        server.state.files.vfs = Arc::new(disk.clone());
        server
    }

    fn scratch() -> Self {
        let mut server = Self::new();
        server.ask(Request::OpenScratch {
            ticket: Ticket(1),
            title: "t".to_owned(),
        });
        server
    }

    /// Sends a request, about the open database if there is one, and returns all replies but the
    /// last, which settles it.
    fn ask(&mut self, request: Request) -> Vec<Reply> {
        let session = self.state.session;
        let id = session.map(|session| {
            self.asked += 1;
            RequestId {
                session,
                number: self.asked,
            }
        });
        let id = id.filter(|_| {
            !matches!(
                request,
                Request::Probe(_)
                    | Request::Open { .. }
                    | Request::Create { .. }
                    | Request::OpenSample { .. }
                    | Request::OpenScratch { .. }
                    | Request::KeepBackups(_)
            )
        });
        self.ask_as(id, request)
    }

    fn ask_as(&mut self, id: Option<RequestId>, request: Request) -> Vec<Reply> {
        let mut replies = Vec::new();
        let envelope = Envelope {
            id,
            request,
            control: Control::default(),
        };
        let mut emit = |answer: Answer| replies.push(answer.reply);
        let background = handle(&mut self.state, envelope, &mut emit);
        let is_end =
            |reply: &Reply| matches!(reply, Reply::Settled(settled, _) if Some(*settled) == id);
        let ends = replies.iter().filter(|reply| is_end(reply)).count();
        assert_eq!(ends, usize::from(id.is_some()), "{replies:?}");
        self.outcome = replies.iter().find_map(|reply| match reply {
            Reply::Settled(settled, outcome) if Some(*settled) == id => Some(*outcome),
            _ => None,
        });
        replies.retain(|reply| !matches!(reply, Reply::Settled(..)));
        if let Some(super::Background::Compact(task, compaction, control)) = background {
            let written = compaction.write(&control).map(Box::new);
            self.state
                .compacted(task, written, &mut |reply| replies.push(reply));
        }
        replies
    }

    fn put(&mut self, key: &str, json: &str) -> Vec<Reply> {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(self::key(key), parse_text(json).unwrap().0);
        self.ask(Request::Commit(batch))
    }

    /// A put during which the engine panics, followed by what its thread does then.
    fn panicking_put(&mut self, key: &str, json: &str) {
        let put = std::panic::AssertUnwindSafe(|| self.put(key, json));
        assert!(std::panic::catch_unwind(put).is_err());
        self.state.interrupted(Interrupted::default(), &mut |_| {});
    }

    fn snapshot(&self) -> Snapshot {
        self.state.store.as_ref().unwrap().snapshot()
    }

    fn value(&self, key: &str) -> Option<String> {
        self.snapshot()
            .get(key)
            .map(|record| to_compact(record.value.view()))
    }

    fn create(&mut self, path: &Path) -> Vec<Reply> {
        let (ticket, overwrite) = (Ticket(1), false);
        let request = Request::Create {
            ticket,
            path: path.to_owned(),
            secret: secret("one"),
            overwrite,
        };
        self.ask(request)
    }

    fn open(&mut self, path: &Path, password: &str) -> Vec<Reply> {
        let (ticket, read_only) = (Ticket(2), false);
        let request = Request::Open {
            ticket,
            path: path.to_owned(),
            secret: secret(password),
            read_only,
        };
        self.ask(request)
    }
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn secret(password: &str) -> Secret {
    Secret {
        password: password.to_owned().into(),
        key_file: None,
    }
}

fn sentences(replies: &[Reply]) -> Vec<&str> {
    let committed = replies.iter().filter_map(|reply| match reply {
        Reply::Committed(committed) => Some(committed.summary.text.as_str()),
        _ => None,
    });
    committed.collect()
}

#[test]
fn an_edit_is_undone_and_redone() {
    let mut server = Server::scratch();
    server.put("a", "1");
    server.put("a", "2");
    let replies = server.ask(Request::Undo);
    assert_eq!(sentences(&replies), ["Undone: Edit a"]);
    assert_eq!(server.value("a").as_deref(), Some("1"));
    let Some(Reply::Committed(committed)) = replies.first() else {
        panic!("{replies:?}")
    };
    assert_eq!(committed.history.undo, ["Add a"]);
    assert_eq!(committed.history.redo, ["Edit a"]);
    server.ask(Request::Redo);
    assert_eq!(server.value("a").as_deref(), Some("2"));
    server.ask(Request::Undo);
    server.ask(Request::Undo);
    assert_eq!(server.value("a"), None);
    assert!(sentences(&server.ask(Request::Undo)).is_empty());
}

#[test]
fn a_change_after_undo_leaves_nothing_to_redo() {
    let mut server = Server::scratch();
    server.put("a", "1");
    server.ask(Request::Undo);
    server.put("b", "1");
    assert!(sentences(&server.ask(Request::Redo)).is_empty());
    assert_eq!(server.value("a"), None);
}

#[test]
fn summaries_of_commits_are_in_the_past_tense() {
    let mut server = Server::scratch();
    let batch = |make: &dyn Fn(&mut WriteBatch) -> &mut WriteBatch| {
        let mut batch = WriteBatch::new(Cause::Edit);
        make(&mut batch);
        Request::Commit(batch)
    };
    let value = || parse_text("1").unwrap().0;
    let at = Some(Millis(1_090_000));
    for (request, message) in [
        (batch(&|batch| batch.put(key("a"), value())), "Added a"),
        (
            batch(&|batch| batch.set_expiry(key("a"), at)),
            "a expires in 1 m 30 s",
        ),
        (
            batch(&|batch| batch.rename(key("a"), key("b"))),
            "Renamed a to b",
        ),
        (batch(&|batch| batch.delete(key("b"))), "Deleted b"),
        (Request::Undo, "Undone: Delete b"),
        (Request::Redo, "Redone: Delete b"),
    ] {
        assert_eq!(sentences(&server.ask(request)), [message]);
    }
}

#[test]
fn bulk_deletion_is_one_change() {
    let mut server = Server::scratch();
    for name in ["a", "b", "c"] {
        server.put(name, "1");
    }
    let keys = [key("a"), key("gone"), key("c")].into();
    let replies = server.ask(Request::Delete(Target::Keys(keys)));
    assert_eq!(sentences(&replies), ["Deleted 2 records"]);
    server.ask(Request::Delete(Target::Everything));
    assert_eq!(server.snapshot().len(), 0);
    server.ask(Request::Undo);
    server.ask(Request::Undo);
    assert_eq!(server.snapshot().len(), 3);
}

#[test]
fn a_duplicate_gets_a_key_that_is_free() {
    let mut server = Server::scratch();
    server.put("a", "1");
    server.ask(Request::Duplicate(key("a")));
    let replies = server.ask(Request::Duplicate(key("a")));
    assert_eq!(sentences(&replies), ["Added a-3"]);
    assert_eq!(server.value("a-2").as_deref(), Some("1"));
}

#[test]
fn adding_a_record_never_replaces_another() {
    let mut server = Server::scratch();
    server.put("a", "1");
    let value = parse_text("2").unwrap().0;
    let replies = server.ask(Request::Add {
        key: key("a"),
        value,
        expires_at: None,
    });
    assert!(
        matches!(replies.first(), Some(Reply::Refused(_))),
        "{replies:?}"
    );
    assert_eq!(server.value("a").as_deref(), Some("1"));
}

#[test]
fn a_leaf_is_edited_in_the_current_record() {
    let mut server = Server::scratch();
    server.put("a", r#"{"x":1,"y":2}"#);
    let location = vec![Step::Name("y".to_owned())];
    let edit = LeafEdit::Set {
        location,
        value: parse_text("3").unwrap().0,
    };
    server.ask(Request::EditLeaf {
        key: key("a"),
        edit,
    });
    assert_eq!(server.value("a").as_deref(), Some(r#"{"x":1,"y":3}"#));
}

#[test]
fn expired_records_are_deleted_and_reported() {
    let mut server = Server::scratch();
    server.put("a", "1");
    let target = Target::Keys([key("a")].into());
    server.ask(Request::SetExpiry {
        target,
        expires_at: Some(Millis(1_060_000)),
    });
    assert_eq!(server.state.next_expiry_in(), Some(Duration::from_mins(1)));
    server.clock.advance_millis(60_000);
    let mut replies = Vec::new();
    assert!(server.state.expire_due(&mut |reply| replies.push(reply)));
    let Some(Reply::Committed(committed)) = replies.first() else {
        panic!("{replies:?}")
    };
    assert_eq!(committed.commit.cause, Cause::Expired);
    assert_eq!(
        committed.events.first().map(|event| event.text.as_str()),
        Some("expired after 1 m 00 s")
    );
    assert_eq!(server.state.next_expiry_in(), None);
}

#[test]
fn with_a_clock_far_ahead_expired_records_are_kept_until_the_user_confirms_it() {
    let mut server = Server::scratch();
    server.put("a", "1");
    server.put("b", "2");
    let target = Target::Keys([key("a")].into());
    server.ask(Request::SetExpiry {
        target,
        expires_at: Some(Millis(1_060_000)),
    });
    server.clock.advance_millis(50 * 365 * 24 * 60 * 60 * 1000);
    let tick = |server: &mut Server| {
        let mut replies = Vec::new();
        let succeeded = server.state.expire_due(&mut |reply| replies.push(reply));
        (succeeded, replies)
    };
    let (succeeded, replies) = tick(&mut server);
    let [Reply::ClockSuspect(Some(suspect))] = replies.as_slice() else {
        panic!("{replies:?}")
    };
    assert_eq!((succeeded, suspect.due), (false, 1));
    // The question is asked once; the next attempt waits.
    let (succeeded, replies) = tick(&mut server);
    assert!(!succeeded && replies.is_empty());
    let replies = server.ask(Request::ConfirmClock);
    let expired = replies.iter().find_map(|reply| match reply {
        Reply::Committed(committed) => Some(committed.commit.cause),
        _ => None,
    });
    assert_eq!(expired, Some(Cause::Expired));
    let is_over = |reply: &Reply| matches!(reply, Reply::ClockSuspect(None));
    assert!(replies.iter().any(is_over));
    assert_eq!(server.state.next_expiry_in(), None);
}

#[test]
fn a_file_is_created_closed_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vstore");
    let mut server = Server::new();
    assert!(matches!(
        server.create(&path).first(),
        Some(Reply::Opened(..))
    ));
    server.put("a", "1");
    server.ask(Request::Compact(TaskId(1)));
    server.put("b", "2");
    assert!(matches!(
        server.ask(Request::Close { giving_up: 0 }).first(),
        Some(Reply::Closed(Ok(())))
    ));

    let replies = server.open(&path, "two");
    assert!(
        matches!(
            replies.first(),
            Some(Reply::NotOpened(_, Problem::WrongPassword))
        ),
        "{replies:?}"
    );
    assert!(matches!(
        server.open(&path, "one").first(),
        Some(Reply::Opened(..))
    ));
    assert_eq!(server.snapshot().len(), 2);
}

#[test]
fn probing_reports_the_problem_of_each_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new();
    let mut problem = |content: Option<&[u8]>| {
        let path = folder.path().join("x.vstore");
        match content {
            Some(content) => std::fs::write(&path, content).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        match server.ask(Request::Probe(path)).pop() {
            Some(Reply::Probed {
                facts: Err(problem),
                ..
            }) => problem,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        problem(Some(b"just some text, and more than a few words of it")),
        Problem::NotAVStore
    );
    assert_eq!(problem(None), Problem::NotFound);
}

#[test]
fn a_draft_is_sealed_on_lock_and_offered_after_unlock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vstore");
    let mut server = Server::new();
    server.create(&path);
    let draft = SealedDraft {
        base: None,
        key: "new".to_owned(),
        text: "{ half".to_owned(),
        expires_at: None,
    };
    let replies = server.ask(Request::Lock {
        draft: Some(draft.clone()),
    });
    let is_locked = |reply: &Reply| matches!(reply, Reply::Locked { lost: None, .. });
    assert!(replies.iter().any(is_locked), "{replies:?}");
    assert!(server.state.store.is_none());
    let opened = |replies: Vec<Reply>| match replies.into_iter().next() {
        Some(Reply::Opened(_, opened)) => opened,
        other => panic!("{other:?}"),
    };
    assert_eq!(opened(server.open(&path, "one")).draft, Some(draft));
    server.ask(Request::ForgetDraft);
    server.ask(Request::Close { giving_up: 0 });
    assert_eq!(opened(server.open(&path, "one")).draft, None);
}

#[test]
fn saving_a_copy_keeps_records_and_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.vstore");
    let mut server = Server::scratch();
    server.put("a", "1");
    let request = Request::SaveAs {
        ticket: Ticket(3),
        path: path.clone(),
        secret: secret("new"),
        snapshot: server.snapshot(),
        consent: Consent::NotAsked,
    };
    let replies = server.ask(request);
    let Some(Reply::Opened(_, opened)) = replies.first() else {
        panic!("{replies:?}")
    };
    assert!(opened.is_copy);
    server.ask(Request::Undo);
    assert_eq!(server.snapshot().len(), 0);
    server.ask(Request::Close { giving_up: 0 });
    assert!(matches!(
        server.open(&path, "new").first(),
        Some(Reply::Opened(..))
    ));
}

#[test]
fn a_copy_replaces_another_file_only_with_consent_and_keeps_it_as_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (
        folder.path().join("a.vstore"),
        folder.path().join("b.vstore"),
    );
    let mut server = Server::new();
    server.create(&other);
    server.ask(Request::Close { giving_up: 0 });
    let theirs = std::fs::read(&other).unwrap();
    server.create(&path);
    server.put("a", "1");
    let mut save_as = |path: &Path, consent| {
        let request = Request::SaveAs {
            ticket: Ticket(9),
            path: path.to_owned(),
            secret: secret("new"),
            snapshot: server.snapshot(),
            consent,
        };
        server.ask(request).into_iter().next().unwrap()
    };
    for own in [path.clone(), vstore::file::backup_path(&path, 1)] {
        let refused = save_as(&own, Consent::ReplaceAny);
        assert!(
            matches!(&refused, Reply::NotOpened(_, Problem::Other(message)) if message.contains("open database")),
            "{refused:?}"
        );
    }
    let Reply::NotOpened(_, Problem::Replaces(existing)) = save_as(&other, Consent::NotAsked)
    else {
        panic!("no question")
    };
    assert_eq!(std::fs::read(&other).unwrap(), theirs);
    let saved = save_as(&other, Consent::Replace(*existing));
    assert!(matches!(saved, Reply::Opened(..)), "{saved:?}");
    let backup = vstore::file::backup_path(&other, 1);
    assert_eq!(std::fs::read(backup).unwrap(), theirs);
}

#[test]
fn the_sample_has_records_some_of_which_expire() {
    let mut server = Server::new();
    server.ask(Request::OpenSample { ticket: Ticket(1) });
    let snapshot = server.snapshot();
    assert!(snapshot.len() > 50, "{}", snapshot.len());
    assert!(snapshot.expiring_len() > 3);
}

#[test]
fn the_thread_answers_in_order_and_ends() {
    let (sender, replies) = unbounded();
    let state = Server::new().state;
    let emit = move |answer: Answer| sender.send(answer.reply).unwrap();
    let mut engine = Engine::start(state, emit).unwrap();
    let request = Request::OpenScratch {
        ticket: Ticket(1),
        title: "t".to_owned(),
    };
    engine.ask(None, request);
    for number in 0..50 {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(key(&format!("k{number:02}")), parse_text("1").unwrap().0);
        let id = RequestId {
            session: Ticket(1),
            number,
        };
        engine.ask(Some(id), Request::Commit(batch));
    }
    engine.shut_down();
    let replies: Vec<_> = replies.try_iter().collect();
    let settled = replies.iter().filter_map(|reply| match reply {
        Reply::Settled(id, Outcome::Done) => Some(id.number),
        _ => None,
    });
    assert_eq!(settled.collect::<Vec<_>>(), (0..50).collect::<Vec<_>>());
    let expected: Vec<_> = (0..50)
        .map(|number| format!("Added k{number:02}"))
        .collect();
    assert_eq!(sentences(&replies), expected);
    assert!(matches!(replies.last(), Some(Reply::Closed(Ok(())))));
}
