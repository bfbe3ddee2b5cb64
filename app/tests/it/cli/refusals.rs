//! Refusals and failures, and what messages never show.

use std::fs;

use serde_json::{Value, json};

use super::{Desk, PASSWORD, code, films, stderr, stdout};

#[test]
fn bad_input_is_refused_and_changes_nothing() {
    let desk = Desk::with(&json!({"a": 1}));
    let deep = format!("{{\"k\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for (text, expected) in [
        (
            "{\"b\": 1,\n \"c\": }",
            "line 2, column 7: expected a value",
        ),
        (
            "{\"b\": {\"x\": 1,\n\"x\": 2}}",
            "line 2, column 1: the name \"x\" occurs twice",
        ),
        (
            "{\"b\": 1, \"b\": 2}",
            "line 1, column 10: duplicate key \"b\", first in line 1",
        ),
        (&deep, "line 1, column 135: nested deeper than 128 levels"),
        (
            "{\"b\": \"\\ud800\"}",
            "line 1, column 8: half of a surrogate pair",
        ),
        (
            "{\"b\\u0007\": 1}",
            "line 1, column 2: a key must not contain control characters",
        ),
        ("{\"\": 1}", "line 1, column 2: a key must not be empty"),
        (
            "{\"b\": 1} x",
            "line 1, column 10: expected the end of the text",
        ),
        ("", "the text ends before the value does"),
        ("7", "expected an object or an array of records"),
    ] {
        desk.write("bad.json", text);
        let refused = desk.run(&["import", "db.vstore", "bad.json"]);
        assert_eq!(code(&refused), 8, "{}", stderr(&refused));
        assert!(stderr(&refused).contains(expected), "{}", stderr(&refused));
        assert_eq!(stdout(&refused), "");
    }
    fs::write(desk.path("bad.json"), b"{\"b\": \"\xFF\"}").unwrap();
    let refused = desk.run(&["import", "db.vstore", "bad.json"]);
    assert_eq!(code(&refused), 8);
    assert!(
        stderr(&refused).contains("not UTF-8"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(desk.exported(), json!({"a": 1}));
}

#[test]
fn a_wrong_or_empty_password_is_reported() {
    let desk = Desk::with(&json!({"a": 1}));
    for (input, expected) in [
        ("wrong\n", "wrong password"),
        ("\n", "the password is empty"),
        ("", "the password is empty"),
    ] {
        for command in [
            &["get", "db.vstore", "a"][..],
            &["put", "db.vstore", "a", "2"],
        ] {
            let refused = desk.run_with_input(command, input);
            assert_eq!(code(&refused), 3);
            assert!(stderr(&refused).contains(expected), "{}", stderr(&refused));
        }
    }
    let opened = desk.run_with_input(&["get", "db.vstore", "a"], "correct horse\r\n");
    assert_eq!(stdout(&opened), "1\n");
}

#[test]
fn files_that_are_not_databases_are_distinguished() {
    let desk = Desk::with(&json!({"a": 1}));
    desk.write(
        "text.vstore",
        "These are my notes. They are long enough to be a header.",
    );
    assert_eq!(code(&desk.run(&["info", "text.vstore"])), 6);
    desk.write("empty.vstore", "");
    assert_eq!(code(&desk.run(&["info", "empty.vstore"])), 4);
    let missing = desk.run(&["info", "missing.vstore"]);
    assert_eq!(code(&missing), 9);
    assert!(
        stderr(&missing).contains("does not exist"),
        "{}",
        stderr(&missing)
    );
    let no_data = desk.run(&["import", "db.vstore", "missing.json"]);
    assert_eq!(code(&no_data), 9);
    assert!(
        stderr(&no_data).contains("missing.json"),
        "{}",
        stderr(&no_data)
    );
}

#[test]
fn damage_is_reported_and_listed() {
    let desk = Desk::with(&films());
    // Damage in the last commit would count as an incomplete write.
    assert_eq!(code(&desk.run(&["compact", "db.vstore"])), 0);
    let bytes = fs::read(desk.path("db.vstore")).unwrap();
    let mut flipped = bytes.clone();
    // Inside the header of the first frame.
    flipped[0x8000 + 40] ^= 1;
    fs::write(desk.path("flipped.vstore"), flipped).unwrap();
    let refused = desk.run(&["export", "flipped.vstore", "-"]);
    assert_eq!((code(&refused), stdout(&refused).as_str()), (4, ""));
    assert!(
        stderr(&refused).contains("damaged at byte"),
        "{}",
        stderr(&refused)
    );
    let verified = desk.run(&["verify", "flipped.vstore", "--json"]);
    assert_eq!(code(&verified), 4);
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(report["intact"], json!(false));
    assert!(!report["findings"].as_array().unwrap().is_empty());
    fs::write(desk.path("cut.vstore"), &bytes[..8192 + 200]).unwrap();
    assert_eq!(code(&desk.run(&["export", "cut.vstore", "-"])), 4);
    // Damage inside encrypted data is found only by decrypting it.
    let mut inside = bytes;
    let last = inside.len() - 40;
    inside[last] ^= 1;
    fs::write(desk.path("inside.vstore"), inside).unwrap();
    for (file, whole, quick) in [
        ("db.vstore", 0, 0),
        ("inside.vstore", 4, 0),
        ("flipped.vstore", 4, 4),
    ] {
        assert_eq!(code(&desk.run(&["verify", file])), whole, "{file}");
        assert_eq!(
            code(&desk.run(&["verify", file, "--quick"])),
            quick,
            "{file}"
        );
    }
}

#[test]
fn a_file_that_is_open_elsewhere_can_be_read_but_not_changed() {
    let desk = Desk::with(&json!({"a": 1}));
    let password = vstore::file::Password::new(PASSWORD.to_owned()).unwrap();
    let (held, _) = vstore::Store::open(
        &desk.path("db.vstore"),
        &vstore::file::Credentials::password(password),
        &vstore::OpenOptions::default(),
        &vstore::file::Control::default(),
    )
    .unwrap();
    for command in [
        &["put", "db.vstore", "a", "2"][..],
        &["compact", "db.vstore"],
    ] {
        let refused = desk.run(command);
        assert_eq!(code(&refused), 5, "{}", stderr(&refused));
    }
    assert_eq!(desk.exported(), json!({"a": 1}));
    held.close().unwrap();
    assert_eq!(code(&desk.run(&["put", "db.vstore", "a", "2"])), 0);
}

#[test]
fn the_file_contains_no_plain_text() {
    let desk = Desk::with(&json!({"sesame-key": "sesame-value"}));
    let bytes = fs::read(desk.path("db.vstore")).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"sesame"));
}

#[test]
fn a_file_of_a_newer_version_is_recognised_and_left_unchanged() {
    let desk = Desk::with(&json!({"a": 1}));
    let mut bytes = fs::read(desk.path("db.vstore")).unwrap();
    // The major version, in both copies of the header (FORMAT.md).
    bytes[8] = 9;
    bytes[0x4008] = 9;
    fs::write(desk.path("db.vstore"), &bytes).unwrap();
    for arguments in [
        &["get", "db.vstore", "a"][..],
        &["put", "db.vstore", "a", "2"],
        &["verify", "db.vstore"],
    ] {
        let refused = desk.run(arguments);
        assert_eq!(code(&refused), 7, "{}", stderr(&refused));
        assert!(stderr(&refused).contains("newer"), "{}", stderr(&refused));
    }
    assert_eq!(fs::read(desk.path("db.vstore")).unwrap(), bytes);
}

/// Runs a command with a limit of `kib` on file sizes, which acts like a full disk.
#[cfg(unix)]
fn run_with_little_room(desk: &Desk, kib: u32, arguments: &str) -> std::process::Output {
    let program = env!("CARGO_BIN_EXE_vstore");
    // With the signal ignored, the system refuses the write, as it does on a full disk.
    let script = format!(
        "trap '' XFSZ; ulimit -f {}; echo '{PASSWORD}' | '{program}' {arguments} --password-stdin",
        kib * 2
    );
    std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(desk.folder.path())
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn without_space_nothing_changes_and_an_error_is_reported() {
    let desk = Desk::with(&json!({"a": 1}));
    let large: serde_json::Map<_, _> = (0..4000)
        .map(|n| {
            (
                format!("k{n}"),
                json!({"text": format!("{n}-{}", n * 7919)}),
            )
        })
        .collect();
    desk.write("large.json", &Value::Object(large).to_string());
    let names = || {
        let entries = fs::read_dir(desk.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        // The lock file stays: removing it would let two writers in.
        let mut names: Vec<_> = names
            .filter(|name| !name.as_encoded_bytes().ends_with(b".lock"))
            .collect();
        names.sort();
        names
    };
    let before = (names(), fs::read(desk.path("db.vstore")).unwrap());
    for arguments in [
        "import db.vstore large.json",
        "import new.vstore large.json --create --kdf fast",
        "export db.vstore /dev/full --format json",
    ] {
        let refused = run_with_little_room(&desk, 20, arguments);
        assert_eq!(code(&refused), 9, "{arguments}: {}", stderr(&refused));
        assert!(
            !stderr(&refused).contains("panicked"),
            "{}",
            stderr(&refused)
        );
    }
    assert_eq!(names(), before.0, "no partly written file is left behind");
    assert_eq!(desk.exported(), json!({"a": 1}));
    assert_eq!(code(&desk.run(&["verify", "db.vstore"])), 0);
}

/// A folder that only its owner may write to does not keep out the administrator, so if the test
/// runs as administrator, the command runs as another user.
#[cfg(unix)]
#[test]
fn a_read_only_folder_is_reported_and_can_be_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::with(&json!({"a": 1}));
    let mode = |name: &str, mode| {
        fs::set_permissions(desk.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    // Copied to where the other user may run it: the build folder may be private to root.
    fs::copy(env!("CARGO_BIN_EXE_vstore"), desk.path("program")).unwrap();
    mode("db.vstore", 0o444);
    mode(".", 0o555);
    let is_root = fs::write(desk.path("probe"), "").is_ok();
    let run = |arguments: &str| {
        let prefix = if is_root {
            "setpriv --reuid=65534 --regid=65534 --clear-groups "
        } else {
            ""
        };
        let script = format!("echo '{PASSWORD}' | {prefix}./program {arguments} --password-stdin");
        std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(desk.folder.path())
            .output()
            .unwrap()
    };
    let read = run("get db.vstore a");
    assert_eq!(stdout(&read), "1\n", "{}", stderr(&read));
    for arguments in ["put db.vstore a 2", "compact db.vstore"] {
        let refused = run(arguments);
        assert_eq!(code(&refused), 9, "{arguments}: {}", stderr(&refused));
    }
    mode(".", 0o755);
    mode("db.vstore", 0o644);
    assert_eq!(desk.exported(), json!({"a": 1}));
}

#[test]
fn no_progress_is_printed_without_a_terminal() {
    let desk = Desk::with(&json!({"a": 1}));
    for arguments in [
        &["verify", "db.vstore"][..],
        &["compact", "db.vstore"],
        &["export", "db.vstore", "-"],
    ] {
        let ran = desk.run(arguments);
        assert!(!stderr(&ran).contains('\r'), "{arguments:?}");
    }
}
