//! Windows of one computer finding each other, without the windows.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};

use super::listener::{Listener, ask};
use super::place::{own_folder, socket};

fn listener(path: &std::path::Path) -> (Listener, Receiver<()>) {
    let (asked, heard) = unbounded();
    let listener = Listener::start(path.to_owned(), move || {
        asked.send(()).ok();
    });
    (listener.unwrap(), heard)
}

#[test]
fn a_window_that_listens_is_shown_and_one_that_is_gone_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    assert!(!ask(&path));
    let (listener, heard) = listener(&path);
    assert!(ask(&path));
    assert_eq!(heard.len(), 1);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    drop(listener);
    assert!(!path.exists());
    assert!(!ask(&path));
}

#[test]
fn what_a_killed_window_left_behind_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists() && !ask(&path));
    let (_listener, heard) = listener(&path);
    assert!(ask(&path));
    assert_eq!(heard.len(), 1);
}

#[test]
fn whoever_says_something_else_is_not_answered_and_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let (_listener, heard) = listener(&path);
    let mut stranger = UnixStream::connect(&path).unwrap();
    stranger.write_all(&[b'x'; 4096]).unwrap();
    drop(UnixStream::connect(&path).unwrap());
    assert!(ask(&path));
    assert_eq!(heard.len(), 1);
}

#[test]
fn the_window_that_took_a_socket_over_keeps_it_when_the_first_one_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let (first, first_heard) = listener(&path);
    let (_second, second_heard) = listener(&path);
    drop(first);
    assert!(ask(&path));
    assert_eq!((first_heard.len(), second_heard.len()), (0, 1));
    assert!(second_heard.recv_timeout(Duration::ZERO).is_ok());
}

#[test]
fn a_file_has_one_socket_whatever_way_leads_to_it_and_its_name_tells_nothing() {
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
