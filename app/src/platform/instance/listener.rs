//! A socket that is listened on until it is dropped, and its client side.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The only request, and the only answer.
const QUESTION: &[u8] = b"vstore 1 show\n";
const ANSWER: &[u8] = b"shown\n";
/// A window that takes longer to answer has stopped or hangs.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long to wait after a failed accept: the process is out of file descriptors, perhaps only
/// briefly.
const PAUSE: Duration = Duration::from_millis(100);

/// A socket with a thread that answers.
#[derive(Debug)]
pub(super) struct Listener {
    socket: PathBuf,
    /// The inode of the socket: another window may have taken over its path.
    inode: u64,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens at a path; replaces an existing socket there.
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
            // The thread waits for a connection, so connect to wake it.
            let woken = UnixStream::connect(&self.socket).is_ok();
            fs::remove_file(&self.socket).ok();
            if let Some(thread) = self.thread.take().filter(|_| woken) {
                thread.join().ok();
            }
        }
        // If another window has taken over the path, the thread keeps waiting until the program
        // ends.
    }
}

fn answer_all(listener: &UnixListener, stop: &AtomicBool, asked: &dyn Fn()) {
    loop {
        let accepted = listener.accept();
        if stop.load(Ordering::Acquire) {
            return;
        }
        match accepted {
            Ok((stream, _)) => {
                // Clients that send something else, or nothing, get no answer.
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

/// Asks the listener at a socket to show its window; returns whether it does. Takes up to two
/// seconds.
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

/// Whether anything listens at a socket.
pub(super) fn is_taken(socket: &Path) -> bool {
    UnixStream::connect(socket).is_ok()
}
