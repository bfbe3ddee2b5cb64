//! Rules of the source that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of `src/file`; each uses only those before it.
const ROOMS: [&str; 6] = ["disk", "keys", "format", "read", "write", "repair"];

/// All Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The rooms that a source names in its paths. Modules of tests may name any.
fn rooms_named(source: &str) -> Vec<&'static str> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines: Vec<&str> = code
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("//"))
        .collect();
    let names = |room: &str| {
        let path = format!("{room}::");
        let inner = ["file::", "{", ", "].map(|before| format!("{before}{path}"));
        lines.iter().any(|line| {
            line.starts_with(&path) || inner.iter().any(|inner| line.contains(inner.as_str()))
        })
    };
    ROOMS.into_iter().filter(|room| names(room)).collect()
}

#[test]
fn a_room_of_the_file_uses_only_those_before_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/file");
    let mut wrong = Vec::new();
    let mut named = 0;
    for (index, room) in ROOMS.iter().enumerate() {
        for path in sources(&file.join(room)) {
            let rooms = rooms_named(&fs::read_to_string(&path).unwrap());
            named += rooms.len();
            for later in rooms
                .iter()
                .filter(|room| ROOMS[index + 1..].contains(room))
            {
                wrong.push(format!("{} uses {later}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(named > 100, "paths are written otherwise: {named}");
}

#[test]
fn every_source_begins_by_saying_what_it_is() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    for path in sources(&crate_folder.join("src")) {
        let source = fs::read_to_string(&path).unwrap();
        let is_test =
            path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
        if !source.starts_with("//!") && !is_test {
            wrong.push(path);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
