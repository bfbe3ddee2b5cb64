//! What reading a file whole showed: for a damaged one the place where every way out starts.
//!
//! Bringing what is left into a new file builds on [`CheckReport`]: which parts are lost is known
//! before anything is written.

use super::TaskId;

/// The check of a file, as the page of a damaged one or the dialog of the open one shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is being read.
    Running(TaskId),
    /// All of it was read.
    Done(CheckReport),
    /// It could not be read, in words.
    Failed(String),
}

impl Check {
    /// What came of reading a file; `None`: it was cancelled.
    pub fn of(result: Result<CheckReport, Option<String>>) -> Option<Self> {
        match result {
            Ok(report) => Some(Self::Done(report)),
            Err(words) => words.map(Self::Failed),
        }
    }
}

/// Everything wrong with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Parts (frames) that are good.
    pub good_parts: u64,
    /// What was found, in the order of the file. Bounded.
    pub findings: Vec<CheckFinding>,
}

/// Something wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckFinding {
    /// Where, in bytes from the start.
    pub offset: u64,
    /// What, in words.
    pub what: String,
    /// What is lost with it.
    pub loss: Loss,
}

/// What is lost with a damaged place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Nothing that was acknowledged; opening repairs it.
    Nothing,
    /// Something.
    Lost {
        /// Bytes of the file that belong to nothing that can be read.
        bytes: u64,
        /// Parts (frames), each a group of records or a change; `None`: it cannot be told.
        parts: Option<u64>,
        /// About this number of records; `None`: it cannot be estimated.
        records: Option<u64>,
    },
    /// It cannot be told.
    Unknown,
}

impl CheckReport {
    /// How many parts are lost, as far as it can be told; whether there may be more.
    pub fn loss(&self) -> (u64, bool) {
        let mut parts = 0;
        let mut more = false;
        for finding in &self.findings {
            match finding.loss {
                Loss::Nothing => {}
                Loss::Lost {
                    parts: Some(count), ..
                } => parts += count,
                Loss::Lost { parts: None, .. } | Loss::Unknown => more = true,
            }
        }
        (parts, more)
    }

    /// Whether nothing that was acknowledged is lost.
    pub fn is_intact(&self) -> bool {
        let harmless = |finding: &CheckFinding| finding.loss == Loss::Nothing;
        self.findings.iter().all(harmless)
    }
}
