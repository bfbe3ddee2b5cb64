//! The Python that runs the second implementation.

use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use serde_json::Value as Json;

/// Set to `required` where the packages are installed, so that no test is skipped unnoticed.
const REQUIRED: &str = "VSTORE_PYTHON_TESTS";
const NEEDED: &str = "needs Python 3.11 with argon2-cffi, cryptography and msgpack";
const IMPORTS: &str =
    "import sys, argon2, cryptography, msgpack; assert sys.version_info >= (3, 11)";

/// An interpreter with the modules that the second implementation needs.
pub(super) struct Python {
    program: PathBuf,
}

impl Python {
    /// Finds it: the value of `VSTORE_TEST_PYTHON`, the environment that `.ci/run` creates in the
    /// target folder, or `python3`. If none has the required modules, prints one line that the test
    /// harness does not capture, or fails, depending on `VSTORE_PYTHON_TESTS`.
    pub(super) fn find() -> Option<Self> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let candidates = match env::var_os("VSTORE_TEST_PYTHON") {
            Some(named) => vec![PathBuf::from(named)],
            None => vec![target.join("python/bin/python"), PathBuf::from("python3")],
        };
        let mut problems = String::new();
        for program in candidates {
            match Command::new(&program).args(["-c", IMPORTS]).output() {
                Ok(output) if output.status.success() => return Some(Self { program }),
                Ok(output) => {
                    let said = String::from_utf8_lossy(&output.stderr).into_owned();
                    let last = said.lines().last().unwrap_or_default();
                    write!(problems, "{}: {last}; ", program.display()).unwrap();
                }
                Err(error) => write!(problems, "{}: {error}; ", program.display()).unwrap(),
            }
        }
        assert!(
            env::var_os(REQUIRED).is_none_or(|value| value != "required"),
            "{NEEDED}, and {REQUIRED} is `required` ({problems}to get them: python3 -m venv \
             {target} && {target}/bin/pip install -r {requirements})",
            target = target.join("python").display(),
            requirements = folder().join("requirements.txt").display(),
        );
        let test = thread::current().name().unwrap_or_default().to_owned();
        writeln!(io::stderr(), "{test}: {NEEDED}: skipped").ok();
        None
    }

    /// Runs a command of the second implementation; returns what it prints.
    #[track_caller]
    pub(super) fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> String {
        let output = self.output(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// As [`run`](Self::run), for a command that prints JSON.
    #[track_caller]
    pub(super) fn json<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Json {
        serde_json::from_str(&self.run(arguments)).unwrap()
    }

    fn output<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Output {
        Command::new(&self.program)
            // Leaves nothing in the source tree.
            .args(["-B", "-m", "vstore_format"])
            .args(arguments)
            .env("PYTHONPATH", folder())
            .env("PYTHONUTF8", "1")
            .output()
            .unwrap()
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format")
}
