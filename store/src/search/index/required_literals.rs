//! The texts that every match of a regular expression contains, so that the index can propose the
//! few records to read.
//!
//! The index has folded texts, but expressions match the original. Folding works character by
//! character, so the folded match is a substring of the folded text.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::search::fold::fold;
use crate::search::query::REGEX_NESTING_MAX;

/// With more alternatives, or more characters in a class, nothing is required.
const ALTERNATIVES_MAX: usize = 16;
const CLASS_CHARACTERS_MAX: usize = 16;

/// Selections of folded texts: every match contains all texts of at least one selection. Empty if
/// nothing is required. `pattern` must be accepted by
/// [`compile_regex`](crate::search::query::compile_regex).
pub(super) fn required_literals(pattern: &str) -> Vec<Vec<String>> {
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

/// Collects runs of characters that are adjacent in every match.
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
                // The first repetition continues the run before it, the last one starts the run
                // after it.
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

/// The text that all characters of a class fold to, if it is the same, as for both cases of a
/// letter.
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
    fn texts_in_every_match_are_required() {
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
            let selections: Vec<String> = required_literals(pattern)
                .into_iter()
                .map(|texts| texts.join(" "))
                .collect();
            assert_eq!(selections.join(" | "), expected, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn every_matching_text_contains_the_required_texts(
            pattern in "([a-cKſß]|[.]|\\(a\\|Bß?\\)|[ac]\\{1,2\\}|b\\+|c\\?|\\[aA\\]){1,7}",
            text in "[a-cA-CkKſßẞs]{0,12}",
        ) {
            let pattern = pattern.replace('\\', "");
            if let Ok(regex) = compile_regex(&pattern) && regex.is_match(&text) {
                let folded = fold(&text);
                let selections = required_literals(&pattern);
                let has_one = selections
                    .iter()
                    .any(|texts| texts.iter().all(|text| folded.contains(text.as_str())));
                prop_assert!(selections.is_empty() || has_one, "{pattern} {text}");
            }
        }
    }
}
