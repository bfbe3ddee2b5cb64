//! Rules for the sources that no compiler checks. Each test has been seen to fail with its rule
//! broken.

use std::path::{Path, PathBuf};

use crate::source_rules::{Source, ambiguous_types, badly_formed, dead_paths, sources};

/// What each module may use. Modules that are not listed may use everything.
const MAY_USE: [(&str, &[&str]); 23] = [
    ("theme", &[]),
    ("format", &[]),
    ("typed_path", &[]),
    ("typed_time", &[]),
    ("private_file", &[]),
    ("wording", &[]),
    ("letters", &[]),
    ("widgets", &["theme"]),
    ("cli", &["typed_path", "typed_time"]),
    ("state", &["format", "theme", "typed_path"]),
    ("credentials", &["state"]),
    ("failure", &["state"]),
    ("command", &["state", "theme"]),
    ("view", &["state", "typed_path"]),
    ("action", &["command", "letters", "state", "theme", "view"]),
    (
        "forms",
        &[
            "command",
            "format",
            "state",
            "theme",
            "typed_path",
            "view",
            "widgets",
        ],
    ),
    ("panels", DRAWING),
    ("dialogs", DRAWING),
    (
        "engine",
        &["credentials", "failure", "format", "private_file", "state"],
    ),
    (
        "jobs",
        &["credentials", "failure", "format", "letters", "state"],
    ),
    ("effect", &["engine", "jobs", "state"]),
    (
        "update",
        &["command", "effect", "engine", "format", "jobs", "state"],
    ),
    (
        "platform",
        &["effect", "private_file", "state", "typed_path", "update"],
    ),
];

/// What panels and dialogs may use: no engine, jobs, update or files.
const DRAWING: &[&str] = &[
    "action",
    "command",
    "format",
    "forms",
    "state",
    "theme",
    "typed_path",
    "typed_time",
    "view",
    "widgets",
    "wording",
];

/// Where `Store` may be named: the engine owns the open one, jobs handle files that are not open,
/// and the command line has its own.
const NAMES_STORE: [&str; 5] = [
    "engine/",
    "cli/",
    "jobs/check.rs",
    "jobs/restore.rs",
    "jobs/salvage.rs",
];

/// Where the file system may be accessed.
const TOUCHES_FILES: [&str; 6] = [
    "engine/",
    "cli/",
    "jobs/",
    "platform/",
    "private_file.rs",
    "typed_path.rs",
];

fn crate_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn is_below(source: &Source, places: &[&str]) -> bool {
    let path = source.path.as_str();
    places.iter().any(|place| path.starts_with(place))
}

#[test]
fn each_module_uses_only_what_it_may() {
    let mut wrong = Vec::new();
    let mut used = 0;
    for source in &sources(&crate_folder()) {
        let top = source.module.first().map_or("", String::as_str);
        let Some((_, allowed)) = MAY_USE.iter().find(|(module, _)| *module == top) else {
            continue;
        };
        for path in source.paths() {
            let Some(other) = path.first().filter(|other| **other != top) else {
                continue;
            };
            used += 1;
            if !allowed.contains(other) {
                wrong.push(format!("{} uses {}", source.path, path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(used > 500, "paths are no longer recognised: {used}");
}

#[test]
fn every_module_is_in_the_table_or_at_the_top() {
    let above = ["app", "lib", "main", "perform", "window"];
    let folder = crate_folder().join("src");
    let mut unknown = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        if !above.contains(&module) && !MAY_USE.iter().any(|(known, _)| *known == module) {
            unknown.push(name);
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn stores_and_files_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for source in &sources(&crate_folder()) {
        let names = |root: &str, name: &str| {
            let paths = source.paths_of(root);
            paths.iter().any(|path| path.first() == Some(&name))
        };
        if names("vstore", "Store") && !is_below(source, &NAMES_STORE) {
            wrong.push(format!("{} names Store", source.path));
        }
        if names("std", "fs") && !is_below(source, &TOUCHES_FILES) {
            wrong.push(format!("{} accesses the file system", source.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sources_are_short_and_start_with_a_description() {
    let wrong = badly_formed(&crate_folder());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_two_public_types_have_one_name() {
    let wrong = ambiguous_types(&sources(&crate_folder()), &["Presence"]);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_paths_in_the_documents_exist() {
    let folder = crate_folder();
    let repository = folder.parent().unwrap();
    let documents = [
        "README.md",
        "app/README.md",
        "app/CHANGELOG.md",
        "assets/README.md",
        ".github/CONTRIBUTING.md",
        ".github/SECURITY.md",
    ];
    let wrong: Vec<String> = documents
        .iter()
        .flat_map(|document| dead_paths(&repository.join(document), repository))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
