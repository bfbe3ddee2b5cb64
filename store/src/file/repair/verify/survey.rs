//! Reading a file frame by frame, skipping damage, to list what is wrong and what is lost.
use super::finding::{Finding, FindingKind, Loss, MAX_FINDINGS};
use crate::file::format::corruption::CorruptKind;
use crate::file::format::frame::{Chain, RawFrame, SNAP_END};
use crate::file::format::meta::{self, SnapEnd};
use crate::file::format::pack::{self, Expansion};
use crate::file::read::assemble::{Assembly, Misfit};
use crate::file::read::mark_search::{DecryptionBudget, MarkSearch};
use crate::file::read::open_error::OpenError;
use crate::file::read::walk::{FrameRead, Walk, Window, read_frame};
use crate::file::repair::verify::finding::VerifyDepth;
use crate::file::write::recover::contradicts_torn_tail;

/// The state of reading.
pub(super) struct Survey<'a> {
    walk: &'a Walk<'a>,
    depth: VerifyDepth,
    pub(super) assembly: Assembly,
    expansion: Expansion,
    /// The shared budget of the searches for the frames after damage.
    budget: DecryptionBudget,
    /// Whether no frame is missing so far, so that their order can be checked.
    whole: bool,
    /// Whether the end of the checkpoint was passed.
    in_journal: bool,
    /// The end of the checkpoint and what it should contain; known from a full reading.
    checkpoint: Option<(u64, SnapEnd)>,
    /// The number of good frames.
    pub(super) frames: u64,
    pub(super) findings: Vec<Finding>,
}

/// What is wrong at an offset.
struct Fault {
    kind: FindingKind,
    /// Whether the frame is authentic, so that the fault was written and is not a torn write.
    genuine: bool,
}

impl Fault {
    fn of_bytes(kind: CorruptKind) -> Self {
        Self {
            kind: FindingKind::Frame(kind),
            genuine: false,
        }
    }

    fn of_content(kind: CorruptKind) -> Self {
        Self {
            kind: FindingKind::Frame(kind),
            genuine: true,
        }
    }
}

impl From<Misfit> for Fault {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::Corrupt(kind) => Self::of_content(kind),
            Misfit::UnknownKind => Self {
                kind: FindingKind::UnknownFrame,
                genuine: true,
            },
        }
    }
}

impl<'a> Survey<'a> {
    pub(super) fn new(walk: &'a Walk<'a>, depth: VerifyDepth, findings: Vec<Finding>) -> Self {
        Self {
            walk,
            depth,
            assembly: Assembly::new(false),
            expansion: Expansion::default(),
            budget: DecryptionBudget::for_file(walk.len),
            whole: true,
            in_journal: false,
            checkpoint: None,
            frames: 0,
            findings,
        }
    }

    pub(super) fn find(&mut self, offset: u64, seq: Option<u64>, kind: FindingKind) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding::new(offset, seq, kind));
        }
    }

    pub(super) fn read_frames(&mut self) -> Result<(), OpenError> {
        let Walk {
            file,
            len,
            control,
            phase,
            ..
        } = *self.walk;
        let mut window = Window::new(file, len);
        let mut chain = Chain::START;
        loop {
            control.check()?;
            control.report(phase, chain.offset, len);
            let fault = match read_frame(&mut window, chain.offset)? {
                FrameRead::End => break,
                FrameRead::CutOff { .. } => Fault::of_bytes(CorruptKind::Length),
                FrameRead::Bad(kind) => Fault::of_bytes(kind),
                FrameRead::Frame(frame) => match self.check_frame(frame, &chain) {
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
        control.report(phase, len, len);
        Ok(())
    }

    /// Checks a frame as thoroughly as requested; returns the position of the next one.
    fn check_frame(&mut self, frame: RawFrame, chain: &Chain) -> Result<Chain, Fault> {
        frame.header.follows(chain).map_err(Fault::of_bytes)?;
        let header = frame.header.clone();
        let after = chain.after(header.ct_len, frame.tag);
        if self.depth == VerifyDepth::Full {
            let plain = frame
                .open(self.walk.cipher)
                .ok_or_else(|| Fault::of_bytes(CorruptKind::Auth))?;
            let promised = pack::promised_len(&plain).map_err(Fault::of_content)?;
            self.expansion
                .admit(promised, after.offset)
                .map_err(Fault::of_content)?;
            let unpacked = pack::unpack(plain).map_err(Fault::of_content)?;
            if header.kind == SNAP_END {
                let end = meta::decode(&unpacked.payload).map_err(Fault::of_content)?;
                self.checkpoint = Some((after.offset, end));
            }
            if self.whole {
                self.assembly.push(&header, unpacked, after)?;
            }
        }
        self.in_journal |= header.kind == SNAP_END;
        Ok(after)
    }

    /// Records a fault and finds the next authentic frame; `None` if there is none.
    fn after_fault(&mut self, chain: Chain, fault: Fault) -> Result<Option<Chain>, OpenError> {
        let Chain { offset, seq, .. } = chain;
        let Walk { len, .. } = *self.walk;
        let next = self.next_genuine(offset.saturating_add(1))?;
        let torn = self.whole
            && self.in_journal
            && !fault.genuine
            && !contradicts_torn_tail(self.walk, offset, seq, &mut self.budget)?;
        self.whole = false;
        if torn {
            let start = if self.depth == VerifyDepth::Full {
                self.assembly.committed.offset
            } else {
                offset
            };
            let bytes = len.saturating_sub(start);
            self.find(start, Some(seq), FindingKind::TornTail { bytes });
            return Ok(None);
        }
        let next = match next {
            Next::Frame(next) => Some(next),
            Next::None => None,
            Next::GaveUp => {
                self.find(offset, Some(seq), FindingKind::GaveUp);
                None
            }
        };
        let frames = next.map(|next| next.seq.saturating_sub(seq));
        let end = next.map_or(len, |next| next.offset);
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding {
                loss: Some(Loss {
                    bytes: end.saturating_sub(offset),
                    frames,
                    records: None,
                }),
                ..Finding::new(offset, Some(seq), fault.kind)
            });
        }
        Ok(next)
    }

    /// Estimates the number of records lost by damage in the checkpoint.
    pub(super) fn estimate_records(&mut self) {
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

    /// An authentic frame that is at the offset recorded in it.
    fn next_genuine(&mut self, from: u64) -> Result<Next, OpenError> {
        let Walk {
            file,
            len,
            cipher,
            control,
            phase,
        } = *self.walk;
        let mut marks = MarkSearch::new(file, len, from, control, phase);
        let in_place = |candidate: &crate::file::read::mark_search::FrameCandidate| {
            candidate.header.offset == candidate.at
        };
        let found =
            marks.find_genuine(&mut self.budget, in_place, |frame| frame.is_genuine(cipher));
        match found {
            Ok(None) => Ok(Next::None),
            Ok(Some(found)) => Ok(Next::Frame(Chain {
                seq: found.header.seq,
                offset: found.at,
                prev_tag: found.header.prev_tag,
            })),
            Err(error) => {
                error.unless_given_up::<OpenError>()?;
                Ok(Next::GaveUp)
            }
        }
    }

    /// The file ended where a frame could begin.
    fn judge_end(&mut self, chain: Chain) {
        if !self.whole {
            return;
        }
        let len = self.walk.len;
        if !self.in_journal {
            self.find(len, Some(chain.seq), FindingKind::CutOff);
        } else if self.assembly.unfinished_frames() > 0 {
            let start = self.assembly.committed.offset;
            let bytes = len.saturating_sub(start);
            self.find(start, Some(chain.seq), FindingKind::TornTail { bytes });
        }
    }
}

/// What follows damage.
#[derive(Clone, Copy, Debug)]
enum Next {
    Frame(Chain),
    None,
    /// The search for it became too costly.
    GaveUp,
}
