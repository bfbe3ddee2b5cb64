//! What a position remembered outside the file shows about it later.
use std::sync::Arc;

use super::{Fixture, payloads};
use crate::file::{
    Control, FileOpenOptions, Position, Standing, StoreFile, disk::entropy::OsEntropy,
    keys::seal::Dek, write::compact::NewKeys,
};

fn standing(fixture: &Fixture, known: &Position) -> Standing {
    let options = FileOpenOptions {
        read_only: true,
        known: Some(known.clone()),
        ..FileOpenOptions::default()
    };
    StoreFile::open_with(
        Arc::new(fixture.vfs.clone()),
        &fixture.path,
        &options,
        &Control::default(),
        &|_| Ok((fixture.dek.clone(), None)),
        &mut |_, _| {},
    )
    .unwrap()
    .report
    .standing
}

fn compact(file: &mut StoreFile, keys: Option<NewKeys>) {
    let compaction = file.begin_with_keys(keys).unwrap();
    let chunks = payloads(&["compacted"]).into_iter();
    let compacted = compaction.write(chunks, 1, &Control::default()).unwrap();
    file.finish_compaction(compacted).unwrap();
}

#[test]
fn a_file_that_goes_on_is_continued() {
    let (fixture, mut file) = Fixture::create();
    let created = file.position();
    file.append(&payloads(&["one", "two"])).unwrap();
    let edited = file.position();
    file.close().unwrap();
    for known in [&created, &edited] {
        assert_eq!(standing(&fixture, known), Standing::Continued);
    }
    let mut file = fixture.open().file;
    compact(&mut file, None);
    file.append(&payloads(&["three"])).unwrap();
    let compacted = file.position();
    drop(file);
    for known in [&created, &edited, &compacted] {
        assert_eq!(standing(&fixture, known), Standing::Continued);
    }
}

#[test]
fn a_file_cut_at_any_frame_is_older() {
    let (fixture, mut file) = Fixture::create();
    let mut ends = Vec::new();
    for word in ["one", "two", "three"] {
        ends.push(file.stats().bytes as usize);
        file.append(&payloads(&[word])).unwrap();
    }
    let known = file.position();
    let whole = fixture.content();
    for end in ends {
        let cut = fixture.with_content(whole[..end].to_vec());
        // It opens without any report of damage: nothing in the file shows it.
        assert!(cut.read().unwrap().report.torn_at.is_none());
        assert_eq!(standing(&cut, &known), Standing::Older);
    }
    assert_eq!(standing(&fixture, &known), Standing::Continued);
}

#[test]
fn a_generation_before_is_older_also_with_a_frame_in_its_place() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["one"])).unwrap();
    let before = fixture.content();
    compact(&mut file, None);
    let compacted = file.position();
    let old = fixture.with_content(before);
    assert_eq!(standing(&old, &compacted), Standing::Older);
    // A transaction that was in the journal when a new generation was made is not missed.
    file.append(&payloads(&["two"])).unwrap();
    let edited = file.position();
    compact(&mut file, None);
    assert_eq!(standing(&fixture, &edited), Standing::Continued);
}

#[test]
fn a_copy_that_went_on_by_itself_is_told_apart() {
    let (fixture, mut file) = Fixture::create();
    let copy = fixture.with_content(fixture.content());
    file.append(&payloads(&["here"])).unwrap();
    let known = file.position();
    let mut other = copy.open().file;
    other.append(&payloads(&["there", "and there"])).unwrap();
    assert_eq!(standing(&copy, &known), Standing::Diverged);
}

#[test]
fn what_was_changed_or_belongs_to_another_store_or_key_is_not_believed() {
    let (fixture, mut file) = Fixture::create();
    let known = file.position();
    assert_eq!(Position::parse(&known.to_bytes()), Some(known.clone()));
    assert_eq!(Position::parse(&known.to_bytes()[1..]), None);
    for at in 16..known.to_bytes().len() {
        let mut bytes = known.to_bytes();
        bytes[at] ^= 1;
        let forged = Position::parse(&bytes).unwrap();
        let found = standing(&fixture, &forged);
        // A generation that never existed looks like one from before the data key was replaced.
        let expected = if (16..24).contains(&at) && forged != known {
            [Standing::Older, Standing::Unknown]
        } else {
            [Standing::Unknown; 2]
        };
        assert!(expected.contains(&found), "byte {at}: {found:?}");
    }
    let (_other, other) = Fixture::create();
    assert_eq!(standing(&fixture, &other.position()), Standing::Unknown);

    // The data key is replaced; then the old file is put back.
    let old = fixture.content();
    let dek = Dek::random(&OsEntropy).unwrap();
    let slots = file.generation.header.slots;
    compact(
        &mut file,
        Some(NewKeys {
            dek: dek.clone(),
            slots,
        }),
    );
    let rotated = file.position();
    assert_eq!(
        standing(&fixture.with_content(old), &rotated),
        Standing::Older
    );
    let fixture = Fixture { dek, ..fixture };
    assert_eq!(standing(&fixture, &known), Standing::Unknown);
    assert_eq!(standing(&fixture, &rotated), Standing::Continued);
}
