//! The dialogs of import and export.

use std::sync::Arc;

use egui::Role;
use egui_kittest::kittest::Queryable as _;

use vstore::target::Consent;
use vstore::transfer::{Conflict, DuplicateKeys, Format};

use super::{harness, is_enabled};
use crate::command::{Command, TransferCommand};
use crate::state::{
    Dialog, ExportPlan, ImportKeys, ImportPlan, ImportPreview, ImportReport, PreviewRow,
    ReportKind, ReportLine, Scope, TaskId,
};

pub(super) fn plan() -> ImportPlan {
    ImportPlan::new("/data/films.json".into())
}

fn preview() -> ImportPreview {
    ImportPreview {
        rows: vec![
            PreviewRow {
                key: Ok("tootsie".to_owned()),
                value: "{title: \"Tootsie\"}".to_owned(),
            },
            PreviewRow {
                key: Err("no field title".to_owned()),
                value: "{}".to_owned(),
            },
        ],
        fields: vec!["title".to_owned(), "year".to_owned()],
        bytes: 1_200,
        ..ImportPreview::default()
    }
}

#[test]
fn an_import_shows_its_first_records_and_follows_the_choices() {
    let dialog = Dialog::Import {
        plan: plan(),
        preview: Some(Ok(preview())),
    };
    let mut harness = harness(dialog);
    assert!(
        harness
            .query_by_role_and_label(Role::Row, "tootsie")
            .is_some()
    );
    assert!(
        harness
            .query_by_role_and_label(Role::Row, "no field title")
            .is_some()
    );
    harness.get_by_label("Field or template").click();
    harness.run();
    let commands = harness.state_mut().taken();
    let [Command::Transfer(TransferCommand::ChangeImportPlan(changed))] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!(changed.keys, ImportKeys::Field("title".to_owned()));
    let dialog = Dialog::Import {
        plan: changed.clone(),
        preview: Some(Ok(preview())),
    };
    harness.state_mut().state.dialogs[0] = dialog;
    harness.run();
    harness.get_by_label("Keep").click();
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(matches!(
        commands.as_slice(),
        [Command::Transfer(TransferCommand::ChangeImportPlan(
            ImportPlan {
                conflict: Conflict::Keep,
                ..
            }
        ))]
    ));
    harness.get_by_label("Import").click();
    harness.run();
    assert!(harness.state_mut().words().starts_with("[Transfer(Import("));
}

#[test]
fn unreadable_data_cannot_be_imported() {
    let problem = "line 3, column 9: expected a value";
    let dialog = Dialog::Import {
        plan: plan(),
        preview: Some(Err(problem.to_owned())),
    };
    let harness = harness(dialog);
    assert!(
        harness
            .query_by_role_and_label(Role::Alert, problem)
            .is_some()
    );
    assert!(!is_enabled(&harness, "Import"));
}

pub(super) fn export_plan() -> ExportPlan {
    ExportPlan {
        scope: Scope::Everything,
        format: Format::Json,
        with_metadata: false,
        path: None,
        consent: Consent::NotAsked,
    }
}

#[test]
fn an_export_warns_counts_and_follows_the_choices() {
    let mut harness = harness(Dialog::Export {
        plan: export_plan(),
        count: 3,
    });
    assert!(harness.query_by_label_contains("not encrypted").is_some());
    harness.get_by_label("NDJSON").click();
    harness.run();
    assert!(harness.state_mut().words().contains("format: Ndjson"));
    harness.get_by_label("Export 3 records…").click();
    harness.run();
    assert!(harness.state_mut().words().starts_with("[Transfer(Export("));
}

#[test]
fn the_report_lists_records_by_kind_and_can_be_copied() {
    let line = |kind, text: &str| ReportLine {
        kind,
        text: text.to_owned(),
    };
    let report = ImportReport {
        read: 5,
        added: 3,
        numbered: 1,
        kept: 2,
        lines: vec![
            line(ReportKind::Numbered, "line 2, column 1: numbered"),
            line(ReportKind::LeftOut, "line 4, column 1: left out"),
            line(ReportKind::LeftOut, "line 5, column 1: left out"),
        ],
        ..ImportReport::default()
    };
    let mut harness = harness(Dialog::ImportReport {
        task: TaskId(7),
        title: "Import films.json".to_owned(),
        report: Arc::new(report),
    });
    assert!(
        harness
            .query_by_label("line 2, column 1: numbered")
            .is_some()
    );
    harness.get_by_label("Left out (2)").click();
    harness.run();
    assert!(
        harness
            .query_by_label("line 2, column 1: numbered")
            .is_none()
    );
    assert!(
        harness
            .query_by_label("line 5, column 1: left out")
            .is_some()
    );
    harness.get_by_label("Copy").click();
    harness.run();
    assert_eq!(
        harness.state_mut().words(),
        "[Transfer(CopyReport(TaskId(7)))]"
    );
}

#[test]
fn duplicate_generated_keys_are_numbered_by_default() {
    let given = plan();
    assert_eq!(given.duplicates(), DuplicateKeys::Refuse);
    let by_rule = ImportPlan {
        keys: ImportKeys::Field("title".to_owned()),
        ..given
    };
    let mut harness = harness(Dialog::Import {
        plan: by_rule,
        preview: Some(Ok(preview())),
    });
    assert!(harness.query_by_label_contains("Append a number").is_some());
    harness.get_by_label("Refuse").click();
    harness.run();
    let commands = harness.state_mut().taken();
    let [Command::Transfer(TransferCommand::ChangeImportPlan(changed))] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!(changed.duplicates, Some(DuplicateKeys::Refuse));
}
