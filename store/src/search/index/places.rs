//! Where a term is in a record, encoded as a small number: the path, whether the text is that of a
//! number, and the position in the text.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::path::{Path, PathSegment};

/// Paths beyond this number share one number, as do paths with names longer than
/// [`NAME_BYTES_MAX`]: such records use names as data. Their values are found by reading records.
const PATHS_MAX: usize = 8 * 1024;
const NAME_BYTES_MAX: usize = 1024;
/// Three positions, for texts and for numbers.
const PLACES_PER_PATH: u16 = 6;

/// A path of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PathId(pub(super) u16);

impl PathId {
    /// The key of the record.
    pub(super) const KEY: Self = Self(0);
    /// The parts of camel case words of the key.
    pub(super) const KEY_PARTS: Self = Self(1);
    /// Paths that have no number of their own.
    pub(super) const OTHER: Self = Self(2);
    /// The value itself.
    pub(super) const ROOT: Self = Self(3);
}

/// The position of a term in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PlaceInText {
    /// It is the whole text.
    Whole,
    /// It is at the start of the text.
    Start,
    /// It is after other words.
    Elsewhere,
}

/// The classes of places that the order of hits distinguishes, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceClass {
    Key,
    Whole,
    Start,
    Elsewhere,
}

/// A path, whether the text there is that of a number, and the position in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TextPlace(u16);

impl TextPlace {
    pub(super) const fn new(path: PathId, is_number: bool, place_in_text: PlaceInText) -> Self {
        Self(path.0 * PLACES_PER_PATH + is_number as u16 * 3 + place_in_text as u16)
    }

    /// The same place at another path.
    pub(super) const fn at(self, path: PathId) -> Self {
        Self(path.0 * PLACES_PER_PATH + self.0 % PLACES_PER_PATH)
    }

    /// The place as an index.
    pub(super) const fn number(self) -> usize {
        self.0 as usize
    }

    pub(super) const fn path(self) -> PathId {
        PathId(self.0 / PLACES_PER_PATH)
    }

    pub(super) const fn is_number(self) -> bool {
        self.0 % PLACES_PER_PATH >= 3
    }

    /// Whether the term is the first of its text.
    pub(super) const fn is_first(self) -> bool {
        self.0 % 3 != PlaceInText::Elsewhere as u16
    }

    pub(super) const fn class(self) -> PlaceClass {
        match (self.path(), self.0 % 3) {
            (PathId::KEY | PathId::KEY_PARTS, _) => PlaceClass::Key,
            (_, 0) => PlaceClass::Whole,
            (_, 1) => PlaceClass::Start,
            _ => PlaceClass::Elsewhere,
        }
    }
}

/// The paths of a part, numbered. List steps are left out.
#[derive(Debug)]
pub(super) struct PathTable {
    nodes: Vec<PathNode>,
    table: HashTable<u16>,
    hasher: DefaultHashBuilder,
}

#[derive(Debug)]
struct PathNode {
    parent: PathId,
    name: Box<str>,
}

impl PathNode {
    fn new(parent: PathId, name: &str) -> Self {
        Self {
            parent,
            name: name.into(),
        }
    }
}

impl Default for PathTable {
    /// Only the paths with fixed numbers.
    fn default() -> Self {
        let fixed = (0..=PathId::ROOT.0).map(|_| PathNode::new(PathId::OTHER, ""));
        Self {
            nodes: fixed.collect(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }
}

impl PathTable {
    /// The number of the path with a canonical text, assigned if it is new.
    pub(super) fn number(&mut self, text: &str) -> PathId {
        let segments = Path::from_canonical(text).segments();
        segments
            .iter()
            .fold(PathId::ROOT, |parent, segment| match segment {
                PathSegment::Name(name) => self.child(parent, name),
                PathSegment::Elements => parent,
            })
    }

    /// The number of a path of another part, assigned if it is new.
    pub(super) fn adopt(&mut self, other: &Self, path: PathId) -> PathId {
        match other.nodes.get(usize::from(path.0)) {
            Some(node) if path > PathId::ROOT => {
                let parent = self.adopt(other, node.parent);
                self.child(parent, &node.name)
            }
            _ => path,
        }
    }

    /// The number of a name below another path, assigned if it is new.
    fn child(&mut self, parent: PathId, name: &str) -> PathId {
        if parent == PathId::OTHER {
            return parent;
        }
        if let Some(known) = self.get_child(parent, name) {
            return known;
        }
        if self.nodes.len() >= PATHS_MAX || name.len() > NAME_BYTES_MAX {
            return PathId::OTHER;
        }
        let id = self.nodes.len() as u16;
        self.nodes.push(PathNode::new(parent, name));
        let (nodes, hasher) = (&self.nodes, &self.hasher);
        let hash = hasher.hash_one((parent, name));
        self.table.insert_unique(hash, id, |id| {
            let node = &nodes[usize::from(*id)];
            hasher.hash_one((node.parent, node.name.as_ref()))
        });
        PathId(id)
    }

    fn get_child(&self, parent: PathId, name: &str) -> Option<PathId> {
        let hash = self.hasher.hash_one((parent, name));
        self.table
            .find(hash, |id| {
                let node = &self.nodes[usize::from(*id)];
                node.parent == parent && node.name.as_ref() == name
            })
            .map(|id| PathId(*id))
    }

    /// The number of the path with these names, if the part has it.
    pub(super) fn find(&self, names: &[String]) -> Option<PathId> {
        names
            .iter()
            .try_fold(PathId::ROOT, |parent, name| self.get_child(parent, name))
    }

    /// Whether some paths may have no number of their own.
    pub(super) fn are_full(&self) -> bool {
        self.nodes.len() >= PATHS_MAX
    }

    /// The names of a path of values.
    pub(super) fn names(&self, path: PathId) -> Vec<String> {
        let mut names = Vec::new();
        let mut at = path;
        while at.0 > PathId::ROOT.0
            && let Some(node) = self.nodes.get(usize::from(at.0))
        {
            names.push(node.name.to_string());
            at = node.parent;
        }
        names.reverse();
        names
    }

    /// All paths of values.
    pub(super) fn iter(&self) -> impl Iterator<Item = PathId> {
        (PathId::ROOT.0..self.nodes.len() as u16).map(PathId)
    }

    /// Memory used, in bytes; an estimate.
    pub(super) fn bytes(&self) -> usize {
        let names: usize = self.nodes.iter().map(|node| node.name.len()).sum();
        names + self.nodes.len() * (size_of::<PathNode>() + 4)
    }
}
