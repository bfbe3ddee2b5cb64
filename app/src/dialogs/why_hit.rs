//! Why a record was found: what each word matched, and what determines its rank.

use egui::{Context, Grid, RichText, ScrollArea, Ui};

use super::frame;
use crate::command::Commands;
use crate::format;
use crate::state::{WhyHit, WhyWord};
use crate::theme::{Tokens, icons, metrics, type_scale};
use crate::widgets::field;
use crate::widgets::modal::{DialogButton, DialogFrame};

/// The greatest height of the body before it scrolls.
const BODY: f32 = 480.0;

pub(super) fn show(ctx: &Context, why: &WhyHit, commands: &mut Commands) {
    let key = type_scale::one_name(why.key.as_str());
    let shown = DialogFrame::new(frame::id("why hit"), "Why this hit")
        .icon(icons::QUESTION)
        .subtitle(&key)
        .width(520.0)
        .show(ctx, &[DialogButton::primary("Close")], |ui| {
            let area = ScrollArea::vertical()
                .max_height(BODY)
                .min_scrolled_height(BODY);
            area.show(ui, |ui| {
                ui.set_width(ui.available_width());
                body(ui, why);
            });
        });
    if shown.cancelled || shown.clicked.is_some() {
        frame::close(commands);
    }
}

fn body(ui: &mut Ui, why: &WhyHit) {
    let tokens = Tokens::of(ui);
    if why.words.is_empty() {
        ui.label("It meets the conditions of the search, which contains no words to rank by.");
        return;
    }
    ui.label(format!("{}.", why.level));
    ui.add_space(metrics::SPACE_12);
    field::label(ui, "What was found");
    let grid = |name: &str, columns: usize| {
        Grid::new(frame::id(name))
            .num_columns(columns)
            .spacing([metrics::SPACE_16, 6.0])
    };
    grid("why words", 4).show(ui, |ui| {
        for word in &why.words {
            word_row(ui, word);
            ui.end_row();
        }
    });
    ui.add_space(metrics::SPACE_16);
    field::label(ui, &position(why));
    grid("why order", 2).show(ui, |ui| {
        for (what, value) in &why.order {
            ui.label(RichText::new(*what).color(tokens.muted));
            ui.label(value);
            ui.end_row();
        }
    });
    ui.add_space(metrics::SPACE_8);
    field::explanation(ui, "Each line counts only if all lines above it are equal.");
}

fn word_row(ui: &mut Ui, word: &WhyWord) {
    let tokens = Tokens::of(ui);
    let mono = |text: &str, color| RichText::new(text).font(type_scale::mono()).color(color);
    ui.label(mono(&word.word, tokens.text));
    ui.label(mono(&word.found, tokens.match_text).background_color(tokens.match_surface));
    ui.label(RichText::new(word.how).color(tokens.muted));
    ui.label(mono(&word.place, tokens.path));
}

/// `What determines its rank (row 3 of 66)`.
fn position(why: &WhyHit) -> String {
    match why.row {
        Some((row, rows)) => format!(
            "What determines its rank (row {} of {})",
            format::count(row as u64 + 1),
            format::count(rows as u64)
        ),
        None if why.other_order => {
            "What determines its rank (the table is sorted differently now)".to_owned()
        }
        None => "What determines its rank".to_owned(),
    }
}
