//! Going to a key by a few of its letters: all keys are compared, the best are listed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vstore::search::Ticket;
use vstore::{Key, Snapshot};

use super::runner::{Done, Say};
use crate::state::{JumpAnswer, JumpRow};

/// How many keys are listed.
const LISTED_MAX: usize = 100;
/// So many keys are compared between two looks at whether the answer is still wanted.
const KEYS_PER_CHECK: usize = 8 * 1024;
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

pub(super) fn answer_jump(question: JumpQuestion, ticket: &Ticket, say: &Say) -> Option<Done> {
    let started = Instant::now();
    let JumpQuestion { snapshot, typed } = question;
    let letters: String = typed.trim().chars().take(LETTERS_MAX).collect();
    let config = frizbee::Config::default().max_typos(Some(0));
    let mut matcher = frizbee::Matcher::new(&letters, &config);
    let mut best = Best::default();
    let mut shown = started;
    let mut keys = Vec::with_capacity(KEYS_PER_CHECK);
    let mut records = snapshot.iter().map(|record| record.key);
    loop {
        keys.clear();
        keys.extend(records.by_ref().take(KEYS_PER_CHECK));
        if keys.is_empty() {
            break;
        }
        if !ticket.is_current() {
            return None;
        }
        best.add(&keys, &matcher.match_list(&keys));
        if shown.elapsed() >= PARTIAL {
            shown = Instant::now();
            say(best.answer(&mut matcher, &typed, true));
        }
    }
    Some(best.answer(&mut matcher, &typed, false))
}

/// The best keys so far.
#[derive(Debug, Default)]
struct Best {
    /// Best first.
    keys: Vec<(u16, Key)>,
    total: u64,
}

impl Best {
    /// Adds what was found among some keys that come behind all before.
    fn add(&mut self, keys: &[&str], found: &[frizbee::Match]) {
        self.total += found.len() as u64;
        let worst = match self.keys.get(LISTED_MAX - 1) {
            Some((score, _)) => *score,
            None => 0,
        };
        for found in found.iter().take(LISTED_MAX) {
            let is_full = self.keys.len() >= LISTED_MAX;
            if is_full && found.score <= worst {
                break;
            }
            let key = keys.get(found.index as usize);
            if let Some(key) = key.and_then(|key| Key::new(key).ok()) {
                self.keys.push((found.score, key));
            }
        }
        // Equal ones stay in key order: sorting is stable.
        self.keys
            .sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.keys.truncate(LISTED_MAX);
    }

    fn answer(&self, matcher: &mut frizbee::Matcher, typed: &str, partial: bool) -> Done {
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
        Done::Jump(Arc::new(JumpAnswer {
            typed: typed.to_owned(),
            rows,
            total: self.total,
            partial,
        }))
    }
}
