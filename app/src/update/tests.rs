//! Commands and events against a state, without engine, jobs, files or a window.

use std::sync::Arc;

use vstore::value::json::parse_text;
use vstore::{Cause, Key, ManualClock, Millis, Store, WriteBatch};

use super::{Effects, Event, FileAnswer, next_wake, receive, tick, update};
use crate::command::{
    Command, FileCommand, LayoutCommand, LockCommand, RecordCommand, RepairCommand, SearchCommand,
    Secret, SelectionCommand, SettingsCommand, TransferCommand,
};
use crate::effect::Effect;
use crate::engine::{Committed, OpenedStore, Reply, Request};
use crate::jobs::{Done, Question};
use crate::state::{
    AfterClose, Dialog, DraftBase, FilePurpose, ImportReport, Listing, OpenStore, Page, Problem,
    SaveState, Scope, State, Target, Ticket,
};

mod desktop;
mod loading;
mod repair;
mod search;
mod security;

const NOW: Millis = Millis(1_000_000);

/// A state with an open database, and the store behind it in the place of the engine.
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
        let opened = OpenedStore {
            title: "t.vstore".to_owned(),
            path: Some("/t.vstore".into()),
            read_only: false,
            snapshot: store.snapshot(),
            draft: None,
            notes: Vec::new(),
            is_copy: false,
        };
        receive(
            &mut state,
            Event::Engine(Reply::Opened(ticket, Box::new(opened))),
            NOW,
        );
        Self { state, store }
    }

    fn ask(&mut self, command: impl Into<Command>) -> Effects {
        update(&mut self.state, command.into(), NOW)
    }

    fn reply(&mut self, reply: Reply) -> Effects {
        receive(&mut self.state, Event::Engine(reply), NOW)
    }

    fn open(&mut self) -> &mut OpenStore {
        self.state.store_mut().unwrap()
    }

    /// What the engine does with the batches among some effects.
    fn commit(&mut self, effects: Effects) -> Effects {
        let mut more = Effects::new();
        for effect in effects {
            let batch = match effect {
                Effect::Ask(Request::Commit(batch)) => batch,
                Effect::Ask(Request::Delete(Target::Keys(keys))) => {
                    let mut batch = WriteBatch::new(Cause::Edit);
                    for key in keys.iter() {
                        batch.delete(key.clone());
                    }
                    batch
                }
                Effect::Ask(Request::Add { key, value, .. }) => {
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
                told: "done".to_owned(),
                select: None,
            };
            more.extend(self.reply(Reply::Committed(Box::new(committed))));
            more.extend(self.reply(Reply::Settled(1)));
        }
        more
    }
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

fn asks(effects: &Effects) -> Vec<String> {
    let requests = effects.iter().filter_map(|effect| match effect {
        Effect::Ask(request) => Some(format!("{request:?}")),
        _ => None,
    });
    let name = |text: String| text.split([' ', '(']).next().unwrap_or_default().to_owned();
    requests.map(name).collect()
}

#[test]
fn an_edit_goes_from_draft_to_file() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::Edit(key("a")));
    let text = r#"{"n": 2"#.to_owned();
    fixture.ask(RecordCommand::EditDraft {
        key: "a".to_owned(),
        text,
    });
    let draft = fixture.open().detail.draft.clone().unwrap();
    let error = draft.parsed.clone().unwrap_err();
    assert_eq!((error.line, draft.is_valid()), (1, false));
    assert!(fixture.ask(RecordCommand::CommitDraft).is_empty());

    let text = r#"{"n": 2}"#.to_owned();
    fixture.ask(RecordCommand::EditDraft {
        key: "a".to_owned(),
        text,
    });
    let effects = fixture.ask(RecordCommand::CommitDraft);
    assert_eq!(asks(&effects), ["Commit"]);
    assert_eq!(fixture.open().save, SaveState::Saving { pending: 1 });
    assert!(fixture.open().detail.draft.is_some());
    fixture.commit(effects);
    assert_eq!(fixture.open().save, SaveState::Saved { at: NOW });
    assert_eq!(fixture.open().detail.draft, None);
}

#[test]
fn a_refused_edit_keeps_what_was_typed() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::New {
        prefix: "x".to_owned(),
    });
    fixture.ask(RecordCommand::EditDraft {
        key: "xy".to_owned(),
        text: "1".to_owned(),
    });
    assert_eq!(asks(&fixture.ask(RecordCommand::CommitDraft)), ["Add"]);
    fixture.reply(Reply::Refused("no".to_owned()));
    fixture.reply(Reply::Settled(1));
    let draft = fixture.open().detail.draft.clone().unwrap();
    assert_eq!((draft.text.as_str(), draft.committing), ("1", false));
    assert_eq!(fixture.state.notices.iter().len(), 1);
}

#[test]
fn a_key_that_is_taken_or_impossible_says_so_while_it_is_typed() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::New {
        prefix: String::new(),
    });
    let mut error = |key: &str| {
        fixture.ask(RecordCommand::EditDraft {
            key: key.to_owned(),
            text: "1".to_owned(),
        });
        fixture.open().detail.draft.clone().unwrap().key_error
    };
    assert!(error("a").unwrap().contains("another record"));
    assert!(error("").unwrap().contains("empty"));
    assert_eq!(error("e"), None);
}

#[test]
fn a_change_by_others_marks_the_open_draft() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::Edit(key("a")));
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key("a"), parse_text("7").unwrap().0);
    fixture.commit(vec![Effect::Ask(Request::Commit(batch))]);
    assert!(fixture.open().detail.draft.as_ref().unwrap().outdated);
    fixture.ask(RecordCommand::RebaseDraft);
    let draft = fixture.open().detail.draft.clone().unwrap();
    assert!(
        matches!(draft.base, DraftBase::Record(record) if record.value == parse_text("7").unwrap().0)
    );
}

#[test]
fn the_selection_stays_with_its_records_and_moves_on_when_they_go() {
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
fn more_than_one_record_is_deleted_only_after_a_question() {
    let mut fixture = Fixture::new();
    fixture.ask(SelectionCommand::All);
    assert!(fixture.ask(RecordCommand::DeleteSelected).is_empty());
    let Some(Dialog::ConfirmDelete { count, sample, .. }) = fixture.state.dialog() else {
        panic!("no question")
    };
    assert_eq!((*count, sample.len()), (4, 4));
    let effects = fixture.ask(RecordCommand::Delete(Scope::Selected));
    assert!(matches!(
        &*effects,
        [Effect::Ask(Request::Delete(Target::Everything))]
    ));
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
    assert_eq!(fixture.open().selection.len(4), 3);
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
fn locking_drops_everything_at_once_and_seals_the_draft() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::New {
        prefix: "n".to_owned(),
    });
    fixture.ask(RecordCommand::Rename {
        from: key("a"),
        to: key("b"),
    });
    fixture.ask(LayoutCommand::OpenDialog(Box::new(Dialog::Rename {
        from: key("a"),
    })));
    let effects = fixture.ask(LockCommand::Lock);
    let Page::Unlock(page) = &fixture.state.page else {
        panic!("not locked")
    };
    assert!(page.was_locked);
    assert!(fixture.state.dialogs.is_empty());
    let sealed = effects.iter().any(|effect| {
        matches!(effect, Effect::Ask(Request::Lock { draft: Some(draft) }) if draft.key == "n")
    });
    assert!(
        sealed
            && effects
                .iter()
                .any(|effect| matches!(effect, Effect::ClearClipboard))
    );
}

#[test]
fn a_database_without_a_file_is_not_locked() {
    let mut fixture = Fixture::new();
    fixture.open().path = None;
    assert!(receive(&mut fixture.state, Event::Idle, NOW).is_empty());
    assert!(fixture.state.store().is_some());
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

#[test]
fn a_wrong_password_keeps_the_page_and_says_so() {
    let mut state = State::default();
    let open = FileCommand::Open {
        path: "/x.vstore".into(),
        read_only: false,
    };
    let effects = update(&mut state, open.into(), NOW);
    assert_eq!(asks(&effects), ["Probe"]);
    let unlock = LockCommand::Unlock {
        secret: secret(),
        read_only: false,
    };
    update(&mut state, unlock.into(), NOW);
    let ticket = state.busy.unwrap();
    let reply = Reply::NotOpened(ticket, Problem::WrongPassword);
    receive(&mut state, Event::Engine(reply), NOW);
    let Page::Unlock(page) = &state.page else {
        panic!("{:?}", state.page)
    };
    assert_eq!(
        (&page.problem, page.attempts, page.busy),
        (&Some(Problem::WrongPassword), 1, None)
    );
}

#[test]
fn a_store_that_opens_after_it_was_given_up_is_dropped() {
    let snapshot = Fixture::new().store.snapshot();
    let (mut state, ticket) = unlocking();
    update(&mut state, FileCommand::CancelBusy.into(), NOW);
    let opened = OpenedStore {
        title: String::new(),
        path: None,
        read_only: false,
        snapshot,
        draft: None,
        notes: Vec::new(),
        is_copy: false,
    };
    let effects = receive(
        &mut state,
        Event::Engine(Reply::Opened(ticket, Box::new(opened))),
        NOW,
    );
    assert_eq!(asks(&effects), ["Lock"]);
    assert!(matches!(state.page, Page::Unlock(_)));
}

#[test]
fn closing_asks_once_about_everything_that_would_be_lost() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::New {
        prefix: "n".to_owned(),
    });
    fixture.ask(FileCommand::Close(AfterClose::Quit));
    fixture.ask(FileCommand::Close(AfterClose::Quit));
    assert_eq!(fixture.state.dialogs.len(), 1);
    fixture.ask(RecordCommand::EditDraft {
        key: "n".to_owned(),
        text: "1".to_owned(),
    });
    let effects = fixture.ask(FileCommand::SaveAndClose(AfterClose::Quit));
    assert_eq!(asks(&effects), ["Add"]);
    let effects = fixture.commit(effects);
    assert_eq!(asks(&effects), ["Close"]);
    let effects = fixture.reply(Reply::Closed(Ok(())));
    assert!(fixture.state.may_quit);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::CloseWindow))
    );
}

#[test]
fn an_unchanged_file_closes_without_a_question() {
    let mut fixture = Fixture::new();
    let effects = fixture.ask(FileCommand::Close(AfterClose::Welcome));
    assert_eq!(asks(&effects), ["Close"]);
    fixture.reply(Reply::Closed(Ok(())));
    assert!(matches!(fixture.state.page, Page::Welcome));
    assert!(!fixture.state.may_quit);
}

#[test]
fn data_without_a_database_is_imported_into_one_in_memory() {
    let mut state = State::default();
    let dropped = FileCommand::Dropped(vec!["/films.json".into()]);
    let effects = update(&mut state, dropped.into(), NOW);
    assert_eq!(asks(&effects), ["OpenScratch"]);
    let store = Store::in_memory(Arc::new(ManualClock::new(NOW)));
    let opened = OpenedStore {
        title: "films.json".to_owned(),
        path: None,
        read_only: false,
        snapshot: store.snapshot(),
        draft: None,
        notes: Vec::new(),
        is_copy: false,
    };
    let ticket = state.busy.unwrap();
    receive(
        &mut state,
        Event::Engine(Reply::Opened(ticket, Box::new(opened))),
        NOW,
    );
    assert!(matches!(state.dialog(), Some(Dialog::Import { .. })));
}

#[test]
fn an_export_asks_for_its_place_and_then_runs() {
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
fn nothing_claims_to_be_saved_while_an_import_or_an_edit_is_on_its_way() {
    let mut fixture = Fixture::new();
    let task = fixture.state.tasks.start(NOW, "Import", true);
    let read = Done::ImportRead {
        task,
        batch: WriteBatch::new(Cause::Import),
        report: ImportReport::default(),
    };
    let effects = receive(&mut fixture.state, Event::Job(read), NOW);
    assert_eq!(asks(&effects), ["Import"]);
    fixture.ask(RecordCommand::Delete(Scope::Keys([key("a")].into())));
    fixture.reply(Reply::Settled(1));
    assert_eq!(fixture.open().save, SaveState::Saving { pending: 1 });
    fixture.reply(Reply::Settled(1));
    assert_eq!(fixture.open().save, SaveState::Saved { at: NOW });
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
    assert_eq!(notice.action, Some(crate::action::Action::ImportReport));
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
fn a_check_that_was_given_up_says_nothing_any_more() {
    let mut state = State {
        page: Page::Unlock(crate::state::UnlockPage::new("/x.vstore".into(), false)),
        ..State::default()
    };
    let effects = update(&mut state, RepairCommand::Check(secret()).into(), NOW);
    let [Effect::Run(task, _)] = &*effects else {
        panic!("nothing runs")
    };
    let task = *task;
    let again = update(&mut state, RepairCommand::Check(secret()).into(), NOW);
    assert!(again.is_empty(), "one check at a time");
    let effects = update(&mut state, RepairCommand::CancelCheck.into(), NOW);
    assert!(matches!(&*effects, [Effect::CancelTask(one)] if *one == task));
    let check = Some(crate::state::Check::Failed("late".to_owned()));
    receive(&mut state, Event::Job(Done::Checked { task, check }), NOW);
    let Page::Unlock(page) = &state.page else {
        panic!("another page")
    };
    assert_eq!(page.check, None);
}

#[test]
fn what_the_file_keeps_is_written_after_a_pause_and_before_locking() {
    let mut fixture = Fixture::new();
    let year = crate::state::Column::Path(vstore::Path::parse("year").unwrap());
    let effects = fixture.ask(SearchCommand::ToggleColumn(year.clone()));
    assert!(asks(&effects).is_empty(), "typing and dragging go on");
    assert!(asks(&tick(&mut fixture.state, NOW.plus_millis(900))).is_empty());
    let effects = tick(&mut fixture.state, NOW.plus_millis(1_000));
    assert_eq!(asks(&effects), ["SetSetting"]);
    assert!(asks(&tick(&mut fixture.state, NOW.plus_millis(2_000))).is_empty());
    fixture.ask(SearchCommand::SetText("hook".to_owned()));
    let name = "Pirates".to_owned();
    fixture.ask(SettingsCommand::SaveSearch { name });
    fixture.ask(SettingsCommand::SetDelimiter('/'));
    let effects = fixture.ask(LockCommand::Lock);
    let [Effect::Ask(Request::SetSetting { name, value }), ..] = &*effects else {
        panic!("{effects:?}")
    };
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.set_setting(name, Some(value.clone()));
    fixture.store.commit(&batch).unwrap();

    let mut state = State::default();
    let path: std::path::PathBuf = "/x.vstore".into();
    let open = FileCommand::Open {
        path: path.clone(),
        read_only: false,
    };
    update(&mut state, open.into(), NOW);
    let unlock = LockCommand::Unlock {
        secret: secret(),
        read_only: false,
    };
    update(&mut state, unlock.into(), NOW);
    let opened = OpenedStore {
        title: "x".to_owned(),
        path: Some(path),
        read_only: false,
        snapshot: fixture.store.snapshot(),
        draft: None,
        notes: Vec::new(),
        is_copy: false,
    };
    let reply = Reply::Opened(state.busy.unwrap(), Box::new(opened));
    receive(&mut state, Event::Engine(reply), NOW);
    let store = state.store().unwrap();
    assert!(store.columns.contains(&year));
    assert_eq!(store.namespaces.delimiter, '/');
    let saved: Vec<_> = store.settings.saved.iter().collect();
    assert!(
        matches!(&*saved, [one] if one.name == "Pirates" && one.query.text == "hook"),
        "{saved:?}"
    );
}

#[test]
fn settings_from_a_hostile_file_are_bounded_or_left_out() {
    let mut fixture = Fixture::new();
    let searches: Vec<_> = (0..150)
        .map(|n| format!(r#"{{"name":"{n}","text":"{}"}}"#, "x".repeat(n * 30)))
        .collect();
    let json = format!(
        r#"{{"columns":["value","value",{{"path":"a..b"}},{{"path":"year"}},"key"],
            "widths":[["key",1e300],["value",300]],"sort":"value","delimiter":"x",
            "saved":[{}],"unknown":1}}"#,
        searches.join(",")
    );
    let value = parse_text(&json).unwrap().0;
    let store = fixture.open();
    crate::state::apply_settings(store, &value);
    assert_eq!(store.columns.len(), 2);
    assert_eq!(store.namespaces.delimiter, ':');
    assert_eq!(store.settings.widths.len(), 1);
    assert_eq!(store.settings.saved.len(), 100);
    let before = store.columns.clone();
    crate::state::apply_settings(store, &parse_text(r#"{"columns": 3}"#).unwrap().0);
    assert_eq!(store.columns, before);
}

#[test]
fn a_restored_edit_that_is_kept_says_so_no_more_and_leaves_nothing_behind() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::Edit(key("a")));
    let draft = fixture.open().detail.draft.as_mut().unwrap();
    (draft.restored, draft.sealed) = (true, true);
    fixture.ask(RecordCommand::RebaseDraft);
    assert!(!fixture.open().detail.draft.as_ref().unwrap().restored);
    let effects = fixture.ask(RecordCommand::DiscardDraft);
    assert_eq!(asks(&effects), ["ForgetDraft"]);
}

#[test]
fn recent_files_are_looked_up_once_while_they_are_in_sight() {
    let mut state = State::default();
    assert!(tick(&mut state, NOW).is_empty(), "there is none");
    state.prefs.remember("/gone.vstore".into(), 0);
    let effects = tick(&mut state, NOW);
    assert!(matches!(&*effects, [Effect::Question(Question::Recent(paths))] if paths.len() == 1));
    assert!(tick(&mut state, NOW).is_empty());
}

#[test]
fn without_a_file_dialog_a_field_takes_its_place() {
    let mut state = State::default();
    update(
        &mut state,
        FileCommand::PickFile(FilePurpose::Open).into(),
        NOW,
    );
    receive(
        &mut state,
        Event::File(FilePurpose::Open, FileAnswer::Unavailable),
        NOW,
    );
    assert!(matches!(state.dialog(), Some(Dialog::PathField { .. })));
    let path = "/x.vstore".into();
    update(
        &mut state,
        FileCommand::Picked {
            purpose: FilePurpose::Open,
            path,
        }
        .into(),
        NOW,
    );
    assert!(matches!(state.page, Page::Unlock(_)) && state.dialogs.is_empty());
}

#[test]
fn a_failed_write_is_told_and_nothing_claims_to_be_saved() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::Delete(Scope::Keys([key("a")].into())));
    fixture.reply(Reply::WriteFailed(Problem::StorageFull(
        "no space".to_owned(),
    )));
    fixture.reply(Reply::Settled(1));
    assert!(matches!(fixture.open().save, SaveState::Failed { .. }));

    // There is space again.
    let effects = update(&mut fixture.state, FileCommand::WriteAgain.into(), NOW);
    assert!(matches!(*effects, [Effect::Ask(Request::WriteAgain)]));
    assert!(matches!(fixture.open().save, SaveState::Saving { .. }));
    fixture.reply(Reply::Settled(1));
    assert!(matches!(fixture.open().save, SaveState::Saved { .. }));
}

#[test]
fn results_are_refreshed_while_data_change_but_not_too_often() {
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
    // Rows come often, counts seldom, and not while those that were asked for are on their way.
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

#[test]
fn nothing_can_be_changed_in_a_read_only_database() {
    let mut fixture = Fixture::new();
    fixture.open().read_only = true;
    for command in [
        RecordCommand::New {
            prefix: String::new(),
        },
        RecordCommand::Edit(key("a")),
        RecordCommand::Duplicate(key("a")),
        RecordCommand::Delete(Scope::Everything),
        RecordCommand::Undo,
    ] {
        assert!(fixture.ask(command).is_empty());
    }
    assert_eq!(fixture.open().detail.draft, None);
}
