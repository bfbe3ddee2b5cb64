//! What is asked of each engine, in its own words.

/// One question.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    /// In vstore's language; words are exact unless they say otherwise.
    pub(crate) vstore: &'static str,
    /// Whether vstore answers as the search box does, with typos and beginnings.
    pub(crate) is_fuzzy: bool,
    pub(crate) sqlite: Sql,
    pub(crate) tantivy: Tan,
    /// Why counts cannot be the same, where they cannot.
    pub(crate) differs: Option<&'static str>,
}

/// For SQLite.
pub(crate) enum Sql {
    /// A match of FTS5, ranked.
    Match(&'static str),
    /// A condition of SQL.
    Where(&'static str),
    /// It has no answer.
    Impossible,
}

/// For tantivy.
pub(crate) enum Tan {
    Words(&'static [&'static str]),
    Phrase(&'static [&'static str]),
    Prefix(&'static str),
    Fuzzy(&'static str, u8),
    Inside(&'static str),
    AgeBetween(u64, u64),
    Impossible,
}

const NO_DIFFERENCE: Option<&str> = None;

pub(crate) const QUESTIONS: &[Question] = &[
    Question {
        name: "word: keyboard",
        vstore: "keyboard ",
        is_fuzzy: false,
        sqlite: Sql::Match("keyboard"),
        tantivy: Tan::Words(&["keyboard"]),
        differs: NO_DIFFERENCE,
    },
    Question {
        name: "two words: wireless keyboard",
        vstore: "wireless keyboard ",
        is_fuzzy: false,
        sqlite: Sql::Match("wireless AND keyboard"),
        tantivy: Tan::Words(&["wireless", "keyboard"]),
        differs: NO_DIFFERENCE,
    },
    Question {
        name: "phrase: \"john smith\"",
        vstore: "\"john smith\" ",
        is_fuzzy: false,
        sqlite: Sql::Match("\"john smith\""),
        tantivy: Tan::Phrase(&["john", "smith"]),
        differs: NO_DIFFERENCE,
    },
    Question {
        name: "phrase: \"new york\"",
        vstore: "\"new york\" ",
        is_fuzzy: false,
        sqlite: Sql::Match("\"new york\""),
        tantivy: Tan::Phrase(&["new", "york"]),
        differs: NO_DIFFERENCE,
    },
    Question {
        name: "beginning: pa*",
        vstore: "pa*",
        is_fuzzy: false,
        sqlite: Sql::Match("pa*"),
        tantivy: Tan::Prefix("pa"),
        differs: NO_DIFFERENCE,
    },
    Question {
        name: "beginning: p*",
        vstore: "p*",
        is_fuzzy: false,
        sqlite: Sql::Match("p*"),
        tantivy: Tan::Prefix("p"),
        differs: NO_DIFFERENCE,
    },
    Question {
        name: "inside: *yboa*",
        vstore: "*yboa*",
        is_fuzzy: false,
        sqlite: Sql::Where("text LIKE '%yboa%'"),
        tantivy: Tan::Inside("yboa"),
        differs: NO_DIFFERENCE,
    },
    Question {
        name: "numbers: age 30 to 40",
        vstore: "profile.age:30..40",
        is_fuzzy: false,
        sqlite: Sql::Where("json_extract(value, '$.profile.age') BETWEEN 30 AND 40"),
        tantivy: Tan::AgeBetween(30, 40),
        differs: NO_DIFFERENCE,
    },
    Question {
        name: "one typo: keybaord~1",
        vstore: "keybaord~1 ",
        is_fuzzy: false,
        sqlite: Sql::Impossible,
        tantivy: Tan::Fuzzy("keybaord", 1),
        differs: Some("a typo in the first letter counts as two here"),
    },
    Question {
        name: "as typed: wirless keybord",
        vstore: "wirless keybord",
        is_fuzzy: true,
        sqlite: Sql::Impossible,
        tantivy: Tan::Impossible,
        differs: NO_DIFFERENCE,
    },
    Question {
        name: "as typed: p",
        vstore: "p",
        is_fuzzy: true,
        sqlite: Sql::Match("p*"),
        tantivy: Tan::Prefix("p"),
        differs: NO_DIFFERENCE,
    },
];
