//! The field `expireAt` of a value, which sets the expiry of its record.

use std::fmt;

use crate::clock::Millis;
use crate::value::{Timestamp, ValueRef};

/// The name of the field, an integer in Unix seconds.
pub(crate) const EXPIRE_AT: &str = "expireAt";

/// An integer `expireAt` that is not a time in Unix seconds of the years 0001 to 9999, for example
/// one in milliseconds. It sets no expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpireAtOutOfRange {
    seconds: i128,
}

impl fmt::Display for ExpireAtOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds;
        write!(
            f,
            "expireAt is {seconds}, not a time in Unix seconds of the years 0001 to 9999"
        )?;
        match i64::try_from(seconds / 1000).map(time_of) {
            Ok(Some(_)) => f.write_str(" (are these milliseconds?)"),
            _ => Ok(()),
        }
    }
}

/// The expiry that a value sets by an integer `expireAt` at its top level; `None` without one.
pub fn expire_at(value: ValueRef<'_>) -> Option<Result<Millis, ExpireAtOutOfRange>> {
    let seconds = match value.as_map()?.get(EXPIRE_AT)? {
        ValueRef::Int(seconds) => i128::from(seconds),
        ValueRef::UInt(seconds) => i128::from(seconds),
        _ => return None,
    };
    let known = i64::try_from(seconds).ok().and_then(time_of);
    Some(known.ok_or(ExpireAtOutOfRange { seconds }))
}

fn time_of(seconds: i64) -> Option<Millis> {
    Timestamp::new(seconds, 0)
        .is_ok()
        .then(|| Millis::from_unix_seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json::parse_text;

    fn of(json: &str) -> Option<Result<Millis, String>> {
        let (value, _) = parse_text(json).unwrap();
        expire_at(value.view()).map(|found| found.map_err(|error| error.to_string()))
    }

    #[test]
    fn an_integer_at_the_top_level_sets_the_expiry() {
        assert_eq!(of(r#"{"expireAt":-5}"#), Some(Ok(Millis(-5000))));
        assert_eq!(
            of(r#"{"expireAt":1800000000}"#),
            Some(Ok(Millis(1_800_000_000_000)))
        );
        for other in [
            r#"{"a":{"expireAt":5}}"#,
            r#"{"expireAt":"5"}"#,
            r#"{"expireAt":5.0}"#,
            "5",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn a_time_out_of_range_is_an_error() {
        for (seconds, is_milliseconds) in [
            ("1893456000000", true),
            ("9223372036854775807", false),
            ("18446744073709551615", false),
            ("-9223372036854775808", false),
        ] {
            let words = of(&format!("{{\"expireAt\":{seconds}}}"))
                .unwrap()
                .unwrap_err();
            assert!(words.contains(seconds), "{words}");
            assert_eq!(words.contains("milliseconds"), is_milliseconds, "{words}");
        }
    }
}
