//! The menu bar: program name, menus made of the list of actions, name of the open file.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, PopupCloseBehavior, Rect, Role, Sense, Ui, UiBuilder, vec2};

use super::menu_items::{ActionRow, action_rows, begin_action_menu};
use crate::action::Menu;
use crate::command::Commands;
use crate::state::Page;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::AppView;

/// What the menu bar shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MenuData {
    /// The name of the file with what is special about it: `films.vstore [Read-only]`.
    title: String,
}

impl MenuData {
    fn new(view: &AppView<'_>) -> Self {
        let title = match view.page {
            Page::Welcome | Page::NewDatabase(_) => String::new(),
            Page::Unlock(page) => {
                format!("{} [Locked]", crate::state::OpenStore::title_of(&page.path))
            }
            Page::Open(store) if store.is_read_only() => format!("{} [Read-only]", store.title),
            Page::Open(store) => store.title.clone(),
        };
        Self { title }
    }
}

/// The rows of one menu as they stand now.
fn menu_rows(menu: Menu, view: &AppView<'_>) -> Vec<ActionRow> {
    let rows = menu.actions();
    rows.map(|(starts_group, action)| ActionRow::new(action, starts_group, view))
        .collect()
}

/// Draws the bar into the available space.
pub(super) fn menu_bar(ui: &mut Ui, view: AppView<'_>, commands: &mut Commands) {
    let data = MenuData::new(&view);
    let tokens = Tokens::of(ui);
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, tokens.panel);
    paint::line_below(ui.painter(), rect, tokens.line);
    let mut row = ui.new_child(
        UiBuilder::new()
            .max_rect(rect.shrink2(vec2(metrics::SPACE_12, 0.0)))
            .layout(egui::Layout::left_to_right(Align::Center)),
    );
    row.spacing_mut().item_spacing.x = 0.0;
    brand(&mut row, tokens);
    egui::MenuBar::new().ui(&mut row, |ui| {
        ui.spacing_mut().button_padding = vec2(8.0, 4.0);
        // A row closes the menu itself when it was picked; one that cannot be picked does not.
        let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        for menu in Menu::ALL {
            let word = egui::RichText::new(menu.name()).color(tokens.muted);
            let button = egui::Button::new(word).corner_radius(5.0);
            MenuButton::from_button(button)
                .config(config.clone())
                .ui(ui, |ui| {
                    let rows = menu_rows(menu, &view);
                    begin_action_menu(ui, &rows);
                    action_rows(ui, &rows, &view, commands);
                });
        }
    });
    title(ui, rect, &data.title, tokens);
}

fn brand(ui: &mut Ui, tokens: &Tokens) {
    let name = "VStore";
    let font = type_scale::body_strong();
    let galley = type_scale::line(ui, name, font, tokens.text, 120.0);
    let size = vec2(
        22.0 + galley.size().x + metrics::SPACE_8,
        ui.available_height(),
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, name));
    let icon = Rect::from_min_size(rect.min, vec2(18.0, rect.height()));
    paint::icon(ui.painter(), icon, icons::VAULT, 17.0, tokens.accent);
    paint::text_in(
        ui.painter(),
        rect.with_min_x(rect.left() + 23.0),
        Align::Min,
        galley,
    );
}

/// Centred in the window, and too short to reach the menus.
fn title(ui: &Ui, bar: Rect, text: &str, tokens: &Tokens) {
    let room = bar.width() * 0.36;
    let galley = type_scale::line(ui, text, type_scale::body(), tokens.muted, room);
    let left = bar.center().x - galley.size().x / 2.0;
    let place = Rect::from_min_size(
        egui::pos2(left, bar.top()),
        vec2(galley.size().x, bar.height()),
    );
    let response = ui.interact(place, ui.scope_id().with("title"), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, text));
    paint::text_in(ui.painter(), place, Align::Min, galley);
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;
    use vstore::Millis;

    use super::*;
    use crate::panels::testing::{Scene, films, store_of};
    use crate::state::{State, UnlockPage};

    fn title_of(state: &State) -> String {
        MenuData::new(&AppView::of(state, Millis(0))).title
    }

    #[test]
    fn the_title_says_what_is_special_in_words() {
        let mut state = films();
        assert_eq!(title_of(&state), "Films");
        store_of(&mut state).read_only = true;
        assert_eq!(title_of(&state), "Films [Read-only]");
        state.page = Page::Unlock(UnlockPage::new("/tmp/films.vstore".into(), false));
        assert_eq!(title_of(&state), "films.vstore [Locked]");
        assert_eq!(title_of(&State::default()), "");
    }

    #[test]
    fn a_click_in_a_menu_asks_for_its_action_and_closes_it() {
        let mut scene: Scene<()> = Scene::new(
            films(),
            [900.0, 700.0],
            |(): &mut (), ui, view, commands| {
                let mut bar =
                    ui.new_child(UiBuilder::new().max_rect(ui.max_rect().with_max_y(32.0)));
                menu_bar(&mut bar, view.app, commands);
            },
        );
        scene.harness.get_by_label("Edit").click();
        assert_eq!(scene.commands(), <[&str; 0]>::default());
        scene.harness.get_by_label("Undo").click();
        assert_eq!(
            scene.commands(),
            <[&str; 0]>::default(),
            "there is nothing to undo"
        );
        scene.harness.get_by_label("Select all").click();
        assert_eq!(scene.commands(), ["Selection(All)"]);
        assert!(scene.harness.query_by_label("Select all").is_none());
    }
}
