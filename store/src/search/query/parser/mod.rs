//! A recursive descent parser that never fails: what cannot be parsed becomes plain words and a
//! hint. Length, depth and number of conditions are bounded.

use std::ops::Range;

use super::ast::{CompareOp, Expr, Hint, Query, Target, TextAtom, TextForm};
use super::lexer::{self, Operator};
use super::parts::{QueryPart, QueryParts};
use super::paths::{PathDictionary, Resolution, resolve_pattern};
use super::regex::compile_regex;
use crate::path::Path;

mod tree;
mod value;

use tree::{
    and, is_existence, is_keyword, last_leaf_can_be_open, last_leaf_is_phrase, or, plain_words,
    quote_keywords, starts_with_operator,
};
use value::VALUE_MISSING;

/// Longer queries are cut, with a hint.
pub(super) const QUERY_CHARACTERS_MAX: usize = 4096;
/// Parentheses nested deeper are ignored, with a hint.
pub(super) const DEPTH_MAX: usize = 32;
/// Further words and conditions are ignored, with a hint.
pub(crate) const LEAVES_MAX: usize = 64;
/// Further hints are dropped.
const HINTS_MAX: usize = 16;
/// The ways to write the operators between terms.
const OR: [&str; 3] = ["OR", "|", "||"];
const AND: [&str; 2] = ["AND", "&&"];

impl Query {
    /// Parses a query. Never fails: what cannot be parsed is searched as plain words, with a
    /// [hint](Self::hints). A sign is an operator only after a name of a path in `paths`.
    ///
    /// Only the first 4096 characters and the first 64 words and conditions count.
    pub fn parse(text: &str, paths: &dyn PathDictionary) -> Self {
        Self::parse_parts(text, paths).query
    }

    /// Like [`parse`](Self::parse), and also returns the byte ranges of the parts of the query, for
    /// editing the text part by part.
    pub fn parse_parts(text: &str, paths: &dyn PathDictionary) -> QueryParts {
        let cut = text
            .char_indices()
            .nth(QUERY_CHARACTERS_MAX)
            .map_or(text, |(end, _)| text.get(..end).unwrap_or_default());
        let mut parser = Parser {
            text: cut,
            at: 0,
            paths,
            field: None,
            leaves: 0,
            is_full: false,
            leaves_end: 0,
            open_quote: false,
            is_negated: false,
            unfinished: 0,
            parts: Vec::new(),
            is_one_part: false,
            conditions: Vec::new(),
            value_missing: None,
            hints: Vec::new(),
            hints_if_none: Vec::new(),
        };
        if cut.len() < text.len() {
            let message =
                format!("too long: only the first {QUERY_CHARACTERS_MAX} characters are used");
            parser.hint(message, cut.len()..text.len());
        }
        let mut expr = parser.top();
        if matches!(expr, Expr::All) && parser.leaves == 0 && parser.unfinished == 0 {
            expr = parser.operators_as_words();
            parser.is_one_part = true;
        }
        let tail = cut.get(parser.leaves_end..).unwrap_or_default();
        let open = last_leaf_can_be_open(&expr)
            && if last_leaf_is_phrase(&expr) {
                parser.open_quote
            } else {
                tail.bytes().all(|byte| byte == b')')
            };
        let mut parts = parser.parts;
        if parser.is_one_part {
            let start = cut.len() - cut.trim_start().len();
            let range = start..start.max(cut.trim_end().len());
            let expr = expr.clone();
            parts = vec![QueryPart { range, expr }];
            parts.retain(|part| part.expr != Expr::All);
        }
        QueryParts {
            query: Self {
                expr,
                open,
                hints: parser.hints,
                hints_if_none: parser.hints_if_none,
            },
            parts,
            conditions: parser.conditions,
            awaits_value: parser.value_missing.and_then(|(name, end)| {
                let rest = cut.get(end..).unwrap_or_default();
                rest.trim_matches([' ', '(', ')'])
                    .is_empty()
                    .then_some(name)
            }),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    paths: &'a dyn PathDictionary,
    /// Inside `path:( … )`: the path that all words belong to.
    field: Option<(String, Target)>,
    leaves: usize,
    is_full: bool,
    /// Where the last word or condition ended.
    leaves_end: usize,
    /// Whether the last leaf is a quoted text without its closing quote.
    open_quote: bool,
    /// Whether the parser is inside an odd number of NOTs.
    is_negated: bool,
    /// The number of conditions so far whose value is not typed yet.
    unfinished: usize,
    /// The operands of the top-level AND, with their ranges.
    parts: Vec<QueryPart>,
    /// Whether the query has a top-level OR, so that it is a single part.
    is_one_part: bool,
    /// The ranges of conditions on paths.
    conditions: Vec<Range<usize>>,
    /// The path of the last condition without a value, and where the condition ends.
    value_missing: Option<(String, usize)>,
    hints: Vec<Hint>,
    hints_if_none: Vec<Hint>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn hint(&mut self, message: impl Into<String>, range: Range<usize>) {
        if self.hints.len() < HINTS_MAX {
            self.hints.push(Hint {
                message: message.into(),
                range,
            });
        }
    }

    fn top(&mut self) -> Expr {
        let mut parts = Vec::new();
        loop {
            parts.extend(self.or(0));
            self.skip_space();
            if self.rest().is_empty() {
                return and(parts);
            }
            let range = self.at..self.at + 1;
            self.hint("this parenthesis was not opened", range);
            self.at += 1;
        }
    }

    /// Stops before a closing parenthesis or at the end.
    fn or(&mut self, depth: usize) -> Option<Expr> {
        let mut branches = Vec::new();
        let mut unfinished = Vec::new();
        loop {
            let unfinished_before = self.unfinished;
            let branch = self.and(depth);
            let had_branch = branch.is_some();
            if self.unfinished > unfinished_before && is_existence(branch.as_ref()) {
                unfinished.extend(branch.map(|branch| (branch, self.hints.len())));
            } else {
                branches.extend(branch);
            }
            let start = self.at;
            let is_next = self.take_one_of(&OR) || (had_branch && self.take_between("or", "OR"));
            if !is_next {
                return self.alternatives(branches, unfinished);
            }
            self.is_one_part |= depth == 0;
            self.skip_space();
            if !had_branch || self.rest().is_empty() || self.rest().starts_with(')') {
                self.hint("OR needs a condition on each side", start..self.at);
            }
        }
    }

    /// Combines branches of an OR. `unfinished` are those that only require a path to exist,
    /// because their value is not typed yet, each with the number of hints after it. Next to other
    /// branches they would match nearly all records, so there they are ignored.
    fn alternatives(
        &mut self,
        branches: Vec<Expr>,
        unfinished: Vec<(Expr, usize)>,
    ) -> Option<Expr> {
        if branches.is_empty() {
            return or(unfinished.into_iter().map(|(branch, _)| branch).collect());
        }
        for (_, hints) in unfinished {
            let hint = hints
                .checked_sub(1)
                .and_then(|hint| self.hints.get_mut(hint));
            if let Some(hint) = hint.filter(|hint| hint.message.starts_with(VALUE_MISSING)) {
                hint.message = format!("{VALUE_MISSING}: this has no effect yet");
            }
        }
        or(branches)
    }

    fn and(&mut self, depth: usize) -> Option<Expr> {
        let mut parts = Vec::new();
        loop {
            self.skip_space();
            let rest = self.rest();
            if rest.is_empty()
                || rest.starts_with(')')
                || sees_one_of(rest, &OR)
                || (!parts.is_empty() && self.sees_between("or"))
            {
                return (!parts.is_empty()).then(|| and(parts));
            }
            let start = self.at;
            if !parts.is_empty() && self.take_between("and", "AND") {
                continue;
            }
            if self.take_one_of(&AND) {
                self.skip_space();
                if parts.is_empty() || self.rest().is_empty() || self.rest().starts_with(')') {
                    self.hint("AND needs a condition on each side", start..self.at);
                }
                continue;
            }
            let part = self.unary(depth);
            if depth == 0
                && let Some(expr) = &part
            {
                let (range, expr) = (start..self.at, expr.clone());
                self.parts.push(QueryPart { range, expr });
            }
            parts.extend(part);
        }
    }

    fn unary(&mut self, depth: usize) -> Option<Expr> {
        let start = self.at;
        let minus = self.rest().starts_with(['-', '!'])
            && !self.rest().starts_with("!=")
            && self
                .rest()
                .chars()
                .nth(1)
                .is_some_and(|next| !next.is_whitespace() && next != ')');
        if minus {
            self.at += 1;
        } else if !(self.take_keyword("NOT")
            || (self.leaves > 0 && self.take_between("not", "NOT")))
        {
            return self.primary(depth);
        }
        self.skip_space();
        if depth >= DEPTH_MAX {
            self.at = self.text.len() - self.rest().trim_start_matches(['-', '!']).len();
            self.hint("nested too deeply: this NOT is ignored", start..self.at);
            let ends = self.rest().is_empty() || self.rest().starts_with(')');
            return if ends { None } else { self.primary(depth) };
        }
        let nothing_follows = self.rest().is_empty()
            || self.rest().starts_with(')')
            || sees_one_of(self.rest(), &OR)
            || sees_one_of(self.rest(), &AND);
        let unfinished_before = self.unfinished;
        let child = if nothing_follows && !minus {
            None
        } else {
            self.is_negated = !self.is_negated;
            let child = self.unary(depth + 1);
            self.is_negated = !self.is_negated;
            child
        };
        if child.is_none() && self.unfinished == unfinished_before {
            self.hint("NOT needs a condition after it", start..self.at);
        }
        child.map(|child| Expr::Not(Box::new(child)))
    }

    fn primary(&mut self, depth: usize) -> Option<Expr> {
        self.skip_space();
        if self.rest().starts_with('(') {
            return self.group(depth);
        }
        let start = self.at;
        let leaves_before = self.leaves;
        self.open_quote = false;
        let leaf = self.leaf();
        if leaf == Expr::All {
            return None;
        }
        // The leaves of a group were counted when they were parsed.
        if self.leaves == leaves_before {
            let leaves = leaf.leaves();
            if self.is_full || leaves_before + leaves > LEAVES_MAX {
                self.refuse_leaf(start);
                return None;
            }
            self.leaves += leaves;
        }
        self.leaves_end = self.at;
        Some(leaf)
    }

    fn refuse_leaf(&mut self, start: usize) {
        if !self.is_full {
            let message = format!("only the first {LEAVES_MAX} words and conditions are used");
            self.hint(message, start..self.text.len());
        }
        self.is_full = true;
    }

    fn group(&mut self, depth: usize) -> Option<Expr> {
        let start = self.at;
        self.at += 1;
        if depth >= DEPTH_MAX {
            // Without descending: the content is parsed as if the parentheses were not there.
            if depth == DEPTH_MAX {
                self.hint(
                    "nested too deeply: these parentheses are ignored",
                    start..self.at,
                );
            }
            return None;
        }
        let inside = self.or(depth + 1);
        if self.rest().starts_with(')') {
            self.at += 1;
        } else {
            self.hint("this parenthesis is not closed", start..start + 1);
        }
        inside
    }

    fn leaf(&mut self) -> Expr {
        if let Some((name, target)) = self.field.clone() {
            return self.value_of_field(&name, &target);
        }
        if lexer::regex(self.rest()).is_none()
            && let Some(field) = self.field_condition()
        {
            return field;
        }
        let word = lexer::word(self.rest());
        if self.leaves > 0 && starts_with_operator(word) {
            // Behind a word that names a path it would be one, printed and parsed again.
            self.at += word.len();
            return Expr::Text(TextAtom {
                text: word.to_owned(),
                form: TextForm::Phrase,
            });
        }
        let mut atoms = self.atoms();
        let skipped = usize::from(self.leaves == 0);
        for atom in atoms.iter_mut().filter(|atom| is_keyword(atom)) {
            atom.text.make_ascii_lowercase();
        }
        // In quotes, a word behind others stays one when it is printed and parsed again.
        quote_keywords(atoms.iter_mut().skip(skipped));
        and(atoms.into_iter().map(Expr::Text).collect())
    }

    /// A phrase, a regular expression or a word. More than one only if a pattern is invalid and is
    /// taken as plain words.
    fn atoms(&mut self) -> Vec<TextAtom> {
        let start = self.at;
        if let Some((text, len, closed)) = lexer::quoted(self.rest()) {
            self.at += len;
            self.open_quote = !closed;
            return vec![TextAtom {
                text,
                form: TextForm::Phrase,
            }];
        }
        if let Some((pattern, len)) = lexer::regex(self.rest()) {
            self.at += len;
            return match compile_regex(pattern) {
                Ok(_) => vec![TextAtom {
                    text: pattern.to_owned(),
                    form: TextForm::Regex,
                }],
                Err(reason) => {
                    let message = format!("invalid regular expression: {reason}");
                    self.hint(message, start..self.at);
                    plain_words(pattern)
                }
            };
        }
        let word = lexer::word(self.rest());
        self.at += word.len();
        vec![lexer::atom(word)]
    }

    /// `path operator value`, if the store has the path. There may be spaces around the operator.
    fn field_condition(&mut self) -> Option<Expr> {
        let (pattern, path_len) = lexer::scan_path(self.rest())?;
        let after = self.rest().get(path_len..)?;
        let space_before = after.len() - after.trim_start().len();
        let after = after.trim_start();
        let (operator, sign_len) = lexer::operator(after)?;
        // Behind a space these begin another term: `*` is a path, too.
        let is_apart = space_before > 0;
        if is_apart && matches!(operator, Operator::Similar | Operator::Contains) {
            return None;
        }
        if operator == Operator::Similar && ends_as_typo_suffix(after) {
            return None;
        }
        let name = self.rest().get(..path_len)?.to_owned();
        let range = self.at..self.at + path_len;
        let target = if name == "$key" {
            Target::Key
        } else {
            match resolve_pattern(&pattern, self.paths) {
                Resolution::Paths(paths) => Target::Paths(paths),
                Resolution::Unknown => {
                    if !is_apart && operator != Operator::Colon {
                        self.hint(format!("no path is named {name}"), range);
                    }
                    return None;
                }
                Resolution::Ambiguous(paths) => {
                    let names: Vec<&str> = paths.iter().map(Path::as_str).take(4).collect();
                    let message = format!(
                        "several paths end in {name}: {}; write one of them, or **.{name}",
                        names.join(", ")
                    );
                    self.hint(message, range);
                    return None;
                }
            }
        };
        if pattern.has_index {
            self.hint(
                "positions in a list are ignored: every element is searched",
                range,
            );
        }
        let start = self.at;
        self.at += path_len + space_before + sign_len;
        self.skip_space_before_value(operator);
        let operator = self.comparison_after_colon(operator);
        self.skip_space_before_value(operator);
        let unfinished_before = self.unfinished;
        let condition = self.condition(name.clone(), target, operator);
        self.conditions.push(start..self.at);
        if operator == Operator::Colon && self.unfinished == unfinished_before {
            self.hint_if_none(&name, start);
        }
        Some(condition.unwrap_or(Expr::All))
    }

    /// `path:>8` means `path>8`.
    fn comparison_after_colon(&mut self, operator: Operator) -> Operator {
        match lexer::operator(self.rest()) {
            Some((comparison @ Operator::Compare(_), len)) if operator == Operator::Colon => {
                self.at += len;
                comparison
            }
            _ => operator,
        }
    }

    fn skip_space_before_value(&mut self, operator: Operator) {
        let value = self.rest().trim_start();
        // Without the space, `<` and this would be another operator.
        let may_be_longer = matches!(
            operator,
            Operator::Compare(CompareOp::Less | CompareOp::Greater)
        );
        let is_missing = value.is_empty()
            || value.starts_with(')')
            || (may_be_longer && value.starts_with('='))
            || sees_one_of(value, &OR)
            || sees_one_of(value, &AND);
        if !is_missing {
            self.at = self.text.len() - value.len();
        }
    }

    /// A condition may be a pasted key, address, path or time with a colon.
    fn hint_if_none(&mut self, name: &str, start: usize) {
        let range = start..self.at;
        let typed = self.text.get(range.clone()).unwrap_or_default();
        if self.is_negated || typed.contains('"') || self.hints_if_none.len() >= HINTS_MAX {
            return;
        }
        self.hints_if_none.push(Hint {
            message: format!("{name} is read as a path; to look for the text, write \"{typed}\""),
            range,
        });
    }

    fn sees_keyword(&self, keyword: &str) -> bool {
        starts_with_keyword(self.rest(), keyword)
    }

    fn take_one_of(&mut self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.take_keyword(keyword))
    }

    /// Whether a keyword in small letters stands before a term; the caller knows that one is before
    /// it. At the end of the text it may be the start of a word.
    fn sees_between(&self, small: &str) -> bool {
        self.sees_keyword(small)
            && self
                .rest()
                .get(small.len()..)
                .map(str::trim_start)
                .is_some_and(|behind| !behind.is_empty() && !behind.starts_with(')'))
    }

    /// Takes a keyword in small letters between terms.
    fn take_between(&mut self, small: &str, keyword: &str) -> bool {
        if !self.sees_between(small) {
            return false;
        }
        let range = self.at..self.at + small.len();
        self.at = range.end;
        let message =
            format!("{small} is read as {keyword}; to look for the word, write \"{small}\"");
        self.hint(message, range);
        true
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let sees = self.sees_keyword(keyword);
        if sees {
            self.at += keyword.len();
        }
        sees
    }

    /// A query of only operators searches for them as words.
    fn operators_as_words(&mut self) -> Expr {
        let words = plain_words(self.text);
        if !words.is_empty() {
            self.leaves_end = self.text.trim_end_matches(')').trim_end().len();
            if self.text.ends_with(lexer::ends_word) {
                self.leaves_end = 0;
            }
        }
        and(words.into_iter().map(Expr::Text).collect())
    }
}

fn sees_one_of(text: &str, keywords: &[&str]) -> bool {
    keywords
        .iter()
        .any(|keyword| starts_with_keyword(text, keyword))
}

fn starts_with_keyword(text: &str, keyword: &str) -> bool {
    text.strip_prefix(keyword)
        .is_some_and(|behind| behind.is_empty() || behind.starts_with(lexer::ends_word))
}

/// Whether `~` and what follows it are the suffix of a word, as in `word~` and `word~1`, even if
/// the word names a path.
fn ends_as_typo_suffix(after: &str) -> bool {
    let value = after.strip_prefix('~').unwrap_or(after);
    !value.starts_with('"') && matches!(lexer::word(value), "" | "0" | "1" | "2")
}
