//! The arguments of commands about passwords, keys and damaged files, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::common::{Common, Kdf};

/// What a new password may come with.
#[derive(Debug, Args)]
pub(super) struct NewPassword {
    /// The new password needs this file beside it: any file of at most 64 MiB
    #[arg(long, value_name = "FILE", group = "new-key-file")]
    pub(super) new_key_file: Option<PathBuf>,
    /// Make such a file, of 64 random bytes
    #[arg(long, value_name = "FILE", group = "new-key-file")]
    pub(super) generate_key_file: Option<PathBuf>,
    /// What guessing the new password costs: about a second each (default), or about a tenth of
    /// that (fast)
    #[arg(long, value_enum, default_value_t = Kdf::Default)]
    pub(super) kdf: Kdf,
}

#[derive(Debug, Args)]
pub(super) struct PasswdArgs {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(flatten)]
    pub(super) new: NewPassword,
    /// The new password needs no key file, although the current one does
    #[arg(long, group = "new-key-file", requires = "key_file")]
    pub(super) without_key_file: bool,
    /// Change the password of this slot instead of the one that was given: its number or its id,
    /// as `slots list` prints them
    #[arg(long)]
    pub(super) slot: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum SlotsCommand {
    /// Print what opens a file
    ///
    /// Needs no password: whoever has the file can read this.
    List(SlotsListArgs),
    /// Add a password or a recovery key
    Add(SlotsAddArgs),
    /// Remove a password or a recovery key, but never the last
    ///
    /// Copies and backups of the file still open with it. If it became known to somebody, use
    /// `rotate`.
    Remove(SlotsRemoveArgs),
    /// Give a password or a recovery key another label
    Label(SlotsLabelArgs),
}

#[derive(Debug, Args)]
pub(super) struct SlotsListArgs {
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct SlotsAddArgs {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(flatten)]
    pub(super) new: NewPassword,
    /// Add a recovery key instead of a password, and print it: 66 letters and digits that open the
    /// file by themselves
    #[arg(long, conflicts_with = "new-key-file")]
    pub(super) recovery: bool,
    /// A name for it, at most 63 bytes; whoever has the file can read it
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(super) label: String,
}

#[derive(Debug, Args)]
pub(super) struct SlotsRemoveArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Its number or its id, as `slots list` prints them
    pub(super) slot: String,
}

#[derive(Debug, Args)]
pub(super) struct SlotsLabelArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Its number or its id, as `slots list` prints them
    pub(super) slot: String,
    /// The label, at most 63 bytes; whoever has the file can read it
    pub(super) label: String,
}

#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Let the passwords and recovery keys that are not presented go
    #[arg(long)]
    pub(super) drop_others: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum HeaderBackupCommand {
    /// Write the header of a file to a backup of 4 KB
    ///
    /// The backup opens nothing without a password. It stays good over edits and compactions, but
    /// not after `rotate`. It opens with the passwords of now, also after they were changed.
    Export(HeaderBackupArgs),
    /// Put a header back into a file whose headers are destroyed
    Restore(HeaderRestoreArgs),
}

#[derive(Debug, Args)]
pub(super) struct HeaderBackupArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The backup
    pub(super) backup: PathBuf,
    /// Replace a file that exists; a database is never replaced
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct HeaderRestoreArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The backup
    pub(super) backup: PathBuf,
    /// Replace headers that are intact, to get back passwords of the time of the backup
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ModeArg {
    /// What is consistent: nothing newer than something that is missing
    Prefix,
    /// Also what was written after lost changes
    Everything,
}

#[derive(Debug, Args)]
pub(super) struct SalvageArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The new file
    pub(super) new: PathBuf,
    /// Replace a file that exists; it stays as NEW.bak1
    #[arg(long)]
    pub(super) force: bool,
    /// How much is taken
    #[arg(long, value_enum, default_value_t = ModeArg::Prefix)]
    pub(super) mode: ModeArg,
    /// What guessing the password of the new file costs
    #[arg(long, value_enum, default_value_t = Kdf::Default)]
    pub(super) kdf: Kdf,
}
