//! Feeds bytes to the JSON reader, without a byte order mark and with a limit for each token.

use std::io::{self, Read};

use super::super::VALUE_BYTES_MAX;

/// The longest JSON text of a value of the greatest size: no byte of an encoded value needs more
/// than the six characters of `\u0000`.
pub const TEXT_BYTES_MAX: usize = 6 * VALUE_BYTES_MAX;

/// The longest token (a string, name or number) that is read, so that a hostile text cannot fill
/// the memory with a single one.
const TOKEN_BYTES_MAX: u64 = TEXT_BYTES_MAX as u64;

const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Why reading stopped for a reason other than invalid JSON.
#[derive(Debug)]
pub(super) enum Fault {
    /// A token is longer than any value can be.
    TokenTooLong,
    /// The system reported an error.
    Io(io::Error),
}

/// Passes bytes on, except a leading byte order mark, until a token exceeds its limit.
pub(super) struct Source<R> {
    inner: R,
    /// Bytes read in search of the mark that turned out to be text.
    held: Vec<u8>,
    started: bool,
    budget: u64,
    fault: Option<Fault>,
}

impl<R: Read> Source<R> {
    pub(super) const fn new(inner: R) -> Self {
        Self {
            inner,
            held: Vec::new(),
            started: false,
            budget: TOKEN_BYTES_MAX,
            fault: None,
        }
    }

    /// Resets the limit for a new token.
    pub(super) const fn refill(&mut self) {
        self.budget = TOKEN_BYTES_MAX;
    }

    /// Why the last read failed, if for a reason other than invalid JSON.
    pub(super) const fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }

    fn start(&mut self) -> io::Result<()> {
        let mut head = Vec::with_capacity(BYTE_ORDER_MARK.len());
        (&mut self.inner)
            .take(BYTE_ORDER_MARK.len() as u64)
            .read_to_end(&mut head)?;
        if head != BYTE_ORDER_MARK {
            self.held = head;
        }
        self.started = true;
        Ok(())
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.started {
            self.start()?;
        }
        if self.held.is_empty() {
            return self.inner.read(buffer);
        }
        let count = self.held.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(self.held.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.budget == 0 {
            self.fault = Some(Fault::TokenTooLong);
            return Err(io::ErrorKind::Other.into());
        }
        match self.read_on(buffer) {
            Ok(count) => {
                self.budget = self.budget.saturating_sub(count as u64);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                // The caller gets a copy; `take_fault` returns the error itself.
                let likeness = io::Error::new(error.kind(), error.to_string());
                self.fault = Some(Fault::Io(error));
                Err(likeness)
            }
        }
    }
}
