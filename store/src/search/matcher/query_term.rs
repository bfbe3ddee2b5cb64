//! Comparing one term of a query with one text. A term is a word, a sequence of words, a substring
//! or a regular expression.

use std::ops::Range;

use regex::Regex;

use super::as_typed::{AsTyped, Unlike};
use super::query_word::{Fit, QueryWord, TokenPart, WordMatch};
use super::rank::Cost;
use crate::search::fold::FoldOrigins;
use crate::search::misspelling::TYPO;
use crate::search::text::{PreparedText, TextBuffer, is_number_text};
use crate::search::tokenize::TokenKind;
use crate::value::ValueRef;

/// A compiled term.
#[derive(Clone, Debug)]
pub(in crate::search) struct QueryTerm {
    pub(in crate::search) kind: TermKind,
    /// What every match costs in advance: one typo if the term is two words joined.
    pub(in crate::search) base: u32,
    /// What was typed; `None` if that decides nothing.
    pub(in crate::search) as_typed: Option<AsTyped>,
    /// Whether it matches only numbers, and these as a whole.
    pub(in crate::search) is_number: bool,
}

#[derive(Clone, Debug)]
pub(in crate::search) enum TermKind {
    /// A sequence of words.
    Words(Vec<QueryWord>),
    /// A folded text without letters and digits, matched as a substring.
    Raw(String),
    /// A regular expression, matched with the unfolded text.
    Regex(Regex),
}

/// Where and how well a term matches a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct TermMatch {
    pub(in crate::search) misspelling: u32,
    pub(in crate::search) fit: Fit,
    /// The first token matched, and the number of tokens.
    pub(in crate::search) token: u32,
    pub(in crate::search) width: u32,
    pub(in crate::search) span: Span,
}

/// A byte range of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) enum Span {
    Folded(Range<usize>),
    Original(Range<usize>),
}

impl Span {
    /// The range in the original text. `origins` are those of the text, mapped back once for all its
    /// spans if one needs it.
    pub(in crate::search) fn in_original(
        &self,
        text: &PreparedText<'_>,
        origins: &mut Option<FoldOrigins>,
    ) -> Range<usize> {
        match self {
            Self::Original(range) => range.clone(),
            Self::Folded(range) if text.is_ascii => range.clone(),
            Self::Folded(range) => origins
                .get_or_insert_with(|| FoldOrigins::new(text.original))
                .original_range(range.clone()),
        }
    }
}

impl TermMatch {
    pub(in crate::search) const fn cost(&self) -> Cost {
        Cost::of(self.misspelling, self.fit)
    }
}

impl QueryTerm {
    pub(in crate::search) const fn new(kind: TermKind) -> Self {
        Self {
            kind,
            base: 0,
            as_typed: None,
            is_number: false,
        }
    }

    /// A term for whose words it counts how they were typed.
    pub(in crate::search) fn typed(kind: TermKind, text: &str) -> Self {
        let as_typed = matches!(kind, TermKind::Words(_)).then(|| AsTyped::new(text));
        Self {
            as_typed,
            ..Self::new(kind)
        }
    }

    /// Whether the term is searched in texts of this kind.
    pub(in crate::search) fn is_searched_in(&self, is_number: bool) -> bool {
        if is_number {
            self.may_match_numbers()
        } else {
            !self.is_number
        }
    }

    /// Visits all matches in a text, in order.
    pub(in crate::search) fn find(&self, text: &PreparedText<'_>, emit: &mut dyn FnMut(TermMatch)) {
        if self.is_number && text.tokens.len() != self.words().len() {
            return;
        }
        match &self.kind {
            TermKind::Words(words) => match words.as_slice() {
                [word] => self.find_word(word, text, emit),
                words => self.find_sequence(words, text, emit),
            },
            TermKind::Raw(needle) => {
                let places = memchr::memmem::find_iter(text.folded.as_bytes(), needle.as_bytes());
                for start in places {
                    emit(self.whole(Span::Folded(start..start + needle.len())));
                }
            }
            TermKind::Regex(regex) => {
                for found in regex.find_iter(text.original) {
                    emit(self.whole(Span::Original(found.range())));
                }
            }
        }
    }

    /// Like [`find`](Self::find), but without the positions of substrings and regular expressions:
    /// all matches of these are equally good, and only one is visited.
    pub(in crate::search) fn find_fits(
        &self,
        text: &PreparedText<'_>,
        emit: &mut dyn FnMut(TermMatch),
    ) {
        let is_found = match &self.kind {
            TermKind::Words(_) => return self.find(text, emit),
            TermKind::Raw(needle) => contains(text.folded, needle),
            TermKind::Regex(regex) => regex.is_match(text.original),
        };
        if is_found {
            emit(self.whole(Span::Folded(0..0)));
        }
    }

    /// The least cost at which the term matches a value, whose text is `text`.
    pub(in crate::search) fn least_cost(
        &self,
        leaf: ValueRef<'_>,
        text: &str,
        buffer: &mut TextBuffer,
    ) -> Option<Cost> {
        if self.is_number && !is_number_text(leaf) {
            return None;
        }
        let is_found = match &self.kind {
            TermKind::Words(_) => {
                let mut best: Option<Cost> = None;
                self.find(&buffer.prepare_leaf(leaf, text), &mut |found| {
                    let cost = found.cost();
                    best = Some(best.map_or(cost, |best| best.min(cost)));
                });
                return best;
            }
            TermKind::Raw(needle) => contains(buffer.fold(text), needle),
            TermKind::Regex(regex) => regex.is_match(text),
        };
        is_found.then(|| Cost::of(self.base, Fit::Whole))
    }

    /// Like [`least_cost`](Self::least_cost), with how far the match is from what was typed.
    pub(in crate::search) fn nearest(
        &self,
        leaf: ValueRef<'_>,
        text: &str,
        buffer: &mut TextBuffer,
    ) -> Option<(Cost, Unlike)> {
        if !matches!(self.kind, TermKind::Words(_)) {
            let cost = self.least_cost(leaf, text, buffer)?;
            return Some((cost, Unlike::default()));
        }
        let mut best: Option<(Cost, Unlike)> = None;
        let text = buffer.prepare_leaf(leaf, text);
        let mut origins = None;
        self.find(&text, &mut |found| {
            let cost = found.cost();
            if best.is_none_or(|(best, _)| cost <= best) {
                let this = (cost, self.unlike(&text, &found, &mut origins));
                best = Some(best.map_or(this, |best| best.min(this)));
            }
        });
        best
    }

    /// How far a match is from what was typed. Only matches without a typo are compared.
    pub(in crate::search) fn unlike(
        &self,
        text: &PreparedText<'_>,
        found: &TermMatch,
        origins: &mut Option<FoldOrigins>,
    ) -> Unlike {
        match &self.as_typed {
            Some(typed) if found.misspelling == 0 => typed.unlike(text, &found.span, origins),
            _ => Unlike::default(),
        }
    }

    /// The words of the term; empty for substrings and regular expressions.
    pub(in crate::search) fn words(&self) -> &[QueryWord] {
        match &self.kind {
            TermKind::Words(words) => words,
            _ => &[],
        }
    }

    /// Whether the term is searched in the text of numbers and timestamps. Words without a digit
    /// are not, which saves formatting these values for most queries.
    pub(in crate::search) fn may_match_numbers(&self) -> bool {
        match &self.kind {
            TermKind::Words(words) => words
                .iter()
                .any(|word| word.as_str().bytes().any(|byte| byte.is_ascii_digit())),
            TermKind::Raw(_) | TermKind::Regex(_) => true,
        }
    }

    fn whole(&self, span: Span) -> TermMatch {
        TermMatch {
            misspelling: self.base,
            fit: Fit::Whole,
            token: 0,
            width: 1,
            span,
        }
    }

    fn find_word(
        &self,
        word: &QueryWord,
        text: &PreparedText<'_>,
        emit: &mut dyn FnMut(TermMatch),
    ) {
        let bytes = text.folded.as_bytes();
        for (index, token) in text.tokens.iter().enumerate() {
            if !word.may_fit(&bytes[token.start as usize..]) {
                continue;
            }
            let Some(token_text) = text.folded.get(token.range()) else {
                continue;
            };
            if let Some(found) = word.fit(token_text, token.kind) {
                let start = token.start as usize;
                let span = Span::Folded(start + found.start..start + found.end);
                emit(self.match_of(found, index, 1, span));
            } else if !word.budget().is_none()
                && let Some((fit, end)) = split_fit(word, token_text, text, index)
            {
                emit(TermMatch {
                    misspelling: self.base + TYPO,
                    fit,
                    token: index as u32,
                    width: 2,
                    span: Span::Folded(token.start as usize..end),
                });
            }
        }
        for part in text.parts {
            if let Some(found) = word.fit(&part.folded, TokenKind::Word) {
                let span = Span::Original(part.original.clone());
                emit(self.match_of(found, 0, 1, span));
            }
        }
    }

    fn match_of(&self, found: WordMatch, token: usize, width: u32, span: Span) -> TermMatch {
        TermMatch {
            misspelling: self.base + found.misspelling,
            fit: found.fit,
            token: token as u32,
            width,
            span,
        }
    }

    fn find_sequence(
        &self,
        words: &[QueryWord],
        text: &PreparedText<'_>,
        emit: &mut dyn FnMut(TermMatch),
    ) {
        for first in 0..(text.tokens.len() + 1).saturating_sub(words.len()) {
            let mut misspelling = 0;
            let mut fit = Fit::Whole;
            let mut span = 0..0;
            let fits = words.iter().enumerate().all(|(offset, word)| {
                let Some((token_text, token)) = text.token(first + offset) else {
                    return false;
                };
                let Some(found) = word.fit(token_text, token.kind) else {
                    return false;
                };
                misspelling += found.misspelling;
                fit = fit.max(found.fit);
                if offset == 0 {
                    span.start = token.start as usize + found.start;
                }
                span.end = token.start as usize + found.end;
                true
            });
            if fits {
                emit(TermMatch {
                    misspelling: self.base + misspelling,
                    fit,
                    token: first as u32,
                    width: words.len() as u32,
                    span: Span::Folded(span),
                });
            }
        }
    }
}

fn contains(text: &str, needle: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), needle.as_bytes()).is_some()
}

/// Matches a word with two adjacent tokens that make it up, as `newyork` with `new york`. The
/// second may be longer if the word may be a prefix. Returns the fit and the end of the match.
fn split_fit(
    word: &QueryWord,
    first: &str,
    text: &PreparedText<'_>,
    index: usize,
) -> Option<(Fit, usize)> {
    let rest = word
        .as_str()
        .strip_prefix(first)
        .filter(|rest| !rest.is_empty())?;
    let (second, token) = text.token(index + 1)?;
    if second == rest {
        return Some((Fit::Whole, token.end as usize));
    }
    (word.part() == TokenPart::Beginning && second.starts_with(rest))
        .then(|| (Fit::Beginning, token.start as usize + rest.len()))
}
