//! Resolving the names in a query to paths of the store.

use super::lexer::{PathPattern, scan_path};
use crate::path::{Path, PathSegment};

/// The paths of a store, for resolving names in a query.
pub trait PathDictionary {
    /// Visits every path.
    fn for_each_path(&self, visit: &mut dyn FnMut(&Path));
}

/// A store without paths, so that no sign is an operator.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPaths;

impl PathDictionary for NoPaths {
    fn for_each_path(&self, _visit: &mut dyn FnMut(&Path)) {}
}

impl PathDictionary for Vec<Path> {
    fn for_each_path(&self, visit: &mut dyn FnMut(&Path)) {
        self.iter().for_each(visit);
    }
}

/// The paths that a name in a query refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The store has no such path.
    Unknown,
    /// These paths; several only if the name has a `*`, or if they differ only in case.
    Paths(Vec<Path>),
    /// The name is the end of several paths.
    Ambiguous(Vec<Path>),
}

/// The largest number of paths that a name can refer to.
const RESOLVED_PATHS_MAX: usize = 1024;

/// Finds the paths that a name refers to, ignoring case. O(paths).
///
/// `[]` may be omitted: `genres` means `genres[]`, and `items.price` means `items[].price`. The
/// name may be the end of a path if no whole path matches and only one ends so. `*` stands for any
/// one name, `**.` for any number of names.
pub fn resolve(name: &str, dictionary: &(impl PathDictionary + ?Sized)) -> Resolution {
    match scan_path(name) {
        Some((pattern, end)) if end == name.len() => resolve_pattern(&pattern, dictionary),
        _ => Resolution::Unknown,
    }
}

pub(super) fn resolve_pattern(
    pattern: &PathPattern,
    dictionary: &(impl PathDictionary + ?Sized),
) -> Resolution {
    let lower_names: Vec<Option<String>> = pattern
        .names
        .iter()
        .map(|name| name.as_ref().map(|name| name.to_lowercase()))
        .collect();
    let mut whole = MatchingPaths::default();
    let mut ends = MatchingPaths::default();
    let last_name = lower_names.last().and_then(Option::as_deref);
    dictionary.for_each_path(&mut |path| {
        if last_name.is_some_and(|name| !may_end_in(path, name)) {
            return;
        }
        let names = names_of(path);
        let Some(skipped) = names.len().checked_sub(lower_names.len()) else {
            return;
        };
        let fits = lower_names
            .iter()
            .zip(&names[skipped..])
            .all(|(wanted, found)| {
                wanted
                    .as_ref()
                    .is_none_or(|wanted| *wanted == found.to_lowercase())
            });
        if fits {
            let found = if skipped == 0 { &mut whole } else { &mut ends };
            found.add(path, names);
        }
    });
    if pattern.anywhere {
        whole.paths.extend(ends.paths);
        return paths_or_unknown(whole.paths);
    }
    if !whole.paths.is_empty() {
        return Resolution::Paths(whole.preferring_case_of(pattern));
    }
    if ends.paths.len() > 1 && !pattern.is_wild() {
        return Resolution::Ambiguous(ends.paths);
    }
    paths_or_unknown(ends.paths)
}

/// Whether the last name of a path can be this lower-case name. Rules out most paths before their
/// names are parsed; a store may have tens of thousands.
fn may_end_in(path: &Path, lower_name: &str) -> bool {
    let text = path.as_str().trim_end_matches("[]");
    if !text.is_ascii() || text.ends_with('"') || !lower_name.is_ascii() {
        return true;
    }
    let start = text.len().checked_sub(lower_name.len());
    let end = start.and_then(|start| text.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(lower_name))
}

fn paths_or_unknown(paths: Vec<Path>) -> Resolution {
    if paths.is_empty() {
        Resolution::Unknown
    } else {
        Resolution::Paths(paths)
    }
}

/// Matching paths, without duplicates; `a` and `a[]` count as one.
#[derive(Default)]
struct MatchingPaths {
    paths: Vec<Path>,
    names: Vec<Vec<String>>,
}

impl MatchingPaths {
    fn add(&mut self, path: &Path, names: Vec<String>) {
        if self.paths.len() < RESOLVED_PATHS_MAX && !self.names.contains(&names) {
            self.names.push(names);
            self.paths.push(path.clone());
        }
    }

    /// If one path has exactly the case of the pattern, only that one; otherwise all.
    fn preferring_case_of(self, pattern: &PathPattern) -> Vec<Path> {
        let same_case = self.names.iter().position(|names| {
            names.len() == pattern.names.len()
                && names
                    .iter()
                    .zip(&pattern.names)
                    .all(|(name, wanted)| wanted.as_ref() == Some(name))
        });
        match same_case.and_then(|index| self.paths.get(index)) {
            Some(path) => vec![path.clone()],
            None => self.paths,
        }
    }
}

/// The names of a path, without its list steps.
pub(crate) fn names_of(path: &Path) -> Vec<String> {
    path.segments()
        .into_iter()
        .filter_map(|segment| match segment {
            PathSegment::Name(name) => Some(name),
            PathSegment::Elements => None,
        })
        .collect()
}
