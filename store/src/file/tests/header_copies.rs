//! Header copies written by someone without the key, and the bytes next to them.
use std::sync::Arc;

use super::{CHEAP, Fixture, credentials};
use crate::file::{
    Control, FileOpenOptions, FindingKind, KdfLimits, OpenError, PasswordChange, StoreFile,
    VerifyDepth, VerifyReport,
    format::header::{COPY_B, HEADER_LEN},
    keys::seal::sha256,
    repair::verify::verify_with,
};

/// A file with one transaction.
fn sample() -> Fixture {
    let (fixture, mut file) = Fixture::create();
    file.append(&super::payloads(&["kept"])).unwrap();
    file.close().unwrap();
    fixture
}

fn verify(fixture: &Fixture) -> VerifyReport {
    let control = Control::default();
    verify_with(
        &fixture.vfs,
        &fixture.path,
        VerifyDepth::Full,
        &control,
        &|_| Ok(fixture.dek.clone()),
        &mut (),
    )
    .unwrap()
}

fn open(fixture: &Fixture, password: &str, read_only: bool) -> Result<StoreFile, OpenError> {
    let options = FileOpenOptions {
        read_only,
        ..FileOpenOptions::default()
    };
    StoreFile::open(
        Arc::new(fixture.vfs.clone()),
        &fixture.path,
        &credentials(password),
        &options,
        &Control::default(),
    )
    .map(|opened| opened.file)
}

/// A copy with a correct checksum, as anyone can make it.
fn forge(content: &mut [u8], at: usize, change: impl FnOnce(&mut [u8])) {
    change(&mut content[at..at + HEADER_LEN]);
    let sha = sha256(&content[at..at + HEADER_LEN - 32]);
    content[at + HEADER_LEN - 32..at + HEADER_LEN].copy_from_slice(&sha);
}

#[test]
fn a_flipped_bit_between_the_headers_keeps_nobody_out_and_is_named() {
    let sample = sample();
    let content = sample.content();
    for at in [0x1000, 0x2345, 0x3FFF, 0x5000, 0x7FFF] {
        for bit in [0, 7] {
            let mut changed = content.clone();
            changed[at] ^= 1 << bit;
            let damaged = sample.with_content(changed.clone());
            let report = verify(&damaged);
            let found: Vec<_> = report
                .findings
                .iter()
                .map(|found| (found.offset, found.kind.clone()))
                .collect();
            assert_eq!(found, [(at as u64, FindingKind::Padding)]);
            assert!(report.is_intact());

            let opened = damaged.read().unwrap();
            assert_eq!(opened.transactions, super::payloads(&["kept"]));
            assert_eq!(damaged.content(), changed);
            let opened = damaged.open();
            assert!(opened.report.healed_header);
            assert_eq!(opened.transactions, super::payloads(&["kept"]));
            drop(opened);
            assert_eq!(verify(&damaged).findings, []);
        }
    }
}

#[test]
fn a_forged_copy_with_a_higher_epoch_does_not_count() {
    let sample = sample();
    for at in [0, COPY_B as usize] {
        let epoch: fn(&mut [u8]) = |copy| copy[56] = 200;
        let generation: fn(&mut [u8]) = |copy| copy[48] = 200;
        let slots: fn(&mut [u8]) = |copy| {
            copy[56] = 200;
            copy[256..512].fill(0);
        };
        let cost: fn(&mut [u8]) = |copy| {
            copy[56] = 200;
            copy[256 + 8] = 0xFF;
            copy[256 + 9] = 0xFF;
        };
        let store: fn(&mut [u8]) = |copy| {
            copy[56] = 200;
            copy[32] ^= 1;
        };
        for change in [epoch, generation, slots, cost, store] {
            let mut content = sample.content();
            forge(&mut content, at, change);
            let forged = sample.with_content(content);
            assert!(open(&forged, "secret", true).is_ok());
            assert!(open(&forged, "wrong", true).is_err());
            let report = crate::file::verify(
                &forged.vfs,
                &forged.path,
                &credentials("secret"),
                VerifyDepth::Full,
                &KdfLimits::default(),
                &Control::default(),
            )
            .unwrap();
            let found: Vec<_> = report
                .findings
                .iter()
                .map(|found| (found.offset, found.kind.clone()))
                .collect();
            assert_eq!(found, [(at as u64, FindingKind::HeaderCopy)]);

            // Opening for writing replaces it by the good one.
            assert_eq!(
                open(&forged, "secret", false).unwrap().stats().header_epoch,
                1
            );
            assert_eq!(verify(&forged).findings, []);
        }
    }
}

#[test]
fn two_forged_copies_open_nothing() {
    let sample = sample();
    let mut content = sample.content();
    for at in [0, COPY_B as usize] {
        forge(&mut content, at, |copy| copy[56] = 200);
    }
    let forged = sample.with_content(content);
    let result = open(&forged, "secret", false);
    assert!(
        matches!(result, Err(OpenError::HeaderTampered)),
        "{result:?}"
    );
}

#[test]
fn a_password_that_was_replaced_stays_replaced_when_only_one_copy_says_so() {
    let sample = sample();
    let old = sample.content();
    let mut file = open(&sample, "secret", false).unwrap();
    let change = PasswordChange {
        kdf: CHEAP,
        ..PasswordChange::default()
    };
    let control = Control::default();
    file.change_password(
        &credentials("secret"),
        &credentials("better"),
        &change,
        &control,
    )
    .unwrap();
    drop(file);
    // As after a power failure between the copies: B is new, A is the old one, and genuine.
    let mut content = old;
    let new = sample.content();
    content[COPY_B as usize..COPY_B as usize + HEADER_LEN]
        .copy_from_slice(&new[COPY_B as usize..COPY_B as usize + HEADER_LEN]);
    let between = sample.with_content(content);
    let result = open(&between, "secret", false);
    assert!(
        matches!(result, Err(OpenError::WrongPassword)),
        "{result:?}"
    );
    open(&between, "better", false).unwrap();
}
