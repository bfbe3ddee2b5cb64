use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::super::new_file::{NewFile, create_named};
use super::super::{Approved, Consent, InUse, Output, approve, leftovers};

fn approved(path: &Path) -> Approved {
    approve(
        path,
        Output::Export,
        &InUse::default(),
        &Consent::ReplaceAny,
    )
    .unwrap()
}

fn names(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_appears_when_it_is_finished_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.json");
    let target = approved(&path);
    let mut file = NewFile::create(&target).unwrap();
    file.file().write_all(b"half").unwrap();
    drop(file);
    assert!(names(folder.path()).is_empty());
    target.write(b"whole").unwrap();
    assert_eq!(names(folder.path()), ["out.json"]);
    assert_eq!(fs::read(&path).unwrap(), b"whole");
    #[cfg(unix)]
    assert_eq!(mode(&path), 0o600);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_being_written_has_no_name_where_the_system_can() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = NewFile::create(&approved(&folder.path().join("out.json"))).unwrap();
    file.file().write_all(b"plain").unwrap();
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_new_file_takes_no_place_that_something_has_got_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.json");
    let target = approved(&path);
    fs::write(&path, "made meanwhile").unwrap();
    let refused = target.write(b"new").unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), b"made meanwhile");
    // Nor does it replace another file than the one that was approved.
    let target = approved(&path);
    fs::write(folder.path().join("swapped"), "another").unwrap();
    fs::rename(folder.path().join("swapped"), &path).unwrap();
    if cfg!(unix) {
        assert!(target.write(b"new").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"another");
    }
    assert_eq!(names(folder.path()), ["out.json"]);
}

#[cfg(unix)]
#[test]
fn what_is_replaced_keeps_its_mode_and_its_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real.json");
    fs::write(&real, "old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    fs::create_dir(folder.path().join("links")).unwrap();
    let link = folder.path().join("links/link.json");
    symlink("../real.json", &link).unwrap();
    approved(&link).write(b"new").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&real).unwrap(), b"new");
    assert_eq!(mode(&real), 0o640);
    let dangling = folder.path().join("links/dangling.json");
    symlink("../made.json", &dangling).unwrap();
    approved(&dangling).write(b"made").unwrap();
    assert!(fs::symlink_metadata(&dangling).unwrap().is_symlink());
    assert_eq!(fs::read(folder.path().join("made.json")).unwrap(), b"made");
}

#[test]
fn leftovers_of_writers_that_are_gone_are_removed_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let abandoned = leftovers::new_name(folder.path()).unwrap();
    fs::write(&abandoned, "plain").unwrap();
    let (alive, alive_name) = create_named(folder.path()).unwrap();
    for name in [
        ".vstore-notes.part",
        ".vstore-0123456789abcdef.parts",
        "notes.part",
    ] {
        fs::write(folder.path().join(name), "mine").unwrap();
    }
    let path = folder.path().join("out.json");
    drop(NewFile::create(&approved(&path)).unwrap());
    assert!(!abandoned.exists());
    assert_eq!(names(folder.path()).len(), 4);
    drop((alive, alive_name));
    assert_eq!(names(folder.path()).len(), 3);
}

#[test]
fn the_name_of_a_target_may_be_as_long_as_names_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x".repeat(255));
    for text in ["one", "two"] {
        approved(&path).write(text.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
