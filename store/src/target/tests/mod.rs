use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::file::{
    Control, Credentials, HEADER_BACKUP_LEN, KdfProfile, KeyFile, LOCK_FIRST_LINE, Password,
    RealVfs, backup_path,
};
use crate::{CreateOptions, Store};

mod content;
mod writing;

/// A folder with a database in use, its key file, and files of every kind.
struct Desk {
    folder: tempfile::TempDir,
    in_use: InUse,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Self {
            in_use: InUse::new(
                &folder.path().join("open.vstore"),
                Some(&folder.path().join("open.key")),
            ),
            folder,
        };
        let key_file = KeyFile::generate(&RealVfs, &desk.path("open.key")).unwrap();
        let store = database(&desk.path("open.vstore"), Some(key_file));
        let backup = store.header_backup().unwrap();
        assert_eq!(backup.to_bytes().len(), HEADER_BACKUP_LEN);
        fs::write(desk.path("header"), backup.to_bytes()).unwrap();
        store.close().unwrap();
        database(&desk.path("other"), None).close().unwrap();
        // As a program leaves them that was killed.
        for name in [".open.vstore.lock", ".other.lock"] {
            fs::write(desk.path(name), format!("{LOCK_FIRST_LINE}\n")).unwrap();
        }
        KeyFile::generate(&RealVfs, &desk.path("other.key")).unwrap();
        for (name, text) in [
            ("empty", ""),
            ("export.json", "{\n\"a\":1\n}\n"),
            ("notes.json", "{\"a\": 1}"),
            ("text", "These are my notes."),
        ] {
            fs::write(desk.path(name), text).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn judge(&self, name: &str, output: Output) -> Verdict {
        judge(&self.path(name), output, &self.in_use)
    }

    /// The verdict in one word.
    fn word(&self, name: &str, output: Output) -> &'static str {
        match self.judge(name, output) {
            Verdict::Free => "free",
            Verdict::Stream => "stream",
            Verdict::Replaceable(_) => "replaced",
            Verdict::NeedsConsent(_) => "asks",
            Verdict::Refused(_) => "refused",
        }
    }

    fn role(&self, name: &str) -> Option<Role> {
        match self.judge(name, Output::Database) {
            Verdict::Refused(Refusal::InUse { role, .. }) => Some(role),
            _ => None,
        }
    }
}

fn database(path: &Path, key_file: Option<KeyFile>) -> Store {
    let password = Password::new("correct horse".to_owned()).unwrap();
    let credentials = match key_file {
        Some(key_file) => Credentials::with_key_file(password, key_file),
        None => Credentials::password(password),
    };
    let options = CreateOptions {
        kdf: KdfProfile::Fast,
        ..CreateOptions::default()
    };
    let control = Control::default();
    Store::create(path, &credentials, &options, &control)
        .unwrap()
        .0
}

const ALL: [Output; 4] = [
    Output::Export,
    Output::Database,
    Output::HeaderBackup,
    Output::KeyFile,
];

#[test]
fn what_is_there_decides_about_each_output() {
    let desk = Desk::new();
    for (name, expected) in [
        ("nothing", ["free"; 4]),
        ("empty", ["replaced", "replaced", "replaced", "asks"]),
        ("export.json", ["replaced", "asks", "asks", "asks"]),
        ("notes.json", ["asks"; 4]),
        ("text", ["asks"; 4]),
        ("open.vstore", ["refused"; 4]),
        ("open.key", ["refused"; 4]),
        (".open.vstore.lock", ["refused"; 4]),
        (".other.lock", ["refused"; 4]),
        ("other", ["refused", "asks", "refused", "refused"]),
        ("other.key", ["refused", "asks", "refused", "refused"]),
        ("header", ["refused", "asks", "asks", "refused"]),
        (".", ["refused"; 4]),
        ("nothing/", ["refused"; 4]),
        ("missing/file", ["refused"; 4]),
    ] {
        let found = ALL.map(|output| desk.word(name, output));
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn files_of_a_database_in_use_are_known_also_before_they_are_there() {
    let desk = Desk::new();
    for number in [1, 2, 10] {
        let name = format!("open.vstore.bak{number}");
        assert_eq!(desk.role(&name), Some(Role::Backup), "{name}");
    }
    assert_eq!(desk.role("open.vstore.bak11"), None);
    assert_eq!(desk.role(".open.vstore.0123.vstmp"), Some(Role::Temporary));
    assert_eq!(desk.role(".open.vstore.lock"), Some(Role::Lock));
    fs::remove_file(desk.path(".open.vstore.lock")).unwrap();
    assert_eq!(desk.role(".open.vstore.lock"), Some(Role::Lock));
    assert_eq!(
        desk.role("sub/../open.vstore"),
        None,
        "the folder is missing"
    );
    fs::create_dir(desk.path("sub")).unwrap();
    assert_eq!(desk.role("sub/../open.vstore"), Some(Role::Database));
    fs::copy(desk.path("open.key"), desk.path("sub/copy")).unwrap();
    assert_eq!(desk.role("sub/copy"), Some(Role::KeyFile));
    // The same database under a name that is not yet there.
    fs::remove_file(desk.path("open.vstore")).unwrap();
    assert_eq!(desk.role("open.vstore"), Some(Role::Database));
}

#[cfg(unix)]
#[test]
fn links_change_nothing_about_what_a_file_is() {
    use std::os::unix::fs::symlink;
    let desk = Desk::new();
    fs::create_dir(desk.path("links")).unwrap();
    fs::copy(
        desk.path("open.vstore"),
        backup_path(&desk.path("open.vstore"), 1),
    )
    .unwrap();
    for (name, role) in [
        ("open.vstore", Role::Database),
        ("open.vstore.bak1", Role::Backup),
        (".open.vstore.lock", Role::Lock),
        ("open.key", Role::KeyFile),
    ] {
        let (soft, hard) = (format!("links/{name}.soft"), format!("links/{name}.hard"));
        symlink(format!("../{name}"), desk.path(&soft)).unwrap();
        symlink(format!("{name}.soft"), desk.path(&format!("{soft}.json"))).unwrap();
        fs::hard_link(desk.path(name), desk.path(&hard)).unwrap();
        for link in [&soft, &format!("{soft}.json"), &hard] {
            assert_eq!(desk.role(link), Some(role), "{link}");
        }
    }
    // The database in use may be named by a link, too.
    let by_link = InUse::new(&desk.path("links/open.vstore.soft"), None);
    let verdict = judge(&desk.path("open.vstore.bak3"), Output::Database, &by_link);
    assert!(matches!(verdict, Verdict::Refused(_)), "{verdict:?}");
    symlink("nowhere.json", desk.path("dangling")).unwrap();
    assert_eq!(desk.word("dangling", Output::Export), "free");
    symlink("round", desk.path("round")).unwrap();
    assert_eq!(desk.word("round", Output::Export), "refused");
    symlink("../text", desk.path("links/text")).unwrap();
    let Verdict::NeedsConsent(existing) = desk.judge("links/text", Output::Export) else {
        panic!("no question")
    };
    assert_eq!(existing.path, desk.path("text").canonicalize().unwrap());
}

#[test]
fn an_export_is_not_called_like_a_database() {
    let desk = Desk::new();
    for name in ["new.vstore", "new.VStore"] {
        assert_eq!(desk.word(name, Output::Export), "refused", "{name}");
        assert_eq!(desk.word(name, Output::Database), "free", "{name}");
    }
}

#[test]
fn a_damaged_database_is_one_as_long_as_anything_of_it_is_left() {
    let desk = Desk::new();
    let whole = fs::read(desk.path("other")).unwrap();
    for (start, end, is_known) in [(0, 4096, true), (0, 0x8000, true), (0, whole.len(), false)] {
        let mut bytes = whole.clone();
        bytes[start..end].fill(0);
        fs::write(desk.path("damaged"), bytes).unwrap();
        let verdict = desk.judge("damaged", Output::Export);
        let is_refused = matches!(
            verdict,
            Verdict::Refused(Refusal::Precious {
                content: Content::Database,
                ..
            })
        );
        assert_eq!(is_refused, is_known, "{start}..{end}: {verdict:?}");
    }
}

#[test]
fn consent_is_for_one_file_as_it_was() {
    let desk = Desk::new();
    let path = desk.path("text");
    let ask = |consent: &Consent| approve(&path, Output::Export, &desk.in_use, consent);
    let Err(NotApproved::Ask(existing)) = ask(&Consent::NotAsked) else {
        panic!("no question")
    };
    assert_eq!((existing.content, existing.bytes), (Content::Other, 19));
    let agreed = Consent::Replace(existing);
    assert!(ask(&agreed).unwrap().replaces().is_some());
    fs::write(&path, "These are my notes, and more of them.").unwrap();
    assert!(matches!(ask(&agreed), Err(NotApproved::Ask(_))));
    assert!(ask(&Consent::ReplaceAny).is_ok());
    // Even with consent.
    let database = desk.path("open.vstore");
    let refused = approve(
        &database,
        Output::Database,
        &desk.in_use,
        &Consent::ReplaceAny,
    );
    assert!(matches!(refused, Err(NotApproved::Refused(_))));
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_written_through_and_disks_are_not() {
    let desk = Desk::new();
    let pipe = desk.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for path in [
        pipe.as_path(),
        Path::new("/dev/null"),
        Path::new("/dev/stdout"),
    ] {
        let verdict = |output| judge(path, output, &desk.in_use);
        assert_eq!(
            verdict(Output::Export),
            Verdict::Stream,
            "{}",
            path.display()
        );
        for output in [Output::Database, Output::HeaderBackup, Output::KeyFile] {
            let refused = matches!(verdict(output), Verdict::Refused(Refusal::NotAFile(_)));
            assert!(refused, "{} {output:?}", path.display());
        }
    }
    let _socket = std::os::unix::net::UnixListener::bind(desk.path("socket")).unwrap();
    assert_eq!(desk.word("socket", Output::Export), "refused");
}

#[cfg(target_os = "linux")]
#[test]
fn an_open_descriptor_is_what_it_leads_to() {
    use std::os::fd::AsRawFd as _;
    let desk = Desk::new();
    for (name, expected) in [
        ("open.vstore", "refused"),
        ("other", "refused"),
        ("text", "stream"),
    ] {
        let file = fs::OpenOptions::new()
            .append(true)
            .open(desk.path(name))
            .unwrap();
        for folder in ["/proc/self/fd", "/dev/fd"] {
            let path = format!("{folder}/{}", file.as_raw_fd());
            assert_eq!(desk.word(&path, Output::Export), expected, "{name} {path}");
        }
    }
}

#[test]
fn what_is_replaced_by_a_database_stays_as_its_backup() {
    let desk = Desk::new();
    let path = desk.path("other");
    let before = fs::read(&path).unwrap();
    let approved = approve(&path, Output::Database, &desk.in_use, &Consent::ReplaceAny).unwrap();
    let credentials = Credentials::password(Password::new("new".to_owned()).unwrap());
    for backups in [0, 1] {
        let options = CreateOptions {
            kdf: KdfProfile::Fast,
            overwrite: approved.replaces().is_some(),
            backups,
            ..CreateOptions::default()
        };
        let replaced = fs::read(&path).unwrap();
        let control = Control::default();
        let created = Store::create(approved.path(), &credentials, &options, &control);
        created.unwrap().0.close().unwrap();
        assert_eq!(fs::read(backup_path(&path, 1)).unwrap(), replaced);
    }
    assert_ne!(fs::read(&path).unwrap(), before);
    // Nobody needs an empty file back.
    fs::remove_file(backup_path(&path, 1)).unwrap();
    fs::write(&path, "").unwrap();
    let options = CreateOptions {
        kdf: KdfProfile::Fast,
        overwrite: true,
        ..CreateOptions::default()
    };
    let created = Store::create(&path, &credentials, &options, &Control::default());
    let (store, _) = created.unwrap();
    let lock = fs::read_to_string(desk.path(".other.lock")).unwrap();
    assert!(lock.starts_with(LOCK_FIRST_LINE), "{lock}");
    store.close().unwrap();
    assert!(!backup_path(&path, 1).exists());
}

#[test]
fn each_refusal_names_the_file_and_the_way_on() {
    let desk = Desk::new();
    for (name, output, reason, way_on) in [
        (
            "open.vstore",
            Output::Export,
            "the open database itself",
            "another name",
        ),
        ("other", Output::Export, "is a database", "another name"),
        (".", Output::Export, "is a folder", "add the name of a file"),
        ("new.vstore", Output::Export, "not encrypted", ".json"),
        ("missing/out.json", Output::Export, "cannot be written", ""),
    ] {
        let Verdict::Refused(refusal) = desk.judge(name, output) else {
            panic!("{name} is not refused")
        };
        let words = refusal.to_string();
        let file = desk.path(name).display().to_string();
        for part in [&file, reason, way_on] {
            assert!(words.contains(part), "{words}");
        }
    }
}
