//! Panels, tabs, dialogs, notices, preferences.

use super::Effects;
use crate::command::{LayoutCommand, Preference};
use crate::effect::Effect;
use crate::engine::Request;
use crate::state::{BACKUPS_MAX, Dialog, FocusTarget, Jump, Preferences, State};

pub(super) fn update(state: &mut State, command: LayoutCommand) -> Effects {
    match command {
        LayoutCommand::Toggle(side) => {
            let shown = state.prefs.layout.shown_mut(side);
            *shown = !*shown;
            save(state)
        }
        LayoutCommand::Resize(side, size) => {
            *state.prefs.layout.size_mut(side) = size;
            state.prefs.make_valid();
            save(state)
        }
        LayoutCommand::ShowBottom(tab) => {
            state.prefs.layout.bottom = true;
            state.prefs.layout.bottom_tab = tab;
            save(state)
        }
        LayoutCommand::ShowDetail(tab) => {
            if let Some(store) = state.store_mut() {
                store.detail.tab = tab;
            }
            Effects::new()
        }
        LayoutCommand::Focus(target) => {
            state.focus = Some(target);
            Effects::new()
        }
        LayoutCommand::FocusNext => {
            state.focus = Some(next_focus(state));
            state.last_focus = state.focus;
            Effects::new()
        }
        LayoutCommand::OpenDialog(mut dialog) => {
            // The dialog applies to what is selected when it opens.
            if let (Dialog::Expiry { scope }, Some(store)) = (&mut *dialog, state.store()) {
                *scope = store.frozen(scope);
            }
            let same =
                |open: &Dialog| std::mem::discriminant(open) == std::mem::discriminant(&*dialog);
            if !state.dialogs.iter().any(same) {
                state.dialogs.push_back(*dialog);
            }
            Effects::new()
        }
        LayoutCommand::CloseDialog => close_dialog(state),
        LayoutCommand::DismissNotice(id) => {
            state.notices.dismiss(id);
            Effects::new()
        }
        LayoutCommand::Set(preference) => set(state, preference),
        LayoutCommand::WindowResized { size, maximised } => {
            state.prefs.window_size = Some(size);
            state.prefs.window_maximised = maximised;
            state.prefs.make_valid();
            save(state)
        }
    }
}

/// Closing a dialog that waits for the engine cancels its request.
fn close_dialog(state: &mut State) -> Effects {
    match state.dialogs.pop_front() {
        Some(Dialog::GoToKey) => {
            // The typed letters are part of keys: they are not kept, and the dialog starts empty
            // next time.
            if let Some(store) = state.store_mut() {
                store.jump = Jump::default();
            }
            Effects::new()
        }
        Some(Dialog::SaveAs { busy: true, .. }) => {
            state.busy = None;
            vec![Effect::CancelBusy]
        }
        _ => Effects::new(),
    }
}

fn set(state: &mut State, preference: Preference) -> Effects {
    let prefs = &mut state.prefs;
    let mut effects = Effects::new();
    match preference {
        Preference::Theme(theme) => {
            prefs.theme = theme;
            effects.push(Effect::ApplyTheme);
        }
        Preference::ReducedMotion(reduced) => {
            prefs.reduced_motion = reduced;
            effects.push(Effect::ApplyTheme);
        }
        Preference::Density(density) => prefs.density = density,
        Preference::LockAfterMinutes(minutes) => {
            prefs.lock_after_minutes = minutes;
            effects.push(Effect::ApplyIdleLock);
        }
        Preference::LockWhenMinimised(lock) => prefs.lock_when_minimised = lock,
        Preference::LockWithSystem(lock) => prefs.lock_with_system = lock,
        Preference::HonourExpireAt(honour) => prefs.honour_expire_at = honour,
        Preference::RememberRecent(remember) => prefs.remember_recent = remember,
        Preference::Backups(count) => {
            prefs.backups = count.min(BACKUPS_MAX);
            effects.push(Effect::Ask(Request::KeepBackups(prefs.backups)));
        }
    }
    prefs.make_valid();
    effects.extend(save(state));
    effects
}

/// Queues the preferences to be written.
pub(super) fn save(state: &State) -> Effects {
    vec![Effect::SavePreferences(Box::new(Preferences::clone(
        &state.prefs,
    )))]
}

/// The pane after the one that last got keyboard focus, among those shown.
fn next_focus(state: &State) -> FocusTarget {
    let layout = &state.prefs.layout;
    let panes = [
        (FocusTarget::Search, true),
        (FocusTarget::Explorer, layout.left),
        (FocusTarget::Records, true),
        (FocusTarget::Detail, layout.right),
    ];
    let shown: Vec<_> = panes
        .into_iter()
        .filter(|(_, shown)| *shown)
        .map(|(pane, _)| pane)
        .collect();
    let last = shown
        .iter()
        .position(|pane| Some(*pane) == state.last_focus);
    let next = last.map_or(0, |place| (place + 1) % shown.len());
    shown.get(next).copied().unwrap_or(FocusTarget::Records)
}
