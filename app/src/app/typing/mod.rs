//! Keeps fast typing in order: an event that moves the focus takes effect before anything typed
//! after it.
//!
//! A slow frame receives many events at once: `Ctrl+F`, `h`, `o`, or a whole path and Enter. Within
//! one frame every field would see all of them: the table would take the letters meant for the
//! search box, and a dialog would handle Enter with the text of the previous frame. So a key press
//! that moves the focus or runs something gets a frame of its own, followed by one in which its
//! commands are executed and drawn. This module knows keys and buttons, but no fields or commands.

use egui::{Event, Key};

/// Hands out the events of the window in turns.
#[derive(Debug, Default)]
pub(super) struct TypingOrder {
    /// Events waiting for their turn, in order of arrival.
    held: Vec<Event>,
    /// The previous frame ended with such a key press: this frame executes its commands.
    settling: bool,
}

impl TypingOrder {
    /// Leaves in `events` what this frame may see and holds back the rest. Returns true if another
    /// frame is needed soon.
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

/// Where the first turn ends; `None` if all events belong to it.
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

/// Whether it moves the focus or runs something.
fn acts(event: &Event) -> bool {
    turns(event) || matches!(event, Event::PointerButton { .. })
}

/// Whether it is a key press that moves the focus or runs something.
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
    // On some keyboards Ctrl and Alt together type letters.
    moves || (modifiers.command && !modifiers.alt)
}

/// Whether a field or a table may consume it as typing.
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

/// A key held down repeats without being released: the repeats share a turn, or a slow window would
/// fall further and further behind.
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
