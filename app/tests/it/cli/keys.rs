//! Passwords, key files, recovery keys, the data key, header backups, salvage.

use std::fs;

use serde_json::{Value, json};

use super::{Desk, PASSWORD, code, films, stderr, stdout};

fn lines(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| format!("{line}\n")).collect();
    lines.concat()
}

impl Desk {
    /// Runs a command with these lines as standard input, which must succeed.
    #[track_caller]
    fn does(&self, arguments: &[&str], input: &[&str]) -> String {
        let ran = self.run_with_input(arguments, &lines(input));
        assert_eq!(code(&ran), 0, "{arguments:?}: {}", stderr(&ran));
        stdout(&ran)
    }

    /// Runs a command with these lines as standard input, which must fail with this exit code.
    #[track_caller]
    fn fails(&self, arguments: &[&str], input: &[&str], expected: i32) -> String {
        let ran = self.run_with_input(arguments, &lines(input));
        assert_eq!(code(&ran), expected, "{arguments:?}: {}", stderr(&ran));
        assert_eq!(stdout(&ran), "", "{arguments:?}");
        stderr(&ran)
    }

    /// Whether these arguments and this password or key open the database.
    #[track_caller]
    fn opens(&self, arguments: &[&str], secret: &str) -> bool {
        let arguments = [&["info", "db.vstore"], arguments].concat();
        let ran = self.run_with_input(&arguments, &lines(&[secret]));
        assert!([0, 3].contains(&code(&ran)), "{}", stderr(&ran));
        code(&ran) == 0
    }

    fn slots(&self) -> Vec<(u64, String)> {
        let list = self.answer(&["slots", "list", "db.vstore"]);
        let slot = |slot: &Value| {
            let kind = slot["kind"].as_str().unwrap();
            (slot["slot"].as_u64().unwrap(), kind.to_owned())
        };
        list.as_array().unwrap().iter().map(slot).collect()
    }

    fn recovery_key(&self) -> String {
        let added = ["slots", "add", "db.vstore", "--recovery", "--json"];
        let answer: Value = serde_json::from_str(&self.does(&added, &[PASSWORD])).unwrap();
        answer["recovery_key"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_changed_password_opens_and_the_old_one_does_not() {
    let desk = Desk::with(&films());
    let before = fs::read(desk.path("db.vstore")).unwrap();
    let passwd = ["passwd", "db.vstore", "--kdf", "fast"];
    let refused = desk.fails(&passwd, &["wrong", "new"], 3);
    assert!(refused.contains("wrong password"), "{refused}");
    desk.fails(&passwd, &[PASSWORD], 3);
    assert!(desk.opens(&[], PASSWORD));
    desk.does(&passwd, &[PASSWORD, "new"]);
    assert!(desk.opens(&[], "new"));
    assert!(!desk.opens(&[], PASSWORD));
    // The checkpoint has not moved or changed.
    let after = fs::read(desk.path("db.vstore")).unwrap();
    let same = before.len() - 0x8000 - 160;
    assert_eq!(before[0x8000..][..same], after[0x8000..][..same]);
    assert_eq!(desk.slots(), [(0, "password".to_owned())]);
}

#[test]
fn a_key_file_is_needed_in_addition_to_its_password() {
    let desk = Desk::with(&films());
    let passwd = ["passwd", "db.vstore", "--kdf", "fast"];
    let generate = [&passwd[..], &["--generate-key-file", "my.key"]].concat();
    desk.does(&generate, &[PASSWORD, "new"]);
    assert_eq!(fs::read(desk.path("my.key")).unwrap().len(), 64);
    let missing = desk.fails(&["info", "db.vstore"], &["new"], 3);
    assert!(missing.contains("key file"), "{missing}");
    assert!(desk.opens(&["--key-file", "my.key"], "new"));

    // The next password keeps it, unless message otherwise.
    let with_key = [&passwd[..], &["--key-file", "my.key"]].concat();
    desk.does(&with_key, &["new", "newer"]);
    assert!(desk.opens(&["--key-file", "my.key"], "newer"));
    let got = ["get", "db.vstore", "film:1991:hook", "--key-file", "my.key"];
    assert!(desk.does(&got, &["newer"]).contains("Hook"));
    let without = [&with_key[..], &["--without-key-file"]].concat();
    desk.does(&without, &["newer", PASSWORD]);
    assert!(desk.opens(&[], PASSWORD));

    let again = desk.fails(&generate, &[PASSWORD, "new"], 8);
    assert!(again.contains("my.key"), "{again}");
    desk.write("empty.key", "");
    let empty = [&passwd[..], &["--new-key-file", "empty.key"]].concat();
    let refused = desk.fails(&empty, &[PASSWORD, "new"], 8);
    assert!(refused.contains("empty"), "{refused}");
    assert!(desk.opens(&[], PASSWORD));
}

#[test]
fn a_file_can_be_created_with_a_key_file() {
    let desk = Desk::new();
    desk.write("my.key", "any file");
    let put = ["put", "db.vstore", "a", "1", "--create", "--kdf", "fast"];
    desk.does(&[&put[..], &["--key-file", "my.key"]].concat(), &[PASSWORD]);
    assert!(!desk.opens(&[], PASSWORD));
    assert!(desk.opens(&["--key-file", "my.key"], PASSWORD));
    desk.write("my.key", "any other");
    assert!(!desk.opens(&["--key-file", "my.key"], PASSWORD));
}

#[test]
fn a_recovery_key_opens_the_file_and_typing_errors_are_located() {
    let desk = Desk::with(&films());
    let key = desk.recovery_key();
    assert_eq!(key.split('-').count(), 11);
    assert!(desk.opens(&["--recovery-key"], &key));
    assert!(desk.opens(&["--recovery-key"], &key.to_lowercase().replace('-', " ")));
    let info = ["info", "db.vstore", "--recovery-key"];
    let last = if key.ends_with('0') { "1" } else { "0" };
    let mut mistyped = key.clone();
    mistyped.pop();
    mistyped.push_str(last);
    let message = desk.fails(&info, &[&mistyped], 3);
    assert!(message.contains("group 11 is mistyped"), "{message}");
    let other = Desk::with(&films()).recovery_key();
    let message = desk.fails(&info, &[&other], 3);
    assert!(
        message.contains("does not belong to this file"),
        "{message}"
    );

    // A forgotten password is replaced with it.
    let passwd = ["passwd", "db.vstore", "--recovery-key", "--kdf", "fast"];
    desk.does(&passwd, &[&key, "new"]);
    assert!(desk.opens(&[], "new"));
    assert!(desk.opens(&["--recovery-key"], &key));
    let kinds = [(0, "password".to_owned()), (1, "recovery key".to_owned())];
    assert_eq!(desk.slots(), kinds);
}

#[test]
fn passwords_are_added_labelled_listed_and_removed_but_never_the_last() {
    let desk = Desk::with(&films());
    let add = [
        "slots",
        "add",
        "db.vstore",
        "--kdf",
        "fast",
        "--label",
        "Ana",
    ];
    desk.does(&add, &[PASSWORD, "second"]);
    assert!(desk.opens(&[], "second"));
    let list = desk.does(&["slots", "list", "db.vstore"], &[]);
    assert!(list.contains("slot 1: password \"Ana\""), "{list}");
    desk.does(&["slots", "label", "db.vstore", "1", "Bo"], &["second"]);
    let list = desk.answer(&["slots", "list", "db.vstore"]);
    assert_eq!(list[1]["label"], json!("Bo"));
    let long = "x".repeat(64);
    desk.fails(&["slots", "label", "db.vstore", "1", &long], &[PASSWORD], 8);

    let id = list[0]["id"].as_str().unwrap();
    desk.fails(&["slots", "remove", "db.vstore", "7"], &[PASSWORD], 2);
    desk.does(&["slots", "remove", "db.vstore", id], &["second"]);
    assert!(!desk.opens(&[], PASSWORD));
    let last = desk.fails(&["slots", "remove", "db.vstore", "1"], &["second"], 8);
    assert!(last.contains("last"), "{last}");
    assert!(desk.opens(&[], "second"));
}

#[test]
fn exchanging_the_data_key_keeps_the_presented_keys() {
    let desk = Desk::with(&films());
    let key = desk.recovery_key();
    let add = ["slots", "add", "db.vstore", "--kdf", "fast"];
    desk.does(&add, &[PASSWORD, "second"]);
    let records = desk.exported();
    let refused = desk.fails(&["rotate", "db.vstore"], &[PASSWORD, &key], 8);
    assert!(refused.contains("slot 2: password"), "{refused}");
    assert!(desk.opens(&[], "second"));

    let rotate = ["rotate", "db.vstore", "--drop-others", "--json"];
    let report: Value = serde_json::from_str(&desk.does(&rotate, &[PASSWORD, &key])).unwrap();
    assert_eq!(report["kept"].as_array().unwrap().len(), 2);
    assert_eq!(report["dropped"][0]["slot"], json!(2));
    assert!(desk.opens(&[], PASSWORD));
    assert!(desk.opens(&["--recovery-key"], &key));
    assert!(!desk.opens(&[], "second"));
    assert_eq!(desk.exported(), records);
    assert_eq!(desk.answer(&["verify", "db.vstore"])["intact"], json!(true));
}

#[test]
fn a_header_backup_brings_back_a_file_whose_headers_are_destroyed() {
    let desk = Desk::with(&films());
    let export = ["header-backup", "export", "db.vstore", "db.header"];
    desk.does(&export, &[PASSWORD]);
    let exists = desk.fails(&export, &[PASSWORD], 8);
    assert!(exists.contains("exists"), "{exists}");
    desk.does(&["put", "db.vstore", "later", "1"], &[PASSWORD]);
    desk.does(&["compact", "db.vstore"], &[PASSWORD]);
    let records = desk.exported();
    let restore = ["header-backup", "restore", "db.vstore", "db.header"];
    let intact = desk.fails(&restore, &[PASSWORD], 8);
    assert!(intact.contains("intact"), "{intact}");

    let mut content = fs::read(desk.path("db.vstore")).unwrap();
    content[..0x8000].fill(0);
    fs::write(desk.path("db.vstore"), &content).unwrap();
    desk.fails(&["info", "db.vstore"], &[PASSWORD], 6);
    desk.fails(&restore, &["wrong"], 3);
    desk.does(&restore, &[PASSWORD]);
    assert_eq!(desk.exported(), records);

    let other = Desk::with(&films());
    fs::copy(desk.path("db.header"), other.path("db.header")).unwrap();
    let refused = other.fails(&restore, &[PASSWORD], 8);
    assert!(refused.contains("another database"), "{refused}");
    other.write("db.header", "something else");
    other.fails(&restore, &[PASSWORD], 8);
}

#[test]
fn a_damaged_file_is_salvaged_into_a_new_one() {
    let desk = Desk::with(&films());
    desk.does(&["put", "db.vstore", "first", "1"], &[PASSWORD]);
    let middle = fs::metadata(desk.path("db.vstore")).unwrap().len() as usize;
    desk.does(&["put", "db.vstore", "second", "2"], &[PASSWORD]);
    desk.does(&["put", "db.vstore", "third", "3"], &[PASSWORD]);
    let mut content = fs::read(desk.path("db.vstore")).unwrap();
    content[middle + 100] ^= 1;
    fs::write(desk.path("db.vstore"), &content).unwrap();
    let message = desk.fails(&["info", "db.vstore"], &[PASSWORD], 4);
    assert!(message.contains("salvage"), "{message}");

    let salvage = |mode, new: &str| {
        let arguments = ["salvage", "db.vstore", new, "--mode", mode, "--kdf", "fast"];
        desk.answer(&arguments)
    };
    let report = salvage("prefix", "prefix.vstore");
    assert_eq!(
        (&report["complete"], &report["records"]),
        (&json!(false), &json!(4))
    );
    let report = salvage("everything", "all.vstore");
    assert_eq!(report["records"], json!(5));
    assert_eq!(report["lost_transactions"], json!(1));
    let got = ["get", "all.vstore", "third"];
    assert_eq!(desk.does(&got, &[PASSWORD]).trim(), "3");
    desk.fails(&["get", "prefix.vstore", "third"], &[PASSWORD], 1);
    assert_eq!(fs::read(desk.path("db.vstore")).unwrap(), content);
    desk.fails(&["salvage", "db.vstore", "db.vstore"], &[PASSWORD], 8);
}
