//! The status bar: the number of records, whether they are saved, and when the file locks.

use egui::{Align, Color32, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use crate::command::{Commands, RecordCommand};
use crate::format;
use crate::state::{OpenStore, SaveState};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::StoreView;

const ICON: f32 = 14.0;
const ICON_GAP: f32 = 5.0;
const GAP: f32 = 18.0;
/// Fewer records are loaded so quickly that showing progress is pointless.
const SHOWN_FROM: u64 = 20_000;

/// The tone of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Quiet,
    Good,
    Warning,
    Danger,
}

/// A short text with an icon.
#[derive(Clone, Debug)]
struct Item {
    icon: Option<&'static str>,
    text: String,
    /// The tooltip; empty for none.
    tooltip: String,
    tone: Tone,
    /// The command of a click.
    command: Option<RecordCommand>,
}

/// What the status bar shows.
#[derive(Clone, Debug)]
struct StatusData {
    /// From the left edge.
    left: Vec<Item>,
    /// From the right edge, in reading order.
    right: Vec<Item>,
}

impl Item {
    fn new(text: impl Into<String>) -> Self {
        Self {
            icon: None,
            text: text.into(),
            tooltip: String::new(),
            tone: Tone::Quiet,
            command: None,
        }
    }

    fn on_click(mut self, command: RecordCommand) -> Self {
        self.command = Some(command);
        self
    }

    fn icon(mut self, icon: &'static str, tone: Tone) -> Self {
        self.icon = Some(icon);
        self.tone = tone;
        self
    }

    fn tooltip(mut self, tooltip: impl Into<String>) -> Self {
        self.tooltip = tooltip.into();
        self
    }
}

impl StatusData {
    fn new(view: &StoreView<'_>) -> Self {
        let store = view.store;
        let records = view.snapshot().len() as u64;
        let mut left = vec![Item::new(format::counted(records, "record"))];
        if store.search.is_active() {
            let shown = format::count(view.row_count() as u64);
            left.push(Item::new(format!("{shown} shown")));
        }
        let selected = view.selected_count() as u64;
        if selected > 0 {
            left.push(Item::new(format!("{} selected", format::count(selected))));
        }

        let mut right = Vec::new();
        if let Some(loading) = &store.loading {
            let percent = (loading.fraction * 100.0).floor();
            let item = Item::new(format!("Reading {percent} %"))
                .icon(icons::ARROWS_CLOCKWISE, Tone::Quiet);
            right.push(item.tooltip(
                "Searches and counts cover what has been read so far; editing is possible at the end",
            ));
        } else if let Some(reason) = view.read_only_reason() {
            let item = Item::new("Read-only").icon(icons::EYE, Tone::Warning);
            right.push(item.tooltip(format!("{reason}. “Save as…” makes a copy to edit")));
        }
        right.extend(indexing(store));
        right.push(if store.changed_elsewhere {
            Item::new("Changed elsewhere")
                .icon(icons::WARNING_CIRCLE, Tone::Warning)
                .tooltip("Another program changed or replaced the file")
        } else {
            saving(store)
        });
        if store.path.is_some() {
            let item = Item::new("AES-256").icon(icons::SHIELD_CHECK, Tone::Quiet);
            right.push(item.tooltip("The file is encrypted with XAES-256-GCM"));
        }
        let locks_in = view.app.locks_in.filter(|_| store.path.is_some());
        right.extend(locks_in.map(|time| {
            let item = Item::new(format!("Locks in {}", lock_countdown(time)));
            item.tooltip("The database locks after inactivity; any input restarts the countdown")
        }));
        Self { left, right }
    }
}

/// The progress of indexing, while enough is left to slow down searches.
fn indexing(store: &OpenStore) -> Option<Item> {
    let indexing = store.indexing.filter(|_| store.loading.is_none())?;
    if indexing.total.saturating_sub(indexing.indexed) < SHOWN_FROM {
        return None;
    }
    let percent = indexing.indexed * 100 / indexing.total.max(1);
    let item = Item::new(format!("Indexing {percent} %"));
    let item = item.icon(icons::ARROWS_CLOCKWISE, Tone::Quiet);
    Some(item.tooltip(
        "Searches are complete but slower: records that are not indexed yet are read one by one",
    ))
}

/// Whole minutes, and seconds in the last one: an idle window need not be redrawn every second.
fn lock_countdown(time: std::time::Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    if seconds > 60 {
        format!("{} min", seconds.div_ceil(60))
    } else {
        format::minutes_seconds(std::time::Duration::from_secs(seconds))
    }
}

/// Whether all changes are in the file. The most serious state wins.
fn saving(store: &OpenStore) -> Item {
    if let (SaveState::Saved { .. } | SaveState::InMemory { .. }, Some(draft)) =
        (&store.save, store.unsaved_draft())
    {
        let what = if draft.key.is_empty() {
            "A new record".to_owned()
        } else {
            format!("“{}”", draft.key)
        };
        return Item::new("1 unsaved edit")
            .icon(icons::PENCIL_SIMPLE, Tone::Warning)
            .tooltip(format!("{what} is being edited. Click to go there"))
            .on_click(RecordCommand::ShowDraft);
    }
    match &store.save {
        SaveState::InMemory { changed } => {
            let tone = if *changed { Tone::Warning } else { Tone::Quiet };
            Item::new("In memory only")
                .icon(icons::WARNING_CIRCLE, tone)
                .tooltip("“Save as…” stores it in an encrypted file")
        }
        SaveState::Saved { .. } => Item::new("All changes saved")
            .icon(icons::CHECK_CIRCLE, Tone::Good)
            .tooltip("Every change is in the file"),
        SaveState::Saving { pending } => Item::new("Saving…")
            .icon(icons::FLOPPY_DISK, Tone::Quiet)
            .tooltip(format!(
                "{} being written to the file",
                format::counted(*pending as u64, "change")
            )),
        SaveState::Failed { problem } => {
            let waiting = store.unsaved.waiting + usize::from(store.unsaved_draft().is_some());
            let what = match waiting {
                0 => "Not saved".to_owned(),
                count => format!("Not saved: {}", format::counted(count as u64, "change")),
            };
            let mut lines = vec![problem.text()];
            lines.extend(store.unsaved.labels.iter().cloned());
            let item = Item::new(what).icon(icons::WARNING_CIRCLE, Tone::Danger);
            let item = item.tooltip(lines.join("\n"));
            match store.unsaved_draft() {
                Some(_) => item.on_click(RecordCommand::ShowDraft),
                None => item,
            }
        }
    }
}

pub(super) fn status_bar(ui: &Ui, view: StoreView<'_>, commands: &mut Commands) {
    let data = StatusData::new(&view);
    let tokens = Tokens::of(ui);
    let bar = ui.max_rect();
    ui.painter().rect_filled(bar, 0.0, tokens.panel);
    paint::line_above(ui.painter(), bar, tokens.line);
    let mut right = bar.right() - metrics::SPACE_12;
    for (index, item) in data.right.iter().enumerate().rev() {
        let room = Rect::from_min_max(bar.left_top(), pos2(right, bar.bottom()));
        let placed = show(ui, room, Align::Max, item, ("right", index), commands);
        right = placed.left() - GAP;
    }
    let mut left = bar.left() + metrics::SPACE_12;
    for (index, item) in data.left.iter().enumerate() {
        let room = Rect::from_min_max(pos2(left, bar.top()), pos2(right, bar.bottom()));
        let placed = show(ui, room, Align::Min, item, ("left", index), commands);
        left = placed.right() + GAP;
    }
}

/// Paints an item at one end of `room`; returns its rectangle.
fn show(
    ui: &Ui,
    room: Rect,
    align: Align,
    item: &Item,
    id: (&'static str, usize),
    commands: &mut Commands,
) -> Rect {
    let tokens = Tokens::of(ui);
    let (icon_color, text_color) = match item.tone {
        Tone::Quiet => (tokens.muted, tokens.muted),
        Tone::Good => (tokens.ok, tokens.muted),
        Tone::Warning => (tokens.warning, tokens.text),
        Tone::Danger => (tokens.danger, tokens.danger),
    };
    let icon_room = item.icon.map_or(0.0, |_| ICON + ICON_GAP);
    let galley = line(ui, &item.text, text_color, room.width() * 0.7);
    let width = galley.size().x + icon_room;
    let left = match align {
        Align::Max => room.right() - width,
        _ => room.left(),
    };
    let place = Rect::from_min_max(pos2(left, room.top()), pos2(left + width, room.bottom()));
    let (sense, role) = match item.command {
        Some(_) => (Sense::click(), Role::Button),
        None => (Sense::hover(), Role::Label),
    };
    let response = ui.interact(place, ui.scope_id().with(id), sense);
    response.widget_info(|| WidgetInfo::labeled(role, true, &item.text));
    if let Some(command) = item.command.clone() {
        if response.hovered() {
            ui.set_cursor_icon(egui::CursorIcon::PointingHand);
        }
        if response.has_focus() {
            let ring = egui::Stroke::new(1.0, tokens.accent);
            let around = place.shrink2(egui::vec2(-4.0, 3.0));
            ui.painter()
                .rect_stroke(around, metrics::SPACE_4, ring, egui::StrokeKind::Inside);
        }
        if response.clicked() {
            commands.push(command);
        }
    }
    if let Some(glyph) = item.icon {
        let icon = place.with_max_x(left + ICON);
        paint::icon(ui.painter(), icon, glyph, ICON, icon_color);
    }
    paint::text_in(
        ui.painter(),
        place.with_min_x(left + icon_room),
        Align::Min,
        galley,
    );
    if !item.tooltip.is_empty() {
        response.on_hover_text(&item.tooltip);
    }
    place
}

/// One line with tabular digits; long texts are cut off.
fn line(ui: &Ui, text: &str, color: Color32, room: f32) -> std::sync::Arc<egui::Galley> {
    let galley = type_scale::number(ui, text, type_scale::small(), color);
    if galley.size().x <= room {
        return galley;
    }
    type_scale::line(ui, text, type_scale::small(), color, room)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use vstore::{Indexing, Millis};

    use super::*;
    use crate::panels::testing::{films, key, store_of};
    use crate::state::{Problem, State};
    use crate::view::AppView;

    fn texts(state: &State) -> (Vec<String>, Vec<String>) {
        let view = AppView::of(state, Millis(0)).store().unwrap();
        let data = StatusData::new(&view);
        let texts = |items: Vec<Item>| items.into_iter().map(|item| item.text).collect();
        (texts(data.left), texts(data.right))
    }

    #[test]
    fn a_database_in_memory_says_so_and_does_not_mention_encryption() {
        let (left, right) = texts(&films());
        assert_eq!(left, ["4 records"]);
        assert_eq!(right, ["In memory only"]);
    }

    #[test]
    fn a_file_shows_that_it_is_saved_encrypted_and_when_it_locks() {
        let mut state = films();
        state.locks_in = Some(Duration::from_millis(299_400));
        let store = store_of(&mut state);
        store.path = Some("films.vstore".into());
        store.read_only = true;
        store.save = SaveState::Saved { at: Millis(0) };
        store.search.text = "x".to_owned();
        store.selection.keys = ["a", "b", "c", "d"].map(key).into();
        let (left, right) = texts(&state);
        assert_eq!(left, ["4 records", "4 shown", "4 selected"]);
        assert_eq!(
            right,
            [
                "Read-only",
                "All changes saved",
                "AES-256",
                "Locks in 5 min"
            ]
        );
    }

    #[test]
    fn indexing_is_shown_while_it_slows_down_searches() {
        let mut state = films();
        let right = |state: &mut State, indexed: u64| {
            store_of(state).indexing = Some(Indexing {
                indexed,
                total: 100_000,
            });
            texts(state).1
        };
        assert_eq!(
            right(&mut state, 43_210),
            ["Indexing 43 %", "In memory only"]
        );
        assert_eq!(right(&mut state, 99_000), ["In memory only"]);
    }

    #[test]
    fn a_failure_to_save_is_prominent_and_says_why() {
        let mut state = films();
        let store = store_of(&mut state);
        store.save = SaveState::Failed {
            problem: Problem::NotWritten("the disk is gone".to_owned()),
        };
        let item = saving(store);
        assert_eq!((item.text.as_str(), item.tone), ("Not saved", Tone::Danger));
        assert!(item.tooltip.contains("the disk is gone"));
        store.unsaved.waiting = 2;
        store.unsaved.labels = vec!["Put a".to_owned(), "Delete b".to_owned()];
        let item = saving(store);
        assert_eq!(item.text, "Not saved: 2 changes");
        assert!(item.tooltip.ends_with("Put a\nDelete b"));
        store.save = SaveState::Saving { pending: 2 };
        assert_eq!(saving(store).text, "Saving…");
        store.save = SaveState::InMemory { changed: true };
        assert_eq!(saving(store).tone, Tone::Warning);
    }

    #[test]
    fn the_lock_counts_minutes_and_then_seconds() {
        let texts = [300_000, 61_000, 60_000, 9_100].map(|millis| {
            let left = Duration::from_millis(millis);
            lock_countdown(left)
        });
        assert_eq!(texts, ["5 min", "2 min", "1:00", "0:10"]);
    }
}
