//! Files written by one implementation and read by the other.

use std::path::Path;

use serde_json::{Value as Json, json};
use vstore::file::{Control, KdfLimits, PasswordChange, SlotLabel, VerifyDepth};
use vstore::value::{EncodedValue, Timestamp, Value};
use vstore::{Cause, Expiry, Key, Millis, Op, Store, WriteBatch};

use super::described::{Opener, hex, records, settings};
use super::python::Python;
use super::{KINDS, Kind, Place, create, open, verified};

const SETTINGS: [&str; 3] = ["columns", "delimiter", "removed"];

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn encoded(value: &Value) -> EncodedValue {
    EncodedValue::encode(value).unwrap()
}

/// Values of each type, at the limits of each encoding.
fn values() -> Vec<Value> {
    let ints = [
        0,
        127,
        128,
        255,
        256,
        65_535,
        65_536,
        1 << 32,
        i64::MAX,
        -1,
        -32,
        -33,
        -128,
        -129,
        -32_768,
        -32_769,
        i64::MIN,
    ];
    let floats = [
        0.0,
        -0.0,
        1.5,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::NAN,
        f64::NEG_INFINITY,
    ];
    let times = [
        (0, 0),
        (1_514_862_245, 678_901_234),
        (i64::from(u32::MAX), 0),
        ((1 << 34) - 1, 999_999_999),
        (1 << 34, 0),
        (-1, 999_999_999),
        (-62_135_596_800, 0),
    ];
    let texts = ["", "ß", "𝄞 \u{0} \u{7f}", "e\u{301}", "x"];
    let lengths = [31, 32, 255, 256, 65_535, 65_536];
    let mut all = vec![Value::Null, Value::Bool(true), Value::Bool(false)];
    all.extend(ints.map(Value::Int));
    all.push(Value::UInt(u64::MAX));
    all.extend(floats.map(Value::Float));
    all.extend(
        times.map(|(seconds, nanos)| Value::Timestamp(Timestamp::new(seconds, nanos).unwrap())),
    );
    all.extend(texts.map(|text| Value::String(text.to_owned())));
    all.extend(lengths.map(|len| Value::String("t".repeat(len))));
    all.extend(lengths.map(|len| Value::Bytes(vec![0xB5; len])));
    all.extend([0, 15, 16, 70_000].map(|len| Value::List(vec![Value::Int(7); len])));
    all.extend(
        [0, 15, 16, 300]
            .map(|len| Value::Map((0..len).map(|n| (format!("n{n}"), Value::Int(n))).collect())),
    );
    let deepest = (0..128).fold(Value::Int(1), |inner, depth| match depth % 2 {
        0 => Value::List(vec![inner]),
        _ => Value::Map(vec![("in".to_owned(), inner)]),
    });
    all.push(deepest);
    all
}

/// Writes records of all types with every kind of operation, some in the checkpoint and some in the
/// journal.
fn fill(store: &mut Store) {
    let mut batch = WriteBatch::new(Cause::Import);
    for (number, value) in values().iter().enumerate() {
        batch.put(key(&format!("type:{number:02}")), encoded(value));
    }
    for number in 0..4_000 {
        let text = format!("{number} {}", "words that LZW knows ".repeat(number % 17));
        batch.put(
            key(&format!("word:{number:05}")),
            encoded(&Value::String(text)),
        );
    }
    batch.set_setting("columns", Some(encoded(&Value::List(vec![Value::Int(3)]))));
    batch.set_setting("removed", Some(encoded(&Value::Bool(true))));
    store.commit(&batch).unwrap();
    store.compact(&Control::default()).unwrap();

    let mut batch = WriteBatch::new(Cause::Edit);
    batch
        .push(Op::Put {
            key: key("word:00001"),
            value: encoded(&Value::Int(-5)),
            expiry: Expiry::At(Millis(i64::MAX)),
        })
        .delete(key("word:00002"))
        .rename(key("word:00003"), key("a first key"))
        .set_expiry(key("word:00004"), Some(Millis(4_102_444_800_000)))
        .set_setting("delimiter", Some(encoded(&Value::String(":".to_owned()))))
        .set_setting("removed", None);
    store.commit(&batch).unwrap();
    // More than one part of a transaction, and bytes that do not compress.
    let mut batch = WriteBatch::new(Cause::Edit);
    let noise: Vec<u8> = (0..1_200_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8)
        .collect();
    batch.put(key("zz:noise"), encoded(&Value::Bytes(noise)));
    store.commit(&batch).unwrap();
}

fn put(store: &mut Store, name: &str) {
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key(name), encoded(&Value::Null));
    store.commit(&batch).unwrap();
}

/// Python's description of a file, and its records as lines.
struct Dump {
    head: Json,
    records: Vec<String>,
}

fn dump(python: &Python, path: &Path, opener: &Opener) -> Dump {
    let said = python.run(&["dump".as_ref(), path.as_os_str(), opener.to_json().as_ref()]);
    let mut lines = said.lines();
    Dump {
        head: serde_json::from_str(lines.next().unwrap()).unwrap(),
        records: lines.map(str::to_owned).collect(),
    }
}

/// Python reads the records and settings that the store has.
#[track_caller]
fn assert_same(found: &Dump, store: &Store) {
    let snapshot = store.snapshot();
    assert_eq!(found.head["settings"], settings(&snapshot, &SETTINGS));
    assert_same_records(&found.records, &records(&snapshot));
}

/// Compared one by one, so that a failure names the record.
#[track_caller]
fn assert_same_records(found: &[String], expected: &[String]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(found == expected, "{expected:.60} is not as it was written");
    }
}

#[test]
fn python_writes_the_example_of_the_document() {
    let Some(python) = Python::find() else { return };
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("FORMAT.md");
    python.run(&["example".as_ref(), document.as_os_str()]);
}

#[test]
fn python_reads_what_the_store_writes() {
    let Some(python) = Python::find() else { return };
    let place = Place::new();
    let path = place.path("data.vstore");
    let control = Control::default();
    let password = place.opener(Kind::Password);
    let mut store = create(&path, &password);
    assert_same(&dump(&python, &path, &password), &store);

    fill(&mut store);
    let found = dump(&python, &path, &password);
    assert_same(&found, &store);
    assert!(found.head["chunks"].as_u64() > Some(3), "{}", found.head);
    assert_eq!(found.head["transactions"], 2);
    assert_eq!(found.head["is_closed"], false);

    let options = PasswordChange {
        kdf: crate::file::CHEAP,
        kdf_limits: KdfLimits::default(),
    };
    let current = password.credentials();
    for kind in [Kind::KeyFile, Kind::RecoveryKey] {
        let label = SlotLabel::new(&format!("{kind:?}")).unwrap();
        let new = place.opener(kind).credentials();
        store
            .add_slot(&current, &new, &label, &options, &control)
            .unwrap();
    }
    for (number, kind) in KINDS.into_iter().enumerate() {
        let found = dump(&python, &path, &place.opener(kind));
        assert_eq!(found.head["slot"], number);
        // One more with the compaction, and with each of the two slots.
        assert_eq!(found.head["epoch"], 4);
    }
}

#[test]
fn python_reads_a_new_data_key_and_a_torn_end() {
    let Some(python) = Python::find() else { return };
    let place = Place::new();
    let path = place.path("data.vstore");
    let recovery_key = place.opener(Kind::RecoveryKey);
    let mut store = create(&path, &recovery_key);
    for number in 0..100 {
        put(&mut store, &format!("record {number}"));
    }
    let presented = [recovery_key.credentials()];
    store
        .rotate(&presented, &KdfLimits::default(), &Control::default())
        .unwrap();
    put(&mut store, "after it");
    let found = dump(&python, &path, &recovery_key);
    assert_same(&found, &store);
    assert_eq!(found.head["generation"], 2);
    assert_eq!(found.head["transactions"], 1);

    // An incomplete write.
    put(&mut store, "torn");
    drop(store);
    let content = std::fs::read(&path).unwrap();
    std::fs::write(&path, &content[..content.len() - 40]).unwrap();
    let found = dump(&python, &path, &recovery_key);
    assert_same(&found, &open(&path, &recovery_key, true).unwrap());
    assert_eq!(found.records.len(), 101);
    assert!(found.head["torn_bytes"].as_u64() > Some(100));

    // Repaired, and closed.
    let store = open(&path, &recovery_key, false).unwrap();
    store.close().unwrap();
    let found = dump(&python, &path, &recovery_key);
    assert_same(&found, &open(&path, &recovery_key, true).unwrap());
    assert_eq!(found.head["torn_bytes"], 0);
    assert_eq!(found.head["is_closed"], true);
}

#[test]
fn the_store_reads_what_python_writes() {
    let Some(python) = Python::find() else { return };
    let place = Place::new();
    let source = place.path("source.vstore");
    let password = place.opener(Kind::Password);
    let mut store = create(&source, &password);
    fill(&mut store);
    let head = json!({
        "settings": settings(&store.snapshot(), &SETTINGS),
        "chunk_bytes": 100_000,
        // Puts a record, and gives another one times, of which the last is over.
        "transactions": [hex(
            b"\x92\x94\x01\xa5added\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x93\x01\x02\xc0\
              \x93\x03\xaaword:00007\x93\x03\x04\x05"
        )],
    });
    let expected = records(&store.snapshot());
    let recipe = place.path("recipe.json");
    let lines = [std::slice::from_ref(&head.to_string()), &expected].concat();
    std::fs::write(&recipe, lines.join("\n")).unwrap();
    for kind in KINDS {
        let opener = place.opener(kind);
        let path = place.path(&format!("{kind:?}.vstore"));
        python.run(&[
            "write".as_ref(),
            recipe.as_os_str(),
            path.as_os_str(),
            opener.to_json().as_ref(),
        ]);
        let report = verified(&path, &opener, VerifyDepth::Full).unwrap();
        assert_eq!(report.findings, []);
        assert_eq!(report.clean_close, Some(true));

        let mut read = open(&path, &opener, false).unwrap();
        assert_eq!(
            settings(&read.snapshot(), &SETTINGS),
            settings(&store.snapshot(), &SETTINGS)
        );
        let added = read.snapshot().get("added").unwrap();
        assert_eq!(added.value.to_value(), Value::UInt(u64::MAX));
        assert_eq!(
            (added.meta.created_at, added.meta.modified_at),
            (Millis(1), Millis(2))
        );
        let times = WriteBatch::new(Cause::Edit)
            .restore(store.snapshot().get("word:00007").unwrap())
            .delete(key("added"))
            .clone();
        read.commit(&times).unwrap();
        assert_same_records(&records(&read.snapshot()), &expected);

        // Edited by the store, compacted, read by Python again.
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(key("edited"), encoded(&Value::Int(1)));
        read.commit(&batch).unwrap();
        assert_same(&dump(&python, &path, &opener), &read);
        read.compact(&Control::default()).unwrap();
        read.close().unwrap();
        let read = open(&path, &opener, true).unwrap();
        assert_same(&dump(&python, &path, &opener), &read);
    }
}

fn all_hex(texts: &[&str]) -> Json {
    texts.iter().map(|text| hex(text.as_bytes())).collect()
}

#[test]
fn python_reads_the_golden_files() {
    let Some(python) = Python::find() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let golden = |name: &str| folder.join(format!("v1.0-{name}"));
    let secret = Opener::password("secret");
    let recovery_key = Opener::recovery_key(super::RECOVERY_KEY);
    let again = "again ".repeat(100);
    let expected: &[(&str, Opener, &[&str], &[&str])] = &[
        (
            "closed",
            secret.clone(),
            &["first chunk", &again],
            &["one", "two", "three"],
        ),
        (
            "torn",
            secret.clone(),
            &["first chunk", &again],
            &["one", "two"],
        ),
        ("several-slots", secret.clone(), &["chunk"], &["one"]),
        (
            "several-slots",
            Opener::with_key_file("with file", &golden("my.key")),
            &["chunk"],
            &["one"],
        ),
        ("several-slots", recovery_key.clone(), &["chunk"], &["one"]),
        (
            "key-file",
            Opener::with_key_file("secret", &golden("my.key")),
            &["chunk"],
            &["one"],
        ),
        ("rotated", recovery_key, &["new"], &["one"]),
        (
            "ignorable-frame",
            secret.clone(),
            &["chunk"],
            &["one", "two"],
        ),
        (
            "unknown-ro-compat-feature",
            secret.clone(),
            &["chunk"],
            &["one"],
        ),
        (
            "unknown-compat-feature",
            secret.clone(),
            &["chunk"],
            &["one"],
        ),
        ("empty", secret, &[], &[]),
    ];
    for (name, opener, chunks, transactions) in expected {
        let path = golden(&format!("{name}.vstore"));
        let found = python.json(&[
            "payloads".as_ref(),
            path.as_os_str(),
            opener.to_json().as_ref(),
        ]);
        assert_eq!(found["chunks"], all_hex(chunks), "{name}");
        assert_eq!(found["transactions"], all_hex(transactions), "{name}");
    }
}
