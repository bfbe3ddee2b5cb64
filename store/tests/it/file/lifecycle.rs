//! Creating, appending, closing, opening and compacting.
use vstore::file::Control;

use super::{Place, bytes};

#[test]
fn what_was_appended_is_there_after_reopening() {
    let place = Place::new();
    let mut file = place.create(&["chunk one", "chunk two"]);
    file.append(&bytes(&["first"])).unwrap();
    file.append(&bytes(&["second", "third"])).unwrap();
    file.close().unwrap();

    let opened = place.open();
    assert_eq!(opened.chunks, bytes(&["chunk one", "chunk two"]));
    assert_eq!(opened.transactions, bytes(&["first", "second", "third"]));
    assert!(opened.report.clean_close);
    assert_eq!(opened.report.torn_at, None);
}

#[test]
fn appends_during_a_compaction_are_in_the_new_file() {
    let place = Place::new();
    let mut file = place.create(&["old"]);
    file.append(&bytes(&["before"])).unwrap();
    let compaction = file.begin_compaction().unwrap();
    file.append(&bytes(&["during"])).unwrap();
    let writer = std::thread::Builder::new()
        .spawn(move || compaction.write(bytes(&["new"]).into_iter(), 1, &Control::default()))
        .unwrap();
    file.append(&bytes(&["meanwhile"])).unwrap();
    let compacted = writer.join().unwrap().unwrap();
    file.finish_compaction(compacted).unwrap();
    file.append(&bytes(&["after"])).unwrap();
    assert_eq!(file.stats().generation, 2);
    assert_eq!(file.stats().last_transaction, 4);
    file.close().unwrap();

    let opened = place.open();
    assert_eq!(opened.chunks, bytes(&["new"]));
    assert_eq!(
        opened.transactions,
        bytes(&["during", "meanwhile", "after"])
    );
    assert!(opened.report.clean_close);
}
