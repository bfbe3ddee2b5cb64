//! Where the rows of a text begin. Knows bytes and columns, but nothing of painting.

use std::ops::Range;

/// Only the start of one row in this many is stored: a text of 50 MB of line breaks must not need
/// 400 MB of index. Rows in between are found by scanning.
const STRIDE: usize = 64;

/// The rows of a text wrapped at a number of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    /// Start and line number of rows 0, 64, 128, …
    marks: Vec<Mark>,
    rows: usize,
    lines: usize,
    len: usize,
    columns: usize,
    room: usize,
}

/// The minimum number of characters in a row.
const COLUMNS_MIN: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    start: usize,
    line: usize,
    begins_line: bool,
}

/// One row of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewLine {
    /// Its index.
    pub index: usize,
    /// Its bytes, without the line break.
    pub bytes: Range<usize>,
    /// The line number, from 1, if a line begins here.
    pub number: Option<usize>,
}

impl LineIndex {
    /// Like [`Self::new`], for rows of `room` characters including the line number. The lines are
    /// counted first, so that the width of the numbers does not change while they are shown.
    pub fn numbered(text: &str, room: usize) -> Self {
        let breaks = text.bytes().filter(|byte| *byte == b'\n').count();
        let columns = room.saturating_sub(digits(breaks + 1)).max(COLUMNS_MIN);
        Self {
            room,
            ..Self::new(text, columns)
        }
    }

    /// Scans `text` once. `columns` is at least one.
    pub fn new(text: &str, columns: usize) -> Self {
        let columns = columns.max(1);
        let mut index = Self {
            marks: Vec::new(),
            rows: 0,
            lines: 0,
            len: text.len(),
            columns,
            room: columns,
        };
        let mut at = Some(Mark {
            start: 0,
            line: 1,
            begins_line: true,
        });
        while let Some(mark) = at {
            if index.rows.is_multiple_of(STRIDE) {
                index.marks.push(mark);
            }
            index.rows += 1;
            index.lines = mark.line;
            at = step(text, mark, columns).1;
        }
        index
    }

    /// The number of rows; an empty text has one.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Length of the text in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of characters after which rows are wrapped.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The width it was built for, in characters, including the line numbers.
    pub fn room(&self) -> usize {
        self.room
    }

    /// The number of digits of the last line number, at least two.
    pub fn digits(&self) -> usize {
        digits(self.lines)
    }

    /// The rows in `range`, from the text that the index was built from.
    pub fn lines<'a>(
        &self,
        text: &'a str,
        range: Range<usize>,
    ) -> impl Iterator<Item = ViewLine> + 'a {
        let columns = self.columns;
        let first = range.start / STRIDE;
        let mut at = self.marks.get(first).copied();
        let rows = first * STRIDE..range.end.min(self.rows);
        rows.map_while(move |row| {
            let mark = at?;
            let (bytes, next) = step(text, mark, columns);
            at = next;
            Some(ViewLine {
                index: row,
                bytes,
                number: mark.begins_line.then_some(mark.line),
            })
        })
        .skip_while(move |row| row.index < range.start)
    }

    /// The first byte of a row.
    pub fn start_of(&self, text: &str, row: usize) -> usize {
        self.lines(text, row..row.saturating_add(1))
            .next()
            .map_or(0, |row| row.bytes.start)
    }

    /// The row that contains a byte; the last row for a byte beyond the end.
    pub fn row_of(&self, text: &str, byte: usize) -> usize {
        let after = self.marks.partition_point(|mark| mark.start <= byte);
        let first = after.saturating_sub(1) * STRIDE;
        self.lines(text, first..first + STRIDE)
            .take_while(|row| row.bytes.start <= byte)
            .last()
            .map_or(0, |row| row.index)
    }
}

fn digits(lines: usize) -> usize {
    (lines.max(1).ilog10() as usize + 1).max(2)
}

/// The bytes of the row that starts at `mark`, and the start of the next row.
fn step(text: &str, mark: Mark, columns: usize) -> (Range<usize>, Option<Mark>) {
    let rest = text.get(mark.start..).unwrap_or_default();
    for (count, (at, character)) in rest.char_indices().enumerate() {
        if character == '\n' {
            let end = mark.start + at;
            let next = Mark {
                start: end + 1,
                line: mark.line + 1,
                begins_line: true,
            };
            let end = end
                - usize::from(
                    rest.as_bytes()
                        .get(..at)
                        .is_some_and(|b| b.ends_with(b"\r")),
                );
            return (mark.start..end, Some(next));
        }
        if count == columns {
            let end = mark.start + at;
            return (
                mark.start..end,
                Some(Mark {
                    start: end,
                    begins_line: false,
                    ..mark
                }),
            );
        }
    }
    (mark.start..text.len(), None)
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    fn shown(text: &str, columns: usize) -> Vec<(Option<usize>, &str)> {
        let index = LineIndex::new(text, columns);
        let rows = index.lines(text, 0..index.rows());
        rows.map(|row| (row.number, text.get(row.bytes).unwrap()))
            .collect()
    }

    #[test]
    fn lines_are_numbered_and_long_ones_continue() {
        assert_eq!(
            shown("ab\nabcdefg\n\nx", 3),
            [
                (Some(1), "ab"),
                (Some(2), "abc"),
                (None, "def"),
                (None, "g"),
                (Some(3), ""),
                (Some(4), "x")
            ]
        );
    }

    #[test]
    fn line_numbers_have_their_final_width_from_the_start() {
        let text = "x\n".repeat(12_345);
        let index = LineIndex::numbered(&text, 60);
        assert_eq!((index.digits(), index.columns(), index.room()), (5, 55, 60));
        assert_eq!(LineIndex::numbered("x", 60).columns(), 58);
    }

    #[test]
    fn a_line_exactly_as_wide_as_the_view_does_not_continue() {
        assert_eq!(shown("abc\nabc", 3), [(Some(1), "abc"), (Some(2), "abc")]);
    }

    #[test]
    fn an_empty_text_and_a_final_line_break_have_an_empty_last_row() {
        assert_eq!(shown("", 3), [(Some(1), "")]);
        assert_eq!(shown("a\r\n", 3), [(Some(1), "a"), (Some(2), "")]);
    }

    #[test]
    fn rows_are_wrapped_between_characters() {
        assert_eq!(
            shown("äöü漢字", 2),
            [(Some(1), "äö"), (None, "ü漢"), (None, "字")]
        );
    }

    #[test]
    fn every_row_is_found_by_its_start_and_by_any_byte_in_it() {
        let lines: Vec<String> = (0..5000)
            .map(|n| format!("{n} ü {}", "x".repeat(n % 40)))
            .collect();
        let text = lines.join(
            "
",
        );
        let index = LineIndex::new(&text, 17);
        let rows: Vec<_> = index.lines(&text, 0..index.rows()).collect();
        assert_eq!(rows.len(), index.rows());
        for row in rows.iter().step_by(7) {
            assert_eq!(index.start_of(&text, row.index), row.bytes.start);
            assert_eq!(index.row_of(&text, row.bytes.start), row.index);
            let inside = index.lines(&text, row.index..row.index + 1).next();
            assert_eq!(inside.as_ref(), Some(row));
        }
        assert_eq!(index.row_of(&text, usize::MAX), index.rows() - 1);
    }
}
