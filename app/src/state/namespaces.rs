//! The namespaces tree: keys grouped by the parts between delimiters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The namespaces that are known and which of them are open.
#[derive(Clone, Debug)]
pub struct Namespaces {
    /// What separates the parts of a key.
    pub delimiter: char,
    /// The children of each namespace that is open; the root has the prefix "".
    pub children: BTreeMap<String, Arc<[Namespace]>>,
    /// The prefixes of the namespaces that are open, without the root.
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
    /// The part of the keys that is shown: `de`.
    pub name: String,
    /// What all the keys start with: `customer:de:`. Empty for the keys that have no delimiter and so
    /// are in no namespace.
    pub prefix: String,
    /// How many keys.
    pub records: u64,
    /// Whether some of them have a further delimiter.
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
