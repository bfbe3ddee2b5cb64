//! Opens and closes the file of a command.

use vstore::file::{Control, Credentials, KdfProfile};
use vstore::target::Approved;
use vstore::{CreateOptions, ExpireError, OpenOptions, OpenReport, Store};

use super::common::{Common, Creation, Kdf};
use super::exit::Failure;
use super::output;
use super::password;
use super::progress::ProgressLine;
use super::signals;
use super::target;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Reading, without a lock.
    Read,
    /// Changing it.
    Write,
    /// Changing it, with the user's word that the clock is right.
    WriteByClock,
}

/// Opens a file to read it, without a lock.
pub(super) fn open_to_read(common: &Common) -> Result<Store, Failure> {
    open(common, Access::Read).map(|(store, _)| store)
}

/// Opens a file to change it.
pub(super) fn open_to_write(common: &Common) -> Result<Store, Failure> {
    open(common, Access::Write).map(|(store, _)| store)
}

/// Opens a file to change it, and deletes expired records even if the clock is in doubt.
pub(super) fn open_by_clock(common: &Common) -> Result<Store, Failure> {
    open(common, Access::WriteByClock).map(|(store, _)| store)
}

/// Opens a file to read it, and returns the report on opening it.
pub(super) fn open_to_inspect(common: &Common) -> Result<(Store, OpenReport), Failure> {
    open(common, Access::Read)
}

fn open(common: &Common, access: Access) -> Result<(Store, OpenReport), Failure> {
    // Problems that need no password are reported before it is asked for.
    target::check_stdout(common)?;
    Store::probe(&common.db)?;
    let credentials = password::existing(common)?;
    open_reported(common, &credentials, access)
}

/// Opens a file with credentials that have already been asked for.
pub(super) fn open_with(
    common: &Common,
    credentials: &Credentials,
    access: Access,
) -> Result<Store, Failure> {
    open_reported(common, credentials, access).map(|(store, _)| store)
}

fn open_reported(
    common: &Common,
    credentials: &Credentials,
    access: Access,
) -> Result<(Store, OpenReport), Failure> {
    let options = OpenOptions {
        read_only: access == Access::Read,
        ..OpenOptions::default()
    };
    let (mut store, report) = Store::open(&common.db, credentials, &options, &Control::default())?;
    report_opening(&report);
    if access == Access::WriteByClock && store.clock_suspect().is_some() {
        store.confirm_clock()?;
    }
    if access != Access::Read {
        report_expired(delete_expired(&mut store));
    }
    Ok((store, report))
}

/// Deletes expired records, as the window does, and returns how many. A failure to delete them
/// fails no command: they stay hidden, and the next command tries again.
pub(super) fn delete_expired(store: &mut Store) -> usize {
    let mut deleted = 0;
    loop {
        match store.expire_due() {
            Ok(Some(commit)) if !commit.changes.is_empty() => deleted += commit.changes.len(),
            Ok(_) => return deleted,
            Err(ExpireError::ClockSuspect(suspect)) => {
                output::message(format_args!(
                    "vstore: {suspect}; set the clock right, or confirm that it is right with \
                         'vstore compact FILE --clock-is-right'"
                ));
                return deleted;
            }
            Err(error) => {
                output::message(format_args!(
                    "vstore: expired records are hidden, but could not be deleted: {error}"
                ));
                return deleted;
            }
        }
    }
}

/// Reports how many expired records were deleted. Later commands no longer see them.
pub(super) fn report_expired(deleted: usize) {
    match deleted {
        0 => {}
        1 => output::message("vstore: 1 expired record was deleted"),
        _ => output::message(format_args!(
            "vstore: {deleted} expired records were deleted"
        )),
    }
}

impl From<Kdf> for KdfProfile {
    fn from(kdf: Kdf) -> Self {
        match kdf {
            Kdf::Fast => Self::Fast,
            Kdf::Default => Self::Calibrated,
        }
    }
}

/// The options for creating a file.
pub(super) fn create_options(creation: &Creation, target: &Approved) -> CreateOptions {
    CreateOptions {
        kdf: creation.kdf.into(),
        overwrite: target.replaces().is_some(),
        ..CreateOptions::default()
    }
}

/// Compacts if advised, and closes. Acknowledged changes are safe whatever happens here.
pub(super) fn close(mut store: Store) {
    compact_if_advised(&mut store);
    if let Some(cause) = store.poisoned() {
        // Acknowledged changes are safe; the next opening rewrites the file.
        output::message(format_args!(
            "vstore: warning: the disk failed after the change was made: {cause}"
        ));
    }
    if let Err(error) = store.close() {
        output::message(format_args!(
            "vstore: the file was not closed cleanly: {error}"
        ));
    }
}

/// Compacts if advised.
pub(super) fn compact_if_advised(store: &mut Store) {
    if store.compaction_advised()
        && let Err(error) = ProgressLine::new().watch(|control| store.compact(control))
        && !signals::is_stopped()
    {
        output::message(format_args!("vstore: the file was not compacted: {error}"));
    }
}

fn report_opening(report: &OpenReport) {
    if report.file.torn_at.is_some() {
        output::message(format_args!(
            "vstore: the last write was incomplete ({} bytes); everything before it is intact",
            report.file.torn_bytes
        ));
    }
    if report.file.healed_header {
        output::message("vstore: the file header was damaged in one place and was repaired");
    }
}
