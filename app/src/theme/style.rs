//! The tokens as an egui style, for egui's own widgets (menus, text fields, check boxes, scroll
//! areas, tooltips).

use egui::epaint::FontColorTransferFunction;
use egui::style::{
    HandleShape, ScrollAnimation, ScrollStyle, Selection, Spacing, Style, TextCursorStyle, Visuals,
    WidgetVisuals, Widgets,
};
use egui::{Color32, CornerRadius, FontId, Margin, Shadow, Stroke, TextStyle, vec2};

use super::{Tokens, metrics, type_scale};

/// The style of one set of tokens.
pub(super) fn style(tokens: &Tokens) -> Style {
    let mut style = Style {
        text_styles: text_styles(),
        spacing: spacing(),
        visuals: visuals(tokens),
        ..Style::default()
    };
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style.compact_menu_style = true;
    set_motion(&mut style, true);
    style
}

/// Sets the duration of animations to the maximum, or to none.
pub(super) fn set_motion(style: &mut Style, enabled: bool) {
    style.animation_time = if enabled { metrics::MOTION_SECS } else { 0.0 };
    style.scroll_animation = if enabled {
        ScrollAnimation::duration(metrics::MOTION_SECS)
    } else {
        ScrollAnimation::none()
    };
    style.visuals.text_cursor.blink = enabled;
}

fn text_styles() -> std::collections::BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Small, type_scale::small()),
        (TextStyle::Body, type_scale::body()),
        (TextStyle::Button, type_scale::body()),
        (TextStyle::Heading, type_scale::title()),
        (TextStyle::Monospace, type_scale::mono()),
    ]
    .into()
}

fn spacing() -> Spacing {
    Spacing {
        item_spacing: vec2(metrics::SPACE_8, metrics::SPACE_8),
        window_margin: Margin::same(16),
        menu_margin: Margin::same(6),
        button_padding: vec2(10.0, 5.0),
        indent: metrics::SPACE_16,
        interact_size: vec2(metrics::BUTTON, 28.0),
        text_edit_width: 240.0,
        icon_width: 16.0,
        icon_width_inner: 9.0,
        icon_spacing: metrics::SPACE_8,
        tooltip_width: 360.0,
        menu_width: 220.0,
        scroll: ScrollStyle {
            bar_width: 8.0,
            floating_width: 6.0,
            handle_min_length: 28.0,
            foreground_color: false,
            dormant_background_opacity: 0.0,
            active_background_opacity: 0.0,
            interact_background_opacity: 0.0,
            dormant_handle_opacity: 0.0,
            active_handle_opacity: 0.7,
            interact_handle_opacity: 1.0,
            ..ScrollStyle::floating()
        },
        ..Spacing::default()
    }
}

fn visuals(tokens: &Tokens) -> Visuals {
    let base = if tokens.dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let card = CornerRadius::same(metrics::RADIUS_CARD);
    let mut text_options = base.text_options;
    if tokens.dark {
        // The toolkit thickens light text on dark surfaces so much that regular weight looks like
        // medium.
        text_options.color_transfer_function = FontColorTransferFunction::Gamma(0.8);
    }
    Visuals {
        text_options,
        override_text_color: None,
        weak_text_color: Some(tokens.muted),
        widgets: widgets(tokens),
        selection: Selection {
            bg_fill: tokens.accent_surface,
            stroke: Stroke::new(1.0, tokens.accent),
        },
        hyperlink_color: tokens.accent_text,
        faint_bg_color: tokens.panel,
        extreme_bg_color: tokens.background,
        text_edit_bg_color: Some(if tokens.dark {
            tokens.background
        } else {
            tokens.raised
        }),
        code_bg_color: tokens.hover,
        warn_fg_color: tokens.warning,
        error_fg_color: tokens.danger,
        window_corner_radius: card,
        window_shadow: shadow(tokens, 12, 32),
        window_fill: tokens.raised,
        window_stroke: Stroke::new(1.0, tokens.strong_line),
        menu_corner_radius: CornerRadius::same(metrics::RADIUS + 1),
        panel_fill: tokens.panel,
        popup_shadow: shadow(tokens, 6, 18),
        text_cursor: TextCursorStyle {
            stroke: Stroke::new(1.5, tokens.accent),
            ..base.text_cursor.clone()
        },
        striped: false,
        slider_trailing_fill: true,
        handle_shape: HandleShape::Circle,
        indent_has_left_vline: false,
        disabled_alpha: 0.45,
        ..base
    }
}

fn shadow(tokens: &Tokens, drop: i8, blur: u8) -> Shadow {
    Shadow {
        offset: [0, drop],
        blur,
        spread: 0,
        color: tokens.shadow,
    }
}

fn widgets(tokens: &Tokens) -> Widgets {
    let visuals = |fill: Color32, border: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, border),
        corner_radius: CornerRadius::same(metrics::RADIUS),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: visuals(tokens.panel, tokens.line, tokens.text),
        inactive: visuals(tokens.raised, tokens.strong_line, tokens.text),
        hovered: visuals(tokens.hover, tokens.strong_line, tokens.text),
        active: visuals(tokens.hover, tokens.accent, tokens.text),
        open: visuals(tokens.hover, tokens.strong_line, tokens.text),
    }
}
