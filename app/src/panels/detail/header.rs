//! The key of the record, and the actions on the whole record.

use egui::{Label, Role, Sense, Ui, WidgetInfo};
use vstore::Key;

use crate::action::{Action, shortcut_text};
use crate::command::{Command, Commands, CopyWhat, LayoutCommand, RecordCommand};
use crate::panels::menu_items::{ActionRow, action_rows, begin_action_menu};
use crate::state::{Dialog, Scope};
use crate::theme::{Tokens, icons, type_scale};
use crate::view::StoreView;
use crate::widgets::button::IconButton;
use crate::widgets::row_ends::Ends;

const HEIGHT: f32 = 40.0;

pub(super) fn header_ui(ui: &mut Ui, key: &Key, view: StoreView<'_>, commands: &mut Commands) {
    let ends = Ends::new(ui, "record header", HEIGHT);
    ends.start(ui, |ui| title(ui, key, view, commands));
    ends.end(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        buttons(ui, key, view, commands);
    });
}

fn title(ui: &mut Ui, key: &Key, view: StoreView<'_>, commands: &mut Commands) {
    let (font, color) = (type_scale::heading(), Tokens::of(ui).text);
    let text = type_scale::name_job(ui, key.as_str(), &font, color);
    let response = ui.add(Label::new(text).truncate().sense(Sense::CLICK));
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, ui.is_enabled(), key.as_str()));
    let writable = view.read_only_reason().is_none();
    response.context_menu(|ui| {
        let rows = [
            Action::CopyKey,
            Action::RenameRecord,
            Action::DuplicateRecord,
        ];
        let rows = rows.map(|action| ActionRow::new(action, false, &view.app));
        begin_action_menu(ui, &rows);
        action_rows(ui, &rows, &view.app, commands);
    });
    if writable && response.double_clicked() {
        commands.push(rename(key));
    }
}

fn rename(key: &Key) -> Command {
    let dialog = Dialog::Rename { from: key.clone() };
    LayoutCommand::OpenDialog(Box::new(dialog)).into()
}

/// Copy, rename, edit, delete.
fn buttons(ui: &mut Ui, key: &Key, view: StoreView<'_>, commands: &mut Commands) {
    let shortcut = shortcut_text(ui.ctx(), Action::CopyValue).unwrap_or_default();
    let copy = IconButton::new(icons::COPY, "Copy value as JSON").shortcut(&shortcut);
    if copy.show(ui).clicked() {
        commands.push(RecordCommand::Copy(CopyWhat::Value));
    }
    let reason = view.read_only_reason();
    let scope = Scope::Keys([key.clone()].into());
    let writing: [(Action, &str, &str, Command); 3] = [
        (
            Action::RenameRecord,
            icons::TEXT_AA,
            "Rename record",
            rename(key),
        ),
        (
            Action::EditRecord,
            icons::PENCIL_SIMPLE,
            "Edit value as text",
            RecordCommand::Edit(key.clone()).into(),
        ),
        (
            Action::Delete,
            icons::TRASH,
            "Delete record",
            RecordCommand::Delete(scope).into(),
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
}
