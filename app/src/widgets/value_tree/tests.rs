//! The keyboard in the tree, and very deep values.

use egui::{Event, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{Cow, TreeEvent, TreeModel, TreeRow, TreeState, ValueColor, value_tree};

/// `root` (open) with `many` children, of which the first is closed.
struct Model {
    many: usize,
}

impl TreeModel for Model {
    fn len(&self) -> usize {
        self.many + 1
    }

    fn row(&self, index: usize) -> TreeRow<'_> {
        let label = if index == 0 {
            "root".into()
        } else {
            format!("item {index}").into()
        };
        let expanded = match index {
            0 => Some(true),
            1 => Some(false),
            _ => None,
        };
        TreeRow {
            depth: usize::from(index > 0),
            label,
            is_index: false,
            text: Cow::Borrowed("text"),
            color: ValueColor::String,
            expanded,
            matches: &[],
        }
    }
}

fn harness(many: usize) -> Harness<'static, (TreeState, Vec<TreeEvent>)> {
    Harness::builder()
        .with_size([300.0, 200.0])
        .with_context_setup(crate::theme::install)
        .build_ui_state(
            move |ui, (state, events): &mut (TreeState, Vec<TreeEvent>)| {
                let id = egui::Id::unique("tree");
                events.extend(value_tree(ui, id, "Value", state, &Model { many }).1);
            },
            <(TreeState, Vec<TreeEvent>)>::default(),
        )
}

fn after(harness: &mut Harness<'_, (TreeState, Vec<TreeEvent>)>, key: Key) -> Vec<TreeEvent> {
    harness.key_press(key);
    harness.run();
    std::mem::take(&mut harness.state_mut().1)
}

#[test]
fn the_arrow_keys_open_close_and_move() {
    let mut harness = harness(1_000_000);
    harness.run();
    harness.get_by_label("item 2").click();
    harness.run();
    assert_eq!(
        std::mem::take(&mut harness.state_mut().1),
        [TreeEvent::Select(2)]
    );
    assert_eq!(after(&mut harness, Key::ArrowLeft), [TreeEvent::Select(0)]);
    assert_eq!(
        after(&mut harness, Key::ArrowLeft),
        [TreeEvent::Collapse(0)]
    );
    assert_eq!(after(&mut harness, Key::ArrowRight), [TreeEvent::Select(1)]);
    assert_eq!(after(&mut harness, Key::ArrowRight), [TreeEvent::Expand(1)]);
    assert_eq!(after(&mut harness, Key::Enter), [TreeEvent::Activate(1)]);
    assert_eq!(
        after(&mut harness, Key::End),
        [TreeEvent::Select(1_000_000)]
    );
    assert!(
        harness.query_by_label("item 1000000").is_some(),
        "the caret is scrolled into view"
    );
    harness.event(Event::Text("*".to_owned()));
    harness.run();
    assert_eq!(
        std::mem::take(&mut harness.state_mut().1),
        [TreeEvent::ExpandAll(1_000_000)]
    );
}

#[test]
fn rows_carry_level_value_and_whether_they_are_open() {
    let mut harness = harness(3);
    harness.run();
    let row = harness.get_by_label("item 1");
    assert_eq!(row.accesskit_node().role(), egui::Role::TreeItem);
    assert_eq!(row.accesskit_node().data().level(), Some(2));
    assert_eq!(row.accesskit_node().data().is_expanded(), Some(false));
    assert_eq!(row.value().as_deref(), Some("text"));
    assert_eq!(harness.get_all_by_role(egui::Role::TreeItem).count(), 4);
}

/// A value that is nested `depth` levels deep, all of them open.
struct Nested {
    depth: usize,
}

impl TreeModel for Nested {
    fn len(&self) -> usize {
        self.depth
    }

    fn row(&self, index: usize) -> TreeRow<'_> {
        TreeRow {
            depth: index,
            label: format!("level {index}").into(),
            is_index: false,
            text: Cow::Borrowed("the value"),
            color: ValueColor::String,
            expanded: (index + 1 < self.depth).then_some(true),
            matches: &[],
        }
    }
}

#[test]
fn the_deepest_value_is_readable() {
    for width in [260.0, 372.0, 900.0] {
        let mut harness = Harness::builder()
            .with_size([width, 200.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                |ui, state: &mut TreeState| {
                    let id = egui::Id::unique("tree");
                    value_tree(ui, id, "Value", state, &Nested { depth: 128 });
                },
                TreeState::default(),
            );
        harness.run();
        harness.get_by_role(egui::Role::Tree).focus();
        harness.run();
        for (key, row) in [(Key::Home, 0), (Key::End, 127), (Key::Home, 0)] {
            harness.key_press(key);
            harness.run();
            assert_eq!(harness.state().caret(), Some(row));
            let place = harness.state().caret_value_rect().unwrap();
            assert!(place.width() > 55.0, "{width}: {place} of row {row}");
            assert!(place.right() <= width);
        }
    }
}
