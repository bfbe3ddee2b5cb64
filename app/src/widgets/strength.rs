//! How hard a password is to guess.

/// Longer passwords are rated by their beginning: the time grows with the square of the length, and
/// a password this long is strong anyway.
const RATED_CHARS_MAX: usize = 48;

/// An estimate of how hard a password is to guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    /// From 0 (guessed immediately) to 4 (very hard).
    pub score: u8,
    /// The score as a word.
    pub word: &'static str,
    /// What makes it weak, if anything.
    pub warning: Option<String>,
}

/// Rates a password; `None` for an empty one. Takes up to a few milliseconds: call it when the text
/// has changed, not in every frame.
pub fn strength(password: &str) -> Option<Strength> {
    if password.is_empty() {
        return None;
    }
    let end = password
        .char_indices()
        .nth(RATED_CHARS_MAX)
        .map_or(password.len(), |(end, _)| end);
    let (rated, _) = password.split_at(end);
    let estimate = zxcvbn::zxcvbn(rated, &["vstore"]);
    let score = u8::from(estimate.score());
    let word = match score {
        0 => "Very weak",
        1 => "Weak",
        2 => "Fair",
        3 => "Strong",
        _ => "Very strong",
    };
    let warning = estimate
        .feedback()
        .and_then(zxcvbn::feedback::Feedback::warning)
        .map(|warning| warning.to_string());
    Some(Strength {
        score,
        word,
        warning,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessable_passwords_are_weak_and_long_ones_strong() {
        assert_eq!(strength(""), None);
        assert_eq!(strength("password").unwrap().score, 0);
        assert_eq!(
            strength("correct-horse-battery-staple-ümläut")
                .unwrap()
                .score,
            4
        );
        assert_eq!(
            strength(&"ä9Z!".repeat(4_000)).map(|found| found.score > 0),
            Some(true)
        );
    }
}
