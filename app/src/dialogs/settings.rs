//! Preferences.

use egui::{Context, Ui};

use super::host;
use crate::command::{Commands, FileCommand, LayoutCommand, Preference, SettingsCommand};
use crate::state::{DELIMITERS, Preferences, ThemeChoice};
use crate::theme::{Density, icons, metrics};
use crate::view::{AppView, StoreView};
use crate::widgets::button::Button;
use crate::widgets::field;
use crate::widgets::modal::{Dialog, DialogButton};
use crate::widgets::segmented::segmented;

const THEMES: [(ThemeChoice, &str); 3] = [
    (ThemeChoice::System, "System"),
    (ThemeChoice::Dark, "Dark"),
    (ThemeChoice::Light, "Light"),
];

/// Minutes without input after which the database is locked.
const LOCK_AFTER: [(u16, &str); 5] = [
    (1, "1 min"),
    (5, "5 min"),
    (15, "15 min"),
    (60, "1 h"),
    (0, "Never"),
];

/// The choices for locking; a value that is none of the usual is added.
pub(super) fn lock_choices(current: u16) -> (Vec<(u16, String)>, usize) {
    let mut choices: Vec<_> = LOCK_AFTER
        .iter()
        .map(|(minutes, words)| (*minutes, (*words).to_owned()))
        .collect();
    let known = choices.iter().position(|(minutes, _)| *minutes == current);
    let chosen = known.unwrap_or_else(|| {
        choices.insert(0, (current, format!("{current} min")));
        0
    });
    (choices, chosen)
}

pub(super) fn show(ctx: &Context, view: AppView<'_>, commands: &mut Commands) {
    let prefs = view.prefs;
    let shown = Dialog::new(host::id("settings"), "Settings")
        .icon(icons::GEAR)
        .width(480.0)
        .show(ctx, &[DialogButton::primary("Close")], |ui| {
            look(ui, prefs, commands);
            ui.add_space(metrics::SPACE_12);
            locking(ui, prefs, commands);
            ui.add_space(metrics::SPACE_12);
            privacy(ui, prefs, commands);
            if let Some(view) = view.store() {
                ui.add_space(metrics::SPACE_12);
                this_file(ui, view, commands);
            }
        });
    if shown.cancelled || shown.clicked.is_some() {
        host::close(commands);
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
    field::label(ui, "Height of rows");
    let names = Density::ALL.map(Density::name);
    let chosen = Density::ALL
        .iter()
        .position(|density| *density == prefs.density);
    let picked = segmented(ui, "Height of rows", &names, chosen.unwrap_or(0));
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
    field::label(ui, "Lock after this long without input");
    let (choices, chosen) = lock_choices(prefs.lock_after_minutes);
    let names: Vec<_> = choices.iter().map(|(_, name)| name.as_str()).collect();
    let picked = segmented(ui, "Lock after this long without input", &names, chosen);
    if let Some((minutes, _)) = picked.and_then(|index| choices.get(index)) {
        set(commands, Preference::LockAfterMinutes(*minutes));
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

fn privacy(ui: &mut Ui, prefs: &Preferences, commands: &mut Commands) {
    field::label(ui, "Files and records");
    let label = "Remember recent files (their names only)";
    switch(
        ui,
        commands,
        prefs.remember_recent,
        label,
        Preference::RememberRecent,
    );
    let label = "A number “expireAt” in a value sets the expiry";
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

/// What belongs to the open file.
fn this_file(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let label = "Namespaces of this file end with";
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
    use super::lock_choices;

    #[test]
    fn an_unusual_time_is_offered_too() {
        let (choices, chosen) = lock_choices(5);
        assert_eq!((choices.len(), chosen), (5, 1));
        let (choices, chosen) = lock_choices(7);
        assert_eq!(choices.get(chosen), Some(&(7, "7 min".to_owned())));
    }
}
