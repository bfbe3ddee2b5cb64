//! Which files a command may write: the rules of [`vstore::target`], with `--force` as consent.

use std::path::{Path, PathBuf};

use vstore::target::{self, Approved, Consent, InUse, NotApproved, Output, Refusal, Verdict};

use super::common::Common;
use super::exit::{Exit, Failure};

/// Standard output as a path, on systems that have one.
const STDOUT: &str = "/dev/stdout";

/// The files of a command that must not be overwritten.
pub(super) fn in_use(common: &Common) -> InUse {
    InUse::new(&common.db, common.key_file.as_deref())
}

/// Approves a file that a command writes in addition to its database.
pub(super) fn approve(
    path: &Path,
    output: Output,
    common: &Common,
    force: bool,
) -> Result<Approved, Failure> {
    let consent = if force {
        Consent::ReplaceAny
    } else {
        Consent::NotAsked
    };
    target::approve(path, output, &in_use(common), &consent).map_err(|error| {
        let advice = match (&error, output) {
            (NotApproved::Refused(_), _) => return Failure::from(error),
            (NotApproved::Ask(_), Output::KeyFile) => ": choose another name",
            (NotApproved::Ask(_), _) => ": choose another name, or replace it with --force",
        };
        Failure::new(Exit::Refused, format_args!("{error}{advice}"))
    })
}

/// Where to create the database of a command; `None` if it exists.
pub(super) fn to_create(common: &Common, create: bool) -> Result<Option<Approved>, Failure> {
    if !create {
        return Ok(None);
    }
    let in_use = InUse {
        databases: Vec::new(),
        key_files: common.key_file.iter().map(PathBuf::clone).collect(),
    };
    match target::judge(&common.db, Output::Database, &in_use) {
        Verdict::NeedsConsent(_) => Ok(None),
        Verdict::Refused(refusal) => Err(refusal.into()),
        Verdict::Free | Verdict::Stream | Verdict::Replaceable(_) => {
            let consent = Consent::NotAsked;
            let approved = target::approve(&common.db, Output::Database, &in_use, &consent)?;
            Ok(Some(approved))
        }
    }
}

/// Refuses a command whose standard output is its own database or key file.
pub(super) fn check_stdout(common: &Common) -> Result<(), Failure> {
    match target::judge(Path::new(STDOUT), Output::Export, &in_use(common)) {
        Verdict::Refused(refusal @ Refusal::InUse { .. }) => Err(refusal.into()),
        _ => Ok(()),
    }
}

/// The same for an export, which must not be appended to a precious file either.
pub(super) fn check_export_to_stdout(common: &Common) -> Result<(), Failure> {
    match target::judge(Path::new(STDOUT), Output::Export, &in_use(common)) {
        Verdict::Refused(refusal @ (Refusal::InUse { .. } | Refusal::Precious { .. })) => {
            Err(refusal.into())
        }
        _ => Ok(()),
    }
}

impl From<NotApproved> for Failure {
    fn from(error: NotApproved) -> Self {
        match error {
            NotApproved::Refused(refusal) => refusal.into(),
            NotApproved::Ask(_) => Self::new(Exit::Refused, error),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match &refusal {
            Refusal::Unreachable { .. } => Exit::InputOutput,
            _ => Exit::Refused,
        };
        Self::new(exit, refusal)
    }
}
