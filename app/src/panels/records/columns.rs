//! The columns of the record table: key, what the user chose, expiry, last change.

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
    /// The table is ordered by it; true: the largest first.
    pub(super) sorted: Option<bool>,
}

/// The columns as they stand now, from left to right.
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

/// Whether the table is in the order of this column. Where nothing is ranked, the order of relevance
/// is that of the keys.
fn sorts(kind: &ColumnKind, view: &StoreView<'_>) -> bool {
    let sort = view.store.sort();
    match kind {
        ColumnKind::Key => sort.is_by_key(view.store.search.is_ranked()),
        kind => kind.sort_by().is_some_and(|by| by == sort.by),
    }
}

/// What stands most often at the path decides; before that is known, nothing is a number.
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
    /// The words in the header.
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

    /// The order a click on the header asks for; `None`: there is none.
    pub(super) fn sort_by(&self) -> Option<SortBy> {
        match self {
            Self::Key => Some(SortBy::Key),
            Self::Value => None,
            Self::Path(path) => Some(SortBy::Path(path.clone())),
            Self::Expires => Some(SortBy::Expires),
            Self::Modified => Some(SortBy::Modified),
        }
    }

    /// The width before anybody dragged it, in points.
    pub(super) fn default_width(&self, right: bool) -> f32 {
        match self {
            Self::Key => 222.0,
            Self::Value => 150.0,
            Self::Path(path) => {
                let title = path.as_str().chars().count() as f32;
                let least = if right { 66.0 } else { 104.0 };
                // With room for the arrow of the order.
                title.mul_add(7.0, 40.0).clamp(least, 176.0)
            }
            Self::Expires => 112.0,
            Self::Modified => 90.0,
        }
    }
}

impl ColumnData {
    /// The order a click on the header asks for now: first this column, then the other way round,
    /// and then no column: by relevance, or by key where nothing is ranked.
    pub(super) fn next_sort(&self) -> Option<Sort> {
        let by = self.kind.sort_by()?;
        // Whoever sorts by the last change looks for the newest.
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
