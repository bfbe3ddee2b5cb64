//! The left column: what to begin with, and what was open before.

use std::path::{Path, PathBuf};

use egui::{
    Align, CornerRadius, Id, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2,
};
use jiff::tz::TimeZone;
use vstore::Millis;

use crate::action::{Action, shortcut_text};
use crate::command::{Command, Commands, FileCommand};
use crate::format;
use crate::state::{OpenStore, Page};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::AppView;

/// Width of the column.
pub(super) const WIDTH: f32 = 380.0;
const MARGIN: f32 = 28.0;
const ACTION: f32 = 38.0;
const RECENT: f32 = 52.0;

/// The actions of the start page, with the words they have there.
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
    /// Why there is none, or what else can be done.
    pub(super) hint: &'static str,
}

/// A file that was open before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecentRow {
    pub(super) path: PathBuf,
    pub(super) name: String,
    /// Folder and date.
    pub(super) second: String,
    /// It is the file of the page at the right.
    pub(super) selected: bool,
}

impl StartData {
    pub(super) fn new(view: AppView<'_>, zone: &TimeZone) -> Self {
        let current = match view.page {
            Page::Unlock(page) => Some(page.path.as_path()),
            _ => None,
        };
        let recent = view.prefs.recent.iter().map(|file| RecentRow {
            name: OpenStore::title_of(&file.path),
            second: second_line(&file.path, Millis(file.opened_at), view.now, zone),
            selected: current == Some(file.path.as_path()),
            path: file.path.clone(),
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

/// `Documents · today`.
fn second_line(path: &Path, opened: Millis, now: Millis, zone: &TimeZone) -> String {
    let when = day(opened, now, zone);
    match folder(path) {
        Some(folder) => format!("{folder} · {when}"),
        None => when,
    }
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
        format::moment(at, now, zone)
    }
}

/// Draws the column as high as the available space.
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
        if let Some(command) = action_row(ui, action, words, view) {
            commands.push(command);
        }
    }
    ui.add_space(metrics::SPACE_24);
    ui.horizontal(|ui| {
        ui.add_space(10.0);
        ui.label(type_scale::section_job("Recent", tokens.muted));
    });
    ui.add_space(metrics::SPACE_4);
    ScrollArea::vertical().id_salt("recent").show(ui, |ui| {
        for row in &data.recent {
            recent_row(ui, row, commands);
        }
        ui.horizontal_wrapped(|ui| {
            ui.add_space(10.0);
            let text = if data.recent.is_empty() {
                "Files you open appear here. "
            } else {
                ""
            };
            let text = format!("{text}{}", data.hint);
            ui.label(
                RichText::new(text)
                    .font(type_scale::small())
                    .color(tokens.faint),
            );
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

fn action_row(ui: &mut Ui, action: Action, words: &str, view: AppView<'_>) -> Option<Command> {
    let tokens = Tokens::of(ui);
    let command = action.resolve(&view);
    let enabled = command.is_some();
    let size = vec2(ui.available_width(), ACTION);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, words));
    surface(ui, rect, &response, false);
    let (icon, text) = if enabled {
        (tokens.accent, tokens.text)
    } else {
        (tokens.faint, tokens.faint)
    };
    let place = Rect::from_min_size(rect.min, vec2(38.0, ACTION));
    paint::icon(ui.painter(), place, action.icon(), 18.0, icon);
    let room = rect.with_min_x(rect.left() + 40.0).shrink2(vec2(0.0, 0.0));
    let galley = type_scale::line(ui, words, type_scale::body(), text, room.width());
    paint::text_in(ui.painter(), room, Align::Min, galley);
    if let Some(shortcut) = shortcut_text(ui.ctx(), action) {
        let room = rect.with_max_x(rect.right() - 10.0);
        let galley = type_scale::line(ui, &shortcut, type_scale::body(), tokens.faint, 120.0);
        paint::text_in(ui.painter(), room, Align::Max, galley);
    }
    command.filter(|_| response.on_hover_text(action.tooltip()).clicked())
}

fn recent_row(ui: &mut Ui, row: &RecentRow, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    let size = vec2(ui.available_width(), RECENT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::ListItem, ui.is_enabled(), row.selected, &row.name)
    });
    surface(ui, rect, &response, row.selected);
    let place = Rect::from_min_size(rect.min, vec2(40.0, RECENT));
    paint::icon(ui.painter(), place, icons::FILE_LOCK, 20.0, tokens.muted);
    let room = Rect::from_min_max(rect.min + vec2(42.0, 6.0), rect.max - vec2(40.0, 6.0));
    let (above, below) = room.split_top_bottom_at_fraction(0.5);
    let name = type_scale::line(ui, &row.name, type_scale::body(), tokens.text, room.width());
    paint::text_in(ui.painter(), above, Align::Min, name);
    let second = type_scale::line(
        ui,
        &row.second,
        type_scale::small(),
        tokens.muted,
        room.width(),
    );
    paint::text_in(ui.painter(), below, Align::Min, second);

    // The cross appears under the pointer, or when the keyboard is on the row or on the cross.
    let cross = Rect::from_center_size(
        egui::pos2(rect.right() - 20.0, rect.center().y),
        vec2(24.0, 24.0),
    );
    let id = response.id.with("forget");
    let forget = ui.interact(cross, id, Sense::click());
    let label = format!("Remove {} from this list", row.name);
    forget.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &label));
    if response.hovered() || forget.hovered() || response.has_focus() || forget.has_focus() {
        let lit = forget.hovered() || forget.has_focus();
        let color = if lit { tokens.text } else { tokens.faint };
        paint::icon(ui.painter(), cross, icons::X, 13.0, color);
    }
    if forget.on_hover_text(&label).clicked() {
        commands.push(FileCommand::ForgetRecent(row.path.clone()));
    } else if response.on_hover_text(row.path.to_string_lossy()).clicked() {
        commands.push(FileCommand::Open {
            path: row.path.clone(),
            read_only: false,
        });
    }
}

fn surface(ui: &Ui, rect: Rect, response: &egui::Response, selected: bool) {
    let tokens = Tokens::of(ui);
    let radius = CornerRadius::same(metrics::RADIUS);
    if selected {
        ui.painter()
            .rect_filled(rect, radius, tokens.accent_surface);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, tokens.hover);
    }
    if response.has_focus() {
        paint::focus_ring(ui.painter(), rect, metrics::RADIUS, tokens.accent);
    }
}

/// The identity of the page, for the widgets in it.
pub(super) fn id() -> Id {
    Id::unique("start page")
}
