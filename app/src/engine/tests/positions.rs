//! A file that was replaced by an older copy or truncated is recognised.
use std::fs;
use std::path::Path;

use vstore::file::Standing;

use super::{Reply, Request, Server};

/// A server that keeps its positions in the folder of its files.
fn server(folder: &Path) -> Server {
    let mut server = Server::new();
    let path = folder.join("state/positions");
    server.state.remember_positions_in(path);
    server
}

/// How the file compares with its last known position, and the notes on opening it.
fn opened(folder: &Path, path: &Path) -> (Standing, Vec<String>) {
    let mut server = server(folder);
    let replies = server.open(path, "one");
    let opened = replies.into_iter().find_map(|reply| match reply {
        Reply::Opened(_, opened) => Some((opened.standing, opened.notes)),
        _ => None,
    });
    server.ask(Request::Close { giving_up: 0 });
    opened.expect("the file opens")
}

#[test]
fn an_older_file_is_reported_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    let mut first = server(folder.path());
    first.create(&path);
    first.put("a", "1");
    let old = fs::read(&path).unwrap();
    first.put("b", "2");
    first.ask(Request::Close { giving_up: 0 });
    let usual = (Standing::Continued, Vec::new());
    assert_eq!(opened(folder.path(), &path), usual);

    let whole = fs::read(&path).unwrap();
    fs::write(&path, &old).unwrap();
    assert_eq!(opened(folder.path(), &path).0, Standing::Older);
    // It was reported once; from now on this is the known position.
    assert_eq!(opened(folder.path(), &path), usual);
    fs::write(&path, whole).unwrap();
    assert_eq!(opened(folder.path(), &path).0, Standing::Diverged);
}

#[test]
fn remembered_positions_contain_no_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("diagnosis.vstore");
    let mut first = server(folder.path());
    first.create(&path);
    first.put("secret key", "1");
    first.ask(Request::Close { giving_up: 0 });
    let remembered = fs::read(folder.path().join("state/positions")).unwrap();
    for text in ["diagnosis", "secret key", "vstore"] {
        let found = remembered
            .windows(text.len())
            .any(|part| part == text.as_bytes());
        assert!(!found, "{text}");
    }
}

#[test]
fn a_session_that_was_cut_short_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    let mut first = server(folder.path());
    first.create(&path);
    first.put("a", "1");
    drop(first);
    let (_, notes) = opened(folder.path(), &path);
    assert!(
        notes.iter().any(|note| note.contains("cut short")),
        "{notes:?}"
    );
    assert_eq!(opened(folder.path(), &path).1, [""; 0]);
}
