//! The same with records: checks the records of the store instead of the bytes.
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use super::disk::{Disk, Fault, Random};
use crate::{
    Cause, CreateOptions, Key, ManualClock, Millis, OpenOptions, Store, WriteBatch,
    file::{
        Control, KdfParams,
        disk::entropy::OsEntropy,
        format::slots,
        tests::{CHEAP, credentials},
    },
    value::{EncodedValue, Value},
};

type Records = BTreeMap<String, EncodedValue>;

/// A disk with a store on it, and every state the store may be in.
struct World {
    disk: Disk,
    path: PathBuf,
    clock: Arc<ManualClock>,
    /// The content of the store after each batch, oldest first.
    states: Vec<Records>,
    acknowledged: usize,
}

/// A key derivation that takes no time, below the minimum that this program writes.
fn nearly_free(store: &mut Store) {
    let file = store.file_for_tests();
    let params = KdfParams {
        m_kib: 8,
        t: 1,
        p: 1,
    };
    let store_id = file.generation.header.store_id;
    let mut all = file.generation.header.slots;
    let control = Control::default();
    all[0] = slots::new_slot(
        &file.dek,
        &store_id,
        &credentials("secret"),
        Some(params),
        &OsEntropy,
        &control,
    )
    .ok()
    .unwrap();
    file.replace_slots(&all).unwrap();
}

impl World {
    fn new() -> Self {
        let disk = Disk::default();
        let path = PathBuf::from("/folder/data.vstore");
        let clock = Arc::new(ManualClock::new(Millis(1_000)));
        let options = CreateOptions {
            kdf: CHEAP,
            vfs: Arc::new(disk.clone()),
            clock: Arc::clone(&clock) as Arc<_>,
            ..CreateOptions::default()
        };
        let control = Control::default();
        let (mut store, _) =
            Store::create(&path, &credentials("secret"), &options, &control).unwrap();
        nearly_free(&mut store);
        store.close().unwrap();
        disk.kill();
        Self {
            disk,
            path,
            clock,
            states: vec![Records::new()],
            acknowledged: 0,
        }
    }

    fn fork(&self) -> Self {
        Self {
            disk: self.disk.fork(),
            path: self.path.clone(),
            clock: Arc::new(ManualClock::new(Millis(1_000))),
            states: self.states.clone(),
            acknowledged: self.acknowledged,
        }
    }

    fn open(&self) -> Result<Store, crate::file::OpenError> {
        let options = OpenOptions {
            vfs: Arc::new(self.disk.clone()),
            clock: Arc::clone(&self.clock) as Arc<_>,
            ..OpenOptions::default()
        };
        let control = Control::default();
        Store::open(&self.path, &credentials("secret"), &options, &control).map(|(store, _)| store)
    }

    /// Commits a batch; `None` if the script cannot continue.
    fn commit(
        &mut self,
        store: &mut Store,
        batch: &WriteBatch,
        change: impl FnOnce(&mut Records),
    ) -> Option<()> {
        let mut next = self.states.last().unwrap().clone();
        change(&mut next);
        self.states.push(next);
        if store.commit(batch).is_ok() {
            self.acknowledged = self.states.len() - 1;
            Some(())
        } else if store.poisoned().is_none() {
            self.states.pop();
            Some(())
        } else {
            None
        }
    }

    fn put(&mut self, store: &mut Store, number: u64, len: usize) -> Option<()> {
        let name = format!("record{number}");
        let value = EncodedValue::encode(&Value::from("x".repeat(len).as_str())).unwrap();
        let mut batch = WriteBatch::new(Cause::Edit);
        let key = Key::new(&name).unwrap();
        batch.put(key.clone(), value.clone());
        if number.is_multiple_of(2) {
            batch.set_expiry(key, Some(Millis(5_000)));
        }
        self.commit(store, &batch, |records| drop(records.insert(name, value)))
    }

    fn script(&mut self) -> Option<()> {
        let mut store = self.open().ok()?;
        for number in 0..4 {
            self.put(&mut store, number, 100)?;
        }
        // A batch of several frames.
        self.put(&mut store, 4, 1_200_000)?;
        self.clock.set(Millis(6_000));
        let mut expired = self.states.last().unwrap().clone();
        expired.retain(|name, _| !["record0", "record2", "record4"].contains(&name.as_str()));
        // Expired records are invisible before they are deleted.
        for state in &mut self.states {
            state.retain(|name, _| !["record0", "record2", "record4"].contains(&name.as_str()));
        }
        self.states.push(expired);
        match store.expire_due() {
            Ok(_) => self.acknowledged = self.states.len() - 1,
            Err(_) if store.poisoned().is_some() => return None,
            Err(_) => {}
        }
        let compacted = store.compact(&Control::default());
        if compacted.is_err() && store.poisoned().is_some() {
            return None;
        }
        self.put(&mut store, 7, 200)?;
        store.close().ok()
    }

    fn check(&self, story: &str) {
        self.clock.set(Millis(6_000));
        let store = self
            .open()
            .unwrap_or_else(|error| panic!("{story}: {error}"));
        let snapshot = store.snapshot();
        let found: Records = snapshot
            .iter()
            .map(|record| {
                let whole = snapshot.get(record.key).unwrap();
                (record.key.to_owned(), whole.value)
            })
            .collect();
        let expire = |state: &Records| -> Records {
            let due = ["record0", "record2", "record4"];
            let alive = state
                .iter()
                .filter(|(name, _)| !due.contains(&name.as_str()));
            alive
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let owed = &self.states[self.acknowledged..];
        assert!(
            owed.iter().any(|state| expire(state) == found),
            "{story}: {:?} is no state that was owed",
            found.keys()
        );
    }
}

#[test]
fn records_survive_crashes_kills_and_faults_at_every_call() {
    let start = World::new();
    let mut rehearsal = start.fork();
    assert!(rehearsal.script().is_some());
    let calls = rehearsal.disk.calls();
    assert!(calls > 50, "{calls}");
    for call in 0..=calls {
        for manner in 0..3 {
            let mut world = start.fork();
            match manner {
                0 | 1 => world.disk.crash_at(call),
                _ => world.disk.fail_at(call, Fault::Broken),
            }
            world.script();
            match manner {
                0 => world.disk.kill(),
                _ => world.disk.lose_power(&mut Random(call)),
            }
            world.check(&format!("call {call}, manner {manner}"));
        }
    }
}

#[test]
fn a_store_is_created_whole_or_not_at_all() {
    let options = |disk: &Disk| CreateOptions {
        kdf: CHEAP,
        vfs: Arc::new(disk.clone()),
        ..CreateOptions::default()
    };
    let path = PathBuf::from("/folder/data.vstore");
    let control = Control::default();
    let create =
        |disk: &Disk| Store::create(&path, &credentials("secret"), &options(disk), &control);
    let rehearsal = Disk::default();
    drop(create(&rehearsal).unwrap());
    for call in 0..=rehearsal.calls() {
        let disk = Disk::default();
        disk.crash_at(call);
        let created = create(&disk).is_ok();
        disk.lose_power(&mut Random(call));
        let options = OpenOptions {
            vfs: Arc::new(disk.clone()),
            ..OpenOptions::default()
        };
        match Store::open(&path, &credentials("secret"), &options, &control) {
            Ok((store, _)) => assert_eq!(store.stats().records, 0),
            Err(crate::file::OpenError::NotFound { .. }) => assert!(!created, "call {call}"),
            Err(other) => panic!("call {call}: {other}"),
        }
    }
}
