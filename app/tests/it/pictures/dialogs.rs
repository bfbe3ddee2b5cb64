//! Every dialog over the window.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use egui::Role;
use egui::Theme::{Dark, Light};
use egui_kittest::kittest::Queryable as _;
use vstore::file::VerifyReport;
use vstore::target::{Consent, Existing, InUse, Output, Verdict, judge};
use vstore::transfer::Format;
use vstore_app::command::{SearchCommand, SelectionCommand};
use vstore_app::state::{
    AfterClose, Check, Dialog, ExportPlan, FilePurpose, ImportKeys, ImportPlan, ImportPreview,
    ImportReport, KeyKind, KeySlot, PreviewRow, Problem, ReportKind, ReportLine, Restore,
    RestoreStage, RestoredHeader, Salvage, SalvageOutcome, SalvageStage, Scope, SecretText,
    Security, SecurityStep, TaskId,
};

use super::camera::Crop;
use super::program::{NOW, Program};
use super::scenes::{CHOSEN, damage, films, found, key, one_film};
use super::{LARGE, SMALL, Shots, Subject, Window, variants};

const FILE: &str = "/home/ana/Documents/films.vstore";
const RECOVERY_KEY: &str =
    "7QK2M9-4TBXWA-H0R6DN-ZC8J3P-5VYEGS-1FKQ7M-9XD2HB-TA4WRN-60CZJP-8GEYV3-S5KM1Q";

pub(super) fn subjects() -> Vec<Subject> {
    let mut subjects = lists();
    subjects.extend(records());
    subjects.extend(files());
    subjects.extend(keys());
    subjects.extend(repairs());
    subjects.extend(transfers());
    subjects
}

/// A dialog over the films.
fn over(name: &'static str, shots: Shots, dialog: impl Fn() -> Dialog + 'static) -> Subject {
    shown(name, shots, move || {
        let mut program = one_film();
        program.state.dialogs.push_back(dialog());
        program
    })
}

/// What is behind a dialog is in other pictures.
fn shown(name: &'static str, shots: Shots, scene: impl Fn() -> Program + 'static) -> Subject {
    Subject::new(name, shots, Crop::Dialog, move || scene().without_panels())
}

/// Lists, and what only informs.
fn lists() -> Vec<Subject> {
    vec![
        over("palette", Shots::DarkLarge, || Dialog::Palette),
        over("palette-found", Shots::Once(Light), || Dialog::Palette)
            .after(|window| type_in(window, "Find a command", "exp")),
        over("go-to-key", Shots::LightLarge, || Dialog::GoToKey)
            .after(|window| type_in(window, "Go to key", "fldh")),
        shown("why-hit", Shots::DarkLarge, || {
            let mut program = found("hofman tootsie");
            program.ask(SearchCommand::WhyHit(key(CHOSEN)));
            program
        }),
        over("shortcuts", Shots::LightLarge, || Dialog::Shortcuts),
        over("settings", Shots::DarkLarge, || Dialog::Settings),
        shown("saved-searches", Shots::LightLarge, || {
            let mut program = found("genres:comedy year:1980..1999");
            let query = program.store().search.query();
            let settings = &mut program.store().settings;
            settings.save("Comedies of two decades", query.clone());
            settings.save("Hoffman", query);
            program.state.dialogs.push_back(Dialog::SavedSearches);
            program
        }),
        over("about", Shots::DarkLarge, || Dialog::About),
        over("message", Shots::LightLarge, || Dialog::Message {
            title: "The import failed".to_owned(),
            text: "films.json, line 12, column 8: a string is not closed.\nNothing was imported."
                .to_owned(),
        }),
    ]
}

/// What happens to records.
fn records() -> Vec<Subject> {
    let delete = |last: usize| {
        move || {
            let mut program = films();
            program.ask(SelectionCommand::Range(3..last, 3));
            program.ask(vstore_app::command::RecordCommand::DeleteSelected);
            program
        }
    };
    vec![
        over("rename", Shots::DarkLarge, || Dialog::Rename {
            from: key(CHOSEN),
        }),
        over("rename-taken", Shots::Once(Light), || Dialog::Rename {
            from: key("film:1991:hook"),
        })
        .after(|window| {
            window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
            type_in(window, "New key", CHOSEN);
        }),
        over("expiry", Shots::LightLarge, || Dialog::Expiry {
            scope: Scope::Selected,
        })
        .after(|window| type_in(window, "Time to live", "90m")),
        over("draft-expiry", Shots::DarkLarge, || Dialog::DraftExpiry),
        shown("confirm-delete", Shots::LightLarge, delete(15)),
    ]
}

/// Closing, saving, and paths.
fn files() -> Vec<Subject> {
    let close = |no_file, waiting, locked: bool| Dialog::SaveBeforeClosing {
        name: "films.vstore".to_owned(),
        draft: (!locked).then(|| CHOSEN.to_owned()),
        no_file,
        waiting,
        locked,
        then: AfterClose::Quit,
    };
    let save = |busy, problem| Dialog::SaveAs {
        path: "/home/ana/Documents/films-2.vstore".into(),
        busy,
        problem,
        then: None,
    };
    vec![
        over("save-before-closing", Shots::DarkLarge, move || {
            close(true, 0, false)
        }),
        over("close-locked", Shots::Once(Light), move || {
            close(false, 3, true)
        }),
        over("save-as", Shots::LightLarge, move || save(false, None)),
        over("save-as-busy", Shots::OnceSmall(Dark), move || {
            save(true, None)
        }),
        over("change-password", Shots::DarkLarge, || {
            Dialog::ChangePassword {
                busy: false,
                problem: Some(Problem::WrongPassword),
            }
        }),
        over("path-field", Shots::LightLarge, || Dialog::PathField {
            purpose: FilePurpose::SaveAs,
            suggested: FILE.to_owned(),
        }),
        over("replace-file", Shots::DarkLarge, || Dialog::ReplaceFile {
            existing: Box::new(existing()),
            plan: export_plan(),
        }),
    ]
}

/// What opens the file.
fn keys() -> Vec<Subject> {
    let slot = |number, kind, label: &str| KeySlot {
        number,
        kind,
        label: label.to_owned(),
        cost: "Argon2id with 256 MiB, 4 passes, 4 lanes".to_owned(),
    };
    let security = move |step| Security {
        slots: vec![
            slot(0, KeyKind::Password, ""),
            slot(1, KeyKind::PasswordAndKeyFile, "Office"),
            slot(2, KeyKind::RecoveryKey, "Paper in the safe"),
        ],
        step,
        ..Security::default()
    };
    let step = move |name, shots, step| {
        over(name, shots, move || {
            Dialog::Security(Box::new(security(step)))
        })
    };
    vec![
        step("security", Shots::DarkLarge, SecurityStep::List),
        step(
            "security-add",
            Shots::Once(Light),
            SecurityStep::Add(KeyKind::PasswordAndKeyFile),
        ),
        over("security-recovery", Shots::OnceSmall(Light), move || {
            let mut open = security(SecurityStep::Add(KeyKind::RecoveryKey));
            open.recovery_key = Some(SecretText(RECOVERY_KEY.to_owned().into()));
            Dialog::Security(Box::new(open))
        }),
        step(
            "security-change",
            Shots::OnceSmall(Dark),
            SecurityStep::Change(0),
        ),
        step(
            "security-remove",
            Shots::Once(Dark),
            SecurityStep::Remove(1),
        ),
        step(
            "security-exchange",
            Shots::Once(Light),
            SecurityStep::Rotate,
        ),
    ]
}

/// Damaged files.
fn repairs() -> Vec<Subject> {
    let salvage = |name, shots, stage: SalvageStage| {
        over(name, shots, move || {
            Dialog::Salvage(Box::new(Salvage {
                source: FILE.into(),
                stage: stage.clone(),
            }))
        })
    };
    let restore = |name, shots, stage: RestoreStage| {
        over(name, shots, move || {
            Dialog::RestoreHeader(Box::new(Restore {
                file: FILE.into(),
                stage: stage.clone(),
            }))
        })
    };
    let check = |name, shots, check: Check| over(name, shots, move || Dialog::Check(check.clone()));
    let whole = VerifyReport {
        findings: Vec::new(),
        ..damage()
    };
    let salvaged = SalvageOutcome {
        target: "/home/ana/Documents/films.salvaged.vstore".into(),
        records: 38,
        lost: vec!["Records lost: keys after film:1997".to_owned()],
        is_complete: false,
    };
    let restored = RestoredHeader {
        exported_at: NOW,
        is_older: true,
        is_whole: false,
    };
    vec![
        salvage(
            "salvage",
            Shots::DarkLarge,
            SalvageStage::Form { problem: None },
        ),
        salvage(
            "salvage-done",
            Shots::OnceSmall(Light),
            SalvageStage::Done(salvaged),
        ),
        restore(
            "restore-header",
            Shots::LightLarge,
            RestoreStage::Form {
                problem: Some("This is no backup of a header".to_owned()),
            },
        ),
        restore(
            "restore-header-done",
            Shots::Once(Dark),
            RestoreStage::Done(restored),
        ),
        check("check", Shots::LightLarge, Check::Done(damage())),
        check("check-whole", Shots::Once(Dark), Check::Done(whole)),
        check(
            "check-running",
            Shots::OnceSmall(Dark),
            Check::Running(TaskId(1)),
        ),
    ]
}

/// Import and export.
fn transfers() -> Vec<Subject> {
    let import = |name, shots, preview: Option<Result<ImportPreview, String>>| {
        over(name, shots, move || Dialog::Import {
            plan: ImportPlan {
                keys: ImportKeys::Template("film:{year}:{title}".to_owned()),
                ..ImportPlan::new("/home/ana/Downloads/films.json".into())
            },
            preview: preview.clone(),
        })
    };
    vec![
        import("import", Shots::DarkLarge, Some(Ok(preview()))),
        import("import-looking", Shots::OnceSmall(Light), None),
        import(
            "import-refused",
            Shots::Once(Light),
            Some(Err("line 12, column 8: a string is not closed".to_owned())),
        ),
        over("import-report", Shots::LightLarge, || {
            Dialog::ImportReport {
                task: TaskId(1),
                title: "Import films.json".to_owned(),
                report: Arc::new(report()),
            }
        }),
        over("export", Shots::DarkLarge, || Dialog::Export {
            plan: export_plan(),
            count: 41,
        }),
    ]
}

fn export_plan() -> ExportPlan {
    ExportPlan {
        scope: Scope::Everything,
        format: Format::Json,
        with_metadata: true,
        path: None,
        consent: Consent::NotAsked,
    }
}

fn preview() -> ImportPreview {
    let row = |key: Result<&str, &str>, value: &str| PreviewRow {
        key: key.map(ToOwned::to_owned).map_err(ToOwned::to_owned),
        value: value.to_owned(),
    };
    ImportPreview {
        bytes: 182_000,
        fields: ["title", "year", "rating", "genres"]
            .map(ToOwned::to_owned)
            .into(),
        rows: vec![
            row(
                Ok("film:1967:The Graduate"),
                "{title: \"The Graduate\", year: 1967, rating: 8.0}",
            ),
            row(
                Ok("film:1968:Bullitt"),
                "{title: \"Bullitt\", year: 1968, rating: 7.4}",
            ),
            row(Err("no field year"), "{title: \"Untitled\"}"),
        ],
        problems: vec!["record 3 has no field year".to_owned()],
        ..ImportPreview::default()
    }
}

fn report() -> ImportReport {
    let line = |kind, text: &str| ReportLine {
        kind,
        text: text.to_owned(),
    };
    ImportReport {
        read: 1_204,
        added: 1_180,
        replaced: 20,
        duplicates: 4,
        lines: vec![
            line(
                ReportKind::Replaced,
                "line 12: film:1982:tootsie was replaced",
            ),
            line(ReportKind::LeftOut, "line 15: film:1991:hook stands twice"),
            line(
                ReportKind::Changed,
                "line 88: film:1999:magnolia: expireAt is no integer",
            ),
        ],
        ..ImportReport::default()
    }
}

/// A file that somebody may miss.
fn existing() -> Existing {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.json");
    std::fs::write(&path, "notes").unwrap();
    let Verdict::NeedsConsent(mut existing) = judge(&path, Output::Export, &InUse::default())
    else {
        panic!("{} can be replaced", path.display());
    };
    let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(NOW.0.unsigned_abs());
    existing.path = "/home/ana/Documents/films.json".into();
    existing.modified = Some(modified);
    existing
}

fn type_in(window: &mut Window, label: &str, text: &str) {
    window
        .get_by_role_and_label(Role::TextInput, label)
        .type_text(text);
    window.run();
}

#[test]
fn every_dialog_is_shown_dark_and_light_in_both_sizes() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/state/dialog.rs");
    let mut missing = variants(&source, "pub enum Dialog {");
    for subject in subjects() {
        let program = (subject.scene)();
        let dialog = format!("{:?}", program.state.dialog().unwrap());
        let variant = dialog.split([' ', '(', '{']).next().unwrap();
        let sizes = subject.shots.list();
        let shown: Vec<_> = sizes
            .iter()
            .map(|(_, size)| size.map(f32::to_bits))
            .collect();
        let is_complete = [LARGE, SMALL]
            .iter()
            .all(|size| shown.contains(&size.map(f32::to_bits)));
        if is_complete && sizes.len() > 1 {
            missing.remove(variant);
        }
    }
    assert!(missing.is_empty(), "no pictures of {missing:?}");
}
