//! Replacing the data key.
use std::{io::ErrorKind, sync::Arc};

use super::{Fixture, credentials, mem_vfs::Fault, payloads};
use crate::file::{
    CompactError, CompactedFile, Control, Credentials, FileOp, FileOpenOptions, KdfLimits,
    OpenError, Opened, PasswordChange, PasswordError, RecoveryKey, RotateError, RotationReport,
    SlotLabel, StoreFile,
};

/// A file with its password and two recovery keys.
fn three_slots() -> (Fixture, StoreFile, [Credentials; 2]) {
    let (fixture, mut file) = Fixture::create();
    let papers = [(); 2].map(|()| Credentials::from(RecoveryKey::generate().unwrap()));
    for (paper, name) in papers.iter().zip(["kept", "lost"]) {
        let label = SlotLabel::new(name).unwrap();
        let change = PasswordChange::default();
        let current = credentials("secret");
        file.add_slot(&current, paper, &label, &change, &Control::default())
            .unwrap();
    }
    file.append(&payloads(&["before"])).unwrap();
    (fixture, file, papers)
}

fn rotate(
    file: &mut StoreFile,
    presented: &[Credentials],
) -> Result<(CompactedFile, RotationReport), RotateError> {
    let control = Control::default();
    let (compaction, report) = file.begin_rotation(presented, &KdfLimits::default(), &control)?;
    let compacted = compaction.write(payloads(&["image"]).into_iter(), 1, &control)?;
    Ok((compacted, report))
}

fn open(fixture: &Fixture, credentials: &Credentials) -> Result<Opened, OpenError> {
    let options = FileOpenOptions {
        read_only: true,
        ..FileOpenOptions::default()
    };
    let vfs = Arc::new(fixture.vfs.clone());
    let control = Control::default();
    StoreFile::open(vfs, &fixture.path, credentials, &options, &control)
}

#[test]
fn the_presented_passwords_are_kept_and_the_others_are_reported() {
    let (fixture, mut file, [kept, lost]) = three_slots();
    let before = file.slots();
    let presented = [credentials("secret"), kept.clone(), kept.clone()];
    let (compacted, report) = rotate(&mut file, &presented).unwrap();
    file.append(&payloads(&["meanwhile"])).unwrap();
    file.finish_compaction(compacted).unwrap();
    file.append(&payloads(&["after"])).unwrap();

    let named = |slots: &[crate::file::SlotInfo]| -> Vec<_> {
        let name = |slot: &crate::file::SlotInfo| (slot.number, slot.label.to_string());
        slots.iter().map(name).collect()
    };
    assert_eq!(
        named(&report.kept),
        [(0, String::new()), (1, "kept".to_owned())]
    );
    assert_eq!(report.dropped, before[2..]);
    assert_eq!(report.kept, file.slots());
    assert_eq!(report.kept[0].kdf, before[0].kdf);
    assert_ne!(report.kept[0].id, before[0].id);
    file.close().unwrap();

    for presented in [&kept, &credentials("secret")] {
        let opened = open(&fixture, presented).unwrap();
        assert_eq!(opened.chunks, payloads(&["image"]));
        assert_eq!(opened.transactions, payloads(&["meanwhile", "after"]));
    }
    assert!(matches!(
        open(&fixture, &lost),
        Err(OpenError::WrongRecoveryKey)
    ));
}

#[test]
fn the_old_data_key_opens_nothing_of_the_new_file() {
    let (fixture, mut file, _) = three_slots();
    let (compacted, _) = rotate(&mut file, &[credentials("secret")]).unwrap();
    file.finish_compaction(compacted).unwrap();
    let bytes = crate::file::keys::seal::for_tests::dek_bytes;
    assert_ne!(bytes(&file.dek), bytes(&fixture.dek));
    assert!(matches!(fixture.read(), Err(OpenError::HeaderTampered)));
    let old = &fixture.dek;
    let header = &file.generation.header;
    let cipher = old.frame_cipher(&header.store_id, header.generation, &header.gen_salt);
    let mut window =
        crate::file::read::walk::Window::new(&*file.generation.file, file.generation.chain.offset);
    let frame = crate::file::read::walk::read_frame(&mut window, 0x8000).unwrap();
    let crate::file::read::walk::FrameRead::Frame(frame) = frame else {
        panic!("no frame")
    };
    assert!(!frame.is_genuine(&cipher));
    assert!(frame.is_genuine(&file.generation.cipher));
}

#[test]
fn a_wrong_password_or_none_rotates_nothing() {
    let (fixture, mut file, _) = three_slots();
    let before = fixture.content();
    let wrong = rotate(&mut file, &[credentials("secret"), credentials("wrong")]);
    assert!(matches!(
        wrong,
        Err(RotateError::Keys(PasswordError::WrongPassword))
    ));
    let none = rotate(&mut file, &[]);
    assert!(matches!(
        none,
        Err(RotateError::Keys(PasswordError::LastSlot))
    ));
    assert!(!file.is_compacting());
    assert_eq!(fixture.content(), before);
}

#[test]
fn slots_do_not_change_while_the_data_key_is_exchanged() {
    let (_, mut file, [kept, _]) = three_slots();
    let (compacted, _) = rotate(&mut file, std::slice::from_ref(&kept)).unwrap();
    let change = PasswordChange::default();
    let control = Control::default();
    let result = file.change_password(&kept, &credentials("new"), &change, &control);
    assert!(matches!(result, Err(PasswordError::RotationRunning)));
    let second = rotate(&mut file, std::slice::from_ref(&kept));
    assert!(matches!(
        second,
        Err(RotateError::Compaction(CompactError::AlreadyRunning))
    ));
    file.finish_compaction(compacted).unwrap();
    let slot = file.slots()[0].id;
    let label = SlotLabel::new("free again").unwrap();
    file.label_slot(slot, &label, &kept, &KdfLimits::default(), &control)
        .unwrap();
}

#[test]
fn a_rotation_that_fails_leaves_the_old_keys() {
    for op in [FileOp::Create, FileOp::Write, FileOp::Sync, FileOp::Rename] {
        let (fixture, mut file, [kept, lost]) = three_slots();
        fixture.vfs.fail(Fault {
            op: Some(op),
            ending: "",
            after: 0,
            kind: ErrorKind::Other,
            times: usize::MAX,
        });
        let result = rotate(&mut file, &[kept]).and_then(|(compacted, _)| {
            file.finish_compaction(compacted).map_err(RotateError::from)
        });
        assert!(result.is_err(), "{op}");
        file.abort_compaction();
        fixture.vfs.heal();
        file.append(&payloads(&["goes on"])).unwrap();
        drop(file);
        let opened = open(&fixture, &lost).unwrap();
        assert_eq!(opened.transactions, payloads(&["before", "goes on"]));
    }
}

#[test]
fn after_a_failed_sync_of_the_folder_the_new_key_is_used() {
    let (fixture, mut file, [kept, _]) = three_slots();
    let (compacted, _) = rotate(&mut file, std::slice::from_ref(&kept)).unwrap();
    fixture.vfs.fail(Fault {
        op: Some(FileOp::SyncFolder),
        ending: "",
        after: 0,
        kind: ErrorKind::Other,
        times: usize::MAX,
    });
    assert!(file.finish_compaction(compacted).is_err());
    assert!(file.poisoned().is_some());
    fixture.vfs.heal();
    // A compaction repairs a poisoned file, under the current key of the file.
    let compaction = file.begin_compaction().unwrap();
    let control = Control::default();
    let compacted = compaction
        .write(payloads(&["image"]).into_iter(), 1, &control)
        .unwrap();
    file.finish_compaction(compacted).unwrap();
    file.append(&payloads(&["after"])).unwrap();
    drop(file);
    assert_eq!(
        open(&fixture, &kept).unwrap().transactions,
        payloads(&["after"])
    );
}
