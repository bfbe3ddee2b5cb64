//! The records that expire next, soonest first, with buttons to extend or keep them.

use std::time::Duration;

use egui::{Id, Ui};
use vstore::{Key, Millis};

use super::list;
use crate::command::{Commands, RecordCommand, SelectionCommand};
use crate::format;
use crate::state::Scope;
use crate::theme::{metrics, type_scale};
use crate::view::StoreView;
use crate::widgets::button::Button;
use crate::widgets::countdown::ring;
use crate::widgets::row_ends::Ends;

/// The number of records listed.
const LISTED: usize = 100;
/// How much “+1 hour” adds, in milliseconds.
const EXTENSION: i64 = 60 * 60 * 1000;
/// Width reserved for the buttons of a row.
const BUTTONS: f32 = 220.0;

/// A record that expires soon.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ExpiringRow {
    pub(super) key: Key,
    expires_at: Millis,
    /// `4 m 12 s`.
    text: String,
    left_millis: i64,
    /// The remaining part of its life, from 1 to 0.
    left: f32,
}

/// The records that expire next.
pub(super) fn rows(view: &StoreView<'_>) -> Vec<ExpiringRow> {
    let now = view.app.now;
    let next = view.snapshot().expiring(LISTED).into_iter();
    let rows = next.map(|(expires_at, key)| {
        let left_millis = expires_at.since(now).max(0);
        let record = view.snapshot().get(key.as_str());
        let whole = record
            .map_or(1, |record| expires_at.since(record.meta.modified_at))
            .max(1);
        ExpiringRow {
            text: format::remaining(left_millis),
            left: (left_millis as f64 / whole as f64).clamp(0.0, 1.0) as f32,
            left_millis,
            expires_at,
            key,
        }
    });
    rows.collect()
}

pub(super) fn show(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let rows = rows(&view);
    if rows.is_empty() {
        list::empty(
            ui,
            "No records expire. “Set expiry…” limits how long a record is kept.",
        );
        return;
    }
    let mut next_tick: Option<Duration> = None;
    list::rows(ui, "expiring", rows.len(), |ui, index| {
        if let Some(row) = rows.get(index) {
            show_row(ui, row, view, commands);
            let tick = format::next_countdown_tick(row.left_millis, view.app.now);
            next_tick = next_tick.into_iter().chain(tick).min();
        }
    });
    if let Some(wait) = next_tick {
        ui.ctx().request_repaint_after(wait);
    }
}

fn show_row(ui: &mut Ui, row: &ExpiringRow, view: StoreView<'_>, commands: &mut Commands) {
    let id = Id::unique("expiring").with(row.key.as_str());
    let label = format!("{} expires in {}", row.key, row.text);
    let (response, painter) = list::row(ui, id, &label, true);
    let tokens = painter.tokens();
    let place = painter.place(12.0, 30.0);
    ring(painter.ui(), place.center(), row.left);
    let color = if row.left_millis < 60_000 {
        tokens.warning
    } else {
        tokens.text
    };
    painter.tabular(
        painter.place(36.0, 130.0),
        &row.text,
        type_scale::body(),
        color,
    );
    let wide = response.rect.width();
    let key = painter.place(140.0, (wide - BUTTONS).max(200.0));
    painter.name(key, row.key.as_str(), tokens.text);
    if response.clicked() {
        commands.push(SelectionCommand::Key(row.key.clone()));
    }
    if view.store.read_only {
        return;
    }
    let room = response.rect.shrink2(egui::vec2(metrics::SPACE_12, 0.0));
    let scope = || Scope::Keys([row.key.clone()].into());
    let mut set = |expires_at| {
        let scope = scope();
        commands.push(RecordCommand::SetExpiry { scope, expires_at });
    };
    Ends::within(ui, row.key.as_str(), room).end(ui, |ui| {
        let extend = Button::link("+1 hour").hint("Extend the expiry by one hour");
        if extend.show(ui).clicked() {
            set(Some(row.expires_at.plus_millis(EXTENSION)));
        }
        ui.add_space(metrics::SPACE_8);
        let keep = Button::link("Keep forever").hint("Remove the expiry");
        if keep.show(ui).clicked() {
            set(None);
        }
    });
}
