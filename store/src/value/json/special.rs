//! Maps with one entry that represent values JSON does not have.
//!
//! `{"$bytes": "base64"}` (RFC 4648, section 4), `{"$time": "RFC 3339"}`, and
//! `{"$float": "NaN" | "Infinity" | "-Infinity" | "NaN:<16 hexadecimal digits>"}`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::Timestamp;

pub(super) const BYTES: &str = "$bytes";
pub(super) const TIME: &str = "$time";
pub(super) const FLOAT: &str = "$float";

const NAN_BITS: &str = "NaN:";

/// The meaning of a map with one entry.
#[derive(Debug)]
pub(super) enum Meaning {
    Bytes(Vec<u8>),
    Timestamp(Timestamp),
    Float(f64),
    /// An ordinary map whose name looks special, written with an additional `$`.
    Escaped,
}

/// Whether a name can be that of a special map.
pub(super) fn is_candidate(name: &str) -> bool {
    name.starts_with('$') && word(name).is_some()
}

/// The special meaning of `{name: text}`, if it has one.
pub(super) fn meaning(name: &str, text: &str) -> Option<Meaning> {
    if !name.starts_with('$') {
        return None;
    }
    let found = match word(name)? {
        BYTES => Meaning::Bytes(STANDARD.decode(text).ok()?),
        TIME => Meaning::Timestamp(Timestamp::parse(text).ok()?),
        _ => Meaning::Float(parse_float(text)?),
    };
    Some(if name.starts_with("$$") {
        Meaning::Escaped
    } else {
        found
    })
}

/// The special name without its `$` characters.
fn word(name: &str) -> Option<&'static str> {
    match name.trim_start_matches('$') {
        "bytes" => Some(BYTES),
        "time" => Some(TIME),
        "float" => Some(FLOAT),
        _ => None,
    }
}

pub(super) fn bytes_text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The text of a float that is not a JSON number.
pub(super) fn float_text(float: f64) -> String {
    if float == f64::INFINITY {
        "Infinity".to_owned()
    } else if float == f64::NEG_INFINITY {
        "-Infinity".to_owned()
    } else if float.to_bits() == f64::NAN.to_bits() {
        "NaN".to_owned()
    } else {
        format!("{NAN_BITS}{:016x}", float.to_bits())
    }
}

fn parse_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => {
            let digits = text.strip_prefix(NAN_BITS)?;
            let bits = u64::from_str_radix(digits, 16).ok()?;
            let float = f64::from_bits(bits);
            // Only the spelling that is written counts; other maps stay maps.
            (float.is_nan() && float_text(float) == text).then_some(float)
        }
    }
}
