//! Opening a file: unlocking it, reading everything, deciding whether a bad end is a torn write or
//! damage, and only then writing.
use std::{fmt, path::Path, sync::Arc};

use bytes::Bytes;

use crate::control::{Control, Phase};
use crate::file::disk::entropy::{Entropy, OsEntropy};
use crate::file::disk::lock;
use crate::file::disk::system_error::SystemError;
use crate::file::disk::vfs::{Access, Stat, Vfs, VfsFile};
use crate::file::format::corruption::{CorruptKind, Corruption};
use crate::file::format::frame::{Chain, FRAME_OVERHEAD};
use crate::file::format::header::{self, Copy, DATA_OFFSET, Header};
use crate::file::format::meta::{FileMeta, SnapEnd};
use crate::file::format::slots;
use crate::file::keys::credentials::Credentials;
use crate::file::keys::kdf::{KdfLimits, KdfParams};
use crate::file::keys::seal::{Dek, Tag};
use crate::file::read::assemble::{Assembly, Payload, PayloadPosition, PayloadPositions};
use crate::file::read::header_copies::HeaderCopies;
use crate::file::read::mark_search::DecryptionBudget;
use crate::file::read::open_error::OpenError;
use crate::file::read::probe::{missing, probe};
use crate::file::read::walk::{Stop, Walk, WalkError};
use crate::file::write::backup::BACKUPS_MAX;
use crate::file::write::open_report::FileOpenReport;
use crate::file::write::open_report::Torn;
use crate::file::write::position::{Position, Standing};
use crate::file::write::recover;
use crate::file::write::store_file::{Generation, StoreFile};

/// Options for opening a file.
#[derive(Clone, Debug)]
pub struct FileOpenOptions {
    /// Takes no lock and writes nothing; works while another program has the file open.
    pub read_only: bool,
    /// Limits for the cost of key derivation.
    pub kdf_limits: KdfLimits,
    /// The program, for the lock.
    pub program: String,
    /// The current Unix time in milliseconds, for the lock.
    pub now: i64,
    /// The number of generations kept as backups by compactions, 0 to 10.
    pub backups: u8,
    /// The position of the store when it was last open here, if known.
    pub known: Option<Position>,
    /// The source of random bytes; anything but the operating system is for tests only.
    pub entropy: Arc<dyn Entropy>,
}

impl Default for FileOpenOptions {
    fn default() -> Self {
        Self {
            read_only: false,
            kdf_limits: KdfLimits::default(),
            program: "VStore".to_owned(),
            now: 0,
            backups: 1,
            known: None,
            entropy: Arc::new(OsEntropy),
        }
    }
}

/// An opened file and its content.
pub struct Opened {
    /// The open file.
    pub file: StoreFile,
    /// The chunks of the checkpoint, in order.
    pub chunks: Vec<Bytes>,
    /// The transactions after the checkpoint, in order.
    pub transactions: Vec<Bytes>,
    /// What opening found and did.
    pub report: FileOpenReport,
    positions: PayloadPositions,
}

impl Opened {
    /// The error for a payload with invalid content, with its position.
    pub fn unreadable(
        &self,
        payload: Payload,
        reason: Box<dyn std::error::Error + Send + Sync>,
    ) -> OpenError {
        let PayloadPosition { offset, seq } = self.positions.of(payload);
        OpenError::Content {
            offset,
            seq,
            reason,
        }
    }
}

/// Shows only sizes, never content.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("file", &self.file)
            .field("chunks", &self.chunks.len())
            .field("transactions", &self.transactions.len())
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}

/// Receives chunks of the checkpoint while a file is read, with the number of the first. They are
/// provisional until the file is open, because damage may follow. If the file changes while it is
/// read, it is read again from chunk 0.
pub type ChunkSink<'a> = dyn FnMut(u64, &[Bytes]) + 'a;

/// Finds the data key: from credentials, or directly in tests.
pub(crate) type Unlock<'a> = dyn Fn(&Header) -> Result<(Dek, Option<KdfParams>), OpenError> + 'a;

impl StoreFile {
    /// Opens a file and reads all of it.
    ///
    /// A damaged or foreign file is not changed. Unless it is opened read-only, what a crash left
    /// is repaired: an unfinished write at the end is cut off, and a damaged header copy is
    /// rewritten.
    ///
    /// O(n) in the length of the file, plus one key derivation per slot tried.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; the file is not changed, unless a repair failed.
    pub fn open(
        vfs: Arc<dyn Vfs>,
        path: &Path,
        credentials: &Credentials,
        options: &FileOpenOptions,
        control: &Control,
    ) -> Result<Opened, OpenError> {
        Self::open_streaming(vfs, path, credentials, options, control, &mut |_, _| {})
    }

    /// Like [`open`](Self::open), and also passes the chunks of the checkpoint to `sink` as soon as
    /// they are decrypted.
    pub fn open_streaming(
        vfs: Arc<dyn Vfs>,
        path: &Path,
        credentials: &Credentials,
        options: &FileOpenOptions,
        control: &Control,
        sink: &mut ChunkSink<'_>,
    ) -> Result<Opened, OpenError> {
        let limits = &options.kdf_limits;
        let unlock = |header: &Header| {
            let unlocked = slots::unlock(
                &header.slots,
                &header.store_id,
                credentials,
                limits,
                control,
            )?;
            Ok((unlocked.dek, unlocked.params))
        };
        Self::open_with(vfs, path, options, control, &unlock, sink)
    }

    pub(crate) fn open_with(
        vfs: Arc<dyn Vfs>,
        path: &Path,
        options: &FileOpenOptions,
        control: &Control,
        unlock: &Unlock<'_>,
        sink: &mut ChunkSink<'_>,
    ) -> Result<Opened, OpenError> {
        let path = vfs
            .canonicalize(path)
            .map_err(|error| missing(error, path))?;
        // No lock file is created beside a foreign file.
        probe(&*vfs, &path)?;
        let known = options.known.as_ref();
        let (mut lock, mut loaded) = if options.read_only {
            let loaded = load_beside_a_writer(&*vfs, &path, known, control, unlock, sink)?;
            (None, loaded)
        } else {
            let (lock, data) = lock::open_locked(&vfs, &path, &options.program, options.now)?;
            let loaded = load(data, known, control, unlock, &|| lock.announce(), sink)?;
            (Some(lock), loaded)
        };
        if loaded.generation.header.forbids_writing() {
            // Readers take no lock.
            loaded.generation.file = vfs.open(&path, Access::Read)?;
            lock = None;
        }
        let mut report = loaded.report(lock.is_none());
        let (chunks, transactions) = (
            std::mem::take(&mut loaded.chunks),
            std::mem::take(&mut loaded.transactions),
        );
        let positions = std::mem::take(&mut loaded.positions);
        let mut file = Self {
            vfs,
            entropy: Arc::clone(&options.entropy),
            path,
            generation: loaded.generation,
            lock,
            dek: loaded.dek,
            kdf: loaded.kdf,
            program: options.program.clone(),
            poisoned: None,
            compaction: None,
            compactions_begun: 0,
            backups: options.backups.min(BACKUPS_MAX),
            backup_problem: None,
            left_unread: 0,
        };
        if report.read_only {
            file.left_unread = loaded.torn.map_or(0, |torn| torn.bytes);
        }
        if !report.read_only {
            let found = recover::ReadFindings {
                torn: loaded.torn,
                stale_copy: loaded.stale_copy,
                padding_fault: loaded.padding_fault,
                chunks: &chunks,
                transactions: &transactions,
            };
            recover::make_writable(&mut file, &found, &mut report, control)?;
        }
        Ok(Opened {
            file,
            chunks,
            transactions,
            report,
            positions,
        })
    }
}

/// The result of reading a file, before anything is written.
pub(crate) struct Loaded {
    pub(crate) generation: Generation,
    pub(crate) dek: Dek,
    pub(crate) kdf: Option<KdfParams>,
    pub(crate) torn: Option<Torn>,
    /// The header copy that is damaged, forged or outdated.
    pub(crate) stale_copy: Option<Copy>,
    /// Whether the padding after the header copies is not zero.
    pub(crate) padding_fault: bool,
    pub(crate) standing: Standing,
    pub(crate) chunks: Vec<Bytes>,
    pub(crate) transactions: Vec<Bytes>,
    positions: PayloadPositions,
}

impl Loaded {
    fn report(&self, read_only: bool) -> FileOpenReport {
        FileOpenReport {
            read_only,
            clean_close: self.generation.closed && self.torn.is_none(),
            standing: self.standing,
            header_fault: self.stale_copy.is_some() || self.padding_fault,
            torn_at: self.torn.map(|_| self.generation.chain.offset),
            torn_bytes: self.torn.map_or(0, |torn| torn.bytes),
            discarded_uncommitted: self.torn.map_or(0, |torn| torn.discarded),
            skipped_frames: self.generation.skipped,
            ..FileOpenReport::default()
        }
    }
}

/// Retries reading once if the file looked damaged because a writer changed it meanwhile.
fn load_beside_a_writer(
    vfs: &dyn Vfs,
    path: &Path,
    known: Option<&Position>,
    control: &Control,
    unlock: &Unlock<'_>,
    sink: &mut ChunkSink<'_>,
) -> Result<Loaded, OpenError> {
    let before = vfs.stat(path)?;
    let mut attempt = || {
        let file = vfs.open(path, Access::Read)?;
        load(file, known, control, unlock, &|| (), &mut *sink)
    };
    match attempt() {
        Err(
            OpenError::Corrupt(_)
            | OpenError::Truncated { .. }
            | OpenError::HeaderCorrupt
            | OpenError::HeaderRollback { .. },
        ) if vfs.stat(path)? != before => attempt(),
        other => other,
    }
}

/// Reads a file; `unlocked` is called as soon as the password proves to be right.
fn load(
    file: Box<dyn VfsFile>,
    known: Option<&Position>,
    control: &Control,
    unlock: &Unlock<'_>,
    unlocked: &dyn Fn(),
    sink: &mut ChunkSink<'_>,
) -> Result<Loaded, OpenError> {
    control.check()?;
    let stat = file.stat()?;
    let copies = HeaderCopies::read(&*file, stat.len)?;
    let found = copies.unlock(unlock, |(dek, _)| dek)?;
    unlocked();
    let (dek, kdf) = found.key;
    let (header, stale_copy) = (found.header, found.stale);
    let padding_fault = header::padding_fault(&*file)?.is_some();
    let watched = known.and_then(|known| known.watched(&header));
    let content = read_content(file, stat, header, &dek, watched, control, sink)?;
    let standing = known.map_or(Standing::Unknown, |known| {
        known.standing(&content.generation, &dek, content.watched_tag)
    });
    Ok(Loaded {
        generation: content.generation,
        dek,
        kdf,
        torn: content.torn,
        stale_copy,
        padding_fault,
        standing,
        chunks: content.chunks,
        transactions: content.transactions,
        positions: content.positions,
    })
}

struct Content {
    generation: Generation,
    torn: Option<Torn>,
    watched_tag: Option<Tag>,
    chunks: Vec<Bytes>,
    transactions: Vec<Bytes>,
    positions: PayloadPositions,
}

fn read_content(
    file: Box<dyn VfsFile>,
    stat: Stat,
    header: Header,
    dek: &Dek,
    watched: Option<u64>,
    control: &Control,
    sink: &mut ChunkSink<'_>,
) -> Result<Content, OpenError> {
    let cipher = dek.frame_cipher(&header.store_id, header.generation, &header.gen_salt);
    let walk = Walk {
        file: &*file,
        len: stat.len,
        cipher: &cipher,
        control,
        phase: Phase::Reading,
    };
    let Frames {
        assembly,
        meta,
        end,
        torn,
    } = read_frames(&walk, &header, watched, sink)?;
    let generation = Generation {
        id: stat.id,
        cipher,
        chain: assembly.committed,
        durable_seq: 0,
        journal_start: assembly.journal_start,
        journal_frames: assembly.journal_frames,
        records: end.records,
        last_txn: assembly.last_txn,
        known_epoch: assembly.epoch,
        closed: assembly.closed,
        skipped: assembly.skipped,
        file,
        header,
        meta,
    };
    Ok(Content {
        generation,
        torn,
        watched_tag: assembly.watched_tag,
        chunks: assembly.chunks,
        transactions: assembly.transactions,
        positions: assembly.positions,
    })
}

/// The content of a file that can be opened.
pub(crate) struct Frames {
    pub(crate) assembly: Assembly,
    meta: FileMeta,
    pub(crate) end: SnapEnd,
    pub(crate) torn: Option<Torn>,
}

/// Reads all frames and decides whether the file can be opened. A full check uses this function
/// too.
pub(crate) fn read_frames(
    walk: &Walk<'_>,
    header: &Header,
    watched: Option<u64>,
    sink: &mut ChunkSink<'_>,
) -> Result<Frames, OpenError> {
    let mut assembly = Assembly::new(true);
    assembly.watched = watched;
    let mut given = 0;
    let mut give = |assembly: &Assembly| {
        let new = assembly.chunks.get(given..).unwrap_or_default();
        if !new.is_empty() {
            sink(given as u64, new);
            given = assembly.chunks.len();
        }
    };
    let stop = walk
        .run_watched(&mut assembly, &mut give)
        .map_err(|error| walk_failed(error, header))?;
    let torn = judge(walk, stop, &assembly)?;

    let damaged = |kind| Corruption {
        offset: DATA_OFFSET,
        seq: 0,
        kind,
    };
    let incomplete = || damaged(CorruptKind::SnapshotIncomplete);
    let meta = assembly.meta.take().ok_or_else(incomplete)?;
    let end = assembly.snap_end.take().ok_or_else(incomplete)?;
    if meta.generation != header.generation || !meta.align_allowed() {
        return Err(damaged(CorruptKind::Inner).into());
    }
    if header.epoch < assembly.epoch {
        return Err(OpenError::HeaderRollback {
            header: header.epoch,
            journal: assembly.epoch,
        });
    }
    Ok(Frames {
        assembly,
        meta,
        end,
        torn,
    })
}

pub(crate) fn walk_failed(error: WalkError, header: &Header) -> OpenError {
    match error {
        WalkError::Io(error) => error.into(),
        WalkError::Cancelled(cancelled) => cancelled.into(),
        WalkError::Corrupt(corruption) => corruption.into(),
        WalkError::OutOfMemory => SystemError::OutOfMemory.into(),
        WalkError::UnknownKind => OpenError::UnsupportedVersion {
            major: header::MAJOR,
            minor: header.minor,
            unknown_features: 0,
        },
    }
}

/// Decides what a bad frame means: damage, unless it is at the end of the journal and nothing
/// contradicts that the last write was torn.
fn judge(
    walk: &Walk<'_>,
    stop: Option<Stop>,
    assembly: &Assembly,
) -> Result<Option<Torn>, OpenError> {
    if !assembly.in_journal() {
        return Err(match stop {
            None => OpenError::Truncated {
                offset: walk.len,
                expected_at_least: walk.len.saturating_add(FRAME_OVERHEAD),
            },
            Some(Stop {
                expected_at_least: Some(expected_at_least),
                ..
            }) => OpenError::Truncated {
                offset: walk.len,
                expected_at_least,
            },
            Some(stop) => stop.corruption().into(),
        });
    }
    let discarded = assembly.unfinished_frames();
    if let Some(stop) = stop {
        let Chain { offset, seq, .. } = stop.at;
        let mut budget = DecryptionBudget::for_file(walk.len.saturating_sub(offset));
        if recover::contradicts_torn_tail(walk, offset, seq, &mut budget)? {
            return Err(stop.corruption().into());
        }
    } else if discarded == 0 {
        return Ok(None);
    }
    let bytes = walk.len.saturating_sub(assembly.committed.offset);
    Ok(Some(Torn { bytes, discarded }))
}
