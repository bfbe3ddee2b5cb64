//! When a record expires, and buttons for the usual choices.

use std::time::Duration;

use egui::{Align, Rect, Role, Sense, Ui, vec2};
use jiff::tz::TimeZone;
use vstore::Millis;

use crate::format;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::widgets::button::{Button, IconButton};
use crate::widgets::row_ends::Ends;

/// Two lines of text.
const HEIGHT: f32 = 36.0;
/// In a narrower bar the usual choices give their room to the time: [`ExpiryChoice::Custom`] has
/// them too.
const PRESETS_FROM_WIDTH: f32 = 342.0;
const HOUR: i64 = 3_600_000;
const PRESETS: [(&str, &str, i64); 3] = [
    ("1 h", "Expire in 1 hour", HOUR),
    ("1 d", "Expire in 1 day", 24 * HOUR),
    ("1 w", "Expire in 1 week", 7 * 24 * HOUR),
];

/// What the bar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExpiryData {
    /// `never`, or `in 4 m 12 s`.
    pub(super) text: String,
    /// The same as a date and time: `21 Nov 2026 15:31`.
    pub(super) when: Option<String>,
    /// Whether it can be set to never expire.
    pub(super) expires: bool,
    /// Less than a minute is left.
    pub(super) soon: bool,
    /// When the text will change.
    pub(super) changes_in: Option<Duration>,
}

/// What the user chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpiryChoice {
    /// This time, or never.
    At(Option<Millis>),
    /// Ask for a time.
    Custom,
}

impl ExpiryData {
    pub(super) fn new(expires_at: Option<Millis>, now: Millis, zone: &TimeZone) -> Self {
        let Some(at) = expires_at else {
            return Self {
                text: "never".to_owned(),
                when: None,
                expires: false,
                soon: false,
                changes_in: None,
            };
        };
        let left = at.since(now);
        Self {
            text: format!("in {}", format::remaining(left)),
            when: Some(format::date_time(at, zone)),
            expires: true,
            soon: left < 60_000,
            changes_in: format::next_countdown_tick(left, now),
        }
    }
}

/// Draws the bar; `locked` is the reason why nothing can be chosen. Requests a repaint for when the
/// text changes.
pub(super) fn expiry_ui(
    ui: &mut Ui,
    data: &ExpiryData,
    now: Millis,
    locked: Option<&str>,
) -> Option<ExpiryChoice> {
    if let Some(wait) = data.changes_in {
        ui.ctx().request_repaint_after(wait);
    }
    let mut choice = None;
    let presets: &[_] = if data.expires && ui.available_width() < PRESETS_FROM_WIDTH {
        &[]
    } else {
        &PRESETS
    };
    let ends = Ends::new(ui, "expiry", HEIGHT);
    ends.start(ui, |ui| words(ui, data));
    ends.end(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let buttons = |ui: &mut Ui| buttons(ui, data, presets, now);
        let shown = ui.add_enabled_ui(locked.is_none(), buttons);
        choice = shown.inner;
        if let Some(reason) = locked {
            shown.response.on_hover_text(reason);
        }
    });
    choice
}

/// The icon, the remaining time and, below it, the date.
fn words(ui: &Ui, data: &ExpiryData) {
    let tokens = Tokens::of(ui);
    let room = ui.available_rect_before_wrap();
    let color = if data.soon {
        tokens.warning
    } else {
        tokens.muted
    };
    let icon = Rect::from_min_size(room.min, vec2(18.0, room.height()));
    paint::icon(ui.painter(), icon, icons::TIMER, 17.0, color);
    let mut place = room.with_min_x(room.left() + 26.0);
    if let Some(when) = &data.when {
        let (above, below) = place.split_top_bottom_at_fraction(0.5);
        let text = type_scale::line(ui, when, type_scale::small(), tokens.faint, place.width());
        paint::text_in(ui.painter(), below, Align::Min, text);
        place = above;
    }
    let text = type_scale::tabular(ui, &data.text, type_scale::body(), color);
    let font = type_scale::body();
    let word = type_scale::line(ui, "Expires", font, tokens.text, place.width());
    // Without room for both, the icon stands for the word.
    let gap = metrics::SPACE_4;
    if word.size().x + gap + text.size().x <= place.width() {
        let word = paint::text_in(ui.painter(), place, Align::Min, word);
        place = place.with_min_x(word.right() + gap);
    }
    let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
    paint::text_in(&painter, place, Align::Min, text);
    let when = data.when.as_deref().unwrap_or_default();
    let label = format!("Expires {} {when}", data.text);
    let response = ui.interact(room, ui.scope_id().with("expires"), Sense::hover());
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Label);
        node.set_value(label.trim());
    });
}

/// Never, the usual choices, custom.
fn buttons(
    ui: &mut Ui,
    data: &ExpiryData,
    presets: &[(&str, &str, i64)],
    now: Millis,
) -> Option<ExpiryChoice> {
    let mut choice = None;
    let never = |ui: &mut Ui| IconButton::new(icons::X, "Never expire").show(ui).clicked();
    if data.expires && never(ui) {
        choice = Some(ExpiryChoice::At(None));
    }
    for (label, hint, millis) in presets {
        if Button::secondary(label).hint(hint).show(ui).clicked() {
            choice = Some(ExpiryChoice::At(Some(now.plus_millis(*millis))));
        }
    }
    let custom = IconButton::new(icons::CALENDAR_BLANK, "Choose when it expires…");
    if custom.framed().show(ui).clicked() {
        choice = Some(ExpiryChoice::Custom);
    }
    choice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_shows_the_remaining_time_and_the_date() {
        let now = Millis(1_000_000_000_000);
        let zone = TimeZone::UTC;
        assert_eq!(ExpiryData::new(None, now, &zone).text, "never");
        let data = ExpiryData::new(Some(now.plus_millis(252_000)), now, &zone);
        assert_eq!(data.text, "in 4 m 12 s");
        assert_eq!(data.when.as_deref(), Some("9 Sep 2001 01:50"));
        assert_eq!(
            (data.soon, data.changes_in),
            (false, Some(Duration::from_millis(1030)))
        );
        assert!(ExpiryData::new(Some(now.plus_millis(59_000)), now, &zone).soon);
    }
}
