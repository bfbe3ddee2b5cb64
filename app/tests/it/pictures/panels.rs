//! The window with an open database: whole, panel by panel, and its menus.

use egui::{Role, Theme};
use egui_kittest::kittest::Queryable as _;
use vstore::file::Standing;
use vstore::{ClockSuspect, Indexing, Millis};
use vstore_app::command::{LayoutCommand, RecordCommand, SearchCommand, SelectionCommand};
use vstore_app::state::{
    BottomTab, DetailTab, FocusTarget, Level, Loading, OpenStore, Problem, SaveState, Scope,
    TaskState,
};
use vstore_app::theme::Density;

use super::camera::Crop;
use super::program::{NOW, Program};
use super::scenes::{CHOSEN, empty, films, found, key, one_film, statistics};
use super::{Shots, Subject, Window};

const TABLE: Crop = Crop::Part("Table");
/// The first rows.
const TABLE_TOP: Crop = Crop::Rect([250.0, 80.0, 800.0, 150.0]);
const TOOLBAR: Crop = Crop::Part("Toolbar");
const LEFT: Crop = Crop::Part("Namespaces and indexes");
const DETAIL: Crop = Crop::Part("Record detail");
const BOTTOM: Crop = Crop::Part("Activity and jobs");
const STATUS: Crop = Crop::Part("Status bar");
const WARNING: Crop = Crop::Part("File warning");
const MESSAGES: Crop = Crop::Over;

const QUERY: &str = "hofman dustn year:1980..1999";

pub(super) fn subjects() -> Vec<Subject> {
    let mut subjects = whole_window();
    subjects.extend(tables_and_searches());
    subjects.extend(details());
    subjects.extend(around());
    subjects.extend(strips());
    subjects.extend(menus());
    subjects
}

fn whole_window() -> Vec<Subject> {
    use Theme::{Dark, Light};
    let all = Crop::Window;
    let result = Crop::Rect([250.0, 32.0, 640.0, 270.0]);
    let rows = Crop::Rect([190.0, 80.0, 610.0, 352.0]);
    vec![
        Subject::new("window", Shots::DarkLarge, all, || statistics("year")),
        Subject::new("search", Shots::DarkLarge, result, searched),
        Subject::new("empty", Shots::OnceSmall(Light), all, empty),
        Subject::new("empty-table", Shots::Once(Dark), TABLE, empty),
        Subject::new("loading", Shots::LightLarge, TOOLBAR, loading),
        Subject::new("loading-record", Shots::OnceSmall(Dark), DETAIL, loading),
        Subject::new("loading-status", Shots::OnceSmall(Dark), STATUS, loading),
        Subject::new("many-selected", Shots::OnceSmall(Dark), rows, many_selected),
        Subject::new("many-record", Shots::Once(Light), DETAIL, many_selected),
        Subject::new("not-saved", Shots::LightLarge, WARNING, not_saved),
        Subject::new(
            "not-saved-record",
            Shots::OnceSmall(Dark),
            DETAIL,
            not_saved,
        ),
    ]
}

fn tables_and_searches() -> Vec<Subject> {
    use Theme::{Dark, Light};
    vec![
        Subject::new("table-compact", Shots::Once(Light), TABLE_TOP, || {
            dense(Density::Compact)
        }),
        Subject::new("table-roomy", Shots::Once(Dark), TABLE_TOP, || {
            dense(Density::Roomy)
        }),
        Subject::new("no-hits", Shots::LightLarge, TABLE, || found("zzyzx")),
        Subject::new("searching", Shots::Once(Dark), TOOLBAR, || {
            let mut program = films();
            let search = &mut program.store().search;
            search.text = QUERY.to_owned();
            search.running = true;
            program
        }),
        Subject::new(
            "search-hint",
            Shots::DarkLarge,
            Crop::Rect([0.0, 32.0, 800.0, 90.0]),
            || {
                let mut program = found("yaer=1982");
                program.ask(LayoutCommand::Focus(FocusTarget::Search));
                program
            },
        ),
        Subject::new("loading-search", Shots::Once(Light), TOOLBAR, || {
            let mut program = searched();
            program.store().loading = Some(Loading {
                fraction: 0.4,
                read_only: false,
            });
            program
        }),
    ]
}

fn details() -> Vec<Subject> {
    use Theme::{Dark, Light};
    let tab = |tab: DetailTab| {
        move || {
            let mut program = one_film();
            program.ask(LayoutCommand::ShowDetail(tab));
            program
        }
    };
    vec![
        Subject::new("record-none", Shots::Once(Dark), DETAIL, films),
        Subject::new("record-tree", Shots::LightLarge, DETAIL, || {
            let mut program = found("tootsie hoffman");
            program.ask(SelectionCommand::GoTo(key(CHOSEN)));
            program
        }),
        Subject::new(
            "record-text",
            Shots::DarkLarge,
            DETAIL,
            tab(DetailTab::Text),
        ),
        Subject::new(
            "record-hex",
            Shots::OnceSmall(Light),
            DETAIL,
            tab(DetailTab::Hex),
        ),
        Subject::new(
            "record-history",
            Shots::Once(Dark),
            DETAIL,
            tab(DetailTab::History),
        ),
        Subject::new("record-expires", Shots::LightLarge, DETAIL, || {
            let mut program = films();
            program.ask(SelectionCommand::GoTo(key("token:ci:81c0")));
            program
        }),
        Subject::new("record-expired", Shots::Once(Light), DETAIL, expired),
        Subject::new("record-edited", Shots::DarkLarge, DETAIL, || {
            edited(r#"{"title": "Tootsie", "year": 1982, "rating": 7.9}"#)
        }),
        Subject::new("record-broken", Shots::Once(Light), DETAIL, || {
            edited("{\"title\": \"Tootsie\",\n \"year\": 198x}")
        }),
        Subject::new(
            "record-changed-elsewhere",
            Shots::OnceSmall(Light),
            DETAIL,
            || {
                let mut program = edited("{\"title\": \"Tootsie!\"}");
                program.store().detail.draft.as_mut().unwrap().outdated = true;
                program
            },
        ),
        Subject::new("record-new", Shots::LightLarge, DETAIL, || {
            let mut program = films();
            let prefix = "film:1993:".to_owned();
            program.ask(RecordCommand::New { prefix });
            program
        }),
    ]
}

/// The panels at the left and at the bottom.
fn around() -> Vec<Subject> {
    use Theme::{Dark, Light};
    let bottom = |tab: BottomTab| {
        move || {
            let mut program = with_tasks();
            program.ask(LayoutCommand::ShowBottom(tab));
            program
        }
    };
    vec![
        Subject::new("left-texts", Shots::LightLarge, LEFT, || {
            statistics("title")
        }),
        Subject::new("left-list", Shots::Once(Dark), LEFT, || {
            statistics("genres[]")
        }),
        Subject::new("left-times", Shots::DarkLarge, LEFT, || {
            statistics("watched")
        }),
        Subject::new(
            "activity",
            Shots::DarkLarge,
            BOTTOM,
            bottom(BottomTab::Activity),
        ),
        Subject::new(
            "expiring",
            Shots::LightLarge,
            BOTTOM,
            bottom(BottomTab::Expiring),
        ),
        Subject::new("jobs", Shots::DarkLarge, BOTTOM, bottom(BottomTab::Jobs)),
        Subject::new("no-jobs", Shots::Once(Light), BOTTOM, || {
            let mut program = films();
            program.ask(LayoutCommand::ShowBottom(BottomTab::Jobs));
            program
        }),
        Subject::new("messages", Shots::DarkLarge, MESSAGES, || {
            let mut program = films();
            let notices = &mut program.state.notices;
            notices.push(NOW, Level::Success, "Exported 41 records to films.json");
            let warning = "The file as it was before could not be kept as a backup";
            notices.push(NOW, Level::Warning, warning).detail = Some("disk full".to_owned());
            notices.push(NOW, Level::Error, "films.json: line 3 is no record");
            program
        }),
        Subject::new("deleted", Shots::Once(Light), MESSAGES, || {
            let mut program = films();
            let keys = [key("token:web:19fe"), key("token:web:3b55")];
            program.ask(RecordCommand::Delete(Scope::Keys(keys.into())));
            program
        }),
    ]
}

/// The status bar and the strip about what is wrong with the file.
fn strips() -> Vec<Subject> {
    use Theme::{Dark, Light};
    let status = |name, theme, change: fn(&mut OpenStore)| strip(name, theme, STATUS, change);
    let trouble = |name, theme, change: fn(&mut OpenStore)| strip(name, theme, WARNING, change);
    vec![
        status("status-saving", Dark, |store| {
            store.save = SaveState::Saving { pending: 3 };
        }),
        status("status-failed", Light, |store| {
            let problem = Problem::StorageFull("no space is left for films.vstore".to_owned());
            store.save = SaveState::Failed { problem };
            store.unsaved.waiting = 3;
        }),
        status("status-read-only", Dark, |store| store.read_only = true),
        status("status-in-memory", Light, |store| {
            store.path = None;
            store.save = SaveState::InMemory { changed: true };
        }),
        status("status-indexing", Light, |store| {
            store.indexing = Some(Indexing {
                indexed: 380_000,
                total: 1_000_000,
            });
        }),
        trouble("trouble-replaced", Light, |store| {
            store.changed_elsewhere = true;
        }),
        trouble("trouble-crashed", Dark, |store| {
            let problem = Problem::Crashed;
            store.save = SaveState::Failed { problem };
        }),
        trouble("trouble-older", Light, |store| {
            store.standing = Standing::Older;
        }),
        trouble("trouble-diverged", Dark, |store| {
            store.standing = Standing::Diverged;
        }),
        trouble("trouble-clock", Light, |store| {
            store.clock_suspect = Some(ClockSuspect {
                newest: NOW,
                now: Millis(4_085_000_000_000),
                due: 12,
            });
        }),
    ]
}

/// A strip in a small window, where it has least room.
fn strip(name: &'static str, theme: Theme, crop: Crop, change: fn(&mut OpenStore)) -> Subject {
    Subject::new(name, Shots::OnceSmall(theme), crop, move || {
        let mut program = films();
        change(program.store());
        program
    })
}

fn menus() -> Vec<Subject> {
    use Theme::{Dark, Light};
    let menu = |name, theme, open: fn(&mut Window)| {
        Subject::new(name, Shots::Once(theme), Crop::Over, one_film).after(open)
    };
    vec![
        menu("menu-file", Dark, |window| {
            click(window, "Menu bar", "File");
        }),
        menu("menu-edit", Light, |window| {
            click(window, "Menu bar", "Edit");
        }),
        menu("menu-record", Dark, |window| {
            click(window, "Menu bar", "Record");
        }),
        menu("menu-view", Light, |window| {
            click(window, "Menu bar", "View");
        }),
        menu("menu-tools", Dark, |window| {
            click(window, "Menu bar", "Tools");
        }),
        menu("menu-help", Light, |window| {
            click(window, "Menu bar", "Help");
        }),
        menu("menu-row", Light, |window| {
            let row = window.get_by_role_and_label(Role::Row, CHOSEN);
            row.click_secondary();
            window.run();
        }),
        menu("menu-header", Dark, |window| {
            let header = window.get_by_role_and_label(Role::ColumnHeader, "genres[]");
            header.click_secondary();
            window.run();
        }),
        Subject::new("menu-search", Shots::Once(Dark), Crop::Over, || {
            let mut program = searched();
            let query = program.store().search.query();
            program
                .store()
                .settings
                .save("Hoffman in the eighties", query);
            program
        })
        .after(|window| click(window, "Toolbar", "Saved and recent searches")),
    ]
}

fn click(window: &mut Window, part: &str, label: &str) {
    let part = window.get_by_role_and_label(Role::Group, part);
    part.get_by_role_and_label(Role::Button, label).click();
    window.run();
}

fn searched() -> Program {
    let mut program = found(QUERY);
    program.ask(SearchCommand::TakeFirst);
    program
}

fn many_selected() -> Program {
    let mut program = films();
    program.ask(SelectionCommand::Only(3));
    program.ask(SelectionCommand::Range(3..17, 16));
    program
}

fn dense(density: Density) -> Program {
    let mut program = films();
    program.state.prefs.density = density;
    program
}

fn loading() -> Program {
    let mut program = films();
    let store = program.store();
    store.loading = Some(Loading {
        fraction: 0.4,
        read_only: false,
    });
    store.read_only = true;
    program
}

fn not_saved() -> Program {
    let mut program = edited(r#"{"title": "Tootsie", "year": 1982}"#);
    let store = program.store();
    let problem = Problem::StorageFull("no space is left for films.vstore".to_owned());
    store.unsaved.waiting = 2;
    store.unsaved.labels = vec!["Delete 1 record".to_owned(), "Rename 1 record".to_owned()];
    store.unsaved.problem = Some(problem.clone());
    store.save = SaveState::Failed { problem };
    program
}

/// The chosen film while its text is being changed.
fn edited(text: &str) -> Program {
    let mut program = one_film();
    program.ask(RecordCommand::Edit(key(CHOSEN)));
    program.ask(RecordCommand::EditDraft {
        key: CHOSEN.to_owned(),
        text: text.to_owned(),
    });
    program
}

/// A record that ran out while it was shown.
fn expired() -> Program {
    let mut program = films();
    let token = key("token:ci:81c0");
    program.ask(SelectionCommand::GoTo(token));
    let detail = &mut program.store().detail;
    let mut record = detail.record.take().unwrap();
    record.meta.expires_at = Some(NOW.plus_millis(-120_000));
    detail.expired = Some(record);
    program
}

/// The films after some work in the background, some of which is still going on.
fn with_tasks() -> Program {
    let mut program = one_film();
    let tasks = &mut program.state.tasks;
    let ends = [
        (
            50,
            "Import old-films.json",
            TaskState::Failed("line 12 is no record".to_owned()),
        ),
        (
            42,
            "Import films.json",
            TaskState::Finished("46 records".to_owned()),
        ),
        (12, "Export 12 records", TaskState::Cancelled),
    ];
    for (minutes, title, end) in ends {
        let task = tasks.start(NOW.plus_millis(-60_000 * minutes), title, true);
        tasks.finish(task, end);
    }
    let task = tasks.start(NOW, "Export all records", true);
    tasks.progress(task, Some(0.62), "26 of 41 records".to_owned());
    program
}
