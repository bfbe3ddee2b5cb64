//! The meaning of signals, and the way from a bus to the call: two ends of a socket pair stand in
//! for the bus, so that no daemon is needed.

use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::unbounded;
use zbus::Guid;
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;

use super::bus::listen;
use super::signal::{Body, MANAGER, Meaning, PROPERTIES, SCREEN_SAVERS, SESSION, Signal, meaning};

const OURS: &str = "/org/freedesktop/login1/session/_32";
const THEIRS: &str = "/org/freedesktop/login1/session/_33";

fn said(interface: &str, member: &str, path: &str, body: Body) -> Option<Meaning> {
    let signal = Signal {
        interface,
        member,
        path,
        body,
    };
    meaning(signal, Some(OURS))
}

#[test]
fn sleeping_and_every_screen_saver_lock() {
    let login = "/org/freedesktop/login1";
    let sleep = |flag| said(MANAGER, "PrepareForSleep", login, Body::Flag(flag));
    assert_eq!(sleep(true), Some(Meaning::FallsAsleep));
    assert_eq!(sleep(false), Some(Meaning::Awake));
    for interface in SCREEN_SAVERS {
        let active = |flag| said(interface, "ActiveChanged", "/any", Body::Flag(flag));
        assert_eq!(active(true), Some(Meaning::ScreenLocked));
        assert_eq!(active(false), None);
    }
}

#[test]
fn only_the_own_session_locks() {
    let lock = |path| said(SESSION, "Lock", path, Body::Other);
    assert_eq!(lock(OURS), Some(Meaning::ScreenLocked));
    assert_eq!(lock(THEIRS), None);
    let hint = |path, on| said(PROPERTIES, "PropertiesChanged", path, Body::LockedHint(on));
    assert_eq!(hint(OURS, true), Some(Meaning::ScreenLocked));
    assert_eq!(hint(OURS, false), None);
    assert_eq!(hint(THEIRS, true), None);
    assert_eq!(said(SESSION, "Unlock", OURS, Body::Other), None);
}

#[test]
fn while_the_own_session_is_not_known_each_one_locks() {
    let signal = Signal {
        interface: SESSION,
        member: "Lock",
        path: THEIRS,
        body: Body::Other,
    };
    assert_eq!(meaning(signal, None), Some(Meaning::ScreenLocked));
}

fn named<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .unwrap()
}

/// Two connections that talk to each other without a bus between them.
fn pair() -> (Connection, Connection) {
    let (left, right) = UnixStream::pair().unwrap();
    let server = named("desktop", move || {
        let server = Builder::async_io_unix_stream(left)
            .server(Guid::generate())
            .unwrap();
        server.p2p().build().unwrap()
    });
    let builder = Builder::async_io_unix_stream(right).p2p();
    // Nobody answers calls here: the wish to delay sleep must not wait for ever.
    let client = builder
        .method_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    (server.join().unwrap(), client)
}

#[test]
fn a_signal_on_the_bus_calls_back_and_a_bus_that_goes_ends_the_thread() {
    let (desktop, program) = pair();
    let (told, heard) = unbounded();
    let thread = named("session-bus", move || {
        listen(&program, Some(OURS), &|| {
            told.send(()).ok();
        });
    });
    let emit = |interface: &str, member: &str, flag: bool| {
        desktop
            .emit_signal(None::<&str>, OURS, interface, member, &flag)
            .unwrap();
    };
    let patience = Duration::from_secs(20);
    // What came before the listener stood there may be lost: it is said until it is heard.
    loop {
        emit("org.freedesktop.ScreenSaver", "ActiveChanged", true);
        if heard.recv_timeout(Duration::from_millis(100)).is_ok() {
            break;
        }
    }
    while heard.recv_timeout(Duration::from_millis(200)).is_ok() {}
    emit("org.freedesktop.ScreenSaver", "ActiveChanged", false);
    emit("org.example.Other", "ActiveChanged", true);
    emit(MANAGER, "PrepareForSleep", true);
    assert!(heard.recv_timeout(patience).is_ok());
    assert!(heard.is_empty());
    drop(desktop);
    thread.join().unwrap();
    assert!(heard.recv_timeout(patience).is_err());
}
