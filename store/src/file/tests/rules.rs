//! Rules of the format that only a holder of the key, or a later version, could break.
use std::sync::Arc;

use bytes::Bytes;

use super::{CHEAP, Fixture, credentials, payloads};
use crate::file::{
    CompactError, Control, CorruptKind, FileCreateOptions, FileOpenOptions, OpenError,
    PasswordChange, StoreFile, VerifyDepth,
    disk::entropy::OsEntropy,
    format::{
        frame::{COMMIT, CTRL, Chain, FrameWriter, META, Padding, SNAP, TXN},
        header::{COPY_B, Copy, DATA_OFFSET, HEADER_LEN},
        pack,
    },
    keys::seal::sha256,
    repair::verify::verify_with,
    write::create::CommitAlign,
};

/// Appends one frame of any kind to a closed file.
fn with_frame(fixture: &Fixture, kind: u8, flags: u8, plain: Vec<u8>) -> Fixture {
    let opened = fixture.read().unwrap();
    let generation = &opened.file.generation;
    let chain = generation.chain;
    let durable = if matches!(kind, META | SNAP) {
        0
    } else {
        chain.seq
    };
    let mut writer = FrameWriter::new(&generation.cipher, &OsEntropy, chain, durable);
    writer.push(kind, flags, plain, Padding::Unit(16)).unwrap();
    let mut content = fixture.content();
    content.extend_from_slice(&writer.out);
    fixture.with_content(content)
}

fn sample() -> Fixture {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["one"])).unwrap();
    file.close().unwrap();
    fixture
}

fn corrupt_kind(fixture: &Fixture) -> CorruptKind {
    match fixture.read() {
        Err(OpenError::Corrupt(corruption)) => corruption.kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn genuine_frames_that_break_the_order_are_damage() {
    let sample = sample();
    let packed = |part, txn| pack::pack(b"x", part, txn).unwrap();
    for (kind, flags, plain) in [
        (META, 0, packed(0, 0)),
        (SNAP, 0, packed(2, 0)),
        (TXN, COMMIT, packed(0, 1)),
        (TXN, COMMIT, packed(0, 3)),
        (TXN, COMMIT, packed(1, 2)),
    ] {
        let found = corrupt_kind(&with_frame(&sample, kind, flags, plain));
        assert_eq!(found, CorruptKind::TxnOrder, "kind {kind}");
    }
    assert_eq!(
        corrupt_kind(&with_frame(&sample, CTRL, 0, packed(0, 0))),
        CorruptKind::Inner
    );
}

#[test]
fn a_note_inside_a_transaction_is_damage() {
    let unfinished = with_frame(&sample(), TXN, 0, pack::pack(b"x", 0, 2).unwrap());
    let opened = unfinished.read().unwrap();
    assert_eq!(
        (
            opened.transactions.len(),
            opened.report.discarded_uncommitted
        ),
        (1, 1)
    );

    let base = sample();
    let opened = base.read().unwrap();
    let generation = &opened.file.generation;
    let mut writer = FrameWriter::new(
        &generation.cipher,
        &OsEntropy,
        generation.chain,
        generation.chain.seq,
    );
    writer
        .push(TXN, 0, pack::pack(b"x", 0, 2).unwrap(), Padding::Unit(16))
        .unwrap();
    let close = crate::file::format::meta::Ctrl::Close.encode();
    writer
        .push(
            CTRL,
            0,
            pack::pack(&close, 0, 0).unwrap(),
            Padding::Unit(16),
        )
        .unwrap();
    let mut content = base.content();
    content.extend_from_slice(&writer.out);
    assert_eq!(
        corrupt_kind(&base.with_content(content)),
        CorruptKind::TxnOrder
    );
}

#[test]
fn an_unknown_frame_is_skipped_only_if_it_says_so() {
    let skipped = with_frame(&sample(), 0x85, 0, pack::pack(b"later", 0, 0).unwrap());
    let mut opened = skipped.open();
    assert_eq!(opened.report.skipped_frames, 1);
    assert_eq!(opened.transactions, payloads(&["one"]));
    opened.file.append(&payloads(&["two"])).unwrap();
    let refused = opened.file.begin_compaction();
    assert!(matches!(refused, Err(CompactError::WouldDropUnknownFrames)));

    let required = with_frame(&sample(), 6, 0, pack::pack(b"later", 0, 0).unwrap());
    assert!(matches!(
        required.read(),
        Err(OpenError::UnsupportedVersion { major: 1, .. })
    ));
}

/// Changes both header copies and corrects their checksums, but not their MACs.
fn with_header_bytes(fixture: &Fixture, change: impl Fn(&mut [u8])) -> Fixture {
    let mut content = fixture.content();
    for start in [0, COPY_B as usize] {
        let header = &mut content[start..start + HEADER_LEN];
        change(header);
        let sha = sha256(&header[..4064]);
        header[4064..].copy_from_slice(&sha);
    }
    fixture.with_content(content)
}

#[test]
fn a_header_changed_without_the_key_is_told() {
    let sample = sample();
    for at in [24, 28 + 4, 64, 96, 256 + 64] {
        let changed = with_header_bytes(&sample, |header| header[at] ^= 1);
        assert!(
            matches!(changed.read(), Err(OpenError::HeaderTampered)),
            "byte {at}"
        );
    }
}

#[test]
fn reserved_bytes_of_the_header_must_be_zero() {
    let sample = sample();
    for at in [29, 140, 255, 2304, 4031] {
        let changed = with_header_bytes(&sample, |header| header[at] ^= 1);
        assert!(
            matches!(changed.read(), Err(OpenError::HeaderCorrupt)),
            "byte {at}"
        );
    }
}

#[test]
fn a_later_version_is_told_before_any_password() {
    let sample = sample();
    let newer = with_header_bytes(&sample, |header| header[8] = 2);
    assert!(matches!(
        newer.read(),
        Err(OpenError::UnsupportedVersion { major: 2, .. })
    ));
    let feature = with_header_bytes(&sample, |header| header[16] = 4);
    assert!(matches!(
        feature.read(),
        Err(OpenError::UnsupportedVersion {
            major: 1,
            unknown_features: 4,
            ..
        })
    ));
}

#[test]
fn a_feature_that_only_forbids_writing_opens_read_only() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["one"])).unwrap();
    let mut header = file.generation.header.clone();
    header.ro_compat = 1;
    let key = file.dek.header_key(&header.store_id);
    drop(file);
    let mut content = fixture.content();
    for copy in [Copy::A, Copy::B] {
        let start = copy.offset() as usize;
        content[start..start + HEADER_LEN].copy_from_slice(&header.encode(copy, &key));
    }
    let later = fixture.with_content(content.clone());
    let mut opened = later.open();
    assert!(opened.report.read_only && opened.file.is_read_only());
    assert_eq!(opened.transactions, payloads(&["one"]));
    assert!(opened.file.append(&payloads(&["two"])).is_err());
    assert_eq!(later.content(), content);
}

#[test]
fn a_hostile_cost_is_refused_before_anything_is_spent() {
    let sample = sample();
    let hostile = with_header_bytes(&sample, |header| {
        header[256 + 4..256 + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    });
    let result = StoreFile::open(
        Arc::new(hostile.vfs.clone()),
        &hostile.path,
        &credentials("secret"),
        &FileOpenOptions::default(),
        &Control::default(),
    );
    assert!(matches!(result, Err(OpenError::KdfTooExpensive(cost)) if cost.m_kib == u32::MAX));
}

#[test]
fn a_damaged_slot_is_not_a_wrong_password() {
    // The commitment still shows that the password is correct.
    let sample = with_header_bytes(&sample(), |header| header[256 + 130] ^= 1);
    let result = StoreFile::open(
        Arc::new(sample.vfs.clone()),
        &sample.path,
        &credentials("secret"),
        &FileOpenOptions::default(),
        &Control::default(),
    );
    assert!(matches!(result, Err(OpenError::SlotCorrupt { slot: 0 })));
}

#[test]
fn old_headers_over_newer_data_are_told() {
    let (fixture, mut file) = Fixture::create();
    let old = fixture.content();
    let change = PasswordChange {
        kdf: CHEAP,
        ..PasswordChange::default()
    };
    let (current, new) = (credentials("secret"), credentials("better"));
    file.change_password(&current, &new, &change, &Control::default())
        .unwrap();
    drop(file);
    let mut content = fixture.content();
    let start = DATA_OFFSET as usize;
    content[..start].copy_from_slice(&old[..start]);
    let result = fixture.with_content(content).read();
    assert!(matches!(
        result,
        Err(OpenError::HeaderRollback {
            header: 1,
            journal: 2
        })
    ));
}

#[test]
fn a_damaged_header_copy_is_written_again() {
    let sample = sample();
    for start in [0, COPY_B as usize] {
        let intact = sample.content();
        let mut content = intact.clone();
        content[start..start + 600].fill(0xEE);
        let damaged = sample.with_content(content);
        let opened = damaged.open();
        assert!(opened.report.healed_header);
        drop(opened);
        assert_eq!(damaged.content(), intact);
    }
}

#[test]
fn every_commit_ends_at_the_asked_alignment() {
    for (align, unit) in [(CommitAlign::Bytes512, 512), (CommitAlign::Bytes4096, 4096)] {
        let options = FileCreateOptions {
            commit_align: Some(align),
            ..FileCreateOptions::default()
        };
        let (fixture, mut file) = Fixture::create_with(&options);
        assert_eq!(fixture.content().len() % unit, 0);
        file.append(&payloads(&["a", "b"])).unwrap();
        assert_eq!(fixture.content().len() % unit, 0);
        drop(file);
        // It is a property of the file, not of the session.
        let mut opened = fixture.open();
        opened.file.append(&[Bytes::from(vec![1; 3000])]).unwrap();
        assert_eq!(fixture.content().len() % unit, 0);
        opened.file.close().unwrap();
        assert_eq!(fixture.content().len() % unit, 0);
        assert_eq!(fixture.open().transactions.len(), 3);
    }
}

fn verified(fixture: &Fixture, depth: VerifyDepth) -> crate::file::VerifyReport {
    let control = Control::default();
    let unlock = |_: &_| Ok(fixture.dek.clone());
    verify_with(
        &fixture.vfs,
        &fixture.path,
        depth,
        &control,
        &unlock,
        &mut (),
    )
    .unwrap()
}

#[test]
fn verify_finds_nothing_in_a_good_file() {
    let sample = sample();
    let before = sample.content();
    for depth in [VerifyDepth::Quick, VerifyDepth::Full] {
        let report = verified(&sample, depth);
        assert_eq!(report.findings, []);
        assert_eq!(report.frames, 6);
    }
    let report = verified(&sample, VerifyDepth::Full);
    assert_eq!(
        (report.records_in_checkpoint, report.clean_close),
        (Some(7), Some(true))
    );
    assert_eq!(sample.content(), before);
}

#[test]
fn verify_finds_every_damaged_frame() {
    let sample = sample();
    let start = Chain::START.offset as usize;
    let mut content = sample.content();
    content[start + 90] ^= 1;
    let second = content.len() - 200;
    content[second] ^= 1;
    let report = verified(&sample.with_content(content), VerifyDepth::Full);
    let kinds: Vec<_> = report
        .findings
        .iter()
        .map(|finding| &finding.kind)
        .collect();
    let auth = &crate::file::FindingKind::Frame(CorruptKind::Auth);
    assert_eq!(kinds, [auth, auth]);
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.loss.is_some_and(|loss| loss.frames == Some(1)))
    );
    assert!(!report.is_intact());
}

#[test]
fn verify_estimates_what_is_lost_with_a_part_of_the_checkpoint() {
    let sample = sample();
    let frames = super::damage::frames(&sample.content());
    let mut content = sample.content();
    content[frames[1].start + 90] ^= 1;
    let damaged = sample.with_content(content);
    // Two chunks hold seven records.
    let loss = crate::file::Loss {
        bytes: frames[1].len() as u64,
        frames: Some(1),
        records: Some(3),
    };
    let [finding] = &verified(&damaged, VerifyDepth::Full).findings[..] else {
        panic!()
    };
    assert_eq!(finding.loss, Some(loss));
    assert!(finding.to_string().ends_with("lost, about 3 records)"));
    // Without decrypting frames, neither the records nor the damage of this one are known.
    assert_eq!(verified(&damaged, VerifyDepth::Quick).findings, []);
}

#[test]
fn an_open_file_is_verified_as_it_was_when_that_was_begun() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["first"])).unwrap();
    let begun = file.begin_verify().unwrap();
    file.append(&payloads(&["second"])).unwrap();
    let control = Control::default();
    let report = begun.run(VerifyDepth::Full, &control).unwrap();
    assert_eq!((report.findings.len(), report.frames), (0, 5));

    let mut content = fixture.content();
    let last = content.len() - 20;
    content[last] ^= 1;
    file.vfs
        .open(&fixture.path, crate::file::disk::vfs::Access::ReadWrite)
        .unwrap()
        .write_at(&content, 0)
        .unwrap();
    let begun = file.begin_verify().unwrap();
    let report = begun.run(VerifyDepth::Full, &control).unwrap();
    assert!(!report.findings.is_empty());
}

#[test]
fn verify_tells_a_torn_tail_from_a_cut_checkpoint() {
    let sample = sample();
    let content = sample.content();
    for depth in [VerifyDepth::Quick, VerifyDepth::Full] {
        let torn = sample.with_content(content[..content.len() - 9].to_vec());
        let report = verified(&torn, depth);
        assert!(matches!(
            report.findings[..],
            [crate::file::Finding {
                kind: crate::file::FindingKind::TornTail { .. },
                ..
            }]
        ));
        assert!(report.is_intact());
        let cut = sample.with_content(content[..DATA_OFFSET as usize + 300].to_vec());
        assert!(!verified(&cut, depth).is_intact(), "{depth:?}");
    }
}
