//! What the toolbar says about the search: counts by level and time, in a place of fixed size.

use egui::{Align, Role, Sense, Ui, WidgetInfo, vec2};
use vstore::search::Mode;

use crate::format;
use crate::state::{Search, SearchAnswer};
use crate::theme::{Tokens, metrics, paint, type_scale};

/// Room for the result of a search. It is fixed, so that nothing moves when a result arrives.
const SUMMARY_WIDTH: f32 = 214.0;
/// A search that takes less than this is never announced, in seconds.
const PATIENCE_SECS: f64 = 0.1;

/// What the toolbar says about the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Summary {
    /// Nothing is searched.
    Nothing,
    /// The first answer is on its way: `searching…`.
    Working(&'static str),
    /// The counts by level and the time, of which the first part is the louder.
    Found(String, String),
}

/// What else there is to know about an answer, for the pointer; empty for nothing.
pub(super) fn caveat(search: &Search, so_far: bool) -> &'static str {
    match current_answer(search) {
        Some(_) if so_far => {
            "Only what has been read so far was searched; the rest follows by itself"
        }
        Some(answer) if answer.partial => "The search is still running",
        Some(answer) if !answer.indexed => {
            "Records that are not indexed yet were read one by one; it is complete"
        }
        _ => "",
    }
}

/// The answer that is shown, if something is searched.
pub(super) fn current_answer(search: &Search) -> Option<&SearchAnswer> {
    search.answer.as_deref().filter(|_| search.is_active())
}

/// What there is to say about a search. `so_far`: the file is still being read.
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

/// Between the parts of the words.
const SEPARATOR: &str = " · ";

/// The place of the summary.
#[derive(Debug, Default)]
pub(super) struct SummaryPlace {
    /// When the search that runs was first seen running, in the toolkit's seconds.
    running_since: Option<f64>,
}

impl SummaryPlace {
    /// Paints the result of the search, or that there is none yet after some patience.
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
        // Where counts are long, the time gives way: half a number would be a wrong one.
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

    /// Whether it is too early to say that a search runs.
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
