//! Shortcuts: which action a key press means.

use egui::{Event, Key, KeyboardShortcut, Modifiers};

use super::Action;
use crate::command::Command;
use crate::view::AppView;

/// Where the shortcuts of an action work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShortcutScope {
    /// Everywhere in the window.
    Window,
    /// While the record table has keyboard focus, or nothing has.
    Records,
    /// In the editor of a draft. The editor consumes the key itself, after the text typed in the
    /// same frame.
    Draft,
}

/// Consumes key presses from the input and returns their commands, in order.
///
/// The frame asks for [`ShortcutScope::Window`] before anything is drawn; the record table asks for
/// [`ShortcutScope::Records`] while it has keyboard focus. Shortcuts that also edit text are
/// ignored while a text field has focus, and all shortcuts while a dialog is open. So are shortcuts
/// of disabled actions.
pub fn pressed(ctx: &egui::Context, view: &AppView<'_>, scope: ShortcutScope) -> Vec<Command> {
    // Most frames bring no key press; skip the loop over all shortcuts for them.
    let any_key = ctx.input(|input| {
        input
            .events
            .iter()
            .any(|event| matches!(event, Event::Key { .. } | Event::Copy))
    });
    if view.dialog.is_some() || !any_key {
        return Vec::new();
    }
    let editing = ctx.text_edit_focused();
    let mut commands = Vec::new();
    for (action, shortcut) in by_specificity(scope) {
        if editing && edits_text(shortcut) {
            continue;
        }
        let Some(command) = action.resolve(view) else {
            continue;
        };
        if ctx.input_mut(|input| consume(input, shortcut)) {
            commands.push(command);
        }
    }
    commands
}

/// The first shortcut of an action as text: `Ctrl+Shift+N`, `⌘⇧N`.
pub fn shortcut_text(ctx: &egui::Context, action: Action) -> Option<String> {
    let shortcut = action.shortcuts().first()?;
    Some(words(ctx, *shortcut))
}

/// A shortcut as printed on the keys: `Ctrl+,`, `Alt+Del`, `⌘,`.
pub fn words(ctx: &egui::Context, shortcut: KeyboardShortcut) -> String {
    let key = shortcut.logical_key;
    let written = match key {
        Key::Delete => "Del",
        Key::Escape => "Esc",
        Key::PageUp => "Page Up",
        Key::PageDown => "Page Down",
        Key::ArrowDown => "↓",
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::ArrowUp => "↑",
        // Punctuation as its symbol; letters, digits and other keys by name.
        key => key.symbol_or_name(),
    };
    let text = ctx.format_shortcut(&shortcut);
    // The key comes last, by its name or its symbol.
    let modifiers = [key.name(), key.symbol_or_name()]
        .iter()
        .find_map(|name| text.strip_suffix(name))
        .unwrap_or_default();
    format!("{modifiers}{written}")
}

/// The shortcuts of a scope, those with more modifiers first: Ctrl+Shift+S must be checked before
/// Ctrl+S.
fn by_specificity(scope: ShortcutScope) -> Vec<(Action, KeyboardShortcut)> {
    let mut shortcuts: Vec<_> = Action::ALL
        .iter()
        .filter(|action| action.scope() == scope)
        .flat_map(|action| {
            action
                .shortcuts()
                .iter()
                .map(|shortcut| (*action, *shortcut))
        })
        .collect();
    shortcuts.sort_by_key(|(_, shortcut)| std::cmp::Reverse(modifier_count(shortcut.modifiers)));
    shortcuts
}

fn modifier_count(modifiers: Modifiers) -> u8 {
    u8::from(modifiers.alt) + u8::from(modifiers.shift) + u8::from(modifiers.command)
}

fn consume(input: &mut egui::InputState, shortcut: KeyboardShortcut) -> bool {
    // The window system delivers Ctrl+C as an event of its own, not as a key press.
    if shortcut == KeyboardShortcut::new(Modifiers::COMMAND, Key::C) {
        let before = input.events.len();
        input.events.retain(|event| !matches!(event, Event::Copy));
        if input.events.len() < before {
            return true;
        }
    }
    input.consume_shortcut(&shortcut)
}

/// Whether a text field needs this key press for itself.
pub(super) fn edits_text(shortcut: KeyboardShortcut) -> bool {
    let key = shortcut.logical_key;
    let editing_key = matches!(
        key,
        Key::A
            | Key::C
            | Key::V
            | Key::X
            | Key::Y
            | Key::Z
            | Key::Backspace
            | Key::Delete
            | Key::Home
            | Key::End
            | Key::ArrowLeft
            | Key::ArrowRight
            | Key::ArrowUp
            | Key::ArrowDown
    );
    let function_key = (Key::F1..=Key::F35).contains(&key);
    if shortcut.modifiers.command {
        editing_key
    } else {
        !function_key
    }
}
