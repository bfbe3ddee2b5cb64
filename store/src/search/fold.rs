//! Folding: the normal form in which texts and queries are compared.
//!
//! Compatibility decomposition (NFKD, UAX 15), accents and invisible characters dropped, full case
//! folding (CaseFolding.txt), then the letters that Unicode does not decompose but people replace
//! when they type: ł ø đ ŧ ð ħ æ œ þ ı.
//!
//! An accent is what readers of a script call one, and often leave out when they type: the
//! diacritics of Latin, Greek and Cyrillic, the points of Hebrew, Arabic and Syriac, the nuktas of
//! Indic scripts. All other marks are letters to those who read them, and kept: the voicing of
//! kana, the vowel and tone signs of Thai and Lao, viramas.

use std::ops::Range;
use std::sync::LazyLock;

use caseless::Caseless as _;
use unicode_normalization::char::{compose, decompose_compatible};

/// The version of the folding rules. Anything that stores folded text must store this too, and be
/// rebuilt when it differs.
pub const FOLD_VERSION: u32 = 2;

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

/// Folds a text into a buffer, replacing its content; returns whether the text is ASCII.
pub(crate) fn fold_into(text: &str, folded: &mut String) -> bool {
    folded.clear();
    if text.is_ascii() {
        folded.push_str(text);
        folded.make_ascii_lowercase();
        return true;
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
            push(folded_character, folded);
        });
        rest = characters.as_str();
    }
    folded.make_ascii_lowercase();
    false
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
        let mut folded = String::with_capacity(original.len());
        for (start, character) in original.char_indices() {
            fold_character(character, &mut |folded_character| {
                push(folded_character, &mut folded);
            });
            starts.resize(folded.len(), start as u32);
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
        if is_accent(part) || is_invisible(part) {
            return;
        }
        for folded in std::iter::once(part).default_case_fold() {
            match folded {
                'æ' => "ae".chars().for_each(&mut *emit),
                'œ' => "oe".chars().for_each(&mut *emit),
                'þ' => "th".chars().for_each(&mut *emit),
                other => emit(without_stroke(other)),
            }
        }
    });
}

/// Appends a folded character. The voicing mark of kana is joined with its letter again, so that
/// the unvoiced letter is not found in the voiced one.
fn push(character: char, folded: &mut String) {
    const VOICED: char = '\u{3099}';
    const SEMI_VOICED: char = '\u{309A}';
    if matches!(character, VOICED | SEMI_VOICED)
        && let Some(letter) = folded.chars().next_back()
        && let Some(joined) = compose(letter, character)
    {
        folded.pop();
        folded.push(joined);
        return;
    }
    folded.push(character);
}

/// The letter that a letter with a stroke, or one without a dot, is typed as.
const fn without_stroke(letter: char) -> char {
    match letter {
        'ⱥ' => 'a',
        'ƀ' => 'b',
        'ȼ' => 'c',
        'đ' | 'ð' => 'd',
        'ɇ' => 'e',
        'ǥ' => 'g',
        'ħ' => 'h',
        'ı' | 'ɨ' => 'i',
        'ɉ' => 'j',
        'ꝁ' => 'k',
        'ł' => 'l',
        'ø' => 'o',
        'ᵽ' => 'p',
        'ɍ' => 'r',
        'ŧ' | 'ⱦ' => 't',
        'ʉ' => 'u',
        'ɏ' => 'y',
        'ƶ' => 'z',
        other => other,
    }
}

/// The marks that are accents, by block (Unicode, Blocks.txt).
const fn is_accent(mark: char) -> bool {
    matches!(
        mark,
        // Latin, Greek and Cyrillic, and what surrounds symbols.
        '\u{300}'..='\u{36F}'
            | '\u{483}'..='\u{489}'
            | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}'
            | '\u{2DE0}'..='\u{2DFF}'
            | '\u{A66F}'..='\u{A672}'
            | '\u{A674}'..='\u{A67D}'
            | '\u{A69E}'..='\u{A69F}'
            | '\u{FE20}'..='\u{FE2F}'
            // Hebrew.
            | '\u{591}'..='\u{5BD}'
            | '\u{5BF}'
            | '\u{5C1}'..='\u{5C2}'
            | '\u{5C4}'..='\u{5C5}'
            | '\u{5C7}'
            | '\u{FB1E}'
            // Arabic, with the stroke that only makes a word wider.
            | '\u{610}'..='\u{61A}'
            | '\u{640}'
            | '\u{64B}'..='\u{65F}'
            | '\u{670}'
            | '\u{6D6}'..='\u{6DC}'
            | '\u{6DF}'..='\u{6E4}'
            | '\u{6E7}'..='\u{6E8}'
            | '\u{6EA}'..='\u{6ED}'
            | '\u{897}'..='\u{89F}'
            | '\u{8CA}'..='\u{8E1}'
            | '\u{8E3}'..='\u{8FF}'
            // Syriac and Samaritan.
            | '\u{711}'
            | '\u{730}'..='\u{74A}'
            | '\u{816}'..='\u{819}'
            | '\u{81B}'..='\u{823}'
            | '\u{825}'..='\u{827}'
            | '\u{829}'..='\u{82D}'
            // Nuktas, and the accents of Vedic texts.
            | '\u{93C}'
            | '\u{951}'..='\u{954}'
            | '\u{9BC}'
            | '\u{A3C}'
            | '\u{ABC}'
            | '\u{B3C}'
            | '\u{C3C}'
            | '\u{CBC}'
            | '\u{1CD0}'..='\u{1CD2}'
            | '\u{1CD4}'..='\u{1CE0}'
            | '\u{1CE2}'..='\u{1CE8}'
            // Ethiopic, and the tones of ideographs.
            | '\u{135D}'..='\u{135F}'
            | '\u{302A}'..='\u{302F}'
    )
}

/// Characters that are not shown and separate no words: soft hyphens, zero widths, joiners, marks
/// of writing direction, variation selectors (`Default_Ignorable_Code_Point`, without the letters
/// among them).
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{61C}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
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
    fn letters_with_strokes_are_their_letters() {
        assert_eq!(fold("Ŧõ ÐÓÐ Għar Ƀ Ǥ Ɨ Ⱥ Ƶ"), "to dod ghar b g i a z");
    }

    #[test]
    fn marks_that_are_letters_are_kept() {
        assert_eq!(fold("हिन्दी"), "हिन्दी");
        // Thai vowels and tones, Lao, Myanmar.
        for text in ["หมู", "ปู่", "ปู้", "ກຸ້ງ", "မြို့"] {
            assert_eq!(fold(text), text);
        }
        // Kana, also in the two other ways of writing it.
        assert_eq!(fold("パパ ガラス かぎ"), "パパ ガラス かぎ");
        assert_eq!(fold("ﾊﾟﾊﾟ か\u{3099}"), "パパ が");
        assert_eq!(fold("\u{3099}"), "\u{3099}");
    }

    #[test]
    fn what_readers_leave_out_is_dropped() {
        for (text, expected) in [
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
            ("العـــربية", "العربية"),
            ("ज़मीन", "जमीन"),
            ("Việt Nam", "viet nam"),
            ("Ἀθῆναι", "αθηναι"),
            ("1\u{FE0F}\u{20E3}", "1"),
        ] {
            assert_eq!(fold(text), expected, "{text}");
        }
    }

    #[test]
    fn invisible_characters_are_dropped() {
        for hidden in [
            '\u{AD}', '\u{200B}', '\u{200D}', '\u{2060}', '\u{FEFF}', '\u{200E}',
        ] {
            assert_eq!(fold(&format!("key{hidden}board")), "keyboard", "{hidden:?}");
        }
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
        let kana = "か\u{3099}き";
        let of_kana = FoldOrigins::new(kana);
        assert_eq!(of_kana.original_range(0..3), 0..6);
        assert_eq!(of_kana.original_range(3..6), 6..9);
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
