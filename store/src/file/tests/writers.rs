//! Other programs that change the file, ignore locks, or use another name of the file.
use std::path::Path;

use bytes::Bytes;

use super::{Fixture, payloads};
use crate::file::{
    AppendError, CompactError, Control, FileOp, IoError, OpenError, StoreFile,
    disk::{
        rules::{Rule, for_tests::break_rule},
        vfs::Vfs as _,
    },
};

const DATA: &str = "data.vstore";

/// Two files of the same store with the same length but different content.
fn same_length() -> (Fixture, StoreFile, Vec<u8>) {
    let (fixture, file) = Fixture::create();
    drop(file);
    let other = fixture.with_content(fixture.content());
    other.open().file.append(&payloads(&["theirs"])).unwrap();
    let mut file = fixture.open().file;
    file.append(&payloads(&["ours  "])).unwrap();
    assert_eq!(fixture.content().len(), other.content().len());
    let theirs = other.content();
    (fixture, file, theirs)
}

#[test]
fn a_file_that_was_written_over_in_place_takes_nothing_even_if_it_is_as_long() {
    let (fixture, mut file, theirs) = same_length();
    let ours = fixture.content();
    fixture
        .vfs
        .change(&fixture.path, |content| content.clone_from(&theirs));
    let result = file.append(&payloads(&["x"]));
    assert!(
        matches!(result, Err(AppendError::ExternallyModified)),
        "{result:?}"
    );
    let compaction = file.begin_compaction().unwrap();
    let compacted = compaction
        .write(payloads(&["mine"]).into_iter(), 1, &Control::default())
        .unwrap();
    let result = file.finish_compaction(compacted);
    assert!(
        matches!(result, Err(CompactError::ExternallyModified)),
        "{result:?}"
    );
    assert!(!file.is_unchanged_elsewhere().unwrap());
    assert_eq!(fixture.content(), theirs);

    // Once the file is restored, commits are accepted again.
    fixture
        .vfs
        .change(&fixture.path, |content| content.clone_from(&ours));
    file.append(&payloads(&["x"])).unwrap();
    file.close().unwrap();
    assert_eq!(fixture.open().transactions, payloads(&["ours  ", "x"]));
}

#[test]
fn without_the_comparison_of_the_last_tag_an_acknowledged_edit_is_lost() {
    let (fixture, mut file, theirs) = same_length();
    fixture
        .vfs
        .change(&fixture.path, |content| content.clone_from(&theirs));
    let broken = break_rule(Rule::CompareLastTag);
    file.append(&payloads(&["acknowledged"])).unwrap();
    drop(broken);
    drop(file);
    let found = fixture.read().map(|opened| opened.transactions);
    assert!(
        found.is_err() || found.is_ok_and(|found| !found.contains(&Bytes::from("acknowledged")))
    );
}

/// Appends while another program appends too, between our write and our sync.
fn append_beside(fixture: &Fixture, file: &mut StoreFile) -> Result<(), AppendError> {
    let path = fixture.path.clone();
    fixture.vfs.at_next(FileOp::Sync, DATA, move |vfs| {
        vfs.change(&path, |content| content.extend_from_slice(&[0x5A; 96]));
    });
    file.append(&payloads(&["beside"]))
}

#[test]
fn an_append_that_another_program_wrote_into_is_not_acknowledged() {
    let (fixture, mut file) = Fixture::create();
    let result = append_beside(&fixture, &mut file);
    assert!(
        matches!(result, Err(AppendError::ExternallyModified)),
        "{result:?}"
    );
    let result = file.append(&payloads(&["later"]));
    assert!(
        matches!(result, Err(AppendError::ExternallyModified)),
        "{result:?}"
    );
    drop(file);

    let (fixture, mut file) = Fixture::create();
    let _broken = break_rule(Rule::CompareLengthAfterSync);
    append_beside(&fixture, &mut file).unwrap();
}

#[test]
fn an_append_to_a_file_that_lost_its_name_meanwhile_is_not_acknowledged() {
    let (fixture, mut file) = Fixture::create();
    let path = fixture.path.clone();
    fixture.vfs.at_next(FileOp::Sync, DATA, move |vfs| {
        let copy = vfs.content(&path);
        vfs.put(&path, copy);
    });
    let result = file.append(&payloads(&["lost"]));
    assert!(
        matches!(result, Err(AppendError::ExternallyModified)),
        "{result:?}"
    );
}

fn second_name(fixture: &Fixture) -> Result<Fixture, IoError> {
    let path = Path::new("/folder/other name.vstore").to_owned();
    fixture.vfs.hard_link(&fixture.path, &path)?;
    Ok(Fixture {
        path,
        ..fixture.clone()
    })
}

#[test]
fn a_file_with_two_names_has_one_writer() {
    let (fixture, file) = Fixture::create();
    let other = second_name(&fixture).unwrap();
    let result = other.try_open(false);
    assert!(
        matches!(result, Err(OpenError::Locked { .. })),
        "{result:?}"
    );
    other.read().unwrap();
    drop(file);
    let second = other.open();
    let result = fixture.try_open(false);
    assert!(
        matches!(result, Err(OpenError::Locked { .. })),
        "{result:?}"
    );
    drop(second);
    drop(fixture.open());

    let _broken = break_rule(Rule::LockDataFile);
    let _first = fixture.open();
    assert!(other.try_open(false).is_ok());
}

#[test]
fn a_deleted_lock_file_lets_no_second_writer_in() {
    let (fixture, mut file) = Fixture::create();
    let lock = Path::new("/folder/.data.vstore.lock");
    fixture.vfs.remove(lock).unwrap();
    let result = fixture.try_open(false);
    assert!(
        matches!(result, Err(OpenError::Locked { .. })),
        "{result:?}"
    );
    // Nor does a generation that was written meanwhile.
    let compaction = file.begin_compaction().unwrap();
    let compacted = compaction
        .write(payloads(&["new"]).into_iter(), 1, &Control::default())
        .unwrap();
    file.finish_compaction(compacted).unwrap();
    let result = fixture.try_open(false);
    assert!(
        matches!(result, Err(OpenError::Locked { .. })),
        "{result:?}"
    );
    drop(file);
    assert_eq!(fixture.open().chunks, payloads(&["new"]));
}

#[test]
fn a_lock_file_that_is_deleted_at_any_call_of_an_opening_is_no_error() {
    let (fixture, file) = Fixture::create();
    drop(file);
    fixture.vfs.take_log();
    drop(fixture.open());
    let calls = fixture.vfs.calls();
    assert!(calls > 10, "{calls}");
    for call in 0..calls {
        fixture.vfs.take_log();
        fixture.vfs.at_call(call, |vfs| {
            // It may not exist yet, or no longer.
            drop(vfs.remove(Path::new("/folder/.data.vstore.lock")));
        });
        let result = fixture.try_open(false);
        assert!(result.is_ok(), "deleted before call {call}: {result:?}");
    }
}

#[test]
fn the_lock_file_goes_with_the_lock_unless_it_tells_of_a_failed_sync() {
    let (fixture, file) = Fixture::create();
    assert_eq!(fixture.vfs.names(), [".data.vstore.lock", DATA]);
    drop(file);
    assert_eq!(fixture.vfs.names(), [DATA]);

    let mut file = fixture.open().file;
    fixture
        .vfs
        .fail_next(FileOp::Sync, DATA, std::io::ErrorKind::Other);
    assert!(file.append(&payloads(&["in doubt"])).is_err());
    drop(file);
    assert_eq!(fixture.vfs.names(), [".data.vstore.lock", DATA]);
    // Another attempt with a wrong key does not lose the mark.
    let wrong = Fixture {
        dek: crate::file::keys::seal::for_tests::dek(&[9; 32]),
        ..fixture.clone()
    };
    assert!(wrong.try_open(false).is_err());
    assert!(fixture.open().report.rewritten);
    assert!(
        !fixture
            .vfs
            .names()
            .contains(&".data.vstore.lock".to_owned())
    );
}

#[test]
fn nothing_is_written_before_the_password_is_right() {
    let (fixture, file) = Fixture::create();
    drop(file);
    let wrong = Fixture {
        dek: crate::file::keys::seal::for_tests::dek(&[9; 32]),
        ..fixture.clone()
    };
    fixture.vfs.take_log();
    assert!(matches!(
        wrong.try_open(false),
        Err(OpenError::HeaderTampered)
    ));
    for op in [FileOp::Write, FileOp::Resize, FileOp::Rename] {
        assert_eq!(fixture.vfs.asked(op), 0, "{op}");
    }
    assert_eq!(fixture.vfs.names(), [DATA]);
    drop(fixture.open());
    assert!(fixture.vfs.asked(FileOp::Write) > 0, "the holder is told");
}
