//! Records and credentials as JSON, in the form of `tests/format/vstore_format/__main__.py`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use vstore::Snapshot;
use vstore::value::ValueRef;

/// Credentials that open a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Opener {
    pub(super) password: Option<String>,
    pub(super) key_file: Option<PathBuf>,
    pub(super) recovery_key: Option<String>,
}

impl Opener {
    pub(super) fn password(password: &str) -> Self {
        Self {
            password: Some(password.to_owned()),
            ..Self::default()
        }
    }

    pub(super) fn with_key_file(password: &str, key_file: &Path) -> Self {
        Self {
            key_file: Some(key_file.to_owned()),
            ..Self::password(password)
        }
    }

    pub(super) fn recovery_key(text: &str) -> Self {
        Self {
            recovery_key: Some(text.to_owned()),
            ..Self::default()
        }
    }

    pub(super) fn to_json(&self) -> String {
        json!({
            "password": self.password,
            "key_file": self.key_file,
            "recovery_key": self.recovery_key,
        })
        .to_string()
    }
}

/// A value with its type, since JSON itself does not distinguish all types.
pub(super) fn value(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Bool(value) => json!(value),
        ValueRef::Int(int) => json!({"int": int.to_string()}),
        ValueRef::UInt(uint) => json!({"int": uint.to_string()}),
        ValueRef::Float(float) => json!({"float": format!("{:016x}", float.to_bits())}),
        ValueRef::String(text) => json!(text),
        ValueRef::Bytes(bytes) => json!({"bytes": hex(bytes)}),
        ValueRef::Timestamp(at) => json!({"timestamp": [at.seconds(), at.nanos()]}),
        ValueRef::List(list) => list.iter().map(self::value).collect(),
        ValueRef::Map(map) => {
            let pairs: Vec<Json> = map
                .iter()
                .map(|(name, found)| json!([name, self::value(found)]))
                .collect();
            json!({ "map": pairs })
        }
    }
}

/// All records in the order of their keys, one per line. They are compared as text, since the
/// deepest values exceed the nesting limit of JSON readers.
pub(super) fn records(snapshot: &Snapshot) -> Vec<String> {
    let lines = snapshot.iter().map(|record| {
        let meta = record.meta;
        let described = json!([
            record.key,
            value(record.value),
            meta.created_at.0,
            meta.modified_at.0,
            meta.expires_at.map(|at| at.0),
        ]);
        described.to_string()
    });
    lines.collect()
}

/// Those of the named settings that exist.
pub(super) fn settings(snapshot: &Snapshot, names: &[&str]) -> Json {
    let found = names.iter().filter_map(|name| {
        let setting = snapshot.setting(name)?;
        Some(((*name).to_owned(), value(setting.view())))
    });
    Json::Object(found.collect())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
