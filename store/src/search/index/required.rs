//! What a text must contain for a regular expression to match it: read from the expression, so that
//! the words of an index tell which few records have to be read.
//!
//! Texts of an index are folded, expressions match what stands in the record. Folding works on
//! characters: what is matched, folded, is part of the folded text.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::search::fold::fold;
use crate::search::query::REGEX_NESTING_MAX;

/// Alternatives beyond these, and characters of a class: then nothing is required.
const ALTERNATIVES_MAX: usize = 16;
const CLASS_CHARACTERS_MAX: usize = 16;

/// The folded texts of which a match contains all those of one of these selections. None if
/// nothing is known. `pattern` is one that [`compile_regex`](crate::search::query::compile_regex)
/// accepts.
pub(super) fn required_texts(pattern: &str) -> Vec<Vec<String>> {
    let mut parser = ParserBuilder::new()
        .case_insensitive(true)
        .nest_limit(REGEX_NESTING_MAX)
        .build();
    let Ok(parsed) = parser.parse(pattern) else {
        return Vec::new();
    };
    let mut alternatives = Vec::new();
    add_alternatives(&parsed, &mut alternatives);
    if alternatives.len() > ALTERNATIVES_MAX {
        return Vec::new();
    }
    let selections: Vec<Vec<String>> = alternatives.into_iter().map(texts_of).collect();
    if selections.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    selections
}

fn add_alternatives<'h>(hir: &'h Hir, found: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Capture(capture) => add_alternatives(&capture.sub, found),
        HirKind::Alternation(alternatives) => {
            for alternative in alternatives {
                add_alternatives(alternative, found);
            }
        }
        _ => found.push(hir),
    }
}

fn texts_of(hir: &Hir) -> Vec<String> {
    let mut runs = Runs::default();
    runs.add(hir);
    runs.end();
    runs.texts
}

/// Characters that follow each other in every match.
#[derive(Debug, Default)]
struct Runs {
    texts: Vec<String>,
    run: String,
}

impl Runs {
    fn end(&mut self) {
        if !self.run.is_empty() {
            self.texts.push(std::mem::take(&mut self.run));
        }
    }

    fn add(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.run.push_str(&fold(text)),
                Err(_) => self.end(),
            },
            HirKind::Class(class) => match common_fold(class) {
                Some(text) => self.run.push_str(&text),
                None => self.end(),
            },
            HirKind::Repetition(repeated) if repeated.min == 0 => self.end(),
            HirKind::Repetition(repeated) => {
                self.add(&repeated.sub);
                // The first time follows what is before, the last time is followed by the rest.
                if repeated.max != Some(1) {
                    self.end();
                    self.add(&repeated.sub);
                }
            }
            HirKind::Capture(capture) => self.add(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.add(part)),
            HirKind::Alternation(_) => self.end(),
        }
    }
}

/// What all characters of a class fold to, if that is the same: upper and lower case.
fn common_fold(class: &Class) -> Option<String> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let mut common: Option<String> = None;
    let characters = class.iter().flat_map(|range| range.start()..=range.end());
    for (index, character) in characters.enumerate() {
        let folded = fold(character.encode_utf8(&mut [0; 4]));
        if index >= CLASS_CHARACTERS_MAX || common.as_ref().is_some_and(|common| *common != folded)
        {
            return None;
        }
        common = Some(folded);
    }
    common
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::query::compile_regex;

    #[test]
    fn what_every_match_has_is_required() {
        for (pattern, expected) in [
            ("ab+c", "ab bc"),
            ("Smith|müller", "smith | muller"),
            ("^(foo|bar)baz$", "baz"),
            ("(foo|bar)", "foo | bar"),
            ("[0-9]{4}-x", "-x"),
            ("(?:straße){2,3}", "strasse strasse"),
            ("colou?r", "colo r"),
            (r"\bkey\s*=", "key ="),
            ("K[aàÂ]se", "kase"),
            ("a|.*", ""),
            ("[a-z]+", ""),
            ("", ""),
        ] {
            let selections: Vec<String> = required_texts(pattern)
                .into_iter()
                .map(|texts| texts.join(" "))
                .collect();
            assert_eq!(selections.join(" | "), expected, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_text_that_matches_has_what_is_required(
            pattern in "([a-cKſß]|[.]|\\(a\\|Bß?\\)|[ac]\\{1,2\\}|b\\+|c\\?|\\[aA\\]){1,7}",
            text in "[a-cA-CkKſßẞs]{0,12}",
        ) {
            let pattern = pattern.replace('\\', "");
            if let Ok(regex) = compile_regex(&pattern) && regex.is_match(&text) {
                let folded = fold(&text);
                let selections = required_texts(&pattern);
                let has_one = selections
                    .iter()
                    .any(|texts| texts.iter().all(|text| folded.contains(text.as_str())));
                prop_assert!(selections.is_empty() || has_one, "{pattern} {text}");
            }
        }
    }
}
