//! A disk with a store, everything that was acknowledged, and the check that it is kept.
use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;

use super::disk::{Disk, Random};
use crate::file::{
    AppendError, Control, FileCreateOptions, FileOpenOptions, OpenError, Opened, StoreFile,
    disk::vfs::Vfs as _,
    format::{
        header::Header,
        slots::{SLOT_LEN, SlotBytes},
    },
    keys::seal::Dek,
    tests::{CHEAP, credentials},
};

/// Generations that are kept as backups.
const BACKUPS: u8 = 2;

/// A disk, a file on it, and everything that was acknowledged.
#[derive(Clone)]
pub(super) struct World {
    pub(super) disk: Disk,
    path: PathBuf,
    /// Every data key the file ever had.
    deks: Vec<Dek>,
    /// Every transaction that may be in the file, in order.
    submitted: Vec<Bytes>,
    /// How many of them were acknowledged.
    acknowledged: usize,
    /// Transactions that a failed sync left in doubt, after all others.
    doubtful: Vec<Bytes>,
    /// The passwords that may be valid, as the numbers in their slots.
    passwords: Vec<u64>,
    passwords_made: u64,
}

/// The script cannot continue: the file is dropped as when a program ends.
pub(super) struct Gone;

/// A slot that no password opens but that contains its number: deriving keys would take longer than
/// everything else together.
fn slot_of(password: u64) -> SlotBytes {
    let mut slot = [0; SLOT_LEN];
    slot[..3].copy_from_slice(&[1, 1, 1]);
    slot[16..24].copy_from_slice(&password.to_le_bytes());
    slot
}

fn password_of(header: &Header) -> u64 {
    u64::from_le_bytes(header.slots[0][16..24].try_into().unwrap())
}

impl World {
    pub(super) fn new() -> Self {
        let disk = Disk::default();
        let path = PathBuf::from("/folder/data.vstore");
        let options = FileCreateOptions {
            kdf: CHEAP,
            ..FileCreateOptions::default()
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
        let password = password_of(&file.generation.header);
        file.close().unwrap();
        disk.kill();
        Self {
            disk,
            path,
            deks: vec![dek],
            submitted: Vec::new(),
            acknowledged: 0,
            doubtful: Vec::new(),
            passwords: vec![password],
            passwords_made: 0,
        }
    }

    /// A deep copy, whose disk shares nothing with this one.
    pub(super) fn fork(&self) -> Self {
        Self {
            disk: self.disk.fork(),
            ..self.clone()
        }
    }

    pub(super) fn try_open(&self) -> Result<Opened, OpenError> {
        self.try_open_path(self.path.clone(), false)
    }

    fn try_open_path(&self, path: PathBuf, read_only: bool) -> Result<Opened, OpenError> {
        let options = FileOpenOptions {
            read_only,
            backups: BACKUPS,
            ..FileOpenOptions::default()
        };
        let unlock = |header: &Header| {
            let commits = |dek: &&Dek| dek.commitment(&header.store_id) == header.dek_commit;
            let dek = self.deks.iter().find(commits).cloned();
            Ok((dek.ok_or(OpenError::HeaderTampered)?, None))
        };
        StoreFile::open_with(
            Arc::new(self.disk.clone()),
            &path,
            &options,
            &Control::default(),
            &unlock,
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

    /// Opens after a crash and checks that everything acknowledged is there; unacknowledged changes
    /// that survived must be kept from now on.
    pub(super) fn check(&mut self) -> Result<Opened, String> {
        self.submitted.append(&mut self.doubtful);
        let opened = self.try_open().map_err(|error| error.to_string())?;
        let found = Self::content(&opened);
        if found.len() < self.acknowledged {
            let (owed, found) = (self.acknowledged, found.len());
            return Err(format!("{owed} acknowledged, {found} found"));
        }
        if self.submitted.get(..found.len()) != Some(&found[..]) {
            return Err("what is found was not submitted so".to_owned());
        }
        let password = password_of(&opened.file.generation.header);
        if !self.passwords.contains(&password) {
            return Err("another password than the old or the new one holds".to_owned());
        }
        self.submitted.truncate(found.len());
        self.acknowledged = found.len();
        self.passwords = vec![password];
        self.check_folder()?;
        Ok(opened)
    }

    /// No temporary file is left, there are not too many backups, and each of them is a whole
    /// earlier state.
    fn check_folder(&self) -> Result<(), String> {
        let folder = self.path.parent().unwrap();
        let names = self.disk.list_dir(folder).unwrap();
        let mut backups = 0;
        for name in names {
            let name = name.into_string().unwrap();
            if name.contains(".vstmp") {
                return Err(format!("{name} is left"));
            }
            if !name.starts_with("data.vstore.bak") {
                continue;
            }
            backups += 1;
            let backup = self
                .try_open_path(folder.join(&name), true)
                .map_err(|error| format!("{name}: {error}"))?;
            let content = Self::content(&backup);
            if self.submitted.get(..content.len()) != Some(&content[..]) {
                return Err(format!("{name} holds what never was"));
            }
        }
        if backups > BACKUPS {
            return Err(format!("there are {backups} backups"));
        }
        Ok(())
    }

    fn payload(&self, size: u64) -> Bytes {
        let number = self.submitted.len();
        let mut text = format!("transaction {number} ");
        while (text.len() as u64) < size {
            text.push_str("0123456789");
        }
        Bytes::from(text)
    }

    pub(super) fn append(
        &mut self,
        file: &mut StoreFile,
        count: u64,
        size: u64,
    ) -> Result<(), Gone> {
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
            // Undone: they must never be in the file.
            Err(AppendError::System(_)) if file.poisoned().is_none() => {
                self.submitted.truncate(before);
                Ok(())
            }
            Err(_) => {
                self.doubtful
                    .extend(self.submitted.split_off(self.acknowledged));
                self.rescue(file)
            }
        }
    }

    /// After a failed sync a program rewrites everything without the failed transactions.
    fn rescue(&mut self, file: &mut StoreFile) -> Result<(), Gone> {
        match file.poisoned() {
            None => Err(Gone),
            // The running compaction does this.
            Some(_) if file.is_compacting() => Ok(()),
            Some(_) => self.compact(file, &[]),
        }
    }

    /// A compaction; `meanwhile` happens while it is written.
    pub(super) fn compact(
        &mut self,
        file: &mut StoreFile,
        meanwhile: &[Meanwhile],
    ) -> Result<(), Gone> {
        let state = self.submitted.join(&b"\n"[..]);
        let Ok(compaction) = file.begin_compaction() else {
            return Err(Gone);
        };
        let written = compaction.write([Bytes::from(state)].into_iter(), 1, &Control::default());
        for event in meanwhile {
            match event {
                Meanwhile::Append => self.append(file, 1, 40)?,
                Meanwhile::Password => self.change_password(file)?,
            }
        }
        let Ok(compacted) = written else {
            return self.give_up(file);
        };
        match file.finish_compaction(compacted) {
            Ok(()) => {
                self.healed(file);
                Ok(())
            }
            Err(_) => Err(Gone),
        }
    }

    /// After a compaction that could not be written.
    fn give_up(&mut self, file: &mut StoreFile) -> Result<(), Gone> {
        file.abort_compaction();
        if file.poisoned().is_some() {
            self.rescue_once_more(file)
        } else {
            Ok(())
        }
    }

    /// Retried only a few times, since a program gives up on a broken disk.
    fn rescue_once_more(&mut self, file: &mut StoreFile) -> Result<(), Gone> {
        let state = self.submitted.join(&b"\n"[..]);
        let compaction = file.begin_compaction().or(Err(Gone))?;
        let chunks = [Bytes::from(state)].into_iter();
        let written = compaction.write(chunks, 1, &Control::default());
        let Ok(compacted) = written else {
            file.abort_compaction();
            return Err(Gone);
        };
        file.finish_compaction(compacted).or(Err(Gone))?;
        self.healed(file);
        Ok(())
    }

    /// A new file is in place: it holds the state of the program, with nothing in doubt.
    fn healed(&mut self, file: &StoreFile) {
        self.doubtful.clear();
        self.passwords = vec![password_of(&file.generation.header)];
    }

    /// An import that is cancelled while it is written as a new checkpoint.
    fn cancel_import(file: &mut StoreFile) -> Result<(), Gone> {
        let compaction = file.begin_compaction().or(Err(Gone))?;
        let control = Control::default();
        let cancel = control.clone();
        let chunks = (0..400_u64).map(|number| {
            if number == 150 {
                cancel.cancel();
            }
            Bytes::from(format!("imported {number}"))
        });
        let written = compaction.write(chunks, 400, &control);
        assert!(written.is_err(), "a cancelled import was written");
        file.abort_compaction();
        Ok(())
    }

    pub(super) fn change_password(&mut self, file: &mut StoreFile) -> Result<(), Gone> {
        let password = self.next_password();
        let mut slots = file.generation.header.slots;
        slots[0] = slot_of(password);
        let changed = file.replace_slots(&slots);
        match (changed, file.poisoned()) {
            // From here on the new one is valid, whatever happened to the rest.
            (Ok(()), None) => {
                self.passwords = vec![password];
                Ok(())
            }
            (Ok(()), Some(_)) => {
                self.passwords = vec![password];
                self.rescue(file)
            }
            (Err(_), None) => Ok(()),
            (Err(_), Some(_)) => {
                self.passwords.push(password);
                self.rescue(file)
            }
        }
    }

    fn next_password(&mut self) -> u64 {
        self.passwords_made += 1;
        self.passwords_made
    }

    /// Replaces the data key.
    pub(super) fn rotate(&mut self, file: &mut StoreFile) -> Result<(), Gone> {
        use crate::file::{disk::entropy::OsEntropy, write::compact::NewKeys};
        let password = self.next_password();
        let dek = Dek::random(&OsEntropy).unwrap();
        self.deks.push(dek.clone());
        let mut slots = file.generation.header.slots;
        slots[0] = slot_of(password);
        let state = self.submitted.join(&b"\n"[..]);
        let compaction = file
            .begin_with_keys(Some(NewKeys { dek, slots }))
            .or(Err(Gone))?;
        let chunks = [Bytes::from(state)].into_iter();
        let written = compaction.write(chunks, 1, &Control::default());
        self.append(file, 1, 50)?;
        let Ok(compacted) = written else {
            return self.give_up(file);
        };
        self.passwords.push(password);
        file.finish_compaction(compacted).or(Err(Gone))?;
        self.healed(file);
        Ok(())
    }

    /// The scripted scenario: every operation that writes, once.
    pub(super) fn script(&mut self) -> Result<(), Gone> {
        let mut file = self.try_open().or(Err(Gone))?.file;
        self.append(&mut file, 1, 30)?;
        self.append(&mut file, 4, 600)?;
        self.append(&mut file, 1, 5_000)?;
        self.change_password(&mut file)?;
        self.append(&mut file, 30, 700)?;
        self.compact(&mut file, &[Meanwhile::Append, Meanwhile::Append])?;
        self.append(&mut file, 1, 30)?;
        Self::cancel_import(&mut file)?;
        self.compact(&mut file, &[Meanwhile::Password, Meanwhile::Append])?;
        self.rotate(&mut file)?;
        self.append(&mut file, 2, 100)?;
        self.compact(&mut file, &[])?;
        self.append(&mut file, 1, 100)?;
        file.close().or(Err(Gone))
    }

    /// Random operations until the end or a failure; mostly changes of the password if `headers`.
    pub(super) fn work(&mut self, random: &mut Random, headers: bool) -> Result<(), Gone> {
        let mut file = self.try_open().or(Err(Gone))?.file;
        for _ in 0..random.below(7) {
            let (count, size) = (1 + random.below(3), 20 + random.below(1_500));
            match random.below(if headers { 5 } else { 12 }) {
                0 => {
                    let all = [Meanwhile::Append, Meanwhile::Password, Meanwhile::Append];
                    self.compact(&mut file, &all[..random.below(4) as usize])?;
                }
                1..=3 => self.change_password(&mut file)?,
                4 | 7 | 8 => self.append(&mut file, 12, size)?,
                5 => Self::cancel_import(&mut file)?,
                6 => self.rotate(&mut file)?,
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

/// What happens while a compaction is written.
#[derive(Clone, Copy)]
pub(super) enum Meanwhile {
    Append,
    Password,
}
