//! Opening and closing the file of a command.

use vstore::file::{Control, Credentials, KdfProfile};
use vstore::target::Approved;
use vstore::{CreateOptions, OpenOptions, OpenReport, Store};

use super::args::{Common, Creation, Kdf};
use super::exit::Failure;
use super::output;
use super::password;
use super::target;

/// Opens a file to read it, without a lock.
pub(super) fn open_to_read(common: &Common) -> Result<Store, Failure> {
    open(common, true).map(|(store, _)| store)
}

/// Opens a file to change it.
pub(super) fn open_to_write(common: &Common) -> Result<Store, Failure> {
    open(common, false).map(|(store, _)| store)
}

/// Opens a file to read it, and says what opening it found.
pub(super) fn open_to_inspect(common: &Common) -> Result<(Store, OpenReport), Failure> {
    open(common, true)
}

fn open(common: &Common, read_only: bool) -> Result<(Store, OpenReport), Failure> {
    // What needs no password is said before one is asked for.
    target::check_stdout(common)?;
    Store::probe(&common.db)?;
    let credentials = password::existing(common)?;
    open_reported(common, &credentials, read_only)
}

/// Opens a file with credentials that were asked for already.
pub(super) fn open_with(
    common: &Common,
    credentials: &Credentials,
    read_only: bool,
) -> Result<Store, Failure> {
    open_reported(common, credentials, read_only).map(|(store, _)| store)
}

fn open_reported(
    common: &Common,
    credentials: &Credentials,
    read_only: bool,
) -> Result<(Store, OpenReport), Failure> {
    let options = OpenOptions {
        read_only,
        ..OpenOptions::default()
    };
    let (store, report) = Store::open(&common.db, credentials, &options, &Control::default())?;
    tell(&report);
    Ok((store, report))
}

impl From<Kdf> for KdfProfile {
    fn from(kdf: Kdf) -> Self {
        match kdf {
            Kdf::Fast => Self::Fast,
            Kdf::Default => Self::Calibrated,
        }
    }
}

/// How a new file is created.
pub(super) fn create_options(creation: &Creation, target: &Approved) -> CreateOptions {
    CreateOptions {
        kdf: creation.kdf.into(),
        overwrite: target.replaces().is_some(),
        ..CreateOptions::default()
    }
}

/// Compacts if that pays, and closes. What was acknowledged is safe whatever happens here.
pub(super) fn close(mut store: Store) {
    if store.compaction_advised()
        && let Err(error) = store.compact(&Control::default())
    {
        output::message(format_args!("vstore: not compacted: {error}"));
    }
    if let Some(cause) = store.poisoned() {
        // What was acknowledged is safe; the next opening writes the file anew.
        output::message(format_args!(
            "vstore: warning: the disk failed after the change was made: {cause}"
        ));
    }
    if let Err(error) = store.close() {
        output::message(format_args!("vstore: not closed cleanly: {error}"));
    }
}

fn tell(report: &OpenReport) {
    if report.file.torn_at.is_some() {
        output::message(format_args!(
            "vstore: the last write had not finished ({} bytes); everything before it is there",
            report.file.torn_bytes
        ));
    }
    if report.file.healed_header {
        output::message("vstore: the file header was damaged in one place and was repaired");
    }
    if report.expired > 0 {
        output::message(format_args!(
            "vstore: {} records have run out since the file was last open",
            report.expired
        ));
    }
}
