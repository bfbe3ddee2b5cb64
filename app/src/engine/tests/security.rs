//! Passwords and keys of a real file.

use vstore::file::RecoveryKey;

use super::Server;
use crate::engine::{Reply, Request, SecurityReply, SecurityRequest};
use crate::state::{
    KeyChange, KeyCost, KeyKind, KeySlot, NewKey, Problem, Secret, SecretText, TaskId,
};

fn secret(password: &str) -> Secret {
    Secret {
        password: password.to_owned().into(),
        key_file: None,
    }
}

fn change(server: &mut Server, current: &str, change: KeyChange) -> Result<&'static str, Problem> {
    let current = secret(current);
    let request = SecurityRequest::Change { current, change };
    let replies = server.ask(Request::Security(request));
    match replies.into_iter().last() {
        Some(Reply::Security(SecurityReply::Changed(result))) => result,
        other => panic!("{other:?}"),
    }
}

fn slots(server: &mut Server) -> Vec<KeySlot> {
    match &*server.ask(Request::Security(SecurityRequest::List)) {
        [Reply::Security(SecurityReply::Slots(slots))] => slots.clone(),
        other => panic!("{other:?}"),
    }
}

fn recovery_key(server: &mut Server) -> SecretText {
    match &*server.ask(Request::Security(SecurityRequest::MakeRecoveryKey)) {
        [Reply::Security(SecurityReply::RecoveryKey(key))] => key.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_recovery_key_opens_the_file_even_after_its_password_was_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vstore");
    let mut server = Server::new();
    server.create(&path);
    server.put("a", "1");
    let key = recovery_key(&mut server);
    assert!(RecoveryKey::parse(&key.0).is_ok());
    let add = || KeyChange::Add {
        new: NewKey::Recovery(key.clone()),
        label: "paper".to_owned(),
    };
    assert_eq!(
        change(&mut server, "wrong", add()),
        Err(Problem::WrongPassword)
    );
    assert!(change(&mut server, "one", add()).is_ok());
    let found = slots(&mut server);
    let kinds: Vec<_> = found.iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds, [KeyKind::Password, KeyKind::RecoveryKey]);
    assert_eq!(found.last().unwrap().title(), "paper");
    assert!(change(&mut server, &key.0, KeyChange::Remove { number: 0 }).is_ok());
    let last = change(&mut server, &key.0, KeyChange::Remove { number: 1 });
    assert!(last.is_err());
    server.ask(Request::Close { giving_up: 0 });
    assert!(matches!(
        server.open(&path, "one").first(),
        Some(Reply::NotOpened(_, Problem::WrongPassword))
    ));
    assert!(matches!(
        server.open(&path, &key.0).first(),
        Some(Reply::Opened(..))
    ));
    assert_eq!(server.value("a").as_deref(), Some("1"));
}

#[test]
fn exchanging_the_data_key_keeps_the_records_and_lists_dropped_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vstore");
    let mut server = Server::new();
    server.create(&path);
    server.put("a", "1");
    let new = NewKey::Password {
        secret: secret("two"),
        cost: KeyCost::Usual,
    };
    let label = "Ana".to_owned();
    assert!(change(&mut server, "one", KeyChange::Add { new, label }).is_ok());
    let task = TaskId(7);
    let current = secret("one");
    let replies = server.ask(Request::Security(SecurityRequest::Rotate { task, current }));
    let Some(Reply::Security(SecurityReply::Rotated { dropped, .. })) = replies.last() else {
        panic!("{replies:?}")
    };
    let names: Vec<_> = dropped.iter().map(KeySlot::title).collect();
    assert_eq!(names, ["Ana"]);
    server.ask(Request::Close { giving_up: 0 });
    assert!(matches!(
        server.open(&path, "two").first(),
        Some(Reply::NotOpened(_, Problem::WrongPassword))
    ));
    server.open(&path, "one");
    assert_eq!(server.value("a").as_deref(), Some("1"));
}

#[test]
fn key_files_and_header_backups_do_not_overwrite_existing_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new();
    server.create(&folder.path().join("a.vstore"));
    let path = folder.path().join("kept");
    std::fs::write(&path, "kept").unwrap();
    for request in [
        SecurityRequest::MakeKeyFile(path.clone()),
        SecurityRequest::BackUpHeader(path.clone()),
    ] {
        let replies = server.ask(Request::Security(request));
        let result = match replies.last() {
            Some(Reply::Security(
                SecurityReply::KeyFile(result) | SecurityReply::HeaderBackup(result),
            )) => result,
            other => panic!("{other:?}"),
        };
        assert_eq!(*result, Err(Problem::AlreadyExists(path.clone())));
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"kept");
}
