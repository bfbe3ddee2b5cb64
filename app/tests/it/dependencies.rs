//! What the workspace depends on: nothing that no source names, from the registry alone, under
//! licences and in versions that `.cargo/deny.toml` lists. Each rule was broken once to see its
//! test fail.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const LOCK: &str = include_str!("../../../Cargo.lock");
const DENY: &str = include_str!("../../../.cargo/deny.toml");

/// What cargo says of the packages that these arguments choose; `None` if it would have to download
/// some first and cannot.
fn metadata(arguments: &[&str]) -> Option<Vec<Value>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    if !output.status.success() {
        return None;
    }
    let mut metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    match metadata["packages"].take() {
        Value::Array(packages) => Some(packages),
        other => panic!("{other}"),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// What stands in quotes behind each `start` in a part of the list.
fn quoted_behind<'a>(part: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    let behind = part.split(start).skip(1);
    behind.filter_map(|rest| rest.split('"').next())
}

/// The sources in some folders of a crate, one behind the other.
fn code(folder: &Path, folders: &[&str]) -> String {
    let mut code = String::new();
    let mut left: Vec<_> = folders.iter().map(|name| folder.join(name)).collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|end| end == "rs") {
            code.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    code
}

/// Whether a path begins with this crate.
fn names(code: &str, crate_name: &str) -> bool {
    let start = format!("{crate_name}::");
    let paths = code.match_indices(&start);
    let mut before = paths.filter_map(|(at, _)| Some(code.get(..at)?.chars().next_back()));
    before.any(|before| !before.is_some_and(|c| c.is_alphanumeric() || c == '_'))
}

#[test]
fn every_dependency_is_named_in_the_sources() {
    let mut unused = Vec::new();
    for package in &metadata(&["--no-deps"]).unwrap() {
        let folder = Path::new(text(package, "manifest_path")).parent().unwrap();
        let program = code(folder, &["src"]);
        let tests = code(folder, &["src", "tests", "benches", "examples"]);
        for dependency in package["dependencies"].as_array().unwrap() {
            let is_for_tests = text(dependency, "kind") == "dev";
            let where_used = if is_for_tests { &tests } else { &program };
            let name = text(dependency, "name");
            if !names(where_used, &name.replace('-', "_")) {
                unused.push(format!("{} does not use {name}", text(package, "name")));
            }
        }
    }
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn everything_comes_from_the_registry() {
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let mut sources: Vec<&str> = quoted_behind(LOCK, "\nsource = \"").collect();
    assert!(!sources.is_empty());
    sources.retain(|source| *source != registry);
    assert_eq!(sources, Vec::<&str>::new());
}

/// Whether an SPDX expression can be met with these licences; `/` is an old way to write `OR`.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ");
    let alternatives = |part: &str| {
        let mut licences = part.split(" OR ").map(str::trim);
        licences.any(|licence| allowed.contains(&licence.trim_end_matches('+')))
    };
    // No expression has a conjunction inside of an alternative.
    expression
        .split(" AND ")
        .all(|part| alternatives(part.trim().trim_matches(['(', ')'])))
}

#[test]
fn every_licence_is_listed() {
    let (_, list) = DENY.split_once("allow = [").unwrap();
    let (list, _) = list.split_once("\n]").unwrap();
    let allowed: Vec<&str> = quoted_behind(list, "\n  \"").collect();
    assert!(allowed.contains(&"MIT"), "{allowed:?}");
    assert!(is_allowed("(MIT OR GPL-3.0-only) AND ISC", &allowed));
    assert!(!is_allowed("MIT AND GPL-3.0-only", &allowed));
    // The crates for other systems are not on every machine.
    let Some(packages) = metadata(&["--filter-platform", "x86_64-unknown-linux-gnu"]) else {
        writeln!(io::stderr(), "needs all crates or the registry: skipped").ok();
        return;
    };
    let others: Vec<String> = packages
        .iter()
        .filter(|package| !is_allowed(text(package, "license"), &allowed))
        .map(|package| format!("{}: {}", text(package, "name"), text(package, "license")))
        .collect();
    assert_eq!(others, Vec::<String>::new());
}

#[test]
fn a_crate_stands_twice_only_where_the_reason_is_listed() {
    let mut versions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for package in LOCK.split("[[package]]").skip(1) {
        let mut name = quoted_behind(package, "name = \"");
        let mut version = quoted_behind(package, "version = \"");
        let of_name = versions.entry(name.next().unwrap()).or_default();
        of_name.push(format!("{}.", version.next().unwrap()));
    }
    for listed in quoted_behind(DENY, "{ crate = \"") {
        let (name, version) = listed.split_once('@').unwrap();
        let of_name = versions.entry(name).or_default();
        let before = of_name.len();
        of_name.retain(|other| !other.starts_with(&format!("{version}.")));
        assert_ne!(of_name.len(), before, "{listed} is listed and not used");
    }
    versions.retain(|_, versions| versions.len() > 1);
    assert_eq!(versions, BTreeMap::new());
}
