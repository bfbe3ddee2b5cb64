//! The line index of the current text; for a large text it is built on another thread, so that no
//! frame is slow. Until it is ready, the index of the same text for another width is used.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::Context;

use super::lines::LineIndex;

/// Smaller texts are scanned immediately, which takes less than a millisecond.
const AT_ONCE_BYTES_MAX: usize = 256 * 1024;

/// The current index, and the one being built.
#[derive(Debug, Default)]
pub(super) struct IndexSource {
    ready: Option<(u64, LineIndex)>,
    coming: Option<Coming>,
}

#[derive(Debug)]
struct Coming {
    stamp: u64,
    room: usize,
    index: Receiver<LineIndex>,
}

/// What an index is built for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Identifies the text.
    pub(super) stamp: u64,
    pub(super) text: &'a Arc<str>,
    /// Characters in a row, including the line number.
    pub(super) room: usize,
}

impl IndexSource {
    /// Makes sure that the wanted index is ready or being built; returns the index that it
    /// replaces, if a new one has become ready since the last call.
    pub(super) fn refresh(&mut self, ctx: &Context, wanted: Wanted<'_>) -> Option<LineIndex> {
        if !self.shows(wanted.stamp) {
            self.ready = None;
        }
        if self.is_ready(wanted) {
            self.coming = None;
            return None;
        }
        if wanted.text.len() <= AT_ONCE_BYTES_MAX {
            let made = LineIndex::numbered(wanted.text, wanted.room);
            return self.put(wanted.stamp, made);
        }
        let expected = |coming: &Coming| (coming.stamp, coming.room);
        if self.coming.as_ref().map(expected) != Some((wanted.stamp, wanted.room)) {
            self.coming = start(ctx, wanted);
            return None;
        }
        match self.coming.as_ref().map(|coming| coming.index.try_recv()) {
            Some(Ok(made)) => {
                self.coming = None;
                self.put(wanted.stamp, made)
            }
            Some(Err(TryRecvError::Disconnected)) => {
                self.coming = None;
                None
            }
            Some(Err(TryRecvError::Empty)) | None => None,
        }
    }

    /// Whether an index of the text with this stamp is ready.
    pub(super) fn shows(&self, stamp: u64) -> bool {
        self.ready
            .as_ref()
            .is_some_and(|(known, _)| *known == stamp)
    }

    /// The index to use; `None` while the first one of this text is being built.
    pub(super) fn ready(&self) -> Option<&LineIndex> {
        self.ready.as_ref().map(|(_, index)| index)
    }

    fn is_ready(&self, wanted: Wanted<'_>) -> bool {
        self.ready()
            .is_some_and(|index| index.len() == wanted.text.len() && index.room() == wanted.room)
    }

    fn put(&mut self, stamp: u64, index: LineIndex) -> Option<LineIndex> {
        self.ready.replace((stamp, index)).map(|(_, old)| old)
    }
}

/// Starts building an index; repaints the window once it is ready.
fn start(ctx: &Context, wanted: Wanted<'_>) -> Option<Coming> {
    let (sender, index) = channel();
    let (text, room, waker) = (Arc::clone(wanted.text), wanted.room, ctx.clone());
    let work = move || {
        // The receiver may be gone; then the index is dropped.
        sender.send(LineIndex::numbered(&text, room)).ok();
        waker.request_repaint();
    };
    let started = std::thread::Builder::new()
        .name("lines of a text".to_owned())
        .spawn(work);
    started.is_ok().then_some(Coming {
        stamp: wanted.stamp,
        room,
        index,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_text_is_scanned_on_another_thread_while_the_old_rows_are_used() {
        let ctx = Context::default();
        let text: Arc<str> = "word ".repeat(200_000).into();
        let wanted = |room| Wanted {
            stamp: 1,
            text: &text,
            room,
        };
        let mut source = IndexSource::default();
        assert!(source.refresh(&ctx, wanted(80)).is_none());
        assert!(source.ready().is_none(), "no frame scans a large text");
        while source.ready().is_none() {
            std::thread::yield_now();
            source.refresh(&ctx, wanted(80));
        }
        source.refresh(&ctx, wanted(40));
        assert_eq!(source.ready().map(LineIndex::room), Some(80));
        let old = loop {
            if let Some(old) = source.refresh(&ctx, wanted(40)) {
                break old;
            }
            std::thread::yield_now();
        };
        assert_eq!(old.room(), 80);
        assert_eq!(source.ready().map(LineIndex::room), Some(40));
        source.refresh(
            &ctx,
            Wanted {
                stamp: 2,
                ..wanted(40)
            },
        );
        assert!(!source.shows(1), "another text has other rows");
    }

    #[test]
    fn a_short_text_is_ready_immediately() {
        let text: Arc<str> = "a\nb".into();
        let mut source = IndexSource::default();
        let wanted = Wanted {
            stamp: 1,
            text: &text,
            room: 80,
        };
        source.refresh(&Context::default(), wanted);
        assert_eq!(source.ready().map(LineIndex::rows), Some(2));
    }
}
