//! Finds keys by a few of their letters: all keys are compared, and the best are listed.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use vstore::search::CancelToken;
use vstore::{Key, KeySet, Snapshot};

use super::worker::Emit;
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
        let config = frizbee::Config::default().max_typos(Some(0));
        let matcher = || frizbee::Matcher::new(&letters, &config);
        let best = Mutex::new(Best {
            shown: Instant::now(),
            keys: Vec::new(),
            total: 0,
        });
        let compare = |keys: &[&str], choose: &mut dyn FnMut(usize)| {
            let found = matcher().match_list(keys);
            if found.is_empty() {
                return;
            }
            for found in &found {
                choose(found.index as usize);
            }
            let mut best = best.lock().unwrap_or_else(PoisonError::into_inner);
            best.add(keys, &found);
            if best.shown.elapsed() >= PARTIAL && !cancel.is_cancelled() {
                best.shown = Instant::now();
                emit(best.answer(&mut matcher(), &typed, true));
            }
        };
        let before = self.before.as_ref();
        let within = before.filter(|(before, _)| letters.starts_with(before.as_str()));
        let within = within.map(|(_, keys)| keys);
        let chosen = snapshot.choose_keys(within, cancel, &compare).ok()?;
        self.before = Some((letters.clone(), chosen));
        let best = best.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some(best.answer(&mut matcher(), &typed, false))
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
    fn add(&mut self, keys: &[&str], found: &[frizbee::Match]) {
        self.total += found.len() as u64;
        let worst = self.keys.get(LISTED_MAX - 1);
        let worst = worst.map_or(0, |(score, _)| *score);
        // Equally good ones may come before those already listed.
        let good = found.iter().filter(|found| found.score >= worst);
        for found in good.take(LISTED_MAX) {
            let key = keys.get(found.index as usize);
            if let Some(key) = key.and_then(|key| Key::new(key).ok()) {
                self.keys.push((found.score, key));
            }
        }
        let order = |(score, key): &(u16, Key)| (std::cmp::Reverse(*score), key.clone());
        self.keys.sort_by_cached_key(order);
        self.keys.truncate(LISTED_MAX);
    }

    fn answer(&self, matcher: &mut frizbee::Matcher, typed: &str, partial: bool) -> JumpAnswer {
        let texts: Vec<&str> = self.keys.iter().map(|(_, key)| key.as_str()).collect();
        let mut rows: Vec<JumpRow> = self
            .keys
            .iter()
            .map(|(_, key)| JumpRow {
                key: key.clone(),
                matched: Vec::new(),
            })
            .collect();
        for found in matcher.match_list_indices(&texts) {
            if let Some(row) = rows.get_mut(found.index as usize) {
                row.matched = found.indices.iter().map(|index| *index as usize).collect();
                row.matched.sort_unstable();
            }
        }
        JumpAnswer {
            typed: typed.to_owned(),
            rows,
            total: self.total,
            partial,
        }
    }
}
