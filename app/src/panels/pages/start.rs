//! The left column: what to start with, and the recent files.

use std::path::{Path, PathBuf};

use egui::{Frame, Id, Key, Margin, Modifiers, RichText, ScrollArea, Ui, vec2};
use jiff::tz::TimeZone;
use vstore::Millis;

use crate::action::{Action, shortcut_text};
use crate::command::{Command, Commands, FileCommand};
use crate::format;
use crate::state::{OpenStore, Page, RecentFacts, RecentFile};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::row_ends::Ends;
use crate::widgets::start_row::{FileRow, action_row, file_row};

/// Width of the column.
pub(super) const WIDTH: f32 = 380.0;
const MARGIN: f32 = 28.0;

/// The actions of the start page, with their labels there.
const ACTIONS: [(Action, &str); 4] = [
    (Action::NewDatabase, "New database…"),
    (Action::OpenFile, "Open…"),
    (Action::Import, "Import JSON or NDJSON…"),
    (Action::OpenSample, "Explore the sample database"),
];

/// What the column shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StartData {
    pub(super) recent: Vec<RecentRow>,
    /// Why there are no recent files, or what else can be done.
    pub(super) hint: &'static str,
}

/// A recently opened file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecentRow {
    pub(super) path: PathBuf,
    pub(super) name: String,
    /// Folder, size and date.
    pub(super) second: String,
    /// It no longer exists.
    pub(super) missing: bool,
    /// It is the file of the page at the right.
    pub(super) selected: bool,
}

impl StartData {
    pub(super) fn new(view: AppView<'_>, zone: &TimeZone) -> Self {
        let current = match view.page {
            Page::Unlock(page) => Some(page.path.as_path()),
            _ => None,
        };
        let recent = view.prefs.recent.iter().map(|file| {
            let facts = view.recent.and_then(|facts| facts.get(&file.path));
            RecentRow {
                name: OpenStore::title_of(&file.path),
                second: second_line(file, facts, view.now, zone),
                missing: facts == Some(&RecentFacts::Missing),
                selected: current == Some(file.path.as_path()),
                path: file.path.clone(),
            }
        });
        Self {
            recent: recent.collect(),
            hint: if cfg!(target_os = "linux") && std::env::var_os("WAYLAND_DISPLAY").is_some() {
                // Wayland windows get no dropped files (egui #1563).
                "Open a .vstore file, or import data."
            } else {
                "Or drop a file on this window: .vstore, .json or .ndjson."
            },
        }
    }
}

/// `Documents · 2.1 MB · saved today`; when it was last opened, until size and date are known.
fn second_line(
    file: &RecentFile,
    facts: Option<&RecentFacts>,
    now: Millis,
    zone: &TimeZone,
) -> String {
    let mut parts: Vec<_> = folder(&file.path).into_iter().collect();
    match facts {
        Some(RecentFacts::Missing) => parts.push("not found".to_owned()),
        Some(RecentFacts::Found { bytes, saved_at }) => {
            parts.push(format::bytes(*bytes));
            let saved = saved_at.map(|at| format!("saved {}", day(at, now, zone)));
            parts.extend(saved);
        }
        None => parts.push(day(Millis(file.opened_at), now, zone)),
    }
    parts.join(" · ")
}

/// The name of the folder a file is in.
pub(super) fn folder(path: &Path) -> Option<String> {
    let name = path.parent()?.file_name()?;
    Some(name.to_string_lossy().into_owned())
}

/// `today`, `yesterday`, or the date.
pub(super) fn day(at: Millis, now: Millis, zone: &TimeZone) -> String {
    const DAY_MILLIS: i64 = 86_400_000;
    let date = |at| format::date_time(at, zone);
    let day_of = |at: Millis| date(at).rsplit_once(' ').map(|(day, _)| day.to_owned());
    if day_of(at) == day_of(now) {
        "today".to_owned()
    } else if day_of(at.plus_millis(DAY_MILLIS)) == day_of(now) {
        "yesterday".to_owned()
    } else {
        format::timestamp(at, now, zone)
    }
}

pub(super) fn start_ui(ui: &mut Ui, data: &StartData, view: AppView<'_>, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    let room = ui.max_rect();
    ui.painter().rect_filled(room, 0.0, tokens.panel);
    ui.painter().vline(
        room.right() - 0.5,
        room.y_range(),
        egui::Stroke::new(1.0, tokens.line),
    );
    let inside = room.shrink2(vec2(MARGIN, 0.0));
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(inside));
    let ui = &mut ui;
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.add_space(48.0);
    brand(ui);
    ui.add_space(metrics::SPACE_24);
    for (action, words) in ACTIONS {
        if let Some(command) = show_action(ui, action, words, view) {
            commands.push(command);
        }
    }
    ui.add_space(metrics::SPACE_24);
    let ends = Ends::new(ui, "recent heading", metrics::BUTTON);
    ends.start(ui, |ui| {
        ui.add_space(10.0);
        ui.label(type_scale::section_job("Recent", tokens.muted));
    });
    ends.end(ui, |ui| {
        let clear = Button::link("Clear").hint("Clear the list of recent files");
        if !data.recent.is_empty() && clear.show(ui).clicked() {
            commands.push(FileCommand::ClearRecent);
        }
    });
    ui.add_space(metrics::SPACE_4);
    ScrollArea::vertical().id_salt("recent").show(ui, |ui| {
        for row in &data.recent {
            show_recent(ui, row, commands);
        }
        Frame::NONE
            .inner_margin(Margin::symmetric(10, 8))
            .show(ui, |ui| {
                let first = if data.recent.is_empty() {
                    "Files you open appear here. "
                } else {
                    ""
                };
                let text = RichText::new(format!("{first}{}", data.hint));
                ui.label(text.font(type_scale::small()).color(tokens.faint));
            });
    });
}

fn brand(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        let (_, place) = ui.allocate_space(vec2(30.0, 32.0));
        paint::icon(ui.painter(), place, icons::VAULT, 30.0, tokens.accent);
        ui.add_space(metrics::SPACE_4);
        ui.label(
            RichText::new("VStore")
                .font(type_scale::display())
                .color(tokens.text),
        );
    });
    ui.add_space(metrics::SPACE_8);
    ui.label(RichText::new("The encrypted database you can double-click.").color(tokens.muted));
}

fn show_action(ui: &mut Ui, action: Action, words: &str, view: AppView<'_>) -> Option<Command> {
    let command = action.resolve(&view);
    let shortcut = shortcut_text(ui.ctx(), action).unwrap_or_default();
    let row_id = id().with(action);
    let row = |ui: &mut Ui| action_row(ui, row_id, action.icon(), words, &shortcut);
    let shown = ui.add_enabled_ui(command.is_some(), row).inner;
    command.filter(|_| shown.on_hover_text(action.tooltip()).clicked())
}

fn show_recent(ui: &mut Ui, row: &RecentRow, commands: &mut Commands) {
    let file = FileRow {
        name: &row.name,
        detail: &row.second,
        selected: row.selected,
        missing: row.missing,
    };
    let shown = file_row(ui, id().with(&row.path), &file);
    let delete = |input: &mut egui::InputState| input.consume_key(Modifiers::NONE, Key::Delete);
    let removed = shown.removed || (shown.response.has_focus() && ui.input_mut(delete));
    let path = row.path.clone();
    if removed {
        commands.push(FileCommand::ForgetRecent(path));
    } else if shown
        .response
        .on_hover_text(path.to_string_lossy())
        .clicked()
    {
        let read_only = false;
        commands.push(FileCommand::Open { path, read_only });
    }
}

/// The identity of the page, for the widgets in it.
pub(super) fn id() -> Id {
    Id::unique("start page")
}
