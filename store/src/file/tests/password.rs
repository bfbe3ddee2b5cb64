//! Changing the password, and what failures in the middle of it lead to.
use std::{io::ErrorKind, sync::Arc};

use super::{CHEAP, Fixture, credentials, mem_vfs::Fault, payloads};
use crate::file::{
    Control, FileOp, OpenError, OpenOptions, PasswordChange, PasswordError, StoreFile,
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
    // The frames know of the new header now: the old ones are refused.
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
    let options = OpenOptions {
        read_only: true,
        ..OpenOptions::default()
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
