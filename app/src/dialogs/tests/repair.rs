//! The dialogs about damaged files, driven by their labels.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use vstore::file::{Finding, FindingKind, Loss, SalvageMode, VerifyReport};

use super::{NOW, Window, click, harness, is_enabled, type_in, type_password};
use crate::command::{Command, FileCommand, RepairCommand};
use crate::state::{
    Check, Dialog, Restore, RestoreStage, RestoredHeader, Salvage, SalvageOutcome, SalvageStage,
    TaskId,
};

fn salvage(stage: SalvageStage) -> Harness<'static, Window> {
    harness(Dialog::Salvage(Box::new(Salvage {
        source: "/x/films.vstore".into(),
        stage,
    })))
}

#[test]
fn salvage_proposes_a_new_file_and_asks_for_the_password() {
    let mut harness = salvage(SalvageStage::Form { problem: None });
    click(&mut harness, "Salvage");
    assert!(harness.state_mut().taken().is_empty());
    type_password(&mut harness, "Password", "old");
    click(&mut harness, "Salvage");
    let commands = harness.state_mut().taken();
    let [Command::Repair(RepairCommand::Salvage { target, mode, .. })] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert!(target.ends_with("films.salvaged.vstore"));
    assert_eq!(*mode, SalvageMode::ConsistentPrefix);
}

#[test]
fn salvage_reports_what_is_lost_and_opens_the_new_file() {
    let outcome = SalvageOutcome {
        target: "/x/new.vstore".into(),
        records: 12,
        lost: vec!["Records lost: keys after m".to_owned()],
        is_complete: false,
    };
    let mut harness = salvage(SalvageStage::Done(outcome));
    assert!(
        harness
            .query_by_label("12 records salvaged to new.vstore")
            .is_some()
    );
    assert!(
        harness
            .query_by_label("Records lost: keys after m")
            .is_some()
    );
    click(&mut harness, "Open the new file");
    let words = harness.state_mut().words();
    assert!(
        words.contains("new.vstore") && words.contains("Open"),
        "{words}"
    );
}

fn check(findings: Vec<Finding>) -> Harness<'static, Window> {
    harness(Dialog::Check(Check::Done(VerifyReport {
        bytes: 9_000,
        frames: 12,
        findings,
        ..VerifyReport::default()
    })))
}

#[test]
fn an_intact_file_is_reported_in_one_sentence() {
    let mut harness = check(Vec::new());
    let words = "were read; no problems were found.";
    assert!(harness.query_by_label_contains(words).is_some());
    assert!(harness.query_by_label("Rewrite the file").is_none());
    click(&mut harness, "Close");
    assert_eq!(harness.state_mut().words(), "[Repair(CloseCheck)]");
}

#[test]
fn a_damaged_open_file_can_be_rewritten_from_memory() {
    let mut harness = check(vec![Finding {
        offset: 16_384,
        seq: None,
        kind: FindingKind::CutOff,
        loss: Some(Loss {
            bytes: 4_096,
            frames: Some(1),
            records: Some(340),
        }),
    }]);
    assert!(harness.query_by_label("about 340 records lost").is_some());
    click(&mut harness, "Rewrite the file");
    assert_eq!(
        harness.state_mut().words(),
        "[Repair(CloseCheck), File(Compact)]"
    );
}

#[test]
fn a_running_check_can_be_stopped() {
    let mut harness = harness(Dialog::Check(Check::Running(TaskId(1))));
    click(&mut harness, "Stop");
    assert_eq!(harness.state_mut().words(), "[Repair(CloseCheck)]");
}

fn restore(stage: RestoreStage) -> Harness<'static, Window> {
    harness(Dialog::RestoreHeader(Box::new(Restore {
        file: "/x/films.vstore".into(),
        stage,
    })))
}

#[test]
fn restoring_a_header_needs_the_backup_and_a_password() {
    let mut harness = restore(RestoreStage::Form { problem: None });
    click(&mut harness, "Restore");
    assert!(harness.state_mut().taken().is_empty());
    type_in(&mut harness, "Header backup", "/x/a.vstore-header");
    type_password(&mut harness, "Password", "old");
    click(&mut harness, "Restore");
    let commands = harness.state_mut().taken();
    let [Command::Repair(RepairCommand::RestoreHeader { backup, secret })] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert!(backup.ends_with("a.vstore-header"));
    assert_eq!(*secret.password, "old");
}

#[test]
fn a_restored_header_of_damaged_data_warns() {
    let mut harness = restore(RestoreStage::Done(RestoredHeader {
        exported_at: NOW,
        is_older: true,
        is_whole: false,
    }));
    for words in ["compacted since", "damaged as well"] {
        let found = harness.query_by_label_contains(words);
        assert!(found.is_some(), "{words}");
    }
    assert!(is_enabled(&harness, "Open the file"));
    click(&mut harness, "Open the file");
    let commands = harness.state_mut().taken();
    assert!(
        commands
            .iter()
            .any(|command| matches!(command, Command::File(FileCommand::Open { .. })))
    );
}
