//! Applies typing to the password field, and wipes the typed text from the input.

use egui::{Event, ImeEvent, Key, Modifiers, Ui};
use zeroize::Zeroize as _;

use super::{Motion, PasswordField, PasswordText};

/// What the keyboard did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) changed: bool,
    pub(super) submitted: bool,
}

/// Removes this frame's typing from the input, applies it and wipes it.
pub(super) fn apply(ui: &Ui, field: &mut PasswordField) -> Outcome {
    let mut outcome = Outcome::default();
    ui.input_mut(|input| {
        // Several keys can arrive in one frame, so Shift is tracked from event to event.
        let mut shift = input.modifiers.shift;
        input.events.retain_mut(|event| {
            if let Event::Key { modifiers, .. } | Event::ModifiersChanged(modifiers) = event {
                shift = modifiers.shift;
            }
            let ours = field.event(event, shift, &mut outcome);
            if ours {
                wipe(event);
            }
            !ours
        });
        // The toolkit keeps the original events in addition to those it hands out.
        input.raw.events.iter_mut().for_each(wipe);
    });
    outcome
}

fn wipe(event: &mut Event) {
    match event {
        Event::Text(text) | Event::Paste(text) | Event::Ime(ImeEvent::Commit(text)) => {
            text.zeroize();
        }
        Event::Ime(ImeEvent::Preedit { text, .. }) => text.zeroize(),
        _ => {}
    }
}

impl PasswordField {
    /// Applies one event; returns whether it was meant for the field.
    pub(super) fn event(&mut self, event: &Event, shift: bool, outcome: &mut Outcome) -> bool {
        match event {
            Event::Text(text) => {
                self.infer_caps_lock(text, shift);
                self.insert(text, outcome);
            }
            Event::Paste(text) => self.insert(text, outcome),
            Event::Ime(ImeEvent::Preedit { text, .. }) => self.composing = !text.is_empty(),
            Event::Ime(ImeEvent::Commit(text)) => {
                self.composing = false;
                self.insert(text, outcome);
            }
            // A masked text is never copied; the events are consumed so that no other widget
            // handles them.
            Event::Copy | Event::Cut => {}
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => {
                return self.key(*key, *modifiers, outcome);
            }
            _ => return false,
        }
        true
    }

    fn insert(&mut self, text: &str, outcome: &mut Outcome) {
        self.full = !self.text.insert(text);
        outcome.changed = true;
    }

    fn key(&mut self, key: Key, modifiers: Modifiers, outcome: &mut Outcome) -> bool {
        // While an input method is composing, Enter and the arrow keys belong to it.
        if self.composing {
            return matches!(
                key,
                Key::Enter | Key::ArrowLeft | Key::ArrowRight | Key::Backspace
            );
        }
        let extend = modifiers.shift;
        match key {
            Key::Enter if modifiers.is_none() => outcome.submitted = true,
            Key::A if modifiers.command => self.text.select_all(),
            Key::Backspace if modifiers.command => {
                self.edit(outcome, PasswordText::delete_to_start);
            }
            Key::Backspace => self.edit(outcome, PasswordText::backspace),
            Key::Delete if modifiers.is_none() => self.edit(outcome, PasswordText::delete),
            Key::ArrowLeft if modifiers.command => self.text.go(Motion::Start, extend),
            Key::ArrowRight if modifiers.command => self.text.go(Motion::End, extend),
            Key::ArrowLeft if !modifiers.alt => self.text.go(Motion::Left, extend),
            Key::ArrowRight if !modifiers.alt => self.text.go(Motion::Right, extend),
            Key::Home | Key::ArrowUp => self.text.go(Motion::Start, extend),
            Key::End | Key::ArrowDown => self.text.go(Motion::End, extend),
            _ => return false,
        }
        true
    }

    fn edit(&mut self, outcome: &mut Outcome, change: impl FnOnce(&mut PasswordText)) {
        change(&mut self.text);
        self.full = false;
        outcome.changed = true;
    }

    fn infer_caps_lock(&mut self, text: &str, shift: bool) {
        for character in text.chars() {
            // Only letters with upper and lower case are informative.
            if character.is_lowercase() || character.is_uppercase() {
                self.caps_lock = character.is_uppercase() != shift;
            }
        }
    }
}
