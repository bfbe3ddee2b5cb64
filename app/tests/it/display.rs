//! The program without a display: it says so, and how to go on.

use std::process::Command;

/// Runs the program with a display that is not there, or with none; what it said.
#[track_caller]
fn refused(display: Option<&str>) -> String {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_vstore"))
        .env("HOME", home.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .envs(display.map(|name| ("DISPLAY", name)))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(9));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn without_a_display_one_sentence_names_the_command_line() {
    assert_eq!(
        refused(None),
        "vstore: There is no display to open a window on; the command line works without one: \
         `vstore --help` lists its commands.\n"
    );
}

#[test]
fn a_display_that_does_not_answer_is_said_with_the_reason() {
    let said = refused(Some(":65432"));
    assert!(said.contains("No window could be opened: "), "{said}");
    assert!(said.contains("`vstore --help`"), "{said}");
    assert!(!said.contains("OpenGL"), "{said}");
}
