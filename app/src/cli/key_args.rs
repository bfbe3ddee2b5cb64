//! The arguments of commands about passwords, keys and damaged files, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::common::{Common, Kdf};

/// Options for a new password.
#[derive(Debug, Args)]
pub(super) struct NewPassword {
    /// Require this file in addition to the new password: any file of at most 64 MiB
    #[arg(long, value_name = "FILE", group = "new-key-file")]
    pub(super) new_key_file: Option<PathBuf>,
    /// Create such a file, of 64 random bytes
    #[arg(long, value_name = "FILE", group = "new-key-file")]
    pub(super) generate_key_file: Option<PathBuf>,
    /// The cost of guessing the new password: about a second per guess (default), or about a tenth
    /// of that (fast)
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
    /// Change the password of this slot instead of the one that was entered: its number or id, as
    /// printed by `slots list`
    #[arg(long)]
    pub(super) slot: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum SlotsCommand {
    /// Print what opens a file
    ///
    /// Needs no password: anyone who has the file can read this.
    List(SlotsListArgs),
    /// Add a password or a recovery key
    Add(SlotsAddArgs),
    /// Remove a password or a recovery key, but never the last
    ///
    /// Copies and backups of the file still open with it. If someone else knows it, use `rotate`.
    Remove(SlotsRemoveArgs),
    /// Change the label of a password or a recovery key
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
    /// file on their own
    #[arg(long, conflicts_with = "new-key-file")]
    pub(super) recovery: bool,
    /// A name for it, at most 63 bytes; anyone who has the file can read it
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(super) label: String,
}

#[derive(Debug, Args)]
pub(super) struct SlotsRemoveArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Its number or id, as printed by `slots list`
    pub(super) slot: String,
}

#[derive(Debug, Args)]
pub(super) struct SlotsLabelArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Its number or id, as printed by `slots list`
    pub(super) slot: String,
    /// The label, at most 63 bytes; anyone who has the file can read it
    pub(super) label: String,
}

#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Drop the passwords and recovery keys that are not presented
    #[arg(long)]
    pub(super) drop_others: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum HeaderBackupCommand {
    /// Write the header of a file to a backup of 4 KB
    ///
    /// The backup opens nothing without a password. It stays valid after edits and compactions, but
    /// not after `rotate`. It opens with the current passwords, even if they are changed later.
    Export(HeaderBackupArgs),
    /// Restore the header of a file whose headers are destroyed
    Restore(HeaderRestoreArgs),
}

#[derive(Debug, Args)]
pub(super) struct HeaderBackupArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The backup
    pub(super) backup: PathBuf,
    /// Replace an existing file; a database is never replaced
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct HeaderRestoreArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The backup
    pub(super) backup: PathBuf,
    /// Replace intact headers, to bring back the passwords from the time of the backup
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ModeArg {
    /// A consistent state: nothing newer than a lost change
    Prefix,
    /// Also changes written after lost ones
    Everything,
}

#[derive(Debug, Args)]
pub(super) struct SalvageArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The new file
    pub(super) new: PathBuf,
    /// Replace an existing file; it is kept as NEW.bak1
    #[arg(long)]
    pub(super) force: bool,
    /// How much to recover
    #[arg(long, value_enum, default_value_t = ModeArg::Prefix)]
    pub(super) mode: ModeArg,
    /// The cost of guessing the password of the new file
    #[arg(long, value_enum, default_value_t = Kdf::Default)]
    pub(super) kdf: Kdf,
}
