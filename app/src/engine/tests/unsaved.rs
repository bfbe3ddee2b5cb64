//! A file that takes no changes, or is not the one that was opened.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vstore::Store;
use vstore::target::Consent;

use super::disk::Disk;
use super::*;
use crate::engine::OpenedStore;

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
    aside: PathBuf,
    server: Server,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("films.vstore");
        let mut server = Server::new();
        server.create(&path);
        server.put("a", "1");
        Self {
            aside: folder.path().join("aside"),
            _folder: folder,
            path,
            server,
        }
    }

    /// Replaces the file as a sync program does.
    fn replace(&self) {
        fs::rename(&self.path, &self.aside).unwrap();
        fs::copy(&self.aside, &self.path).unwrap();
    }

    fn put_back(&self) {
        fs::rename(&self.aside, &self.path).unwrap();
    }
}

fn failed(replies: &[Reply]) -> Vec<&Problem> {
    let problems = replies.iter().filter_map(|reply| match reply {
        Reply::WriteFailed(problem) => Some(problem),
        _ => None,
    });
    problems.collect()
}

/// The waiting changes of the last report.
fn waiting(replies: &[Reply]) -> Vec<String> {
    let reports = replies.iter().rev();
    let mut reports = reports.filter_map(|reply| match reply {
        Reply::Unsaved(unsaved) => Some(unsaved.labels.clone()),
        _ => None,
    });
    reports.next().expect("nothing was reported")
}

fn opened(replies: &[Reply]) -> OpenedStore {
    let opened = replies.iter().find_map(|reply| match reply {
        Reply::Opened(_, opened) => Some((**opened).clone()),
        _ => None,
    });
    opened.unwrap_or_else(|| panic!("{replies:?}"))
}

fn is_changed(replies: &[Reply]) -> bool {
    match replies {
        [Reply::ChangedElsewhere(changed)] => *changed,
        replies => panic!("{replies:?}"),
    }
}

#[test]
fn unwritten_changes_are_written_once_that_is_possible() {
    let mut place = Place::new();
    place.replace();
    let theirs = fs::read(&place.path).unwrap();
    let replies = place.server.put("b", "2");
    assert_eq!(failed(&replies), [&Problem::ChangedElsewhere]);
    assert_eq!(waiting(&replies), ["Put b"]);
    assert_eq!(place.server.outcome, Some(Outcome::NotWritten));
    let target = Target::Keys([key("a")].into());
    place.server.ask(Request::Delete(target));
    let again = place.server.ask(Request::WriteAgain);
    assert_eq!(failed(&again), [&Problem::ChangedElsewhere]);
    assert_eq!(waiting(&again), ["Put b", "Delete a"]);
    assert_eq!(fs::read(&place.path).unwrap(), theirs);

    place.put_back();
    let again = place.server.ask(Request::WriteAgain);
    assert_eq!(sentences(&again), ["Added b", "Deleted a"]);
    assert_eq!(waiting(&again), [""; 0]);
    assert_eq!(place.server.value("b").as_deref(), Some("2"));
    assert!(sentences(&place.server.ask(Request::WriteAgain)).is_empty());
}

#[test]
fn a_later_change_writes_the_waiting_ones_first() {
    let mut place = Place::new();
    place.replace();
    place.server.put("b", "2");
    place.server.put("c", "2");
    place.put_back();
    let replies = place.server.put("b", "3");
    assert_eq!(sentences(&replies), ["Added b", "Added c", "Changed b"]);
    assert_eq!(waiting(&replies), [""; 0]);
    assert_eq!(place.server.value("b").as_deref(), Some("3"));
    assert_eq!(place.server.value("c").as_deref(), Some("2"));
}

#[test]
fn a_change_builds_on_the_waiting_ones() {
    let mut place = Place::new();
    place.server.put("a", r#"{"x":1,"y":1}"#);
    place.replace();
    let edit = |name: &str| LeafEdit::Set {
        location: vec![Step::Name(name.to_owned())],
        value: parse_text("2").unwrap().0,
    };
    for name in ["x", "y"] {
        let key = key("a");
        place.server.ask(Request::EditLeaf {
            key,
            edit: edit(name),
        });
    }
    place.server.put("b", "1");
    let taken = place.server.ask(Request::Add {
        key: key("b"),
        value: parse_text("2").unwrap().0,
        expires_at: None,
    });
    assert!(
        matches!(taken.first(), Some(Reply::Refused(_))),
        "{taken:?}"
    );
    place.put_back();
    place.server.ask(Request::WriteAgain);
    assert_eq!(place.server.value("a").as_deref(), Some(r#"{"x":2,"y":2}"#));
    assert_eq!(place.server.value("b").as_deref(), Some("1"));
}

#[test]
fn an_edit_the_file_does_not_take_stays_in_the_editor_only() {
    let mut place = Place::new();
    place.replace();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key("b"), parse_text("2").unwrap().0);
    let new = Some(key("b"));
    let replies = place.server.ask(Request::SaveDraft { batch, new });
    assert_eq!(place.server.outcome, Some(Outcome::NotWritten));
    assert_eq!(failed(&replies), [&Problem::ChangedElsewhere]);
    assert_eq!(place.server.state.queue.len(), 0);
}

#[test]
fn waiting_changes_survive_a_lock_sealed_and_are_written_after_unlocking() {
    let disk = Disk::default();
    let mut server = Server::on(&disk);
    let path = Path::new("/films.vstore");
    server.create(path);
    server.put("a", "1");
    disk.set_full(true);
    server.put("b", "2");
    let draft = SealedDraft {
        base: None,
        key: "new".to_owned(),
        text: "{ half".to_owned(),
        expires_at: None,
    };
    let replies = server.ask(Request::Lock {
        draft: Some(draft.clone()),
    });
    let kept = replies.iter().find_map(|reply| match reply {
        Reply::KeptAside(kept) => Some(kept.clone()),
        _ => None,
    });
    assert_eq!(kept.unwrap().first().unwrap().changes, 2);
    assert!(matches!(replies.first(), Some(Reply::WriteFailed(_))));
    assert!(server.state.store.is_none() && server.state.queue.len() == 0);

    // Still full: everything comes back, and the edit goes to the editor.
    let replies = server.open(path, "one");
    let opened = opened(&replies);
    assert_eq!(opened.draft.as_ref(), Some(&draft));
    assert_eq!(server.state.queue.len(), 2);
    // The edit is on the screen, so it is not counted again among the changes.
    assert_eq!(waiting(&replies).len(), 1);
    assert_eq!(server.value("b"), None);
    server.ask(Request::Lock {
        draft: Some(draft.clone()),
    });

    disk.set_full(false);
    let replies = server.open(path, "one");
    let opened = self::opened(&replies);
    assert_eq!(opened.draft, Some(draft));
    assert_eq!(server.value("b").as_deref(), Some("2"));
    assert_eq!(server.state.queue.len(), 0);
    let kept_none = |reply: &Reply| matches!(reply, Reply::KeptAside(kept) if kept.is_empty());
    assert!(replies.iter().any(kept_none), "{replies:?}");
}

#[test]
fn a_copy_contains_the_waiting_changes() {
    let disk = Disk::default();
    let mut server = Server::on(&disk);
    server.create(Path::new("/films.vstore"));
    server.put("a", "1");
    disk.panic_once();
    server.panicking_put("b", "2");
    assert!(server.state.store.is_none());
    assert_eq!(server.state.queue.len(), 1);
    server.put("c", "3");
    assert_eq!(server.outcome, Some(Outcome::NotWritten));
    let snapshot = Store::in_memory(Arc::new(ManualClock::new(Millis(0)))).snapshot();
    let replies = server.ask(Request::SaveAs {
        ticket: Ticket(9),
        path: "/copy.vstore".into(),
        secret: secret("two"),
        snapshot,
        consent: Consent::NotAsked,
    });
    let copy = opened(&replies);
    assert!(copy.is_copy);
    assert_eq!(copy.session, Ticket(1));
    assert_eq!(server.value("b").as_deref(), Some("2"));
    assert_eq!(server.value("c").as_deref(), Some("3"));
    assert_eq!(waiting(&replies), [""; 0]);
}

#[test]
fn closing_gives_up_only_the_changes_the_user_agreed_to() {
    let mut place = Place::new();
    place.replace();
    place.server.put("b", "2");
    place.server.put("c", "2");
    let refused = place.server.ask(Request::Close { giving_up: 1 });
    assert!(
        matches!(refused.last(), Some(Reply::NotClosed)),
        "{refused:?}"
    );
    assert_eq!(place.server.state.queue.len(), 2);
    let closed = place.server.ask(Request::Close { giving_up: 2 });
    assert!(matches!(closed.last(), Some(Reply::Closed(Ok(())))));
}

#[test]
fn a_request_about_a_closed_database_does_not_affect_the_open_one() {
    let mut place = Place::new();
    let id = RequestId {
        session: Ticket(77),
        number: 1,
    };
    let target = Target::Everything;
    for request in [
        Request::Delete(target),
        Request::Lock { draft: None },
        Request::Close { giving_up: 9 },
        Request::Undo,
        Request::Compact(TaskId(1)),
    ] {
        place.server.ask_as(Some(id), request);
        assert_eq!(place.server.outcome, Some(Outcome::NotOpen));
    }
    assert_eq!(place.server.value("a").as_deref(), Some("1"));
}

#[test]
fn a_replaced_file_is_noticed_without_a_change() {
    let mut place = Place::new();
    assert!(!is_changed(&place.server.ask(Request::LookAtFile)));
    place.replace();
    assert!(is_changed(&place.server.ask(Request::LookAtFile)));
    place.put_back();
    assert!(!is_changed(&place.server.ask(Request::LookAtFile)));
    assert!(Server::scratch().ask(Request::LookAtFile).len() <= 1);
}

#[test]
fn closing_does_not_touch_a_replaced_file() {
    let mut place = Place::new();
    place.replace();
    let theirs = fs::read(&place.path).unwrap();
    let closed = place.server.ask(Request::Close { giving_up: 0 });
    assert!(matches!(*closed, [Reply::Closed(Ok(()))]), "{closed:?}");
    assert_eq!(fs::read(&place.path).unwrap(), theirs);
}

#[test]
fn the_requested_number_of_backups_is_kept() {
    let mut place = Place::new();
    let backup = |number| vstore::file::backup_path(&place.path, number);
    let (first, second) = (backup(1), backup(2));
    place.server.ask(Request::KeepBackups(0));
    place.server.ask(Request::Compact(TaskId(1)));
    assert!(!first.exists());
    place.server.ask(Request::KeepBackups(2));
    for _ in 0..3 {
        place.server.put("a", "2");
        place.server.ask(Request::Compact(TaskId(1)));
    }
    assert!(first.exists() && second.exists());
}
