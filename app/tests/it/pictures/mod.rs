//! Pictures of the window: every page, panel and dialog, dark and light, in a large window and in
//! the smallest one that is promised.
//!
//! They are taken from the public surface: commands and answers make a [`State`], [`Panels`] and
//! [`Dialogs`] draw it, as the window does. Not through `VStoreApp`, whose state nobody may change
//! from outside: a file that is half read, a disk that is full and a message of each kind are states
//! that commands alone do not reach, and a search shows how long it took. Nor inside the crate: what
//! a picture needs is public, and a driver belongs to the tests that need something from the system.
//!
//! A software driver draws them, so that every machine gets the same pixels; time stands still, and
//! there are no fonts but those of the program: a character that they lack fails the test. A
//! picture that differs from the one in `tests/pictures` fails and leaves `.new.png` and `.diff.png`
//! beside it. When the change is meant, `UPDATE_SNAPSHOTS=1 cargo test --workspace pictures` keeps
//! the new ones; look at them before you commit them.
//!
//! [`State`]: vstore_app::state::State
//! [`Panels`]: vstore_app::panels::Panels
//! [`Dialogs`]: vstore_app::dialogs::Dialogs

mod camera;
mod dialogs;
mod pages;
mod panels;
mod program;
mod scenes;

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use egui::{Style, Theme};
use egui_kittest::{Harness, SnapshotResults};

use vstore_app::state::Dialog;

use camera::{Camera, Crop, compare, folder};
use program::Program;

const LARGE: [f32; 2] = [1440.0, 900.0];
const SMALL: [f32; 2] = [800.0, 560.0];
/// All pictures together stay below this number of bytes: they are in the repository for ever.
const BYTES_MAX: u64 = 3_300_000;

type Window = Harness<'static, Program>;

/// In which colours and sizes a subject is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shots {
    /// Dark and large, light and small.
    DarkLarge,
    /// Light and large, dark and small.
    LightLarge,
    /// Once: a state of something that has other pictures.
    Once(Theme),
    /// Once, in a small window.
    OnceSmall(Theme),
}

impl Shots {
    fn list(self) -> Vec<(Theme, [f32; 2])> {
        use Theme::{Dark, Light};
        match self {
            Self::DarkLarge => vec![(Dark, LARGE), (Light, SMALL)],
            Self::LightLarge => vec![(Light, LARGE), (Dark, SMALL)],
            Self::Once(theme) => vec![(theme, LARGE)],
            Self::OnceSmall(theme) => vec![(theme, SMALL)],
        }
    }
}

/// Something that pictures are taken of.
struct Subject {
    name: &'static str,
    shots: Shots,
    crop: Crop,
    scene: Box<dyn Fn() -> Program>,
    /// What somebody does with mouse and keyboard before the picture is taken.
    act: fn(&mut Window),
}

impl Subject {
    fn new(
        name: &'static str,
        shots: Shots,
        crop: Crop,
        scene: impl Fn() -> Program + 'static,
    ) -> Self {
        Self {
            name,
            shots,
            crop,
            scene: Box::new(scene),
            act: |_| {},
        }
    }

    fn after(self, act: fn(&mut Window)) -> Self {
        Self { act, ..self }
    }

    /// The names of its pictures: `start-dark-1440`.
    fn names(&self) -> Vec<String> {
        let shots = self.shots.list().into_iter();
        shots
            .map(|(theme, size)| self.picture_name(theme, size))
            .collect()
    }

    fn picture_name(&self, theme: Theme, [width, _]: [f32; 2]) -> String {
        let theme = match theme {
            Theme::Dark => "dark",
            Theme::Light => "light",
        };
        format!("{}-{theme}-{width}", self.name)
    }
}

/// The groups of subjects, by their folders.
fn groups() -> [(&'static str, Vec<Subject>); 3] {
    [
        ("pages", pages::subjects()),
        ("panels", panels::subjects()),
        ("dialogs", dialogs::subjects()),
    ]
}

/// Takes the pictures of a group. Times are shown as they are where the program runs, and one
/// sentence depends on the desktop; so the test `test` runs once more in a process where both are
/// known.
fn take(group: &str, test: &str) {
    let is_known = std::env::var("TZ").is_ok_and(|zone| zone == "UTC")
        && std::env::var_os("WAYLAND_DISPLAY").is_none();
    if !is_known {
        let run = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env("TZ", "UTC")
            .env_remove("WAYLAND_DISPLAY")
            // A layer of Mesa that asks a desktop which graphics card it prefers, and complains
            // where there is none.
            .env("NODEVICE_SELECT", "1")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{told}");
        io::stderr().write_all(&run.stderr).unwrap();
        return;
    }
    let Some(camera) = Camera::new() else { return };
    let mut results = SnapshotResults::new();
    let subjects = groups().into_iter().filter(|(name, _)| *name == group);
    for subject in subjects.flat_map(|(_, subjects)| subjects) {
        for (theme, size) in subject.shots.list() {
            let mut window = camera.open((subject.scene)(), theme, size);
            (subject.act)(&mut window);
            let image = camera.picture(&mut window, subject.crop);
            let name = subject.picture_name(theme, size);
            results.add(compare(&image, &folder().join(group), &name));
        }
    }
}

#[test]
fn pages_look_as_they_did() {
    take("pages", "pictures::pages_look_as_they_did");
}

#[test]
fn panels_look_as_they_did() {
    take("panels", "pictures::panels_look_as_they_did");
}

#[test]
fn dialogs_look_as_they_did() {
    take("dialogs", "pictures::dialogs_look_as_they_did");
}

#[test]
fn every_picture_that_is_kept_is_looked_at_and_together_they_are_small() {
    let mut bytes = 0;
    for (group, subjects) in groups() {
        let names: Vec<String> = subjects.iter().flat_map(Subject::names).collect();
        let known: BTreeSet<&String> = names.iter().collect();
        assert_eq!(known.len(), names.len(), "two pictures have one name");
        for file in std::fs::read_dir(folder().join(group)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let is_left_over = [".new", ".old", ".diff"]
                .iter()
                .any(|end| name.ends_with(end));
            if !is_left_over {
                assert!(known.contains(&name), "{} is of nothing", path.display());
                bytes += path.metadata().unwrap().len();
            }
        }
    }
    assert!(bytes < BYTES_MAX, "{bytes} bytes");
}

#[test]
fn a_word_a_colour_and_two_points_are_noticed() {
    // Then pictures are not compared but kept.
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        return;
    }
    let Some(camera) = Camera::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let take = |text: &str, change: fn(&mut Style)| {
        let mut program = Program::start();
        program.state.dialogs.push_back(Dialog::Message {
            title: "The import failed".to_owned(),
            text: text.to_owned(),
        });
        let mut window = camera.open(program.without_panels(), Theme::Dark, SMALL);
        window.ctx.all_styles_mut(change);
        window.run();
        camera.picture(&mut window, Crop::Window)
    };
    let text = "Nothing was imported.";
    take(text, |_| {})
        .save(folder.path().join("kept.png"))
        .unwrap();
    let differs = |image| compare(&image, folder.path(), "kept").is_err();
    assert!(!differs(take(text, |_| {})));
    assert!(differs(take("Nothing was exported.", |_| {})));
    assert!(differs(
        take(text, |style| style.spacing.item_spacing.y += 2.0)
    ));
    let mut tinted = take(text, |_| {});
    let background = *tinted.get_pixel(0, 0);
    for pixel in tinted.pixels_mut().filter(|pixel| **pixel == background) {
        pixel.0[0] += 3;
    }
    assert!(differs(tinted));
}

/// The names of the variants of an enum, out of its source.
fn variants(source: &Path, declaration: &str) -> BTreeSet<String> {
    let source = std::fs::read_to_string(source).unwrap();
    let (_, body) = source.split_once(declaration).unwrap();
    let lines = body.lines().skip(1).take_while(|line| *line != "}");
    lines
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.split([' ', '(', '{', ',']).next().unwrap().to_owned())
        .collect()
}
