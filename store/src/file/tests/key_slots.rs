//! Passwords, key files and recovery keys: adding, changing, naming, removing.
use std::{path::Path, sync::Arc};

use super::{CHEAP, Fixture, credentials, mem_vfs::MemVfs, payloads};
use crate::file::{
    Control, CreateError, Credentials, FileCreateOptions, FileOp, FileOpenOptions, KdfLimits,
    KdfParams, KdfProfile, KeyFile, KeyFileError, OpenError, Password, PasswordChange,
    PasswordError, RecoveryKey, SlotId, SlotKind, SlotLabel, StoreFile,
    format::{
        header::HEADER_LEN,
        slots::{self, SLOT_LEN},
    },
    probe,
    read::header_copies::HeaderCopies,
};

const CHANGE: PasswordChange = PasswordChange {
    kdf: CHEAP,
    kdf_limits: KdfLimits {
        m_kib: 1 << 20,
        t: 16,
        p: 4,
        work_kib: 1 << 22,
        total_work_kib: 1 << 24,
    },
};

fn label(text: &str) -> SlotLabel {
    SlotLabel::new(text).unwrap()
}

fn recovery() -> (RecoveryKey, Credentials) {
    let key = RecoveryKey::generate().unwrap();
    (key.clone(), key.into())
}

fn with_key_file(password: &str, content: &[u8]) -> Credentials {
    let password = Password::new(password.to_owned()).unwrap();
    Credentials::with_key_file(password, KeyFile::from_content(content).unwrap())
}

fn add(file: &mut StoreFile, new: &Credentials, name: &str) -> Result<SlotId, PasswordError> {
    let current = credentials("secret");
    file.add_slot(&current, new, &label(name), &CHANGE, &Control::default())
        .map(|slot| slot.id)
}

fn remove(file: &mut StoreFile, id: SlotId, current: &str) -> Result<(), PasswordError> {
    let current = credentials(current);
    file.remove_slot(id, &current, &CHANGE.kdf_limits, &Control::default())
}

fn try_open(fixture: &Fixture, credentials: &Credentials) -> Result<(), OpenError> {
    let options = FileOpenOptions {
        read_only: true,
        ..FileOpenOptions::default()
    };
    let vfs = Arc::new(fixture.vfs.clone());
    let control = Control::default();
    StoreFile::open(vfs, &fixture.path, credentials, &options, &control).map(drop)
}

#[track_caller]
fn assert_wrong(fixture: &Fixture, credentials: &Credentials) {
    let result = try_open(fixture, credentials);
    assert!(
        matches!(
            (credentials, &result),
            (Credentials::Password { .. }, Err(OpenError::WrongPassword))
                | (
                    Credentials::RecoveryKey(_),
                    Err(OpenError::WrongRecoveryKey)
                )
        ),
        "{result:?}"
    );
}

#[test]
fn every_kind_of_slot_opens_the_file_and_no_other_secret_does() {
    let (fixture, mut file) = Fixture::create();
    let (_, paper) = recovery();
    let both = with_key_file("with a file", &[7]);
    let kinds = [
        (credentials("second"), SlotKind::Password),
        (both, SlotKind::PasswordAndKeyFile),
        (paper, SlotKind::RecoveryKey),
    ];
    for (new, kind) in &kinds {
        add(&mut file, new, &kind.to_string()).unwrap();
    }
    for (presented, _) in &kinds {
        try_open(&fixture, presented).unwrap();
    }
    try_open(&fixture, &credentials("secret")).unwrap();

    assert_wrong(&fixture, &credentials("with a file"));
    assert_wrong(&fixture, &with_key_file("with a file", &[8]));
    assert_wrong(&fixture, &recovery().1);
    // A key file that is not needed does no harm.
    try_open(&fixture, &with_key_file("second", &[9])).unwrap();

    let list = file.slots();
    let found: Vec<_> = list.iter().map(|slot| (slot.number, slot.kind)).collect();
    assert_eq!(found[0], (0, SlotKind::Password));
    assert_eq!(
        found[1..],
        [1, 2, 3].map(|n| (n, kinds[usize::from(n) - 1].1))
    );
    assert_eq!(list[3].label.as_str(), "recovery key");
    assert_eq!(list[3].kdf, None);
    assert_eq!(list[2].kdf.map(|cost| cost.m_kib), Some(19 * 1024));
    let shown = probe(&fixture.vfs, &fixture.path).unwrap();
    assert_eq!(shown.slots, list);
    assert!(!shown.needs_key_file);
}

#[test]
fn a_removed_password_opens_nothing_and_the_last_is_never_removed() {
    let (fixture, mut file) = Fixture::create();
    let first = file.slots()[0].id;
    assert!(matches!(
        remove(&mut file, first, "secret"),
        Err(PasswordError::LastSlot)
    ));
    let (_, paper) = recovery();
    let second = add(&mut file, &paper, "paper").unwrap();
    remove(&mut file, first, "secret").unwrap();
    assert_wrong(&fixture, &credentials("secret"));
    try_open(&fixture, &paper).unwrap();
    let control = Control::default();
    let result = file.remove_slot(second, &paper, &CHANGE.kdf_limits, &control);
    assert!(matches!(result, Err(PasswordError::LastSlot)));
    assert!(matches!(
        remove(&mut file, first, "secret"),
        Err(PasswordError::NoSuchSlot)
    ));
    // Every byte of the slot is gone from both copies.
    let content = fixture.content();
    for start in [0x100, 0x4100] {
        assert_eq!(content[start..start + SLOT_LEN], [0; SLOT_LEN]);
    }
}

#[test]
fn a_slot_of_a_later_version_does_not_count_as_the_last_but_can_be_removed() {
    let (_, mut file) = Fixture::create();
    let mut slots = file.generation.header.slots;
    slots[5] = slots[0];
    slots[5][1] = 4;
    slots[5][48] ^= 1;
    file.replace_slots(&slots).unwrap();
    let [first, other] = file.slots().try_into().unwrap();
    assert_eq!(other.kind, SlotKind::Other(4));
    assert!(matches!(
        remove(&mut file, first.id, "secret"),
        Err(PasswordError::LastSlot)
    ));
    remove(&mut file, other.id, "secret").unwrap();
    assert_eq!(file.slots(), [first]);
}

#[test]
fn eight_slots_are_all_there_are() {
    let (_, mut file) = Fixture::create();
    for number in 1..8 {
        let (_, paper) = recovery();
        add(&mut file, &paper, &format!("paper {number}")).unwrap();
    }
    let full = add(&mut file, &recovery().1, "one more");
    assert!(matches!(full, Err(PasswordError::NoFreeSlot)));
    let third = file.slots()[3].id;
    remove(&mut file, third, "secret").unwrap();
    add(&mut file, &recovery().1, "in the gap").unwrap();
    assert_eq!(file.slots()[3].label.as_str(), "in the gap");
}

#[test]
fn nothing_changes_without_a_current_password() {
    let (fixture, mut file) = Fixture::create();
    let before = fixture.content();
    let id = file.slots()[0].id;
    let control = Control::default();
    let (wrong, new) = (credentials("wrong"), credentials("new"));
    let name = label("x");
    let results = [
        file.add_slot(&wrong, &new, &name, &CHANGE, &control).err(),
        file.change_slot(id, &wrong, &new, &CHANGE, &control).err(),
        file.label_slot(id, &name, &wrong, &CHANGE.kdf_limits, &control)
            .err(),
        file.change_password(&wrong, &new, &CHANGE, &control).err(),
    ];
    for result in results {
        assert!(matches!(result, Some(PasswordError::WrongPassword)));
    }
    let (_, paper) = recovery();
    let result = file.add_slot(&paper, &new, &name, &CHANGE, &control);
    assert!(matches!(result, Err(PasswordError::WrongRecoveryKey)));
    assert_eq!(fixture.content(), before);
}

#[test]
fn a_label_changes_without_the_password_and_stays_when_the_password_changes() {
    let (fixture, mut file) = Fixture::create();
    let control = Control::default();
    let current = credentials("secret");
    let id = file.slots()[0].id;
    let named = file
        .label_slot(id, &label("Ana"), &current, &CHANGE.kdf_limits, &control)
        .unwrap();
    assert_eq!((named.id, named.label.as_str()), (id, "Ana"));
    try_open(&fixture, &current).unwrap();

    let changed = file
        .change_slot(id, &current, &credentials("new"), &CHANGE, &control)
        .unwrap();
    assert_ne!(changed.id, id);
    assert_eq!((changed.number, changed.label.as_str()), (0, "Ana"));
    assert_wrong(&fixture, &current);
    try_open(&fixture, &credentials("new")).unwrap();
}

#[test]
fn a_password_can_be_changed_to_a_recovery_key_and_any_slot_with_the_key_of_another() {
    let (fixture, mut file) = Fixture::create();
    let control = Control::default();
    let (_, paper) = recovery();
    add(&mut file, &paper, "paper").unwrap();
    let forgotten = file.slots()[0].id;
    file.change_slot(forgotten, &paper, &credentials("new"), &CHANGE, &control)
        .unwrap();
    try_open(&fixture, &credentials("new")).unwrap();
    let (_, other) = recovery();
    let cost = file
        .change_password(&credentials("new"), &other, &CHANGE, &control)
        .unwrap();
    assert_eq!(cost, None);
    try_open(&fixture, &other).unwrap();
    assert_wrong(&fixture, &credentials("new"));
}

#[test]
fn slots_are_written_one_header_copy_at_a_time() {
    let (fixture, mut file) = Fixture::create();
    fixture.vfs.take_log();
    add(&mut file, &recovery().1, "paper").unwrap();
    let pair = [FileOp::Write, FileOp::Sync];
    assert_eq!(fixture.vfs.take_log(), [pair, pair, pair].concat());
    let id = file.slots()[1].id;
    remove(&mut file, id, "secret").unwrap();
    assert_eq!(fixture.vfs.take_log(), [pair, pair, pair].concat());
    assert_eq!(file.stats().header_epoch, 3);
}

#[test]
fn a_damaged_wrapped_key_is_told_from_a_wrong_one() {
    let (_, mut file) = Fixture::create();
    let (_, paper) = recovery();
    add(&mut file, &paper, "paper").unwrap();
    let header = &file.generation.header;
    let mut slots = header.slots;
    slots[1][120] ^= 1;
    let limits = CHANGE.kdf_limits;
    let unlock = |slots: &slots::Slots| {
        slots::unlock(
            slots,
            &header.store_id,
            &paper,
            &limits,
            &Control::default(),
        )
    };
    assert!(matches!(
        unlock(&slots),
        Err(slots::UnlockError::SlotCorrupt { slot: 1 })
    ));
    // The commitment is bound to the public part: changing that makes it another slot.
    slots[1] = header.slots[1];
    slots[1][16] ^= 1;
    assert!(matches!(
        unlock(&slots),
        Err(slots::UnlockError::WrongRecoveryKey)
    ));
}

#[test]
fn a_recovery_key_slot_with_a_cost_is_none_of_this_version() {
    let (_, mut file) = Fixture::create();
    add(&mut file, &recovery().1, "paper").unwrap();
    let mut slot = file.generation.header.slots[1];
    assert_eq!(slots::kind_of(&slot), Some(SlotKind::RecoveryKey));
    slot[4] = 1;
    assert_eq!(slots::kind_of(&slot), Some(SlotKind::Other(3)));
}

#[test]
fn key_files_have_one_byte_to_64_mib() {
    let (fixture, _file) = Fixture::create();
    let vfs = &fixture.vfs;
    let path = fixture.path.with_extension("key");
    let same = |left: &KeyFile, right: &KeyFile| left.hash() == right.hash();
    for length in [1, 64 << 10, (64 << 10) + 1, 300_000] {
        let content: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
        vfs.put(&path, content.clone());
        let read = KeyFile::read(vfs, &path).unwrap();
        assert!(same(&read, &KeyFile::from_content(&content).unwrap()));
        let other = KeyFile::from_content(&content[1..]);
        assert!(other.is_err() || !same(&read, &other.unwrap()));
    }
    vfs.put(&path, Vec::new());
    assert!(matches!(
        KeyFile::read(vfs, &path),
        Err(KeyFileError::Empty)
    ));
    vfs.put(&path, vec![0; 64 << 20]);
    assert!(KeyFile::read(vfs, &path).is_ok());
    vfs.put(&path, vec![0; (64 << 20) + 1]);
    assert!(matches!(
        KeyFile::read(vfs, &path),
        Err(KeyFileError::TooLarge)
    ));
}

#[test]
fn a_generated_key_file_is_random_and_never_replaces_a_file() {
    let (fixture, _file) = Fixture::create();
    let vfs = &fixture.vfs;
    let path = fixture.path.with_extension("key");
    let made = KeyFile::generate(vfs, &path).unwrap();
    let content = vfs.content(&path);
    assert_eq!(content.len(), 64);
    assert!(KeyFile::read(vfs, &path).unwrap().hash() == made.hash());
    assert!(KeyFile::generate(vfs, &path).is_err());
    assert_eq!(vfs.content(&path), content);
    let other = KeyFile::generate(vfs, &path.with_extension("other")).unwrap();
    assert!(other.hash() != made.hash());
}

#[test]
fn labels_and_slots_are_under_the_mac_of_the_header() {
    let (fixture, mut file) = Fixture::create();
    add(&mut file, &recovery().1, "paper").unwrap();
    file.append(&payloads(&["x"])).unwrap();
    let mut content = fixture.content();
    // Another label, with a corrected checksum in both copies.
    for start in [0, 0x4000] {
        content[start + 0x200 + 169] ^= 1;
        let sha = crate::file::keys::seal::sha256(&content[start..start + HEADER_LEN - 32]);
        content[start + HEADER_LEN - 32..start + HEADER_LEN].copy_from_slice(&sha);
    }
    let forged = fixture.with_content(content);
    let handle = crate::file::Vfs::open(&forged.vfs, &forged.path, crate::file::Access::Read);
    assert!(HeaderCopies::read(&*handle.unwrap(), 0x9000).is_ok());
    let result = forged.read();
    assert!(
        matches!(result, Err(OpenError::HeaderTampered)),
        "{result:?}"
    );
}

#[test]
fn a_file_for_a_recovery_key_alone_has_no_cost_and_checks_none() {
    let below_the_floor = KdfProfile::Explicit(KdfParams {
        m_kib: 8,
        t: 1,
        p: 1,
    });
    let create = |credentials: &Credentials| {
        let options = FileCreateOptions {
            kdf: below_the_floor,
            ..FileCreateOptions::default()
        };
        StoreFile::create(
            Arc::new(MemVfs::default()),
            Path::new("/folder/data.vstore"),
            credentials,
            &options,
            std::iter::empty(),
            0,
            &Control::default(),
        )
    };
    let (_, report) = create(&RecoveryKey::generate().unwrap().into()).unwrap();
    assert_eq!(report.kdf, None);
    assert!(matches!(
        create(&credentials("secret")),
        Err(CreateError::KdfTooCheap(_))
    ));
}
