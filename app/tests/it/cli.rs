//! The real binary, as a script would call it.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is missing"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse";

/// A folder with a database in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    /// A folder with a database of these records.
    fn with(records: &Value) -> Self {
        let desk = Self::new();
        desk.write("data.json", &records.to_string());
        let made = desk.run(&[
            "import",
            "db.vstore",
            "data.json",
            "--create",
            "--kdf",
            "fast",
        ]);
        assert_eq!(code(&made), 0, "{}", stderr(&made));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs a command with the right password.
    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, &format!("{PASSWORD}\n"))
    }

    /// Runs a command with this standard input.
    fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vstore"))
            .current_dir(self.folder.path())
            .args(arguments)
            .arg("--password-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that stops before it reads closes the pipe.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        child.wait_with_output().unwrap()
    }

    /// Runs a command with `--json` and reads its answer.
    fn answer(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(code(&ran), 0, "{}", stderr(&ran));
        serde_json::from_slice(&ran.stdout).unwrap()
    }

    fn exported(&self) -> Value {
        let ran = self.run(&["export", "db.vstore", "-"]);
        assert_eq!(code(&ran), 0, "{}", stderr(&ran));
        serde_json::from_slice(&ran.stdout).unwrap()
    }
}

fn code(ran: &Output) -> i32 {
    ran.status.code().unwrap()
}

fn stdout(ran: &Output) -> String {
    String::from_utf8(ran.stdout.clone()).unwrap()
}

fn stderr(ran: &Output) -> String {
    String::from_utf8(ran.stderr.clone()).unwrap()
}

fn films() -> Value {
    json!({
        "film:1982:tootsie": {"title": "Tootsie", "year": 1982, "cast": ["Dustin Hoffman"], "genres": ["Comedy"]},
        "film:1988:rain-man": {"title": "Rain Man", "year": 1988, "cast": ["Dustin Hoffman", "Tom Cruise"], "genres": ["Drama"]},
        "film:1991:hook": {"title": "Hook", "year": 1991, "cast": ["Robin Williams"], "genres": ["Fantasy"], "seen": null},
    })
}

#[test]
fn what_is_imported_is_exported_in_every_form() {
    let desk = Desk::with(&films());
    assert_eq!(desk.exported(), films());
    for (name, options) in [
        ("out.json", &[][..]),
        ("out.ndjson", &[]),
        ("meta.json", &["--with-metadata"]),
        ("meta.jsonl", &["--with-metadata"]),
        ("out.txt", &["--format", "ndjson"]),
    ] {
        let written = desk.run(&[&["export", "db.vstore", name], options].concat());
        assert_eq!(code(&written), 0, "{}", stderr(&written));
        assert!(
            stderr(&written).contains("3 of 3 records written"),
            "{}",
            stderr(&written)
        );
        assert!(stderr(&written).contains("not encrypted"));
        let copy = format!("{name}.vstore");
        let read = desk.run(&["import", &copy, name, "--create", "--kdf", "fast"]);
        assert_eq!(code(&read), 0, "{name}: {}", stderr(&read));
        let again = desk.run(&["export", &copy, "-"]);
        assert_eq!(
            serde_json::from_slice::<Value>(&again.stdout).unwrap(),
            films()
        );
    }
    let answer = desk.answer(&["export", "db.vstore", "out.json"]);
    assert_eq!(
        (&answer["written"], &answer["expected"]),
        (&json!(3), &json!(3))
    );
}

#[test]
fn an_array_of_objects_is_imported_with_a_rule_for_its_keys() {
    let desk = Desk::new();
    let data = json!([
        {"title": "The Thing", "year": 1982},
        {"title": "The Thing", "year": 1982},
        {"title": "Heat", "year": 1995},
    ]);
    desk.write("films.json", &data.to_string());
    let import = |options: &[&str]| {
        let arguments = [
            "import",
            "db.vstore",
            "films.json",
            "--create",
            "--kdf",
            "fast",
        ];
        desk.run(&[&arguments[..], options].concat())
    };
    let refused = import(&[]);
    assert_eq!(code(&refused), 8);
    assert!(
        stderr(&refused).contains("films.json: line 1, column 2"),
        "{}",
        stderr(&refused)
    );
    assert!(stderr(&refused).contains("--key-field"));
    assert!(stderr(&refused).contains("fields here: title, year"));
    let refused = import(&["--key-field", "title"]);
    assert_eq!(code(&refused), 8);
    assert!(
        stderr(&refused).contains("\"The Thing\" stands before"),
        "{}",
        stderr(&refused)
    );
    assert!(stderr(&refused).contains("--duplicates"));
    assert!(
        !desk.path("db.vstore").exists(),
        "a refused import leaves no file"
    );
    let template = "film:{year}:{title|slug}";
    let made = import(&["--key-template", template, "--duplicates", "number"]);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    let keys = desk.run(&["range", "db.vstore", "--keys-only"]);
    assert_eq!(
        stdout(&keys),
        "film:1982:the-thing\nfilm:1982:the-thing-2\nfilm:1995:heat\n"
    );
    let answer = desk.answer(&["import", "db.vstore", "films.json", "--row-numbers", "row:"]);
    assert_eq!((&answer["read"], &answer["added"]), (&json!(3), &json!(3)));
    let keys = desk.run(&["range", "db.vstore", "--prefix", "row:", "--keys-only"]);
    assert_eq!(stdout(&keys), "row:0000001\nrow:0000002\nrow:0000003\n");
}

#[test]
fn keys_that_exist_follow_the_conflict_policy() {
    let desk = Desk::with(&json!({"a": 1, "b": 2}));
    desk.write("more.json", r#"{"b": 20, "c": 30}"#);
    let more = ["import", "db.vstore", "more.json", "--conflict"];
    let refused = desk.run(&[&more[..], &["fail"]].concat());
    assert_eq!(code(&refused), 8);
    assert_eq!(desk.exported(), json!({"a": 1, "b": 2}));
    let answer = desk.answer(&[&more[..], &["replace", "--dry-run"]].concat());
    assert_eq!(
        (&answer["replaced"], &answer["added"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(desk.exported(), json!({"a": 1, "b": 2}));
    let answer = desk.answer(&[&more[..], &["keep"]].concat());
    assert_eq!((&answer["kept"], &answer["added"]), (&json!(1), &json!(1)));
    assert_eq!(desk.exported(), json!({"a": 1, "b": 2, "c": 30}));
    desk.answer(&[&more[..], &["replace"]].concat());
    assert_eq!(desk.exported(), json!({"a": 1, "b": 20, "c": 30}));
}

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
fn numbers_beyond_64_bits_are_imported_as_strings_and_named() {
    let desk = Desk::new();
    desk.write(
        "big.json",
        "{\"a\":\n[18446744073709551615, 18446744073709551616, 1e400]}",
    );
    let made = desk.run(&[
        "import",
        "db.vstore",
        "big.json",
        "--create",
        "--kdf",
        "fast",
    ]);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    assert!(
        stderr(&made).contains("line 2, column 24: 18446744073709551616"),
        "{}",
        stderr(&made)
    );
    let got = desk.run(&["get", "db.vstore", "a"]);
    assert_eq!(
        stdout(&got),
        "[18446744073709551615,\"18446744073709551616\",\"1e400\"]\n"
    );
}

#[test]
fn a_value_of_50_mb_goes_in_and_out() {
    let desk = Desk::new();
    let long = "x".repeat(50_000_000);
    desk.write("big.json", &format!("{{\"a\":\"{long}\"}}"));
    let made = desk.run(&[
        "import",
        "db.vstore",
        "big.json",
        "--create",
        "--kdf",
        "fast",
    ]);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    let got = desk.run(&["get", "db.vstore", "a"]);
    assert_eq!(got.stdout.len(), 50_000_003);
}

#[test]
fn a_record_is_put_read_and_deleted() {
    let desk = Desk::new();
    let put = ["put", "db.vstore", "note:1"];
    let missing = desk.run(&[&put[..], &["1"]].concat());
    assert_eq!(code(&missing), 9, "without --create there is no file");
    let made = desk.answer(&[&put[..], &["{\"n\": 1.0}", "--create", "--kdf", "fast"]].concat());
    assert_eq!(
        made,
        json!({"key": "note:1", "created": true, "expires_at": null})
    );
    assert_eq!(
        stdout(&desk.run(&["get", "db.vstore", "note:1"])),
        "{\"n\":1.0}\n"
    );
    let again = desk.answer(&[&put[..], &["-5", "--ttl", "2h"]].concat());
    assert_eq!(again["created"], json!(false));
    let got = desk.answer(&["get", "db.vstore", "note:1"]);
    assert_eq!((&got["key"], &got["value"]), (&json!("note:1"), &json!(-5)));
    assert_eq!(got["expires_at"], again["expires_at"]);
    assert!(got["expires_at"].is_string() && got["created_at"].is_string());
    let bad = desk.run(&[&put[..], &["{\"n\": }"]].concat());
    assert_eq!(code(&bad), 8);
    assert!(
        stderr(&bad).contains("line 1, column 7: expected a value"),
        "{}",
        stderr(&bad)
    );
    let bad = desk.run(&["put", "db.vstore", "a\u{7}", "1"]);
    assert_eq!(code(&bad), 8);
    let piped = desk.run_with_input(
        &["put", "db.vstore", "piped", "-"],
        &format!("{PASSWORD}\n[1,\n2]"),
    );
    assert_eq!(code(&piped), 0, "{}", stderr(&piped));
    assert_eq!(desk.exported(), json!({"note:1": -5, "piped": [1, 2]}));
    let deleted = desk.run(&["delete", "db.vstore", "note:1", "nope"]);
    assert_eq!(code(&deleted), 1);
    assert!(stderr(&deleted).contains("\"nope\" does not exist"));
    let gone = desk.run(&["get", "db.vstore", "note:1"]);
    assert_eq!((code(&gone), stdout(&gone).as_str()), (1, ""));
    assert_eq!(desk.exported(), json!({"piped": [1, 2]}));
}

#[test]
fn a_record_is_gone_when_its_time_has_passed() {
    let desk = Desk::with(&json!({"a": {"expireAt": 1}, "b": {"expireAt": "text"}}));
    let gone = desk.run(&["get", "db.vstore", "a"]);
    assert_eq!(code(&gone), 1);
    assert_eq!(desk.exported(), json!({"b": {"expireAt": "text"}}));
    desk.answer(&[
        "put",
        "db.vstore",
        "c",
        "{\"expireAt\": 1}",
        "--no-expire-at",
    ]);
    assert_eq!(code(&desk.run(&["get", "db.vstore", "c"])), 0);
    let short = desk.run(&["put", "db.vstore", "d", "1", "--ttl", "1s"]);
    assert_eq!(code(&short), 0);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(code(&desk.run(&["get", "db.vstore", "d"])), 1);
}

#[test]
fn records_are_found_by_words_and_by_paths() {
    let desk = Desk::with(&films());
    let found = desk.answer(&["search", "db.vstore", "hofman dustn"]);
    assert_eq!(found["total"], json!(2));
    let keys = |found: &Value| {
        let hits = found["hits"].as_array().unwrap().iter();
        hits.map(|hit| hit["key"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut similar = keys(&found);
    similar.sort();
    assert_eq!(similar, ["film:1982:tootsie", "film:1988:rain-man"]);
    assert!(found["ms"].is_number() && found["levels"].is_object());
    assert!(found["hits"][0]["score"].is_number());
    let found = desk.answer(&["search", "db.vstore", "hofman dustn", "--exact"]);
    assert_eq!((&found["total"], &found["hits"]), (&json!(0), &json!([])));
    let found = desk.answer(&["search", "db.vstore", "year:1982 genres:comedy"]);
    assert_eq!(keys(&found), ["film:1982:tootsie"]);
    let found = desk.answer(&["search", "db.vstore", "hoffman", "--limit", "1"]);
    assert_eq!((&found["total"], keys(&found).len()), (&json!(2), 1));
    let printed = desk.run(&["search", "db.vstore", "title^=Ho"]);
    assert_eq!(stdout(&printed), "film:1991:hook\n");
    for (arguments, expected) in [
        (&["year", "1982"][..], &["film:1982:tootsie"][..]),
        (
            &["year", ">=", "1988"],
            &["film:1988:rain-man", "film:1991:hook"],
        ),
        (&["cast", "Tom Cruise"], &["film:1988:rain-man"]),
        (&["year", "\"1982\""], &[]),
        (&["seen", "--null"], &["film:1991:hook"]),
        (
            &["seen", "--missing"],
            &["film:1982:tootsie", "film:1988:rain-man"],
        ),
        (&["seen"], &["film:1991:hook"]),
    ] {
        let find = [&["find", "db.vstore"][..], arguments, &["--keys-only"]].concat();
        let found = desk.run(&find);
        assert_eq!(code(&found), 0, "{}", stderr(&found));
        assert_eq!(
            stdout(&found).lines().collect::<Vec<_>>(),
            expected,
            "{arguments:?}"
        );
    }
    let records = desk.answer(&["find", "db.vstore", "year", "1991"]);
    assert_eq!(records[0]["value"]["title"], json!("Hook"));
}

#[test]
fn a_range_ends_before_its_end() {
    let desk = Desk::with(&json!({"a": 1, "b": 2, "ba": 3, "c": 4}));
    let range =
        |arguments: &[&str]| stdout(&desk.run(&[&["range", "db.vstore"], arguments].concat()));
    assert_eq!(range(&["b", "c"]), "b\t2\nba\t3\n");
    assert_eq!(range(&["ba"]), "ba\t3\nc\t4\n");
    assert_eq!(range(&["--limit", "1"]), "a\t1\n");
    assert_eq!(range(&["--prefix", "b", "--keys-only"]), "b\nba\n");
    let records = desk.answer(&["range", "db.vstore", "b", "c"]);
    assert_eq!(records[1]["key"], json!("ba"));
    assert_eq!(desk.answer(&["range", "db.vstore", "x"]), json!([]));
    assert_eq!(
        desk.answer(&["range", "db.vstore", "c", "--keys-only"]),
        json!(["c"])
    );
}

#[test]
fn figures_verification_and_compaction() {
    let desk = Desk::with(&films());
    let info = desk.answer(&["info", "db.vstore"]);
    assert_eq!(
        (&info["records"], &info["expiring"]),
        (&json!(3), &json!(0))
    );
    // title, year, cast, cast[], genres, genres[], seen
    assert_eq!(info["paths"], json!(7));
    let length = fs::metadata(desk.path("db.vstore")).unwrap().len();
    assert_eq!(info["bytes"], json!(length));
    assert!(info["journal"].is_u64() && info["generation"].is_u64());
    assert!(stdout(&desk.run(&["info", "db.vstore"])).contains("records"));
    desk.answer(&["put", "db.vstore", "x", "1"]);
    let verified = desk.answer(&["verify", "db.vstore"]);
    assert_eq!(
        (&verified["intact"], &verified["findings"]),
        (&json!(true), &json!([]))
    );
    let before = desk.exported();
    let compacted = desk.answer(&["compact", "db.vstore"]);
    assert_eq!(compacted["records"], json!(4));
    let after = desk.answer(&["info", "db.vstore"]);
    assert!(after["generation"].as_u64() > info["generation"].as_u64());
    assert_eq!(after["bytes"], compacted["bytes_after"]);
    assert_eq!(desk.exported(), before);
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
fn an_export_does_not_replace_a_database() {
    let desk = Desk::with(&json!({"a": 1}));
    let refused = desk.run(&["export", "db.vstore", "db.vstore", "--format", "json"]);
    assert_eq!(code(&refused), 2);
    let refused = desk.run(&["export", "db.vstore", "out.data"]);
    assert_eq!(code(&refused), 2);
    assert!(!desk.path("out.data").exists());
    desk.write("kept.json", "before");
    let into_missing_folder = desk.run(&["export", "db.vstore", "missing/out.json"]);
    assert_eq!(code(&into_missing_folder), 9);
    assert_eq!(code(&desk.run(&["export", "db.vstore", "kept.json"])), 0);
    assert_eq!(desk.read("kept.json"), "{\n\"a\":1\n}\n");
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let records: serde_json::Map<_, _> = (0..5000)
        .map(|n| (format!("key:{n:05}"), json!("x".repeat(100))))
        .collect();
    let desk = Desk::with(&Value::Object(records));
    for arguments in [&["export", "db.vstore", "-"][..], &["range", "db.vstore"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vstore"))
            .current_dir(desk.folder.path())
            .args(arguments)
            .arg("--password-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{PASSWORD}").unwrap();
        drop(stdin);
        let ended = child.wait_with_output().unwrap();
        assert_eq!((code(&ended), stderr(&ended).as_str()), (9, ""));
    }
}

#[test]
fn help_names_commands_exit_codes_and_examples() {
    let help = |arguments: &[&str]| {
        let ran = Command::new(env!("CARGO_BIN_EXE_vstore"))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(code(&ran), 0);
        stdout(&ran)
    };
    let text = help(&["--help"]);
    for word in [
        "import",
        "export",
        "get",
        "put",
        "delete",
        "find",
        "search",
        "range",
        "info",
        "verify",
        "compact",
        "Exit codes",
        "Examples",
        "--password-stdin",
    ] {
        assert!(text.contains(word), "{word}");
    }
    assert!(help(&["import", "--help"]).contains("--kdf"));
    assert!(Path::new(env!("CARGO_BIN_EXE_vstore")).exists());
}

#[test]
fn nothing_plain_is_left_in_the_file() {
    let desk = Desk::with(&json!({"sesame-key": "sesame-value"}));
    let bytes = fs::read(desk.path("db.vstore")).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"sesame"));
}
