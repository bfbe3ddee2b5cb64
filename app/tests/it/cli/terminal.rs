//! What a terminal shows, on a terminal made by `script` (util-linux).

use std::process::{Command, Stdio};
use std::thread;

use serde_json::json;

use super::{Desk, PASSWORD, code, stderr, stdout};

/// Runs a shell script on a terminal and returns what it showed.
fn on_a_terminal(desk: &Desk, shell_script: &str) -> String {
    let mut child = Command::new("script")
        .args(["-q", "-e", "-c", shell_script, "/dev/null"])
        .current_dir(desk.folder.path())
        .env("VSTORE", env!("CARGO_BIN_EXE_vstore"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` of util-linux makes the terminal");
    // At the end of its input, `script` would send Ctrl+D.
    let _input = child.stdin.take();
    let ran = child.wait_with_output().unwrap();
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn no_record_controls_a_terminal_and_a_pipe_gets_every_byte() {
    let key = "film\u{202e}\u{200b}:1";
    let value = "a\u{9b}31mb\u{1b}]0;title\u{7}\u{2066}é🎬";
    let desk = Desk::with(&json!({ key: { value: value } }));
    for arguments in [
        format!("get db.vstore '{key}'"),
        "range db.vstore".to_owned(),
        "range db.vstore --json".to_owned(),
        "range db.vstore --keys-only".to_owned(),
        "export db.vstore -".to_owned(),
        "search db.vstore film --json".to_owned(),
    ] {
        let shown = on_a_terminal(
            &desk,
            &format!("echo '{PASSWORD}' | \"$VSTORE\" {arguments} --password-stdin"),
        );
        let is_control = |c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t');
        let hidden = ['\u{202e}', '\u{200b}', '\u{2066}'];
        assert!(
            !shown.contains(|c| is_control(c) || hidden.contains(&c)),
            "{arguments}: {shown:?}"
        );
        assert!(
            shown.contains("\\u202e") || shown.contains("\\u009b"),
            "{shown:?}"
        );
    }
    assert_eq!(desk.exported(), json!({ key: { value: value } }));
    let keys = desk.run(&["range", "db.vstore", "--keys-only"]);
    assert_eq!(stdout(&keys), format!("{key}\n"));
}

#[test]
fn no_message_controls_a_terminal() {
    let desk = Desk::with(&json!({"a": 1}));
    let nasty = "x\u{9b}2J\u{1b}[31m\u{202e}";
    for arguments in [
        &["get", nasty, "a"][..],
        &["get", "db.vstore", nasty],
        &["delete", "db.vstore", nasty],
        &["import", "db.vstore", nasty],
        &["export", "db.vstore", nasty],
        &["slots", "remove", "db.vstore", nasty],
        &[nasty, nasty, nasty],
        &["get", "db.vstore", "a\nvstore: all is well"],
    ] {
        let refused = desk.run(arguments);
        assert_ne!(code(&refused), 0, "{arguments:?}");
        let message = stderr(&refused);
        let is_control = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!message.contains(is_control), "{message:?}");
        assert!(!message.contains("\nvstore: all"), "{message:?}");
    }
}

#[test]
fn an_interrupted_prompt_restores_the_echo_of_the_terminal() {
    let desk = Desk::with(&json!({"a": 1}));
    let interrupt = &|signal: &str| {
        // In the background, as in a shell without job control, the prompt still has the terminal.
        let shown = on_a_terminal(
            &desk,
            &format!(
                "trap '' {signal}; (trap - {signal}; exec \"$VSTORE\" get db.vstore a) & sleep 1; \
                 stty -a; kill -{signal} $!; wait $!; echo ended $?; stty -a"
            ),
        );
        let (during, after) = shown.split_once("ended").expect(&shown);
        assert!(during.contains("Password for db.vstore"), "{shown}");
        assert!(
            during.contains("-echo "),
            "the prompt hides the input: {shown}"
        );
        assert!(!after.contains("-echo "), "{signal}: {shown}");
        assert!(
            after.contains(" icanon") && after.contains("isig"),
            "{signal}: {shown}"
        );
    };
    thread::scope(|scope| {
        for signal in ["INT", "TERM", "HUP", "QUIT"] {
            scope.spawn(move || interrupt(signal));
        }
    });
}

#[test]
fn help_that_cannot_be_written_is_an_error() {
    for arguments in [&["--help"][..], &["--version"], &["import", "--help"]] {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let ran = Command::new(env!("CARGO_BIN_EXE_vstore"))
            .args(arguments)
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(code(&ran), 9, "{arguments:?}");
        assert!(stderr(&ran).starts_with("vstore: "), "{}", stderr(&ran));
        let ran = Command::new(env!("CARGO_BIN_EXE_vstore"))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!((code(&ran), stderr(&ran).as_str()), (0, ""));
    }
}

#[test]
fn output_to_a_closed_or_full_stream_is_an_error() {
    let desk = Desk::with(&json!({"film:1": {"title": "Solaris"}}));
    let run = |arguments: &str, to: &str| {
        Command::new("sh")
            .args([
                "-c",
                &format!("echo '{PASSWORD}' | \"$VSTORE\" {arguments} {to}"),
            ])
            .current_dir(desk.folder.path())
            .env("VSTORE", env!("CARGO_BIN_EXE_vstore"))
            .output()
            .unwrap()
    };
    for arguments in [
        "--help",
        "--version",
        "export db.vstore - --password-stdin",
        "get db.vstore film:1 --password-stdin",
        "range db.vstore --password-stdin",
        "range db.vstore --json --password-stdin",
        "search db.vstore solaris --password-stdin",
        "info db.vstore --password-stdin",
        "verify db.vstore --json --password-stdin",
    ] {
        for to in [">&-", ">/dev/full"] {
            let ran = run(arguments, to);
            assert_eq!(code(&ran), 9, "{arguments} {to}: {}", stderr(&ran));
            assert_ne!(stderr(&ran), "", "{arguments} {to}");
        }
        // Choosing the null device is deliberate and no error.
        for to in [">/dev/null", "1<>/dev/null"] {
            let ran = run(arguments, to);
            assert_eq!(code(&ran), 0, "{arguments} {to}: {}", stderr(&ran));
        }
    }
}
