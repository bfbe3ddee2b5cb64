//! Distributions: the most frequent values as rows, and a histogram.

use egui::{
    Align, CornerRadius, EventFilter, Id, Key, Modifiers, Rect, Role, Sense, Ui, accesskit, pos2,
    vec2,
};

use super::{accessibility, keyboard};
use crate::theme::{Tokens, metrics, paint, type_scale};

const ROW: f32 = 22.0;
const LABEL: f32 = 72.0;
/// The minimum width of a count, and the gap before it.
const COUNT: f32 = 52.0;
const GAP: f32 = 8.0;
const BAR: f32 = 8.0;

/// One value and how often it occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueBar<'a> {
    /// The value as text.
    pub label: &'a str,
    /// The number of records that have it.
    pub count: u64,
    /// The count as text (`1,742`).
    pub count_text: &'a str,
}

/// What the user did with a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picked {
    /// The index of the bar.
    pub index: usize,
    /// Shift was held: exclude this one.
    pub excludes: bool,
}

/// Rows of label, bar and count; the largest count has the longest bar. Returns the row that was
/// clicked or chosen with the keyboard: the list is one Tab stop, with arrow keys inside.
pub fn top_values(ui: &mut Ui, id: Id, name: &str, values: &[ValueBar<'_>]) -> Option<Picked> {
    let tokens = Tokens::of(ui);
    let most = values.iter().map(|value| value.count).max();
    let most = most.unwrap_or(1).max(1);
    // Bars end before the widest count, because only bars with the same end can be compared.
    let count_of = |value: &ValueBar<'_>| {
        type_scale::number(ui, value.count_text, type_scale::body(), tokens.faint)
    };
    let widest = values.iter().map(|value| count_of(value).size().x);
    let count_room = widest.fold(COUNT - GAP, f32::max) + GAP;
    let size = vec2(ui.available_width(), ROW * values.len() as f32);
    let (_, list) = ui.allocate_space(size);
    let spoken = |index: usize| {
        let value = values.get(index)?;
        Some(format!("{}: {}", value.label, value.count_text))
    };
    let mut group = Group::new(ui, id, list, name, values.len(), &spoken);
    for (index, value) in values.iter().enumerate() {
        let corner = list.min + vec2(0.0, ROW * index as f32);
        let rect = Rect::from_min_size(corner, vec2(list.width(), ROW));
        let response = group.part(ui, index, rect, spoken(index).unwrap_or_default());
        if !ui.is_rect_visible(rect) {
            continue;
        }
        let lit = response.hovered() || group.is_at(index);
        let surface = rect.expand2(vec2(6.0, 0.0));
        if lit {
            let radius = CornerRadius::same(metrics::RADIUS_SMALL);
            ui.painter().rect_filled(surface, radius, tokens.hover);
        }
        if group.is_at(index) {
            let ring = surface.shrink(1.0);
            paint::focus_ring(ui.painter(), ring, metrics::RADIUS_SMALL, tokens.accent);
        }
        let room = LABEL - 6.0;
        let label = type_scale::line(ui, value.label, type_scale::body(), tokens.text, room);
        let is_cut = label.elided;
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
        if is_cut {
            response.on_hover_text(value.label);
        }
    }
    group.picked
}

/// One bar of a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin<'a> {
    /// The height, as a number of records in any unit.
    pub height: f64,
    /// Range and count as text (`1984 to 1985 · 305`), for the tooltip and screen readers.
    pub label: &'a str,
}

/// A histogram `height` points high, as wide as the available space. Returns the bin that was
/// clicked or chosen with the keyboard. At most one bin per two points is painted; request fewer.
pub fn histogram(ui: &mut Ui, id: Id, name: &str, height: f32, bins: &[Bin<'_>]) -> Option<Picked> {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height));
    let most = bins.iter().map(|bin| bin.height).fold(0.0, f64::max);
    let count = bins.len().min((rect.width() / 2.0) as usize);
    let step = rect.width() / count.max(1) as f32;
    let spoken = |index: usize| bins.get(index).map(|bin| bin.label.to_owned());
    let mut group = Group::new(ui, id, rect, name, count, &spoken);
    for (index, bin) in bins.iter().take(count).enumerate() {
        let left = rect.left() + step * index as f32;
        let slot = Rect::from_min_max(pos2(left, rect.top()), pos2(left + step, rect.bottom()));
        let response = group.part(ui, index, slot, bin.label.to_owned());
        let focused = group.is_at(index);
        let share = if most > 0.0 { bin.height / most } else { 0.0 };
        // A bin that is not empty is at least two points high, so that even one record is visible.
        let least = if bin.height > 0.0 { 2.0 } else { 0.0 };
        let high = (f64::from(rect.height()) * share).max(least) as f32;
        paint_bin(ui, slot, high, (response.hovered(), focused));
        if focused {
            response.show_tooltip_text(bin.label);
        } else {
            response.on_hover_text(bin.label);
        }
    }
    group.picked
}

fn paint_bin(ui: &Ui, slot: Rect, high: f32, (hovered, focused): (bool, bool)) {
    let tokens = Tokens::of(ui);
    let gap = if slot.width() < 5.0 { 0.5 } else { 2.0 };
    let bar = Rect::from_min_max(
        pos2(slot.left() + gap / 2.0, slot.bottom() - high),
        pos2(slot.right() - gap / 2.0, slot.bottom()),
    );
    if hovered || focused {
        // An empty bin is visible, too.
        let place = slot.shrink2(vec2(gap / 2.0, 0.0));
        ui.painter().rect_filled(place, 2, tokens.hover);
    }
    let color = if hovered || focused {
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
    if focused {
        let ring = slot.shrink2(vec2(gap / 2.0, 0.0));
        paint::focus_ring(ui.painter(), ring, metrics::RADIUS_SMALL, tokens.accent);
    }
}

/// Items that share one Tab stop; the arrow keys move between them.
struct Group {
    id: Id,
    /// The index of the focused item.
    at: Option<usize>,
    picked: Option<Picked>,
}

impl Group {
    fn new(
        ui: &Ui,
        id: Id,
        rect: Rect,
        name: &str,
        count: usize,
        spoken: &dyn Fn(usize) -> Option<String>,
    ) -> Self {
        let response = ui.interact(rect, id, Sense::focusable_noninteractive());
        let mut group = Self {
            id,
            at: None,
            picked: None,
        };
        if response.has_focus() && count > 0 {
            group.keys(ui, count);
        }
        let here = group.at.and_then(spoken);
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_role(Role::List);
            node.set_label(name);
            if let Some(here) = here {
                node.set_value(here);
            }
        });
        group
    }

    fn keys(&mut self, ui: &Ui, count: usize) {
        let filter = EventFilter {
            vertical_arrows: true,
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(self.id, filter));
        let last = count - 1;
        let known = ui.data(|data| data.get_temp(self.id));
        let mut at: usize = known.unwrap_or(0).min(last);
        let ours = |key: Key, modifiers: Modifiers| {
            use Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, End, Enter, Home, Space};
            match key {
                ArrowDown | ArrowLeft | ArrowRight | ArrowUp | End | Home => modifiers.is_none(),
                Enter | Space => modifiers.is_none() || modifiers.shift_only(),
                _ => false,
            }
        };
        for (key, modifiers) in keyboard::take_keys(ui, ours) {
            match key {
                Key::ArrowUp | Key::ArrowLeft => at = at.saturating_sub(1),
                Key::ArrowDown | Key::ArrowRight => at = (at + 1).min(last),
                Key::Home => at = 0,
                Key::End => at = last,
                _ => {
                    self.picked = Some(Picked {
                        index: at,
                        excludes: modifiers.shift,
                    });
                }
            }
        }
        ui.data_mut(|data| data.insert_temp(self.id, at));
        self.at = Some(at);
    }

    /// One item, which can be clicked.
    fn part(&mut self, ui: &Ui, index: usize, rect: Rect, spoken: String) -> egui::Response {
        let response = ui.interact(rect, self.id.with(index), Sense::CLICK);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::ListItem);
            node.set_label(spoken);
            node.set_bounds(accessibility::bounds(rect));
            node.add_action(accesskit::Action::Click);
        });
        if response.clicked() {
            let excludes = ui.input(|input| input.modifiers.shift);
            self.picked = Some(Picked { index, excludes });
        }
        response
    }

    fn is_at(&self, index: usize) -> bool {
        self.at == Some(index)
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{Bin, Key, Modifiers, Picked, ValueBar, histogram, top_values};

    fn harness() -> Harness<'static, Vec<(bool, Picked)>> {
        let mut harness = Harness::builder()
            .with_size([240.0, 200.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                |ui, picked: &mut Vec<(bool, Picked)>| {
                    let values = [
                        ValueBar {
                            label: "Drama",
                            count: 1742,
                            count_text: "1,742",
                        },
                        ValueBar {
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
                    let value = top_values(ui, egui::Id::unique("top"), "Values", &values);
                    let bin = histogram(ui, egui::Id::unique("bins"), "Bins", 60.0, &bins);
                    picked.extend(value.map(|value| (false, value)));
                    picked.extend(bin.map(|bin| (true, bin)));
                },
                Vec::new(),
            );
        harness.run();
        harness
    }

    fn taken(harness: &mut Harness<'_, Vec<(bool, Picked)>>) -> Vec<(bool, usize, bool)> {
        harness.run();
        let picked = std::mem::take(harness.state_mut()).into_iter();
        let plain = |(bins, picked): (bool, Picked)| (bins, picked.index, picked.excludes);
        picked.map(plain).collect()
    }

    #[test]
    fn a_click_on_a_value_or_a_bin_returns_its_index() {
        let mut harness = harness();
        harness.get_by_label("Comedy: 1,698").click();
        assert_eq!(taken(&mut harness), [(false, 1, false)]);
        harness.get_by_label("1980 to 1989 · 3").click();
        assert_eq!(taken(&mut harness), [(true, 0, false)]);
        let bin = harness.get_by_label("1990 to 1999 · 9");
        bin.click_modifiers(Modifiers::SHIFT);
        assert_eq!(taken(&mut harness), [(true, 1, true)]);
    }

    #[test]
    fn each_list_is_one_tab_stop_and_arrow_keys_move_between_bars() {
        let mut harness = harness();
        let press = |harness: &mut Harness<'_, Vec<(bool, Picked)>>, keys: &[Key]| {
            for key in keys {
                harness.key_press(*key);
                harness.run();
            }
        };
        press(
            &mut harness,
            &[Key::Tab, Key::ArrowDown, Key::ArrowDown, Key::Enter],
        );
        assert_eq!(taken(&mut harness), [(false, 1, false)]);
        press(&mut harness, &[Key::Tab, Key::End]);
        harness.key_press_modifiers(Modifiers::SHIFT, Key::Space);
        assert_eq!(taken(&mut harness), [(true, 1, true)]);
        press(&mut harness, &[Key::ArrowLeft, Key::Space]);
        assert_eq!(taken(&mut harness), [(true, 0, false)]);
    }
}
