//! Writing the settings that the file keeps, and reading them when it is opened.
//!
//! Typing and dragging change them many times a second: they are written a second after the last
//! change, and before the file is locked or closed.

use vstore::Millis;

use super::{Effects, ask_of};
use crate::engine::Request;
use crate::state::{OpenStore, SETTINGS_NAME, apply_settings, encode_settings};

/// How long after the last change the settings are written.
const PAUSE_MILLIS: i64 = 1_000;

/// The settings may have changed: they are written a second later.
pub(super) fn changed(store: &mut OpenStore, now: Millis) {
    if !store.read_only {
        store.settings_due = Some(now.plus_millis(PAUSE_MILLIS));
    }
}

/// Writes the settings if their time has come.
pub(super) fn write_due(store: &mut OpenStore, now: Millis) -> Effects {
    match store.settings_due {
        Some(due) if due <= now => write(store),
        _ => Effects::new(),
    }
}

/// Writes the settings if they changed since they were written, as before locking and closing.
pub(super) fn write(store: &mut OpenStore) -> Effects {
    if store.settings_due.take().is_none() || store.read_only {
        return Effects::new();
    }
    let Some(value) = encode_settings(store) else {
        return Effects::new();
    };
    if store.settings_written.as_ref() == Some(&value) {
        return Effects::new();
    }
    store.settings_written = Some(value.clone());
    let request = Request::SetSetting {
        name: SETTINGS_NAME,
        value,
    };
    vec![ask_of(store, request)]
}

/// Takes over what the file says, when it was opened.
pub(super) fn load(store: &mut OpenStore) {
    // What was chosen while the file was being read stays.
    if store.settings_due.is_some() {
        return;
    }
    if let Some(value) = store.snapshot.setting(SETTINGS_NAME).cloned() {
        apply_settings(store, &value);
        store.settings_written = Some(value);
    }
}
