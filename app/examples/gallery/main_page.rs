//! The main window, built from sample data.

use eframe::egui::{
    self, Align, CentralPanel, Frame, Id, Layout, Panel, RichText, Stroke, Ui, vec2,
};
use vstore_app::theme::{Tokens, icons, metrics, paint, type_scale};
use vstore_app::widgets::bars::{Bin, ValueBar, histogram, top_values};
use vstore_app::widgets::button::{Button, IconButton};
use vstore_app::widgets::countdown::countdown;
use vstore_app::widgets::nav_list::{NavRow, nav_list};
use vstore_app::widgets::search_field::SearchField;
use vstore_app::widgets::section_header::section_header;
use vstore_app::widgets::segmented::segmented;
use vstore_app::widgets::tab_bar::{Tab, tab_bar};
use vstore_app::widgets::table::{ColumnSpec, SortArrow, Table, TableEvent, TableState};
use vstore_app::widgets::value_tree::{TreeState, value_tree};

use super::samples::{FILMS, FilmTree};

pub(crate) struct MainPage {
    query: String,
    mode: usize,
    tab: usize,
    bottom_tab: usize,
    selected: usize,
    table: TableState,
    tree: TreeState,
}

impl Default for MainPage {
    fn default() -> Self {
        Self {
            query: "hofman dustn year:1980..1999".to_owned(),
            mode: 1,
            tab: 0,
            bottom_tab: 0,
            selected: 0,
            table: TableState::default(),
            tree: TreeState::default(),
        }
    }
}

fn bar(tokens: &Tokens, x: i8) -> Frame {
    Frame::NONE
        .fill(tokens.panel)
        .inner_margin(egui::Margin::symmetric(x, 0))
}

impl MainPage {
    pub(crate) fn ui(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        if ui.input(|input| input.time) < 0.5 {
            ui.memory_mut(|memory| memory.request_focus(Id::unique("search")));
        }
        Panel::top("menu")
            .exact_size(metrics::MENU_BAR)
            .frame(bar(tokens, 14))
            .show(ui, menu);
        Panel::top("tools")
            .exact_size(metrics::TOOLBAR)
            .frame(bar(tokens, 12))
            .show(ui, |ui| self.tools(ui));
        Panel::bottom("status")
            .exact_size(metrics::STATUS_BAR)
            .frame(bar(tokens, 12))
            .show(ui, status);
        Panel::bottom("bottom")
            .default_size(metrics::BOTTOM_PANEL)
            .resizable(true)
            .frame(bar(tokens, 0))
            .show(ui, |ui| self.bottom(ui));
        Panel::left("left")
            .default_size(metrics::LEFT_PANEL)
            .resizable(true)
            .frame(bar(tokens, 0))
            .show(ui, left);
        Panel::right("right")
            .default_size(metrics::RIGHT_PANEL)
            .resizable(true)
            .frame(bar(tokens, 0))
            .show(ui, |ui| self.right(ui));
        CentralPanel::default()
            .frame(Frame::NONE.fill(tokens.background))
            .show(ui, |ui| self.center(ui));
    }

    fn tools(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        ui.horizontal_centered(|ui| {
            IconButton::new(icons::SIDEBAR_SIMPLE, "Hide left panel")
                .framed()
                .show(ui);
            Button::secondary("Record")
                .icon(icons::PLUS)
                .shortcut("Ctrl+N")
                .show(ui);
            ui.add_space(2.0);
            let width = ui.available_width() - 590.0;
            ui.allocate_ui(vec2(width, metrics::SEARCH), |ui| {
                let id = Id::unique("search");
                let filter = 13..28;
                SearchField::new(id, "Search everything…", "Ctrl+F")
                    .filters(std::slice::from_ref(&filter))
                    .show(ui, &mut self.query);
            });
            ui.add_space(2.0);
            let modes = ["Exact", "Fuzzy", "Contains"];
            self.mode = segmented(ui, "How words match", &modes, self.mode).unwrap_or(self.mode);
            ui.label(RichText::new("31").color(tokens.text));
            ui.label(RichText::new("similar · 0 exact · 2.1 ms").color(tokens.faint));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                IconButton::new(icons::LOCK_SIMPLE, "Lock")
                    .shortcut("Ctrl+L")
                    .show(ui);
                IconButton::new(icons::COMMAND, "Commands")
                    .shortcut("Ctrl+K")
                    .show(ui);
                ui.add_enabled_ui(false, |ui| {
                    IconButton::new(icons::ARROW_CLOCKWISE, "Redo").show(ui);
                });
                IconButton::new(icons::ARROW_COUNTER_CLOCKWISE, "Undo")
                    .shortcut("Ctrl+Z")
                    .show(ui);
            });
        });
    }

    fn center(&mut self, ui: &mut Ui) {
        let columns = [
            ColumnSpec::new("Key", 222.0).sorted(Some(SortArrow::Ascending)),
            ColumnSpec::new("Value", 150.0).stretch(),
            ColumnSpec::new("year", 68.0).right(),
            ColumnSpec::new("genres[]", 104.0),
            ColumnSpec::new("Expires", 112.0),
            ColumnSpec::new("Modified", 90.0).right(),
        ];
        let chosen = self.selected;
        let response = Table::new(Id::unique("records"), "Records", &columns, FILMS.len())
            .selected(&|row| row == chosen)
            .show(ui, &mut self.table, |row| {
                let tokens = row.tokens();
                let (key, value, year, genre, life, modified) = FILMS[row.index()];
                row.text(0, key, tokens.text);
                row.mono(1, value, tokens.muted);
                row.number(2, year, tokens.number);
                row.text(3, genre, tokens.string);
                match life {
                    None => row.text(4, "never", tokens.faint),
                    Some((left, text)) => {
                        row.cell(4, text, |ui, rect| countdown(ui, rect, left, text));
                    }
                }
                row.number(5, modified, tokens.muted);
            });
        for event in response.events {
            if let TableEvent::Select(row) = event {
                self.selected = row;
            }
        }
    }

    fn right(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        ui.spacing_mut().item_spacing.y = 0.0;
        let margin = egui::Margin::symmetric(14, 12);
        Frame::NONE.inner_margin(margin).show(ui, |ui| {
            ui.horizontal(|ui| {
                let key = RichText::new(FILMS[self.selected].0).font(type_scale::heading());
                ui.label(key.color(tokens.text));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    IconButton::new(icons::TRASH, "Delete").show(ui);
                    IconButton::new(icons::PENCIL_SIMPLE, "Edit").show(ui);
                    IconButton::new(icons::COPY, "Copy").show(ui);
                });
            });
        });
        ui.horizontal(|ui| {
            ui.add_space(10.0);
            let tabs = [
                Tab::new("Tree"),
                Tab::new("Text"),
                Tab::new("Hex"),
                Tab::counting("History", 3),
            ];
            self.tab = tab_bar(ui, "Views", &tabs, self.tab).unwrap_or(self.tab);
        });
        hairline(ui);
        ui.add_space(8.0);
        ui.allocate_ui(vec2(ui.available_width(), 312.0), |ui| {
            value_tree(ui, Id::unique("value"), "Value", &mut self.tree, &FilmTree);
        });
        hairline(ui);
        Frame::NONE.inner_margin(margin).show(ui, |ui| {
            ui.horizontal(|ui| {
                let (_, place) = ui.allocate_space(vec2(18.0, 18.0));
                paint::icon(ui.painter(), place, icons::TIMER, 17.0, tokens.muted);
                ui.label("Expires");
                ui.label(RichText::new("never").color(tokens.muted));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    IconButton::new(icons::CALENDAR_BLANK, "Custom expiry")
                        .framed()
                        .show(ui);
                    for preset in ["1 w", "1 d", "1 h"] {
                        Button::secondary(preset).show(ui);
                    }
                });
            });
            ui.add_space(10.0);
            let facts = "created 20 Nov 2026 13:56 · modified 14:02 · 1.2 KB";
            ui.label(RichText::new(facts).color(tokens.faint));
        });
    }

    fn bottom(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.horizontal(|ui| {
            ui.add_space(10.0);
            let tabs = [
                Tab::new("Activity"),
                Tab::counting("Expiring soon", 3),
                Tab::new("Jobs"),
            ];
            self.bottom_tab =
                tab_bar(ui, "Below", &tabs, self.bottom_tab).unwrap_or(self.bottom_tab);
        });
        hairline(ui);
        let rows = [
            (
                "14:02:11",
                icons::PENCIL_SIMPLE,
                tokens.accent,
                "set",
                FILMS[0].0,
                "seen: false → true",
            ),
            (
                "14:01:58",
                icons::TIMER,
                tokens.warning,
                "expire",
                "token:ci:7f3a",
                "expired after 1 h",
            ),
            (
                "14:01:40",
                icons::TRASH,
                tokens.danger,
                "delete",
                "film:1986:hoosiers",
                "undo with Ctrl+Z",
            ),
        ];
        for (time, glyph, color, verb, key, text) in rows {
            let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 30.0));
            let at = |x: f32| rect.with_min_x(rect.left() + x);
            let text_at = |x: f32, text: &str, font, color| {
                let galley = type_scale::line(ui, text, font, color, 400.0);
                paint::text_in(ui.painter(), at(x), Align::Min, galley);
            };
            text_at(12.0, time, type_scale::mono(), tokens.faint);
            paint::icon(
                ui.painter(),
                at(82.0).with_max_x(rect.left() + 98.0),
                glyph,
                14.0,
                color,
            );
            text_at(111.0, verb, type_scale::body(), tokens.muted);
            text_at(181.0, key, type_scale::body(), tokens.text);
            text_at(425.0, text, type_scale::body(), tokens.muted);
        }
    }
}

fn hairline(ui: &mut Ui) {
    let color = Tokens::of(ui).line;
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 1.0));
    ui.painter()
        .hline(rect.x_range(), rect.center().y, Stroke::new(1.0, color));
}

fn menu(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    ui.horizontal_centered(|ui| {
        let (_, place) = ui.allocate_space(vec2(16.0, 16.0));
        paint::icon(ui.painter(), place, icons::VAULT, 17.0, tokens.accent);
        ui.label(RichText::new("VStore").font(type_scale::body_strong()));
        egui::MenuBar::new().ui(ui, |ui| {
            for name in ["File", "Edit", "Record", "View", "Tools", "Help"] {
                let label = RichText::new(name).color(tokens.muted);
                ui.menu_button(label, |ui| {
                    let item = |text, shortcut| egui::Button::new(text).shortcut_text(shortcut);
                    ui.add(item("New database…", "Ctrl+Shift+N"));
                    ui.add(item("Open…", "Ctrl+O"));
                    ui.separator();
                    ui.add(item("Quit", "Ctrl+Q"));
                });
            }
        });
    });
    let center = ui.max_rect();
    let title = type_scale::line(ui, "films.vstore", type_scale::body(), tokens.muted, 400.0);
    paint::text_in(
        ui.painter(),
        center.with_min_x(center.left() + 340.0),
        Align::Center,
        title,
    );
}

fn status(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    let small = |text: &str| {
        RichText::new(text)
            .font(type_scale::small())
            .color(tokens.muted)
    };
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        for text in ["5,169 records", "31 shown", "1 selected"] {
            ui.label(small(text));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.label(small("Locks in 4:59"));
            ui.add_space(10.0);
            for (text, glyph, color) in [
                ("AES-256", icons::SHIELD_CHECK, tokens.muted),
                ("All changes saved", icons::CHECK_CIRCLE, tokens.ok),
            ] {
                ui.label(small(text));
                let (_, place) = ui.allocate_space(vec2(14.0, 14.0));
                paint::icon(ui.painter(), place, glyph, 14.0, color);
                ui.add_space(10.0);
            }
        });
    });
}

fn left(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.y = 0.0;
    section_header(ui, "Namespaces", None, Some(true));
    let rows = [
        ("film", 0, Some(true), "5,121"),
        ("1982", 1, Some(false), "209"),
        ("1988", 1, Some(false), "264"),
        ("1999", 1, Some(false), "305"),
        ("token", 0, Some(false), "48"),
    ];
    let space = |index: usize| {
        let (label, depth, expanded, count) = rows[index];
        NavRow {
            label,
            depth,
            expanded,
            count,
            ..NavRow::default()
        }
    };
    nav_list(
        ui,
        Id::unique("spaces"),
        "Namespaces",
        rows.len(),
        None,
        &space,
    );
    ui.add_space(10.0);
    hairline(ui);
    ui.add_space(2.0);
    section_header(ui, "Indexes", Some("9 paths"), None);
    let paths = [
        ("cast[]", "list", "4,902"),
        ("extract", "str", "5,004"),
        ("genres[]", "list", "5,121"),
        ("title", "str", "5,121"),
        ("year", "int", "5,121"),
    ];
    let path = |index: usize| {
        let (label, badge, count) = paths[index];
        NavRow {
            label,
            badge: Some(badge),
            count,
            ..NavRow::default()
        }
    };
    nav_list(
        ui,
        Id::unique("paths"),
        "Indexes",
        paths.len(),
        Some(2),
        &path,
    );
    ui.add_space(14.0);
    Frame::NONE
        .inner_margin(egui::Margin::symmetric(12, 0))
        .show(ui, distributions);
}

fn distributions(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    let caption = |ui: &mut Ui, text: &str| {
        ui.label(RichText::new(text).color(tokens.muted));
        ui.add_space(8.0);
    };
    caption(ui, "genres[] · 22 distinct");
    let value = |label, count, count_text| ValueBar {
        label,
        count,
        count_text,
    };
    let values = [
        value("Drama", 1742, "1,742"),
        value("Comedy", 1698, "1,698"),
        value("Action", 688, "688"),
        value("Thriller", 641, "641"),
        value("Crime", 512, "512"),
        value("Horror", 498, "498"),
    ];
    top_values(ui, Id::unique("genres"), "genres", &values);
    ui.add_space(16.0);
    caption(ui, "year · 1980 to 1999");
    let counts = [
        22_u64, 26, 31, 35, 34, 40, 43, 47, 45, 45, 38, 41, 45, 48, 51, 54, 58, 66, 64, 70,
    ];
    let labels: Vec<String> = counts
        .iter()
        .enumerate()
        .map(|(index, count)| format!("{} · {count}", 1980 + index))
        .collect();
    let bins: Vec<Bin<'_>> = counts
        .iter()
        .zip(&labels)
        .map(|(count, label)| Bin {
            height: *count as f64,
            label,
        })
        .collect();
    histogram(ui, Id::unique("years"), "years", 64.0, &bins);
}
