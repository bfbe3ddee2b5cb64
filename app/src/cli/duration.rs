//! Lengths of time as somebody types them: `90s`, `5m`, `2h`, `7d`.

/// The longest life a record can be given: a thousand years.
const MILLIS_MAX: i64 = 1000 * 366 * 86_400_000;

/// Reads a length of time such as `90s`, `5m`, `2h`, `7d`, and returns it in milliseconds.
pub(super) fn parse_duration(text: &str) -> Result<i64, String> {
    let wanted = || format!("{text:?} is not a length of time such as 90s, 5m, 2h or 7d");
    let unit = text.chars().last().ok_or_else(wanted)?;
    let seconds: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(wanted()),
    };
    let count = text.strip_suffix(unit).unwrap_or_default();
    if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wanted());
    }
    let count: i64 = count.parse().map_err(|_error| wanted())?;
    count
        .checked_mul(seconds * 1000)
        .filter(|millis| (1..=MILLIS_MAX).contains(millis))
        .ok_or_else(|| format!("{text:?} is not between a second and a thousand years"))
}
