//! The list of passwords and keys, and the other security actions.

use egui::{Align, Layout, RichText, Ui, vec2};

use crate::command::{Commands, SecurityCommand};
use crate::state::{KeyKind, KeySlot, Security, SecurityStep};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::widgets::button::Button;
use crate::widgets::field;
use crate::widgets::row_ends::Ends;

const ROW: f32 = 48.0;
const ICON: f32 = 28.0;
/// The number of slots in a file.
const PLACES: usize = 8;

pub(super) fn ui(ui: &mut Ui, security: &Security, commands: &mut Commands) {
    let removable = security.slots.len() > 1;
    for slot in &security.slots {
        row(ui, slot, removable, commands);
    }
    if security.slots.is_empty() {
        field::explanation(ui, "Loading…");
    }
    ui.add_space(metrics::SPACE_8);
    let free = security.slots.len() < PLACES;
    ui.horizontal_wrapped(|ui| {
        for (words, kind) in [
            ("Add password…", KeyKind::Password),
            ("Add with key file…", KeyKind::PasswordAndKeyFile),
            ("Add recovery key…", KeyKind::RecoveryKey),
        ] {
            let add = |ui: &mut Ui| Button::secondary(words).icon(icons::PLUS).show(ui);
            if ui.add_enabled_ui(free, add).inner.clicked() {
                commands.push(SecurityCommand::Show(SecurityStep::Add(kind)));
            }
        }
    });
    ui.add_space(metrics::SPACE_16);
    field::label(
        ui,
        "If somebody may have both a password and a copy of the file",
    );
    field::explanation(
        ui,
        "A removed password still opens old copies. Exchanging the data key re-encrypts the \
         file: the old key cannot read anything written from then on.",
    );
    if Button::secondary("Exchange the data key…")
        .show(ui)
        .clicked()
    {
        commands.push(SecurityCommand::Show(SecurityStep::Rotate));
    }
    ui.add_space(metrics::SPACE_16);
    field::label(ui, "If the beginning of the file is damaged");
    field::explanation(
        ui,
        "Without its header, no password opens the file. A header backup restores it; the backup \
         is small, and useless without a password.",
    );
    if Button::secondary("Save a header backup…")
        .show(ui)
        .clicked()
    {
        commands.push(SecurityCommand::BackUpHeader);
    }
}

fn row(ui: &mut Ui, slot: &KeySlot, removable: bool, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    let (_, line) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let ends = Ends::within(ui, slot.number, line);
    ends.start(ui, |ui| {
        let (_, place) = ui.allocate_space(vec2(ICON, ICON));
        let glyph = match slot.kind {
            KeyKind::RecoveryKey => icons::SHIELD_CHECK,
            KeyKind::PasswordAndKeyFile => icons::FILE_LOCK,
            KeyKind::Password | KeyKind::Other => icons::KEY,
        };
        paint::icon(ui.painter(), place, glyph, 20.0, tokens.muted);
        let width = ui.available_width();
        ui.allocate_ui_with_layout(vec2(width, ROW), Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add_space(metrics::SPACE_4);
            let title = RichText::new(slot.title()).font(type_scale::body());
            ui.add(egui::Label::new(title.color(tokens.text)).truncate());
            let second = second_line(slot);
            let second = RichText::new(second).font(type_scale::small());
            ui.add(egui::Label::new(second.color(tokens.muted)).truncate());
        });
    });
    ends.end(ui, |ui| buttons(ui, slot, removable, commands));
    paint::line_below(ui.painter(), line, tokens.line);
}

/// The kind, unless the title already says it, and the cost.
pub(super) fn second_line(slot: &KeySlot) -> String {
    if slot.label.is_empty() {
        slot.cost.clone()
    } else {
        format!("{} · {}", slot.kind.name(), slot.cost)
    }
}

fn buttons(ui: &mut Ui, slot: &KeySlot, removable: bool, commands: &mut Commands) {
    let changeable = matches!(slot.kind, KeyKind::Password | KeyKind::PasswordAndKeyFile);
    let change = |ui: &mut Ui| {
        let hint = "Change the password or the cost of each guess";
        Button::secondary("Change…").hint(hint).show(ui)
    };
    if ui.add_enabled_ui(changeable, change).inner.clicked() {
        let step = SecurityStep::Change(slot.number);
        commands.push(SecurityCommand::Show(step));
    }
    let remove = |ui: &mut Ui| {
        let hint = if removable {
            "It will no longer open the file"
        } else {
            "The last one cannot be removed: nothing else opens the file"
        };
        Button::secondary("Remove…").hint(hint).show(ui)
    };
    if ui.add_enabled_ui(removable, remove).inner.clicked() {
        let step = SecurityStep::Remove(slot.number);
        commands.push(SecurityCommand::Show(step));
    }
}
