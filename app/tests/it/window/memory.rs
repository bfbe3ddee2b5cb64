//! The memory of the real program: once it is locked, nothing that was shown or typed is left in
//! it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use rustix::process::Pid;

use super::screen::Screen;
use super::{PASSWORD, create, text, unlock, wait_for};

/// Keys, values and searches that were typed or shown, including some from the file.
const SECRETS: [&str; 6] = [
    PASSWORD,
    "memo:quokka-on-zanzibar",
    "xylophone marmalade",
    "film:1988:rain-man",
    "film:1982:tootsie",
    "marmalade xylop",
];

/// Which of the secrets are in the memory of a process, and how often.
fn found(process: Pid) -> Vec<(&'static str, usize)> {
    let process = process.as_raw_pid();
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut counts = SECRETS.map(|secret| (secret, 0));
    let mut readable = 0;
    // Memory that is not writable belongs to the program itself.
    for map in maps.lines().filter(|map| map.contains(" rw")) {
        let (range, _) = map.split_once(' ').unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|text| u64::from_str_radix(text, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        // Device memory cannot be read this way.
        if memory.read_exact_at(&mut bytes, start).is_err() {
            continue;
        }
        readable += bytes.len();
        for (secret, count) in &mut counts {
            let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for form in [secret.as_bytes(), &wide] {
                *count += memchr::memmem::find_iter(&bytes, form).count();
            }
        }
    }
    assert!(readable > 10 << 20, "only {readable} bytes were readable");
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

#[test]
fn a_locked_program_holds_nothing_of_what_it_showed() {
    let Some(screen) = Screen::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    create(&path);
    let home = folder.path().join("home");
    // Otherwise other processes cannot read its memory, as intended.
    let open = [("VSTORE_DEBUG", "1")];
    let window = screen.run_with(&home, &[text(&path)], &open);
    unlock(&window);
    window.press("ctrl+n");
    window.settle();
    window.type_text("memo:quokka-on-zanzibar");
    window.press("Tab");
    window.settle();
    window.press("ctrl+a");
    window.type_text("\"xylophone marmalade\"");
    window.settle();
    window.press("ctrl+Return");
    wait_for(
        &["get", text(&path), "memo:quokka-on-zanzibar"],
        "\"xylophone marmalade\"",
    );
    window.press("ctrl+f");
    window.settle();
    window.type_text("marmalade xylop");
    window.settle();
    let open = found(window.process());
    assert!(
        open.iter()
            .any(|(secret, _)| *secret == "xylophone marmalade"),
        "the search finds nothing even while the database is open: {open:?}"
    );

    window.press("ctrl+l");
    window.wait_for_title("films.vstore [Locked] — VStore");
    window.settle();
    assert_eq!(found(window.process()), []);
}
