//! The user's preferences for the window. Kept across runs; they never contain a key, a value or a
//! search.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use vstore::Millis;

use crate::theme::{Density, metrics};

/// The most generations of a file that can be kept as backups.
pub const BACKUPS_MAX: u8 = vstore::file::BACKUPS_MAX;
/// How many recent files are remembered.
pub const RECENT_MAX: usize = 10;

/// The preferences. They are valid, wherever they were read from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Dark, light, or following the system.
    pub theme: ThemeChoice,
    /// How high rows are.
    pub density: Density,
    /// Which panels are shown and how large.
    pub layout: Layout,
    /// Minutes without input after which the database is locked; 0 for never.
    pub lock_after_minutes: u16,
    /// Lock when the window is minimised.
    pub lock_when_minimised: bool,
    /// Lock when the screen is locked or the computer goes to sleep.
    pub lock_with_system: bool,
    /// How many generations of a file are kept beside it as backups, 0 to [`BACKUPS_MAX`].
    pub backups: u8,
    /// Whether recent files may be remembered.
    pub remember_recent: bool,
    /// Recently opened files, latest first.
    pub recent: Vec<RecentFile>,
    /// Whether a top-level integer `expireAt` in a value sets the expiry.
    pub honour_expire_at: bool,
    /// Whether motion is reduced.
    pub reduced_motion: bool,
    /// The last size of the window in points.
    pub window_size: Option<[f32; 2]>,
    /// Whether the window was maximised.
    pub window_maximised: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            density: Density::default(),
            layout: Layout::default(),
            lock_after_minutes: 5,
            lock_when_minimised: false,
            lock_with_system: true,
            backups: 1,
            remember_recent: true,
            recent: Vec::new(),
            honour_expire_at: true,
            reduced_motion: false,
            window_size: None,
            window_maximised: false,
        }
    }
}

/// A file that was opened before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentFile {
    /// Where it is.
    pub path: PathBuf,
    /// When it was last opened, Unix time in milliseconds.
    pub opened_at: i64,
}

/// Facts about a recent file. Looked up each time, never saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecentFacts {
    /// It does not exist, or its disk is not connected.
    Missing,
    /// It exists.
    Found {
        /// Its length.
        bytes: u64,
        /// When it was last written, where the system knows.
        saved_at: Option<Millis>,
    },
}

/// Dark, light, or following the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// Following the system.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// Which panels are shown and how large, in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Namespaces and indexes are shown.
    pub left: bool,
    /// The record detail is shown.
    pub right: bool,
    /// Activity, expiring soon and jobs are shown.
    pub bottom: bool,
    /// Width of the left panel.
    pub left_width: f32,
    /// Width of the right panel.
    pub right_width: f32,
    /// Height of the bottom panel.
    pub bottom_height: f32,
    /// What the bottom panel shows.
    pub bottom_tab: BottomTab,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            left: true,
            right: true,
            bottom: true,
            left_width: metrics::LEFT_PANEL,
            right_width: metrics::RIGHT_PANEL,
            bottom_height: metrics::BOTTOM_PANEL,
            bottom_tab: BottomTab::default(),
        }
    }
}

/// The panels around the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PanelSide {
    /// Namespaces and indexes.
    Left,
    /// The record detail.
    Right,
    /// Activity, expiring soon and jobs.
    Bottom,
}

/// What the bottom panel shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BottomTab {
    /// Recent events.
    #[default]
    Activity,
    /// The records that expire next.
    Expiring,
    /// Background work.
    Jobs,
}

impl BottomTab {
    /// All tabs, in order.
    pub const ALL: [Self; 3] = [Self::Activity, Self::Expiring, Self::Jobs];

    /// The label of the tab.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Activity => "Activity",
            Self::Expiring => "Expiring soon",
            Self::Jobs => "Jobs",
        }
    }
}

impl Layout {
    /// Whether a panel is shown, mutably.
    pub const fn shown_mut(&mut self, side: PanelSide) -> &mut bool {
        match side {
            PanelSide::Left => &mut self.left,
            PanelSide::Right => &mut self.right,
            PanelSide::Bottom => &mut self.bottom,
        }
    }

    /// The size of a panel, mutably.
    pub const fn size_mut(&mut self, side: PanelSide) -> &mut f32 {
        match side {
            PanelSide::Left => &mut self.left_width,
            PanelSide::Right => &mut self.right_width,
            PanelSide::Bottom => &mut self.bottom_height,
        }
    }
}

impl Preferences {
    /// Puts a file at the top of the recent list, if files may be remembered.
    pub fn remember(&mut self, path: PathBuf, opened_at: i64) {
        if self.remember_recent {
            self.forget(&path);
            self.recent.insert(0, RecentFile { path, opened_at });
            self.recent.truncate(RECENT_MAX);
        }
    }

    /// Removes a file from the recent list.
    pub fn forget(&mut self, path: &std::path::Path) {
        self.recent.retain(|recent| recent.path != path);
    }

    /// Resets everything out of bounds; returns a warning for each.
    pub fn make_valid(&mut self) -> Vec<String> {
        let mut warnings = Vec::new();
        let defaults = Layout::default();
        let sizes = [
            (
                "left_width",
                &mut self.layout.left_width,
                defaults.left_width,
                160.0..=800.0,
            ),
            (
                "right_width",
                &mut self.layout.right_width,
                defaults.right_width,
                240.0..=1200.0,
            ),
            (
                "bottom_height",
                &mut self.layout.bottom_height,
                defaults.bottom_height,
                80.0..=800.0,
            ),
        ];
        for (name, size, default, allowed) in sizes {
            if !allowed.contains(size) {
                warnings.push(format!("{name} was out of range"));
                *size = default;
            }
        }
        if self.lock_after_minutes > 24 * 60 {
            warnings.push("lock_after_minutes was more than a day".to_owned());
            self.lock_after_minutes = Self::default().lock_after_minutes;
        }
        if self
            .window_size
            .is_some_and(|size| !size.iter().all(|side| (200.0..=16_384.0).contains(side)))
        {
            warnings.push("window_size was out of range".to_owned());
            self.window_size = None;
        }
        if self.backups > BACKUPS_MAX {
            warnings.push(format!("backups was more than {BACKUPS_MAX}"));
            self.backups = BACKUPS_MAX;
        }
        if !self.remember_recent {
            self.recent.clear();
        }
        self.recent.truncate(RECENT_MAX);
        warnings
    }
}
