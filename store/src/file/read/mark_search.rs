//! Searching for frames by their marks where the chain of frames does not lead to them.
//!
//! An attacker can forge frame headers with a correct checksum, each of which may cause the
//! decryption of 64 MiB. So a search has a budget that is linear in the length of the file, and can
//! be cancelled at every step.
use memchr::memmem;

use crate::{
    control::{Cancelled, Control, Phase},
    file::{
        disk::{io_error::IoError, vfs::VfsFile},
        format::frame::{FRAME_HEADER_LEN, FRAME_OVERHEAD, FrameHeader, MARK, RawFrame},
        read::walk::{FrameRead, Window, read_frame},
    },
};

/// The number of bytes that are searched for marks at once.
const SEARCH: usize = 1 << 16;
/// The number of bytes that may be decrypted in vain, whatever the length of the file.
const FREE_BUDGET: u64 = 256 << 20;
/// The multiple of the length of the file that may be decrypted in vain in addition.
const TIMES_THE_FILE: u64 = 4;

/// Why a search stopped before the end of the file.
#[derive(Debug)]
pub(crate) enum SearchError {
    Io(IoError),
    Cancelled(Cancelled),
    /// The file has too many headers of frames that are not authentic.
    GaveUp,
}

impl From<IoError> for SearchError {
    fn from(error: IoError) -> Self {
        Self::Io(error)
    }
}

impl From<Cancelled> for SearchError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}

impl SearchError {
    /// `Ok` if the budget was exhausted; otherwise the error, converted to that of the operation.
    pub(crate) fn unless_given_up<E: From<IoError> + From<Cancelled>>(self) -> Result<(), E> {
        match self {
            Self::Io(error) => Err(error.into()),
            Self::Cancelled(cancelled) => Err(cancelled.into()),
            Self::GaveUp => Ok(()),
        }
    }
}

/// The remaining number of bytes that may be decrypted in vain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecryptionBudget(u64);

impl DecryptionBudget {
    /// The budget for a file of `len` bytes. Files that were not manipulated use very little of it.
    pub(crate) fn for_file(len: u64) -> Self {
        Self(
            len.saturating_mul(TIMES_THE_FILE)
                .saturating_add(FREE_BUDGET),
        )
    }

    /// Deducts the cost of a frame that turned out not to be authentic with any of `keys` keys.
    pub(crate) fn pay(&mut self, header: &FrameHeader, keys: usize) -> Result<(), SearchError> {
        let cost = u64::from(header.ct_len)
            .saturating_add(FRAME_OVERHEAD)
            .saturating_mul(keys.max(1) as u64);
        self.0 = self.0.checked_sub(cost).ok_or(SearchError::GaveUp)?;
        Ok(())
    }
}

/// A frame header with a correct checksum, and its offset.
#[derive(Clone, Debug)]
pub(crate) struct FrameCandidate {
    pub(crate) at: u64,
    pub(crate) header: FrameHeader,
}

/// Iterates over the marks of a file.
pub(crate) struct MarkSearch<'a> {
    window: Window<'a>,
    /// A separate window for reading frames, so that a long one does not displace the bytes that
    /// are searched.
    bodies: Window<'a>,
    len: u64,
    position: u64,
    control: &'a Control,
    phase: Phase,
}

impl<'a> MarkSearch<'a> {
    /// The marks from `position` on, in the first `len` bytes of a file.
    pub(crate) fn new(
        file: &'a dyn VfsFile,
        len: u64,
        position: u64,
        control: &'a Control,
        phase: Phase,
    ) -> Self {
        Self {
            window: Window::new(file, len),
            bodies: Window::new(file, len),
            len,
            position,
            control,
            phase,
        }
    }

    /// Continues the search from an offset.
    pub(crate) fn skip_to(&mut self, position: u64) {
        self.position = position;
    }

    /// The next header with a correct checksum.
    pub(crate) fn next(&mut self) -> Result<Option<FrameCandidate>, SearchError> {
        while let Some(at) = find(
            &mut self.window,
            self.position,
            self.len,
            &MARK,
            self.control,
        )? {
            self.position = at.saturating_add(1);
            self.control.report(self.phase, at, self.len);
            let bytes = self.window.bytes(at, FRAME_HEADER_LEN)?;
            let header = bytes.and_then(|bytes| FrameHeader::parse(bytes.first_chunk()?).ok());
            if let Some(header) = header {
                return Ok(Some(FrameCandidate { at, header }));
            }
        }
        Ok(None)
    }

    /// Reads the frame of a header that was found.
    pub(crate) fn frame(&mut self, candidate: &FrameCandidate) -> Result<FrameRead, IoError> {
        read_frame(&mut self.bodies, candidate.at)
    }

    /// The next frame whose candidate is `wanted` and that `is_genuine`.
    pub(crate) fn find_genuine(
        &mut self,
        budget: &mut DecryptionBudget,
        wanted: impl Fn(&FrameCandidate) -> bool,
        is_genuine: impl Fn(RawFrame) -> bool,
    ) -> Result<Option<FrameCandidate>, SearchError> {
        while let Some(candidate) = self.next()? {
            if !wanted(&candidate) {
                continue;
            }
            let FrameRead::Frame(frame) = self.frame(&candidate)? else {
                continue;
            };
            if is_genuine(frame) {
                return Ok(Some(candidate));
            }
            budget.pay(&candidate.header, 1)?;
        }
        Ok(None)
    }
}

/// The offset of the first occurrence of `wanted` at or after `from` and before `len`.
pub(crate) fn find(
    window: &mut Window<'_>,
    from: u64,
    len: u64,
    wanted: &[u8],
    control: &Control,
) -> Result<Option<u64>, SearchError> {
    let mut position = from;
    while position < len {
        control.check()?;
        let available = usize::try_from(len.saturating_sub(position)).unwrap_or(usize::MAX);
        let size = available.min(SEARCH);
        let Some(bytes) = window.bytes(position, size)? else {
            return Ok(None);
        };
        if let Some(found) = memmem::find(bytes, wanted) {
            return Ok(Some(position.saturating_add(found as u64)));
        }
        if size == available {
            return Ok(None);
        }
        // The bytes searched for may extend beyond this piece.
        let step = size.saturating_sub(wanted.len().saturating_sub(1));
        position = position.saturating_add(step as u64);
    }
    Ok(None)
}
