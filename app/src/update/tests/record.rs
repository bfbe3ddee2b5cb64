//! Edits of records: drafts, deletion, failed writes.

use super::*;
use crate::state::Unsaved;

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
    assert_eq!(asks(&effects), ["SaveDraft"]);
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
    assert_eq!(
        asks(&fixture.ask(RecordCommand::CommitDraft)),
        ["SaveDraft"]
    );
    fixture.reply(Reply::Refused("no".to_owned()));
    fixture.settle(Outcome::Refused);
    let draft = fixture.open().detail.draft.clone().unwrap();
    assert_eq!((draft.text.as_str(), draft.committing), ("1", None));
    assert_eq!(fixture.state.notices.iter().len(), 1);
}

#[test]
fn a_taken_or_invalid_key_is_reported_while_typing() {
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
fn a_number_that_becomes_a_string_is_reported_while_typing() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::New {
        prefix: String::new(),
    });
    let mut note = |text: &str| {
        fixture.ask(RecordCommand::EditDraft {
            key: "e".to_owned(),
            text: text.to_owned(),
        });
        fixture.open().detail.draft.clone().unwrap().note
    };
    let large = "98765432109876543210987";
    let message = note(&format!("{{\n \"id\": {large}}}")).unwrap();
    assert_eq!(
        message,
        "Line 2, column 8: this number has more than 64 bits; it becomes a string."
    );
    let message = note(&format!("[1e999, {large}, 1e999]")).unwrap();
    assert!(
        message.contains("is out of range") && message.ends_with("So do 2 more."),
        "{message}"
    );
    assert_eq!(note("{"), None);
    assert_eq!(note("7"), None);
}

#[test]
fn a_value_too_large_to_be_edited_is_reported() {
    let mut fixture = Fixture::new();
    assert!(fixture.ask(RecordCommand::LeafTooLarge).is_empty());
    let notice = fixture.state.notices.iter().last().unwrap();
    assert!(notice.text.contains("too large"), "{}", notice.text);
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
fn the_record_after_a_deleted_one_is_selected_even_in_an_old_result() {
    let chosen_after = |row: usize, in_result: bool| {
        let mut fixture = Fixture::new();
        if in_result {
            let found = Keys::from(["d", "b", "a", "c"].map(key));
            set_listing(fixture.open(), Listing::Keys(found), Rows::Everything, true);
        }
        fixture.ask(SelectionCommand::Only(row));
        let effects = fixture.ask(RecordCommand::Delete(Scope::Selected));
        fixture.commit(effects);
        let selection = fixture.open().selection.clone();
        assert_eq!(fixture.open().selected_count(), selection.keys.len());
        assert_eq!(selection.keys.first(), selection.cursor.as_ref());
        selection.cursor
    };
    assert_eq!(chosen_after(1, false), Some(key("c")));
    assert_eq!(chosen_after(3, false), Some(key("c")));
    assert_eq!(chosen_after(1, true), Some(key("a")));
    assert_eq!(chosen_after(3, true), Some(key("a")));
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
    let Some(Dialog::ConfirmDelete { scope, .. }) = fixture.state.dialog().cloned() else {
        panic!("no question")
    };
    // A later change of the selection does not change what the question is about.
    fixture.ask(SelectionCommand::Only(0));
    let effects = fixture.ask(RecordCommand::Delete(scope));
    let [Effect::AskOf(_, Request::Delete(Target::Keys(keys)))] = &*effects else {
        panic!("{effects:?}")
    };
    assert_eq!(keys.len(), 4);
}

#[test]
fn a_restored_edit_that_was_accepted_is_no_longer_marked_and_leaves_nothing_behind() {
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
fn a_failed_write_is_reported_and_the_state_is_not_saved() {
    let mut fixture = Fixture::new();
    fixture.ask(RecordCommand::Delete(Scope::Keys([key("a")].into())));
    let problem = Problem::StorageFull("no space".to_owned());
    let unsaved = |version, waiting, problem| {
        Reply::Unsaved(Unsaved {
            version,
            waiting,
            labels: Vec::new(),
            problem,
        })
    };
    fixture.reply(Reply::WriteFailed(problem.clone()));
    fixture.reply(unsaved(1, 1, Some(problem)));
    fixture.settle(Outcome::NotWritten);
    assert!(matches!(fixture.open().save, SaveState::Failed { .. }));

    // There is space again.
    let effects = update(&mut fixture.state, FileCommand::WriteAgain.into(), NOW);
    assert!(matches!(*effects, [Effect::AskOf(_, Request::WriteAgain)]));
    fixture.settle(Outcome::Done);
    assert!(matches!(fixture.open().save, SaveState::Failed { .. }));
    fixture.reply(unsaved(2, 0, None));
    // A late report is ignored.
    fixture.reply(unsaved(1, 1, Some(Problem::Crashed)));
    assert!(matches!(fixture.open().save, SaveState::Saved { .. }));
}

#[test]
fn with_a_doubtful_clock_the_user_is_asked_about_expired_records() {
    let mut fixture = Fixture::new();
    let suspect = |due| ClockSuspect {
        newest: NOW,
        now: NOW.plus_millis(1 << 40),
        due,
    };
    fixture.reply(Reply::ClockSuspect(Some(suspect(3))));
    assert_eq!(fixture.open().asks_about_clock(), Some(suspect(3)));
    assert!(fixture.ask(FileCommand::KeepExpired).is_empty());
    assert_eq!(fixture.open().asks_about_clock(), None);
    // They can still be deleted, and further ones are asked about again.
    fixture.reply(Reply::ClockSuspect(Some(suspect(4))));
    assert_eq!(fixture.open().asks_about_clock(), Some(suspect(4)));
    let effects = fixture.ask(FileCommand::DeleteExpired);
    assert!(matches!(
        *effects,
        [Effect::AskOf(_, Request::ConfirmClock)]
    ));
    fixture.reply(Reply::ClockSuspect(None));
    fixture.settle(Outcome::Done);
    assert_eq!(fixture.open().clock_suspect, None);
    assert!(matches!(fixture.open().save, SaveState::Saved { .. }));
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

#[test]
fn a_record_that_expires_while_shown_stays_until_another_is_shown() {
    use vstore::{Clock as _, Expiry, Op};

    let clock = Arc::new(ManualClock::new(NOW));
    let mut store = Store::in_memory(Arc::clone(&clock) as _);
    let mut batch = WriteBatch::new(Cause::Edit);
    let value = parse_text("1").unwrap().0;
    batch.put(key("a"), value.clone());
    let expiry = Expiry::At(NOW.plus_millis(60_000));
    batch.push(Op::Put {
        key: key("b"),
        value,
        expiry,
    });
    store.commit(&batch).unwrap();
    let mut fixture = Fixture::new();
    fixture.open().snapshot = store.snapshot();
    fixture.ask(SelectionCommand::Only(1));
    assert_eq!(fixture.open().selection.single(), Some(&key("b")));
    clock.set(NOW.plus_millis(60_001));
    assert!(clock.now() > NOW);
    let commit = store.expire_due().unwrap().expect("it is due");
    let committed = Committed {
        commit,
        snapshot: store.snapshot(),
        events: Vec::new(),
        history: crate::state::History::default(),
        summary: CommitSummary {
            text: "expired".to_owned(),
            counted: None,
        },
        select: None,
        request: None,
    };
    fixture.reply(Reply::Committed(Box::new(committed)));
    let detail = &fixture.open().detail;
    assert_eq!(detail.record, None);
    assert_eq!(detail.expired.as_ref().unwrap().key, key("b"));
    assert_eq!(fixture.open().selected_count(), 0);
    fixture.ask(SelectionCommand::Only(0));
    assert_eq!(fixture.open().detail.expired, None);
}
