mod find;
mod salvage;

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};
use vstore::file::Control;
use vstore::paths::Distinct;
use vstore::search::{CancelToken, Mode};
use vstore::target::{Consent, InUse};
use vstore::transfer::{Conflict, DuplicateKeys, Format};
use vstore::value::json::parse_text;
use vstore::{Cause, Key, ManualClock, Millis, Path, Snapshot, Store, WriteBatch};

use super::namespaces::children_of;
use super::{
    Done, ExportJob, ImportJob, Jobs, ListingQuestion, NamespacesQuestion, PreviewQuestion,
    Question, StatisticsQuestion, TaskJob,
};
use crate::state::{
    ImportKeys, ImportPlan, Orders, Scope, Sort, SortBy, Target, TaskId, TaskState,
};

fn snapshot(records: &[(&str, &str)]) -> Snapshot {
    let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(1_000))));
    let mut batch = WriteBatch::new(Cause::Edit);
    for (key, json) in records {
        batch.put(Key::new(key).unwrap(), parse_text(json).unwrap().0);
    }
    store.commit(&batch).unwrap();
    store.snapshot()
}

fn films() -> Snapshot {
    snapshot(&[
        (
            "film:1982:tootsie",
            r#"{"title": "Tootsie", "year": 1982, "genres": ["Comedy"]}"#,
        ),
        (
            "film:1988:rain-man",
            r#"{"title": "Rain Man", "year": 1988, "genres": ["Drama"]}"#,
        ),
        (
            "film:1991:hook",
            r#"{"title": "Hook", "year": 1991, "genres": ["Fantasy", "Comedy"]}"#,
        ),
        ("token:a", r#"{"title": null}"#),
    ])
}

fn jobs() -> (Jobs, Receiver<Done>) {
    let (sender, receiver) = unbounded();
    let emit = move |done| sender.send(done).unwrap();
    (Jobs::start(emit).unwrap(), receiver)
}

fn next(receiver: &Receiver<Done>) -> Done {
    loop {
        match receiver.recv_timeout(Duration::from_secs(20)).unwrap() {
            Done::TaskProgress { .. } => {}
            done => return done,
        }
    }
}

fn keys_in_order(text: &str, sort: Sort) -> Vec<String> {
    let (jobs, receiver) = jobs();
    let snapshot = films();
    let text = text.to_owned();
    let mode = Mode::Fuzzy;
    let question = ListingQuestion {
        snapshot,
        text,
        mode,
        orders: Orders {
            browsing: sort.clone(),
            searching: sort,
            keeps: false,
        },
        refresh: false,
        finished: true,
    };
    jobs.ask(Question::Listing(Box::new(question)));
    let Done::Listing(answer) = next(&receiver) else {
        panic!("no listing")
    };
    answer
        .keys
        .iter()
        .map(|key| key.as_str().to_owned())
        .collect()
}

#[test]
fn a_search_knows_typos_and_conditions() {
    assert_eq!(
        keys_in_order("totsie", Sort::default()),
        ["film:1982:tootsie"]
    );
    assert_eq!(
        keys_in_order("genres:comedy year>=1990", Sort::default()),
        ["film:1991:hook"]
    );
}

#[test]
fn a_path_orders_rows_and_rows_without_it_come_last() {
    let by = SortBy::Path(Path::parse("year").unwrap());
    let sort = Sort {
        by,
        descending: true,
    };
    assert_eq!(
        keys_in_order("", sort),
        [
            "film:1991:hook",
            "film:1988:rain-man",
            "film:1982:tootsie",
            "token:a"
        ]
    );
}

#[test]
fn statistics_count_values_and_records_without_the_path() {
    let (jobs, receiver) = jobs();
    let selected = Some(Path::parse("genres[]").unwrap());
    let question = StatisticsQuestion {
        snapshot: films(),
        selected,
        within: None,
    };
    jobs.ask(Question::Statistics(Box::new(question)));
    let Done::Statistics(answer) = next(&receiver) else {
        panic!("no statistics")
    };
    let paths: Vec<_> = answer
        .paths
        .iter()
        .map(|row| (row.path.as_str(), row.records))
        .collect();
    assert_eq!(
        paths,
        [("genres", 3), ("genres[]", 3), ("title", 4), ("year", 3)]
    );
    let found = answer.statistics.unwrap();
    assert_eq!(
        (found.records, found.missing, found.distinct),
        (
            3,
            1,
            Distinct {
                count: 3,
                is_estimate: false,
            }
        )
    );
    let top: Vec<_> = found
        .top
        .iter()
        .map(|top| (top.query.as_str(), top.count))
        .collect();
    assert_eq!(top.first(), Some(&(r#"genres[]="Comedy""#, 2)));
}

#[test]
fn namespaces_are_counted_and_keys_without_one_are_not() {
    let cancel = CancelToken::never();
    let children = |prefix| {
        let found = children_of(&films(), prefix, ':', &cancel).unwrap();
        let rows = found
            .into_iter()
            .map(|child| (child.name, child.records, child.expandable));
        rows.collect::<Vec<_>>()
    };
    assert_eq!(
        children(""),
        [("film".to_owned(), 3, true), ("token".to_owned(), 1, false)]
    );
    assert_eq!(children("film:").len(), 3);
    assert_eq!(children("token:"), []);
}

#[test]
fn keys_without_a_delimiter_are_counted_beside_the_namespaces() {
    let names = ["lone", "other", "film:a", "film:b", "::x"];
    let (jobs, receiver) = jobs();
    let question = NamespacesQuestion {
        snapshot: snapshot(&names.map(|name| (name, "1"))),
        delimiter: ':',
        open: Vec::new(),
    };
    jobs.ask(Question::Namespaces(Box::new(question)));
    let Done::Namespaces(answer) = next(&receiver) else {
        panic!("not answered")
    };
    let rows: Vec<_> = answer.children[""]
        .iter()
        .map(|row| (row.prefix.as_str(), row.records))
        .collect();
    assert_eq!(rows, [(":", 1), ("film:", 2), ("", 2)]);
}

#[test]
fn an_export_can_be_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.json");
    let (mut jobs, receiver) = jobs();
    let job = ExportJob {
        snapshot: films(),
        target: Target::Everything,
        format: Format::Json,
        with_metadata: false,
        path: path.clone(),
        in_use: InUse::default(),
        consent: Consent::NotAsked,
        scope: Scope::Everything,
    };
    jobs.run(TaskId(1), TaskJob::Export(Box::new(job)));
    let Done::TaskEnded { state, .. } = next(&receiver) else {
        panic!("not ended")
    };
    assert!(matches!(&state, TaskState::Finished(words) if words.starts_with("4 of 4 records")));
    let job = ImportJob {
        plan: ImportPlan::new(path),
        snapshot: snapshot(&[]),
        honour_expire_at: true,
    };
    jobs.run(TaskId(2), TaskJob::Import(Box::new(job)));
    let Done::ImportRead { batch, report, .. } = next(&receiver) else {
        panic!("not read")
    };
    assert_eq!((batch.len(), report.added), (4, 4));
}

#[test]
fn an_export_asks_before_replacing_a_file_and_again_if_that_file_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.json");
    std::fs::write(&path, "a shopping list").unwrap();
    let (mut jobs, receiver) = jobs();
    let mut export = |consent| {
        let job = ExportJob {
            snapshot: films(),
            target: Target::Everything,
            format: Format::Json,
            with_metadata: false,
            path: path.clone(),
            in_use: InUse::default(),
            consent,
            scope: Scope::Everything,
        };
        jobs.run(TaskId(1), TaskJob::Export(Box::new(job)));
        next(&receiver)
    };
    let Done::ExportAsks { existing, .. } = export(Consent::NotAsked) else {
        panic!("no question")
    };
    std::fs::write(&path, "another, longer list").unwrap();
    let Done::ExportAsks { plan, .. } = export(Consent::Replace(*existing)) else {
        panic!("no second question")
    };
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "another, longer list"
    );
    let Done::TaskEnded { state, .. } = export(plan.consent) else {
        panic!("not ended")
    };
    assert!(matches!(state, TaskState::Finished(_)), "{state:?}");
    // An earlier export is replaced without a question.
    assert!(matches!(export(Consent::NotAsked), Done::TaskEnded { .. }));
}

#[test]
fn a_preview_shows_the_keys_of_a_plan_or_suggests_a_source_of_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.json");
    let data = r#"[{"title": "Hook", "year": 1991}, {"title": "Tootsie", "year": 1982}]"#;
    std::fs::write(&path, data).unwrap();
    let (jobs, receiver) = jobs();
    let ask = |plan: ImportPlan| {
        let question = PreviewQuestion {
            plan,
            now: Millis(0),
        };
        jobs.ask(Question::Preview(Box::new(question)));
        let Done::Preview(answer) = next(&receiver) else {
            panic!("no preview")
        };
        *answer
    };
    let first = ask(ImportPlan::new(path.clone()));
    assert_eq!(
        first.suggestion,
        Some(ImportKeys::Field("title".to_owned()))
    );
    let keys = ImportKeys::Template("film:{year}:{title|slug}".to_owned());
    let plan = ImportPlan {
        keys,
        conflict: Conflict::Keep,
        duplicates: Some(DuplicateKeys::Refuse),
        path,
    };
    let preview = ask(plan).preview.unwrap();
    let made: Vec<_> = preview
        .rows
        .into_iter()
        .map(|row| row.key.unwrap())
        .collect();
    assert_eq!(made, ["film:1991:hook", "film:1982:tootsie"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_without_a_writer_does_not_block_the_preview() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.json");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let (jobs, receiver) = jobs();
    let question = PreviewQuestion {
        plan: ImportPlan::new(path),
        now: Millis(0),
    };
    jobs.ask(Question::Preview(Box::new(question)));
    let Done::Preview(answer) = next(&receiver) else {
        panic!("no preview")
    };
    let words = answer.preview.unwrap_err();
    assert!(words.contains("pipe"), "{words}");
}

#[test]
fn queries_with_words_are_ranked_and_conditions_keep_the_table_order() {
    let by_year = Sort {
        by: SortBy::Path(Path::parse("year").unwrap()),
        descending: true,
    };
    let answer = |text: &str, finished: bool| {
        super::answer_at_once(ListingQuestion {
            snapshot: films(),
            text: text.to_owned(),
            mode: Mode::Fuzzy,
            orders: Orders {
                browsing: by_year.clone(),
                ..Orders::default()
            },
            refresh: false,
            finished,
        })
    };
    for (text, ranked) in [
        ("hook", true),
        ("title:hook", true),
        ("year>=1980", false),
        ("-hook year>=1980", false),
        ("hook year>=1980", true),
    ] {
        let Ok(answer) = answer(text, false) else {
            panic!("{text}")
        };
        assert_eq!(answer.found.ranked, ranked, "{text}");
        assert_eq!(answer.sort == by_year, !ranked, "{text}");
    }
    let Err(awaited) = answer("hook year:", false) else {
        panic!("an unfinished query was searched")
    };
    assert!(awaited.help.contains("year"), "{}", awaited.help);
    let Ok(whole) = answer("hook year:", true) else {
        panic!("a finished query was not searched")
    };
    assert_eq!(whole.found.total, 1);
    let Ok(misspelt) = answer("yaer:1982", false) else {
        panic!("a query with its value was not searched")
    };
    assert!(
        misspelt.found.hints[0]
            .message
            .contains("did you mean year?")
    );
}

#[test]
fn finished_tasks_are_not_kept() {
    let (mut jobs, receiver) = jobs();
    for number in 0..30 {
        let job = ImportJob {
            plan: ImportPlan::new("/not/there.json".into()),
            snapshot: films(),
            honour_expire_at: false,
        };
        jobs.run(TaskId(number), TaskJob::Import(Box::new(job)));
        next(&receiver);
    }
    // The threads of the last tasks may still be ending.
    assert!(jobs.known_tasks() < 10, "{}", jobs.known_tasks());
}

#[test]
fn only_the_last_question_is_answered() {
    let (jobs, receiver) = jobs();
    let ask = |text: &str| {
        jobs.ask(Question::Listing(Box::new(ListingQuestion {
            snapshot: films(),
            text: text.to_owned(),
            mode: Mode::Exact,
            orders: Orders::default(),
            refresh: false,
            finished: true,
        })));
    };
    for text in ["a", "b", "c", "hook"] {
        ask(text);
    }
    let mut texts = Vec::new();
    while texts.last().is_none_or(|last| last != "hook") {
        if let Done::Listing(answer) = next(&receiver) {
            texts.push(answer.found.text);
        }
    }
    assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err());
}
