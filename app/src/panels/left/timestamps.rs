//! Time spans on the histogram of timestamps: the label of a bar, and the query that finds its
//! records. Timestamps are in seconds since the Unix epoch and in UTC, as dates in queries are.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const DAY: i64 = 86_400;
/// A span of more months than this is labelled by its years.
const MONTHS_MAX: i32 = 24;

/// The label of a bar and the ends of its query; both ends are inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// `Mar 2020`.
    pub(super) label: String,
    /// `2020-03-01`.
    pub(super) low: String,
    /// `2020-03-31`.
    pub(super) high: String,
}

/// A calendar step, from one timestamp up to but excluding another.
pub(super) fn step(from: f64, until: f64) -> Span {
    let (from, until) = (from as i64, until as i64);
    let last = (until - 1).max(from);
    if is_day(from) && is_day(until) {
        let (first, last) = (civil(from), civil(last));
        return Span {
            label: days(first, last, civil(until)),
            low: date(first),
            high: date(last),
        };
    }
    let clock = if (until - from) % 60 == 0 {
        "%H:%M"
    } else {
        "%H:%M:%S"
    };
    let end = if is_day(until) {
        "24:00".to_owned()
    } else {
        civil(until).strftime(clock).to_string()
    };
    let begin = civil(from)
        .strftime(&format!("%-d %b %Y {clock}"))
        .to_string();
    Span {
        label: format!("{begin} to {end}"),
        low: rfc3339(from),
        high: end_of_second(last),
    }
}

/// The span between two timestamps that occur, both included.
pub(super) fn share(least: f64, greatest: f64) -> Span {
    let (least, greatest) = (least as i64, greatest as i64);
    let words = |pattern: &str| {
        let (from, to) = (civil(least), civil(greatest));
        let (from, to) = (
            from.strftime(pattern).to_string(),
            to.strftime(pattern).to_string(),
        );
        if from == to {
            from
        } else {
            format!("{from} to {to}")
        }
    };
    if is_day(least) && is_day(greatest) {
        Span {
            label: words("%-d %b %Y"),
            low: date(civil(least)),
            high: date(civil(greatest)),
        }
    } else {
        Span {
            label: words("%-d %b %Y %H:%M"),
            low: rfc3339(least),
            high: end_of_second(greatest),
        }
    }
}

/// A short label of the whole scale: `2005 to 2024`, `Mar to Aug 2020`.
pub(super) fn scale(least: f64, greatest: f64) -> String {
    let (from, to) = (civil(least as i64), civil(greatest as i64));
    let month = |at: DateTime| i32::from(at.year()) * 12 + i32::from(at.month());
    if MONTHS_MAX < month(to) - month(from) {
        return format!("{} to {}", from.year(), to.year());
    }
    if from.date() == to.date() {
        let (begin, end) = (from.strftime("%-d %b %H:%M"), to.strftime("%H:%M"));
        return format!("{begin} to {end}");
    }
    between(from, to, month(from) != month(to))
}

/// The shortest text for a timestamp: only the date at midnight.
pub(super) fn text(at: f64) -> String {
    let at = at as i64;
    let pattern = if is_day(at) {
        "%-d %b %Y"
    } else {
        "%-d %b %Y %H:%M"
    };
    civil(at).strftime(pattern).to_string()
}

/// Whole days; `until` is the day after the last one.
fn days(first: DateTime, last: DateTime, until: DateTime) -> String {
    let whole_months = first.day() == 1 && until.day() == 1;
    if whole_months && first.month() == 1 && until.month() == 1 {
        return if first.year() == last.year() {
            first.year().to_string()
        } else {
            format!("{} to {}", first.year(), last.year())
        };
    }
    between(first, last, whole_months)
}

/// `Mar 2020`, `Jan to Mar 2020`, `2 to 8 Mar 2020`: what both ends have in common is written once.
fn between(first: DateTime, last: DateTime, months: bool) -> String {
    let day = if months { "" } else { "%-d " };
    let same_year = first.year() == last.year();
    let same_month = same_year && first.month() == last.month();
    let end = last.strftime(&format!("{day}%b %Y")).to_string();
    let begin = match (months, same_month, same_year) {
        (true, true, _) => return end,
        (false, true, _) if first.day() == last.day() => return end,
        (false, true, _) => first.strftime("%-d").to_string(),
        (_, false, true) => first.strftime(&format!("{day}%b")).to_string(),
        (_, false, false) => first.strftime(&format!("{day}%b %Y")).to_string(),
    };
    format!("{begin} to {end}")
}

const fn is_day(at: i64) -> bool {
    at.rem_euclid(DAY) == 0
}

fn civil(at: i64) -> DateTime {
    let at = Timestamp::from_second(at).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).datetime()
}

fn date(at: DateTime) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn rfc3339(at: i64) -> String {
    civil(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Bars are counted in whole seconds, so the last second belongs to the bar as a whole.
fn end_of_second(at: i64) -> String {
    civil(at)
        .strftime("%Y-%m-%dT%H:%M:%S.999999999Z")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> f64 {
        text.parse::<Timestamp>().unwrap().as_second() as f64
    }

    fn of_step(from: &str, until: &str) -> [String; 3] {
        let Span { label, low, high } = step(seconds(from), seconds(until));
        [label, low, high]
    }

    fn day(text: &str) -> f64 {
        seconds(&format!("{text}T00:00:00Z"))
    }

    #[test]
    fn calendar_steps_are_labelled_by_year_month_and_day() {
        let check = |from: &str, until: &str, expected: [&str; 3]| {
            let Span { label, low, high } = step(day(from), day(until));
            assert_eq!([label.as_str(), &low, &high], expected);
        };
        check(
            "1980-01-01",
            "1981-01-01",
            ["1980", "1980-01-01", "1980-12-31"],
        );
        check(
            "1980-01-01",
            "1990-01-01",
            ["1980 to 1989", "1980-01-01", "1989-12-31"],
        );
        check(
            "2020-02-01",
            "2020-03-01",
            ["Feb 2020", "2020-02-01", "2020-02-29"],
        );
        check(
            "2020-01-01",
            "2020-04-01",
            ["Jan to Mar 2020", "2020-01-01", "2020-03-31"],
        );
        check(
            "2020-02-03",
            "2020-02-04",
            ["3 Feb 2020", "2020-02-03", "2020-02-03"],
        );
        check(
            "2020-02-24",
            "2020-03-02",
            ["24 Feb to 1 Mar 2020", "2020-02-24", "2020-03-01"],
        );
        check(
            "2020-03-02",
            "2020-03-09",
            ["2 to 8 Mar 2020", "2020-03-02", "2020-03-08"],
        );
        check(
            "2019-12-30",
            "2020-01-06",
            ["30 Dec 2019 to 5 Jan 2020", "2019-12-30", "2020-01-05"],
        );
    }

    #[test]
    fn steps_within_a_day_end_before_the_next_step() {
        assert_eq!(
            of_step("2020-03-02T21:00:00Z", "2020-03-03T00:00:00Z"),
            [
                "2 Mar 2020 21:00 to 24:00",
                "2020-03-02T21:00:00Z",
                "2020-03-02T23:59:59.999999999Z"
            ]
        );
        let [label, ..] = of_step("2020-03-02T21:00:05Z", "2020-03-02T21:00:10Z");
        assert_eq!(label, "2 Mar 2020 21:00:05 to 21:00:10");
    }

    #[test]
    fn shares_and_the_scale_are_labelled_by_existing_values() {
        let found = share(day("2005-08-15"), day("2006-01-02"));
        assert_eq!(found.label, "15 Aug 2005 to 2 Jan 2006");
        assert_eq!(
            (found.low.as_str(), found.high.as_str()),
            ("2005-08-15", "2006-01-02")
        );
        let found = share(
            seconds("2005-08-15T10:20:30Z"),
            seconds("2005-08-15T10:20:30Z"),
        );
        assert_eq!(found.label, "15 Aug 2005 10:20");
        assert_eq!(found.high, "2005-08-15T10:20:30.999999999Z");
        assert_eq!(scale(day("2005-08-15"), day("2024-02-01")), "2005 to 2024");
        assert_eq!(
            scale(day("2020-03-15"), day("2020-08-01")),
            "Mar to Aug 2020"
        );
        assert_eq!(
            scale(day("2020-03-15"), day("2020-03-17")),
            "15 to 17 Mar 2020"
        );
        let times = scale(
            seconds("2020-03-15T08:00:00Z"),
            seconds("2020-03-15T09:30:00Z"),
        );
        assert_eq!(times, "15 Mar 08:00 to 09:30");
    }
}
