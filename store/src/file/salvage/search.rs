//! Finding the genuine frames of a file, wherever they stand.
use std::collections::BTreeMap;

use super::{SalvageError, keyring::Keyring};
use crate::file::{
    control::{Control, Phase},
    error::{CorruptKind, IoError},
    frame::{COMMIT, FRAME_HEADER_LEN, FRAME_OVERHEAD, FrameHeader, RawFrame},
    pack::{self, Unpacked},
    recover::next_mark,
    seal::Tag,
    vfs::{VfsFile, physical_memory},
    walk::{Found, Window, read_frame},
};

/// Decryption that fails may cost this beside a multiple of the length of the file.
const FREE_BUDGET: u64 = 256 << 20;
/// Most frames remembered that look like frames and are not genuine.
const MAX_SUSPECTS: usize = 100_000;

/// A genuine frame.
#[derive(Debug)]
pub(super) struct Genuine {
    /// Where it ends.
    pub(super) end: u64,
    pub(super) kind: u8,
    pub(super) commit: bool,
    pub(super) in_place: bool,
    prev_tag: Tag,
    tag: Tag,
    pub(super) content: Unpacked,
}

/// What looks like a frame and cannot be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspect {
    pub(super) offset: u64,
    pub(super) kind: u8,
    pub(super) fault: CorruptKind,
}

/// All that was found, by number.
pub(super) struct Search {
    pub(super) keyring: Keyring,
    pub(super) frames: BTreeMap<u64, Genuine>,
    pub(super) suspects: BTreeMap<u64, Suspect>,
    /// Where the last genuine frame ends.
    pub(super) end: u64,
    pub(super) gave_up: bool,
    memory: u64,
    budget: u64,
}

/// Looks at every frame mark of the file.
pub(super) fn run(
    file: &dyn VfsFile,
    len: u64,
    keyring: Keyring,
    control: &Control,
) -> Result<Search, SalvageError> {
    let mut search = Search {
        keyring,
        frames: BTreeMap::new(),
        suspects: BTreeMap::new(),
        end: 0,
        gave_up: false,
        memory: physical_memory().map_or(u64::MAX, |kib| kib.saturating_mul(1024)),
        budget: len.saturating_mul(4).saturating_add(FREE_BUDGET),
    };
    let mut window = Window::new(file, len);
    let mut position = 0;
    while let Some(found) = next_mark(&mut window, position, len)? {
        control.check()?;
        control.report(Phase::Reading, found, len);
        position = search.look(&mut window, found)?;
        if search.gave_up {
            break;
        }
    }
    control.report(Phase::Reading, len, len);
    if search.frames.is_empty() {
        return Err(SalvageError::NothingFound);
    }
    Ok(search)
}

impl Search {
    /// Looks at the mark at `offset`; says where to look next.
    fn look(&mut self, window: &mut Window<'_>, offset: u64) -> Result<u64, SalvageError> {
        let next = offset.saturating_add(1);
        let Some(header) = head(window, offset)? else {
            return Ok(next);
        };
        let cost = u64::from(header.ct_len).saturating_add(FRAME_OVERHEAD);
        let fault = match read_frame(window, offset)? {
            Found::Frame(frame) => match self.open(frame) {
                Ok(content) => {
                    let end = offset.saturating_add(cost);
                    self.take(&header, content, offset, end)?;
                    return Ok(end);
                }
                Err(fault) => fault,
            },
            Found::Bad(fault) => fault,
            Found::CutOff { .. } | Found::End => CorruptKind::Length,
        };
        if self.suspects.len() < MAX_SUSPECTS {
            let suspect = Suspect {
                offset,
                kind: header.kind,
                fault,
            };
            self.suspects.entry(header.seq).or_insert(suspect);
        }
        match self.budget.checked_sub(cost) {
            Some(left) => self.budget = left,
            None => self.gave_up = true,
        }
        Ok(next)
    }

    /// Decrypts with the keys that are left, and unpacks.
    fn open(&mut self, frame: RawFrame) -> Result<(Tag, Unpacked), CorruptKind> {
        let tag = frame.tag;
        let (index, plain) = match self.keyring.ciphers() {
            [only] => frame.open(only).map(|plain| (0, plain)),
            several => several
                .iter()
                .enumerate()
                .find_map(|(index, cipher)| Some((index, frame.clone().open(cipher)?))),
        }
        .ok_or(CorruptKind::Auth)?;
        self.keyring.settle_on(index);
        Ok((tag, pack::unpack(plain)?))
    }

    fn take(
        &mut self,
        header: &FrameHeader,
        (tag, content): (Tag, Unpacked),
        found_at: u64,
        end: u64,
    ) -> Result<(), SalvageError> {
        self.end = self.end.max(end);
        let size = content.payload.len() as u64;
        self.memory = self
            .memory
            .checked_sub(size)
            .ok_or(SalvageError::OutOfMemory)?;
        let genuine = Genuine {
            end,
            kind: header.kind,
            commit: header.flags & COMMIT != 0,
            in_place: header.offset == found_at,
            prev_tag: header.prev_tag,
            tag,
            content,
        };
        let before = header.seq.checked_sub(1);
        let previous = before
            .and_then(|seq| self.frames.get(&seq))
            .map(|frame| frame.tag);
        let rank = |frame: &Genuine| (previous == Some(frame.prev_tag), frame.in_place);
        // A number that is there twice comes from a copy that went another way: the one that
        // follows its neighbour is taken, or the one in its place, or the first.
        let keep = match self.frames.get(&header.seq) {
            Some(known) => rank(known) >= rank(&genuine),
            None => false,
        };
        if !keep {
            self.frames.insert(header.seq, genuine);
        }
        Ok(())
    }
}

fn head(window: &mut Window<'_>, offset: u64) -> Result<Option<FrameHeader>, IoError> {
    let bytes = window.bytes(offset, FRAME_HEADER_LEN)?;
    Ok(bytes
        .and_then(|bytes| bytes.first_chunk())
        .and_then(|bytes| FrameHeader::parse(bytes).ok()))
}
