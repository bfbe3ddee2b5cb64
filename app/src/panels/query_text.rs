//! The text of queries: conditions that a click adds or takes away, and which parts of a query
//! are conditions. The grammar itself belongs to the store's search; this only has to agree on
//! words, quotes and operators.

use std::ops::Range;

/// A text as a value in a query: quoted unless it is a plain word.
pub(super) fn quoted(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_-:/.@$".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    quoted_text(text)
}

/// A text as a string in a query: always quoted, so that `"30"` is not the number.
pub(super) fn quoted_text(text: &str) -> String {
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

/// The condition that a key starts with `prefix`.
pub(super) fn key_starts_with(prefix: &str) -> String {
    format!("$key^={}", quoted(prefix))
}

/// Whether `condition` stands in the query as it is.
pub(super) fn has_condition(query: &str, condition: &str) -> bool {
    position(query, condition).is_some()
}

/// The query without `condition`.
pub(super) fn without_condition(query: &str, condition: &str) -> String {
    let Some(range) = position(query, condition) else {
        return query.to_owned();
    };
    let before = query.get(..range.start).unwrap_or_default().trim_end();
    let behind = query.get(range.end..).unwrap_or_default().trim_start();
    let gap = if before.is_empty() || behind.is_empty() {
        ""
    } else {
        " "
    };
    format!("{before}{gap}{behind}")
}

/// The query with `condition` excluded; without that if it is excluded already. What asked for the
/// condition goes, or nothing would be found.
pub(super) fn toggled_exclusion(query: &str, condition: &str) -> String {
    let excluded = format!("-{condition}");
    if has_condition(query, &excluded) {
        return without_condition(query, &excluded);
    }
    let rest = without_condition(query, condition);
    format!("{} {excluded}", rest.trim_end())
        .trim_start()
        .to_owned()
}

fn position(query: &str, condition: &str) -> Option<Range<usize>> {
    words(query)
        .into_iter()
        .find(|word| query.get(word.clone()) == Some(condition))
}

/// The parts of a query that are conditions on a path (`year:1980..1999`), in bytes and in order.
/// A colon makes a condition only behind something that `is_path` accepts.
pub(super) fn condition_ranges(query: &str, is_path: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut ranges = words(query);
    ranges.retain(|word| {
        let word = query.get(word.clone()).unwrap_or_default();
        let word = word.trim_start_matches(['-', '(']);
        word.find([':', '=', '<', '>', '~', '^', '*', '!'])
            .is_some_and(|operator| is_path(word.get(..operator).unwrap_or_default()))
    });
    ranges
}

/// The words of a query: what stands between white space outside of quotes.
fn words(query: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut in_quotes = false;
    let mut escaped = false;
    for (at, character) in query.char_indices() {
        if character.is_whitespace() && !in_quotes {
            words.extend(start.take().map(|start| start..at));
            continue;
        }
        start = start.or(Some(at));
        if character == '"' && !escaped {
            in_quotes = !in_quotes;
        }
        escaped = character == '\\' && !escaped;
    }
    words.extend(start.map(|start| start..query.len()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_stand_without_quotes() {
        assert_eq!(key_starts_with("film:1982:"), "$key^=film:1982:");
        assert_eq!(quoted("New York"), "\"New York\"");
        assert_eq!(quoted("say \"no\" \\"), "\"say \\\"no\\\" \\\\\"");
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(quoted("a(b"), "\"a(b\"");
    }

    #[test]
    fn a_condition_is_found_and_taken_away_as_a_whole() {
        let query = "ana  city=\"New York\" age:3";
        assert!(has_condition(query, "city=\"New York\""));
        assert!(
            !has_condition(query, "age:"),
            "a part of a word is not the word"
        );
        assert_eq!(without_condition(query, "city=\"New York\""), "ana age:3");
        assert_eq!(without_condition(query, "age:3"), "ana  city=\"New York\"");
        assert_eq!(without_condition("age:3", "age:3"), "");
        assert_eq!(without_condition(query, "nothing"), query);
    }

    #[test]
    fn a_condition_is_excluded_once_and_taken_back() {
        let excluded = toggled_exclusion("ana age:3", "city=\"New York\"");
        assert_eq!(excluded, "ana age:3 -city=\"New York\"");
        assert_eq!(
            toggled_exclusion(&excluded, "city=\"New York\""),
            "ana age:3"
        );
        assert_eq!(toggled_exclusion("age:3", "age:3"), "-age:3");
    }

    #[test]
    fn conditions_are_told_from_words_with_colons() {
        let is_path = |path: &str| matches!(path, "year" | "$key" | "city");
        let query = "hofman year:1980..1999 film:1982 -city=\"New York\" 10:30 $key^=a";
        let found: Vec<_> = condition_ranges(query, is_path)
            .into_iter()
            .filter_map(|range| query.get(range))
            .collect();
        assert_eq!(found, ["year:1980..1999", "-city=\"New York\"", "$key^=a"]);
    }

    #[test]
    fn an_open_quote_reaches_to_the_end() {
        assert_eq!(words("a \"b c"), [0..1, 2..6]);
        assert_eq!(words("  "), Vec::<Range<usize>>::new());
    }
}
