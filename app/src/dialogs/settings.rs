//! Preferences.

use egui::{Context, Ui};

use super::frame;
use crate::command::{Commands, FileCommand, LayoutCommand, Preference, SettingsCommand};
use crate::state::{DELIMITERS, Preferences, ThemeChoice};
use crate::theme::{Density, icons, metrics};
use crate::view::{AppView, StoreView};
use crate::widgets::button::Button;
use crate::widgets::field;
use crate::widgets::modal::{DialogButton, DialogFrame};
use crate::widgets::segmented::segmented;

const THEMES: [(ThemeChoice, &str); 3] = [
    (ThemeChoice::System, "System"),
    (ThemeChoice::Dark, "Dark"),
    (ThemeChoice::Light, "Light"),
];

/// Minutes of inactivity after which the database locks.
const LOCK_AFTER: [(u16, &str); 5] = [
    (1, "1 min"),
    (5, "5 min"),
    (15, "15 min"),
    (60, "1 h"),
    (0, "Never"),
];

/// The number of backups kept of a file.
const BACKUPS: [(u8, &str); 6] = [
    (0, "None"),
    (1, "1"),
    (2, "2"),
    (3, "3"),
    (5, "5"),
    (10, "10"),
];

/// The usual choices, and the index of the current one; an unusual value is added.
fn choices<T: Copy + PartialEq>(
    usual: &[(T, &str)],
    current: T,
    words: impl Fn(T) -> String,
) -> (Vec<(T, String)>, usize) {
    let mut choices: Vec<_> = usual
        .iter()
        .map(|(value, words)| (*value, (*words).to_owned()))
        .collect();
    let known = choices.iter().position(|(value, _)| *value == current);
    let chosen = known.unwrap_or_else(|| {
        choices.insert(0, (current, words(current)));
        0
    });
    (choices, chosen)
}

pub(super) fn show(ctx: &Context, view: AppView<'_>, commands: &mut Commands) {
    let prefs = view.prefs;
    let shown = DialogFrame::new(frame::id("settings"), "Settings")
        .icon(icons::GEAR)
        .width(480.0)
        .show(ctx, &[DialogButton::primary("Close")], |ui| {
            look(ui, prefs, commands);
            ui.add_space(metrics::SPACE_12);
            locking(ui, prefs, commands);
            ui.add_space(metrics::SPACE_12);
            backups(ui, prefs, commands);
            ui.add_space(metrics::SPACE_12);
            privacy(ui, prefs, commands);
            if let Some(view) = view.store() {
                ui.add_space(metrics::SPACE_12);
                this_file(ui, view, commands);
            }
        });
    if shown.cancelled || shown.clicked.is_some() {
        frame::close(commands);
    }
}

fn look(ui: &mut Ui, prefs: &Preferences, commands: &mut Commands) {
    field::label(ui, "Theme");
    let names = THEMES.map(|(_, name)| name);
    let chosen = THEMES.iter().position(|(theme, _)| *theme == prefs.theme);
    let picked = segmented(ui, "Theme", &names, chosen.unwrap_or(0));
    if let Some((theme, _)) = picked.and_then(|index| THEMES.get(index)) {
        set(commands, Preference::Theme(*theme));
    }
    ui.add_space(metrics::SPACE_4);
    field::label(ui, "Row height");
    let names = Density::ALL.map(Density::name);
    let chosen = Density::ALL
        .iter()
        .position(|density| *density == prefs.density);
    let picked = segmented(ui, "Row height", &names, chosen.unwrap_or(0));
    if let Some(density) = picked.and_then(|index| Density::ALL.get(index)) {
        set(commands, Preference::Density(*density));
    }
    ui.add_space(metrics::SPACE_4);
    switch(
        ui,
        commands,
        prefs.reduced_motion,
        "Reduce motion",
        Preference::ReducedMotion,
    );
}

fn locking(ui: &mut Ui, prefs: &Preferences, commands: &mut Commands) {
    field::label(ui, "Lock after inactivity");
    let words = |minutes| format!("{minutes} min");
    let offered = choices(&LOCK_AFTER, prefs.lock_after_minutes, words);
    if let Some(minutes) = one_of(ui, "Lock after inactivity", &offered) {
        set(commands, Preference::LockAfterMinutes(minutes));
    }
    ui.add_space(metrics::SPACE_4);
    let label = "Lock when the screen locks or the computer sleeps";
    switch(
        ui,
        commands,
        prefs.lock_with_system,
        label,
        Preference::LockWithSystem,
    );
    let label = "Lock when the window is minimised";
    switch(
        ui,
        commands,
        prefs.lock_when_minimised,
        label,
        Preference::LockWhenMinimised,
    );
}

/// Draws a row of choices; returns the one picked in this frame.
fn one_of<T: Copy>(
    ui: &mut Ui,
    label: &str,
    (choices, chosen): &(Vec<(T, String)>, usize),
) -> Option<T> {
    let names: Vec<_> = choices.iter().map(|(_, name)| name.as_str()).collect();
    let picked = segmented(ui, label, &names, *chosen)?;
    choices.get(picked).map(|(value, _)| *value)
}

fn backups(ui: &mut Ui, prefs: &Preferences, commands: &mut Commands) {
    let label = "Backups kept beside a file";
    field::label(ui, label);
    let offered = choices(&BACKUPS, prefs.backups, |count| count.to_string());
    if let Some(count) = one_of(ui, label, &offered) {
        set(commands, Preference::Backups(count));
    }
    field::explanation(
        ui,
        "NAME.vstore.bak1 is the newest: the file as it was before its last compaction. It opens \
         with the passwords it had then.",
    );
}

fn privacy(ui: &mut Ui, prefs: &Preferences, commands: &mut Commands) {
    field::label(ui, "Files and records");
    let label = "Remember recent files (names only)";
    switch(
        ui,
        commands,
        prefs.remember_recent,
        label,
        Preference::RememberRecent,
    );
    let label = "A number in the field “expireAt” sets the expiry";
    switch(
        ui,
        commands,
        prefs.honour_expire_at,
        label,
        Preference::HonourExpireAt,
    );
    if !prefs.recent.is_empty() {
        ui.add_space(metrics::SPACE_4);
        if Button::secondary("Clear recent files").show(ui).clicked() {
            commands.push(FileCommand::ClearRecent);
        }
    }
}

/// The settings of the open file.
fn this_file(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let label = "Namespace delimiter in this file";
    field::label(ui, label);
    let names = DELIMITERS.map(String::from);
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let current = view.store.namespaces.delimiter;
    let chosen = DELIMITERS.iter().position(|one| *one == current);
    let picked = segmented(ui, label, &names, chosen.unwrap_or(0));
    if let Some(delimiter) = picked.and_then(|index| DELIMITERS.get(index)) {
        commands.push(SettingsCommand::SetDelimiter(*delimiter));
    }
}

fn switch(
    ui: &mut Ui,
    commands: &mut Commands,
    on: bool,
    label: &str,
    preference: impl Fn(bool) -> Preference,
) {
    let mut now = on;
    if ui.checkbox(&mut now, label).changed() {
        set(commands, preference(now));
    }
}

fn set(commands: &mut Commands, preference: Preference) {
    commands.push(LayoutCommand::Set(preference));
}

#[cfg(test)]
mod tests {
    use super::{BACKUPS, LOCK_AFTER, choices};

    #[test]
    fn an_unusual_value_is_offered_too() {
        let minutes = |minutes| format!("{minutes} min");
        let (offered, chosen) = choices(&LOCK_AFTER, 5, minutes);
        assert_eq!((offered.len(), chosen), (5, 1));
        let (offered, chosen) = choices(&LOCK_AFTER, 7, minutes);
        assert_eq!(offered.get(chosen), Some(&(7, "7 min".to_owned())));
        let (offered, chosen) = choices(&BACKUPS, 4, |count| count.to_string());
        assert_eq!(offered.get(chosen), Some(&(4, "4".to_owned())));
    }
}
