//! Runs the real binary as a script would.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::database;

mod expiry;
mod keys;
mod records;
mod refusals;
#[cfg(unix)]
mod signals;
mod targets;
#[cfg(unix)]
mod terminal;
mod transfer;

const PASSWORD: &str = "correct horse";

/// A folder with a database in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    /// A folder with a database of these records.
    fn with(records: &Value) -> Self {
        let desk = Self::new();
        database::create(&desk.path("db.vstore"), PASSWORD);
        desk.write("data.json", &records.to_string());
        let made = desk.run(&["import", "db.vstore", "data.json"]);
        assert_eq!(code(&made), 0, "{}", stderr(&made));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs a command with the right password.
    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, &format!("{PASSWORD}\n"))
    }

    /// Runs a command with this standard input.
    fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vstore"))
            .current_dir(self.folder.path())
            .args(arguments)
            .arg("--password-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that stops before reading closes the pipe.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        child.wait_with_output().unwrap()
    }

    /// Runs a command with `--json` and reads its answer.
    fn answer(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(code(&ran), 0, "{}", stderr(&ran));
        serde_json::from_slice(&ran.stdout).unwrap()
    }

    fn exported(&self) -> Value {
        self.exported_from("db.vstore")
    }

    fn exported_from(&self, database: &str) -> Value {
        let ran = self.run(&["export", database, "-"]);
        assert_eq!(code(&ran), 0, "{}", stderr(&ran));
        serde_json::from_slice(&ran.stdout).unwrap()
    }
}

fn code(ran: &Output) -> i32 {
    ran.status.code().unwrap()
}

fn stdout(ran: &Output) -> String {
    String::from_utf8(ran.stdout.clone()).unwrap()
}

fn stderr(ran: &Output) -> String {
    String::from_utf8(ran.stderr.clone()).unwrap()
}

fn films() -> Value {
    json!({
        "film:1982:tootsie": {"title": "Tootsie", "year": 1982, "cast": ["Dustin Hoffman"], "genres": ["Comedy"]},
        "film:1988:rain-man": {"title": "Rain Man", "year": 1988, "cast": ["Dustin Hoffman", "Tom Cruise"], "genres": ["Drama"]},
        "film:1991:hook": {"title": "Hook", "year": 1991, "cast": ["Robin Williams"], "genres": ["Fantasy"], "seen": null},
    })
}
