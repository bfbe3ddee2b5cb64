//! The proof that the simulator bites: each durability rule is broken in turn, and noticed.
//!
//! | rule | first seed that notices |
//! |---|---|
//! | sync the file when opening | 396 |
//! | sync the folder when opening | a kill in the script, then an append |
//! | repair only the header copy that is not current | 589 |
//! | never try a failed sync again | 34 |
//! | sync a file before it gets its name | 12 |
//! | only a frame that says more was durable is evidence of damage | 67 |
//! | honour the mark of a failed sync | 534 |
//! | a failed header write stops all writing | 21 |
//! | sync the folder after a rename | 0 |
//! | never both header copies in one sync | 37 |
//!
//! The seeds are those of `random_work_with_crashes…`. When the workload changes, so do they: the
//! test below names the new ones.
use super::{SEEDS, calls, disk::Random, run_seed, world::World};
use crate::file::rules::{Rule, for_tests::break_rule};

/// The first seed that notices that a rule is broken.
const FIRST_SEEDS: [(Rule, u64); 9] = [
    (Rule::SyncFileAtOpen, 396),
    (Rule::HealOnlyTheOtherCopy, 589),
    (Rule::NeverRetrySync, 34),
    (Rule::SyncBeforeRename, 12),
    (Rule::EvidenceNeedsDurability, 67),
    (Rule::HonourFailedSyncMark, 534),
    (Rule::HeaderFailurePoisons, 21),
    (Rule::SyncFolderAfterRename, 0),
    (Rule::OneHeaderCopyPerSync, 37),
];

#[test]
fn each_broken_rule_is_noticed_by_the_seed_in_the_table() {
    let start = World::new();
    let mut wrong = Vec::new();
    for (rule, seed) in FIRST_SEEDS {
        assert!(seed < SEEDS, "{rule:?}: not among the fixed seeds");
        let broken = break_rule(rule);
        if run_seed(&start, seed).is_ok() {
            let first = (0..SEEDS).find(|seed| run_seed(&start, *seed).is_err());
            wrong.push(format!("{rule:?}: not seed {seed} but {first:?}"));
        }
        drop(broken);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A kill, a new process that appends, and then the power fails.
fn kill_append_lose_power(start: &World, call: u64, seed: u64) -> Result<(), String> {
    let mut world = start.fork();
    world.disk.crash_at(call);
    world.script().ok();
    world.disk.kill();
    let mut file = world.check()?.file;
    world.append(&mut file, 1, 30).ok();
    drop(file);
    world.disk.lose_power(&mut Random(seed));
    world.check().map(drop)
}

#[test]
fn a_name_that_opening_did_not_make_durable_is_noticed() {
    let start = World::new();
    let calls = calls(&start);
    let run = |call| (0..4).try_for_each(|seed| kill_append_lose_power(&start, call, seed));
    for call in 0..=calls {
        assert_eq!(run(call), Ok(()), "killed at call {call}");
    }
    let _broken = break_rule(Rule::SyncFolderAtOpen);
    assert!((0..=calls).any(|call| run(call).is_err()));
}
