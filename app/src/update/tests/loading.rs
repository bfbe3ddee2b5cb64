//! A file that is shown while it is being read.

use std::sync::Arc;

use vstore::value::json::parse_text;
use vstore::{Cause, ManualClock, Store, WriteBatch};

use super::{NOW, asks, from_engine, key, opened, unlocking};
use crate::command::{Command, FileCommand, LockCommand, RecordCommand, SearchCommand};
use crate::engine::{Preview, Reply};
use crate::state::{AfterClose, Page, Problem, Scope, State, Ticket};
use crate::update::{Effects, receive, update};

/// A state whose file is being read, with the first two of three records shown.
fn reading() -> (State, Ticket, Store) {
    let (mut state, ticket) = unlocking();
    let mut store = Store::in_memory(Arc::new(ManualClock::new(NOW)));
    for name in ["a", "b"] {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(key(name), parse_text("1").unwrap().0);
        store.commit(&batch).unwrap();
    }
    let snapshot = store.snapshot();
    let preview = Reply::Preview(ticket, Preview { snapshot });
    receive(&mut state, from_engine(preview), NOW);
    (state, ticket, store)
}

fn read_to_the_end(state: &mut State, ticket: Ticket, store: &Store) -> Effects {
    let opened = opened(store.snapshot(), ticket, "x.vstore", Some("/x.vstore"));
    let opened = Reply::Opened(ticket, Box::new(opened));
    receive(state, from_engine(opened), NOW)
}

#[test]
fn a_file_shows_its_first_records_and_accepts_changes_once_it_is_read() {
    let (mut state, ticket, mut store) = reading();
    assert_eq!(state.store().unwrap().row_count(), 2);
    let delete = RecordCommand::Delete(Scope::Everything);
    assert!(update(&mut state, delete.into(), NOW).is_empty());
    let search = SearchCommand::SetText("b".to_owned());
    update(&mut state, search.into(), NOW);

    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key("c"), parse_text("1").unwrap().0);
    store.commit(&batch).unwrap();
    read_to_the_end(&mut state, ticket, &store);
    let open = state.store().unwrap();
    assert_eq!((open.snapshot.len(), open.read_only), (3, false));
    assert_eq!((open.loading, open.search.text.as_str()), (None, "b"));
}

#[test]
fn damage_after_the_first_records_returns_to_the_unlock_page() {
    let (mut state, ticket, _) = reading();
    let problem = Problem::WrongPassword;
    receive(
        &mut state,
        from_engine(Reply::NotOpened(ticket, problem.clone())),
        NOW,
    );
    let Page::Unlock(page) = &state.page else {
        panic!("{:?}", state.page)
    };
    assert_eq!((&page.problem, page.read_only), (&Some(problem), false));
}

#[test]
fn a_file_locked_or_closed_while_it_is_read_stays_so() {
    let close = FileCommand::Close(AfterClose::Welcome);
    for command in [Command::from(LockCommand::Lock), close.into()] {
        let (mut state, ticket, store) = reading();
        update(&mut state, command, NOW);
        let effects = read_to_the_end(&mut state, ticket, &store);
        assert_eq!(asks(&effects), ["Lock"]);
    }
}
