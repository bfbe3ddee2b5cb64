//! A file that takes no changes, or is not the one that was opened.

use std::fs;
use std::path::PathBuf;

use super::*;

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

    /// As a program that brings files from elsewhere does it.
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

fn is_changed(replies: &[Reply]) -> bool {
    match replies {
        [Reply::ChangedElsewhere(changed)] => *changed,
        replies => panic!("{replies:?}"),
    }
}

#[test]
fn what_could_not_be_written_is_written_once_that_is_possible() {
    let mut place = Place::new();
    place.replace();
    let theirs = fs::read(&place.path).unwrap();
    assert_eq!(
        failed(&place.server.put("b", "2")),
        [&Problem::ChangedElsewhere]
    );
    let target = Target::Keys([key("a")].into());
    place.server.ask(Request::Delete(target));
    let again = place.server.ask(Request::WriteAgain);
    assert_eq!(failed(&again), [&Problem::ChangedElsewhere]);
    assert_eq!(fs::read(&place.path).unwrap(), theirs);

    place.put_back();
    let again = place.server.ask(Request::WriteAgain);
    assert_eq!(told(&again), ["Added b", "Deleted a"]);
    assert_eq!(place.server.value("b").as_deref(), Some("2"));
    assert!(told(&place.server.ask(Request::WriteAgain)).is_empty());
}

#[test]
fn a_change_that_arrives_makes_the_ones_before_it_obsolete() {
    let mut place = Place::new();
    place.replace();
    place.server.put("b", "2");
    place.put_back();
    place.server.put("b", "3");
    assert!(told(&place.server.ask(Request::WriteAgain)).is_empty());
    assert_eq!(place.server.value("b").as_deref(), Some("3"));
}

#[test]
fn a_file_that_was_replaced_is_noticed_without_a_change() {
    let mut place = Place::new();
    assert!(!is_changed(&place.server.ask(Request::LookAtFile)));
    place.replace();
    assert!(is_changed(&place.server.ask(Request::LookAtFile)));
    place.put_back();
    assert!(!is_changed(&place.server.ask(Request::LookAtFile)));
    assert!(Server::scratch().ask(Request::LookAtFile).len() <= 1);
}

#[test]
fn closing_leaves_a_file_alone_that_was_replaced() {
    let mut place = Place::new();
    place.replace();
    let theirs = fs::read(&place.path).unwrap();
    let closed = place.server.ask(Request::Close);
    assert!(matches!(*closed, [Reply::Closed(Ok(()))]), "{closed:?}");
    assert_eq!(fs::read(&place.path).unwrap(), theirs);
}

#[test]
fn as_many_backups_are_kept_as_was_asked_for() {
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
