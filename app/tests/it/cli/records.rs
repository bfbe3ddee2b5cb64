//! Records: writing, reading, finding, counting.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Desk, PASSWORD, code, films, stderr, stdout};

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
fn an_expired_record_is_not_found() {
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
fn many_queries_are_answered_in_their_order() {
    let desk = Desk::with(&films());
    let queries = "hofman dustn\n\nyear > 1985\r\nyaer:1982\ngenres:nothing";
    let search = ["search", "db.vstore", "--json", "--limit", "1", "--queries"];
    let ran = desk.run_with_input(
        &[&search[..], &["-"]].concat(),
        &format!("{PASSWORD}\n{queries}"),
    );
    assert_eq!(code(&ran), 0, "{}", stderr(&ran));
    desk.write("queries.txt", queries);
    let from_file = desk.run(&[&search[..], &["queries.txt"]].concat());
    let answers = |ran: &std::process::Output| -> Vec<Value> {
        let text = stdout(ran);
        let mut documents = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let mut answers: Vec<Value> = documents.by_ref().collect();
        for answer in &mut answers {
            assert!(answer["ms"].take().is_number());
        }
        answers
    };
    let found = answers(&ran);
    assert_eq!(found, answers(&from_file));
    let facts: Vec<_> = found
        .iter()
        .map(|answer| {
            let hints = answer["hints"].as_array().unwrap().len();
            let hits = answer["hits"].as_array().unwrap().len();
            let query = answer["query"].as_str().unwrap();
            (query, answer["total"].as_u64().unwrap(), hits, hints)
        })
        .collect();
    assert_eq!(
        facts,
        [
            ("hofman dustn", 2, 1, 0),
            ("", 3, 1, 0),
            ("year > 1985", 2, 1, 0),
            ("yaer:1982", 0, 0, 0),
            ("genres:nothing", 0, 0, 1),
        ]
    );
    let refused = desk.run_with_input(
        &[&search[..], &["-"]].concat(),
        &format!("{PASSWORD}\na\n{}", "x".repeat(100_000)),
    );
    assert_eq!(code(&refused), 8);
    assert!(stderr(&refused).contains("line 2"), "{}", stderr(&refused));
    assert_eq!(stdout(&refused).lines().count(), 1);
    assert_eq!(code(&desk.run(&["search", "db.vstore"])), 2);
}

#[test]
fn a_search_explains_the_rank_of_its_hits() {
    let desk = Desk::with(&films());
    let found = desk.answer(&["search", "db.vstore", "Tootsei", "--explain"]);
    let why = &found["hits"][0]["why"];
    assert_eq!(why["place"], json!("key"));
    assert_eq!(why["misspelling"], json!(1));
    assert_eq!(why["words"][0]["found"], json!("tootsie"));
    let printed = stdout(&desk.run(&["search", "db.vstore", "Tootsei", "--explain"]));
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], "film:1982:tootsie");
    assert!(lines[1].contains("misspelling 1"), "{printed}");
    let plain = desk.answer(&["search", "db.vstore", "Tootsei"]);
    assert_eq!(plain["hits"][0].get("why"), None);
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
fn a_range_excludes_its_end() {
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
fn info_verify_and_compact_agree_with_the_file() {
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
fn a_reader_that_goes_away_causes_no_panic() {
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
