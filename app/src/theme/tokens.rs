//! The colours, dark and light, named by their purpose. No colour is defined anywhere else.
//!
//! Text has a contrast of at least 4.5, faint text of at least 3, on every surface it can appear on
//! (WCAG 2.2, 1.4.3); tests check this.

use egui::Color32;

/// One complete set of colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Whether this is the dark set.
    pub dark: bool,
    /// The background: the table and the unlock page.
    pub background: Color32,
    /// Side panels and bars.
    pub panel: Color32,
    /// Cards, fields, buttons, menus.
    pub raised: Color32,
    /// A surface under the pointer.
    pub hover: Color32,
    /// Hairlines between rows and panels.
    pub line: Color32,
    /// Hairlines between the rows of a table: fainter, because there are many.
    pub row_line: Color32,
    /// Borders of controls.
    pub strong_line: Color32,
    /// Text.
    pub text: Color32,
    /// Secondary text.
    pub muted: Color32,
    /// Text that repeats what is shown elsewhere, and icons at rest.
    pub faint: Color32,
    /// Lines, fills and icons that attract attention.
    pub accent: Color32,
    /// The accent colour for text.
    pub accent_text: Color32,
    /// Text and icons on a surface filled with the accent.
    pub on_accent: Color32,
    /// The selection.
    pub accent_surface: Color32,
    /// The bars of distributions: the accent, less bright.
    pub bar: Color32,
    /// A string value.
    pub string: Color32,
    /// A number or timestamp value.
    pub number: Color32,
    /// A boolean value.
    pub boolean: Color32,
    /// A null value.
    pub null: Color32,
    /// A path or map key.
    pub path: Color32,
    /// Something that needs attention soon.
    pub warning: Color32,
    /// Errors and deletion.
    pub danger: Color32,
    /// Text on a surface filled with `danger`.
    pub on_danger: Color32,
    /// Success.
    pub ok: Color32,
    /// Behind text that matched a search.
    pub match_surface: Color32,
    /// Text that matched a search.
    pub match_text: Color32,
    /// Dims everything behind a dialog.
    pub backdrop: Color32,
    /// The soft shadow of cards and menus.
    pub shadow: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    rgba(hex, u8::MAX)
}

const fn rgba(hex: u32, alpha: u8) -> Color32 {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color32::from_rgba_unmultiplied_const(red, green, blue, alpha)
}

/// The dark set.
pub static DARK: Tokens = Tokens {
    dark: true,
    background: rgb(0x0f_1216),
    panel: rgb(0x14_181d),
    raised: rgb(0x1a_1f26),
    hover: rgb(0x20_262f),
    line: rgb(0x25_2c36),
    row_line: rgb(0x1a_2027),
    strong_line: rgb(0x31_3a46),
    text: rgb(0xe6_e9ee),
    muted: rgb(0x98_a2b0),
    faint: rgb(0x6d_7787),
    accent: rgb(0x5b_9dff),
    accent_text: rgb(0x5b_9dff),
    on_accent: rgb(0x0b_1220),
    accent_surface: rgb(0x1b_2c47),
    bar: rgb(0x45_78c4),
    string: rgb(0x8f_d18b),
    number: rgb(0xe7_b261),
    boolean: rgb(0xc7_9bf2),
    null: rgb(0x8a_94a1),
    path: rgb(0x8a_b8ff),
    warning: rgb(0xf0_b34a),
    danger: rgb(0xef_6f6f),
    on_danger: rgb(0x1c_0b0b),
    ok: rgb(0x5f_c58b),
    match_surface: rgb(0x5a_4a14),
    match_text: rgb(0xff_e08a),
    backdrop: rgba(0x06_080b, 0xa8),
    shadow: rgba(0x00_0000, 0x80),
};

/// The light set.
pub static LIGHT: Tokens = Tokens {
    dark: false,
    background: rgb(0xf4_f5f7),
    panel: rgb(0xfb_fbfc),
    raised: rgb(0xff_ffff),
    hover: rgb(0xee_f1f5),
    line: rgb(0xe2_e6eb),
    row_line: rgb(0xea_edf0),
    strong_line: rgb(0xcf_d5dd),
    text: rgb(0x1a_1f27),
    muted: rgb(0x5c_6673),
    faint: rgb(0x7d_8794),
    accent: rgb(0x1f_6feb),
    accent_text: rgb(0x1a_65db),
    on_accent: rgb(0xff_ffff),
    accent_surface: rgb(0xe1_edff),
    bar: rgb(0x57_94f2),
    string: rgb(0x1f_7a35),
    number: rgb(0x9a_5500),
    boolean: rgb(0x7a_3cc0),
    null: rgb(0x5f_6975),
    path: rgb(0x1b_59b8),
    warning: rgb(0x98_5b00),
    danger: rgb(0xc2_2f2f),
    on_danger: rgb(0xff_ffff),
    ok: rgb(0x17_7a43),
    match_surface: rgb(0xff_f0b3),
    match_text: rgb(0x5b_4300),
    backdrop: rgba(0x1a_1f27, 0x59),
    shadow: rgba(0x1a_1f27, 0x26),
};

impl Tokens {
    /// The set used by `ui`.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        Self::for_visuals(ui.visuals())
    }

    /// The set that belongs to `visuals`.
    pub fn for_visuals(visuals: &egui::Visuals) -> &'static Self {
        if visuals.dark_mode { &DARK } else { &LIGHT }
    }
}
