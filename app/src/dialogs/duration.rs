//! Durations and moments as people type them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use vstore::Millis;

const SECOND: i64 = 1_000;
const UNITS: [(&str, i64); 12] = [
    ("s", SECOND),
    ("sec", SECOND),
    ("m", 60 * SECOND),
    ("min", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("hour", 3_600 * SECOND),
    ("hours", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
    ("day", 86_400 * SECOND),
    ("days", 86_400 * SECOND),
    ("w", 604_800 * SECOND),
    ("y", 31_536_000 * SECOND),
];

/// Reads a duration such as `90s`, `5 m`, `1d 12h`, in milliseconds. A number alone is not one:
/// seconds and minutes would be a guess.
pub(super) fn parse_duration(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_i64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let end = behind
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let unit = unit.to_ascii_lowercase();
        let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let number: i64 = number.parse().ok()?;
        total = total.checked_add(number.checked_mul(*millis)?)?;
        rest = behind.trim_start();
    }
    Some(total)
}

/// Reads a date and time such as `2026-11-21 15:30` or `2026-11-21` in a zone, or RFC 3339.
pub(super) fn parse_moment(text: &str, zone: &TimeZone) -> Option<Millis> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(Millis(moment.as_millisecond()));
    }
    let civil: DateTime = text.parse().ok()?;
    let moment = civil.to_zoned(zone.clone()).ok()?;
    Some(Millis(moment.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_may_have_parts() {
        let read = ["90s", "5 m", "1d 12h", "2W", "1h30min"].map(parse_duration);
        let expected = [90, 300, 129_600, 1_209_600, 5_400];
        assert_eq!(read, expected.map(|seconds| Some(seconds * SECOND)));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "5",
            "h",
            "5 x",
            "-5m",
            "99999999999999999999s",
            "9999999999999999y",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_read_in_the_zone_of_the_reader() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let expected = parse_moment("2026-11-21T14:30:00Z", &zone);
        assert!(expected.is_some());
        assert_eq!(parse_moment(" 2026-11-21 15:30", &zone), expected);
        assert_eq!(parse_moment("2026-11-21T15:30:00", &zone), expected);
        assert!(parse_moment("2026-11-21", &zone) < expected);
        assert_eq!(parse_moment("tomorrow", &zone), None);
    }
}
