//! What log-out, shut-down and Ctrl+C do to a window with an open edit: it is there again.

use std::process::Command;

use super::screen::Screen;
use super::{create, text, unlock, wait_for};

#[test]
fn an_open_edit_outlives_the_signals_that_end_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    create(&path);
    let screen = Screen::start();
    let home = folder.path().join("home");
    for signal in ["TERM", "HUP", "INT"] {
        let mut window = screen.run(&home, &[text(&path)]);
        unlock(&window);
        let key = format!("note:{}", signal.to_lowercase());
        window.press("ctrl+n");
        window.settle();
        window.type_text(&key);
        window.press("Tab");
        window.settle();
        window.press("ctrl+a");
        window.type_text("\"not saved yet\"");
        window.settle();
        let process = window.process().to_string();
        let sent = Command::new("kill").args(["-s", signal, &process]).status();
        assert!(sent.unwrap().success());
        assert!(window.wait_for_exit().success(), "{signal}");
        wait_for(&["get", text(&path), &key], "");

        let mut window = screen.run(&home, &[text(&path)]);
        unlock(&window);
        window.press("ctrl+Return");
        wait_for(&["get", text(&path), &key], "\"not saved yet\"");
        window.settle();
        window.press("ctrl+q");
        assert!(window.wait_for_exit().success());
    }
}
