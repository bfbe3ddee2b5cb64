//! What to export and in which format; warns that the exported file is not encrypted.

use egui::Context;
use vstore::transfer::Format;

use super::frame;
use crate::command::{Commands, TransferCommand};
use crate::format;
use crate::state::{ExportPlan, Listing, Scope};
use crate::theme::{icons, metrics};
use crate::view::AppView;
use crate::widgets::field;
use crate::widgets::modal::{DialogButton, DialogFrame};
use crate::widgets::segmented::segmented;
use crate::wording;

/// What the dialog offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ExportData {
    /// The scopes that can be chosen, with their labels.
    pub(super) scopes: Vec<(String, Scope)>,
    /// The index of the chosen one.
    pub(super) chosen: usize,
    /// The number of records in it.
    pub(super) count: usize,
}

impl ExportData {
    pub(super) fn new(plan: &ExportPlan, view: AppView<'_>) -> Self {
        let Some(store) = view.store().map(|view| view.store) else {
            return Self::default();
        };
        let result = match &store.listing {
            Listing::Keys(keys) if store.search.is_active() => Some(keys),
            _ => None,
        };
        let mut scopes = vec![("Everything", Scope::Everything)];
        scopes.extend(result.map(|keys| ("Search result", Scope::Keys(keys.clone()))));
        // The selection at the time the dialog opened is given by its keys.
        match &plan.scope {
            Scope::Keys(keys) if !result.is_some_and(|result| result.is_same(keys)) => {
                scopes.push(("Selected", plan.scope.clone()));
            }
            _ if !store.selection.is_empty() => scopes.push(("Selected", Scope::Selected)),
            _ => {}
        }
        let named = scopes.into_iter().map(|(words, scope)| {
            let records = format::count(store.count(&scope) as u64);
            (format!("{words} ({records})"), scope)
        });
        let scopes: Vec<_> = named.collect();
        let same = |(_, scope): &(String, Scope)| match (scope, &plan.scope) {
            // Comparing a million keys in every frame would be too slow.
            (Scope::Keys(one), Scope::Keys(other)) => one.is_same(other),
            (one, other) => one == other,
        };
        let chosen = scopes.iter().position(same).unwrap_or(0);
        Self {
            scopes,
            chosen,
            count: store.count(&plan.scope),
        }
    }
}

pub(super) fn show(ctx: &Context, plan: &ExportPlan, view: AppView<'_>, commands: &mut Commands) {
    let data = ExportData::new(plan, view);
    let verb = format!("Export {}…", format::counted(data.count as u64, "record"));
    let buttons = [
        DialogButton::secondary("Cancel"),
        DialogButton::primary(&verb),
    ];
    let shown = DialogFrame::new(frame::id("export"), "Export")
        .icon(icons::EXPORT)
        .width(500.0)
        .show(ctx, &buttons, |ui| {
            let mut changed = plan.clone();
            field::label(ui, "Records");
            let scopes: Vec<_> = data
                .scopes
                .iter()
                .map(|(words, _)| words.as_str())
                .collect();
            let picked = segmented(ui, "Records", &scopes, data.chosen);
            if let Some((_, scope)) = picked.and_then(|index| data.scopes.get(index)) {
                changed.scope = scope.clone();
            }
            ui.add_space(metrics::SPACE_8);
            field::label(ui, "Format");
            let names = Format::ALL.map(wording::format);
            let chosen = Format::ALL.iter().position(|form| *form == plan.format);
            let picked = segmented(ui, "Format", &names, chosen.unwrap_or(0));
            if let Some(form) = picked.and_then(|index| Format::ALL.get(index)) {
                changed.format = *form;
            }
            ui.add_space(metrics::SPACE_8);
            ui.checkbox(&mut changed.with_metadata, "Include expiry and timestamps");
            ui.add_space(metrics::SPACE_8);
            field::caution(
                ui,
                "The exported file is not encrypted: anyone who has it can read it.",
            );
            (changed != *plan).then_some(changed)
        });
    if let Some(changed) = shown.inner {
        commands.push(TransferCommand::ChangeExportPlan(changed));
    } else if shown.cancelled || shown.clicked == Some(0) {
        frame::close(commands);
    } else if shown.clicked == Some(1) {
        commands.push(TransferCommand::Export(plan.clone()));
    }
}
