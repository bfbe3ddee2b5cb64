//! Paths as a tree of names, for walking many records. A node is found by comparing one name with
//! the name at the same position in the previous record, instead of building a path's text and
//! looking it up.
//!
//! Generic over the data at a node, like a `Vec` over its elements.

use std::collections::BTreeMap;

use super::PATHS_MAX;
use crate::path::{PATH_BYTES_MAX, PathSegment, PathText, ROOT_PATH};
use crate::value::{Shape, ValueRef, ValueType, read_text};

/// Maps with more names than this are looked up in an ordered map instead of one by one.
const NAMES_SEARCHED: usize = 24;

/// A tree of all paths seen so far, with a `T` at each.
#[derive(Debug)]
pub(crate) struct PathTree<T> {
    nodes: Vec<Node<T>>,
    has_overflowed: bool,
    /// Whether any node was left out because there were too many paths or its path was too long.
    has_gaps: bool,
}

/// A node of a value, decoded only on demand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Visited<'a> {
    /// A whole value that is not a map.
    Whole(ValueRef<'a>),
    /// A value of this type, encoded at the start of these bytes.
    Inside(ValueType, &'a [u8]),
}

impl<'a> Visited<'a> {
    /// The type of the node.
    pub(crate) const fn value_type(self) -> ValueType {
        match self {
            Self::Whole(value) => value.value_type(),
            Self::Inside(value_type, _) => value_type,
        }
    }

    /// Decodes the node.
    pub(crate) fn value(self) -> ValueRef<'a> {
        match self {
            Self::Whole(value) => value,
            Self::Inside(_, bytes) => ValueRef::read(bytes),
        }
    }
}

#[derive(Debug)]
struct Node<T> {
    /// The canonical text of the path; empty for the root.
    text: Box<str>,
    names: Names,
    elements: Option<usize>,
    data: T,
}

/// The names below a node. Records of one kind have the same names in the same order, so a name is
/// looked for first at the position it had in the previous record.
#[derive(Debug, Default)]
struct Names {
    in_order: Vec<(Box<[u8]>, usize)>,
    /// The position of each name in `in_order`; empty up to [`NAMES_SEARCHED`] names.
    positions: BTreeMap<Box<[u8]>, usize>,
}

/// A node found by its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    /// The number of the name within its parent: unique there, and never changes.
    pub(super) number: usize,
    pub(super) node: usize,
}

impl<T: Default> Default for PathTree<T> {
    fn default() -> Self {
        Self {
            nodes: vec![Node::new("")],
            has_overflowed: false,
            has_gaps: false,
        }
    }
}

impl<T: Default> Node<T> {
    fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            names: Names::default(),
            elements: None,
            data: T::default(),
        }
    }
}

impl<T: Default> PathTree<T> {
    /// Visits every node of a value with the data at its path, in the order and with the omissions
    /// of [`walk`](crate::path::walk). Paths beyond [`PATHS_MAX`] are left out.
    pub(crate) fn walk<'a>(
        &mut self,
        value: ValueRef<'a>,
        visit: &mut impl FnMut(&mut T, Visited<'a>),
    ) {
        self.walk_all(value, &mut |place, visited| {
            if let Some((_, data)) = place {
                visit(data, visited);
            }
        });
    }

    /// Visits every node of a value with its path and the data there; `None` for paths that are
    /// left out.
    pub(crate) fn walk_all<'a>(
        &mut self,
        value: ValueRef<'a>,
        visit: &mut impl FnMut(Option<(&str, &mut T)>, Visited<'a>),
    ) {
        let (shape, inside) = Shape::of(value);
        if let Shape::Map(_) = shape {
            self.walk_inside(Some(0), shape, inside, visit);
        } else {
            let node = self.root();
            visit(self.place(node), Visited::Whole(value));
            self.walk_inside(node, shape, inside, visit);
        }
    }

    /// The path of a node, and the data there.
    pub(super) fn place(&mut self, node: Option<usize>) -> Option<(&str, &mut T)> {
        let node = self.nodes.get_mut(node?)?;
        Some((&node.text, &mut node.data))
    }

    /// Visits the value at the start of `bytes`; returns the bytes after it.
    fn visit<'a>(
        &mut self,
        node: Option<usize>,
        bytes: &'a [u8],
        visit: &mut impl FnMut(Option<(&str, &mut T)>, Visited<'a>),
    ) -> Option<&'a [u8]> {
        let (shape, inside) = Shape::read(bytes)?;
        visit(self.place(node), Visited::Inside(shape.value_type(), bytes));
        self.walk_inside(node, shape, inside, visit)
    }

    fn walk_inside<'a>(
        &mut self,
        node: Option<usize>,
        shape: Shape,
        mut rest: &'a [u8],
        visit: &mut impl FnMut(Option<(&str, &mut T)>, Visited<'a>),
    ) -> Option<&'a [u8]> {
        match shape {
            Shape::Scalar(_) | Shape::List(0) => {}
            Shape::List(len) => {
                let elements = node.and_then(|node| self.elements(node));
                for _ in 0..len {
                    rest = self.visit(elements, rest, visit)?;
                }
            }
            Shape::Map(len) => {
                for position in 0..len as usize {
                    let (name, value) = read_text(rest)?;
                    let child = node.and_then(|node| self.named(node, name, position));
                    rest = self.visit(child.map(|child| child.node), value, visit)?;
                }
            }
        }
        Some(rest)
    }

    /// The node of whole values that are not maps.
    pub(super) fn root(&mut self) -> Option<usize> {
        self.named(0, ROOT_PATH.as_bytes(), 0)
            .map(|child| child.node)
    }

    /// The node of a name below `node`; `None` if its path is too long, if there are too many
    /// paths, or if the name is not UTF-8.
    #[inline]
    pub(super) fn named(&mut self, node: usize, name: &[u8], expected_at: usize) -> Option<Child> {
        let known = self.nodes.get(node)?.names.find(name, expected_at);
        known.or_else(|| self.add_named(node, name))
    }

    fn add_named(&mut self, node: usize, name: &[u8]) -> Option<Child> {
        let parent = self.nodes.get(node)?;
        let name = std::str::from_utf8(name).ok()?;
        let mut text = PathText::from(&*parent.text);
        text.push_name(name);
        let child = self.add(text.as_str())?;
        let names = &mut self.nodes.get_mut(node)?.names;
        Some(names.insert(name.as_bytes(), child))
    }

    pub(super) fn elements(&mut self, node: usize) -> Option<usize> {
        let parent = self.nodes.get(node)?;
        if parent.elements.is_some() {
            return parent.elements;
        }
        let mut text = PathText::from(&*parent.text);
        text.push_elements();
        let child = self.add(text.as_str())?;
        self.nodes.get_mut(node)?.elements = Some(child);
        Some(child)
    }

    fn add(&mut self, text: &str) -> Option<usize> {
        if text.len() > PATH_BYTES_MAX {
            self.has_gaps = true;
            return None;
        }
        if self.nodes.len() > PATHS_MAX {
            self.has_overflowed = true;
            self.has_gaps = true;
            return None;
        }
        self.nodes.push(Node::new(text));
        Some(self.nodes.len() - 1)
    }
}

impl<T> PathTree<T> {
    /// All paths with their data, in no particular order. Includes paths that were only passed
    /// through on the way to a deeper one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.nodes
            .iter()
            .skip(1)
            .map(|node| (&*node.text, &node.data))
    }

    /// The data at a path.
    pub(crate) fn get(&self, segments: &[PathSegment]) -> Option<&T> {
        let mut node = self.nodes.first()?;
        for segment in segments {
            let child = match segment {
                PathSegment::Name(name) => node.names.find(name.as_bytes(), 0)?.node,
                PathSegment::Elements => node.elements?,
            };
            node = self.nodes.get(child)?;
        }
        Some(&node.data)
    }

    /// Visits the data at all paths that consist of these names, with any number of list levels
    /// after each name, the last included.
    pub(crate) fn at_names<'t>(&'t self, names: &[String], visit: &mut dyn FnMut(&'t T)) {
        let mut nodes: Vec<&Node<T>> = self.nodes.first().into_iter().collect();
        for name in names {
            let mut next = Vec::new();
            for node in nodes {
                let child = node.names.find(name.as_bytes(), 0);
                let mut child = child.and_then(|child| self.nodes.get(child.node));
                while let Some(found) = child {
                    next.push(found);
                    child = found.elements.and_then(|inner| self.nodes.get(inner));
                }
            }
            nodes = next;
        }
        for node in nodes {
            visit(&node.data);
        }
    }

    /// The same tree with the data of each node mapped.
    pub(crate) fn map<U>(self, map: impl Fn(T) -> U) -> PathTree<U> {
        let nodes = self.nodes.into_iter().map(|node| Node {
            text: node.text,
            names: node.names,
            elements: node.elements,
            data: map(node.data),
        });
        PathTree {
            nodes: nodes.collect(),
            has_overflowed: self.has_overflowed,
            has_gaps: self.has_gaps,
        }
    }

    /// Whether any node was left out.
    pub(crate) const fn has_gaps(&self) -> bool {
        self.has_gaps
    }

    /// Whether paths are missing because there were more than [`PATHS_MAX`].
    pub(crate) const fn has_overflowed(&self) -> bool {
        self.has_overflowed
    }
}

impl Names {
    #[inline]
    fn find(&self, name: &[u8], expected_at: usize) -> Option<Child> {
        if let Some((found, node)) = self.in_order.get(expected_at)
            && **found == *name
        {
            let (number, node) = (expected_at, *node);
            return Some(Child { number, node });
        }
        self.search(name)
    }

    fn search(&self, name: &[u8]) -> Option<Child> {
        let position = if self.positions.is_empty() {
            self.in_order.iter().position(|(found, _)| **found == *name)
        } else {
            self.positions.get(name).copied()
        };
        let number = position?;
        let (_, node) = self.in_order.get(number)?;
        Some(Child {
            number,
            node: *node,
        })
    }

    fn insert(&mut self, name: &[u8], node: usize) -> Child {
        let number = self.in_order.len();
        self.in_order.push((name.into(), node));
        let len = self.in_order.len();
        if len > NAMES_SEARCHED {
            let missing = self.in_order.iter().enumerate().skip(self.positions.len());
            let missing = missing.map(|(position, (name, _))| (name.clone(), position));
            self.positions.extend(missing);
        }
        Child { number, node }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::walk;
    use crate::value::json;

    fn visited(tree: &mut PathTree<u32>, text: &str) -> Vec<String> {
        let (value, _) = json::parse_text(text).unwrap();
        let mut numbers = 0;
        tree.walk(value.view(), &mut |number, _| {
            numbers += 1;
            *number = numbers;
        });
        let mut numbered: Vec<_> = tree
            .iter()
            .filter(|(_, number)| **number > 0)
            .map(|(text, number)| (*number, text.to_owned()))
            .collect();
        numbered.sort();
        numbered.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_tree_has_the_paths_that_a_walk_visits() {
        for text in [
            r#"{"a":1,"b":{"c":[1,{"d":null}],"e.f":[]},"":2}"#,
            r#"{"b":{"e.f":{},"c":3},"a":[]}"#,
            "[[1],2]",
            "3",
            r#"{"$value":{"x":1}}"#,
        ] {
            let (value, _) = json::parse_text(text).unwrap();
            let mut expected: Vec<String> = Vec::new();
            walk(value.view(), &mut |path, _| {
                expected.retain(|known| known != path);
                expected.push(path.to_owned());
            });
            assert_eq!(visited(&mut PathTree::default(), text), expected, "{text}");
        }
    }

    #[test]
    fn many_names_in_any_order_are_found_again() {
        let names = |order: &mut dyn Iterator<Item = u32>| {
            let entries: Vec<_> = order.map(|n| format!(r#""n{n}":1"#)).collect();
            format!("{{{}}}", entries.join(","))
        };
        let mut tree = PathTree::<u32>::default();
        visited(&mut tree, &names(&mut (0..200)));
        visited(&mut tree, &names(&mut (0..200).rev()));
        assert_eq!(tree.iter().count(), 200);
        assert_eq!(tree.iter().map(|(_, n)| *n).max(), Some(200));
    }
}
