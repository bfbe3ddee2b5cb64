//! What is shown while several records are selected.

use egui::{RichText, Ui};
use vstore::Key;

use crate::action::{Action, shortcut_text};
use crate::command::Commands;
use crate::format;
use crate::state::Scope;
use crate::theme::{Tokens, metrics, type_scale};
use crate::view::StoreView;
use crate::widgets::button::Button;

/// The actions on many records.
const ACTIONS: [Action; 6] = [
    Action::SetExpiry,
    Action::ClearExpiry,
    Action::CopyJson,
    Action::ExportSelected,
    Action::SelectNone,
    Action::Delete,
];
const SAMPLE: usize = 6;

/// The summary of a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ManyData {
    pub(super) title: String,
    pub(super) sample: Vec<String>,
    pub(super) more: Option<String>,
}

impl ManyData {
    pub(super) fn new(view: StoreView<'_>, count: usize) -> Self {
        let selection = &view.store.selection;
        let target;
        let keys: Box<dyn Iterator<Item = Key>> = if selection.has_run() {
            target = view.store.target(&Scope::Selected);
            target.keys(view.snapshot())
        } else {
            Box::new(selection.keys.iter().cloned())
        };
        let sample: Vec<_> = keys.take(SAMPLE).map(|key| key.to_string()).collect();
        let more = count.saturating_sub(sample.len());
        Self {
            title: format!("{} selected", format::counted(count as u64, "record")),
            more: (more > 0).then(|| format!("and {} more", format::count(more as u64))),
            sample,
        }
    }
}

pub(super) fn many_ui(ui: &mut Ui, data: &ManyData, view: StoreView<'_>, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    ui.add_space(metrics::SPACE_12);
    let title = RichText::new(&data.title).font(type_scale::heading());
    ui.label(title.color(tokens.text));
    ui.add_space(metrics::SPACE_4);
    for key in &data.sample {
        let text = RichText::new(type_scale::one_name(key)).font(type_scale::mono());
        ui.add(egui::Label::new(text.color(tokens.muted)).truncate());
    }
    if let Some(more) = &data.more {
        ui.label(RichText::new(more).color(tokens.faint));
    }
    ui.add_space(metrics::SPACE_12);
    for action in ACTIONS {
        let command = action.resolve(&view.app);
        let shortcut = shortcut_text(ui.ctx(), action).unwrap_or_default();
        let button = match action {
            Action::Delete => Button::danger(action.text()),
            _ => Button::secondary(action.text()),
        };
        let button = button
            .icon(action.icon())
            .hint(action.tooltip())
            .shortcut(&shortcut);
        let width = ui.available_width().min(220.0);
        let shown = ui.add_enabled_ui(command.is_some(), |ui| button.min_width(width).show(ui));
        if let Some(command) = command.filter(|_| shown.inner.clicked()) {
            commands.push(command);
        }
    }
}
