//! Small files that unpack to far more data, from an attacker who gives away the password. Each is
//! opened, checked and salvaged in a separate process whose memory is measured.
use std::{env, fs, path::PathBuf, process::Command, sync::Arc};

use bytes::Bytes;
use weezl::{BitOrder, encode::Encoder};

use super::{CHEAP, Fixture, mem_vfs::MemVfs};
use crate::{
    CreateOptions, OpenOptions, SalvageOptions, Store,
    file::{
        Control, CorruptKind, Credentials, FileSalvageError, OpenError, OsEntropy, RecoveryKey,
        SalvageMode, VerifyDepth,
        format::{
            frame::{COMMIT, FrameWriter, Padding, SNAP, TXN},
            pack::{self, Expansion, PAYLOAD_PER_BYTE},
        },
    },
};

/// The name of the bomb, set in the process that opens it.
const BOMB: &str = "VSTORE_TEST_BOMB";
/// The peak memory of a process with any of these files, in KiB. Every file may unpack to 512 MiB,
/// and an op in memory is a few times as long as in the file.
const MEMORY_MAX: u64 = 1600 << 10;

const MIB: usize = 1 << 20;

/// A plaintext that unpacks to repetitions of `unit`, as small as LZW allows.
fn bomb(unit: &[u8], raw_len: usize, part: u32, txn: u64) -> Vec<u8> {
    let payload = unit.repeat(raw_len / unit.len());
    sealed_as(&payload, part, txn)
}

fn sealed_as(payload: &[u8], part: u32, txn: u64) -> Vec<u8> {
    let body = Encoder::new(BitOrder::Lsb, 8).encode(payload).unwrap();
    let mut plain = vec![1, 1, 0, 0];
    plain.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    plain.extend_from_slice(&(body.len() as u32).to_le_bytes());
    plain.extend_from_slice(&part.to_le_bytes());
    plain.extend_from_slice(&txn.to_le_bytes());
    plain.extend_from_slice(&body);
    plain
}

struct Bomb {
    vfs: MemVfs,
    key: Credentials,
    path: PathBuf,
}

impl Bomb {
    /// An empty store with these frames behind it; the end of the checkpoint too, or not.
    fn new(in_journal: bool, seal: impl Fn(&mut FrameWriter<'_>)) -> Self {
        let (vfs, path) = (MemVfs::default(), PathBuf::from("/folder/data.vstore"));
        let key = Credentials::from(RecoveryKey::generate().unwrap());
        let options = CreateOptions {
            kdf: CHEAP,
            vfs: Arc::new(vfs.clone()),
            ..CreateOptions::default()
        };
        let (mut store, _) = Store::create(&path, &key, &options, &Control::default()).unwrap();
        let generation = &store.file_for_tests().generation;
        let (cipher, mut chain) = (generation.cipher.clone(), generation.chain);
        drop(store);
        let mut content = vfs.content(&path);
        if !in_journal {
            // META alone.
            let end = super::damage::frames(&content)[0].end;
            content.truncate(end);
            let tag = *content[end - 16..].first_chunk().unwrap();
            chain.seq = 1;
            chain.offset = end as u64;
            chain.prev_tag = tag;
        }
        content.truncate(chain.offset as usize);
        let mut writer = FrameWriter::new(&cipher, &OsEntropy, chain, 0);
        seal(&mut writer);
        content.extend_from_slice(&writer.out);
        vfs.put(&path, content);
        Self { vfs, key, path }
    }

    fn len(&self) -> usize {
        self.vfs.content(&self.path).len()
    }

    fn options(&self) -> OpenOptions {
        OpenOptions {
            read_only: true,
            vfs: Arc::new(self.vfs.clone()),
            ..OpenOptions::default()
        }
    }

    fn open(&self) -> Result<usize, OpenError> {
        let opened = Store::open(&self.path, &self.key, &self.options(), &Control::default());
        opened.map(|(store, _)| store.snapshot().len())
    }

    fn verify(&self) -> Result<bool, OpenError> {
        let (depth, control) = (VerifyDepth::Full, Control::default());
        let report = Store::verify(&self.path, &self.key, depth, &self.options(), &control);
        report.map(|report| report.is_intact())
    }

    fn salvage(&self) -> Result<usize, FileSalvageError> {
        let options = SalvageOptions {
            mode: SalvageMode::Everything,
            open: self.options(),
            ..SalvageOptions::default()
        };
        let salvage = Store::read_salvage(&self.path, &self.key, &options, &Control::default());
        salvage.map(|salvage| salvage.snapshot.len())
    }
}

/// 13 MB of frames that unpack to 20 GB of zeros.
fn chunks_of_zeros() -> Bomb {
    let frame = bomb(b"\0", 64 * MIB, 0, 0);
    Bomb::new(false, |writer| {
        for number in 0..300_u32 {
            let mut plain = frame.clone();
            plain[12..16].copy_from_slice(&number.to_le_bytes());
            writer.push(SNAP, 0, plain, Padding::Unit(16)).unwrap();
        }
    })
}

/// The same in the journal: one transaction of many parts.
fn a_transaction_of_zeros() -> Bomb {
    let frame = bomb(b"\0", 64 * MIB, 0, 1);
    Bomb::new(true, |writer| {
        for number in 0..300_u32 {
            let mut plain = frame.clone();
            plain[12..16].copy_from_slice(&number.to_le_bytes());
            writer.push(TXN, 0, plain, Padding::Unit(16)).unwrap();
        }
    })
}

/// Ops of four bytes, of which each would be a hundred and more in memory.
fn millions_of_ops(op: &[u8]) -> Bomb {
    let count = 60 * MIB / op.len();
    let mut payload = vec![0xDD];
    payload.extend_from_slice(&(count as u32).to_be_bytes());
    payload.extend(op.repeat(count));
    let plain = sealed_as(&payload, 0, 1);
    Bomb::new(true, |writer| {
        writer
            .push(TXN, COMMIT, plain.clone(), Padding::Unit(16))
            .unwrap();
    })
}

/// A record whose value is a map of millions of names, all the same.
fn millions_of_names() -> Bomb {
    let count = 20 * MIB;
    let mut payload = b"\x91\x94\x01\xa1k\xdf".to_vec();
    payload.extend_from_slice(&(count as u32).to_be_bytes());
    payload.extend(b"\xa0\xc0".repeat(count));
    payload.extend_from_slice(b"\x93\x01\x02\xc0");
    let plain = sealed_as(&payload, 0, 0);
    let plain = &plain;
    Bomb::new(false, |writer| {
        for number in 0..8_u32 {
            let mut plain = plain.clone();
            plain[12..16].copy_from_slice(&number.to_le_bytes());
            writer.push(SNAP, 0, plain, Padding::Unit(16)).unwrap();
        }
    })
}

/// A name, what makes the bomb, and whether it opens.
type NamedBomb = (&'static str, fn() -> Bomb, bool);

/// What each bomb is called, made of, and comes to: whether it opens.
fn bombs() -> Vec<NamedBomb> {
    vec![
        ("chunks", chunks_of_zeros, false),
        ("transaction", a_transaction_of_zeros, false),
        ("deletes", || millions_of_ops(b"\x92\x02\xa1k"), true),
        ("settings", || millions_of_ops(b"\x93\x04\xa1s\x01"), true),
        ("names", millions_of_names, false),
    ]
}

/// Not a test of its own: the process whose memory is measured.
#[test]
fn child_that_opens_a_bomb() {
    let Some(name) = env::var_os(BOMB) else {
        return;
    };
    let all = bombs();
    let (_, make, opens) = all.iter().find(|(other, ..)| name == *other).unwrap();
    let bomb = make();
    assert!(bomb.len() < 16 * MIB, "{}", bomb.len());
    // Memory used for making the bomb does not count.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let opened = bomb.open();
    assert_eq!(opened.is_ok(), *opens, "{opened:?}");
    assert_eq!(bomb.verify().unwrap(), *opens);
    drop(bomb.salvage());
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak: u64 = peak
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    assert!(peak < MEMORY_MAX, "{peak} KiB");
}

#[test]
#[cfg(target_os = "linux")]
fn a_small_file_never_takes_much_memory() {
    for (name, ..) in bombs() {
        let child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "file::tests::bombs::child_that_opens_a_bomb",
            ])
            .env(BOMB, name)
            // Each thread may work on one large payload.
            .env("RAYON_NUM_THREADS", "2")
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success(), "{name}: {words}");
        let output = String::from_utf8_lossy(&child.stdout);
        assert!(output.contains("1 passed"), "{name}: {output}");
    }
}

#[test]
fn what_a_file_may_unpack_to_grows_with_its_length() {
    let mut expansion = Expansion::default();
    assert_eq!(expansion.admit(512 * MIB, 0), Ok(()));
    assert_eq!(expansion.admit(1, 0), Err(CorruptKind::Expansion));
    let mut expansion = Expansion::default();
    let free = 512 * MIB;
    assert_eq!(
        expansion.admit(free + 1000 * PAYLOAD_PER_BYTE as usize, 1000),
        Ok(())
    );
    assert_eq!(expansion.admit(PAYLOAD_PER_BYTE as usize, 1001), Ok(()));
    assert_eq!(expansion.admit(1, 1001), Err(CorruptKind::Expansion));
}

#[test]
fn what_is_written_stays_within_the_bound_without_the_allowance() {
    for len in [1000, 200_000, 3 * MIB, 64 * MIB] {
        let packed = pack::pack(&vec![0; len], 0, 1).unwrap();
        assert!(
            packed.len() as u64 * PAYLOAD_PER_BYTE >= len as u64,
            "{len}"
        );
        let unpacked = pack::unpack(packed).unwrap();
        assert_eq!(unpacked.payload.len(), len);
        assert!(unpacked.payload.iter().all(|&byte| byte == 0));
    }
    // A large constant value survives, in the checkpoint and in the journal.
    let zeros = Bytes::from(vec![0; 5 * MIB]);
    let (fixture, mut file) = Fixture::create_with_chunks(std::slice::from_ref(&zeros));
    file.append(std::slice::from_ref(&zeros)).unwrap();
    drop(file);
    assert!(fixture.content().len() < MIB);
    let opened = fixture.read().unwrap();
    assert_eq!(
        (&opened.chunks[..], &opened.transactions[..]),
        (&[zeros.clone()][..], &[zeros][..])
    );
}
