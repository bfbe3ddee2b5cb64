//! Go to key, why a record was found, sort orders, and statistics within a result.

use super::*;
use crate::jobs::{JumpQuestion, WhyHitQuestion};
use crate::state::{Keys, WhyHit};

fn jump(snapshot: Snapshot, typed: &str) -> (Vec<String>, u64) {
    let (jobs, receiver) = jobs();
    jump_next(&jobs, &receiver, snapshot, typed)
}

fn jump_next(
    jobs: &Jobs,
    receiver: &Receiver<Done>,
    snapshot: Snapshot,
    typed: &str,
) -> (Vec<String>, u64) {
    let typed = typed.to_owned();
    jobs.ask(Question::Jump(Box::new(JumpQuestion { snapshot, typed })));
    loop {
        if let Done::Jump(answer) = next(receiver)
            && !answer.partial
        {
            let keys = answer.rows.iter().map(|row| row.key.to_string());
            return (keys.collect(), answer.total);
        }
    }
}

#[test]
fn keys_are_found_by_letters_in_their_order() {
    let found = |typed: &str| jump(films(), typed).0;
    assert_eq!(found("82too"), ["film:1982:tootsie"]);
    assert_eq!(found("hook"), ["film:1991:hook"]);
    assert_eq!(found("koh"), <[&str; 0]>::default());
    assert_eq!(found("  ").len(), 4, "without letters every key is listed");
}

#[test]
fn many_keys_are_counted_and_the_best_listed() {
    let names: Vec<String> = (0..20_000).map(|n| format!("key:{n:05}")).collect();
    let records: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let (keys, total) = jump(snapshot(&records), "k19999");
    assert_eq!((keys.first().unwrap().as_str(), total), ("key:19999", 1));
    let (keys, total) = jump(snapshot(&records), "k");
    assert_eq!((keys.len(), total), (100, 20_000));
}

#[test]
fn further_letters_find_the_same_as_a_new_search() {
    let names: Vec<String> = (0..9_000).map(|n| format!("key:{n:05}")).collect();
    let records: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let many = snapshot(&records);
    let (jobs, receiver) = jobs();
    for typed in ["k", "k1", "k12", "k1", "k13", "k132", "e", "ey:8"] {
        let found = jump_next(&jobs, &receiver, many.clone(), typed);
        assert_eq!(found, jump(many.clone(), typed), "{typed}");
    }
    let (found, _) = jump_next(&jobs, &receiver, films(), "ey:82");
    assert_eq!(found, <[&str; 0]>::default());
    assert_eq!(
        jump_next(&jobs, &receiver, films(), "82too").0,
        ["film:1982:tootsie"]
    );
}

fn why(text: &str, key: &str) -> Option<Box<WhyHit>> {
    let (jobs, receiver) = jobs();
    jobs.ask(Question::WhyHit(Box::new(WhyHitQuestion {
        snapshot: films(),
        key: Key::new(key).unwrap(),
        row: None,
        other_order: false,
        text: text.to_owned(),
        mode: Mode::Fuzzy,
    })));
    match next(&receiver) {
        Done::WhyHit(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hit_is_explained_in_words() {
    let found = why("totsie year:1982", "film:1982:tootsie").unwrap();
    assert_eq!(found.level, "Slightly misspelt");
    let word = &found.words[0];
    assert_eq!(
        (word.word.as_str(), word.found.as_str(), word.how),
        ("totsie", "tootsie", "slightly misspelt")
    );
    assert_eq!(
        found.order[0],
        (
            "Misspelling",
            "1 (swapped or doubled letter 1, vowel 2, other 3)".to_owned()
        )
    );
    assert_eq!(found.order[2], ("Where they are", "in the key".to_owned()));
    assert_eq!(why("hook", "film:1982:tootsie"), None);
    let found = why("comed", "film:1982:tootsie").unwrap();
    assert_eq!(found.level, "A word is the start of a longer one");
    assert_eq!(found.words[0].place, "genres[]");
    assert_eq!(found.order[1].1, "1 as a prefix");
}

#[test]
fn a_result_can_be_ordered_by_a_path() {
    let by = SortBy::Path(Path::parse("title").unwrap());
    let sort = Sort {
        by,
        descending: false,
    };
    assert_eq!(
        keys_in_order("genres:comedy", sort),
        ["film:1991:hook", "film:1982:tootsie"]
    );
}

#[test]
fn statistics_within_a_result_count_only_its_records() {
    let (jobs, receiver) = jobs();
    let found = [
        Key::new("film:1991:hook").unwrap(),
        Key::new("token:a").unwrap(),
    ];
    jobs.ask(Question::Statistics(Box::new(StatisticsQuestion {
        snapshot: films(),
        selected: Some(Path::parse("title").unwrap()),
        within: Some((films(), Keys::from(found))),
    })));
    let Done::Statistics(answer) = next(&receiver) else {
        panic!("no statistics")
    };
    let statistics = answer.statistics.unwrap();
    assert_eq!((statistics.within, statistics.records), (Some(2), 2));
    assert_eq!(
        statistics.distinct,
        Distinct {
            count: 2,
            is_estimate: false,
        }
    );
    let words: Vec<_> = statistics.words.iter().map(|word| &*word.query).collect();
    assert_eq!(words, ["title:hook"]);
}
