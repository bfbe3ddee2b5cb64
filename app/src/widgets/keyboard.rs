//! Removes keys from a frame's input, so that no other widget reacts to them.

use egui::{Event, Key, Modifiers, Ui};

/// Removes the presses of keys that `ours` accepts from this frame's input and returns them in
/// order. Call it only while the widget has the keyboard.
pub(super) fn take_keys(
    ui: &Ui,
    mut ours: impl FnMut(Key, Modifiers) -> bool,
) -> Vec<(Key, Modifiers)> {
    let mut taken = Vec::new();
    ui.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } if ours(*key, *modifiers) => {
                taken.push((*key, *modifiers));
                false
            }
            _ => true,
        });
    });
    taken
}
