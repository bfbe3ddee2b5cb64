//! Frame headers that anyone can forge: whatever they claim, reading the file takes time linear in
//! its length, stops at a limit, and can be cancelled.
use std::{
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use super::{
    Fixture,
    damage::{TRANSACTIONS, sample, transactions},
    salvage::noise,
};
use crate::file::{
    Control, OpenError, SalvageMode,
    format::frame::{FRAME_HEADER_LEN, FrameHeader, TXN},
    read::mark_search::{DecryptionBudget, SearchError},
    repair::{
        salvage::{FileSalvageError, salvage_with},
        verify::{FindingKind, VerifyDepth, VerifyReport, verify_with},
    },
};

/// Number of bytes of forged headers after the genuine frames.
const FORGED: usize = 8 << 20;
/// Reading for all of them would take many times as long, unoptimised.
const SOON: Duration = Duration::from_secs(40);

fn head(seq: u64, ct_len: u32, durable_seq: u64, offset: u64) -> [u8; FRAME_HEADER_LEN] {
    let header = FrameHeader {
        kind: TXN,
        flags: 0,
        ct_len,
        seq,
        durable_seq,
        nonce: [0; 24],
        prev_tag: [0; 16],
        offset,
    };
    header.encode()
}

/// The sample with forged headers after a byte that breaks the chain. Each has its true position
/// and claims half of the remaining bytes.
fn forged(durable_seq: u64) -> Fixture {
    let sample = sample(true);
    let mut content = sample.content();
    content.extend_from_slice(b"broken");
    for number in 0..(FORGED / FRAME_HEADER_LEN) as u64 {
        let at = content.len() as u64;
        let head = head(1000 + number, FORGED as u32 / 2, durable_seq, at);
        content.extend_from_slice(&head);
    }
    content.extend_from_slice(&noise(1, FORGED / 2));
    sample.with_content(content)
}

fn verify(
    file: &Fixture,
    depth: VerifyDepth,
    control: &Control,
) -> Result<VerifyReport, OpenError> {
    let unlock = |_: &_| Ok(file.dek.clone());
    verify_with(&file.vfs, &file.path, depth, control, &unlock, &mut ())
}

#[test]
fn a_check_gives_up_on_forged_headers_and_says_so() {
    let file = forged(500);
    for depth in [VerifyDepth::Quick, VerifyDepth::Full] {
        let start = Instant::now();
        let report = verify(&file, depth, &Control::default()).unwrap();
        let kinds: Vec<_> = report.findings.iter().map(|found| &found.kind).collect();
        assert!(kinds.contains(&&FindingKind::GaveUp), "{kinds:?}");
        assert!(!report.is_intact());
        assert!(start.elapsed() < SOON, "{depth:?}: {:?}", start.elapsed());
    }
}

#[test]
fn opening_takes_so_many_forged_headers_for_damage() {
    let start = Instant::now();
    let result = forged(500).read();
    assert!(matches!(result, Err(OpenError::Corrupt(_))), "{result:?}");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn forged_headers_that_prove_nothing_are_not_even_read() {
    // They record that nothing was durable, so they are no evidence and cost nothing.
    let start = Instant::now();
    let opened = forged(0).read().unwrap();
    assert_eq!(transactions(&opened), TRANSACTIONS);
    assert!(opened.report.torn_at.is_some());
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn what_a_search_may_cost_is_paid_for_all_of_it_together() {
    let head = |ct_len| FrameHeader::parse(&head(1, ct_len, 0, 0)).unwrap();
    let len = 8 << 20;
    let mut budget = DecryptionBudget::for_file(len);
    let mut paid = 0;
    while budget.pay(&head(1 << 20), 1).is_ok() {
        paid += 1 << 20;
    }
    assert!(paid > 4 * len && paid < 4 * len + (300 << 20), "{paid}");
    assert!(matches!(
        budget.pay(&head(1 << 20), 1),
        Err(SearchError::GaveUp)
    ));
    // Trying several keys costs several times as much.
    let mut budget = DecryptionBudget::for_file(0);
    assert!(budget.pay(&head(64 << 20), 3).is_ok());
    assert!(budget.pay(&head(64 << 20), 3).is_err());
}

/// A control that stops at the report after this number of reports.
fn stopping_after(reports: u64) -> (Control, Arc<AtomicU64>) {
    let seen = Arc::new(AtomicU64::new(0));
    let flag = Arc::default();
    let (counter, stop) = (Arc::clone(&seen), Arc::clone(&flag));
    let control = Control::with_flag(flag, move |_| {
        if counter.fetch_add(1, Ordering::Relaxed) == reports {
            stop.store(true, Ordering::Relaxed);
        }
    });
    (control, seen)
}

#[test]
fn the_search_behind_damage_can_be_stopped_at_every_header() {
    let file = forged(500);
    // Reading the good frames reports a few times; then each forged header does.
    let reports = 40;
    let (control, seen) = stopping_after(reports);
    let result = verify(&file, VerifyDepth::Full, &control);
    assert!(matches!(result, Err(OpenError::Cancelled(_))), "{result:?}");
    assert_eq!(seen.load(Ordering::Relaxed), reports + 1);

    let (control, seen) = stopping_after(reports);
    let result = verify(&file, VerifyDepth::Quick, &control);
    assert!(matches!(result, Err(OpenError::Cancelled(_))), "{result:?}");
    assert_eq!(seen.load(Ordering::Relaxed), reports + 1);

    let (control, seen) = stopping_after(reports);
    let key = |_: &_, _: &_| Ok(file.dek.clone());
    let mode = SalvageMode::Everything;
    let result = salvage_with(&file.vfs, &file.path, mode, &control, &key);
    assert!(
        matches!(result, Err(FileSalvageError::Cancelled(_))),
        "{result:?}"
    );
    assert_eq!(seen.load(Ordering::Relaxed), reports + 1);
}
