//! A persistent bitmap over the rows of a segment, with rank and select. Copies share pages.
//!
//! Each commit marks rows in a copy of the previous bitmap, which snapshots still read. Marking a
//! row copies one page and one branch, whatever the size of the segment.

use std::iter;
use std::ops::Range;
use std::ptr;
use std::sync::Arc;

use crate::row_set::RowSet;

const ROWS_PER_WORD: u32 = u64::BITS;
const WORDS_PER_PAGE: u32 = 256;
const ROWS_PER_PAGE: u32 = ROWS_PER_WORD * WORDS_PER_PAGE;
const PAGES_PER_BRANCH: u32 = 64;
const ROWS_PER_BRANCH: u32 = ROWS_PER_PAGE * PAGES_PER_BRANCH;

/// A set of marked rows. Counts of pages and branches make rank and select fast. Cloning shares all
/// pages.
#[derive(Clone, Debug)]
pub(crate) struct Bitmap {
    /// One for each 2^20 rows; `None` if no row is marked.
    branches: Vec<Option<Arc<Branch>>>,
    len: u32,
    count: u32,
}

#[derive(Clone, Debug)]
struct Branch {
    /// `None` if no row is marked.
    pages: [Option<Arc<Page>>; PAGES_PER_BRANCH as usize],
    /// The number of marked rows of each page.
    counts: [u16; PAGES_PER_BRANCH as usize],
    count: u32,
}

#[derive(Clone, Debug)]
struct Page {
    words: [u64; WORDS_PER_PAGE as usize],
}

impl Default for Branch {
    fn default() -> Self {
        Self {
            pages: [const { None }; _],
            counts: [0; _],
            count: 0,
        }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { words: [0; _] }
    }
}

impl Bitmap {
    /// `len` rows, none marked.
    pub(crate) fn new(len: u32) -> Self {
        Self {
            branches: vec![None; len.div_ceil(ROWS_PER_BRANCH) as usize],
            len,
            count: 0,
        }
    }

    /// The number of marked rows.
    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    pub(crate) fn contains(&self, row: u32) -> bool {
        self.page(row).is_some_and(|page| page.contains(row))
    }

    /// Marks a row. Rows beyond the end are ignored.
    pub(crate) fn insert(&mut self, row: u32) {
        if row >= self.len || self.contains(row) {
            return;
        }
        if let Some(branch) = self.branches.get_mut((row / ROWS_PER_BRANCH) as usize) {
            Arc::make_mut(branch.get_or_insert_default()).insert(row);
            self.count += 1;
        }
    }

    /// Unmarks a row.
    pub(crate) fn remove(&mut self, row: u32) {
        if !self.contains(row) {
            return;
        }
        if let Some(Some(branch)) = self.branches.get_mut((row / ROWS_PER_BRANCH) as usize) {
            Arc::make_mut(branch).remove(row);
            self.count -= 1;
        }
    }

    /// The first row from `row` on that is not marked, or the number of rows if there is none.
    pub(crate) fn next_unmarked(&self, row: u32) -> u32 {
        let mut row = row;
        while row < self.len {
            let Some(branch) = self.branch(row) else {
                return row;
            };
            if branch.count == ROWS_PER_BRANCH {
                row = end_of_run(row, ROWS_PER_BRANCH);
                continue;
            }
            let Some(page) = branch.page(row) else {
                return row;
            };
            match page.next_unmarked(row) {
                Some(unmarked) => return unmarked.min(self.len),
                None => row = end_of_run(row, ROWS_PER_PAGE),
            }
        }
        self.len
    }

    /// The rows of a range that are not marked. The range starts at a multiple of 64.
    pub(crate) fn unmarked_in(&self, rows: Range<u32>) -> RowSet {
        let end = rows.end.min(self.len);
        let mut unmarked = RowSet::new(end.saturating_sub(rows.start));
        let mut row = rows.start;
        while row < end {
            let page_end = row + (end - row).min(ROWS_PER_PAGE - row % ROWS_PER_PAGE);
            if let Some(page) = self.page(row) {
                let first = (row - rows.start) / ROWS_PER_WORD;
                let words = page.words.iter().skip(word_in_page(row));
                for (index, word) in (first as usize..).zip(words) {
                    unmarked.unite_word(index, !word);
                }
            } else {
                unmarked.insert_range(row - rows.start..page_end - rows.start);
            }
            row = page_end;
        }
        unmarked
    }

    /// The rows that are marked here but not in `before`, an earlier version. Skips pages that both
    /// share.
    pub(crate) fn marked_since(&self, before: &Self) -> impl Iterator<Item = u32> {
        let pages = (0..self.len).step_by(ROWS_PER_PAGE as usize);
        pages.flat_map(|start| {
            let (now, then) = (self.page(start), before.page(start));
            let changed = now.filter(|page| then.is_none_or(|then| !ptr::eq(*page, then)));
            let words = changed.into_iter().flat_map(|page| page.words);
            let words_before = then.into_iter().flat_map(|page| page.words);
            let words = words.zip(words_before.chain(iter::repeat(0)));
            let starts = (start..).step_by(ROWS_PER_WORD as usize);
            words.zip(starts).flat_map(|((word, before), start)| {
                bits(word & !before).map(move |bit| start + bit)
            })
        })
    }

    /// The number of unmarked rows before `row` (rank).
    pub(crate) fn unmarked_before(&self, row: u32) -> u32 {
        let row = row.min(self.len);
        let before = self.counts().take((row / ROWS_PER_BRANCH) as usize);
        let inside = self.branch(row).map_or(0, |branch| branch.before(row));
        row - before.sum::<u32>() - inside
    }

    /// The `n`th unmarked row, from 0 (select).
    pub(crate) fn nth_unmarked(&self, n: u32) -> Option<u32> {
        if n >= self.len - self.count {
            return None;
        }
        let (passed, left) = pass(ROWS_PER_BRANCH, self.counts(), n);
        let inside = match self.branch(passed) {
            Some(branch) => branch.nth_unmarked(left),
            None => left,
        };
        Some(passed + inside)
    }

    /// The branch of a row, if any row of it is marked.
    fn branch(&self, row: u32) -> Option<&Branch> {
        let branch = self.branches.get((row / ROWS_PER_BRANCH) as usize)?;
        branch.as_deref()
    }

    /// The page of a row, if any row of it is marked.
    fn page(&self, row: u32) -> Option<&Page> {
        self.branch(row)?.page(row)
    }

    /// The number of marked rows of each branch.
    fn counts(&self) -> impl Iterator<Item = u32> {
        let counts = self.branches.iter();
        counts.map(|branch| branch.as_ref().map_or(0, |branch| branch.count))
    }
}

impl Branch {
    /// The page of a row, if any row of it is marked.
    fn page(&self, row: u32) -> Option<&Page> {
        self.pages.get(page_in_branch(row))?.as_deref()
    }

    /// Marks a row that is not marked.
    fn insert(&mut self, row: u32) {
        let at = page_in_branch(row);
        if let (Some(page), Some(count)) = (self.pages.get_mut(at), self.counts.get_mut(at)) {
            Arc::make_mut(page.get_or_insert_default()).insert(row);
            *count += 1;
            self.count += 1;
        }
    }

    /// Unmarks a row that is marked.
    fn remove(&mut self, row: u32) {
        let at = page_in_branch(row);
        if let (Some(Some(page)), Some(count)) = (self.pages.get_mut(at), self.counts.get_mut(at)) {
            Arc::make_mut(page).remove(row);
            *count -= 1;
            self.count -= 1;
        }
    }

    /// The number of marked rows of the branch before `row`.
    fn before(&self, row: u32) -> u32 {
        let before = self.counts.iter().take(page_in_branch(row));
        let inside = self.page(row).map_or(0, |page| page.before(row));
        before.map(|count| u32::from(*count)).sum::<u32>() + inside
    }

    fn nth_unmarked(&self, n: u32) -> u32 {
        let counts = self.counts.iter().map(|count| u32::from(*count));
        let (passed, left) = pass(ROWS_PER_PAGE, counts, n);
        let inside = match self.page(passed) {
            Some(page) => page.nth_unmarked(left),
            None => left,
        };
        passed + inside
    }
}

impl Page {
    fn contains(&self, row: u32) -> bool {
        let word = self.words.get(word_in_page(row));
        word.is_some_and(|word| word >> (row % ROWS_PER_WORD) & 1 == 1)
    }

    fn insert(&mut self, row: u32) {
        if let Some(word) = self.words.get_mut(word_in_page(row)) {
            *word |= 1 << (row % ROWS_PER_WORD);
        }
    }

    fn remove(&mut self, row: u32) {
        if let Some(word) = self.words.get_mut(word_in_page(row)) {
            *word &= !(1 << (row % ROWS_PER_WORD));
        }
    }

    /// The first row of the page from `row` on that is not marked.
    fn next_unmarked(&self, row: u32) -> Option<u32> {
        let at = word_in_page(row);
        let first = self.words.get(at)? | ((1 << (row % ROWS_PER_WORD)) - 1);
        let rest = self.words.iter().skip(at + 1).copied();
        let mut words = (row / ROWS_PER_WORD..).zip(iter::once(first).chain(rest));
        let (word_number, word) = words.find(|(_, word)| *word != u64::MAX)?;
        Some(word_number * ROWS_PER_WORD + word.trailing_ones())
    }

    /// The number of marked rows of the page before `row`.
    fn before(&self, row: u32) -> u32 {
        let (whole, rest) = self.words.split_at(word_in_page(row));
        let whole: u32 = whole.iter().map(|word| word.count_ones()).sum();
        let mask = (1 << (row % ROWS_PER_WORD)) - 1;
        whole + rest.first().map_or(0, |word| (word & mask).count_ones())
    }

    fn nth_unmarked(&self, n: u32) -> u32 {
        let counts = self.words.iter().map(|word| word.count_ones());
        let (passed, left) = pass(ROWS_PER_WORD, counts, n);
        let word = self.words.get(word_in_page(passed));
        passed + word.map_or(0, |word| nth_zero(*word, left))
    }
}

const fn page_in_branch(row: u32) -> usize {
    (row % ROWS_PER_BRANCH / ROWS_PER_PAGE) as usize
}

const fn word_in_page(row: u32) -> usize {
    (row % ROWS_PER_PAGE / ROWS_PER_WORD) as usize
}

/// The first row after the aligned run of `len` rows that contains a row; saturates.
const fn end_of_run(row: u32, len: u32) -> u32 {
    (row / len + 1).saturating_mul(len)
}

/// The indexes of the bits that are set.
fn bits(word: u64) -> impl Iterator<Item = u32> {
    let mut left = word;
    iter::from_fn(move || {
        let bit = left.trailing_zeros();
        left &= left.wrapping_sub(1);
        (bit < u64::BITS).then_some(bit)
    })
}

/// Skips runs of `len` rows, given the number of marked rows in each, up to the run that has the
/// `n`th unmarked row. Returns the number of rows skipped, and the number of that row among the
/// unmarked ones of its run.
fn pass(len: u32, marked: impl Iterator<Item = u32>, n: u32) -> (u32, u32) {
    let (mut passed, mut left) = (0, n);
    for marked in marked {
        let unmarked = len - marked;
        if left < unmarked {
            break;
        }
        left -= unmarked;
        passed += len;
    }
    (passed, left)
}

fn nth_zero(word: u64, n: u32) -> u32 {
    let mut zeros = !word;
    for _ in 0..n {
        zeros &= zeros.wrapping_sub(1);
    }
    zeros.trailing_zeros()
}
