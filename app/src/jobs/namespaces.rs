//! The children of the namespaces expanded in the tree, with exact counts.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use vstore::search::CancelToken;
use vstore::{Seq, Snapshot};

use super::worker::Emit;
use crate::state::Namespace;

/// The most children listed for one namespace.
const CHILDREN_MAX: usize = 2_000;
/// How many keys are examined to find out whether a namespace contains namespaces.
const LOOKED_AT_MAX: usize = 256;
/// How many keys are read between checks whether the question is stale.
const KEYS_PER_CHECK: usize = 4_096;

/// Which namespaces are expanded.
#[derive(Clone, Debug)]
pub struct NamespacesQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// What separates the parts of a key.
    pub delimiter: char,
    /// The prefixes of the expanded namespaces; the root is always included.
    pub open: Vec<String>,
}

/// Their children.
#[derive(Clone, Debug)]
pub struct NamespacesAnswer {
    /// The sequence number of the snapshot.
    pub seq: Seq,
    /// The children by the prefix of their namespace; the root has the prefix "".
    pub children: BTreeMap<String, Arc<[Namespace]>>,
}

pub(super) fn answer_namespaces(
    question: NamespacesQuestion,
    cancel: &CancelToken,
    _emit: &Emit<'_, NamespacesAnswer>,
) -> Option<NamespacesAnswer> {
    let NamespacesQuestion {
        snapshot,
        delimiter,
        open,
    } = question;
    let mut children = BTreeMap::new();
    for prefix in std::iter::once(String::new()).chain(open) {
        let mut found = children_of(&snapshot, &prefix, delimiter, cancel)?;
        if prefix.is_empty() {
            found.extend(without_namespace(&snapshot, &found));
        }
        children.insert(prefix, found.into());
    }
    Some(NamespacesAnswer {
        seq: snapshot.seq(),
        children,
    })
}

/// The keys without a delimiter, as a namespace without a prefix; `None` if there are none, or if
/// not all namespaces are listed.
fn without_namespace(snapshot: &Snapshot, listed: &[Namespace]) -> Option<Namespace> {
    let inside: u64 = listed.iter().map(|namespace| namespace.records).sum();
    let records = (snapshot.len() as u64).saturating_sub(inside);
    let is_rest = records > 0 && !listed.is_empty() && listed.len() < CHILDREN_MAX;
    is_rest.then(|| Namespace {
        name: String::new(),
        prefix: String::new(),
        records,
        expandable: false,
    })
}

/// The namespaces directly inside a prefix; `None` if the question became stale.
///
/// Keys inside a namespace are skipped, so that the cost is O(log n) for each namespace and O(1)
/// for each key outside of any.
pub(super) fn children_of(
    snapshot: &Snapshot,
    prefix: &str,
    delimiter: char,
    cancel: &CancelToken,
) -> Option<Vec<Namespace>> {
    let mut children: Vec<Namespace> = Vec::new();
    let mut start = prefix.to_owned();
    while children.len() < CHILDREN_MAX {
        let mut keys = snapshot
            .range(Bound::Included(&start), Bound::Unbounded)
            .enumerate();
        let child = keys.find_map(|(index, record)| {
            if index % KEYS_PER_CHECK == 0 && cancel.is_cancelled() {
                return Some(None);
            }
            let Some(rest) = record.key.strip_prefix(prefix) else {
                return Some(None);
            };
            let (name, _) = rest.split_once(delimiter)?;
            Some(Some(name.to_owned()))
        });
        if cancel.is_cancelled() {
            return None;
        }
        let Some(Some(name)) = child else { break };
        let child = format!("{prefix}{name}{delimiter}");
        let after = char::from_u32(u32::from(delimiter) + 1).unwrap_or(char::MAX);
        start = format!("{prefix}{name}{after}");
        let records = snapshot.prefix_len(&child) as u64;
        let has_more = |key: &str| {
            key.strip_prefix(child.as_str())
                .is_some_and(|rest| rest.contains(delimiter))
        };
        let expandable = snapshot
            .prefix(&child)
            .take(LOOKED_AT_MAX)
            .any(|record| has_more(record.key));
        children.push(Namespace {
            name,
            prefix: child,
            records,
            expandable,
        });
    }
    Some(children)
}
