//! Hints that the store's parser cannot give: what to type next, and that a word looks like a
//! condition on a path that does not exist.

use vstore::Snapshot;
use vstore::search::{Expr, Hint, PathDictionary, Resolution, TextForm, resolve};

/// Longer names are not compared.
const NAME_CHARS_MAX: usize = 40;
/// The most paths compared with a name.
const PATHS_COMPARED_MAX: usize = 10_000;
/// The most hints shown.
const HINTS_MAX: usize = 4;

/// What to type after the operator of a condition.
pub(super) fn value_awaited(name: &str) -> String {
    format!(
        "Type a value of {name}: a word, \"a phrase\", a range such as 10..20, exists or missing"
    )
}

/// A hint for each word of a query that looks like a condition (`yaer:1982`) on a path that no
/// record has. A prefix of keys (`film:1982`) gets none.
pub(super) fn unknown_paths(expr: &Expr, text: &str, snapshot: &Snapshot) -> Vec<Hint> {
    let mut words = Vec::new();
    collect_words(expr, &mut words);
    let unknown = words.into_iter().filter_map(|word| {
        let (name, after) = word.split_once(':')?;
        // `https://…` is a URL.
        if after.starts_with("//") {
            return None;
        }
        let is_name = !name.is_empty()
            && name.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && vstore::Path::parse(name).is_ok();
        let is_unknown = resolve(name, snapshot.catalog()) == Resolution::Unknown;
        let starts_keys = snapshot.prefix_len(&format!("{name}:")) > 0;
        if !is_name || !is_unknown || starts_keys {
            return None;
        }
        let start = text.find(word)?;
        let nearest_path = nearest(name, snapshot.catalog());
        let message = match nearest_path {
            Some(path) => format!("no path is named {name}; did you mean {path}?"),
            None => format!("no path is named {name}; searching for it as a word"),
        };
        Some(Hint {
            message,
            range: start..start + name.len(),
        })
    });
    unknown.take(HINTS_MAX).collect()
}

fn collect_words<'a>(expr: &'a Expr, words: &mut Vec<&'a str>) {
    match expr {
        Expr::Text(atom) if atom.form == TextForm::Word => words.push(&atom.text),
        Expr::And(children) | Expr::Or(children) => {
            for child in children {
                collect_words(child, words);
            }
        }
        Expr::Not(child) => collect_words(child, words),
        Expr::All | Expr::Text(_) | Expr::Field(_) => {}
    }
}

/// The path with the most similar spelling, if one is close enough.
fn nearest(name: &str, paths: &dyn PathDictionary) -> Option<String> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    if NAME_CHARS_MAX < wanted.len() {
        return None;
    }
    let allowed = match wanted.len() {
        0..=2 => return None,
        3..=5 => 1,
        _ => 2,
    };
    let mut best: Option<(usize, String)> = None;
    let mut left = PATHS_COMPARED_MAX;
    paths.for_each_path(&mut |path| {
        if left == 0 {
            return;
        }
        left -= 1;
        let text = path.as_str().trim_end_matches("[]");
        let last = text.rsplit('.').next().unwrap_or(text);
        for candidate in [text, last] {
            let found: Vec<char> = candidate.to_lowercase().chars().take(64).collect();
            if wanted.len().abs_diff(found.len()) > allowed {
                continue;
            }
            let edits = edits(&wanted, &found);
            if edits <= allowed && best.as_ref().is_none_or(|(least, _)| edits < *least) {
                best = Some((edits, text.to_owned()));
            }
        }
    });
    best.map(|(_, path)| path)
}

/// The number of letters that differ, are missing or superfluous, or are swapped with their
/// neighbour.
fn edits(left: &[char], right: &[char]) -> usize {
    let width = right.len() + 1;
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..width).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let least = (above[column] + usize::from(letter != other))
                .min(above[column + 1] + 1)
                .min(current[column] + 1);
            let swapped =
                row > 0 && column > 0 && left[row - 1] == *other && right[column - 1] == *letter;
            current.push(if swapped {
                least.min(before[column - 1] + 1)
            } else {
                least
            });
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vstore::search::Query;
    use vstore::value::json::parse_text;
    use vstore::{Cause, Key, ManualClock, Millis, Store, WriteBatch};

    use super::*;

    fn hints(text: &str) -> Vec<String> {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(1))));
        let mut batch = WriteBatch::new(Cause::Edit);
        let value = r#"{"year": 1982, "cast": [{"name": "x"}], "genres": ["a"]}"#;
        batch.put(Key::new("film:1").unwrap(), parse_text(value).unwrap().0);
        store.commit(&batch).unwrap();
        let snapshot = store.snapshot();
        let query = Query::parse(text, snapshot.catalog());
        let hints = unknown_paths(&query.expr, text, &snapshot);
        for hint in &hints {
            assert!(text.get(hint.range.clone()).is_some());
        }
        hints.into_iter().map(|hint| hint.message).collect()
    }

    #[test]
    fn for_a_misspelt_path_the_nearest_path_is_suggested() {
        for (text, expected) in [
            (
                "yaer:1982",
                Some("no path is named yaer; did you mean year?"),
            ),
            (
                "a -Genre:x",
                Some("no path is named Genre; did you mean genres?"),
            ),
            (
                "nmae:x",
                Some("no path is named nmae; did you mean cast[].name?"),
            ),
            (
                "director:x",
                Some("no path is named director; searching for it as a word"),
            ),
            ("year:1982", None),
            ("film:1982", None),
            ("10:30", None),
            ("\"yaer:1982\"", None),
            ("https://example.org", None),
        ] {
            let found = hints(text);
            assert_eq!(found.first().map(String::as_str), expected, "{text}");
        }
        assert_eq!(hints(&"aaaa:b ".repeat(30)).len(), HINTS_MAX);
    }

    #[test]
    fn differing_letters_are_counted() {
        let count = |left: &str, right: &str| {
            let (left, right): (Vec<_>, Vec<_>) = (left.chars().collect(), right.chars().collect());
            edits(&left, &right)
        };
        for (left, right, expected) in [
            ("", "", 0),
            ("year", "year", 0),
            ("yaer", "year", 1),
            ("yer", "year", 1),
            ("years", "year", 1),
            ("ab", "cd", 2),
            ("", "abc", 3),
        ] {
            assert_eq!(count(left, right), expected, "{left} {right}");
            assert_eq!(count(right, left), expected, "{right} {left}");
        }
    }
}
