//! The preferences file: loaded as something valid whatever it contains, written completely or not
//! at all.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Sender, unbounded};

use crate::private_file;
use crate::state::Preferences;

/// A preferences file has about a kilobyte; anything much larger is not one.
const BYTES_MAX: u64 = 1 << 20;

/// The path of the preferences on this system; `None` if it has no place for them.
pub fn default_path() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "VStore")?;
    Some(folders.config_dir().join("preferences.json"))
}

/// Loads preferences. Never fails: whatever cannot be read gets its default, with a warning.
pub fn load(path: &Path) -> (Preferences, Vec<String>) {
    let text = match read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return (Preferences::default(), Vec::new());
        }
        Err(error) => {
            let warning = format!("The preferences could not be read: {error}");
            return (Preferences::default(), vec![warning]);
        }
    };
    match serde_json::from_str::<Preferences>(&text) {
        Ok(mut preferences) => {
            let warnings = preferences.make_valid();
            (preferences, warnings)
        }
        Err(error) => {
            let warning = format!("The preferences could not be read: {error}");
            (Preferences::default(), vec![warning])
        }
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(BYTES_MAX)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// Writes preferences on a thread of its own; of several waiting ones, only the last.
pub struct PreferencesWriter {
    changes: Option<Sender<Preferences>>,
    thread: Option<JoinHandle<()>>,
}

impl PreferencesWriter {
    /// Starts the thread. `failed` is called with an error message if the file cannot be written.
    pub fn start(path: PathBuf, failed: impl Fn(String) + Send + 'static) -> io::Result<Self> {
        let (changes, receiver) = unbounded::<Preferences>();
        let thread = thread::Builder::new()
            .name("preferences".to_owned())
            .spawn(move || {
                while let Ok(first) = receiver.recv() {
                    let last = receiver.try_iter().last().unwrap_or(first);
                    if let Err(error) = write(&path, &last) {
                        failed(format!("The preferences could not be saved: {error}"));
                    }
                }
            })?;
        Ok(Self {
            changes: Some(changes),
            thread: Some(thread),
        })
    }

    /// Queues preferences to be written soon.
    pub fn save(&self, preferences: Preferences) {
        if let Some(changes) = &self.changes {
            changes.send(preferences).ok();
        }
    }

    /// Waits until everything is written.
    pub fn finish(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn write(path: &Path, preferences: &Preferences) -> io::Result<()> {
    let mut content = serde_json::to_vec_pretty(preferences)?;
    content.push(b'\n');
    private_file::replace(path, &content)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn preferences_survive_writing_and_reading() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/preferences.json");
        let mut preferences = Preferences {
            lock_after_minutes: 17,
            ..Preferences::default()
        };
        preferences.remember("/a.vstore".into(), 5);
        let mut writer = PreferencesWriter::start(path.clone(), |_| {}).unwrap();
        writer.save(preferences.clone());
        writer.finish();
        assert_eq!(load(&path), (preferences, Vec::new()));
    }

    #[test]
    fn preferences_are_valid_whatever_the_file_contains() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("preferences.json");
        let check = |text: &[u8], warnings: usize| {
            fs::write(&path, text).unwrap();
            let (preferences, found) = load(&path);
            assert_eq!(found.len(), warnings, "{found:?}");
            assert_eq!(
                Preferences::clone(&preferences).make_valid(),
                Vec::<String>::new()
            );
        };
        check(b"", 1);
        check(b"\xff\xfe", 1);
        check(b"7", 1);
        check(
            br#"{"layout": {"left_width": -3}, "lock_after_minutes": 60000}"#,
            2,
        );
        check(br#"{"unknown": 1}"#, 0);
        assert_eq!(load(&folder.path().join("none")).1, Vec::<String>::new());
    }
}
