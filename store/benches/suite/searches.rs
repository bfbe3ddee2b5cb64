//! Every class of query, with unchanged records and while records are replaced.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use vstore::search::{PartialSink, SearchResult};
use vstore::{CancelSource, CancelToken, Condition, Path, SearchControl, Snapshot};

use super::measure::{Report, millis};
use super::queries::{QUERIES, ask};

/// Queries that no index answers alone: they read some records, or values that are not in columns.
const READING: [&str; 6] = [
    "/wirel[ea]ss key/",
    "\"e, c\"",
    "/smith[0-9]+@/",
    "profile.email^=müller",
    "/^[0-9]+$/",
    "/[aeiou]{4}/",
];

/// The text in the search field while a condition is typed.
const HALF_TYPED: [&str; 14] = [
    "$key^=",
    "profile.age>",
    "profile.age>=",
    "profile.name:",
    "profile.email*=",
    "-status:",
    "price:[100 TO",
    "\"new yo",
    "/ab",
    "-",
    "NOT",
    "(",
    "john OR",
    "john OR status:",
];

/// Number of repetitions of each query, unless they take too long.
const REPEATS: usize = 200;
const SECONDS: f64 = 2.0;

pub(crate) fn all(report: &mut Report, snapshot: &Snapshot) {
    let mut spent = Vec::new();
    for text in QUERIES {
        let (times, hits) = times_of(snapshot, text);
        spent.extend_from_slice(&times);
        report.times(&format!("search {text}"), times);
        report.number("", hits as f64, "hits");
    }
    report.times("search, all of these", spent);
    let half_typed = HALF_TYPED.iter();
    let spent = half_typed.flat_map(|text| times_of(snapshot, text).0);
    report.times("search, half-typed conditions", spent.collect());
    keystrokes(report, snapshot);
    first_answers(report, snapshot);
    given_up(report, snapshot);
    for text in READING {
        let (times, hits) = times_of(snapshot, text);
        report.times(&format!("search by reading {text}"), times);
        report.number("", hits as f64, "hits");
    }
    look_ups(report, snapshot);
}

/// The times of a query, and its number of hits.
fn times_of(snapshot: &Snapshot, text: &str) -> (Vec<Duration>, u64) {
    let began = Instant::now();
    let mut spent = Vec::new();
    let mut hits = 0;
    while spent.len() < 5 || spent.len() < REPEATS && began.elapsed().as_secs_f64() < SECONDS {
        let start = Instant::now();
        hits = ask(snapshot, text, 100, &SearchControl::unlimited()).total;
        spent.push(start.elapsed());
    }
    (spent, hits)
}

/// Every prefix of every query, as when it is typed.
fn keystrokes(report: &mut Report, snapshot: &Snapshot) {
    let mut spent = Vec::new();
    let mut slowest = (Duration::ZERO, "");
    for _ in 0..3 {
        for text in QUERIES {
            let ends = text
                .char_indices()
                .map(|(at, letter)| at + letter.len_utf8());
            for typed in ends.filter_map(|end| text.get(..end)) {
                let start = Instant::now();
                ask(snapshot, typed, 100, &SearchControl::unlimited());
                spent.push(start.elapsed());
                slowest = slowest.max((start.elapsed(), typed));
            }
        }
    }
    report.times("every keystroke of all of these", spent);
    let (time, typed) = slowest;
    report.number(&format!("  the slowest: {typed}"), millis(time), "ms");
}

/// The time until anything is visible: the answer, or a partial one.
fn first_answers(report: &mut Report, snapshot: &Snapshot) {
    let mut spent = Vec::new();
    for _ in 0..10 {
        spent.extend(QUERIES.iter().map(|text| first_answer(snapshot, text)));
    }
    report.times("first answer, partial or whole", spent);
}

fn first_answer(snapshot: &Snapshot, text: &str) -> Duration {
    let start = Instant::now();
    let first: Mutex<Option<Duration>> = Mutex::new(None);
    let is_due = || start.elapsed() >= Duration::from_millis(8);
    let publish = |_: SearchResult| {
        let mut first = first.lock().unwrap();
        first.get_or_insert(start.elapsed());
    };
    let control = SearchControl {
        cancel: CancelToken::never(),
        partial: Some(PartialSink {
            is_due: &is_due,
            publish: &publish,
        }),
    };
    ask(snapshot, text, 100, &control);
    let first = *first.lock().unwrap();
    first.unwrap_or_else(|| start.elapsed())
}

/// How long a search runs on after it is cancelled: each query is cancelled after half of its time.
fn given_up(report: &mut Report, snapshot: &Snapshot) {
    let mut spent = Vec::new();
    let mut slowest = (Duration::ZERO, "");
    for text in QUERIES {
        let start = Instant::now();
        ask(snapshot, text, 100, &SearchControl::unlimited());
        let half = start.elapsed() / 2;
        for _ in 0..20 {
            if let Some(time) = time_to_give_up(snapshot, text, half) {
                spent.push(time);
                slowest = slowest.max((time, text));
            }
        }
    }
    report.times("given up, until the search ends", spent);
    let (time, text) = slowest;
    report.number(&format!("  the slowest: {text}"), millis(time), "ms");
}

/// `None` if the search was finished before.
fn time_to_give_up(snapshot: &Snapshot, text: &str, after: Duration) -> Option<Duration> {
    let source = CancelSource::new();
    let cancel = source.renew();
    let start = Instant::now();
    std::thread::scope(|scope| {
        let given_up = scope.spawn(|| {
            while start.elapsed() < after {
                std::hint::spin_loop();
            }
            let now = Instant::now();
            source.cancel();
            now
        });
        let answer = ask(snapshot, text, 100, &SearchControl::new(cancel));
        let end = Instant::now();
        let given_up = given_up.join().unwrap();
        (!answer.complete).then(|| end.saturating_duration_since(given_up))
    })
}

fn look_ups(report: &mut Report, snapshot: &Snapshot) {
    let age = Path::parse("profile.age").unwrap();
    let condition = Condition::Equals(vstore::value::Value::Int(30));
    report.repeat("find profile.age = 30, first 100", 10, || {
        snapshot.find(&age, &condition, Some(100), &CancelToken::never())
    });
    for path in ["profile.age", "profile.name"] {
        let place = Path::parse(path).unwrap();
        for (name, limit) in [("first 100", Some(100)), ("all", None)] {
            report.repeat(&format!("sort by {path}, {name}"), 3, || {
                snapshot.sorted_by_path(&place, true, None, limit, &CancelToken::never())
            });
        }
    }
    for path in ["profile.age", "status", "profile.email", "id"] {
        let place = Path::parse(path).unwrap();
        report.repeat(&format!("statistics of {path}"), 3, || {
            snapshot.statistics(&place, None, &CancelToken::never())
        });
    }
}
