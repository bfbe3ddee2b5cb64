//! Whether recent files still exist, their size and when they were saved.
//!
//! A sleeping or remote disk may take a while to answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use vstore::Millis;
use vstore::search::CancelToken;

use super::worker::Emit;
use crate::state::RecentFacts;

type RecentAnswer = BTreeMap<PathBuf, RecentFacts>;

/// Looks up each file; `None` if the question became stale.
pub(super) fn answer_recent(
    paths: Vec<PathBuf>,
    cancel: &CancelToken,
    _emit: &Emit<'_, RecentAnswer>,
) -> Option<RecentAnswer> {
    let mut facts = BTreeMap::new();
    for path in paths {
        if cancel.is_cancelled() {
            return None;
        }
        let found = facts_of(&path);
        facts.insert(path, found);
    }
    Some(facts)
}

fn facts_of(path: &std::path::Path) -> RecentFacts {
    let Ok(metadata) = std::fs::metadata(path) else {
        return RecentFacts::Missing;
    };
    let saved = metadata.modified().ok();
    let since = saved.and_then(|saved| saved.duration_since(UNIX_EPOCH).ok());
    RecentFacts::Found {
        bytes: metadata.len(),
        saved_at: since.and_then(|since| i64::try_from(since.as_millis()).ok().map(Millis)),
    }
}
