//! Text with highlighted matches, ready to be painted in one line.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId};

use crate::theme::Tokens;
use crate::theme::visible::{self, Strictness};

/// Builds one line of `text` in `font` and `color`, with `matches` (byte ranges) highlighted.
///
/// At most `max_chars` characters are used; an ellipsis replaces the rest, so the cost does not
/// depend on the length of the text. Invisible characters are shown as marks, either all of them or
/// only unusual ones ([`Strictness`]). Ranges may overlap, be unsorted, extend beyond the text or
/// split a character: they are sorted, and widened to whole characters.
pub fn highlight(
    (text, strictness): (&str, Strictness),
    matches: &[Range<usize>],
    font: &FontId,
    color: Color32,
    tokens: &Tokens,
    max_chars: usize,
) -> LayoutJob {
    let plain = TextFormat::simple(font.clone(), color);
    let marked = TextFormat {
        background: tokens.match_surface,
        expand_bg: 1.0,
        ..TextFormat::simple(font.clone(), tokens.match_text)
    };
    let mut sorted: Vec<Range<usize>> = matches
        .iter()
        .filter(|range| !range.is_empty())
        .cloned()
        .collect();
    sorted.sort_unstable_by_key(|range| range.start);

    let mut job = LayoutJob::default();
    let mut run = String::new();
    let mut run_is_match = false;
    let mut next = sorted.iter().peekable();
    let mut reach = 0;
    let mut characters = text.char_indices();
    for (at, character) in characters.by_ref().take(max_chars) {
        let end = at + character.len_utf8();
        while let Some(range) = next.next_if(|range| range.start < end) {
            reach = reach.max(range.end);
        }
        let is_match = at < reach;
        if is_match != run_is_match {
            flush(
                &mut job,
                &mut run,
                if run_is_match { &marked } else { &plain },
            );
            run_is_match = is_match;
        }
        match visible::mark(character, strictness) {
            None => run.push(visible::in_line(character)),
            Some(mark) => {
                let format = if is_match { &marked } else { &plain };
                flush(&mut job, &mut run, format);
                job.append(&mark, 0.0, visible::mark_format(font, tokens));
            }
        }
    }
    flush(
        &mut job,
        &mut run,
        if run_is_match { &marked } else { &plain },
    );
    if characters.next().is_some() {
        job.append("…", 0.0, plain);
    }
    job.break_on_newline = false;
    job
}

fn flush(job: &mut LayoutJob, run: &mut String, format: &TextFormat) {
    if !run.is_empty() {
        job.append(run, 0.0, format.clone());
        run.clear();
    }
}

#[cfg(test)]
mod tests {
    use egui::epaint::text::ByteRangeExt as _;

    use super::{Range, Strictness, highlight};
    use crate::theme::{tokens, type_scale};

    fn marked_one(text: &str, only: Range<usize>, max_chars: usize) -> String {
        marked(text, std::slice::from_ref(&only), max_chars)
    }

    fn marked(text: &str, matches: &[Range<usize>], max_chars: usize) -> String {
        let tokens = &tokens::DARK;
        let job = highlight(
            (text, Strictness::Prose),
            matches,
            &type_scale::body(),
            tokens.text,
            tokens,
            max_chars,
        );
        job.sections
            .iter()
            .map(|section| {
                let piece = job.text.get(section.byte_range.as_usize()).unwrap();
                if section.format.background == tokens.match_surface {
                    format!("[{piece}]")
                } else {
                    piece.to_owned()
                }
            })
            .collect()
    }

    #[test]
    fn only_matches_are_highlighted() {
        assert_eq!(marked_one("Dustin Hoffman", 7..14, 50), "Dustin [Hoffman]");
        assert_eq!(marked("Dustin", &[], 50), "Dustin");
    }

    #[test]
    fn overlapping_and_unsorted_ranges_are_merged() {
        assert_eq!(marked("abcdef", &[3..5, 1..4], 50), "a[bcde]f");
        assert_eq!(marked("abcdef", &[4..6, 0..1], 50), "[a]bcd[ef]");
    }

    #[test]
    fn a_range_that_splits_a_character_highlights_all_of_it() {
        assert_eq!(marked_one("aüb", 2..3, 50), "a[ü]b");
    }

    #[test]
    fn ranges_beyond_the_text_and_empty_ranges_are_ignored() {
        assert_eq!(marked("ab", &[1..900, 5..5, 70..80], 50), "a[b]");
    }

    #[test]
    fn a_long_text_is_cut_off_between_characters_with_an_ellipsis() {
        assert_eq!(marked_one("üüüüü", 2..6, 3), "ü[üü]…");
        assert_eq!(marked("line\nbreak", &[], 50), "line break");
        assert_eq!(marked("a\u{200B}b", &[], 50), "a\\u{200b}b");
    }
}
