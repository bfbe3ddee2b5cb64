//! A query prepared for all parts of an index.

use super::lookup::WordPlan;
use crate::search::condition::TextPart;
use crate::search::matcher::{FieldRule, Matcher, Node, Part, QueryWord, Term, TermKind};
use crate::search::mode::Mode;
use crate::search::query::Query;
use crate::search::tokenize::{TokenKind, tokenize};

/// What is prepared once: the matcher, and spellings of its words.
pub(crate) struct Plan {
    pub(crate) matcher: Matcher,
    /// For each term of the matcher.
    pub(super) terms: Vec<TermPlan>,
    /// For each condition of the matcher that has words.
    pub(super) fields: Vec<Option<TermPlan>>,
    /// For each condition of the matcher the words without which it is not met.
    pub(super) needed: Vec<Vec<WordPlan>>,
}

/// The words of a term.
pub(super) struct TermPlan {
    /// None for what is no word: punctuation, regular expressions.
    pub(super) words: Vec<WordPlan>,
    /// The two parts that a single word may be written in, with one typo.
    pub(super) splits: Vec<(WordPlan, WordPlan)>,
}

impl Plan {
    pub(crate) fn new(query: &Query, mode: Mode) -> Self {
        let matcher = Matcher::new(query, mode);
        let terms = matcher.terms.iter().map(TermPlan::new).collect();
        let fields = matcher.fields.iter().map(|field| match &field.rule {
            FieldRule::Words { term, .. } => Some(TermPlan::new(term)),
            FieldRule::Condition(_) => None,
        });
        let needed = matcher.fields.iter().map(|field| match &field.rule {
            FieldRule::Condition(test) => test.text_part().map(needed_words).unwrap_or_default(),
            FieldRule::Words { .. } => Vec::new(),
        });
        Self {
            needed: needed.collect(),
            fields: fields.collect(),
            terms,
            matcher,
        }
    }

    /// The terms whose places decide the order of hits: those that every hit has.
    pub(super) fn top_terms(&self) -> Vec<usize> {
        match &self.matcher.root {
            Some(Node::Term(term)) => vec![*term],
            Some(Node::And { children, .. }) => children
                .iter()
                .filter_map(|child| match child {
                    Node::Term(term) => Some(*term),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl TermPlan {
    fn new(term: &Term) -> Self {
        let words = match &term.kind {
            TermKind::Words(words) => words.as_slice(),
            TermKind::Raw(_) | TermKind::Regex(_) => &[],
        };
        Self {
            splits: match words {
                [word] if word.budget() > 0 => splits(word),
                _ => Vec::new(),
            },
            words: words.iter().map(WordPlan::new).collect(),
        }
    }
}

/// All ways to write a word as two.
fn splits(word: &QueryWord) -> Vec<(WordPlan, WordPlan)> {
    let text = word.as_str();
    let plan =
        |text: &str, part: Part| WordPlan::new(&QueryWord::new(text, TokenKind::Word, part, 0));
    text.char_indices()
        .skip(1)
        .map(|(middle, _)| {
            let (first, second) = text.split_at(middle);
            (plan(first, Part::Whole), plan(second, word.part()))
        })
        .collect()
}

/// The words that a text with this part has, next to each other.
fn needed_words(part: TextPart<'_>) -> Vec<WordPlan> {
    let (TextPart::All(text) | TextPart::Start(text) | TextPart::Inside(text)) = part;
    let mut tokens = Vec::new();
    tokenize(text, &mut tokens);
    let last = tokens.len().saturating_sub(1);
    let words = tokens.iter().enumerate().map(|(index, token)| {
        let is_cut_before = index == 0 && matches!(part, TextPart::Inside(_));
        let is_cut_behind = index == last && !matches!(part, TextPart::All(_));
        let word_part = match (is_cut_before, is_cut_behind) {
            (false, false) => Part::Whole,
            (false, true) => Part::Beginning,
            (true, false) => Part::End,
            (true, true) => Part::Any,
        };
        let word = text.get(token.range()).unwrap_or_default();
        WordPlan::new(&QueryWord::new(word, token.kind, word_part, 0))
    });
    words.collect()
}
