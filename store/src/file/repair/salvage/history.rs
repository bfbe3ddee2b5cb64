//! Choosing a consistent history among the authentic frames.
//!
//! Two copies of a file that were both written to have frames with the same numbers and the same
//! key. Every frame contains the tag of the one before it, so the frames form a forest in which
//! each has at most one parent, and a history is a path from a root. The longest history is chosen.
//! Where it ends, the next one begins, at a gap (frames are lost, so the link is unknown) or at a
//! break (the frame before exists, but is not its parent).
use std::{cmp::Reverse, collections::BTreeMap};

use super::search::Genuine;
use crate::file::keys::seal::Tag;
use crate::file::repair::salvage::search::FrameId;

/// The frames chosen.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The frames by number.
    pub(super) frames: BTreeMap<u64, Genuine>,
    /// The numbers of frames that do not follow the frame before them, although it exists.
    pub(super) breaks: Vec<u64>,
    /// The number of frames not chosen.
    pub(super) other_frames: u64,
}

impl History {
    /// Of frames with the same number, the one with the longest history is chosen; then the one at
    /// the offset it was written for, then the first one.
    pub(super) fn choose(mut found: BTreeMap<FrameId, Genuine>) -> Self {
        let (lengths, mut children) = measure(&found);
        let mut history = Self::default();
        let mut from = 0;
        while let Some(root) = best_root(&found, &lengths, from) {
            if from > 0 && root.0 == from {
                history.breaks.push(from);
            }
            let mut next = Some(root);
            while let Some(id) = next {
                if let Some(frame) = found.remove(&id) {
                    history.frames.insert(id.0, frame);
                }
                from = id.0.saturating_add(1);
                next = children.remove(&id).map(|(_, child)| child);
            }
        }
        history.other_frames = found.len() as u64;
        history
    }
}

/// The order of preference among frames with the same number.
type Rank = (u64, bool, Reverse<u64>);

fn rank(frame: &Genuine, length: u64) -> Rank {
    (length, frame.in_place, Reverse(frame.offset))
}

/// The length of the longest history from each frame on, and its best child.
fn measure(
    found: &BTreeMap<FrameId, Genuine>,
) -> (BTreeMap<FrameId, u64>, BTreeMap<FrameId, (Rank, FrameId)>) {
    let mut lengths = BTreeMap::new();
    let mut children: BTreeMap<FrameId, (Rank, FrameId)> = BTreeMap::new();
    // Children have higher numbers, so their lengths are computed before those of their parents.
    for (&id, frame) in found.iter().rev() {
        let child = children.get(&id).map(|((length, ..), _)| *length);
        let length = child.unwrap_or(0).saturating_add(1);
        lengths.insert(id, length);
        let parent = id.0.checked_sub(1).map(|before| (before, frame.prev_tag));
        if let Some(parent) = parent.filter(|parent| found.contains_key(parent)) {
            let candidate = (rank(frame, length), id);
            let best = children.entry(parent).or_insert(candidate);
            *best = candidate.max(*best);
        }
    }
    (lengths, children)
}

/// The best frame of the lowest number from `from` on.
fn best_root(
    found: &BTreeMap<FrameId, Genuine>,
    lengths: &BTreeMap<FrameId, u64>,
    from: u64,
) -> Option<FrameId> {
    let mut rest = found.range((from, Tag::default())..).peekable();
    let (lowest, _) = *rest.peek()?.0;
    rest.take_while(|((seq, _), _)| *seq == lowest)
        .max_by_key(|(id, frame)| rank(frame, lengths.get(*id).copied().unwrap_or(0)))
        .map(|(id, _)| *id)
}
