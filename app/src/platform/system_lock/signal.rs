//! What a D-Bus signal means for locking: a pure function of its content.

/// The relevant parts of a signal. Every field comes from the sender and may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signal<'a> {
    pub(super) interface: &'a str,
    pub(super) member: &'a str,
    pub(super) path: &'a str,
    pub(super) body: Body,
}

/// The relevant content of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// A boolean.
    Flag(bool),
    /// Changed properties, including this value of `LockedHint`.
    LockedHint(bool),
    /// Nothing relevant.
    Other,
}

/// The meaning of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The screen was locked, or that was requested.
    ScreenLocked,
    /// The computer is going to sleep.
    FallsAsleep,
    /// It woke up.
    Awake,
}

pub(super) const MANAGER: &str = "org.freedesktop.login1.Manager";
pub(super) const SESSION: &str = "org.freedesktop.login1.Session";
pub(super) const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// The interfaces with which desktops announce the same signal.
pub(super) const SCREEN_SAVERS: [&str; 5] = [
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
];

/// What a signal means; `None` if it is irrelevant.
///
/// `session` is the path of the session the program runs in. Signals of other sessions are ignored;
/// if ours is unknown, every session counts: locking once too often costs only a password.
pub(super) fn meaning(signal: Signal<'_>, session: Option<&str>) -> Option<Meaning> {
    let Signal {
        interface,
        member,
        path,
        body,
    } = signal;
    let ours = || session.is_none_or(|session| session == path);
    match (interface, member, body) {
        (MANAGER, "PrepareForSleep", Body::Flag(true)) => Some(Meaning::FallsAsleep),
        (MANAGER, "PrepareForSleep", Body::Flag(false)) => Some(Meaning::Awake),
        (SESSION, "Lock", _) if ours() => Some(Meaning::ScreenLocked),
        (PROPERTIES, "PropertiesChanged", Body::LockedHint(true)) if ours() => {
            Some(Meaning::ScreenLocked)
        }
        (interface, "ActiveChanged", Body::Flag(true)) if SCREEN_SAVERS.contains(&interface) => {
            Some(Meaning::ScreenLocked)
        }
        _ => None,
    }
}
