//! Obstacles at the path of the lock file, and other files next to a database.
use std::{
    fs,
    os::unix::fs::{MetadataExt as _, symlink},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use vstore::file::{
    Control, CreateError, FileCreateOptions, FileOpenOptions, HeaderBackup, HeaderBackupError,
    KeyFile, LockObstacle, OpenError, RealVfs, StoreFile, backup_path, lock_holder,
};

use super::{CHEAP, Place, bytes, credentials};

fn lock_of(place: &Place) -> PathBuf {
    place.folder.path().join(".data.vstore.lock")
}

/// Opens with a correct and a wrong password, and creates a file at the path: each must name the
/// obstacle and a remedy.
fn must_be_obstructed(place: &Place, expected: LockObstacle) {
    let before = place.read();
    for password in ["secret", "wrong"] {
        let result = place.try_open(password, &FileOpenOptions::default());
        match result {
            Err(OpenError::LockObstructed { path, obstacle }) => {
                assert_eq!((path, obstacle), (lock_of(place), expected));
            }
            other => panic!("{expected:?}: {other:?}"),
        }
    }
    let error = place
        .try_open("secret", &FileOpenOptions::default())
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(".data.vstore.lock") && text.contains("move it away"),
        "{text}"
    );

    let options = FileCreateOptions {
        kdf: CHEAP,
        overwrite: true,
        ..FileCreateOptions::default()
    };
    let created = StoreFile::create(
        Arc::new(RealVfs),
        &place.path,
        &credentials("other"),
        &options,
        std::iter::empty(),
        0,
        &Control::default(),
    );
    assert!(
        matches!(created, Err(CreateError::LockObstructed { obstacle, .. }) if obstacle == expected),
        "{created:?}"
    );
    assert_eq!(place.read(), before);
    // Reading takes no lock, and no holder is reported.
    place.open_read_only();
    assert_eq!(lock_holder(&RealVfs, &place.path), None);
}

fn closed() -> Place {
    let place = Place::new();
    place.create(&["x"]).close().unwrap();
    place
}

#[test]
fn a_link_in_place_of_the_lock_leads_nowhere() {
    let place = closed();
    let victim = place.folder.path().join("bashrc");
    fs::write(&victim, "export PATH\n").unwrap();
    symlink(&victim, lock_of(&place)).unwrap();
    must_be_obstructed(&place, LockObstacle::Link);
    assert_eq!(fs::read(&victim).unwrap(), b"export PATH\n");

    fs::remove_file(&victim).unwrap();
    must_be_obstructed(&place, LockObstacle::Link);
    assert!(!victim.exists(), "a dangling link was followed");
    assert!(fs::symlink_metadata(lock_of(&place)).unwrap().is_symlink());
}

#[test]
fn a_second_name_of_a_file_is_no_lock() {
    let place = closed();
    let victim = place.folder.path().join("notes");
    // Empty, too: it could be in use under its other name.
    for content in ["", "vstore-lock 1\npid 1\nprogram x\nstarted 1\n", "notes"] {
        fs::write(&victim, content).unwrap();
        fs::hard_link(&victim, lock_of(&place)).unwrap();
        must_be_obstructed(&place, LockObstacle::OtherNames);
        assert_eq!(fs::read_to_string(&victim).unwrap(), content);
        assert_eq!(fs::metadata(&victim).unwrap().nlink(), 2);
        fs::remove_file(lock_of(&place)).unwrap();
    }
}

#[test]
fn a_folder_a_pipe_and_a_foreign_file_are_no_locks() {
    let place = closed();
    fs::create_dir(lock_of(&place)).unwrap();
    must_be_obstructed(&place, LockObstacle::Folder);
    fs::remove_dir(lock_of(&place)).unwrap();

    rustix::fs::mkfifoat(rustix::fs::CWD, lock_of(&place), rustix::fs::Mode::RWXU).unwrap();
    must_be_obstructed(&place, LockObstacle::NotRegular);
    fs::remove_file(lock_of(&place)).unwrap();

    for content in ["1", "no lock", &"long ".repeat(5_000)] {
        fs::write(lock_of(&place), content).unwrap();
        must_be_obstructed(&place, LockObstacle::NotALock);
        assert_eq!(fs::read_to_string(lock_of(&place)).unwrap(), content);
    }
}

#[test]
fn what_a_killed_program_left_is_a_lock() {
    let place = closed();
    let left = "vstore-lock 1\npid 4194303\nprogram VStore 0.1.0\nstarted 17\n";
    for content in [left, "", "vstore-lock 1\npid 41", &"\0".repeat(80)] {
        fs::write(lock_of(&place), content).unwrap();
        assert_eq!(lock_holder(&RealVfs, &place.path), None);
        let opened = place.open();
        assert_eq!(
            lock_holder(&RealVfs, &place.path).map(|holder| holder.pid),
            Some(std::process::id())
        );
        drop(opened);
        assert!(!lock_of(&place).exists());
    }
}

#[test]
fn a_wrong_password_leaves_nothing_behind_and_writes_nothing() {
    let place = closed();
    let wrong = |place: &Place| {
        let result = place.try_open("wrong", &FileOpenOptions::default());
        assert!(
            matches!(result, Err(OpenError::WrongPassword)),
            "{result:?}"
        );
    };
    wrong(&place);
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 1);
}

#[test]
fn looking_who_has_a_file_keeps_nobody_out() {
    let place = closed();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    lock_holder(&RealVfs, &place.path);
                }
            });
        }
        for _ in 0..25 {
            let opened = place.try_open("secret", &FileOpenOptions::default());
            if let Err(error) = opened {
                stop.store(true, Ordering::Relaxed);
                panic!("{error}");
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn the_holder_is_named_whatever_path_leads_to_the_file() {
    let place = closed();
    let _open = place.open();
    let other = tempfile::tempdir().unwrap();
    let (link, folder) = (
        other.path().join("link.vstore"),
        other.path().join("folder"),
    );
    symlink(&place.path, &link).unwrap();
    symlink(place.folder.path(), &folder).unwrap();
    for path in [link, folder.join("data.vstore")] {
        let place = Place {
            path,
            folder: tempfile::tempdir().unwrap(),
        };
        let result = place.try_open("secret", &FileOpenOptions::default());
        let Err(OpenError::Locked {
            holder: Some(holder),
        }) = result
        else {
            panic!("{result:?}")
        };
        assert_eq!(holder.pid, std::process::id());
        assert_eq!(lock_holder(&RealVfs, &place.path), Some(holder));
    }
}

#[test]
fn what_a_killed_creation_left_goes_with_the_next_of_that_name() {
    let place = Place::new();
    let folder = place.folder.path();
    let victim = folder.join("victim");
    fs::write(&victim, "kept").unwrap();
    fs::write(folder.join(".data.vstore.0123456789abcdef.vstmp"), "half").unwrap();
    // A link of such a name is removed, its target stays.
    symlink(&victim, folder.join(".data.vstore.00000000deadbeef.vstmp")).unwrap();
    fs::write(folder.join(".other.vstore.0123456789abcdef.vstmp"), "other").unwrap();
    drop(place.create(&["x"]));
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            ".other.vstore.0123456789abcdef.vstmp",
            "data.vstore",
            "victim"
        ]
    );
    assert_eq!(fs::read(&victim).unwrap(), b"kept");
}

fn compact(place: &Place, text: &'static str) {
    let mut file = place.open().file;
    let compaction = file.begin_compaction().unwrap();
    let chunks = bytes(&[text]).into_iter();
    let compacted = compaction.write(chunks, 1, &Control::default()).unwrap();
    file.finish_compaction(compacted).unwrap();
    assert_eq!(file.backup_problem(), None);
    file.close().unwrap();
}

#[test]
fn backups_are_not_written_through_links() {
    let place = closed();
    let victim = place.folder.path().join("victim");
    fs::write(&victim, "kept").unwrap();
    let newest = backup_path(&place.path, 1);
    symlink(&victim, &newest).unwrap();
    compact(&place, "one");
    assert!(fs::symlink_metadata(&newest).unwrap().is_file());
    assert_eq!(fs::read(&victim).unwrap(), b"kept");

    // A link to the database itself is not a backup.
    fs::remove_file(&newest).unwrap();
    symlink(&place.path, &newest).unwrap();
    let before = place.read();
    compact(&place, "two");
    assert!(fs::symlink_metadata(&newest).unwrap().is_file());
    assert_eq!(fs::read(&newest).unwrap()[..0x8000], before[..0x8000]);
}

#[test]
fn key_files_and_header_backups_are_not_written_through_links() {
    let place = closed();
    let folder = place.folder.path();
    let (victim, link) = (folder.join("victim"), folder.join("link"));
    fs::write(&victim, "kept").unwrap();
    let backup = place.open().file.header_backup(1);
    let refused = |target: &Path| {
        symlink(target, &link).unwrap();
        assert!(KeyFile::generate(&RealVfs, &link).is_err());
        assert!(matches!(
            backup.save(&RealVfs, &link),
            Err(HeaderBackupError::AlreadyExists(_))
        ));
        fs::remove_file(&link).unwrap();
    };
    refused(&victim);
    refused(&folder.join("nothing"));
    assert_eq!(fs::read(&victim).unwrap(), b"kept");
    assert!(!folder.join("nothing").exists());
    backup.save(&RealVfs, &link).unwrap();
    HeaderBackup::load(&RealVfs, &link).unwrap();
}

#[test]
fn a_name_of_any_length_can_be_written_compacted_and_backed_up() {
    for len in [231, 232, 237, 243, 249, 250, 255] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder
            .path()
            .join(format!("{}.vstore", "n".repeat(len - 7)));
        let place = Place { folder, path };
        place.create(&["x"]).close().unwrap();
        for text in ["one", "two"] {
            compact(&place, text);
        }
        assert_eq!(place.open().chunks, bytes(&["two"]), "{len}");
        let backup = Place {
            path: backup_path(&place.path, 1),
            folder: tempfile::tempdir().unwrap(),
        };
        assert_eq!(backup.open_read_only().chunks, bytes(&["one"]), "{len}");
        // A database whose name begins alike does not touch it.
        let other = place
            .path
            .with_file_name(format!("{}.vstorf", "n".repeat(len - 7)));
        assert_ne!(backup_path(&other, 1), backup.path);
        assert_eq!(
            fs::read_dir(place.folder.path()).unwrap().count(),
            2,
            "{len}"
        );
    }
}
