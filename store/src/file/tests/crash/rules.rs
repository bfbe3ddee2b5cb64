//! The proof that the simulator bites: each durability rule is broken in turn, and noticed.
//!
//! | rule | first seed that notices |
//! |---|---|
//! | sync the file when opening | 84 |
//! | sync the folder when opening | a kill in the script, then an append |
//! | repair only the header copy that is not current | a crash while a password is changed, and in the recovery |
//! | never try a failed sync again | 6 |
//! | sync a file before it gets its name | a power cut in the script |
//! | only a frame that says more was durable is evidence of damage | 158 |
//! | honour the mark of a failed sync | 6 |
//! | a failed header write stops all writing | 62 |
//! | sync the folder after a rename | 4 |
//! | never both header copies in one sync | 22 |
//!
//! The seeds are those of `random_work_with_crashes…`. When the workload changes, so do they: the
//! test below names the new ones. What needs two crashes at certain calls is tried at all of them.
use super::{SEEDS, calls, disk::Random, run_seed, world::World};
use crate::file::disk::rules::{Rule, for_tests::break_rule};

/// The first seed that notices that a rule is broken.
const FIRST_SEEDS: [(Rule, u64); 7] = [
    (Rule::SyncFileAtOpen, 84),
    (Rule::NeverRetrySync, 6),
    (Rule::EvidenceNeedsDurability, 158),
    (Rule::HonourFailedSyncMark, 6),
    (Rule::HeaderFailurePoisons, 62),
    (Rule::SyncFolderAfterRename, 4),
    (Rule::OneHeaderCopyPerSync, 22),
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

/// The power fails in the middle of the script.
fn cut_the_power(start: &World, call: u64, seed: u64) -> Result<(), String> {
    let mut world = start.fork();
    world.disk.crash_at(call);
    world.script().ok();
    world.disk.lose_power(&mut Random(seed));
    world.check().map(drop)
}

#[test]
fn a_new_file_that_was_not_durable_before_it_got_its_name_is_noticed() {
    let start = World::new();
    let calls = calls(&start);
    let run = |call| (0..4).try_for_each(|seed| cut_the_power(&start, call, seed));
    let _broken = break_rule(Rule::SyncBeforeRename);
    assert!((0..=calls).any(|call| run(call).is_err()));
}

/// A process is killed while it changes the password; then the power fails while the next one
/// repairs the headers.
fn kill_change_lose_power(
    start: &World,
    (call, recovery): (u64, u64),
    seed: u64,
) -> Result<(), String> {
    let mut world = start.fork();
    world.disk.crash_at(call);
    if let Ok(opened) = world.try_open() {
        let mut file = opened.file;
        world.change_password(&mut file).ok();
    }
    world.disk.kill();
    world.disk.crash_at(recovery);
    world.try_open().ok();
    world.disk.lose_power(&mut Random(call + recovery + seed));
    world.check().map(drop)
}

#[test]
fn a_repair_that_endangers_the_good_header_is_noticed() {
    let start = World::new();
    let cases = || (25..60).flat_map(|call| (20..45).map(move |recovery| (call, recovery)));
    for case in cases() {
        let run = kill_change_lose_power(&start, case, 0);
        assert_eq!(run, Ok(()), "killed at call {}, then at {}", case.0, case.1);
    }
    let _broken = break_rule(Rule::HealOnlyTheOtherCopy);
    let run = |case| (0..12).try_for_each(|seed| kill_change_lose_power(&start, case, seed));
    assert!(cases().any(|case| run(case).is_err()));
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
