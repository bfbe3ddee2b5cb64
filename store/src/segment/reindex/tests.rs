use std::sync::Arc;

use super::*;
use crate::key::Key;
use crate::record::{Meta, Record};
use crate::segment::build;
use crate::value::{EncodedValue, Value};

/// A segment of records, given as keys and the names and texts of their values.
fn view(records: &[(String, Vec<(String, String)>)]) -> SegmentView {
    let records = records.iter().map(|(key, texts)| {
        let texts = texts.iter();
        let entries = texts.map(|(name, text)| (name.clone(), Value::from(text.as_str())));
        Record {
            key: Key::new(key).unwrap(),
            value: EncodedValue::encode(&Value::Map(entries.collect())).unwrap(),
            meta: Meta::default(),
        }
    });
    let records: Vec<_> = records.collect();
    let encoded = records
        .iter()
        .map(|record| (record.as_ref(), record.value.as_bytes()));
    SegmentView::new(Arc::new(build(encoded).unwrap()))
}

/// Every second key from `first` on, with one text.
fn every_second(first: u32, len: u32) -> SegmentView {
    let records = (0..len).map(|n| {
        let text = format!("word{} Keyboard new york {}", n % 7, n * 31);
        let key = format!("Key:{:06}", first + n * 2);
        (key, vec![("note".to_owned(), text)])
    });
    view(&records.collect::<Vec<_>>())
}

fn build_indexes(view: &SegmentView) {
    let mut builder = TextIndexBuilder::default();
    for part in view.segment.index_parts() {
        assert!(part.build(&view.segment, &mut builder, &|| true));
    }
}

/// The merged segment without an index, and the mapping of its rows.
fn merged(inputs: &[SegmentView]) -> (Segment, Moves) {
    let mut rows: Vec<(String, usize, u32)> = Vec::new();
    for (input, view) in inputs.iter().enumerate() {
        let live = (0..view.segment.len()).filter(|row| !view.dead.contains(*row));
        rows.extend(live.map(|row| (view.segment.key(row).unwrap().to_owned(), input, row)));
    }
    rows.sort();
    let mut moves = Moves::new(inputs);
    let records = rows.iter().map(|(_, input, row)| {
        moves.push(*input, *row);
        let segment = &inputs[*input].segment;
        (segment.get(*row).unwrap(), segment.value_bytes(*row))
    });
    let segment = build(records).unwrap();
    (segment, moves)
}

#[test]
fn merged_indexes_equal_those_built_from_the_records() {
    let mut inputs = [
        every_second(0, 700),
        every_second(301, 200),
        every_second(9_000, 40),
    ];
    for row in (0..150).chain([3, 699]) {
        let key = inputs[0].segment.key(row).unwrap().to_owned();
        inputs[0].kill(&key);
    }
    inputs.iter().for_each(build_indexes);
    let (segment, moves) = merged(&inputs);
    assert_eq!(segment.index_parts().len(), 4);
    let mut merger = TextIndexMerger::default();
    for part in segment.index_parts() {
        assert!(merge(&segment, part, &inputs, &moves, &mut merger));
        part.assert_as_built(&segment);
    }
    for (input, view) in inputs.iter().enumerate() {
        for row in 0..view.segment.len() {
            let moved = segment.key(moves.of(input, row));
            let key = view.segment.key(row).filter(|_| !view.dead.contains(row));
            assert_eq!(moved, key);
        }
    }
}

#[test]
fn an_index_with_paths_without_a_number_is_built_from_the_records() {
    let many_names = (0..200_u32).map(|n| {
        let names = (0..50).map(|at| (format!("n{}", n * 50 + at), format!("text{at}")));
        (format!("Key:{:06}", n * 2), names.collect())
    });
    let inputs = [
        view(&many_names.collect::<Vec<_>>()),
        every_second(101, 120),
    ];
    inputs.iter().for_each(build_indexes);
    let (segment, moves) = merged(&inputs);
    let mut merger = TextIndexMerger::default();
    let parts = segment.index_parts();
    assert!(!merge(&segment, &parts[0], &inputs, &moves, &mut merger));
    assert!(!parts[0].is_settled());
    index(&segment, &inputs, &moves);
    for part in parts {
        part.assert_as_built(&segment);
    }
}

#[test]
fn missing_parts_are_indexed_only_if_most_rows_are_indexed_already() {
    let inputs = [every_second(0, 300), every_second(1, 100)];
    let (segment, moves) = merged(&inputs);
    index(&segment, &inputs, &moves);
    assert!(!segment.index_parts().iter().any(IndexPart::is_settled));
    build_indexes(&inputs[0]);
    index(&segment, &inputs, &moves);
    assert!(
        inputs[1]
            .segment
            .index_parts()
            .iter()
            .all(IndexPart::is_settled)
    );
    for part in segment.index_parts() {
        part.assert_as_built(&segment);
    }
}
