//! The queries of the benchmarks, one of each class, and how they are run.

use vstore::search::SearchResult;
use vstore::{Query, SearchControl, SearchOptions, Snapshot};

/// From one word to conditions. The last word of each is still being typed.
pub(crate) const QUERIES: [&str; 26] = [
    "keyboard",
    "keybaord",
    "wireless keyb",
    "wirless keybord",
    "jhon smtih",
    "wirless keybord jhon smtih",
    "k",
    "p",
    "pa",
    "1",
    "customer de",
    "*oard*",
    "*er*",
    "*0a1*",
    "\"john smith\"",
    "\"new york\"",
    "profile.name:john profile.age:30..40",
    "profile.age:30..40",
    "profile.age>=30 active:true",
    "status:(paused OR refunded) -address.city:berlin",
    "manager:null",
    "since>=2020-06-01",
    "price:[100 TO 200] wireless",
    "profile.email*=müller",
    "$key^=customer:de",
    "müller",
];

/// Searches as the table of the program does: for the best hits and the exact count of all.
pub(crate) fn ask(
    snapshot: &Snapshot,
    text: &str,
    limit: usize,
    control: &SearchControl<'_>,
) -> SearchResult {
    let query = Query::parse(text, snapshot.catalog());
    let options = SearchOptions {
        limit: Some(limit),
        ..SearchOptions::default()
    };
    snapshot.search(&query, &options, control)
}
