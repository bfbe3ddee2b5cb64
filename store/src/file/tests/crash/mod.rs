//! Power cuts and kills at every call, and what must be true after each of them.
//!
//! The truth: the file holds a prefix of the transactions in the order they were submitted, whole
//! ones only, and at least all that were acknowledged; and it always opens.
//!
//! More seeds than the fixed ones: `VSTORE_CRASH_SEEDS=20000 cargo test -p vstore --lib crash`.
mod disk;

use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;

use self::disk::{Disk, Fault, Random};
use super::{CHEAP, credentials};
use crate::file::{AppendError, Control, CreateOptions, OpenOptions, Opened, StoreFile, seal::Dek};

/// Random workloads in an ordinary run.
const SEEDS: u64 = 400;

/// A disk with a store on it, and what that store owes.
#[derive(Clone)]
struct World {
    disk: Disk,
    path: PathBuf,
    dek: Dek,
    /// Every transaction that was submitted, in order.
    submitted: Vec<Bytes>,
    /// How many of them were acknowledged.
    acknowledged: usize,
}

/// Where the script goes on after an error: the file is dropped, and so is what hangs on it.
struct Gone;

impl World {
    fn new() -> Self {
        let disk = Disk::default();
        let path = PathBuf::from("/folder/data.vstore");
        let options = CreateOptions {
            kdf: CHEAP,
            ..CreateOptions::default()
        };
        let (file, _) = StoreFile::create(
            Arc::new(disk.clone()),
            &path,
            &credentials("secret"),
            &options,
            std::iter::empty(),
            0,
            &Control::default(),
        )
        .unwrap();
        let dek = file.dek.clone();
        file.close().unwrap();
        disk.kill();
        Self {
            disk,
            path,
            dek,
            submitted: Vec::new(),
            acknowledged: 0,
        }
    }

    /// Another world with the same past, whose disk shares nothing with this one.
    fn fork(&self) -> Self {
        Self {
            disk: self.disk.fork(),
            ..self.clone()
        }
    }

    fn try_open(&self) -> Result<Opened, crate::file::OpenError> {
        StoreFile::open_with(
            Arc::new(self.disk.clone()),
            &self.path,
            &OpenOptions::default(),
            &Control::default(),
            &|_| Ok((self.dek.clone(), None)),
            &mut |_, _| {},
        )
    }

    /// The transactions in an opened file, oldest first.
    fn content(opened: &Opened) -> Vec<Bytes> {
        let compacted = opened.chunks.iter().flat_map(|chunk| {
            chunk
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(Bytes::copy_from_slice)
        });
        compacted
            .chain(opened.transactions.iter().cloned())
            .collect()
    }

    /// Opens after a crash and checks what is owed; what survived unacknowledged is owed from
    /// now on.
    fn check(&mut self, story: &str) -> Opened {
        let opened = self
            .try_open()
            .unwrap_or_else(|error| panic!("{story}: {error}"));
        let found = Self::content(&opened);
        assert!(
            found.len() >= self.acknowledged,
            "{story}: {} acknowledged, {} found",
            self.acknowledged,
            found.len()
        );
        assert!(
            self.submitted.get(..found.len()) == Some(&found[..]),
            "{story}: what is found was not submitted so"
        );
        self.submitted.truncate(found.len());
        self.acknowledged = found.len();
        opened
    }

    fn payload(&self, size: u64) -> Bytes {
        let number = self.submitted.len();
        let mut text = format!("transaction {number} ");
        while (text.len() as u64) < size {
            text.push_str("0123456789");
        }
        Bytes::from(text)
    }

    fn append(&mut self, file: &mut StoreFile, count: u64, size: u64) -> Result<(), Gone> {
        let before = self.submitted.len();
        for _ in 0..count {
            let payload = self.payload(size);
            self.submitted.push(payload);
        }
        match file.append(&self.submitted[before..]) {
            Ok(()) => {
                self.acknowledged = self.submitted.len();
                Ok(())
            }
            // Taken back: they are not in the file, now or ever.
            Err(AppendError::StorageFull { .. } | AppendError::Io(_))
                if file.poisoned().is_none() =>
            {
                self.submitted.truncate(before);
                Ok(())
            }
            Err(_) => Err(Gone),
        }
    }

    fn compact(&mut self, file: &mut StoreFile, meanwhile: u64) -> Result<(), Gone> {
        // A failed append left transactions in doubt; a compaction decides against them.
        let state = self.submitted[..self.acknowledged].join(&b"\n"[..]);
        let Ok(compaction) = file.begin_compaction() else {
            return Err(Gone);
        };
        let written = compaction.write([Bytes::from(state)].into_iter(), 1, &Control::default());
        for _ in 0..meanwhile {
            self.append(file, 1, 40)?;
        }
        let Ok(compacted) = written else {
            file.abort_compaction();
            return Ok(());
        };
        file.finish_compaction(compacted).or(Err(Gone))
    }

    /// The scripted scenario: everything that writes, once.
    fn script(&mut self) -> Result<(), Gone> {
        let mut file = self.try_open().or(Err(Gone))?.file;
        self.append(&mut file, 1, 30)?;
        self.append(&mut file, 4, 600)?;
        self.append(&mut file, 1, 5_000)?;
        self.compact(&mut file, 2)?;
        self.append(&mut file, 1, 30)?;
        self.compact(&mut file, 0)?;
        self.append(&mut file, 2, 100)?;
        file.close().or(Err(Gone))
    }

    /// Something random, until it ends or fails.
    fn work(&mut self, random: &mut Random) -> Result<(), Gone> {
        let mut file = self.try_open().or(Err(Gone))?.file;
        for _ in 0..random.below(6) {
            let (count, size) = (1 + random.below(3), 20 + random.below(1_500));
            match random.below(5) {
                0 => {
                    let meanwhile = random.below(3);
                    self.compact(&mut file, meanwhile)?;
                }
                _ => self.append(&mut file, count, size)?,
            }
        }
        if random.one_in(2) {
            file.close().or(Err(Gone))
        } else {
            Ok(())
        }
    }
}

#[test]
fn a_power_cut_at_every_call_loses_nothing_that_was_acknowledged() {
    let start = World::new();
    let mut rehearsal = start.fork();
    assert!(rehearsal.script().is_ok());
    let calls = rehearsal.disk.calls();
    assert!(calls > 60, "the script makes only {calls} calls");
    for call in 0..=calls {
        for seed in 0..6 {
            let mut world = start.fork();
            world.disk.crash_at(call);
            world.script().ok();
            world.disk.lose_power(&mut Random(seed));
            let opened = world.check(&format!("crash at call {call}, seed {seed}"));
            drop(opened);
            // What was found and repaired must itself be durable.
            world.disk.lose_power(&mut Random(seed + 1));
            world.check(&format!("second crash after call {call}, seed {seed}"));
        }
    }
}

#[test]
fn a_kill_at_every_call_loses_nothing_that_was_acknowledged() {
    let start = World::new();
    let mut rehearsal = start.fork();
    assert!(rehearsal.script().is_ok());
    for call in 0..=rehearsal.disk.calls() {
        let mut world = start.fork();
        world.disk.crash_at(call);
        world.script().ok();
        world.disk.kill();
        let opened = world.check(&format!("killed at call {call}"));
        drop(opened);
        world.disk.lose_power(&mut Random(call));
        world.check(&format!("killed at call {call}, then the power failed"));
    }
}

#[test]
fn a_failing_call_loses_nothing_that_was_acknowledged() {
    let start = World::new();
    let mut rehearsal = start.fork();
    assert!(rehearsal.script().is_ok());
    for call in 0..=rehearsal.disk.calls() {
        for fault in [Fault::Full, Fault::Broken] {
            for powerless in [false, true] {
                let mut world = start.fork();
                world.disk.fail_at(call, fault);
                world.script().ok();
                if powerless {
                    world.disk.lose_power(&mut Random(call));
                } else {
                    world.disk.kill();
                }
                world.check(&format!(
                    "{fault:?} at call {call}, power lost: {powerless}"
                ));
            }
        }
    }
}

#[test]
fn random_work_with_crashes_also_in_recovery_loses_nothing_that_was_acknowledged() {
    let seeds = std::env::var("VSTORE_CRASH_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let start = World::new();
    for seed in 0..seeds.unwrap_or(SEEDS) {
        let mut random = Random(seed);
        let mut world = start.fork();
        for round in 0..4 {
            if random.one_in(3) {
                let fault = if random.one_in(2) {
                    Fault::Full
                } else {
                    Fault::Broken
                };
                let call = random.below(150);
                world.disk.fail_at(call, fault);
            }
            let call = random.below(120);
            world.disk.crash_at(call);
            world.work(&mut random).ok();
            if random.one_in(3) {
                world.disk.kill();
            } else {
                world.disk.lose_power(&mut random);
            }
            if random.one_in(2) {
                // Crash again while it recovers.
                let call = random.below(30);
                world.disk.crash_at(call);
                world.try_open().ok();
                world.disk.lose_power(&mut random);
            }
            world.check(&format!("seed {seed}, round {round}"));
            world.disk.kill();
        }
    }
}
