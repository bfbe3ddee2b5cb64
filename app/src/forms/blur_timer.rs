//! Says when typed passwords must be wiped because the window has lost the keyboard.

use std::time::Duration;

/// How long the window may be without the keyboard before its password fields are emptied.
const FORGET_AFTER_SECS: f64 = 30.0;

/// Watches whether the window has the keyboard.
#[derive(Debug, Default)]
pub(crate) struct BlurTimer {
    left_at: Option<f64>,
}

impl BlurTimer {
    /// Whether the window has been without the keyboard for long enough; true once per absence.
    /// Requests a repaint for that time only while there is something to wipe.
    pub(crate) fn is_over(&mut self, ctx: &egui::Context, something_typed: bool) -> bool {
        let (focused, time) = ctx.input(|input| (input.focused, input.time));
        let wait = self.wait(focused, time);
        if let Some(wait) = wait.filter(|wait| 0.0 < *wait && something_typed) {
            ctx.request_repaint_after(Duration::from_secs_f64(wait));
        }
        wait.is_some_and(|wait| wait <= 0.0)
    }

    fn wait(&mut self, focused: bool, time: f64) -> Option<f64> {
        if focused {
            self.left_at = None;
            return None;
        }
        let left_at = *self.left_at.get_or_insert(time);
        let wait = FORGET_AFTER_SECS - (time - left_at);
        if wait <= 0.0 {
            // Restarts the timer, so that text entered later by other means is wiped as well.
            self.left_at = Some(time);
        }
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use crate::forms::BlurTimer;

    #[test]
    fn half_a_minute_without_the_keyboard_is_reported_once() {
        let mut timer = BlurTimer::default();
        assert_eq!(timer.wait(true, 0.0), None);
        assert_eq!(timer.wait(false, 10.0), Some(30.0));
        assert_eq!(timer.wait(false, 39.0), Some(1.0));
        assert_eq!(timer.wait(false, 40.0), Some(0.0));
        assert_eq!(timer.wait(false, 41.0), Some(29.0));
    }

    #[test]
    fn coming_back_restarts_the_timer() {
        let mut timer = BlurTimer::default();
        timer.wait(false, 0.0);
        timer.wait(true, 29.0);
        assert_eq!(timer.wait(false, 30.0), Some(30.0));
    }
}
