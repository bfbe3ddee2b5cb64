//! The progress of opening or writing a file, as text and a bar.

use egui::{Id, RichText, Ui};

use crate::state::BusyPhase;
use crate::theme::Tokens;
use crate::widgets::progress::progress;

/// The text for a phase, for example `Reading 40 %`.
pub(super) fn busy_text(phase: BusyPhase) -> String {
    match phase.fraction() {
        None => phase.text().to_owned(),
        Some(part) => {
            let words = phase.text().trim_end_matches('…');
            format!("{words} {:.0} %", (part * 100.0).clamp(0.0, 100.0))
        }
    }
}

/// Draws the text and the bar for a phase.
pub(crate) fn busy_line(ui: &mut Ui, id: Id, phase: BusyPhase) {
    let tokens = Tokens::of(ui);
    let text = busy_text(phase);
    ui.label(RichText::new(&text).color(tokens.muted));
    progress(ui, id, &text, phase.fraction());
}

#[cfg(test)]
mod tests {
    use super::busy_text;
    use crate::state::BusyPhase;

    #[test]
    fn progress_is_shown_as_text_with_a_percentage_if_known() {
        assert_eq!(busy_text(BusyPhase::DerivingKey), "Deriving key…");
        assert_eq!(busy_text(BusyPhase::Reading(0.4)), "Reading 40 %");
        assert_eq!(busy_text(BusyPhase::Writing(7.0)), "Writing 100 %");
    }
}
