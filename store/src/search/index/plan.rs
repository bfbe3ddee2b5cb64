//! A query, compiled once for all parts of an index.

use std::cmp::Reverse;

use super::lookup::WordPlan;
use super::required_literals::required_literals;
use crate::search::condition::TextPart;
use crate::search::matcher::{
    FieldRule, MatchNode, Matcher, QueryTerm, QueryWord, TermKind, TokenPart, TypoBudget,
};
use crate::search::mode::Mode;
use crate::search::query::Query;
use crate::search::tokenize::{TokenKind, tokenize};

/// The number of words required by a regular expression that are looked up, and their minimum
/// length in bytes: shorter ones are in nearly all records.
const REQUIRED_WORDS_MAX: usize = 2;
const REQUIRED_BYTES_MIN: usize = 2;

/// The matcher of a query, and what the index needs to look up its words.
pub(crate) struct SearchPlan {
    pub(crate) matcher: Matcher,
    /// One for each term of the matcher.
    pub(super) terms: Vec<TermPlan>,
    /// One for each condition of the matcher; `None` if it has no words.
    pub(super) fields: Vec<Option<TermPlan>>,
    /// For each condition of the matcher, the words that it requires.
    pub(super) needed: Vec<NeededWords>,
}

/// Adjacent words that a condition requires.
#[derive(Default)]
pub(super) struct NeededWords {
    /// Empty if none are known.
    pub(super) words: Vec<WordPlan>,
    /// Whether the words suffice for the condition.
    pub(super) are_enough: bool,
    /// Whether they have to be at the start of the text.
    pub(super) are_first: bool,
}

/// The words of a term.
pub(super) struct TermPlan {
    /// Empty for punctuation and regular expressions.
    pub(super) words: Vec<WordPlan>,
    /// For a regular expression: every matching text has all words of one of these selections.
    /// Empty if nothing is required.
    pub(super) required: Vec<Vec<WordPlan>>,
    /// All ways to split a single word into two, which counts as one typo.
    pub(super) splits: Vec<(WordPlan, WordPlan)>,
}

impl SearchPlan {
    pub(crate) fn new(query: &Query, mode: Mode) -> Self {
        let matcher = Matcher::new(query, mode);
        let terms = matcher.terms.iter().map(TermPlan::new).collect();
        let fields = matcher.fields.iter().map(|field| match &field.rule {
            FieldRule::Words { term, .. } => Some(TermPlan::new(term)),
            FieldRule::Condition(_) => None,
        });
        let needed = matcher.fields.iter().map(|field| match &field.rule {
            FieldRule::Condition(test) => test.text_part().map(NeededWords::of).unwrap_or_default(),
            FieldRule::Words { .. } => NeededWords::default(),
        });
        Self {
            needed: needed.collect(),
            fields: fields.collect(),
            terms,
            matcher,
        }
    }

    /// Whether the query has a term or condition for which the index cannot propose any records, so
    /// that all have to be read.
    pub(crate) fn reads_records(&self) -> bool {
        self.terms
            .iter()
            .chain(self.fields.iter().flatten())
            .any(|term| term.words.is_empty() && term.required.is_empty())
    }

    /// The terms that every hit has: their places decide the order of hits.
    pub(super) fn top_terms(&self) -> Vec<usize> {
        match &self.matcher.root {
            Some(MatchNode::Term(term)) => vec![*term],
            Some(MatchNode::And { children, .. }) => children
                .iter()
                .filter_map(|child| match child {
                    MatchNode::Term(term) => Some(*term),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl TermPlan {
    fn new(term: &QueryTerm) -> Self {
        let words = match &term.kind {
            TermKind::Words(words) => words.as_slice(),
            TermKind::Raw(_) | TermKind::Regex(_) => &[],
        };
        Self {
            splits: match words {
                [word] if !word.budget().is_none() => splits(word),
                _ => Vec::new(),
            },
            words: words.iter().map(WordPlan::new).collect(),
            required: match &term.kind {
                TermKind::Regex(regex) => required_words(regex.as_str()),
                TermKind::Words(_) | TermKind::Raw(_) => Vec::new(),
            },
        }
    }
}

/// All ways to write a word as two.
fn splits(word: &QueryWord) -> Vec<(WordPlan, WordPlan)> {
    let text = word.as_str();
    let plan = |text: &str, part: TokenPart| {
        WordPlan::new(&QueryWord::new(
            text,
            TokenKind::Word,
            part,
            TypoBudget::NONE,
        ))
    };
    text.char_indices()
        .skip(1)
        .map(|(middle, _)| {
            let (first, second) = text.split_at(middle);
            (plan(first, TokenPart::Whole), plan(second, word.part()))
        })
        .collect()
}

impl NeededWords {
    fn of(part: TextPart<'_>) -> Self {
        let words = needed_words(part);
        Self {
            are_enough: match (words.as_slice(), part) {
                ([only], TextPart::Inside(text)) => {
                    only.word.kind() == TokenKind::Word && only.word.as_str() == text
                }
                _ => false,
            },
            are_first: !matches!(part, TextPart::Inside(_)),
            words,
        }
    }
}

/// The longest words that a regular expression requires. Only a few, because each costs a pass over
/// all words of a part.
fn required_words(pattern: &str) -> Vec<Vec<WordPlan>> {
    let mut selections = Vec::new();
    for texts in required_literals(pattern) {
        let texts = texts.iter().map(|text| TextPart::Inside(text));
        let mut words: Vec<WordPlan> = texts.flat_map(needed_words).collect();
        words.retain(|word| word.word.as_str().len() >= REQUIRED_BYTES_MIN);
        words.sort_by_key(|word| Reverse(word.word.as_str().len()));
        words.truncate(REQUIRED_WORDS_MAX);
        if words.is_empty() {
            return Vec::new();
        }
        selections.push(words);
    }
    selections
}

/// The adjacent words that every text with this part has.
fn needed_words(part: TextPart<'_>) -> Vec<WordPlan> {
    let (TextPart::All(text) | TextPart::Start(text) | TextPart::Inside(text)) = part;
    let mut tokens = Vec::new();
    tokenize(text, &mut tokens);
    let last = tokens.len().saturating_sub(1);
    let words = tokens.iter().enumerate().map(|(index, token)| {
        let is_cut_before = index == 0 && matches!(part, TextPart::Inside(_));
        let is_cut_after = index == last && !matches!(part, TextPart::All(_));
        let word_part = match (is_cut_before, is_cut_after) {
            (false, false) => TokenPart::Whole,
            (false, true) => TokenPart::Beginning,
            (true, false) => TokenPart::End,
            (true, true) => TokenPart::Any,
        };
        let word = text.get(token.range()).unwrap_or_default();
        WordPlan::new(&QueryWord::new(
            word,
            token.kind,
            word_part,
            TypoBudget::NONE,
        ))
    });
    words.collect()
}
