//! Header backups: creating, reading, and restoring them to files whose headers are destroyed.
use std::sync::Arc;

use super::{Fixture, credentials, payloads};
use crate::file::{
    Control, Credentials, FileOpenOptions, HEADER_BACKUP_LEN, HeaderBackup, HeaderBackupError,
    KdfLimits, OpenError, Opened, PasswordChange, RecoveryKey, RestoreError, RestoreOptions,
    RestoreReport, SlotLabel, StoreFile, Vfs, restore_header,
};

/// A file with the recovery key of the test, which needs no expensive key derivation.
fn create() -> (Fixture, StoreFile, Credentials) {
    let (fixture, mut file) = Fixture::create();
    let paper = Credentials::from(RecoveryKey::generate().unwrap());
    let label = SlotLabel::new("paper").unwrap();
    let (current, change) = (credentials("secret"), PasswordChange::default());
    file.add_slot(&current, &paper, &label, &change, &Control::default())
        .unwrap();
    file.append(&payloads(&["kept"])).unwrap();
    (fixture, file, paper)
}

fn compact(file: &mut StoreFile) {
    let compaction = file.begin_compaction().unwrap();
    let compacted = compaction
        .write(payloads(&["image"]).into_iter(), 1, &Control::default())
        .unwrap();
    file.finish_compaction(compacted).unwrap();
    file.append(&payloads(&["after"])).unwrap();
}

/// The file with everything before its first frame destroyed.
fn without_headers(fixture: &Fixture, byte: u8) -> Fixture {
    let mut content = fixture.content();
    content[..0x8000].fill(byte);
    fixture.with_content(content)
}

fn restore(
    fixture: &Fixture,
    backup: &HeaderBackup,
    credentials: &Credentials,
    replace_intact: bool,
) -> Result<RestoreReport, RestoreError> {
    let vfs: Arc<dyn Vfs> = Arc::new(fixture.vfs.clone());
    let options = RestoreOptions {
        replace_intact,
        ..RestoreOptions::default()
    };
    restore_header(
        &vfs,
        &fixture.path,
        backup,
        credentials,
        &options,
        &Control::default(),
    )
}

fn open(fixture: &Fixture, credentials: &Credentials) -> Result<Opened, OpenError> {
    let vfs = Arc::new(fixture.vfs.clone());
    let (options, control) = (FileOpenOptions::default(), Control::default());
    StoreFile::open(vfs, &fixture.path, credentials, &options, &control)
}

#[test]
fn a_backup_reads_back_and_any_changed_byte_is_found() {
    let (_, file, _) = create();
    let backup = file.header_backup(1_700_000_000_000);
    let bytes = backup.to_bytes();
    assert_eq!(bytes.len(), HEADER_BACKUP_LEN);
    let read = HeaderBackup::parse(&bytes).unwrap();
    assert_eq!(read.exported_at(), 1_700_000_000_000);
    assert_eq!(read.store_id(), file.generation.header.store_id);
    assert_eq!(read.slots(), file.slots());
    assert_eq!(read.to_bytes(), bytes);
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x80;
        assert!(HeaderBackup::parse(&changed).is_err(), "byte {place}");
        assert!(
            HeaderBackup::parse(&bytes[..place]).is_err(),
            "cut at {place}"
        );
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(
        HeaderBackup::parse(&longer),
        Err(HeaderBackupError::Damaged)
    ));
    let mut later = bytes;
    later[8] = 2;
    assert!(matches!(
        HeaderBackup::parse(&later),
        Err(HeaderBackupError::NewerVersion)
    ));
    assert!(matches!(
        HeaderBackup::parse(&file.header_backup(0).to_bytes()[1..]),
        Err(HeaderBackupError::NotABackup)
    ));
}

#[test]
fn a_backup_file_is_never_written_over_another_file() {
    let (fixture, file, _) = create();
    let path = fixture.path.with_extension("vstore-header");
    let backup = file.header_backup(7);
    backup.save(&fixture.vfs, &path).unwrap();
    let loaded = HeaderBackup::load(&fixture.vfs, &path).unwrap();
    assert_eq!(loaded.to_bytes(), backup.to_bytes());
    let again = backup.save(&fixture.vfs, &path);
    assert!(matches!(again, Err(HeaderBackupError::AlreadyExists(_))));
}

#[test]
fn destroyed_headers_come_back_with_all_data() {
    let (fixture, mut file, paper) = create();
    let backup = file.header_backup(0);
    file.append(&payloads(&["later"])).unwrap();
    drop(file);
    for byte in [0, 0xff] {
        let damaged = without_headers(&fixture, byte);
        assert!(open(&damaged, &paper).is_err());
        let report = restore(&damaged, &backup, &paper, false).unwrap();
        assert_eq!(report.generation, report.backup_generation);
        assert!(report.is_whole);
        let opened = open(&damaged, &paper).unwrap();
        assert_eq!(opened.transactions, payloads(&["kept", "later"]));
        assert!(!opened.report.healed_header);
    }
}

#[test]
fn a_backup_stays_useful_over_compactions() {
    let (fixture, mut file, paper) = create();
    let backup = file.header_backup(0);
    for _ in 0..3 {
        compact(&mut file);
    }
    drop(file);
    let damaged = without_headers(&fixture, 0);
    let report = restore(&damaged, &backup, &paper, false).unwrap();
    assert_eq!((report.backup_generation, report.generation), (1, 4));
    let opened = open(&damaged, &paper).unwrap();
    assert_eq!(opened.chunks, payloads(&["image"]));
    assert_eq!(opened.transactions, payloads(&["after"]));
}

/// Files of version 1.0 drew the salt of a generation at random.
#[test]
fn a_salt_that_was_not_made_from_the_first_frame_is_taken_from_a_damaged_header() {
    let (fixture, mut file, paper) = create();
    let backup = file.header_backup(0);
    compact(&mut file);
    drop(file);
    // The first frame is encrypted again with another nonce, as if the salt were unrelated to it.
    let (fixture, salt_at) = with_unrelated_salt(&fixture);
    let mut content = fixture.content();
    let kept = content[salt_at - 16..salt_at + 32].to_vec();
    content[..0x8000].fill(0xee);
    let lost = fixture.with_content(content.clone());
    assert!(matches!(
        restore(&lost, &backup, &paper, false),
        Err(RestoreError::DoesNotFit)
    ));
    content[0x4000 + salt_at - 16..0x4000 + salt_at + 32].copy_from_slice(&kept);
    let legible = fixture.with_content(content);
    restore(&legible, &backup, &paper, false).unwrap();
    assert_eq!(open(&legible, &paper).unwrap().chunks, payloads(&["image"]));
}

/// The same content under a salt drawn at random.
fn with_unrelated_salt(fixture: &Fixture) -> (Fixture, usize) {
    use crate::file::{
        disk::entropy::{OsEntropy, random},
        format::meta::FileMeta,
        write::checkpoint::NewGeneration,
    };
    let file = fixture.open().file;
    let other = fixture.with_content(Vec::new());
    other.vfs.remove(&other.path).unwrap();
    let header = crate::file::format::header::Header {
        gen_salt: random(&OsEntropy).unwrap(),
        ..file.generation.header
    };
    let new = NewGeneration {
        dek: &file.dek,
        first_nonce: random(&OsEntropy).unwrap(),
        meta: FileMeta {
            epoch: header.epoch,
            ..file.generation.meta
        },
        header,
        records: 1,
        entropy: &OsEntropy,
        control: &Control::default(),
    };
    let handle = other.vfs.create_new(&other.path).unwrap();
    new.write::<crate::file::CompactError>(handle, payloads(&["image"]).into_iter())
        .unwrap();
    (other, 64)
}

#[test]
fn passwords_are_those_of_the_backup_and_later_ones_are_gone() {
    let (fixture, mut file, paper) = create();
    let backup = file.header_backup(0);
    let new = Credentials::from(RecoveryKey::generate().unwrap());
    let change = PasswordChange::default();
    for _ in 0..4 {
        file.change_password(&paper, &new, &change, &Control::default())
            .unwrap();
        file.change_password(&new, &paper, &change, &Control::default())
            .unwrap();
    }
    file.change_password(&paper, &new, &change, &Control::default())
        .unwrap();
    drop(file);
    let damaged = without_headers(&fixture, 0);
    assert!(matches!(
        restore(&damaged, &backup, &new, false),
        Err(RestoreError::Open(OpenError::WrongRecoveryKey))
    ));
    // The journal records nine changes; a header of epoch 2 would be taken for an old one.
    restore(&damaged, &backup, &paper, false).unwrap();
    let opened = open(&damaged, &paper).unwrap();
    assert!(opened.file.stats().header_epoch > 11);
    drop(opened);
    assert!(open(&damaged, &new).is_err());
}

#[test]
fn intact_headers_are_replaced_only_when_asked_for() {
    let (fixture, mut file, paper) = create();
    let backup = file.header_backup(0);
    let new = Credentials::from(RecoveryKey::generate().unwrap());
    let change = PasswordChange::default();
    file.change_password(&paper, &new, &change, &Control::default())
        .unwrap();
    drop(file);
    assert!(matches!(
        restore(&fixture, &backup, &paper, false),
        Err(RestoreError::HeaderIntact)
    ));
    restore(&fixture, &backup, &paper, true).unwrap();
    assert!(open(&fixture, &paper).is_ok());
}

#[test]
fn the_backup_of_another_store_is_refused_and_changes_nothing() {
    let (fixture, file, paper) = create();
    drop(file);
    let (_, other, other_paper) = create();
    let backup = other.header_backup(0);
    assert!(matches!(
        restore(&fixture, &backup, &other_paper, true),
        Err(RestoreError::OtherStore)
    ));
    let damaged = without_headers(&fixture, 0);
    let before = damaged.content();
    assert!(matches!(
        restore(&damaged, &backup, &other_paper, false),
        Err(RestoreError::DoesNotFit)
    ));
    assert!(matches!(
        restore(&damaged, &backup, &paper, false),
        Err(RestoreError::Open(OpenError::WrongRecoveryKey))
    ));
    assert_eq!(damaged.content(), before);
}

#[test]
fn a_backup_from_before_an_exchange_of_the_data_key_is_refused() {
    let (fixture, mut file, paper) = create();
    let backup = file.header_backup(0);
    let control = Control::default();
    let (compaction, _) = file
        .begin_rotation(
            std::slice::from_ref(&paper),
            &KdfLimits::default(),
            &control,
        )
        .unwrap();
    let compacted = compaction
        .write(payloads(&["image"]).into_iter(), 1, &control)
        .unwrap();
    file.finish_compaction(compacted).unwrap();
    drop(file);
    assert!(matches!(
        restore(&fixture, &backup, &paper, true),
        Err(RestoreError::OtherDataKey)
    ));
    assert!(matches!(
        restore(&without_headers(&fixture, 0), &backup, &paper, false),
        Err(RestoreError::DoesNotFit)
    ));
}

#[test]
fn damage_behind_the_first_frame_does_not_keep_a_header_from_coming_back() {
    let (fixture, file, paper) = create();
    let backup = file.header_backup(0);
    drop(file);
    let damaged = without_headers(&fixture, 0);
    let mut content = damaged.content();
    let middle = 0x8000 + (content.len() - 0x8000) / 2;
    content[middle] ^= 1;
    let damaged = damaged.with_content(content);
    let report = restore(&damaged, &backup, &paper, false).unwrap();
    assert!(!report.is_whole);
    assert!(matches!(open(&damaged, &paper), Err(OpenError::Corrupt(_))));
}
