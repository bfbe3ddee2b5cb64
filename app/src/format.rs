//! Formats numbers, sizes and times for people, in English. Knows no panel.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use vstore::Millis;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A whole number with thousands separators: `5,169`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 record`, `5,169 records`. Only for nouns with a plural in `s`.
pub fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

/// A number of bytes: `640 B`, `1.2 KB`, `48 MB`. A kilobyte has 1 000 bytes.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut amount = number as f64 / 1000.0;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        if amount < 999.5 {
            break;
        }
        amount /= 1000.0;
        unit = next;
    }
    let decimals = usize::from(amount < 9.95);
    format!("{amount:.decimals$} {unit}")
}

/// A duration of work: `0.4 ms`, `2.1 ms`, `38 ms`, `1.25 s`.
pub fn elapsed(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    if millis < 9.95 {
        format!("{millis:.1} ms")
    } else if millis < 999.5 {
        format!("{millis:.0} ms")
    } else {
        format!("{:.2} s", millis / 1000.0)
    }
}

/// The remaining time, in its two largest units: `3 d 4 h`, `2 h 05 m`, `4 m 12 s`, `38 s`. A time
/// that is over is `0 s`.
pub fn remaining(millis: i64) -> String {
    let seconds = ceil_seconds(millis);
    if seconds >= DAY {
        format!("{} d {} h", seconds / DAY, seconds % DAY / HOUR)
    } else if seconds >= HOUR {
        format!("{} h {:02} m", seconds / HOUR, seconds % HOUR / MINUTE)
    } else if seconds >= MINUTE {
        format!("{} m {:02} s", seconds / MINUTE, seconds % MINUTE)
    } else {
        format!("{seconds} s")
    }
}

/// How long until the text of [`remaining`] changes; `None` once it is `0 s`.
pub fn remaining_changes_in(millis: i64) -> Option<Duration> {
    let seconds = ceil_seconds(millis);
    let unit = if seconds >= DAY {
        HOUR
    } else if seconds >= HOUR {
        MINUTE
    } else {
        1
    };
    // The text stays the same until the seconds, rounded up, fall below the last full step of the
    // unit.
    let holds_until = (seconds / unit * unit - 1).saturating_mul(1000);
    let wait = u64::try_from(millis.saturating_sub(holds_until)).ok()?;
    (seconds > 0).then(|| Duration::from_millis(wait))
}

/// How long until a countdown with `left` milliseconds should be redrawn: when its text changes,
/// delayed until shortly after the next whole second of the clock. Thus all countdowns of a window
/// change together, at most once a second, however many there are.
pub fn next_countdown_tick(left: i64, now: Millis) -> Option<Duration> {
    // The toolkit draws up to a frame early, which would be before the change and in vain.
    const LATE: i64 = 30;
    let wait = remaining_changes_in(left)?.as_millis();
    let phase = now.0.saturating_sub(LATE).rem_euclid(1000) as u128;
    let seconds = (phase + wait).div_ceil(1000);
    let wait = (seconds * 1000).saturating_sub(phase);
    Some(Duration::from_millis(wait.min(u64::MAX.into()) as u64))
}

/// Whole seconds, rounded up so that the last second is shown as `1 s`.
fn ceil_seconds(millis: i64) -> i64 {
    millis.max(0).saturating_add(999) / 1000
}

/// Minutes and seconds until something happens: `4:59`.
pub fn minutes_seconds(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A timestamp, as short as its distance allows: `14:02` today, `20 Nov` this year, `20 Nov 2025`
/// earlier.
pub fn timestamp(at: Millis, now: Millis, zone: &TimeZone) -> String {
    let (at, now) = (civil(at, zone), civil(now, zone));
    if at.date() == now.date() {
        at.strftime("%H:%M").to_string()
    } else if at.year() == now.year() {
        at.strftime("%-d %b").to_string()
    } else {
        at.strftime("%-d %b %Y").to_string()
    }
}

/// The time of day with seconds: `14:02:11`.
pub fn time_of_day(at: Millis, zone: &TimeZone) -> String {
    civil(at, zone).strftime("%H:%M:%S").to_string()
}

/// Date and time: `20 Nov 2026 13:56`.
pub fn date_time(at: Millis, zone: &TimeZone) -> String {
    civil(at, zone).strftime("%-d %b %Y %H:%M").to_string()
}

/// 400 years, after which the calendar repeats itself.
const CYCLE_MILLIS: i64 = 146_097 * 86_400_000;

/// The local date and time; timestamps outside the years -9999 to 9999 are clamped to these.
fn civil(at: Millis, zone: &TimeZone) -> DateTime {
    if let Ok(timestamp) = Timestamp::from_millisecond(at.0) {
        return zone.to_datetime(timestamp);
    }
    if at.0 < 0 {
        return zone.to_datetime(Timestamp::MIN);
    }
    // The last hours of the year 9999 are beyond the range of timestamps, but not of dates.
    let earlier = Timestamp::from_millisecond(at.0 - CYCLE_MILLIS).unwrap_or(Timestamp::MAX);
    let later = zone.to_datetime(earlier).checked_add(400.years());
    later.unwrap_or(DateTime::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_separators_between_thousands() {
        let texts = [0, 999, 1000, 5169, 40_318, 1_000_000, u64::MAX].map(count);
        let expected = [
            "0",
            "999",
            "1,000",
            "5,169",
            "40,318",
            "1,000,000",
            "18,446,744,073,709,551,615",
        ];
        assert_eq!(texts, expected);
        assert_eq!(counted(1, "record"), "1 record");
        assert_eq!(counted(2000, "record"), "2,000 records");
    }

    #[test]
    fn sizes_and_durations_have_two_or_three_digits() {
        let sizes = [640, 1230, 9960, 48_000_000, 999_600_000].map(bytes);
        assert_eq!(sizes, ["640 B", "1.2 KB", "10 KB", "48 MB", "1.0 GB"]);
        let times = [400, 2140, 38_000, 1_250_000].map(|micros| {
            let time = Duration::from_micros(micros);
            elapsed(time)
        });
        assert_eq!(times, ["0.4 ms", "2.1 ms", "38 ms", "1.25 s"]);
        assert_eq!(minutes_seconds(Duration::from_secs(299)), "4:59");
    }

    #[test]
    fn remaining_time_is_shown_in_two_units() {
        let left = [0, 1, 38_000, 252_000, 7_500_000, 273_600_000].map(remaining);
        assert_eq!(
            left,
            ["0 s", "1 s", "38 s", "4 m 12 s", "2 h 05 m", "3 d 4 h"]
        );
    }

    #[test]
    fn the_text_changes_exactly_when_announced() {
        for millis in [
            1,
            999,
            1000,
            38_500,
            252_000,
            3_600_000,
            7_500_123,
            273_600_000,
        ] {
            let wait = remaining_changes_in(millis).unwrap().as_millis() as i64;
            assert_ne!(remaining(millis - wait), remaining(millis), "{millis}");
            assert_eq!(remaining(millis - wait + 1), remaining(millis), "{millis}");
        }
        assert_eq!(remaining_changes_in(0), None);
        assert_eq!(remaining_changes_in(i64::MIN), None);
    }

    #[test]
    fn countdowns_of_different_phases_tick_together() {
        let now = Millis(10_250);
        let ticks = [38_500, 38_001, 5_100, 900].map(|left| next_countdown_tick(left, now));
        let millis = ticks.map(|tick| tick.unwrap().as_millis());
        assert_eq!(millis, [780, 780, 780, 1780]);
        assert_eq!(next_countdown_tick(0, now), None);
    }

    #[test]
    fn timestamps_get_shorter_the_nearer_they_are() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let at = |text: &str| Millis(text.parse::<Timestamp>().unwrap().as_millisecond());
        let now = at("2026-11-20T23:30:00Z");
        // In that zone it is already the 21st.
        assert_eq!(timestamp(at("2026-11-20T23:02:11Z"), now, &zone), "00:02");
        assert_eq!(timestamp(at("2026-11-20T13:02:11Z"), now, &zone), "20 Nov");
        assert_eq!(
            timestamp(at("2025-11-20T13:02:11Z"), now, &zone),
            "20 Nov 2025"
        );
        assert_eq!(time_of_day(at("2026-11-20T13:02:11Z"), &zone), "14:02:11");
        assert_eq!(
            date_time(at("2026-11-20T13:02:11Z"), &zone),
            "20 Nov 2026 14:02"
        );
        assert!(timestamp(Millis(i64::MIN), now, &zone).ends_with("-9999"));
        // Beyond the range of the library's timestamps.
        let last_day = Millis(253_402_300_799_000 - 7_200_000);
        assert_eq!(date_time(last_day, &zone), "31 Dec 9999 22:59");
        assert_eq!(timestamp(Millis(i64::MAX), now, &zone), "31 Dec 9999");
    }
}
