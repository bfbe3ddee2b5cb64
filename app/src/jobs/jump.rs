//! Finds keys by a few of their letters: all keys are compared, and the best are listed.

use std::cmp::Reverse;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use vstore::search::CancelToken;
use vstore::{Key, KeySet, Snapshot};

use super::worker::Emit;
use crate::letters::Letters;
use crate::state::{JumpAnswer, JumpRow};

/// The most keys listed.
const LISTED_MAX: usize = 100;
/// Partial results are shown after this time, and again at this interval.
const PARTIAL: Duration = Duration::from_millis(50);
/// Further letters are ignored.
const LETTERS_MAX: usize = 128;

/// Letters that keys contain in this order, not necessarily adjacent.
#[derive(Clone, Debug)]
pub struct JumpQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// The letters. Capitals match only capitals.
    pub typed: String,
}

/// Answers one question after another: further typing can only narrow the keys found before, so
/// that only those are compared again.
#[derive(Debug, Default)]
pub(super) struct Jumps {
    /// The letters of the last answer, and the keys that contain them.
    before: Option<(String, KeySet)>,
}

impl Jumps {
    pub(super) fn answer(
        &mut self,
        question: JumpQuestion,
        cancel: &CancelToken,
        emit: &Emit<'_, JumpAnswer>,
    ) -> Option<JumpAnswer> {
        let JumpQuestion { snapshot, typed } = question;
        let letters: String = typed.trim().chars().take(LETTERS_MAX).collect();
        let best = Mutex::new(Best {
            shown: Instant::now(),
            keys: Vec::new(),
            total: 0,
        });
        let compare = |keys: &[&str], choose: &mut dyn FnMut(usize)| {
            let mut matcher = Letters::new(&letters);
            let scored = keys.iter().enumerate();
            let found: Vec<(usize, u16)> = scored
                .filter_map(|(index, key)| Some((index, matcher.score(key)?)))
                .collect();
            if found.is_empty() {
                return;
            }
            for (index, _) in &found {
                choose(*index);
            }
            let mut best = best.lock().unwrap_or_else(PoisonError::into_inner);
            best.add(keys, &found);
            if best.shown.elapsed() >= PARTIAL && !cancel.is_cancelled() {
                best.shown = Instant::now();
                emit(best.answer(&mut matcher, &typed, true));
            }
        };
        let before = self.before.as_ref();
        let within = before.filter(|(before, _)| letters.starts_with(before.as_str()));
        let within = within.map(|(_, keys)| keys);
        let chosen = snapshot.choose_keys(within, cancel, &compare).ok()?;
        self.before = Some((letters.clone(), chosen));
        let best = best.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some(best.answer(&mut Letters::new(&letters), &typed, false))
    }
}

/// The best keys so far.
#[derive(Debug)]
struct Best {
    /// When they were last shown.
    shown: Instant,
    /// Best first; equal ones in key order.
    keys: Vec<(u16, Key)>,
    total: u64,
}

impl Best {
    /// Adds the keys that were found in a chunk, by their index in it, each with its score.
    fn add(&mut self, keys: &[&str], found: &[(usize, u16)]) {
        self.total += found.len() as u64;
        let worst = self.keys.get(LISTED_MAX - 1);
        let worst = worst.map_or(0, |(score, _)| *score);
        // Equally good ones may come before those already listed.
        let mut good: Vec<(usize, u16)> = found.to_vec();
        good.retain(|(_, score)| *score >= worst);
        // Stable, and the keys of a chunk ascend: the first of equally good ones stay.
        good.sort_by_key(|(_, score)| Reverse(*score));
        for (index, score) in good.into_iter().take(LISTED_MAX) {
            if let Some(key) = keys.get(index).and_then(|key| Key::new(key).ok()) {
                self.keys.push((score, key));
            }
        }
        let order = |(score, key): &(u16, Key)| (Reverse(*score), key.clone());
        self.keys.sort_by_cached_key(order);
        self.keys.truncate(LISTED_MAX);
    }

    fn answer(&self, letters: &mut Letters, typed: &str, partial: bool) -> JumpAnswer {
        let rows = self.keys.iter().map(|(_, key)| JumpRow {
            matched: letters
                .positions(key.as_str())
                .map(|(positions, _)| positions)
                .unwrap_or_default(),
            key: key.clone(),
        });
        JumpAnswer {
            typed: typed.to_owned(),
            rows: rows.collect(),
            total: self.total,
            partial,
        }
    }
}
