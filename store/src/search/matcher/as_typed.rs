//! How far a text is from a word as it was typed: with its accents, its capitals, and the signs
//! around it. Decides between texts that are equal once they are folded: `C++` before `C`.

use super::query_term::Span;
use crate::search::fold::FoldOrigins;
use crate::search::text::PreparedText;

/// In longer texts nothing is compared: to map a match back to the original text, all of it is read.
const TEXT_BYTES_MAX: usize = 4096;
/// Differences are counted up to this number.
const UNLIKE_MAX: u32 = 15;

/// The text of a term as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct AsTyped {
    /// The signs before the words, the words with what is between them, and the signs after them.
    before: String,
    words: String,
    after: String,
    /// Whether the words are ASCII and have no capitals.
    are_plain: bool,
}

/// The differences between a match and the term as it was typed; less is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::search) struct Unlike {
    /// The number of letters with another accent, of capitals that are small in the text, and of
    /// missing signs before or after the words.
    pub(in crate::search) marks: u32,
    /// The number of small letters that are capitals in the text.
    pub(in crate::search) capitals: u32,
}

impl Unlike {
    pub(in crate::search) fn plus(self, other: Self) -> Self {
        Self {
            marks: self.marks.saturating_add(other.marks),
            capitals: self.capitals.saturating_add(other.capitals),
        }
    }
}

impl AsTyped {
    pub(in crate::search) fn new(typed: &str) -> Self {
        let typed = typed.trim();
        let words = typed.trim_matches(|character: char| !character.is_alphanumeric());
        let before = typed.find(words).unwrap_or_default();
        Self {
            before: typed.get(..before).unwrap_or_default().to_owned(),
            after: typed
                .get(before + words.len()..)
                .unwrap_or_default()
                .to_owned(),
            are_plain: words.is_ascii() && !words.bytes().any(|byte| byte.is_ascii_uppercase()),
            words: words.to_owned(),
        }
    }

    /// The differences of the part of a text that the term matched without a typo. `origins`: see
    /// [`Span::in_original`].
    pub(in crate::search) fn unlike(
        &self,
        text: &PreparedText<'_>,
        span: &Span,
        origins: &mut Option<FoldOrigins>,
    ) -> Unlike {
        let original = text.original;
        if original.len() > TEXT_BYTES_MAX {
            return Unlike::default();
        }
        let range = span.in_original(text, origins);
        let Some(found) = original.get(range.clone()) else {
            return Unlike::default();
        };
        let mut unlike = self.unlike_words(found);
        let has_before = original
            .get(..range.start)
            .is_some_and(|text| text.ends_with(&self.before));
        let has_after = original
            .get(range.end..)
            .is_some_and(|text| text.starts_with(&self.after));
        unlike.marks += u32::from(!has_before) + u32::from(!has_after);
        unlike.marks = unlike.marks.min(UNLIKE_MAX);
        unlike.capitals = unlike.capitals.min(UNLIKE_MAX);
        unlike
    }

    fn unlike_words(&self, found: &str) -> Unlike {
        if found == self.words {
            return Unlike::default();
        }
        let mut unlike = Unlike::default();
        if self.are_plain && found.is_ascii() {
            unlike.capitals = found.bytes().filter(u8::is_ascii_uppercase).count() as u32;
            return unlike;
        }
        for (typed, found) in self.words.chars().zip(found.chars()) {
            if typed == found {
                continue;
            }
            if typed.to_lowercase().eq(found.to_lowercase()) {
                if typed.is_uppercase() {
                    unlike.marks += 1;
                } else {
                    unlike.capitals += 1;
                }
            } else {
                unlike.marks += 1;
            }
        }
        unlike
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unlike(typed: &str, found: &str) -> (u32, u32) {
        let unlike = AsTyped::new(typed).unlike_words(found);
        (unlike.marks, unlike.capitals)
    }

    #[test]
    fn accents_and_capitals_that_were_typed_count_more_than_others() {
        assert_eq!(unlike("schön", "schön"), (0, 0));
        assert_eq!(unlike("schön", "schon"), (1, 0));
        assert_eq!(unlike("schon", "schön"), (1, 0));
        assert_eq!(unlike("US", "us"), (2, 0));
        assert_eq!(unlike("us", "US"), (0, 2));
        assert_eq!(unlike("Résumé", "resume"), (3, 0));
    }

    #[test]
    fn signs_stand_before_and_after_the_words() {
        let typed = AsTyped::new(" .NET-Core++ ");
        assert_eq!(
            (&*typed.before, &*typed.words, &*typed.after),
            (".", "NET-Core", "++")
        );
    }
}
