//! The JSON text of a value, made on another thread where making it would be felt.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::Context;
use vstore::Record;
use vstore::value::json::to_pretty;

use super::data::Stamp;

/// Smaller values are turned into text at once.
const AT_ONCE_BYTES_MAX: usize = 512 * 1024;

/// The text of the value that was asked for last.
#[derive(Debug, Default)]
pub(super) struct LargeText {
    stamp: Option<Stamp>,
    text: Option<Arc<str>>,
    coming: Option<Receiver<Arc<str>>>,
}

impl LargeText {
    /// The text of a record's value; `None` while it is being made. Wakes the window when it is
    /// there.
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
            // Nobody may be listening any more; then the text is dropped.
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
