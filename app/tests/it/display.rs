//! The program without a display: it says so and points to the command line.

use std::process::Command;

/// Runs the program with a display that does not exist, or with none, and returns its message.
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
fn without_a_display_one_sentence_points_to_the_command_line() {
    assert_eq!(
        refused(None),
        "vstore: There is no display to open a window on; the command line works without one: \
         `vstore --help` lists its commands.\n"
    );
}

#[test]
fn a_display_that_does_not_answer_is_reported_with_the_reason() {
    let message = refused(Some(":65432"));
    assert!(message.contains("No window could be opened: "), "{message}");
    assert!(message.contains("`vstore --help`"), "{message}");
    assert!(!message.contains("OpenGL"), "{message}");
}
