//! Edit distance: optimal string alignment, that is, Levenshtein distance with a transposition of
//! adjacent characters as one edit, and no substring edited twice. Bounded; does not allocate.

/// Words with more characters than this are compared for equality only.
pub(crate) const WORD_CHARACTERS_MAX: usize = 64;

/// The largest bound that callers use.
pub(crate) const EDITS_MAX: usize = 3;

/// One row of the distance table, with room for the band beyond the longest word.
type Row = [u8; WORD_CHARACTERS_MAX + EDITS_MAX + 1];
const FAR: u8 = u8::MAX / 2;

/// The distances of a word to a text and to the prefixes of that text. Exact up to the bound;
/// larger distances are only known to be larger.
pub(crate) struct Distances {
    to_prefixes: Row,
    text_len: usize,
    is_cut: bool,
}

impl Distances {
    /// The distances of `word`, if any is at most `max`; that is at most [`EDITS_MAX`].
    pub(crate) fn bounded<T: Copy + Eq>(word: &[T], text: &[T], max: usize) -> Option<Self> {
        if word.len() > text.len() + max {
            return None;
        }
        let text_len = text.len().min(word.len() + max);
        Some(Self {
            to_prefixes: last_row(word, &text[..text_len], max)?,
            text_len,
            is_cut: text_len < text.len(),
        })
    }

    /// The distance to the whole text.
    pub(crate) const fn whole(&self) -> u8 {
        if self.is_cut {
            FAR
        } else {
            self.to_prefixes[self.text_len]
        }
    }

    /// The distance to the nearest prefix.
    pub(crate) fn prefix(&self) -> u8 {
        let ends = self.to_prefixes.iter().take(self.text_len + 1);
        ends.min().copied().unwrap_or(FAR)
    }
}

/// The last row of the table: the distances of the whole word to each prefix of the text. Only the
/// band within `max` of the diagonal is filled; the rest is [`FAR`]. `None` as soon as a whole row
/// exceeds `max`, because then all later rows do.
fn last_row<T: Copy + Eq>(word: &[T], text: &[T], max: usize) -> Option<Row> {
    if word.len() > WORD_CHARACTERS_MAX || text.len() > WORD_CHARACTERS_MAX + EDITS_MAX {
        return None;
    }
    let max = max.min(EDITS_MAX);
    let mut two_above = [FAR; WORD_CHARACTERS_MAX + EDITS_MAX + 1];
    let mut above = two_above;
    for (distance, cell) in above.iter_mut().enumerate().take(max + 1) {
        *cell = distance as u8;
    }
    for row_index in 1..=word.len() {
        let mut row = [FAR; WORD_CHARACTERS_MAX + EDITS_MAX + 1];
        if row_index <= max {
            row[0] = row_index as u8;
        }
        let mut best = row[0];
        let last = (row_index + max).min(text.len());
        for column in row_index.saturating_sub(max).max(1)..=last {
            let substituted = above[column - 1] + u8::from(word[row_index - 1] != text[column - 1]);
            let mut distance = substituted.min(above[column] + 1).min(row[column - 1] + 1);
            let swapped = row_index > 1
                && column > 1
                && word[row_index - 1] == text[column - 2]
                && word[row_index - 2] == text[column - 1];
            if swapped {
                distance = distance.min(two_above[column - 2] + 1);
            }
            row[column] = distance;
            best = best.min(distance);
        }
        if usize::from(best) > max {
            return None;
        }
        two_above = above;
        above = row;
    }
    Some(above)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole<T: Copy + Eq>(word: &[T], text: &[T], max: usize) -> Option<usize> {
        let distance = Distances::bounded(word, text, max)?.whole().into();
        (distance <= max).then_some(distance)
    }

    fn prefix_distance<T: Copy + Eq>(word: &[T], text: &[T], max: usize) -> Option<usize> {
        let distance = Distances::bounded(word, text, max)?.prefix().into();
        (distance <= max).then_some(distance)
    }

    fn distance(word: &str, text: &str, max: usize) -> Option<usize> {
        whole(word.as_bytes(), text.as_bytes(), max)
    }

    #[test]
    fn common_typos_are_one_edit() {
        for (word, text) in [
            ("hofman", "hoffman"),
            ("hoffmann", "hoffman"),
            ("hoffnan", "hoffman"),
            ("hofmfan", "hoffman"),
            ("jhon", "john"),
        ] {
            assert_eq!(distance(word, text, 1), Some(1), "{word} {text}");
        }
        assert_eq!(distance("keybaord", "keyboards", 1), None);
        assert_eq!(distance("keybaord", "keyboards", 2), Some(2));
    }

    #[test]
    fn the_prefix_distance_ignores_the_rest_of_the_text() {
        let prefix =
            |word: &str, text: &str, max| prefix_distance(word.as_bytes(), text.as_bytes(), max);
        assert_eq!(prefix("dustn", "dustin", 1), Some(1));
        assert_eq!(prefix("intrnat", "internationalisation", 2), Some(1));
        assert_eq!(prefix("dust", "dustin", 0), Some(0));
        assert_eq!(prefix("dustin", "dust", 1), None);
    }

    #[test]
    fn words_beyond_the_limit_have_no_distance() {
        let long = "x".repeat(WORD_CHARACTERS_MAX + 1);
        assert_eq!(distance(&long, &long, 2), None);
    }

    proptest! {
        #[test]
        fn agrees_with_an_independent_implementation(
            word in "[abcö]{0,12}", text in "[abcö]{0,12}", max in 0_usize..=EDITS_MAX,
        ) {
            let left: Vec<char> = word.chars().collect();
            let right: Vec<char> = text.chars().collect();
            let expected = strsim::osa_distance(&word, &text);
            prop_assert_eq!(
                whole(&left, &right, max),
                (expected <= max).then_some(expected)
            );
            let expected = (0..=right.len())
                .map(|end| strsim::osa_distance(&word, &right[..end].iter().collect::<String>()))
                .min()
                .unwrap();
            prop_assert_eq!(
                prefix_distance(&left, &right, max),
                (expected <= max).then_some(expected)
            );
        }
    }
}
