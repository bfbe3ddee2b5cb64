//! Records that expire between two commands, and values that contain their expiry.

use std::sync::Arc;

use serde_json::json;
use vstore::file::{Control, Credentials, Password};
use vstore::value::{EncodedValue, Value};
use vstore::{
    Cause, Clock as _, CreateOptions, Key, ManualClock, Millis, Store, SystemClock, WriteBatch,
};

use super::{Desk, PASSWORD, code, stderr, stdout};
use crate::database::CHEAP;

/// A desk with a record that stays and a large one that has expired.
fn desk_with_an_expired_record() -> Desk {
    let noise = (0_u64..40_000)
        .map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        .collect::<Vec<_>>()
        .concat();
    let now = SystemClock.now();
    desk_of(
        now.plus_millis(-60_000),
        &Value::String(noise),
        now.plus_millis(-30_000),
    )
}

#[test]
fn a_command_that_writes_deletes_expired_records_and_reports_them_once() {
    let desk = desk_with_an_expired_record();
    let size = || std::fs::metadata(desk.path("db.vstore")).unwrap().len();
    let before = size();
    // Reading changes nothing, reports nothing, and counts both kinds.
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
        stderr(&first).contains("1 expired record was deleted"),
        "{}",
        stderr(&first)
    );
    assert!(size() < before / 2, "{} of {before}", size());
    for arguments in [
        &["compact", "db.vstore"][..],
        &["put", "db.vstore", "b", "2"],
    ] {
        let ran = desk.run(arguments);
        assert!(!stderr(&ran).contains("expired record"), "{}", stderr(&ran));
    }
    assert_eq!(desk.answer(&["info", "db.vstore"])["expired"], json!(0));
}

#[test]
fn every_command_that_writes_deletes_expired_records() {
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
            stderr(&ran).contains("1 expired record was deleted"),
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
fn a_put_with_a_past_or_invalid_expiry_is_reported() {
    let desk = Desk::with(&json!({"k": "old"}));
    let put = |key: &str, value: &str| desk.run(&["put", "db.vstore", key, value, "--json"]);
    let over = put("k", r#"{"expireAt":1000}"#);
    assert_eq!(code(&over), 0);
    assert!(
        stderr(&over).contains("\"k\" already expired at 1970-01-01T00:16:40"),
        "{}",
        stderr(&over)
    );
    assert!(stdout(&over).contains(r#""expires_at":"1970-01-01T00:16:40.000Z""#));
    assert_eq!(code(&desk.run(&["get", "db.vstore", "k"])), 1);
    for seconds in ["1893456000000", "253402300800", "18446744073709551615"] {
        let value = format!("{{\"expireAt\":{seconds}}}");
        let reported = put("ms", &value);
        assert!(stderr(&reported).contains(&format!("\"ms\": expireAt is {seconds}")));
        assert!(stdout(&reported).contains(r#""expires_at":null"#));
        let line = format!("{PASSWORD}\n{{\"key\":\"ms\",\"value\":{value}}}\n");
        let applied = desk.run_with_input(&["apply", "db.vstore"], &line);
        assert_eq!(stdout(&applied), "1\n");
        assert!(stderr(&applied).contains(seconds), "{}", stderr(&applied));
    }
    let last = put("ms", r#"{"expireAt":253402300799}"#);
    assert_eq!(stderr(&last), "");
    assert!(stdout(&last).contains(r#""expires_at":"9999-12-31T23:59:59.000Z""#));
    let quiet = desk.run(&[
        "put",
        "db.vstore",
        "ms",
        r#"{"expireAt":1}"#,
        "--no-expire-at",
    ]);
    assert_eq!(stderr(&quiet), "");
}

/// A desk whose only file was last changed in 2015, with a record that expired in 2016.
fn desk_of_long_ago() -> Desk {
    let then = Millis(1_420_070_400_000);
    desk_of(then, &Value::Bool(true), then.plus_millis(366 * 86_400_000))
}

/// A desk whose only file was written `then`, with one record that stays and one that expires.
fn desk_of(then: Millis, value: &Value, expiry: Millis) -> Desk {
    let desk = Desk::new();
    let options = CreateOptions {
        kdf: CHEAP,
        clock: Arc::new(ManualClock::new(then)),
        ..CreateOptions::default()
    };
    let credentials = Credentials::password(Password::new(PASSWORD.to_owned()).unwrap());
    let path = desk.path("db.vstore");
    let (mut store, _) = Store::create(&path, &credentials, &options, &Control::default()).unwrap();
    let mut batch = WriteBatch::new(Cause::Edit);
    let keep = EncodedValue::encode(&Value::Bool(true)).unwrap();
    batch.put(Key::new("keep").unwrap(), keep);
    let gone = Key::new("gone").unwrap();
    batch.put(gone.clone(), EncodedValue::encode(value).unwrap());
    batch.set_expiry(gone, Some(expiry));
    store.commit(&batch).unwrap();
    store.close().unwrap();
    desk
}

#[test]
fn with_a_doubtful_clock_expired_records_are_deleted_once_the_user_confirms_it() {
    let desk = desk_of_long_ago();
    let expired = || desk.answer(&["info", "db.vstore"])["expired"].clone();
    for arguments in [
        &["compact", "db.vstore"][..],
        &["put", "db.vstore", "b", "2"],
    ] {
        let ran = desk.run(arguments);
        assert_eq!(code(&ran), 0);
        assert!(
            stderr(&ran).contains("compact FILE --clock-is-right"),
            "{}",
            stderr(&ran)
        );
        assert_eq!(expired(), json!(1));
    }
    let lines: Vec<_> = (0..3000)
        .map(|n| format!("{{\"key\":\"k{n}\",\"value\":{n}}}"))
        .collect();
    let lines = lines.join("\n");
    let applied = desk.run_with_input(&["apply", "db.vstore"], &format!("{PASSWORD}\n{lines}"));
    assert_eq!(code(&applied), 0, "{}", stderr(&applied));
    let reported = stderr(&applied)
        .matches("the newest change is from")
        .count();
    assert_eq!(reported, 1, "{}", stderr(&applied));

    let confirmed = desk.run(&["compact", "db.vstore", "--clock-is-right"]);
    assert_eq!(code(&confirmed), 0, "{}", stderr(&confirmed));
    assert!(
        stderr(&confirmed).contains("1 expired record was deleted"),
        "{}",
        stderr(&confirmed)
    );
    assert_eq!(expired(), json!(0));
    let later = desk.run(&["put", "db.vstore", "c", "3"]);
    assert_eq!(stderr(&later), "");
}
