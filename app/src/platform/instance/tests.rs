//! Instances find each other on one computer, without windows.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};

use super::listener::{Listener, ask};
use super::place::{own_folder, socket};

fn listener(path: &std::path::Path) -> (Listener, Receiver<()>) {
    let (asked, requests) = unbounded();
    let listener = Listener::start(path.to_owned(), move || {
        asked.send(()).ok();
    });
    (listener.unwrap(), requests)
}

#[test]
fn a_listening_window_is_shown_and_a_closed_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    assert!(!ask(&path));
    let (listener, requests) = listener(&path);
    assert!(ask(&path));
    assert_eq!(requests.len(), 1);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    drop(listener);
    assert!(!path.exists());
    assert!(!ask(&path));
}

#[test]
fn a_socket_left_by_a_killed_window_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists() && !ask(&path));
    let (_listener, requests) = listener(&path);
    assert!(ask(&path));
    assert_eq!(requests.len(), 1);
}

#[test]
fn other_messages_are_not_answered_and_block_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let (_listener, requests) = listener(&path);
    let mut stranger = UnixStream::connect(&path).unwrap();
    stranger.write_all(&[b'x'; 4096]).unwrap();
    drop(UnixStream::connect(&path).unwrap());
    assert!(ask(&path));
    assert_eq!(requests.len(), 1);
}

#[test]
fn a_window_that_took_over_a_socket_keeps_it_when_the_first_one_closes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let (first, first_requests) = listener(&path);
    let (_second, second_requests) = listener(&path);
    drop(first);
    assert!(ask(&path));
    assert_eq!((first_requests.len(), second_requests.len()), (0, 1));
    assert!(second_requests.recv_timeout(Duration::ZERO).is_ok());
}

#[test]
fn a_file_has_one_socket_for_all_its_paths_and_the_name_reveals_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret films.vstore");
    fs::write(&file, b"").unwrap();
    let link = folder.path().join("link.vstore");
    symlink(&file, &link).unwrap();
    let socket = |file: &std::path::Path| socket(folder.path(), file);
    assert_eq!(socket(&file), socket(&link));
    assert_ne!(socket(&file), socket(folder.path()));
    let name = socket(&file).unwrap();
    let name = name.file_name().unwrap().to_str().unwrap();
    assert_eq!((name.len(), name.contains("films")), (37, false));
    assert_eq!(socket(&folder.path().join("none")), None);
}

#[test]
fn a_folder_that_others_can_enter_or_own_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let user = rustix::process::getuid().as_raw();
    let own = folder.path().join("own");
    assert!(own_folder(&own, user) && own_folder(&own, user));
    assert!(!own_folder(&own, user + 1));
    fs::set_permissions(&own, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(!own_folder(&own, user));
    let link = folder.path().join("link");
    symlink(folder.path(), &link).unwrap();
    assert!(!own_folder(&link, user));
    assert!(!own_folder(&folder.path().join("no/where"), user));
}
