//! Telling why a record is among the hits: it is compared once more, and its rank put into words.

use vstore::search::{
    CancelToken, FieldClass, HighlightPlace, Level, Matcher, Mode, Query, Reason, SortKeyParts,
};
use vstore::{Key, Snapshot};

use super::worker::Say;
use crate::format;
use crate::state::{WhyHit, WhyWord};

/// The longest text of a record that is quoted, in characters.
const QUOTED_CHARS: usize = 60;
/// Beyond this the parts of a rank do not count further.
const SPREAD_MAX: u32 = 255;

/// A record and the search that found it.
#[derive(Clone, Debug)]
pub struct WhyHitQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// The record.
    pub key: Key,
    /// Its row and how many there are; `None`: the rows are not in the order of relevance.
    pub row: Option<(usize, usize)>,
    /// The rows are ranked, and in another order.
    pub other_order: bool,
    /// The query.
    pub text: String,
    /// How words match.
    pub mode: Mode,
}

pub(super) fn answer_why_hit(
    question: WhyHitQuestion,
    cancel: &CancelToken,
    _say: &Say<'_, Option<Box<WhyHit>>>,
) -> Option<Option<Box<WhyHit>>> {
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
        Level::Exact => "Every word stands there as typed",
        Level::Prefix => "Some word is the beginning of a longer one",
        Level::Inside => "Some word stands inside a longer one",
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
            Level::Prefix => "its beginning",
            Level::Inside => "inside of it",
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
        (beginnings, 0, _) => format!("{beginnings} as a beginning"),
        (0, inside, _) => format!("{inside} inside a longer word"),
        (beginnings, inside, _) => format!("{beginnings} as a beginning, {inside} inside"),
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
    let length = format::counted(rank.length.into(), "byte");
    vec![
        ("Misspelling", misspelling),
        ("Words matched in part", in_part),
        ("Where they stand", place.to_owned()),
        ("The words", spread),
        (
            "Words before the match",
            format::count(rank.position.into()),
        ),
        ("Length of the text", length),
        ("Then", "in the order of keys".to_owned()),
    ]
}
