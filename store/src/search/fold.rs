//! Folding: the normal form in which texts and queries are compared.
//!
//! Compatibility decomposition (NFKD, UAX 15), accents dropped, full case folding
//! (CaseFolding.txt), then the letters that Unicode does not decompose but people replace when
//! they type: ł ø đ æ œ þ ı.
//!
//! Accents are the combining marks with a combining class other than 0. Marks of class 0 are
//! vowel signs of Indic and South East Asian scripts: letters to those who read them, and kept.

use std::ops::Range;
use std::sync::LazyLock;

use caseless::Caseless as _;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

/// The version of the folding rules. Anything that stores folded text must store this too, and be
/// rebuilt when it differs.
pub const FOLD_VERSION: u32 = 1;

/// Characters below this (ASCII, Latin-1, Latin Extended-A) are folded by a table.
const TABLE_END: usize = 0x180;

/// Folds a text.
///
/// ```
/// assert_eq!(vstore::fold("Müller & Łódź, STRASSE/Straße"), "muller & lodz, strasse/strasse");
/// ```
pub fn fold(text: &str) -> String {
    let mut folded = String::new();
    fold_into(text, &mut folded);
    folded
}

/// Folds a text into a buffer, replacing its content.
pub(crate) fn fold_into(text: &str, folded: &mut String) {
    folded.clear();
    if text.is_ascii() {
        folded.push_str(text);
        folded.make_ascii_lowercase();
        return;
    }
    let mut rest = text;
    loop {
        let ascii = rest.bytes().position(|byte| !byte.is_ascii());
        let (run, behind) = rest.split_at(ascii.unwrap_or(rest.len()));
        folded.push_str(run);
        let mut characters = behind.chars();
        let Some(character) = characters.next() else {
            break;
        };
        fold_character(character, &mut |folded_character| {
            folded.push(folded_character);
        });
        rest = characters.as_str();
    }
    folded.make_ascii_lowercase();
}

/// Maps the bytes of a folded text to the characters of the original.
#[derive(Clone, Debug)]
pub(crate) struct FoldOrigins {
    /// For each folded byte, where its source character starts in the original.
    starts: Vec<u32>,
    original_len: usize,
}

impl FoldOrigins {
    pub(crate) fn new(original: &str) -> Self {
        let mut starts = Vec::with_capacity(original.len());
        for (start, character) in original.char_indices() {
            fold_character(character, &mut |folded| {
                starts.resize(starts.len() + folded.len_utf8(), start as u32);
            });
        }
        Self {
            starts,
            original_len: original.len(),
        }
    }

    /// The bytes of the original that were folded to these bytes, widened to whole characters with
    /// their accents.
    pub(crate) fn original_range(&self, folded: Range<usize>) -> Range<usize> {
        let Some(&start) = self.starts.get(folded.start) else {
            return self.original_len..self.original_len;
        };
        if folded.is_empty() {
            return start as usize..start as usize;
        }
        let last = folded.end.min(self.starts.len()) - 1;
        let end = self.starts[last..]
            .iter()
            .find(|&&start| start > self.starts[last])
            .map_or(self.original_len, |&start| start as usize);
        start as usize..end
    }
}

fn fold_character(character: char, emit: &mut dyn FnMut(char)) {
    if character.is_ascii() {
        emit(character.to_ascii_lowercase());
    } else if let Some(folded) = TABLE.get(character as usize) {
        folded.chars().for_each(emit);
    } else {
        fold_by_rules(character, emit);
    }
}

static TABLE: LazyLock<Vec<Box<str>>> = LazyLock::new(|| {
    let fold_one = |code: usize| {
        let mut folded = String::new();
        if let Some(character) = char::from_u32(code as u32) {
            fold_by_rules(character, &mut |folded_character| {
                folded.push(folded_character);
            });
        }
        folded.into_boxed_str()
    };
    (0..TABLE_END).map(fold_one).collect()
});

fn fold_by_rules(character: char, emit: &mut dyn FnMut(char)) {
    decompose_compatible(character, |part| {
        if canonical_combining_class(part) != 0 {
            return;
        }
        for folded in std::iter::once(part).default_case_fold() {
            match folded {
                'ł' => emit('l'),
                'ø' => emit('o'),
                'đ' => emit('d'),
                'ı' => emit('i'),
                'æ' => "ae".chars().for_each(&mut *emit),
                'œ' => "oe".chars().for_each(&mut *emit),
                'þ' => "th".chars().for_each(&mut *emit),
                other => emit(other),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_strokes_fold_away() {
        for (text, expected) in [
            ("Hoffman", "hoffman"),
            ("MÜLLER", "muller"),
            ("Mu\u{308}ller", "muller"),
            ("Straße STRASSE", "strasse strasse"),
            ("ẞ", "ss"),
            ("Ærø Œuvre Þór", "aero oeuvre thor"),
            ("Łódź Đorđe", "lodz dorde"),
            ("İstanbul ısı", "istanbul isi"),
            ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
            ("ﬁne ＡＢＣ ①", "fine abc 1"),
            ("Ёлка", "елка"),
            ("日本語", "日本語"),
        ] {
            assert_eq!(fold(text), expected, "{text}");
        }
    }

    #[test]
    fn vowel_signs_are_kept() {
        assert_eq!(fold("हिन्दी"), "हिनदी");
    }

    #[test]
    fn folding_is_idempotent_for_every_character() {
        for character in (0..=0x10_FFFF_u32).filter_map(char::from_u32) {
            let once = fold(&character.to_string());
            assert_eq!(fold(&once), once, "U+{:04X}", character as u32);
        }
    }

    #[test]
    fn folded_ranges_map_back_to_whole_characters() {
        let original = "aß Mu\u{308}ller";
        let origins = FoldOrigins::new(original);
        assert_eq!(fold(original), "ass muller");
        let back = |range| original.get(origins.original_range(range)).unwrap();
        assert_eq!(back(0..1), "a");
        assert_eq!(back(1..2), "ß");
        assert_eq!(back(2..3), "ß");
        assert_eq!(back(4..6), "Mu\u{308}");
        assert_eq!(back(4..10), "Mu\u{308}ller");
        assert_eq!(
            origins.original_range(10..12),
            original.len()..original.len()
        );
    }

    #[test]
    fn a_hostile_run_of_accents_folds_to_its_letter() {
        let zalgo = format!("e{}", "\u{301}".repeat(10_000));
        assert_eq!(fold(&zalgo), "e");
    }
}
