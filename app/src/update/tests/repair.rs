//! Checking, salvaging and restoring, without drawing the dialogs.

use vstore::file::{SalvageMode, VerifyReport};

use super::{Fixture, NOW, asks, secret};
use crate::command::{Command, FileCommand, RepairCommand};
use crate::effect::Effect;
use crate::engine::Reply;
use crate::jobs::{Done, TaskJob};
use crate::state::{
    Check, Dialog, FilePurpose, Page, Restore, RestoreStage, RestoredHeader, SalvageOutcome,
    SalvageStage, State, TaskState, UnlockPage,
};
use crate::update::{Event, receive, update};

fn start() -> Command {
    RepairCommand::Salvage {
        target: "/x/new".into(),
        secret: secret(),
        mode: SalvageMode::Everything,
    }
    .into()
}

fn stage(state: &State) -> &SalvageStage {
    match state.dialog() {
        Some(Dialog::Salvage(salvage)) => &salvage.stage,
        other => panic!("{other:?}"),
    }
}

#[test]
fn salvage_runs_once_and_ends_with_its_report() {
    let mut state = State::default();
    let plan = RepairCommand::PlanSalvage("/x/films.vstore".into());
    update(&mut state, plan.into(), NOW);
    let effects = update(&mut state, start(), NOW);
    let [Effect::Run(task, TaskJob::Salvage(job))] = &*effects else {
        panic!("{effects:?}")
    };
    assert!(job.target.ends_with("new.vstore"));
    assert!(update(&mut state, start(), NOW).is_empty());
    let outcome = SalvageOutcome {
        records: 3,
        ..SalvageOutcome::default()
    };
    let done = Done::Salvaged {
        task: *task,
        result: Ok(outcome.clone()),
    };
    receive(&mut state, Event::Job(done), NOW);
    assert_eq!(*stage(&state), SalvageStage::Done(outcome));
}

#[test]
fn cancelling_salvage_returns_to_the_form_and_ignores_a_late_answer() {
    let mut state = State::default();
    let plan = RepairCommand::PlanSalvage("/x/films.vstore".into());
    update(&mut state, plan.into(), NOW);
    update(&mut state, start(), NOW);
    let task = state.tasks.iter().next().unwrap().id;
    let effects = update(&mut state, RepairCommand::CancelSalvage.into(), NOW);
    assert!(matches!(&*effects, [Effect::CancelTask(stopped)] if *stopped == task));
    let result = Err(Some("late".to_owned()));
    receive(&mut state, Event::Job(Done::Salvaged { task, result }), NOW);
    assert_eq!(*stage(&state), SalvageStage::Form { problem: None });
    let running = state
        .tasks
        .iter()
        .any(|task| matches!(task.state, TaskState::Running { .. }));
    assert!(!running);
}

#[test]
fn any_file_can_be_chosen_for_salvage() {
    let mut state = State::default();
    let picked = FileCommand::Picked {
        purpose: FilePurpose::Damaged,
        path: "/x/films.vstore".into(),
    };
    update(&mut state, picked.into(), NOW);
    assert_eq!(*stage(&state), SalvageStage::Form { problem: None });
}

#[test]
fn the_open_file_is_checked_once_and_the_result_is_shown() {
    let mut fixture = Fixture::new();
    assert_eq!(asks(&fixture.ask(RepairCommand::CheckOpenFile)), ["Check"]);
    assert!(fixture.ask(RepairCommand::CheckOpenFile).is_empty());
    let task = fixture.state.tasks.iter().next().unwrap().id;
    let report = VerifyReport {
        bytes: 900,
        frames: 4,
        ..VerifyReport::default()
    };
    fixture.reply(Reply::Checked(task, Ok(report.clone())));
    let shown = fixture.state.dialog();
    assert!(matches!(shown, Some(Dialog::Check(Check::Done(found))) if *found == report));
    assert!(fixture.ask(RepairCommand::CloseCheck).is_empty());
    assert!(fixture.state.dialogs.is_empty());
}

#[test]
fn closing_a_check_cancels_it_and_drops_its_answer() {
    let mut fixture = Fixture::new();
    fixture.ask(RepairCommand::CheckOpenFile);
    let task = fixture.state.tasks.iter().next().unwrap().id;
    let effects = fixture.ask(RepairCommand::CloseCheck);
    assert!(matches!(&*effects, [Effect::CancelTask(stopped)] if *stopped == task));
    fixture.reply(Reply::Checked(task, Ok(VerifyReport::default())));
    assert!(fixture.state.dialogs.is_empty());
    let task = fixture.state.tasks.iter().next().unwrap();
    assert_eq!(task.state, TaskState::Cancelled);
}

fn restore(state: &State) -> &Restore {
    match state.dialog() {
        Some(Dialog::RestoreHeader(restore)) => restore,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_header_is_restored_once_and_a_wrong_password_keeps_the_form() {
    let mut state = State::default();
    let plan = RepairCommand::PlanRestore("/x/films.vstore".into());
    update(&mut state, plan.into(), NOW);
    let start = || RepairCommand::RestoreHeader {
        backup: "/x/films.vstore-header".into(),
        secret: secret(),
    };
    for problem in [Some("wrong".to_owned()), None] {
        let effects = update(&mut state, start().into(), NOW);
        let [Effect::Run(task, TaskJob::RestoreHeader(job))] = &*effects else {
            panic!("{effects:?}")
        };
        assert!(job.file.ends_with("films.vstore"));
        assert!(update(&mut state, start().into(), NOW).is_empty());
        let done = Done::HeaderRestored {
            task: *task,
            result: Err(problem.clone()),
        };
        receive(&mut state, Event::Job(done), NOW);
        assert_eq!(restore(&state).stage, RestoreStage::Form { problem });
    }
    let effects = update(&mut state, start().into(), NOW);
    let [Effect::Run(task, _)] = &*effects else {
        panic!("{effects:?}")
    };
    let restored = RestoredHeader {
        exported_at: NOW,
        is_older: false,
        is_whole: true,
    };
    let done = Done::HeaderRestored {
        task: *task,
        result: Ok(restored),
    };
    receive(&mut state, Event::Job(done), NOW);
    assert_eq!(restore(&state).stage, RestoreStage::Done(restored));
}

#[test]
fn a_late_answer_to_a_cancelled_check_is_ignored() {
    let mut state = State {
        page: Page::Unlock(UnlockPage::new("/x.vstore".into(), false)),
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
    let result = Err(Some("late".to_owned()));
    receive(&mut state, Event::Job(Done::Checked { task, result }), NOW);
    let Page::Unlock(page) = &state.page else {
        panic!("another page")
    };
    assert_eq!(page.check, None);
}
