//! Commands and events applied to a state, without engine, jobs, files or a window.

use std::sync::Arc;

use vstore::file::Standing;
use vstore::value::json::parse_text;
use vstore::{Cause, ClockSuspect, Key, ManualClock, Millis, Snapshot, Store, WriteBatch};

use super::derived::set_listing;
use super::selected::Rows;
use super::{Effects, Event, FileAnswer, next_wake, receive, tick, update};
use crate::command::{
    Command, FileCommand, LayoutCommand, LockCommand, RecordCommand, SearchCommand,
    SelectionCommand, SettingsCommand, TransferCommand,
};
use crate::effect::Effect;
use crate::engine::{Answer, Committed, OpenedStore, Outcome, Reply, Request};
use crate::jobs::{Done, Question};
use crate::state::{
    AfterClose, CommitSummary, Dialog, DraftBase, FilePurpose, ImportReport, Keys, Listing,
    OpenStore, Page, Problem, RequestId, SaveState, Scope, Secret, State, Target, Ticket,
};

mod desktop;
mod file;
mod loading;
mod notices;
mod record;
mod repair;
mod search;
mod security;
mod selection;
mod settings;

const NOW: Millis = Millis(1_000_000);

/// What the engine reports after opening: only records, and nothing wrong with the file.
fn opened(snapshot: Snapshot, session: Ticket, title: &str, path: Option<&str>) -> OpenedStore {
    OpenedStore {
        session,
        title: title.to_owned(),
        path: path.map(Into::into),
        key_file: None,
        read_only: false,
        snapshot,
        draft: None,
        notes: Vec::new(),
        standing: Standing::Unknown,
        is_copy: false,
    }
}

/// A state with an open database, and a store in place of the engine.
struct Fixture {
    state: State,
    store: Store,
}

impl Fixture {
    fn new() -> Self {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(NOW)));
        let mut batch = WriteBatch::new(Cause::Edit);
        for name in ["a", "b", "c", "d"] {
            batch.put(key(name), parse_text(r#"{"n": 1}"#).unwrap().0);
        }
        store.commit(&batch).unwrap();
        let mut state = State::default();
        let ticket = state.start_attempt();
        let opened = opened(store.snapshot(), ticket, "t.vstore", Some("/t.vstore"));
        receive(
            &mut state,
            from_engine(Reply::Opened(ticket, Box::new(opened))),
            NOW,
        );
        Self { state, store }
    }

    fn ask(&mut self, command: impl Into<Command>) -> Effects {
        update(&mut self.state, command.into(), NOW)
    }

    fn reply(&mut self, reply: Reply) -> Effects {
        let session = self.state.session();
        receive(
            &mut self.state,
            Event::Engine(Answer { session, reply }),
            NOW,
        )
    }

    /// Settles the oldest pending request.
    fn settle(&mut self, outcome: Outcome) -> Effects {
        let store = self.open();
        let id = RequestId {
            session: store.session,
            number: store.pending.first().copied().unwrap_or(store.asked),
        };
        self.reply(Reply::Settled(id, outcome))
    }

    fn open(&mut self) -> &mut OpenStore {
        self.state.store_mut().unwrap()
    }

    /// Answers the listing questions among some effects, and those that follow, as the search
    /// thread would.
    fn answer(&mut self, effects: Effects) {
        let mut waiting = effects;
        while let Some(effect) = waiting.pop() {
            if let Effect::Question(Question::Listing(question)) = effect {
                let done = crate::jobs::answer_at_once(*question).into();
                waiting.extend(receive(&mut self.state, Event::Job(done), NOW));
            }
        }
    }

    /// Runs a command and answers the questions it causes.
    fn ask_and_answer(&mut self, command: impl Into<Command>) {
        let effects = self.ask(command);
        self.answer(effects);
    }

    /// Commits the batches among some effects, as the engine would.
    fn commit(&mut self, effects: Effects) -> Effects {
        let mut more = Effects::new();
        for effect in effects {
            let (id, request) = match effect {
                Effect::AskOf(id, request) => (Some(id), request),
                Effect::Ask(request) => (None, request),
                _ => continue,
            };
            let batch = match request {
                Request::Commit(batch) | Request::SaveDraft { batch, .. } => batch,
                Request::Delete(Target::Keys(keys)) => {
                    let mut batch = WriteBatch::new(Cause::Edit);
                    for key in keys.iter() {
                        batch.delete(key.clone());
                    }
                    batch
                }
                Request::Add { key, value, .. } => {
                    let mut batch = WriteBatch::new(Cause::Edit);
                    batch.put(key, value);
                    batch
                }
                _ => continue,
            };
            let commit = self.store.commit(&batch).unwrap();
            let committed = Committed {
                commit,
                snapshot: self.store.snapshot(),
                events: Vec::new(),
                history: crate::state::History::default(),
                summary: CommitSummary {
                    text: "done".to_owned(),
                    counted: None,
                },
                select: None,
                request: id,
            };
            more.extend(self.reply(Reply::Committed(Box::new(committed))));
            if let Some(id) = id {
                more.extend(self.reply(Reply::Settled(id, Outcome::Done)));
            }
        }
        more
    }
}

/// A reply about a database that is not open yet, or no longer.
fn from_engine(reply: Reply) -> Event {
    Event::Engine(Answer {
        session: None,
        reply,
    })
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn secret() -> Secret {
    Secret {
        password: "p".to_owned().into(),
        key_file: None,
    }
}

/// A state whose file is being unlocked.
fn unlocking() -> (State, Ticket) {
    let mut state = State::default();
    let open = FileCommand::Open {
        path: "/x.vstore".into(),
        read_only: false,
    };
    update(&mut state, open.into(), NOW);
    let unlock = LockCommand::Unlock {
        secret: secret(),
        read_only: false,
    };
    update(&mut state, unlock.into(), NOW);
    let ticket = state.busy.unwrap();
    (state, ticket)
}

fn asks(effects: &Effects) -> Vec<String> {
    let requests = effects.iter().filter_map(|effect| match effect {
        Effect::Ask(request) | Effect::AskOf(_, request) => Some(format!("{request:?}")),
        _ => None,
    });
    let name = |text: String| text.split([' ', '(']).next().unwrap_or_default().to_owned();
    requests.map(name).collect()
}

#[test]
fn the_selection_keeps_its_records_and_moves_on_when_they_are_deleted() {
    let mut fixture = Fixture::new();
    fixture.ask(SelectionCommand::Only(1));
    assert_eq!(fixture.open().selection.single(), Some(&key("b")));
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key("aa"), parse_text("1").unwrap().0);
    fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    assert_eq!(fixture.open().selection.cursor_row, Some(2));

    let effects = fixture.ask(RecordCommand::DeleteSelected);
    fixture.commit(effects);
    assert_eq!(fixture.open().selection.single(), Some(&key("c")));
    assert_eq!(
        fixture
            .open()
            .detail
            .record
            .as_ref()
            .map(|record| record.key.clone()),
        Some(key("c"))
    );

    fixture.ask(RecordCommand::Rename {
        from: key("c"),
        to: key("z"),
    });
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.rename(key("c"), key("z"));
    fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    assert_eq!(fixture.open().selection.single(), Some(&key("z")));
}

#[test]
fn ranges_and_toggles_add_up() {
    let mut fixture = Fixture::new();
    fixture.ask(SelectionCommand::Range(0..2, 1));
    fixture.ask(SelectionCommand::Toggle(3));
    fixture.ask(SelectionCommand::Toggle(0));
    let keys: Vec<_> = fixture
        .open()
        .selection
        .keys
        .iter()
        .map(Key::as_str)
        .collect();
    assert_eq!(keys, ["b", "d"]);
    fixture.ask(SelectionCommand::All);
    fixture.ask(SelectionCommand::Toggle(0));
    assert_eq!(fixture.open().selected_count(), 3);
}

#[test]
fn many_rows_are_selected_by_their_ends_and_changed_as_a_task() {
    let mut fixture = Fixture::new();
    let mut batch = WriteBatch::new(Cause::Import);
    for number in 0..30_000 {
        batch.put(key(&format!("n{number:05}")), parse_text("1").unwrap().0);
    }
    fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    fixture.ask(SelectionCommand::Range(4..30_004, 4));
    assert!(fixture.open().selection.keys.is_empty());
    fixture.ask(SelectionCommand::Toggle(5));
    assert_eq!(fixture.open().selected_count(), 29_999);
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.delete(key("n00002"));
    fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    assert_eq!(fixture.open().selected_count(), 29_998);

    let effects = fixture.ask(RecordCommand::Delete(Scope::Selected));
    let [Effect::AskOf(_, Request::Watched(task, request))] = &*effects else {
        unreachable!("not watched: {effects:?}");
    };
    let Request::Delete(target) = &**request else {
        unreachable!("not a deletion: {request:?}");
    };
    let snapshot = fixture.open().snapshot.clone();
    let keys: Vec<_> = target.keys(&snapshot).collect();
    assert_eq!(
        (keys.len(), &keys[..2]),
        (29_998, &[key("n00000"), key("n00003")][..])
    );
    assert_eq!(target.records(&snapshot).count(), 29_998);
    let task = *task;
    fixture.reply(Reply::TaskDone(task, "Deleted".to_owned()));
    assert_eq!(fixture.state.tasks.running(), 0);
}

#[test]
fn a_search_asks_a_worker_and_an_empty_one_reads_the_snapshot() {
    let mut fixture = Fixture::new();
    let effects = fixture.ask(SearchCommand::SetText("x".to_owned()));
    assert!(matches!(
        &*effects,
        [Effect::Question(Question::Listing(_))]
    ));
    assert!(fixture.open().search.running);
    fixture.open().listing = Listing::Keys([key("a")].into());
    let effects = fixture.ask(SearchCommand::Clear);
    assert!(matches!(&*effects, [Effect::Discard(_)]));
    assert_eq!(fixture.open().row_count(), 4);
}

#[test]
fn data_without_a_database_is_imported_into_one_in_memory() {
    let mut state = State::default();
    let dropped = FileCommand::Dropped(vec!["/films.json".into()]);
    let effects = update(&mut state, dropped.into(), NOW);
    assert_eq!(asks(&effects), ["OpenScratch"]);
    let ticket = state.busy.unwrap();
    let store = Store::in_memory(Arc::new(ManualClock::new(NOW)));
    let opened = opened(store.snapshot(), ticket, "films.json", None);
    receive(
        &mut state,
        from_engine(Reply::Opened(ticket, Box::new(opened))),
        NOW,
    );
    assert!(matches!(state.dialog(), Some(Dialog::Import { .. })));
}

#[test]
fn an_export_asks_for_its_path_and_then_runs() {
    let mut fixture = Fixture::new();
    fixture.ask(TransferCommand::PlanExport(Scope::Everything));
    let Some(Dialog::Export { plan, count: 4 }) = fixture.state.dialog().cloned() else {
        panic!("no form")
    };
    let effects = fixture.ask(TransferCommand::Export(plan));
    assert!(matches!(
        &*effects,
        [Effect::FileDialog {
            purpose: FilePurpose::Export,
            ..
        }]
    ));
    let picked = Event::File(FilePurpose::Export, FileAnswer::Picked("/out".into()));
    let effects = receive(&mut fixture.state, picked, NOW);
    assert!(matches!(&*effects, [Effect::Run(..)]));
    assert_eq!(fixture.state.tasks.running(), 1);
}

#[test]
fn the_state_is_saving_while_an_import_or_an_edit_is_pending() {
    let mut fixture = Fixture::new();
    let task = fixture.state.tasks.start(NOW, "Import", true);
    let id = fixture.open().session;
    fixture.state.tasks.get_mut(task).unwrap().store = Some(id);
    let read = Done::ImportRead {
        task,
        batch: WriteBatch::new(Cause::Import),
        report: ImportReport::default(),
    };
    let effects = receive(&mut fixture.state, Event::Job(read), NOW);
    assert_eq!(asks(&effects), ["Import"]);
    fixture.ask(RecordCommand::Delete(Scope::Keys([key("a")].into())));
    fixture.settle(Outcome::Done);
    assert_eq!(fixture.open().save, SaveState::Saving { pending: 1 });
    fixture.settle(Outcome::Done);
    assert_eq!(fixture.open().save, SaveState::Saved { at: NOW });
}

#[test]
fn an_import_that_was_cancelled_or_is_for_another_database_is_dropped_and_reported() {
    let read = |task| Done::ImportRead {
        task,
        batch: WriteBatch::new(Cause::Import),
        report: ImportReport::default(),
    };
    let run = |meanwhile: fn(&mut Fixture, crate::state::TaskId), expected: Option<&str>| {
        let mut fixture = Fixture::new();
        let plan = crate::state::ImportPlan::new("/films.json".into());
        let effects = fixture.ask(TransferCommand::Import(plan));
        let [Effect::Run(task, _)] = &*effects else {
            panic!("{effects:?}")
        };
        let task = *task;
        meanwhile(&mut fixture, task);
        fixture.state.notices.clear();
        let effects = receive(&mut fixture.state, Event::Job(read(task)), NOW);
        assert!(asks(&effects).is_empty(), "{effects:?}");
        let messages: Vec<_> = fixture
            .state
            .notices
            .iter()
            .map(|notice| &*notice.text)
            .collect();
        assert_eq!(messages, expected.into_iter().collect::<Vec<_>>());
        assert_eq!(fixture.state.tasks.running(), 0);
    };
    run(
        |fixture, task| drop(fixture.ask(TransferCommand::Cancel(task))),
        Some("The import was cancelled; nothing was changed"),
    );
    // Another database was opened, or the same one after a lock.
    run(
        |fixture, _| fixture.open().session = Ticket(99),
        Some("The import was dropped: its database is no longer open"),
    );
    run(|fixture, _| drop(fixture.ask(LockCommand::Lock)), None);
    run(
        |fixture, _| {
            fixture.ask(FileCommand::Close(AfterClose::Welcome));
            fixture.reply(Reply::Closed(Ok(())));
        },
        Some("The import was dropped: its database is no longer open"),
    );
}

#[test]
fn a_path_chosen_late_is_not_used_for_another_export() {
    let export = |fixture: &mut Fixture| {
        fixture.ask(TransferCommand::PlanExport(Scope::Everything));
        let Some(Dialog::Export { plan, .. }) = fixture.state.dialog().cloned() else {
            panic!("no form")
        };
        fixture.ask(TransferCommand::Export(plan))
    };
    let mut fixture = Fixture::new();
    assert_eq!(export(&mut fixture).len(), 1);
    fixture.ask(LockCommand::Lock);
    let other = Fixture::new();
    fixture.state.page = other.state.page;
    fixture.open().session = Ticket(99);
    assert!(
        export(&mut fixture).is_empty(),
        "the first dialog is still open"
    );
    let picked = || Event::File(FilePurpose::Export, FileAnswer::Picked("/out".into()));
    assert!(receive(&mut fixture.state, picked(), NOW).is_empty());
    assert_eq!(fixture.state.tasks.running(), 0);
    assert!(matches!(
        fixture.state.dialog(),
        Some(Dialog::Export { .. })
    ));
    assert_eq!(fixture.state.notices.iter().len(), 1);
    let Some(Dialog::Export { plan, .. }) = fixture.state.dialog().cloned() else {
        panic!("no form")
    };
    fixture.ask(TransferCommand::Export(plan));
    let effects = receive(&mut fixture.state, picked(), NOW);
    assert!(matches!(&*effects, [Effect::Run(..)]));
}

#[test]
fn the_report_of_an_import_stays_until_the_file_is_locked() {
    let mut fixture = Fixture::new();
    let task = fixture.state.tasks.start(NOW, "Import films.json", true);
    let report = ImportReport {
        read: 2,
        added: 1,
        numbered: 1,
        ..ImportReport::default()
    };
    fixture.reply(Reply::Imported(task, report));
    let notice = fixture.state.notices.iter().last().cloned().unwrap();
    assert_eq!(notice.text, "Imported 1 record");
    assert_eq!(
        notice.follow_up,
        Some(crate::state::FollowUp::ShowImportReport)
    );
    let copied = fixture.ask(TransferCommand::CopyReport(task));
    assert!(matches!(&*copied, [Effect::Copy(_)]));
    fixture.ask(TransferCommand::ShowReport(task));
    assert!(matches!(
        fixture.state.dialog(),
        Some(Dialog::ImportReport { .. })
    ));
    fixture.ask(LockCommand::Lock);
    assert!(fixture.state.tasks.last_import().is_none());
}

#[test]
fn results_are_refreshed_at_intervals_while_data_change() {
    let mut fixture = Fixture::new();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key("x"), parse_text("1").unwrap().0);
    let effects = fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    fixture.state.notices.clear();
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Question(_)))
    );
    let wake = |state: &State, at: i64| {
        let wait = next_wake(state, NOW.plus_millis(at));
        wait.map(|wait| wait.as_millis())
    };
    // Rows are due often, counts seldom, and neither while requested ones are on their way.
    assert_eq!(wake(&fixture.state, 0), Some(33));
    assert!(tick(&mut fixture.state, NOW.plus_millis(33)).is_empty());
    assert_eq!(wake(&fixture.state, 33), None);
    fixture.open().explorer.running = false;
    fixture.open().namespaces.running = false;
    assert_eq!(wake(&fixture.state, 33), Some(67));
    assert!(tick(&mut fixture.state, NOW.plus_millis(99)).is_empty());
    assert_eq!(tick(&mut fixture.state, NOW.plus_millis(100)).len(), 2);
    assert_eq!(wake(&fixture.state, 100), None);
}
