//! Asks before an export replaces an existing file.

use egui::Context;
use jiff::tz::TimeZone;
use vstore::Millis;
use vstore::target::Existing;

use super::frame;
use crate::command::{Commands, TransferCommand};
use crate::format;
use crate::state::{ExportPlan, OpenStore};
use crate::theme::icons;
use crate::widgets::field;
use crate::widgets::modal::{DialogButton, DialogFrame};

/// The kind of the file, its size and its modification time.
pub(super) fn facts(existing: &Existing, zone: &TimeZone) -> String {
    let mut facts = format!(
        "It is {}, {}",
        existing.content.named(),
        format::bytes(existing.bytes)
    );
    let since_1970 = existing
        .modified
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    if let Some(millis) = since_1970.and_then(|time| i64::try_from(time.as_millis()).ok()) {
        facts.push_str(", modified ");
        facts.push_str(&format::date_time(Millis(millis), zone));
    }
    facts.push('.');
    facts
}

pub(super) fn show(ctx: &Context, existing: &Existing, plan: &ExportPlan, commands: &mut Commands) {
    let buttons = [
        DialogButton::secondary("Cancel"),
        DialogButton::danger("Replace"),
    ];
    let title = format!("Replace {}?", OpenStore::title_of(&existing.path));
    let folder = existing
        .path
        .parent()
        .map(|folder| folder.to_string_lossy());
    let shown = DialogFrame::new(frame::id("replace file"), &title)
        .icon(icons::WARNING)
        .subtitle(folder.as_deref().unwrap_or_default())
        .show(ctx, &buttons, |ui| {
            ui.label(facts(existing, &TimeZone::system()));
            field::explanation(
                ui,
                "It is replaced once the export is complete. This cannot be undone.",
            );
        });
    if shown.cancelled || shown.clicked == Some(0) {
        frame::close(commands);
    } else if shown.clicked == Some(1) {
        frame::answer(commands, TransferCommand::Export(plan.clone()));
    }
}
