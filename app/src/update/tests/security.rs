//! The dialogs for passwords and keys, without drawing them.

use super::{Fixture, NOW, asks, from_engine, secret};
use crate::command::{FileCommand, SecurityCommand};
use crate::engine::{Reply, SecurityReply};
use crate::state::{
    Dialog, FilePurpose, KeyChange, KeyKind, KeySlot, Level, Problem, SecretText, Security,
    SecurityStep, State,
};
use crate::update::receive;

fn open() -> Fixture {
    let mut fixture = Fixture::new();
    let effects = fixture.ask(SecurityCommand::Open);
    assert_eq!(asks(&effects), ["Security"]);
    fixture
}

fn dialog(state: &State) -> &Security {
    match state.dialog() {
        Some(Dialog::Security(security)) => security,
        other => panic!("{other:?}"),
    }
}

fn reply(state: &mut State, reply: SecurityReply) {
    receive(state, from_engine(Reply::Security(reply)), NOW);
}

fn remove() -> SecurityCommand {
    SecurityCommand::Change {
        current: secret(),
        change: KeyChange::Remove { number: 1 },
    }
}

#[test]
fn a_change_is_requested_once_and_a_wrong_password_keeps_the_form() {
    let mut fixture = open();
    fixture.ask(SecurityCommand::Show(SecurityStep::Remove(1)));
    assert_eq!(asks(&fixture.ask(remove())), ["Security"]);
    assert!(fixture.ask(remove()).is_empty());
    reply(
        &mut fixture.state,
        SecurityReply::Changed(Err(Problem::WrongPassword)),
    );
    let shown = dialog(&fixture.state);
    assert_eq!(shown.step, SecurityStep::Remove(1));
    assert_eq!(shown.problem, Some(Problem::WrongPassword));
    fixture.ask(remove());
    reply(&mut fixture.state, SecurityReply::Changed(Ok("Done")));
    let shown = dialog(&fixture.state);
    assert_eq!((shown.step, shown.busy), (SecurityStep::List, false));
    assert_eq!(shown.done.as_deref(), Some("Done"));
}

#[test]
fn a_recovery_key_is_dropped_when_its_form_is_left() {
    let mut fixture = open();
    let step = SecurityStep::Add(KeyKind::RecoveryKey);
    assert_eq!(
        asks(&fixture.ask(SecurityCommand::Show(step))),
        ["Security"]
    );
    let key = || SecurityReply::RecoveryKey(SecretText("K".to_owned().into()));
    reply(&mut fixture.state, key());
    assert!(dialog(&fixture.state).recovery_key.is_some());
    fixture.ask(SecurityCommand::Show(SecurityStep::List));
    assert!(dialog(&fixture.state).recovery_key.is_none());
    reply(&mut fixture.state, key());
    assert!(dialog(&fixture.state).recovery_key.is_none());
}

#[test]
fn keys_of_a_read_only_file_cannot_be_changed() {
    let mut fixture = Fixture::new();
    fixture.open().read_only = true;
    assert!(fixture.ask(SecurityCommand::Open).is_empty());
    assert!(fixture.state.dialog().is_none());
}

#[test]
fn exchanging_the_data_key_lists_what_no_longer_opens_the_file() {
    let mut fixture = open();
    let rotate = SecurityCommand::Rotate { current: secret() };
    assert_eq!(asks(&fixture.ask(rotate)), ["Security"]);
    assert!(fixture.state.dialog().is_none());
    let task = fixture.state.tasks.iter().next().unwrap().id;
    let dropped = vec![KeySlot {
        number: 1,
        kind: KeyKind::RecoveryKey,
        label: "paper".to_owned(),
        cost: String::new(),
    }];
    reply(&mut fixture.state, SecurityReply::Rotated { task, dropped });
    let notice = fixture.state.notices.iter().next().unwrap();
    assert_eq!(notice.level, Level::Warning);
    assert!(notice.detail.as_ref().unwrap().contains("paper"));
}

#[test]
fn a_new_key_file_is_passed_to_the_form() {
    let mut fixture = open();
    fixture.ask(SecurityCommand::NewKeyFile);
    let picked = FileCommand::Picked {
        purpose: FilePurpose::NewKeyFile,
        path: "/x/my".into(),
    };
    assert_eq!(asks(&fixture.ask(picked)), ["Security"]);
    reply(
        &mut fixture.state,
        SecurityReply::KeyFile(Ok("/x/my.key".into())),
    );
    let picked = fixture.state.picked.clone();
    assert_eq!(picked, Some((FilePurpose::KeyFile, "/x/my.key".into())));
}
