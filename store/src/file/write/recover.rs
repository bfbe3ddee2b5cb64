//! Recovering from a crash: distinguishing a torn tail from damage, and making the file writable.
use bytes::Bytes;

use crate::control::Control;
use crate::file::disk::io_error::IoError;
use crate::file::disk::rules::{Rule, holds};
use crate::file::disk::siblings::{folder, remove_temporaries};
use crate::file::format::frame::Chain;
use crate::file::format::header::{self, Copy};
use crate::file::format::meta::Ctrl;
use crate::file::read::mark_search::{DecryptionBudget, FrameCandidate, MarkSearch};
use crate::file::read::open_error::OpenError;
use crate::file::read::walk::Walk;
use crate::file::write::append_error::AppendError;
use crate::file::write::compact_error::CompactError;
use crate::file::write::open_report::{FileOpenReport, Torn};
use crate::file::write::store_file::StoreFile;

/// Whether an authentic frame at or after `from` proves that the bad frame there was once durable,
/// or that frames were moved: then it is damage. Otherwise the last write did not finish.
///
/// A frame written later records in `durable_seq` what was durable by then; a frame at the wrong
/// offset was copied there. Frames of the same unfinished write prove nothing.
pub(crate) fn contradicts_torn_tail(
    walk: &Walk<'_>,
    from: u64,
    expected_seq: u64,
    budget: &mut DecryptionBudget,
) -> Result<bool, OpenError> {
    let suspicious = |candidate: &FrameCandidate| {
        let header = &candidate.header;
        let later = if holds(Rule::EvidenceNeedsDurability) {
            header.durable_seq
        } else {
            header.seq
        };
        later > expected_seq || header.offset != candidate.at
    };
    let mut marks = MarkSearch::new(walk.file, walk.len, from, walk.control, walk.phase);
    match marks.find_genuine(budget, suspicious, |frame| frame.is_genuine(walk.cipher)) {
        Ok(found) => Ok(found.is_some()),
        // An unfinished write does not leave that many forged headers.
        Err(error) => error.unless_given_up().map(|()| true),
    }
}

/// What reading the file found.
pub(crate) struct ReadFindings<'a> {
    pub(crate) torn: Option<Torn>,
    pub(crate) stale_copy: Option<Copy>,
    pub(crate) padding_fault: bool,
    pub(crate) chunks: &'a [Bytes],
    pub(crate) transactions: &'a [Bytes],
}

/// Repairs what a crash left, so that appending is safe.
///
/// If a sync fails, now or earlier since the computer started, what was read may only be in the
/// page cache: then everything is written to a new file.
pub(crate) fn make_writable(
    file: &mut StoreFile,
    found: &ReadFindings<'_>,
    report: &mut FileOpenReport,
    control: &Control,
) -> Result<(), OpenError> {
    let id = file.generation.id;
    let failed_before = file.lock.as_ref().is_some_and(|lock| lock.sync_failed(id))
        && holds(Rule::HonourFailedSyncMark);
    if failed_before {
        file.poisoned = Some("an earlier sync of this file failed".to_owned());
    } else {
        repair_in_place(file, found, report)?;
    }
    if file.poisoned.is_some() {
        rewrite(file, found, control)?;
        report.rewritten = true;
    }
    report.removed_temporaries = remove_temporaries(&*file.vfs, &file.path);
    Ok(())
}

/// All steps, in order; a failed sync poisons the file and ends them.
fn repair_in_place(
    file: &mut StoreFile,
    found: &ReadFindings<'_>,
    report: &mut FileOpenReport,
) -> Result<(), OpenError> {
    // The frames may only be in the page cache, if the process that wrote them was killed before
    // its sync; likewise the name, if it was killed after its rename.
    if holds(Rule::SyncFileAtOpen)
        && let Err(error) = file.generation.file.sync_data()
    {
        file.poison_by_sync(&error);
        return Ok(());
    }
    if holds(Rule::SyncFolderAtOpen) {
        file.vfs.sync_dir(folder(&file.path))?;
    }
    file.generation.durable_seq = file.generation.chain.seq;
    if let Some(torn) = found.torn {
        let Chain { offset, .. } = file.generation.chain;
        file.generation.file.set_len(offset)?;
        if let Err(error) = file.generation.file.sync_data() {
            file.poison_by_sync(&error);
            return Ok(());
        }
        // Uses the number of the first frame that was cut off, so that its bytes never fit again,
        // should they reappear from the disk.
        note(file, &Ctrl::Recovered(torn.bytes))?;
    }
    if let Some(copy) = found.stale_copy {
        heal_header(file, copy)?;
        report.healed_header = file.poisoned.is_none();
    }
    if found.padding_fault {
        clear_paddings(file)?;
        report.healed_header = file.poisoned.is_none();
    }
    if file.generation.header.epoch > file.generation.known_epoch {
        let epoch = file.generation.header.epoch;
        note(file, &Ctrl::HeaderEpoch(epoch))?;
        file.generation.known_epoch = epoch;
    }
    Ok(())
}

/// Rewrites only the copy that is not current, so that the other stays intact in any case.
fn heal_header(file: &mut StoreFile, copy: Copy) -> Result<(), OpenError> {
    if file.poisoned.is_some() {
        return Ok(());
    }
    let header = &file.generation.header;
    let bytes = header.encode(copy, &file.dek.header_key(&header.store_id));
    if !holds(Rule::HealOnlyTheOtherCopy) {
        let good = header.encode(copy.other(), &file.dek.header_key(&header.store_id));
        file.generation
            .file
            .write_at(&good, copy.other().offset())?;
    }
    file.generation.file.write_at(&bytes, copy.offset())?;
    if let Err(error) = file.generation.file.sync_data() {
        file.poison_by_sync(&error);
    }
    Ok(())
}

/// Zeros the padding after the header copies, which is never read.
fn clear_paddings(file: &mut StoreFile) -> Result<(), OpenError> {
    if file.poisoned.is_some() {
        return Ok(());
    }
    for (start, len) in header::paddings() {
        file.generation.file.write_at(&vec![0; len], start)?;
    }
    if let Err(error) = file.generation.file.sync_data() {
        file.poison_by_sync(&error);
    }
    Ok(())
}

fn note(file: &mut StoreFile, ctrl: &Ctrl) -> Result<(), OpenError> {
    if file.poisoned.is_some() {
        return Ok(());
    }
    match file.append_ctrl(ctrl) {
        Ok(()) | Err(AppendError::Poisoned { .. }) => Ok(()),
        Err(AppendError::System(error)) => Err(error.into()),
        Err(
            AppendError::ReadOnly | AppendError::ExternallyModified | AppendError::TooLarge { .. },
        ) => Err(OpenError::NotWritable {
            path: file.path.clone(),
        }),
    }
}

/// Writes what was read to a new file, which replaces the old one.
fn rewrite(
    file: &mut StoreFile,
    found: &ReadFindings<'_>,
    control: &Control,
) -> Result<(), OpenError> {
    let records = file.generation.records;
    let compaction = file.begin_rewrite(found.transactions)?;
    let compacted = compaction.write(found.chunks.iter().cloned(), records, control)?;
    Ok(file.finish_compaction(compacted)?)
}

impl From<CompactError> for OpenError {
    fn from(error: CompactError) -> Self {
        match error {
            CompactError::NotAsWritten(corruption) => corruption.into(),
            CompactError::System(error) => error.into(),
            CompactError::Cancelled(cancelled) => cancelled.into(),
            CompactError::Deferred(error) => error.into(),
            other => IoError::new(
                crate::file::disk::io_error::FileOp::Write,
                "",
                std::io::Error::other(other.to_string()),
            )
            .into(),
        }
    }
}
