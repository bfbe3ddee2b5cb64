//! The Phosphor glyphs the program uses, by the names Phosphor gives them.
//!
//! Each is one character of the family [`super::fonts::icons`]; paint them with
//! [`super::paint::icon`].

macro_rules! icons {
    ($($(#[doc = $doc:literal])* $name:ident = $glyph:literal;)+) => {
        $($(#[doc = $doc])* pub const $name: &str = $glyph;)+

        /// Every icon with its name, for the test that the font has them all and for the gallery.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $glyph)),+];
    };
}

icons! {
    /// `arrow-clockwise`.
    ARROW_CLOCKWISE = "\u{e036}";
    /// `arrow-counter-clockwise`.
    ARROW_COUNTER_CLOCKWISE = "\u{e038}";
    /// `arrow-left`.
    ARROW_LEFT = "\u{e058}";
    /// `arrow-right`.
    ARROW_RIGHT = "\u{e06c}";
    /// `arrow-square-out`.
    ARROW_SQUARE_OUT = "\u{e5de}";
    /// `arrows-clockwise`.
    ARROWS_CLOCKWISE = "\u{e094}";
    /// `bell`.
    BELL = "\u{e0ce}";
    /// `binary`.
    BINARY = "\u{ee60}";
    /// `brackets-curly`.
    BRACKETS_CURLY = "\u{e860}";
    /// `brackets-square`.
    BRACKETS_SQUARE = "\u{e85e}";
    /// `broom`.
    BROOM = "\u{ec54}";
    /// `calendar-blank`.
    CALENDAR_BLANK = "\u{e10a}";
    /// `caret-down`.
    CARET_DOWN = "\u{e136}";
    /// `caret-left`.
    CARET_LEFT = "\u{e138}";
    /// `caret-right`.
    CARET_RIGHT = "\u{e13a}";
    /// `caret-up`.
    CARET_UP = "\u{e13c}";
    /// `chart-bar`.
    CHART_BAR = "\u{e150}";
    /// `check`.
    CHECK = "\u{e182}";
    /// `check-circle`.
    CHECK_CIRCLE = "\u{e184}";
    /// `circle`.
    CIRCLE = "\u{e18a}";
    /// `clock`.
    CLOCK = "\u{e19a}";
    /// `clock-counter-clockwise`.
    CLOCK_COUNTER_CLOCKWISE = "\u{e1a0}";
    /// `code`.
    CODE = "\u{e1bc}";
    /// `columns`.
    COLUMNS = "\u{e546}";
    /// `command`.
    COMMAND = "\u{e1c4}";
    /// `copy`.
    COPY = "\u{e1ca}";
    /// `database`.
    DATABASE = "\u{e1de}";
    /// `dots-six-vertical`.
    DOTS_SIX_VERTICAL = "\u{eae2}";
    /// `dots-three`.
    DOTS_THREE = "\u{e1fe}";
    /// `download-simple`.
    DOWNLOAD_SIMPLE = "\u{e20c}";
    /// `export`.
    EXPORT = "\u{eaf0}";
    /// `eye`.
    EYE = "\u{e220}";
    /// `eye-slash`.
    EYE_SLASH = "\u{e224}";
    /// `file`.
    FILE = "\u{e230}";
    /// `file-lock`.
    FILE_LOCK = "\u{e95c}";
    /// `floppy-disk`.
    FLOPPY_DISK = "\u{e248}";
    /// `folder`.
    FOLDER = "\u{e24a}";
    /// `folder-open`.
    FOLDER_OPEN = "\u{e256}";
    /// `funnel`.
    FUNNEL = "\u{e266}";
    /// `gear`.
    GEAR = "\u{e270}";
    /// `hash`.
    HASH = "\u{e2a2}";
    /// `info`.
    INFO = "\u{e2ce}";
    /// `key`.
    KEY = "\u{e2d6}";
    /// `keyboard`.
    KEYBOARD = "\u{e2d8}";
    /// `link`.
    LINK = "\u{e2e2}";
    /// `list`.
    LIST = "\u{e2f0}";
    /// `list-bullets`.
    LIST_BULLETS = "\u{e2f2}";
    /// `lock-simple`.
    LOCK_SIMPLE = "\u{e308}";
    /// `lock-simple-open`.
    LOCK_SIMPLE_OPEN = "\u{e30a}";
    /// `magnifying-glass`.
    MAGNIFYING_GLASS = "\u{e30c}";
    /// `minus-circle`.
    MINUS_CIRCLE = "\u{e32c}";
    /// `monitor`.
    MONITOR = "\u{e32e}";
    /// `moon`.
    MOON = "\u{e330}";
    /// `pause`.
    PAUSE = "\u{e39e}";
    /// `pencil-simple`.
    PENCIL_SIMPLE = "\u{e3b4}";
    /// `play`.
    PLAY = "\u{e3d0}";
    /// `plus`.
    PLUS = "\u{e3d4}";
    /// `plus-circle`.
    PLUS_CIRCLE = "\u{e3d6}";
    /// `prohibit`.
    PROHIBIT = "\u{e3de}";
    /// `question`.
    QUESTION = "\u{e3e8}";
    /// `rows`.
    ROWS = "\u{e5a2}";
    /// `shield-check`.
    SHIELD_CHECK = "\u{e40c}";
    /// `shield-warning`.
    SHIELD_WARNING = "\u{e412}";
    /// `sidebar-simple`.
    SIDEBAR_SIMPLE = "\u{ec24}";
    /// `sign-out`.
    SIGN_OUT = "\u{e42a}";
    /// `sort-ascending`.
    SORT_ASCENDING = "\u{e444}";
    /// `sort-descending`.
    SORT_DESCENDING = "\u{e446}";
    /// `sparkle`.
    SPARKLE = "\u{e6a2}";
    /// `square-half-bottom`.
    SQUARE_HALF_BOTTOM = "\u{eb16}";
    /// `stack`.
    STACK = "\u{e466}";
    /// `star`.
    STAR = "\u{e46a}";
    /// `stop-circle`.
    STOP_CIRCLE = "\u{e46e}";
    /// `sun`.
    SUN = "\u{e472}";
    /// `table`.
    TABLE = "\u{e476}";
    /// `text-aa`.
    TEXT_AA = "\u{e6ee}";
    /// `text-align-left`.
    TEXT_ALIGN_LEFT = "\u{e484}";
    /// `timer`.
    TIMER = "\u{e492}";
    /// `toggle-left`.
    TOGGLE_LEFT = "\u{e674}";
    /// `trash`.
    TRASH = "\u{e4a6}";
    /// `tray-arrow-down`.
    TRAY_ARROW_DOWN = "\u{e010}";
    /// `tree-structure`.
    TREE_STRUCTURE = "\u{e67c}";
    /// `upload-simple`.
    UPLOAD_SIMPLE = "\u{e4c0}";
    /// `vault`.
    VAULT = "\u{e76e}";
    /// `warning`.
    WARNING = "\u{e4e0}";
    /// `warning-circle`.
    WARNING_CIRCLE = "\u{e4e2}";
    /// `x`.
    X = "\u{e4f6}";
    /// `x-circle`.
    X_CIRCLE = "\u{e4f8}";
}
