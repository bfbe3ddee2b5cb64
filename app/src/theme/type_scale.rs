//! Font sizes, and laying out the short lines of text that widgets paint.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, FontFamily, FontId, Galley, Ui};

use super::visible::{self, Strictness};
use super::{Tokens, fonts};

/// The longest text passed to the toolkit for one painted line, in characters.
///
/// Layout takes time for every character, even for those cut off at the right edge.
pub const MAX_LINE_CHARS: usize = 400;

/// Body text, 13.
pub fn body() -> FontId {
    FontId::new(13.0, FontFamily::Proportional)
}

/// Emphasised body text (buttons, table headers), 13 medium.
pub fn body_medium() -> FontId {
    FontId::new(13.0, fonts::medium())
}

/// Titles in body size, 13 semi bold.
pub fn body_strong() -> FontId {
    FontId::new(13.0, fonts::semi_bold())
}

/// Second lines and hints, 12.
pub fn small() -> FontId {
    FontId::new(12.0, FontFamily::Proportional)
}

/// Counts on tabs, types in badges: 11.
pub fn tiny() -> FontId {
    FontId::new(11.0, FontFamily::Proportional)
}

/// The key of the open record, titles of dialogs: 15 semi bold.
pub fn heading() -> FontId {
    FontId::new(15.0, fonts::semi_bold())
}

/// Titles of pages and cards: 17 semi bold.
pub fn title() -> FontId {
    FontId::new(17.0, fonts::semi_bold())
}

/// The program's name on the start page: 22 semi bold.
pub fn display() -> FontId {
    FontId::new(22.0, fonts::semi_bold())
}

/// Section labels: 11 semi bold, set in capitals by [`section_job`].
pub fn section() -> FontId {
    FontId::new(11.0, fonts::semi_bold())
}

/// Values: 12 monospaced.
pub fn mono() -> FontId {
    FontId::new(12.0, FontFamily::Monospace)
}

/// An icon of `size` points.
pub fn icon(size: f32) -> FontId {
    FontId::new(size, fonts::icons())
}

/// A section label: capitals, spaced by half a point.
pub fn section_job(text: &str, color: Color32) -> LayoutJob {
    let format = TextFormat {
        extra_letter_spacing: 0.5,
        ..TextFormat::simple(section(), color)
    };
    LayoutJob::single_section(text.to_uppercase(), format)
}

/// `text` in one line, cut off with an ellipsis after `max_width` points.
///
/// Line breaks become spaces; more than [`MAX_LINE_CHARS`] characters are never laid out.
pub fn line(ui: &Ui, text: &str, font: FontId, color: Color32, max_width: f32) -> Arc<Galley> {
    let (looks, tokens) = ((&font, color), Tokens::of(ui));
    let job = visible::job(text, Strictness::Prose, looks, tokens, MAX_LINE_CHARS);
    line_job(ui, job, max_width)
}

/// A prepared job in one line, cut off with an ellipsis after `max_width` points.
pub fn line_job(ui: &Ui, mut job: LayoutJob, max_width: f32) -> Arc<Galley> {
    job.wrap = TextWrapping::truncate_at_width(max_width.max(0.0));
    job.break_on_newline = false;
    ui.painter().layout_job(job)
}

/// A number that does not change: in the font's own digits, which look best.
pub fn number(ui: &Ui, text: &str, font: FontId, color: Color32) -> Arc<Galley> {
    ui.painter().layout_no_wrap(one_line(text), font, color)
}

/// A number whose digits all have the same width, so that it does not jump when it changes.
///
/// Inter's digits are proportional by default and the toolkit does not support font features, so
/// each digit is centred in a cell as wide as the widest one.
pub fn tabular(ui: &Ui, text: &str, font: FontId, color: Color32) -> Arc<Galley> {
    let widths: [f32; 10] = ui.fonts_mut(|fonts| {
        std::array::from_fn(|digit| fonts.glyph_width(&font, char::from(b'0' + digit as u8)))
    });
    let widest = widths.iter().copied().fold(0.0, f32::max);
    let mut job = LayoutJob::default();
    let mut buffer = [0_u8; 4];
    let mut carried = 0.0;
    for character in text.chars().take(MAX_LINE_CHARS) {
        let spare = character
            .to_digit(10)
            .and_then(|digit| widths.get(digit as usize))
            .map_or(0.0, |width| (widest - width) / 2.0);
        let glyph = character.encode_utf8(&mut buffer);
        let format = TextFormat::simple(font.clone(), color);
        job.append(glyph, carried + spare, format);
        carried = spare;
    }
    // The remaining width of the last cell counts too; otherwise numbers at a right edge would not
    // line up.
    job.append("\u{200B}", carried, TextFormat::simple(font, color));
    job.wrap = TextWrapping::no_max_width();
    job.break_on_newline = false;
    ui.painter().layout_job(job)
}

/// A name (a key, a path) in one line: like [`line()`], but every invisible character is marked.
pub fn name(ui: &Ui, text: &str, font: FontId, color: Color32, max_width: f32) -> Arc<Galley> {
    line_job(ui, name_job(ui, text, &font, color), max_width)
}

/// Like [`name`], as a layout job.
pub fn name_job(ui: &Ui, text: &str, font: &FontId, color: Color32) -> LayoutJob {
    let looks = (font, color);
    let tokens = Tokens::of(ui);
    visible::job(text, Strictness::Name, looks, tokens, MAX_LINE_CHARS)
}

/// At most [`MAX_LINE_CHARS`] characters of `text`: line breaks become spaces, and other invisible
/// characters are shown as marks.
pub fn one_line(text: &str) -> String {
    visible::text(text, Strictness::Prose, MAX_LINE_CHARS)
}

/// At most [`MAX_LINE_CHARS`] characters of a name, with every invisible character shown as a mark.
pub fn one_name(text: &str) -> String {
    visible::text(text, Strictness::Name, MAX_LINE_CHARS)
}
