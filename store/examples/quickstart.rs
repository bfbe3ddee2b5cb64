//! The store as a library: create a file, write, search, undo, let a record expire, reopen.
//!
//! `cargo run -p vstore --example quickstart -- /some/folder/demo.vstore`
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::path::PathBuf;

use vstore::file::{Control, Credentials, KdfProfile, Password};
use vstore::value::EncodedValue;
use vstore::{Cause, CreateOptions, Expiry, Key, Op, OpenOptions, Store, WriteBatch};

fn main() -> Result<(), Box<dyn Error>> {
    let path = PathBuf::from(
        std::env::args()
            .nth(1)
            .ok_or("usage: quickstart FILE.vstore")?,
    );
    let credentials = Credentials::password(Password::new("correct horse".to_owned())?);
    let control = Control::default();

    let options = CreateOptions {
        kdf: KdfProfile::Fast,
        ..CreateOptions::default()
    };
    let (mut store, _) = Store::create(&path, &credentials, &options, &control)?;

    let mut batch = WriteBatch::new(Cause::Edit);
    for (key, json) in [
        (
            "customer:ana",
            r#"{"name": "Ana Müller", "age": 30, "tags": ["vip"]}"#,
        ),
        (
            "customer:bo",
            r#"{"name": "Bo Chen", "age": 41, "tags": []}"#,
        ),
    ] {
        let (value, _) = vstore::value::json::parse_text(json)?;
        batch.put(Key::new(key)?, value);
    }
    let commit = store.commit(&batch)?;
    println!(
        "{} records after commit {:?}",
        store.snapshot().len(),
        commit.seq
    );

    let mut token = WriteBatch::new(Cause::Edit);
    let in_a_minute = store.snapshot().now().plus_millis(60_000);
    let value = EncodedValue::encode(&"s3cret".into())?;
    token.push(Op::Put {
        key: Key::new("token:ci")?,
        value,
        expiry: Expiry::At(in_a_minute),
    });
    store.commit(&token)?;

    for record in store.snapshot().prefix("customer:") {
        println!("{}: {:?}", record.key, record.value);
    }

    store.commit(&commit.invert(Cause::Undo))?;
    println!("{} record after undo", store.snapshot().len());
    store.close()?;

    let (store, report) = Store::open(&path, &credentials, &OpenOptions::default(), &control)?;
    println!(
        "{} record after reopening, closed cleanly: {}",
        report.records, report.file.clean_close
    );
    store.close()?;
    Ok(())
}
