//! Looking for frames by their marks, where the chain of frames does not lead to them.
//!
//! Whoever can write to the file can forge frame headers with a right checksum, and each of them
//! could ask for the decryption of 64 MiB. So a search has a budget that is linear in the length
//! of the file, and it can be cancelled at every step.
use memchr::memmem;

use crate::{
    control::{Cancelled, Control, Phase},
    file::{
        disk::{io_error::IoError, vfs::VfsFile},
        format::frame::{FRAME_HEADER_LEN, FRAME_OVERHEAD, FrameHeader, MARK, RawFrame},
        read::walk::{Found, Window, read_frame},
    },
};

/// Bytes of a file that are searched for marks at once.
const SEARCH: usize = 1 << 16;
/// Bytes of forged frames that are decrypted whatever the length of the file.
const FREE_BUDGET: u64 = 256 << 20;
/// How often the bytes of the file may be decrypted for nothing, beside that.
const TIMES_THE_FILE: u64 = 4;

/// Why a search ended before the end of the file.
#[derive(Debug)]
pub(crate) enum SearchError {
    Io(IoError),
    Cancelled(Cancelled),
    /// The file holds too many headers of frames that are none.
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
    /// `Ok` if the search was given up, else the error in the words of the operation.
    pub(crate) fn unless_given_up<E: From<IoError> + From<Cancelled>>(self) -> Result<(), E> {
        match self {
            Self::Io(error) => Err(error.into()),
            Self::Cancelled(cancelled) => Err(cancelled.into()),
            Self::GaveUp => Ok(()),
        }
    }
}

/// How much decryption may still lead to nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget(u64);

impl Budget {
    /// What the search of a file of `len` bytes may cost. No honest file comes near it.
    pub(crate) fn for_file(len: u64) -> Self {
        Self(
            len.saturating_mul(TIMES_THE_FILE)
                .saturating_add(FREE_BUDGET),
        )
    }

    /// Pays for a frame with this header that turned out not to be genuine, tried with `keys` keys.
    pub(crate) fn pay(&mut self, header: &FrameHeader, keys: usize) -> Result<(), SearchError> {
        let cost = u64::from(header.ct_len)
            .saturating_add(FRAME_OVERHEAD)
            .saturating_mul(keys.max(1) as u64);
        self.0 = self.0.checked_sub(cost).ok_or(SearchError::GaveUp)?;
        Ok(())
    }
}

/// A frame header with a right checksum, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) at: u64,
    pub(crate) header: FrameHeader,
}

/// Walks through the marks of a file.
pub(crate) struct Marks<'a> {
    window: Window<'a>,
    /// Frames are read through a window of their own, so that a long one does not displace the
    /// bytes that are searched.
    bodies: Window<'a>,
    len: u64,
    position: u64,
    control: &'a Control,
    phase: Phase,
}

impl<'a> Marks<'a> {
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

    /// Goes on behind what was found.
    pub(crate) fn skip_to(&mut self, position: u64) {
        self.position = position;
    }

    /// The next header with a right checksum.
    pub(crate) fn next(&mut self) -> Result<Option<Candidate>, SearchError> {
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
                return Ok(Some(Candidate { at, header }));
            }
        }
        Ok(None)
    }

    /// What stands where a header was found.
    pub(crate) fn frame(&mut self, candidate: &Candidate) -> Result<Found, IoError> {
        read_frame(&mut self.bodies, candidate.at)
    }

    /// The next frame that fits `wanted` by its header and place, and that `is_genuine`.
    pub(crate) fn find_genuine(
        &mut self,
        budget: &mut Budget,
        wanted: impl Fn(&Candidate) -> bool,
        is_genuine: impl Fn(RawFrame) -> bool,
    ) -> Result<Option<Candidate>, SearchError> {
        while let Some(candidate) = self.next()? {
            if !wanted(&candidate) {
                continue;
            }
            let Found::Frame(frame) = self.frame(&candidate)? else {
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

/// Where `wanted` stands first, at or after `from` and before `len`.
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
        // It may begin in these bytes and end in the next.
        let step = size.saturating_sub(wanted.len().saturating_sub(1));
        position = position.saturating_add(step as u64);
    }
    Ok(None)
}
