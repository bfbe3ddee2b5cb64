//! A socket that is listened to until it is dropped, and the other end of it.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Everything that can be asked, and the only answer.
const QUESTION: &[u8] = b"vstore 1 show\n";
const ANSWER: &[u8] = b"shown\n";
/// A window that takes longer is stopped or stuck.
const PATIENCE: Duration = Duration::from_secs(1);
/// After a failed accept: the process has no file descriptor left, and may have one again.
const PAUSE: Duration = Duration::from_millis(100);

/// A socket with a thread that answers.
#[derive(Debug)]
pub(super) struct Listener {
    socket: PathBuf,
    /// The socket's own number: by its name it could be another window's by now.
    inode: u64,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens at a path; a socket that is there already loses its name.
    pub(super) fn start(socket: PathBuf, asked: impl Fn() + Send + 'static) -> io::Result<Self> {
        match fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&socket)?;
        fs::set_permissions(&socket, fs::Permissions::from_mode(0o600))?;
        let inode = fs::symlink_metadata(&socket)?.ino();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("other-windows".to_owned())
            .spawn(move || answer_all(&listener, &stopped, &asked))?;
        Ok(Self {
            socket,
            inode,
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let is_ours =
            fs::symlink_metadata(&self.socket).is_ok_and(|found| found.ino() == self.inode);
        if is_ours {
            // The thread waits for somebody to come: we do.
            let woken = UnixStream::connect(&self.socket).is_ok();
            fs::remove_file(&self.socket).ok();
            if let Some(thread) = self.thread.take().filter(|_| woken) {
                thread.join().ok();
            }
        }
        // A thread whose socket another window took over waits for nobody, until the program ends.
    }
}

fn answer_all(listener: &UnixListener, stop: &AtomicBool, asked: &dyn Fn()) {
    loop {
        let came = listener.accept();
        if stop.load(Ordering::Acquire) {
            return;
        }
        match came {
            Ok((stream, _)) => {
                // Whoever says something else, or nothing, gets no answer.
                answer(stream, asked).ok();
            }
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

fn answer(mut stream: UnixStream, asked: &dyn Fn()) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut question = [0; QUESTION.len()];
    stream.read_exact(&mut question)?;
    if question == QUESTION {
        asked();
        stream.write_all(ANSWER)?;
    }
    Ok(())
}

/// Asks whoever listens at a socket to show itself; whether it does. Takes up to two seconds.
pub(super) fn ask(socket: &Path) -> bool {
    let asked = || -> io::Result<bool> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(QUESTION)?;
        let mut answer = [0; ANSWER.len()];
        stream.read_exact(&mut answer)?;
        Ok(answer == ANSWER)
    };
    asked().unwrap_or(false)
}

/// Whether somebody listens at a socket.
pub(super) fn is_taken(socket: &Path) -> bool {
    UnixStream::connect(socket).is_ok()
}
