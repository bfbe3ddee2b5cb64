//! Reading a file whole, without changing anything: a damaged one, or the open one.

use std::path::Path;

use vstore::file::{Control, Finding, OpenError, VerifyDepth, VerifyReport};
use vstore::{OpenOptions, Store};

use super::files::credentials;
use super::problem::Failure;
use super::protocol::{Background, Reply};
use super::server::EngineState;
use crate::command::Secret;
use crate::state::{CheckFinding, CheckReport, Loss, TaskId};

/// Reads all of a file and lists what is wrong with it. Takes as long as reading the file.
///
/// `Err(None)`: it was cancelled; otherwise why the file could not be read, in words.
pub fn check_file(
    path: &Path,
    secret: &Secret,
    control: &Control,
) -> Result<CheckReport, Option<String>> {
    let credentials = credentials(secret).map_err(|problem| Some(problem.text()))?;
    let options = OpenOptions::default();
    let report = Store::verify(path, &credentials, VerifyDepth::Full, &options, control);
    check_of(report)
}

/// What a check showed, for the window. As for [`check_file`].
pub(super) fn check_of(
    report: Result<VerifyReport, OpenError>,
) -> Result<CheckReport, Option<String>> {
    let report = report.map_err(|error| Failure::from(error).words())?;
    Ok(CheckReport {
        bytes: report.bytes,
        good_parts: report.frames,
        findings: report.findings.iter().map(finding).collect(),
    })
}

impl EngineState {
    /// Begins a check of the open file; it runs elsewhere, and commits go on.
    pub(super) fn begin_check(
        &self,
        task: TaskId,
        control: Control,
        say: &mut dyn FnMut(Reply),
    ) -> Option<Background> {
        let verification = self.store.as_ref().and_then(Store::begin_verify);
        let Some(verification) = verification else {
            say(Reply::Checked(
                task,
                Err(Some("There is no file to check.".to_owned())),
            ));
            return None;
        };
        match verification {
            Ok(verification) => Some(Background::Check(task, Box::new(verification), control)),
            Err(error) => {
                say(Reply::Checked(task, Err(Some(format!("{error}.")))));
                None
            }
        }
    }
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
