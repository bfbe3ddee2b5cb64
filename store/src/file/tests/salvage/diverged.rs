//! Frames of a copy that was changed separately: same key and numbers, different history.
use bytes::Bytes;

use super::noise;
use crate::file::{
    Control, HistoryBreak, Rescued, SalvageMode,
    repair::salvage::salvage_with,
    tests::{Fixture, damage::frames},
};

/// Frames before the journal: META, one chunk, the end of the checkpoint.
const CHECKPOINT: usize = 3;
const COMMON: u64 = 5;

/// Two copies of one file: five transactions in common, then others in each.
struct Copies {
    fixture: Fixture,
    left: Vec<u8>,
    right: Vec<u8>,
}

fn payload(name: u64, number: u64) -> Bytes {
    noise(name * 1000 + number, 200)
}

fn copies(left: u64, right: u64) -> Copies {
    let (fixture, mut file) = Fixture::create_with_chunks(&[Bytes::from_static(b"chunk")]);
    for number in 1..=COMMON {
        file.append(&[payload(0, number)]).unwrap();
    }
    drop(file);
    let changed = |name: u64, count: u64| {
        let copy = fixture.with_content(fixture.content());
        let mut file = copy.open().file;
        for number in COMMON + 1..=COMMON + count {
            file.append(&[payload(name, number)]).unwrap();
        }
        drop(file);
        copy.content()
    };
    let (left, right) = (changed(1, left), changed(2, right));
    Copies {
        fixture,
        left,
        right,
    }
}

impl Copies {
    fn salvage(&self, content: Vec<u8>, mode: SalvageMode) -> Rescued {
        let file = self.fixture.with_content(content);
        let key = |_: &_, _: &_| Ok(self.fixture.dek.clone());
        salvage_with(&file.vfs, &file.path, mode, &Control::default(), &key).unwrap()
    }

    /// The left copy up to the frame of a transaction, the right one from there on.
    fn mixed(&self, from: u64) -> (Vec<u8>, u64) {
        let frame = frame_of(from);
        let at = frames(&self.left)[frame].start;
        assert_eq!(at, frames(&self.right)[frame].start);
        let mut content = self.left[..at].to_vec();
        content.extend_from_slice(&self.right[at..]);
        (content, at as u64)
    }
}

fn frame_of(transaction: u64) -> usize {
    CHECKPOINT + transaction as usize - 1
}

/// The copies whose transactions were salvaged: 0 for common ones, 1 left, 2 right.
fn whose(rescued: &Rescued) -> Vec<(u64, u64)> {
    rescued
        .transactions
        .iter()
        .map(|(number, bytes)| {
            let of = |name: &u64| *bytes == payload(*name, *number);
            (*number, (0..3).find(of).unwrap())
        })
        .collect()
}

fn expected(parts: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let numbers = 1..;
    let names = parts
        .iter()
        .flat_map(|(name, count)| std::iter::repeat_n(*name, *count as usize));
    numbers.zip(names).collect()
}

#[test]
fn a_frame_that_does_not_follow_the_one_before_it_ends_the_consistent_prefix_and_is_named() {
    let copies = copies(6, 6);
    let (content, at) = copies.mixed(8);
    let rescued = copies.salvage(content.clone(), SalvageMode::ConsistentPrefix);
    assert_eq!(whose(&rescued), expected(&[(0, 5), (1, 2)]));
    let report = &rescued.report;
    let broken = HistoryBreak {
        offset: at,
        seq: frame_of(8) as u64,
    };
    assert_eq!(
        (report.history_breaks, &report.breaks[..]),
        (1, &[broken][..])
    );
    assert_eq!(report.left_out_transactions, 4);
    assert_eq!((report.lost_frames, report.other_frames), (0, 0));
    assert!(!report.is_complete());
    assert!(
        broken
            .to_string()
            .starts_with(&format!("byte {at} (frame 10): does not follow"))
    );

    let rescued = copies.salvage(content, SalvageMode::Everything);
    assert_eq!(whose(&rescued), expected(&[(0, 5), (1, 2), (2, 4)]));
    assert_eq!(rescued.report.history_breaks, 1);
    assert!(!rescued.report.is_complete());
}

#[test]
fn frames_that_follow_from_the_point_where_the_copies_part_are_one_history() {
    let copies = copies(6, 6);
    let (content, _) = copies.mixed(6);
    let rescued = copies.salvage(content, SalvageMode::ConsistentPrefix);
    assert_eq!(whose(&rescued), expected(&[(0, 5), (2, 6)]));
    assert!(rescued.report.is_complete(), "{:?}", rescued.report);
}

#[test]
fn of_two_histories_in_one_file_the_longer_one_is_taken_whole() {
    for (left, right, taken, others) in [(3, 6, (2, 6), 3), (6, 3, (1, 6), 3), (4, 4, (1, 4), 4)] {
        let copies = copies(left, right);
        // The left copy is followed by what the right one appended.
        let mut content = copies.left.clone();
        let start = frames(&copies.right)[frame_of(6)].start;
        content.extend_from_slice(&copies.right[start..]);
        for mode in [SalvageMode::ConsistentPrefix, SalvageMode::Everything] {
            let rescued = copies.salvage(content.clone(), mode);
            assert_eq!(whose(&rescued), expected(&[(0, 5), taken]));
            let report = &rescued.report;
            assert_eq!((report.other_frames, report.history_breaks), (others, 0));
            assert!(!report.is_complete());
        }
    }
}

#[test]
fn behind_a_lost_frame_of_the_journal_nothing_is_taken_for_the_same_history() {
    let copies = copies(6, 6);
    let (mut content, _) = copies.mixed(8);
    // The frame that would show that the parts do not belong together.
    content[frames(&copies.left)[frame_of(8)].clone()].fill(0);
    let rescued = copies.salvage(content, SalvageMode::ConsistentPrefix);
    assert_eq!(whose(&rescued), expected(&[(0, 5), (1, 2)]));
    assert_eq!(rescued.report.left_out_transactions, 3);

    // Nor where the lost frame held no transaction.
    let (fixture, mut file) = Fixture::create_with_chunks(&[Bytes::from_static(b"chunk")]);
    file.append(&[payload(0, 1)]).unwrap();
    file.close().unwrap();
    let mut file = fixture.open().file;
    file.append(&[payload(0, 2)]).unwrap();
    drop(file);
    let mut content = fixture.content();
    content[frames(&fixture.content())[CHECKPOINT + 1].clone()].fill(0);
    let both = Copies {
        fixture,
        left: Vec::new(),
        right: Vec::new(),
    };
    let rescued = both.salvage(content.clone(), SalvageMode::ConsistentPrefix);
    assert_eq!(whose(&rescued), expected(&[(0, 1)]));
    assert_eq!(rescued.report.left_out_transactions, 1);
    let rescued = both.salvage(content, SalvageMode::Everything);
    assert_eq!(whose(&rescued), expected(&[(0, 2)]));
}

#[test]
fn the_parts_of_a_transaction_are_never_of_two_histories() {
    let part = 1 << 20;
    let (fixture, mut file) = Fixture::create_with_chunks(&[Bytes::from_static(b"chunk")]);
    file.append(&[payload(0, 1)]).unwrap();
    drop(file);
    let content = |name: u64| {
        let copy = fixture.with_content(fixture.content());
        let mut file = copy.open().file;
        let large: Bytes = (0..2).flat_map(|_| noise(name, part)).collect();
        file.append(&[large]).unwrap();
        drop(file);
        copy.content()
    };
    let (left, right) = (content(1), content(2));
    let second_part = frames(&left).pop().unwrap();
    let mut mixed = left;
    mixed[second_part.clone()].copy_from_slice(&right[second_part]);
    let copies = Copies {
        fixture,
        left: Vec::new(),
        right: Vec::new(),
    };
    for mode in [SalvageMode::ConsistentPrefix, SalvageMode::Everything] {
        let rescued = copies.salvage(mixed.clone(), mode);
        assert_eq!(whose(&rescued), expected(&[(0, 1)]));
        assert_eq!(rescued.report.history_breaks, 1);
        assert_eq!(rescued.report.lost_transactions, 1);
    }
}
