//! Whole ranges lost, inserted or zeroed, and files assembled from parts of others.
use std::ops::Range;

use rayon::prelude::*;

use super::{
    CHEAP, Fixture,
    damage::{SNAPSHOT_FRAMES, TRANSACTIONS, frames, sample, transactions},
    payloads,
};
use crate::file::{
    Control, OpenError, Opened, PasswordChange,
    format::header::{COPY_B, DATA_OFFSET, HEADER_LEN},
    tests::credentials,
};

/// The result is a prefix of what was written; missing data is reported unless no trace of it is
/// left.
fn check(
    result: &Result<Opened, OpenError>,
    last: Range<usize>,
    touched: Range<usize>,
    story: &str,
) {
    let Ok(opened) = result else { return };
    let found = transactions(opened);
    assert_eq!(opened.chunks.len(), 2, "{story}");
    assert!(TRANSACTIONS.starts_with(&found), "{story}: {found:?}");
    if found.len() < TRANSACTIONS.len() {
        // While it exists, the mark of the clean close proves all transactions before it.
        assert!(touched.end > last.start, "{story}: a loss was not told");
    }
}

fn damage_ranges(change: impl Fn(&mut Vec<u8>, Range<usize>) + Sync) {
    let fixture = sample(true);
    let content = fixture.content();
    let last = frames(&content).pop().unwrap();
    let start = DATA_OFFSET as usize - 100;
    (start..content.len()).into_par_iter().for_each(|at| {
        for len in [1, 7, 64, 144, 700, 5000] {
            let touched = at..(at + len).min(content.len());
            let mut damaged = content.clone();
            change(&mut damaged, touched.clone());
            if damaged == content {
                continue;
            }
            let story = format!("{touched:?}");
            check(
                &fixture.with_content(damaged).read(),
                last.clone(),
                touched,
                &story,
            );
        }
    });
}

#[test]
fn a_range_of_zeros_anywhere_is_told() {
    damage_ranges(|content, range| content[range].fill(0));
}

#[test]
fn a_range_that_is_missing_anywhere_is_told() {
    damage_ranges(|content, range| drop(content.drain(range)));
}

#[test]
fn bytes_that_were_inserted_anywhere_are_told() {
    damage_ranges(|content, range| {
        let noise = range.clone().map(|at| ((at * 31) >> 2) as u8);
        drop(content.splice(range.start..range.start, noise.collect::<Vec<_>>()));
    });
}

#[test]
fn bytes_that_were_repeated_anywhere_are_told() {
    damage_ranges(|content, range| {
        let copy = content[range.clone()].to_vec();
        drop(content.splice(range.start..range.start, copy));
    });
}

fn compact(fixture: &Fixture) {
    let mut file = fixture.open().file;
    let compaction = file.begin_compaction().unwrap();
    let chunks = payloads(&["first", "second"]).into_iter();
    let compacted = compaction.write(chunks, 2, &Control::default()).unwrap();
    file.finish_compaction(compacted).unwrap();
    file.append(&payloads(&["after"])).unwrap();
    file.close().unwrap();
}

/// Every beginning of one file with every end of another, cut between frames.
fn spliced(left: &[u8], right: &[u8]) -> Vec<(usize, usize, Vec<u8>)> {
    let mut files = Vec::new();
    for head in frames(left) {
        for tail in frames(right) {
            let mut file = left[..head.end].to_vec();
            file.extend_from_slice(&right[tail.start..]);
            files.push((head.end, tail.start, file));
        }
    }
    files
}

#[test]
fn the_end_of_another_generation_or_store_never_counts() {
    let fixture = sample(true);
    let old = fixture.content();
    compact(&fixture);
    let new = fixture.content();
    let other_store = sample(true).content();
    for (left, right) in [(&old, &new), (&new, &old), (&old, &other_store)] {
        let own = frames(left).len();
        for (head, tail, file) in spliced(left, right) {
            let story = format!("{head} bytes, then the other from {tail}");
            let whole = frames(left)
                .iter()
                .filter(|frame| frame.end <= head)
                .count();
            match fixture.with_content(file).read() {
                Ok(opened) => {
                    assert!(opened.report.torn_at.is_some(), "{story}");
                    assert!(whole <= own, "{story}");
                    let found = transactions(&opened);
                    let known = found
                        .iter()
                        .all(|text| TRANSACTIONS.contains(text) || *text == "after");
                    assert!(known && found.len() <= whole, "{story}: {found:?}");
                }
                Err(error) => drop(error),
            }
        }
    }
}

#[test]
fn of_copies_that_went_different_ways_only_one_way_is_read() {
    let fixture = sample(false);
    let left = fixture.with_content(fixture.content());
    let right = fixture.with_content(fixture.content());
    for (copy, words) in [
        (&left, ["left1", "left2", "left3"]),
        (&right, ["right", "rihgt", "rigth"]),
    ] {
        let mut file = copy.open().file;
        for word in words {
            file.append(&payloads(&[word])).unwrap();
        }
        file.close().unwrap();
    }
    for (head, tail, file) in spliced(&left.content(), &right.content()) {
        let Ok(opened) = fixture.with_content(file).read() else {
            continue;
        };
        let found = transactions(&opened);
        let ways = |way: &str| found.iter().any(|text| text.starts_with(way));
        let common = SNAPSHOT_FRAMES + TRANSACTIONS.len();
        let both = ways("left") && (ways("ri"));
        assert!(
            !both,
            "{head} {tail}: {found:?} of {common} frames in common"
        );
    }
}

#[test]
fn headers_of_another_time_over_the_data_are_told() {
    let fixture = sample(true);
    let first = fixture.content();
    let mut file = fixture.open().file;
    let change = PasswordChange {
        kdf: CHEAP,
        ..PasswordChange::default()
    };
    let (current, new) = (credentials("secret"), credentials("better"));
    file.change_password(&current, &new, &change, &Control::default())
        .unwrap();
    file.close().unwrap();
    let second = fixture.content();
    compact(&fixture);
    let third = fixture.content();

    let over = |headers: &[u8], data: &[u8]| {
        let start = DATA_OFFSET as usize;
        let mut file = headers[..start].to_vec();
        file.extend_from_slice(&data[start..]);
        fixture.with_content(file).read()
    };
    assert!(matches!(
        over(&first, &second),
        Err(OpenError::HeaderRollback { .. })
    ));
    for (headers, data) in [(&first, &third), (&second, &third), (&third, &second)] {
        let result = over(headers, data);
        assert!(matches!(result, Err(OpenError::Corrupt(_))), "{result:?}");
    }
    // A crash can leave one old and one new copy: the new one counts.
    for start in [0, COPY_B as usize] {
        let mut file = second.clone();
        file[start..start + HEADER_LEN].copy_from_slice(&first[start..start + HEADER_LEN]);
        let opened = fixture.with_content(file).read().unwrap();
        assert_eq!(opened.file.stats().header_epoch, 2);
    }
}
