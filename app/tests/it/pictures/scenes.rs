//! What the pictures show: a database of films, and the states that it can be in.

use vstore::file::{CorruptKind, Finding, FindingKind, Loss, VerifyReport};
use vstore::value::EncodedValue;
use vstore::value::json::parse_text;
use vstore::{Cause, Key, Path, WriteBatch};
use vstore_app::command::{RecordCommand, SearchCommand, SelectionCommand};
use vstore_app::state::{Column, SaveState};

use super::program::{NOW, Program};

/// Title, year, rating, genres and the first of the cast.
#[rustfmt::skip]
const FILMS: [(&str, i32, f64, &[&str], &str); 40] = [
    ("The Graduate", 1967, 8.0, &["Comedy", "Drama"], "Dustin Hoffman"),
    ("Bullitt", 1968, 7.4, &["Action", "Crime"], "Steve McQueen"),
    ("Midnight Cowboy", 1969, 7.8, &["Drama"], "Dustin Hoffman"),
    ("Little Big Man", 1970, 7.5, &["Adventure", "Comedy"], "Dustin Hoffman"),
    ("Klute", 1971, 7.1, &["Crime", "Mystery"], "Jane Fonda"),
    ("Straw Dogs", 1971, 7.4, &["Crime", "Drama"], "Dustin Hoffman"),
    ("Cabaret", 1972, 7.8, &["Drama", "Music"], "Liza Minnelli"),
    ("Papillon", 1973, 8.0, &["Adventure", "Crime"], "Steve McQueen"),
    ("Chinatown", 1974, 8.1, &["Drama", "Mystery"], "Jack Nicholson"),
    ("Lenny", 1974, 7.5, &["Drama"], "Dustin Hoffman"),
    ("All the President's Men", 1976, 7.9, &["Drama", "History"], "Dustin Hoffman"),
    ("Marathon Man", 1976, 7.4, &["Crime", "Thriller"], "Dustin Hoffman"),
    ("Network", 1976, 8.1, &["Drama"], "Faye Dunaway"),
    ("Annie Hall", 1977, 8.0, &["Comedy", "Romance"], "Diane Keaton"),
    ("Straight Time", 1978, 7.4, &["Crime", "Drama"], "Dustin Hoffman"),
    ("Alien", 1979, 8.5, &["Horror", "Science fiction"], "Sigourney Weaver"),
    ("Kramer vs. Kramer", 1979, 7.8, &["Drama"], "Dustin Hoffman"),
    ("Ordinary People", 1980, 7.7, &["Drama"], "Donald Sutherland"),
    ("Reds", 1981, 7.3, &["Drama", "History"], "Diane Keaton"),
    ("Blade Runner", 1982, 8.1, &["Science fiction", "Thriller"], "Harrison Ford"),
    ("Tootsie", 1982, 7.4, &["Romance", "Comedy"], "Dustin Hoffman"),
    ("Local Hero", 1983, 7.4, &["Comedy", "Drama"], "Peter Riegert"),
    ("Amadeus", 1984, 8.4, &["Drama", "Music"], "F. Murray Abraham"),
    ("Brazil", 1985, 7.8, &["Drama", "Science fiction"], "Jonathan Pryce"),
    ("Death of a Salesman", 1985, 7.2, &["Drama"], "Dustin Hoffman"),
    ("Ishtar", 1987, 4.6, &["Adventure", "Comedy"], "Dustin Hoffman"),
    ("Moonstruck", 1987, 7.1, &["Comedy", "Romance"], "Cher"),
    ("Rain Man", 1988, 8.0, &["Drama"], "Dustin Hoffman"),
    ("Family Business", 1989, 5.7, &["Comedy", "Crime"], "Dustin Hoffman"),
    ("Dick Tracy", 1990, 6.2, &["Action", "Comedy"], "Warren Beatty"),
    ("Billy Bathgate", 1991, 5.9, &["Crime", "Drama"], "Dustin Hoffman"),
    ("Hook", 1991, 6.8, &["Adventure", "Comedy"], "Dustin Hoffman"),
    ("Hero", 1992, 6.5, &["Comedy", "Drama"], "Dustin Hoffman"),
    ("Orlando", 1992, 7.1, &["Drama", "Fantasy"], "Tilda Swinton"),
    ("Outbreak", 1995, 6.6, &["Action", "Thriller"], "Dustin Hoffman"),
    ("Fargo", 1996, 8.1, &["Crime", "Thriller"], "Frances McDormand"),
    ("Sleepers", 1996, 7.5, &["Crime", "Drama"], "Dustin Hoffman"),
    ("Wag the Dog", 1997, 7.1, &["Comedy", "Drama"], "Dustin Hoffman"),
    ("Magnolia", 1999, 8.0, &["Drama"], "Julianne Moore"),
    ("Chocolat", 2000, 7.2, &["Drama", "Romance"], "Juliette Binoche"),
];

/// Records with a life: their keys, and the minutes that are left at [`NOW`].
const TOKENS: [(&str, i64); 5] = [
    ("token:ci:7f3a", 1),
    ("token:ci:81c0", 4),
    ("token:deploy:a2", 38),
    ("token:web:19fe", 190),
    ("token:web:3b55", 26 * 60),
];

/// Their whole life, in minutes.
const LIFE: i64 = 2 * 24 * 60;

/// The record that is shown in detail.
pub(super) const CHOSEN: &str = "film:1982:tootsie";

pub(super) fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

pub(super) fn value(json: &str) -> EncodedValue {
    parse_text(json).unwrap().0
}

fn key_of(title: &str, year: i32) -> Key {
    let name: String = title.to_lowercase().replace(['\'', '.'], "");
    key(&format!("film:{year}:{}", name.replace(' ', "-")))
}

/// The films, tokens and notes, as an import brings them.
fn records() -> WriteBatch {
    let mut batch = WriteBatch::new(Cause::Import);
    for (index, (title, year, rating, genres, first)) in FILMS.into_iter().enumerate() {
        let cast = [first, "Teri Garr", "Charles Durning"];
        let (seen, remark) = (index % 3 > 0, (index % 5 == 0).then_some("On tape"));
        let json = serde_json::json!({
            "title": title, "year": year, "rating": rating, "genres": genres, "cast": cast,
            "seen": seen, "remark": remark, "minutes": 88 + (index * 7) % 61,
            "watched": {"$time": format!("20{:02}-{:02}-11T18:30:00Z", 12 + index % 13, 1 + index % 12)},
        });
        batch.put(key_of(title, year), value(&json.to_string()));
    }
    for (name, minutes) in TOKENS {
        batch.put(key(name), value(r#"{"scope": ["read"], "user": "ana"}"#));
        batch.set_expiry(key(name), Some(NOW.plus_millis(60_000 * minutes)));
    }
    batch.put(
        key("note:borrowed"),
        value(r#""Hook and Hero are at Jörg's; ask before the holidays.""#),
    );
    batch
}

/// An empty database that has a file.
pub(super) fn empty() -> Program {
    let mut program = Program::start();
    program.open("films.vstore");
    let store = program.store();
    store.path = Some("/home/ana/Documents/films.vstore".into());
    store.save = SaveState::Saved { at: NOW };
    program
}

/// The database of films, with columns, changes and an open namespace; nothing is selected.
pub(super) fn films() -> Program {
    let mut program = empty();
    program.before(LIFE, |program| program.commit(records()));
    for path in ["year", "genres[]"] {
        let column = Column::Path(Path::parse(path).unwrap());
        program.ask(SearchCommand::ToggleColumn(column));
    }
    program.before(16, |program| {
        program.ask(RecordCommand::Delete(vstore_app::state::Scope::Keys(
            [key_of("Ishtar", 1987)].into(),
        )));
    });
    program.before(9, |program| {
        let from = key_of("Hero", 1992);
        let to = key("film:1992:accidental-hero");
        program.ask(RecordCommand::Rename { from, to });
    });
    program.before(3, |program| {
        program.ask(RecordCommand::SetLeaf {
            key: key(CHOSEN),
            location: vec![vstore_app::state::Step::Name("rating".to_owned())],
            value: value("7.9"),
        });
    });
    program.settle();
    let prefix = "film:".to_owned();
    program.ask(SearchCommand::ExpandNamespace {
        prefix,
        expanded: true,
    });
    program.state.notices.clear();
    program.store().save = SaveState::Saved { at: NOW };
    program
}

/// The films with one that is shown in detail.
pub(super) fn one_film() -> Program {
    let mut program = films();
    program.ask(SelectionCommand::GoTo(key(CHOSEN)));
    program
}

/// The statistics of a path.
pub(super) fn statistics(path: &str) -> Program {
    let mut program = one_film();
    program.ask(SearchCommand::SelectPath(Some(Path::parse(path).unwrap())));
    program
}

/// What a search found.
pub(super) fn found(text: &str) -> Program {
    let mut program = films();
    program.ask(SearchCommand::SetText(text.to_owned()));
    program
}

/// What reading a damaged file whole shows.
pub(super) fn damage() -> VerifyReport {
    let finding = |offset, kind, loss| Finding {
        offset,
        seq: None,
        kind,
        loss,
    };
    let lost = Loss {
        bytes: 4_096,
        frames: Some(2),
        records: Some(340),
    };
    VerifyReport {
        bytes: 2_100_000,
        frames: 58,
        findings: vec![
            finding(8_192, FindingKind::Frame(CorruptKind::Auth), Some(lost)),
            finding(2_099_200, FindingKind::TornTail { bytes: 800 }, None),
        ],
        ..VerifyReport::default()
    }
}
