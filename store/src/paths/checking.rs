//! Validating a value and finding its paths in one walk.
//!
//! Refuses what [`validate`](crate::value::validate) refuses, but faster: a name that is in the
//! tree is known to be valid UTF-8.

use std::collections::HashSet;

use super::tree::PathTree;
use crate::value::{
    Head, VALUE_DEPTH_MAX, ValueError, ValueType, check_utf8, duplicate, read_head,
};

impl<T: Default> PathTree<T> {
    /// Validates the value at the start of `bytes`, which may be anything, and visits each of its
    /// nodes: the data at the node's path, and the node's type. Returns the bytes after the value.
    ///
    /// A name that is known below a node is UTF-8 and has a number there, so most values are
    /// validated by comparing their names with those of the previous value.
    pub(super) fn walk_checking<'a>(
        &mut self,
        bytes: &'a [u8],
        visit: &mut impl FnMut(&mut T, ValueType),
    ) -> Result<&'a [u8], ValueError> {
        let (head, inside) = read_head(bytes).ok_or(ValueError::Malformed)?;
        if let Head::Map(_) = head {
            return self.check_inside(Some(0), &head, inside, 0, visit);
        }
        let node = self.root();
        self.check_value(node, bytes, 0, visit)
    }

    #[inline]
    fn check_value<'a>(
        &mut self,
        node: Option<usize>,
        bytes: &'a [u8],
        depth: usize,
        visit: &mut impl FnMut(&mut T, ValueType),
    ) -> Result<&'a [u8], ValueError> {
        let (head, rest) = read_head(bytes).ok_or(ValueError::Malformed)?;
        if let Some((_, data)) = self.place(node) {
            visit(data, head.value_type());
        }
        match head {
            Head::Scalar(_) => Ok(rest),
            Head::Text(text) => check_utf8(text).map(|()| rest),
            Head::List(_) | Head::Map(_) => self.check_inside(node, &head, rest, depth, visit),
        }
    }

    /// Validates the contents of a list or a map at nesting level `depth`; returns the bytes after
    /// it.
    fn check_inside<'a>(
        &mut self,
        node: Option<usize>,
        head: &Head<'_>,
        mut rest: &'a [u8],
        depth: usize,
        visit: &mut impl FnMut(&mut T, ValueType),
    ) -> Result<&'a [u8], ValueError> {
        let (len, is_map) = match *head {
            Head::List(len) => (len, false),
            Head::Map(len) => (len, true),
            Head::Scalar(_) | Head::Text(_) => (0, false),
        };
        if len > 0 && depth >= VALUE_DEPTH_MAX {
            return Err(ValueError::TooDeep);
        }
        if is_map {
            return self.check_entries(node, len, rest, depth, visit);
        }
        let elements = node.filter(|_| len > 0);
        let elements = elements.and_then(|node| self.elements(node));
        for _ in 0..len {
            rest = self.check_value(elements, rest, depth + 1, visit)?;
        }
        Ok(rest)
    }

    fn check_entries<'a>(
        &mut self,
        node: Option<usize>,
        len: u32,
        mut rest: &'a [u8],
        depth: usize,
        visit: &mut impl FnMut(&mut T, ValueType),
    ) -> Result<&'a [u8], ValueError> {
        let mut seen = SeenNames::default();
        let mut expected_at = 0;
        for _ in 0..len {
            let (Head::Text(name), value) = read_head(rest).ok_or(ValueError::Malformed)? else {
                return Err(ValueError::KeyNotText);
            };
            let child = node.and_then(|node| self.named(node, name, expected_at));
            seen.add(child.map(|child| child.number), name)?;
            expected_at = child.map_or(expected_at, |child| child.number + 1);
            rest = self.check_value(child.map(|child| child.node), value, depth + 1, visit)?;
        }
        Ok(rest)
    }
}

/// The names of one map seen so far, to refuse duplicates.
#[derive(Default)]
struct SeenNames<'a> {
    /// A bit for each of the first 64 names that the tree knows at this node.
    known: u64,
    /// All other names. The hash is seeded, so that crafted names cannot make it slow.
    others: HashSet<&'a [u8]>,
}

impl<'a> SeenNames<'a> {
    /// Adds the next name, and its number in the tree if it has one.
    fn add(&mut self, number: Option<usize>, name: &'a [u8]) -> Result<(), ValueError> {
        let is_new = if let Some(number @ 0..64) = number {
            let bit = 1 << number;
            let is_new = self.known & bit == 0;
            self.known |= bit;
            is_new
        } else {
            check_utf8(name)?;
            self.others.insert(name)
        };
        if is_new { Ok(()) } else { Err(duplicate(name)) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::path::walk;
    use crate::value::{EncodedValue, ValueWriter, json, validate};

    /// Validates two values with one new tree; the result of the second.
    fn check_after<'a>(first: &[u8], second: &'a [u8]) -> Result<&'a [u8], ValueError> {
        let mut tree = PathTree::<u32>::default();
        tree.walk_checking(first, &mut |_, _| {}).ok();
        tree.walk_checking(second, &mut |_, _| {})
    }

    fn encoded(text: &str) -> EncodedValue {
        json::parse_text(text).unwrap().0
    }

    #[test]
    fn a_validating_walk_finds_the_same_paths_as_a_plain_walk() {
        for text in [
            r#"{"a":1,"b":{"c":[1,{"d":null}],"e.f":[]},"":2}"#,
            r#"{"b":{"e.f":{},"c":3},"a":[]}"#,
            "[[1],2]",
            "3",
            r#""text""#,
        ] {
            let value = encoded(text);
            let mut expected = Vec::new();
            walk(value.view(), &mut |path, value| {
                expected.push((path.to_owned(), value.value_type()));
            });
            let mut tree = PathTree::<Vec<ValueType>>::default();
            for _ in 0..2 {
                let rest = tree.walk_checking(value.as_bytes(), &mut |types, value_type| {
                    types.push(value_type);
                });
                assert_eq!(rest, Ok(&[][..]), "{text}");
            }
            let mut found: Vec<_> = tree
                .iter()
                .flat_map(|(path, types)| types.iter().map(|found| (path.to_owned(), *found)))
                .collect();
            expected.extend(expected.clone());
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_duplicate_name_is_refused_at_any_position() {
        for count in [2, 20, 63, 64, 65, 66, 200] {
            for (first, second) in [(0, 1), (0, count - 1), (count / 2 - 1, count - 1)] {
                let map = |twice: bool| {
                    let mut writer = ValueWriter::new();
                    writer.map(count);
                    for number in 0..count {
                        let is_other = twice && number == second;
                        let number = [number, first][usize::from(is_other)];
                        writer.string(&format!("n{number}"));
                        writer.null();
                    }
                    writer.into_bytes()
                };
                let (good, bad) = (map(false), map(true));
                assert_eq!(check_after(&[0xC0], &good), Ok(&[][..]));
                for before in [&[0xC0][..], &good] {
                    let checked = check_after(before, &bad);
                    let is_duplicate = matches!(checked, Err(ValueError::DuplicateName { .. }));
                    assert!(is_duplicate, "{count} {first} {second} {checked:?}");
                }
            }
        }
    }

    #[test]
    fn a_name_that_is_not_text_is_refused() {
        assert_eq!(
            check_after(&[0xC0], &[0x81, 0xA1, 0xFF, 0xC0]),
            Err(ValueError::NotUtf8)
        );
        assert_eq!(
            check_after(&[0xC0], &[0x81, 0xC0, 0xC0]),
            Err(ValueError::KeyNotText)
        );
    }

    #[test]
    fn the_nesting_limit_is_that_of_validation() {
        for depth in [VALUE_DEPTH_MAX, VALUE_DEPTH_MAX + 1] {
            let mut bytes = vec![0x91; depth];
            bytes.push(0xC0);
            assert_eq!(check_after(&[0xC0], &bytes), validate(&bytes));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_get_the_same_result_as_from_validation(
            first in small_bytes(), second in small_bytes(),
        ) {
            let is_good = validate(&second);
            prop_assert_eq!(check_after(&first, &second).ok(), is_good.as_ref().ok().copied());
            prop_assert_eq!(check_after(&second, &second).ok(), is_good.ok());
        }
    }

    /// Random bytes, many of which encode small containers and names.
    fn small_bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            Just(0x82_u8),
            Just(0x81),
            Just(0x91),
            Just(0x92),
            Just(0xA1),
            Just(b'a'),
            Just(b'b'),
            Just(0xC0),
            Just(0xFF),
            Just(0xDE),
            Just(0),
            any::<u8>(),
        ];
        prop::collection::vec(byte, 0..40)
    }
}
