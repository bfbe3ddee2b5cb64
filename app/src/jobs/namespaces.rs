//! The children of the namespaces that are open in the tree, with exact counts.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use vstore::search::CancelToken;
use vstore::{Seq, Snapshot};

use super::worker::Say;
use crate::state::Namespace;

/// How many children of one namespace are listed.
const CHILDREN_MAX: usize = 2_000;
/// How many keys are looked at to tell whether a namespace has namespaces in it.
const LOOKED_AT_MAX: usize = 256;
/// The question may have gone stale: asked after this many keys.
const KEYS_PER_CHECK: usize = 4_096;

/// Which namespaces are open.
#[derive(Clone, Debug)]
pub struct NamespacesQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// What separates the parts of a key.
    pub delimiter: char,
    /// The prefixes of the open namespaces; the root is always asked for.
    pub open: Vec<String>,
}

/// Their children.
#[derive(Clone, Debug)]
pub struct NamespacesAnswer {
    /// For which commit.
    pub seq: Seq,
    /// The children by the prefix of their namespace; the root has the prefix "".
    pub children: BTreeMap<String, Arc<[Namespace]>>,
}

pub(super) fn answer_namespaces(
    question: NamespacesQuestion,
    cancel: &CancelToken,
    _say: &Say<'_, NamespacesAnswer>,
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

/// The keys that have no delimiter, as a namespace without a prefix; `None` where there are none, or
/// where not all namespaces are listed.
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

/// The namespaces directly inside a prefix; `None` when the question went stale.
///
/// Keys inside a namespace are jumped over, so that the cost is O(log n) for each namespace and
/// O(1) for each key that is in none.
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
