//! The menu bar: program name, menus generated from the list of actions, name of the open file.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, PopupCloseBehavior, Rect, Role, Sense, Ui, UiBuilder, vec2};

use super::menu_items::{ActionRow, action_rows, begin_action_menu};
use crate::action::Menu;
use crate::command::Commands;
use crate::state::Page;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::AppView;

/// In less room the file name is left out: the window title has it too.
const TITLE_MIN: f32 = 60.0;

/// What the menu bar shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MenuData {
    /// The file name with its state: `films.vstore [Read-only]`.
    title: String,
}

impl MenuData {
    fn new(view: &AppView<'_>) -> Self {
        let title = match view.page {
            Page::Welcome | Page::NewDatabase(_) => String::new(),
            Page::Unlock(page) => page.title(),
            Page::Open(store) if store.is_read_only() => format!("{} [Read-only]", store.title),
            Page::Open(store) => store.title.clone(),
        };
        Self { title }
    }
}

/// The rows of one menu in their present state.
fn menu_rows(menu: Menu, view: &AppView<'_>) -> Vec<ActionRow> {
    let rows = menu.actions();
    rows.map(|(starts_group, action)| ActionRow::new(action, starts_group, view))
        .collect()
}

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
    let mut menus_end = row.min_rect().right();
    egui::MenuBar::new().ui(&mut row, |ui| {
        ui.spacing_mut().button_padding = vec2(8.0, 4.0);
        // A row closes the menu when it is picked; a disabled one does not.
        let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        for menu in Menu::ALL {
            let word = egui::RichText::new(menu.name()).color(tokens.muted);
            let button = egui::Button::new(word).corner_radius(5.0);
            let (response, _) =
                MenuButton::from_button(button)
                    .config(config.clone())
                    .ui(ui, |ui| {
                        let rows = menu_rows(menu, &view);
                        begin_action_menu(ui, &rows);
                        action_rows(ui, &rows, &view, commands);
                    });
            menus_end = response.rect.right();
        }
    });
    let left = menus_end + metrics::SPACE_16;
    let room = Rect::from_x_y_ranges(left..=rect.right() - metrics::SPACE_12, rect.y_range());
    if room.width() >= TITLE_MIN {
        title(ui, rect, room, &data.title, tokens);
    }
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

/// Centred in the window, or in the room to the right of the menus if it would overlap them.
fn title(ui: &Ui, bar: Rect, room: Rect, text: &str, tokens: &Tokens) {
    let galley = type_scale::line(ui, text, type_scale::body(), tokens.muted, room.width());
    let width = galley.size().x;
    let centred = bar.center().x - width / 2.0;
    let left = centred.clamp(room.left(), room.right() - width);
    let place = Rect::from_min_size(egui::pos2(left, bar.top()), vec2(width, bar.height()));
    let response = ui.interact(place, ui.scope_id().with("title"), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, text));
    let elided = galley.elided;
    paint::text_in(ui.painter(), place, Align::Min, galley);
    if elided {
        response.on_hover_text(text);
    }
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
    fn the_title_shows_read_only_and_locked() {
        let mut state = films();
        assert_eq!(title_of(&state), "Films");
        store_of(&mut state).read_only = true;
        assert_eq!(title_of(&state), "Films [Read-only]");
        state.page = Page::Unlock(UnlockPage::new("/tmp/films.vstore".into(), false));
        assert_eq!(title_of(&state), "films.vstore [Locked]");
        let mut page = UnlockPage::new("/tmp/notes.txt".into(), false);
        page.problem = Some(crate::state::Problem::NotAVStore);
        state.page = Page::Unlock(page);
        assert_eq!(title_of(&state), "notes.txt", "it is not a locked database");
        assert_eq!(title_of(&State::default()), "");
    }

    #[test]
    fn the_file_name_never_overlaps_the_menus() {
        for (width, name) in [
            (1280.0, "films.vstore"),
            (
                800.0,
                "films-of-the-eighties-and-nineties-with-everybody-in-them.vstore",
            ),
            (
                560.0,
                "films-of-the-eighties-and-nineties-with-everybody-in-them.vstore",
            ),
            (420.0, "films.vstore"),
        ] {
            let mut state = films();
            store_of(&mut state).title = name.to_owned();
            let scene: Scene<()> =
                Scene::new(state, [width, 300.0], |(): &mut (), ui, view, commands| {
                    let bar = ui.max_rect().with_max_y(32.0);
                    let mut bar = ui.new_child(UiBuilder::new().max_rect(bar));
                    menu_bar(&mut bar, view.app, commands);
                });
            let menus = scene.harness.get_by_label("Help").rect();
            let Some(title) = scene.harness.query_by_label(name) else {
                assert!(width < 560.0, "{width}: there is room for the name");
                continue;
            };
            let title = title.rect();
            assert!(menus.right() < title.left(), "{width}: {menus} {title}");
            assert!(title.right() <= width, "{width}: {title}");
        }
    }

    #[test]
    fn a_click_in_a_menu_runs_its_action_and_closes_it() {
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
