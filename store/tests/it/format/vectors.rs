//! Files with invalid content that are encrypted correctly, as a holder of the key can write them
//! (`tests/format/vstore_format/vectors.py`), and the results of opening, verifying and salvaging.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::Path;

use vstore::file::{
    Control, Credentials, Finding, OpenError, SalvageMode, VerifyDepth, VerifyReport,
};
use vstore::{OpenOptions, Salvage, SalvageOptions, Store};

use super::described::Opener;
use super::python::Python;
use super::{Place, RECOVERY_KEY, verified};

/// One line for each file: its name and the results of opening, a quick check, a full check and
/// salvage.
const EXPECTED: &str = include_str!("vectors.tsv");

/// The results for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    open: String,
    quick: String,
    full: String,
    salvage: String,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            open,
            quick,
            full,
            salvage,
        } = self;
        write!(f, "{open}\t{quick}\t{full}\t{salvage}")
    }
}

/// The files about key derivation costs need a password, all others a recovery key.
fn opener_of(name: &str) -> Opener {
    if name.starts_with("cost-") {
        Opener::password("secret")
    } else {
        Opener::recovery_key(RECOVERY_KEY)
    }
}

fn opening(path: &Path, credentials: &Credentials) -> String {
    let options = OpenOptions {
        read_only: true,
        ..OpenOptions::default()
    };
    match Store::open(path, credentials, &options, &Control::default()) {
        Ok((store, report)) => {
            let mut said = format!("{} records", store.snapshot().len());
            let file = report.file;
            if file.torn_bytes > 0 {
                write!(said, ", {} bytes torn", file.torn_bytes).unwrap();
            }
            if file.skipped_frames > 0 {
                write!(said, ", {} frames skipped", file.skipped_frames).unwrap();
            }
            said
        }
        Err(OpenError::Content { .. }) => "REFUSED: content that makes no sense".to_owned(),
        Err(error) => format!("REFUSED: {error}"),
    }
}

fn checking(checked: Result<VerifyReport, OpenError>) -> String {
    match checked {
        Ok(report) if report.is_intact() => "intact".to_owned(),
        Ok(report) => {
            let harmful = |found: &&Finding| !found.kind.is_harmless();
            let first = report.findings.iter().find(harmful).unwrap();
            format!("damaged at byte {}", first.offset)
        }
        Err(error) => format!("REFUSED: {error}"),
    }
}

fn salvaging(path: &Path, credentials: &Credentials) -> String {
    let options = SalvageOptions {
        mode: SalvageMode::Everything,
        ..SalvageOptions::default()
    };
    match Store::read_salvage(path, credentials, &options, &Control::default()) {
        Ok(Salvage { report, .. }) if report.is_complete() => format!("all {}", report.records),
        Ok(Salvage { report, .. }) => format!("{} and not all", report.records),
        Err(error) => format!("REFUSED: {error}"),
    }
}

fn ask(path: &Path, name: &str) -> Said {
    let opener = opener_of(name);
    let credentials = opener.credentials();
    Said {
        open: opening(path, &credentials),
        quick: checking(verified(path, &opener, VerifyDepth::Quick)),
        full: checking(verified(path, &opener, VerifyDepth::Full)),
        salvage: salvaging(path, &credentials),
    }
}

fn expected() -> BTreeMap<String, Said> {
    let lines = EXPECTED.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let [name, open, quick, full, salvage] = *line.split('\t').collect::<Vec<_>>() else {
                panic!("not five columns: {line}")
            };
            let [open, quick, full, salvage] = [open, quick, full, salvage].map(str::to_owned);
            let said = Said {
                open,
                quick,
                full,
                salvage,
            };
            (name.to_owned(), said)
        })
        .collect()
}

#[test]
fn wrong_content_is_named_by_all_who_read_it() {
    let Some(python) = Python::find() else { return };
    let place = Place::new();
    let folder = place.folder.path();
    python.run(&["vectors".as_ref(), folder.as_os_str()]);
    let judged = python.run(&["judge".as_ref(), folder.as_os_str()]);
    let judged: BTreeMap<&str, &str> = judged
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .collect();

    let expected = expected();
    let mut wrong = String::new();
    for (name, verdict) in &judged {
        let path = place.path(&format!("{name}.vstore"));
        let before = std::fs::read(&path).unwrap();
        let said = ask(&path, name);
        assert!(
            std::fs::read(&path).unwrap() == before,
            "{name} was changed"
        );
        let Some(expected) = expected.get(*name) else {
            writeln!(wrong, "{name}\t{said}").unwrap();
            continue;
        };
        if *expected != said {
            writeln!(wrong, "{name}\t{said}").unwrap();
        }
        // Opening and the full check must agree on whether the file can be opened.
        let opens = !said.open.starts_with("REFUSED");
        assert_eq!(name.starts_with("right"), opens, "{name}: {said}");
        assert_eq!(
            *verdict == "opens",
            opens,
            "{name}: {said}; Python: {verdict}"
        );
        assert!(!opens || said.quick == "intact", "{name}: {said}");
        assert_eq!(said.full == "intact", opens, "{name}: {said}");
    }
    assert!(wrong.is_empty(), "said otherwise than expected:\n{wrong}");
    let names: Vec<&str> = expected.keys().map(String::as_str).collect();
    assert_eq!(names, judged.into_keys().collect::<Vec<_>>());
}
