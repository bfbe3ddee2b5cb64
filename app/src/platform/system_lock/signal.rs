//! What a signal on D-Bus means to a program that locks: a pure function of its words.

/// The parts of a signal that matter. Every field is what the sender says, and may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signal<'a> {
    pub(super) interface: &'a str,
    pub(super) member: &'a str,
    pub(super) path: &'a str,
    pub(super) body: Body,
}

/// What a signal carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// One truth value.
    Flag(bool),
    /// Changed properties, among them this value of `LockedHint`.
    LockedHint(bool),
    /// Nothing that matters.
    Other,
}

/// What it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The screen was locked, or somebody asked for that.
    ScreenLocked,
    /// The computer goes to sleep.
    FallsAsleep,
    /// It woke up.
    Awake,
}

pub(super) const MANAGER: &str = "org.freedesktop.login1.Manager";
pub(super) const SESSION: &str = "org.freedesktop.login1.Session";
pub(super) const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// The same signal under the names of the desktops.
pub(super) const SCREEN_SAVERS: [&str; 5] = [
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
];

/// What a signal means; `None`: nothing to us.
///
/// `session` is the path of the session the program runs in. Sessions of other people are theirs;
/// while ours is not known, each one counts: locking once too often costs a password.
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
