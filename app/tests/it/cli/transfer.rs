//! Import and export.

use serde_json::{Value, json};

use super::{Desk, code, films, stderr, stdout};

#[test]
fn imported_records_are_exported_in_every_format() {
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
    let refused = import(&["--key-field", "title", "--duplicates", "refuse"]);
    assert_eq!(code(&refused), 8);
    assert!(
        stderr(&refused).contains("\"The Thing\", first in line"),
        "{}",
        stderr(&refused)
    );
    assert!(stderr(&refused).contains("--duplicates"));
    assert!(
        !desk.path("db.vstore").exists(),
        "a refused import leaves no file"
    );
    let template = "film:{year}:{title|slug}";
    let made = import(&["--key-template", template]);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    assert!(
        stderr(&made).contains("\"film:1982:the-thing-2\""),
        "{}",
        stderr(&made)
    );
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
fn existing_keys_follow_the_conflict_policy() {
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
fn numbers_beyond_64_bits_are_imported_as_strings_and_reported() {
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
fn a_value_of_50_mb_is_imported_and_read() {
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
fn an_export_without_a_format_or_into_a_missing_folder_is_refused() {
    let desk = Desk::with(&json!({"a": 1}));
    let refused = desk.run(&["export", "db.vstore", "out.data"]);
    assert_eq!(code(&refused), 2);
    assert!(!desk.path("out.data").exists());
    let into_missing_folder = desk.run(&["export", "db.vstore", "missing/out.json"]);
    assert_eq!(code(&into_missing_folder), 9);
}

#[test]
fn a_numbered_key_replaces_no_other_record_and_importing_again_changes_nothing() {
    let desk = Desk::with(&json!({"film:a-2": "precious"}));
    desk.write(
        "in.json",
        r#"[{"id":"film:a","n":1},{"id":"film:a","n":2},{"id":"film:a-3","n":3}]"#,
    );
    let import = ["import", "db.vstore", "in.json", "--key-field", "id"];
    for conflict in ["keep", "replace", "replace"] {
        let ran = desk.run(&[&import[..], &["--conflict", conflict]].concat());
        assert_eq!(code(&ran), 0, "{}", stderr(&ran));
        assert_eq!(
            desk.exported(),
            json!({
                "film:a": {"id": "film:a", "n": 1},
                "film:a-2": "precious",
                "film:a-3": {"id": "film:a-3", "n": 3},
                "film:a-4": {"id": "film:a", "n": 2},
            })
        );
    }
    desk.write(
        "in.json",
        r#"[{"id":"film:a","n":1},{"id":"film:a","n":9}]"#,
    );
    let ran = desk.run(&import);
    assert!(
        stderr(&ran).contains("replaced another value of \"film:a-4\""),
        "{}",
        stderr(&ran)
    );
}

#[test]
fn an_export_can_be_applied_however_deep_and_long_its_lines_are() {
    let desk = Desk::new();
    // As deep as a value can be, and as JSON more than twice the maximum size.
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(128), "]".repeat(128));
    let long = format!("{{\"b\":\"{}\"}}", "\\u0001".repeat(22_500_000));
    for (name, text) in [("deep", deep), ("long", long)] {
        desk.write("in.json", &text);
        let (db, copy) = (format!("{name}.vstore"), format!("{name}-copy.vstore"));
        let made = desk.run(&["import", &db, "in.json", "--create", "--kdf", "fast"]);
        assert_eq!(code(&made), 0, "{}", stderr(&made));
        let lines = format!("{name}.ndjson");
        assert_eq!(code(&desk.run(&["export", &db, &lines])), 0);
        let made = desk.run(&["put", &copy, "other", "1", "--create", "--kdf", "fast"]);
        assert_eq!(code(&made), 0, "{}", stderr(&made));
        let input = format!(
            "{}\n{}{{\"key\":\"z\",\"value\":2}}\n",
            super::PASSWORD,
            desk.read(&lines)
        );
        let applied = desk.run_with_input(&["apply", &copy], &input);
        assert_eq!(
            (code(&applied), stdout(&applied).as_str()),
            (0, "1\n2\n"),
            "{}",
            stderr(&applied)
        );
        let imported = desk.run(&["import", &copy, &lines]);
        assert_eq!(code(&imported), 0, "{}", stderr(&imported));
    }
}

#[test]
fn concatenated_values_are_imported_and_other_encodings_are_reported() {
    let desk = Desk::new();
    let import = |name: &str, options: &[&str]| {
        desk.run(
            &[
                &["import", "db.vstore", name, "--create", "--kdf", "fast"],
                options,
            ]
            .concat(),
        )
    };
    desk.write("pretty.jsonl", "{\n  \"id\": 1\n}\n{\n  \"id\": 2\n}\n");
    let ran = import("pretty.jsonl", &["--key-field", "id"]);
    assert_eq!(code(&ran), 0, "{}", stderr(&ran));
    assert_eq!(desk.exported(), json!({"1": {"id": 1}, "2": {"id": 2}}));
    let ran = import("pretty.jsonl", &[]);
    assert_eq!(code(&ran), 8);
    assert!(stderr(&ran).contains("line 1, column 1") && stderr(&ran).contains("--key-field"));
    let utf16: Vec<u8> = "\u{feff}{\"a\": 1}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    std::fs::write(desk.path("utf16.json"), utf16).unwrap();
    let ran = import("utf16.json", &[]);
    assert_eq!(code(&ran), 8);
    assert!(stderr(&ran).contains("not UTF-8") && stderr(&ran).contains("iconv"));
    desk.write("two.json", "{\"a\": 1}\n{\"b\": 2}");
    let ran = import("two.json", &["--format", "json"]);
    assert!(stderr(&ran).contains("--format ndjson"), "{}", stderr(&ran));
}
