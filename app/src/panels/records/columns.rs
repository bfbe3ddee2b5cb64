//! The columns of the record table: key, the chosen paths, expiry, last change.

use vstore::Path;
use vstore::value::ValueType;

use crate::state::{Column, ColumnKind, Sort, SortBy};
use crate::view::StoreView;
use crate::widgets::table;

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ColumnData {
    pub(super) kind: ColumnKind,
    /// Aligned to the right, as numbers are.
    pub(super) right: bool,
    /// The table is sorted by it; true for descending.
    pub(super) sorted: Option<bool>,
}

/// The present columns, from left to right.
pub(super) fn columns(view: &StoreView<'_>) -> Vec<ColumnData> {
    let store = view.store;
    let chosen = store.columns.iter().map(|column| match column {
        Column::Value => ColumnKind::Value,
        Column::Path(path) => ColumnKind::Path(path.clone()),
    });
    let kinds = std::iter::once(ColumnKind::Key)
        .chain(chosen)
        .chain([ColumnKind::Expires, ColumnKind::Modified]);
    let columns = kinds.map(|kind| ColumnData {
        right: match &kind {
            ColumnKind::Modified => true,
            ColumnKind::Path(path) => holds_numbers(view, path),
            _ => false,
        },
        sorted: sorts(&kind, view).then_some(store.sort().descending),
        kind,
    });
    columns.collect()
}

/// Whether the table is sorted by this column. Without ranking, the order of relevance is that of
/// the keys.
fn sorts(kind: &ColumnKind, view: &StoreView<'_>) -> bool {
    let sort = view.store.sort();
    match kind {
        ColumnKind::Key => sort.is_by_key(view.store.search.is_ranked()),
        kind => kind.sort_by().is_some_and(|by| by == sort.by),
    }
}

/// The most frequent type at the path decides; until it is known, nothing counts as a number.
fn holds_numbers(view: &StoreView<'_>, path: &Path) -> bool {
    let row = view
        .store
        .explorer
        .paths
        .iter()
        .find(|row| row.path == *path);
    matches!(
        row.and_then(crate::state::PathRow::main_type),
        Some(ValueType::Int | ValueType::Float)
    )
}

impl ColumnKind {
    /// The title in the header.
    pub(super) fn title(&self) -> &str {
        match self {
            Self::Key => "Key",
            Self::Value => "Value",
            Self::Path(path) => path.as_str(),
            Self::Expires => "Expires",
            Self::Modified => "Modified",
        }
    }

    /// Whether it can be hidden and moved.
    pub(super) const fn is_chosen(&self) -> bool {
        matches!(self, Self::Value | Self::Path(_))
    }

    /// The order by this column; `None` if it cannot be sorted.
    pub(super) fn sort_by(&self) -> Option<SortBy> {
        match self {
            Self::Key => Some(SortBy::Key),
            Self::Value => None,
            Self::Path(path) => Some(SortBy::Path(path.clone())),
            Self::Expires => Some(SortBy::Expires),
            Self::Modified => Some(SortBy::Modified),
        }
    }

    /// The default width, in points.
    pub(super) fn default_width(&self, right: bool) -> f32 {
        match self {
            Self::Key => 222.0,
            Self::Value => 150.0,
            Self::Path(path) => {
                let title = path.as_str().chars().count() as f32;
                let least = if right { 66.0 } else { 104.0 };
                // Includes room for the sort arrow.
                title.mul_add(7.0, 40.0).clamp(least, 176.0)
            }
            Self::Expires => 112.0,
            Self::Modified => 90.0,
        }
    }
}

impl ColumnData {
    /// The next order when the header is clicked: ascending or descending, then reversed, then the
    /// default order (by relevance, or by key without ranking).
    pub(super) fn next_sort(&self) -> Option<Sort> {
        let by = self.kind.sort_by()?;
        // Sorting by the last change is mostly for finding the newest.
        let first = self.kind == ColumnKind::Modified;
        Some(match self.sorted {
            None => Sort {
                by,
                descending: first,
            },
            Some(descending) if descending == first => Sort {
                by,
                descending: !first,
            },
            Some(_) => Sort::default(),
        })
    }

    /// The column for the table widget, `width` points wide.
    pub(super) fn for_table(&self, width: f32, stretch: bool) -> table::ColumnSpec {
        let sort = self.sorted.map(|descending| {
            if descending {
                table::SortArrow::Descending
            } else {
                table::SortArrow::Ascending
            }
        });
        let mut column = table::ColumnSpec::new(self.kind.title(), width).sorted(sort);
        if self.right {
            column = column.right();
        }
        if self.kind.sort_by().is_none() {
            column = column.unsortable();
        }
        if stretch { column.stretch() } else { column }
    }
}
