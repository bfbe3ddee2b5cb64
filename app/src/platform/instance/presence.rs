//! What this window listens for, on a thread of its own, because resolving the path of a file may
//! take long on a slow disk.

use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::Shown;
use super::listener::{Listener, ask, is_taken};
use super::place;

/// Lets other instances find this window by the file it shows.
#[derive(Debug)]
pub struct Presence {
    orders: Option<Sender<Option<Shown>>>,
    shown: Option<Shown>,
    thread: Option<JoinHandle<()>>,
}

impl Presence {
    /// Starts the thread, which then waits. It calls `asked` when this window should come to the
    /// front.
    pub fn start(asked: impl Fn() + Send + Clone + 'static) -> io::Result<Self> {
        let (orders, received) = unbounded();
        let work = move || {
            // Without a private folder no window can be found.
            if let Some(folder) = place::folder() {
                follow(&folder, &received, &asked);
            }
        };
        let thread = thread::Builder::new()
            .name("presence".to_owned())
            .spawn(work)?;
        Ok(Self {
            orders: Some(orders),
            shown: None,
            thread: Some(thread),
        })
    }

    /// Sets what this window shows; costs nothing if that has not changed.
    pub fn show(&mut self, shown: Option<Shown>) {
        if self.shown != shown {
            self.shown.clone_from(&shown);
            if let Some(orders) = &self.orders {
                // The thread has ended early only if it could do nothing anyway.
                orders.send(shown).ok();
            }
        }
    }

    /// Stops listening and waits for the thread, so that no socket is left behind.
    pub fn finish(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn follow(
    folder: &Path,
    orders: &Receiver<Option<Shown>>,
    asked: &(impl Fn() + Send + Clone + 'static),
) {
    let mut current: Option<(PathBuf, Listener)> = None;
    while let Ok(order) = orders.recv() {
        let order = orders.try_iter().last().unwrap_or(order);
        let wanted = order.and_then(|shown| {
            let socket = place::socket(folder, &shown.path)?;
            Some((socket, shown.is_open))
        });
        let Some((socket, is_open)) = wanted else {
            current = None;
            continue;
        };
        if current.as_ref().is_some_and(|(known, _)| *known == socket) && !is_open {
            continue;
        }
        current = None;
        if is_open || !is_taken(&socket) {
            current = listen(socket, asked.clone());
        }
    }
}

/// If the system refuses, this window cannot be found.
fn listen(socket: PathBuf, asked: impl Fn() + Send + 'static) -> Option<(PathBuf, Listener)> {
    let listener = Listener::start(socket.clone(), asked).ok()?;
    Some((socket, listener))
}

/// Brings the window that shows a file to the front; returns whether there is one. Takes up to two
/// seconds.
pub fn show_window_of(path: &Path) -> bool {
    place::folder()
        .and_then(|folder| place::socket(&folder, path))
        .is_some_and(|socket| ask(&socket))
}
