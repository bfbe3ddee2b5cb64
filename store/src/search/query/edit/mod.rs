//! Editing the text of a query: writing conditions as text, and adding conditions to a query or
//! removing them, as a click does.
//!
//! Every change is verified by parsing: the new text must mean the same as the old one with one
//! condition more or less. If the text as typed cannot be kept for that, the query is printed from
//! its syntax tree.
//!
//! All functions parse their texts, which costs time in proportion to their length.

use super::ast::{Expr, Field, FieldTest, Query, Target};
use super::parts::QueryPart;
use super::paths::PathDictionary;
use crate::path::{Path, PathSegment};
use crate::value::ValueRef;
use crate::value::json::to_compact;

/// A text as a value in a query: quoted unless it is a plain word.
fn quoted(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_-:/.@$".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    quoted_text(text)
}

/// A text as a string in a query: always quoted, so that `"30"` is not the number.
fn quoted_text(text: &str) -> String {
    let mut value = String::with_capacity(text.len() + 2);
    value.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            value.push('\\');
        }
        value.push(character);
    }
    value.push('"');
    value
}

/// A path as the beginning of a condition. A name that starts with an operator is quoted.
fn written(path: &Path) -> String {
    let text = path.as_str();
    match path.segments().first() {
        Some(PathSegment::Name(name)) if text.starts_with('-') => {
            let rest = text.get(name.len()..).unwrap_or_default();
            format!("{}{rest}", quoted_text(name))
        }
        _ => text.to_owned(),
    }
}

/// The condition that a key starts with `prefix`.
pub fn key_starts_with(prefix: &str) -> String {
    format!("$key^={}", quoted(prefix))
}

/// The condition that a key does not have this delimiter.
pub fn key_lacks(delimiter: char) -> String {
    format!("-$key*={}", quoted_text(&delimiter.to_string()))
}

/// The condition that the value at a path equals a scalar; `None` for bytes, lists and maps, which
/// no condition can name.
pub fn equals(path: &Path, value: ValueRef<'_>) -> Option<String> {
    let path = written(path);
    Some(match value {
        ValueRef::Null => format!("{path}:null"),
        ValueRef::String(text) => format!("{path}={}", quoted_text(text)),
        ValueRef::Bytes(_) | ValueRef::List(_) | ValueRef::Map(_) => return None,
        // JSON quotes timestamps; in a query quotes would make them texts.
        value => format!("{path}={}", to_compact(value).trim_matches('"')),
    })
}

/// The condition that the text at a path has a word.
pub fn has_word(path: &Path, word: &str) -> String {
    let is_keyword = matches!(word, "null" | "exists" | "missing");
    let word = if is_keyword {
        quoted_text(word)
    } else {
        quoted(word)
    };
    format!("{}:{word}", written(path))
}

/// The condition that the value at a path is between two bounds, both included.
pub fn between(path: &Path, low: &str, high: &str) -> String {
    if low == high {
        format!("{}={low}", written(path))
    } else {
        format!("{}:{low}..{high}", written(path))
    }
}

/// The condition that a path exists, or that it is missing.
pub fn exists(path: &Path, exists: bool) -> String {
    let word = if exists { "exists" } else { "missing" };
    format!("{}:{word}", written(path))
}

/// The prefixes that the query requires of keys, one for each condition that requires one.
pub fn key_prefixes(text: &str, paths: &dyn PathDictionary) -> Vec<String> {
    let query = Query::parse(text, paths);
    let prefixes = conjuncts(&query.expr).filter_map(|expr| match expr {
        Expr::Field(Field {
            target: Target::Key,
            test: FieldTest::StartsWith(prefix),
            ..
        }) => Some(prefix.text.clone()),
        _ => None,
    });
    prefixes.collect()
}

/// Whether a query requires a condition: every record that it finds meets it.
pub fn has(text: &str, condition: &str, paths: &dyn PathDictionary) -> bool {
    let Some(condition) = read(condition, paths) else {
        return false;
    };
    let query = Query::parse(text, paths);
    conjuncts(&query.expr).any(|expr| is_same(expr, &condition))
}

/// Whether two conditions are about the same path, or both about the key.
pub fn are_about_the_same(left: &str, right: &str, paths: &dyn PathDictionary) -> bool {
    let target = |text: &str| match read(text, paths)? {
        Expr::Field(field) => Some(field.target),
        _ => None,
    };
    target(left).is_some_and(|left| target(right) == Some(left))
}

/// The query with a condition added; unchanged if it requires it already. `None`: the query would
/// become too large to parse, or `condition` is not a condition.
pub fn with(text: &str, condition: &str, paths: &dyn PathDictionary) -> Option<String> {
    let added = read(condition, paths)?;
    let before = Query::parse(text, paths);
    if conjuncts(&before.expr).any(|expr| is_same(expr, &added)) {
        return Some(text.to_owned());
    }
    let mut wanted: Vec<Expr> = conjuncts(&before.expr).cloned().collect();
    wanted.push(added);
    let text = text.trim();
    // No new hints: no quote is left open, and no operator is left without an operand.
    let fits = |candidate: &String, hints: usize| {
        let query = Query::parse(candidate, paths);
        query.hints.len() <= hints && conjuncts(&query.expr).eq(&wanted)
    };
    let appended = format!("{text} {condition}").trim_start().to_owned();
    if fits(&appended, before.hints.len()) {
        return Some(appended);
    }
    let in_parentheses = format!("({text}) {condition}");
    if fits(&in_parentheses, 0) {
        return Some(in_parentheses);
    }
    Some(printed(&wanted)).filter(|printed| means(printed, &wanted, paths))
}

/// The query with a condition removed; unchanged if it does not require it.
pub fn without(text: &str, condition: &str, paths: &dyn PathDictionary) -> String {
    match read(condition, paths) {
        Some(condition) => without_expr(text, &condition, paths),
        None => text.to_owned(),
    }
}

/// The query with a condition excluded, or no longer excluded if it was. A requirement of the same
/// condition is removed, because together they would find nothing. `None` as for [`with`].
pub fn toggled_exclusion(
    text: &str,
    condition: &str,
    paths: &dyn PathDictionary,
) -> Option<String> {
    let excluded = format!("-{condition}");
    if has(text, &excluded, paths) {
        return Some(without(text, &excluded, paths));
    }
    with(&without(text, condition, paths), &excluded, paths)
}

/// The text as a single condition or its negation; `None` if it is anything else.
fn read(condition: &str, paths: &dyn PathDictionary) -> Option<Expr> {
    let expr = Query::parse(condition, paths).expr;
    let is_condition = match &expr {
        Expr::Field(_) => true,
        Expr::Not(inner) => matches!(**inner, Expr::Field(_)),
        _ => false,
    };
    is_condition.then_some(expr)
}

fn without_expr(text: &str, condition: &Expr, paths: &dyn PathDictionary) -> String {
    let parts = Query::parse_parts(text, paths);
    let wanted: Vec<Expr> = conjuncts(&parts.query.expr)
        .filter(|expr| !is_same(expr, condition))
        .cloned()
        .collect();
    if wanted.len() == conjuncts(&parts.query.expr).count() {
        return text.to_owned();
    }
    let kept = parts.parts.iter();
    let kept = kept.filter(|part| !is_same(&part.expr, condition));
    let shortened = joined(text, kept, &parts.parts);
    if means(&shortened, &wanted, paths) {
        shortened
    } else {
        printed(&wanted)
    }
}

/// The text of some parts. The text between two of them is kept if they are adjacent in `all`.
fn joined<'a>(text: &str, kept: impl Iterator<Item = &'a QueryPart>, all: &[QueryPart]) -> String {
    let mut shortened = String::new();
    let mut last: Option<&QueryPart> = None;
    for part in kept {
        if let Some(last) = last {
            let follows = all
                .windows(2)
                .any(|pair| pair[0].range == last.range && pair[1].range == part.range);
            let gap = text.get(last.range.end..part.range.start);
            shortened.push_str(gap.filter(|_| follows).unwrap_or(" "));
        }
        shortened.push_str(text.get(part.range.clone()).unwrap_or_default());
        last = Some(part);
    }
    shortened
}

/// The conditions that every record has to meet.
fn conjuncts(expr: &Expr) -> impl Iterator<Item = &Expr> {
    let all = match expr {
        Expr::All => &[],
        Expr::And(children) => children.as_slice(),
        single => std::slice::from_ref(single),
    };
    all.iter()
}

/// Whether two conditions mean the same, however their path is spelt.
fn is_same(left: &Expr, right: &Expr) -> bool {
    match (left, right) {
        (Expr::Field(left), Expr::Field(right)) => {
            left.target == right.target && left.test == right.test
        }
        (Expr::Not(left), Expr::Not(right)) => is_same(left, right),
        _ => left == right,
    }
}

/// Whether a text requires exactly these conditions.
fn means(text: &str, wanted: &[Expr], paths: &dyn PathDictionary) -> bool {
    let query = Query::parse(text, paths);
    conjuncts(&query.expr).eq(wanted)
}

fn printed(conjuncts: &[Expr]) -> String {
    let expr = match conjuncts {
        [] => Expr::All,
        [single] => single.clone(),
        several => Expr::And(several.to_vec()),
    };
    let query = Query {
        expr,
        open: false,
        hints: Vec::new(),
        hints_if_none: Vec::new(),
    };
    query.to_string().trim_end().to_owned()
}

#[cfg(test)]
mod tests;
