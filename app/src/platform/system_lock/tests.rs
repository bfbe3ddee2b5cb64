//! The meaning of signals, and the path from a bus to the callback: a socket pair replaces the bus,
//! so that no daemon is needed.

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

fn meaning_of(interface: &str, member: &str, path: &str, body: Body) -> Option<Meaning> {
    let signal = Signal {
        interface,
        member,
        path,
        body,
    };
    meaning(signal, Some(OURS))
}

#[test]
fn sleep_and_every_screen_saver_lock() {
    let login = "/org/freedesktop/login1";
    let sleep = |flag| meaning_of(MANAGER, "PrepareForSleep", login, Body::Flag(flag));
    assert_eq!(sleep(true), Some(Meaning::FallsAsleep));
    assert_eq!(sleep(false), Some(Meaning::Awake));
    for interface in SCREEN_SAVERS {
        let active = |flag| meaning_of(interface, "ActiveChanged", "/any", Body::Flag(flag));
        assert_eq!(active(true), Some(Meaning::ScreenLocked));
        assert_eq!(active(false), None);
    }
}

#[test]
fn only_signals_of_the_own_session_lock() {
    let lock = |path| meaning_of(SESSION, "Lock", path, Body::Other);
    assert_eq!(lock(OURS), Some(Meaning::ScreenLocked));
    assert_eq!(lock(THEIRS), None);
    let hint = |path, on| meaning_of(PROPERTIES, "PropertiesChanged", path, Body::LockedHint(on));
    assert_eq!(hint(OURS, true), Some(Meaning::ScreenLocked));
    assert_eq!(hint(OURS, false), None);
    assert_eq!(hint(THEIRS, true), None);
    assert_eq!(meaning_of(SESSION, "Unlock", OURS, Body::Other), None);
}

#[test]
fn if_the_own_session_is_unknown_every_session_locks() {
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

/// Two connections that talk to each other without a bus.
fn pair() -> (Connection, Connection) {
    let (left, right) = UnixStream::pair().unwrap();
    let server = named("desktop", move || {
        let server = Builder::async_io_unix_stream(left)
            .server(Guid::generate())
            .unwrap();
        server.p2p().build().unwrap()
    });
    let builder = Builder::async_io_unix_stream(right).p2p();
    // Nobody answers calls here: the request to delay sleep must not wait for ever.
    let client = builder
        .method_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    (server.join().unwrap(), client)
}

#[test]
fn a_signal_calls_back_and_a_closed_bus_ends_the_thread() {
    let (desktop, program) = pair();
    let (sender, receiver) = unbounded();
    let thread = named("session-bus", move || {
        listen(&program, Some(OURS), &|| {
            sender.send(()).ok();
        });
    });
    let emit = |interface: &str, member: &str, flag: bool| {
        desktop
            .emit_signal(None::<&str>, OURS, interface, member, &flag)
            .unwrap();
    };
    let patience = Duration::from_secs(20);
    // A signal sent before the listener is ready may be lost, so it is repeated until it arrives.
    loop {
        emit("org.freedesktop.ScreenSaver", "ActiveChanged", true);
        if receiver.recv_timeout(Duration::from_millis(100)).is_ok() {
            break;
        }
    }
    while receiver.recv_timeout(Duration::from_millis(200)).is_ok() {}
    emit("org.freedesktop.ScreenSaver", "ActiveChanged", false);
    emit("org.example.Other", "ActiveChanged", true);
    emit(MANAGER, "PrepareForSleep", true);
    assert!(receiver.recv_timeout(patience).is_ok());
    assert!(receiver.is_empty());
    drop(desktop);
    thread.join().unwrap();
    assert!(receiver.recv_timeout(patience).is_err());
}
