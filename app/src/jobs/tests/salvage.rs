//! What is left of a damaged file is copied to a new one.

use std::fs;
use std::path::Path;

use vstore::file::{Credentials, KdfParams, KdfProfile, Password, SalvageMode};
use vstore::{CreateOptions, OpenOptions};

use super::*;
use crate::jobs::SalvageJob;
use crate::state::{SalvageOutcome, Secret};

const CHEAP: KdfProfile = KdfProfile::Explicit(KdfParams {
    m_kib: 19 * 1024,
    t: 2,
    p: 1,
});

fn credentials() -> Credentials {
    Credentials::password(Password::new("one".to_owned()).unwrap())
}

fn salvage(source: &Path, target: &Path) -> Result<SalvageOutcome, Option<String>> {
    let (mut jobs, receiver) = jobs();
    let job = SalvageJob {
        source: source.to_owned(),
        target: target.to_owned(),
        secret: Secret {
            password: "one".to_owned().into(),
            key_file: None,
        },
        mode: SalvageMode::Everything,
        kdf: CHEAP,
    };
    jobs.run(TaskId(1), TaskJob::Salvage(Box::new(job)));
    match next(&receiver) {
        Done::Salvaged { task, result } => {
            assert_eq!(task, TaskId(1));
            result
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_left_of_a_damaged_file_is_copied_to_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vstore");
    let options = CreateOptions {
        kdf: CHEAP,
        ..CreateOptions::default()
    };
    let (mut store, _) =
        Store::create(&path, &credentials(), &options, &Control::default()).unwrap();
    for key in ["a", "b", "c"] {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(Key::new(key).unwrap(), parse_text("1").unwrap().0);
        store.commit(&batch).unwrap();
    }
    store.close().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    // In the journal: one change before others.
    let middle = bytes.len() - 500;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();

    let target = folder.path().join("new.vstore");
    let outcome = salvage(&path, &target).unwrap();
    assert!(
        !outcome.is_complete && !outcome.lost.is_empty(),
        "{outcome:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), bytes);
    let options = OpenOptions::default();
    let (store, _) = Store::open(&target, &credentials(), &options, &Control::default()).unwrap();
    assert_eq!(store.snapshot().len() as u64, outcome.records);
    assert!(
        matches!(salvage(&path, &path), Err(Some(_))),
        "an existing file is not replaced"
    );
}
