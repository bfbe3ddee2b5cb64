//! Threads for work that nobody waits for: building indexes and merging segments.
//!
//! They are apart from the threads that search. A thread of a pool that waits for a part of its
//! work takes up whatever else waits in that pool: a search must not find an index to build there,
//! which takes a second. Between the pools the operating system shares the processors.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Runs `work`, and what it does in parallel, on those threads. Whoever calls from a thread of
/// some pool stays there, as if it were theirs.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    if rayon::current_thread_index().is_some() {
        return work();
    }
    let pool = POOL.get_or_init(|| {
        ThreadPoolBuilder::new()
            .thread_name(|index| format!("vstore-background-{index}"))
            .start_handler(|_| give_way())
            .build()
            .ok()
    });
    match pool {
        Some(pool) => pool.install(work),
        // The system gives no more threads: those of the search have to do it.
        None => work(),
    }
}

/// Has the system run other threads first. On Linux a thread has a priority of its own.
#[cfg(target_os = "linux")]
fn give_way() {
    // Without it the work is done all the same.
    rustix::process::nice(PRIORITY_LESS).ok();
}

#[cfg(not(target_os = "linux"))]
const fn give_way() {}

/// A third of the time of a processor that somebody else wants as well.
#[cfg(target_os = "linux")]
const PRIORITY_LESS: i32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_runs_apart_from_the_threads_that_search() {
        let inside = run(|| {
            // Work that is begun there stays there.
            let name = || std::thread::current().name().unwrap_or_default().to_owned();
            let (left, right) = rayon::join(name, || run(name));
            [left, right]
        });
        for name in inside {
            assert!(name.starts_with("vstore-background-"), "{name}");
        }
    }

    #[test]
    fn whoever_is_on_a_thread_of_a_pool_stays_there() {
        let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let here = || std::thread::current().id();
        pool.install(|| assert_eq!(here(), run(here)));
    }
}
