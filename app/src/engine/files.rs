//! Opens, creates and copies files for the engine.

use std::path::Path;
use std::sync::Arc;

use vstore::file::{self, CloseError, Control, KdfProfile, PasswordChange, RealVfs, Standing, Vfs};
use vstore::target::{self, Consent, InUse, NotApproved, Output};
use vstore::{Clock, CreateOptions, OpenOptions, Snapshot, Store};

use super::describe;
use super::draft::{DRAFT_SETTING, SealedDraft};
use super::positions::Positions;
use super::protocol::{FileFacts, OpenedStore};
use crate::credentials::credentials;
use crate::failure::Failure;
use crate::format;
use crate::state::{OpenStore, Problem, Secret, Ticket};

/// Smaller files are read so quickly that nobody would see a preview.
const PREVIEWED_BYTES: u64 = 8 << 20;

/// How files are opened and created: the clock, and the cost of a password.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) kdf: KdfProfile,
    /// How many generations of a file are kept as backups.
    pub(super) backups: u8,
    pub(super) vfs: Arc<dyn Vfs>,
    /// The positions of stores when they were last open here.
    pub(super) positions: Positions,
}

impl Files {
    pub(super) fn new(clock: Arc<dyn Clock>, kdf: KdfProfile) -> Self {
        Self {
            clock,
            kdf,
            backups: OpenOptions::default().backups,
            vfs: Arc::new(RealVfs),
            positions: Positions::default(),
        }
    }

    /// Closes a store. Its position is remembered, so that a later opening notices an older file.
    pub(super) fn close(&self, store: Store) -> Result<(), CloseError> {
        self.remember(&store);
        store.close()
    }

    /// Remembers the position of a store.
    pub(super) fn remember(&self, store: &Store) {
        if let Some(position) = store.position() {
            self.positions.remember(&position);
        }
    }

    /// Reads what a file reveals without a password.
    pub(super) fn probe(&self, path: &Path) -> Result<FileFacts, Problem> {
        match file::probe(&*self.vfs, path).map_err(Failure::from) {
            Ok(probe) => Ok(FileFacts {
                len: probe.len,
                needs_key_file: probe.needs_key_file,
                holder: file::lock_holder(&*self.vfs, path)
                    .filter(|holder| holder.pid != std::process::id()),
            }),
            Err(Failure::Problem(problem)) => Err(problem),
            Err(Failure::Cancelled) => {
                Err(Problem::Other("reading the file was cancelled".to_owned()))
            }
        }
    }

    pub(super) fn open(
        &self,
        path: &Path,
        secret: &Secret,
        read_only: bool,
        control: &Control,
        preview: &mut dyn FnMut(Snapshot),
    ) -> Result<(Store, OpenedStore), Failure> {
        let options = OpenOptions {
            read_only,
            clock: Arc::clone(&self.clock),
            backups: self.backups,
            vfs: Arc::clone(&self.vfs),
            known: file::probe(&*self.vfs, path)
                .ok()
                .and_then(|probe| self.positions.of(probe.store_id)),
            ..OpenOptions::default()
        };
        let is_large = std::fs::metadata(path).is_ok_and(|file| file.len() >= PREVIEWED_BYTES);
        let mut show = |snapshot| {
            if is_large && !control.is_cancelled() {
                preview(snapshot);
            }
        };
        let credentials = credentials(secret)?;
        let (store, report) =
            Store::open_with_preview(path, &credentials, &options, control, &mut show)?;
        // Deriving the key cannot be interrupted: discard the store if the user cancelled in the
        // meantime.
        if control.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        let mut notes = Vec::new();
        if !report.file.standing.is_set_back() {
            self.remember(&store);
        }
        if !report.file.clean_close && !store.is_read_only() && report.file.torn_at.is_none() {
            notes.push(
                "The last session was cut short; everything it had saved is intact".to_owned(),
            );
        }
        if report.file.torn_at.is_some() {
            let size = format::bytes(report.file.torn_bytes);
            notes.push(format!(
                "An incomplete write of {size} at the end was left out"
            ));
        }
        if report.file.healed_header {
            notes.push("The file header was damaged in one place and was repaired".to_owned());
        }
        // If the clock is in doubt, the user is asked about expired records instead.
        if report.expired > 0 && store.clock_suspect().is_none() {
            notes.push(format!(
                "{} expired in the meantime",
                describe::records(report.expired)
            ));
        }
        let mut opened = opened(&store, notes);
        opened.standing = report.file.standing;
        opened.key_file.clone_from(&secret.key_file);
        opened.draft = store.setting(DRAFT_SETTING).and_then(SealedDraft::decode);
        Ok((store, opened))
    }

    /// Creates a file with the records of a snapshot, or an empty one.
    pub(super) fn create(
        &self,
        path: &Path,
        records: Option<&Snapshot>,
        secret: &Secret,
        overwrite: bool,
        control: &Control,
    ) -> Result<(Store, OpenedStore), Failure> {
        let options = CreateOptions {
            kdf: self.kdf,
            overwrite,
            clock: Arc::clone(&self.clock),
            backups: self.backups,
            vfs: Arc::clone(&self.vfs),
            ..CreateOptions::default()
        };
        let credentials = credentials(secret)?;
        let (store, _) = match records {
            Some(snapshot) => Store::create_from(path, snapshot, &credentials, &options, control)?,
            None => Store::create(path, &credentials, &options, control)?,
        };
        let mut opened = opened(&store, Vec::new());
        opened.key_file.clone_from(&secret.key_file);
        opened.is_copy = records.is_some();
        Ok((store, opened))
    }

    pub(super) fn in_memory(&self, title: &str) -> (Store, OpenedStore) {
        let store = Store::in_memory(Arc::clone(&self.clock));
        let opened = OpenedStore {
            title: title.to_owned(),
            ..opened(&store, Vec::new())
        };
        (store, opened)
    }

    pub(super) fn change_password(
        &self,
        store: &mut Store,
        current: &Secret,
        new: &Secret,
        control: &Control,
    ) -> Result<(), Failure> {
        let options = PasswordChange {
            kdf: self.kdf,
            ..PasswordChange::default()
        };
        store.change_password(
            &credentials(current)?,
            &credentials(new)?,
            &options,
            control,
        )?;
        Ok(())
    }
}

/// Whether a database may be written to a path, and whether it replaces something there.
pub(super) fn approve(path: &Path, in_use: &InUse, consent: &Consent) -> Result<bool, Problem> {
    match target::approve(path, Output::Database, in_use, consent) {
        Ok(approved) => Ok(approved.replaces().is_some()),
        Err(NotApproved::Ask(existing)) => Err(Problem::Replaces(Box::new(existing))),
        Err(NotApproved::Refused(refusal)) => Err(Problem::Other(refusal.to_string())),
    }
}

fn opened(store: &Store, notes: Vec<String>) -> OpenedStore {
    let path = store.path().map(Path::to_path_buf);
    OpenedStore {
        session: Ticket::default(),
        key_file: None,
        title: path.as_deref().map(OpenStore::title_of).unwrap_or_default(),
        path,
        read_only: store.is_read_only(),
        snapshot: store.snapshot(),
        draft: None,
        notes,
        standing: Standing::Unknown,
        is_copy: false,
    }
}
