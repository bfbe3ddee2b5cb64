//! The key of the record, and what can be done with the record as a whole.

use egui::{Align, Label, Layout, RichText, Role, Sense, Ui, WidgetInfo};
use vstore::Key;

use crate::action::{Action, shortcut_text};
use crate::command::{Command, Commands, CopyWhat, LayoutCommand, RecordCommand};
use crate::state::{Dialog, Scope};
use crate::theme::{Tokens, icons, metrics, type_scale};
use crate::view::StoreView;
use crate::widgets::button::IconButton;

/// Draws the header of a record.
pub(super) fn header_ui(ui: &mut Ui, key: &Key, view: StoreView<'_>, commands: &mut Commands) {
    ui.horizontal(|ui| {
        ui.set_min_height(40.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            buttons(ui, key, view, commands);
            ui.add_space(metrics::SPACE_4);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                title(ui, key, view, commands);
            });
        });
    });
}

fn title(ui: &mut Ui, key: &Key, view: StoreView<'_>, commands: &mut Commands) {
    let color = Tokens::of(ui).text;
    let text = RichText::new(type_scale::one_line(key.as_str()))
        .font(type_scale::heading())
        .color(color);
    let response = ui.add(Label::new(text).truncate().sense(Sense::click()));
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, ui.is_enabled(), key.as_str()));
    let writable = view.read_only_reason().is_none();
    response.context_menu(|ui| {
        if ui.button("Copy key").clicked() {
            commands.push(RecordCommand::Copy(CopyWhat::Key));
        }
        if ui
            .add_enabled(writable, egui::Button::new("Rename…"))
            .clicked()
        {
            commands.push(rename(key));
        }
        if ui
            .add_enabled(writable, egui::Button::new("Duplicate"))
            .clicked()
        {
            commands.push(RecordCommand::Duplicate(key.clone()));
        }
    });
    if writable && response.double_clicked() {
        commands.push(rename(key));
    }
}

fn rename(key: &Key) -> Command {
    let dialog = Dialog::Rename { from: key.clone() };
    LayoutCommand::OpenDialog(Box::new(dialog)).into()
}

/// From the right: delete, edit, rename, copy.
fn buttons(ui: &mut Ui, key: &Key, view: StoreView<'_>, commands: &mut Commands) {
    let reason = view.read_only_reason();
    let scope = Scope::Keys([key.clone()].into());
    let writing: [(Action, &str, &str, Command); 3] = [
        (
            Action::Delete,
            icons::TRASH,
            "Delete record",
            RecordCommand::Delete(scope).into(),
        ),
        (
            Action::EditRecord,
            icons::PENCIL_SIMPLE,
            "Edit value as text",
            RecordCommand::Edit(key.clone()).into(),
        ),
        (
            Action::RenameRecord,
            icons::TEXT_AA,
            "Rename record",
            rename(key),
        ),
    ];
    for (action, glyph, label, command) in writing {
        let shortcut = shortcut_text(ui.ctx(), action).unwrap_or_default();
        let button = IconButton::new(glyph, label).shortcut(&shortcut);
        let shown = ui
            .add_enabled_ui(reason.is_none(), |ui| button.show(ui))
            .inner;
        let shown = match reason {
            Some(reason) => shown.on_disabled_hover_text(reason),
            None => shown,
        };
        if shown.clicked() {
            commands.push(command);
        }
    }
    let shortcut = shortcut_text(ui.ctx(), Action::CopyValue).unwrap_or_default();
    let copy = IconButton::new(icons::COPY, "Copy value as JSON").shortcut(&shortcut);
    if copy.show(ui).clicked() {
        commands.push(RecordCommand::Copy(CopyWhat::Value));
    }
}
