//! Makes invisible characters visible: a character that would be invisible, change the direction of
//! the text around it, or look like a plain space, is shown as a mark.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId};

use super::Tokens;

/// How strictly invisible characters are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// A key, a path, a name: two different ones must look different. Every such character is
    /// marked.
    Name,
    /// A value: what is usual in prose is left alone. This includes line breaks and tabs (shown as
    /// spaces), spaces of other widths, and the joiners and selectors of emoji and scripts.
    Prose,
}

/// What is shown instead of a character; `None` if the character is shown as it is.
pub fn mark(character: char, strictness: Strictness) -> Option<String> {
    let is_marked = match strictness {
        Strictness::Name => is_hidden(character) || is_usual_in_prose(character),
        Strictness::Prose => is_hidden(character) && !is_usual_in_prose(character),
    };
    if !is_marked {
        return None;
    }
    Some(match character {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        other => format!("\\u{{{:x}}}", u32::from(other)),
    })
}

/// Control, format and filler characters, for which nothing is painted.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Line breaks, tabs, spaces of other widths, soft hyphens, joiners, selectors of emoji.
fn is_usual_in_prose(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\t' | '\u{A0}' | '\u{AD}' | '\u{1680}' | '\u{2000}'
            ..='\u{200A}'
                | '\u{200C}'
                | '\u{200D}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202F}'
                | '\u{205F}'
                | '\u{2060}'
                | '\u{FE0E}'
                | '\u{FE0F}'
    )
}

/// The character as painted if it has no mark: in one line, line breaks and tabs are spaces.
pub fn in_line(character: char) -> char {
    match character {
        '\u{2028}' | '\u{2029}' => ' ',
        character if character.is_control() => ' ',
        character => character,
    }
}

/// The look of marks: the warning colour on a tint of it, so that a mark differs from the same
/// letters in the text.
pub fn mark_format(font: &FontId, tokens: &Tokens) -> TextFormat {
    TextFormat {
        background: tokens.warning.gamma_multiply(0.16),
        ..TextFormat::simple(font.clone(), tokens.warning)
    }
}

/// At most `chars_max` characters of `text` in one line, with marks in their own look; an ellipsis
/// replaces the rest.
pub fn job(
    text: &str,
    strictness: Strictness,
    (font, color): (&FontId, Color32),
    tokens: &Tokens,
    chars_max: usize,
) -> LayoutJob {
    let plain = TextFormat::simple(font.clone(), color);
    let mut job = LayoutJob::default();
    let mut run = String::with_capacity(text.len().min(chars_max));
    let mut characters = text.chars();
    for character in characters.by_ref().take(chars_max) {
        match mark(character, strictness) {
            None => run.push(in_line(character)),
            Some(mark) => {
                if !run.is_empty() {
                    job.append(&run, 0.0, plain.clone());
                    run.clear();
                }
                job.append(&mark, 0.0, mark_format(font, tokens));
            }
        }
    }
    if characters.next().is_some() {
        run.push('…');
    }
    if !run.is_empty() || job.sections.is_empty() {
        job.append(&run, 0.0, plain);
    }
    job.break_on_newline = false;
    job
}

/// The same as plain text.
pub fn text(text: &str, strictness: Strictness, chars_max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(chars_max));
    let mut characters = text.chars();
    for character in characters.by_ref().take(chars_max) {
        match mark(character, strictness) {
            None => line.push(in_line(character)),
            Some(mark) => line.push_str(&mark),
        }
    }
    if characters.next().is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use egui::FontId;

    use super::{Strictness, job, text};
    use crate::theme::tokens;

    #[test]
    fn names_that_differ_look_different() {
        let names = [
            "ana",
            "an\u{200B}a",
            "an\u{200D}a",
            "an\u{AD}a",
            "\u{202E}ana",
            "ana\u{FE0F}",
            "ana ",
            "ana\u{A0}",
            "ana\u{2009}",
            "ana\n",
            "ana\t",
            "ana\u{0}",
            "\u{FEFF}ana",
            "ana\u{E0041}",
            "ana\u{3164}",
            "ana\u{2800}",
        ];
        let shown: std::collections::BTreeSet<_> = names
            .iter()
            .map(|name| text(name, Strictness::Name, 100))
            .collect();
        assert_eq!(shown.len(), names.len(), "{shown:?}");
        assert_eq!(
            text("an\u{200B}a\n", Strictness::Name, 100),
            "an\\u{200b}a\\n"
        );
    }

    #[test]
    fn prose_is_left_alone_except_for_changes_of_direction() {
        let prose = |words| text(words, Strictness::Prose, 100);
        assert_eq!(prose("one\ntwo\tthree"), "one two three");
        assert_eq!(prose("❤\u{FE0F} 10\u{A0}km"), "❤\u{FE0F} 10\u{A0}km");
        assert_eq!(prose("a\u{202E}b\u{200B}"), "a\\u{202e}b\\u{200b}");
    }

    #[test]
    fn a_mark_looks_different_from_the_same_letters() {
        let font = FontId::default();
        let tokens = &tokens::DARK;
        let job = |text| job(text, Strictness::Name, (&font, tokens.text), tokens, 100);
        let (mark, letters) = (job("a\u{200B}"), job("a\\u{200b}"));
        assert_eq!(mark.text, letters.text);
        assert_eq!((mark.sections.len(), letters.sections.len()), (2, 1));
        assert_ne!(mark.sections[1].format.color, tokens.text);
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(text("abcdef", Strictness::Name, 3), "abc…");
        let font = FontId::default();
        let cut = job(
            "abcdef",
            Strictness::Prose,
            (&font, tokens::DARK.text),
            &tokens::DARK,
            3,
        );
        assert_eq!(cut.text, "abc…");
    }
}
