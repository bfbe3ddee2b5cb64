//! Prints records: one per line, or with `--json` one array, written while the records are read.

use std::io::{BufWriter, Write as _};

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use vstore::RecordRef;
use vstore::transfer::rfc3339;
use vstore::value::json::{Json, write_compact};

use super::common::Common;
use super::exit::Failure;
use super::output;

/// A record with all its metadata, as `--json` prints it.
pub(super) struct Full<'a>(pub(super) RecordRef<'a>);

impl Serialize for Full<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("key", record.key)?;
        map.serialize_entry("value", &Json(record.value))?;
        if let Some(at) = record.meta.expires_at {
            map.serialize_entry("expires_at", &rfc3339(at))?;
        }
        map.serialize_entry("created_at", &rfc3339(record.meta.created_at))?;
        map.serialize_entry("modified_at", &rfc3339(record.meta.modified_at))?;
        map.end()
    }
}

/// Which part of a record is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Records,
    Keys,
}

impl Content {
    pub(super) const fn new(keys_only: bool) -> Self {
        if keys_only { Self::Keys } else { Self::Records }
    }
}

/// Prints records one by one.
pub(super) struct Printer {
    data: BufWriter<output::Data>,
    json: bool,
    content: Content,
    printed: bool,
}

impl Printer {
    pub(super) fn new(common: &Common, content: Content) -> Self {
        Self {
            data: output::data(),
            json: common.json,
            content,
            printed: false,
        }
    }

    pub(super) fn record(&mut self, record: RecordRef<'_>) -> Result<(), Failure> {
        let data = &mut self.data;
        if self.json {
            data.write_all(if self.printed { b",\n" } else { b"[\n" })?;
            if self.content == Content::Keys {
                serde_json::to_writer(data, record.key)?;
            } else {
                serde_json::to_writer(data, &Full(record))?;
            }
        } else {
            data.write_all(record.key.as_bytes())?;
            if self.content == Content::Records {
                data.write_all(b"\t")?;
                write_compact(record.value, data)?;
            }
            data.write_all(b"\n")?;
        }
        self.printed = true;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), Failure> {
        if self.json {
            let close: &[u8] = if self.printed { b"\n]\n" } else { b"[]\n" };
            self.data.write_all(close)?;
        }
        self.data.flush()?;
        Ok(())
    }
}
