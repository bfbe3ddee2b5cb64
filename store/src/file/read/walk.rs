//! Reading frames from the first to the last good one: headers in order, decryption and
//! decompression of a batch in parallel.
//!
//! It says where the frames stop being good and why; what that means is decided by `recover`.
use rayon::prelude::*;

use crate::{
    control::{Cancelled, Control, Phase},
    file::{
        disk::{
            io_error::IoError,
            vfs::{VfsFile, physical_memory},
        },
        format::{
            corruption::{CorruptKind, Corruption},
            frame::{Chain, FRAME_HEADER_LEN, FRAME_OVERHEAD, FrameHeader, RawFrame},
            pack::{self, Expansion},
            wire::Reader,
        },
        keys::seal::{FrameCipher, TAG_LEN},
        read::assemble::{Assembly, Misfit},
    },
};

const WINDOW: usize = 1 << 20;
/// Enough for all cores, little enough to be gone from memory soon.
const BATCH_BYTES: usize = 8 << 20;
const BATCH_FRAMES: usize = 8192;
/// How much is unpacked before it is added to what is kept, if it is kept at all.
const UNPACKED_AT_ONCE: usize = 256 << 20;
/// The first frames are wanted soon: a window is waiting for its first rows.
const FIRST_BATCH_BYTES: usize = 1 << 20;

/// A file read through a window, so that small frames cost no system call each.
pub(crate) struct Window<'a> {
    file: &'a dyn VfsFile,
    len: u64,
    start: u64,
    buffer: Vec<u8>,
}

impl<'a> Window<'a> {
    /// A window on the first `len` bytes of the file.
    pub(crate) fn new(file: &'a dyn VfsFile, len: u64) -> Self {
        Self {
            file,
            len,
            start: 0,
            buffer: Vec::new(),
        }
    }

    /// The bytes at `offset`; `None` if the file ends before them.
    pub(crate) fn bytes(&mut self, offset: u64, len: usize) -> Result<Option<&[u8]>, IoError> {
        if offset
            .checked_add(len as u64)
            .is_none_or(|end| end > self.len)
        {
            return Ok(None);
        }
        if self.position(offset, len).is_none() {
            let available = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
            self.buffer.clear();
            self.buffer.resize(available.min(WINDOW.max(len)), 0);
            let count = self.file.read_at(&mut self.buffer, offset)?;
            self.buffer.truncate(count);
            self.start = offset;
        }
        Ok(self
            .position(offset, len)
            .and_then(|range| self.buffer.get(range)))
    }

    fn position(&self, offset: u64, len: usize) -> Option<std::ops::Range<usize>> {
        let start = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        let end = start.checked_add(len)?;
        (end <= self.buffer.len()).then_some(start..end)
    }
}

/// What stands at a place in the file.
pub(crate) enum Found {
    Frame(RawFrame),
    /// Not a frame, or a damaged one.
    Bad(CorruptKind),
    /// The beginning of a frame whose end is beyond the end of the file.
    CutOff {
        expected_at_least: u64,
    },
    /// The end of the file.
    End,
}

/// Reads what stands at `offset`, checking only what the frame says about itself.
pub(crate) fn read_frame(window: &mut Window<'_>, offset: u64) -> Result<Found, IoError> {
    if offset >= window.len {
        return Ok(Found::End);
    }
    let Some(bytes) = window.bytes(offset, FRAME_HEADER_LEN)? else {
        let expected_at_least = offset.saturating_add(FRAME_OVERHEAD);
        return Ok(Found::CutOff { expected_at_least });
    };
    let Some(header_bytes) = bytes.first_chunk().copied() else {
        return Ok(Found::Bad(CorruptKind::Length));
    };
    let header = match FrameHeader::parse(&header_bytes) {
        Ok(header) => header,
        Err(kind) => return Ok(Found::Bad(kind)),
    };
    let body_offset = offset.saturating_add(FRAME_HEADER_LEN as u64);
    let ct_len = header.ct_len as usize;
    let Some(body) = window.bytes(body_offset, ct_len.saturating_add(TAG_LEN))? else {
        let expected_at_least = offset
            .saturating_add(FRAME_OVERHEAD)
            .saturating_add(u64::from(header.ct_len));
        return Ok(Found::CutOff { expected_at_least });
    };
    let mut reader = Reader::new(body);
    match (reader.bytes(ct_len), reader.array()) {
        (Some(ciphertext), Some(tag)) => {
            let ciphertext = ciphertext.to_vec();
            Ok(Found::Frame(RawFrame {
                header,
                header_bytes,
                ciphertext,
                tag,
            }))
        }
        _ => Ok(Found::Bad(CorruptKind::Length)),
    }
}

/// Where the good frames end before the file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// What was expected.
    pub(crate) at: Chain,
    pub(crate) kind: CorruptKind,
    /// Set if the file simply ends inside the frame.
    pub(crate) expected_at_least: Option<u64>,
}

impl Stop {
    pub(crate) fn corruption(&self) -> Corruption {
        Corruption {
            offset: self.at.offset,
            seq: self.at.seq,
            kind: self.kind,
        }
    }
}

/// Why reading could not go on.
#[derive(Debug)]
pub(crate) enum WalkError {
    Io(IoError),
    Cancelled(Cancelled),
    Corrupt(Corruption),
    /// A frame that only a later version knows.
    UnknownKind,
    /// The content is larger than the memory of this computer.
    OutOfMemory,
}

impl From<IoError> for WalkError {
    fn from(error: IoError) -> Self {
        Self::Io(error)
    }
}

impl From<Cancelled> for WalkError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}

/// What a walk needs to know about a file.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'a> {
    pub(crate) file: &'a dyn VfsFile,
    pub(crate) len: u64,
    pub(crate) cipher: &'a FrameCipher,
    pub(crate) control: &'a Control,
    pub(crate) phase: Phase,
}

impl Walk<'_> {
    /// Gives all good frames to `assembly`; says where they stop, unless at the end of the file.
    pub(crate) fn run(&self, assembly: &mut Assembly) -> Result<Option<Stop>, WalkError> {
        self.run_watched(assembly, &mut |_| {})
    }

    /// The same; `watch` sees the assembly each time more frames have been added to it.
    pub(crate) fn run_watched(
        &self,
        assembly: &mut Assembly,
        watch: &mut dyn FnMut(&Assembly),
    ) -> Result<Option<Stop>, WalkError> {
        let mut window = Window::new(self.file, self.len);
        let mut intake = Intake::default();
        let mut batch = next_batch(&mut window, intake.chain, FIRST_BATCH_BYTES)?;
        loop {
            self.control.check()?;
            self.control
                .report(self.phase, intake.chain.offset, self.len);
            let Batch { frames, end, after } = batch;
            // The next frames are read while these are decrypted.
            let (stop, next) = rayon::join(
                || self.take_in(frames, &mut intake, assembly),
                || {
                    let more = matches!(end, BatchEnd::More);
                    more.then(|| next_batch(&mut window, after, BATCH_BYTES))
                },
            );
            let stop = stop?;
            watch(assembly);
            if stop.is_some() {
                return Ok(stop);
            }
            match (end, next) {
                (BatchEnd::Stop(stop), _) => return Ok(Some(stop)),
                (_, Some(next)) => batch = next?,
                (_, None) => {
                    self.control.report(self.phase, self.len, self.len);
                    return Ok(None);
                }
            }
        }
    }

    /// Decrypts frames, unpacks them and adds them to the assembly; says where they stop being
    /// genuine.
    ///
    /// What they promise to unpack to is added up first, and only so much is unpacked at a time.
    fn take_in(
        &self,
        frames: Vec<RawFrame>,
        intake: &mut Intake,
        assembly: &mut Assembly,
    ) -> Result<Option<Stop>, WalkError> {
        let decrypted: Vec<Decrypted> = frames
            .into_par_iter()
            .map(|frame| Decrypted {
                header: frame.header.clone(),
                tag: frame.tag,
                plain: frame.open(self.cipher).ok_or(CorruptKind::Auth),
            })
            .collect();
        let mut group = Vec::new();
        let mut promised = 0_usize;
        for mut frame in decrypted {
            let len = intake.admit(&mut frame)?;
            if promised.saturating_add(len) > UNPACKED_AT_ONCE && !group.is_empty() {
                self.control.check()?;
                promised = 0;
                if let Some(stop) = intake.add_all(std::mem::take(&mut group), assembly)? {
                    return Ok(Some(stop));
                }
            }
            promised = promised.saturating_add(len);
            group.push(frame);
        }
        intake.add_all(group, assembly)
    }
}

/// A frame that was decrypted, or why it could not be.
struct Decrypted {
    header: FrameHeader,
    tag: [u8; TAG_LEN],
    plain: Result<Vec<u8>, CorruptKind>,
}

/// What has been taken in so far.
struct Intake {
    /// Where the frames end that were added to the assembly.
    chain: Chain,
    expansion: Expansion,
    memory: u64,
}

impl Default for Intake {
    fn default() -> Self {
        Self {
            chain: Chain::START,
            expansion: Expansion::default(),
            memory: physical_memory().map_or(u64::MAX, |kib| kib.saturating_mul(1024)),
        }
    }
}

impl Intake {
    /// Adds up what a frame promises, in bytes. One that promises too much is not unpacked.
    fn admit(&mut self, frame: &mut Decrypted) -> Result<usize, WalkError> {
        let Ok(plain) = &frame.plain else {
            return Ok(0);
        };
        let header = &frame.header;
        let end = header
            .offset
            .saturating_add(FRAME_OVERHEAD)
            .saturating_add(u64::from(header.ct_len));
        let admitted = pack::promised_len(plain).and_then(|len| {
            self.expansion.admit(len, end)?;
            Ok(len)
        });
        match admitted {
            Ok(_) if self.expansion.payload() > self.memory => Err(WalkError::OutOfMemory),
            Ok(len) => Ok(len),
            Err(kind) => {
                frame.plain = Err(kind);
                Ok(0)
            }
        }
    }

    /// Unpacks frames, adds them to the assembly and moves the chain behind them; says where they
    /// stop being genuine.
    fn add_all(
        &mut self,
        frames: Vec<Decrypted>,
        assembly: &mut Assembly,
    ) -> Result<Option<Stop>, WalkError> {
        let unpacked: Vec<_> = frames
            .into_par_iter()
            .map(|frame| {
                let content = frame.plain.and_then(pack::unpack);
                (frame.header, frame.tag, content)
            })
            .collect();
        for (header, tag, content) in unpacked {
            let stop = |kind| Stop {
                at: self.chain,
                kind,
                expected_at_least: None,
            };
            let content = match content {
                Ok(content) => content,
                // The only fault that leaves open whether the frame is genuine.
                Err(kind @ CorruptKind::Auth) => return Ok(Some(stop(kind))),
                Err(kind) => return Err(WalkError::Corrupt(stop(kind).corruption())),
            };
            let after = self.chain.after(header.ct_len, tag);
            assembly
                .push(&header, content, after)
                .map_err(|misfit| match misfit {
                    Misfit::Corrupt(kind) => WalkError::Corrupt(stop(kind).corruption()),
                    Misfit::UnknownKind => WalkError::UnknownKind,
                })?;
            self.chain = after;
        }
        Ok(None)
    }
}

struct Batch {
    frames: Vec<RawFrame>,
    end: BatchEnd,
    /// Where the frames end.
    after: Chain,
}

enum BatchEnd {
    More,
    Stop(Stop),
    EndOfFile,
}

fn next_batch(
    window: &mut Window<'_>,
    mut chain: Chain,
    bytes_max: usize,
) -> Result<Batch, IoError> {
    let mut frames = Vec::new();
    let mut bytes = 0_usize;
    while bytes < bytes_max && frames.len() < BATCH_FRAMES {
        let stop = |kind, expected_at_least| Stop {
            at: chain,
            kind,
            expected_at_least,
        };
        let end = match read_frame(window, chain.offset)? {
            Found::Frame(frame) => match frame.header.follows(&chain) {
                Ok(()) => {
                    chain = chain.after(frame.header.ct_len, frame.tag);
                    bytes = bytes.saturating_add(frame.ciphertext.len());
                    frames.push(frame);
                    continue;
                }
                Err(kind) => BatchEnd::Stop(stop(kind, None)),
            },
            Found::Bad(kind) => BatchEnd::Stop(stop(kind, None)),
            Found::CutOff { expected_at_least } => {
                BatchEnd::Stop(stop(CorruptKind::Length, Some(expected_at_least)))
            }
            Found::End => BatchEnd::EndOfFile,
        };
        return Ok(Batch {
            frames,
            end,
            after: chain,
        });
    }
    Ok(Batch {
        frames,
        end: BatchEnd::More,
        after: chain,
    })
}
