//! Reading all frames up to the first bad one: headers in order, decryption and decompression in
//! parallel batches. `recover` decides what a bad frame means.
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
/// The size of a batch: enough for all cores, and a small share of the memory.
const BATCH_BYTES: usize = 8 << 20;
const BATCH_FRAMES: usize = 8192;
/// The amount that is unpacked at once, before it is kept or dropped.
const UNPACKED_AT_ONCE: usize = 256 << 20;
/// The first batch is small, so that the first records are available soon.
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

/// The result of reading a frame at an offset.
pub(crate) enum FrameRead {
    Frame(RawFrame),
    /// Not a frame, or a damaged one.
    Bad(CorruptKind),
    /// The beginning of a frame that extends beyond the end of the file.
    CutOff {
        expected_at_least: u64,
    },
    /// The end of the file.
    End,
}

/// Reads the frame at `offset`, checking only its own header.
pub(crate) fn read_frame(window: &mut Window<'_>, offset: u64) -> Result<FrameRead, IoError> {
    if offset >= window.len {
        return Ok(FrameRead::End);
    }
    let Some(bytes) = window.bytes(offset, FRAME_HEADER_LEN)? else {
        let expected_at_least = offset.saturating_add(FRAME_OVERHEAD);
        return Ok(FrameRead::CutOff { expected_at_least });
    };
    let Some(header_bytes) = bytes.first_chunk().copied() else {
        return Ok(FrameRead::Bad(CorruptKind::Length));
    };
    let header = match FrameHeader::parse(&header_bytes) {
        Ok(header) => header,
        Err(kind) => return Ok(FrameRead::Bad(kind)),
    };
    let body_offset = offset.saturating_add(FRAME_HEADER_LEN as u64);
    let ct_len = header.ct_len as usize;
    let Some(body) = window.bytes(body_offset, ct_len.saturating_add(TAG_LEN))? else {
        let expected_at_least = offset
            .saturating_add(FRAME_OVERHEAD)
            .saturating_add(u64::from(header.ct_len));
        return Ok(FrameRead::CutOff { expected_at_least });
    };
    let mut reader = Reader::new(body);
    match (reader.bytes(ct_len), reader.array()) {
        (Some(ciphertext), Some(tag)) => {
            let ciphertext = ciphertext.to_vec();
            Ok(FrameRead::Frame(RawFrame {
                header,
                header_bytes,
                ciphertext,
                tag,
            }))
        }
        _ => Ok(FrameRead::Bad(CorruptKind::Length)),
    }
}

/// The first bad frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// The position that was expected.
    pub(crate) at: Chain,
    pub(crate) kind: CorruptKind,
    /// Set if the file ends inside the frame.
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

/// Why reading failed.
#[derive(Debug)]
pub(crate) enum WalkError {
    Io(IoError),
    Cancelled(Cancelled),
    Corrupt(Corruption),
    /// A frame of a later version that must not be skipped.
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

/// A file whose frames are read.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'a> {
    pub(crate) file: &'a dyn VfsFile,
    pub(crate) len: u64,
    pub(crate) cipher: &'a FrameCipher,
    pub(crate) control: &'a Control,
    pub(crate) phase: Phase,
}

impl Walk<'_> {
    /// Adds all good frames to `assembly`; returns the first bad one, if there is one.
    pub(crate) fn run(&self, assembly: &mut Assembly) -> Result<Option<Stop>, WalkError> {
        self.run_watched(assembly, &mut |_| {})
    }

    /// Like [`run`](Self::run); `watch` is called with the assembly each time frames were added.
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

    /// Decrypts and unpacks frames and adds them to the assembly; returns the first that is not
    /// authentic.
    ///
    /// Their unpacked sizes are added up first, and only a limited amount is unpacked at a time.
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

/// A decrypted frame, or why it could not be decrypted.
struct Decrypted {
    header: FrameHeader,
    tag: [u8; TAG_LEN],
    plain: Result<Vec<u8>, CorruptKind>,
}

/// The state of reading.
struct Intake {
    /// The position after the frames that were added to the assembly.
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
    /// Adds the unpacked size of a frame, in bytes. A frame that exceeds the limit is not unpacked.
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

    /// Unpacks frames, adds them to the assembly and advances the chain; returns the first that is
    /// not authentic.
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
                // The only fault with which the frame may still be a torn write.
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
            FrameRead::Frame(frame) => match frame.header.follows(&chain) {
                Ok(()) => {
                    chain = chain.after(frame.header.ct_len, frame.tag);
                    bytes = bytes.saturating_add(frame.ciphertext.len());
                    frames.push(frame);
                    continue;
                }
                Err(kind) => BatchEnd::Stop(stop(kind, None)),
            },
            FrameRead::Bad(kind) => BatchEnd::Stop(stop(kind, None)),
            FrameRead::CutOff { expected_at_least } => {
                BatchEnd::Stop(stop(CorruptKind::Length, Some(expected_at_least)))
            }
            FrameRead::End => BatchEnd::EndOfFile,
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
