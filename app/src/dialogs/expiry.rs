//! Sets the expiry of records: after a duration, or at a date and time.

use egui::Context;
use jiff::tz::TimeZone;
use vstore::Millis;

use super::frame;
use crate::command::{Commands, RecordCommand};
use crate::format;
use crate::state::Scope;
use crate::theme::{icons, metrics};
use crate::typed_time::{parse_duration, parse_timestamp};
use crate::view::AppView;
use crate::widgets::field::{self, TextField};
use crate::widgets::modal::{DialogButton, DialogFrame};
use crate::widgets::segmented::segmented;

/// The contents of the form.
#[derive(Debug, Default)]
pub(super) struct ExpiryForm {
    /// A date and time instead of a duration.
    at: bool,
    duration: String,
    timestamp: String,
    started: bool,
}

/// What the typed text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing has been typed yet.
    Nothing,
    /// The text was not understood; says what would be accepted.
    Unclear(&'static str),
    /// A timestamp in the past: the records are deleted at once.
    Past,
    /// The timestamp, and its text for the dialog.
    Future(Millis, String),
}

impl ExpiryForm {
    pub(super) fn meaning(&self, now: Millis, zone: &TimeZone) -> Meaning {
        let text = if self.at {
            &self.timestamp
        } else {
            &self.duration
        };
        if text.trim().is_empty() {
            return Meaning::Nothing;
        }
        let timestamp = if self.at {
            parse_timestamp(text, zone)
        } else {
            parse_duration(text)
                .ok()
                .map(|millis| now.plus_millis(millis))
        };
        match timestamp {
            None if self.at => Meaning::Unclear("Enter a date and time, such as 2026-11-21 15:30."),
            None => Meaning::Unclear("Enter a number and a unit: 90s, 5m, 2h, 7d, 1d 12h."),
            Some(at) if at <= now => Meaning::Past,
            Some(at) => {
                let left = format::remaining(at.since(now));
                let date = format::date_time(at, zone);
                Meaning::Future(at, format!("Expires in {left} ({date})"))
            }
        }
    }

    fn fields(&mut self, ui: &mut egui::Ui, meaning: &Meaning, deletes: bool) {
        let starts = !std::mem::replace(&mut self.started, true);
        let kinds = ["After a duration", "At a date"];
        let chosen = segmented(ui, "Kind of expiry", &kinds, usize::from(self.at));
        if let Some(chosen) = chosen {
            self.at = chosen == 1;
        }
        ui.add_space(metrics::SPACE_8);
        let error = match meaning {
            Meaning::Unclear(why) => Some(*why),
            _ => None,
        };
        let (label, hint, text) = if self.at {
            ("Date and time", "2026-11-21 15:30", &mut self.timestamp)
        } else {
            ("Time to live", "90s, 5m, 2h, 7d", &mut self.duration)
        };
        let field = TextField::new(frame::field_id("expiry"), label).hint(hint);
        let response = field.error(error).show(ui, text);
        if starts || chosen.is_some() {
            response.request_focus();
        }
        match meaning {
            Meaning::Past => {
                let words = if deletes {
                    "This time has passed: the records would be deleted immediately."
                } else {
                    "This time has passed. Choose a time in the future."
                };
                field::caution(ui, words);
            }
            Meaning::Future(_, words) => {
                field::explanation(ui, words);
            }
            Meaning::Nothing | Meaning::Unclear(_) => {}
        }
    }
}

/// Shows the dialog for the records in `scope`, or without a scope for the record being added.
pub(super) fn show(
    ctx: &Context,
    form: &mut ExpiryForm,
    scope: Option<&Scope>,
    view: AppView<'_>,
    commands: &mut Commands,
) {
    let meaning = form.meaning(view.now, &TimeZone::system());
    let subtitle = scope.map_or_else(
        || "New record".to_owned(),
        |scope| {
            let count = view.store().map_or(0, |store| store.store.count(scope));
            format::counted(count as u64, "record")
        },
    );
    let set = DialogButton::primary("Set expiry");
    let go_on = match meaning {
        // A record that is still being added cannot be deleted: its expiry must be in the future.
        Meaning::Past if scope.is_some() => DialogButton::danger("Delete now"),
        Meaning::Future(..) => set,
        _ => set.enabled(false),
    };
    let buttons = [
        DialogButton::secondary("Never expire"),
        DialogButton::secondary("Cancel"),
        go_on,
    ];
    let shown = DialogFrame::new(frame::id("expiry"), "Set expiry")
        .icon(icons::TIMER)
        .subtitle(&subtitle)
        .show(ctx, &buttons, |ui| {
            form.fields(ui, &meaning, scope.is_some());
        });
    let set = |expires_at| match scope {
        Some(scope) => RecordCommand::SetExpiry {
            scope: scope.clone(),
            expires_at,
        },
        None => RecordCommand::SetDraftExpiry(expires_at),
    };
    match (shown.clicked, meaning, scope) {
        (Some(0), ..) => frame::answer(commands, set(None)),
        (Some(2), Meaning::Past, Some(scope)) => {
            frame::answer(commands, RecordCommand::Delete(scope.clone()));
        }
        (Some(2), Meaning::Future(at, _), _) => frame::answer(commands, set(Some(at))),
        (Some(1), ..) => frame::close(commands),
        _ if shown.cancelled => frame::close(commands),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_and_future_times_and_nonsense_are_distinguished() {
        let zone = TimeZone::UTC;
        let now = Millis(1_000_000);
        let mut form = ExpiryForm::default();
        assert_eq!(form.meaning(now, &zone), Meaning::Nothing);
        for nonsense in ["5", "0s", "soon"] {
            form.duration = nonsense.to_owned();
            assert!(matches!(form.meaning(now, &zone), Meaning::Unclear(_)));
        }
        form.duration = "5m".to_owned();
        let words = "Expires in 5 m 00 s (1 Jan 1970 00:21)".to_owned();
        assert_eq!(
            form.meaning(now, &zone),
            Meaning::Future(Millis(1_300_000), words)
        );
        form.at = true;
        form.timestamp = "1969-01-01".to_owned();
        assert_eq!(form.meaning(now, &zone), Meaning::Past);
    }
}
