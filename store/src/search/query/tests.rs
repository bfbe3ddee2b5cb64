use proptest::prelude::*;

use super::*;
use crate::path::Path;

fn paths() -> Vec<Path> {
    let texts = [
        "title",
        "year",
        "genres",
        "genres[]",
        "address.city",
        "address.zip",
        "profile.name",
        "profile.zip",
        "profile.age",
        "items[].price",
        "status",
        "email",
        "manager",
        "tags[]",
        "Case",
        "case",
        "\"a b\".c",
    ];
    texts
        .iter()
        .map(|text| Path::parse(text).unwrap())
        .collect()
}

fn parse(text: &str) -> Query {
    Query::parse(text, &paths())
}

/// The tree in one line: `and(word(john), title:has(word(star)))`.
fn tree(text: &str) -> String {
    fn list(name: &str, children: &[Expr]) -> String {
        let children: Vec<String> = children.iter().map(describe).collect();
        format!("{name}({})", children.join(", "))
    }
    fn atom(atom: &TextAtom) -> String {
        format!("{:?}({})", atom.form, atom.text)
    }
    fn describe(expr: &Expr) -> String {
        match expr {
            Expr::All => "all".to_owned(),
            Expr::And(children) => list("and", children),
            Expr::Or(children) => list("or", children),
            Expr::Not(child) => format!("not({})", describe(child)),
            Expr::Text(text) => atom(text),
            Expr::Field(field) => {
                let test = match &field.test {
                    FieldTest::Has(text) => format!(":{}", atom(text)),
                    FieldTest::Compare(op, literal) => format!("{}{}", op.sign(), literal.text),
                    FieldTest::Between(from, to) => {
                        let text = |end: &Option<Literal>| {
                            end.as_ref()
                                .map_or_else(|| "*".to_owned(), |end| end.text.clone())
                        };
                        format!(":[{} TO {}]", text(from), text(to))
                    }
                    FieldTest::Similar(literal) => format!("~{}", literal.text),
                    FieldTest::StartsWith(literal) => format!("^={}", literal.text),
                    FieldTest::Contains(literal) => format!("*={}", literal.text),
                    FieldTest::Null => ":null".to_owned(),
                    FieldTest::Exists => ":exists".to_owned(),
                    FieldTest::Missing => ":missing".to_owned(),
                };
                match &field.target {
                    Target::Key => format!("$key{test}"),
                    Target::Paths(paths) => {
                        let paths: Vec<&str> = paths.iter().map(Path::as_str).collect();
                        format!("{}{test}", paths.join("|"))
                    }
                }
            }
        }
    }
    describe(&parse(text).expr)
}

#[test]
fn every_form_of_the_grammar_is_parsed() {
    for (text, expected) in [
        ("", "all"),
        ("   ", "all"),
        ("john smi", "and(Word(john), Word(smi))"),
        (
            "jhon~ word~2 x~0",
            "and(Typos(None)(jhon), Typos(Some(2))(word), Typos(Some(0))(x))",
        ),
        (
            "'exact pre* *mith* *mi",
            "and(Exact(exact), Prefix(pre), Inside(mith), Inside(mi))",
        ),
        (r#""new \"york\"" x"#, r#"and(Phrase(new "york"), Word(x))"#),
        ("/^a b$/ x", "and(Regex(^a b$), Word(x))"),
        (
            "a OR b c | d",
            "or(Word(a), and(Word(b), Word(c)), Word(d))",
        ),
        ("a AND (b OR c)", "and(Word(a), or(Word(b), Word(c)))"),
        (
            "-a NOT b -(c d)",
            "and(not(Word(a)), not(Word(b)), not(and(Word(c), Word(d))))",
        ),
        (
            "year:1982 genres:comedy",
            "and(year:Word(1982), genres:Word(comedy))",
        ),
        ("title^=Star", "title^=Star"),
        ("YEAR>=1980 year<1990", "and(year>=1980, year<1990)"),
        (
            "year!=1982 year=1983 year>1 year<=2",
            "and(year!=1982, year=1983, year>1, year<=2)",
        ),
        ("age:30..39", "profile.age:[30 TO 39]"),
        ("age:30.. age:..39", "and(profile.age>=30, profile.age<=39)"),
        ("items.price:[100 TO 200]", "items[].price:[100 TO 200]"),
        ("price:[* TO 200]", "items[].price<=200"),
        (
            "-status:(cancelled OR refunded)",
            "not(or(status:Word(cancelled), status:Word(refunded)))",
        ),
        (
            "manager:null tags:missing tags:exists",
            "and(manager:null, tags[]:missing, tags[]:exists)",
        ),
        (r#"address.city="New York""#, "address.city=New York"),
        ("$key^=customer:de:", "$key^=customer:de:"),
        ("email*=gmail", "email*=gmail"),
        ("**.zip:936*", "address.zip|profile.zip:Prefix(936)"),
        ("*.zip:1", "address.zip|profile.zip:Word(1)"),
        ("profile.name~jhon", "profile.name~jhon"),
        ("title~", "Typos(None)(title)"),
        (r#""a b".c:1"#, "\"a b\".c:Word(1)"),
        ("case:1 Case:2", "and(case:Word(1), Case:Word(2))"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn a_name_that_is_no_path_is_a_word() {
    for text in [
        "customer:de:ab12",
        "10:30",
        "http://example.org/a?b=c",
        "a->b",
        "x:",
        "/usr/local/bin",
    ] {
        assert_eq!(tree(text), format!("Word({text})"));
    }
    assert_eq!(tree("zip:1"), "Word(zip:1)");
    assert!(
        parse("zip:1").hints[0]
            .message
            .contains("address.zip, profile.zip")
    );
    assert!(parse("colour=red").hints[0].message.contains("colour"));
    assert!(parse("customer:de").hints.is_empty());
}

#[test]
fn what_cannot_be_parsed_becomes_words_and_a_hint() {
    for (text, expected) in [
        ("OR", "Word(or)"),
        ("a OR", "Word(a)"),
        ("AND a", "Word(a)"),
        ("a NOT", "Word(a)"),
        ("(a OR b", "or(Word(a), Word(b))"),
        ("a) b", "and(Word(a), Word(b))"),
        ("\"open phrase", "Phrase(open phrase)"),
        ("/(/ x", "Word(x)"),
        ("/a(b/", "and(Word(a), Word(b))"),
        ("year:", "year:exists"),
        ("title^=", "title:exists"),
        ("year:[1980]", "year:Word(1980)"),
        ("items[0].price:1", "items[].price:Word(1)"),
    ] {
        let query = parse(text);
        assert_eq!(tree(text), expected, "{text}");
        if text != "OR" && text != "\"open phrase" {
            assert!(!query.hints.is_empty(), "{text}");
        }
        for hint in &query.hints {
            assert!(text.get(hint.range.clone()).is_some(), "{text} {hint:?}");
        }
    }
}

/// An unfinished condition finds all records that the finished one may find.
#[test]
fn unfinished_conditions_are_ignored_or_require_the_path() {
    for (text, expected) in [
        ("$key^=", "$key:exists"),
        ("year>", "year:exists"),
        ("year>=", "year:exists"),
        ("year!=", "year:exists"),
        ("title:", "title:exists"),
        ("title:\"", "title:exists"),
        ("title:(", "title:exists"),
        ("title:(\"", "title:exists"),
        ("-title:(", "all"),
        ("-title:(\" ", "all"),
        ("title=\" ", "title:exists"),
        ("title*=", "title:exists"),
        ("year:1980..", "year>=1980"),
        ("year:[", "year:exists"),
        ("year:[19", "year>=19"),
        ("year:[1980 T", "year>=1980"),
        ("year:[1980 TO ", "year>=1980"),
        ("year:[1980 TO 19", "year>=1980"),
        ("year:[\"1980", "year:exists"),
        ("year:[* TO 19", "year:exists"),
        ("(year:[1980 TO) a", "and(year>=1980, Word(a))"),
        ("-year:", "all"),
        ("a -year:", "Word(a)"),
        ("a NOT year>=", "Word(a)"),
        ("--year:", "not(not(year:exists))"),
        ("a OR year:", "Word(a)"),
        ("year: OR title:", "or(year:exists, title:exists)"),
        ("a (b OR year:", "and(Word(a), Word(b))"),
        ("\"new yo", "Phrase(new yo)"),
        ("/ab", "Word(/ab)"),
        ("-", "Word(-)"),
        ("(", "all"),
        ("a OR", "Word(a)"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
        let query = parse(text);
        let says_nothing = ["\"new yo", "/ab", "-", "year:1980.."].contains(&text);
        assert_eq!(
            query.hints.is_empty(),
            says_nothing,
            "{text} {:?}",
            query.hints
        );
        assert_fixpoint(&query);
    }
    let hints = |text: &str| parse(text).hints[0].message.clone();
    assert_eq!(
        hints("a OR year:"),
        "a value is missing: this has no effect yet"
    );
    assert_eq!(
        hints("-year:"),
        "a value is missing: this excludes nothing yet"
    );
}

#[test]
fn the_last_word_may_be_a_prefix_until_something_follows() {
    for (text, open) in [
        ("john", true),
        ("john ", false),
        ("(a OR john)", true),
        ("(a OR john )", false),
        ("\"new yo", true),
        ("\"new york\"", false),
        ("title:sta", true),
        ("title^=sta", false),
        ("john*", false),
        ("a OR ", false),
        ("", false),
    ] {
        assert_eq!(parse(text).open, open, "{text}");
    }
}

#[test]
fn the_parts_of_a_query_have_their_ranges() {
    let places = |text: &str| {
        let parts = Query::parse_parts(text, &paths());
        let of = |range: &std::ops::Range<usize>| text.get(range.clone()).unwrap().to_owned();
        let pieces: Vec<_> = parts.parts.iter().map(|part| of(&part.range)).collect();
        let conditions: Vec<_> = parts.conditions.iter().map(of).collect();
        (pieces, conditions)
    };
    let (parts, conditions) =
        places(r#" hofman  title="a \" b" AND -year:[1980 TO 1989] (x OR genres:y) "#);
    assert_eq!(
        parts,
        [
            "hofman",
            r#"title="a \" b""#,
            "-year:[1980 TO 1989]",
            "(x OR genres:y)"
        ]
    );
    assert_eq!(
        conditions,
        [r#"title="a \" b""#, "year:[1980 TO 1989]", "genres:y"]
    );
    assert_eq!(
        places(" a b OR c ").0,
        ["a b OR c"],
        "alternatives are one part"
    );
    assert_eq!(places("film:1982 10:30").1, [""; 0]);
    assert_eq!(places("  ").0, [""; 0]);
}

#[test]
fn operators_may_be_written_in_other_ways() {
    for (text, usual) in [
        ("year > 1980", "year>1980"),
        ("year >1980 title", "year>1980 title"),
        ("year= 1982 ", "year=1982 "),
        ("title: star ", "title:star "),
        ("title : star ", "title:star "),
        ("\"a b\".c >= 8", "\"a b\".c>=8"),
        ("title: (a OR b)", "title:(a OR b)"),
        ("year:>1980", "year>1980"),
        ("year: <= 1980", "year<=1980"),
        ("!star -!wars", "-star -(-wars)"),
        ("a && b || c", "a AND b OR c"),
        ("a and b or not c", "a AND b OR NOT c"),
        ("war not peace", "war -peace"),
        ("title:(a or b) x", "title:(a OR b) x"),
    ] {
        assert_eq!(tree(text), tree(usual), "{text}");
    }
    // Not between terms, or not beside a path, these are texts.
    for (text, expected) in [
        ("and a", "and(Word(and), Word(a))"),
        ("a or", "and(Word(a), Phrase(or))"),
        ("(a or) b", "and(Word(a), Phrase(or), Word(b))"),
        ("a \"or\" b", "and(Word(a), Phrase(or), Word(b))"),
        ("not a", "and(Word(not), Word(a))"),
        ("nothing > 5", "and(Word(nothing), Phrase(>), Word(5))"),
        ("!= a", "and(Word(!=), Word(a))"),
        ("year: OR a", "Word(a)"),
        ("year < = 5", "and(year:exists, Phrase(=), Word(5))"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn small_letters_that_are_operators_say_how_to_look_for_the_word() {
    let query = parse("war and peace");
    let [hint] = query.hints.as_slice() else {
        panic!("{:?}", query.hints);
    };
    assert!(hint.message.contains("\"and\""), "{}", hint.message);
    assert_eq!(hint.range, 4..7);
    assert_eq!(parse("\"war and peace\"").hints, []);
}

#[test]
fn a_condition_says_how_to_look_for_the_text_if_nothing_is_found() {
    let query = parse("status:42 x");
    assert_eq!(query.hints, []);
    assert_eq!(query.hints_for(1, true), []);
    assert_eq!(query.hints_for(0, false), []);
    let [hint] = query.hints_for(0, true).try_into().unwrap();
    assert!(hint.message.contains("\"status:42\""), "{}", hint.message);
    assert_eq!(hint.range, 0..9);
    for text in ["-status:42", "status>42", "status:\"42\"", "status:", "x"] {
        assert_eq!(parse(text).hints_if_none, [], "{text}");
    }
}

#[test]
fn a_text_that_ends_before_a_value_awaits_it() {
    for (text, awaited) in [
        ("hofman year:", Some("year")),
        ("year>= ", Some("year")),
        ("-year:", Some("year")),
        ("(a OR year:(", Some("year")),
        ("title:\"", Some("title")),
        ("year: hofman", None),
        ("year > ", Some("year")),
        ("year:1982", None),
        ("nothing:", None),
        ("", None),
    ] {
        let parts = Query::parse_parts(text, &paths());
        assert_eq!(parts.awaits_value.as_deref(), awaited, "{text}");
    }
}

#[test]
fn length_depth_and_number_of_words_are_bounded() {
    let long = "word ".repeat(10_000);
    let query = parse(&long);
    let Expr::And(children) = &query.expr else {
        panic!("{:?}", query.expr);
    };
    assert_eq!(children.len(), 64);
    assert_eq!(query.hints.len(), 2);
    for text in [
        "(".repeat(4000),
        "-".repeat(4000),
        "NOT ".repeat(1000),
        "title:(".repeat(500),
    ] {
        let text = format!("{text}x");
        let query = parse(&text);
        assert!(!query.hints.is_empty() && query.hints.len() <= 16);
        assert_eq!(parse(&query.to_string()).expr, query.expr, "{text}");
    }
}

#[test]
fn every_prefix_of_a_query_can_be_parsed() {
    let text = r#"jhon~ year:1982 genres:comedy -status:(cancelled OR refunded) price:[100 TO 200]
        address.city="New York" (a OR "b c") /re(g)ex/ **.zip:936* NOT 'x $key^=a:b age:30..39"#;
    for (end, _) in text.char_indices() {
        let query = parse(text.get(..end).unwrap());
        assert_fixpoint(&query);
    }
}

fn assert_fixpoint(query: &Query) {
    let printed = query.to_string();
    let again = parse(&printed);
    assert_eq!(
        (&again.expr, again.open),
        (&query.expr, query.open),
        "{printed}"
    );
}

/// The parts follow each other, and together they are the query.
fn assert_parts(text: &str) {
    let parts = Query::parse_parts(text, &paths());
    let mut end = 0;
    let mut all = Vec::new();
    for part in parts.parts {
        assert!(end <= part.range.start, "{text}");
        assert!(text.get(part.range.clone()).is_some(), "{text}");
        end = part.range.end;
        match part.expr {
            Expr::And(children) => all.extend(children),
            other => all.push(other),
        }
    }
    let expected = match parts.query.expr {
        Expr::All => Vec::new(),
        Expr::And(children) => children,
        other => vec![other],
    };
    assert_eq!(all, expected, "{text}");
    for range in parts.conditions {
        assert!(text.get(range).is_some(), "{text}");
    }
}

/// Whether a word begins with a slash. When it is printed between other words, a slash behind it
/// may make a regular expression of both: the one text that the grammar has no other way to write.
pub(super) fn has_word_with_slash(expr: &Expr) -> bool {
    match expr {
        Expr::And(children) | Expr::Or(children) => children.iter().any(has_word_with_slash),
        Expr::Not(child) => has_word_with_slash(child),
        Expr::Text(atom)
        | Expr::Field(Field {
            test: FieldTest::Has(atom),
            ..
        }) => atom.form != TextForm::Regex && atom.text.starts_with('/'),
        Expr::All | Expr::Field(_) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_parsed_and_its_print_parses_to_the_same(text in "\\PC{0,60}") {
        let query = parse(&text);
        prop_assume!(!has_word_with_slash(&query.expr));
        assert_fixpoint(&query);
        assert_parts(&text);
    }

    #[test]
    fn any_mix_of_signs_is_parsed_and_its_print_parses_to_the_same(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "b1", "OR", "AND", "NOT", "TO", "|", " ", " ", "  ", "(", ")", "\"", "\\", "/", "-",
            "'", "*", "~", "~2", ":", "=", "!=", "<", "<=", ">", "^=", "*=", "..", "[", "]", ".",
            "title", "year:", "tags:", "**.", "*.", "$key", "null", "exists", "30", "é", "日本",
            "\"a b\".c",
        ]), 0..24),
    ) {
        let query = parse(&pieces.concat());
        prop_assume!(!has_word_with_slash(&query.expr));
        assert_fixpoint(&query);
        assert_parts(&pieces.concat());
    }
}
