//! Which files a command overwrites, and which it never does.

use std::fs;

use serde_json::json;

use super::{Desk, PASSWORD, code, stderr};

/// A desk with a database, a copy, a backup and a key file in use.
fn full_desk() -> Desk {
    let desk = Desk::with(&json!({"a": 1}));
    let copy = |to: &str| fs::copy(desk.path("db.vstore"), desk.path(to)).unwrap();
    for name in ["notes.db", "OTHER.VSTORE", "db.vstore.bak1"] {
        copy(name);
    }
    assert_eq!(
        code(&desk.run(&["header-backup", "export", "db.vstore", "header"])),
        0
    );
    let slot = [
        "slots",
        "add",
        "db.vstore",
        "--generate-key-file",
        "key",
        "--kdf",
        "fast",
    ];
    let added = desk.run_with_input(&slot, &format!("{PASSWORD}\nsecond\n"));
    assert_eq!(code(&added), 0, "{}", stderr(&added));
    desk
}

#[test]
fn an_export_never_replaces_a_file_of_a_database() {
    let desk = full_desk();
    let targets = [
        "db.vstore",
        "notes.db",
        "OTHER.VSTORE",
        "db.vstore.bak1",
        "db.vstore.bak2",
        ".db.vstore.lock",
        "header",
        "key",
        "new.vstore",
        ".",
    ];
    let content = || targets.map(|name| fs::read(desk.path(name)).ok());
    let before = content();
    for name in targets {
        for options in [&["--format", "json"][..], &["--format", "json", "--force"]] {
            let refused = desk.run(&[&["export", "db.vstore", name], options].concat());
            assert_eq!(code(&refused), 8, "{name}: {}", stderr(&refused));
            assert!(stderr(&refused).contains(name), "{}", stderr(&refused));
        }
    }
    assert_eq!(content(), before);
    assert_eq!(desk.exported(), json!({"a": 1}));
}

#[test]
fn an_earlier_export_is_replaced_and_any_other_file_only_by_force() {
    let desk = Desk::with(&json!({"a": 1}));
    let export = |options: &[&str]| desk.run(&[&["export", "db.vstore"], options].concat());
    for name in ["out.json", "out.ndjson"] {
        for _ in 0..2 {
            let written = export(&[name, "--with-metadata"]);
            assert_eq!(code(&written), 0, "{}", stderr(&written));
        }
        assert_eq!(code(&export(&[name])), 0);
    }
    desk.write("notes.json", "{ \"mine\": true }");
    let refused = export(&["notes.json"]);
    assert_eq!(code(&refused), 8);
    assert!(stderr(&refused).contains("--force"), "{}", stderr(&refused));
    assert_eq!(desk.read("notes.json"), "{ \"mine\": true }");
    assert_eq!(code(&export(&["notes.json", "--force"])), 0);
    assert_eq!(desk.read("notes.json"), desk.read("out.json"));
    desk.write("empty.json", "");
    assert_eq!(code(&export(&["empty.json"])), 0);
}

#[test]
fn other_outputs_replace_files_only_by_force() {
    let desk = full_desk();
    for (arguments, by_force) in [
        (
            &["salvage", "db.vstore", "notes.db", "--kdf", "fast"][..],
            true,
        ),
        (
            &["salvage", "db.vstore", "db.vstore", "--kdf", "fast"],
            false,
        ),
        (
            &["salvage", "db.vstore", "db.vstore.bak1", "--kdf", "fast"],
            false,
        ),
        (&["header-backup", "export", "db.vstore", "header"], true),
        (&["header-backup", "export", "db.vstore", "notes.db"], false),
        (
            &["header-backup", "export", "db.vstore", "db.vstore"],
            false,
        ),
    ] {
        let name = desk.path(
            arguments
                .iter()
                .rev()
                .find(|word| desk.path(word).exists())
                .unwrap(),
        );
        let before = fs::read(&name).unwrap();
        let refused = desk.run(arguments);
        assert_eq!(code(&refused), 8, "{arguments:?}: {}", stderr(&refused));
        assert_eq!(fs::read(&name).unwrap(), before);
        let forced = desk.run(&[arguments, &["--force"]].concat());
        let expected = if by_force { 0 } else { 8 };
        assert_eq!(
            code(&forced),
            expected,
            "{arguments:?}: {}",
            stderr(&forced)
        );
    }
    assert!(
        desk.path("notes.db.bak1").exists(),
        "salvage keeps what it replaces"
    );
    let slot = [
        "slots",
        "add",
        "db.vstore",
        "--generate-key-file",
        "key",
        "--kdf",
        "fast",
    ];
    let refused = desk.run_with_input(&slot, &format!("{PASSWORD}\nthird\n"));
    assert_eq!(code(&refused), 8, "{}", stderr(&refused));
}

#[cfg(unix)]
#[test]
fn output_redirected_to_the_database_is_refused() {
    let desk = Desk::with(&json!({"a": 1}));
    let before = fs::read(desk.path("db.vstore")).unwrap();
    let program = env!("CARGO_BIN_EXE_vstore");
    for arguments in [
        "export db.vstore -",
        "export db.vstore /dev/stdout --format json",
        "get db.vstore a",
        "info db.vstore --json",
    ] {
        let script =
            format!("echo '{PASSWORD}' | '{program}' {arguments} --password-stdin >> db.vstore");
        let mut shell = std::process::Command::new("sh");
        let ran = shell
            .args(["-c", &script])
            .current_dir(desk.folder.path())
            .output();
        let refused = ran.unwrap();
        assert_eq!(code(&refused), 8, "{arguments}: {}", stderr(&refused));
    }
    assert_eq!(fs::read(desk.path("db.vstore")).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_link_is_kept_and_its_target_is_written() {
    let desk = Desk::with(&json!({"a": 1}));
    fs::create_dir(desk.path("real")).unwrap();
    std::os::unix::fs::symlink("real/out.json", desk.path("out.json")).unwrap();
    std::os::unix::fs::symlink("real/new.vstore", desk.path("new.vstore")).unwrap();
    for _ in 0..2 {
        assert_eq!(code(&desk.run(&["export", "db.vstore", "out.json"])), 0);
        assert!(
            fs::symlink_metadata(desk.path("out.json"))
                .unwrap()
                .is_symlink()
        );
        assert_eq!(desk.read("real/out.json"), "{\n\"a\":1\n}\n");
    }
    let create = ["put", "new.vstore", "b", "2", "--create", "--kdf", "fast"];
    let made = desk.run(&create);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    assert!(desk.path("real/new.vstore").is_file());
    assert!(
        fs::symlink_metadata(desk.path("new.vstore"))
            .unwrap()
            .is_symlink()
    );
}
