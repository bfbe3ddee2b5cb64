//! Telling when nobody has touched the program for a while, also while its window is hidden and
//! draws nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, Sender, unbounded};

/// A timer that starts anew whenever the program is touched.
pub struct IdleTimer {
    started: Instant,
    /// When the program was touched last, in milliseconds since `started`.
    touched: Arc<AtomicU64>,
    limit: Option<Duration>,
    limits: Sender<Option<Duration>>,
}

impl IdleTimer {
    /// Starts the timer's thread; `elapsed` is called from it when the limit has passed, and
    /// again only after the program was touched.
    pub fn start(elapsed: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let started = Instant::now();
        let touched = Arc::new(AtomicU64::new(0));
        let (limits, changes) = unbounded::<Option<Duration>>();
        let seen = Arc::clone(&touched);
        thread::Builder::new()
            .name("idle".to_owned())
            .spawn(move || {
                let mut limit: Option<Duration> = None;
                let mut told_at = None;
                loop {
                    let last = seen.load(Ordering::Relaxed);
                    let now = millis_since(started);
                    let due = limit.map(|limit| last.saturating_add(limit.as_millis() as u64));
                    let wait = match due {
                        Some(due) if due <= now && told_at != Some(last) => {
                            told_at = Some(last);
                            elapsed();
                            continue;
                        }
                        // After it was told, looking for a touch now and then costs nothing.
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

    /// Sets how long the program may stay untouched; `None`: for ever.
    pub fn set_limit(&mut self, limit: Option<Duration>) {
        self.touch();
        self.limit = limit;
        self.limits.send(limit).ok();
    }

    /// The program was touched.
    pub fn touch(&self) {
        self.touched
            .store(millis_since(self.started), Ordering::Relaxed);
    }

    /// How long until the limit has passed.
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
    fn it_tells_once_when_nothing_was_touched() {
        let (told, heard) = unbounded();
        let mut timer = IdleTimer::start(move || {
            told.send(()).ok();
        })
        .unwrap();
        assert_eq!(timer.remaining(), None);
        timer.set_limit(Some(Duration::from_millis(30)));
        assert!(heard.recv_timeout(Duration::from_secs(5)).is_ok());
        assert!(heard.recv_timeout(Duration::from_millis(60)).is_err());
        assert_eq!(timer.remaining(), Some(Duration::ZERO));
    }
}
