//! What the table shows and in which order.

use vstore::{Indexing, Key, Millis};

use super::{Effects, derived, settings};
use crate::command::SearchCommand;
use crate::effect::Effect;
use crate::jobs::{JumpQuestion, Question, WhyHitQuestion};
use crate::state::{OpenStore, Span, State};

/// Longer queries are cut: no keyboard writes them.
const TEXT_BYTES_MAX: usize = 4096;

pub(super) fn update(state: &mut State, command: SearchCommand, now: Millis) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    match command {
        SearchCommand::SetText(text) => set_text(store, text),
        SearchCommand::Clear => set_text(store, String::new()),
        SearchCommand::SetMode(mode) => {
            store.search.mode = mode;
            derived::ask_listing(store)
        }
        SearchCommand::AddFilter { path, query } => {
            let text = with_filter(&store.search.text, &path, &query);
            set_text(store, text)
        }
        SearchCommand::Sort(sort) => {
            store.sort = sort;
            settings::changed(store, now);
            derived::ask_listing(store)
        }
        SearchCommand::ToggleColumn(column) => {
            match store.columns.iter().position(|shown| *shown == column) {
                Some(place) => {
                    store.columns.remove(place);
                }
                None => store.columns.push(column),
            }
            settings::changed(store, now);
            Effects::new()
        }
        SearchCommand::SelectPath(path) => {
            store.explorer.selected = path;
            store.explorer.statistics = None;
            match store.explorer.selected {
                Some(_) => vec![derived::ask_statistics(store)],
                None => Effects::new(),
            }
        }
        SearchCommand::Jump(typed) => jump(store, typed),
        SearchCommand::WhyHit(key) => why_hit(store, key),
        SearchCommand::CountWithin(scope) => {
            store.explorer.scope = scope;
            vec![derived::ask_statistics(store)]
        }
        SearchCommand::ExpandNamespace { prefix, expanded } => {
            if expanded {
                store.namespaces.expanded.insert(prefix);
                vec![derived::ask_namespaces(store)]
            } else {
                store.namespaces.expanded.remove(&prefix);
                Effects::new()
            }
        }
        SearchCommand::Refresh => derived::refresh_all(store, now),
    }
}

/// Indexes are being built. Once they are, what was searched by reading records is searched again.
pub(super) fn indexing(state: &mut State, indexing: Indexing, now: Millis) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    if !indexing.is_complete() {
        store.indexing = Some(indexing);
        return Effects::new();
    }
    let was_read = store
        .search
        .answer
        .as_deref()
        .is_some_and(|answer| !answer.indexed);
    store.indexing = None;
    if was_read {
        // Not at once: other segments may have come meanwhile.
        store.rows_asked.seq = None;
        store.counts_asked.seq = None;
    }
    derived::refresh_stale(store, now)
}

fn jump(store: &mut OpenStore, mut typed: String) -> Effects {
    typed.truncate(typed.floor_char_boundary(TEXT_BYTES_MAX));
    store.jump.typed.clone_from(&typed);
    let snapshot = store.snapshot.clone();
    let question = JumpQuestion { snapshot, typed };
    vec![Effect::Question(Question::Jump(Box::new(question)))]
}

/// Asks why a record stands where it stands, with the query whose answer is on screen.
fn why_hit(store: &OpenStore, key: Key) -> Effects {
    let Some(answer) = store.search.answer.as_deref() else {
        return Effects::new();
    };
    let row = store.listing.row_of(&store.snapshot, key.as_str());
    let question = WhyHitQuestion {
        snapshot: store.snapshot.clone(),
        key,
        row: row.map(|row| (row, store.row_count())),
        text: answer.text.clone(),
        mode: answer.mode,
    };
    vec![Effect::Question(Question::WhyHit(Box::new(question)))]
}

pub(super) fn set_text(store: &mut OpenStore, mut text: String) -> Effects {
    if TEXT_BYTES_MAX < text.len() {
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
    }
    if store.search.text == text {
        return Effects::new();
    }
    store.search.text = text;
    // The rows of another question are other records.
    if matches!(store.selection.span, Some(Span::Rows { .. })) {
        store.selection.end_run();
    }
    derived::ask_listing(store)
}

/// A query with a condition added; one about the same path goes, or clicking around in the
/// explorer would ask for the impossible.
fn with_filter(text: &str, path: &str, query: &str) -> String {
    let mut words: Vec<&str> = words(text)
        .into_iter()
        .filter(|word| !is_about(word, path))
        .collect();
    words.push(query);
    words.join(" ").trim().to_owned()
}

fn is_about(word: &str, path: &str) -> bool {
    let starts_with_sign = |rest: &str| {
        [":", "=", "!=", "<", ">", "~", "^=", "*="]
            .iter()
            .any(|sign| rest.starts_with(sign))
    };
    word.trim_start_matches('-')
        .strip_prefix(path)
        .is_some_and(starts_with_sign)
}

/// The words of a query; what stands in double quotes or parentheses is not split.
fn words(text: &str) -> Vec<&str> {
    let (mut quoted, mut depth) = (false, 0_usize);
    let pieces = text.split(|character: char| {
        match character {
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        character.is_whitespace() && !quoted && depth == 0
    });
    pieces.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_takes_the_place_of_one_about_the_same_path() {
        let check = |text: &str, expected: &str| {
            assert_eq!(
                with_filter(text, "genres[]", r#"genres[]="Comedy""#),
                expected
            );
        };
        check("", r#"genres[]="Comedy""#);
        check("hofman year:1982", r#"hofman year:1982 genres[]="Comedy""#);
        check(
            r#"a genres[]="Science Fiction" b"#,
            r#"a b genres[]="Comedy""#,
        );
        check("-genres[]:(x OR y) c", r#"c genres[]="Comedy""#);
        check("genres", r#"genres genres[]="Comedy""#);
    }
}
