//! The namespace tree: keys grouped by the parts between delimiters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The known namespaces, and which of them are expanded.
#[derive(Clone, Debug)]
pub struct Namespaces {
    /// What separates the parts of a key.
    pub delimiter: char,
    /// The children of each expanded namespace; the root has the prefix "".
    pub children: BTreeMap<String, Arc<[Namespace]>>,
    /// The prefixes of the expanded namespaces, without the root.
    pub expanded: BTreeSet<String>,
    /// They are being counted.
    pub running: bool,
}

impl Default for Namespaces {
    fn default() -> Self {
        Self {
            delimiter: ':',
            children: BTreeMap::new(),
            expanded: BTreeSet::new(),
            running: false,
        }
    }
}

/// Keys that share a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// The part of the key to show: `de`.
    pub name: String,
    /// The common prefix of its keys: `customer:de:`. Empty for keys without a delimiter, which are
    /// in no namespace.
    pub prefix: String,
    /// The number of keys.
    pub records: u64,
    /// Whether some of them contain another delimiter.
    pub expandable: bool,
}

impl Namespaces {
    /// The visible rows from top to bottom, with their depth from 0.
    pub fn rows(&self) -> Vec<(usize, &Namespace)> {
        let mut rows = Vec::new();
        self.push_rows("", 0, &mut rows);
        rows
    }

    fn push_rows<'a>(&'a self, prefix: &str, depth: usize, rows: &mut Vec<(usize, &'a Namespace)>) {
        for child in self
            .children
            .get(prefix)
            .map(|children| &**children)
            .unwrap_or_default()
        {
            rows.push((depth, child));
            if self.expanded.contains(&child.prefix) {
                self.push_rows(&child.prefix, depth + 1, rows);
            }
        }
    }
}
