//! Owner, group, mode and attributes of a file are preserved by everything that rewrites it.
use std::{
    fs::{self, File, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::Path,
};

use rustix::fs::{XattrFlags, fgetxattr, fsetxattr};
use vstore::{
    Cause, Key, OpenOptions, Store, WriteBatch,
    file::{Control, KdfLimits, StoreFile, backup_path},
    value::{EncodedValue, Value},
};

use super::{CHEAP, Place, credentials};

/// Any id other than root's; no user with this id has to exist.
const STRANGER: u32 = 12_345;
const NOTE: &str = "user.note";
const LIST: &str = "system.posix_acl_access";

/// The list `u::rw-,u:4711:r--,g::r--,m::rw-,o::---` as Linux stores it.
fn access_list() -> Vec<u8> {
    let entries: [(u16, u16, u32); 5] = [
        (0x01, 6, u32::MAX),
        (0x02, 4, 4711),
        (0x04, 4, u32::MAX),
        (0x10, 6, u32::MAX),
        (0x20, 0, u32::MAX),
    ];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, rights, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(rights.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0_u8; 1024];
    let len = fgetxattr(File::open(path).unwrap(), name, &mut value[..]).ok()?;
    value.truncate(len);
    Some(value)
}

fn set_attribute(path: &Path, name: &str, value: &[u8]) -> bool {
    fsetxattr(File::open(path).unwrap(), name, value, XattrFlags::empty()).is_ok()
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[derive(Debug, PartialEq, Eq)]
struct Rights {
    owner: u32,
    group: u32,
    mode: u32,
    note: Option<Vec<u8>>,
    list: Option<Vec<u8>>,
}

fn rights(path: &Path) -> Rights {
    let metadata = fs::metadata(path).unwrap();
    Rights {
        owner: metadata.uid(),
        group: metadata.gid(),
        mode: metadata.mode() & 0o7777,
        note: attribute(path, NOTE),
        list: attribute(path, LIST),
    }
}

fn create(place: &Place) {
    let options = vstore::CreateOptions {
        kdf: CHEAP,
        ..vstore::CreateOptions::default()
    };
    let control = Control::default();
    Store::create(&place.path, &credentials("secret"), &options, &control)
        .unwrap()
        .0
        .close()
        .unwrap();
}

fn open(place: &Place) -> Store {
    let options = OpenOptions::default();
    let control = Control::default();
    Store::open(&place.path, &credentials("secret"), &options, &control)
        .unwrap()
        .0
}

fn import(store: &mut Store) {
    let mut batch = WriteBatch::new(Cause::Import);
    let text = "0123456789abcdef".repeat(1 << 16);
    for number in 0..10 {
        let value = EncodedValue::encode(&Value::from(text.as_str())).unwrap();
        batch.put(Key::new(&format!("key{number}")).unwrap(), value);
    }
    store.commit_large(&batch, &Control::default()).unwrap();
}

/// Everything that replaces a database by a new file.
/// A name, and what replaces the file.
type Operation = (&'static str, fn(&Place));

const OPERATIONS: [Operation; 4] = [
    ("compaction", |place| {
        let mut store = open(place);
        store.compact(&Control::default()).unwrap();
    }),
    ("a large import", |place| {
        let mut store = open(place);
        let before = store.stats().file.unwrap().generation;
        import(&mut store);
        assert_eq!(store.stats().file.unwrap().generation, before + 1);
    }),
    ("the exchange of the data key", |place| {
        let mut store = open(place);
        let control = Control::default();
        store
            .rotate(&[credentials("secret")], &KdfLimits::default(), &control)
            .unwrap();
    }),
    ("a new database in its place", |place| {
        let options = vstore::CreateOptions {
            kdf: CHEAP,
            overwrite: true,
            ..vstore::CreateOptions::default()
        };
        let control = Control::default();
        Store::create(&place.path, &credentials("secret"), &options, &control).unwrap();
    }),
];

#[test]
fn rights_outlive_whatever_writes_the_file_anew() {
    for (what, operation) in OPERATIONS {
        for mode in [0o600, 0o640, 0o664, 0o400] {
            if mode == 0o400 && !is_root() {
                continue;
            }
            let place = Place::new();
            create(&place);
            if is_root() {
                chown(&place.path, Some(STRANGER), Some(STRANGER + 1)).unwrap();
            }
            let noted = set_attribute(&place.path, NOTE, b"of mine");
            fs::set_permissions(&place.path, Permissions::from_mode(mode)).unwrap();
            let before = rights(&place.path);
            assert_eq!((before.mode, before.note.is_some()), (mode, noted));
            operation(&place);
            assert_eq!(rights(&place.path), before, "{what}, {mode:o}");
        }
    }
}

#[test]
fn an_access_control_list_outlives_it_too_and_none_is_inherited() {
    for (what, operation) in OPERATIONS {
        let place = Place::new();
        create(&place);
        if !set_attribute(&place.path, LIST, &access_list()) {
            // This file system has no access control lists.
            return;
        }
        let before = rights(&place.path);
        assert_eq!(before.mode, 0o660, "the bits of the group are the mask");
        operation(&place);
        assert_eq!(rights(&place.path), before, "{what}");
        assert_eq!(before.list, Some(access_list()));

        // With a default list of the folder, setting the mode of a new file would widen its access.
        let place = Place::new();
        create(&place);
        fs::set_permissions(&place.path, Permissions::from_mode(0o660)).unwrap();
        let before = rights(&place.path);
        assert!(set_attribute(
            place.folder.path(),
            "system.posix_acl_default",
            &access_list()
        ));
        operation(&place);
        assert_eq!(rights(&place.path), before, "{what}, inherited");
    }
}

#[test]
fn a_new_database_and_its_lock_are_for_their_owner_only() {
    let place = Place::new();
    create(&place);
    assert_eq!(rights(&place.path).mode, 0o600);
    let file = place.open();
    let lock = place.folder.path().join(".data.vstore.lock");
    assert_eq!(rights(&lock).mode, 0o600);
    drop(file);
    fs::set_permissions(&place.path, Permissions::from_mode(0o660)).unwrap();
    let _file = place.open();
    assert_eq!(
        rights(&lock).mode,
        0o660,
        "whoever may write the data may lock it"
    );
}

#[test]
fn a_backup_that_is_copied_is_no_wider_than_the_file() {
    // Where there are hard links the backup is the old file itself.
    let place = Place::new();
    create(&place);
    fs::set_permissions(&place.path, Permissions::from_mode(0o640)).unwrap();
    open(&place).compact(&Control::default()).unwrap();
    assert_eq!(rights(&backup_path(&place.path, 1)).mode, 0o640);
}

#[test]
fn the_rights_of_the_moment_count_not_those_of_the_beginning() {
    let place = Place::new();
    create(&place);
    let mut file: StoreFile = place.open().file;
    let compaction = file.begin_compaction().unwrap();
    let compacted = compaction
        .write(std::iter::empty(), 0, &Control::default())
        .unwrap();
    fs::set_permissions(&place.path, Permissions::from_mode(0o644)).unwrap();
    file.finish_compaction(compacted).unwrap();
    assert_eq!(rights(&place.path).mode, 0o644);
}
