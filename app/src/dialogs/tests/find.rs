//! Going to a key, and why a record was found.

use std::sync::Arc;

use super::*;
use crate::state::{JumpAnswer, JumpRow, WhyHit, WhyWord};

fn answered(harness: &mut Harness<'_, Window>, typed: &str, keys: &[&str]) {
    let rows = keys.iter().map(|name| JumpRow {
        key: key(name),
        matched: vec![0],
    });
    let store = harness.state_mut().store();
    store.jump.answer = Some(Arc::new(JumpAnswer {
        typed: typed.to_owned(),
        rows: rows.collect(),
        total: 1_200,
        partial: true,
    }));
    harness.run();
}

#[test]
fn typed_letters_are_searched_and_enter_goes_to_the_selected_key() {
    let mut harness = harness(Dialog::GoToKey);
    assert_eq!(harness.state_mut().words(), r#"[Search(Jump(""))]"#);
    type_in(&mut harness, "Go to key", "a");
    assert_eq!(harness.state_mut().words(), r#"[Search(Jump("a"))]"#);
    answered(&mut harness, "a", &["a:1", "a:2"]);
    assert!(
        harness
            .query_by_label("1,200 keys so far, showing the best 2")
            .is_some()
    );
    harness.key_press(Press::ArrowDown);
    harness.run();
    harness.key_press(Press::Enter);
    harness.run();
    assert_eq!(
        harness.state_mut().words(),
        r#"[Layout(CloseDialog), Selection(GoTo("a:2"))]"#
    );
}

#[test]
fn a_greater_sign_switches_to_the_palette() {
    let mut harness = harness(Dialog::GoToKey);
    harness.state_mut().taken();
    type_in(&mut harness, "Go to key", ">");
    let words = harness.state_mut().words();
    assert!(words.contains("OpenDialog(Palette)"), "{words}");
}

#[test]
fn why_this_hit_shows_words_and_places() {
    let why = WhyHit {
        key: key("a:1"),
        row: Some((2, 66)),
        other_order: false,
        level: "Slightly misspelt".to_owned(),
        words: vec![WhyWord {
            word: "hofman".to_owned(),
            found: "Hoffman".to_owned(),
            place: "cast[]".to_owned(),
            how: "slightly misspelt",
        }],
        order: vec![("Typos", "1".to_owned())],
    };
    let mut harness = harness(Dialog::WhyHit(Box::new(why)));
    for label in [
        "Slightly misspelt.",
        "hofman",
        "Hoffman",
        "cast[]",
        "slightly misspelt",
        "What determines its rank (row 3 of 66)",
        "Typos",
    ] {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
    harness.get_by_role_and_label(Role::Button, "Close").click();
    harness.run();
    assert_eq!(harness.state_mut().words(), "[Layout(CloseDialog)]");
}
