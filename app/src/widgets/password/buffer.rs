//! The text of a password being typed: a buffer of fixed size that is never moved, so that no copy
//! of it is left behind, and whose unused bytes are always zero.

use std::ops::Range;

use zeroize::{Zeroize as _, Zeroizing};

/// The longest password that can be typed, in bytes of UTF-8.
pub const CAPACITY: usize = 1024;

/// An editable secret with a caret and a selection.
///
/// Positions are byte offsets on character boundaries. Its `Debug` output reveals nothing.
pub struct PasswordText {
    bytes: Zeroizing<Box<[u8]>>,
    len: usize,
    caret: usize,
    anchor: usize,
}

impl Default for PasswordText {
    fn default() -> Self {
        Self {
            bytes: Zeroizing::new(vec![0; CAPACITY].into_boxed_slice()),
            len: 0,
            caret: 0,
            anchor: 0,
        }
    }
}

impl std::fmt::Debug for PasswordText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordText(…)")
    }
}

/// A movement of the caret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// One character towards the start.
    Left,
    /// One character towards the end.
    Right,
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// To this character, counted from the start.
    To(usize),
}

impl PasswordText {
    /// The text. Use the reference briefly, and copy nothing out of it.
    pub fn as_str(&self) -> &str {
        let used = self.bytes.get(..self.len).unwrap_or_default();
        // Only whole characters are ever inserted or removed.
        std::str::from_utf8(used).unwrap_or_default()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of characters.
    pub fn chars(&self) -> usize {
        self.as_str().chars().count()
    }

    /// The caret as a number of characters from the start.
    pub fn caret_char(&self) -> usize {
        self.char_of(self.caret)
    }

    /// The selection as a range of characters; empty if there is none.
    pub fn selection_chars(&self) -> Range<usize> {
        let selection = self.selection();
        self.char_of(selection.start)..self.char_of(selection.end)
    }

    /// Replaces the selection by `text` without its control characters. Returns false if some of it
    /// did not fit and was left out.
    pub fn insert(&mut self, text: &str) -> bool {
        self.remove(self.selection());
        let mut buffer = [0_u8; 4];
        let mut fits = true;
        for character in text.chars().filter(|character| !character.is_control()) {
            let piece = character.encode_utf8(&mut buffer).as_bytes();
            if self.len + piece.len() > self.bytes.len() {
                fits = false;
                break;
            }
            let (start, end) = (self.caret, self.caret + piece.len());
            self.bytes.copy_within(start..self.len, end);
            if let Some(gap) = self.bytes.get_mut(start..end) {
                gap.copy_from_slice(piece);
            }
            self.len += piece.len();
            self.caret = end;
        }
        self.anchor = self.caret;
        buffer.zeroize();
        fits
    }

    /// Removes the selection, or the character before the caret.
    pub fn backspace(&mut self) {
        let range = self.selection_or(self.target(Motion::Left));
        self.remove(range);
    }

    /// Removes the selection, or the character after the caret.
    pub fn delete(&mut self) {
        let range = self.selection_or(self.target(Motion::Right));
        self.remove(range);
    }

    /// Removes the selection, or everything before the caret: in a masked text there are no words,
    /// so "delete word" cannot find one.
    pub fn delete_to_start(&mut self) {
        let range = self.selection_or(0);
        self.remove(range);
    }

    /// Moves the caret; `extend` keeps the other end of the selection in place.
    pub fn go(&mut self, motion: Motion, extend: bool) {
        let selection = self.selection();
        self.caret = match motion {
            // As in other fields, an arrow key first collapses a selection to its side.
            Motion::Left if !extend && !selection.is_empty() => selection.start,
            Motion::Right if !extend && !selection.is_empty() => selection.end,
            motion => self.target(motion),
        };
        if !extend {
            self.anchor = self.caret;
        }
    }

    /// Selects everything.
    pub fn select_all(&mut self) {
        self.anchor = 0;
        self.caret = self.len;
    }

    /// Takes the text out and leaves nothing behind.
    pub fn take(&mut self) -> Zeroizing<String> {
        // With the capacity known in advance, the string is never reallocated while it is filled.
        let mut taken = Zeroizing::new(String::with_capacity(self.len));
        taken.push_str(self.as_str());
        self.clear();
        taken
    }

    /// A copy of the text that wipes itself, for comparing and rating it while it is typed.
    pub fn to_secret(&self) -> Zeroizing<String> {
        let mut copy = Zeroizing::new(String::with_capacity(self.len));
        copy.push_str(self.as_str());
        copy
    }

    /// Wipes the text.
    pub fn clear(&mut self) {
        self.bytes.zeroize();
        self.len = 0;
        self.caret = 0;
        self.anchor = 0;
    }

    fn selection(&self) -> Range<usize> {
        self.caret.min(self.anchor)..self.caret.max(self.anchor)
    }

    fn selection_or(&self, other_end: usize) -> Range<usize> {
        let selection = self.selection();
        if selection.is_empty() {
            self.caret.min(other_end)..self.caret.max(other_end)
        } else {
            selection
        }
    }

    fn target(&self, motion: Motion) -> usize {
        let text = self.as_str();
        match motion {
            Motion::Start => 0,
            Motion::End => self.len,
            Motion::Left => text
                .char_indices()
                .map(|(at, _)| at)
                .take_while(|at| *at < self.caret)
                .last()
                .unwrap_or(0),
            Motion::Right => text
                .char_indices()
                .map(|(at, _)| at)
                .find(|at| *at > self.caret)
                .unwrap_or(self.len),
            Motion::To(index) => text
                .char_indices()
                .map(|(at, _)| at)
                .nth(index)
                .unwrap_or(self.len),
        }
    }

    fn char_of(&self, byte: usize) -> usize {
        self.as_str()
            .char_indices()
            .take_while(|(at, _)| *at < byte)
            .count()
    }

    fn remove(&mut self, range: Range<usize>) {
        let removed = range.len();
        self.bytes.copy_within(range.end..self.len, range.start);
        if let Some(freed) = self.bytes.get_mut(self.len - removed..self.len) {
            freed.zeroize();
        }
        self.len -= removed;
        self.caret = range.start;
        self.anchor = range.start;
    }

    #[cfg(test)]
    pub(super) fn unused_is_wiped(&self) -> bool {
        self.bytes.iter().skip(self.len).all(|byte| *byte == 0)
    }
}
