//! The list: each action with its text, icon, position in the menus and shortcuts.

use egui::{Key, KeyboardShortcut, Modifiers};
use vstore::search::Mode;

use super::shortcut::ShortcutScope;
use crate::state::{Sort, SortBy, ThemeChoice};
use crate::theme::icons;
use crate::view::AppView;

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const PLAIN: Modifiers = Modifiers::NONE;

/// The menus of the menu bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Menu {
    /// Databases.
    File,
    /// Undo, copy, select.
    Edit,
    /// One or several records.
    Record,
    /// Panels and table.
    View,
    /// Palette, settings.
    Tools,
    /// Shortcuts, about.
    Help,
}

impl Menu {
    /// All menus, in their order.
    pub const ALL: [Self; 6] = [
        Self::File,
        Self::Edit,
        Self::Record,
        Self::View,
        Self::Tools,
        Self::Help,
    ];

    /// The word in the menu bar.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Record => "Record",
            Self::View => "View",
            Self::Tools => "Tools",
            Self::Help => "Help",
        }
    }

    /// Its actions in order; true if a separator precedes the action.
    pub fn actions(self) -> impl Iterator<Item = (bool, Action)> {
        let mut last_group = None;
        Action::ALL
            .iter()
            .filter(move |action| action.menu() == self)
            .map(move |action| {
                let group = action.spec().group;
                let starts_group = last_group.is_some_and(|last| last != group);
                last_group = Some(group);
                (starts_group, *action)
            })
    }
}

/// One row of the list.
pub(super) struct Spec {
    text: &'static str,
    tooltip: &'static str,
    icon: &'static str,
    menu: Menu,
    group: u8,
    scope: ShortcutScope,
    shortcuts: &'static [KeyboardShortcut],
}

macro_rules! actions {
    ($(
        $name:ident: $text:literal, $tooltip:literal, $icon:ident, $menu:ident $group:literal,
        $scope:ident [$($modifiers:ident $key:ident),*];
    )+) => {
        /// Something the user can choose.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $(#[doc = $tooltip] $name,)+
        }

        impl Action {
            /// Every action, in the order of the menus.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            const fn spec(self) -> &'static Spec {
                match self {
                    $(Self::$name => &const { Spec {
                        text: $text,
                        tooltip: $tooltip,
                        icon: icons::$icon,
                        menu: Menu::$menu,
                        group: $group,
                        scope: ShortcutScope::$scope,
                        shortcuts: &[$(KeyboardShortcut::new($modifiers, Key::$key)),*],
                    } },)+
                }
            }
        }
    };
}

actions! {
    NewDatabase: "New database…", "Create an encrypted file", PLUS, File 0,
        Window [CTRL_SHIFT N];
    OpenFile: "Open…", "Open a database", FOLDER_OPEN, File 0, Window [CTRL O];
    OpenReadOnly: "Open read-only…", "Open a database without writing to it", EYE, File 0,
        Window [];
    OpenSample: "Explore the sample database", "Look around in invented data", SPARKLE, File 0,
        Window [];
    Compact: "Save", "Everything is already saved; this makes the file smaller", FLOPPY_DISK,
        File 1, Window [CTRL S];
    SaveAs: "Save as…", "Write a copy with its own password", FLOPPY_DISK, File 1,
        Window [CTRL_SHIFT S];
    WriteAgain: "Try again", "Write the unsaved changes to the file again", ARROWS_CLOCKWISE,
        File 1, Window [];
    Reload: "Reload", "Close the file and read its current contents from disk", FOLDER_OPEN,
        File 1, Window [];
    DeleteExpired: "Delete expired records",
        "Confirm that the clock is right and delete expired records", TRASH, File 1, Window [];
    KeepExpired: "Keep expired records", "Keep them in the file, hidden", CLOCK, File 1, Window [];
    AcceptStanding: "Use this file anyway",
        "Use the file although changes saved here are missing from it", CHECK, File 1, Window [];
    Import: "Import…", "Import JSON or NDJSON", DOWNLOAD_SIMPLE, File 2, Window [CTRL_SHIFT I];
    ImportReport: "Import report…", "What the last import did, record by record", LIST_BULLETS,
        File 2, Window [];
    ExportAll: "Export…", "Export all records; the file is not encrypted", EXPORT, File 2,
        Window [CTRL_SHIFT E];
    ChangePassword: "Change password…", "Replace the password of the file", KEY, File 3, Window [];
    Security: "Security…", "Passwords, key files, recovery keys and the data key", SHIELD_CHECK,
        File 3, Window [];
    Lock: "Lock", "Clear the key and all records from memory until you enter the password",
        LOCK_SIMPLE, File 3, Window [CTRL L];
    CloseFile: "Close", "Close the database", X, File 4, Window [CTRL W, CTRL F4];
    Quit: "Quit", "Close the program", SIGN_OUT, File 4, Window [CTRL Q];

    Undo: "Undo", "Undo the last change", ARROW_COUNTER_CLOCKWISE, Edit 0, Window [CTRL Z];
    Redo: "Redo", "Redo the last undone change", ARROW_CLOCKWISE, Edit 0,
        Window [CTRL Y, CTRL_SHIFT Z];
    CopyValue: "Copy value", "Copy the value as JSON", COPY, Edit 1, Window [CTRL C];
    CopyKey: "Copy key", "Copy the key", HASH, Edit 1, Window [CTRL_SHIFT C];
    CopyJson: "Copy records as JSON", "Copy the selected records as one JSON object",
        BRACKETS_CURLY, Edit 1, Window [];
    SelectAll: "Select all", "Select every row of the table", ROWS, Edit 2, Window [CTRL A];
    SelectNone: "Select nothing", "Clear the selection", CIRCLE, Edit 2, Window [CTRL_SHIFT A];
    Find: "Find", "Go to the search box", MAGNIFYING_GLASS, Edit 3, Window [CTRL F];
    FindNext: "Next result", "Go to the next row", CARET_DOWN, Edit 3, Window [PLAIN F3];
    FindPrevious: "Previous result", "Go to the previous row", CARET_UP, Edit 3, Window [SHIFT F3];
    GoToKey: "Go to key…", "Jump to a record by a few letters of its key", HASH, Edit 3,
        Window [CTRL P];
    WhyHit: "Why this hit", "Show how the record under the cursor matches the search", QUESTION,
        Edit 3, Window [];
    ClearSearch: "Clear search", "Show all records", X_CIRCLE, Edit 3, Window [];
    PreviousSearch: "Previous search", "Go back to the search before this one",
        ARROW_LEFT, Edit 3, Window [ALT ArrowLeft];
    FollowingSearch: "Following search", "Go forward to the search you went back from", ARROW_RIGHT,
        Edit 3, Window [ALT ArrowRight];
    SavedSearches: "Saved searches…", "Save this search under a name, or open a saved one", STAR,
        Edit 3, Window [];

    NewRecord: "New record", "Add a record", PLUS, Record 0, Window [CTRL N];
    EditRecord: "Edit", "Edit the value as text", PENCIL_SIMPLE, Record 0,
        Records [PLAIN F2, PLAIN Enter];
    RenameRecord: "Rename…", "Change the key of the record", TEXT_AA, Record 0, Records [SHIFT F2];
    DuplicateRecord: "Duplicate", "Copy the record under a new key", COPY, Record 0,
        Window [CTRL D];
    CommitDraft: "Save edit", "Save the open edit", CHECK, Record 1, Draft [CTRL Enter];
    DiscardDraft: "Discard edit", "Discard the open edit", PROHIBIT, Record 1, Window [];
    SetExpiry: "Set expiry…", "Choose when the selected records expire", TIMER, Record 2,
        Window [CTRL E];
    ClearExpiry: "Never expire", "Remove the expiry of the selected records", CLOCK, Record 2,
        Window [];
    ExportSelected: "Export selected…", "Export the selected records", EXPORT, Record 3, Window [];
    Delete: "Delete", "Delete the selected records", TRASH, Record 3, Records [PLAIN Delete];

    ToggleLeft: "Namespaces and indexes", "Show or hide the left panel", SIDEBAR_SIMPLE, View 0,
        Window [CTRL B];
    ToggleRight: "Record detail", "Show or hide the right panel", SIDEBAR_SIMPLE, View 0,
        Window [CTRL_SHIFT B];
    ToggleBottom: "Activity and jobs", "Show or hide the bottom panel", SQUARE_HALF_BOTTOM, View 0,
        Window [CTRL J];
    SortByRelevance: "Sort by relevance", "Order the results by how well they match",
        SORT_ASCENDING, View 1, Window [];
    SortByKey: "Sort by key", "Order the table by key", SORT_ASCENDING, View 1, Window [];
    SortByModified: "Sort by last change", "Order the table by last change, newest first", CLOCK,
        View 1, Window [];
    SortByExpiry: "Sort by expiry", "Order the table by expiry, soonest first", TIMER, View 1,
        Window [];
    SearchExact: "Exact search", "Match whole words only", TEXT_AA, View 2, Window [];
    SearchFuzzy: "Fuzzy search", "Match prefixes and words with typos too", SPARKLE, View 2,
        Window [];
    SearchContains: "Contains search", "Match anywhere inside words", TEXT_ALIGN_LEFT, View 2,
        Window [];
    Refresh: "Refresh", "Reload everything on screen", ARROWS_CLOCKWISE, View 3,
        Window [PLAIN F5, CTRL R];
    NextPane: "Next pane", "Move the keyboard focus to the next panel", ARROW_RIGHT, View 3,
        Window [PLAIN F6];
    ThemeSystem: "Theme of the system", "Dark or light, following the system", MONITOR, View 4,
        Window [];
    ThemeDark: "Dark theme", "Light text on dark surfaces", MOON, View 4, Window [];
    ThemeLight: "Light theme", "Dark text on light surfaces", SUN, View 4, Window [];

    Palette: "Command palette…", "Find any action by typing", COMMAND, Tools 0,
        Window [CTRL K];
    Check: "Check the file…", "Read the whole file and list what is damaged", CHECK_CIRCLE,
        Tools 1, Window [];
    RestoreHeader: "Restore the header…", "Restore the header of a damaged file from a backup",
        FILE_LOCK, Tools 1, Window [];
    Salvage: "Salvage…", "Copy what is left of a damaged file to a new one", BROOM,
        Tools 1, Window [];
    Settings: "Settings…", "Theme, density, locking, privacy", GEAR, Tools 1, Window [CTRL Comma];

    Shortcuts: "Keyboard shortcuts", "Every shortcut on one page", KEYBOARD, Help 0,
        Window [CTRL Slash, PLAIN F1];
    About: "About VStore", "Version and licences", INFO, Help 1, Window [];
}

impl Action {
    /// Its text in menus and palette.
    pub const fn text(self) -> &'static str {
        self.spec().text
    }

    /// One sentence about it, without a full stop.
    pub const fn tooltip(self) -> &'static str {
        self.spec().tooltip
    }

    /// Its icon: a glyph of [`crate::theme::icons`].
    pub const fn icon(self) -> &'static str {
        self.spec().icon
    }

    /// The menu it belongs to.
    pub const fn menu(self) -> Menu {
        self.spec().menu
    }

    /// Its shortcuts; the first one is shown.
    pub const fn shortcuts(self) -> &'static [KeyboardShortcut] {
        self.spec().shortcuts
    }

    /// Where its shortcuts work.
    pub const fn scope(self) -> ShortcutScope {
        self.spec().scope
    }

    /// Whether the option it toggles is on; `None` if it is no option.
    pub fn is_checked(self, view: &AppView<'_>) -> Option<bool> {
        let layout = &view.prefs.layout;
        let store = view.store().map(|view| view.store);
        let is_mode = |mode| Some(store.is_some_and(|store| store.search.mode == mode));
        let is_sorted = |is: &dyn Fn(bool, &Sort) -> bool| {
            Some(store.is_some_and(|store| is(store.search.is_ranked(), store.sort())))
        };
        match self {
            Self::ToggleLeft => Some(layout.left),
            Self::ToggleRight => Some(layout.right),
            Self::ToggleBottom => Some(layout.bottom),
            Self::SortByRelevance => {
                is_sorted(&|ranked, sort| ranked && sort.by == SortBy::Relevance)
            }
            Self::SortByKey => is_sorted(&|ranked, sort| sort.is_by_key(ranked)),
            Self::SortByModified => is_sorted(&|_, sort| sort.by == SortBy::Modified),
            Self::SortByExpiry => is_sorted(&|_, sort| sort.by == SortBy::Expires),
            Self::SearchExact => is_mode(Mode::Exact),
            Self::SearchFuzzy => is_mode(Mode::Fuzzy),
            Self::SearchContains => is_mode(Mode::Contains),
            Self::ThemeSystem => Some(view.prefs.theme == ThemeChoice::System),
            Self::ThemeDark => Some(view.prefs.theme == ThemeChoice::Dark),
            Self::ThemeLight => Some(view.prefs.theme == ThemeChoice::Light),
            _ => None,
        }
    }
}
