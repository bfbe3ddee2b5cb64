//! Sizes and distances, in points.

/// The steps of the spacing scale.
pub const SPACE_4: f32 = 4.0;
/// Between an icon and its text, and between controls that belong together.
pub const SPACE_8: f32 = 8.0;
/// Inside panels and cells.
pub const SPACE_12: f32 = 12.0;
/// Between groups.
pub const SPACE_16: f32 = 16.0;
/// Inside cards.
pub const SPACE_24: f32 = 24.0;

/// A row of the left panel.
pub const LIST_ROW: f32 = 26.0;
/// A line of the value tree, the text view and the hex view.
pub const VALUE_ROW: f32 = 25.0;
/// The header of the table.
pub const TABLE_HEADER: f32 = 34.0;
/// Buttons and one-line fields.
pub const BUTTON: f32 = 30.0;
/// The search field.
pub const SEARCH: f32 = 32.0;
/// The password field and other fields of a form.
pub const FIELD: f32 = 36.0;
/// The menu bar.
pub const MENU_BAR: f32 = 32.0;
/// The toolbar below it.
pub const TOOLBAR: f32 = 48.0;
/// The status bar.
pub const STATUS_BAR: f32 = 26.0;
/// A bar of tabs.
pub const TAB_BAR: f32 = 32.0;

/// Corner radius of small things: badges, matches, check marks.
pub const RADIUS_SMALL: u8 = 4;
/// Corner radius of controls.
pub const RADIUS: u8 = 7;
/// Corner radius of cards, dialogs and menus.
pub const RADIUS_CARD: u8 = 10;

/// Default width of the left panel.
pub const LEFT_PANEL: f32 = 250.0;
/// Default width of the right panel.
pub const RIGHT_PANEL: f32 = 400.0;
/// Default height of the bottom panel.
pub const BOTTOM_PANEL: f32 = 132.0;

/// Width of the scroll bars that widgets draw for themselves.
pub const SCROLL_BAR: f32 = 10.0;
/// The longest an animation may take, in seconds.
pub const MOTION_SECS: f32 = 0.12;

/// The height of table rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Density {
    /// 24 points: the most rows on a screen.
    Compact,
    /// 30 points.
    #[default]
    Normal,
    /// 36 points.
    Roomy,
}

impl Density {
    /// Every density, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Compact, Self::Normal, Self::Roomy];

    /// Height of a table row, in points.
    pub const fn row_height(self) -> f32 {
        match self {
            Self::Compact => 24.0,
            Self::Normal => 30.0,
            Self::Roomy => 36.0,
        }
    }

    /// The label in menus.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compact => "Compact",
            Self::Normal => "Normal",
            Self::Roomy => "Roomy",
        }
    }
}
