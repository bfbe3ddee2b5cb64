//! The JSON text of a value; large values are formatted on another thread, so that no frame is
//! slow.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::Context;
use vstore::Record;
use vstore::value::json::to_pretty;

use super::data::Stamp;

/// Values up to this size are formatted immediately.
const AT_ONCE_BYTES_MAX: usize = 512 * 1024;

/// The text of the value requested last.
#[derive(Debug, Default)]
pub(super) struct LargeText {
    stamp: Option<Stamp>,
    text: Option<Arc<str>>,
    coming: Option<Receiver<Arc<str>>>,
}

impl LargeText {
    /// The text of a record's value; `None` while it is being formatted. Repaints the window once
    /// the text is ready.
    pub(super) fn of(&mut self, ctx: &Context, record: &Record) -> Option<&Arc<str>> {
        let stamp = Stamp::of(record);
        if self.stamp.as_ref() != Some(&stamp) {
            *self = Self::start(ctx, record);
            self.stamp = Some(stamp);
        }
        if let Some(coming) = &self.coming {
            match coming.try_recv() {
                Ok(text) => {
                    self.text = Some(text);
                    self.coming = None;
                }
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => *self = Self::default(),
            }
        }
        self.text.as_ref()
    }

    fn start(ctx: &Context, record: &Record) -> Self {
        if record.value.len() <= AT_ONCE_BYTES_MAX {
            return Self {
                text: Some(to_pretty(record.value.view()).into()),
                ..Self::default()
            };
        }
        let (sender, coming) = channel();
        let (value, waker) = (record.value.clone(), ctx.clone());
        let work = move || {
            // The receiver may be gone; then the text is dropped.
            sender.send(to_pretty(value.view()).into()).ok();
            waker.request_repaint();
        };
        let started = std::thread::Builder::new()
            .name("text of a value".to_owned())
            .spawn(work);
        Self {
            coming: started.is_ok().then_some(coming),
            ..Self::default()
        }
    }
}
