//! Opening a file: unlock, read everything, decide what a bad end means, and only then write.
use std::{fmt, path::Path, sync::Arc};

use bytes::Bytes;

use super::{
    assemble::Assembly,
    backup::BACKUPS_MAX,
    control::{Control, Phase},
    credentials::Credentials,
    error::{CorruptKind, Corruption, IoError, OpenError},
    frame::{Chain, FRAME_OVERHEAD},
    header::{self, Copy, DATA_OFFSET, Header, HeaderCopies},
    kdf::{KdfLimits, KdfParams},
    lock::{Lock, LockError},
    probe::{missing, probe},
    recover,
    seal::{Dek, Entropy, OsEntropy},
    slots,
    store_file::{Generation, StoreFile},
    vfs::{Access, Stat, Vfs, VfsFile},
    walk::{Stop, Walk, WalkError},
};

/// How a file is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Take no lock and write nothing; works while another program has the file open.
    pub read_only: bool,
    /// The most that key derivation may cost.
    pub kdf_limits: KdfLimits,
    /// The program, for the lock.
    pub program: String,
    /// The present time, Unix time in milliseconds, for the lock.
    pub now: i64,
    /// How many generations are kept as backups when a compaction replaces them, 0 to 10.
    pub backups: u8,
    /// Where random bytes come from; anything but the operating system is for tests only.
    pub entropy: Arc<dyn Entropy>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            read_only: false,
            kdf_limits: KdfLimits::default(),
            program: "VStore".to_owned(),
            now: 0,
            backups: 1,
            entropy: Arc::new(OsEntropy),
        }
    }
}

/// An opened file and all it contains.
pub struct Opened {
    /// The open file.
    pub file: StoreFile,
    /// The chunks of the checkpoint, in order.
    pub chunks: Vec<Bytes>,
    /// The transactions after the checkpoint, in order.
    pub transactions: Vec<Bytes>,
    /// What was found and done.
    pub report: OpenReport,
}

/// Says how much there is, never what it is.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("file", &self.file)
            .field("chunks", &self.chunks.len())
            .field("transactions", &self.transactions.len())
            .field("report", &self.report)
            .finish()
    }
}

/// What opening found and did. None of it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenReport {
    /// Opened read-only, because it was asked for or because a later version's features forbid
    /// writing.
    pub read_only: bool,
    /// The last session closed the file.
    pub clean_close: bool,
    /// Where an unfinished write was cut off (found, when read-only).
    pub torn_at: Option<u64>,
    /// Its length in bytes.
    pub torn_bytes: u64,
    /// Whole frames of a transaction without an end among them.
    pub discarded_uncommitted: u32,
    /// One copy of the header was damaged or behind, and was written again.
    pub healed_header: bool,
    /// The whole file was written anew, because its medium had failed to make it durable.
    pub rewritten: bool,
    /// Frames of a later version that were skipped.
    pub skipped_frames: u64,
    /// Left-over temporary files that were removed.
    pub removed_temporaries: usize,
}

/// Takes the chunks of the checkpoint while a file is read, with the number of the first. What it
/// is given counts only once the file has been opened: damage may follow. A file that changed
/// while it was read is read again, from chunk 0.
pub type ChunkSink<'a> = dyn FnMut(u64, &[Bytes]) + 'a;

/// How the data key is found: from credentials, or by a test that has it.
pub(crate) type Unlock<'a> = dyn Fn(&Header) -> Result<(Dek, Option<KdfParams>), OpenError> + 'a;

impl StoreFile {
    /// Opens a file and reads all of it.
    ///
    /// A damaged or foreign file is left untouched. Unless opened read-only, what a crash left
    /// behind is repaired: an unfinished write at the end is cut off, a damaged header copy is
    /// written again.
    pub fn open(
        vfs: Arc<dyn Vfs>,
        path: &Path,
        credentials: &Credentials,
        options: &OpenOptions,
        control: &Control,
    ) -> Result<Opened, OpenError> {
        Self::open_streaming(vfs, path, credentials, options, control, &mut |_, _| {})
    }

    /// The same; the chunks of the checkpoint go to `sink` as well, as soon as they are decrypted.
    pub fn open_streaming(
        vfs: Arc<dyn Vfs>,
        path: &Path,
        credentials: &Credentials,
        options: &OpenOptions,
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
        options: &OpenOptions,
        control: &Control,
        unlock: &Unlock<'_>,
        sink: &mut ChunkSink<'_>,
    ) -> Result<Opened, OpenError> {
        let path = vfs
            .canonicalize(path)
            .map_err(|error| missing(error, path))?;
        // A foreign file gets no lock file beside it.
        probe(&*vfs, &path)?;
        let mut lock = if options.read_only {
            None
        } else {
            Some(take_lock(&*vfs, &path, options)?)
        };
        let mut loaded = if lock.is_some() {
            load(&*vfs, &path, Access::ReadWrite, control, unlock, sink)?
        } else {
            load_beside_a_writer(&*vfs, &path, control, unlock, sink)?
        };
        if loaded.generation.header.forbids_writing() {
            lock = None;
        }
        let mut report = loaded.report(lock.is_none());
        let (chunks, transactions) = (
            std::mem::take(&mut loaded.chunks),
            std::mem::take(&mut loaded.transactions),
        );
        let mut file = Self {
            vfs,
            entropy: Arc::clone(&options.entropy),
            path,
            lock,
            dek: loaded.dek,
            kdf: loaded.kdf,
            generation: loaded.generation,
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
            let found = recover::Found {
                torn: loaded.torn,
                stale_copy: loaded.stale_copy,
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
        })
    }
}

fn take_lock(vfs: &dyn Vfs, path: &Path, options: &OpenOptions) -> Result<Lock, OpenError> {
    Lock::acquire(vfs, path, &options.program, options.now).map_err(|error| match error {
        LockError::Held(holder) => OpenError::Locked { holder },
        LockError::Io(error) => not_writable(error, path),
    })
}

/// A place that refuses writing is told apart, since opening read-only may work.
fn not_writable(error: IoError, path: &Path) -> OpenError {
    if error.is_write_refused() {
        OpenError::NotWritable {
            path: path.to_owned(),
        }
    } else {
        error.into()
    }
}

/// The end of the file that is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Torn {
    pub(crate) bytes: u64,
    /// Whole frames among them.
    pub(crate) discarded: u32,
}

/// A file as read, before anything is written.
pub(crate) struct Loaded {
    pub(crate) generation: Generation,
    pub(crate) dek: Dek,
    pub(crate) kdf: Option<KdfParams>,
    pub(crate) torn: Option<Torn>,
    /// The header copy that is damaged or behind.
    pub(crate) stale_copy: Option<Copy>,
    pub(crate) chunks: Vec<Bytes>,
    pub(crate) transactions: Vec<Bytes>,
}

impl Loaded {
    fn report(&self, read_only: bool) -> OpenReport {
        OpenReport {
            read_only,
            clean_close: self.generation.closed && self.torn.is_none(),
            torn_at: self.torn.map(|_| self.generation.chain.offset),
            torn_bytes: self.torn.map_or(0, |torn| torn.bytes),
            discarded_uncommitted: self.torn.map_or(0, |torn| torn.discarded),
            skipped_frames: self.generation.skipped,
            ..OpenReport::default()
        }
    }
}

/// Reads again, once, what looked bad while a writer changed the file.
fn load_beside_a_writer(
    vfs: &dyn Vfs,
    path: &Path,
    control: &Control,
    unlock: &Unlock<'_>,
    sink: &mut ChunkSink<'_>,
) -> Result<Loaded, OpenError> {
    let before = vfs.stat(path)?;
    match load(vfs, path, Access::Read, control, unlock, sink) {
        Err(
            OpenError::Corrupt(_)
            | OpenError::Truncated { .. }
            | OpenError::HeaderCorrupt
            | OpenError::HeaderRollback { .. },
        ) if vfs.stat(path)? != before => load(vfs, path, Access::Read, control, unlock, sink),
        other => other,
    }
}

fn load(
    vfs: &dyn Vfs,
    path: &Path,
    access: Access,
    control: &Control,
    unlock: &Unlock<'_>,
    sink: &mut ChunkSink<'_>,
) -> Result<Loaded, OpenError> {
    control.check()?;
    let file = vfs
        .open(path, access)
        .map_err(|error| not_writable(error, path))?;
    let stat = file.stat()?;
    let copies = HeaderCopies::read(&*file, stat.len)?;
    let (dek, kdf) = unlock(copies.current.claims())?;
    let header = copies
        .current
        .authenticate(&dek)
        .ok_or(OpenError::HeaderTampered)?;
    if let Some(offset) = header::padding_fault(&*file)? {
        return Err(Corruption {
            offset,
            seq: 0,
            kind: CorruptKind::Padding,
        }
        .into());
    }
    let stale_copy = (!copies.in_step).then(|| copies.which.other());
    let content = read_content(file, stat, header, &dek, control, sink)?;
    Ok(Loaded {
        generation: content.generation,
        dek,
        kdf,
        torn: content.torn,
        stale_copy,
        chunks: content.chunks,
        transactions: content.transactions,
    })
}

struct Content {
    generation: Generation,
    torn: Option<Torn>,
    chunks: Vec<Bytes>,
    transactions: Vec<Bytes>,
}

fn read_content(
    file: Box<dyn VfsFile>,
    stat: Stat,
    header: Header,
    dek: &Dek,
    control: &Control,
    sink: &mut ChunkSink<'_>,
) -> Result<Content, OpenError> {
    let cipher = dek.frame_cipher(&header.store_id, header.generation, &header.gen_salt);
    let mut assembly = Assembly::new(true);
    let walk = Walk {
        file: &*file,
        len: stat.len,
        cipher: &cipher,
        control,
        phase: Phase::Reading,
    };
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
        .map_err(|error| walk_failed(error, &header))?;
    let torn = judge(&walk, stop, &assembly)?;

    let damaged = |kind| Corruption {
        offset: DATA_OFFSET,
        seq: 0,
        kind,
    };
    let meta = assembly
        .meta
        .ok_or_else(|| damaged(CorruptKind::SnapshotIncomplete))?;
    let end = assembly
        .snap_end
        .ok_or_else(|| damaged(CorruptKind::SnapshotIncomplete))?;
    if meta.generation != header.generation || !meta.align_allowed() {
        return Err(damaged(CorruptKind::Inner).into());
    }
    if header.epoch < assembly.epoch {
        return Err(OpenError::HeaderRollback {
            header: header.epoch,
            journal: assembly.epoch,
        });
    }
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
    let (chunks, transactions) = (assembly.chunks, assembly.transactions);
    Ok(Content {
        generation,
        torn,
        chunks,
        transactions,
    })
}

pub(crate) fn walk_failed(error: WalkError, header: &Header) -> OpenError {
    match error {
        WalkError::Io(error) => error.into(),
        WalkError::Cancelled(cancelled) => cancelled.into(),
        WalkError::Corrupt(corruption) => corruption.into(),
        WalkError::UnknownKind => OpenError::UnsupportedVersion {
            major: header::MAJOR,
            minor: header.minor,
            unknown_features: 0,
        },
    }
}

/// Decides what it means that good frames end before the file does: damage, unless it is at the
/// end of the journal and nothing contradicts that the last write was torn.
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
        if recover::contradicts_torn_tail(walk.file, walk.len, walk.cipher, offset, seq)? {
            return Err(stop.corruption().into());
        }
    } else if discarded == 0 {
        return Ok(None);
    }
    let bytes = walk.len.saturating_sub(assembly.committed.offset);
    Ok(Some(Torn { bytes, discarded }))
}
