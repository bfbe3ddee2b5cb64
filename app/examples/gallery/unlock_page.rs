//! The unlock page.

use eframe::egui::{self, CentralPanel, Frame, Id, Panel, RichText, Ui, vec2};
use vstore_app::theme::{Tokens, icons, paint, type_scale};
use vstore_app::widgets::button::Button;
use vstore_app::widgets::modal::card;
use vstore_app::widgets::password::PasswordField;
use vstore_app::widgets::section_header::section_header;
use vstore_app::widgets::start_row::{FileRow, action_row, file_row};

#[derive(Default)]
pub(crate) struct UnlockPage {
    password: PasswordField,
    failed: bool,
}

impl UnlockPage {
    pub(crate) fn ui(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        Panel::left("start")
            .exact_size(380.0)
            .frame(Frame::NONE.fill(tokens.panel).inner_margin(egui::Margin {
                left: 28,
                right: 28,
                top: 46,
                bottom: 0,
            }))
            .show(ui, start);
        CentralPanel::default()
            .frame(Frame::NONE.fill(tokens.background))
            .show(ui, |ui| {
                let size = vec2(440.0, 312.0);
                let place = egui::Rect::from_center_size(ui.max_rect().center(), size);
                ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| self.card(ui));
            });
    }

    fn card(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        card(tokens, 32).show(ui, |ui| {
            ui.horizontal(|ui| {
                let (_, place) = ui.allocate_space(vec2(26.0, 40.0));
                paint::icon(ui.painter(), place, icons::LOCK_SIMPLE, 26.0, tokens.accent);
                ui.add_space(6.0);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(RichText::new("films.vstore").font(type_scale::title()));
                    let place = "Documents · saved today 14:02";
                    ui.label(RichText::new(place).color(tokens.faint));
                });
            });
            ui.add_space(12.0);
            ui.label(RichText::new("Password").color(tokens.muted));
            let id = Id::unique("password");
            if ui.input(|input| input.time) < 0.5 {
                ui.memory_mut(|memory| memory.request_focus(id));
            }
            let response = self.password.show(ui, id, "Password", self.failed);
            self.failed = (self.failed && !response.changed) || response.submitted;
            if response.submitted {
                self.password.select_all();
            }
            if self.failed {
                ui.horizontal(|ui| {
                    let (_, place) = ui.allocate_space(vec2(14.0, 14.0));
                    let glyph = icons::WARNING_CIRCLE;
                    paint::icon(ui.painter(), place, glyph, 14.0, tokens.danger);
                    let caps = if self.password.caps_lock() {
                        " Caps Lock may be on."
                    } else {
                        ""
                    };
                    let text = format!("Wrong password.{caps}");
                    ui.label(RichText::new(text).color(tokens.danger));
                });
            }
            ui.add_space(6.0);
            Button::link("Key file or recovery key")
                .icon(icons::CARET_RIGHT)
                .show(ui);
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                Button::link("Open read-only").show(ui);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    Button::primary("Unlock").min_width(80.0).show(ui);
                    Button::secondary("Cancel").show(ui);
                });
            });
        });
    }
}

fn start(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        let (_, place) = ui.allocate_space(vec2(32.0, 36.0));
        paint::icon(ui.painter(), place, icons::VAULT, 32.0, tokens.accent);
        ui.add_space(4.0);
        ui.label(RichText::new("VStore").font(type_scale::display()));
    });
    ui.label(RichText::new("The encrypted database you can double-click.").color(tokens.muted));
    ui.add_space(16.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    for (glyph, label, shortcut) in [
        (icons::PLUS, "New database…", "Ctrl+Shift+N"),
        (icons::FOLDER_OPEN, "Open…", "Ctrl+O"),
        (icons::DOWNLOAD_SIMPLE, "Import JSON or NDJSON…", ""),
        (icons::SPARKLE, "Explore the sample database", ""),
    ] {
        action_row(ui, Id::unique(label), glyph, label, shortcut);
    }
    ui.add_space(12.0);
    section_header(ui, "Recent", None, None);
    for (name, detail) in [
        ("films.vstore", "Documents · 2.1 MB · today"),
        ("customers.vstore", "Work · 148 MB · yesterday"),
        ("tokens.vstore", "Keys · 96 KB · 12 Nov"),
    ] {
        let file = FileRow {
            missing: false,
            name,
            detail,
            selected: name == "films.vstore",
        };
        file_row(ui, Id::unique(name), &file);
    }
}
