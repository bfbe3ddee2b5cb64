//! Parts of forms that pages and dialogs share.

mod blur_timer;
mod busy_line;
mod findings;
mod key_file;
mod new_password;
mod strength;

pub(crate) use blur_timer::BlurTimer;
pub(crate) use busy_line::busy_line;
pub(crate) use findings::{check_findings, check_progress};
pub(crate) use key_file::KeyFileField;
pub(crate) use new_password::NewPassword;
