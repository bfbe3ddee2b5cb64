//! What fills the window while no database is open.

use std::path::PathBuf;

use egui::{Role, Theme};
use egui_kittest::kittest::Queryable as _;
use vstore::Millis;
use vstore::file::LockHolder;
use vstore_app::state::{BusyPhase, Check, CreatePage, Page, Problem, RecentFacts, UnlockPage};

use super::camera::Crop;
use super::program::{NOW, Program};
use super::scenes::damage;
use super::{Shots, Subject, Window};

const DAY_MILLIS: i64 = 86_400_000;
const CANNOT: Crop = Crop::Part("File cannot be opened");
/// The column at the left.
const START: Crop = Crop::Rect([0.0, 32.0, 380.0, 600.0]);
const CREATE: Crop = Crop::Part("New database");
const UNLOCK: Crop = Crop::Part("Unlock films.vstore");

#[expect(
    clippy::too_many_lines,
    reason = "a table with an entry for each picture"
)]
pub(super) fn subjects() -> Vec<Subject> {
    use Theme::{Dark, Light};
    let create = |page: CreatePage| move || shown(Page::NewDatabase(page.clone()));
    let unlock = |page: UnlockPage| move || shown(Page::Unlock(page.clone()));
    let problem = |problem: Problem| {
        unlock(UnlockPage {
            problem: Some(problem),
            ..files()
        })
    };
    let holder = LockHolder {
        program: "VStore".to_owned(),
        pid: 4711,
        host: Some("desk".to_owned()),
        started_at: NOW.plus_millis(-3_600_000).0,
    };
    vec![
        Subject::new("start", Shots::DarkLarge, Crop::Window, Program::start),
        Subject::new("start-recent", Shots::LightLarge, START, || {
            shown(Page::Welcome)
        }),
        Subject::new(
            "create",
            Shots::DarkLarge,
            CREATE,
            create(CreatePage::default()),
        ),
        Subject::new(
            "create-filled",
            Shots::OnceSmall(Dark),
            CREATE,
            create(CreatePage::default()),
        )
        .after(fill),
        Subject::new(
            "create-exists",
            Shots::OnceSmall(Light),
            CREATE,
            create(CreatePage {
                exists: Some("/home/ana/Documents/films.vstore".into()),
                ..CreatePage::default()
            }),
        ),
        Subject::new(
            "create-writing",
            Shots::OnceSmall(Dark),
            CREATE,
            create(CreatePage {
                busy: Some(BusyPhase::Writing(0.4)),
                ..CreatePage::default()
            }),
        ),
        Subject::new("unlock", Shots::LightLarge, UNLOCK, unlock(files())),
        Subject::new(
            "unlock-wrong",
            Shots::OnceSmall(Light),
            UNLOCK,
            unlock(UnlockPage {
                needs_key_file: Some(true),
                problem: Some(Problem::WrongPassword),
                attempts: 1,
                was_locked: true,
                ..files()
            }),
        ),
        Subject::new(
            "unlock-busy",
            Shots::OnceSmall(Dark),
            UNLOCK,
            unlock(UnlockPage {
                busy: Some(BusyPhase::Reading(0.7)),
                ..files()
            }),
        ),
        Subject::new(
            "not-found",
            Shots::Once(Dark),
            CANNOT,
            problem(Problem::NotFound),
        ),
        Subject::new(
            "not-a-database",
            Shots::Once(Light),
            CANNOT,
            problem(Problem::NotAVStore),
        ),
        Subject::new(
            "newer-version",
            Shots::Once(Dark),
            CANNOT,
            problem(Problem::NewerVersion("format 2.0".to_owned())),
        ),
        Subject::new(
            "open-elsewhere",
            Shots::LightLarge,
            CANNOT,
            problem(Problem::OpenElsewhere(Some(holder))),
        ),
        Subject::new("damaged", Shots::DarkLarge, CANNOT, unlock(damaged())),
    ]
}

/// The file that is asked about.
fn files() -> UnlockPage {
    UnlockPage {
        len: Some(2_100_000),
        needs_key_file: Some(false),
        ..UnlockPage::new("/home/ana/Documents/films.vstore".into(), false)
    }
}

/// The same with a hole in it, after it was read whole.
fn damaged() -> UnlockPage {
    UnlockPage {
        problem: Some(Problem::Damaged(
            "the file is damaged at byte 8192 (frame 3)".to_owned(),
        )),
        attempts: 1,
        check: Some(Check::Done(damage())),
        ..files()
    }
}

/// A page, with files that were open before.
fn shown(page: Page) -> Program {
    let mut program = Program::start();
    let found = |bytes, days: i64| RecentFacts::Found {
        bytes,
        saved_at: Some(NOW.plus_millis(-days * DAY_MILLIS)),
    };
    let recent = [
        ("/media/backup/films-2019.vstore", 220, RecentFacts::Missing),
        ("/home/ana/Work/customers.vstore", 9, found(48_300_000, 9)),
        ("/home/ana/Documents/tokens.vstore", 1, found(61_440, 1)),
        ("/home/ana/Documents/films.vstore", 0, found(2_100_000, 0)),
    ];
    for (path, days, _) in recent {
        let Millis(at) = NOW.plus_millis(-days * DAY_MILLIS);
        program.state.prefs.remember(path.into(), at);
    }
    let facts = recent.map(|(path, _, facts)| (PathBuf::from(path), facts));
    program.state.recent = Some(facts.into());
    program.state.page = page;
    program
}

fn fill(window: &mut Window) {
    for (role, label, text) in [
        (Role::TextInput, "File", "films"),
        (Role::PasswordInput, "Password", "tootsie1982"),
        (Role::PasswordInput, "Repeat password", "tootsie1983"),
    ] {
        window.get_by_role_and_label(role, label).focus();
        window.run();
        window.get_by_role_and_label(role, label).type_text(text);
        window.run();
    }
    window.get_by_label("Create").click();
    window.run();
}
