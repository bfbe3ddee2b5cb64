//! What opening or writing a file is doing, in words and as a bar.

use egui::{Id, RichText, Ui};

use crate::state::BusyPhase;
use crate::theme::Tokens;
use crate::widgets::progress::progress;

/// The words to what opening or writing a file is doing, as `Reading 40 %`.
pub(super) fn busy_text(phase: BusyPhase) -> String {
    match phase.fraction() {
        None => phase.text().to_owned(),
        Some(part) => {
            let words = phase.text().trim_end_matches('…');
            format!("{words} {:.0} %", (part * 100.0).clamp(0.0, 100.0))
        }
    }
}

/// The words and the bar to what opening or writing a file is doing.
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
    fn progress_is_shown_in_words_and_in_percent_where_known() {
        assert_eq!(busy_text(BusyPhase::DerivingKey), "Deriving key…");
        assert_eq!(busy_text(BusyPhase::Reading(0.4)), "Reading 40 %");
        assert_eq!(busy_text(BusyPhase::Writing(7.0)), "Writing 100 %");
    }
}
