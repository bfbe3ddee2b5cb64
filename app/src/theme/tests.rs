//! Contrast of the colours, glyphs of the fonts, and animations.

use egui::{Color32, FontId};

use super::{Tokens, fonts, icons, tokens};

/// Relative luminance (WCAG 2.2).
fn luminance(color: Color32) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

/// Contrast ratio (WCAG 2.2), from 1 to 21.
fn contrast(text: Color32, surface: Color32) -> f64 {
    let (a, b) = (luminance(text), luminance(surface));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn surfaces(tokens: &Tokens) -> [(&'static str, Color32); 5] {
    [
        ("background", tokens.background),
        ("panel", tokens.panel),
        ("raised", tokens.raised),
        ("hover", tokens.hover),
        ("selection", tokens.accent_surface),
    ]
}

fn assert_contrast(tokens: &Tokens, texts: &[(&str, Color32)], least: f64) {
    for (text, color) in texts {
        for (surface, behind) in surfaces(tokens) {
            let found = contrast(*color, behind);
            let set = if tokens.dark { "dark" } else { "light" };
            assert!(
                least <= found,
                "{set}: {text} on {surface} has contrast {found:.2}"
            );
        }
    }
}

#[test]
fn the_contrast_of_black_on_white_is_twenty_one() {
    assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
}

#[test]
fn every_text_colour_has_enough_contrast_on_every_surface() {
    for tokens in [&tokens::DARK, &tokens::LIGHT] {
        let texts = [
            ("text", tokens.text),
            ("muted", tokens.muted),
            ("accent text", tokens.accent_text),
            ("string", tokens.string),
            ("number", tokens.number),
            ("boolean", tokens.boolean),
            ("null", tokens.null),
            ("path", tokens.path),
            ("warning", tokens.warning),
            ("danger", tokens.danger),
            ("ok", tokens.ok),
        ];
        assert_contrast(tokens, &texts, 4.5);
        assert_contrast(tokens, &[("faint", tokens.faint)], 3.0);
    }
}

#[test]
fn text_on_filled_surfaces_has_enough_contrast() {
    for tokens in [&tokens::DARK, &tokens::LIGHT] {
        assert!(contrast(tokens.on_accent, tokens.accent) >= 4.5);
        assert!(contrast(tokens.on_danger, tokens.danger) >= 4.5);
        assert!(contrast(tokens.match_text, tokens.match_surface) >= 4.5);
    }
}

#[test]
fn every_icon_has_a_glyph_in_the_icon_font() {
    let ctx = egui::Context::default();
    super::install(&ctx);
    ctx.begin_pass(egui::RawInput::default());
    let missing: Vec<_> = icons::ALL
        .iter()
        .filter(|(_, glyph)| {
            let font = FontId::new(16.0, fonts::icons());
            !ctx.fonts_mut(|fonts| fonts.has_glyphs(&font, glyph))
        })
        .collect();
    ctx.end_pass().drop_without_applying_deltas();
    assert_eq!(missing, Vec::<&(&str, &str)>::new());
}

#[test]
fn text_families_fall_back_to_a_font_with_emoji() {
    let ctx = egui::Context::default();
    super::install(&ctx);
    ctx.begin_pass(egui::RawInput::default());
    for family in [
        fonts::medium(),
        fonts::semi_bold(),
        egui::FontFamily::Monospace,
    ] {
        let font = FontId::new(13.0, family);
        assert!(
            ctx.fonts_mut(|fonts| fonts.has_glyphs(&font, "aß😀")),
            "{font:?}"
        );
    }
    ctx.end_pass().drop_without_applying_deltas();
}

#[test]
fn the_system_theme_applies_and_animations_can_be_turned_off() {
    let ctx = egui::Context::default();
    super::install(&ctx);
    for (theme, tokens) in [
        (egui::Theme::Dark, &tokens::DARK),
        (egui::Theme::Light, &tokens::LIGHT),
    ] {
        let input = egui::RawInput {
            system_theme: Some(theme),
            ..egui::RawInput::default()
        };
        ctx.begin_pass(input);
        assert_eq!(Tokens::for_visuals(&ctx.global_style().visuals), tokens);
        ctx.end_pass().drop_without_applying_deltas();
    }
    super::set_reduced_motion(&ctx, true);
    assert!(ctx.global_style().animation_time.abs() < f32::EPSILON);
}

#[test]
fn there_are_no_animations_while_the_processor_draws() {
    let ctx = egui::Context::default();
    let moves = |ctx: &egui::Context| ctx.global_style().animation_time > 0.0;
    super::install(&ctx);
    super::set_reduced_motion(&ctx, false);
    assert!(moves(&ctx));
    super::set_drawn_in_software(&ctx);
    assert!(!moves(&ctx));
    super::set_reduced_motion(&ctx, false);
    assert!(!moves(&ctx), "whatever the preferences say");
}

#[test]
fn code_symbols_are_not_drawn_as_ligatures() {
    let ctx = egui::Context::default();
    super::install(&ctx);
    ctx.begin_pass(egui::RawInput::default());
    for font in [super::type_scale::mono(), super::type_scale::body()] {
        let width = |text: &str| {
            let text = text.to_owned();
            ctx.fonts_mut(|fonts| fonts.layout_no_wrap(text, font.clone(), Color32::WHITE))
                .rows
                .iter()
                .map(|row| {
                    row.glyphs
                        .iter()
                        .filter(|glyph| glyph.uv_rect.size.x > 0.0)
                        .count()
                })
                .sum::<usize>()
        };
        assert_eq!(
            (width("->"), width("!="), width("2x4")),
            (2, 2, 3),
            "{font:?}"
        );
    }
    ctx.end_pass().drop_without_applying_deltas();
}
