//! The whole window, operated with the keyboard alone.

use egui::{Key as Press, Modifiers, Rect, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::panels::RecordsPanel;
use crate::state::DetailTab;

type Window = Harness<'static, VStoreApp>;

/// The window with the sample database, after its records have loaded.
fn window(size: [f32; 2]) -> Window {
    let options = Options {
        kdf: CHEAP,
        ..Options::default()
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .allow_missing_glyphs()
        .build_eframe(|cc| VStoreApp::new(&cc.egui_ctx, options).unwrap());
    harness.state_mut().commands().push(FileCommand::OpenSample);
    until(&mut harness, "the sample is open", |state| {
        state.store().is_some_and(|store| {
            store.row_count() > 0 && !store.explorer.paths.is_empty() && store.indexing.is_none()
        })
    });
    harness
}

fn until(harness: &mut Window, what: &str, holds: impl Fn(&State) -> bool) {
    let started = Instant::now();
    while !holds(harness.state().state()) || !harness.state().commands.is_empty() {
        harness.step();
        assert!(
            started.elapsed() < PATIENCE,
            "timed out waiting until {what}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    settle(harness);
}

/// Runs a few frames: something may always be moving a little (a countdown, a cursor).
fn settle(harness: &mut Window) {
    harness.run_steps(4);
}

fn press(harness: &mut Window, key: Press) {
    harness.key_press(key);
    settle(harness);
}

fn press_with(harness: &mut Window, modifiers: Modifiers, key: Press) {
    harness.key_press_modifiers(modifiers, key);
    settle(harness);
}

fn focused(harness: &Window) -> Option<egui::Id> {
    harness.ctx.memory(egui::Memory::focused)
}

fn table(harness: &mut Window) {
    let id = RecordsPanel::table_id();
    harness.ctx.memory_mut(|memory| memory.request_focus(id));
    settle(harness);
}

#[test]
fn the_tab_key_walks_the_window_in_reading_order() {
    let mut harness = window([1280.0, 800.0]);
    harness
        .state_mut()
        .commands()
        .push(SelectionCommand::Only(0));
    settle(&mut harness);
    let parts: Vec<Rect> = [
        "Menu bar",
        "Toolbar",
        "Namespaces and indexes",
        "Table",
        "Record detail",
        "Activity and jobs",
        "Status bar",
    ]
    .iter()
    .map(|part| harness.get_by_role_and_label(Role::Group, part).rect())
    .collect();
    let part_of = |rect: Rect| parts.iter().position(|part| part.contains(rect.center()));
    // Start at the beginning of the window, wherever the focus was.
    let start = focused(&harness);
    harness
        .ctx
        .memory_mut(|memory| start.map(|id| memory.surrender_focus(id)));
    let mut stops: Vec<(egui::Id, usize, Rect)> = Vec::new();
    for _ in 0..120 {
        press(&mut harness, Press::Tab);
        let Some(id) = focused(&harness) else {
            continue;
        };
        if stops.first().is_some_and(|(first, ..)| *first == id) {
            break;
        }
        // The visible part: a list may extend below its panel.
        let rect = harness.ctx.read_response(id).unwrap().interact_rect;
        let part = part_of(rect).unwrap_or_else(|| panic!("{rect} is in no part"));
        if let Some((_, before, last)) = stops.last() {
            assert!(
                *before <= part,
                "{rect} in part {part} comes after part {before}"
            );
            let overlap = last.y_range().intersection(rect.y_range()).span();
            let same_row = overlap > 0.5 * last.height().min(rect.height());
            assert!(
                *before != part || !same_row || last.center().x < rect.center().x,
                "part {part}: {rect} comes after {last}"
            );
        }
        stops.push((id, part, rect));
    }
    assert!(stops.len() < 120, "Tab does not return to the first stop");
    // The status bar can only be reached while it shows something to click.
    for (index, part) in parts.iter().enumerate().take(6) {
        let walked = stops.iter().any(|(_, part, _)| *part == index);
        assert!(walked, "nothing in {part} can be reached");
    }
}

#[test]
fn after_the_table_reading_buttons_come_before_deleting_ones() {
    let mut harness = window([1280.0, 800.0]);
    harness
        .state_mut()
        .commands()
        .push(SelectionCommand::Only(0));
    table(&mut harness);
    press(&mut harness, Press::Tab);
    let copy = harness.get_by_role_and_label(Role::Button, "Copy value as JSON");
    assert!(copy.is_focused());
}

#[test]
fn focus_returns_when_a_dialog_closes() {
    let mut harness = window([1280.0, 800.0]);
    table(&mut harness);
    press_with(&mut harness, Modifiers::COMMAND, Press::Comma);
    assert!(
        harness
            .query_by_role_and_label(Role::Dialog, "Settings")
            .is_some()
    );
    press(&mut harness, Press::Tab);
    assert_ne!(focused(&harness), Some(RecordsPanel::table_id()));
    press(&mut harness, Press::Escape);
    assert!(harness.query_by_role(Role::Dialog).is_none());
    assert_eq!(focused(&harness), Some(RecordsPanel::table_id()));
}

#[test]
fn focus_returns_when_a_menu_closes() {
    let mut harness = window([1280.0, 800.0]);
    table(&mut harness);
    harness
        .get_by_role_and_label(Role::Button, "Choose columns")
        .click();
    settle(&mut harness);
    assert!(egui::Popup::is_any_open(&harness.ctx));
    press(&mut harness, Press::Escape);
    assert!(!egui::Popup::is_any_open(&harness.ctx));
    assert_eq!(focused(&harness), Some(RecordsPanel::table_id()));
}

#[test]
fn esc_works_after_a_menu_and_with_nothing_focused() {
    let mut harness = window([1280.0, 800.0]);
    table(&mut harness);
    let found = |state: &State| {
        state
            .store()
            .is_some_and(|store| store.search.answer.is_some())
    };
    harness
        .state_mut()
        .commands()
        .push(SearchCommand::SetText("a".to_owned()));
    until(&mut harness, "the search has finished", found);
    harness
        .get_by_role_and_label(Role::Button, "Choose columns")
        .click();
    settle(&mut harness);
    press(&mut harness, Press::Escape);
    press(&mut harness, Press::Escape);
    let text = |harness: &Window| harness.state().state().store().unwrap().search.text.clone();
    assert_eq!(text(&harness), "", "the second press clears the search");

    harness
        .state_mut()
        .commands()
        .push(SearchCommand::SetText("b".to_owned()));
    settle(&mut harness);
    let id = focused(&harness);
    harness
        .ctx
        .memory_mut(|memory| id.map(|id| memory.surrender_focus(id)));
    settle(&mut harness);
    press(&mut harness, Press::Escape);
    assert_eq!(text(&harness), "");
    assert_eq!(focused(&harness), Some(RecordsPanel::table_id()));
}

#[test]
fn focus_set_by_a_menu_entry_is_kept() {
    let mut harness = window([1280.0, 800.0]);
    table(&mut harness);
    harness.get_by_role_and_label(Role::Button, "Edit").click();
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::MenuItem, "Find")
        .click();
    settle(&mut harness);
    let search = harness.get_by_role(Role::SearchInput);
    assert!(search.is_focused());
}

#[test]
fn the_reason_for_a_refused_edit_is_shown_beside_the_field() {
    let mut harness = window([1280.0, 800.0]);
    let key = Key::new("aaa").unwrap();
    harness.state_mut().commands().push(RecordCommand::New {
        prefix: String::new(),
    });
    harness
        .state_mut()
        .commands()
        .push(RecordCommand::EditDraft {
            key: key.to_string(),
            text: "{\"year\": 1982}".to_owned(),
        });
    harness
        .state_mut()
        .commands()
        .push(RecordCommand::CommitDraft);
    until(&mut harness, "the record is there", |state| {
        let store = state.store().unwrap();
        store.detail.draft.is_none() && store.snapshot.get("aaa").is_some()
    });
    harness
        .state_mut()
        .commands()
        .push(SelectionCommand::Key(key));
    harness
        .state_mut()
        .commands()
        .push(LayoutCommand::ShowDetail(DetailTab::Tree));
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::TreeItem, "year")
        .click();
    settle(&mut harness);
    press(&mut harness, Press::F2);
    let field = harness.get_by_role_and_label(Role::TextInput, "Edit value");
    field.type_text("x");
    settle(&mut harness);
    let why = harness.get_by_role(Role::Alert);
    let field = harness.get_by_role_and_label(Role::TextInput, "Edit value");
    assert!(why.rect().top() >= field.rect().bottom() - 2.0);
    assert!(why.rect().bottom() <= 800.0 && why.rect().right() <= 1280.0);
}
