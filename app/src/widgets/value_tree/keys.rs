//! The keyboard in the tree.

use egui::{Event, Key, Ui};

use super::{TreeEvent, TreeModel, TreeState};
use crate::widgets::keyboard;
use crate::widgets::virtual_list::VirtualList;

/// Removes the tree's keys from this frame's input and applies them.
pub(super) fn keys(
    ui: &Ui,
    list: &VirtualList,
    state: &mut TreeState,
    model: &dyn TreeModel,
    events: &mut Vec<TreeEvent>,
) {
    let taken = keyboard::take_keys(ui, |key, modifiers| {
        modifiers.is_none()
            && matches!(
                key,
                Key::ArrowUp
                    | Key::ArrowDown
                    | Key::ArrowLeft
                    | Key::ArrowRight
                    | Key::Home
                    | Key::End
                    | Key::PageUp
                    | Key::PageDown
                    | Key::Enter
                    | Key::Space
            )
    });
    let page = list.space.page().saturating_sub(1).max(1);
    for (key, _) in taken {
        apply(key, page, state, model, events);
        if let Some(caret) = state.caret {
            state.pos = state.pos.revealing(caret, list.space);
        }
    }
    let star = ui.input_mut(|input| {
        let before = input.events.len();
        input
            .events
            .retain(|event| !matches!(event, Event::Text(text) if text == "*"));
        input.events.len() < before
    });
    if star && let Some(caret) = state.caret {
        events.push(TreeEvent::ExpandAll(caret));
    }
}

fn apply(
    key: Key,
    page: usize,
    state: &mut TreeState,
    model: &dyn TreeModel,
    events: &mut Vec<TreeEvent>,
) {
    let Some(last) = model.len().checked_sub(1) else {
        return;
    };
    let Some(here) = state.caret else {
        state.caret = Some(0);
        events.push(TreeEvent::Select(0));
        return;
    };
    let expanded = model.row(here).expanded;
    let target = match (key, expanded) {
        (Key::ArrowUp, _) => here.saturating_sub(1),
        (Key::ArrowDown, _) | (Key::ArrowRight, Some(true)) => here + 1,
        (Key::PageUp, _) => here.saturating_sub(page),
        (Key::PageDown, _) => here.saturating_add(page),
        (Key::Home, _) => 0,
        (Key::End, _) => last,
        (Key::ArrowLeft, Some(false) | None) => model.parent(here).unwrap_or(here),
        (Key::ArrowRight | Key::Space, Some(false)) => {
            events.push(TreeEvent::Expand(here));
            here
        }
        (Key::ArrowLeft | Key::Space, Some(true)) => {
            events.push(TreeEvent::Collapse(here));
            here
        }
        (Key::Enter, _) => {
            events.push(TreeEvent::Activate(here));
            here
        }
        _ => here,
    }
    .min(last);
    if target != here {
        state.caret = Some(target);
        events.push(TreeEvent::Select(target));
    }
}
