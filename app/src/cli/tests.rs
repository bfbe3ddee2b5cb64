use std::ffi::OsString;
use std::path::PathBuf;

use clap::CommandFactory as _;

use super::args::Arguments;
use super::{Launch, launch};

fn launched(arguments: &[&str]) -> Launch {
    launch(arguments.iter().map(OsString::from))
}

#[test]
fn the_arguments_are_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn without_a_command_the_window_opens() {
    let file = None;
    let read_only = false;
    assert_eq!(launched(&["vstore"]), Launch::Window { file, read_only });
    let file = Some(PathBuf::from("a.vstore"));
    let read_only = true;
    let expected = Launch::Window { file, read_only };
    assert_eq!(launched(&["vstore", "a.vstore", "--read-only"]), expected);
}

#[test]
fn invalid_arguments_are_refused() {
    for arguments in [
        &["vstore", "a.vstore", "b.vstore"][..],
        &["vstore", "--read-only"],
        &["vstore", "get", "a.vstore"],
        &["vstore", "get", "a.vstore", "key", "--password", "secret"],
        &[
            "vstore",
            "import",
            "a.vstore",
            "b",
            "--key-field",
            "a",
            "--row-numbers",
            "b",
        ],
        &["vstore", "put", "a.vstore", "k", "1", "--ttl", "5"],
        &["vstore", "put", "a.vstore", "k", "1", "--kdf", "fast"],
    ] {
        assert_eq!(launched(arguments), Launch::Done(2), "{arguments:?}");
    }
}
