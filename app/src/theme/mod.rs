//! The look of the program: every colour, size, font and icon. Knows nothing about data.
//!
//! Widgets ask [`Tokens::of`] for colours, [`metrics`] for sizes, [`type_scale`] for fonts and
//! [`icons`] for glyphs. A colour literal outside this folder is a defect (clippy refuses it).

pub mod fonts;
pub mod icons;
pub mod metrics;
pub mod paint;
mod style;
pub mod tokens;
pub mod type_scale;
pub mod visible;

pub use metrics::Density;
pub use tokens::Tokens;

/// Installs fonts and both styles, and follows the system's choice of dark or light.
///
/// Call once, when the context is created. A preference other than the system's is set
/// afterwards with [`egui::Context::set_theme`].
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts::definitions());
    ctx.set_style_of(egui::Theme::Dark, style::style(&tokens::DARK));
    ctx.set_style_of(egui::Theme::Light, style::style(&tokens::LIGHT));
    ctx.set_theme(egui::ThemePreference::System);
}

/// Turns animations off (or on again) in both styles, for users whose system asks for reduced
/// motion. They stay off while the processor draws.
pub fn set_reduced_motion(ctx: &egui::Context, reduced: bool) {
    let in_software = ctx.data(|data| data.get_temp(drawn_in_software()).unwrap_or(false));
    ctx.all_styles_mut(|target| style::set_motion(target, !(reduced || in_software)));
}

/// The processor draws, because there is no graphics card: animations are off, because every frame
/// takes processor time from the work in progress.
pub fn set_drawn_in_software(ctx: &egui::Context) {
    ctx.data_mut(|data| data.insert_temp(drawn_in_software(), true));
    set_reduced_motion(ctx, true);
}

fn drawn_in_software() -> egui::Id {
    egui::Id::unique("drawn in software")
}

/// Makes the text cursor blink, or not.
pub fn set_cursor_blinks(ctx: &egui::Context, blinks: bool) {
    ctx.all_styles_mut(|target| target.visuals.text_cursor.blink = blinks);
}

#[cfg(test)]
mod tests;
