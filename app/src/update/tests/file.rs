//! Databases: locking, unlocking, opening, closing.

use super::*;

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
        matches!(effect, Effect::AskOf(_, Request::Lock { draft: Some(draft) }) if draft.key == "n")
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

#[test]
fn a_wrong_password_is_reported_on_the_same_page() {
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
    receive(&mut state, from_engine(reply), NOW);
    let Page::Unlock(page) = &state.page else {
        panic!("{:?}", state.page)
    };
    assert_eq!(
        (&page.problem, page.attempts, page.busy),
        (&Some(Problem::WrongPassword), 1, None)
    );
}

#[test]
fn a_store_opened_after_cancelling_is_dropped() {
    let snapshot = Fixture::new().store.snapshot();
    let (mut state, ticket) = unlocking();
    update(&mut state, FileCommand::CancelBusy.into(), NOW);
    let opened = opened(snapshot, ticket, "", None);
    let effects = receive(
        &mut state,
        from_engine(Reply::Opened(ticket, Box::new(opened))),
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
    assert_eq!(asks(&effects), ["SaveDraft"]);
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
fn recent_files_are_looked_up_once_while_they_are_shown() {
    let mut state = State::default();
    assert!(tick(&mut state, NOW).is_empty(), "there is none");
    state.prefs.remember("/gone.vstore".into(), 0);
    let effects = tick(&mut state, NOW);
    assert!(matches!(&*effects, [Effect::Question(Question::Recent(paths))] if paths.len() == 1));
    assert!(tick(&mut state, NOW).is_empty());
}

#[test]
fn without_a_file_dialog_a_text_field_is_shown() {
    let mut state = State::default();
    update(
        &mut state,
        FileCommand::PickFile(FilePurpose::Open).into(),
        NOW,
    );
    receive(
        &mut state,
        Event::File(
            FilePurpose::Open,
            FileAnswer::Unavailable("/home/notes.vstore".into()),
        ),
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
fn an_open_database_stays_open_until_the_other_file_is_known_to_be_one() {
    let path = || std::path::PathBuf::from("/other.vstore");
    let ways: [fn(&mut Fixture) -> Effects; 3] = [
        |fixture| {
            fixture.ask(FileCommand::Open {
                path: "/other.vstore".into(),
                read_only: false,
            })
        },
        |fixture| fixture.ask(FileCommand::Dropped(vec!["/other.vstore".into()])),
        |fixture| {
            fixture.ask(FileCommand::Picked {
                purpose: FilePurpose::OpenReadOnly,
                path: "/other.vstore".into(),
            })
        },
    ];
    let probed = |facts| Reply::Probed {
        path: "/other.vstore".into(),
        facts,
    };
    let facts = || {
        Ok(crate::engine::FileFacts {
            len: 1,
            needs_key_file: false,
            holder: None,
        })
    };
    for open in ways {
        let mut fixture = Fixture::new();
        assert_eq!(asks(&open(&mut fixture)), ["Probe"]);
        for problem in [Problem::NotFound, Problem::NotAVStore] {
            open(&mut fixture);
            assert!(asks(&fixture.reply(probed(Err(problem)))).is_empty());
            let Some(Dialog::Message { text, .. }) = fixture.state.dialog() else {
                panic!("nothing was reported")
            };
            assert!(text.contains("/other.vstore") && text.contains("t.vstore stays open"));
            fixture.ask(LayoutCommand::CloseDialog);
            assert!(fixture.open().closing.is_none());
        }
        // Examining the file for another purpose closes nothing.
        assert!(asks(&fixture.reply(probed(facts()))).is_empty());
        open(&mut fixture);
        assert_eq!(asks(&fixture.reply(probed(facts()))), ["Close"]);
        let effects = fixture.reply(Reply::Closed(Ok(())));
        assert_eq!(asks(&effects), ["Probe"]);
        assert!(matches!(&fixture.state.page, Page::Unlock(page) if page.path == path()));
    }
    // After locking in the meantime, the page of the locked file stays.
    let mut fixture = Fixture::new();
    fixture.ask(FileCommand::Dropped(vec![path()]));
    fixture.ask(LockCommand::Lock);
    assert!(fixture.reply(probed(facts())).is_empty());
    assert!(matches!(&fixture.state.page, Page::Unlock(page) if page.path != path()));
}
