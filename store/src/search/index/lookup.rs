//! One word of a query against the words of a part.

use std::ops::Range;

use super::TextIndex;
use super::fuzzy::Spellings;
use super::places::{PathId, Place};
use super::postings::PostingsRef;
use super::terms::{FIRST_PIECE, LATER_PIECE, PAIR, text_of};
use crate::row_set::RowSet;
use crate::search::matcher::{Cost, Fit, Part, QueryWord};
use crate::search::text::is_number_text;
use crate::search::tokenize::{TERM_BYTES_MAX, TERM_BYTES_OVERLAP, TokenKind, for_each_pair};
use crate::value::ValueRef;

/// Whether the answer is still wanted is asked after this many term places.
const TERM_PLACES_PER_CHECK: u32 = 512;
/// The same for terms that are looked into.
const TERMS_PER_CHECK: u32 = 4096;
/// Below one term in this number, terms are looked up one by one.
const TERMS_APART_MAX: u32 = if cfg!(test) { 3 } else { 16 };

/// A word and what is prepared once for all parts.
pub(super) struct WordPlan {
    pub(super) word: QueryWord,
    /// `None`: no typos, or so unusual ones that all terms have to be compared.
    pub(super) spellings: Option<Spellings>,
}

impl WordPlan {
    pub(super) fn new(word: &QueryWord) -> Self {
        let text = word.as_str();
        let spellings = !word.budget().is_none()
            && word.kind() == TokenKind::Word
            // With digits, terms beyond those of the automaton are within reach.
            && !text.chars().any(char::is_numeric);
        Self {
            spellings: spellings
                .then(|| Spellings::new(text, word.budget(), word.part() == Part::Beginning)),
            word: word.clone(),
        }
    }
}

/// Which places of a part a word is looked for at.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// For each number of a place in the part: which it is, if it counts.
    wanted: Vec<Option<Place>>,
    pub(super) with_numbers: bool,
    /// Whether these are not all paths.
    pub(super) are_chosen: bool,
    /// Which they are, then.
    paths: Option<Box<[PathId]>>,
}

impl Places {
    /// Whether the records have to be read to know what a word at a place means.
    pub(super) fn is_unsure(&self, place: Place) -> bool {
        self.are_chosen
            && (place.path() == PathId::OTHER || (place.is_number() && !self.with_numbers))
    }

    /// Whether a text at the places is passed over.
    pub(super) fn passes_over(&self, leaf: ValueRef<'_>) -> bool {
        let is_number = if self.are_chosen {
            leaf.as_number().is_some()
        } else {
            is_number_text(leaf)
        };
        is_number && !self.with_numbers
    }

    /// Whether a path is among them. Parts of camel case words are no path of their own.
    pub(super) fn include(&self, path: PathId) -> bool {
        self.paths
            .as_ref()
            .is_none_or(|paths| paths.contains(&path))
    }

    /// Places at some paths; `None`: everywhere.
    pub(super) fn new(index: &TextIndex, paths: Option<&[PathId]>, with_numbers: bool) -> Self {
        let is_wanted = |place: &Place| match paths {
            // Moments count as numbers here and have a text there: they are told apart by reading.
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

/// Terms, and the cost at which their rows fit. `None`: it is not known from the terms alone, and
/// the records have to be read.
pub(super) type TermsFound<'a> = &'a mut dyn FnMut(TermRanks<'_>, Option<Cost>) -> bool;

/// Some terms, by their ranks.
#[derive(Clone, Debug)]
pub(super) enum TermRanks<'a> {
    /// Those of a range.
    Range(Range<u32>),
    /// Those of a set.
    Set(&'a RowSet),
}

impl From<Range<u32>> for TermRanks<'_> {
    fn from(ranks: Range<u32>) -> Self {
        Self::Range(ranks)
    }
}

impl TextIndex {
    /// Visits the terms that a word fits, or may fit. Breaks off when `visit` says `false`.
    /// Typos of neighbours written as one word are not among them.
    pub(super) fn for_each_term(
        &self,
        plan: &WordPlan,
        is_stale: &dyn Fn() -> bool,
        visit: TermsFound<'_>,
    ) {
        let word = &plan.word;
        if word.kind() == TokenKind::Spaceless {
            self.for_each_pair(word.as_str(), visit);
            return;
        }
        match word.part() {
            Part::Whole => self.whole(word.as_str(), visit),
            Part::Beginning => self.beginning(word, visit),
            Part::End => self.end(word.as_str(), is_stale, visit),
            Part::Any => self.anywhere(word, is_stale, visit),
        }
        if !word.budget().is_none() {
            self.with_typos(plan, is_stale, visit);
        }
    }

    /// Whether any term may fit a word.
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

    /// Without spaces nobody knows where words end: a run that has the characters has the word.
    fn for_each_pair(&self, text: &str, visit: TermsFound<'_>) {
        let characters = text.chars().count();
        let mut term = vec![PAIR];
        if characters == 1 {
            term.extend_from_slice(text.as_bytes());
            visit(self.terms.prefix(&term).into(), Some(Cost::default()));
            return;
        }
        // Of more than one pair the rarest proposes the rows.
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

    fn whole(&self, text: &str, visit: TermsFound<'_>) {
        if text.len() > TERM_BYTES_MAX {
            self.first_piece(text, visit);
        } else if let Some(rank) = self.terms.find(text.as_bytes()) {
            visit((rank..rank + 1).into(), Some(Cost::default()));
        }
    }

    fn beginning(&self, word: &QueryWord, visit: TermsFound<'_>) {
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

    /// Words that go on behind what was typed; neighbours that fit alike are visited together.
    fn longer(&self, word: &QueryWord, terms: Range<u32>, visit: TermsFound<'_>) -> bool {
        let mut run = terms.start..terms.start;
        let mut run_fit = Fit::Beginning;
        if word.tells_nearly_whole() {
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

    fn end(&self, text: &str, is_stale: &dyn Fn() -> bool, visit: TermsFound<'_>) {
        let mut needle = text.as_bytes().to_vec();
        needle.push(0);
        let words = self.terms.whole_words();
        self.containing(words, &needle, is_stale, &mut |rank, _| {
            visit((rank..rank + 1).into(), None)
        });
        self.pieces_with(text, is_stale, visit);
    }

    fn anywhere(&self, word: &QueryWord, is_stale: &dyn Fn() -> bool, visit: TermsFound<'_>) {
        let text = word.as_str();
        let words = self.terms.whole_words();
        let begun = self.terms.prefix(text.as_bytes());
        let is_whole = self.terms.get(begun.start) == text.as_bytes();
        let whole = begun.start..begun.start + u32::from(is_whole && !begun.is_empty());
        let longer = whole.end..begun.end;
        // What is inside of a short text is in a good part of all terms: as a set they are looked
        // up in one pass over the term places.
        let mut inside = RowSet::new(words.end);
        self.containing(words, text.as_bytes(), is_stale, &mut |rank, at| {
            if at > 0 {
                inside.insert(rank);
            }
            true
        });
        let go_on = visit(whole.into(), Some(Cost::default()))
            && self.longer(word, longer, visit)
            && visit(TermRanks::Set(&inside), Some(Cost::of(0, Fit::Inside)));
        if go_on {
            self.pieces_with(text, is_stale, visit);
        }
    }

    /// The pieces of long words that contain a text, or the first bytes of it that are in one
    /// piece for certain.
    fn pieces_with(&self, text: &str, is_stale: &dyn Fn() -> bool, visit: TermsFound<'_>) {
        let head_end = text.floor_char_boundary(TERM_BYTES_OVERLAP);
        let head = text.get(..head_end).unwrap_or(text);
        let is_all = head.len() == text.len();
        let pieces = self.terms.pieces();
        self.containing(pieces, head.as_bytes(), is_stale, &mut |rank, at| {
            // The mark is one byte.
            let fit = if at == 1 && self.terms.get(rank).first() == Some(&FIRST_PIECE) {
                Fit::Beginning
            } else {
                Fit::Inside
            };
            visit((rank..rank + 1).into(), is_all.then(|| Cost::of(0, fit)))
        });
    }

    /// Visits the terms of a range that contain some bytes, with where these are first, while the
    /// answer is wanted.
    fn containing(
        &self,
        ranks: Range<u32>,
        needle: &[u8],
        is_stale: &dyn Fn() -> bool,
        visit: &mut dyn FnMut(u32, usize) -> bool,
    ) {
        let mut start = ranks.start;
        let mut go_on = true;
        while go_on && start < ranks.end && !is_stale() {
            let end = ranks.end.min(start + TERMS_PER_CHECK);
            self.terms
                .containing(start..end, needle, &mut |rank, at, _| {
                    go_on = visit(rank, at);
                    go_on
                });
            start = end;
        }
    }

    /// Words too long for a term start with the same piece.
    fn first_piece(&self, text: &str, visit: TermsFound<'_>) {
        let end = text.floor_char_boundary(TERM_BYTES_MAX);
        let piece = marked(FIRST_PIECE, text.get(..end).unwrap_or(text));
        if let Some(rank) = self.terms.find(&piece) {
            visit((rank..rank + 1).into(), None);
        }
    }

    /// Visits the rows of some terms at some places, term place by term place. `false`: the answer
    /// is not wanted any more.
    pub(super) fn for_each_term_place(
        &self,
        ranks: TermRanks<'_>,
        places: &Places,
        watch: &mut Watch<'_>,
        mut visit: impl FnMut(Place, PostingsRef),
    ) -> bool {
        match ranks {
            TermRanks::Range(ranks) => self.slots_in(ranks, places, watch, &mut visit),
            TermRanks::Set(ranks) if ranks.count() < ranks.rows() / TERMS_APART_MAX => {
                let mut ranks = ranks.iter();
                ranks.all(|rank| self.slots_in(rank..rank + 1, places, watch, &mut visit))
            }
            TermRanks::Set(ranks) => self.slots_of(ranks, places, watch, &mut visit),
        }
    }

    fn slots_in(
        &self,
        ranks: Range<u32>,
        places: &Places,
        watch: &mut Watch<'_>,
        visit: &mut impl FnMut(Place, PostingsRef),
    ) -> bool {
        let mut term_places = self.term_places.of_terms(ranks);
        loop {
            let end = term_places
                .end
                .min(term_places.start + (TERM_PLACES_PER_CHECK - watch.term_places));
            watch.term_places += end - term_places.start;
            for (place, postings) in self.term_places.get(term_places.start..end) {
                if let Some(Some(place)) = places.wanted.get(place) {
                    visit(*place, postings);
                }
            }
            term_places.start = end;
            if watch.term_places < TERM_PLACES_PER_CHECK {
                return true;
            }
            watch.term_places = 0;
            if (watch.is_stale)() {
                return false;
            }
        }
    }

    /// One pass over the term places of all terms, for terms that are many.
    fn slots_of(
        &self,
        ranks: &RowSet,
        places: &Places,
        watch: &mut Watch<'_>,
        visit: &mut impl FnMut(Place, PostingsRef),
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
            watch.term_places += 1;
            if watch.term_places == TERM_PLACES_PER_CHECK {
                watch.term_places = 0;
                if (watch.is_stale)() {
                    return false;
                }
            }
        }
        true
    }
}

/// Asks now and then whether the answer is still wanted.
pub(super) struct Watch<'a> {
    term_places: u32,
    is_stale: &'a dyn Fn() -> bool,
}

impl<'a> Watch<'a> {
    /// What is asked.
    pub(super) const fn asked(&self) -> &'a dyn Fn() -> bool {
        self.is_stale
    }

    pub(super) const fn new(is_stale: &'a dyn Fn() -> bool) -> Self {
        Self {
            term_places: 0,
            is_stale,
        }
    }

    pub(super) fn is_stale(&self) -> bool {
        (self.is_stale)()
    }
}

fn marked(mark: u8, text: &str) -> Vec<u8> {
    debug_assert!((PAIR..=LATER_PIECE).contains(&mark), "a mark");
    let mut term = Vec::with_capacity(text.len() + 1);
    term.push(mark);
    term.extend_from_slice(text.as_bytes());
    term
}
