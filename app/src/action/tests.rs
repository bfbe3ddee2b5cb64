use std::collections::BTreeMap;

use vstore::Millis;

use super::shortcut::edits_text;
use super::{Action, Menu, find};
use crate::state::State;
use crate::view::AppView;

#[test]
fn no_two_actions_share_a_shortcut() {
    let mut owners = BTreeMap::new();
    for action in Action::ALL {
        for shortcut in action.shortcuts() {
            let name = format!("{:?} {:?}", shortcut.modifiers, shortcut.logical_key);
            let other = owners.insert(name.clone(), *action);
            assert_eq!(other, None, "{name} of {action:?}");
        }
    }
}

#[test]
fn every_action_has_words_and_stands_in_a_menu_once() {
    let in_menus: Vec<_> = Menu::ALL.iter().flat_map(|menu| menu.actions()).collect();
    assert_eq!(in_menus.len(), Action::ALL.len());
    for action in Action::ALL {
        assert!(
            !action.text().is_empty() && !action.tooltip().is_empty(),
            "{action:?}"
        );
        assert!(!action.tooltip().ends_with('.'), "{action:?}");
    }
}

#[test]
fn a_text_field_keeps_its_keys() {
    let kept = [
        Action::Undo,
        Action::CopyValue,
        Action::SelectAll,
        Action::Delete,
    ];
    let first = |action: &Action| *action.shortcuts().first().unwrap();
    assert!(kept.iter().map(first).all(edits_text));
    let free = [
        Action::Palette,
        Action::Compact,
        Action::Lock,
        Action::Shortcuts,
    ];
    assert!(!free.iter().map(first).any(edits_text));
}

#[test]
fn without_a_database_nothing_about_records_can_be_picked() {
    let state = State::default();
    let view = AppView::of(&state, Millis(0));
    for action in [
        Action::Undo,
        Action::Delete,
        Action::Lock,
        Action::SaveAs,
        Action::CloseFile,
    ] {
        assert!(action.resolve(&view).is_none(), "{action:?}");
    }
    assert!(Action::NewDatabase.resolve(&view).is_some());
}

#[test]
fn the_palette_finds_actions_by_a_few_letters() {
    let state = State::default();
    let view = AppView::of(&state, Millis(0));
    let found = find(&view, "newdb");
    assert_eq!(
        found.first().and_then(|entry| entry.action),
        Some(Action::NewDatabase)
    );
    assert_eq!(find(&view, "").len(), Action::ALL.len() - 1);
    assert!(find(&view, "qqqq").is_empty());
}
