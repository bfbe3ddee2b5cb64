//! How far a transfer is, and whether it should go on.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

/// Told how far a transfer is. Breaking cancels it: nothing is applied, no file is left behind.
pub trait TransferProgress: Sync {
    /// `done` of `total` units: bytes of an import, records of an export. `None` if unknown.
    fn report(&self, done: u64, total: Option<u64>) -> ControlFlow<()>;
}

/// Lets every transfer run to its end.
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

/// Reported at least this often, in bytes.
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
