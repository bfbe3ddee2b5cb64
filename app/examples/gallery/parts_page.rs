//! Every widget on its own, in each of its states.

use eframe::egui::{self, CentralPanel, Frame, Id, RichText, Ui, vec2};
use vstore_app::theme::{Tokens, icons, paint, type_scale};
use vstore_app::widgets::badge::{Chip, badge};
use vstore_app::widgets::button::{Button, IconButton};
use vstore_app::widgets::empty_state::EmptyState;
use vstore_app::widgets::modal::{DialogButton, DialogFrame};
use vstore_app::widgets::progress::progress;
use vstore_app::widgets::toast::{Toast, ToastKind, Toasts};

pub(crate) struct PartsPage {
    toasts: Toasts,
    dialog: bool,
    check: bool,
    text: String,
}

impl Default for PartsPage {
    fn default() -> Self {
        let mut toasts = Toasts::default();
        for (tag, kind, text, action) in [
            (1, ToastKind::Done, "Deleted 1 record", Some("Undo")),
            (
                2,
                ToastKind::Failed,
                "The file could not be written: the disk is full",
                None,
            ),
        ] {
            let action = action.map(str::to_owned);
            toasts.put(Toast {
                tag,
                repeats: 0,
                kind,
                text: text.to_owned(),
                action,
            });
        }
        let dialog = std::env::args().any(|argument| argument == "dialog");
        Self {
            toasts,
            dialog,
            check: true,
            text: "customer:de:ab12".to_owned(),
        }
    }
}

impl PartsPage {
    pub(crate) fn ui(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let frame = Frame::NONE.fill(tokens.background).inner_margin(24);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            buttons(ui);
            ui.add_space(12.0);
            self.standard(ui);
            ui.add_space(12.0);
            ui.allocate_ui(vec2(300.0, 8.0), |ui| {
                progress(ui, Id::unique("import"), "Importing", Some(0.42));
                progress(ui, Id::unique("check"), "Checking", None);
            });
            ui.add_space(12.0);
            every_icon(ui);
            ui.allocate_ui(vec2(ui.available_width(), 320.0), |ui| {
                let empty = EmptyState {
                    icon: icons::MAGNIFYING_GLASS,
                    title: "No record matches",
                    text: "Try fewer words, or a fuzzy search.",
                    actions: &["Clear search", "Switch to Fuzzy"],
                };
                empty.show(ui);
            });
        });
        self.toasts.show(ui.ctx(), 40.0);
        if self.dialog {
            let buttons = [
                DialogButton::secondary("Cancel"),
                DialogButton::danger("Delete 3 records"),
            ];
            let dialog = DialogFrame::new(Id::unique("delete"), "Delete 3 records?")
                .icon(icons::TRASH)
                .subtitle("films.vstore");
            let response = dialog.show(ui.ctx(), &buttons, |ui| {
                ui.label("film:1982:tootsie, film:1988:rain-man and film:1987:ishtar.");
                ui.label(RichText::new("You can undo this with Ctrl+Z.").color(tokens.muted));
                ui.text_edit_singleline(&mut self.text);
            });
            self.dialog = response.clicked.is_none() && !response.cancelled;
        }
    }

    fn standard(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.checkbox(&mut self.check, "Include expiry");
            ui.radio_value(&mut self.check, true, "Skip");
            ui.radio_value(&mut self.check, false, "Replace");
            ui.add(egui::TextEdit::singleline(&mut self.text).desired_width(200.0));
            egui::ComboBox::from_id_salt("combo")
                .selected_text("By key")
                .show_ui(ui, |ui| {
                    ui.label("By key");
                });
            ui.hyperlink_to("Read more", "https://example.com");
        });
    }
}

fn buttons(ui: &mut Ui) {
    ui.horizontal(|ui| {
        Button::primary("Unlock").show(ui);
        Button::secondary("Cancel").show(ui);
        Button::ghost("Open read-only").show(ui);
        Button::danger("Delete").icon(icons::TRASH).show(ui);
        ui.add_enabled_ui(false, |ui| Button::primary("Disabled").show(ui));
        ui.add_enabled_ui(false, |ui| Button::secondary("Disabled").show(ui));
        IconButton::new(icons::COPY, "Copy").show(ui);
        IconButton::new(icons::ROWS, "Rows").selected(true).show(ui);
        IconButton::new(icons::CALENDAR_BLANK, "Date")
            .framed()
            .show(ui);
        badge(ui, "READ-ONLY");
        Chip::new("year:1980..1999", true).removable().show(ui);
        Chip::new("expiring", false).show(ui);
    });
    let focused = Button::secondary("Focused").show(ui);
    focused.request_focus();
}

fn every_icon(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    ui.horizontal_wrapped(|ui| {
        for (_, glyph) in icons::ALL {
            let (_, place) = ui.allocate_space(vec2(24.0, 24.0));
            paint::icon(ui.painter(), place, glyph, 18.0, tokens.text);
        }
    });
    ui.label(
        RichText::new("äöü ß ñ ≤ → · … 漢字 かな 한국어 العربية 😀🔑").font(type_scale::body()),
    );
    ui.label(RichText::new("0123456789 != -> == >= {} [] \"漢字\" 😀").font(type_scale::mono()));
}
