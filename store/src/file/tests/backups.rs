//! Rolling backups: their number and content, and what happens if they cannot be made.
use std::io::ErrorKind;

use super::{Fixture, mem_vfs::Fault, payloads};
use crate::file::{Control, FileOp, OpenError, Opened, StoreFile, backup_path};

const NEWEST: &str = "data.vstore.bak1";

fn compact(file: &mut StoreFile, chunk: &'static str) {
    let compaction = file.begin_compaction().unwrap();
    let chunks = payloads(&[chunk]).into_iter();
    let compacted = compaction.write(chunks, 1, &Control::default()).unwrap();
    file.finish_compaction(compacted).unwrap();
}

fn backup(fixture: &Fixture, number: u8) -> Result<Opened, OpenError> {
    let backup = Fixture {
        path: backup_path(&fixture.path, number),
        ..fixture.clone()
    };
    backup.read()
}

#[test]
fn the_generation_before_a_compaction_is_kept_whole() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["one"])).unwrap();
    let before = fixture.content();
    compact(&mut file, "new");
    file.append(&payloads(&["two"])).unwrap();
    assert_eq!(fixture.vfs.content(&backup_path(&fixture.path, 1)), before);
    assert_eq!(
        backup(&fixture, 1).unwrap().transactions,
        payloads(&["one"])
    );
    assert_eq!(file.backup_problem(), None);
}

#[test]
fn backups_roll_and_are_never_too_many() {
    let (fixture, mut file) = Fixture::create();
    file.set_backups(3);
    for chunk in ["a", "b", "c", "d", "e"] {
        compact(&mut file, chunk);
    }
    let chunks = |number| backup(&fixture, number).unwrap().chunks;
    assert_eq!(chunks(1), payloads(&["d"]));
    assert_eq!(chunks(2), payloads(&["c"]));
    assert_eq!(chunks(3), payloads(&["b"]));
    assert!(backup(&fixture, 4).is_err());

    file.set_backups(1);
    compact(&mut file, "f");
    assert_eq!(chunks(1), payloads(&["e"]));
    file.set_backups(0);
    compact(&mut file, "g");
    assert_eq!(fixture.vfs.names(), [".data.vstore.lock", "data.vstore"]);
}

#[test]
fn without_hard_links_the_backup_is_a_durable_copy() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["one"])).unwrap();
    let before = fixture.content();
    fixture.vfs.fail(Fault {
        op: Some(FileOp::Link),
        ending: "",
        after: 0,
        kind: ErrorKind::Unsupported,
        times: usize::MAX,
    });
    compact(&mut file, "new");
    assert_eq!(file.backup_problem(), None);
    assert_eq!(fixture.vfs.content(&backup_path(&fixture.path, 1)), before);
}

#[test]
fn a_backup_that_does_not_fit_is_reported_and_stops_nothing() {
    let (fixture, mut file) = Fixture::create();
    fixture
        .vfs
        .fail_next(FileOp::Link, ".vstmp", ErrorKind::Unsupported);
    // The first temporary file is the new generation, the second one the copy.
    fixture.vfs.fail(Fault {
        op: Some(FileOp::Create),
        ending: ".vstmp",
        after: 1,
        kind: ErrorKind::StorageFull,
        times: 1,
    });
    compact(&mut file, "new");
    assert!(file.backup_problem().is_some());
    assert_eq!(fixture.vfs.names(), [".data.vstore.lock", "data.vstore"]);
    file.append(&payloads(&["goes on"])).unwrap();
    compact(&mut file, "newer");
    assert_eq!(file.backup_problem(), None);
    assert_eq!(backup(&fixture, 1).unwrap().chunks, payloads(&["new"]));
}

#[test]
fn a_file_in_doubt_does_not_push_out_a_good_backup() {
    let (fixture, mut file) = Fixture::create();
    compact(&mut file, "good");
    let kept = fixture.vfs.content(&backup_path(&fixture.path, 1));
    fixture
        .vfs
        .fail_next(FileOp::Sync, "data.vstore", ErrorKind::Other);
    assert!(file.append(&payloads(&["in doubt"])).is_err());
    compact(&mut file, "healed");
    assert!(fixture.vfs.names().contains(&NEWEST.to_owned()));
    assert_eq!(fixture.vfs.content(&backup_path(&fixture.path, 1)), kept);
}

#[test]
fn a_file_in_doubt_is_no_backup_even_if_it_was_made_one() {
    let (fixture, mut file) = Fixture::create();
    // The backup is made, and then the new file cannot be renamed.
    let compaction = file.begin_compaction().unwrap();
    let chunks = payloads(&["deferred"]).into_iter();
    let compacted = compaction.write(chunks, 1, &Control::default()).unwrap();
    fixture.vfs.fail(Fault {
        op: Some(FileOp::Rename),
        ending: "data.vstore",
        after: 0,
        kind: ErrorKind::PermissionDenied,
        times: 1,
    });
    assert!(file.finish_compaction(compacted).is_err());
    assert!(fixture.vfs.names().contains(&NEWEST.to_owned()));
    fixture
        .vfs
        .fail_next(FileOp::Sync, "data.vstore", ErrorKind::Other);
    assert!(file.append(&payloads(&["in doubt"])).is_err());
    compact(&mut file, "healed");
    assert!(!fixture.vfs.names().contains(&NEWEST.to_owned()));
}
