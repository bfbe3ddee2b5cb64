//! Files of every released version can be opened for ever.
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use vstore::file::{
    AppendError, CompactError, Control, Credentials, FileOpenOptions, HeaderBackup, KdfLimits,
    KeyFile, OpenError, Opened, Password, RealVfs, RecoveryKey, RestoreOptions, SlotKind,
    StoreFile, VerifyDepth, VerifyReport, Vfs, probe, restore_header, verify,
};

use super::{Place, bytes, credentials};

/// A copy of a golden file that may be written to.
fn copy_of(name: &str) -> Place {
    let place = Place::new();
    std::fs::copy(golden(name), &place.path).unwrap();
    place
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

fn verified(place: &Place) -> VerifyReport {
    verify(
        &RealVfs,
        &place.path,
        &credentials("secret"),
        VerifyDepth::Full,
        &KdfLimits::default(),
        &Control::default(),
    )
    .unwrap()
}

#[test]
fn a_closed_file_of_version_1_0_opens() {
    let place = copy_of("v1.0-closed.vstore");
    let report = verified(&place);
    assert_eq!(
        (report.clean_close, report.records_in_checkpoint),
        (Some(true), Some(2))
    );
    let opened = place
        .try_open("secret", &FileOpenOptions::default())
        .unwrap();
    assert!(opened.report.clean_close);
    assert_eq!(opened.chunks.len(), 2);
    assert_eq!(opened.chunks[0], "first chunk");
    assert_eq!(opened.chunks[1], "again ".repeat(100));
    assert_eq!(opened.transactions, bytes(&["one", "two", "three"]));
    assert_eq!(opened.file.stats().generation, 2);
    assert_eq!(opened.file.stats().created_at, 1_700_000_000_000);
}

#[test]
fn a_torn_file_of_version_1_0_is_repaired() {
    let place = copy_of("v1.0-torn.vstore");
    assert!(verified(&place).is_intact());
    let mut opened = place.open();
    assert_eq!(opened.report.torn_bytes, 100);
    assert_eq!(opened.transactions, bytes(&["one", "two"]));
    opened.file.append(&bytes(&["three"])).unwrap();
    opened.file.close().unwrap();
    assert_eq!(verified(&place).findings, []);
    assert_eq!(place.open().transactions, bytes(&["one", "two", "three"]));
}

/// The recovery key of the example in FORMAT.md.
const RECOVERY_KEY: &str =
    "000G43-0R40MK-30E20V-9185G7-R38E1J-W8124S-GK2GAB-HC5RRY-34D1P6-70X3RV-FJ9ZAG";

fn recovery_key() -> Credentials {
    RecoveryKey::parse(RECOVERY_KEY).unwrap().into()
}

fn with_key_file(password: &str) -> Credentials {
    let path = golden("v1.0-my.key");
    let password = Password::new(password.to_owned()).unwrap();
    Credentials::with_key_file(password, KeyFile::read(&RealVfs, &path).unwrap())
}

fn open(place: &Place, credentials: &Credentials) -> Result<Opened, OpenError> {
    let (options, control) = (FileOpenOptions::default(), Control::default());
    let vfs = Arc::new(RealVfs);
    StoreFile::open(vfs, &place.path, credentials, &options, &control)
}

#[track_caller]
fn assert_opens(place: &Place, credentials: &Credentials, chunks: &[&str], journal: &[&str]) {
    let opened = open(place, credentials).unwrap();
    assert_eq!(opened.chunks, chunks);
    assert_eq!(opened.transactions, journal);
}

#[test]
fn a_file_with_several_slots_opens_with_each_of_them() {
    let place = copy_of("v1.0-several-slots.vstore");
    for presented in [
        credentials("secret"),
        with_key_file("with file"),
        recovery_key(),
    ] {
        assert_opens(&place, &presented, &["chunk"], &["one"]);
    }
    for wrong in [credentials("removed"), credentials("with file")] {
        assert!(matches!(
            open(&place, &wrong),
            Err(OpenError::WrongPassword)
        ));
    }
    let found: Vec<_> = probe(&RealVfs, &place.path)
        .unwrap()
        .slots
        .iter()
        .map(|slot| (slot.number, slot.kind, slot.label.to_string()))
        .collect();
    let expected = [
        (0, SlotKind::Password, ""),
        (2, SlotKind::PasswordAndKeyFile, "Büro"),
        (3, SlotKind::RecoveryKey, "paper"),
    ]
    .map(|(number, kind, label)| (number, kind, label.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn a_header_backup_of_version_1_0_restores_its_file() {
    let place = copy_of("v1.0-several-slots.vstore");
    let mut content = place.read();
    content[..0x8000].fill(0);
    place.write(&content);
    let path = golden("v1.0-several-slots.vstore-header");
    let backup = HeaderBackup::load(&RealVfs, &path).unwrap();
    assert_eq!(backup.exported_at(), 1_700_000_001_000);
    let (options, control) = (RestoreOptions::default(), Control::default());
    let vfs: Arc<dyn Vfs> = Arc::new(RealVfs);
    restore_header(
        &vfs,
        &place.path,
        &backup,
        &recovery_key(),
        &options,
        &control,
    )
    .unwrap();
    assert_opens(&place, &credentials("secret"), &["chunk"], &["one"]);
}

#[test]
fn a_file_that_needs_its_key_file_opens_with_it_only() {
    let place = copy_of("v1.0-key-file.vstore");
    assert_opens(&place, &with_key_file("secret"), &["chunk"], &["one"]);
    assert!(matches!(
        open(&place, &credentials("secret")),
        Err(OpenError::KeyFileRequired)
    ));
}

#[test]
fn a_file_whose_data_key_was_exchanged_opens_with_what_was_kept() {
    let place = copy_of("v1.0-rotated.vstore");
    assert_opens(&place, &recovery_key(), &["new"], &["one"]);
    assert!(matches!(
        open(&place, &credentials("secret")),
        Err(OpenError::WrongPassword)
    ));
}

#[test]
fn an_empty_file_opens() {
    let place = copy_of("v1.0-empty.vstore");
    assert_opens(&place, &credentials("secret"), &[], &[]);
    assert_eq!(verified(&place).findings, []);
}

#[test]
fn a_frame_of_a_later_version_that_may_be_skipped_is_skipped_and_kept() {
    let place = copy_of("v1.0-ignorable-frame.vstore");
    let mut opened = open(&place, &credentials("secret")).unwrap();
    assert_eq!(opened.transactions, bytes(&["one", "two"]));
    assert_eq!(opened.report.skipped_frames, 1);
    opened.file.append(&bytes(&["three"])).unwrap();
    assert!(matches!(
        opened.file.begin_compaction(),
        Err(CompactError::WouldDropUnknownFrames)
    ));
    opened.file.close().unwrap();
    assert_opens(
        &place,
        &credentials("secret"),
        &["chunk"],
        &["one", "two", "three"],
    );
}

#[test]
fn features_of_a_later_version_are_heeded_by_their_mask() {
    let secret = credentials("secret");
    let place = copy_of("v1.0-unknown-incompat-feature.vstore");
    let before = place.read();
    assert!(matches!(
        open(&place, &secret),
        Err(OpenError::UnsupportedVersion {
            major: 1,
            unknown_features: 0x8000_0000,
            ..
        })
    ));
    assert_eq!(place.read(), before);

    let place = copy_of("v1.0-unknown-ro-compat-feature.vstore");
    let before = place.read();
    let mut opened = open(&place, &secret).unwrap();
    assert!(opened.report.read_only);
    assert_eq!(opened.transactions, bytes(&["one"]));
    assert!(matches!(
        opened.file.append(&bytes(&["two"])),
        Err(AppendError::ReadOnly)
    ));
    drop(opened);
    assert_eq!(place.read(), before);

    let place = copy_of("v1.0-unknown-compat-feature.vstore");
    let mut opened = open(&place, &secret).unwrap();
    let compaction = opened.file.begin_compaction().unwrap();
    let compacted = compaction
        .write(bytes(&["new"]).into_iter(), 1, &Control::default())
        .unwrap();
    opened.file.finish_compaction(compacted).unwrap();
    opened.file.close().unwrap();
    assert_opens(&place, &secret, &["new"], &[]);
    // The bit is preserved for the version that knows it.
    assert_eq!(place.read()[24..28], [0, 0, 0, 0x80]);
}

/// Writes the two files above when a version is released; the others come from
/// `src/file/tests/golden.rs`:
/// `VSTORE_WRITE_GOLDEN=1 cargo test -p vstore --test it golden`.
#[test]
fn golden_files_are_written_when_asked() {
    use vstore::file::FileCreateOptions;

    if std::env::var_os("VSTORE_WRITE_GOLDEN").is_none() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let options = FileCreateOptions {
        kdf: super::CHEAP,
        now: 1_700_000_000_000,
        overwrite: true,
        ..FileCreateOptions::default()
    };
    let place = Place::new();
    let mut file = super::create(&place.path, &["old"], &options);
    file.append(&bytes(&["zero"])).unwrap();
    let compaction = file.begin_compaction().unwrap();
    let chunks = [
        bytes::Bytes::from("first chunk"),
        bytes::Bytes::from("again ".repeat(100)),
    ];
    let compacted = compaction
        .write(chunks.into_iter(), 2, &Control::default())
        .unwrap();
    file.finish_compaction(compacted).unwrap();
    file.append(&bytes(&["one", "two"])).unwrap();
    file.append(&bytes(&["three"])).unwrap();
    let before_close = place.read();
    file.close().unwrap();
    std::fs::copy(&place.path, folder.join("v1.0-closed.vstore")).unwrap();
    let torn = &before_close[..before_close.len() - 60];
    std::fs::write(folder.join("v1.0-torn.vstore"), torn).unwrap();
}
