//! A thread pool for background work: building indexes and merging segments.
//!
//! It is separate from the pool that searches. A thread that waits for a part of its work picks up
//! other work of its pool; a search must not pick up building an index, which takes a second. The
//! operating system divides the cores between the pools.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Runs `work`, including its parallel parts, in the background pool. If called from a thread of
/// any pool, it runs in that pool.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    if rayon::current_thread_index().is_some() {
        return work();
    }
    let pool = POOL.get_or_init(|| {
        ThreadPoolBuilder::new()
            .thread_name(|index| format!("vstore-background-{index}"))
            .start_handler(|_| lower_priority())
            .build()
            .ok()
    });
    match pool {
        Some(pool) => pool.install(work),
        // The system refused to create threads: the search pool does the work.
        None => work(),
    }
}

/// Lowers the priority of this thread. Only on Linux does a thread have its own priority.
#[cfg(target_os = "linux")]
fn lower_priority() {
    // A failure only costs responsiveness.
    rustix::process::nice(PRIORITY_LESS).ok();
}

#[cfg(not(target_os = "linux"))]
const fn lower_priority() {}

/// With this niceness a thread gets a third of the time of a contended core.
#[cfg(target_os = "linux")]
const PRIORITY_LESS: i32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_runs_in_a_separate_pool() {
        let inside = run(|| {
            // Nested work stays in the pool.
            let name = || std::thread::current().name().unwrap_or_default().to_owned();
            let (left, right) = rayon::join(name, || run(name));
            [left, right]
        });
        for name in inside {
            assert!(name.starts_with("vstore-background-"), "{name}");
        }
    }

    #[test]
    fn calls_from_a_pool_stay_in_that_pool() {
        let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let here = || std::thread::current().id();
        pool.install(|| assert_eq!(here(), run(here)));
    }
}
