//! A new recovery key: shown once in groups, of which two have to be typed again.

use egui::{Align, Layout, RichText, Ui, vec2};

use crate::dialogs::frame;
use crate::theme::{Tokens, metrics, type_scale};
use crate::widgets::field::{self, TextField};

/// The numbers of the groups to be typed again, counted from 1.
const ASKED: [usize; 2] = [4, 9];
const GROUPS_IN_A_ROW: usize = 4;
const GROUP_WIDTH: f32 = 96.0;

/// The groups that were typed again.
#[derive(Default)]
pub(super) struct Retyped {
    groups: [String; 2],
}

impl std::fmt::Debug for Retyped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Retyped")
    }
}

impl Retyped {
    /// Whether the typed groups match the key.
    pub(super) fn fits(&self, key: &str) -> bool {
        ASKED.iter().zip(&self.groups).all(|(number, typed)| {
            let group = key.split('-').nth(number - 1);
            group.is_some_and(|group| group.eq_ignore_ascii_case(typed.trim()))
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.iter().all(String::is_empty)
    }

    /// The key and the fields.
    pub(super) fn ui(&mut self, ui: &mut Ui, key: &str, tried: bool) {
        field::explanation(
            ui,
            "Write it down or print it, and keep it away from the file. Anyone who has it can open \
             the file. It is not shown again.",
        );
        groups(ui, key);
        ui.add_space(metrics::SPACE_8);
        let [first, second] = &mut self.groups;
        for ((number, name), typed) in ASKED
            .into_iter()
            .zip(["recovery group 4", "recovery group 9"])
            .zip([first, second])
        {
            let label = format!("Group {number} from your paper");
            let field = TextField::new(frame::field_id(name), &label).mono();
            field.show(ui, typed);
        }
        if tried && !self.fits(key) {
            field::problem(
                ui,
                "These groups do not match the key. Check your paper copy.",
            );
        }
    }
}

fn groups(ui: &mut Ui, key: &str) {
    let tokens = Tokens::of(ui);
    ui.add_space(metrics::SPACE_4);
    let groups: Vec<_> = key.split('-').zip(1..).collect();
    for row in groups.chunks(GROUPS_IN_A_ROW) {
        ui.horizontal(|ui| {
            for (group, number) in row {
                let layout = Layout::left_to_right(Align::Center);
                ui.allocate_ui_with_layout(vec2(GROUP_WIDTH, metrics::LIST_ROW), layout, |ui| {
                    let number = RichText::new(format!("{number:>2}")).font(type_scale::small());
                    ui.label(number.color(tokens.faint));
                    let group = RichText::new(*group).font(type_scale::mono());
                    ui.label(group.color(tokens.text));
                });
            }
        });
    }
}
