//! Notices when the program has not been used for a while, even if its window is hidden and draws
//! nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, Sender, unbounded};

/// A timer that restarts with every input.
pub struct IdleTimer {
    started: Instant,
    /// The time of the last input, in milliseconds since `started`.
    touched: Arc<AtomicU64>,
    limit: Option<Duration>,
    limits: Sender<Option<Duration>>,
}

impl IdleTimer {
    /// Starts the timer's thread, which calls `elapsed` once the limit has passed, and again only
    /// after new input.
    pub fn start(elapsed: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let started = Instant::now();
        let touched = Arc::new(AtomicU64::new(0));
        let (limits, changes) = unbounded::<Option<Duration>>();
        let seen = Arc::clone(&touched);
        thread::Builder::new()
            .name("idle".to_owned())
            .spawn(move || {
                let mut limit: Option<Duration> = None;
                let mut reported_at = None;
                loop {
                    let last = seen.load(Ordering::Relaxed);
                    let now = millis_since(started);
                    let due = limit.map(|limit| last.saturating_add(limit.as_millis() as u64));
                    let wait = match due {
                        Some(due) if due <= now && reported_at != Some(last) => {
                            reported_at = Some(last);
                            elapsed();
                            continue;
                        }
                        // Once reported, checking for input occasionally costs nothing.
                        Some(due) if due <= now => TOUCH_CHECK,
                        Some(due) => Duration::from_millis(due - now),
                        None => NEVER,
                    };
                    match changes.recv_timeout(wait) {
                        Ok(change) => limit = change,
                        Err(RecvTimeoutError::Timeout) => {}
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
            })?;
        Ok(Self {
            started,
            touched,
            limit: None,
            limits,
        })
    }

    /// Sets how long the program may be idle; `None` for ever.
    pub fn set_limit(&mut self, limit: Option<Duration>) {
        self.touch();
        self.limit = limit;
        self.limits.send(limit).ok();
    }

    /// There was input.
    pub fn touch(&self) {
        self.touched
            .store(millis_since(self.started), Ordering::Relaxed);
    }

    /// How long until the limit passes.
    pub fn remaining(&self) -> Option<Duration> {
        let last = self.touched.load(Ordering::Relaxed);
        let idle = Duration::from_millis(millis_since(self.started).saturating_sub(last));
        self.limit.map(|limit| limit.saturating_sub(idle))
    }
}

const TOUCH_CHECK: Duration = Duration::from_secs(5);
const NEVER: Duration = Duration::from_hours(24);

fn millis_since(start: Instant) -> u64 {
    start.elapsed().as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idleness_is_reported_once() {
        let (sender, receiver) = unbounded();
        let mut timer = IdleTimer::start(move || {
            sender.send(()).ok();
        })
        .unwrap();
        assert_eq!(timer.remaining(), None);
        timer.set_limit(Some(Duration::from_millis(30)));
        assert!(receiver.recv_timeout(Duration::from_secs(5)).is_ok());
        assert!(receiver.recv_timeout(Duration::from_millis(60)).is_err());
        assert_eq!(timer.remaining(), Some(Duration::ZERO));
    }
}
