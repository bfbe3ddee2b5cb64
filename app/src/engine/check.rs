//! Reading a damaged file whole, without a store and without changing anything.

use std::path::Path;

use vstore::file::{Control, Finding, KdfLimits, RealVfs, VerifyDepth, verify};

use super::files::credentials;
use super::problem::Failure;
use crate::command::Secret;
use crate::state::{CheckFinding, CheckReport, Loss};

/// Reads all of a file and lists what is wrong with it. Takes as long as reading the file.
///
/// `Err(None)`: it was cancelled; otherwise why the file could not be read, in words.
pub fn check_file(
    path: &Path,
    secret: &Secret,
    control: &Control,
) -> Result<CheckReport, Option<String>> {
    let credentials = credentials(secret).map_err(|problem| Some(problem.text()))?;
    let limits = KdfLimits::default();
    let report = verify(
        &RealVfs,
        path,
        &credentials,
        VerifyDepth::Full,
        &limits,
        control,
    );
    let report = report.map_err(|error| match Failure::from(error) {
        Failure::Cancelled => None,
        Failure::Problem(problem) => Some(problem.text()),
    })?;
    Ok(CheckReport {
        bytes: report.bytes,
        good_parts: report.frames,
        findings: report.findings.iter().map(finding).collect(),
    })
}

fn finding(found: &Finding) -> CheckFinding {
    let loss = match found.lost_frames {
        _ if found.kind.is_harmless() => Loss::Nothing,
        Some(count) => Loss::Parts(count),
        None => Loss::Unknown,
    };
    CheckFinding {
        offset: found.offset,
        what: found.kind.to_string(),
        loss,
    }
}
