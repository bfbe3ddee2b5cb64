//! Properties of search results that hold for any records, tested with indexes.

use super::*;

/// An indexed store of these records, some of them in the memtable.
fn indexed(records: &[(String, Value)]) -> Snapshot {
    let mut store = Small::new();
    for (index, (key, value)) in records.iter().enumerate() {
        store.put(key, value);
        if index % 90 == 89 {
            store.step(&Step::Merge);
        }
    }
    store.step(&Step::Index);
    store.snapshot()
}

/// The keys of all hits, in key order.
fn found(snapshot: &Snapshot, text: &str, mode: Mode) -> Vec<String> {
    let query = Query::parse(text, snapshot.catalog());
    let options = SearchOptions {
        mode,
        sort: Sort {
            by: SortBy::Key,
            descending: false,
        },
        limit: None,
    };
    let result = snapshot.search(&query, &options, &SearchControl::unlimited());
    result.hits.iter().map(|hit| hit.key.to_owned()).collect()
}

fn is_part(part: &[String], all: &[String]) -> bool {
    part.iter().all(|key| all.binary_search(key).is_ok())
}

/// Adjacent words may match as one word: a condition between them, which every record meets,
/// prevents that.
const SEPARATOR: &str = " -(never ) ";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_further_condition_finds_no_more_records_and_order_does_not_matter(
        records in vec((key(), value()), 1..150),
        atoms in vec(atom(), 2..5),
        mode in mode(),
    ) {
        let snapshot = indexed(&records);
        let apart: Vec<String> = atoms.iter().map(|atom| format!("({atom} )")).collect();
        let all = found(&snapshot, &apart.join(SEPARATOR), mode);
        let fewer = found(&snapshot, &apart[1..].join(SEPARATOR), mode);
        prop_assert!(is_part(&all, &fewer), "{apart:?}");
        let turned: Vec<&str> = apart.iter().rev().map(String::as_str).collect();
        prop_assert_eq!(all, found(&snapshot, &turned.join(SEPARATOR), mode), "{:?}", apart);
    }

    #[test]
    fn looser_forms_of_a_word_find_at_least_what_stricter_ones_find(
        records in vec((key(), value()), 1..150),
        word in word(),
        cut in any::<u8>(),
    ) {
        let snapshot = indexed(&records);
        let ask = |text: String| found(&snapshot, &text, Mode::Fuzzy);
        let exact = ask(format!("'{word} "));
        let fuzzy = ask(format!("{word} "));
        let beginning = ask(format!("{word}*"));
        let inside = ask(format!("*{word}*"));
        prop_assert!(is_part(&exact, &fuzzy), "{word}");
        prop_assert!(is_part(&exact, &beginning), "{word}");
        prop_assert!(is_part(&beginning, &inside), "{word}");
        // What starts with a word starts with each prefix of it.
        let letters = word.chars().count();
        let shorter: String = word.chars().take(1 + usize::from(cut) % letters).collect();
        prop_assert!(is_part(&beginning, &ask(format!("{shorter}*"))), "{word} {shorter}");
        prop_assert!(is_part(&inside, &ask(format!("*{shorter}*"))), "{word} {shorter}");
    }

    #[test]
    fn conditions_on_keys_agree_with_reading_them(
        numbers in prop::collection::btree_set(0_u16..2_000, 1..300),
        probe in "(customer:)?[0-9c]{0,3}",
        other in 0_u16..2_000,
        operator in select(vec![":", "=", "!=", "<", "<=", ">", ">=", "^=", "*="]),
        has_capital in any::<bool>(),
    ) {
        let records = numbers.iter().map(|number| (format!("customer:{number:03x}"), Value::Null));
        let capital = has_capital.then(|| ("Customer:0C".to_owned(), Value::Null));
        let records: Vec<_> = records.chain(capital).collect();
        let snapshot = indexed(&records);
        for probe in [probe, format!("customer:{other:03x}")] {
            assert_same(&snapshot, &format!("$key{operator}\"{probe}\""), Mode::Fuzzy);
            assert_same(&snapshot, &format!("$key{operator}{probe}"), Mode::Exact);
            assert_same(&snapshot, &format!("-$key{operator}{probe}"), Mode::Fuzzy);
        }
    }
}
