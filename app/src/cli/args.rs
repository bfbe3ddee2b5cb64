//! The command-line arguments, as clap reads them. The commands interpret them.
#![expect(
    clippy::doc_markdown,
    reason = "clap prints these comments as help, where code markup would be noise"
)]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::common::{Common, Creation};
use super::key_args::{HeaderBackupCommand, PasswdArgs, RotateArgs, SalvageArgs, SlotsCommand};
use crate::typed_time::parse_duration;

/// The text at the end of `vstore --help`.
const AFTER_HELP: &str = "\
Passwords and recovery keys are asked for in the terminal, or read from the lines of standard \
input with --password-stdin: first the current one, then new ones, in the order in which they \
would be asked for. They are never taken from an argument.

Data goes to standard output, messages to standard error. On a terminal, invisible characters and \
control characters are shown as JSON escapes.

Expired records are deleted by the next command that changes the file.

Exit codes:
  0  done
  1  the key does not exist
  2  the arguments are invalid
  3  wrong or empty password, wrong or mistyped recovery key, missing key file
  4  the file is damaged
  5  another program has the file open
  6  not a VStore file
  7  the file needs a newer version of VStore
  8  the input, or the file to write, was refused; nothing was changed
  9  reading or writing failed

Examples:
  vstore films.vstore
  vstore import films.vstore films.json --create --key-template 'film:{year}:{title|slug}'
  vstore search films.vstore 'hofman dustn year:1980..1989' --limit 10
  vstore put films.vstore note:1 '{\"text\": \"remember\"}' --ttl 7d
  tail -f events.ndjson | vstore apply events.vstore > acknowledged
  vstore export films.vstore - --format ndjson | wc -l";

/// VStore: the encrypted database you can double-click.
///
/// Without a command, opens the window.
#[derive(Debug, Parser)]
#[command(name = "vstore", version, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// The file to open in the window
    pub(super) file: Option<PathBuf>,
    /// Open the file in the window without locking it, and change nothing
    #[arg(long, requires = "file")]
    pub(super) read_only: bool,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add the records of a JSON or NDJSON file, all or none
    ///
    /// Accepts an object of records ({"key": value, …}), or an array or lines of {"key": …,
    /// "value": …} with no other fields but "expires_at", "created_at" and "modified_at" (RFC
    /// 3339). Any other objects, in an array or in lines, are accepted with a rule for their keys:
    /// --key-field, --key-template or --row-numbers. NDJSON values may also span several lines. The
    /// format follows from the extension (.json, .ndjson, .jsonl) unless the content is clearly in
    /// the other one.
    ///
    /// A key made from a number never replaces another record, and importing the same input again
    /// yields the same keys; records replaced that way are reported.
    Import(ImportArgs),
    /// Write all records to an unencrypted JSON or NDJSON file
    ///
    /// JSON is one object of records in key order, NDJSON lines of {"key": …, "value": …}.
    Export(ExportArgs),
    /// Print the value of a key as JSON
    Get(GetArgs),
    /// Write a value under a key
    Put(PutArgs),
    /// Delete records
    Delete(DeleteArgs),
    /// Make changes that arrive line by line on standard input, after the password
    ///
    /// {"key": …, "value": …} writes a record, {"key": …, "delete": true} deletes one, and
    /// {"key": …, "expires_at": "2026-12-24T18:00:00Z"} (or null) sets its expiry; the lines of an
    /// NDJSON export are accepted, whatever their depth and length. Each line is a change of its
    /// own, which is on disk before the line number is printed. Invalid lines are reported and
    /// skipped, and the exit code is then 8.
    Apply(ApplyArgs),
    /// Print the records that have a value at a path
    ///
    /// `find FILE profile.name John`, `find FILE age '>=' 30`, `find FILE tags red`. Numbers,
    /// strings, booleans and timestamps are compared by type; to compare with a string, quote it:
    /// '"30"'. Without a value, prints every record that has the path.
    Find(FindArgs),
    /// Print the keys of the records that match a query, best first
    ///
    /// Words also match with typos and as prefixes. `year:1982 genres:comedy`, `title^=Star`,
    /// `age>=30`, `"these words"`, `-without`, `one OR other`.
    Search(SearchArgs),
    /// Print the records from one key up to, but not including, another
    Range(RangeArgs),
    /// Print statistics about a file
    ///
    /// "expired" counts expired records that are still in the file: they are hidden, and the next
    /// command that changes the file deletes them.
    Info(PlainArgs),
    /// Read a whole file and list any damage
    Verify(VerifyArgs),
    /// Rewrite the file: smaller, and faster to open
    Compact(CompactArgs),
    /// Change the password; the data is not rewritten
    ///
    /// With --recovery-key, set a new password in place of a forgotten one. The key file given with
    /// --key-file also belongs to the new password unless another one is asked for.
    Passwd(PasswdArgs),
    /// List, add and remove passwords and recovery keys, up to eight
    #[command(subcommand)]
    Slots(SlotsCommand),
    /// Exchange the data key and rewrite everything under it
    ///
    /// For when someone who may have a copy of the file knows a password. Afterwards only the
    /// passwords and recovery keys presented here open the file: the one that opens it and, one by
    /// one, the others.
    Rotate(RotateArgs),
    /// Keep a copy of a file's header, and restore it if the header is destroyed
    #[command(subcommand)]
    HeaderBackup(HeaderBackupCommand),
    /// Write what can still be read of a damaged file to a new file
    Salvage(SalvageArgs),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    Json,
    Ndjson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ConflictArg {
    /// The imported record replaces the one in the file
    Replace,
    /// The one in the file stays
    Keep,
    /// Nothing is imported
    Fail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DuplicatesArg {
    /// Nothing is imported; the message names both places
    Refuse,
    /// Later ones get -2, -3 … appended, whichever is free
    Number,
    /// The first one is imported
    First,
    /// The last one is imported
    Last,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The file to import; "-" is standard input, after the password
    pub(super) data: PathBuf,
    #[command(flatten)]
    pub(super) creation: Creation,
    /// The format of the input, if extension and content do not show it
    #[arg(long, value_enum)]
    pub(super) format: Option<FormatArg>,
    /// Take the key from this field: a name, or a path such as profile.id
    #[arg(long, value_name = "NAME", group = "rule")]
    pub(super) key_field: Option<String>,
    /// Build the key from fields: 'film:{year}:{title|slug}'; slug turns "Rain Man" into rain-man
    #[arg(long, value_name = "TEMPLATE", group = "rule")]
    pub(super) key_template: Option<String>,
    /// Number the records; the number follows this prefix. A number already used by another record
    /// of the file gets -2, -3 … appended
    #[arg(long, value_name = "PREFIX", group = "rule", num_args = 0..=1, default_missing_value = "row:")]
    pub(super) row_numbers: Option<String>,
    /// What to do with keys that are already in the file
    #[arg(long, value_enum, default_value_t = ConflictArg::Replace)]
    pub(super) conflict: ConflictArg,
    /// What to do with keys that occur twice in the input. By default, duplicate keys in the input
    /// itself are refused, and keys made by a rule are numbered; each one is reported.
    #[arg(long, value_enum)]
    pub(super) duplicates: Option<DuplicatesArg>,
    /// Do not use an integer "expireAt" in a value (Unix seconds) as its expiry
    #[arg(long)]
    pub(super) no_expire_at: bool,
    /// Check and report, but change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The file to write; "-" is standard output
    ///
    /// An earlier export is replaced, any other file only with --force, and a database never.
    pub(super) out: PathBuf,
    /// Replace a file that is not an earlier export
    #[arg(long)]
    pub(super) force: bool,
    /// The format, if the extension does not show it
    #[arg(long, value_enum)]
    pub(super) format: Option<FormatArg>,
    /// Also write "expires_at", "created_at" and "modified_at", in the array or line form
    #[arg(long)]
    pub(super) with_metadata: bool,
}

#[derive(Debug, Args)]
pub(super) struct GetArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The key
    pub(super) key: String,
}

#[derive(Debug, Args)]
pub(super) struct PutArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The key
    pub(super) key: String,
    /// The value as JSON; "-" reads it from standard input, after the password
    #[arg(allow_negative_numbers = true)]
    pub(super) value: String,
    #[command(flatten)]
    pub(super) creation: Creation,
    /// Expire the record after this time: 90s, 5m, 2h, 7d
    #[arg(long, value_parser = parse_duration, value_name = "TIME")]
    pub(super) ttl: Option<i64>,
    /// Do not use an integer "expireAt" in the value (Unix seconds) as its expiry
    #[arg(long)]
    pub(super) no_expire_at: bool,
}

#[derive(Debug, Args)]
pub(super) struct DeleteArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The keys
    #[arg(required = true)]
    pub(super) keys: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Do not use an integer "expireAt" in a value (Unix seconds) as its expiry
    #[arg(long)]
    pub(super) no_expire_at: bool,
}

#[derive(Debug, Args)]
pub(super) struct FindArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The path, such as profile.name or tags
    pub(super) path: String,
    /// The value, or an operator and the value: one of = != < <= > >= ^= (starts with) *=
    /// (contains)
    #[arg(num_args = 0..=2, allow_negative_numbers = true)]
    pub(super) condition: Vec<String>,
    /// Records with null at the path
    #[arg(long, conflicts_with = "condition")]
    pub(super) null: bool,
    /// Records without the path
    #[arg(long, conflicts_with_all = ["condition", "null"])]
    pub(super) missing: bool,
    /// At most this many records
    #[arg(long)]
    pub(super) limit: Option<usize>,
    /// Print keys without values
    #[arg(long)]
    pub(super) keys_only: bool,
}

#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The query; put "--" before one that starts with "-"
    #[arg(required_unless_present = "queries")]
    pub(super) query: Option<String>,
    /// Read one query a line from this file, or from standard input ("-", after the password's line
    /// with --password-stdin), and print one JSON document a line. The database is opened and
    /// indexed once
    #[arg(long, value_name = "FILE", requires = "json", conflicts_with = "query")]
    pub(super) queries: Option<PathBuf>,
    /// Also print what determines the rank of each record
    #[arg(long)]
    pub(super) explain: bool,
    /// Find whole words as written, ignoring case and accents
    #[arg(long)]
    pub(super) exact: bool,
    /// Find words inside longer ones
    #[arg(long, conflicts_with = "exact")]
    pub(super) contains: bool,
    /// Print at most this many keys; the counts still include all
    #[arg(long, default_value_t = 100)]
    pub(super) limit: usize,
}

#[derive(Debug, Args)]
pub(super) struct RangeArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// The first key
    pub(super) start: Option<String>,
    /// The key to stop before
    pub(super) end: Option<String>,
    /// Only keys that start with this text
    #[arg(long, conflicts_with_all = ["start", "end"])]
    pub(super) prefix: Option<String>,
    /// At most this many records
    #[arg(long)]
    pub(super) limit: Option<usize>,
    /// Print keys without values
    #[arg(long)]
    pub(super) keys_only: bool,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Check only the headers and the order of the parts, without decrypting them
    #[arg(long)]
    pub(super) quick: bool,
}

#[derive(Debug, Args)]
pub(super) struct CompactArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Delete expired records even if the clock is more than a year ahead of the newest change
    #[arg(long)]
    pub(super) clock_is_right: bool,
}

#[derive(Debug, Args)]
pub(super) struct PlainArgs {
    #[command(flatten)]
    pub(super) common: Common,
}
