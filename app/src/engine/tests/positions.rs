//! A file that was put back or cut off is told from one that goes on.
use std::fs;
use std::path::Path;

use vstore::file::Standing;

use super::{Reply, Request, Server};

/// A server that remembers in the folder of its files.
fn server(folder: &Path) -> Server {
    let mut server = Server::new();
    let path = folder.join("state/positions");
    server.state.remember_positions_in(path);
    server
}

/// How the file stands to what was last open here, and what opening says of it in words.
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
fn an_older_file_is_named_when_it_is_opened() {
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
    // It was said; from now on this is what is known.
    assert_eq!(opened(folder.path(), &path), usual);
    fs::write(&path, whole).unwrap();
    assert_eq!(opened(folder.path(), &path).0, Standing::Diverged);
}

#[test]
fn nothing_that_names_a_file_is_remembered() {
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
fn a_session_that_was_cut_short_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    let mut first = server(folder.path());
    first.create(&path);
    first.put("a", "1");
    drop(first);
    let (_, told) = opened(folder.path(), &path);
    assert!(
        told.iter().any(|note| note.contains("cut short")),
        "{told:?}"
    );
    assert_eq!(opened(folder.path(), &path).1, [""; 0]);
}
