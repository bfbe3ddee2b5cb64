//! Rules of the sources that no compiler checks. Each was broken once to see its test fail.

use std::path::{Path, PathBuf};

use crate::source_rules::{Source, ambiguous_types, badly_formed, dead_paths, sources};

/// The folders of `src/file`; each uses only those before it.
const ROOMS: [&str; 6] = ["disk", "keys", "format", "read", "write", "repair"];

/// The modules of the crate; each uses only those before it.
const MODULES: [&str; 26] = [
    "background",
    "clock",
    "control",
    "key",
    "row_set",
    "value",
    "file",
    "path",
    "options",
    "record",
    "expire_at",
    "search",
    "change",
    "memtable",
    "expiry",
    "paths",
    "batch",
    "commit",
    "segment",
    "target",
    "transfer",
    "hooks",
    "state",
    "snapshot",
    "store",
    "fuzzing",
];

/// The modules that must know neither the store nor its file.
const KNOW_NO_FILE: [&str; 6] = [
    "search", "paths", "value", "segment", "snapshot", "transfer",
];

/// What the file must not know: it keeps bytes, and no records.
const RECORDS: [&str; 8] = [
    "batch", "memtable", "record", "search", "segment", "snapshot", "state", "value",
];

fn crate_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Paths that some sources must not name, as `source uses path`.
fn forbidden(
    sources: &[Source],
    within: impl Fn(&Source) -> bool,
    is_forbidden: impl Fn(&[&str]) -> bool,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| within(source)) {
        let paths = source.paths().into_iter();
        let bad = paths.filter(|path| is_forbidden(path));
        wrong.extend(bad.map(|path| format!("{} uses {}", source.path, path.join("::"))));
    }
    wrong
}

/// The uses of a later part by an earlier one, as `source uses path`, and the number of uses of an
/// earlier part by a later one. `part`: the position of a path in the order of the parts.
fn against_the_order(
    sources: &[Source],
    part: impl Fn(&[&str]) -> Option<usize>,
) -> (Vec<String>, usize) {
    let mut wrong = Vec::new();
    let mut right = 0;
    for source in sources {
        let module: Vec<&str> = source.module.iter().map(String::as_str).collect();
        let Some(from) = part(&module) else {
            continue;
        };
        for path in source.paths() {
            match part(&path) {
                Some(to) if from < to => {
                    wrong.push(format!("{} uses {}", source.path, path.join("::")));
                }
                Some(to) => right += usize::from(from > to),
                None => {}
            }
        }
    }
    (wrong, right)
}

#[test]
fn a_room_of_the_file_uses_only_those_before_it() {
    let (wrong, right) = against_the_order(&sources(&crate_folder()), |path| match path {
        ["file", room, ..] => ROOMS.iter().position(|name| name == room),
        _ => None,
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(right > 100, "paths are no longer recognised: {right}");
}

#[test]
fn a_module_uses_only_those_before_it() {
    let sources = sources(&crate_folder());
    let position = |path: &[&str]| MODULES.iter().position(|name| path.first() == Some(name));
    let (wrong, right) = against_the_order(&sources, position);
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(right > 300, "paths are no longer recognised: {right}");
    let missing: Vec<&str> = sources
        .iter()
        .filter_map(|source| source.module.first())
        .map(String::as_str)
        .filter(|module| !MODULES.contains(module))
        .collect();
    assert!(missing.is_empty(), "not in the order: {missing:?}");
}

#[test]
fn the_file_knows_no_record_and_the_search_no_file() {
    let sources = sources(&crate_folder());
    let starts = |source: &Source, folders: &[&str]| {
        let top = source.module.first().map_or("", String::as_str);
        folders.contains(&top)
    };
    let of_file = forbidden(
        &sources,
        |source| starts(source, &["file"]) && source.path != "file/fuzzing.rs",
        |path| path.first().is_some_and(|top| RECORDS.contains(top)),
    );
    assert!(of_file.is_empty(), "{of_file:#?}");
    let of_search = forbidden(
        &sources,
        |source| starts(source, &KNOW_NO_FILE),
        |path| {
            path.first()
                .is_some_and(|top| ["file", "store"].contains(top))
        },
    );
    assert!(of_search.is_empty(), "{of_search:#?}");
}

#[test]
fn sources_are_short_and_begin_by_saying_what_they_are() {
    let wrong = badly_formed(&crate_folder());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_two_public_types_have_one_name() {
    let wrong = ambiguous_types(&sources(&crate_folder()), &[]);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_paths_in_the_documents_exist() {
    let folder = crate_folder();
    let repository = folder.parent().unwrap();
    let documents = ["README.md", "FORMAT.md", "HARM.md", "CHANGELOG.md"];
    let wrong: Vec<String> = documents
        .iter()
        .flat_map(|document| dead_paths(&folder.join(document), repository))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
