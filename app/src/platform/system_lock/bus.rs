//! Listens on the two buses, with one thread each, which sleep until a message arrives.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use zbus::blocking::connection::Builder;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::{OwnedFd, OwnedObjectPath, OwnedValue};
use zbus::{MatchRule, Message};

use super::signal::{Body, MANAGER, Meaning, PROPERTIES, SCREEN_SAVERS, SESSION, Signal, meaning};

/// How long a service on the bus may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long sleep is delayed so that keys can be dropped first. The system itself waits at most
/// five seconds (logind.conf(5), `InhibitDelayMaxSec`).
const SLEEP_DELAY: Duration = Duration::from_secs(1);

const LOGIN: &str = "org.freedesktop.login1";
const LOGIN_PATH: &str = "/org/freedesktop/login1";

/// Starts both threads.
pub(super) fn start(locked: impl Fn() + Send + Clone + 'static) {
    let locked_in_session = locked.clone();
    spawn("system-bus", move || watch_system(&locked).ok());
    spawn("session-bus", move || {
        watch_session(&locked_in_session).ok()
    });
}

/// A thread that cannot start, or has nothing to listen to, notices nothing.
fn spawn(name: &str, work: impl FnOnce() -> Option<()> + Send + 'static) {
    let work = move || {
        work();
    };
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .ok();
}

fn watch_system(locked: &dyn Fn()) -> zbus::Result<()> {
    let bus = Builder::system()?.method_timeout(PATIENCE).build()?;
    let session = own_session(&bus).ok();
    subscribe(&bus, MANAGER, "PrepareForSleep")?;
    subscribe(&bus, SESSION, "Lock")?;
    subscribe(&bus, PROPERTIES, "PropertiesChanged")?;
    let session = session.as_ref().map(|path| path.as_str());
    listen(&bus, session, locked);
    Ok(())
}

fn watch_session(locked: &dyn Fn()) -> zbus::Result<()> {
    let bus = Builder::session()?.method_timeout(PATIENCE).build()?;
    for interface in SCREEN_SAVERS {
        subscribe(&bus, interface, "ActiveChanged")?;
    }
    listen(&bus, None, locked);
    Ok(())
}

fn subscribe(bus: &Connection, interface: &str, member: &str) -> zbus::Result<()> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(interface)?
        .member(member)?;
    // Other services have properties too: without the path each of their changes would wake this
    // thread.
    let rule = if interface == PROPERTIES {
        rule.path_namespace("/org/freedesktop/login1/session")?
    } else {
        rule
    };
    DBusProxy::new(bus)?.add_match_rule(rule.build())?;
    Ok(())
}

/// The session this process runs in. A process started by the user's service manager is in none,
/// but knows which session it was started for.
fn own_session(bus: &Connection) -> zbus::Result<OwnedObjectPath> {
    let answer = match std::env::var("XDG_SESSION_ID") {
        Ok(name) => manager(bus, "GetSession", &name)?,
        Err(_) => manager(bus, "GetSessionByPID", &0_u32)?,
    };
    answer.body().deserialize()
}

fn manager<B>(bus: &Connection, method: &str, body: &B) -> zbus::Result<Message>
where
    B: serde::ser::Serialize + zbus::zvariant::DynamicType,
{
    bus.call_method(Some(LOGIN), LOGIN_PATH, Some(MANAGER), method, body)
}

/// Asks the system to wait briefly before it sleeps; `None` if it refuses.
fn delay_sleep(bus: &Connection) -> Option<OwnedFd> {
    let words = ("sleep", "VStore", "Locking the open database", "delay");
    let answer = manager(bus, "Inhibit", &words).ok()?;
    answer.body().deserialize().ok()
}

/// Calls `locked` for each signal that means locking, until the connection ends.
pub(super) fn listen(bus: &Connection, session: Option<&str>, locked: &dyn Fn()) {
    let mut delay = delay_sleep(bus);
    for message in MessageIterator::from(bus) {
        let Ok(message) = message else { return };
        match understood(&message, session) {
            Some(Meaning::ScreenLocked) => locked(),
            Some(Meaning::FallsAsleep) => {
                locked();
                if let Some(delay) = delay.take() {
                    thread::sleep(SLEEP_DELAY);
                    drop(delay);
                }
            }
            Some(Meaning::Awake) => delay = delay_sleep(bus),
            None => {}
        }
    }
}

fn understood(message: &Message, session: Option<&str>) -> Option<Meaning> {
    if message.message_type() != Type::Signal {
        return None;
    }
    let header = message.header();
    let signal = Signal {
        interface: header.interface()?.as_str(),
        member: header.member()?.as_str(),
        path: header.path()?.as_str(),
        body: body(message),
    };
    meaning(signal, session)
}

/// The body of `PropertiesChanged`: interface, changed values, names of invalidated ones.
type Changed<'a> = (&'a str, BTreeMap<&'a str, OwnedValue>, Vec<&'a str>);

fn body(message: &Message) -> Body {
    let body = message.body();
    if let Ok(flag) = body.deserialize::<bool>() {
        return Body::Flag(flag);
    }
    let Ok((_, changed, _)) = body.deserialize::<Changed<'_>>() else {
        return Body::Other;
    };
    let hint = changed.get("LockedHint");
    hint.and_then(|hint| bool::try_from(hint).ok())
        .map_or(Body::Other, Body::LockedHint)
}
