//! Secrets left in the memory of a process that has closed its store.
//!
//! A child opens a store, edits, searches, compacts and closes it, and keeps running while its
//! parent reads all of its writable memory. The parent never passes the secrets to the child: it
//! derives the keys from the file with a recovery key, by separate code written from FORMAT.md, and
//! generates password and texts from numbers as the child does.
//!
//! Keys and passwords must be gone with any allocator. The text of records remains in freed memory
//! unless the allocator wipes it, as that of the program does: `tests/wiping/main.rs` runs the same
//! test with it.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use hkdf::Hkdf;
use sha2::Sha256;
use vstore::file::{
    Control, Credentials, KdfParams, KdfProfile, Password, PasswordChange, RecoveryKey, SlotLabel,
};
use vstore::value::{EncodedValue, Value};
use vstore::{Cause, CreateOptions, Key, OpenOptions, Query, Store, WriteBatch};
use xaes_256_gcm::Xaes256Gcm;
use xaes_256_gcm::aead::{AeadInOut as _, KeyInit as _};
use zeroize::Zeroizing;

const PATH_VARIABLE: &str = "VSTORE_TEST_SECRETS_PATH";
/// The bytes 00 to 1f.
const RECOVERY_KEY: &str =
    "000G43-0R40MK-30E20V-9185G7-R38E1J-W8124S-GK2GAB-HC5RRY-34D1P6-70X3RV-FJ9ZAG";
const CHANGE: PasswordChange = PasswordChange {
    kdf: CHEAP,
    kdf_limits: vstore::file::KdfLimits {
        m_kib: 1 << 20,
        t: 16,
        p: 4,
        work_kib: 1 << 22,
        total_work_kib: 1 << 24,
    },
};
const CHEAP: KdfProfile = KdfProfile::Explicit(KdfParams {
    m_kib: 19 * 1024,
    t: 2,
    p: 1,
});

/// A word of 24 letters that is neither in the source nor in the binary.
fn word(number: u32) -> Zeroizing<String> {
    let mut word = Zeroizing::new(String::with_capacity(24));
    let mut state = number.wrapping_mul(2_654_435_769).wrapping_add(1);
    for _ in 0..24 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        word.push(char::from(b'a' + (state >> 24) as u8 % 26));
    }
    word
}

const PASSWORD: u32 = 1;
const IN_CHECKPOINT: u32 = 2;
const IN_JOURNAL: u32 = 3;
const EDITED: u32 = 4;
/// A text that the child keeps: it must be found, which shows that the search works.
const CANARY: u32 = 5;

fn password() -> Credentials {
    Credentials::password(Password::new(word(PASSWORD)).unwrap())
}

fn put(store: &mut Store, key: &str, number: u32) {
    let mut batch = WriteBatch::new(Cause::Edit);
    for index in 0..200 {
        let text = format!("{} {index}", *word(number));
        let value = Value::Map(vec![("text".to_owned(), Value::String(text))]);
        let key = Key::new(&format!("{key}:{index}")).unwrap();
        batch.put(key, EncodedValue::encode(&value).unwrap());
    }
    store.commit(&batch).unwrap();
}

/// Not a test of its own: the process whose memory is read.
#[test]
fn child_that_opens_and_closes() {
    let Some(path) = std::env::var_os(PATH_VARIABLE).map(PathBuf::from) else {
        return;
    };
    let canary = word(CANARY);
    let control = Control::default();
    let opened = Store::open(&path, &password(), &OpenOptions::default(), &control);
    let (mut store, _) = opened.unwrap();
    put(&mut store, "edited", EDITED);
    search(&store);
    store.compact(&control).unwrap();
    search(&store);
    pause("open");
    store.close().unwrap();
    pause("closed");
    drop(canary);
}

fn search(store: &Store) {
    let snapshot = store.snapshot();
    let query = Query::parse(&word(EDITED), snapshot.catalog());
    let options = vstore::SearchOptions::default();
    let found = vstore::search(
        &snapshot,
        &query,
        &options,
        &vstore::SearchControl::unlimited(),
    );
    drop(found);
}

/// Prints a line and waits for one.
fn pause(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").unwrap();
    out.flush().unwrap();
    let mut byte = [0];
    let _count = std::io::stdin().lock().read(&mut byte).unwrap();
}

struct Subject {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Subject {
    fn start(path: &Path) -> Self {
        let module = module_path!().split_once("::").map_or("", |(_, rest)| rest);
        let name = format!("{module}::child_that_opens_and_closes");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &name, "--nocapture"])
            .env(PATH_VARIABLE, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn wait_for(&mut self, expected: &str) {
        let lines = self.output.by_ref().lines();
        let found = lines.map(Result::unwrap).any(|line| line == expected);
        assert!(found, "the child ended before it was {expected}");
    }

    fn go_on(&mut self) {
        self.input.write_all(b"\n").unwrap();
    }

    /// All writable memory of the child, region by region, with its name.
    fn memory(&self) -> Vec<(String, Vec<u8>)> {
        let folder = PathBuf::from(format!("/proc/{}", self.child.id()));
        let maps = fs::read_to_string(folder.join("maps")).unwrap();
        let memory = File::open(folder.join("mem")).unwrap();
        let mut regions = Vec::new();
        for line in maps.lines() {
            let mut fields = line.split_whitespace();
            let (range, access) = (fields.next().unwrap(), fields.next().unwrap());
            if !access.starts_with("rw") {
                continue;
            }
            let (start, end) = range.split_once('-').unwrap();
            let start = u64::from_str_radix(start, 16).unwrap();
            let end = u64::from_str_radix(end, 16).unwrap();
            let mut bytes = vec![0; (end - start) as usize];
            memory.read_exact_at(&mut bytes, start).unwrap();
            regions.push((line.to_owned(), bytes));
        }
        regions
    }
}

/// The memory regions that contain the bytes.
fn places(memory: &[(String, Vec<u8>)], needle: &[u8]) -> Vec<String> {
    let mut places = Vec::new();
    for (name, bytes) in memory {
        let found = memchr::memmem::find_iter(bytes, needle);
        places.extend(found.map(|at| format!("{name} +{at:#x}")));
    }
    places
}

/// The keys of a file, derived with its recovery key: data key, key of the headers, key of the
/// frames.
fn keys(path: &Path) -> [[u8; 32]; 3] {
    let file = fs::read(path).unwrap();
    let header = &file[..4096];
    let store_id = &header[32..48];
    let slots = header[256..2304].chunks(256);
    let slot = slots.into_iter().find(|slot| slot[..2] == [1, 3]).unwrap();
    let key: [u8; 32] = std::array::from_fn(|index| index as u8);
    let (_, material) = Hkdf::<Sha256>::extract(Some(&slot[16..48]), &key);
    let mut okm = [0; 64];
    material
        .expand_multi_info(&[b"vstore1/slot", store_id, &slot[..64]], &mut okm)
        .unwrap();
    assert_eq!(okm[32..], slot[64..96], "the commitment");
    let mut dek: [u8; 32] = slot[120..152].try_into().unwrap();
    let nonce: [u8; 24] = slot[96..120].try_into().unwrap();
    let tag: [u8; 16] = slot[152..168].try_into().unwrap();
    let aad = [b"vstore1/slot-aad", store_id, &slot[..96]].concat();
    Xaes256Gcm::new_from_slice(&okm[..32])
        .unwrap()
        .decrypt_inout_detached(&nonce.into(), &aad, dek.as_mut_slice().into(), &tag.into())
        .unwrap();
    let hkdf = Hkdf::<Sha256>::from_prk(&dek).unwrap();
    let [mut headers, mut frames] = [[0; 32]; 2];
    let info = [&b"vstore1/header-mac"[..], store_id];
    hkdf.expand_multi_info(&info, &mut headers).unwrap();
    let info = [
        b"vstore1/frames",
        store_id,
        &header[48..56],
        &header[64..96],
    ];
    hkdf.expand_multi_info(&info, &mut frames).unwrap();
    [dek, headers, frames]
}

fn create(path: &Path) {
    let options = CreateOptions {
        kdf: CHEAP,
        ..CreateOptions::default()
    };
    let control = Control::default();
    let (mut store, _) = Store::create(path, &password(), &options, &control).unwrap();
    put(&mut store, "checkpoint", IN_CHECKPOINT);
    store.compact(&control).unwrap();
    put(&mut store, "journal", IN_JOURNAL);
    let paper = Credentials::from(RecoveryKey::parse(RECOVERY_KEY).unwrap());
    let label = SlotLabel::default();
    store
        .add_slot(&password(), &paper, &label, &CHANGE, &control)
        .unwrap();
    store.close().unwrap();
}

/// Runs the child and searches its memory for secrets that must be gone.
pub(crate) fn assert_nothing_is_left(and_no_text: bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.vstore");
    create(&path);
    let [dek, headers, first_frames] = keys(&path);
    let mut subject = Subject::start(&path);
    subject.wait_for("open");
    let [same_dek, _, frames] = keys(&path);
    assert_eq!((dek, frames != first_frames), (same_dek, true));
    let texts = [IN_CHECKPOINT, IN_JOURNAL, EDITED].map(word);

    let memory = subject.memory();
    assert!(
        !places(&memory, &dek).is_empty(),
        "an open store has its key"
    );
    for text in &texts {
        assert!(!places(&memory, text.as_bytes()).is_empty());
    }
    drop(memory);
    subject.go_on();
    subject.wait_for("closed");
    let memory = subject.memory();
    assert!(!places(&memory, word(CANARY).as_bytes()).is_empty());
    let mut found = Vec::new();
    let mut look = |name: &str, needle: &[u8]| {
        for place in places(&memory, needle) {
            found.push(format!("{name}: {place}"));
        }
    };
    look("data key", &dek);
    look("key of the headers", &headers);
    look("first key of the frames", &first_frames);
    look("key of the frames", &frames);
    look("password", word(PASSWORD).as_bytes());
    if and_no_text {
        for text in &texts {
            look("text", text.as_bytes());
        }
    }
    subject.go_on();
    subject.child.wait().unwrap();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_closed_store_leaves_nothing_in_memory() {
    // The allocator of the program wipes freed memory; that of this binary may not.
    assert_nothing_is_left(super::WIPES_FREED_MEMORY);
}
