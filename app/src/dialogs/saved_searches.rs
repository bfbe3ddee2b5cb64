//! The saved searches of a file: save the current one, rename, delete, run.

use egui::{Align, Context, Label, Layout, RichText, Ui, vec2};

use super::frame;
use crate::command::{Commands, SettingsCommand};
use crate::state::SavedSearch;
use crate::theme::{Tokens, icons, metrics, type_scale};
use crate::view::StoreView;
use crate::widgets::button::{Button, IconButton};
use crate::widgets::field::{self, TextField};
use crate::widgets::modal::{DialogButton, DialogFrame};
use crate::widgets::row_ends::Ends;

const ROW: f32 = 34.0;

/// The contents of the form.
#[derive(Debug, Default)]
pub(super) struct SavedSearchesForm {
    name: String,
    started: bool,
    /// The search being renamed: its current name, and the typed one.
    renamed: Option<(String, String)>,
}

pub(super) fn show(
    ctx: &Context,
    form: &mut SavedSearchesForm,
    view: StoreView<'_>,
    commands: &mut Commands,
) {
    let can_save = view.store.search.is_active();
    let save = DialogButton::primary("Save search");
    let buttons = [
        DialogButton::secondary("Close"),
        save.enabled(can_save && !form.name.trim().is_empty()),
    ];
    let shown = DialogFrame::new(frame::id("saved searches"), "Saved searches")
        .icon(icons::STAR)
        .subtitle("Stored in the file, encrypted")
        .width(560.0)
        .show(ctx, &buttons, |ui| {
            if can_save {
                name_field(ui, form, &view.store.search.text);
            } else {
                field::explanation(ui, "Enter a search first, then save it here under a name.");
            }
            ui.add_space(metrics::SPACE_8);
            list(ui, form, view, commands)
        });
    if shown.inner || shown.cancelled || shown.clicked == Some(0) {
        frame::close(commands);
    } else if shown.clicked == Some(1) {
        let name = std::mem::take(&mut form.name);
        commands.push(SettingsCommand::SaveSearch { name });
    }
}

fn name_field(ui: &mut Ui, form: &mut SavedSearchesForm, query: &str) {
    let shown = TextField::new(frame::field_id("search name"), "Name of this search")
        .hint("Comedies of the eighties")
        .show(ui, &mut form.name);
    if !std::mem::replace(&mut form.started, true) {
        shown.request_focus();
    }
    field::explanation(ui, &type_scale::one_line(query));
}

/// Returns whether a search was run, which closes the dialog.
fn list(
    ui: &mut Ui,
    form: &mut SavedSearchesForm,
    view: StoreView<'_>,
    commands: &mut Commands,
) -> bool {
    let saved = &view.store.settings.saved;
    if saved.is_empty() {
        field::explanation(ui, "No saved searches yet.");
        return false;
    }
    let mut chosen = false;
    for search in saved {
        let renamed = form.renamed.as_ref().map(|(name, _)| name);
        if renamed == Some(&search.name) {
            let size = vec2(ui.available_width(), ROW);
            let layout = Layout::left_to_right(Align::Center);
            ui.allocate_ui_with_layout(size, layout, |ui| rename(ui, form, commands));
        } else {
            chosen |= row(ui, form, search, commands);
        }
    }
    chosen
}

fn row(
    ui: &mut Ui,
    form: &mut SavedSearchesForm,
    search: &SavedSearch,
    commands: &mut Commands,
) -> bool {
    let tokens = Tokens::of(ui);
    let name = type_scale::one_line(&search.name);
    let ends = Ends::new(ui, &search.name, ROW);
    let asked = ends.start(ui, |ui| {
        let asked = Button::link(&name)
            .hint("Run this search")
            .show(ui)
            .clicked();
        let query = type_scale::one_line(&search.query.text);
        let text = RichText::new(query).font(type_scale::mono());
        ui.add(Label::new(text.color(tokens.muted)).truncate());
        asked
    });
    if asked {
        commands.push(SettingsCommand::Search(search.query.clone()));
    }
    ends.end(ui, |ui| {
        let label = format!("Rename {name}");
        let rename = IconButton::new(icons::PENCIL_SIMPLE, &label);
        if rename.show(ui).clicked() {
            form.renamed = Some((search.name.clone(), search.name.clone()));
        }
        let label = format!("Delete {name}");
        if IconButton::new(icons::TRASH, &label).show(ui).clicked() {
            commands.push(SettingsCommand::DeleteSearch(search.name.clone()));
        }
    });
    asked
}

fn rename(ui: &mut Ui, form: &mut SavedSearchesForm, commands: &mut Commands) {
    let Some((from, to)) = &mut form.renamed else {
        return;
    };
    let width = ui.available_width() - 90.0;
    ui.allocate_ui(vec2(width, ROW), |ui| {
        let field = TextField::new(frame::field_id("search rename"), "New name").untitled();
        field.show(ui, to);
    });
    if Button::secondary("Rename").show(ui).clicked() {
        let (from, to) = (from.clone(), to.clone());
        commands.push(SettingsCommand::RenameSearch { from, to });
        form.renamed = None;
    }
}
