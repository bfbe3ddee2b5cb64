//! The real program in a real window: start, create, type, search, lock, unlock, quit, reopen.
//!
//! The window is on a virtual screen of its own; `xdotool` presses keys. What was typed is then
//! read with the command line, which must show the same records.

mod memory;
mod screen;
mod signals;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use screen::{Screen, Window};

use crate::database;

/// Short, because each typed letter is a few frames without a graphics card; unlikely, because it is
/// looked for where it must not be.
const PASSWORD: &str = "trout9x";

/// Creates a database with a cheap password and two records, using the command line.
fn create(path: &Path) {
    let data = path.with_extension("json");
    std::fs::write(
        &data,
        r#"{"film:1982:tootsie": {"title": "Tootsie", "year": 1982},
            "film:1988:rain-man": {"title": "Rain Man", "year": 1988}}"#,
    )
    .unwrap();
    database::create(path, PASSWORD);
    let (_, code) = cli(&["import", text(path), text(&data)]);
    assert_eq!(code, Some(0));
}

/// Runs a command with the password; returns its output and its exit code.
fn cli(arguments: &[&str]) -> (String, Option<i32>) {
    use std::io::Write as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_vstore"))
        .args(arguments)
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    let output = child.wait_with_output().unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code(),
    )
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Waits until a command prints what is expected.
#[track_caller]
fn wait_for(arguments: &[&str], expected: &str) {
    for _ in 0..100 {
        if cli(arguments).0.trim() == expected {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!(
        "{arguments:?} never printed {expected}, but {}",
        cli(arguments).0
    );
}

fn unlock(window: &Window<'_>) {
    window.wait_for_title("films.vstore [Locked] — VStore");
    window.settle();
    window.type_text(PASSWORD);
    window.press("Return");
    window.wait_for_title("films.vstore — VStore");
    window.settle();
}

#[test]
fn records_typed_in_the_window_are_in_the_file() {
    let Some(screen) = Screen::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    create(&path);
    let home = folder.path().join("home");

    let mut window = screen.run(&home, &[text(&path)]);
    unlock(&window);

    // A new record, with the keyboard alone.
    window.press("ctrl+n");
    window.settle();
    window.type_text("note:typed");
    window.press("Tab");
    window.settle();
    window.press("ctrl+a");
    window.type_text("{\"seen\": true}");
    window.settle();
    window.press("ctrl+Return");
    wait_for(&["get", text(&path), "note:typed"], r#"{"seen":true}"#);

    // Delete and undo.
    window.settle();
    window.press("Delete");
    wait_for(&["get", text(&path), "note:typed"], "");
    window.press("ctrl+z");
    wait_for(&["get", text(&path), "note:typed"], r#"{"seen":true}"#);

    // A search leaves no trace, neither after locking nor after quitting.
    window.press("ctrl+f");
    window.settle();
    window.type_text("tootsei");
    window.settle();

    // An edit that is open when the database is locked is sealed in the file, and restored.
    window.press("ctrl+n");
    window.settle();
    window.type_text("draft:unfinished");
    window.press("Tab");
    window.settle();
    window.press("ctrl+a");
    window.type_text("\"half a thought\"");
    window.settle();
    window.press("ctrl+l");
    unlock(&window);
    window.press("ctrl+Return");
    wait_for(
        &["get", text(&path), "draft:unfinished"],
        "\"half a thought\"",
    );
    window.settle();
    window.press("ctrl+q");
    assert!(window.wait_for_exit().success());

    let mut window = screen.run(&home, &[text(&path)]);
    unlock(&window);
    window.press("ctrl+q");
    assert!(window.wait_for_exit().success());
    let (info, _) = cli(&["info", text(&path), "--json"]);
    assert!(info.contains(r#""records":4"#), "{info}");
    // The imported data file is not written by the program.
    std::fs::remove_file(path.with_extension("json")).unwrap();
    assert_nothing_plain(folder.path());
}

/// Everything that was typed, and some of what was only shown. Long enough not to occur anywhere by
/// chance.
const SECRETS: [&str; 6] = [
    "note:typed",
    "draft:unfinished",
    "half a thought",
    "tootsei",
    "Rain Man",
    PASSWORD,
];

/// No key, value, search text or password may occur in any file the program wrote, including the
/// encrypted one, neither as UTF-8 nor as UTF-16.
#[track_caller]
fn assert_nothing_plain(folder: &Path) {
    let files = walk(folder);
    assert!(!files.is_empty());
    for file in files {
        // Sockets cannot be read and contain nothing.
        let Ok(bytes) = std::fs::read(&file) else {
            continue;
        };
        for secret in SECRETS {
            let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for form in [secret.as_bytes(), &wide] {
                let found = bytes.windows(form.len()).any(|window| window == form);
                assert!(!found, "{secret:?} is in {}", file.display());
            }
        }
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}
