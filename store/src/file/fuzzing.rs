//! The file layer's entry points for the fuzz targets: see `crate::fuzzing`.
//!
//! The initial file is always the same: keys, nonces and content are fixed, so that a saved input
//! stays reproducible.
use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use super::{
    Access, Control, Entropy, EntropyError, Entry, EntryKind, FileId, FileOp, FileOpenOptions,
    IoError, OpenError, Rights, SalvageMode, Stat, StoreFile, Vfs, VfsFile,
};
use crate::file::{
    format::{
        frame::{COMMIT, Chain, FrameWriter, META, Padding, SNAP, SNAP_END, TXN},
        header::{Copy, HEADER_LEN, Header, HeaderFault, MINOR, UncheckedHeader},
        meta::{self, FileMeta, SnapEnd},
        pack as packing,
        slots::{SLOT_COUNT, SLOT_LEN},
    },
    keys::seal::{Dek, known_dek, sha256},
    repair::salvage::salvage_with,
};

const NAME: &str = "/fuzz/sample.vstore";
const STORE_ID: [u8; 16] = [3; 16];
const SALT: [u8; 32] = [5; 32];
const UNIT: Padding = Padding::Unit(16);

/// The number of the draw, repeated.
#[derive(Debug, Default)]
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

fn dek() -> Dek {
    known_dek(&[7; 32])
}

fn sample_header() -> Header {
    let mut slots = [[0; SLOT_LEN]; SLOT_COUNT];
    let [[state, kind, derivation, ..], ..] = &mut slots;
    (*state, *kind, *derivation) = (1, 1, 1);
    Header {
        minor: MINOR,
        ro_compat: 0,
        compat: 0,
        store_id: STORE_ID,
        generation: 1,
        epoch: 1,
        gen_salt: SALT,
        dek_commit: dek().commitment(&STORE_ID),
        slots,
    }
}

/// Both headers, META, the first `chunks` payloads as a checkpoint, the others as transactions, and
/// finally `last`, encrypted as a frame of any kind.
fn build(chunks: &[&[u8]], transactions: &[&[u8]], last: Option<(u8, u8, Vec<u8>)>) -> Vec<u8> {
    let header = sample_header();
    let key = dek().header_key(&STORE_ID);
    let mut file = header.encode(Copy::A, &key);
    file.resize(Copy::B.offset() as usize, 0);
    file.extend(header.encode(Copy::B, &key));
    file.resize(Chain::START.offset as usize, 0);
    let (cipher, entropy) = (dek().frame_cipher(&STORE_ID, 1, &SALT), Counting::default());
    let mut writer = FrameWriter::new(&cipher, &entropy, Chain::START, 0);
    let description = FileMeta {
        v: 1,
        epoch: 1,
        generation: 1,
        base_txn: 0,
        prev: None,
        app: "fuzz".to_owned(),
        schema: 1,
        created: 0,
        align: 0,
    };
    let end = SnapEnd {
        chunks: chunks.len() as u64,
        records: chunks.len() as u64,
        bytes: chunks.iter().map(|chunk| chunk.len() as u64).sum(),
    };
    let mut push = |kind, flags, payload: &[u8], part: usize, txn| {
        if let Ok(plain) = packing::pack(payload, part as u32, txn) {
            drop(writer.push(kind, flags, plain, UNIT));
        }
    };
    push(META, 0, &meta::encode(&description), 0, 0);
    for (number, chunk) in chunks.iter().enumerate() {
        push(SNAP, 0, chunk, number, 0);
    }
    push(SNAP_END, 0, &meta::encode(&end), 0, 0);
    for (number, transaction) in (1..).zip(transactions) {
        push(TXN, COMMIT, transaction, 0, number);
    }
    if let Some((kind, flags, plain)) = last {
        drop(writer.push(kind, flags, plain, UNIT));
    }
    file.extend(writer.out);
    file
}

/// A whole file, to be damaged.
pub fn sample() -> Vec<u8> {
    let text = "again and again ".repeat(40);
    build(
        &[b"\x90", text.as_bytes()],
        &[b"\x90", text.as_bytes(), b"third"],
        None,
    )
}

/// A header, both unchanged and with a corrected checksum.
pub fn header(input: &[u8]) -> String {
    let mut bytes = input.to_vec();
    let mut outcome = match UncheckedHeader::parse(&bytes, Copy::A) {
        Ok(_) => "whole".to_owned(),
        Err(fault) => fault_word(fault).to_owned(),
    };
    bytes.resize(HEADER_LEN, 0);
    if let Some((body, checksum)) = bytes.split_at_mut_checked(HEADER_LEN.saturating_sub(32)) {
        checksum.copy_from_slice(&sha256(body));
    }
    for copy in [Copy::A, Copy::B] {
        match UncheckedHeader::parse(&bytes, copy) {
            Ok(parsed) => {
                let claims = parsed.claims();
                outcome.push_str(if claims.needs_key_file() {
                    " key file"
                } else {
                    " password"
                });
                let genuine = parsed.authenticate(&dek()).is_some();
                outcome.push_str(if genuine { " genuine" } else { " forged" });
            }
            Err(fault) => outcome.push_str(fault_word(fault)),
        }
    }
    outcome
}

fn fault_word(fault: HeaderFault) -> &'static str {
    match fault {
        HeaderFault::Magic => " magic",
        HeaderFault::Unsupported { .. } => " later",
        HeaderFault::Damaged => " damaged",
    }
}

/// Opens a file that is the input, read-only.
pub fn frames(input: &[u8]) -> String {
    let options = FileOpenOptions {
        read_only: true,
        ..FileOpenOptions::default()
    };
    let opened = StoreFile::open_with(
        Arc::new(Memory(Arc::new(input.to_vec()))),
        Path::new(NAME),
        &options,
        &Control::default(),
        &|_| Ok((dek(), None)),
        &mut |_, _| {},
    );
    outcome(opened.map(|opened| {
        let torn = opened.report.torn_at.is_some();
        let discarded = opened.report.discarded_uncommitted.min(3);
        let (chunks, transactions) = (opened.chunks.len().min(9), opened.transactions.len().min(9));
        format!("{chunks} {transactions} {torn} {discarded}")
    }))
}

/// A plaintext encrypted by someone with the key: the first byte is the kind of its frame, the
/// second its flag.
pub fn plaintext(input: &[u8]) -> String {
    let Some(([kind, flags], plain)) = input.split_first_chunk() else {
        return "short".to_owned();
    };
    let last = (*kind, flags & COMMIT, plain.to_vec());
    frames(&build(&[b"chunk"], &[b"one"], Some(last)))
}

/// The plaintext of a frame: head, LZW, padding.
pub fn pack(input: &[u8]) -> String {
    match packing::unpack(input.to_vec()) {
        Ok(unpacked) => format!("{}", unpacked.payload.len().min(1 << 20).ilog2_or_zero()),
        Err(kind) => format!("{kind:?}"),
    }
}

/// Salvages a file that is the input.
pub fn salvage(input: &[u8]) -> String {
    let rescued = salvage_with(
        &Memory(Arc::new(input.to_vec())),
        Path::new(NAME),
        SalvageMode::Everything,
        &Control::default(),
        &|_, _| Ok(dek()),
    );
    match rescued {
        Ok(rescued) => {
            let report = rescued.report;
            let counts = [report.frames, report.moved_frames, report.lost_frames];
            format!("{:?} {}", counts.map(|count| count.min(9)), report.gave_up)
        }
        Err(error) => format!("{error}"),
    }
}

/// A short name for the result of opening.
fn outcome(result: Result<String, OpenError>) -> String {
    match result {
        Ok(text) => text,
        Err(OpenError::Corrupt(corruption)) => {
            format!("{:?} {}", corruption.kind, corruption.seq.min(9))
        }
        Err(error) => format!("{:?}", std::mem::discriminant(&error)),
    }
}

/// The binary logarithm, and 0 of 0.
trait Log {
    fn ilog2_or_zero(self) -> u32;
}

impl Log for usize {
    fn ilog2_or_zero(self) -> u32 {
        self.checked_ilog2().unwrap_or(0)
    }
}

/// One file that can only be read.
#[derive(Clone, Debug)]
struct Memory(Arc<Vec<u8>>);

impl Memory {
    fn stat(&self) -> Stat {
        Stat {
            len: self.0.len() as u64,
            id: FileId(0, 1),
        }
    }
}

fn refused<T>(op: FileOp) -> Result<T, IoError> {
    Err(IoError::new(op, NAME, io::ErrorKind::Unsupported.into()))
}

impl Vfs for Memory {
    fn open(&self, _path: &Path, _access: Access) -> Result<Box<dyn VfsFile>, IoError> {
        Ok(Box::new(self.clone()))
    }

    fn create_new(&self, _path: &Path) -> Result<Box<dyn VfsFile>, IoError> {
        refused(FileOp::Create)
    }

    fn open_itself(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError> {
        self.open(path, access)
    }

    fn stat(&self, _path: &Path) -> Result<Stat, IoError> {
        Ok(Self::stat(self))
    }

    fn look(&self, _path: &Path) -> Result<Entry, IoError> {
        Ok(Entry {
            kind: EntryKind::File,
            stat: Self::stat(self),
            names: 1,
        })
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, IoError> {
        Ok(path.to_owned())
    }

    fn rename(&self, _from: &Path, _to: &Path) -> Result<(), IoError> {
        refused(FileOp::Rename)
    }

    fn rename_noreplace(&self, _from: &Path, _to: &Path) -> Result<(), IoError> {
        refused(FileOp::Rename)
    }

    fn remove(&self, _path: &Path) -> Result<(), IoError> {
        refused(FileOp::Remove)
    }

    fn hard_link(&self, _from: &Path, _to: &Path) -> Result<(), IoError> {
        refused(FileOp::Link)
    }

    fn sync_dir(&self, _folder: &Path) -> Result<(), IoError> {
        refused(FileOp::SyncFolder)
    }

    fn list_dir(&self, _folder: &Path) -> Result<Vec<OsString>, IoError> {
        Ok(Vec::new())
    }

    fn boot_id(&self) -> Option<String> {
        None
    }
}

impl VfsFile for Memory {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, IoError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.0.get(start..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(count)
    }

    fn write_at(&self, _bytes: &[u8], _offset: u64) -> Result<(), IoError> {
        refused(FileOp::Write)
    }

    fn set_len(&self, _len: u64) -> Result<(), IoError> {
        refused(FileOp::Resize)
    }

    fn sync_data(&self) -> Result<(), IoError> {
        refused(FileOp::Sync)
    }

    fn sync_all(&self) -> Result<(), IoError> {
        refused(FileOp::Sync)
    }

    fn stat(&self) -> Result<Stat, IoError> {
        Ok(Self::stat(self))
    }

    fn renamed(&mut self, _path: &Path) {}

    fn try_lock(&self) -> Result<bool, IoError> {
        Ok(true)
    }

    fn try_lock_shared(&self) -> Result<bool, IoError> {
        Ok(true)
    }

    fn rights(&self) -> Result<Rights, IoError> {
        Ok(Rights::default())
    }

    fn set_rights(&self, _rights: &Rights) -> Result<(), IoError> {
        refused(FileOp::Rights)
    }
}
