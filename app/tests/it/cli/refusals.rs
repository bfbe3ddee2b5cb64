//! What goes wrong, and what is never shown.

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
            "line 2, column 1: the name \"x\" stands twice",
        ),
        (
            "{\"b\": 1, \"b\": 2}",
            "line 1, column 10: the key \"b\" stands before in line 1",
        ),
        (&deep, "line 1, column 135: nested deeper than 128 levels"),
        (
            "{\"b\": \"\\ud800\"}",
            "line 1, column 8: half of a surrogate pair",
        ),
        (
            "{\"b\\u0007\": 1}",
            "line 1, column 2: a key must not hold control characters",
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
fn a_wrong_or_empty_password_is_told() {
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
fn files_that_are_not_databases_are_told_apart() {
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
fn damage_is_told_and_listed() {
    let desk = Desk::with(&films());
    let bytes = fs::read(desk.path("db.vstore")).unwrap();
    let mut flipped = bytes.clone();
    // Behind both headers (4 KiB each), inside the first frame of the checkpoint.
    flipped[8192 + 100] ^= 1;
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
fn nothing_plain_is_left_in_the_file() {
    let desk = Desk::with(&json!({"sesame-key": "sesame-value"}));
    let bytes = fs::read(desk.path("db.vstore")).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"sesame"));
}
