//! Milliseconds.

use std::time::Instant;

/// What work made, and how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let made = work();
    (made, start.elapsed().as_secs_f64() * 1e3)
}

/// The time in the middle of several.
pub(crate) fn median(times: usize, mut work: impl FnMut()) -> f64 {
    let mut spent: Vec<f64> = (0..times).map(|_| timed(&mut work).1).collect();
    spent.sort_by(f64::total_cmp);
    spent.get(times / 2).copied().unwrap_or_default()
}
