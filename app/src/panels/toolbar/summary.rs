//! The summary of a search in the toolbar: counts by level and the time taken, at a fixed width.

use egui::{Align, Role, Sense, Ui, WidgetInfo, vec2};
use vstore::search::Mode;

use crate::format;
use crate::state::{Search, SearchAnswer};
use crate::theme::{Tokens, metrics, paint, type_scale};

/// The width for the result of a search. It is fixed, so that nothing moves when a result arrives.
const SUMMARY_WIDTH: f32 = 214.0;
/// A search that takes less than this is not announced, in seconds.
const PATIENCE_SECS: f64 = 0.1;

/// The summary of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Summary {
    /// There is no search.
    Nothing,
    /// The first answer has not arrived yet: `searching…`.
    Working(&'static str),
    /// The counts by level and the time; the first part is emphasised.
    Found(String, String),
}

/// What else there is to know about a result, for the tooltip; empty for nothing.
pub(super) fn caveat(search: &Search, so_far: bool) -> &'static str {
    match current_answer(search) {
        Some(_) if so_far => {
            "Only what has been read so far was searched; the result updates by itself"
        }
        Some(answer) if answer.partial => "The search is still running",
        Some(answer) if !answer.indexed => {
            "The result is complete; records that are not indexed yet were read one by one"
        }
        _ => "",
    }
}

/// The answer that is shown, if something is searched.
pub(super) fn current_answer(search: &Search) -> Option<&SearchAnswer> {
    search.answer.as_deref().filter(|_| search.is_active())
}

/// The summary of a search. `so_far`: the file is still being read.
pub(super) fn summary(search: &Search, so_far: bool) -> Summary {
    if search.wants_value.is_some() {
        return Summary::Working("type a value…");
    }
    let Some(answer) = current_answer(search) else {
        return match (search.running, search.is_active()) {
            (true, true) => Summary::Working("searching…"),
            (true, false) => Summary::Working("sorting…"),
            _ => Summary::Nothing,
        };
    };
    let more = match (answer.partial, so_far) {
        (true, _) => "…",
        (false, true) => " so far",
        (false, false) => "",
    };
    let time = format::elapsed(answer.elapsed);
    if answer.mode == Mode::Fuzzy {
        let similar = format::count(answer.total.saturating_sub(answer.exact));
        let exact = format::count(answer.exact);
        let rest = format!(" similar · {exact} exact · {time}{more}");
        Summary::Found(similar, rest)
    } else {
        Summary::Found(
            format::count(answer.total),
            format!(" found · {time}{more}"),
        )
    }
}

/// Between the parts of the text.
const SEPARATOR: &str = " · ";

/// The state of the summary.
#[derive(Debug, Default)]
pub(super) struct SummaryPlace {
    /// When the current search was first seen running, by the toolkit's clock in seconds.
    running_since: Option<f64>,
}

impl SummaryPlace {
    /// Paints the result of the search or, after some time, that there is none yet.
    pub(super) fn show(&mut self, ui: &mut Ui, summary: &Summary, caveat: &str) {
        let tokens = Tokens::of(ui);
        let (rect, response) =
            ui.allocate_exact_size(vec2(SUMMARY_WIDTH, metrics::BUTTON), Sense::hover());
        let running = matches!(summary, Summary::Working(_));
        let patience_left = self.patience_left(ui, running);
        let (loud, quiet) = match summary {
            Summary::Nothing => return,
            Summary::Working(_) if patience_left => return,
            Summary::Working(words) => ("", *words),
            Summary::Found(loud, quiet) => (loud.as_str(), quiet.as_str()),
        };
        let spoken = format!("{loud}{quiet}");
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &spoken));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_live(egui::accesskit::Live::Polite);
        });
        let loud = type_scale::number(ui, loud, type_scale::body(), tokens.text);
        let placed = paint::text_in(ui.painter(), rect, Align::Min, loud);
        let rest = rect.with_min_x(placed.right() + 1.0);
        let line = |words| type_scale::number(ui, words, type_scale::body(), tokens.muted);
        // If the counts are long, the time is left out: a number must never be cut off.
        let whole = line(quiet);
        let is_cut = rest.width() < whole.size().x;
        let counts = quiet.rsplit_once(SEPARATOR).map(|(counts, _)| counts);
        let shown = match counts.filter(|_| is_cut) {
            Some(counts) => line(counts),
            None => whole,
        };
        paint::text_in(&ui.painter().with_clip_rect(rect), rest, Align::Min, shown);
        if is_cut {
            let all = format!("{spoken}\n{caveat}");
            response.on_hover_text(all.trim_end());
        } else if !caveat.is_empty() {
            response.on_hover_text(caveat);
        }
    }

    /// Whether it is too early to show that a search is running.
    fn patience_left(&mut self, ui: &Ui, running: bool) -> bool {
        let now = ui.input(|input| input.time);
        if !running {
            self.running_since = None;
            return false;
        }
        let left = *self.running_since.get_or_insert(now) + PATIENCE_SECS - now;
        if left > 0.0 {
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_secs_f64(left));
        }
        left > 0.0
    }
}
