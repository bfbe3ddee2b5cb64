//! The order of what is typed: what moves the keyboard acts before anything typed behind it.
//!
//! A slow frame brings many events at once: `Ctrl+F`, `h`, `o`, or a whole path and Enter. Within
//! one frame every field would see all of it: the table takes the letters that were meant for the
//! search box, and a dialog carries out Enter with the text of the frame before. So a key press
//! that moves the keyboard or carries something out gets a frame of its own, and one more in which
//! its commands are done and drawn. Knows keys and buttons, no field and no command.

use egui::{Event, Key};

/// Hands out the events of the window in turns.
#[derive(Debug, Default)]
pub(super) struct TypingOrder {
    /// What waits for its turn, in the order it came.
    held: Vec<Event>,
    /// The frame before ended with a turn: this one is for what it caused.
    settling: bool,
}

impl TypingOrder {
    /// Leaves in `events` what this frame may see and keeps the rest; true if another frame is
    /// needed soon.
    pub(super) fn take_turn(&mut self, events: &mut Vec<Event>) -> bool {
        if !self.held.is_empty() {
            let new = std::mem::replace(events, std::mem::take(&mut self.held));
            events.extend(new);
        }
        let end = if std::mem::take(&mut self.settling) {
            events.iter().position(types)
        } else {
            end_of_turn(events)
        };
        if let Some(end) = end {
            self.held = events.split_off(end);
        }
        self.settling = events.iter().any(acts);
        self.settling || !self.held.is_empty()
    }
}

/// Where the first turn ends; `None`: all of it is one turn.
fn end_of_turn(events: &[Event]) -> Option<usize> {
    let (mut typed, mut acted) = (false, None);
    for (index, event) in events.iter().enumerate() {
        match acted {
            Some(before) if types(event) && !repeats(before, event) => return Some(index),
            None if typed && acts(event) => return Some(index),
            _ => {}
        }
        if acts(event) || matches!(event, Event::Key { pressed: false, .. }) && acted.is_some() {
            acted = Some(event);
        }
        typed |= types(event);
    }
    None
}

/// Whether it moves the keyboard or carries something out.
fn acts(event: &Event) -> bool {
    turns(event) || matches!(event, Event::PointerButton { .. })
}

/// Whether it is a key press that moves the keyboard or carries something out.
fn turns(event: &Event) -> bool {
    let Event::Key {
        key,
        pressed: true,
        modifiers,
        ..
    } = event
    else {
        return false;
    };
    let moves = matches!(key, Key::Enter | Key::Escape | Key::Tab) || *key >= Key::F1;
    // With both Ctrl and Alt some keyboards type letters.
    moves || (modifiers.command && !modifiers.alt)
}

/// Whether a field or a table may take it from the keyboard.
fn types(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { pressed: true, .. }
            | Event::Text(_)
            | Event::Paste(_)
            | Event::Ime(_)
            | Event::Copy
            | Event::Cut
    )
}

/// A key that is held down comes again and again without being released: those belong together,
/// or a slow window would lag behind more and more.
fn repeats(before: &Event, event: &Event) -> bool {
    match (before, event) {
        (
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            },
            Event::Key {
                key: again,
                modifiers: with,
                ..
            },
        ) => key == again && modifiers == with,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
