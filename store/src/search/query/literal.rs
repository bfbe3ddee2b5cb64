//! The type of a literal: `30`, `true`, `null`, `2026-11-20`, or text.

use super::ast::Literal;
use crate::value::{Timestamp, Value};

/// A literal with its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Typed {
    /// Null, a boolean or a number.
    Value(Value),
    /// A time; with a second one, all times from the first up to but excluding the second.
    Time(Timestamp, Option<Timestamp>),
    /// Text.
    Text(String),
}

impl Literal {
    /// The literal's type and value.
    pub(crate) fn typed(&self) -> Typed {
        if self.quoted {
            return Typed::Text(self.text.clone());
        }
        if let Some(value) = parse_value(&self.text) {
            return Typed::Value(value);
        }
        match parse_date_or_time(&self.text) {
            Some((from, until)) => Typed::Time(from, until),
            None => Typed::Text(self.text.clone()),
        }
    }
}

fn parse_value(text: &str) -> Option<Value> {
    match text {
        "null" => Some(Value::Null),
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => parse_number(text),
    }
}

/// The number that a text is in JSON, as a value; `None` if it is none, or beyond all floats.
pub(crate) fn parse_number(text: &str) -> Option<Value> {
    if !is_json_number(text) {
        return None;
    }
    if let Ok(int) = text.parse() {
        return Some(Value::Int(int));
    }
    if let Ok(uint) = text.parse() {
        return Some(Value::UInt(uint));
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() => Some(Value::Float(float)),
        _ => None,
    }
}

/// Whether JSON calls a text a number (RFC 8259, section 6). Codes such as `0300`, `+300` and `300.`
/// are not: they are texts.
fn is_json_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (unsigned, None),
    };
    let (integer, fraction) = match number.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (number, None),
    };
    digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

const SECONDS_PER_DAY: i64 = 86_400;

/// Parses RFC 3339; a time without an offset is UTC. A date alone is a day, returned as its first
/// timestamp and that of the next day.
pub(crate) fn parse_date_or_time(text: &str) -> Option<(Timestamp, Option<Timestamp>)> {
    // Called for many texts of records: most are ruled out by their first bytes.
    let bytes = text.as_bytes();
    let [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..] = bytes else {
        return None;
    };
    if !(10..=40).contains(&bytes.len()) {
        return None;
    }
    if bytes.len() == 10 {
        let from = Timestamp::new(first_second(bytes)?, 0).ok()?;
        // The last day of the last year ends with the last timestamp.
        let next_day = Timestamp::new(from.seconds() + SECONDS_PER_DAY, 0);
        return Some((from, Some(next_day.unwrap_or(Timestamp::MAX))));
    }
    if let Some(seconds) = whole_second(bytes) {
        return Some((Timestamp::new(seconds, 0).ok()?, None));
    }
    let time = Timestamp::parse(text)
        .or_else(|_| Timestamp::parse(&format!("{text}Z")))
        .ok()?;
    Some((time, None))
}

/// The first second of a day such as `2026-11-20`, since the Unix epoch. Columns of dates are
/// parsed by this, which is ten times as fast as a parser of everything that RFC 3339 allows.
fn first_second(date: &[u8]) -> Option<i64> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *date else {
        return None;
    };
    let year = pair(y0, y1)? * 100 + pair(y2, y3)?;
    let (month, day) = (pair(m0, m1)?, pair(d0, d1)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=days_in_month).contains(&day) {
        return None;
    }
    // Days from the civil calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"):
    // years begin in March, so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) * SECONDS_PER_DAY)
}

/// A time such as `2026-11-20T14:02:11Z` in seconds since the Unix epoch. `None` for other forms,
/// which are left to the parser of RFC 3339.
fn whole_second(text: &[u8]) -> Option<i64> {
    let (date, [b'T', h0, h1, b':', m0, m1, b':', s0, s1, b'Z']) =
        text.split_first_chunk::<10>()?
    else {
        return None;
    };
    let (hour, minute, second) = (pair(*h0, *h1)?, pair(*m0, *m1)?, pair(*s0, *s1)?);
    let is_time = hour < 24 && minute < 60 && second < 60;
    is_time.then_some(first_second(date)? + hour * 3600 + minute * 60 + second)
}

/// The number written with two digits.
fn pair(tens: u8, ones: u8) -> Option<i64> {
    let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
    is_number.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn days_and_seconds_agree_with_the_parser_of_rfc_3339(
            year in prop_oneof![0_u32..10_000, 1890_u32..2110],
            (month, day, hour) in (0_u32..14, 0_u32..33, 0_u32..26),
            (minute, second) in (0_u32..62, 0_u32..62),
        ) {
            let day = format!("{year:04}-{month:02}-{day:02}");
            let expected = Timestamp::parse(&format!("{day}T00:00:00Z")).ok();
            prop_assert_eq!(parse_date_or_time(&day).map(|(from, _)| from), expected, "{}", day);
            let time = format!("{day}T{hour:02}:{minute:02}:{second:02}Z");
            let expected = Timestamp::parse(&time).ok();
            let found = parse_date_or_time(&time);
            prop_assert_eq!(found.map(|(from, _)| from), expected, "{}", time);
            prop_assert!(found.is_none_or(|(_, until)| until.is_none()));
        }
    }

    fn typed(text: &str) -> Typed {
        Literal {
            text: text.to_owned(),
            quoted: false,
        }
        .typed()
    }

    #[test]
    fn the_type_of_a_literal_is_inferred_from_its_text() {
        assert_eq!(typed("30"), Typed::Value(Value::Int(30)));
        assert_eq!(typed("-2.5"), Typed::Value(Value::Float(-2.5)));
        assert_eq!(
            typed("18446744073709551615"),
            Typed::Value(Value::UInt(u64::MAX))
        );
        assert_eq!(typed("true"), Typed::Value(Value::Bool(true)));
        assert_eq!(typed("null"), Typed::Value(Value::Null));
        assert_eq!(typed("2E-3"), Typed::Value(Value::Float(0.002)));
        assert_eq!(typed("-0"), Typed::Value(Value::Int(0)));
        for text in [
            "nan", "inf", "1e999", "abc", "12-34", "", "0300", "-01", "+300", "300.", ".5", "1e",
            "1e+", "0x10", "1_000",
        ] {
            assert_eq!(typed(text), Typed::Text(text.to_owned()));
        }
    }

    #[test]
    fn a_date_is_a_whole_day_and_a_time_is_a_timestamp() {
        let day = Timestamp::parse("2026-11-20T00:00:00Z").unwrap();
        let next = Timestamp::parse("2026-11-21T00:00:00Z").unwrap();
        assert_eq!(typed("2026-11-20"), Typed::Time(day, Some(next)));
        let time = Timestamp::parse("2026-11-20T10:30:00Z").unwrap();
        assert_eq!(typed("2026-11-20T10:30:00"), Typed::Time(time, None));
        assert_eq!(typed("2026-11-20T11:30:00+01:00"), Typed::Time(time, None));
        assert_eq!(typed("2026-13-20"), Typed::Text("2026-13-20".to_owned()));
        let last = Timestamp::parse("9999-12-31T00:00:00Z").unwrap();
        assert_eq!(typed("9999-12-31"), Typed::Time(last, Some(Timestamp::MAX)));
    }

    #[test]
    fn a_quoted_literal_is_text() {
        let literal = Literal {
            text: "30".to_owned(),
            quoted: true,
        };
        assert_eq!(literal.typed(), Typed::Text("30".to_owned()));
    }
}
