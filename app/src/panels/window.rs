//! The whole window: lays out and draws all panels.

use std::path::PathBuf;

use egui::{CursorIcon, Id, Rect, Role, Sense, Stroke, Ui, UiBuilder, accesskit};

use super::bottom::bottom_panel;
use super::detail::RECORD_HEIGHT;
use super::file_warning::FileWarning;
use super::menu::menu_bar;
use super::status::status_bar;
use super::{DetailPanel, LeftPanel, Pages, RecordsPanel, Toolbar};
use crate::command::{Commands, LayoutCommand};
use crate::state::{Layout, PanelSide};
use crate::theme::{Tokens, metrics};
use crate::view::{AppView, StoreView};

/// The panels of the window, with what has been typed and scrolled in them.
#[derive(Debug, Default)]
pub struct Panels {
    pub toolbar: Toolbar,
    pub left: LeftPanel,
    pub records: RecordsPanel,
    pub detail: DetailPanel,
    /// The pages shown while no database is open.
    pub pages: Pages,
    /// The database for which the panels were last drawn.
    drawn_for: Option<(String, Option<PathBuf>)>,
}

/// The smallest sizes to which the panels can be dragged, in points.
const LEFT_MIN: f32 = 180.0;
const RIGHT_MIN: f32 = 280.0;
const BOTTOM_MIN: f32 = 92.0;
/// The size reserved for the table in a small window.
const CENTER_MIN_WIDTH: f32 = 330.0;
const CENTER_MIN_HEIGHT: f32 = 160.0;
/// How close to the edge of a panel the pointer must be to drag it.
const GRIP: f32 = 4.0;

/// The layout of the window while a database is open.
#[derive(Clone, Copy, Debug, PartialEq)]
struct WindowRects {
    menu: Rect,
    toolbar: Rect,
    warning: Option<Rect>,
    left: Option<Rect>,
    center: Rect,
    right: Option<Rect>,
    bottom: Option<Rect>,
    status: Rect,
}

impl WindowRects {
    /// Lays out the window; `warning` is the height of the strip about a problem with the file.
    /// Panels that do not fit beside a usable table shrink, and if that is not enough they are
    /// hidden, the right one first.
    fn new(window: Rect, layout: &Layout, warning: Option<f32>) -> Self {
        let mut rest = window;
        let menu = take_top(&mut rest, metrics::MENU_BAR);
        let toolbar = take_top(&mut rest, metrics::TOOLBAR);
        let warning = warning.map(|height| take_top(&mut rest, height));
        let status = take_bottom(&mut rest, metrics::STATUS_BAR);

        let room = rest.height() - CENTER_MIN_HEIGHT;
        let bottom = (layout.bottom && room >= BOTTOM_MIN).then(|| {
            // The bottom panel shrinks to its smallest size before a record has to scroll.
            let beside_record = rest.height() - RECORD_HEIGHT;
            let most = if layout.right {
                beside_record.max(BOTTOM_MIN)
            } else {
                room
            };
            let height = layout.bottom_height.clamp(BOTTOM_MIN, most);
            take_bottom(&mut rest, height.round())
        });
        let spare = (rest.width() - CENTER_MIN_WIDTH).max(0.0);
        let left = (layout.left && spare >= LEFT_MIN).then(|| {
            let beside_right = spare - RIGHT_MIN;
            let most = if layout.right && beside_right >= LEFT_MIN {
                beside_right
            } else {
                spare
            };
            layout.left_width.clamp(LEFT_MIN, most).round()
        });
        let spare = spare - left.unwrap_or_default();
        let right = (layout.right && spare >= RIGHT_MIN)
            .then(|| layout.right_width.clamp(RIGHT_MIN, spare).round());
        let left = left.map(|width| {
            let panel = rest.with_max_x(rest.left() + width);
            rest.min.x = panel.right();
            panel
        });
        let right = right.map(|width| {
            let panel = rest.with_min_x(rest.right() - width);
            rest.max.x = panel.left();
            panel
        });
        Self {
            menu,
            toolbar,
            warning,
            left,
            center: rest,
            right,
            bottom,
            status,
        }
    }
}

fn take_top(rest: &mut Rect, height: f32) -> Rect {
    let part = rest.with_max_y(rest.top() + height);
    rest.min.y = part.bottom();
    part
}

fn take_bottom(rest: &mut Rect, height: f32) -> Rect {
    let part = rest.with_min_y(rest.bottom() - height);
    rest.max.y = part.top();
    part
}

impl Panels {
    /// Draws the whole window.
    pub fn ui(&mut self, ui: &mut Ui, view: AppView<'_>, commands: &mut Commands) {
        let window = ui.max_rect();
        ui.painter()
            .rect_filled(window, 0.0, Tokens::of(ui).background);
        let store = view.store();
        self.forget_other(ui.ctx(), store);
        self.pages.forget(ui.ctx(), view);
        if let Some(store) = store {
            self.database(ui, window, store, commands);
        } else {
            let mut rest = window;
            let menu = take_top(&mut rest, metrics::MENU_BAR);
            menu_bar(&mut part(ui, menu, "Menu bar"), view, commands);
            self.pages.ui(&mut part(ui, rest, "Page"), view, commands);
        }
    }

    /// Typed text and scroll positions belong to one database and are dropped with it; after
    /// locking, nothing of its records may remain.
    fn forget_other(&mut self, ctx: &egui::Context, store: Option<StoreView<'_>>) {
        let current = store.map(|view| (&view.store.title, &view.store.path));
        if self.drawn_for.as_ref().map(|(title, path)| (title, path)) == current {
            return;
        }
        self.drawn_for = current.map(|(title, path)| (title.clone(), path.clone()));
        self.toolbar.forget(ctx);
        self.left.forget();
        self.records.forget();
        self.detail.forget(ctx);
    }

    fn database(
        &mut self,
        ui: &mut Ui,
        window: Rect,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        let layout = &view.app.prefs.layout;
        let warning = FileWarning::of(&view);
        let height = warning.as_ref().map(|it| it.height(ui, window.width()));
        let rects = WindowRects::new(window, layout, height);
        menu_bar(&mut part(ui, rects.menu, "Menu bar"), view.app, commands);
        self.toolbar
            .ui(&mut part(ui, rects.toolbar, "Toolbar"), view, commands);
        if let Some((warning, rect)) = warning.zip(rects.warning) {
            warning.ui(&mut part(ui, rect, "File warning"), view, commands);
        }
        if let Some(rect) = rects.left {
            self.left.ui(
                &mut part(ui, rect, "Namespaces and indexes"),
                view,
                commands,
            );
        }
        self.records
            .ui(&mut part(ui, rects.center, "Table"), view, commands);
        if let Some(rect) = rects.right {
            let mut right = part(ui, rect, "Record detail");
            right
                .painter()
                .rect_filled(rect, 0.0, Tokens::of(&right).panel);
            self.detail.ui(&mut right, view, commands);
        }
        if let Some(rect) = rects.bottom {
            bottom_panel(&mut part(ui, rect, "Activity and jobs"), view, commands);
        }
        status_bar(&part(ui, rects.status, "Status bar"), view, commands);
        // The grips overlap the edges of two panels, so they are drawn after all panels.
        for (side, rect) in [
            (PanelSide::Left, rects.left),
            (PanelSide::Right, rects.right),
            (PanelSide::Bottom, rects.bottom),
        ] {
            if let Some(rect) = rect {
                grip(ui, side, rect, commands);
            }
        }
    }
}

/// A part of the window, whose contents are clipped to it.
fn part(ui: &mut Ui, rect: Rect, label: &str) -> Ui {
    let builder = UiBuilder::new()
        .id_salt(label)
        .max_rect(rect)
        .accessibility_role(Role::Group)
        .accessibility_label(label.to_owned());
    let mut part = ui.new_child(builder);
    part.ctx().accesskit_node_builder(part.unique_id(), |node| {
        node.set_bounds(accesskit::Rect {
            x0: rect.min.x.into(),
            y0: rect.min.y.into(),
            x1: rect.max.x.into(),
            y1: rect.max.y.into(),
        });
    });
    part.set_clip_rect(rect);
    part
}

/// The draggable edge of a panel; a double click restores the default size.
fn grip(ui: &Ui, side: PanelSide, panel: Rect, commands: &mut Commands) {
    let (edge, cursor) = match side {
        PanelSide::Left => (
            panel.with_min_x(panel.right()),
            CursorIcon::ResizeHorizontal,
        ),
        PanelSide::Right => (panel.with_max_x(panel.left()), CursorIcon::ResizeHorizontal),
        PanelSide::Bottom => (panel.with_max_y(panel.top()), CursorIcon::ResizeVertical),
    };
    let id = Id::unique("grip").with(side);
    let sense = Sense::CLICK | Sense::DRAG;
    let response = ui
        .interact(edge.expand(GRIP), id, sense)
        .on_hover_cursor(cursor);
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::Splitter);
        node.set_label(match side {
            PanelSide::Left => "Edge of the left panel",
            PanelSide::Right => "Edge of the right panel",
            PanelSide::Bottom => "Edge of the bottom panel",
        });
        node.set_bounds(accesskit::Rect {
            x0: edge.min.x.into(),
            y0: edge.min.y.into(),
            x1: edge.max.x.into(),
            y1: edge.max.y.into(),
        });
    });
    if response.double_clicked() {
        let size = *Layout::default().size_mut(side);
        commands.push(LayoutCommand::Resize(side, size));
    } else if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let size = dragged_size(side, panel, pointer);
        commands.push(LayoutCommand::Resize(side, size));
    }
    let tokens = Tokens::of(ui);
    let held = response.hovered() || response.dragged();
    let color = if held {
        tokens.strong_line
    } else {
        tokens.line
    };
    let stroke = Stroke::new(1.0, color);
    match side {
        PanelSide::Left => ui
            .painter()
            .vline(panel.right() - 0.5, panel.y_range(), stroke),
        PanelSide::Right => ui
            .painter()
            .vline(panel.left() + 0.5, panel.y_range(), stroke),
        PanelSide::Bottom => ui
            .painter()
            .hline(panel.x_range(), panel.top() + 0.5, stroke),
    };
}

/// The size of a panel whose edge is dragged to the pointer.
fn dragged_size(side: PanelSide, panel: Rect, pointer: egui::Pos2) -> f32 {
    let size = match side {
        PanelSide::Left => (pointer.x - panel.left()).max(LEFT_MIN),
        PanelSide::Right => (panel.right() - pointer.x).max(RIGHT_MIN),
        PanelSide::Bottom => (panel.bottom() - pointer.y).max(BOTTOM_MIN),
    };
    size.round()
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::panels::testing::{NOW, Scene, films};

    fn rects(width: f32, height: f32) -> WindowRects {
        let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height));
        WindowRects::new(window, &Layout::default(), None)
    }

    fn size(rect: Option<Rect>) -> Option<egui::Vec2> {
        rect.map(|rect| rect.size())
    }

    #[test]
    fn the_parts_have_their_default_sizes() {
        let rects = rects(1440.0, 900.0);
        assert_eq!(rects.menu.size(), vec2(1440.0, 32.0));
        assert_eq!(rects.toolbar.size(), vec2(1440.0, 48.0));
        assert_eq!(rects.status.size(), vec2(1440.0, 26.0));
        let middle = 900.0 - 32.0 - 48.0 - 26.0 - 132.0;
        assert_eq!(size(rects.left), Some(vec2(250.0, middle)));
        assert_eq!(size(rects.right), Some(vec2(400.0, middle)));
        assert_eq!(size(rects.bottom), Some(vec2(1440.0, 132.0)));
        assert_eq!(rects.center.size(), vec2(790.0, middle));
    }

    #[test]
    fn in_a_small_window_panels_shrink_in_favour_of_the_table() {
        let middle = 600.0 - 32.0 - 48.0 - 26.0 - 132.0;
        let smallest = rects(800.0, 600.0);
        assert_eq!(size(smallest.left), Some(vec2(190.0, middle)));
        assert_eq!(size(smallest.right), Some(vec2(280.0, middle)));
        assert_eq!(smallest.center.size(), vec2(CENTER_MIN_WIDTH, middle));
        let lower = rects(800.0, 560.0);
        assert_eq!(lower.center.size(), vec2(CENTER_MIN_WIDTH, RECORD_HEIGHT));
        let lowest = rects(800.0, 500.0);
        assert_eq!(size(lowest.bottom), Some(vec2(800.0, BOTTOM_MIN)));
        let narrower = rects(600.0, 300.0);
        assert!(narrower.right.is_none() && narrower.left.is_some() && narrower.bottom.is_none());
        let tiny = rects(100.0, 100.0);
        assert!(tiny.left.is_none() && tiny.right.is_none() && tiny.bottom.is_none());
    }

    #[test]
    fn a_dragged_edge_stops_at_the_smallest_size() {
        let panel = Rect::from_min_size(pos2(0.0, 80.0), vec2(250.0, 600.0));
        let dragged = |x| dragged_size(PanelSide::Left, panel, pos2(x, 200.0)) as i32;
        assert_eq!((dragged(300.4), dragged(20.0)), (300, LEFT_MIN as i32));
    }

    fn scene() -> Scene<Panels> {
        Scene::new(
            films(),
            [1440.0, 900.0],
            |panels: &mut Panels, ui, view, commands| {
                panels.ui(ui, view.app, commands);
            },
        )
    }

    #[test]
    fn every_part_of_the_window_can_be_named() {
        let scene = scene();
        let parts = [
            "Menu bar",
            "Toolbar",
            "Namespaces and indexes",
            "Table",
            "Record detail",
            "Activity and jobs",
            "Status bar",
        ];
        for part in parts {
            let found = scene.harness.query_by_role_and_label(Role::Group, part);
            assert!(found.is_some(), "{part}");
        }
    }

    #[test]
    fn the_edge_of_a_panel_drags_it_and_a_double_click_resets_it() {
        let mut scene = scene();
        let edge = pos2(250.0, 400.0);
        scene.harness.drag_at(edge);
        scene.commands();
        scene.harness.hover_at(edge + vec2(50.0, 0.0));
        let dragged = scene.commands();
        assert_eq!(
            dragged.last().map(String::as_str),
            Some("Layout(Resize(Left, 300.0))")
        );
        scene.harness.drop_at(edge + vec2(50.0, 0.0));
        scene.commands();
    }

    #[test]
    fn closing_a_database_clears_the_panels() {
        let ctx = egui::Context::default();
        crate::theme::install(&ctx);
        let mut panels = Panels::default();
        let mut commands = Commands::default();
        let mut state = films();
        let mut draw = |panels: &mut Panels, state: &crate::state::State| {
            let view = AppView::of(state, NOW);
            let input = egui::RawInput {
                screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1440.0, 900.0))),
                ..egui::RawInput::default()
            };
            let mut output = ctx.run_ui(input, |ui| panels.ui(ui, view, &mut commands));
            output.textures_delta.clear();
            format!("{panels:?}")
        };
        assert!(draw(&mut panels, &state).contains("tootsie"));
        state.page = crate::state::Page::Welcome;
        assert!(!draw(&mut panels, &state).contains("tootsie"));
    }
}
