//! Checking a file as opening would, and reading over damage if opening would refuse it.
use std::path::Path;

use super::content::{ContentCheck, ContentError};
use super::finding::{Finding, FindingKind, MAX_FINDINGS, VerifyReport};
use super::survey::Survey;
use crate::control::{Control, Phase};
use crate::file::disk::vfs::{Access, Vfs, VfsFile};
use crate::file::format::corruption::Corruption;
use crate::file::format::header::{self, Copy, Header};
use crate::file::format::slots;
use crate::file::keys::credentials::Credentials;
use crate::file::keys::kdf::KdfLimits;
use crate::file::keys::seal::Dek;
use crate::file::read::assemble::{Assembly, PayloadPosition};
use crate::file::read::header_copies::HeaderCopies;
use crate::file::read::open_error::OpenError;
use crate::file::read::probe::missing;
use crate::file::read::walk::Walk;
use crate::file::repair::verify::finding::VerifyDepth;
use crate::file::write::open::{Frames, read_frames};

/// Reads a file and lists what is wrong with its frames, without checking their content. Takes no
/// lock and writes nothing.
///
/// # Errors
///
/// [`OpenError`] if the file cannot be read at all: it is foreign or of a later version, both
/// headers are damaged, or the password is wrong.
pub fn verify(
    vfs: &dyn Vfs,
    path: &Path,
    credentials: &Credentials,
    depth: VerifyDepth,
    limits: &KdfLimits,
    control: &Control,
) -> Result<VerifyReport, OpenError> {
    verify_content(vfs, path, credentials, depth, limits, control, &mut ())
}

/// Like [`verify`]; a full check also lets `content` load the payloads, and reports what it
/// refuses.
pub fn verify_content(
    vfs: &dyn Vfs,
    path: &Path,
    credentials: &Credentials,
    depth: VerifyDepth,
    limits: &KdfLimits,
    control: &Control,
    content: &mut dyn ContentCheck,
) -> Result<VerifyReport, OpenError> {
    let unlock = |header: &Header| {
        let slots = &header.slots;
        Ok(slots::unlock(slots, &header.store_id, credentials, limits, control)?.dek)
    };
    verify_with(vfs, path, depth, control, &unlock, content)
}

pub(crate) fn verify_with(
    vfs: &dyn Vfs,
    path: &Path,
    depth: VerifyDepth,
    control: &Control,
    unlock: &dyn Fn(&Header) -> Result<Dek, OpenError>,
    content: &mut dyn ContentCheck,
) -> Result<VerifyReport, OpenError> {
    let file = vfs
        .open(path, Access::Read)
        .map_err(|error| missing(error, path))?;
    let len = file.stat()?.len;
    read_whole(&*file, len, depth, control, unlock, content)
}

/// Reads the first `len` bytes of a file.
pub(super) fn read_whole(
    file: &dyn VfsFile,
    len: u64,
    depth: VerifyDepth,
    control: &Control,
    unlock: &dyn Fn(&Header) -> Result<Dek, OpenError>,
    content: &mut dyn ContentCheck,
) -> Result<VerifyReport, OpenError> {
    let copies = HeaderCopies::read(file, len)?;
    let found = copies.unlock(unlock, |dek| dek)?;
    let (dek, header) = (found.key, found.header);
    let cipher = dek.frame_cipher(&header.store_id, header.generation, &header.gen_salt);
    let mut findings = Vec::new();
    if let Some(copy) = found.stale {
        findings.push(Finding::new(copy.offset(), None, FindingKind::HeaderCopy));
    }
    if let Some(offset) = header::padding_fault(file)? {
        findings.push(Finding::new(offset, None, FindingKind::Padding));
    }
    let walk = Walk {
        file,
        len,
        cipher: &cipher,
        control,
        phase: Phase::Verifying,
    };
    let mut report = VerifyReport {
        bytes: len,
        generation: header.generation,
        header_epoch: header.epoch,
        frames: 0,
        records_in_checkpoint: None,
        clean_close: None,
        findings,
    };
    let refusal = match depth {
        VerifyDepth::Quick => None,
        VerifyDepth::Full => match open(&walk, &header, content)? {
            Ok(frames) => {
                let assembly = &frames.assembly;
                report.frames = assembly.frames;
                report.records_in_checkpoint = Some(frames.end.records);
                report.clean_close = Some(assembly.closed && frames.torn.is_none());
                if let Some(torn) = frames.torn {
                    let bytes = torn.bytes;
                    let offset = assembly.committed.offset;
                    let seq = Some(assembly.committed.seq);
                    let kind = FindingKind::TornTail { bytes };
                    report.findings.push(Finding::new(offset, seq, kind));
                }
                return Ok(report);
            }
            Err(refusal) => Some(refusal),
        },
    };
    survey(&walk, depth, &header, found.which, &mut report)?;
    if let Some(refusal) = refusal {
        report.clean_close = Some(false);
        if report.is_intact() {
            report.findings.truncate(MAX_FINDINGS.saturating_sub(1));
            report.findings.push(refusal);
        }
    }
    Ok(report)
}

/// Reads the file as opening would: its content, or why opening would refuse it. An error is not a
/// property of the file.
fn open(
    walk: &Walk<'_>,
    header: &Header,
    content: &mut dyn ContentCheck,
) -> Result<Result<Frames, Finding>, OpenError> {
    let read = read_frames(walk, header, None, &mut |first, chunks| {
        content.take_chunks(first, chunks);
    });
    let frames = match read {
        Ok(frames) => frames,
        Err(error) => return refused(error, walk).map(Err),
    };
    let assembly = &frames.assembly;
    match content.finish(&assembly.transactions, walk.control) {
        Ok(()) => Ok(Ok(frames)),
        Err(ContentError::Cancelled(cancelled)) => Err(cancelled.into()),
        Err(ContentError::Unreadable { payload, reason }) => {
            let PayloadPosition { offset, seq } = assembly.positions.of(payload);
            let reason = reason.to_string();
            let kind = FindingKind::Content { reason };
            Ok(Err(Finding::new(offset, Some(seq), kind)))
        }
    }
}

/// The finding for the reason why opening refuses, in case reading over damage does not find it.
fn refused(error: OpenError, walk: &Walk<'_>) -> Result<Finding, OpenError> {
    match error {
        OpenError::Corrupt(Corruption { offset, seq, kind }) => {
            Ok(Finding::new(offset, Some(seq), FindingKind::Frame(kind)))
        }
        OpenError::Truncated { .. } => Ok(Finding::new(walk.len, None, FindingKind::CutOff)),
        OpenError::HeaderRollback { .. } => Ok(Finding::new(0, None, FindingKind::HeaderRollback)),
        OpenError::UnsupportedVersion { .. } => {
            let start = header::DATA_OFFSET;
            Ok(Finding::new(start, None, FindingKind::UnknownFrame))
        }
        error => Err(error),
    }
}

/// Reads frame by frame, skipping damage, and lists what is wrong.
fn survey(
    walk: &Walk<'_>,
    depth: VerifyDepth,
    header: &Header,
    which: Copy,
    report: &mut VerifyReport,
) -> Result<(), OpenError> {
    let mut survey = Survey::new(walk, depth, std::mem::take(&mut report.findings));
    survey.read_frames()?;
    survey.estimate_records();
    let assembly = &survey.assembly;
    if header.epoch < assembly.epoch {
        survey.find(which.offset(), None, FindingKind::HeaderRollback);
    }
    if misfits(&survey.assembly, header) {
        let fault = FindingKind::Frame(crate::file::format::corruption::CorruptKind::Inner);
        survey.find(header::DATA_OFFSET, Some(0), fault);
    }
    report.frames = survey.frames;
    report.records_in_checkpoint = survey.assembly.snap_end.as_ref().map(|end| end.records);
    report.findings = survey.findings;
    Ok(())
}

fn misfits(assembly: &Assembly, header: &Header) -> bool {
    let meta = assembly.meta.as_ref();
    meta.is_some_and(|meta| meta.generation != header.generation || !meta.align_allowed())
}
