//! Opening and closing the file of a command.

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
    /// Changing it by somebody who says that the clock is right.
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

/// Opens a file to change it, and deletes what expired even if the clock is doubted.
pub(super) fn open_by_clock(common: &Common) -> Result<Store, Failure> {
    open(common, Access::WriteByClock).map(|(store, _)| store)
}

/// Opens a file to read it, and says what opening it found.
pub(super) fn open_to_inspect(common: &Common) -> Result<(Store, OpenReport), Failure> {
    open(common, Access::Read)
}

fn open(common: &Common, access: Access) -> Result<(Store, OpenReport), Failure> {
    // What needs no password is said before one is asked for.
    target::check_stdout(common)?;
    Store::probe(&common.db)?;
    let credentials = password::existing(common)?;
    open_reported(common, &credentials, access)
}

/// Opens a file with credentials that were asked for already.
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
    tell(&report);
    if access == Access::WriteByClock && store.clock_suspect().is_some() {
        store.confirm_clock()?;
    }
    if access != Access::Read {
        tell_expired(delete_expired(&mut store));
    }
    Ok((store, report))
}

/// Deletes the records whose time has passed, as the window does; how many there were. Failing at
/// that stops no command: they stay hidden, and the next command tries again.
pub(super) fn delete_expired(store: &mut Store) -> usize {
    let mut deleted = 0;
    loop {
        match store.expire_due() {
            Ok(Some(commit)) if !commit.changes.is_empty() => deleted += commit.changes.len(),
            Ok(_) => return deleted,
            Err(ExpireError::ClockSuspect(suspect)) => {
                output::message(format_args!(
                    "vstore: {suspect}; set the clock right, or say that it is right with \
                     'vstore compact FILE --clock-is-right'"
                ));
                return deleted;
            }
            Err(error) => {
                output::message(format_args!(
                    "vstore: the records that ran out are hidden, but could not be deleted: {error}"
                ));
                return deleted;
            }
        }
    }
}

/// Says how many records ran out. They are deleted by then: no later command reports them again.
pub(super) fn tell_expired(deleted: usize) {
    match deleted {
        0 => {}
        1 => output::message("vstore: 1 record had run out and was deleted"),
        _ => output::message(format_args!(
            "vstore: {deleted} records had run out and were deleted"
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
    compact_if_advised(&mut store);
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

/// Compacts if that pays.
pub(super) fn compact_if_advised(store: &mut Store) {
    if store.compaction_advised()
        && let Err(error) = ProgressLine::new().watch(|control| store.compact(control))
        && !signals::is_stopped()
    {
        output::message(format_args!("vstore: not compacted: {error}"));
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
}
