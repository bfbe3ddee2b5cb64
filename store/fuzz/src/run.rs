//! Runs a target on mutated inputs up to a limit.
use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use crate::{Target, mutate::Random};

/// Inputs longer than this, in bytes, are cut: long ones find nothing that short ones do not.
const LEN_MAX: usize = 1 << 17;

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// After this time.
    Time(Duration),
    /// After this number of inputs.
    Inputs(u64),
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Inputs that were tried.
    pub tried: u64,
    /// Inputs with a new outcome.
    pub new: Vec<Vec<u8>>,
    /// The first input that made the target panic.
    pub failure: Option<Vec<u8>>,
}

/// Runs `target` on the inputs of `corpus` and on mutations of them.
pub fn fuzz(target: &Target, mut corpus: Vec<Vec<u8>>, seed: u64, limit: Limit) -> Outcome {
    let start = Instant::now();
    let mut random = Random(seed);
    let mut outcome = Outcome::default();
    let mut seen = BTreeSet::new();
    for input in &corpus {
        let Some(word) = attempt(target, input) else {
            outcome.failure = Some(input.clone());
            return outcome;
        };
        seen.insert(word);
    }
    loop {
        let done = match limit {
            Limit::Time(time) => start.elapsed() >= time,
            Limit::Inputs(count) => outcome.tried >= count,
        };
        if done || corpus.is_empty() {
            return outcome;
        }
        let mut input = corpus[random.below(corpus.len())].clone();
        let other = corpus[random.below(corpus.len())].clone();
        random.mutate(&mut input, &other);
        input.truncate(LEN_MAX);
        outcome.tried += 1;
        match attempt(target, &input) {
            None => {
                outcome.failure = Some(input);
                return outcome;
            }
            Some(word) => {
                if seen.insert(word) {
                    outcome.new.push(input.clone());
                    corpus.push(input);
                }
            }
        }
    }
}

/// The outcome of the target; `None` if it panicked.
fn attempt(target: &Target, input: &[u8]) -> Option<String> {
    catch_unwind(AssertUnwindSafe(|| (target.read)(input))).ok()
}
