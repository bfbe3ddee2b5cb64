//! The saved corpus and a few thousand mutations of it, in every run of the tests.
use std::path::Path;

use vstore_fuzz::{Limit, TARGETS, fuzz, load, seeds};

#[test]
fn no_target_panics_on_the_corpus_or_its_mutations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in TARGETS {
        let mut corpus = seeds(&target);
        corpus.extend(
            load(&folder, &target)
                .unwrap()
                .into_iter()
                .map(|(_, input)| input),
        );
        let outcome = fuzz(&target, corpus, 1, Limit::Inputs(1500));
        assert!(
            outcome.failure.is_none(),
            "{}: {:?}",
            target.name,
            outcome.failure
        );
        assert_eq!(outcome.tried, 1500);
    }
}

#[test]
fn the_seeds_are_what_the_targets_read_on_a_good_day() {
    let words: Vec<Vec<String>> = TARGETS
        .iter()
        .map(|target| {
            seeds(target)
                .iter()
                .map(|seed| (target.read)(seed))
                .collect()
        })
        .collect();
    assert!(
        words[0][0].starts_with("whole password genuine"),
        "{words:?}"
    );
    assert_eq!(words[1], ["2 3 false 0"]);
    assert_eq!(words[2][0], "1 2 false 0");
    assert_eq!(words[3][0], "2");
    assert!(words[4][0].contains("batch 1, chunk 1"), "{words:?}");
    assert_eq!(words[6], ["[7, 0, 0] false"]);
}
