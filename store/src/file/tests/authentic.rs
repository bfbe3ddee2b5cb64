//! Invalid files written by someone with the key: opening and a full check agree on
//! every one of them, since they decide by the same code.
use std::{cell::Cell, path::PathBuf, sync::Arc};

use bytes::Bytes;
use proptest::prelude::*;

use super::{CHEAP, mem_vfs::MemVfs};
use crate::{
    Cause, CreateOptions, Key, Millis, OpenOptions, Store, WriteBatch,
    file::{
        Control, Credentials, FindingKind, OpenError, OsEntropy, RecoveryKey, VerifyDepth,
        VerifyReport,
        format::{
            frame::{COMMIT, CTRL, Chain, FrameWriter, META, Padding, SNAP, SNAP_END, TXN},
            header::DATA_OFFSET,
            meta::{self, Ctrl, FileMeta, SnapEnd},
            pack,
        },
        keys::seal::FrameCipher,
        write::store_file::Generation,
    },
    value::{EncodedValue, Value},
};

/// One frame to be written, valid or invalid.
#[derive(Clone, Debug, PartialEq)]
struct Frame {
    kind: u8,
    flags: u8,
    part: u32,
    txn: u64,
    payload: Vec<u8>,
    durable: u64,
    /// False values in its header.
    seq_off_by: u64,
    offset_off_by: u64,
    link_is_wrong: bool,
    /// Written to the plaintext, `(place, value)`.
    patch: Option<(usize, u8)>,
}

impl Frame {
    fn new(kind: u8, flags: u8, part: u32, txn: u64, payload: &[u8]) -> Self {
        Self {
            kind,
            flags,
            part,
            txn,
            payload: payload.to_vec(),
            durable: 0,
            seq_off_by: 0,
            offset_off_by: 0,
            link_is_wrong: false,
            patch: None,
        }
    }
}

/// A store with a recovery key, which needs no expensive key derivation.
struct Sample {
    vfs: MemVfs,
    path: PathBuf,
    key: Credentials,
    headers: Vec<u8>,
    cipher: FrameCipher,
    frames: Vec<Frame>,
}

fn put(batch: &mut WriteBatch, key: &str, text: &str) {
    let value = Value::Map(vec![("text".to_owned(), Value::from(text))]);
    batch.put(
        Key::new(key).unwrap(),
        EncodedValue::encode(&value).unwrap(),
    );
}

fn sample() -> Sample {
    let (vfs, path) = (MemVfs::default(), PathBuf::from("/folder/data.vstore"));
    let key = Credentials::from(RecoveryKey::generate().unwrap());
    let options = CreateOptions {
        kdf: CHEAP,
        vfs: Arc::new(vfs.clone()),
        ..CreateOptions::default()
    };
    let control = Control::default();
    let (mut store, _) = Store::create(&path, &key, &options, &control).unwrap();
    let mut batch = WriteBatch::new(Cause::Edit);
    for number in 0..3000 {
        let text = format!("{number} {}", "text ".repeat(30));
        put(&mut batch, &format!("key {number:05}"), &text);
    }
    batch.set_setting(
        "delimiter",
        Some(EncodedValue::encode(&Value::from(":")).unwrap()),
    );
    batch.set_setting(
        "name",
        Some(EncodedValue::encode(&Value::from("x")).unwrap()),
    );
    store.commit(&batch).unwrap();
    store.compact(&control).unwrap();
    for number in 0..3 {
        let mut batch = WriteBatch::new(Cause::Edit);
        put(&mut batch, "key 00007", &format!("edited {number}"));
        batch.delete(Key::new(&format!("key 0000{number}")).unwrap());
        batch.set_expiry(
            Key::new("key 00009").unwrap(),
            Some(Millis(i64::MAX - number)),
        );
        store.commit(&batch).unwrap();
    }
    let cipher = store.file_for_tests().generation.cipher.clone();
    let chunks: Vec<Bytes> = store.snapshot().chunks().collect();
    assert!(chunks.len() > 2, "{}", chunks.len());
    let frames = frames_of(&store.file_for_tests().generation, &chunks);
    store.close().unwrap();
    let mut headers = vfs.content(&path);
    headers.truncate(DATA_OFFSET as usize);
    Sample {
        vfs,
        path,
        key,
        headers,
        cipher,
        frames,
    }
}

/// META, chunks, the end, three transactions, a note.
fn frames_of(generation: &Generation, chunks: &[Bytes]) -> Vec<Frame> {
    let description = FileMeta {
        base_txn: 0,
        ..generation.meta.clone()
    };
    let end = SnapEnd {
        chunks: chunks.len() as u64,
        records: generation.records,
        bytes: chunks.iter().map(|chunk| chunk.len() as u64).sum(),
    };
    let mut frames = vec![Frame::new(META, 0, 0, 0, &meta::encode(&description))];
    for (number, chunk) in (0..).zip(chunks) {
        frames.push(Frame::new(SNAP, 0, number, 0, chunk));
    }
    frames.push(Frame::new(SNAP_END, 0, 0, 0, &meta::encode(&end)));
    for (number, payload) in (1..).zip([DELETE, PUT, SETTING]) {
        frames.push(Frame::new(TXN, COMMIT, 0, number, payload));
    }
    frames.push(Frame::new(CTRL, 0, 0, 0, &Ctrl::Close.encode()));
    frames
}

const DELETE: &[u8] = b"\x91\x92\x02\xa9key 00010";
const PUT: &[u8] = b"\x91\x94\x01\xa3new\x81\xa1a\x01\x93\x01\x02\xc0";
const SETTING: &[u8] = b"\x91\x93\x04\xa4name\xa5value";
/// Payloads that are invalid in different ways.
const WRONG: [&[u8]; 12] = [
    // A duplicate name in a map.
    b"\x91\x94\x01\xa3new\x82\xa1a\x01\xa1a\x02\x93\x01\x02\xc0",
    // A key that is empty, that holds a control character.
    b"\x91\x94\x01\xa0\x01\x93\x01\x02\xc0",
    b"\x91\x94\x01\xa1\x07\x01\x93\x01\x02\xc0",
    // Times of a record that does not exist.
    b"\x91\x93\x03\xa4none\x93\x01\x02\x03",
    // An unknown op, bytes after the last one, an op too few.
    b"\x91\x93\x09\xa3new\x01",
    b"\x91\x92\x02\xa3new\x00",
    b"\x92\x92\x02\xa3new",
    // A setting without a name, a name that is no text.
    b"\x91\x93\x04\xa0\x01",
    b"\x91\x94\x01\xa3new\x81\x01\x01\x93\x01\x02\xc0",
    // No batch; nothing; text that is no UTF-8.
    b"hello",
    b"",
    b"\x91\x94\x01\xa3new\xa1\xff\x93\x01\x02\xc0",
];

impl Sample {
    /// The file with these frames, encrypted with its key.
    fn file(&self, frames: &[Frame]) -> Vec<u8> {
        let mut file = self.headers.clone();
        let mut chain = Chain::START;
        for frame in frames {
            let mut plain = pack::pack(&frame.payload, frame.part, frame.txn).unwrap();
            if let Some((place, value)) = frame.patch {
                let place = place % plain.len();
                plain[place] = value;
            }
            let positioned = Chain {
                seq: chain.seq.wrapping_add(frame.seq_off_by),
                offset: chain.offset.wrapping_add(frame.offset_off_by),
                prev_tag: chain
                    .prev_tag
                    .map(|byte| byte ^ u8::from(frame.link_is_wrong)),
            };
            let mut writer = FrameWriter::new(&self.cipher, &OsEntropy, positioned, frame.durable);
            writer
                .push(frame.kind, frame.flags, plain, Padding::Unit(16))
                .unwrap();
            file.extend_from_slice(&writer.out);
            chain = Chain {
                seq: chain.seq + 1,
                offset: file.len() as u64,
                prev_tag: writer.chain.prev_tag,
            };
        }
        file
    }

    fn options(&self) -> OpenOptions {
        OpenOptions {
            read_only: true,
            vfs: Arc::new(self.vfs.clone()),
            ..OpenOptions::default()
        }
    }

    fn open(&self, content: &[u8]) -> Result<(), OpenError> {
        self.vfs.put(&self.path, content.to_vec());
        let control = Control::default();
        Store::open(&self.path, &self.key, &self.options(), &control).map(drop)
    }

    fn verify(&self, depth: VerifyDepth) -> Result<VerifyReport, OpenError> {
        let control = Control::default();
        Store::verify(&self.path, &self.key, depth, &self.options(), &control)
    }

    /// Opens and checks a file; both must agree.
    fn check(&self, frames: &[Frame]) -> Verdict {
        let content = self.file(frames);
        let opened = self.open(&content);
        let checked = self.verify(VerifyDepth::Full);
        match (&opened, &checked) {
            (Ok(()), Ok(report)) if report.is_intact() => {}
            (Err(_), Ok(report)) if !report.is_intact() => {
                let wrong = report
                    .findings
                    .iter()
                    .filter(|found| !found.kind.is_harmless());
                for finding in wrong {
                    assert!(finding.offset <= content.len() as u64, "{finding}");
                    assert!(finding.to_string().starts_with("byte "), "{finding}");
                }
            }
            _ => panic!("opening: {opened:?}, a full check: {checked:?}, of {frames:?}"),
        }
        // A quick check examines less and must not fail.
        self.verify(VerifyDepth::Quick).unwrap();
        match checked {
            Ok(report) if report.is_intact() => Verdict::Intact,
            Ok(report) => Verdict::Refused(report),
            Err(_) => unreachable!("judged above"),
        }
    }
}

#[derive(Debug)]
enum Verdict {
    Intact,
    Refused(VerifyReport),
}

impl Verdict {
    fn kinds(&self) -> Vec<&FindingKind> {
        match self {
            Self::Intact => Vec::new(),
            Self::Refused(report) => report.findings.iter().map(|found| &found.kind).collect(),
        }
    }
}

#[test]
fn what_the_sample_is_made_of_opens() {
    let sample = sample();
    assert!(matches!(sample.check(&sample.frames), Verdict::Intact));
}

#[test]
fn content_that_opening_refuses_is_found_where_it_stands() {
    let sample = sample();
    let first = sample
        .frames
        .iter()
        .position(|frame| frame.kind == TXN)
        .unwrap();
    for wrong in WRONG {
        let mut frames = sample.frames.clone();
        frames[first + 1].payload = wrong.to_vec();
        let verdict = sample.check(&frames);
        let Verdict::Refused(report) = &verdict else {
            panic!("{wrong:?} is accepted")
        };
        let [finding] = &report.findings[..] else {
            panic!("{report:?}")
        };
        assert!(matches!(finding.kind, FindingKind::Content { .. }));
        let at = sample.file(&frames[..=first]).len() as u64;
        assert_eq!((finding.offset, finding.seq), (at, Some(first as u64 + 1)));
        // Opening names the same position.
        let error = sample.open(&sample.file(&frames)).unwrap_err();
        assert!(
            matches!(error, OpenError::Content { offset, seq, .. } if offset == at && seq == first as u64 + 1),
            "{error}"
        );
        // In the checkpoint, all of them are wrong as well.
        let mut frames = sample.frames.clone();
        let chunk = frames[2].payload.len();
        frames[2].payload = wrong.to_vec();
        let end = frames
            .iter_mut()
            .find(|frame| frame.kind == SNAP_END)
            .unwrap();
        let mut promised: SnapEnd = meta::decode(&end.payload).unwrap();
        promised.bytes = promised.bytes - chunk as u64 + wrong.len() as u64;
        end.payload = meta::encode(&promised).to_vec();
        let verdict = sample.check(&frames);
        assert!(
            matches!(verdict.kinds()[..], [FindingKind::Content { .. }]),
            "{wrong:?}: {verdict:?}"
        );
    }
}

#[test]
fn chunks_that_do_not_ascend_are_found() {
    let sample = sample();
    let mut frames = sample.frames.clone();
    let (first, second) = (frames[1].payload.clone(), frames[2].payload.clone());
    frames[1].payload = second;
    frames[2].payload = first;
    let verdict = sample.check(&frames);
    let Verdict::Refused(report) = verdict else {
        panic!()
    };
    assert_eq!(report.findings[0].seq, Some(2), "{report:?}");
    // Duplicate or unordered settings.
    let settings = frames.iter().rposition(|frame| frame.kind == SNAP).unwrap();
    for payload in [
        &b"\x92\x93\x04\xa1s\x01\x93\x04\xa1s\x02"[..],
        b"\x92\x93\x04\xa1t\x01\x93\x04\xa1s\x02",
    ] {
        let mut frames = sample.frames.clone();
        let before = frames[settings].payload.len() as u64;
        frames[settings].payload = payload.to_vec();
        let mut end: SnapEnd = meta::decode(&frames[settings + 1].payload).unwrap();
        end.bytes = end.bytes - before + payload.len() as u64;
        frames[settings + 1].payload = meta::encode(&end).to_vec();
        let verdict = sample.check(&frames);
        assert!(
            matches!(verdict.kinds()[..], [FindingKind::Content { .. }]),
            "{verdict:?}"
        );
    }
}

#[test]
fn frames_against_the_rules_are_no_torn_write() {
    let sample = sample();
    let last = sample.frames.len() - 1;
    let of_kind = |kind| {
        let mut frames = sample.frames.clone();
        frames[last] = Frame::new(kind, 0, 0, 0, b"\x80");
        sample.check(&frames)
    };
    // With a bit, a later version can allow others to skip its frames.
    assert!(matches!(of_kind(0x85), Verdict::Intact));
    assert!(matches!(
        of_kind(6).kinds()[..],
        [FindingKind::UnknownFrame]
    ));
    for kind in [META, SNAP, SNAP_END] {
        assert!(
            matches!(of_kind(kind).kinds()[..], [FindingKind::Frame(_)]),
            "{kind}"
        );
    }
    let changed = |change: &dyn Fn(&mut Frame)| {
        let mut frames = sample.frames.clone();
        change(&mut frames[last - 1]);
        sample.check(&frames)
    };
    // Another transaction than the next, a part that is not the first, a wrong codec, a note that
    // is none.
    assert!(matches!(
        changed(&|frame| frame.txn += 1),
        Verdict::Refused(_)
    ));
    assert!(matches!(
        changed(&|frame| frame.part = 1),
        Verdict::Refused(_)
    ));
    assert!(matches!(
        changed(&|frame| frame.patch = Some((0, 9))),
        Verdict::Refused(_)
    ));
    assert!(matches!(
        changed(&|frame| (frame.kind, frame.flags) = (CTRL, 0)),
        Verdict::Refused(_)
    ));
    // A gap in the numbers: the frames after it prove damage if they record that more frames were
    // durable than exist.
    assert!(matches!(
        changed(&|frame| (frame.seq_off_by, frame.durable) = (3, last as u64)),
        Verdict::Refused(_)
    ));
}

/// One change of the frames of a valid file.
#[derive(Clone, Debug)]
enum Mutation {
    Kind(usize, u8),
    Flags(usize),
    Part(usize, u32),
    Transaction(usize, u64),
    Payload(usize, usize),
    PayloadByte(usize, usize, u8),
    Plain(usize, usize, u8),
    Durable(usize, u64),
    Seq(usize, u64),
    Offset(usize, u64),
    Link(usize),
    Drop(usize),
    Twice(usize),
    Swap(usize, usize),
    Cut(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = || 0_usize..20;
    let kind = prop_oneof![1_u8..8, Just(0x85_u8), any::<u8>()];
    prop_oneof![
        (at(), kind).prop_map(|(at, kind)| Mutation::Kind(at, kind)),
        at().prop_map(Mutation::Flags),
        (at(), 0_u32..4).prop_map(|(at, part)| Mutation::Part(at, part)),
        (at(), prop_oneof![0_u64..6, any::<u64>()])
            .prop_map(|(at, txn)| Mutation::Transaction(at, txn)),
        (at(), 0..WRONG.len()).prop_map(|(at, payload)| Mutation::Payload(at, payload)),
        (at(), any::<usize>(), any::<u8>())
            .prop_map(|(at, place, byte)| Mutation::PayloadByte(at, place, byte)),
        (at(), 0_usize..40, any::<u8>())
            .prop_map(|(at, place, byte)| Mutation::Plain(at, place, byte)),
        (at(), 0_u64..12).prop_map(|(at, durable)| Mutation::Durable(at, durable)),
        (at(), 1_u64..4).prop_map(|(at, off)| Mutation::Seq(at, off)),
        (at(), 1_u64..400).prop_map(|(at, off)| Mutation::Offset(at, off)),
        at().prop_map(Mutation::Link),
        at().prop_map(Mutation::Drop),
        at().prop_map(Mutation::Twice),
        (at(), at()).prop_map(|(left, right)| Mutation::Swap(left, right)),
        at().prop_map(Mutation::Cut),
    ]
}

impl Mutation {
    fn apply(&self, frames: &mut Vec<Frame>) {
        let Some(last) = frames.len().checked_sub(1) else {
            return;
        };
        let at = |place: &usize| place % (last + 1);
        match self {
            Self::Kind(place, kind) => {
                let frame = &mut frames[at(place)];
                frame.kind = *kind;
                // The writer cannot set the flag on another kind.
                frame.flags &= u8::from(*kind == TXN);
            }
            Self::Flags(place) => {
                let frame = &mut frames[at(place)];
                frame.flags = u8::from(frame.kind == TXN) & !frame.flags;
            }
            Self::Part(place, part) => frames[at(place)].part = *part,
            Self::Transaction(place, txn) => frames[at(place)].txn = *txn,
            Self::Payload(place, payload) => frames[at(place)].payload = WRONG[*payload].to_vec(),
            Self::PayloadByte(place, byte, value) => {
                let payload = &mut frames[at(place)].payload;
                if let Some(byte) = byte.checked_rem(payload.len()) {
                    payload[byte] = *value;
                }
            }
            Self::Plain(place, byte, value) => frames[at(place)].patch = Some((*byte, *value)),
            Self::Durable(place, durable) => {
                let place = at(place);
                frames[place].durable = (*durable).min(place as u64);
            }
            Self::Seq(place, off) => frames[at(place)].seq_off_by = *off,
            Self::Offset(place, off) => frames[at(place)].offset_off_by = *off,
            Self::Link(place) => frames[at(place)].link_is_wrong = true,
            Self::Drop(place) => drop(frames.remove(at(place))),
            Self::Twice(place) => {
                let frame = frames[at(place)].clone();
                frames.insert(at(place), frame);
            }
            Self::Swap(left, right) => frames.swap(at(left), at(right)),
            Self::Cut(place) => frames.truncate(at(place)),
        }
    }
}

#[test]
fn opening_and_a_full_check_agree_on_whatever_somebody_with_the_key_writes() {
    let sample = sample();
    let (intact, refused) = (Cell::new(0), Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let mutations = prop::collection::vec(mutation(), 1..4);
    runner
        .run(&mutations, |mutations| {
            let mut frames = sample.frames.clone();
            for mutation in &mutations {
                mutation.apply(&mut frames);
            }
            match sample.check(&frames) {
                Verdict::Intact => intact.set(intact.get() + 1),
                Verdict::Refused(_) => refused.set(refused.get() + 1),
            }
            Ok(())
        })
        .unwrap();
    let (intact, refused) = (intact.get(), refused.get());
    assert!(
        intact > 20 && refused > 100,
        "{intact} intact, {refused} refused"
    );
}
