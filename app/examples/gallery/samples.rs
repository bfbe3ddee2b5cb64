//! The sample data of the gallery.

use std::borrow::Cow;

use vstore_app::widgets::value_tree::{TreeModel, TreeRow, ValueColor};

/// Key, value, year, genre, remaining life with its text, time of change.
pub(crate) type Film = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<(f32, &'static str)>,
    &'static str,
);

pub(crate) const FILMS: [Film; 15] = [
    (
        "film:1982:tootsie",
        "{title: \"Tootsie\", year: 1982, cast: [9]}",
        "1982",
        "Comedy",
        None,
        "14:02",
    ),
    (
        "film:1988:rain-man",
        "{title: \"Rain Man\", year: 1988}",
        "1988",
        "Drama",
        Some((0.7, "4 m 12 s")),
        "14:02",
    ),
    (
        "film:1987:ishtar",
        "{title: \"Ishtar\", year: 1987}",
        "1987",
        "Comedy",
        None,
        "13:58",
    ),
    (
        "film:1989:family-business",
        "{title: \"Family Business\"}",
        "1989",
        "Crime",
        None,
        "13:58",
    ),
    (
        "film:1985:death-of-a-salesman",
        "{title: \"Death of a Salesman\"}",
        "1985",
        "Drama",
        Some((0.06, "38 s")),
        "13:58",
    ),
    (
        "film:1986:sweet-dreams",
        "{title: \"Private Practices\"}",
        "1986",
        "Documentary",
        None,
        "13:57",
    ),
    (
        "film:1991:hook",
        "{title: \"Hook\", year: 1991}",
        "1991",
        "Fantasy",
        Some((0.93, "2 h 05 m")),
        "13:57",
    ),
    (
        "film:1991:billy-bathgate",
        "{title: \"Billy Bathgate\"}",
        "1991",
        "Crime",
        None,
        "13:57",
    ),
    (
        "film:1992:hero",
        "{title: \"Hero\", year: 1992}",
        "1992",
        "Comedy",
        None,
        "13:57",
    ),
    (
        "film:1995:outbreak",
        "{title: \"Outbreak\", year: 1995}",
        "1995",
        "Thriller",
        None,
        "13:57",
    ),
    (
        "film:1996:sleepers",
        "{title: \"Sleepers\", year: 1996}",
        "1996",
        "Drama",
        None,
        "13:56",
    ),
    (
        "film:1997:wag-the-dog",
        "{title: \"Wag the Dog\"}",
        "1997",
        "Comedy",
        None,
        "13:56",
    ),
    (
        "film:1997:mad-city",
        "{title: \"Mad City\", year: 1997}",
        "1997",
        "Thriller",
        None,
        "13:56",
    ),
    (
        "film:1998:sphere",
        "{title: \"Sphere\", year: 1998}",
        "1998",
        "Sci-Fi",
        None,
        "13:56",
    ),
    (
        "film:1999:messenger",
        "{title: \"The Messenger\"}",
        "1999",
        "History",
        None,
        "13:56",
    ),
];

/// The tree at the right of the main page.
pub(crate) struct FilmTree;

const HOFFMAN: &[std::ops::Range<usize>] = &[8..15, 0..0];

type Row = (usize, &'static str, &'static str, ValueColor, Option<bool>);

const ROWS: [Row; 12] = [
    (0, "title", "\"Tootsie\"", ValueColor::String, None),
    (0, "year", "1982", ValueColor::Number, None),
    (0, "cast", "list · 9", ValueColor::Summary, Some(true)),
    (1, "0", "\"Dustin Hoffman\"", ValueColor::String, None),
    (1, "1", "\"Jessica Lange\"", ValueColor::String, None),
    (1, "2", "\"Teri Garr\"", ValueColor::String, None),
    (1, "3 … 8", "", ValueColor::Summary, Some(false)),
    (0, "genres", "list · 2", ValueColor::Summary, Some(true)),
    (1, "0", "\"Romance\"", ValueColor::String, None),
    (1, "1", "\"Comedy\"", ValueColor::String, None),
    (0, "seen", "true", ValueColor::Bool, None),
    (0, "rating", "null", ValueColor::Null, None),
];

impl TreeModel for FilmTree {
    fn len(&self) -> usize {
        ROWS.len()
    }

    fn row(&self, index: usize) -> TreeRow<'_> {
        let (depth, label, text, color, expanded) = ROWS[index];
        TreeRow {
            depth,
            label: Cow::Borrowed(label),
            is_index: depth == 1,
            text: Cow::Borrowed(text),
            color,
            expanded,
            matches: if index == 3 { HOFFMAN } else { &[] },
        }
    }
}

/// A JSON text for the editor, with an error in its fourth line.
pub(crate) const JSON: &str = "{\n  \"title\": \"Tootsie\",\n  \"year\": 1982,\n  \"seen\" true,\n  \"rating\": null,\n  \"cast\": [\n    \"Dustin Hoffman\",\n    \"Jessica Lange\"\n  ]\n}\n";
