//! Distributions: the most frequent values as rows, and a histogram.

use egui::{Align, CornerRadius, Id, Rect, Role, Sense, Ui, accesskit, pos2, vec2};

use super::access;
use crate::theme::{Tokens, metrics, paint, type_scale};

const ROW: f32 = 22.0;
const LABEL: f32 = 72.0;
/// The least room for a count, and the gap before it.
const COUNT: f32 = 52.0;
const GAP: f32 = 8.0;
const BAR: f32 = 8.0;

/// One value and how often it occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopValue<'a> {
    /// The value as text.
    pub label: &'a str,
    /// The number of records that have it.
    pub count: u64,
    /// The count as it is shown (`1,742`).
    pub count_text: &'a str,
}

/// Rows of label, bar and count, the longest bar for the largest count. Returns the row that was
/// clicked.
pub fn top_values(ui: &mut Ui, id: Id, values: &[TopValue<'_>]) -> Option<usize> {
    let tokens = Tokens::of(ui);
    let most = values
        .iter()
        .map(|value| value.count)
        .max()
        .unwrap_or(1)
        .max(1);
    // Bars end before the widest count; they are comparable only if all end there.
    let count_of = |value: &TopValue<'_>| {
        type_scale::number(ui, value.count_text, type_scale::body(), tokens.faint)
    };
    let widest = values.iter().map(|value| count_of(value).size().x);
    let count_room = widest.fold(COUNT - GAP, f32::max) + GAP;
    let mut clicked = None;
    for (index, value) in values.iter().enumerate() {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
        let response = ui.interact(rect, id.with(index), Sense::CLICK);
        let spoken = format!("{}: {}", value.label, value.count_text);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::ListItem);
            node.set_label(spoken);
            node.set_bounds(access::bounds(rect));
            node.add_action(accesskit::Action::Click);
        });
        if !ui.is_rect_visible(rect) {
            continue;
        }
        let lit = response.hovered();
        if lit {
            let surface = rect.expand2(vec2(6.0, 0.0));
            let radius = CornerRadius::same(metrics::RADIUS_SMALL);
            ui.painter().rect_filled(surface, radius, tokens.hover);
        }
        let label = type_scale::line(
            ui,
            value.label,
            type_scale::body(),
            tokens.text,
            LABEL - 6.0,
        );
        paint::text_in(ui.painter(), rect, Align::Min, label);
        let count = type_scale::number(ui, value.count_text, type_scale::body(), tokens.faint);
        paint::text_in(ui.painter(), rect, Align::Max, count);

        let room = (rect.width() - LABEL - count_room).max(0.0);
        let share = value.count as f64 / most as f64;
        let len = (f64::from(room) * share) as f32;
        let corner = pos2(rect.left() + LABEL, (rect.center().y - BAR / 2.0).round());
        let bar = Rect::from_min_size(corner, vec2(len.max(1.0), BAR));
        let color = if lit { tokens.accent } else { tokens.bar };
        ui.painter().rect_filled(bar, CornerRadius::same(2), color);
        if response.clicked() {
            clicked = Some(index);
        }
    }
    clicked
}

/// One bar of a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin<'a> {
    /// How high it is, as the number of records in it, in any unit.
    pub height: f64,
    /// Its range and count in words (`1984 to 1985 · 305`), for the tooltip and screen readers.
    pub label: &'a str,
}

/// A histogram `height` points high, as wide as the available space. Returns the bin that was
/// clicked. Bins beyond one per two points are not painted; ask for fewer.
pub fn histogram(ui: &mut Ui, id: Id, height: f32, bins: &[Bin<'_>]) -> Option<usize> {
    let tokens = Tokens::of(ui);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height));
    let most = bins.iter().map(|bin| bin.height).fold(0.0, f64::max);
    let count = bins.len().min((rect.width() / 2.0) as usize);
    let step = rect.width() / count.max(1) as f32;
    let gap = if step < 5.0 { 0.5 } else { 2.0 };
    let mut clicked = None;
    for (index, bin) in bins.iter().take(count).enumerate() {
        let left = rect.left() + step * index as f32;
        let slot = Rect::from_min_max(pos2(left, rect.top()), pos2(left + step, rect.bottom()));
        let response = ui.interact(slot, id.with(index), Sense::CLICK);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::ListItem);
            node.set_label(bin.label);
            node.set_bounds(access::bounds(slot));
            node.add_action(accesskit::Action::Click);
        });
        // Even a single record is seen: a bin that is not empty is at least two points high.
        let share = if most > 0.0 { bin.height / most } else { 0.0 };
        let least = if bin.height > 0.0 { 2.0 } else { 0.0 };
        let top = rect.bottom() - (f64::from(rect.height()) * share).max(least) as f32;
        let bar = Rect::from_min_max(
            pos2(slot.left() + gap / 2.0, top),
            pos2(slot.right() - gap / 2.0, slot.bottom()),
        );
        let color = if response.hovered() {
            tokens.accent
        } else {
            tokens.bar
        };
        let radius = CornerRadius {
            nw: 2,
            ne: 2,
            sw: 0,
            se: 0,
        };
        ui.painter().rect_filled(bar, radius, color);
        if response.on_hover_text(bin.label).clicked() {
            clicked = Some(index);
        }
    }
    clicked
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{Bin, TopValue, histogram, top_values};

    #[test]
    fn a_click_on_a_value_or_a_bin_names_it() {
        let mut harness = Harness::builder()
            .with_size([240.0, 200.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                |ui, clicked: &mut (Option<usize>, Option<usize>)| {
                    let values = [
                        TopValue {
                            label: "Drama",
                            count: 1742,
                            count_text: "1,742",
                        },
                        TopValue {
                            label: "Comedy",
                            count: 1698,
                            count_text: "1,698",
                        },
                    ];
                    let bins = [
                        Bin {
                            height: 3.0,
                            label: "1980 to 1989 · 3",
                        },
                        Bin {
                            height: 9.0,
                            label: "1990 to 1999 · 9",
                        },
                    ];
                    let value = top_values(ui, egui::Id::unique("top"), &values);
                    let bin = histogram(ui, egui::Id::unique("bins"), 60.0, &bins);
                    *clicked = (clicked.0.or(value), clicked.1.or(bin));
                },
                (None, None),
            );
        harness.run();
        harness.get_by_label("Comedy: 1,698").click();
        harness.run();
        harness.get_by_label("1980 to 1989 · 3").click();
        harness.run();
        assert_eq!(*harness.state(), (Some(1), Some(0)));
    }
}
