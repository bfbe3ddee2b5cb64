//! The elements of an input, and how they are handed on.

use std::ops::ControlFlow;

use super::ImportError;
use crate::value::EncodedValue;
use crate::value::json::{Notes, TextPosition};

/// The structure of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputShape {
    /// An object whose names are the keys.
    Object,
    /// An array of elements.
    Array,
    /// One element per line, or texts one after another.
    Lines,
}

/// One element of an input.
pub(super) struct Element {
    /// Where it starts.
    pub(super) place: TextPosition,
    /// Its number in the input, from 1.
    pub(super) row: u64,
    /// Its name, in an object of records.
    pub(super) name: Option<String>,
    pub(super) value: EncodedValue,
    pub(super) notes: Notes,
}

/// Converts an element, possibly on several threads and in any order.
pub(super) type Prepare<'a, T> = dyn Fn(Element) -> Result<T, ImportError> + Sync + 'a;

/// Visits the converted elements in order; breaks to stop.
pub(super) type Visit<'a, T> =
    dyn FnMut(InputShape, T) -> Result<ControlFlow<()>, ImportError> + 'a;
