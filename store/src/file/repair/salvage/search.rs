//! Finding the authentic frames of a file, wherever they are.
use std::collections::BTreeMap;

use super::FileSalvageError;
use super::keyring::Keyring;
use crate::control::{Control, Phase};
use crate::file::disk::vfs::{VfsFile, physical_memory};
use crate::file::format::corruption::CorruptKind;
use crate::file::format::frame::{COMMIT, FRAME_OVERHEAD, RawFrame};
use crate::file::format::pack::{self, Expansion, Unpacked};
use crate::file::keys::seal::Tag;
use crate::file::read::mark_search::{DecryptionBudget, FrameCandidate, MarkSearch, SearchError};
use crate::file::read::walk::FrameRead;

/// Identifies an authentic frame: its number and its tag, which is unique.
pub(super) type FrameId = (u64, Tag);

/// The largest number of frames that are recorded as damaged.
const MAX_SUSPECTS: usize = 100_000;

/// An authentic frame.
#[derive(Debug)]
pub(super) struct Genuine {
    /// Its offset.
    pub(super) offset: u64,
    /// The offset of its end.
    pub(super) end: u64,
    pub(super) kind: u8,
    pub(super) commit: bool,
    pub(super) in_place: bool,
    pub(super) prev_tag: Tag,
    pub(super) content: Unpacked,
}

/// Something that looks like a frame but cannot be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspect {
    pub(super) offset: u64,
    pub(super) kind: u8,
    pub(super) fault: CorruptKind,
}

/// All frames found.
pub(super) struct Search {
    pub(super) keyring: Keyring,
    pub(super) frames: BTreeMap<FrameId, Genuine>,
    /// The authentic frames by number.
    pub(super) suspects: BTreeMap<u64, Suspect>,
    /// The offset of the end of the last authentic frame.
    pub(super) end: u64,
    pub(super) gave_up: bool,
    expansion: Expansion,
    memory: u64,
    budget: DecryptionBudget,
}

/// Searches a file by its frame marks.
pub(super) fn run(
    file: &dyn VfsFile,
    len: u64,
    keyring: Keyring,
    control: &Control,
) -> Result<Search, FileSalvageError> {
    let mut search = Search {
        keyring,
        frames: BTreeMap::new(),
        suspects: BTreeMap::new(),
        end: 0,
        gave_up: false,
        expansion: Expansion::default(),
        memory: physical_memory().map_or(u64::MAX, |kib| kib.saturating_mul(1024)),
        budget: DecryptionBudget::for_file(len),
    };
    let mut marks = MarkSearch::new(file, len, 0, control, Phase::Reading);
    while let Some(found) = marks.next()? {
        match search.look(&mut marks, &found)? {
            Ok(end) => marks.skip_to(end),
            Err(fault) => {
                search.suspect(&found, fault);
                let keys = search.keyring.ciphers().len();
                if let Err(SearchError::GaveUp) = search.budget.pay(&found.header, keys) {
                    search.gave_up = true;
                    break;
                }
            }
        }
    }
    control.report(Phase::Reading, len, len);
    if search.frames.is_empty() {
        return Err(FileSalvageError::NothingFound);
    }
    Ok(search)
}

impl Search {
    /// Reads a frame; returns the offset of its end, or what is wrong with it.
    fn look(
        &mut self,
        marks: &mut MarkSearch<'_>,
        found: &FrameCandidate,
    ) -> Result<Result<u64, CorruptKind>, FileSalvageError> {
        let frame = match marks.frame(found)? {
            FrameRead::Frame(frame) => frame,
            FrameRead::Bad(fault) => return Ok(Err(fault)),
            FrameRead::CutOff { .. } | FrameRead::End => return Ok(Err(CorruptKind::Length)),
        };
        let tag = frame.tag;
        let end = end_of(found);
        match self.open(frame, end) {
            Ok(content) => self.take(found, tag, content).map(Ok),
            Err(fault) => Ok(Err(fault)),
        }
    }

    fn suspect(&mut self, found: &FrameCandidate, fault: CorruptKind) {
        if self.suspects.len() < MAX_SUSPECTS {
            let suspect = Suspect {
                offset: found.at,
                kind: found.header.kind,
                fault,
            };
            self.suspects.entry(found.header.seq).or_insert(suspect);
        }
    }

    /// Decrypts a frame with the remaining keys, and unpacks it.
    fn open(&mut self, frame: RawFrame, end: u64) -> Result<Unpacked, CorruptKind> {
        let (index, plain) = match self.keyring.ciphers() {
            [only] => frame.open(only).map(|plain| (0, plain)),
            several => several
                .iter()
                .enumerate()
                .find_map(|(index, cipher)| Some((index, frame.clone().open(cipher)?))),
        }
        .ok_or(CorruptKind::Auth)?;
        self.keyring.settle_on(index);
        self.expansion.admit(pack::promised_len(&plain)?, end)?;
        pack::unpack(plain)
    }

    /// Adds an authentic frame; returns the offset of its end.
    fn take(
        &mut self,
        found: &FrameCandidate,
        tag: Tag,
        content: Unpacked,
    ) -> Result<u64, FileSalvageError> {
        let header = &found.header;
        let end = end_of(found);
        self.end = self.end.max(end);
        let in_place = header.offset == found.at;
        let id = (header.seq, tag);
        // The same frame twice, because bytes of the file were copied: it counts once.
        let known = self.frames.get(&id);
        if known.is_some_and(|known| known.in_place >= in_place) {
            return Ok(end);
        }
        if known.is_none() {
            let size = content.payload.len() as u64;
            self.memory = self
                .memory
                .checked_sub(size)
                .ok_or(FileSalvageError::OutOfMemory)?;
        }
        let genuine = Genuine {
            offset: found.at,
            end,
            kind: header.kind,
            commit: header.flags & COMMIT != 0,
            in_place,
            prev_tag: header.prev_tag,
            content,
        };
        self.frames.insert(id, genuine);
        Ok(end)
    }
}

fn end_of(found: &FrameCandidate) -> u64 {
    found
        .at
        .saturating_add(FRAME_OVERHEAD)
        .saturating_add(u64::from(found.header.ct_len))
}
