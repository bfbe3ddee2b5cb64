//! Writes the settings kept in a file, and reads them when it is opened.
//!
//! Typing and dragging change them many times a second, so they are written one second after the
//! last change, and before the file is locked or closed.

use vstore::Millis;

use super::{Effects, ask_of};
use crate::engine::Request;
use crate::state::{OpenStore, SETTINGS_NAME, apply_settings, encode_settings};

/// How long after the last change the settings are written.
const PAUSE_MILLIS: i64 = 1_000;

/// Call this when settings may have changed: they are written a second later.
pub(super) fn changed(store: &mut OpenStore, now: Millis) {
    if !store.read_only {
        store.settings_due = Some(now.plus_millis(PAUSE_MILLIS));
    }
}

/// Writes the settings if they are due.
pub(super) fn write_due(store: &mut OpenStore, now: Millis) -> Effects {
    match store.settings_due {
        Some(due) if due <= now => write(store),
        _ => Effects::new(),
    }
}

/// Writes the settings if they have changed since they were last written, as before locking and
/// closing.
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

/// Applies the settings of a file that was opened.
pub(super) fn load(store: &mut OpenStore) {
    // Settings chosen while the file was being read are kept.
    if store.settings_due.is_some() {
        return;
    }
    if let Some(value) = store.snapshot.setting(SETTINGS_NAME).cloned() {
        apply_settings(store, &value);
        store.settings_written = Some(value);
    }
}
