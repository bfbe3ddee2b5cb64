//! Draws the open dialog, and wipes what was typed in it once it has closed.

use std::mem::Discriminant;

use egui::Context;

use super::change_password::ChangePasswordForm;
use super::confirm_delete::ConfirmDeleteForm;
use super::expiry::ExpiryForm;
use super::frame::{FIELDS, field_id};
use super::go_to_key::GoToKeyForm;
use super::import::ImportForm;
use super::import_report::ReportForm;
use super::palette::PaletteForm;
use super::path_field::PathForm;
use super::rename::RenameForm;
use super::restore_header::RestoreForm;
use super::salvage::SalvageForm;
use super::save_as::SaveAsForm;
use super::saved_searches::SavedSearchesForm;
use super::security::SecurityForm;
use super::shortcuts::ShortcutsForm;
use super::toasts::ToastBridge;
use super::{
    about, change_password, check, confirm_delete, expiry, export, go_to_key, import,
    import_report, message, palette, path_field, rename, replace_file, restore_header, salvage,
    save_as, save_before_closing, saved_searches, security, settings, shortcuts, why_hit,
};
use crate::command::Commands;
use crate::state::Dialog;
use crate::view::AppView;
use crate::widgets::field;

/// Dialogs, palette and messages, with what has been typed in them.
#[derive(Debug, Default)]
pub struct Dialogs {
    shown: Option<Discriminant<Dialog>>,
    forms: Forms,
    toasts: ToastBridge,
}

/// What has been typed in dialogs; emptied whenever another dialog opens.
#[derive(Debug, Default)]
pub(super) struct Forms {
    palette: PaletteForm,
    go_to_key: GoToKeyForm,
    shortcuts: ShortcutsForm,
    rename: RenameForm,
    expiry: ExpiryForm,
    confirm_delete: ConfirmDeleteForm,
    save_as: SaveAsForm,
    change_password: ChangePasswordForm,
    import: ImportForm,
    report: ReportForm,
    searches: SavedSearchesForm,
    path: PathForm,
    security: SecurityForm,
    salvage: SalvageForm,
    restore: RestoreForm,
}

impl Dialogs {
    /// Draws the open dialog, if any, and the messages. Call it last in every frame, so that they
    /// are on top of everything else.
    pub fn ui(&mut self, ctx: &Context, view: AppView<'_>, commands: &mut Commands) {
        self.forget(ctx, view.dialog);
        if let Some(dialog) = view.dialog {
            self.forms.show(ctx, dialog, view, commands);
        }
        self.toasts.ui(ctx, view, commands);
    }
}

impl Dialogs {
    /// Wipes what was typed in a dialog that has closed. The path field replaces the system's file
    /// dialog, so what was typed in the dialog below it is kept.
    fn forget(&mut self, ctx: &Context, dialog: Option<&Dialog>) {
        if matches!(dialog, Some(Dialog::PathField { .. })) {
            return;
        }
        self.forms.path = PathForm::default();
        let shown = dialog.map(std::mem::discriminant);
        if self.shown != shown {
            self.shown = shown;
            self.forms = Forms::default();
            for name in FIELDS {
                field::forget(ctx, field_id(name));
            }
        }
    }
}

impl Forms {
    fn show(&mut self, ctx: &Context, dialog: &Dialog, view: AppView<'_>, commands: &mut Commands) {
        match dialog {
            Dialog::Palette => palette::show(ctx, &mut self.palette, view, commands),
            Dialog::GoToKey => {
                if let Some(view) = view.store() {
                    go_to_key::show(ctx, &mut self.go_to_key, view, commands);
                }
            }
            Dialog::WhyHit(why) => why_hit::show(ctx, why, commands),
            Dialog::Shortcuts => shortcuts::show(ctx, &mut self.shortcuts, commands),
            Dialog::Settings => settings::show(ctx, view, commands),
            Dialog::About => about::show(ctx, commands),
            Dialog::SavedSearches => {
                if let Some(view) = view.store() {
                    saved_searches::show(ctx, &mut self.searches, view, commands);
                }
            }
            Dialog::Rename { from } => rename::show(ctx, &mut self.rename, from, view, commands),
            Dialog::Expiry { scope } => {
                expiry::show(ctx, &mut self.expiry, Some(scope), view, commands);
            }
            Dialog::DraftExpiry => expiry::show(ctx, &mut self.expiry, None, view, commands),
            Dialog::ConfirmDelete {
                scope,
                count,
                sample,
            } => {
                let data = confirm_delete::ConfirmDeleteData::new(scope, *count, sample, view);
                confirm_delete::show(ctx, &mut self.confirm_delete, &data, commands);
            }
            question @ Dialog::SaveBeforeClosing { then, .. } => {
                let words = save_before_closing::Words::of(question);
                save_before_closing::show(ctx, &words, then, commands);
            }
            Dialog::SaveAs {
                path,
                busy,
                problem,
                then: _,
            } => {
                let state = (path.as_path(), *busy, problem.as_ref());
                save_as::show(ctx, &mut self.save_as, state, view, commands);
            }
            Dialog::ChangePassword { busy, problem } => {
                let state = (*busy, problem.as_ref());
                change_password::show(ctx, &mut self.change_password, state, view, commands);
            }
            Dialog::Salvage(open) => salvage::show(ctx, &mut self.salvage, open, view, commands),
            Dialog::RestoreHeader(open) => {
                restore_header::show(ctx, &mut self.restore, open, view, commands);
            }
            Dialog::Check(found) => check::show(ctx, found, view, commands),
            Dialog::Security(open) => {
                security::show(ctx, &mut self.security, open, view, commands);
            }
            Dialog::Import { plan, preview } => {
                import::show(ctx, &mut self.import, plan, preview.as_ref(), commands);
            }
            Dialog::ImportReport {
                task,
                title,
                report,
            } => {
                let shown = (*task, title.as_str(), &**report);
                import_report::show(ctx, &mut self.report, shown, commands);
            }
            Dialog::ReplaceFile { existing, plan } => {
                replace_file::show(ctx, existing, plan, commands);
            }
            Dialog::Export { plan, count: _ } => export::show(ctx, plan, view, commands),
            Dialog::PathField { purpose, suggested } => {
                let asked = (*purpose, suggested.as_str());
                path_field::show(ctx, &mut self.path, asked, view, commands);
            }
            Dialog::Message { title, text } => message::show(ctx, title, text, commands),
        }
    }
}
