use std::collections::BTreeMap;

use vstore::Millis;
use vstore::search::Mode;

use super::shortcut::edits_text;
use super::{Action, Menu, find, shortcut_text, words};
use crate::panels::testing::films;
use crate::state::{Sort, SortBy, State};
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
fn every_action_has_a_text_and_is_in_exactly_one_menu() {
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
fn shortcuts_are_written_as_printed_on_the_keys() {
    let ctx = egui::Context::default();
    let text = |action| shortcut_text(&ctx, action).unwrap();
    assert_eq!(text(Action::Settings), "Ctrl+,");
    assert_eq!(text(Action::Shortcuts), "Ctrl+/");
    assert_eq!(text(Action::Delete), "Del");
    assert_eq!(text(Action::NewDatabase), "Ctrl+Shift+N");
    assert_eq!(text(Action::Refresh), "F5");
    for action in Action::ALL {
        for shortcut in action.shortcuts() {
            let text = words(&ctx, *shortcut);
            for name in ["Comma", "Slash", "Delete", "Escape"] {
                assert!(!text.contains(name), "{text} of {action:?}");
            }
        }
    }
}

#[test]
fn the_current_sort_and_search_mode_are_checked() {
    let mut state = films();
    let marked = |state: &State, actions: &[Action]| {
        let view = AppView::of(state, Millis(0));
        let marked = actions.iter().copied();
        marked
            .filter(|action| action.is_checked(&view) == Some(true))
            .collect::<Vec<_>>()
    };
    let orders = [
        Action::SortByKey,
        Action::SortByModified,
        Action::SortByExpiry,
    ];
    let modes = [
        Action::SearchExact,
        Action::SearchFuzzy,
        Action::SearchContains,
    ];
    assert_eq!(marked(&state, &orders), [Action::SortByKey]);
    assert_eq!(marked(&state, &modes), [Action::SearchFuzzy]);
    let store = state.store_mut().unwrap();
    store.orders.browsing = Sort {
        by: SortBy::Modified,
        ..Sort::default()
    };
    store.search.mode = Mode::Contains;
    assert_eq!(marked(&state, &orders), [Action::SortByModified]);
    assert_eq!(marked(&state, &modes), [Action::SearchContains]);
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
fn without_a_database_actions_on_records_are_disabled() {
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
