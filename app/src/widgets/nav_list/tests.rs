//! The keyboard and the pointer in the list.

use std::cell::Cell;

use egui::{Key, ScrollArea};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{NavEvent, NavRow, nav_list};

const ROWS: [(&str, usize, Option<bool>); 4] = [
    ("film", 0, Some(true)),
    ("1982", 1, Some(false)),
    ("1988", 1, None),
    ("token", 0, Some(false)),
];

fn harness() -> Harness<'static, (Option<usize>, Option<NavEvent>)> {
    Harness::builder()
        .with_size([240.0, 200.0])
        .with_context_setup(crate::theme::install)
        .build_ui_state(
            |ui, (selected, seen): &mut (Option<usize>, Option<NavEvent>)| {
                let row = |index: usize| {
                    let (label, depth, expanded) = ROWS[index];
                    NavRow {
                        label,
                        depth,
                        expanded,
                        count: "7",
                        ..NavRow::default()
                    }
                };
                let id = egui::Id::unique("spaces");
                let (_, event) = nav_list(ui, id, "Namespaces", 4, *selected, &row);
                if let Some(NavEvent::Select(index)) = event {
                    *selected = Some(index);
                }
                *seen = event.or(*seen);
            },
            (None, None),
        )
}

fn after(
    harness: &mut Harness<'_, (Option<usize>, Option<NavEvent>)>,
    key: Key,
) -> Option<NavEvent> {
    harness.state_mut().1 = None;
    harness.key_press(key);
    harness.run();
    harness.state().1
}

#[test]
fn the_arrow_keys_move_open_close_and_go_to_the_parent() {
    let mut harness = harness();
    harness.get_by_label("1988").click();
    harness.run();
    assert_eq!(harness.state().1, Some(NavEvent::Select(2)));
    assert_eq!(
        after(&mut harness, Key::ArrowLeft),
        Some(NavEvent::Select(0))
    );
    assert_eq!(
        after(&mut harness, Key::ArrowLeft),
        Some(NavEvent::Toggle(0))
    );
    assert_eq!(
        after(&mut harness, Key::ArrowDown),
        Some(NavEvent::Select(1))
    );
    assert_eq!(
        after(&mut harness, Key::ArrowRight),
        Some(NavEvent::Toggle(1))
    );
    assert_eq!(after(&mut harness, Key::End), Some(NavEvent::Select(3)));
    assert_eq!(after(&mut harness, Key::ArrowDown), None);
    let node = harness.get_by_label("token");
    assert_eq!(node.accesskit_node().data().is_selected(), Some(true));
}

#[test]
fn a_click_on_the_caret_opens_and_does_not_select() {
    let mut harness = harness();
    let row = harness.get_by_label("token").rect();
    let at = row.left_center() + egui::vec2(20.0, 0.0);
    harness.drag_at(at);
    harness.drop_at(at);
    harness.run();
    assert_eq!(*harness.state(), (None, Some(NavEvent::Toggle(3))));
}

#[test]
fn invisible_rows_are_not_requested() {
    let asked = Cell::new(0);
    let mut harness = Harness::builder()
        .with_size([240.0, 200.0])
        .with_context_setup(crate::theme::install)
        .build_ui(|ui| {
            asked.set(0);
            let row = |_| {
                asked.set(asked.get() + 1);
                NavRow {
                    label: "row",
                    ..NavRow::default()
                }
            };
            ScrollArea::vertical().show(ui, |ui| {
                nav_list(ui, egui::Id::unique("many"), "Many", 100_000, None, &row);
            });
        });
    harness.run();
    drop(harness);
    assert!((1..=9).contains(&asked.get()), "{}", asked.get());
}
