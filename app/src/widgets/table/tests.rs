//! The table with ten million rows: pointer, keyboard, columns.

use std::cell::RefCell;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{ColumnSpec, SortArrow, Table, TableEvent, TableState, columns};

const ROWS: usize = 10_000_000;

#[derive(Default)]
struct Seen {
    table: TableState,
    events: Vec<TableEvent>,
    painted: Vec<usize>,
}

fn columns() -> Vec<ColumnSpec> {
    vec![
        ColumnSpec::new("Key", 200.0).sorted(Some(SortArrow::Ascending)),
        ColumnSpec::new("Value", 150.0).stretch(),
        ColumnSpec::new("Count", 90.0).right().unsortable(),
    ]
}

fn harness() -> Harness<'static, Seen> {
    let columns = columns();
    let mut harness = Harness::builder()
        .with_size([616.0, 350.0])
        .with_context_setup(crate::theme::install)
        .build_ui_state(
            move |ui, seen: &mut Seen| {
                let painted = RefCell::new(Vec::new());
                let response = Table::new(egui::Id::unique("records"), "Records", &columns, ROWS)
                    .selected(&|row| row == 3)
                    .show(ui, &mut seen.table, |row| {
                        painted.borrow_mut().push(row.index());
                        let tokens = row.tokens();
                        row.text(0, &format!("key {}", row.index()), tokens.text);
                        row.mono(1, "{}", tokens.muted);
                        row.number(2, "7", tokens.number);
                    });
                assert_eq!(response.visible_rows.len(), painted.borrow().len());
                seen.events.extend(response.events);
                seen.painted = painted.into_inner();
            },
            Seen::default(),
        );
    harness.run();
    harness
}

fn events(harness: &mut Harness<'_, Seen>) -> Vec<TableEvent> {
    harness.run();
    std::mem::take(&mut harness.state_mut().events)
}

fn press(harness: &Harness<'_, Seen>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
}

#[test]
fn only_visible_rows_of_ten_million_are_touched() {
    let mut harness = harness();
    assert!(
        harness.state().painted.len() <= 11,
        "{:?}",
        harness.state().painted
    );
    harness.state_mut().table.set_caret(Some(ROWS - 1));
    harness.run();
    assert_eq!(harness.state().painted.last(), Some(&(ROWS - 1)));
    assert!(harness.state().painted.len() <= 11);
}

#[test]
fn a_click_selects_and_modifiers_extend() {
    let mut harness = harness();
    harness
        .get_by_role_and_label(egui::Role::Row, "key 4")
        .click();
    assert_eq!(events(&mut harness), [TableEvent::Select(4)]);
    harness
        .get_by_role_and_label(egui::Role::Row, "key 7")
        .click_modifiers(Modifiers::SHIFT);
    assert_eq!(events(&mut harness), [TableEvent::SelectRange(4..8)]);
    harness
        .get_by_role_and_label(egui::Role::Row, "key 2")
        .click_modifiers(Modifiers::COMMAND);
    assert_eq!(events(&mut harness), [TableEvent::Toggle(2)]);
}

#[test]
fn the_keyboard_moves_through_the_whole_table() {
    let mut harness = harness();
    harness
        .get_by_role_and_label(egui::Role::Row, "key 1")
        .click();
    assert_eq!(events(&mut harness), [TableEvent::Select(1)]);

    press(&harness, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(events(&mut harness), [TableEvent::Select(2)]);
    press(&harness, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(events(&mut harness), [TableEvent::SelectRange(2..4)]);
    press(&harness, Modifiers::COMMAND, Key::ArrowDown);
    assert_eq!(events(&mut harness), [TableEvent::Caret(4)]);
    press(&harness, Modifiers::NONE, Key::Space);
    assert_eq!(events(&mut harness), [TableEvent::Toggle(4)]);
    press(&harness, Modifiers::NONE, Key::Enter);
    assert_eq!(events(&mut harness), [TableEvent::Activate(4)]);
    press(&harness, Modifiers::COMMAND, Key::A);
    assert_eq!(events(&mut harness), [TableEvent::SelectAll]);
    press(&harness, Modifiers::COMMAND, Key::End);
    assert_eq!(events(&mut harness), [TableEvent::Select(ROWS - 1)]);
    assert_eq!(
        harness.state().painted.last(),
        Some(&(ROWS - 1)),
        "the caret is scrolled into view"
    );
    press(&harness, Modifiers::NONE, Key::PageUp);
    assert_eq!(events(&mut harness), [TableEvent::Select(ROWS - 1 - 9)]);
}

#[test]
fn the_wheel_scrolls_by_whole_points() {
    let mut harness = harness();
    harness.hover_at(egui::pos2(200.0, 200.0));
    harness.run();
    let before = harness.state().painted.first().copied();
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -300.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    harness.run();
    assert_eq!(
        (before, harness.state().painted.first().copied()),
        (Some(0), Some(10))
    );
}

#[test]
fn headers_sort_unless_unsortable() {
    let mut harness = harness();
    harness
        .get_by_role_and_label(egui::Role::ColumnHeader, "Value")
        .click();
    assert_eq!(events(&mut harness), [TableEvent::Sort(1)]);
    harness
        .get_by_role_and_label(egui::Role::ColumnHeader, "Count")
        .click();
    assert_eq!(events(&mut harness), []);
}

#[test]
fn a_secondary_click_selects_the_row_and_requests_its_menu() {
    let mut harness = harness();
    harness
        .get_by_role_and_label(egui::Role::Row, "key 3")
        .click_secondary();
    assert_eq!(
        events(&mut harness),
        [TableEvent::RowMenu(Some(3))],
        "it is selected already"
    );
    harness
        .get_by_role_and_label(egui::Role::Row, "key 5")
        .click_secondary();
    assert_eq!(
        events(&mut harness),
        [TableEvent::Select(5), TableEvent::RowMenu(Some(5))]
    );
}

#[test]
fn screen_readers_get_positions_and_selection() {
    let harness = harness();
    let table = harness.get_by_role(egui::Role::Table);
    assert_eq!(table.accesskit_node().label().as_deref(), Some("Records"));
    let row = harness.get_by_role_and_label(egui::Role::Row, "key 3");
    assert_eq!(row.accesskit_node().is_selected(), Some(true));
    assert_eq!(harness.get_all_by_role(egui::Role::Cell).count(), 3 * 10);
}

#[test]
fn a_column_can_be_dragged_to_another_width() {
    let mut harness = harness();
    let edge = harness
        .get_by_role_and_label(egui::Role::ColumnHeader, "Key")
        .rect()
        .right_center();
    let target = edge + egui::vec2(60.0, 0.0);
    harness.drag_at(edge);
    harness.run();
    harness.hover_at(target);
    harness.run();
    harness.drop_at(target);
    let events = events(&mut harness);
    assert_eq!(events.last(), Some(&TableEvent::Resize(0, 260.0)));
}

#[test]
fn a_stretching_column_takes_the_remaining_width() {
    let widths = columns::widths(&columns(), 600.0);
    assert!((widths.iter().sum::<f32>() - 600.0).abs() < 0.5);
    let narrow = columns::widths(&columns(), 100.0);
    assert!(
        (narrow.iter().sum::<f32>() - 440.0).abs() < 0.5,
        "it never shrinks below its width"
    );
}
