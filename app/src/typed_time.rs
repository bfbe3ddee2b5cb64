//! Durations and timestamps as people type them.

use jiff::civil::DateTime;
use jiff::fmt::friendly::SpanParser;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, ToSpan as _};
use vstore::Millis;

/// 400 years.
const CYCLE_MILLIS: i64 = 146_097 * 86_400_000;
/// The longest duration: a thousand years.
const MILLIS_MAX: i64 = 1000 * 366 * 86_400_000;

/// Reads a duration such as `90s`, `5 m`, `1d 12h` or `2 weeks` ([jiff's friendly format]), in
/// milliseconds: from one second to a thousand years, without months, whose length varies. A year
/// has 365 days.
///
/// # Errors
///
/// A sentence that says what is accepted. A number alone is refused: whether it means seconds or
/// minutes would be a guess.
///
/// [jiff's friendly format]: https://docs.rs/jiff/latest/jiff/fmt/friendly/index.html
pub(crate) fn parse_duration(text: &str) -> Result<i64, String> {
    static PARSER: SpanParser = SpanParser::new();
    let not_a_duration = || format!("{text:?} is not a duration such as 90s, 5m, 2h, 7d or 1d 12h");
    let span = PARSER.parse_span(text.trim().to_lowercase());
    let span = span.map_err(|_error| not_a_duration())?;
    if span.is_negative() || span.get_months() != 0 {
        return Err(not_a_duration());
    }
    millis(span)
        .filter(|millis| (1_000..=MILLIS_MAX).contains(millis))
        .ok_or_else(|| format!("{text:?} is not between a second and a thousand years"))
}

fn millis(span: Span) -> Option<i64> {
    let years = i64::from(span.get_years()) * 365 * 86_400_000;
    let rest = span.try_years(0).ok()?;
    let rest = rest.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    years.checked_add(i64::try_from(rest.as_millis()).ok()?)
}

/// Reads a date and time such as `2026-11-21 15:30` or `2026-11-21` in a zone, or RFC 3339.
pub(crate) fn parse_timestamp(text: &str, zone: &TimeZone) -> Option<Millis> {
    let text = text.trim();
    if let Ok(timestamp) = vstore::value::Timestamp::parse(text) {
        let millis = i64::from(timestamp.nanos() / 1_000_000);
        return Some(Millis(timestamp.seconds() * 1000 + millis));
    }
    let civil: DateTime = text.parse().ok()?;
    if let Ok(zoned) = civil.to_zoned(zone.clone()) {
        return Some(Millis(zoned.timestamp().as_millisecond()));
    }
    // The last hours of the year 9999 are beyond the range of timestamps, but not of dates; the
    // calendar repeats itself after 400 years.
    let earlier = civil.checked_sub(400.years()).ok()?;
    let earlier = earlier.to_zoned(zone.clone()).ok()?;
    let millis = earlier.timestamp().as_millisecond() + CYCLE_MILLIS;
    let is_known = vstore::value::Timestamp::new(millis.div_euclid(1000), 0).is_ok();
    is_known.then_some(Millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_may_have_parts() {
        let texts = [
            "90s", "5m", "5 m", " 2h ", "7d", "1d 12h", "2W", "1h30min", "1.5h", "2 years",
        ];
        let seconds = [
            90, 300, 300, 7_200, 604_800, 129_600, 1_209_600, 5_400, 5_400, 63_072_000,
        ];
        let read = texts.map(parse_duration);
        assert_eq!(read, seconds.map(|seconds| Ok(seconds * 1_000)));
    }

    #[test]
    fn anything_that_is_not_a_duration_is_refused() {
        for text in [
            "",
            "5",
            "s",
            "h",
            "5 x",
            "5é",
            "-5m",
            "5m ago",
            "0s",
            "3 months",
            "99999999999999999999s",
            "9999999999d",
            "9999y",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn timestamps_are_read_in_the_zone_of_the_reader() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let expected = parse_timestamp("2026-11-21T14:30:00Z", &zone);
        assert!(expected.is_some());
        assert_eq!(parse_timestamp(" 2026-11-21 15:30", &zone), expected);
        assert_eq!(parse_timestamp("2026-11-21T15:30:00", &zone), expected);
        assert!(parse_timestamp("2026-11-21", &zone) < expected);
        assert_eq!(parse_timestamp("tomorrow", &zone), None);
        let last_second = Some(Millis(253_402_300_799_000));
        assert_eq!(parse_timestamp("9999-12-31T23:59:59Z", &zone), last_second);
        let last_day = Some(Millis(253_402_214_400_000 - 3_600_000));
        assert_eq!(parse_timestamp("9999-12-31", &zone), last_day);
    }
}
