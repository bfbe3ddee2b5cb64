//! Files that cannot be opened: each has its own error and is left unchanged.
use std::{fs, sync::Arc};

use vstore::file::{
    AppendError, Control, CorruptKind, CreateError, Credentials, FileCreateOptions,
    FileOpenOptions, KdfLimits, KeyFile, OpenError, Password, PasswordChange, PasswordError,
    RealVfs, StoreFile, SystemError, VerifyDepth, lock_holder, probe, verify,
};

use super::{CHEAP, Place, bytes, create, credentials};

fn answer(place: &Place, password: &str) -> OpenError {
    let before = place.read();
    let error = place
        .try_open(password, &FileOpenOptions::default())
        .expect_err("the file must not open");
    assert_eq!(place.read(), before, "{error}");
    error
}

#[test]
fn a_wrong_password_is_told() {
    let place = Place::new();
    place.create(&["x"]).close().unwrap();
    assert!(matches!(answer(&place, "Secret"), OpenError::WrongPassword));
    assert_eq!(answer(&place, "Secret").to_string(), "wrong password");
}

#[test]
fn a_file_that_is_not_there_is_told_and_none_appears() {
    let place = Place::new();
    let result = place.try_open("secret", &FileOpenOptions::default());
    assert!(matches!(result, Err(OpenError::NotFound { path }) if path == place.path));
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 0);
}

#[test]
fn a_foreign_file_is_told_before_any_password_and_gets_no_lock_beside_it() {
    let text = "key,value\n".repeat(10_000);
    let zeros = vec![0; 100_000];
    for content in [b"hello".as_slice(), text.as_bytes(), &zeros] {
        let place = Place::new();
        place.write(content);
        assert!(matches!(answer(&place, "secret"), OpenError::NotAVStore));
        assert!(matches!(
            probe(&RealVfs, &place.path),
            Err(OpenError::NotAVStore)
        ));
        assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn an_empty_or_cut_file_is_told() {
    let place = Place::new();
    place.create(&["x"]).close().unwrap();
    let content = place.read();
    for len in [0, 5, 8, 4096, 0x7FFF] {
        place.write(&content[..len]);
        assert!(
            matches!(answer(&place, "secret"), OpenError::TooShort { len: found } if found == len as u64)
        );
    }
    place.write(&content[..0x8010]);
    assert!(matches!(
        answer(&place, "secret"),
        OpenError::Truncated { offset: 0x8010, .. }
    ));
}

#[test]
fn a_folder_or_pipe_is_no_file() {
    let place = Place::new();
    fs::create_dir(&place.path).unwrap();
    let result = place.try_open("secret", &FileOpenOptions::default());
    assert!(
        matches!(result, Err(OpenError::System(SystemError::Io(_)))),
        "{result:?}"
    );
}

#[test]
fn a_later_version_is_told() {
    let place = Place::new();
    place.create(&["x"]).close().unwrap();
    let mut content = place.read();
    content[8] = 9;
    content[0x4008] = 9;
    place.write(&content);
    assert!(matches!(
        answer(&place, "x"),
        OpenError::UnsupportedVersion { major: 9, .. }
    ));
}

#[test]
fn one_flipped_bit_in_the_data_is_damage_with_its_place() {
    let place = Place::new();
    place.create(&["x"]).close().unwrap();
    let mut content = place.read();
    content[0x8060] ^= 1;
    place.write(&content);
    match answer(&place, "secret") {
        OpenError::Corrupt(found) => {
            assert_eq!((found.offset, found.kind), (0x8000, CorruptKind::Auth));
        }
        other => panic!("{other}"),
    }
    let report = verify(
        &RealVfs,
        &place.path,
        &credentials("secret"),
        VerifyDepth::Full,
        &KdfLimits::default(),
        &Control::default(),
    )
    .unwrap();
    assert!(!report.is_intact());
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn a_file_open_elsewhere_names_its_holder_and_opens_read_only() {
    let place = Place::new();
    let mut file = place.create(&["x"]);
    file.append(&bytes(&["one"])).unwrap();
    let OpenError::Locked { holder } = answer(&place, "secret") else {
        panic!("not locked")
    };
    assert!(cfg!(windows) || holder.is_some_and(|holder| holder.pid == std::process::id()));
    let found = lock_holder(&RealVfs, &place.path);
    assert!(cfg!(windows) || found.is_some_and(|holder| holder.pid == std::process::id()));
    let mut reader = place.open_read_only();
    assert_eq!(reader.transactions, bytes(&["one"]));
    assert!(matches!(
        reader.file.append(&bytes(&["two"])),
        Err(AppendError::ReadOnly)
    ));
    file.append(&bytes(&["two"])).unwrap();
    drop(file);
    assert_eq!(lock_holder(&RealVfs, &place.path), None);
    assert_eq!(place.open().transactions, bytes(&["one", "two"]));
}

#[test]
fn creating_over_a_file_is_refused() {
    let place = Place::new();
    place.create(&["x"]).close().unwrap();
    let before = place.read();
    let result = StoreFile::create(
        Arc::new(RealVfs),
        &place.path,
        &credentials("other"),
        &FileCreateOptions {
            kdf: CHEAP,
            ..FileCreateOptions::default()
        },
        std::iter::empty(),
        0,
        &Control::default(),
    );
    assert!(matches!(result, Err(CreateError::AlreadyExists { .. })));
    assert_eq!(place.read(), before);
}

#[test]
fn a_key_file_is_needed_where_it_was_set() {
    let place = Place::new();
    let with_key_file = |byte| {
        let password = Password::new("secret".to_owned()).unwrap();
        Credentials::with_key_file(password, KeyFile::from_content(&[byte; 64]).unwrap())
    };
    let both = with_key_file(7);
    let mut file = place.create(&["x"]);
    assert!(!file.stats().needs_key_file);
    let change = PasswordChange {
        kdf: CHEAP,
        ..PasswordChange::default()
    };
    let control = Control::default();
    let wrong = file.change_password(&credentials("wrong"), &both, &change, &control);
    assert!(matches!(wrong, Err(PasswordError::WrongPassword)));
    file.change_password(&credentials("secret"), &both, &change, &control)
        .unwrap();
    assert!(file.stats().needs_key_file);
    file.close().unwrap();

    assert!(probe(&RealVfs, &place.path).unwrap().needs_key_file);
    assert!(matches!(
        answer(&place, "secret"),
        OpenError::KeyFileRequired
    ));
    let open = |credentials: &Credentials| {
        let options = FileOpenOptions::default();
        StoreFile::open(
            Arc::new(RealVfs),
            &place.path,
            credentials,
            &options,
            &control,
        )
    };
    let other = with_key_file(8);
    assert!(matches!(open(&other), Err(OpenError::WrongPassword)));
    assert_eq!(open(&both).unwrap().chunks, bytes(&["x"]));
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_stays_a_link_to_the_file() {
    let place = Place::new();
    let mut file = create(
        &place.path,
        &["x"],
        &FileCreateOptions {
            kdf: CHEAP,
            ..FileCreateOptions::default()
        },
    );
    file.append(&bytes(&["one"])).unwrap();
    drop(file);
    let link = place.folder.path().join("link.vstore");
    std::os::unix::fs::symlink(&place.path, &link).unwrap();
    let linked = Place {
        path: link.clone(),
        folder: tempfile::tempdir().unwrap(),
    };
    let mut opened = linked.open();
    let compaction = opened.file.begin_compaction().unwrap();
    let compacted = compaction
        .write(bytes(&["y"]).into_iter(), 1, &Control::default())
        .unwrap();
    opened.file.finish_compaction(compacted).unwrap();
    drop(opened);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(place.open().chunks, bytes(&["y"]));
}
