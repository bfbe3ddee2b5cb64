//! The clipboard. Copies are excluded from clipboard history and cleared after half a minute,
//! unless something else was copied since.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use zeroize::Zeroizing;

use crate::effect::Copied;

/// How long a copy stays.
const KEPT: Duration = Duration::from_secs(30);

/// The thread that owns the clipboard. On X11 and Wayland a copy is lost when its owner ends, so
/// the thread lives as long as the program.
pub struct Clipboard {
    orders: Sender<Order>,
}

enum Order {
    Copy(Box<Copied>),
    Clear,
}

impl Clipboard {
    /// Starts the thread, which uses the clipboard only once something is copied. `failed` is
    /// called with an error message.
    pub fn start(failed: impl Fn(String) + Send + 'static) -> std::io::Result<Self> {
        let (orders, receiver) = unbounded();
        let owner = Owner {
            clipboard: None,
            ours: None,
        };
        let work = move || owner.run(&receiver, &failed);
        thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(work)?;
        Ok(Self { orders })
    }

    /// Copies something to the clipboard.
    pub fn copy(&self, copied: Copied) {
        self.orders.send(Order::Copy(Box::new(copied))).ok();
    }

    /// Clears it, if it still holds the last copy.
    pub fn clear(&self) {
        self.orders.send(Order::Clear).ok();
    }
}

struct Owner {
    clipboard: Option<arboard::Clipboard>,
    ours: Option<(Zeroizing<String>, Instant)>,
}

impl Owner {
    fn run(mut self, orders: &Receiver<Order>, failed: &dyn Fn(String)) {
        loop {
            let order = match &self.ours {
                None => orders.recv().map_err(RecvTimeoutError::from),
                Some((_, at)) => orders.recv_timeout(KEPT.saturating_sub(at.elapsed())),
            };
            match order {
                Ok(Order::Copy(copied)) => {
                    if let Err(error) = self.set(copied.into_text()) {
                        failed(format!("Copying failed: {error}"));
                    }
                }
                Ok(Order::Clear) | Err(RecvTimeoutError::Timeout) => self.clear(),
                Err(RecvTimeoutError::Disconnected) => {
                    self.clear();
                    return;
                }
            }
        }
    }

    fn set(&mut self, text: Zeroizing<String>) -> Result<(), arboard::Error> {
        let mut clipboard = match self.clipboard.take() {
            Some(clipboard) => clipboard,
            None => arboard::Clipboard::new()?,
        };
        exclude_from_history(clipboard.set()).text(text.as_str())?;
        self.clipboard = Some(clipboard);
        self.ours = Some((text, Instant::now()));
        Ok(())
    }

    /// Leaves what another program has copied since.
    fn clear(&mut self) {
        if let (Some((text, _)), Some(clipboard)) = (self.ours.take(), &mut self.clipboard)
            && clipboard.get_text().is_ok_and(|found| found == *text)
        {
            clipboard.clear().ok();
        }
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn exclude_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtLinux as _;
    set.exclude_from_history()
}

#[cfg(target_os = "macos")]
fn exclude_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtApple as _;
    set.exclude_from_history()
}

#[cfg(windows)]
fn exclude_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtWindows as _;
    set.exclude_from_history()
}
