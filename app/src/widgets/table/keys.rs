//! Clicks and keys in the table: where the caret moves and what is selected.

use egui::{Key, Modifiers, Ui};

use super::{TableEvent, TableState};
use crate::widgets::keyboard::take_keys;
use crate::widgets::virtual_rows::RowSpace;

/// A click on `row`, or the equivalent key.
pub(super) fn select(
    state: &mut TableState,
    row: usize,
    modifiers: Modifiers,
    events: &mut Vec<TableEvent>,
) {
    state.caret = Some(row);
    if modifiers.shift {
        let anchor = *state.anchor.get_or_insert(row);
        let range = anchor.min(row)..anchor.max(row) + 1;
        events.push(if modifiers.command {
            TableEvent::AddRange(range)
        } else {
            TableEvent::SelectRange(range)
        });
        return;
    }
    state.anchor = Some(row);
    events.push(if modifiers.command {
        TableEvent::Toggle(row)
    } else {
        TableEvent::Select(row)
    });
}

/// Removes the table's keys from this frame's input and applies them.
pub(super) fn keyboard(
    ui: &Ui,
    space: RowSpace,
    state: &mut TableState,
    events: &mut Vec<TableEvent>,
) {
    for (key, modifiers) in take_keys(ui, is_ours) {
        apply(key, modifiers, space, state, events);
    }
}

fn is_ours(key: Key, modifiers: Modifiers) -> bool {
    match key {
        Key::ArrowUp | Key::ArrowDown | Key::Home | Key::End | Key::Space => !modifiers.alt,
        // Ctrl with the page keys switches panes, which the caller handles.
        Key::PageUp | Key::PageDown => !modifiers.alt && !modifiers.command,
        Key::ArrowLeft | Key::ArrowRight | Key::Enter => modifiers.is_none(),
        Key::A => modifiers.command && !modifiers.shift && !modifiers.alt,
        _ => false,
    }
}

fn apply(
    key: Key,
    modifiers: Modifiers,
    space: RowSpace,
    state: &mut TableState,
    events: &mut Vec<TableEvent>,
) {
    const SIDEWAYS: f32 = 60.0;
    let Some(last) = space.count.checked_sub(1) else {
        return;
    };
    let page = space.page().saturating_sub(1).max(1);
    let here = state.caret;
    let target = match key {
        Key::ArrowUp => here.map_or(0, |row| row.saturating_sub(1)),
        Key::ArrowDown => here.map_or(0, |row| row.saturating_add(1)),
        Key::PageUp => here.map_or(0, |row| row.saturating_sub(page)),
        Key::PageDown => here.map_or(0, |row| row.saturating_add(page)),
        Key::Home => 0,
        Key::End => last,
        Key::ArrowLeft | Key::ArrowRight => {
            state.across += if key == Key::ArrowLeft {
                -SIDEWAYS
            } else {
                SIDEWAYS
            };
            return;
        }
        Key::A => {
            events.push(TableEvent::SelectAll);
            return;
        }
        Key::Enter => {
            events.extend(here.map(TableEvent::Activate));
            return;
        }
        _ => {
            if let Some(row) = here {
                // Space without Ctrl adds to the selection too: the row under the caret is usually
                // selected already, so selecting only that row would do nothing.
                let toggle = Modifiers {
                    command: true,
                    ..modifiers
                };
                select(state, row, toggle, events);
            }
            return;
        }
    }
    .min(last);

    let jumps = matches!(key, Key::Home | Key::End);
    if modifiers.command && !modifiers.shift && !jumps {
        state.caret = Some(target);
        events.push(TableEvent::Caret(target));
        return;
    }
    let meaning = Modifiers {
        command: modifiers.command && !jumps,
        ..modifiers
    };
    select(state, target, meaning, events);
}
