//! Which of the genuine frames follow each other.
//!
//! Two copies of a file that were both written to have frames with the same numbers and the same
//! key. Every frame names the tag of the one before it, so that what belongs together can be told:
//! the frames make a forest, in which each has at most one parent, and a history is a way down
//! from a root. The longest one is taken; where it ends, the next begins, at a gap (frames between
//! are lost, and nothing can be said about the link) or at a break (the frame before is there, and
//! is another one).
use std::{cmp::Reverse, collections::BTreeMap};

use super::search::Genuine;
use crate::file::keys::seal::Tag;
use crate::file::repair::salvage::search::FrameId;

/// The frames that are taken.
#[derive(Debug, Default)]
pub(super) struct History {
    /// By number.
    pub(super) frames: BTreeMap<u64, Genuine>,
    /// Numbers of those that do not follow the frame before them, which is there.
    pub(super) breaks: Vec<u64>,
    /// Frames that were not taken.
    pub(super) other_frames: u64,
}

impl History {
    /// Of frames with the same number the one that leads furthest is taken; then the one that
    /// stands in its place, then the one that stands first.
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

/// What makes one frame better than another with the same number.
type Rank = (u64, bool, Reverse<u64>);

fn rank(frame: &Genuine, length: u64) -> Rank {
    (length, frame.in_place, Reverse(frame.offset))
}

/// How many frames each leads to, itself included, and its best child.
fn measure(
    found: &BTreeMap<FrameId, Genuine>,
) -> (BTreeMap<FrameId, u64>, BTreeMap<FrameId, (Rank, FrameId)>) {
    let mut lengths = BTreeMap::new();
    let mut children: BTreeMap<FrameId, (Rank, FrameId)> = BTreeMap::new();
    // Children have higher numbers: their lengths are known before those of their parents.
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
