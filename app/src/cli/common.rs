//! Arguments shared by several commands.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The arguments of every command.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// The VStore file
    pub(super) db: PathBuf,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(super) password_stdin: bool,
    /// The key file that is needed in addition to the password
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<PathBuf>,
    /// Ask for (or read) a recovery key instead of the password
    #[arg(long, conflicts_with = "key_file")]
    pub(super) recovery_key: bool,
    /// Print the result as one JSON document
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of commands that may create their file.
#[derive(Debug, Args)]
pub(super) struct Creation {
    /// Create the file, with this password, if it does not exist
    #[arg(long)]
    pub(super) create: bool,
    /// The cost of guessing the password of a created file: about a second per guess (default), or
    /// about a tenth of that (fast)
    #[arg(long, requires = "create", value_enum, default_value_t = Kdf::Default)]
    pub(super) kdf: Kdf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kdf {
    Fast,
    Default,
}
