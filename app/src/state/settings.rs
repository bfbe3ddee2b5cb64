//! Settings that belong to a file and not to the computer: columns, sort order, delimiter,
//! searches.
//!
//! They are kept inside the file, encrypted, as one setting, and never in the preferences. Their
//! content is bounded and checked when read, because a file may come from anywhere.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use vstore::Path;
use vstore::search::Mode;
use vstore::value::EncodedValue;
use vstore::value::json::{parse_text, to_compact};

use super::{Column, ColumnKind, OpenStore, Sort, SortBy};

/// The name of the setting.
pub const SETTINGS_NAME: &str = "window";
/// The possible delimiters between the parts of a key, for the namespace tree.
pub const DELIMITERS: [char; 6] = [':', '/', '.', '|', '-', '_'];
/// The most saved searches of a file.
const SAVED_MAX: usize = 100;
/// The most recent searches kept in a file.
const RECENT_SEARCHES_MAX: usize = 12;
const NAME_CHARS_MAX: usize = 80;
const QUERY_BYTES_MAX: usize = 4096;
const COLUMNS_MAX: usize = 64;
const BYTES_MAX: usize = 1 << 20;
const WIDTHS: std::ops::RangeInclusive<f32> = 40.0..=4_000.0;

/// A query with its search mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The text of the search box.
    pub text: String,
    /// How words match.
    #[serde(default)]
    pub mode: Mode,
}

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// Its name.
    pub name: String,
    /// Its query.
    #[serde(flatten)]
    pub query: Query,
}

/// Searches kept in the file, and widths of resized columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileSettings {
    /// Saved searches, ordered by name.
    pub saved: Vec<SavedSearch>,
    /// Recent searches, latest first.
    pub recent: VecDeque<Query>,
    /// Widths of resized columns, in points.
    pub widths: BTreeMap<ColumnKind, f32>,
}

/// The serialized form of the setting.
#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    columns: Vec<Name>,
    widths: Vec<(Name, f64)>,
    sort: Name,
    descending: bool,
    keeps_order: bool,
    delimiter: char,
    saved: Vec<SavedSearch>,
    recent: VecDeque<Query>,
}

/// A column or a sort criterion.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Name {
    Relevance,
    Key,
    Value,
    Path(String),
    Expires,
    Modified,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            columns: vec![Name::Value],
            widths: Vec::new(),
            sort: Name::Relevance,
            descending: false,
            keeps_order: false,
            delimiter: DELIMITERS[0],
            saved: Vec::new(),
            recent: VecDeque::new(),
        }
    }
}

impl FileSettings {
    /// Saves a search under a name, replacing one that has it.
    pub fn save(&mut self, name: &str, query: Query) {
        let name: String = name.trim().chars().take(NAME_CHARS_MAX).collect();
        if name.is_empty() || query.text.trim().is_empty() {
            return;
        }
        self.saved.retain(|saved| saved.name != name);
        if self.saved.len() < SAVED_MAX {
            self.saved.push(SavedSearch { name, query });
            self.saved.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }

    /// Renames a saved search, replacing one that has the new name.
    pub fn rename(&mut self, from: &str, to: &str) {
        let Some(place) = self.saved.iter().position(|saved| saved.name == from) else {
            return;
        };
        if !to.trim().is_empty() {
            let SavedSearch { query, .. } = self.saved.remove(place);
            self.save(to, query);
        }
    }

    /// Puts a search at the top of the recent ones.
    pub fn remember(&mut self, query: Query) {
        if !query.text.trim().is_empty() {
            self.recent.retain(|recent| recent.text != query.text);
            self.recent.push_front(query);
            self.recent.truncate(RECENT_SEARCHES_MAX);
        }
    }
}

/// Encodes the settings of an open file.
pub fn encode_settings(store: &OpenStore) -> Option<EncodedValue> {
    let column = |column: &Column| match column {
        Column::Value => Name::Value,
        Column::Path(path) => Name::Path(path.as_str().to_owned()),
    };
    let width = |(kind, width): (&ColumnKind, &f32)| (Name::of(kind), f64::from(*width));
    let kept = Kept {
        columns: store.columns.iter().map(column).collect(),
        widths: store.settings.widths.iter().map(width).collect(),
        sort: match &store.orders.browsing.by {
            SortBy::Relevance => Name::Relevance,
            SortBy::Key => Name::Key,
            SortBy::Modified => Name::Modified,
            SortBy::Expires => Name::Expires,
            SortBy::Path(path) => Name::Path(path.as_str().to_owned()),
        },
        descending: store.orders.browsing.descending,
        keeps_order: store.orders.keeps,
        delimiter: store.namespaces.delimiter,
        saved: store.settings.saved.clone(),
        recent: store.settings.recent.clone(),
    };
    let json = serde_json::to_string(&kept).ok()?;
    parse_text(&json).ok().map(|(value, _)| value)
}

/// Applies the setting of a file. Parts that are invalid or out of range are ignored.
pub fn apply_settings(store: &mut OpenStore, value: &EncodedValue) {
    if value.len() > BYTES_MAX {
        return;
    }
    let Ok(kept) = serde_json::from_str::<Kept>(&to_compact(value.view())) else {
        return;
    };
    let columns = kept.columns.into_iter().take(COLUMNS_MAX);
    store.columns.clear();
    for column in columns.filter_map(Name::column) {
        if !store.columns.contains(&column) {
            store.columns.push(column);
        }
    }
    if let Some(by) = kept.sort.sort_by() {
        let descending = kept.descending;
        store.orders.browsing = Sort { by, descending };
        if kept.keeps_order {
            store.orders.keep(false);
        } else {
            store.orders.stop_keeping(false);
        }
    }
    if DELIMITERS.contains(&kept.delimiter) {
        store.namespaces.delimiter = kept.delimiter;
    }
    let fits = |query: &Query| query.text.len() <= QUERY_BYTES_MAX;
    let mut settings = FileSettings::default();
    for saved in kept.saved.into_iter().filter(|saved| fits(&saved.query)) {
        settings.save(&saved.name, saved.query);
    }
    for query in kept.recent.into_iter().rev().filter(fits) {
        settings.remember(query);
    }
    let widths = kept.widths.into_iter().take(COLUMNS_MAX);
    settings.widths = widths
        .map(|(name, width)| (name, width as f32))
        .filter(|(_, width)| WIDTHS.contains(width))
        .filter_map(|(name, width)| Some((name.kind()?, width)))
        .collect();
    store.settings = settings;
}

impl Name {
    fn of(kind: &ColumnKind) -> Self {
        match kind {
            ColumnKind::Key => Self::Key,
            ColumnKind::Value => Self::Value,
            ColumnKind::Path(path) => Self::Path(path.as_str().to_owned()),
            ColumnKind::Expires => Self::Expires,
            ColumnKind::Modified => Self::Modified,
        }
    }

    fn kind(self) -> Option<ColumnKind> {
        Some(match self {
            Self::Key => ColumnKind::Key,
            Self::Value => ColumnKind::Value,
            Self::Path(path) => ColumnKind::Path(Path::parse(&path).ok()?),
            Self::Expires => ColumnKind::Expires,
            Self::Modified => ColumnKind::Modified,
            Self::Relevance => return None,
        })
    }

    fn column(self) -> Option<Column> {
        match self.kind()? {
            ColumnKind::Value => Some(Column::Value),
            ColumnKind::Path(path) => Some(Column::Path(path)),
            _ => None,
        }
    }

    fn sort_by(self) -> Option<SortBy> {
        Some(match self {
            Self::Relevance => SortBy::Relevance,
            Self::Key => SortBy::Key,
            Self::Modified => SortBy::Modified,
            Self::Expires => SortBy::Expires,
            Self::Path(path) => SortBy::Path(Path::parse(&path).ok()?),
            Self::Value => return None,
        })
    }
}
