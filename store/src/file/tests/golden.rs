//! Generates the golden files of `tests/golden/` again and compares every byte; writes them with
//! `VSTORE_WRITE_GOLDEN=1 cargo test -p vstore --lib golden`.
//!
//! That they open is tested in `tests/it/file/golden.rs`, through the public interface. When a
//! later version writes other bytes on purpose, the comparison ends here and the files stay.
use std::{path::Path, sync::Arc};

use bytes::Bytes;

use super::{CHEAP, CountingEntropy, mem_vfs::MemVfs, payloads};
use crate::file::{
    Control, Credentials, FileCreateOptions, KdfLimits, KeyFile, Password, PasswordChange,
    RecoveryKey, SlotLabel, StoreFile,
    format::{
        frame::FrameWriter,
        header::{COPY_B, HEADER_LEN},
        pack,
    },
    keys::seal,
    write::journal,
};

const PATH: &str = "/folder/golden.vstore";
/// Bytes of the incompatible, read-only compatible and compatible features in a header.
const FEATURES: [(&str, usize); 3] = [("incompat", 16), ("ro-compat", 20), ("compat", 24)];

fn password(text: &str) -> Credentials {
    Credentials::password(Password::new(text.to_owned()).unwrap())
}

fn with_key_file(text: &str) -> Credentials {
    let password = Password::new(text.to_owned()).unwrap();
    let key_file = KeyFile::from_content(b"the content of a key file\n").unwrap();
    Credentials::with_key_file(password, key_file)
}

/// The recovery key of the example in FORMAT.md.
fn recovery_key() -> Credentials {
    let text = "000G43-0R40MK-30E20V-9185G7-R38E1J-W8124S-GK2GAB-HC5RRY-34D1P6-70X3RV-FJ9ZAG";
    RecoveryKey::parse(text).unwrap().into()
}

fn create(credentials: &Credentials, chunks: &[&'static str]) -> (MemVfs, StoreFile) {
    let vfs = MemVfs::default();
    let options = FileCreateOptions {
        kdf: CHEAP,
        now: 1_700_000_000_000,
        entropy: Arc::new(CountingEntropy::default()),
        program: "VStore".to_owned(),
        ..FileCreateOptions::default()
    };
    let (file, _) = StoreFile::create(
        Arc::new(vfs.clone()),
        Path::new(PATH),
        credentials,
        &options,
        payloads(chunks).into_iter(),
        chunks.len() as u64,
        &Control::default(),
    )
    .unwrap();
    (vfs, file)
}

fn closed(vfs: &MemVfs, file: StoreFile) -> Vec<u8> {
    file.close().unwrap();
    vfs.content(Path::new(PATH))
}

/// Password, password with key file and recovery key, with labels, and a gap where a slot was
/// removed; with the header backup that belongs to it.
fn several_slots() -> [Vec<u8>; 2] {
    let (vfs, mut file) = create(&password("secret"), &["chunk"]);
    let control = Control::default();
    let change = PasswordChange {
        kdf: CHEAP,
        ..PasswordChange::default()
    };
    let current = password("secret");
    for (new, label) in [
        (password("removed"), "gone"),
        (with_key_file("with file"), "Büro"),
        (recovery_key(), "paper"),
    ] {
        let label = SlotLabel::new(label).unwrap();
        file.add_slot(&current, &new, &label, &change, &control)
            .unwrap();
    }
    let gone = file.slots()[1].id;
    file.remove_slot(gone, &current, &KdfLimits::default(), &control)
        .unwrap();
    file.append(&payloads(&["one"])).unwrap();
    let backup = file.header_backup(1_700_000_001_000).to_bytes();
    [closed(&vfs, file), backup]
}

fn rotated() -> Vec<u8> {
    let (vfs, mut file) = create(&password("secret"), &["old"]);
    let control = Control::default();
    let change = PasswordChange::default();
    let label = SlotLabel::new("paper").unwrap();
    file.add_slot(
        &password("secret"),
        &recovery_key(),
        &label,
        &change,
        &control,
    )
    .unwrap();
    let (compaction, _) = file
        .begin_rotation(&[recovery_key()], &KdfLimits::default(), &control)
        .unwrap();
    let compacted = compaction
        .write(payloads(&["new"]).into_iter(), 1, &control)
        .unwrap();
    file.finish_compaction(compacted).unwrap();
    file.append(&payloads(&["one"])).unwrap();
    closed(&vfs, file)
}

/// Between two transactions, a frame of kind 0x81.
fn ignorable_frame() -> Vec<u8> {
    let (vfs, mut file) = create(&password("secret"), &["chunk"]);
    file.append(&payloads(&["one"])).unwrap();
    let generation = &file.generation;
    let mut writer = FrameWriter::new(
        &generation.cipher,
        &*file.entropy,
        generation.chain,
        generation.durable_seq,
    );
    let plain = pack::pack(b"of a later version", 0, 0).unwrap();
    writer
        .push(
            0x81,
            0,
            plain,
            crate::file::format::frame::Padding::Unit(64),
        )
        .unwrap();
    generation
        .file
        .write_at(&writer.out, generation.chain.offset)
        .unwrap();
    file.generation.chain = writer.chain;
    let payload = [Bytes::from_static(b"two")];
    let encoded = journal::encode_transactions(&file.generation, &*file.entropy, &payload).unwrap();
    file.generation.write(&encoded).unwrap();
    file.generation.advance(&encoded);
    closed(&vfs, file)
}

/// An unknown bit in one of the masks of features, in both copies, authenticated.
fn with_feature(at: usize) -> Vec<u8> {
    let (vfs, mut file) = create(&password("secret"), &["chunk"]);
    file.append(&payloads(&["one"])).unwrap();
    let key = file.dek.header_key(&file.generation.header.store_id);
    let mut content = closed(&vfs, file);
    for start in [0, COPY_B as usize] {
        let copy = &mut content[start..start + HEADER_LEN];
        copy[at + 3] = 0x80;
        let mac = key.mac(&copy[..HEADER_LEN - 64]);
        copy[HEADER_LEN - 64..HEADER_LEN - 32].copy_from_slice(&mac);
        let sha = seal::sha256(&copy[..HEADER_LEN - 32]);
        copy[HEADER_LEN - 32..].copy_from_slice(&sha);
    }
    content
}

fn empty() -> Vec<u8> {
    let (vfs, file) = create(&password("secret"), &[]);
    closed(&vfs, file)
}

fn key_file_only() -> Vec<u8> {
    let (vfs, mut file) = create(&with_key_file("secret"), &["chunk"]);
    file.append(&payloads(&["one"])).unwrap();
    closed(&vfs, file)
}

#[test]
fn golden_files_are_made_again_byte_for_byte() {
    let [slots, backup] = several_slots();
    let mut files = vec![
        ("v1.0-several-slots.vstore".to_owned(), slots),
        ("v1.0-several-slots.vstore-header".to_owned(), backup),
        ("v1.0-key-file.vstore".to_owned(), key_file_only()),
        ("v1.0-rotated.vstore".to_owned(), rotated()),
        ("v1.0-ignorable-frame.vstore".to_owned(), ignorable_frame()),
        ("v1.0-empty.vstore".to_owned(), empty()),
    ];
    for (name, at) in FEATURES {
        let name = format!("v1.0-unknown-{name}-feature.vstore");
        files.push((name, with_feature(at)));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let writes = std::env::var_os("VSTORE_WRITE_GOLDEN").is_some();
    for (name, content) in files {
        let path = folder.join(&name);
        if writes {
            std::fs::write(&path, &content).unwrap();
        }
        assert!(std::fs::read(&path).unwrap() == content, "{name}");
    }
}
