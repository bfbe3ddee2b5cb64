use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::change::Change;
use crate::record::RecordRef;
use crate::value::{VALUE_BYTES_MAX, Value};

fn decode_batch(payload: &Bytes) -> Result<WriteBatch, CodecError> {
    StoredBatch::new(payload)?.read()
}

fn record(key: &str, value: Value, expires_at: Option<i64>) -> Record {
    Record {
        key: Key::new(key).unwrap(),
        value: EncodedValue::encode(&value).unwrap(),
        meta: Meta {
            created_at: Millis(-5),
            modified_at: Millis(1_700_000_000_000),
            expires_at: expires_at.map(Millis),
        },
    }
}

#[test]
fn encoded_changes_decode_to_a_batch_that_repeats_them() {
    let before = record("changed", Value::Int(1), None);
    let after = record("changed", Value::from("two"), Some(9));
    let expiring = record("same", Value::Null, None);
    let expires = Record {
        meta: Meta {
            expires_at: Some(Millis(7)),
            ..expiring.meta
        },
        ..expiring.clone()
    };
    let gone = record("gone", Value::Null, None);
    let changes = [
        Change {
            key: after.key.clone(),
            before: Some(before),
            after: Some(after.clone()),
        },
        Change {
            key: gone.key.clone(),
            before: Some(gone.clone()),
            after: None,
        },
        Change {
            key: expires.key.clone(),
            before: Some(expiring),
            after: Some(expires.clone()),
        },
    ];
    let payload = encode_changes(&changes, &[]).unwrap();
    let batch = decode_batch(&payload).unwrap();
    assert_eq!(
        batch.ops(),
        [
            Op::Restore(after),
            Op::Delete { key: gone.key },
            Op::SetMeta {
                key: expires.key,
                meta: expires.meta
            },
        ]
    );
}

#[test]
fn malformed_payloads_are_refused_with_the_right_error() {
    let refuse = |bytes: &[u8]| decode_batch(&Bytes::copy_from_slice(bytes)).unwrap_err();
    assert_eq!(refuse(&[]), CodecError::Malformed);
    assert_eq!(refuse(&[0x90, 0x00]), CodecError::TrailingBytes);
    assert_eq!(
        refuse(&[0x91, 0x92, 0x7F, 0xA1, b'k']),
        CodecError::UnknownOpcode { opcode: 127 }
    );
    assert_eq!(
        refuse(&[0x91, 0x93, 0x02, 0xA1, b'k', 0xC0]),
        CodecError::Malformed
    );
    assert_eq!(refuse(&[0x91, 0x92, 0x02, 0xA0]), CodecError::Malformed);
    assert_eq!(
        refuse(&[0xDD, 0xFF, 0xFF, 0xFF, 0xFF]),
        CodecError::Malformed
    );
}

#[test]
fn a_value_that_could_never_be_rewritten_is_refused() {
    /// A batch that puts a byte string of this length.
    fn putting(len: usize) -> Bytes {
        let mut bytes = vec![0x91, 0x94, 0x01, 0xA1, b'k', 0xC6];
        bytes.extend_from_slice(&(len as u32).to_be_bytes());
        bytes.resize(bytes.len() + len, 7);
        bytes.extend_from_slice(&[0x93, 0x01, 0x01, 0xC0]);
        bytes.into()
    }
    // The marker and the length take five bytes.
    assert!(decode_batch(&putting(VALUE_BYTES_MAX - 5)).is_ok());
    assert!(read_chunk(&putting(VALUE_BYTES_MAX - 5)).is_ok());
    let result = decode_batch(&putting(VALUE_BYTES_MAX - 4));
    assert_eq!(result.err(), Some(CodecError::Malformed));
    let result = read_chunk(&putting(VALUE_BYTES_MAX - 4));
    assert_eq!(result.err(), Some(CodecError::Malformed));
}

#[test]
fn a_chunk_has_only_puts_in_key_order_and_settings() {
    let mut writer = ChunkWriter::default();
    for key in ["b", "a"] {
        let record = record(key, Value::Null, None);
        writer.push(record.as_ref(), record.value.as_bytes());
    }
    assert_eq!(
        read_chunk(&writer.take().payload).err(),
        Some(CodecError::Unordered)
    );
    let payload = encode_changes(
        &[Change {
            key: Key::new("a").unwrap(),
            before: None,
            after: None,
        }],
        &[],
    )
    .unwrap();
    assert_eq!(read_chunk(&payload).err(), Some(CodecError::Malformed));
}

proptest! {
    #[test]
    fn any_payload_is_read_or_refused_without_panic(bytes in any::<Vec<u8>>()) {
        let payload = Bytes::from(bytes);
        let _decoded = decode_batch(&payload);
        let _chunk = read_chunk(&payload);
    }
}

#[test]
fn the_times_of_records_are_decoded_from_any_encoding() {
    let usual = 1_800_000_000_000;
    let mut metas = Vec::new();
    for created_at in [usual, 5, -usual, i64::from(u32::MAX), i64::MAX, i64::MIN] {
        for expires_at in [None, Some(Millis(usual + 7)), Some(Millis(0))] {
            metas.push(Meta {
                created_at: Millis(created_at),
                modified_at: Millis(created_at / 3),
                expires_at,
            });
            metas.push(Meta {
                created_at: Millis(created_at),
                modified_at: Millis(usual + 1),
                expires_at,
            });
        }
    }
    let value = EncodedValue::encode(&Value::Int(3)).unwrap();
    let mut writer = ChunkWriter::default();
    for (index, meta) in metas.iter().enumerate() {
        let key = format!("k{index:03}");
        let record = RecordRef {
            key: &key,
            value: value.view(),
            meta: *meta,
        };
        writer.push(record, value.as_bytes());
    }
    let written = writer.take();
    let payload = written.payload;
    let chunk = read_chunk(&payload).unwrap();
    // The writer returns the same positions as decoding its chunk.
    assert_eq!(written.entries, chunk.entries);
    assert_eq!(written.expiring, chunk.expiring);
    let read: Vec<_> = chunk
        .entries
        .iter()
        .map(|entry| entry.meta(&payload))
        .collect();
    assert_eq!(read, metas);
    let expiring = (0..)
        .zip(&metas)
        .filter(|(_, meta)| meta.expires_at.is_some());
    assert!(
        chunk
            .expiring
            .into_iter()
            .eq(expiring.map(|(index, _)| index))
    );
}

/// Values are shared, so nothing of this size is in memory.
#[test]
fn a_batch_too_large_to_be_decoded_is_refused_before_it_is_encoded() {
    let value = EncodedValue::encode(&Value::Bytes(vec![0; 60 << 20])).unwrap();
    let change = |number: usize, before: Option<&EncodedValue>| {
        let record = |value: &EncodedValue| Record {
            key: Key::new(&format!("k{number}")).unwrap(),
            value: value.clone(),
            meta: Meta::default(),
        };
        Change {
            key: record(&value).key,
            before: before.map(record),
            after: Some(record(&value)),
        }
    };
    let written: Vec<_> = (0..69).map(|number| change(number, None)).collect();
    let refused = encode_changes(&written, &[]).unwrap_err();
    let Rejection::TooLarge { bytes } = refused else {
        panic!("{refused}");
    };
    assert!((69 * (60 << 20)..70 * (60 << 20)).contains(&bytes));
    assert!(refused.to_string().contains("at most 4 GiB"));
    // For records of which only the times change, the values are not written.
    let touched: Vec<_> = (0..69).map(|number| change(number, Some(&value))).collect();
    assert!(encode_changes(&touched, &[]).unwrap().len() < 10_000);
}
