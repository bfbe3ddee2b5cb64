//! The whole program without a window: real files, real threads, no panels.

use std::path::Path;
use std::time::{Duration, Instant};

use vstore::file::{KdfParams, KdfProfile};
use vstore::target::Consent;
use vstore::value::json::{parse_text, to_compact};
use vstore::{Key, Millis};

mod keyboard;
mod typing;

use super::*;
use crate::command::{
    RecordCommand, RepairCommand, SearchCommand, SelectionCommand, TransferCommand,
};
use crate::state::{Check, Dialog, ImportKeys, Problem, SaveState, Scope, Secret, UnlockPage};

/// The lowest allowed cost.
const CHEAP: KdfProfile = KdfProfile::Explicit(KdfParams {
    m_kib: 19 * 1024,
    t: 2,
    p: 1,
});
const PATIENCE: Duration = Duration::from_mins(1);

struct Program {
    app: VStoreApp,
    ctx: egui::Context,
}

impl Program {
    fn start() -> Self {
        let ctx = egui::Context::default();
        let options = Options {
            kdf: CHEAP,
            ..Options::default()
        };
        Self {
            app: VStoreApp::new(&ctx, options).unwrap(),
            ctx,
        }
    }

    fn ask(&mut self, command: impl Into<crate::command::Command>) {
        self.app.commands().push(command);
    }

    /// Advances until a condition holds.
    fn until(&mut self, what: &str, holds: impl Fn(&State) -> bool) {
        let started = Instant::now();
        loop {
            self.app.advance(&self.ctx);
            if holds(&self.app.state) && self.app.commands.is_empty() {
                return;
            }
            let page = &self.app.state.page;
            assert!(
                started.elapsed() < PATIENCE,
                "timed out waiting until {what}: {page:#?}"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn saved(&mut self) {
        self.until("everything is saved", |state| {
            state
                .store()
                .is_some_and(|store| matches!(store.save, SaveState::Saved { .. }))
        });
    }

    fn create(&mut self, path: &Path) {
        self.ask(FileCommand::NewDatabase);
        let (path, secret) = (path.to_owned(), secret("right"));
        self.ask(FileCommand::Create {
            path,
            secret,
            overwrite: false,
        });
        self.until("the file is created", |state| state.store().is_some());
    }

    fn put(&mut self, key: &str, json: &str) {
        self.ask(RecordCommand::New {
            prefix: String::new(),
        });
        self.ask(RecordCommand::EditDraft {
            key: key.to_owned(),
            text: json.to_owned(),
        });
        self.ask(RecordCommand::CommitDraft);
        self.until("the record is there", |state| {
            state.store().is_some_and(|store| {
                store.snapshot.get(key).is_some() && store.detail.draft.is_none()
            })
        });
        self.saved();
    }

    fn value(&self, key: &str) -> Option<String> {
        let record = self.app.state.store()?.snapshot.get(key)?;
        Some(to_compact(record.value.view()))
    }

    fn unlock(&mut self, password: &str) {
        self.ask(LockCommand::Unlock {
            secret: secret(password),
            read_only: false,
        });
    }
}

fn secret(password: &str) -> Secret {
    Secret {
        password: password.to_owned().into(),
        key_file: None,
    }
}

fn problem(state: &State) -> Option<&Problem> {
    match &state.page {
        Page::Unlock(page) => page.problem.as_ref(),
        _ => None,
    }
}

#[test]
fn records_survive_lock_wrong_password_unlock_and_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vstore");
    let mut program = Program::start();
    program.create(&path);
    program.put("film:1982:tootsie", r#"{"title":"Tootsie"}"#);

    program.ask(LockCommand::Lock);
    program.until("it is locked", |state| {
        matches!(state.page, Page::Unlock(_))
    });
    program.unlock("wrong");
    program.until("the password is refused", |state| {
        problem(state) == Some(&Problem::WrongPassword)
    });
    program.unlock("right");
    program.until("it is open", |state| state.store().is_some());
    assert_eq!(
        program.value("film:1982:tootsie").as_deref(),
        Some(r#"{"title":"Tootsie"}"#)
    );

    program.ask(FileCommand::Close(AfterClose::Quit));
    program.until("it may quit", |state| state.may_quit);
    program.app.performer.shut_down();

    let mut program = Program::start();
    program.ask(FileCommand::Open {
        path,
        read_only: false,
    });
    program.unlock("right");
    program.until("it is open again", |state| state.store().is_some());
    assert!(program.value("film:1982:tootsie").is_some());
}

#[test]
fn a_search_follows_changes_undo_and_redo() {
    let mut program = Program::start();
    let folder = tempfile::tempdir().unwrap();
    program.create(&folder.path().join("a.vstore"));
    program.put("a", r#"{"title":"Tootsie"}"#);
    program.ask(SearchCommand::SetText("totsie".to_owned()));
    let rows = |rows: usize| {
        move |state: &State| {
            state.store().is_some_and(|store| {
                store.search.answer.is_some() && store.row_count() == rows && !store.search.running
            })
        }
    };
    program.until("the typo is forgiven", rows(1));
    program.put("b", r#"{"title":"Tootsie 2"}"#);
    program.until("the new record is found", rows(2));
    program.ask(RecordCommand::Undo);
    program.until("it is gone from the result", rows(1));
    program.ask(RecordCommand::Redo);
    program.until("it is found again", rows(2));
}

#[test]
fn an_open_edit_comes_back_after_a_lock() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start();
    program.create(&folder.path().join("a.vstore"));
    program.put("a", "1");
    program.ask(SelectionCommand::Only(0));
    program.ask(RecordCommand::Edit(Key::new("a").unwrap()));
    program.ask(RecordCommand::EditDraft {
        key: "a".to_owned(),
        text: "{ half".to_owned(),
    });
    program.ask(LockCommand::Lock);
    program.unlock("right");
    program.until("the edit is back", |state| {
        let draft = state.store().and_then(|store| store.detail.draft.as_ref());
        draft.is_some_and(|draft| draft.restored && draft.text == "{ half")
    });
    program.ask(RecordCommand::EditDraft {
        key: "a".to_owned(),
        text: "2".to_owned(),
    });
    program.ask(RecordCommand::CommitDraft);
    program.until("the edit is written", |state| {
        state
            .store()
            .is_some_and(|store| store.detail.draft.is_none())
    });
    assert_eq!(program.value("a").as_deref(), Some("2"));
    program.saved();
    program.ask(LockCommand::Lock);
    program.unlock("right");
    program.until("it is open without a draft", |state| {
        state
            .store()
            .is_some_and(|store| store.detail.draft.is_none())
    });
}

#[test]
fn data_is_imported_into_a_scratch_database_and_saved_with_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("films.ndjson");
    let lines = "{\"title\": \"Hook\", \"year\": 1991}\n{\"title\": \"Tootsie\", \"year\": 1982}\n";
    std::fs::write(&data, lines).unwrap();
    let mut program = Program::start();
    program.ask(FileCommand::Dropped(vec![data]));
    program.until("the plan has a preview", |state| {
        matches!(state.dialog(), Some(Dialog::Import { preview: Some(Ok(_)), plan })
            if plan.keys != ImportKeys::FromData)
    });
    let Some(Dialog::Import { plan, .. }) = program.app.state.dialog().cloned() else {
        panic!("no plan")
    };
    program.ask(TransferCommand::Import(plan));
    program.until("both records are there", |state| {
        state.store().is_some_and(|store| store.snapshot.len() == 2)
    });
    program.ask(FileCommand::Close(AfterClose::Quit));
    program.until("it asks whether to save", |state| {
        matches!(
            state.dialog(),
            Some(Dialog::SaveBeforeClosing { no_file: true, .. })
        )
    });
    program.ask(LayoutCommand::CloseDialog);
    let path = folder.path().join("films.vstore");
    program.ask(FileCommand::SaveCopy {
        path,
        secret: secret("right"),
        consent: Consent::NotAsked,
    });
    program.until("it has a file", |state| {
        state.store().is_some_and(|store| store.path.is_some())
    });
    program.ask(RecordCommand::Delete(Scope::Everything));
    program.saved();
    assert_eq!(
        program.app.state.store().map(|store| store.snapshot.len()),
        Some(0)
    );
}

#[test]
fn an_expired_record_is_deleted_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start();
    program.create(&folder.path().join("a.vstore"));
    let soon = Some(SystemClock.now().plus_millis(300));
    program.ask(RecordCommand::Put {
        key: Key::new("token").unwrap(),
        value: parse_text("1").unwrap().0,
        expires_at: soon,
    });
    program.until("it is there", |state| {
        state
            .store()
            .is_some_and(|store| store.snapshot.get("token").is_some())
    });
    program.until("its expiry was reported", |state| {
        state.store().is_some_and(|store| {
            store
                .activity
                .iter()
                .any(|event| event.text.starts_with("expired after"))
        })
    });
    assert_eq!(program.value("token"), None);
}

#[test]
fn cancelling_an_unlock_frees_the_page_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vstore");
    let mut program = Program::start();
    program.create(&path);
    program.ask(LockCommand::Lock);
    program.unlock("right");
    program.ask(FileCommand::CancelBusy);
    program.app.advance(&program.ctx);
    let Page::Unlock(UnlockPage { busy: None, .. }) = program.app.state.page else {
        panic!("still busy")
    };
    program.unlock("right");
    program.until("it opens on the next attempt", |state| {
        state.store().is_some()
    });
}

#[test]
fn the_lock_countdown_shows_minutes_and_then_seconds() {
    let shown = |millis| {
        let (shown, next) = lock_countdown(Duration::from_millis(millis));
        (shown.as_secs(), next.as_millis())
    };
    assert_eq!(shown(300_000), (300, 60_000));
    assert_eq!(shown(241_500), (300, 1_500));
    assert_eq!(shown(60_000), (60, 1_000));
    assert_eq!(shown(59_200), (60, 200));
    assert_eq!(shown(0), (0, 10));
}

#[test]
fn the_title_shows_the_file_and_its_state() {
    let locked = Page::Unlock(UnlockPage::new("/a/films.vstore".into(), false));
    assert_eq!(window_title(&locked), "films.vstore [Locked] — VStore");
    assert_eq!(window_title(&Page::Welcome), "VStore");
    assert!(next_wake(&State::default(), Millis(0)).is_none());
}

#[test]
fn damage_in_a_file_is_listed_on_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vstore");
    let mut program = Program::start();
    program.create(&path);
    program.put("a", "1");
    program.ask(LockCommand::Lock);
    program.until("it is locked", |state| state.store().is_none());
    let mut bytes = std::fs::read(&path).unwrap();
    // Inside the first frame after the two headers.
    bytes[0x8000 + 40] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    program.unlock("right");
    program.until("the damage is reported", |state| {
        matches!(problem(state), Some(Problem::Damaged(_)))
    });
    program.ask(RepairCommand::Check(secret("right")));
    let check = |state: &State| match &state.page {
        Page::Unlock(page) => page.check.clone(),
        _ => None,
    };
    program.until("the whole file was read", |state| {
        matches!(check(state), Some(Check::Done(_)))
    });
    let Some(Check::Done(report)) = check(&program.app.state) else {
        panic!("no report")
    };
    assert!(
        !report.is_intact() && !report.findings.is_empty(),
        "{report:?}"
    );
    program.ask(RepairCommand::Check(secret("wrong")));
    program.until("the wrong password is reported", |state| {
        matches!(check(state), Some(Check::Failed(why)) if why.starts_with("Wrong password"))
    });
}
