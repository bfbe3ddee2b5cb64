//! The frame of the bottom panel: its tabs.

use egui::{Align, Layout, Rect, Ui, UiBuilder, pos2, vec2};

use super::{activity, expiring, jobs};
use crate::command::{Commands, LayoutCommand, TransferCommand};
use crate::state::BottomTab;
use crate::theme::{Tokens, icons, metrics, paint};
use crate::view::StoreView;
use crate::widgets::button::IconButton;
use crate::widgets::row_ends::Ends;
use crate::widgets::tab_bar::{Tab, tab_bar};

/// What the tabs of the bottom panel show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BottomData {
    /// The index of the selected tab in [`BottomTab::ALL`].
    pub(super) tab: usize,
    /// A count for each tab; zero is hidden.
    pub(super) counts: [usize; 3],
    /// Some tasks have finished.
    pub(super) can_clear: bool,
}

impl BottomData {
    pub(super) fn new(view: &StoreView<'_>) -> Self {
        let tab = view.app.prefs.layout.bottom_tab;
        let counts = BottomTab::ALL.map(|tab| match tab {
            BottomTab::Activity => 0,
            BottomTab::Expiring => view.snapshot().expiring_len(),
            BottomTab::Jobs => view.app.tasks.running(),
        });
        Self {
            tab: BottomTab::ALL
                .iter()
                .position(|one| *one == tab)
                .unwrap_or_default(),
            counts,
            can_clear: tab == BottomTab::Jobs
                && view.app.tasks.iter().any(|task| !task.state.is_running()),
        }
    }
}

pub(in crate::panels) fn bottom_panel(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let data = BottomData::new(&view);
    let tokens = Tokens::of(ui);
    let area = ui.max_rect();
    ui.painter().rect_filled(area, 0.0, tokens.panel);
    let bar = Rect::from_min_size(area.min, vec2(area.width(), metrics::TAB_BAR));
    paint::line_below(ui.painter(), bar, tokens.line);

    let inner = bar.shrink2(vec2(10.0, 0.0));
    let mut tabs = ui.new_child(
        UiBuilder::new()
            .id_salt("tabs")
            .max_rect(inner)
            .layout(Layout::left_to_right(Align::Center)),
    );
    let mut counts = data.counts.into_iter();
    let labels = BottomTab::ALL.map(|tab| Tab {
        label: tab.name(),
        count: counts.next().unwrap_or_default(),
    });
    let chosen = tab_bar(&mut tabs, "Activity, expiry and jobs", &labels, data.tab);
    if let Some(tab) = chosen.and_then(|index| BottomTab::ALL.get(index)) {
        commands.push(LayoutCommand::ShowBottom(*tab));
    }
    if data.can_clear {
        let clear = IconButton::new(icons::BROOM, "Clear finished jobs");
        let end = Ends::within(ui, "clear", inner);
        if end.end(ui, |ui| clear.show(ui).clicked()) {
            commands.push(TransferCommand::ClearFinished);
        }
    }

    let rest = Rect::from_min_max(pos2(area.left(), bar.bottom()), area.max);
    let mut list = ui.new_child(UiBuilder::new().id_salt("list").max_rect(rest));
    list.shrink_clip_rect(rest);
    match view.app.prefs.layout.bottom_tab {
        BottomTab::Activity => activity::show(&mut list, view, commands),
        BottomTab::Expiring => expiring::show(&mut list, view, commands),
        BottomTab::Jobs => jobs::show(&mut list, view, commands),
    }
}
