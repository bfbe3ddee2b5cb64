//! Every class of query, each at rest and while records are replaced.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use vstore::search::{PartialSink, SearchResult};
use vstore::{Condition, Path, Query, SearchControl, SearchOptions, Snapshot, Ticket};

use super::measure::Report;

/// The queries, from one word to conditions. The last word of each is still being typed.
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

/// What somebody types, letter by letter.
const TYPED: &str = "wirless keybord jhon";

const REPEATS: usize = 40;

/// The one way in: what the table of the program asks for.
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

pub(crate) fn all(report: &mut Report, snapshot: &Snapshot) {
    for text in QUERIES {
        let mut total = 0;
        // One second is enough for the slow ones.
        let times = times_within(snapshot, text);
        report.repeat(&format!("search {text}"), times, || {
            total = ask(snapshot, text, 100, &SearchControl::unlimited()).total;
        });
        report.number("", total as f64, "hits");
    }
    keystrokes(report, snapshot);
    first_partial_answer(report, snapshot);
    look_ups(report, snapshot);
}

fn times_within(snapshot: &Snapshot, text: &str) -> usize {
    let start = Instant::now();
    ask(snapshot, text, 100, &SearchControl::unlimited());
    let once = start.elapsed().as_secs_f64();
    ((1.0 / once.max(1e-6)) as usize).clamp(5, REPEATS)
}

fn keystrokes(report: &mut Report, snapshot: &Snapshot) {
    let ends: Vec<usize> = (1..=TYPED.len()).collect();
    let mut spent = Vec::new();
    for end in ends.iter().cycle().take(ends.len() * 3) {
        let typed = TYPED.get(..*end).unwrap_or_default();
        let start = Instant::now();
        ask(snapshot, typed, 100, &SearchControl::unlimited());
        spent.push(start.elapsed());
    }
    report.times("every keystroke of a sentence with typos", spent);
}

/// How long somebody waits to see anything, for the query with the most hits.
fn first_partial_answer(report: &mut Report, snapshot: &Snapshot) {
    let spent = (0..20).map(|_| {
        let start = Instant::now();
        let first: Mutex<Option<Duration>> = Mutex::new(None);
        let is_due = || start.elapsed() >= Duration::from_millis(8);
        let publish = |_: SearchResult| {
            let mut first = first.lock().unwrap();
            first.get_or_insert(start.elapsed());
        };
        let control = SearchControl {
            ticket: Ticket::unlimited(),
            partial: Some(PartialSink {
                is_due: &is_due,
                publish: &publish,
            }),
        };
        ask(snapshot, "p", 100, &control);
        let first = *first.lock().unwrap();
        first.unwrap_or_else(|| start.elapsed())
    });
    let spent = spent.collect();
    report.times("first answer to p, partial or whole", spent);
}

fn look_ups(report: &mut Report, snapshot: &Snapshot) {
    let age = Path::parse("profile.age").unwrap();
    let condition = Condition::Equals(vstore::value::Value::Int(30));
    report.repeat("find profile.age = 30, first 100", 10, || {
        snapshot.find(&age, &condition, Some(100), &Ticket::unlimited())
    });
    for path in ["profile.age", "profile.name"] {
        let place = Path::parse(path).unwrap();
        for (name, limit) in [("first 100", Some(100)), ("all", None)] {
            report.repeat(&format!("sort by {path}, {name}"), 3, || {
                snapshot.sorted_by_path(&place, true, None, limit, &Ticket::unlimited())
            });
        }
    }
    for path in ["profile.age", "status", "profile.email", "id"] {
        let place = Path::parse(path).unwrap();
        report.repeat(&format!("statistics of {path}"), 3, || {
            snapshot.statistics(&place, None, &Ticket::unlimited())
        });
    }
}
