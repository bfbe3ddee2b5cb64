use super::*;
use crate::search::query::tests::has_word_with_slash;
use crate::value::{EncodedValue, Value};
use proptest::prelude::*;

fn paths() -> Vec<Path> {
    let texts = [
        "title",
        "year",
        "genres[]",
        "address.city",
        "-odd",
        "\"a b\".c",
        "NOT",
    ];
    texts
        .iter()
        .map(|text| Path::parse(text).unwrap())
        .collect()
}

fn added(text: &str, condition: &str) -> String {
    with(text, condition, &paths()).unwrap()
}

fn removed(text: &str, condition: &str) -> String {
    without(text, condition, &paths())
}

#[test]
fn a_condition_is_appended_and_applies_to_the_whole_query() {
    let comedy = r#"genres[]="Comedy""#;
    for (text, expected) in [
        ("", r#"genres[]="Comedy""#),
        ("hofman year:1982 ", r#"hofman year:1982 genres[]="Comedy""#),
        (r#"say "a \" b" x"#, r#"say "a \" b" x genres[]="Comedy""#),
        ("a OR b", r#"(a OR b) genres[]="Comedy""#),
        ("a OR", r#"a genres[]="Comedy""#),
        ("a NOT", r#"a genres[]="Comedy""#),
        ("(a OR b", r#"(a OR b) genres[]="Comedy""#),
        (r#""an open ph"#, r#""an open ph" genres[]="Comedy""#),
        (
            r#"genres="Comedy" x"#,
            r#"genres="Comedy" x"#, // It is there, spelt in another way.
        ),
        ("year:1980..1989", r#"year:1980..1989 genres[]="Comedy""#),
    ] {
        assert_eq!(added(text, comedy), expected, "{text}");
    }
}

#[test]
fn exactly_one_condition_is_removed() {
    for (text, condition, expected) in [
        (
            r#"ana  address.city="New York" year:3"#,
            r#"address.city="New York""#,
            "ana year:3",
        ),
        ("ana  b year:3", "year:3", "ana  b"),
        ("year:3", "year:3", ""),
        ("ana year:3", "year:4", "ana year:3"),
        (
            r#"title="a \" b" year:1980..1989 x"#,
            "year:[1980 TO 1989]",
            r#"title="a \" b" x"#,
        ),
        ("a AND year:3 AND b", "year:3", "a b"),
        ("(a year:3) b", "year:3", "a b"),
        ("a OR year:3", "year:3", "a OR year:3"),
        ("YEAR:3 year:3 a", "year:3", "a"),
    ] {
        assert_eq!(removed(text, condition), expected, "{text}");
    }
}

#[test]
fn an_exclusion_is_toggled() {
    let city = r#"address.city="New York""#;
    let excluded = toggled_exclusion("ana year:3", city, &paths()).unwrap();
    assert_eq!(excluded, r#"ana year:3 -address.city="New York""#);
    let back = toggled_exclusion(&excluded, city, &paths()).unwrap();
    assert_eq!(back, "ana year:3");
    let instead = toggled_exclusion("year:3", "year:3", &paths()).unwrap();
    assert_eq!(instead, "-year:3");
}

#[test]
fn a_condition_beyond_the_limits_is_not_added() {
    let full = "word ".repeat(64);
    assert_eq!(with(&full, "year=1982", &paths()), None);
    assert_eq!(with("a", "no condition", &paths()), None);
}

#[test]
fn the_required_key_prefixes_are_found() {
    let prefixes = |text: &str| key_prefixes(text, &paths());
    assert_eq!(
        prefixes(r#"ana $key^=film: $key^="a \" b:""#),
        ["film:", "a \" b:"]
    );
    assert!(prefixes("a OR $key^=film:").is_empty());
}

/// The only part of a query, which must be a condition.
fn condition(text: &str) -> Field {
    match Query::parse(text, &paths()).expr {
        Expr::Field(field) => field,
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn a_condition_names_the_value_that_was_clicked() {
    for path in paths() {
        for text in ["30", "null", "say \"no\" \\", "a\nb", "", "x)", "a..b", "-"] {
            let value = EncodedValue::encode(&Value::String(text.to_owned())).unwrap();
            let field = condition(&equals(&path, value.view()).unwrap());
            let FieldTest::Compare(_, literal) = field.test else {
                panic!("{text}")
            };
            assert_eq!((literal.text.as_str(), literal.quoted), (text, true));
        }
        for word in ["null", "missing", "tootsie", "été", "1982"] {
            let field = condition(&has_word(&path, word));
            let FieldTest::Has(atom) = field.test else {
                panic!("{word}")
            };
            assert_eq!(atom.text, word);
        }
        assert_eq!(condition(&exists(&path, false)).test, FieldTest::Missing);
        assert!(matches!(
            condition(&between(&path, "1980", "1989")).test,
            FieldTest::Between(..)
        ));
    }
    let field = condition(&key_starts_with("a \" b:"));
    assert!(matches!(field.test, FieldTest::StartsWith(literal) if literal.text == "a \" b:"));
}

/// A text with any sign of the grammar at any position.
fn any_query() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "b1",
        "OR",
        "AND",
        "NOT",
        "TO",
        "|",
        " ",
        " ",
        " ",
        "  ",
        "(",
        ")",
        "\"",
        "\\",
        "\\\"",
        "/",
        "-",
        "'",
        "*",
        "~",
        ":",
        "=",
        "!=",
        "<",
        "^=",
        "..",
        "[",
        "]",
        ".",
        "title",
        "year:",
        "year=1982",
        "title=\"x \\\" y\"",
        "year:1980..1989",
        "genres[]=\"Comedy\"",
        "address.city",
        "$key^=film:",
        "null",
        "30",
        "é",
        "\"a b\".c",
        "/a b/",
        "year:(1 OR 2)",
    ]);
    prop::collection::vec(pieces, 0..20).prop_map(|pieces| pieces.concat())
}

fn any_condition() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "year=1982",
        "year:1980..1989",
        "genres[]=\"Comedy\"",
        "title=\"x \\\" y\"",
        "$key^=film:",
        "\"-odd\"=1",
        "\"a b\".c:null",
        "title:exists",
    ])
}

fn meaning(text: &str) -> Vec<Expr> {
    let query = Query::parse(text, &paths());
    conjuncts(&query.expr).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn an_edit_keeps_the_meaning_of_all_other_conditions(
        text in any_query(),
        condition in any_condition(),
        excludes in any::<bool>(),
    ) {
        let signed = if excludes { format!("-{condition}") } else { condition.to_owned() };
        let clicked = read(&signed, &paths()).unwrap();
        let before = meaning(&text);
        prop_assume!(!before.iter().any(has_word_with_slash));
        let others: Vec<_> = before.iter().filter(|expr| !is_same(expr, &clicked)).cloned().collect();
        let was_there = others.len() < before.len();
        prop_assert_eq!(has(&text, &signed, &paths()), was_there);

        let less = without(&text, &signed, &paths());
        prop_assert_eq!(&meaning(&less), &others, "{} without {}: {}", text, signed, less);

        let more = with(&text, &signed, &paths()).unwrap();
        let mut wanted = before;
        if !was_there {
            wanted.push(clicked);
        }
        prop_assert_eq!(&meaning(&more), &wanted, "{} with {}: {}", text, signed, more);
        if !was_there {
            let back = without(&more, &signed, &paths());
            prop_assert_eq!(&meaning(&back), &others, "{} taken back: {}", more, back);
        }
    }
}
