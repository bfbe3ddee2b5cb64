use proptest::prelude::*;

use super::*;
use crate::clock::Millis;
use crate::key::Key;
use crate::record::Meta;
use crate::value::{EncodedValue, Value};

fn record(key: &str, value: i64) -> Record {
    Record {
        key: Key::new(key).unwrap(),
        value: EncodedValue::encode(&Value::Int(value)).unwrap(),
        meta: Meta {
            created_at: Millis(1),
            modified_at: Millis(2),
            expires_at: Some(Millis(3)),
        },
    }
}

fn segment(records: &[Record]) -> Segment {
    build(
        records
            .iter()
            .map(|record| (record.as_ref(), record.value.as_bytes())),
    )
    .unwrap()
}

#[test]
fn a_segment_returns_the_records_it_was_built_from() {
    let records: Vec<_> = (0..50_000)
        .map(|n| record(&format!("k{n:06}"), n))
        .collect();
    let segment = segment(&records);
    assert!(segment.blocks().len() > 1);
    assert_eq!(segment.len(), 50_000);
    for row in [0, 1, 13_000, 49_999] {
        assert_eq!(segment.record(row).as_ref(), records.get(row as usize));
        assert_eq!(segment.find(&format!("k{row:06}")), Ok(row));
    }
    assert_eq!(segment.find("a"), Err(0));
    assert_eq!(segment.find("k000010x"), Err(11));
    assert_eq!(segment.find("z"), Err(50_000));
    assert!(segment.get(50_000).is_none());
}

#[test]
fn records_that_do_not_ascend_are_refused() {
    let records = [record("b", 1), record("a", 2)];
    let built = build(
        records
            .iter()
            .map(|record| (record.as_ref(), record.value.as_bytes())),
    );
    assert_eq!(built.err(), Some(crate::batch::CodecError::Unordered));
}

#[test]
fn a_merge_keeps_live_rows_and_drops_those_that_died_meanwhile() {
    let mut left = SegmentView::new(Arc::new(segment(&[record("a", 1), record("c", 1)])));
    let right = SegmentView::new(Arc::new(segment(&[record("b", 2), record("c", 2)])));
    assert!(left.kill("c"));
    let merged = Merge {
        inputs: vec![left.clone(), right.clone()],
    }
    .run()
    .unwrap();
    let mut now = right;
    assert!(now.kill("b"));
    let view = merged.into_view(&[left, now]);
    assert_eq!(view.live_len(), 2);
    assert!(view.find_live("b").is_none());
    let row = view.find_live("c").unwrap();
    assert_eq!(view.segment.record(row), Some(record("c", 2)));
}

#[test]
fn a_mostly_dead_segment_is_merged_without_older_ones() {
    let view = |first: i64, len: i64| {
        let records = (first..first + len).map(|n| record(&format!("k{n:06}"), n));
        SegmentView::new(Arc::new(segment(&records.collect::<Vec<_>>())))
    };
    let mut views = vec![view(0, 30_000), view(30_000, 9_000), view(40_000, 10)];
    assert!(Merge::plan(&views).is_none());
    for n in 30_000..35_000 {
        assert!(views[1].kill(&format!("k{n:06}")));
    }
    let merge = Merge::plan(&views).unwrap();
    assert!(Arc::ptr_eq(&merge.inputs[0].segment, &views[1].segment));
    let merged = merge.run().unwrap().into_view(&views[1..]);
    assert_eq!(merged.live_len(), 4_010);
    assert_eq!(merged.segment.key(0), Some("k035000"));
    assert_eq!(merged.segment.key(4_009), Some("k040009"));
}

#[test]
fn four_segments_of_a_size_are_merged_including_those_merged_before() {
    let planned = |lens: &[i64]| {
        let mut first = 0;
        let views: Vec<_> = lens
            .iter()
            .map(|len| {
                let records = (first..first + len).map(|n| record(&format!("k{n:06}"), n));
                first += len;
                SegmentView::new(Arc::new(segment(&records.collect::<Vec<_>>())))
            })
            .collect();
        Merge::plan(&views).map(|merge| merge.inputs.len())
    };
    assert_eq!(planned(&[]), None);
    assert_eq!(planned(&[50_000]), None);
    assert_eq!(planned(&[50_000, 256, 256, 256]), None);
    assert_eq!(planned(&[50_000, 256, 256, 256, 256]), Some(4));
    // Small segments count as one size.
    assert_eq!(planned(&[50_000, 1, 256, 90, 200]), Some(4));
    // Merged, they are the fourth segment of a thousand rows; merged again, of four thousand.
    assert_eq!(planned(&[50_000, 900, 1_000, 256, 256, 256, 256]), Some(4));
    assert_eq!(
        planned(&[50_000, 900, 1_000, 1_100, 256, 256, 256, 256]),
        Some(7)
    );
    let twice = [
        50_000, 4_000, 5_000, 4_000, 900, 1_000, 1_100, 256, 256, 256, 256,
    ];
    assert_eq!(planned(&twice), Some(10));
    // A segment that is smaller than newer ones is merged with them.
    assert_eq!(planned(&[50_000, 256, 1_000, 1_000, 1_000]), Some(4));
}

proptest! {
    #[test]
    fn rank_and_select_agree_with_counting(
        len in 1_u32..40_000,
        rows in prop::collection::btree_set(0_u32..40_000, 0..300),
        probe in 0_u32..40_001,
    ) {
        let mut bitmap = Bitmap::new(len);
        for row in &rows {
            bitmap.insert(*row);
        }
        let unmarked: Vec<_> = (0..len).filter(|row| !rows.contains(row)).collect();
        prop_assert_eq!(bitmap.count() as usize, len as usize - unmarked.len());
        let before = unmarked.iter().filter(|row| **row < probe).count();
        prop_assert_eq!(bitmap.unmarked_before(probe) as usize, before);
        prop_assert_eq!(bitmap.nth_unmarked(probe), unmarked.get(probe as usize).copied());
    }

    /// Runs of marked rows, as after deleting or expiring many, some of them unmarked again.
    #[test]
    fn the_next_unmarked_row_is_found_after_any_run(
        len in 1_u32..120_000,
        runs in prop::collection::vec((0_u32..120_000, 1_u32..60_000), 0..6),
        back in prop::collection::vec(0_u32..120_000, 0..4),
        probes in prop::collection::vec(0_u32..120_001, 1..20),
    ) {
        let mut bitmap = Bitmap::new(len);
        let mut marked = vec![false; len as usize];
        for (start, rows) in runs {
            for row in start..start + rows {
                bitmap.insert(row);
                if let Some(marked) = marked.get_mut(row as usize) {
                    *marked = true;
                }
            }
        }
        let whole = bitmap.clone();
        for row in back {
            bitmap.remove(row);
            if let Some(marked) = marked.get_mut(row as usize) {
                *marked = false;
            }
        }
        let expected = |row: u32| {
            let rest = marked.iter().skip(row as usize);
            rest.take_while(|marked| **marked).count() as u32 + row.min(len)
        };
        for probe in probes {
            prop_assert_eq!(bitmap.next_unmarked(probe), expected(probe));
        }
        prop_assert_eq!(bitmap.count() as usize, marked.iter().filter(|marked| **marked).count());
        let taken = whole.marked_since(&bitmap).collect::<Vec<_>>();
        prop_assert!(taken.iter().all(|row| whole.contains(*row) && !bitmap.contains(*row)));
        prop_assert_eq!(taken.len() as u32, whole.count() - bitmap.count());
    }

    #[test]
    fn a_copy_does_not_change_and_newly_marked_rows_are_listed(
        len in 1_u32..40_000,
        rows in prop::collection::btree_set(0_u32..40_000, 0..300),
        since in prop::collection::btree_set(0_u32..40_000, 0..30),
        part in 0_u32..600,
    ) {
        let mut bitmap = Bitmap::new(len);
        for row in &rows {
            bitmap.insert(*row);
        }
        let before = bitmap.clone();
        for row in &since {
            bitmap.insert(*row);
        }
        let is_new = |row: &u32| *row < len && !rows.contains(row);
        let new: Vec<_> = since.iter().copied().filter(is_new).collect();
        prop_assert_eq!(bitmap.marked_since(&before).collect::<Vec<_>>(), new);
        let range = (part * 64).min(len)..len.min(part * 64 + 20_000);
        let unmarked = before.unmarked_in(range.clone());
        prop_assert_eq!(unmarked.rows() as usize, range.len());
        for row in range.clone() {
            prop_assert_eq!(unmarked.contains(row - range.start), !rows.contains(&row));
            prop_assert_eq!(before.contains(row), rows.contains(&row));
        }
    }
}

#[test]
fn rows_far_apart_are_counted_and_found() {
    let len = 5 << 20;
    let mut bitmap = Bitmap::new(len);
    let marked: Vec<u32> = (0..len).step_by(70_001).collect();
    for row in &marked {
        bitmap.insert(*row);
    }
    for (index, row) in (0..).zip(&marked) {
        assert_eq!(bitmap.unmarked_before(*row), row - index);
        assert_eq!(bitmap.nth_unmarked(row - index), Some(row + 1));
    }
    assert_eq!(bitmap.nth_unmarked(len - bitmap.count() - 1), Some(len - 1));
    assert_eq!(bitmap.nth_unmarked(len - bitmap.count()), None);
}

#[test]
fn a_segment_whose_rows_are_all_marked_has_no_next_row() {
    for len in [
        2,
        64,
        16_384,
        16_385,
        1 << 20,
        (1 << 20) + 1,
        (2 << 20) + 70,
    ] {
        let mut bitmap = Bitmap::new(len);
        for row in 0..len {
            bitmap.insert(row);
        }
        assert_eq!(bitmap.next_unmarked(0), len);
        assert_eq!(bitmap.next_unmarked(len - 1), len);
        bitmap.remove(len - 1);
        assert_eq!(bitmap.next_unmarked(0), len - 1);
        bitmap.remove(0);
        assert_eq!(bitmap.next_unmarked(0), 0);
        assert_eq!(bitmap.next_unmarked(1), len - 1);
    }
}
