//! What type a typed value has: `30`, `true`, `null`, `2026-11-20`, or text.

use super::ast::Literal;
use crate::value::{Timestamp, Value};

/// A literal with its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Typed {
    /// Null, a truth value or a number.
    Value(Value),
    /// From the first moment up to but without the second; a single moment if there is none.
    Moment(Timestamp, Option<Timestamp>),
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
        match parse_moment(&self.text) {
            Some((from, until)) => Typed::Moment(from, until),
            None => Typed::Text(self.text.clone()),
        }
    }
}

fn parse_value(text: &str) -> Option<Value> {
    match text {
        "null" => return Some(Value::Null),
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        _ => {}
    }
    // Rust reads `inf` and `nan` as numbers; in a search box they are words.
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
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

const SECONDS_PER_DAY: i64 = 86_400;

/// Reads RFC 3339; a date and time without an offset counts as UTC; a date alone is a day, given
/// by its first moment and that of the next.
pub(crate) fn parse_moment(text: &str) -> Option<(Timestamp, Option<Timestamp>)> {
    // Texts of records come here in bulk: most are cleared by their first bytes.
    let bytes = text.as_bytes();
    let [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..] = bytes else {
        return None;
    };
    if !(10..=40).contains(&bytes.len()) {
        return None;
    }
    if bytes.len() == 10 {
        let from = Timestamp::parse(&format!("{text}T00:00:00Z")).ok()?;
        let until = Timestamp::new(from.seconds() + SECONDS_PER_DAY, 0).ok();
        return Some((from, until));
    }
    let moment = Timestamp::parse(text)
        .or_else(|_| Timestamp::parse(&format!("{text}Z")))
        .ok()?;
    Some((moment, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Typed {
        Literal {
            text: text.to_owned(),
            quoted: false,
        }
        .typed()
    }

    #[test]
    fn a_literal_has_the_type_it_looks_like() {
        assert_eq!(typed("30"), Typed::Value(Value::Int(30)));
        assert_eq!(typed("-2.5"), Typed::Value(Value::Float(-2.5)));
        assert_eq!(
            typed("18446744073709551615"),
            Typed::Value(Value::UInt(u64::MAX))
        );
        assert_eq!(typed("true"), Typed::Value(Value::Bool(true)));
        assert_eq!(typed("null"), Typed::Value(Value::Null));
        for text in ["nan", "inf", "1e999", "abc", "12-34", ""] {
            assert_eq!(typed(text), Typed::Text(text.to_owned()));
        }
    }

    #[test]
    fn dates_are_days_and_times_are_moments() {
        let day = Timestamp::parse("2026-11-20T00:00:00Z").unwrap();
        let next = Timestamp::parse("2026-11-21T00:00:00Z").unwrap();
        assert_eq!(typed("2026-11-20"), Typed::Moment(day, Some(next)));
        let moment = Timestamp::parse("2026-11-20T10:30:00Z").unwrap();
        assert_eq!(typed("2026-11-20T10:30:00"), Typed::Moment(moment, None));
        assert_eq!(
            typed("2026-11-20T11:30:00+01:00"),
            Typed::Moment(moment, None)
        );
        assert_eq!(typed("2026-13-20"), Typed::Text("2026-13-20".to_owned()));
    }

    #[test]
    fn quotes_make_text() {
        let literal = Literal {
            text: "30".to_owned(),
            quoted: true,
        };
        assert_eq!(literal.typed(), Typed::Text("30".to_owned()));
    }
}
