//! The font files of the program and the families made of them.
//!
//! Every family ends in egui's own fonts (symbols, monochrome emoji); characters missing there
//! (CJK, Arabic, …) are found in the system's fonts by the window's font provider.
//!
//! Inter and JetBrains Mono draw `->`, `!=` or `2x` as one glyph. In a program that shows data this
//! misrepresents the text, and the toolkit cannot turn it off; so the substitution table of these
//! fonts is hidden from the text shaper.

use std::sync::{Arc, LazyLock};

use egui::{FontData, FontDefinitions, FontFamily};

const INTER: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.ttf");
const INTER_MEDIUM: &[u8] = include_bytes!("../../../assets/fonts/Inter-Medium.ttf");
const INTER_SEMI_BOLD: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf");
const JETBRAINS_MONO: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf");
const PHOSPHOR: &[u8] = include_bytes!("../../../assets/fonts/Phosphor-Regular.ttf");

static MEDIUM: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("inter-medium".into()));
static SEMI_BOLD: LazyLock<FontFamily> =
    LazyLock::new(|| FontFamily::Name("inter-semi-bold".into()));
static ICONS: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("phosphor".into()));

/// Inter Medium, for buttons and table headers.
pub fn medium() -> FontFamily {
    MEDIUM.clone()
}

/// Inter Semi Bold, for headings and section labels.
pub fn semi_bold() -> FontFamily {
    SEMI_BOLD.clone()
}

/// Phosphor, only for the constants of [`super::icons`]: its glyphs are in the private use area,
/// where other fonts have glyphs of their own.
pub fn icons() -> FontFamily {
    ICONS.clone()
}

/// All families, for [`egui::Context::set_fonts`].
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [
        ("inter", INTER),
        ("inter-medium", INTER_MEDIUM),
        ("inter-semi-bold", INTER_SEMI_BOLD),
        ("jetbrains-mono", JETBRAINS_MONO),
        ("phosphor", PHOSPHOR),
    ] {
        let data = Arc::new(FontData::from_owned(without_substitutions(bytes)));
        fonts.font_data.insert(name.to_owned(), data);
    }
    let fallback = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let chain = |first: &str| {
        let mut names = vec![first.to_owned()];
        names.extend(fallback.iter().cloned());
        names
    };
    fonts
        .families
        .insert(FontFamily::Proportional, chain("inter"));
    fonts.families.insert(medium(), chain("inter-medium"));
    fonts.families.insert(semi_bold(), chain("inter-semi-bold"));
    fonts
        .families
        .insert(FontFamily::Monospace, chain("jetbrains-mono"));
    fonts.families.insert(icons(), vec!["phosphor".to_owned()]);
    fonts
}

/// A copy of a font without glyph substitution: the entry of its substitution table (`GSUB`) in the
/// table directory gets another tag (OpenType 1.9, "Table Directory"), so that it is not found.
///
/// The new tag keeps the entry's position, because the directory is sorted and searched by
/// bisection.
fn without_substitutions(font: &[u8]) -> Vec<u8> {
    const DIRECTORY: usize = 12;
    const RECORD: usize = 16;
    let mut font = font.to_owned();
    let tables = match font.get(4..6) {
        Some(&[high, low]) => usize::from(u16::from_be_bytes([high, low])),
        _ => 0,
    };
    let records = font.get_mut(DIRECTORY..).unwrap_or_default();
    for record in records.chunks_exact_mut(RECORD).take(tables) {
        if let Some(tag) = record.get_mut(..4).filter(|tag| **tag == *b"GSUB") {
            tag.copy_from_slice(b"GSUX");
        }
    }
    font
}
