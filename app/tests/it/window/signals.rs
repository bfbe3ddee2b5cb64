//! An open edit survives log-out, shut-down and Ctrl+C.

use rustix::process::{Signal, kill_process};

use super::screen::Screen;
use super::{create, text, unlock, wait_for};

#[test]
fn an_open_edit_survives_the_signals_that_end_a_program() {
    let Some(screen) = Screen::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    create(&path);
    let home = folder.path().join("home");
    let mut window = screen.run(&home, &[text(&path)]);
    unlock(&window);
    for (name, signal) in [
        ("term", Signal::TERM),
        ("hup", Signal::HUP),
        ("int", Signal::INT),
    ] {
        window.press("ctrl+n");
        window.settle();
        window.type_text(name);
        window.press("Tab");
        window.settle();
        window.press("ctrl+a");
        window.type_text("\"kept\"");
        window.settle();
        kill_process(window.process(), signal).unwrap();
        assert!(window.wait_for_exit().success(), "{name}");
        wait_for(&["get", text(&path), name], "");

        window = screen.run(&home, &[text(&path)]);
        unlock(&window);
        window.press("ctrl+Return");
        wait_for(&["get", text(&path), name], "\"kept\"");
        window.settle();
    }
    window.press("ctrl+q");
    assert!(window.wait_for_exit().success());
}
