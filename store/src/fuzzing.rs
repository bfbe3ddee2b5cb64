//! Entry points for the fuzz targets in `store/fuzz`. Not part of the public interface: the module
//! only exists with the feature `fuzzing`.
//!
//! Each function takes any bytes and returns a short text for the outcome, so that the driver
//! recognizes inputs with new outcomes. The driver searches for panics.

use bytes::Bytes;

use crate::batch::{CodecError, StoredBatch, read_chunk};
pub use crate::file::fuzzing::{frames, header, pack, plaintext, salvage, sample};
use crate::value::{EncodedValue, Value};

/// Decodes a payload of the journal and of the checkpoint.
pub fn batch(input: &[u8]) -> String {
    let payload = Bytes::copy_from_slice(input);
    let journal = match StoredBatch::new(&payload).and_then(StoredBatch::read) {
        Ok(batch) => format!("batch {}", batch.len().min(9)),
        Err(error) => codec_word(&error).to_owned(),
    };
    let chunk = match read_chunk(&payload) {
        Ok(chunk) => format!("chunk {}", chunk.entries.len().min(9)),
        Err(error) => codec_word(&error).to_owned(),
    };
    format!("{journal}, {chunk}")
}

/// The kind of an error without its numbers, which would all count as new outcomes.
fn codec_word(error: &CodecError) -> &'static str {
    match error {
        CodecError::Malformed => "malformed",
        CodecError::UnknownOpcode { .. } => "unknown opcode",
        CodecError::TrailingBytes => "trailing bytes",
        CodecError::Unordered => "unordered",
    }
}

/// Validates a value, decodes it and encodes it again.
///
/// # Panics
///
/// If the encoded value decodes to another value.
pub fn value(input: &[u8]) -> String {
    let encoded = match EncodedValue::from_bytes(Bytes::copy_from_slice(input)) {
        Ok(encoded) => encoded,
        Err(error) => return format!("{:?}", std::mem::discriminant(&error)),
    };
    let value: Value = encoded.to_value();
    let again = EncodedValue::encode(&value);
    let kept = again.is_ok_and(|again| {
        again.to_value() == value || format!("{:?}", again.to_value()) == format!("{value:?}")
    });
    assert!(kept, "a value did not survive being encoded again");
    format!("{:?}", std::mem::discriminant(&value))
}
