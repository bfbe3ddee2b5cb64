use egui::{Event, Key, Modifiers, PointerButton};

use super::TypingOrder;

fn press(key: Key, modifiers: Modifiers) -> Event {
    key_event(key, modifiers, true)
}

fn key_event(key: Key, modifiers: Modifiers, pressed: bool) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    }
}

fn text(letters: &str) -> Event {
    Event::Text(letters.to_owned())
}

fn click(pressed: bool) -> Event {
    Event::PointerButton {
        pos: egui::pos2(1.0, 1.0),
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

const ENTER: (Key, Modifiers) = (Key::Enter, Modifiers::NONE);

/// How many events each frame sees if all arrive in the first one.
fn frames(events: Vec<Event>) -> Vec<usize> {
    let mut order = TypingOrder::default();
    let mut seen = Vec::new();
    let mut events = events;
    loop {
        let again = order.take_turn(&mut events);
        seen.push(events.len());
        if !again {
            return seen;
        }
        events = Vec::new();
    }
}

#[test]
fn text_after_a_shortcut_waits_until_its_command_was_drawn() {
    let find = press(Key::F, Modifiers::COMMAND);
    assert_eq!(frames(vec![find, text("h"), text("o")]), [1, 0, 2]);
}

#[test]
fn enter_sees_everything_typed_before_it_and_nothing_typed_after_it() {
    let enter = press(ENTER.0, ENTER.1);
    let typed = vec![text("a"), text("b"), enter.clone(), text("c")];
    assert_eq!(frames(typed), [2, 1, 0, 1]);
    assert_eq!(frames(vec![text("a"), enter]), [1, 1, 0]);
}

#[test]
fn a_click_and_typed_text_never_share_a_frame() {
    let events = vec![text("a"), click(true), click(false), text("b")];
    assert_eq!(frames(events), [1, 2, 0, 1]);
}

#[test]
fn a_held_key_is_one_turn_and_two_presses_are_two() {
    let right = || press(Key::ArrowRight, Modifiers::COMMAND);
    assert_eq!(frames(vec![right(), right(), right()]), [3, 0]);
    let enter = |pressed| key_event(ENTER.0, ENTER.1, pressed);
    assert_eq!(
        frames(vec![enter(true), enter(false), enter(true)]),
        [2, 0, 1, 0]
    );
}

#[test]
fn plain_typing_and_letters_typed_with_ctrl_and_alt_need_no_extra_turn() {
    let at = press(Key::Q, Modifiers::COMMAND | Modifiers::ALT);
    assert_eq!(frames(vec![text("a"), at, text("@"), text("b")]), [4]);
}

#[test]
fn later_events_queue_up_behind_waiting_ones() {
    let mut order = TypingOrder::default();
    let mut events = vec![press(ENTER.0, ENTER.1), text("a")];
    assert!(order.take_turn(&mut events));
    let mut later = vec![text("b")];
    assert!(order.take_turn(&mut later) && later.is_empty());
    let mut last = vec![text("c")];
    assert!(!order.take_turn(&mut last));
    assert_eq!(last, [text("a"), text("b"), text("c")]);
}
