//! Reading the sources of a crate, for the rules that no compiler checks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest file, in lines.
const LINES_MAX: usize = 600;

/// A source of a crate, without comments and without its tests.
#[derive(Debug)]
pub(crate) struct Source {
    /// The path below `src`, with `/` between its parts.
    pub(crate) path: String,
    /// The modules from the root of the crate to it.
    pub(crate) module: Vec<String>,
    /// What the compiler sees when it builds no tests.
    pub(crate) code: String,
}

impl Source {
    /// The paths that begin at the root of this crate: `state::Secret` for `crate::state::Secret`,
    /// and the same for `super::Secret` in a module of `state`.
    pub(crate) fn paths(&self) -> Vec<Vec<&str>> {
        let mut paths = self.paths_of("crate");
        for path in self.paths_of("super") {
            let above = 1 + path.iter().take_while(|name| **name == "super").count();
            if let Some(kept) = self.module.len().checked_sub(above) {
                let inner = self.module[..kept].iter().map(String::as_str);
                paths.push(inner.chain(path[above - 1..].iter().copied()).collect());
            }
        }
        paths
    }

    /// The paths behind a root such as `crate`, `std` or `vstore`; of a tree in braces each.
    pub(crate) fn paths_of(&self, root: &str) -> Vec<Vec<&str>> {
        let words = words(&self.code);
        let mut paths = Vec::new();
        for (index, word) in words.iter().enumerate() {
            let is_inner = index > 0 && words[index - 1] == "::";
            if *word == root && !is_inner && words.get(index + 1) == Some(&"::") {
                read_tree(&words, index + 2, &[], &mut paths);
            }
        }
        paths
    }
}

/// Reads a path or a tree of paths behind a prefix; returns the index of the word behind it.
fn read_tree<'a>(
    words: &[&'a str],
    start: usize,
    prefix: &[&'a str],
    paths: &mut Vec<Vec<&'a str>>,
) -> usize {
    let mut path = prefix.to_vec();
    let mut index = start;
    loop {
        match words.get(index) {
            Some(&"{") => {
                index += 1;
                while let Some(word) = words.get(index).filter(|word| **word != "}") {
                    index = if *word == "," {
                        index + 1
                    } else {
                        read_tree(words, index, &path, paths)
                    };
                }
                return index + 1;
            }
            Some(word) if is_name(word) => path.push(word),
            _ => return index + 1,
        }
        index += 1;
        if words.get(index) != Some(&"::") {
            // A new name (`as`) is no part of the path.
            while words.get(index).is_some_and(|word| is_name(word)) && prefix != path {
                if words[index] != "as" && words[index - 1] != "as" {
                    break;
                }
                index += 1;
            }
            paths.push(path);
            return index;
        }
        index += 1;
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Identifiers and `::`; everything else is a word of its own.
fn words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let len = if is_name(first) {
            rest.find(|c| !is_name(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (word, behind) = rest.split_at(len);
        if !first.is_whitespace() {
            words.push(word);
        }
        rest = behind;
    }
    words
}

/// All Rust files below a folder.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Whether a file holds tests or helps them.
pub(crate) fn is_test(path: &Path) -> bool {
    let is = |part: &std::ffi::OsStr| part == "tests" || part == "tests.rs" || part == "testing.rs";
    path.iter().any(is)
}

/// The sources of a crate without its tests.
pub(crate) fn sources(crate_folder: &Path) -> Vec<Source> {
    let root = crate_folder.join("src");
    let files = rust_files(&root);
    let below = files.iter().map(|file| file.strip_prefix(&root).unwrap());
    let product = below.filter(|path| !is_test(path));
    product
        .map(|path| {
            let parts: Vec<String> = path
                .iter()
                .map(|part| part.to_str().unwrap().trim_end_matches(".rs").to_owned())
                .collect();
            let mut module = parts.clone();
            if matches!(module.last().unwrap().as_str(), "mod" | "lib" | "main") {
                module.pop();
            }
            Source {
                path: format!("{}.rs", parts.join("/")),
                module,
                code: without_tests_and_comments(&fs::read_to_string(root.join(path)).unwrap()),
            }
        })
        .collect()
}

fn without_tests_and_comments(source: &str) -> String {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code.lines().map(|line| match line.split_once("//") {
        // An address in a text is no comment.
        Some((before, _)) if !before.ends_with(':') => before,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Sources that are too long, or that do not begin by saying what they are.
pub(crate) fn badly_formed(crate_folder: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "benches", "examples"] {
        for path in rust_files(&crate_folder.join(folder)) {
            let source = fs::read_to_string(&path).unwrap();
            let lines = source.lines().count();
            if lines > LINES_MAX {
                wrong.push(format!("{} has {lines} lines", path.display()));
            }
            if !source.starts_with("//!") && !is_test(&path) {
                wrong.push(format!("{} does not begin with //!", path.display()));
            }
        }
    }
    wrong
}

/// Names that two public types of a crate have. `stand_ins` are types that another system has
/// instead.
pub(crate) fn ambiguous_types(sources: &[Source], stand_ins: &[&str]) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in sources {
        let words = words(&source.code);
        for pair in words.windows(3) {
            if let ["pub", "struct" | "enum" | "trait" | "type", name] = pair {
                places.entry(name).or_default().push(&source.path);
            }
        }
    }
    let ambiguous = places
        .into_iter()
        .filter(|(name, paths)| paths.len() > 1 && !stand_ins.contains(name));
    ambiguous
        .map(|(name, paths)| format!("{name}: {}", paths.join(", ")))
        .collect()
}

/// Paths in backquotes or links of a document that do not exist. A path may leave out the folders
/// before it: `matcher/word.rs`.
pub(crate) fn dead_paths(document: &Path, repository: &Path) -> Vec<String> {
    let text = fs::read_to_string(document).unwrap();
    let entries = entries(repository);
    let exists = |path: &str| {
        let path = Path::new(path.trim_end_matches('/'));
        entries.iter().any(|entry| entry.ends_with(path))
    };
    let quoted = text.split('`').skip(1).step_by(2);
    let linked = text.split("](").skip(1);
    let linked = linked.filter_map(|rest| Some(rest.split_once(')')?.0));
    let all = quoted.chain(linked).filter(|path| is_path(path));
    all.filter(|path| !exists(path.trim_start_matches("../")))
        .map(|path| format!("{}: {path}", document.display()))
        .collect()
}

/// All files and folders of the repository, but for what is built and hidden.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            found.extend(entries(&path));
        }
        found.push(path);
    }
    found
}

/// Whether a quoted text is meant as a path of the repository: it has a folder, or the ending of a
/// source or document.
fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let has_ending = [".rs", ".md", ".toml", ".yml"]
        .iter()
        .any(|ending| text.ends_with(ending));
    let has_folder = text.trim_end_matches('/').contains('/') || text.ends_with('/');
    // What is built is not there before it is built.
    !text.is_empty()
        && !text.starts_with("target/")
        && text.chars().all(plain)
        && !text.starts_with(['/', '-'])
        && (has_ending || has_folder)
}
