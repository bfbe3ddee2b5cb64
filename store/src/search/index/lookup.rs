//! Looking up the terms of a part that one word of a query matches.

use std::ops::Range;

use super::TextIndex;
use super::fuzzy::Spellings;
use super::places::{PathId, PlaceClass, TextPlace};
use super::postings::PostingsRef;
use super::terms::{FIRST_PIECE, LATER_PIECE, PAIR, text_of};
use crate::row_set::RowSet;
use crate::search::matcher::{Cost, Fit, QueryTerm, QueryWord, TokenPart};
use crate::search::text::is_number_text;
use crate::search::tokenize::{TERM_BYTES_MAX, TERM_BYTES_OVERLAP, TokenKind, for_each_pair};
use crate::value::ValueRef;

/// Whether the answer is still wanted is asked after this many term places.
const TERM_PLACES_PER_CHECK: u32 = 512;
/// The same for terms that are found into.
const TERMS_PER_CHECK: u32 = 4096;
/// Below one term in this number, the places of terms are looked up one by one instead of in one
/// pass over all.
const TERMS_APART_MAX: u32 = if cfg!(test) { 3 } else { 16 };

/// A word of a query, prepared once for all parts.
pub(super) struct WordPlan {
    pub(super) word: QueryWord,
    /// `None` if no typos are allowed, or if all terms have to be compared.
    pub(super) spellings: Option<Spellings>,
}

impl WordPlan {
    pub(super) fn new(word: &QueryWord) -> Self {
        let text = word.as_str();
        let spellings = !word.budget().is_none()
            && word.kind() == TokenKind::Word
            // Words with digits may match terms that are not in the automaton.
            && !text.chars().any(char::is_numeric);
        Self {
            spellings: spellings
                .then(|| Spellings::new(text, word.budget(), word.part() == TokenPart::Beginning)),
            word: word.clone(),
        }
    }
}

/// The places of a part at which a word is searched.
#[derive(Clone, Debug)]
pub(super) struct PlaceFilter {
    /// The places of the part by their number, if they are searched.
    wanted: Vec<Option<TextPlace>>,
    pub(super) with_numbers: bool,
    /// Whether only some paths are searched.
    pub(super) are_chosen: bool,
    /// These paths.
    paths: Option<Box<[PathId]>>,
}

impl PlaceFilter {
    /// Whether the records have to be read to decide if a word at a place counts.
    pub(super) fn is_unsure(&self, place: TextPlace) -> bool {
        self.are_chosen
            && (place.path() == PathId::OTHER || (place.is_number() && !self.with_numbers))
    }

    /// Whether the text of a value at these places is not searched.
    pub(super) fn ignores(&self, leaf: ValueRef<'_>) -> bool {
        let is_number = if self.are_chosen {
            leaf.as_number().is_some()
        } else {
            is_number_text(leaf)
        };
        is_number && !self.with_numbers
    }

    /// Whether a path is searched. The parts of camel case words are not a path of their own.
    pub(super) fn include(&self, path: PathId) -> bool {
        self.paths
            .as_ref()
            .is_none_or(|paths| paths.contains(&path))
    }

    /// The places at which a term is searched that may be anywhere.
    pub(super) fn of_term(index: &TextIndex, term: &QueryTerm) -> Self {
        let mut filter = Self::new(index, None, term.may_match_numbers());
        if term.is_number {
            let is_one_word = term.words().len() == 1;
            for wanted in &mut filter.wanted {
                *wanted = wanted.filter(|place| {
                    place.is_number() && (!is_one_word || place.class() == PlaceClass::Whole)
                });
            }
        }
        filter
    }

    /// The places at some paths, or everywhere (`None`).
    pub(super) fn new(index: &TextIndex, paths: Option<&[PathId]>, with_numbers: bool) -> Self {
        let is_wanted = |place: &TextPlace| match paths {
            // The index does not distinguish timestamps, which have a text here, from numbers: such
            // places are unsure, and decided by reading.
            Some(paths) => paths.contains(&place.path()),
            None => with_numbers || !place.is_number(),
        };
        let places = index.term_places.places().iter();
        Self {
            wanted: places.map(|place| Some(*place).filter(is_wanted)).collect(),
            with_numbers,
            are_chosen: paths.is_some(),
            paths: paths.map(Box::from),
        }
    }
}

/// Visits terms with the cost at which their rows match; `None` if the records have to be read for
/// that. Returns `false` to stop.
pub(super) type VisitTerms<'a> = &'a mut dyn FnMut(TermRanks<'_>, Option<Cost>) -> bool;

/// A selection of terms by their ranks.
#[derive(Clone, Debug)]
pub(super) enum TermRanks<'a> {
    Range(Range<u32>),
    Set(&'a RowSet),
}

impl From<Range<u32>> for TermRanks<'_> {
    fn from(ranks: Range<u32>) -> Self {
        Self::Range(ranks)
    }
}

impl TextIndex {
    /// Visits the terms that a word matches or may match, until `visit` returns `false`. Does not
    /// find adjacent words that are written as one in the query.
    pub(super) fn for_each_term(
        &self,
        plan: &WordPlan,
        is_cancelled: &dyn Fn() -> bool,
        visit: VisitTerms<'_>,
    ) {
        let word = &plan.word;
        if word.kind() == TokenKind::Spaceless {
            self.for_each_pair(word.as_str(), visit);
            return;
        }
        match word.part() {
            TokenPart::Whole => self.whole(word.as_str(), visit),
            TokenPart::Beginning => self.beginning(word, visit),
            TokenPart::End => self.end(word.as_str(), is_cancelled, visit),
            TokenPart::Any => self.anywhere(word, is_cancelled, visit),
        }
        if !word.budget().is_none() {
            self.with_typos(plan, is_cancelled, visit);
        }
    }

    /// Whether a word may match any term.
    pub(super) fn has(&self, plan: &WordPlan) -> bool {
        let mut has_any = false;
        self.for_each_term(plan, &|| false, &mut |ranks, _| {
            has_any |= match ranks {
                TermRanks::Range(ranks) => !ranks.is_empty(),
                TermRanks::Set(ranks) => !ranks.is_empty(),
            };
            !has_any
        });
        has_any
    }

    /// Looks up a word of a script without spaces, whose word boundaries are unknown: it is in
    /// every run that contains its characters.
    fn for_each_pair(&self, text: &str, visit: VisitTerms<'_>) {
        let characters = text.chars().count();
        let mut term = vec![PAIR];
        if characters == 1 {
            term.extend_from_slice(text.as_bytes());
            visit(self.terms.prefix(&term).into(), Some(Cost::default()));
            return;
        }
        // With several pairs the rarest one proposes the rows.
        let mut rarest: Option<(u32, Option<u32>)> = None;
        for_each_pair(text, &mut |pair| {
            term.truncate(1);
            term.extend_from_slice(pair.as_bytes());
            if pair.chars().count() == 2 {
                let found = self.terms.find(&term);
                let term_places = found.map_or(0, |rank| {
                    self.term_places.of_terms(rank..rank + 1).len() as u32
                });
                if rarest.is_none_or(|(fewest, _)| term_places < fewest) {
                    rarest = Some((term_places, found));
                }
            }
        });
        if let Some((_, Some(rank))) = rarest {
            visit(
                (rank..rank + 1).into(),
                (characters == 2).then(Cost::default),
            );
        }
    }

    fn whole(&self, text: &str, visit: VisitTerms<'_>) {
        if text.len() > TERM_BYTES_MAX {
            self.first_piece(text, visit);
        } else if let Some(rank) = self.terms.find(text.as_bytes()) {
            visit((rank..rank + 1).into(), Some(Cost::default()));
        }
    }

    fn beginning(&self, word: &QueryWord, visit: VisitTerms<'_>) {
        let text = word.as_str();
        if text.len() > TERM_BYTES_MAX {
            self.first_piece(text, visit);
            return;
        }
        let mut longer = self.terms.prefix(text.as_bytes());
        if longer.start < longer.end && self.terms.get(longer.start) == text.as_bytes() {
            if !visit(
                (longer.start..longer.start + 1).into(),
                Some(Cost::default()),
            ) {
                return;
            }
            longer.start += 1;
        }
        if self.longer(word, longer, visit) {
            let begun = Cost::of(0, Fit::Beginning);
            let pieces = self.terms.prefix(&marked(FIRST_PIECE, text));
            visit(pieces.into(), Some(begun));
        }
    }

    /// Visits longer words that start with the word; adjacent terms with the same fit are visited
    /// together.
    fn longer(&self, word: &QueryWord, terms: Range<u32>, visit: VisitTerms<'_>) -> bool {
        let mut run = terms.start..terms.start;
        let mut run_fit = Fit::Beginning;
        if word.may_be_nearly_whole() {
            for (rank, term) in self.terms.iter(terms) {
                let fit = word.fit_of_beginning(text_of(term));
                if fit != run_fit {
                    if !run.is_empty() && !visit(run.clone().into(), Some(Cost::of(0, run_fit))) {
                        return false;
                    }
                    run.start = rank;
                    run_fit = fit;
                }
                run.end = rank + 1;
            }
        } else {
            run = terms;
        }
        run.is_empty() || visit(run.into(), Some(Cost::of(0, run_fit)))
    }

    fn end(&self, text: &str, is_cancelled: &dyn Fn() -> bool, visit: VisitTerms<'_>) {
        let mut needle = text.as_bytes().to_vec();
        needle.push(0);
        let words = self.terms.whole_words();
        self.containing(words, &needle, is_cancelled, &mut |rank, _| {
            visit((rank..rank + 1).into(), None)
        });
        self.pieces_with(text, is_cancelled, visit);
    }

    fn anywhere(&self, word: &QueryWord, is_cancelled: &dyn Fn() -> bool, visit: VisitTerms<'_>) {
        let text = word.as_str();
        let words = self.terms.whole_words();
        let begun = self.terms.prefix(text.as_bytes());
        let is_whole = self.terms.get(begun.start) == text.as_bytes();
        let whole = begun.start..begun.start + u32::from(is_whole && !begun.is_empty());
        let longer = whole.end..begun.end;
        // What is inside of a short text is in a good part of all terms: as a set they are found
        // up in one pass over the term places.
        let mut inside = RowSet::new(words.end);
        self.containing(words, text.as_bytes(), is_cancelled, &mut |rank, at| {
            if at > 0 {
                inside.insert(rank);
            }
            true
        });
        let go_on = visit(whole.into(), Some(Cost::default()))
            && self.longer(word, longer, visit)
            && visit(TermRanks::Set(&inside), Some(Cost::of(0, Fit::Inside)));
        if go_on {
            self.pieces_with(text, is_cancelled, visit);
        }
    }

    /// Visits the pieces of long words that contain a text, or the longest prefix of it that is
    /// certain to be within one piece.
    fn pieces_with(&self, text: &str, is_cancelled: &dyn Fn() -> bool, visit: VisitTerms<'_>) {
        let head_end = text.floor_char_boundary(TERM_BYTES_OVERLAP);
        let head = text.get(..head_end).unwrap_or(text);
        let is_all = head.len() == text.len();
        let pieces = self.terms.pieces();
        self.containing(pieces, head.as_bytes(), is_cancelled, &mut |rank, at| {
            // Pieces start with a prefix of one byte.
            let fit = if at == 1 && self.terms.get(rank).first() == Some(&FIRST_PIECE) {
                Fit::Beginning
            } else {
                Fit::Inside
            };
            visit((rank..rank + 1).into(), is_all.then(|| Cost::of(0, fit)))
        });
    }

    /// Visits the terms of a range that contain some bytes, with the offset of the first
    /// occurrence, until cancelled.
    fn containing(
        &self,
        ranks: Range<u32>,
        needle: &[u8],
        is_cancelled: &dyn Fn() -> bool,
        visit: &mut dyn FnMut(u32, usize) -> bool,
    ) {
        let mut start = ranks.start;
        let mut go_on = true;
        while go_on && start < ranks.end && !is_cancelled() {
            let end = ranks.end.min(start + TERMS_PER_CHECK);
            self.terms
                .containing(start..end, needle, &mut |rank, at, _| {
                    go_on = visit(rank, at);
                    go_on
                });
            start = end;
        }
    }

    /// Visits the first piece of a word that is too long for a term: words with the same beginning
    /// share it.
    fn first_piece(&self, text: &str, visit: VisitTerms<'_>) {
        let end = text.floor_char_boundary(TERM_BYTES_MAX);
        let piece = marked(FIRST_PIECE, text.get(..end).unwrap_or(text));
        if let Some(rank) = self.terms.find(&piece) {
            visit((rank..rank + 1).into(), None);
        }
    }

    /// Visits the term places of some terms at some places. Returns `false` if cancelled.
    pub(super) fn for_each_term_place(
        &self,
        ranks: TermRanks<'_>,
        places: &PlaceFilter,
        cancel: &mut CancelCheck<'_>,
        mut visit: impl FnMut(TextPlace, PostingsRef),
    ) -> bool {
        match ranks {
            TermRanks::Range(ranks) => self.visit_range(ranks, places, cancel, &mut visit),
            TermRanks::Set(ranks) if ranks.count() < ranks.rows() / TERMS_APART_MAX => {
                let mut ranks = ranks.iter();
                ranks.all(|rank| self.visit_range(rank..rank + 1, places, cancel, &mut visit))
            }
            TermRanks::Set(ranks) => self.visit_set(ranks, places, cancel, &mut visit),
        }
    }

    fn visit_range(
        &self,
        ranks: Range<u32>,
        places: &PlaceFilter,
        cancel: &mut CancelCheck<'_>,
        visit: &mut impl FnMut(TextPlace, PostingsRef),
    ) -> bool {
        let mut term_places = self.term_places.of_terms(ranks);
        loop {
            let end = term_places
                .end
                .min(term_places.start + (TERM_PLACES_PER_CHECK - cancel.term_places));
            cancel.term_places += end - term_places.start;
            for (place, postings) in self.term_places.get(term_places.start..end) {
                if let Some(Some(place)) = places.wanted.get(place) {
                    visit(*place, postings);
                }
            }
            term_places.start = end;
            if cancel.term_places < TERM_PLACES_PER_CHECK {
                return true;
            }
            cancel.term_places = 0;
            if (cancel.is_cancelled)() {
                return false;
            }
        }
    }

    /// Visits the places of many terms in one pass over all term places.
    fn visit_set(
        &self,
        ranks: &RowSet,
        places: &PlaceFilter,
        cancel: &mut CancelCheck<'_>,
        visit: &mut impl FnMut(TextPlace, PostingsRef),
    ) -> bool {
        let Some(first) = ranks.nth(0) else {
            return true;
        };
        for (rank, place, postings) in self.term_places.with_terms(first..ranks.rows()) {
            if ranks.contains(rank)
                && let Some(Some(place)) = places.wanted.get(place)
            {
                visit(*place, postings);
            }
            cancel.term_places += 1;
            if cancel.term_places == TERM_PLACES_PER_CHECK {
                cancel.term_places = 0;
                if (cancel.is_cancelled)() {
                    return false;
                }
            }
        }
        true
    }
}

/// Checks for cancellation at regular intervals.
pub(super) struct CancelCheck<'a> {
    term_places: u32,
    is_cancelled: &'a dyn Fn() -> bool,
}

impl<'a> CancelCheck<'a> {
    /// The function that is called to check.
    pub(super) const fn function(&self) -> &'a dyn Fn() -> bool {
        self.is_cancelled
    }

    pub(super) const fn new(is_cancelled: &'a dyn Fn() -> bool) -> Self {
        Self {
            term_places: 0,
            is_cancelled,
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        (self.is_cancelled)()
    }
}

fn marked(mark: u8, text: &str) -> Vec<u8> {
    debug_assert!((PAIR..=LATER_PIECE).contains(&mark), "not a prefix byte");
    let mut term = Vec::with_capacity(text.len() + 1);
    term.push(mark);
    term.extend_from_slice(text.as_bytes());
    term
}
