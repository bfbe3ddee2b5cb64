//! The password buffer, and its field.

use egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::buffer::{CAPACITY, Motion, PasswordText};
use super::{PasswordField, input};

fn text(content: &str) -> PasswordText {
    let mut text = PasswordText::default();
    assert!(text.insert(content));
    text
}

#[test]
fn removed_characters_are_wiped_from_the_buffer() {
    let mut secret = text("correct horse");
    secret.backspace();
    assert_eq!(secret.as_str(), "correct hors");
    assert!(secret.unused_is_wiped());
    secret.go(Motion::Start, false);
    secret.delete();
    assert_eq!(secret.as_str(), "orrect hors");
    assert!(secret.unused_is_wiped());
    secret.select_all();
    secret.insert("ß");
    assert_eq!(secret.as_str(), "ß");
    assert!(secret.unused_is_wiped());
}

#[test]
fn taking_the_text_leaves_an_empty_wiped_buffer() {
    let mut secret = text("hunter2");
    assert_eq!(secret.take().as_str(), "hunter2");
    assert!(secret.is_empty());
    assert!(secret.unused_is_wiped());
}

#[test]
fn the_caret_moves_by_characters_and_not_by_bytes() {
    let mut secret = text("aä漢🔑");
    secret.go(Motion::Left, false);
    secret.insert("x");
    assert_eq!(secret.as_str(), "aä漢x🔑");
    secret.go(Motion::To(1), false);
    secret.delete();
    assert_eq!(secret.as_str(), "a漢x🔑");
}

#[test]
fn an_arrow_key_collapses_a_selection_to_its_side() {
    let mut secret = text("abcd");
    secret.select_all();
    secret.go(Motion::Left, false);
    assert_eq!(secret.caret_char(), 0);
    secret.select_all();
    secret.go(Motion::Right, false);
    assert_eq!(secret.caret_char(), 4);
}

#[test]
fn shift_extends_the_selection_and_typing_replaces_it() {
    let mut secret = text("abcd");
    secret.go(Motion::Left, true);
    secret.go(Motion::Left, true);
    assert_eq!(secret.selection_chars(), 2..4);
    secret.insert("z");
    assert_eq!(secret.as_str(), "abz");
}

#[test]
fn input_beyond_the_capacity_is_cut_at_a_character() {
    let mut secret = text(&"x".repeat(CAPACITY - 1));
    assert!(!secret.insert("ä"), "two bytes do not fit into one");
    assert_eq!(secret.chars(), CAPACITY - 1);
}

#[test]
fn control_characters_of_a_pasted_line_are_left_out() {
    assert_eq!(text("secret\r\n\t").as_str(), "secret");
}

#[test]
fn debug_output_shows_nothing_of_the_password() {
    let mut field = PasswordField::default();
    field.text.insert("hunter2");
    assert!(!format!("{field:?}").contains("hunter2"));
}

#[test]
fn caps_lock_is_inferred_from_letters_that_contradict_shift() {
    let mut field = PasswordField::default();
    let mut outcome = input::Outcome::default();
    let mut typed = |letter: &str, shift: bool| {
        field.event(&Event::Text(letter.to_owned()), shift, &mut outcome);
        field.caps_lock()
    };
    assert!(!typed("a", false));
    assert!(typed("B", false));
    assert!(typed("7", false), "a digit says nothing, so the hint stays");
    assert!(!typed("C", true));
    assert!(typed("d", true));
}

#[test]
fn enter_does_not_submit_while_an_input_method_composes() {
    let mut field = PasswordField::default();
    let mut outcome = input::Outcome::default();
    let preedit = ImeEvent::Preedit {
        text: "ni".to_owned(),
        active_range_chars: None,
    };
    field.event(&Event::Ime(preedit), false, &mut outcome);
    field.event(&press(Key::Enter, Modifiers::NONE), false, &mut outcome);
    assert!(!outcome.submitted);
    field.event(
        &Event::Ime(ImeEvent::Commit("你".to_owned())),
        false,
        &mut outcome,
    );
    field.event(&press(Key::Enter, Modifiers::NONE), false, &mut outcome);
    assert!(outcome.submitted);
    assert_eq!(field.take().as_str(), "你");
}

fn press(key: Key, modifiers: Modifiers) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    }
}

fn harness() -> Harness<'static, (PasswordField, bool)> {
    Harness::builder()
        .with_size([320.0, 80.0])
        .with_context_setup(crate::theme::install)
        .build_ui_state(
            |ui, (field, submitted)| {
                let response = field.show(ui, egui::Id::unique("password"), "Password", false);
                *submitted |= response.submitted;
            },
            (PasswordField::default(), false),
        )
}

#[test]
fn the_field_is_found_by_its_label_and_takes_typing() {
    let mut harness = harness();
    harness.get_by_label("Password").click();
    harness.run();
    harness.event(Event::Text("hunter".to_owned()));
    harness.event(Event::Paste("22".to_owned()));
    harness.key_press(Key::Backspace);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let node = harness.get_by_label("Password");
    assert_eq!(node.accesskit_node().role(), egui::Role::PasswordInput);
    assert_eq!(
        node.value().as_deref(),
        Some("•••••••"),
        "only bullets leave the field"
    );
    let (field, submitted) = harness.state_mut();
    assert!(*submitted);
    assert_eq!(field.take().as_str(), "hunter2");
}

#[test]
fn a_click_within_one_frame_gives_the_field_the_keyboard() {
    let mut harness = harness();
    harness.run();
    let pos = harness.get_by_label("Password").rect().center();
    let button = |pressed| Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    let events = [Event::PointerMoved(pos), button(true), button(false)];
    harness.input_mut().events.extend(events);
    harness.run();
    harness.event(Event::Text("typed".to_owned()));
    harness.run();
    assert_eq!(harness.state_mut().0.take().as_str(), "typed");
}

#[test]
fn shift_is_followed_from_key_to_key_within_a_frame() {
    let mut harness = harness();
    harness.get_by_label("Password").click();
    harness.run();
    // All in one frame: a capital letter with Shift, then Shift is up again.
    let shifted = press(Key::P, Modifiers::SHIFT);
    for event in [
        shifted,
        Event::Text("P".to_owned()),
        Event::ModifiersChanged(Modifiers::NONE),
    ] {
        harness.input_mut().events.push(event);
    }
    harness.run();
    assert!(!harness.state().0.caps_lock());
    assert_eq!(harness.state_mut().0.take().as_str(), "P");
}

#[test]
fn the_eye_is_a_named_button_that_changes_its_name() {
    let mut harness = harness();
    harness.get_by_label("Show password").click();
    harness.run();
    assert!(harness.query_by_label("Hide password").is_some());
}
