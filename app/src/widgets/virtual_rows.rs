//! The scroll position of a long list of rows with equal height, and the arithmetic of its scroll
//! bar.
//!
//! The position is a row index plus a fraction of a row, never a length in `f32`: with ten million
//! rows of 30 points, a pixel offset in `f32` can only represent every 32nd pixel, so rows would
//! jump and overlap. Knows nothing of painting.

use std::ops::Range;

/// The size of a list: its number of rows, and how much of it is visible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowSpace {
    /// Number of rows.
    pub count: usize,
    /// Height of each row, in points; taken as at least one.
    pub row_height: f32,
    /// The height of the viewport, in points.
    pub view_height: f32,
}

/// A scroll position: the first visible row, and how much of it is hidden above.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScrollPos {
    first: usize,
    hidden: f32,
}

/// The handle of a scroll bar, in points along its track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thumb {
    /// Distance from the start of the track.
    pub start: f32,
    /// Length of the handle.
    pub len: f32,
}

impl RowSpace {
    fn height(self) -> f32 {
        self.row_height.max(1.0)
    }

    /// The number of whole rows that fit into the view; at least one.
    pub fn page(self) -> usize {
        ((self.view_height / self.height()).floor() as usize).max(1)
    }

    /// Whether not everything fits into the view.
    pub fn overflows(self) -> bool {
        ScrollPos::last(self) != ScrollPos::default()
    }

    /// The handle of a bar whose track is `track` points long, or `None` if all rows fit.
    pub fn thumb(self, pos: ScrollPos, track: f32, shortest: f32) -> Option<Thumb> {
        if !self.overflows() {
            return None;
        }
        let shown = f64::from(self.view_height / self.height()) / self.count as f64;
        let len = ((f64::from(track) * shown) as f32).max(shortest).min(track);
        let start = (f64::from(track - len) * pos.fraction(self)) as f32;
        Some(Thumb { start, len })
    }
}

impl ScrollPos {
    /// The position with `row` at the top (or as close to it as the end of the list allows).
    pub fn at(row: usize, space: RowSpace) -> Self {
        Self {
            first: row,
            hidden: 0.0,
        }
        .clamped(space)
    }

    /// The position at the end of the list.
    pub fn last(space: RowSpace) -> Self {
        let height = space.height();
        let full = (space.view_height.max(0.0) / height).floor();
        let rest = space.view_height.max(0.0) - full * height;
        let (whole, hidden) = if rest > 0.0 {
            (full as usize + 1, height - rest)
        } else {
            (full as usize, 0.0)
        };
        match space.count.checked_sub(whole) {
            Some(first) => Self { first, hidden },
            None => Self::default(),
        }
    }

    /// The first row that is at least partly visible.
    pub fn first(self) -> usize {
        self.first
    }

    /// The same position with `row` as the first row.
    pub fn with_first(self, row: usize) -> Self {
        Self { first: row, ..self }
    }

    /// This position, moved back so that no empty space follows the end of the list.
    pub fn clamped(self, space: RowSpace) -> Self {
        let last = Self::last(space);
        let beyond =
            self.first > last.first || (self.first == last.first && self.hidden > last.hidden);
        if beyond { last } else { self }
    }

    /// This position moved by `points`: positive values move towards the end.
    pub fn scrolled(self, points: f32, space: RowSpace) -> Self {
        let height = space.height();
        let moved = self.hidden + points;
        let rows = (moved / height).floor();
        match self.first.checked_add_signed(rows as isize) {
            Some(first) => Self {
                first,
                hidden: (moved - rows * height).clamp(0.0, height),
            },
            None => Self::default(),
        }
        .clamped(space)
    }

    /// The nearest position in which all of `row` is visible.
    pub fn revealing(self, row: usize, space: RowSpace) -> Self {
        let row = row.min(space.count.saturating_sub(1));
        if row <= self.first {
            return Self {
                first: row,
                hidden: 0.0,
            }
            .clamped(space);
        }
        let last_shown = Self::last(RowSpace {
            count: row + 1,
            ..space
        });
        let below = last_shown.first > self.first
            || (last_shown.first == self.first && last_shown.hidden > self.hidden);
        if below { last_shown } else { self }
    }

    /// The fraction of the way from the start (0) to the end (1).
    pub fn fraction(self, space: RowSpace) -> f64 {
        let end = Self::last(space).rows(space);
        if end > 0.0 {
            (self.rows(space) / end).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// The position at `fraction` of the way to the end.
    pub fn from_fraction(fraction: f64, space: RowSpace) -> Self {
        let rows = Self::last(space).rows(space) * fraction.clamp(0.0, 1.0);
        let first = rows.floor();
        let hidden = ((rows - first) * f64::from(space.height())) as f32;
        Self {
            first: first as usize,
            hidden,
        }
        .clamped(space)
    }

    /// The rows that are at least partly visible.
    pub fn visible(self, space: RowSpace) -> Range<usize> {
        let shown = ((space.view_height.max(0.0) + self.hidden) / space.height()).ceil() as usize;
        let start = self.first.min(space.count);
        start..start.saturating_add(shown).min(space.count)
    }

    /// The distance of the top of a visible `row` from the top of the view, in points.
    pub fn top_of(self, row: usize, space: RowSpace) -> f32 {
        let down = row.saturating_sub(self.first) as f32;
        down * space.height() - self.hidden
    }

    /// The row at `y` points below the top of the view.
    pub fn row_at(self, y: f32, space: RowSpace) -> Option<usize> {
        let down = (y + self.hidden) / space.height();
        let row = self.first.checked_add(down.floor().max(0.0) as usize)?;
        (y >= 0.0 && y < space.view_height && row < space.count).then_some(row)
    }

    fn rows(self, space: RowSpace) -> f64 {
        self.first as f64 + f64::from(self.hidden / space.height())
    }
}

#[cfg(test)]
mod tests {
    use super::{RowSpace, ScrollPos};

    const MANY: RowSpace = RowSpace {
        count: 10_000_000,
        row_height: 30.0,
        view_height: 445.0,
    };

    fn bottom(row: usize, pos: ScrollPos, space: RowSpace) -> f32 {
        pos.top_of(row, space) + space.row_height
    }

    #[test]
    fn the_last_of_ten_million_rows_ends_at_the_end_of_the_view() {
        let pos = ScrollPos::last(MANY);
        assert_eq!(pos.visible(MANY).end, MANY.count);
        assert!((bottom(MANY.count - 1, pos, MANY) - MANY.view_height).abs() < 0.001);
    }

    #[test]
    fn neighbouring_rows_touch_exactly_at_ten_million_rows() {
        let mut pos = ScrollPos::at(9_876_543, MANY);
        for _ in 0..200 {
            pos = pos.scrolled(0.7, MANY);
            let rows = pos.visible(MANY);
            for row in rows.start + 1..rows.end {
                let gap = pos.top_of(row, MANY) - bottom(row - 1, pos, MANY);
                assert!(gap.abs() < 0.001, "gap {gap} above row {row}");
            }
        }
        assert_eq!(
            pos.first(),
            9_876_543 + 4,
            "200 steps of 0.7 points are 140 points"
        );
    }

    #[test]
    fn scrolling_down_and_up_again_returns_to_the_same_row() {
        let start = ScrollPos::at(5_000_000, MANY);
        let back = (0..1000).fold(start, |pos, _| pos.scrolled(7.5, MANY));
        let back = (0..1000).fold(back, |pos, _| pos.scrolled(-7.5, MANY));
        assert_eq!(back, start);
    }

    #[test]
    fn scrolling_stops_at_both_ends() {
        let top = ScrollPos::at(2, MANY).scrolled(-1e6, MANY);
        assert_eq!(top, ScrollPos::default());
        let end = ScrollPos::at(MANY.count - 20, MANY).scrolled(1e6, MANY);
        assert_eq!(end, ScrollPos::last(MANY));
    }

    #[test]
    fn the_bar_reaches_each_hundredth_of_ten_million_rows() {
        for percent in 0..=100_usize {
            let fraction = percent as f64 / 100.0;
            let pos = ScrollPos::from_fraction(fraction, MANY);
            assert!((pos.fraction(MANY) - fraction).abs() < 1e-9);
            let expected = (ScrollPos::last(MANY).first() as f64 * fraction) as usize;
            assert!(pos.first().abs_diff(expected) <= 1);
        }
    }

    #[test]
    fn the_handle_is_at_the_ends_of_its_track_at_the_ends_of_the_list() {
        let top = MANY.thumb(ScrollPos::default(), 445.0, 28.0).unwrap();
        assert!(top.start.abs() < f32::EPSILON);
        assert!((top.len - 28.0).abs() < f32::EPSILON);
        let end = MANY.thumb(ScrollPos::last(MANY), 445.0, 28.0).unwrap();
        assert!((end.start + end.len - 445.0).abs() < 0.001);
    }

    #[test]
    fn a_list_that_fits_has_no_handle_and_does_not_scroll() {
        let few = RowSpace {
            count: 14,
            row_height: 30.0,
            view_height: 445.0,
        };
        assert_eq!(few.thumb(ScrollPos::default(), 445.0, 28.0), None);
        assert_eq!(
            ScrollPos::default().scrolled(500.0, few),
            ScrollPos::default()
        );
        assert_eq!(ScrollPos::default().visible(few), 0..14);
    }

    #[test]
    fn revealing_moves_no_further_than_needed() {
        let pos = ScrollPos::at(100, MANY);
        assert_eq!(pos.revealing(105, MANY), pos, "already visible");
        assert_eq!(pos.revealing(40, MANY), ScrollPos::at(40, MANY));
        let below = pos.revealing(120, MANY);
        assert!((bottom(120, below, MANY) - MANY.view_height).abs() < 0.001);
    }

    #[test]
    fn a_list_that_shrank_is_not_scrolled_beyond_its_end() {
        let few = RowSpace { count: 20, ..MANY };
        assert_eq!(
            ScrollPos::at(9_000_000, MANY).clamped(few),
            ScrollPos::last(few)
        );
        let none = RowSpace { count: 0, ..MANY };
        assert_eq!(
            ScrollPos::at(9_000_000, MANY).clamped(none).visible(none),
            0..0
        );
    }

    #[test]
    fn a_point_in_the_view_returns_the_row_painted_there() {
        let pos = ScrollPos::at(7_000_000, MANY).scrolled(10.0, MANY);
        assert_eq!(pos.row_at(0.0, MANY), Some(7_000_000));
        assert_eq!(pos.row_at(20.5, MANY), Some(7_000_001));
        assert_eq!(pos.row_at(-1.0, MANY), None);
        assert_eq!(pos.row_at(445.0, MANY), None);
    }
}
