//! The encodings of kawanet/msgpack-test-suite: FORMAT.md says that each of them is read.

use bytes::Bytes;
use vstore::value::{EncodedValue, ValueError, ValueRef, json};

use super::rows;

const SUITE: &str = include_str!("../../data/msgpack-test-suite.tsv");

/// The time outside the range of the store, as documented in FORMAT.md.
const OUT_OF_RANGE: &str = "the year 0";

fn from_hex(text: &str) -> Bytes {
    let digits = text.as_bytes().chunks_exact(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn every_encoding_of_a_value_is_read_and_the_shortest_is_written() {
    let mut encodings = 0;
    for row in rows(SUITE) {
        let [text, encoded] = row[..] else {
            panic!("{row:?}")
        };
        for hex in encoded.split(' ') {
            encodings += 1;
            let read = EncodedValue::from_bytes(from_hex(hex));
            if text == OUT_OF_RANGE {
                assert_eq!(read, Err(ValueError::Malformed), "{text} as {hex}");
                continue;
            }
            let (expected, _) = json::parse_text(text).unwrap();
            let read = read.unwrap_or_else(|error| panic!("{text} as {hex}: {error}"));
            match read.view() {
                // The suite counts floats among the encodings of a whole number.
                ValueRef::Float(float) => {
                    let number: f64 = text.parse().unwrap();
                    assert_eq!(float.to_bits(), number.to_bits(), "{text} as {hex}");
                }
                _ => assert_eq!(read.to_value(), expected.to_value(), "{text} as {hex}"),
            }
            // With one byte more or less it must be another value or invalid.
            let longer = [&from_hex(hex)[..], b"\xc0"].concat();
            assert_eq!(
                EncodedValue::from_bytes(longer.into()),
                Err(ValueError::TrailingBytes),
                "{text} as {hex}"
            );
            let shorter = from_hex(hex).slice(..hex.len() / 2 - 1);
            assert!(
                EncodedValue::from_bytes(shorter).is_err(),
                "{text} as {hex}"
            );
        }
        if let Ok((value, _)) = json::parse_text(text) {
            let written = value.as_bytes();
            assert!(
                encoded.split(' ').any(|hex| from_hex(hex) == written),
                "{text}"
            );
            // Floats are always written with all their bits, and integers never as floats.
            let mut others = encoded.split(' ').filter(|hex| !hex.starts_with("ca"));
            let is_shortest = others.all(|hex| from_hex(hex).len() >= written.len());
            assert!(is_shortest, "{text}");
        }
    }
    assert_eq!(encodings, 222);
}

/// The types of MessagePack that the store does not have: every head is either read or refused.
#[test]
fn other_extensions_and_the_reserved_byte_are_refused() {
    let behind = [0_u8; 300];
    for head in 0..=u8::MAX {
        let bytes = [&[head][..], &behind].concat();
        let is_refused = matches!(head, 0xC1 | 0xC7..=0xC9 | 0xD4..=0xD8);
        let longest = (1..bytes.len())
            .find(|len| EncodedValue::from_bytes(Bytes::copy_from_slice(&bytes[..*len])).is_ok());
        // Maps of more than one entry would have the name 0, which is no text.
        let is_map = matches!(head, 0x81..=0x8F);
        assert_eq!(longest.is_none(), is_refused || is_map, "{head:02x}");
    }
    // Timestamps of another length or number than -1.
    for hex in [
        "d400",
        "d6fe00000000",
        "d7000000000000000000",
        "c704ff00000000",
        "c80004ff00000000",
    ] {
        assert!(EncodedValue::from_bytes(from_hex(hex)).is_err(), "{hex}");
    }
}
