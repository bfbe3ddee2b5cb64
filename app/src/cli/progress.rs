//! One line of progress on standard error if it is a terminal; otherwise nothing.

use std::fmt;
use std::io::{self, IsTerminal as _, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use vstore::file::{Control, Phase, Progress as FileProgress};

use super::signals::{self, Stoppable};

/// The line is painted at most once in this time, and not before this much time has passed.
const PAUSE: Duration = Duration::from_millis(100);

/// Shows the progress of a command. Dropping it erases the line.
#[derive(Clone)]
pub(super) struct ProgressLine {
    painter: Option<Arc<Mutex<Painter<io::Stderr>>>>,
    started: Instant,
}

impl ProgressLine {
    /// A line that is shown only if standard error is a terminal.
    pub(super) fn new() -> Self {
        let painter = io::stderr()
            .is_terminal()
            .then(|| Painter::new(io::stderr()));
        Self {
            painter: painter.map(|painter| Arc::new(Mutex::new(painter))),
            started: Instant::now(),
        }
    }

    /// Runs work on a file and shows its progress. A signal stops the work at a point where nothing
    /// is half done.
    pub(super) fn watch<T>(&self, work: impl FnOnce(&Control) -> T) -> T {
        let control = self.control();
        let _stoppable = Stoppable::new(&control);
        work(&control)
    }

    /// Shows the progress that work on a file reports.
    fn control(&self) -> Control {
        if self.painter.is_none() {
            return Control::default();
        }
        let line = self.clone();
        Control::with_progress(move |FileProgress { phase, fraction }| {
            let words = match phase {
                Phase::DerivingKey => "Deriving key",
                Phase::Reading => "Reading",
                Phase::Writing => "Writing",
                Phase::Verifying => "Checking",
                _ => "Working",
            };
            let fraction = (phase != Phase::DerivingKey).then_some(fraction);
            line.paint(words, fraction);
        })
    }

    /// Shows the progress of a transfer, and stops it if a signal asked for that.
    pub(super) fn transfer(&self, words: &str, done: u64, total: Option<u64>) -> ControlFlow<()> {
        let fraction = total.filter(|total| *total > 0);
        let fraction = fraction.map(|total| (done as f64 / total as f64) as f32);
        self.paint(words, fraction);
        if signals::is_stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn paint(&self, words: &str, fraction: Option<f32>) {
        // A thread that panicked while painting left nothing that matters.
        if let Some(mut painter) = self
            .painter
            .as_ref()
            .and_then(|painter| painter.lock().ok())
        {
            painter.paint(self.started.elapsed(), words, fraction);
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some(mut painter) = self
            .painter
            .as_ref()
            .and_then(|painter| painter.lock().ok())
        {
            painter.clear();
        }
    }
}

/// What was painted last, and where.
struct Painter<W: Write> {
    out: W,
    shown: String,
    next: Duration,
}

impl<W: Write> Painter<W> {
    const fn new(out: W) -> Self {
        Self {
            out,
            shown: String::new(),
            next: PAUSE,
        }
    }

    fn paint(&mut self, now: Duration, words: &str, fraction: Option<f32>) {
        if now < self.next {
            return;
        }
        let line = match fraction {
            Some(part) => format!("{words} {:3.0} %", (part * 100.0).clamp(0.0, 100.0)),
            None => format!("{words}…"),
        };
        if line != self.shown {
            self.next = now + PAUSE;
            // `\r` and "erase to the end of the line" (ECMA-48, EL).
            self.write(format_args!("\r{line}\x1b[K"));
            self.shown = line;
        }
    }

    fn clear(&mut self) {
        if !std::mem::take(&mut self.shown).is_empty() {
            self.write(format_args!("\r\x1b[K"));
        }
    }

    /// Errors are ignored: a terminal that went away needs no progress.
    fn write(&mut self, text: fmt::Arguments<'_>) {
        drop(self.out.write_fmt(text).and_then(|()| self.out.flush()));
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Painter};

    #[test]
    fn the_line_is_painted_at_intervals_and_erased() {
        let mut painter = Painter::new(Vec::new());
        let mut at = |millis, part| {
            painter.paint(Duration::from_millis(millis), "Reading", Some(part));
        };
        at(50, 0.1);
        at(150, 0.2);
        at(200, 0.3);
        at(260, 0.2);
        at(400, 2.0);
        painter.clear();
        painter.clear();
        let shown = String::from_utf8(painter.out).unwrap();
        assert_eq!(shown, "\rReading  20 %\x1b[K\rReading 100 %\x1b[K\r\x1b[K");
    }

    #[test]
    fn short_work_paints_nothing() {
        let mut painter = Painter::new(Vec::new());
        painter.paint(Duration::from_millis(20), "Reading", None);
        painter.clear();
        assert!(painter.out.is_empty());
    }
}
