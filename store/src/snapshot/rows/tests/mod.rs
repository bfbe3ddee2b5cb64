//! Compares the answers of the indexes with those of the matcher over every record.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::batch::WriteBatch;
use crate::change::Cause;
use crate::clock::{Clock, ManualClock, Millis};
use crate::key::Key;
use crate::memtable::Memtable;
use crate::search::{CancelToken, Mode, Sort, SortBy, search};
use crate::segment::{Block, Segment};
use crate::value::{EncodedValue, Timestamp, Value};

mod rules;

const CASES: u32 = 48;

/// The number of random stores that each property is tested with.
fn cases() -> u32 {
    std::env::var("VSTORE_SEARCH_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(CASES)
}

/// A store whose memtable is sealed every few records.
struct Small {
    state: State,
    clock: Arc<ManualClock>,
}

impl Small {
    fn new() -> Self {
        Self {
            state: State {
                memtable: Memtable::with_records_max(24),
                ..State::default()
            },
            clock: Arc::new(ManualClock::new(Millis(1_000))),
        }
    }

    fn snapshot(&self) -> Snapshot {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as Arc<dyn Clock>;
        Snapshot::new(Arc::new(self.state.clone()), clock)
    }

    fn commit(&mut self, batch: &WriteBatch) {
        if let Ok(prepared) = self.state.prepare(batch, self.clock.now()) {
            self.state.apply(&prepared);
        }
    }

    fn put(&mut self, key: &str, value: &Value) {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(Key::new(key).unwrap(), EncodedValue::encode(value).unwrap());
        self.commit(&batch);
    }

    fn step(&mut self, step: &Step) {
        let key = |text: &str| Key::new(text).unwrap();
        let mut batch = WriteBatch::new(Cause::Edit);
        match step {
            Step::Put(records) => {
                for (name, value) in records {
                    self.put(name, value);
                }
            }
            Step::Replace(index, value) => {
                let snapshot = self.snapshot();
                if let Some(record) = snapshot.row(index % snapshot.len().max(1)) {
                    self.put(record.key.as_str(), value);
                }
            }
            Step::Delete(index) => {
                let snapshot = self.snapshot();
                if let Some(record) = snapshot.row(index % snapshot.len().max(1)) {
                    batch.delete(record.key);
                    self.commit(&batch);
                }
            }
            Step::Expire(index, after) => {
                let snapshot = self.snapshot();
                if let Some(record) = snapshot.row(index % snapshot.len().max(1)) {
                    let at = Millis(self.clock.now().0 + after);
                    batch.set_expiry(key(record.key.as_str()), Some(at));
                    self.commit(&batch);
                }
            }
            Step::Wait(millis) => self.clock.set(Millis(self.clock.now().0 + millis)),
            Step::Index => {
                let built = self
                    .snapshot()
                    .build_indexes(&CancelToken::never(), &|_| {});
                assert_eq!(built, Ok(()));
            }
            Step::Merge => self.merge(0, &[]),
            Step::MergeWhile(from, changes) => self.merge(*from, changes),
            Step::Reopen => self.reopen(),
        }
    }
}

impl Small {
    /// Merges the segments from `from` on, while changes are made.
    fn merge(&mut self, from: usize, changes: &[Step]) {
        let segments = &self.state.segments;
        let inputs = segments.get(from % segments.len().max(1)..);
        let inputs = inputs.unwrap_or_default().to_vec();
        let merge = (inputs.len() > 1).then_some(crate::segment::Merge { inputs });
        for change in changes {
            self.step(change);
        }
        if let Some(merge) = merge {
            let merged = merge.run().unwrap();
            for part in merged.view.segment.index_parts() {
                if part.is_settled() {
                    part.assert_as_built(&merged.view.segment);
                }
            }
            assert!(self.state.install(merged));
        }
    }

    /// Replaces the store by what a compaction writes and reading it loads.
    fn reopen(&mut self) {
        let blocks: Vec<_> = self
            .snapshot()
            .chunks()
            .map(|chunk| Arc::new(Block::decode(chunk).unwrap().block))
            .collect();
        let segment = Segment::new(blocks).unwrap();
        let memtable = self.state.memtable.emptied();
        self.state = State::from_segment(segment, self.state.catalog.clone());
        self.state.memtable = memtable;
    }
}

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<(String, Value)>),
    Replace(usize, Value),
    Delete(usize),
    Expire(usize, i64),
    Wait(i64),
    Index,
    Merge,
    /// The first segment to merge, and the changes during the merge.
    MergeWhile(usize, Vec<Self>),
    Reopen,
}

/// Words that are similar to each other: with typos, prefixes, parts, two written as one.
const WORDS: [&str; 36] = [
    "john",
    "jon",
    "johnson",
    "smith",
    "smithe",
    "new",
    "york",
    "newyork",
    "data",
    "base",
    "database",
    "databases",
    "key",
    "keyboard",
    "keyb0ard",
    "keybaord",
    "Müller",
    "muller",
    "Straße",
    "ab12",
    "2001",
    "2000",
    "12",
    "customer",
    "customer1",
    "日本語",
    "本語",
    "語",
    "カナ",
    "dueDate",
    "HTTPServer",
    "true",
    "a",
    "international",
    "internationalisation",
    "ünïcödé",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => select(WORDS.as_slice()).prop_map(str::to_owned),
        1 => "[a-c]{1,6}",
        1 => (select(vec!["deadbeef", "köln", "日本"]), 8_usize..20)
            .prop_map(|(part, times)| part.repeat(times)),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let separator = select(vec![" ", " ", " ", "-", ", ", "/", "", ": "]);
    vec((word(), separator), 1..5).prop_map(|words| {
        words
            .into_iter()
            .flat_map(|(word, separator)| [word, separator.to_owned()])
            .collect()
    })
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => text().prop_map(Value::String),
        // Repeated texts, which are compared once for all rows.
        4 => select(vec!["New York", "new york city", "york, new", "John Smith", "data base"])
            .prop_map(Value::from),
        1 => (0_i64..40).prop_map(Value::Int),
        1 => select(vec![0.5, 12.0, 30.25, f64::NAN, -1.5, 1e20]).prop_map(Value::Float),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
        1 => (0_i64..3).prop_map(|day| {
            Value::Timestamp(Timestamp::new(1_700_000_000 + day * 86_400, 0).unwrap())
        }),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let map = |entries: Vec<(&'static str, Value)>| {
        let entries: std::collections::BTreeMap<_, _> = entries.into_iter().collect();
        Value::Map(
            entries
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    };
    let tags = vec(leaf(), 0..4).prop_map(Value::List);
    let inner = vec((select(vec!["name", "city"]), leaf()), 0..3).prop_map(map);
    let node = prop_oneof![4 => leaf(), 1 => tags, 2 => inner];
    prop_oneof![
        8 => vec((select(vec!["name", "age", "tags", "profile", "note"]), node), 0..5)
            .prop_map(map),
        1 => leaf(),
        1 => vec(leaf(), 0..3).prop_map(Value::List),
    ]
}

fn key() -> impl Strategy<Value = String> {
    let separator = select(vec![":", ".", "-", "_", " ", ""]);
    (vec((word(), separator), 1..3), 0_u8..60).prop_map(|(words, number)| {
        let mut key = String::new();
        for (word, separator) in words {
            key.push_str(&word);
            key.push_str(separator);
        }
        format!("{key}{number}")
    })
}

fn change() -> impl Strategy<Value = Step> + Clone {
    prop_oneof![
        5 => vec((key(), value()), 1..60).prop_map(Step::Put),
        2 => (any::<usize>(), value()).prop_map(|(index, value)| Step::Replace(index, value)),
        2 => any::<usize>().prop_map(Step::Delete),
        2 => (any::<usize>(), -5_i64..200).prop_map(|(index, after)| Step::Expire(index, after)),
    ]
    .boxed()
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => change(),
        1 => (0_i64..100).prop_map(Step::Wait),
        4 => Just(Step::Index),
        1 => Just(Step::Merge),
        2 => (any::<usize>(), vec(change(), 0..4))
            .prop_map(|(from, changes)| Step::MergeWhile(from, changes)),
        1 => Just(Step::Reopen),
    ]
}

/// A word with up to two letters changed, cut off or swapped.
fn misspelt() -> impl Strategy<Value = String> {
    (word(), vec((any::<u8>(), any::<u16>()), 0..3)).prop_map(|(word, edits)| {
        let mut letters: Vec<char> = word.chars().collect();
        for (kind, at) in edits {
            let at = usize::from(at) % letters.len().max(1);
            match kind % 6 {
                0 if letters.len() > 1 => drop(letters.remove(at)),
                1 => letters.insert(at, 'x'),
                2 if at + 1 < letters.len() => letters.swap(at, at + 1),
                3 => letters.truncate(at + 1),
                4 => letters = letters.split_off(at),
                _ => {}
            }
        }
        letters.into_iter().collect()
    })
}

fn atom() -> impl Strategy<Value = String> {
    let path = select(vec![
        "name",
        "age",
        "tags",
        "profile.name",
        "note",
        "$key",
        "profile",
        "$value",
        "city",
    ]);
    let literal = prop_oneof![
        3 => misspelt(),
        1 => text().prop_map(|text| format!("\"{text}\"")),
        2 => (0_i64..40).prop_map(|number| number.to_string()),
        1 => select(vec!["true", "null", "exists", "missing", "2023-11-14", "10..30", "12.0", "nan"])
            .prop_map(str::to_owned),
    ];
    let operator = select(vec![":", "=", "!=", "<", "<=", ">", ">=", "~", "^=", "*="]);
    prop_oneof![
        10 => misspelt(),
        2 => misspelt().prop_map(|word| format!("{word}~")),
        1 => (misspelt(), 0_u8..3).prop_map(|(word, edits)| format!("{word}~{edits}")),
        2 => misspelt().prop_map(|word| format!("{word}*")),
        2 => misspelt().prop_map(|word| format!("*{word}*")),
        1 => text().prop_map(|text| format!("*{text}*")),
        2 => misspelt().prop_map(|word| format!("'{word}")),
        3 => text().prop_map(|text| format!("\"{text}\"")),
        1 => misspelt().prop_map(|word| format!("/{word}.?/")),
        // Terms that require no word, and unfinished ones.
        1 => select(vec![
            "/^[0-9]+$/", "/[aeiou]{2}/", "/./", "/[^a-z]/", "*-*", "name:/[0-9]/", "$key:/k/",
            "tags:/[a-m]y/", "$key^=", "$key!=3", "$key>2023-11-14", "$key*=\"\"", "name:", "tags*=",
            "age:[1", "age:[1 TO", "note^=\"\"", "age:2023-11-14..",
        ])
        .prop_map(str::to_owned),
        6 => (path, operator, literal)
            .prop_map(|(path, operator, literal)| format!("{path}{operator}{literal}")),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let marked = (select(vec!["", "", "", "-", "NOT "]), atom())
        .prop_map(|(mark, atom)| format!("{mark}{atom}"));
    let joined = (
        vec(marked, 1..5),
        vec(select(vec![" ", " ", " ", " OR "]), 4),
    );
    let flat = joined
        .prop_map(|(atoms, between)| {
            let mut query = String::new();
            for (atom, between) in atoms.iter().zip(between) {
                if !query.is_empty() {
                    query.push_str(between);
                }
                query.push_str(atom);
            }
            query
        })
        .boxed();
    let end = select(vec!["", "", "", " "]);
    prop_oneof![
        3 => atom(),
        4 => (flat.clone(), end).prop_map(|(query, end)| format!("{query}{end}")),
        1 => (flat.clone(), flat).prop_map(|(left, right)| format!("({left}) {right}")),
    ]
}

fn mode() -> impl Strategy<Value = Mode> {
    select(vec![Mode::Fuzzy, Mode::Fuzzy, Mode::Exact, Mode::Contains])
}

fn assert_same(snapshot: &Snapshot, text: &str, mode: Mode) {
    let query = Query::parse(text, snapshot.catalog());
    for by in [SortBy::Relevance, SortBy::Key, SortBy::Expires] {
        let options = SearchOptions {
            mode,
            sort: Sort {
                by,
                descending: text.len() % 2 == 1,
            },
            limit: None,
        };
        let control = SearchControl::unlimited();
        let expected = search(snapshot, &query, &options, &control);
        let found = snapshot.search(&query, &options, &control);
        let context = format!("{text:?} in mode {mode:?} by {by:?}");
        let listed = |result: &SearchResult| -> Vec<_> {
            let hits = result.hits.iter();
            hits.map(|hit| {
                let is_read = by == SortBy::Relevance;
                (
                    hit.key.to_owned(),
                    hit.level,
                    is_read.then_some(hit.sort_key),
                )
            })
            .collect()
        };
        assert_eq!(listed(&found), listed(&expected), "{context}");
        assert_eq!(found.counts, expected.counts, "{context}");
        assert_eq!(found.total, expected.total, "{context}");
        assert!(found.complete, "{context}");
        for (index, hit) in found.hits.iter().enumerate() {
            assert_eq!(found.hits.get(index), Some(hit), "{context}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn indexes_give_the_same_answers_as_the_matcher(
        steps in vec(step(), 1..14),
        queries in vec((query(), mode()), 1..12),
    ) {
        let mut store = Small::new();
        let mut asked = queries.iter().cycle();
        let mut before: Option<(Snapshot, usize)> = None;
        for step in &steps {
            store.step(step);
            // Between the steps each query is asked once, also of an earlier snapshot.
            let snapshot = store.snapshot();
            for (query, mode) in asked.by_ref().take(2) {
                assert_same(&snapshot, query, *mode);
                if let Some((snapshot, _)) = &before {
                    assert_same(snapshot, query, *mode);
                }
            }
            if before.as_ref().is_none_or(|(_, age)| *age > 2) {
                before = Some((snapshot, 0));
            }
            if let Some((_, age)) = &mut before {
                *age += 1;
            }
        }
        let snapshot = store.snapshot();
        for (query, mode) in &queries {
            assert_same(&snapshot, query, *mode);
        }
        // And again once everything is indexed.
        store.step(&Step::Index);
        prop_assert!(snapshot.indexing().is_complete());
        for (query, mode) in &queries {
            assert_same(&snapshot, query, *mode);
        }
    }

    #[test]
    fn answers_do_not_depend_on_how_records_are_divided(
        records in vec((key(), value()), 1..150),
        queries in vec((query(), mode()), 1..6),
    ) {
        let mut divided = Small::new();
        divided.step(&Step::Put(records));
        let mut whole = Small::new();
        whole.state = divided.state.clone();
        whole.step(&Step::Merge);
        for store in [&mut divided, &mut whole] {
            store.step(&Step::Index);
        }
        let (divided, whole) = (divided.snapshot(), whole.snapshot());
        for (text, mode) in &queries {
            let query = Query::parse(text, whole.catalog());
            let options = SearchOptions { mode: *mode, ..SearchOptions::default() };
            let control = SearchControl::unlimited();
            let keys = |snapshot: &Snapshot| -> Vec<String> {
                let result = snapshot.search(&query, &options, &control);
                result.hits.iter().map(|hit| hit.key.to_owned()).collect()
            };
            prop_assert_eq!(keys(&divided), keys(&whole), "{}", text);
        }
    }
}

#[test]
fn every_hit_after_the_ranked_ones_is_listed_once() {
    let mut store = Small::new();
    let name = |n: i64| Value::Map(vec![("name".to_owned(), Value::from(format!("john {n}")))]);
    store.step(&Step::Put(
        (0..3_000).map(|n| (format!("k{n:04}"), name(n))).collect(),
    ));
    store.put("john", &Value::Null);
    store.step(&Step::Index);
    let snapshot = store.snapshot();
    let query = Query::parse("john", snapshot.catalog());
    let options = SearchOptions::default();
    let found = snapshot.search(&query, &options, &SearchControl::unlimited());
    assert_eq!((found.total, found.hits.len()), (3_001, 3_001));
    assert_eq!(found.hits.get(0).unwrap().key, "john");
    let mut keys: Vec<_> = found.hits.iter().map(|hit| hit.key).collect();
    assert_eq!(found.hits.get(3_000).unwrap().key, *keys.last().unwrap());
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 3_001);
    let options = SearchOptions {
        limit: Some(1_500),
        ..options
    };
    let first = snapshot.search(&query, &options, &SearchControl::unlimited());
    assert_eq!((first.total, first.hits.len()), (3_001, 1_500));
    assert_eq!(first.hits.iter().count(), 1_500);
}
