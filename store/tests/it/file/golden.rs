//! Files of every released version open for ever.
use std::path::Path;

use vstore::file::{Control, KdfLimits, OpenOptions, RealVfs, VerifyDepth, VerifyReport, verify};

use super::{Place, bytes, credentials};

/// A copy of a golden file that may be written to.
fn copy_of(name: &str) -> Place {
    let place = Place::new();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    std::fs::copy(golden, &place.path).unwrap();
    place
}

fn verified(place: &Place) -> VerifyReport {
    verify(
        &RealVfs,
        &place.path,
        &credentials("secret"),
        VerifyDepth::Full,
        &KdfLimits::default(),
        &Control::default(),
    )
    .unwrap()
}

#[test]
fn a_closed_file_of_version_1_0_opens() {
    let place = copy_of("v1.0-closed.vstore");
    let report = verified(&place);
    assert_eq!(
        (report.clean_close, report.records_in_checkpoint),
        (Some(true), Some(2))
    );
    let opened = place.try_open("secret", &OpenOptions::default()).unwrap();
    assert!(opened.report.clean_close);
    assert_eq!(opened.chunks.len(), 2);
    assert_eq!(opened.chunks[0], "first chunk");
    assert_eq!(opened.chunks[1], "again ".repeat(100));
    assert_eq!(opened.transactions, bytes(&["one", "two", "three"]));
    assert_eq!(opened.file.stats().generation, 2);
    assert_eq!(opened.file.stats().created_at, 1_700_000_000_000);
}

#[test]
fn a_torn_file_of_version_1_0_is_repaired() {
    let place = copy_of("v1.0-torn.vstore");
    assert!(verified(&place).is_intact());
    let mut opened = place.open();
    assert_eq!(opened.report.torn_bytes, 100);
    assert_eq!(opened.transactions, bytes(&["one", "two"]));
    opened.file.append(&bytes(&["three"])).unwrap();
    opened.file.close().unwrap();
    assert_eq!(verified(&place).findings, []);
    assert_eq!(place.open().transactions, bytes(&["one", "two", "three"]));
}

/// Writes the golden files when a version is released:
/// `VSTORE_WRITE_GOLDEN=1 cargo test -p vstore --test it golden`.
#[test]
fn golden_files_are_written_when_asked() {
    use vstore::file::CreateOptions;

    if std::env::var_os("VSTORE_WRITE_GOLDEN").is_none() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let options = CreateOptions {
        kdf: super::CHEAP,
        now: 1_700_000_000_000,
        overwrite: true,
        ..CreateOptions::default()
    };
    let place = Place::new();
    let mut file = super::create(&place.path, &["old"], &options);
    file.append(&bytes(&["zero"])).unwrap();
    let compaction = file.begin_compaction().unwrap();
    let chunks = [
        bytes::Bytes::from("first chunk"),
        bytes::Bytes::from("again ".repeat(100)),
    ];
    let compacted = compaction
        .write(chunks.into_iter(), 2, &Control::default())
        .unwrap();
    file.finish_compaction(compacted).unwrap();
    file.append(&bytes(&["one", "two"])).unwrap();
    file.append(&bytes(&["three"])).unwrap();
    let before_close = place.read();
    file.close().unwrap();
    std::fs::copy(&place.path, folder.join("v1.0-closed.vstore")).unwrap();
    let torn = &before_close[..before_close.len() - 60];
    std::fs::write(folder.join("v1.0-torn.vstore"), torn).unwrap();
}
