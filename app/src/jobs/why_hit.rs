//! Explains why a record is among the hits: it is matched again, and its rank is put into words.

use vstore::search::{
    CancelToken, FieldClass, HighlightPlace, Level, Matcher, Mode, Query, Reason, SortKeyParts,
};
use vstore::{Key, Snapshot};

use super::worker::Emit;
use crate::format;
use crate::state::{WhyHit, WhyWord};

/// The longest quote from a record, in characters.
const QUOTED_CHARS: usize = 60;
/// Parts of a rank are capped at this value.
const SPREAD_MAX: u32 = 255;

/// A record and the search that found it.
#[derive(Clone, Debug)]
pub struct WhyHitQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// The record.
    pub key: Key,
    /// Its row and the number of rows; `None` if the rows are not ordered by relevance.
    pub row: Option<(usize, usize)>,
    /// The rows are ranked, but shown in another order.
    pub other_order: bool,
    /// The query.
    pub text: String,
    /// How words match.
    pub mode: Mode,
}

/// Why a record was found; `None` if it no longer matches.
type Explained = Option<Box<WhyHit>>;

pub(super) fn answer_why_hit(
    question: WhyHitQuestion,
    cancel: &CancelToken,
    _emit: &Emit<'_, Explained>,
) -> Option<Explained> {
    let WhyHitQuestion {
        snapshot,
        key,
        row,
        other_order,
        text,
        mode: how,
    } = question;
    let query = Query::parse(&text, snapshot.catalog());
    let matcher = Matcher::new(&query, how);
    let record = snapshot.get(key.as_str());
    let explained = record.and_then(|record| matcher.explain(record.as_ref()));
    let why = explained.map(|explained| {
        Box::new(WhyHit {
            level: level(&explained.rank),
            words: explained.reasons.iter().map(word).collect(),
            order: order(&explained.rank, &explained.reasons),
            key,
            row,
            other_order,
        })
    });
    (!cancel.is_cancelled()).then_some(why)
}

fn level(rank: &SortKeyParts) -> String {
    let words = match rank.level {
        Level::Exact => "Every word occurs as typed",
        Level::Prefix => "A word is the start of a longer one",
        Level::Inside => "A word is inside a longer one",
        Level::SlightTypos => "Slightly misspelt",
        Level::Typos => "Misspelt",
    };
    words.to_owned()
}

fn word(reason: &Reason) -> WhyWord {
    let mut found: String = reason.found.chars().take(QUOTED_CHARS).collect();
    if found.len() < reason.found.len() {
        found.push('…');
    }
    WhyWord {
        word: reason.word.clone(),
        found,
        place: match &reason.place {
            HighlightPlace::Key => "key".to_owned(),
            HighlightPlace::Value { path, .. } => path.clone(),
        },
        how: match reason.level {
            Level::Exact => "as typed",
            Level::Prefix => "as a prefix",
            Level::Inside => "inside it",
            Level::SlightTypos => "slightly misspelt",
            Level::Typos => "misspelt",
        },
    }
}

fn order(rank: &SortKeyParts, reasons: &[Reason]) -> Vec<(&'static str, String)> {
    let of = |level: Level| {
        reasons
            .iter()
            .filter(|reason| reason.level == level)
            .count()
    };
    let in_part = match (of(Level::Prefix), of(Level::Inside), rank.in_part) {
        (_, _, 0) => "none".to_owned(),
        (prefixes, 0, _) => format!("{prefixes} as a prefix"),
        (0, inside, _) => format!("{inside} inside a longer word"),
        (prefixes, inside, _) => format!("{prefixes} as a prefix, {inside} inside"),
    };
    let place = match rank.place {
        FieldClass::Key => "in the key",
        FieldClass::WholeValue => "all of a value",
        FieldClass::StartOfValue => "at the start of a value",
        FieldClass::Elsewhere => "inside a value, or in several",
    };
    let spread = match rank.spread {
        0 => "next to each other, in this order".to_owned(),
        SPREAD_MAX.. => "far from each other".to_owned(),
        apart => format!("{apart} apart or out of order"),
    };
    let misspelling = match rank.misspelling {
        0 => "none".to_owned(),
        weight => format!("{weight} (swapped or doubled letter 1, vowel 2, other 3)"),
    };
    let as_typed = match (rank.unlike, rank.capitals) {
        (0, 0) => "as typed".to_owned(),
        (0, _) => "as typed, with capitals".to_owned(),
        (marks, _) => format!("{marks} differ"),
    };
    let length = format::counted(rank.length.into(), "character");
    vec![
        ("Misspelling", misspelling),
        ("Words matched in part", in_part),
        ("Where they are", place.to_owned()),
        ("The words", spread),
        (
            "Words before the match",
            format::count(rank.position.into()),
        ),
        ("Accents, capitals, signs", as_typed),
        ("Length of the text", length),
        ("Then", "in key order".to_owned()),
    ]
}
