//! Failing system calls: acknowledged transactions survive, others are complete or absent.
use std::{io::ErrorKind, sync::Arc};

use super::{
    CHEAP, Fixture, credentials,
    mem_vfs::{Fault, MemVfs},
    payloads,
};
use crate::file::{
    AppendError, CompactError, Control, CreateError, FileCreateOptions, FileOp, FileOpenOptions,
    OpenError, StoreFile, SystemError,
};

const DATA: &str = "data.vstore";

fn write_and_finish(file: &mut StoreFile, chunk: &'static str) -> Result<(), CompactError> {
    let compaction = file.begin_compaction()?;
    let chunks = payloads(&[chunk]).into_iter();
    let compacted = compaction.write(chunks, 1, &Control::default())?;
    file.finish_compaction(compacted)
}

#[test]
fn a_group_of_transactions_costs_one_write_and_one_sync() {
    let (fixture, mut file) = Fixture::create();
    fixture.vfs.take_log();
    file.append(&payloads(&["a", "b", "c"])).unwrap();
    assert_eq!(fixture.vfs.take_log(), [FileOp::Write, FileOp::Sync]);
}

#[test]
fn creating_syncs_the_file_before_its_name_and_then_the_folder() {
    let (fixture, _file) = Fixture::create();
    let log = fixture.vfs.take_log();
    let tail = &log[log.len() - 3..];
    assert_eq!(tail, [FileOp::Sync, FileOp::Rename, FileOp::SyncFolder]);
}

#[test]
fn a_full_disk_takes_the_transaction_back() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["kept"])).unwrap();
    let before = fixture.content();
    fixture
        .vfs
        .fail_next(FileOp::Write, DATA, ErrorKind::StorageFull);
    let result = file.append(&payloads(&["too much"]));
    assert!(
        matches!(
            result,
            Err(AppendError::System(SystemError::StorageFull { .. }))
        ),
        "{result:?}"
    );
    assert_eq!(fixture.content(), before);
    file.append(&payloads(&["fits again"])).unwrap();
    file.close().unwrap();
    assert_eq!(
        fixture.open().transactions,
        payloads(&["kept", "fits again"])
    );
}

#[test]
fn a_write_that_cannot_be_taken_back_stops_writing() {
    let (fixture, mut file) = Fixture::create();
    fixture
        .vfs
        .fail_next(FileOp::Write, DATA, ErrorKind::StorageFull);
    fixture
        .vfs
        .fail_next(FileOp::Resize, DATA, ErrorKind::Other);
    let result = file.append(&payloads(&["lost"]));
    assert!(
        matches!(result, Err(AppendError::Poisoned { .. })),
        "{result:?}"
    );
    let result = file.append(&payloads(&["refused"]));
    assert!(
        matches!(result, Err(AppendError::Poisoned { .. })),
        "{result:?}"
    );
}

#[test]
fn a_failed_sync_is_never_tried_again_and_a_compaction_heals() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["kept"])).unwrap();
    fixture.vfs.fail_next(FileOp::Sync, DATA, ErrorKind::Other);
    assert!(matches!(
        file.append(&payloads(&["lost"])),
        Err(AppendError::Poisoned { .. })
    ));
    fixture.vfs.take_log();
    assert!(matches!(
        file.append(&payloads(&["lost"])),
        Err(AppendError::Poisoned { .. })
    ));
    assert_eq!(fixture.vfs.take_log(), []);
    assert!(file.poisoned().is_some());

    write_and_finish(&mut file, "rescued").unwrap();
    assert_eq!(file.poisoned(), None);
    file.append(&payloads(&["goes on"])).unwrap();
    file.close().unwrap();
    let opened = fixture.open();
    assert_eq!(opened.chunks, payloads(&["rescued"]));
    assert_eq!(opened.transactions, payloads(&["goes on"]));
    assert!(!opened.report.rewritten);
}

#[test]
fn after_a_failed_sync_the_next_process_writes_a_new_file() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["kept"])).unwrap();
    fixture.vfs.fail_next(FileOp::Sync, DATA, ErrorKind::Other);
    assert!(file.append(&payloads(&["in doubt"])).is_err());
    drop(file);

    let mut opened = fixture.open();
    assert!(opened.report.rewritten);
    assert_eq!(opened.file.stats().generation, 2);
    assert_eq!(opened.transactions[0], "kept");
    opened.file.append(&payloads(&["later"])).unwrap();
    let expected = opened.transactions.len() + 1;
    opened.file.close().unwrap();
    let again = fixture.open();
    assert!(!again.report.rewritten);
    assert_eq!(again.transactions.len(), expected);
    assert_eq!(again.chunks.len(), 2);
}

#[test]
fn the_mark_of_a_failed_sync_ends_with_the_run_of_the_computer() {
    let (fixture, mut file) = Fixture::create();
    fixture.vfs.fail_next(FileOp::Sync, DATA, ErrorKind::Other);
    assert!(file.append(&payloads(&["in doubt"])).is_err());
    drop(file);
    fixture.vfs.restart_computer();
    assert!(!fixture.open().report.rewritten);
}

#[test]
fn a_sync_that_fails_while_opening_leads_to_a_new_file() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["kept"])).unwrap();
    drop(file);
    fixture.vfs.fail_next(FileOp::Sync, DATA, ErrorKind::Other);
    let opened = fixture.open();
    assert!(opened.report.rewritten);
    drop(opened);
    assert_eq!(fixture.open().transactions, payloads(&["kept"]));
}

#[test]
fn a_file_that_another_program_changed_is_not_written() {
    let (fixture, mut file) = Fixture::create();
    fixture.vfs.change(&fixture.path, |content| content.push(0));
    let result = file.append(&payloads(&["x"]));
    assert!(
        matches!(result, Err(AppendError::ExternallyModified)),
        "{result:?}"
    );
    fixture
        .vfs
        .change(&fixture.path, |content| content.truncate(content.len() - 1));
    file.append(&payloads(&["y"])).unwrap();

    // A sync client replaces it by another file of the same length.
    let other = fixture.content();
    fixture.vfs.put(&fixture.path, other.clone());
    assert!(matches!(
        file.append(&payloads(&["z"])),
        Err(AppendError::ExternallyModified)
    ));
    let result = write_and_finish(&mut file, "mine");
    assert!(
        matches!(result, Err(CompactError::ExternallyModified)),
        "{result:?}"
    );
    assert!(matches!(file.close(), Err(AppendError::ExternallyModified)));
    assert_eq!(fixture.content(), other);
    assert_eq!(fixture.vfs.names(), [DATA]);
}

#[test]
fn a_second_writer_is_told_who_has_the_file() {
    let (fixture, mut file) = Fixture::create();
    let Err(OpenError::Locked {
        holder: Some(holder),
    }) = fixture.try_open(false)
    else {
        panic!("not locked");
    };
    assert_eq!(
        (holder.pid, holder.program.as_str()),
        (std::process::id(), "VStore")
    );
    file.append(&payloads(&["one"])).unwrap();
    assert_eq!(fixture.read().unwrap().transactions, payloads(&["one"]));
    drop(file);
    fixture.open();
}

#[test]
fn a_folder_that_refuses_writing_can_be_opened_read_only() {
    let (fixture, file) = Fixture::create();
    drop(file);
    let before = fixture.content();
    for (op, ending) in [(FileOp::Create, ".lock"), (FileOp::Open, DATA)] {
        // The first look opens the file too, for reading.
        let after = usize::from(op == FileOp::Open);
        let kind = ErrorKind::PermissionDenied;
        fixture.vfs.fail(Fault {
            op: Some(op),
            ending,
            after,
            kind,
            times: 1,
        });
        let result = fixture.try_open(false);
        assert!(
            matches!(result, Err(OpenError::NotWritable { .. })),
            "{result:?}"
        );
    }
    fixture.vfs.take_log();
    let mut opened = fixture.read().unwrap();
    assert!(matches!(
        opened.file.append(&payloads(&["x"])),
        Err(AppendError::ReadOnly)
    ));
    assert!(matches!(
        opened.file.begin_compaction(),
        Err(CompactError::ReadOnly)
    ));
    opened.file.close().unwrap();
    assert_eq!(fixture.vfs.take_log(), []);
    assert_eq!(fixture.content(), before);
}

fn create_on(vfs: &MemVfs, overwrite: bool) -> Result<StoreFile, CreateError> {
    let options = FileCreateOptions {
        kdf: CHEAP,
        overwrite,
        ..FileCreateOptions::default()
    };
    StoreFile::create(
        Arc::new(vfs.clone()),
        "/folder/data.vstore".as_ref(),
        &credentials("secret"),
        &options,
        payloads(&["chunk"]).into_iter(),
        1,
        &Control::default(),
    )
    .map(|(file, _)| file)
}

#[test]
fn a_failed_creation_leaves_no_file() {
    for (op, ending) in [
        (FileOp::Create, ".vstmp"),
        (FileOp::Write, ".vstmp"),
        (FileOp::Sync, ".vstmp"),
        (FileOp::Rename, DATA),
    ] {
        let vfs = MemVfs::default();
        vfs.fail_next(op, ending, ErrorKind::StorageFull);
        let result = create_on(&vfs, false);
        assert!(
            matches!(
                result,
                Err(CreateError::System(SystemError::StorageFull { .. }))
            ),
            "{op}: {result:?}"
        );
        assert_eq!(vfs.names(), [""; 0], "{op}");
    }
}

#[test]
fn an_existing_file_is_replaced_only_when_asked_and_only_by_a_whole_one() {
    let (fixture, file) = Fixture::create();
    drop(file);
    let before = fixture.content();
    assert!(matches!(
        create_on(&fixture.vfs, false),
        Err(CreateError::AlreadyExists { .. })
    ));
    fixture
        .vfs
        .fail_next(FileOp::Sync, ".vstmp", ErrorKind::Other);
    assert!(matches!(
        create_on(&fixture.vfs, true),
        Err(CreateError::System(SystemError::Io(_)))
    ));
    assert_eq!(fixture.content(), before);
    drop(create_on(&fixture.vfs, true).unwrap());
    assert_ne!(fixture.content(), before);
}

#[test]
fn a_cancelled_operation_changes_nothing() {
    let (fixture, mut file) = Fixture::create();
    let before = fixture.content();
    let control = Control::default();
    control.cancel();
    let compaction = file.begin_compaction().unwrap();
    let result = compaction.write(payloads(&["x"]).into_iter(), 1, &control);
    assert!(matches!(result, Err(CompactError::Cancelled(_))));
    file.abort_compaction();
    drop(file);
    let options = FileOpenOptions::default();
    let vfs = Arc::new(fixture.vfs.clone());
    let result = StoreFile::open(
        vfs,
        &fixture.path,
        &credentials("secret"),
        &options,
        &control,
    );
    assert!(matches!(result, Err(OpenError::Cancelled(_))));
    assert_eq!(fixture.content(), before);
    assert_eq!(fixture.vfs.names(), [DATA]);
}

#[test]
fn what_does_not_read_back_as_written_does_not_replace_the_file() {
    for after in [0, 1] {
        let (fixture, mut file) = Fixture::create();
        let before = fixture.content();
        fixture.vfs.garble(after);
        let result = write_and_finish(&mut file, "new");
        assert!(
            matches!(result, Err(CompactError::NotAsWritten(_))),
            "{after}: {result:?}"
        );
        assert_eq!(fixture.content(), before);
        assert_eq!(fixture.vfs.names(), [".data.vstore.lock", DATA]);
    }
}

#[test]
fn opening_makes_what_it_read_durable_before_anything_else() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["one"])).unwrap();
    drop(file);
    fixture.vfs.take_log();
    drop(fixture.open());
    assert_eq!(fixture.vfs.take_log(), [FileOp::Sync, FileOp::SyncFolder]);

    fixture.vfs.change(&fixture.path, |content| content.push(0));
    drop(fixture.open());
    let recovery = [
        FileOp::Sync,
        FileOp::SyncFolder,
        FileOp::Resize,
        FileOp::Sync,
        FileOp::Write,
        FileOp::Sync,
    ];
    assert_eq!(fixture.vfs.take_log(), recovery);
}

#[test]
fn frames_that_were_cut_off_never_fit_again() {
    let (fixture, mut file) = Fixture::create();
    let start = file.stats().bytes as usize;
    file.append(&payloads(&["torn", "whole"])).unwrap();
    drop(file);
    let before = fixture.content();
    let mut torn = before.clone();
    torn[start] ^= 1;
    let torn = fixture.with_content(torn);
    assert_eq!(torn.open().transactions.len(), 0);
    // The note of the recovery is as long as the torn frame. When power fails during the next
    // append, the disk shows the blocks of the second frame again, in their old place.
    let mut revived = torn.content();
    let end = revived.len();
    revived.extend_from_slice(&before[end..]);
    let opened = torn.with_content(revived).read().unwrap();
    assert_eq!(opened.transactions.len(), 0);
    assert_eq!(opened.report.torn_at, Some(end as u64));
}

#[test]
fn a_compaction_that_cannot_take_its_place_leaves_the_old_file() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["kept"])).unwrap();
    fixture
        .vfs
        .fail_next(FileOp::Rename, DATA, ErrorKind::PermissionDenied);
    assert!(matches!(
        write_and_finish(&mut file, "new"),
        Err(CompactError::Deferred(_))
    ));
    file.append(&payloads(&["goes on"])).unwrap();
    file.close().unwrap();
    assert_eq!(fixture.open().transactions, payloads(&["kept", "goes on"]));
    // The backup had been made: it is the old file, which has kept its name.
    let names = [DATA, "data.vstore.bak1"];
    assert_eq!(fixture.vfs.names(), names);
}

#[test]
fn nothing_is_acknowledged_before_the_new_name_is_durable() {
    let (fixture, mut file) = Fixture::create();
    fixture
        .vfs
        .fail_next(FileOp::SyncFolder, "folder", ErrorKind::Other);
    assert!(matches!(
        write_and_finish(&mut file, "new"),
        Err(CompactError::NameInDoubt(_))
    ));
    assert!(matches!(
        file.append(&payloads(&["x"])),
        Err(AppendError::Poisoned { .. })
    ));
    write_and_finish(&mut file, "newer").unwrap();
    file.append(&payloads(&["x"])).unwrap();
    drop(file);
    assert_eq!(fixture.open().chunks, payloads(&["newer"]));
}

#[test]
fn only_the_compaction_under_way_can_be_finished() {
    let (_fixture, mut file) = Fixture::create();
    let control = Control::default();
    let first = file.begin_compaction().unwrap();
    assert!(matches!(
        file.begin_compaction(),
        Err(CompactError::AlreadyRunning)
    ));
    let first = first
        .write(payloads(&["a"]).into_iter(), 1, &control)
        .unwrap();
    file.abort_compaction();
    let second = file.begin_compaction().unwrap();
    assert!(matches!(
        file.finish_compaction(first),
        Err(CompactError::NotRunning)
    ));
    let second = second
        .write(payloads(&["b"]).into_iter(), 1, &control)
        .unwrap();
    file.finish_compaction(second).unwrap();
}

#[test]
fn temporary_files_of_a_crash_are_removed_and_others_are_not() {
    let (fixture, file) = Fixture::create();
    drop(file);
    let folder = fixture.path.parent().unwrap();
    for name in [
        ".data.vstore.0123456789abcdef.vstmp",
        ".data.vstore.mine.vstmp",
        ".other.vstore.0123456789abcdef.vstmp",
    ] {
        fixture.vfs.put(&folder.join(name), vec![1]);
    }
    assert_eq!(fixture.open().report.removed_temporaries, 1);
    let names = fixture.vfs.names();
    assert!(!names.contains(&".data.vstore.0123456789abcdef.vstmp".to_owned()));
    assert_eq!(names.len(), 3);
}

/// Appends, compacts, appends, closes; returns the acknowledged words in order. After every failure
/// it continues as a program would.
fn session(fixture: &Fixture) -> Vec<&'static str> {
    let mut acknowledged = Vec::new();
    let Ok(opened) = fixture.try_open(false) else {
        return acknowledged;
    };
    let mut file = opened.file;
    let mut append = |file: &mut StoreFile, word| {
        if file.append(&payloads(&[word])).is_ok() {
            acknowledged.push(word);
        }
        acknowledged.clone()
    };
    append(&mut file, "one ");
    let words = append(&mut file, "two ");
    if let Ok(compaction) = file.begin_compaction() {
        append(&mut file, "three ");
        match compaction.write(payloads(&words).into_iter(), 1, &Control::default()) {
            Ok(compacted) => drop(file.finish_compaction(compacted)),
            Err(_) => file.abort_compaction(),
        }
    }
    append(&mut file, "four ");
    drop(file.close());
    acknowledged
}

/// The words that a file contains, in order.
fn words(fixture: &Fixture) -> Vec<String> {
    let opened = fixture.open();
    let content = [opened.chunks.concat(), opened.transactions.concat()].concat();
    let text = String::from_utf8(content).unwrap();
    text.split_inclusive(' ').map(str::to_owned).collect()
}

#[test]
fn whichever_call_fails_everything_acknowledged_is_there() {
    let (pristine, file) = Fixture::create_with_chunks(&[]);
    drop(file);
    let start = pristine.content();
    let rehearsal = pristine.with_content(start.clone());
    assert_eq!(session(&rehearsal), ["one ", "two ", "three ", "four "]);
    let calls = rehearsal.vfs.calls();
    assert!(calls > 40, "{calls}");
    for after in 0..calls {
        for (times, kind) in [
            (1, ErrorKind::StorageFull),
            (usize::MAX, ErrorKind::StorageFull),
            (1, ErrorKind::Other),
            (usize::MAX, ErrorKind::Other),
        ] {
            let fixture = pristine.with_content(start.clone());
            fixture.vfs.fail(Fault {
                op: None,
                ending: "",
                after,
                kind,
                times,
            });
            let acknowledged = session(&fixture);
            fixture.vfs.heal();
            // A transaction in doubt may be there as well, complete and in its place.
            let found = words(&fixture);
            let mut rest = found.iter();
            for word in &acknowledged {
                assert!(
                    rest.any(|found| found == word),
                    "call {after} ({kind}, {times}): {acknowledged:?} but {found:?}"
                );
            }
            let possible = |word: &String| ["one ", "two ", "three ", "four "].contains(&&**word);
            assert!(found.iter().all(possible), "call {after}: {found:?}");
        }
    }
}
