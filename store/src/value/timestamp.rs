//! Timestamps with nanoseconds, as in MessagePack's timestamp extension.

use std::fmt;

/// A time: seconds since the Unix epoch and nanoseconds within the second.
///
/// Formatted as RFC 3339 in UTC, with as many decimals as needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

/// Why something is not a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// The text is not RFC 3339.
    #[error("not a date and time in the form 2026-11-20T14:02:11Z (RFC 3339)")]
    Syntax,
    /// Outside the years of RFC 3339, or more than 999 999 999 nanoseconds.
    #[error("outside the years 0001 to 9999")]
    Range,
}

/// 0001-01-01T00:00:00Z: RFC 3339 has four digits for the year.
const SECONDS_MIN: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z.
const SECONDS_MAX: i64 = 253_402_300_799;
/// 400 years, after which the calendar repeats itself. jiff's range ends 26 hours before the year
/// 9999 does; times behind it are read and written as those 400 years earlier.
const CYCLE_SECONDS: i64 = 146_097 * 86_400;

impl Timestamp {
    /// The latest timestamp.
    pub(crate) const MAX: Self = Self {
        seconds: SECONDS_MAX,
        nanos: 999_999_999,
    };

    /// From seconds since the Unix epoch and nanoseconds.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] if it is outside the years 0001 to 9999, or has too many nanoseconds.
    pub fn new(seconds: i64, nanos: u32) -> Result<Self, TimestampError> {
        if !(SECONDS_MIN..=SECONDS_MAX).contains(&seconds) || nanos > 999_999_999 {
            return Err(TimestampError::Range);
        }
        Ok(Self { seconds, nanos })
    }

    /// Seconds since the Unix epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    pub const fn nanos(self) -> u32 {
        self.nanos
    }

    /// Parses RFC 3339, with any offset.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] if the text is not RFC 3339 or is out of range.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let (parsed, shift) = if let Ok(parsed) = text.parse::<jiff::Timestamp>() {
            (parsed, 0)
        } else {
            let rest = text.strip_prefix("9999").ok_or(TimestampError::Syntax)?;
            let earlier = format!("9599{rest}").parse();
            (earlier.or(Err(TimestampError::Syntax))?, CYCLE_SECONDS)
        };
        // jiff keeps the sign of both parts equal; ours rounds down.
        let (seconds, nanos) = (parsed.as_second() + shift, parsed.subsec_nanosecond());
        if nanos < 0 {
            Self::new(seconds - 1, (nanos + 1_000_000_000).unsigned_abs())
        } else {
            Self::new(seconds, nanos.unsigned_abs())
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = i32::try_from(self.nanos).unwrap_or(0);
        if let Ok(timestamp) = jiff::Timestamp::new(self.seconds, nanos) {
            return fmt::Display::fmt(&timestamp, f);
        }
        let earlier = jiff::Timestamp::new(self.seconds - CYCLE_SECONDS, nanos);
        let earlier = earlier.unwrap_or(jiff::Timestamp::MAX);
        let text = match f.precision() {
            Some(digits) => format!("{earlier:.digits$}"),
            None => earlier.to_string(),
        };
        write!(f, "9999{}", text.trim_start_matches("9599"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_of_the_last_year_is_read_and_written() {
        for text in [
            "9999-12-30T22:00:00Z",
            "9999-12-30T22:00:01Z",
            "9999-12-31T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.9999999Z",
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        let with_offset = Timestamp::parse("9999-12-31T23:59:59+02:00").unwrap();
        assert_eq!(with_offset.to_string(), "9999-12-31T21:59:59Z");
        assert_eq!(format!("{with_offset:.3}"), "9999-12-31T21:59:59.000Z");
        assert_eq!(
            Timestamp::parse("9999-12-31T23:59:59-00:01"),
            Err(TimestampError::Range)
        );
        for text in ["9999", "9999-12-32T00:00:00Z", "9999-12-31"] {
            assert_eq!(
                Timestamp::parse(text),
                Err(TimestampError::Syntax),
                "{text}"
            );
        }
    }
}
