//! Progress and cancellation of transfers.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

/// Receives the progress of a transfer. Breaking cancels it: nothing is applied, and no file is
/// left.
pub trait TransferProgress: Sync {
    /// Reports `done` of `total` units: bytes of an import, records of an export. `None` if
    /// unknown.
    fn report(&self, done: u64, total: Option<u64>) -> ControlFlow<()>;
}

/// Ignores the progress.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl TransferProgress for NoProgress {
    fn report(&self, _done: u64, _total: Option<u64>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<F: Fn(u64, Option<u64>) -> ControlFlow<()> + Sync> TransferProgress for F {
    fn report(&self, done: u64, total: Option<u64>) -> ControlFlow<()> {
        self(done, total)
    }
}

/// The number of bytes between two reports.
const REPORT_BYTES: u64 = 256 * 1024;

/// Counts what is read and stops reading when the transfer is cancelled.
pub(super) struct Watched<'a, R> {
    pub(super) inner: R,
    pub(super) progress: &'a dyn TransferProgress,
    pub(super) cancelled: &'a AtomicBool,
    pub(super) done: u64,
    pub(super) reported: u64,
    pub(super) total: Option<u64>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.done += count as u64;
        if count == 0 || self.done - self.reported >= REPORT_BYTES {
            self.reported = self.done;
            if self.progress.report(self.done, self.total).is_break() {
                self.cancelled.store(true, Ordering::Relaxed);
                return Err(io::Error::other("cancelled"));
            }
        }
        Ok(count)
    }
}
