//! What a check of a file showed, for the window.

use vstore::file::{Finding, OpenError, VerifyReport};

use crate::failure::Failure;
use crate::state::{CheckFinding, CheckReport, Loss};

/// `Err(None)`: it was cancelled; otherwise why the file could not be read, in words.
pub(crate) fn report_of(
    report: Result<VerifyReport, OpenError>,
) -> Result<CheckReport, Option<String>> {
    let report = report.map_err(|error| Failure::from(error).words())?;
    Ok(CheckReport {
        bytes: report.bytes,
        good_parts: report.frames,
        findings: report.findings.iter().map(finding).collect(),
    })
}

fn finding(found: &Finding) -> CheckFinding {
    let loss = match found.loss {
        _ if found.kind.is_harmless() => Loss::Nothing,
        Some(loss) => Loss::Lost {
            bytes: loss.bytes,
            parts: loss.frames,
            records: loss.records,
        },
        None => Loss::Unknown,
    };
    CheckFinding {
        offset: found.offset,
        what: found.kind.to_string(),
        loss,
    }
}
