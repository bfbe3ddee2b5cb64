//! The tree of namespaces: keys grouped by the parts between delimiters.

use egui::{Id, Ui};
use vstore::search::edit;

use crate::command::{Commands, SearchCommand};
use crate::format;
use crate::state::{FocusTarget, Namespace};
use crate::view::StoreView;
use crate::widgets::nav_list::{NavEvent, NavRow, nav_list};

/// One visible row of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamespaceRow {
    /// The last part, which is the label of the row.
    pub(super) name: String,
    /// The prefix of its keys; empty for keys in no namespace.
    pub(super) prefix: String,
    /// The condition that finds its keys.
    pub(super) query: String,
    /// The depth, from 0.
    pub(super) depth: usize,
    /// Whether it is open; `None` if it cannot be opened.
    pub(super) expanded: Option<bool>,
    /// The number of keys, as text.
    pub(super) count: String,
}

/// The visible rows, and the one that the query filters by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamespacesData {
    pub(super) rows: Vec<NamespaceRow>,
    pub(super) selected: Option<usize>,
}

impl NamespacesData {
    /// The tree in its present state. Its size is bounded by the number of children listed.
    /// `prefixes` are the key prefixes of the query, empty for keys in no namespace.
    pub(super) fn new(view: &StoreView<'_>, prefixes: &[String]) -> Self {
        let namespaces = &view.store.namespaces;
        let rows = namespaces
            .rows()
            .into_iter()
            .map(|(depth, namespace)| NamespaceRow {
                name: name_of(namespace),
                query: if namespace.prefix.is_empty() {
                    edit::key_lacks(namespaces.delimiter)
                } else {
                    edit::key_starts_with(&namespace.prefix)
                },
                prefix: namespace.prefix.clone(),
                depth,
                expanded: namespace
                    .expandable
                    .then(|| namespaces.expanded.contains(&namespace.prefix)),
                count: format::count(namespace.records),
            });
        let rows: Vec<_> = rows.collect();
        let asked = |row: &NamespaceRow| prefixes.contains(&row.prefix);
        let selected = if prefixes.is_empty() {
            None
        } else {
            rows.iter().position(asked)
        };
        Self { rows, selected }
    }
}

/// The label of a namespace: keys may begin with a delimiter, contain two in a row, or none.
fn name_of(namespace: &Namespace) -> String {
    if namespace.prefix.is_empty() {
        "No namespace".to_owned()
    } else if namespace.name.is_empty() {
        "(empty)".to_owned()
    } else {
        namespace.name.clone()
    }
}

pub(super) fn show(
    ui: &mut Ui,
    view: StoreView<'_>,
    data: &NamespacesData,
    commands: &mut Commands,
) {
    if data.rows.is_empty() {
        super::empty_list::hint(
            ui,
            "Keys such as film:1982:tootsie are grouped by their parts.",
        );
        return;
    }
    let row = |index: usize| {
        data.rows
            .get(index)
            .map_or_else(NavRow::default, |row| NavRow {
                label: &row.name,
                depth: row.depth,
                expanded: row.expanded,
                count: &row.count,
                ..NavRow::default()
            })
    };
    let id = Id::unique("namespaces");
    let list = egui::ScrollArea::vertical()
        .id_salt("namespaces")
        .auto_shrink(false)
        .show(ui, |ui| {
            nav_list(ui, id, "Namespaces", data.rows.len(), data.selected, &row)
        });
    let (response, event) = list.inner;
    if view.app.takes_focus(FocusTarget::Explorer) {
        response.request_focus();
    }
    let row = |index: usize| data.rows.get(index);
    match event {
        Some(NavEvent::Select(index)) => {
            // Clicking again removes the filter.
            if let Some(row) = row(index) {
                commands.push(SearchCommand::ToggleFilter(row.query.clone()));
            }
        }
        Some(NavEvent::Toggle(index)) => {
            if let Some(NamespaceRow {
                prefix,
                expanded: Some(expanded),
                ..
            }) = row(index)
            {
                commands.push(SearchCommand::ExpandNamespace {
                    prefix: prefix.clone(),
                    expanded: !expanded,
                });
            }
        }
        Some(NavEvent::Menu(_)) | None => {}
    }
}
