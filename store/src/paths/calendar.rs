//! Histogram bins for times: steps of one second to one week, and of one calendar month to a
//! thousand years. Everything is UTC, like the dates in queries.
//!
//! Times are in seconds since the Unix epoch.

use crate::paths::bin::Bin;
use crate::search::parse_date_or_time;
use crate::value::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// The Unix epoch was a Thursday; weeks begin on Mondays.
const FIRST_MONDAY: i64 = 4 * DAY;

/// Widths of a fixed number of seconds.
const SECONDS: [i64; 18] = [
    1,
    2,
    5,
    10,
    15,
    30,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    WEEK,
];
/// Widths in months: one month to a thousand years.
const MONTHS: [i64; 13] = [
    1, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 2_400, 6_000, 12_000,
];

/// Empty bins that cover `min` to `max`, of the same number of seconds or months each: at most
/// `bins_max` of them, unless even the widest step needs more.
pub(super) fn bins(min: i64, max: i64, bins_max: i64) -> Vec<Bin> {
    let fits = |first: i64, last: i64| last.saturating_sub(first) < bins_max;
    for width in SECONDS {
        let first_begin = if width == WEEK { FIRST_MONDAY } else { 0 };
        let step = |seconds: i64| seconds.saturating_sub(first_begin).div_euclid(width);
        if fits(step(min), step(max)) {
            let begin = |step: i64| step * width + first_begin;
            return between(step(min), step(max), begin);
        }
    }
    let width = MONTHS
        .into_iter()
        .find(|width| {
            let step = |seconds: i64| month_of(seconds).div_euclid(*width);
            fits(step(min), step(max))
        })
        .unwrap_or(12_000);
    let step = |seconds: i64| month_of(seconds).div_euclid(width);
    between(step(min), step(max), |step| begin_of_month(step * width))
}

fn between(first: i64, last: i64, begin: impl Fn(i64) -> i64) -> Vec<Bin> {
    let bin = |step: i64| Bin {
        from: begin(step) as f64,
        to: begin(step + 1) as f64,
        count: 0,
    };
    (first..=last).map(bin).collect()
}

/// The time that a text denotes; for a date, its first second. `None` if the text is neither a date
/// nor a time.
pub(super) fn timestamp_of(text: &str) -> Option<Timestamp> {
    parse_date_or_time(text).map(|(first, _)| first)
}

/// The month of a time, counted from January of the year 0. (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms": its years begin in March, so that the leap day is the last day.)
fn month_of(seconds: i64) -> i64 {
    let days = seconds.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    (era * 400 + year) * 12 + 2 + month_from_march
}

/// The first second of a month as [`month_of`] numbers it.
fn begin_of_month(month: i64) -> i64 {
    let from_march = month - 2;
    let (years, month) = (from_march.div_euclid(12), from_march.rem_euclid(12));
    let (era, year) = (years.div_euclid(400), years.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5;
    let days = era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year;
    (days - 719_468) * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> i64 {
        Timestamp::parse(text).unwrap().seconds()
    }

    fn ends(min: &str, max: &str) -> Vec<String> {
        let bins = bins(seconds(min), seconds(max), 24);
        assert!(bins[0].from as i64 <= seconds(min));
        assert!(seconds(max) < bins[bins.len() - 1].to as i64);
        assert!(
            bins.windows(2)
                .all(|pair| pair[0].to.total_cmp(&pair[1].from).is_eq())
        );
        let text = |bin: &Bin| Timestamp::new(bin.from as i64, 0).unwrap().to_string();
        bins.iter().map(text).collect()
    }

    #[test]
    fn months_begin_on_their_first_day() {
        for year in [
            1, 4, 100, 400, 1600, 1900, 1970, 1999, 2000, 2004, 2100, 9999,
        ] {
            for month in 1..=12 {
                let begin = seconds(&format!("{year:04}-{month:02}-01T00:00:00Z"));
                assert_eq!(month_of(begin), year * 12 + month - 1);
                assert_eq!(month_of(begin - 1), year * 12 + month - 2);
                assert_eq!(begin_of_month(year * 12 + month - 1), begin);
            }
        }
    }

    #[test]
    fn bins_begin_at_calendar_boundaries() {
        let years = ends("1980-05-03T10:00:00Z", "1999-12-31T23:59:59Z");
        assert_eq!(
            (years.len(), years[0].as_str()),
            (20, "1980-01-01T00:00:00Z")
        );
        let months = ends("2019-03-15T00:00:00Z", "2020-03-01T00:00:00Z");
        assert_eq!(
            (months.len(), months[0].as_str()),
            (13, "2019-03-01T00:00:00Z")
        );
        let days = ends("2020-02-20T08:00:00Z", "2020-03-03T00:00:00Z");
        assert_eq!((days.len(), days[0].as_str()), (13, "2020-02-20T00:00:00Z"));
        let weeks = ends("2020-02-20T08:00:00Z", "2020-05-03T00:00:00Z");
        assert_eq!(weeks[0], "2020-02-17T00:00:00Z", "a Monday");
        let quarters = ends("2017-02-20T08:00:00Z", "2020-05-03T00:00:00Z");
        assert_eq!(
            quarters[..2],
            ["2017-01-01T00:00:00Z", "2017-04-01T00:00:00Z"]
        );
        assert_eq!(
            ends("2020-02-20T08:00:00Z", "2020-02-20T08:00:00Z").len(),
            1
        );
    }

    #[test]
    fn no_span_needs_more_bins_than_allowed() {
        let ends = [
            -62_135_596_800,
            -1,
            0,
            1,
            86_399,
            1_600_000_000,
            253_402_300_799,
        ];
        for min in ends {
            for max in ends.into_iter().filter(|max| min <= *max) {
                assert!((1..=24).contains(&bins(min, max, 24).len()), "{min} {max}");
            }
        }
    }
}
