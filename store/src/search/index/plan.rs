//! A query prepared for all parts of an index.

use std::cmp::Reverse;

use super::lookup::WordPlan;
use super::required::required_texts;
use crate::search::condition::TextPart;
use crate::search::matcher::{
    FieldRule, Matcher, Node, Part, QueryWord, Term, TermKind, TypoBudget,
};
use crate::search::mode::Mode;
use crate::search::query::Query;
use crate::search::tokenize::{TokenKind, tokenize};

/// How many of the words that a regular expression requires are looked up, and how short one may
/// be: shorter ones are in nearly all records.
const REQUIRED_WORDS_MAX: usize = 2;
const REQUIRED_BYTES_MIN: usize = 2;

/// What is prepared once: the matcher, and spellings of its words.
pub(crate) struct Plan {
    pub(crate) matcher: Matcher,
    /// For each term of the matcher.
    pub(super) terms: Vec<TermPlan>,
    /// For each condition of the matcher that has words.
    pub(super) fields: Vec<Option<TermPlan>>,
    /// For each condition of the matcher the words without which it is not met.
    pub(super) needed: Vec<Needed>,
}

/// The words without which a condition is not met, next to each other.
#[derive(Default)]
pub(super) struct Needed {
    /// None if nothing is known.
    pub(super) words: Vec<WordPlan>,
    /// Whether it is met wherever they are.
    pub(super) are_enough: bool,
    /// Whether the first of them is the first word of the text.
    pub(super) are_first: bool,
}

/// The words of a term.
pub(super) struct TermPlan {
    /// None for what is no word: punctuation, regular expressions.
    pub(super) words: Vec<WordPlan>,
    /// For what is no word: a text that fits has all words of one of these. None if nothing is
    /// known.
    pub(super) required: Vec<Vec<WordPlan>>,
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
            FieldRule::Condition(test) => test.text_part().map(Needed::of).unwrap_or_default(),
            FieldRule::Words { .. } => Needed::default(),
        });
        Self {
            needed: needed.collect(),
            fields: fields.collect(),
            terms,
            matcher,
        }
    }

    /// Whether an index cannot even say which records to read: there are words in no index.
    pub(crate) fn reads_records(&self) -> bool {
        self.terms
            .iter()
            .chain(self.fields.iter().flatten())
            .any(|term| term.words.is_empty() && term.required.is_empty())
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
    let plan = |text: &str, part: Part| {
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
            (plan(first, Part::Whole), plan(second, word.part()))
        })
        .collect()
}

impl Needed {
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

/// The words without which a regular expression does not match: the longest, since each costs a
/// look at all words of a part.
fn required_words(pattern: &str) -> Vec<Vec<WordPlan>> {
    let mut selections = Vec::new();
    for texts in required_texts(pattern) {
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
        WordPlan::new(&QueryWord::new(
            word,
            token.kind,
            word_part,
            TypoBudget::NONE,
        ))
    });
    words.collect()
}
