//! Changing the password, and the results of failures during the change.
use std::{io::ErrorKind, sync::Arc};

use super::{
    CHEAP, Fixture, credentials,
    mem_vfs::{Fault, MemVfs},
    payloads,
};
use crate::file::{
    Control, FileOp, FileOpenOptions, OpenError, PasswordChange, PasswordError, StoreFile,
};

const DATA: &str = "data.vstore";

#[test]
fn a_password_change_that_was_cut_short_is_completed_by_the_next_opening() {
    let (fixture, mut file) = Fixture::create();
    let old = fixture.content();
    let kind = ErrorKind::Other;
    let fault = Fault {
        op: Some(FileOp::Write),
        ending: DATA,
        after: 1,
        kind,
        times: usize::MAX,
    };
    fixture.vfs.fail(fault);
    change_password(&mut file).unwrap();
    assert!(file.poisoned().is_some());
    drop(file);
    fixture.vfs.heal();
    fixture.vfs.restart_computer();
    assert!(fixture.open().report.healed_header);
    // The frames record the new header now: old ones are refused.
    let mut content = fixture.content();
    content[..0x8000].copy_from_slice(&old[..0x8000]);
    let result = fixture.with_content(content).read();
    assert!(
        matches!(result, Err(OpenError::HeaderRollback { .. })),
        "{result:?}"
    );
}

#[test]
fn a_password_change_writes_one_header_copy_at_a_time() {
    let (fixture, mut file) = Fixture::create();
    fixture.vfs.take_log();
    change_password(&mut file).unwrap();
    let pair = [FileOp::Write, FileOp::Sync];
    assert_eq!(fixture.vfs.take_log(), [pair, pair, pair].concat());
    assert_eq!(file.stats().header_epoch, 2);
}

fn change_password(file: &mut StoreFile) -> Result<(), PasswordError> {
    let change = PasswordChange {
        kdf: CHEAP,
        ..PasswordChange::default()
    };
    let (current, new) = (credentials("secret"), credentials("better"));
    file.change_password(&current, &new, &change, &Control::default())
        .map(drop)
}

fn opens_with(fixture: &Fixture, password: &str) -> bool {
    let options = FileOpenOptions {
        read_only: true,
        ..FileOpenOptions::default()
    };
    let vfs = Arc::new(fixture.vfs.clone());
    let control = Control::default();
    match StoreFile::open(
        vfs,
        &fixture.path,
        &credentials(password),
        &options,
        &control,
    ) {
        Ok(opened) => {
            assert_eq!(opened.transactions, payloads(&["kept"]));
            true
        }
        Err(OpenError::WrongPassword) => false,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn whatever_fails_the_old_or_the_new_password_opens() {
    for op in [FileOp::Write, FileOp::Sync] {
        for after in 0..4 {
            let (fixture, mut file) = Fixture::create();
            file.append(&payloads(&["kept"])).unwrap();
            let kind = ErrorKind::Other;
            fixture.vfs.fail(Fault {
                op: Some(op),
                ending: DATA,
                after,
                kind,
                times: usize::MAX,
            });
            let result = change_password(&mut file);
            drop(file);
            fixture.vfs.heal();
            let new = opens_with(&fixture, "better");
            assert!(new != opens_with(&fixture, "secret"), "{op} {after}");
            assert!(new || result.is_err(), "{op} {after}");
            drop(fixture.open());
            assert_eq!(opens_with(&fixture, "better"), new);
        }
    }
}

#[test]
fn a_change_whose_first_header_cannot_be_made_durable_is_taken_back() {
    for op in [FileOp::Write, FileOp::Sync] {
        let (fixture, mut file) = Fixture::create();
        file.append(&payloads(&["kept"])).unwrap();
        let before = fixture.content();
        fixture.vfs.fail_next(op, DATA, ErrorKind::Other);
        let result = change_password(&mut file);
        assert!(
            matches!(result, Err(PasswordError::TakenBack { .. })),
            "{result:?}"
        );
        assert_eq!(file.poisoned(), None);
        assert_eq!(fixture.content(), before);
        assert!(opens_with(&fixture, "secret") && !opens_with(&fixture, "better"));
        file.append(&[]).unwrap();
        change_password(&mut file).unwrap();
        drop(file);
        assert!(
            !fixture.open().report.rewritten,
            "no mark of a failed sync is left"
        );
        assert!(opens_with(&fixture, "better") && !opens_with(&fixture, "secret"));
    }
}

/// A store on a failing disk, and the result of changing its password.
fn change_in_store(vfs: &MemVfs) -> (crate::Store, Result<(), PasswordError>) {
    let options = crate::OpenOptions {
        vfs: Arc::new(vfs.clone()),
        ..crate::OpenOptions::default()
    };
    let control = Control::default();
    let path = "/folder/data.vstore".as_ref();
    let (mut store, _) =
        crate::Store::open(path, &credentials("secret"), &options, &control).unwrap();
    let change = PasswordChange {
        kdf: CHEAP,
        ..PasswordChange::default()
    };
    // After what opening syncs.
    vfs.arm();
    let (current, new) = (credentials("secret"), credentials("better"));
    let changed = store.change_password(&current, &new, &change, &control);
    (store, changed.map(drop))
}

fn store_fixture() -> Fixture {
    let vfs = MemVfs::default();
    let options = crate::CreateOptions {
        kdf: CHEAP,
        vfs: Arc::new(vfs.clone()),
        ..crate::CreateOptions::default()
    };
    let path = std::path::PathBuf::from("/folder/data.vstore");
    let control = Control::default();
    let (mut store, _) =
        crate::Store::create(&path, &credentials("secret"), &options, &control).unwrap();
    let dek = store.file_for_tests().dek.clone();
    store.close().unwrap();
    Fixture { vfs, path, dek }
}

fn opens_store(fixture: &Fixture, password: &str) -> bool {
    let options = FileOpenOptions {
        read_only: true,
        ..FileOpenOptions::default()
    };
    let vfs = Arc::new(fixture.vfs.clone());
    let control = Control::default();
    StoreFile::open(
        vfs,
        &fixture.path,
        &credentials(password),
        &options,
        &control,
    )
    .is_ok()
}

/// Failures of the data file that begin once it is armed.
fn failing(op: FileOp, after: usize, times: usize) -> Fault {
    Fault {
        op: Some(op),
        ending: DATA,
        after,
        kind: ErrorKind::Other,
        times,
    }
}

#[test]
fn a_change_of_password_is_reported_as_what_became_of_it() {
    // Copy B cannot be written or undone: a new file settles that the old password is valid.
    let fixture = store_fixture();
    fixture.vfs.prepare(failing(FileOp::Sync, 0, 2));
    let (store, result) = change_in_store(&fixture.vfs);
    assert!(
        matches!(result, Err(PasswordError::TakenBack { .. })),
        "{result:?}"
    );
    assert_eq!(store.poisoned(), None);
    drop(store);
    assert!(opens_store(&fixture, "secret") && !opens_store(&fixture, "better"));

    // Copy A fails: the change is made, and a new file settles it.
    let fixture = store_fixture();
    fixture.vfs.prepare(failing(FileOp::Sync, 1, 1));
    let (store, result) = change_in_store(&fixture.vfs);
    result.unwrap();
    assert_eq!(store.poisoned(), None);
    drop(store);
    assert!(opens_store(&fixture, "better") && !opens_store(&fixture, "secret"));

    // No new file can be written either: the password is in doubt, and the error says so.
    let fixture = store_fixture();
    fixture.vfs.prepare(failing(FileOp::Sync, 0, 2));
    fixture.vfs.prepare(Fault {
        ending: ".vstmp",
        kind: ErrorKind::StorageFull,
        ..failing(FileOp::Write, 0, usize::MAX)
    });
    let (store, result) = change_in_store(&fixture.vfs);
    assert!(
        matches!(result, Err(PasswordError::InDoubt { .. })),
        "{result:?}"
    );
    assert!(store.poisoned().is_some());
    drop(store);
    fixture.vfs.heal();
    assert!(opens_store(&fixture, "better") != opens_store(&fixture, "secret"));
}

#[test]
fn an_exchange_of_the_data_key_whose_name_was_in_doubt_is_made_certain() {
    let fixture = store_fixture();
    let options = crate::OpenOptions {
        vfs: Arc::new(fixture.vfs.clone()),
        ..crate::OpenOptions::default()
    };
    let control = Control::default();
    let (mut store, _) =
        crate::Store::open(&fixture.path, &credentials("secret"), &options, &control).unwrap();
    fixture
        .vfs
        .fail_next(FileOp::SyncFolder, "folder", ErrorKind::Other);
    let limits = crate::file::KdfLimits::default();
    store
        .rotate(&[credentials("secret")], &limits, &control)
        .unwrap();
    assert_eq!(store.poisoned(), None);
    assert_ne!(
        crate::file::keys::seal::for_tests::dek_bytes(&store.file_for_tests().dek),
        crate::file::keys::seal::for_tests::dek_bytes(&fixture.dek)
    );
    store.close().unwrap();
    assert!(opens_store(&fixture, "secret"));
}

#[test]
fn a_password_changed_during_a_compaction_holds_afterwards() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["old"])).unwrap();
    let compaction = file.begin_compaction().unwrap();
    let compacted = compaction
        .write(payloads(&["new"]).into_iter(), 1, &Control::default())
        .unwrap();
    change_password(&mut file).unwrap();
    file.append(&payloads(&["kept"])).unwrap();
    file.finish_compaction(compacted).unwrap();
    file.close().unwrap();
    assert!(opens_with(&fixture, "better"));
    assert!(!opens_with(&fixture, "secret"));
    assert_eq!(fixture.open().file.stats().header_epoch, 3);
}
