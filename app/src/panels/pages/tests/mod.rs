//! The pages: what they show, and which commands clicks and keys queue.

mod create;

use std::path::PathBuf;

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use jiff::tz::TimeZone;
use vstore::Millis;
use vstore::file::{Finding, FindingKind, LockHolder, Loss, VerifyReport};

use super::Pages;
use super::create::whole_path;
use super::problem::ProblemData;
use super::start::StartData;
use super::unlock::UnlockData;
use crate::command::{Command, FileCommand, LockCommand, RepairCommand, TransferCommand};
use crate::panels::testing;
use crate::state::{
    AfterClose, BusyPhase, Check, CreatePage, FilePurpose, Page, Problem, RecentFacts, RecentFile,
    State, UnlockPage,
};
use crate::typed_path::UserFolders;
use crate::view::AppView;

const NOW: Millis = Millis(1_795_000_000_000);

type Window = testing::Window<Pages>;

fn harness(page: Page) -> Harness<'static, Window> {
    let mut window = Window::default();
    window.state.page = page;
    testing::drawn(window, [1200.0, 800.0], NOW, |pages, ui, view, commands| {
        pages.forget(ui.ctx(), view);
        pages.ui(ui, view, commands);
    })
}

fn unlock_page() -> UnlockPage {
    UnlockPage::new("/home/ana/Documents/films.vstore".into(), false)
}

fn type_password(harness: &mut Harness<'_, Window>, label: &str, text: &str) {
    testing::type_into(harness, Role::PasswordInput, label, text);
}

#[test]
fn the_password_field_is_focused_and_enter_unlocks() {
    let mut harness = harness(Page::Unlock(unlock_page()));
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Password");
    assert!(field.is_focused());
    field.type_text("hunter2");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let commands = harness.state_mut().taken();
    let [Command::Lock(LockCommand::Unlock { secret, read_only })] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!((secret.password.as_str(), *read_only), ("hunter2", false));
    let shown = harness
        .get_by_role_and_label(Role::PasswordInput, "Password")
        .value();
    assert_eq!(
        shown.as_deref(),
        Some("•••••••"),
        "the text stays, and only its length is visible"
    );
}

#[test]
fn a_wrong_password_is_reported_and_typing_replaces_it() {
    let mut harness = harness(Page::Unlock(unlock_page()));
    type_password(&mut harness, "Password", "wrong");
    let page = UnlockPage {
        problem: Some(Problem::WrongPassword),
        attempts: 1,
        ..unlock_page()
    };
    harness.state_mut().state.page = Page::Unlock(page);
    harness.run();
    let text = "Wrong password or key file. Please try again.";
    assert!(harness.query_by_role_and_label(Role::Alert, text).is_some());
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Password");
    assert!(field.is_focused());
    field.type_text("ab");
    harness.run();
    let shown = harness
        .get_by_role_and_label(Role::PasswordInput, "Password")
        .value();
    assert_eq!(shown.as_deref(), Some("••"), "the wrong one was selected");
}

#[test]
fn while_the_key_is_derived_only_cancel_works() {
    let page = UnlockPage {
        busy: Some(BusyPhase::DerivingKey),
        ..unlock_page()
    };
    let mut harness = harness_of_busy(page);
    let bar = harness.query_by_role_and_label(Role::ProgressIndicator, "Deriving key…");
    assert!(bar.is_some());
    harness.get_by_label("Cancel").click();
    harness.run_steps(3);
    let commands = harness.state_mut().taken();
    assert!(matches!(
        commands.as_slice(),
        [Command::File(FileCommand::CancelBusy)]
    ));
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(harness.state_mut().taken().is_empty());
}

/// A page with an animated bar never settles.
fn harness_of_busy(page: UnlockPage) -> Harness<'static, Window> {
    let mut harness = harness(Page::Unlock(unlock_page()));
    harness.state_mut().state.page = Page::Unlock(page);
    harness.run_steps(3);
    harness
}

#[test]
fn what_was_typed_is_wiped_when_the_page_closes() {
    let mut harness = harness(Page::Unlock(unlock_page()));
    type_password(&mut harness, "Password", "hunter2");
    assert!(harness.state().part.unlock_is_typed());
    harness.state_mut().state.page = Page::Welcome;
    harness.run();
    assert!(!harness.state().part.unlock_is_typed());
}

#[test]
fn another_kind_of_file_asks_for_no_password_and_offers_import() {
    let path = PathBuf::from("/home/ana/films.json");
    let page = UnlockPage {
        problem: Some(Problem::NotAVStore),
        ..UnlockPage::new(path.clone(), false)
    };
    let mut harness = harness(Page::Unlock(page));
    assert!(harness.query_by_role(Role::PasswordInput).is_none());
    harness.get_by_label("Import it instead").click();
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(
        matches!(commands.as_slice(), [Command::Transfer(TransferCommand::PlanImport(to))] if *to == path)
    );
}

#[test]
fn a_vstore_file_without_a_valid_beginning_offers_header_restore() {
    let page = UnlockPage {
        problem: Some(Problem::NotAVStore),
        ..unlock_page()
    };
    let path = page.path.clone();
    let mut harness = harness(Page::Unlock(page));
    harness.get_by_label("Restore the header…").click();
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(
        matches!(commands.as_slice(), [Command::Repair(RepairCommand::PlanRestore(to))] if *to == path)
    );
}

#[test]
fn every_problem_has_its_own_text_and_a_remedy() {
    let problems = [
        Problem::NotFound,
        Problem::NotAVStore,
        Problem::NewerVersion("2.0".to_owned()),
        Problem::Damaged("offset 4096".to_owned()),
    ];
    let data =
        problems.map(|problem| ProblemData::new(&problem, &unlock_page(), NOW, &TimeZone::UTC));
    for (index, one) in data.iter().enumerate() {
        assert!(!one.remedies.is_empty(), "{one:?}");
        for other in data.iter().skip(index + 1) {
            assert_ne!((one.title, &one.text), (other.title, &other.text));
        }
    }
    assert!(data.iter().any(|data| data.text.contains("offset 4096")));
}

#[test]
fn a_file_open_elsewhere_names_its_owner_and_every_remedy() {
    let holder = LockHolder {
        program: "VStore".to_owned(),
        pid: 4711,
        host: Some("desk".to_owned()),
        started_at: NOW.0 - 60_000,
    };
    let page = UnlockPage {
        problem: Some(Problem::OpenElsewhere(Some(holder))),
        ..unlock_page()
    };
    let data = ProblemData::new(page.problem.as_ref().unwrap(), &page, NOW, &TimeZone::UTC);
    assert_eq!(
        data.text,
        "VStore (process 4711 on desk) has the file open since 11:05."
    );
    let path = page.path.clone();
    let mut harness = harness(Page::Unlock(page));
    assert!(harness.query_by_role(Role::PasswordInput).is_none());
    for way in ["Open read-only", "Switch to that window", "Try again"] {
        harness.get_by_label(way).click();
        harness.run();
    }
    let commands = harness.state_mut().taken();
    let [
        Command::File(reading),
        Command::File(switching),
        Command::File(again),
    ] = &*commands
    else {
        panic!("{commands:?}")
    };
    assert!(matches!(
        reading,
        FileCommand::Open {
            read_only: true,
            ..
        }
    ));
    assert!(matches!(switching, FileCommand::SwitchToWindow(to) if *to == path));
    assert!(matches!(
        again,
        FileCommand::Open {
            read_only: false,
            ..
        }
    ));
}

#[test]
fn the_card_shows_where_the_file_is_and_when_it_was_opened() {
    let mut state = State::default();
    let path = unlock_page().path;
    state.prefs.remember(path, NOW.0 - 60_000);
    let view = AppView::of(&state, NOW);
    let page = UnlockPage {
        len: Some(2_100_000),
        ..unlock_page()
    };
    let data = UnlockData::new(&page, view, &TimeZone::UTC);
    assert_eq!(data.second, "Documents · 2.1 MB · opened today");
}

#[test]
fn recent_files_can_be_opened_and_removed() {
    let mut harness = harness(Page::Welcome);
    let path = PathBuf::from("/data/tokens.vstore");
    let recent = RecentFile {
        path: path.clone(),
        opened_at: NOW.0 - 86_400_000,
    };
    harness.state_mut().state.prefs.recent = vec![recent];
    harness.run();
    let view = AppView::of(&harness.state().state, NOW);
    let data = StartData::new(view, &TimeZone::UTC);
    let row = data
        .recent
        .first()
        .map(|row| (row.name.as_str(), row.second.as_str()));
    assert_eq!(row, Some(("tokens.vstore", "data · yesterday")));
    harness.get_by_label("tokens.vstore").click();
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(
        matches!(commands.as_slice(), [Command::File(FileCommand::Open { path: to, read_only: false })] if *to == path)
    );
    harness.get_by_label("tokens.vstore").focus();
    harness.run();
    harness.key_press(Key::Delete);
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(
        matches!(commands.as_slice(), [Command::File(FileCommand::ForgetRecent(to))] if *to == path)
    );
}

#[test]
fn the_start_page_queues_every_start_command() {
    let mut harness = harness(Page::Welcome);
    for (label, expected) in [
        ("New database…", "NewDatabase"),
        ("Open…", "PickFile(Open)"),
        ("Import JSON or NDJSON…", "PickFile(Import)"),
        ("Explore the sample database", "OpenSample"),
    ] {
        harness.get_by_label(label).click();
        harness.run();
        let commands = format!("{:?}", harness.state_mut().taken());
        assert_eq!(commands, format!("[File({expected})]"));
    }
}

#[test]
fn cancel_returns_to_the_start_page() {
    let mut harness = harness(Page::Unlock(unlock_page()));
    harness.key_press_modifiers(Modifiers::NONE, Key::Escape);
    harness.run();
    assert!(
        harness.state_mut().taken().is_empty(),
        "Esc never leaves a page"
    );
    harness.get_by_label("Cancel").click();
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(matches!(
        commands.as_slice(),
        [Command::File(FileCommand::Close(AfterClose::Welcome))]
    ));
}

#[test]
fn a_damaged_file_that_its_password_opens_can_be_checked() {
    let damaged = UnlockPage {
        problem: Some(Problem::Damaged("frame 3 is damaged".to_owned())),
        attempts: 1,
        ..unlock_page()
    };
    let mut harness = harness(Page::Unlock(damaged.clone()));
    type_password(&mut harness, "Password", "right");
    harness.get_by_label("Check the file").click();
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(
        matches!(commands.as_slice(), [Command::Repair(RepairCommand::Check(secret))] if *secret.password == "right")
    );
    let finding = |offset, kind, loss| Finding {
        offset,
        seq: None,
        kind,
        loss,
    };
    let loss = Loss {
        bytes: 900,
        frames: Some(2),
        records: None,
    };
    let report = VerifyReport {
        bytes: 90_000,
        frames: 7,
        findings: vec![
            finding(8_192, FindingKind::CutOff, Some(loss)),
            finding(80_000, FindingKind::TornTail { bytes: 40 }, None),
        ],
        ..VerifyReport::default()
    };
    harness.state_mut().state.page = Page::Unlock(UnlockPage {
        check: Some(Check::Done(report)),
        ..damaged
    });
    harness.run();
    for words in [
        "Of 9 parts, 2 cannot be read.",
        "byte 8,192",
        "2 parts lost",
        "nothing lost",
    ] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
}

#[test]
fn a_file_whose_header_is_gone_asks_for_no_password() {
    let page = UnlockPage {
        problem: Some(Problem::Damaged("the header is damaged".to_owned())),
        ..unlock_page()
    };
    let harness = harness(Page::Unlock(page));
    assert!(harness.query_by_role(Role::PasswordInput).is_none());
    assert!(harness.query_by_label("Check the file").is_none());
}

#[test]
fn a_recent_file_shows_its_size_and_whether_it_exists() {
    let mut harness = harness(Page::Welcome);
    let state = &mut harness.state_mut().state;
    for name in ["/data/a.vstore", "/data/b.vstore"] {
        state.prefs.remember(name.into(), NOW.0);
    }
    let found = RecentFacts::Found {
        bytes: 2_100_000,
        saved_at: Some(NOW),
    };
    let facts = [
        ("/data/a.vstore", found),
        ("/data/b.vstore", RecentFacts::Missing),
    ];
    state.recent = Some(facts.map(|(path, facts)| (path.into(), facts)).into());
    harness.run();
    let view = AppView::of(&harness.state().state, NOW);
    let data = StartData::new(view, &TimeZone::UTC);
    let rows: Vec<_> = data
        .recent
        .iter()
        .map(|row| (row.second.as_str(), row.missing))
        .collect();
    assert_eq!(
        rows,
        [
            ("data · not found", true),
            ("data · 2.1 MB · saved today", false)
        ]
    );
    harness.get_by_label("Clear").click();
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(matches!(
        commands.as_slice(),
        [Command::File(FileCommand::ClearRecent)]
    ));
}

/// Every page with a form, with as much content as possible, and the label of its card.
fn full_pages() -> Vec<(Page, &'static str)> {
    let long = "Because of this, and of that, as other programs say at length. ".repeat(6);
    let unlock = |problem, needs_key_file| {
        let mut page = unlock_page();
        page.path = format!("/home/ana/{}.vstore", "films-".repeat(40)).into();
        page.problem = Some(problem);
        page.needs_key_file = Some(needs_key_file);
        Page::Unlock(page)
    };
    let cannot = "File cannot be opened";
    let label: &'static str = format!("Unlock {}.vstore", "films-".repeat(40)).leak();
    vec![
        (
            Page::NewDatabase(CreatePage {
                problem: Some(Problem::Other(long.clone())),
                ..CreatePage::default()
            }),
            "New database",
        ),
        (unlock(Problem::WrongPassword, true), label),
        (unlock(Problem::Other(long.clone()), true), label),
        (unlock(Problem::NotFound, false), cannot),
        (unlock(Problem::NotAVStore, false), cannot),
        (
            unlock(Problem::NewerVersion("format 3.0".to_owned()), false),
            cannot,
        ),
        (unlock(Problem::Damaged(long), false), cannot),
        (unlock(Problem::OpenElsewhere(None), false), cannot),
    ]
}

#[test]
fn a_card_fits_its_content_and_stays_in_place_while_a_file_is_opened() {
    let mut harness = harness(Page::Unlock(unlock_page()));
    let place = |harness: &Harness<'_, Window>| {
        let label = "Unlock films.vstore";
        harness.get_by_role_and_label(Role::Group, label).rect()
    };
    let before = place(&harness);
    assert!(before.height() < 400.0, "{before}");
    assert!(
        (before.center().y - 400.0).abs() < 2.0,
        "{before} is in the middle"
    );
    for busy in [BusyPhase::DerivingKey, BusyPhase::Reading(0.4)] {
        let mut page = unlock_page();
        page.busy = Some(busy);
        harness.state_mut().state.page = Page::Unlock(page);
        harness.run_steps(3);
        assert_eq!(place(&harness), before, "{busy:?}");
    }
    let mut page = unlock_page();
    page.problem = Some(Problem::WrongPassword);
    page.attempts = 1;
    harness.state_mut().state.page = Page::Unlock(page);
    harness.run();
    assert_eq!(place(&harness), before, "a wrong password");
}

#[test]
fn every_page_fits_small_windows_and_can_be_walked_with_the_keyboard() {
    for size in [[800.0, 560.0], [640.0, 480.0]] {
        let window_rect = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        for (page, label) in full_pages() {
            let mut window = Window::default();
            window.state.page = page;
            let mut harness = testing::drawn(window, size, NOW, |pages, ui, view, commands| {
                pages.forget(ui.ctx(), view);
                pages.ui(ui, view, commands);
            });
            let card = harness.get_by_role_and_label(Role::Group, label).rect();
            assert!(
                window_rect.contains_rect(card),
                "{label} at {size:?}: {card}"
            );
            let mut stops = std::collections::BTreeSet::new();
            for _ in 0..40 {
                harness.key_press(Key::Tab);
                harness.run();
                let Some(id) = harness.ctx.memory(egui::Memory::focused) else {
                    continue;
                };
                let response = harness.ctx.read_response(id).unwrap();
                if !card.contains(response.rect.center()) {
                    continue;
                }
                let rect = response.rect;
                stops.insert(format!("{id:?}"));
                assert!(
                    card.contains_rect(rect),
                    "{label} at {size:?}: {rect} in {card}"
                );
                let seen = response.interact_rect.height() > rect.height() - 1.0;
                assert!(seen, "{label} at {size:?}: {rect} is not visible");
            }
            assert!(stops.len() >= 2, "{label} at {size:?}: {stops:?}");
        }
    }
}
