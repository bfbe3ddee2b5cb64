//! Every dialog fits every window in which it can be opened.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Rect, Role, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use vstore::target::{Existing, InUse, Output, Verdict, judge};

use super::transfer::{export_plan, plan};
use super::*;
use crate::state::{
    Check, ImportPreview, ImportReport, KeyKind, KeySlot, PreviewRow, Problem, ReportKind,
    ReportLine, Restore, RestoreStage, Salvage, SalvageStage, Security, SecurityStep, TaskId,
    WhyHit, WhyWord,
};

/// The smallest supported window, an even smaller one, and a common one.
const WINDOWS: [[f32; 2]; 3] = [[800.0, 560.0], [640.0, 480.0], [1280.0, 800.0]];

/// A name as long as file systems allow.
fn long_path() -> std::path::PathBuf {
    format!(
        "/home/ana/{}/{}.vstore",
        "deep/".repeat(30),
        "films-".repeat(40)
    )
    .into()
}

/// A very long reason, as other programs sometimes give.
fn long() -> String {
    "This could not be done, because of what somebody else has done before. ".repeat(12)
}

/// Every dialog, with as much content as possible.
fn samples() -> Vec<Dialog> {
    let mut samples = lists_and_questions();
    samples.extend(forms());
    samples.extend(security_steps());
    samples.extend(transfers());
    samples
}

fn lists_and_questions() -> Vec<Dialog> {
    let sample = (0..12_i32).map(|n| key(&format!("film:{n}:{}", "x".repeat(200))));
    let word = |n: i32| WhyWord {
        word: format!("word{n}"),
        found: format!("words{n}"),
        how: "one letter is another",
        place: "extract".to_owned(),
    };
    let line = |n: i32| ("how well it fits", n.to_string());
    vec![
        Dialog::Palette,
        Dialog::GoToKey,
        Dialog::WhyHit(Box::new(WhyHit {
            key: key(&"k".repeat(400)),
            row: Some((2, 66)),
            other_order: true,
            level: "Slightly misspelt".to_owned(),
            words: (0..40).map(word).collect(),
            order: (0..12).map(line).collect(),
        })),
        Dialog::Shortcuts,
        Dialog::Settings,
        Dialog::SavedSearches,
        Dialog::About,
        Dialog::ConfirmDelete {
            scope: Scope::Selected,
            count: 3_000_000,
            sample: sample.collect(),
        },
        Dialog::SaveBeforeClosing {
            name: "films-".repeat(40),
            draft: Some("k".repeat(400)),
            no_file: true,
            waiting: 1_000,
            locked: false,
            then: AfterClose::Quit,
        },
        Dialog::SaveBeforeClosing {
            name: "films-".repeat(40),
            draft: None,
            no_file: false,
            waiting: 1_000,
            locked: true,
            then: AfterClose::Quit,
        },
        Dialog::Check(Check::Failed(long())),
        Dialog::Message {
            title: "What happened".to_owned(),
            text: long(),
        },
    ]
}

fn forms() -> Vec<Dialog> {
    vec![
        Dialog::Rename { from: key("a:1") },
        Dialog::Expiry {
            scope: Scope::Selected,
        },
        Dialog::DraftExpiry,
        Dialog::SaveAs {
            path: long_path(),
            busy: false,
            problem: Some(Problem::Other(long())),
            then: None,
        },
        Dialog::ChangePassword {
            busy: false,
            problem: Some(Problem::Other(long())),
        },
        Dialog::Salvage(Box::new(Salvage {
            source: long_path(),
            stage: SalvageStage::Form {
                problem: Some(long()),
            },
        })),
        Dialog::RestoreHeader(Box::new(Restore {
            file: long_path(),
            stage: RestoreStage::Form {
                problem: Some(long()),
            },
        })),
        Dialog::PathField {
            purpose: FilePurpose::Open,
            suggested: String::new(),
        },
    ]
}

fn security_steps() -> Vec<Dialog> {
    let slot = |number| KeySlot {
        number,
        label: "the label of a key slot, which may be long ".repeat(4),
        kind: KeyKind::Password,
        cost: "256 MiB, 3 passes".to_owned(),
    };
    [
        SecurityStep::List,
        SecurityStep::Add(KeyKind::PasswordAndKeyFile),
        SecurityStep::Change(1),
        SecurityStep::Remove(1),
        SecurityStep::Rotate,
    ]
    .map(|step| {
        Dialog::Security(Box::new(Security {
            slots: (0..8).map(slot).collect(),
            step,
            ..Security::default()
        }))
    })
    .into()
}

/// A file whose replacement must be confirmed.
fn existing() -> Existing {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{}.json", "films-".repeat(30)));
    std::fs::write(&path, "notes").unwrap();
    match judge(&path, Output::Export, &InUse::default()) {
        Verdict::NeedsConsent(existing) => existing,
        other => panic!("{other:?}"),
    }
}

fn transfers() -> Vec<Dialog> {
    let line = |n: i32| ReportLine {
        kind: ReportKind::Changed,
        text: format!("line {n}: {}", "value ".repeat(40)),
    };
    let row = |n: i32| PreviewRow {
        key: Ok(format!("film:{n}")),
        value: "value ".repeat(80),
    };
    let name = |n: i32| format!("a field with a long name {n}");
    let preview = ImportPreview {
        bytes: 2_100_000,
        fields: (0..20).map(name).collect(),
        rows: (0..8).map(row).collect(),
        problems: vec![long(), long(), long()],
        ..ImportPreview::default()
    };
    vec![
        Dialog::Import {
            plan: plan(),
            preview: Some(Ok(preview)),
        },
        Dialog::ImportReport {
            task: TaskId(1),
            title: "Import films.json".to_owned(),
            report: Arc::new(ImportReport {
                read: 1_000_000,
                lines: (0..500).map(line).collect(),
                unlisted: 99,
                ..ImportReport::default()
            }),
        },
        Dialog::Export {
            plan: export_plan(),
            count: 3,
        },
        Dialog::ReplaceFile {
            existing: Box::new(existing()),
            plan: export_plan(),
        },
    ]
}

/// The names of the variants of [`Dialog`], read from its source.
fn variants() -> BTreeSet<String> {
    let source = include_str!("../../state/dialog.rs");
    let (_, body) = source.split_once("pub enum Dialog {").unwrap();
    let body = body.lines().skip(1);
    body.take_while(|line| *line != "}")
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.split([' ', '(', '{', ',']).next().unwrap().to_owned())
        .collect()
}

fn variant(dialog: &Dialog) -> String {
    let text = format!("{dialog:?}");
    text.split([' ', '(', '{']).next().unwrap().to_owned()
}

fn open(dialog: Dialog, size: [f32; 2]) -> Harness<'static, Window> {
    let mut window = Window {
        state: state(),
        ..Window::default()
    };
    for n in 0..30 {
        window
            .state
            .prefs
            .remember(format!("/home/ana/{n}.vstore").into(), n);
    }
    window.state.dialogs.push_back(dialog);
    testing::drawn(window, size, NOW, |dialogs, ui, view, commands| {
        dialogs.ui(ui.ctx(), view, commands);
    })
}

/// The rectangle of the dialog, from its title to its buttons.
fn card(harness: &Harness<'_, Window>) -> Rect {
    let mut named = harness.get_all_by_role(Role::Dialog);
    let named = named.find(|dialog| dialog.accesskit_node().label().is_some());
    named.expect("it has a name").rect()
}

/// The rectangle of the focused widget, and whether all of it is visible.
fn focused(harness: &Harness<'_, Window>) -> Option<(egui::Id, Rect, bool)> {
    let id = harness.ctx.memory(egui::Memory::focused)?;
    let response = harness.ctx.read_response(id)?;
    let is_seen = response.interact_rect.height() > response.rect.height() - 1.0;
    Some((id, response.rect, is_seen))
}

#[test]
fn every_dialog_is_among_the_samples() {
    let sampled: BTreeSet<String> = samples().iter().map(variant).collect();
    assert_eq!(sampled, variants());
}

#[test]
fn every_dialog_fits_small_windows_with_its_title_and_all_its_buttons() {
    for size in WINDOWS {
        let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(size[0], size[1]));
        for dialog in samples() {
            let name = format!("{} at {size:?}", variant(&dialog));
            let harness = open(dialog, size);
            let card = card(&harness);
            assert!(window.shrink(8.0).contains_rect(card), "{name}: {card}");
            if name.starts_with("About") {
                assert!(
                    card.height() < 320.0,
                    "{name} is higher than it needs to be: {card}"
                );
            }
            let group = harness.query_by_role_and_label(Role::Group, "Buttons");
            let Some(group) = group else {
                assert!(name.starts_with("Palette") || name.starts_with("GoToKey"));
                continue;
            };
            let buttons: Vec<Rect> = group
                .get_all_by_role(Role::Button)
                .map(|button| button.rect())
                .collect();
            for (index, rect) in buttons.iter().enumerate() {
                assert!(
                    card.expand(1.0).contains_rect(*rect),
                    "{name}: {rect} {card}"
                );
                let others = &buttons[..index];
                let over = others
                    .iter()
                    .any(|other| other.shrink(1.0).intersects(*rect));
                assert!(!over, "{name}: buttons lie over each other");
            }
        }
    }
}

#[test]
fn the_tab_key_follows_reading_order_in_every_dialog_and_keeps_the_focus_visible() {
    for dialog in samples() {
        let name = variant(&dialog);
        let mut harness = open(dialog, [640.0, 480.0]);
        // A field that has the keyboard from the start may consume the Tab key.
        harness.ctx.memory_mut(|memory| {
            if let Some(id) = memory.focused() {
                memory.surrender_focus(id);
            }
        });
        let mut seen = Vec::new();
        for _ in 0..80 {
            harness.key_press(Press::Tab);
            harness.run();
            let Some((id, rect, is_seen)) = focused(&harness) else {
                continue;
            };
            if seen.first() == Some(&id) {
                break;
            }
            assert!(
                is_seen,
                "{name}: the focused widget at {rect} is not visible"
            );
            // The current place of the previous widget: the middle may have been scrolled.
            let last = seen
                .last()
                .and_then(|last| harness.ctx.read_response(*last));
            if let Some(last) = last.map(|last| last.rect) {
                assert!(
                    last.top() < rect.bottom(),
                    "{name}: {rect} comes after {last}, which is below it"
                );
                let overlap = last.y_range().intersection(rect.y_range()).span();
                let same_row = overlap > 0.5 * last.height().min(rect.height());
                assert!(
                    !same_row || last.right() <= rect.left() + 1.0,
                    "{name}: {rect} comes after {last}"
                );
            }
            seen.push(id);
        }
        assert!(
            seen.len() < 80,
            "{name}: the Tab key does not return to the first widget"
        );
        assert!(
            !seen.is_empty(),
            "{name} cannot be reached with the Tab key"
        );
    }
}

#[test]
fn a_dialog_without_fields_scrolls_by_pages() {
    let text = "A line of what happened.\n".repeat(200);
    let title = "What happened".to_owned();
    let mut harness = open(Dialog::Message { title, text }, [640.0, 480.0]);
    let top = |harness: &Harness<'_, Window>| {
        let texts = harness.get_all_by_role(Role::Label);
        let long = texts.filter(|label| label.rect().height() > 1000.0);
        long.map(|label| label.rect().top()).next().unwrap()
    };
    let before = top(&harness);
    harness.key_press(Press::PageDown);
    harness.run();
    assert!(top(&harness) < before - 100.0);
}
