//! Reading a whole file and listing everything that is wrong with it, without changing it.
use std::path::Path;

use super::finding::{Finding, FindingKind, Loss, VerifyReport};
use crate::file::{
    assemble::{Assembly, Misfit},
    control::{Control, Phase},
    credentials::Credentials,
    error::{CorruptKind, IoError, OpenError},
    frame::{Chain, RawFrame, SNAP_END},
    header::{self, Header, HeaderCopies},
    kdf::KdfLimits,
    meta::{self, SnapEnd},
    probe::missing,
    recover::{contradicts_torn_tail, next_mark},
    seal::{Dek, FrameCipher},
    slots,
    vfs::{Access, Vfs, VfsFile},
    walk::{Found, Window, open_frame, read_frame},
};

/// No more findings than this are listed.
const MAX_FINDINGS: usize = 1000;

/// How closely a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyDepth {
    /// Headers, and the order of the frames.
    Quick,
    /// Also every frame: authenticated, decompressed, its place in the whole checked.
    Full,
}

/// Reads a file and lists what is wrong with it. Takes no lock and writes nothing.
///
/// The errors are those of a file that cannot be read at all: foreign, of a later version, both
/// headers damaged, wrong password.
pub fn verify(
    vfs: &dyn Vfs,
    path: &Path,
    credentials: &Credentials,
    depth: VerifyDepth,
    limits: &KdfLimits,
    control: &Control,
) -> Result<VerifyReport, OpenError> {
    verify_with(vfs, path, depth, control, &|header| {
        let slots = &header.slots;
        Ok(slots::unlock(slots, &header.store_id, credentials, limits, control)?.dek)
    })
}

pub(crate) fn verify_with(
    vfs: &dyn Vfs,
    path: &Path,
    depth: VerifyDepth,
    control: &Control,
    unlock: &dyn Fn(&Header) -> Result<Dek, OpenError>,
) -> Result<VerifyReport, OpenError> {
    let file = vfs
        .open(path, Access::Read)
        .map_err(|error| missing(error, path))?;
    let len = file.stat()?.len;
    read_whole(&*file, len, depth, control, unlock)
}

/// Reads the first `len` bytes of a file.
pub(super) fn read_whole(
    file: &dyn VfsFile,
    len: u64,
    depth: VerifyDepth,
    control: &Control,
    unlock: &dyn Fn(&Header) -> Result<Dek, OpenError>,
) -> Result<VerifyReport, OpenError> {
    let copies = HeaderCopies::read(file, len)?;
    let found = copies.unlock(unlock, |dek| dek)?;
    let (dek, header) = (found.key, found.header);
    let cipher = dek.frame_cipher(&header.store_id, header.generation, &header.gen_salt);
    let mut reading = Reading {
        file,
        len,
        cipher: &cipher,
        depth,
        assembly: Assembly::new(false),
        whole: true,
        in_journal: false,
        checkpoint: None,
        frames: 0,
        findings: Vec::new(),
    };
    if let Some(copy) = found.stale {
        reading.find(copy.offset(), None, FindingKind::HeaderCopy);
    }
    if let Some(offset) = header::padding_fault(file)? {
        reading.find(offset, None, FindingKind::Padding);
    }
    reading.read_frames(control)?;
    reading.estimate_records();
    let assembly = &reading.assembly;
    let misfits = assembly
        .meta
        .as_ref()
        .is_some_and(|meta| meta.generation != header.generation || !meta.align_allowed());
    if header.epoch < assembly.epoch {
        reading.find(found.which.offset(), None, FindingKind::HeaderRollback);
    }
    if misfits {
        let fault = FindingKind::Frame(CorruptKind::Inner);
        reading.find(header::DATA_OFFSET, Some(0), fault);
    }
    let known = depth == VerifyDepth::Full;
    let torn = reading.findings.iter().any(|finding| finding.seq.is_some());
    Ok(VerifyReport {
        bytes: len,
        generation: header.generation,
        header_epoch: header.epoch,
        frames: reading.frames,
        records_in_checkpoint: reading.assembly.snap_end.as_ref().map(|end| end.records),
        clean_close: known.then_some(reading.assembly.closed && !torn),
        findings: reading.findings,
    })
}

/// The state of reading a file frame by frame, over damage.
struct Reading<'a> {
    file: &'a dyn VfsFile,
    len: u64,
    cipher: &'a FrameCipher,
    depth: VerifyDepth,
    assembly: Assembly,
    /// No frame is missing so far, so that their order means something.
    whole: bool,
    /// The end of the checkpoint was passed.
    in_journal: bool,
    /// Where the checkpoint ends and what it should hold; known from a full reading.
    checkpoint: Option<(u64, SnapEnd)>,
    frames: u64,
    findings: Vec<Finding>,
}

impl Reading<'_> {
    fn find(&mut self, offset: u64, seq: Option<u64>, kind: FindingKind) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding {
                offset,
                seq,
                kind,
                loss: None,
            });
        }
    }

    fn read_frames(&mut self, control: &Control) -> Result<(), OpenError> {
        let mut window = Window::new(self.file, self.len);
        let mut chain = Chain::START;
        loop {
            control.check()?;
            control.report(Phase::Verifying, chain.offset, self.len);
            let fault = match read_frame(&mut window, chain.offset)? {
                Found::End => break,
                Found::CutOff { .. } => FindingKind::Frame(CorruptKind::Length),
                Found::Bad(kind) => FindingKind::Frame(kind),
                Found::Frame(frame) => match self.check_frame(frame, &chain) {
                    Ok(after) => {
                        self.frames = self.frames.saturating_add(1);
                        chain = after;
                        continue;
                    }
                    Err(fault) => fault,
                },
            };
            match self.after_fault(chain, fault)? {
                Some(next) => chain = next,
                None => return Ok(()),
            }
        }
        self.judge_end(chain);
        control.report(Phase::Verifying, self.len, self.len);
        Ok(())
    }

    /// Checks a frame as closely as asked for; says where the next one must stand.
    fn check_frame(&mut self, frame: RawFrame, chain: &Chain) -> Result<Chain, FindingKind> {
        frame.header.follows(chain).map_err(FindingKind::Frame)?;
        let header = frame.header.clone();
        let after = chain.after(header.ct_len, frame.tag);
        if self.depth == VerifyDepth::Full {
            let unpacked = open_frame(frame, self.cipher).map_err(FindingKind::Frame)?;
            if header.kind == SNAP_END {
                let end = meta::decode(&unpacked.payload).map_err(FindingKind::Frame)?;
                self.checkpoint = Some((after.offset, end));
            }
            if self.whole {
                self.assembly
                    .push(&header, unpacked, after)
                    .map_err(misfit)?;
            }
        }
        self.in_journal |= header.kind == SNAP_END;
        Ok(after)
    }

    /// Records a fault and finds the next genuine frame; `None` if there is none.
    fn after_fault(
        &mut self,
        chain: Chain,
        fault: FindingKind,
    ) -> Result<Option<Chain>, OpenError> {
        let Chain { offset, seq, .. } = chain;
        let next = self.next_genuine(offset.saturating_add(1))?;
        let torn = self.whole
            && self.in_journal
            && !contradicts_torn_tail(self.file, self.len, self.cipher, offset, seq)?;
        self.whole = false;
        if torn {
            let start = if self.depth == VerifyDepth::Full {
                self.assembly.committed.offset
            } else {
                offset
            };
            let bytes = self.len.saturating_sub(start);
            self.find(start, Some(seq), FindingKind::TornTail { bytes });
            return Ok(None);
        }
        let frames = next.map(|next| next.seq.saturating_sub(seq));
        let end = next.map_or(self.len, |next| next.offset);
        self.find(offset, Some(seq), fault);
        if let Some(finding) = self.findings.last_mut() {
            finding.loss = Some(Loss {
                bytes: end.saturating_sub(offset),
                frames,
                records: None,
            });
        }
        Ok(next)
    }

    /// Says of damage in the checkpoint how many records are about gone with it.
    fn estimate_records(&mut self) {
        let Some((checkpoint_end, end)) = &self.checkpoint else {
            return;
        };
        let in_checkpoint = |finding: &&mut Finding| finding.offset < *checkpoint_end;
        for finding in self.findings.iter_mut().filter(in_checkpoint) {
            // The first frame describes the file and holds no records.
            let without = u64::from(finding.seq == Some(0));
            if let Some(loss) = &mut finding.loss
                && let Some(frames) = loss.frames
            {
                let frames = u128::from(frames.saturating_sub(without));
                let share = frames.checked_mul(u128::from(end.records));
                let records = share.and_then(|share| share.checked_div(u128::from(end.chunks)));
                loss.records = records.and_then(|records| u64::try_from(records).ok());
            }
        }
    }

    /// A frame that says of itself that it stands where it stands, and can prove it.
    fn next_genuine(&self, from: u64) -> Result<Option<Chain>, IoError> {
        let mut window = Window::new(self.file, self.len);
        let mut position = from;
        while let Some(found) = next_mark(&mut window, position, self.len)? {
            position = found.saturating_add(1);
            if let Found::Frame(frame) = read_frame(&mut window, found)? {
                let header = frame.header.clone();
                if header.offset == found && frame.open(self.cipher).is_some() {
                    let chain = Chain {
                        seq: header.seq,
                        offset: found,
                        prev_tag: header.prev_tag,
                    };
                    return Ok(Some(chain));
                }
            }
        }
        Ok(None)
    }

    /// The file ended where a frame could begin.
    fn judge_end(&mut self, chain: Chain) {
        if !self.whole {
            return;
        }
        if !self.in_journal {
            self.find(self.len, Some(chain.seq), FindingKind::CutOff);
        } else if self.assembly.unfinished_frames() > 0 {
            let start = self.assembly.committed.offset;
            let bytes = self.len.saturating_sub(start);
            self.find(start, Some(chain.seq), FindingKind::TornTail { bytes });
        }
    }
}

fn misfit(misfit: Misfit) -> FindingKind {
    match misfit {
        Misfit::Corrupt(kind) => FindingKind::Frame(kind),
        Misfit::UnknownKind => FindingKind::UnknownFrame,
    }
}
