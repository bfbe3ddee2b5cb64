//! What to import and how: where keys come from, what happens to existing keys, and a preview of
//! the first records.

use egui::{Align, Context, Id, Rect, RichText, Role, Sense, Ui, vec2};
use vstore::transfer::{Conflict, DuplicateKeys};

use super::frame;
use crate::command::{Commands, TransferCommand};
use crate::format;
use crate::state::{ImportKeys, ImportPlan, ImportPreview, OpenStore, PreviewRow};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::widgets::badge::Chip;
use crate::widgets::field::{self, TextField};
use crate::widgets::modal::{DialogButton, DialogFrame};
use crate::widgets::segmented::segmented;
use crate::wording;

const KEY_RULES: [&str; 3] = ["From the data", "Field or template", "Row numbers"];
const CONFLICTS: [&str; 3] = ["Replace", "Keep", "Stop"];
const DUPLICATES: [&str; 4] = ["Refuse", "Number them", "Keep last", "Keep first"];
const ROWS_SHOWN: usize = 6;
const CHIPS_SHOWN: usize = 8;

/// The texts as typed; the plan holds their meaning.
#[derive(Debug, Default)]
pub(super) struct ImportForm {
    template: String,
    prefix: String,
    /// The key rule of the last frame: the text is replaced only when the rule has changed.
    seen: Option<ImportKeys>,
}

/// The meaning of a text: a template if it contains braces, otherwise the name of a field.
fn meaning(text: &str) -> ImportKeys {
    if text.contains(['{', '}']) {
        ImportKeys::Template(text.to_owned())
    } else {
        ImportKeys::Field(text.to_owned())
    }
}

/// What the dialog says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImportData {
    pub(super) subtitle: String,
    /// The chosen key rule, as an index into the switch.
    pub(super) rule: usize,
    pub(super) conflict: usize,
    pub(super) duplicates: usize,
    pub(super) fields: Vec<String>,
    pub(super) rows: Vec<PreviewRow>,
    pub(super) problems: Vec<String>,
    /// Whether the import can start.
    pub(super) ready: bool,
    /// The preview is being made.
    pub(super) looking: bool,
}

impl ImportData {
    pub(super) fn new(plan: &ImportPlan, preview: Option<&Result<ImportPreview, String>>) -> Self {
        let rule = match plan.keys {
            ImportKeys::FromData => 0,
            ImportKeys::Field(_) | ImportKeys::Template(_) => 1,
            ImportKeys::RowNumber { .. } => 2,
        };
        let conflict = Conflict::ALL.iter().position(|one| *one == plan.conflict);
        let duplicates = DuplicateKeys::ALL
            .iter()
            .position(|one| *one == plan.duplicates());
        let mut data = Self {
            subtitle: "Reading the file…".to_owned(),
            rule,
            conflict: conflict.unwrap_or(0),
            duplicates: duplicates.unwrap_or(0),
            fields: Vec::new(),
            rows: Vec::new(),
            problems: Vec::new(),
            ready: false,
            looking: preview.is_none(),
        };
        match preview {
            None => {}
            Some(Err(problem)) => {
                data.subtitle = "The file cannot be imported".to_owned();
                data.problems = vec![problem.clone()];
            }
            Some(Ok(preview)) => {
                data.subtitle = format!(
                    "{} · {}",
                    wording::format(preview.format),
                    format::bytes(preview.bytes)
                );
                data.fields = preview.fields.iter().take(CHIPS_SHOWN).cloned().collect();
                data.rows = preview.rows.iter().take(ROWS_SHOWN).cloned().collect();
                data.problems.clone_from(&preview.problems);
                data.ready = preview.problems.is_empty();
            }
        }
        data
    }
}

pub(super) fn show(
    ctx: &Context,
    form: &mut ImportForm,
    plan: &ImportPlan,
    preview: Option<&Result<ImportPreview, String>>,
    commands: &mut Commands,
) {
    if form.seen.as_ref() != Some(&plan.keys) {
        form.seen = Some(plan.keys.clone());
        match &plan.keys {
            ImportKeys::Field(text) | ImportKeys::Template(text) => form.template.clone_from(text),
            ImportKeys::RowNumber { prefix } => form.prefix.clone_from(prefix),
            ImportKeys::FromData => {}
        }
    }
    let data = ImportData::new(plan, preview);
    let title = format!("Import {}", OpenStore::title_of(&plan.path));
    let buttons = [
        DialogButton::secondary("Cancel"),
        DialogButton::primary("Import").enabled(data.ready),
    ];
    let shown = DialogFrame::new(frame::id("import"), &title)
        .icon(icons::DOWNLOAD_SIMPLE)
        .subtitle(&data.subtitle)
        .width(620.0)
        .show(ctx, &buttons, |ui| {
            let mut changed = plan.clone();
            key_rule(ui, form, &data, &mut changed);
            ui.add_space(metrics::SPACE_12);
            rows(ui, &data);
            ui.add_space(metrics::SPACE_12);
            policies(ui, &data, &mut changed);
            for problem in data.problems.iter().take(3) {
                field::problem(ui, problem);
            }
            (changed != *plan).then_some(changed)
        });
    if let Some(changed) = shown.inner {
        commands.push(TransferCommand::ChangeImportPlan(changed));
    } else if shown.cancelled || shown.clicked == Some(0) {
        frame::close(commands);
    } else if shown.clicked == Some(1) {
        commands.push(TransferCommand::Import(plan.clone()));
    }
}

fn key_rule(ui: &mut Ui, form: &mut ImportForm, data: &ImportData, plan: &mut ImportPlan) {
    field::label(ui, "Keys");
    let picked = segmented(ui, "Where keys come from", &KEY_RULES, data.rule);
    match picked {
        Some(0) => plan.keys = ImportKeys::FromData,
        Some(1) => {
            if form.template.is_empty() {
                form.template = data.fields.first().cloned().unwrap_or_default();
            }
            plan.keys = meaning(&form.template);
        }
        Some(_) => {
            let prefix = form.prefix.clone();
            plan.keys = ImportKeys::RowNumber { prefix };
        }
        None => {}
    }
    ui.add_space(metrics::SPACE_4);
    match data.rule {
        0 => {
            let text = "An object of records by key, or elements with “key” and “value”.";
            field::explanation(ui, text);
        }
        1 => template(ui, form, data, plan),
        _ => prefix(ui, form, plan),
    }
}

fn template(ui: &mut Ui, form: &mut ImportForm, data: &ImportData, plan: &mut ImportPlan) {
    let shown = TextField::new(frame::field_id("template"), "Field or template")
        .hint("film:{year}:{title|slug}")
        .untitled()
        .mono()
        .show(ui, &mut form.template);
    let mut changed = shown.changed();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(metrics::SPACE_4, metrics::SPACE_4);
        for name in &data.fields {
            let used = form.template == *name || form.template.contains(&format!("{{{name}"));
            let chip = Chip::new(name, used).show(ui);
            if chip.response.clicked() {
                form.template = with_field(&form.template, name);
                changed = true;
            }
        }
    });
    let text = "A field, or text with fields in braces. {name|slug} means lower case and hyphens.";
    field::explanation(ui, text);
    if changed {
        plan.keys = meaning(&form.template);
    }
}

/// Adds a field to the template; a single field name becomes a template.
fn with_field(template: &str, name: &str) -> String {
    let template = template.trim();
    if template.is_empty() {
        name.to_owned()
    } else if template.contains('{') {
        format!("{template}:{{{name}}}")
    } else {
        format!("{{{template}}}:{{{name}}}")
    }
}

fn prefix(ui: &mut Ui, form: &mut ImportForm, plan: &mut ImportPlan) {
    let shown = TextField::new(frame::field_id("prefix"), "Keys start with")
        .hint("row:")
        .untitled()
        .mono()
        .show(ui, &mut form.prefix);
    field::explanation(
        ui,
        "Followed by the number of the record: row:0000001, row:0000002 …",
    );
    if shown.changed() {
        let prefix = form.prefix.clone();
        plan.keys = ImportKeys::RowNumber { prefix };
    }
}

fn rows(ui: &mut Ui, data: &ImportData) {
    let tokens = Tokens::of(ui);
    field::label(ui, "First records");
    let height = metrics::LIST_ROW * ROWS_SHOWN as f32;
    let (frame, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let fill = if tokens.dark {
        tokens.background
    } else {
        tokens.panel
    };
    let radius = egui::CornerRadius::same(metrics::RADIUS);
    let border = egui::Stroke::new(1.0, tokens.line);
    ui.painter()
        .rect(frame, radius, fill, border, egui::StrokeKind::Inside);
    if data.rows.is_empty() {
        let words = if data.looking {
            "Reading the file…"
        } else {
            "No records"
        };
        let text = RichText::new(words).color(tokens.faint);
        ui.put(frame, egui::Label::new(text));
        return;
    }
    for (index, row) in data.rows.iter().enumerate() {
        let top = frame.top() + index as f32 * metrics::LIST_ROW;
        let size = vec2(frame.width(), metrics::LIST_ROW);
        let rect = Rect::from_min_size(egui::pos2(frame.left(), top), size);
        preview_row(ui, index, row, rect);
    }
}

fn preview_row(ui: &Ui, index: usize, row: &PreviewRow, rect: Rect) {
    let tokens = Tokens::of(ui);
    let (key, color) = match &row.key {
        Ok(key) => (key.as_str(), tokens.text),
        Err(why) => (why.as_str(), tokens.danger),
    };
    let response = ui.interact(rect, Id::unique(("import row", index)), Sense::hover());
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Row);
        node.set_label(key);
        node.set_value(row.value.as_str());
    });
    let inside = rect.shrink2(vec2(metrics::SPACE_12, 0.0));
    let (left, right) = inside.split_left_right_at_fraction(0.42);
    let left = left.with_max_x(left.right() - metrics::SPACE_12);
    let text = type_scale::line(ui, key, type_scale::body(), color, left.width());
    paint::text_in(ui.painter(), left, Align::Min, text);
    let text = type_scale::line(
        ui,
        &row.value,
        type_scale::mono(),
        tokens.muted,
        right.width(),
    );
    paint::text_in(ui.painter(), right, Align::Min, text);
}

fn policies(ui: &mut Ui, data: &ImportData, plan: &mut ImportPlan) {
    field::label(ui, "Keys that already exist");
    let picked = segmented(ui, "Keys that already exist", &CONFLICTS, data.conflict);
    if let Some(policy) = picked.and_then(|index| Conflict::ALL.get(index)) {
        plan.conflict = *policy;
    }
    ui.add_space(metrics::SPACE_4);
    field::label(ui, "Duplicate keys in the data");
    let label = "Duplicate keys in the data";
    let picked = segmented(ui, label, &DUPLICATES, data.duplicates);
    if let Some(policy) = picked.and_then(|index| DuplicateKeys::ALL.get(index)) {
        plan.duplicates = Some(*policy);
    }
    let (conflict, duplicates) = (
        wording::conflict(plan.conflict),
        wording::duplicates(plan.duplicates()),
    );
    let words = format!("{conflict}. {duplicates}. The whole import can be undone in one step.");
    field::explanation(ui, &words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_on_a_field_extends_the_template() {
        assert_eq!(with_field("", "title"), "title");
        assert_eq!(with_field("year", "title"), "{year}:{title}");
        assert_eq!(with_field("film:{year}", "title"), "film:{year}:{title}");
    }

    #[test]
    fn an_import_starts_only_when_its_preview_has_no_problems() {
        let plan = ImportPlan::new("/tmp/films.json".into());
        assert!(ImportData::new(&plan, None).looking);
        let broken = Err("line 3, column 9: expected a value".to_owned());
        let data = ImportData::new(&plan, Some(&broken));
        assert!(!data.ready);
        assert_eq!(data.problems, ["line 3, column 9: expected a value"]);
        let mut preview = ImportPreview {
            bytes: 2_100_000,
            ..ImportPreview::default()
        };
        let data = ImportData::new(&plan, Some(&Ok(preview.clone())));
        assert_eq!(
            (data.ready, data.subtitle.as_str()),
            (true, "JSON · 2.1 MB")
        );
        preview
            .problems
            .push("two records have the key a".to_owned());
        assert!(!ImportData::new(&plan, Some(&Ok(preview))).ready);
    }
}
