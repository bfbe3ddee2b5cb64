//! Paths as people enter them: typed, pasted from a file manager, a browser or a shell, or passed
//! by a desktop that starts the program.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The longest text that can be a path.
const BYTES_MAX: usize = 32 * 1024;

/// The path that a text stands for; `None` if it is not a path.
///
/// Accepts plain paths, `~/…`, URLs (`file:///a%20b`, also with this computer's name), and whatever
/// a shell or a file manager adds to a path: quotes, backslashes before spaces, a line break. A URL
/// on another computer becomes the path `//computer/…`.
pub(crate) fn typed_path(text: &str) -> Option<PathBuf> {
    let home = std::env::home_dir();
    read(text, home.as_deref(), cfg!(windows))
}

/// The same for a file to be written: a relative path is resolved against `base`, not against the
/// working directory of the program.
pub(crate) fn path_in(text: &str, base: Option<&Path>) -> Option<PathBuf> {
    let path = typed_path(text)?;
    Some(match base {
        Some(base) if path.is_relative() => base.join(path),
        _ => path,
    })
}

/// The user's folders, as far as the system knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFolders {
    /// The documents folder, or else the home folder.
    pub documents: Option<PathBuf>,
}

/// An argument of the command line: a file with exactly this name if it exists, otherwise the path
/// that the text stands for.
pub(crate) fn argument(path: PathBuf) -> PathBuf {
    if path.exists() {
        return path;
    }
    let typed = path.to_str().and_then(typed_path);
    typed.unwrap_or(path)
}

fn read(text: &str, home: Option<&Path>, windows: bool) -> Option<PathBuf> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    if BYTES_MAX < line.len() || line.contains('\0') {
        return None;
    }
    let line = unquoted(line, windows);
    if line.is_empty() {
        return None;
    }
    let scheme = line.get(..5);
    if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:")) {
        return from_url(line.get(5..).unwrap_or_default(), windows);
    }
    let in_home = line.strip_prefix('~').and_then(|rest| {
        let rest = if windows {
            rest.strip_prefix(['/', '\\'])
        } else {
            rest.strip_prefix('/')
        };
        rest.or_else(|| (line == "~").then_some(""))
    });
    match (in_home, home) {
        (Some(rest), Some(home)) => Some(home.join(rest.trim_start_matches('/'))),
        _ => Some(PathBuf::from(line)),
    }
}

/// Removes the quotes and backslashes that a shell would remove. A quote without its counterpart
/// belongs to the name.
fn unquoted(text: &str, windows: bool) -> String {
    for quote in ['"', '\''] {
        let inside = text.strip_prefix(quote);
        if let Some(inside) = inside.and_then(|inside| inside.strip_suffix(quote)) {
            return match quote {
                // How a shell writes a quote inside quotes.
                '\'' => inside.replace(r"'\''", "'"),
                _ if windows => inside.to_owned(),
                _ => inside.replace("\\\"", "\"").replace("\\\\", "\\"),
            };
        }
    }
    // On Windows backslashes separate folders.
    if windows {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escapes = character == '\\'
            && characters
                .peek()
                .is_some_and(|next| !next.is_alphanumeric());
        if escapes {
            plain.extend(characters.next());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// The path of a URL, given the part after `file:`.
fn from_url(rest: &str, windows: bool) -> Option<PathBuf> {
    let (host, path) = match rest.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            (rest.get(..end)?, rest.get(end..)?)
        }
        None => ("", rest),
    };
    let path = decoded(path)?;
    if path.is_empty() {
        return None;
    }
    if host.is_empty() || is_this_computer(host) {
        // `/C:/Users`
        let is_drive = windows && path.get(2) == Some(&b':');
        let path = path.get(usize::from(is_drive)..)?.to_vec();
        return Some(PathBuf::from(os_string(path)?));
    }
    let mut shared = format!("//{host}").into_bytes();
    shared.extend(path);
    Some(PathBuf::from(os_string(shared)?))
}

fn is_this_computer(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1" {
        return true;
    }
    #[cfg(unix)]
    {
        let system = rustix::system::uname();
        let name = system.nodename().to_string_lossy();
        let short = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
        !short(host).is_empty() && short(host) == short(&name)
    }
    #[cfg(not(unix))]
    {
        std::env::var("COMPUTERNAME").is_ok_and(|name| name.eq_ignore_ascii_case(host))
    }
}

/// Decodes `%20` and the like; invalid codes stay as they are. `None` for a zero byte, which no
/// path contains.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = match (first, after) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match code {
            Some((0, 0)) => return None,
            Some((high, low)) => {
                bytes.push(high * 16 + low);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    Some(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// On this system names may be any bytes.
#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "on other systems a name that is not text is invalid"
)]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt as _;

    Some(OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_unix(text: &str) -> Option<String> {
        let path = read(text, Some(Path::new("/home/ann")), false)?;
        Some(path.to_string_lossy().into_owned())
    }

    fn on_windows(text: &str) -> Option<String> {
        let path = read(text, Some(Path::new("C:/Users/ann")), true)?;
        Some(path.to_string_lossy().into_owned())
    }

    #[test]
    fn every_form_of_a_pasted_path_is_the_same_path() {
        for text in [
            "/home/ann/a b.vstore",
            "  /home/ann/a b.vstore \n",
            "\"/home/ann/a b.vstore\"",
            "'/home/ann/a b.vstore' ",
            "/home/ann/a\\ b.vstore",
            "~/a b.vstore",
            "~/a\\ b.vstore",
            "'~/a b.vstore'",
            "file:///home/ann/a%20b.vstore",
            "file:///home/ann/a%20b.vstore\r\n",
            "FILE:///home/ann/a b.vstore",
            "file:/home/ann/a%20b.vstore",
            "file://localhost/home/ann/a%20b.vstore",
            "\"file:///home/ann/a%20b.vstore\"",
            "\nfile:///home/ann/a%20b.vstore\nfile:///home/ann/other.vstore\n",
        ] {
            assert_eq!(
                on_unix(text).as_deref(),
                Some("/home/ann/a b.vstore"),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_bare_name_is_resolved_against_the_given_folder() {
        let documents = Some(Path::new("/home/ann/Documents"));
        let path = |text| path_in(text, documents);
        assert_eq!(path("notes"), Some("/home/ann/Documents/notes".into()));
        assert_eq!(path("/tmp/notes"), Some("/tmp/notes".into()));
        assert_eq!(path_in("notes", None), Some("notes".into()));
    }

    #[test]
    fn names_that_only_look_special_are_unchanged() {
        for text in [
            "/tmp/100%20.vstore",
            "/tmp/Ann's films.vstore",
            "/tmp/back\\slash.vstore",
            "/tmp/~/x",
            "~other/x",
            "films.vstore",
            "file.vstore",
            "\"",
        ] {
            assert_eq!(on_unix(text).as_deref(), Some(text));
        }
        assert_eq!(on_unix(r"'/tmp/it'\''s'").as_deref(), Some("/tmp/it's"));
        assert_eq!(
            on_unix(r#""/tmp/say \"no\"""#).as_deref(),
            Some("/tmp/say \"no\"")
        );
        assert_eq!(
            on_unix("file:///tmp/100%25%2.x").as_deref(),
            Some("/tmp/100%%2.x")
        );
        assert_eq!(on_unix("~").as_deref(), Some("/home/ann/"));
    }

    #[test]
    fn a_text_that_is_not_a_path_is_rejected() {
        let long = "x".repeat(BYTES_MAX + 1);
        for text in [
            "",
            " \n ",
            "''",
            "file:",
            "file://",
            "file://host",
            "file:///a%00b",
            "a\0b",
            &long,
        ] {
            assert_eq!(on_unix(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_name_may_contain_any_bytes() {
        let path = read("file:///tmp/%FF", None, false).unwrap();
        assert_eq!(path.as_os_str().len(), 6);
        assert_eq!(read("~/x", None, false), Some("~/x".into()));
    }

    #[test]
    fn a_url_on_another_computer_keeps_its_host() {
        assert_eq!(
            on_unix("file://files.example/films%20a.vstore").as_deref(),
            Some("//files.example/films a.vstore")
        );
    }

    #[test]
    fn drives_and_backslashes_are_accepted_on_windows() {
        for (text, expected) in [
            ("file:///C:/Users/a%20b.vstore", "C:/Users/a b.vstore"),
            ("\"C:\\Users\\a b.vstore\"", "C:\\Users\\a b.vstore"),
            ("C:\\Users\\ a.vstore", "C:\\Users\\ a.vstore"),
        ] {
            assert_eq!(on_windows(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn an_argument_that_names_a_file_is_used_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("a\\ b.vstore");
        std::fs::write(&odd, "").unwrap();
        assert_eq!(argument(odd.clone()), odd);
        let plain = folder.path().join("a b.vstore");
        let address = format!("file://{}", plain.to_str().unwrap().replace(' ', "%20"));
        assert_eq!(argument(address.into()), plain);
        assert_eq!(argument("new.vstore".into()), PathBuf::from("new.vstore"));
    }
}
