//! Going to a key by a few of its letters: all keys are compared, the best are listed.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use vstore::search::CancelToken;
use vstore::{Key, KeySet, Snapshot};

use super::worker::Say;
use crate::state::{JumpAnswer, JumpRow};

/// How many keys are listed.
const LISTED_MAX: usize = 100;
/// What is found so far is shown after this time, and then once in a while.
const PARTIAL: Duration = Duration::from_millis(50);
/// More letters than these are not compared.
const LETTERS_MAX: usize = 128;

/// Letters that keys have in this order, not necessarily next to each other.
#[derive(Clone, Debug)]
pub struct JumpQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// The letters. Capitals among them are compared as they are.
    pub typed: String,
}

/// Answers one question after the other: whoever types on finds no other keys than those found
/// before, so that only these are compared again.
#[derive(Debug, Default)]
pub(super) struct Jumps {
    /// The letters of the last answer, and the keys that have them.
    before: Option<(String, KeySet)>,
}

impl Jumps {
    pub(super) fn answer(
        &mut self,
        question: JumpQuestion,
        cancel: &CancelToken,
        say: &Say<'_, JumpAnswer>,
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
                say(best.answer(&mut matcher(), &typed, true));
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
    /// Best first, alike in key order.
    keys: Vec<(u16, Key)>,
    total: u64,
}

impl Best {
    fn add(&mut self, keys: &[&str], found: &[frizbee::Match]) {
        self.total += found.len() as u64;
        let worst = self.keys.get(LISTED_MAX - 1);
        let worst = worst.map_or(0, |(score, _)| *score);
        // Equal ones may come before those that are listed.
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
