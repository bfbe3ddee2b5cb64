//! Records that run out between two commands, and values that say when.

use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use super::{Desk, PASSWORD, code, stderr, stdout};

/// A desk with a record that stays and a large one that has run out.
fn desk_with_an_expired_record() -> Desk {
    let desk = Desk::with(&json!({"keep": 1}));
    let noise = (0_u64..40_000)
        .map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        .collect::<Vec<_>>()
        .concat();
    let put = desk.run_with_input(
        &["put", "db.vstore", "gone", "-", "--ttl", "1s"],
        &format!("{PASSWORD}\n\"{noise}\""),
    );
    assert_eq!(code(&put), 0, "{}", stderr(&put));
    sleep(Duration::from_millis(1100));
    desk
}

#[test]
fn a_command_that_writes_deletes_what_ran_out_and_says_so_once() {
    let desk = desk_with_an_expired_record();
    let size = || std::fs::metadata(desk.path("db.vstore")).unwrap().len();
    let before = size();
    // Reading changes nothing, says nothing, and counts both kinds.
    let info = desk.run(&["info", "db.vstore", "--json"]);
    assert_eq!(stderr(&info), "");
    let figures: serde_json::Value = serde_json::from_slice(&info.stdout).unwrap();
    let counts = (
        &figures["records"],
        &figures["expiring"],
        &figures["expired"],
    );
    assert_eq!(counts, (&json!(1), &json!(0), &json!(1)));
    assert_eq!(size(), before);
    let first = desk.run(&["compact", "db.vstore"]);
    assert!(
        stderr(&first).contains("1 record had run out"),
        "{}",
        stderr(&first)
    );
    assert!(size() < before / 2, "{} of {before}", size());
    for arguments in [
        &["compact", "db.vstore"][..],
        &["put", "db.vstore", "b", "2"],
    ] {
        let ran = desk.run(arguments);
        assert!(!stderr(&ran).contains("run out"), "{}", stderr(&ran));
    }
    assert_eq!(desk.answer(&["info", "db.vstore"])["expired"], json!(0));
}

#[test]
fn every_command_that_writes_deletes_what_ran_out() {
    for arguments in [
        &["put", "db.vstore", "b", "2"][..],
        &["delete", "db.vstore", "keep"],
        &["import", "db.vstore", "more.json"],
        &["apply", "db.vstore"],
        &["slots", "label", "db.vstore", "0", "mine"],
    ] {
        let desk = desk_with_an_expired_record();
        desk.write("more.json", r#"{"c": 3}"#);
        let ran = desk.run(arguments);
        assert_eq!(code(&ran), 0, "{arguments:?}: {}", stderr(&ran));
        assert!(
            stderr(&ran).contains("1 record had run out"),
            "{}",
            stderr(&ran)
        );
        assert_eq!(
            desk.answer(&["info", "db.vstore"])["expired"],
            json!(0),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_put_whose_expiry_is_over_or_out_of_range_says_so() {
    let desk = Desk::with(&json!({"k": "old"}));
    let put = |key: &str, value: &str| desk.run(&["put", "db.vstore", key, value, "--json"]);
    let over = put("k", r#"{"expireAt":1000}"#);
    assert_eq!(code(&over), 0);
    assert!(
        stderr(&over).contains("\"k\" expired at 1970-01-01T00:16:40"),
        "{}",
        stderr(&over)
    );
    assert!(stdout(&over).contains(r#""expires_at":"1970-01-01T00:16:40.000Z""#));
    assert_eq!(code(&desk.run(&["get", "db.vstore", "k"])), 1);
    for seconds in ["1893456000000", "253402300799", "18446744073709551615"] {
        let value = format!("{{\"expireAt\":{seconds}}}");
        let told = put("ms", &value);
        assert!(stderr(&told).contains(&format!("\"ms\": expireAt is {seconds}")));
        assert!(stdout(&told).contains(r#""expires_at":null"#));
        let line = format!("{PASSWORD}\n{{\"key\":\"ms\",\"value\":{value}}}\n");
        let applied = desk.run_with_input(&["apply", "db.vstore"], &line);
        assert_eq!(stdout(&applied), "1\n");
        assert!(stderr(&applied).contains(seconds), "{}", stderr(&applied));
    }
    let quiet = desk.run(&[
        "put",
        "db.vstore",
        "ms",
        r#"{"expireAt":1}"#,
        "--no-expire-at",
    ]);
    assert_eq!(stderr(&quiet), "");
}
