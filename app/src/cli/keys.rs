//! `vstore passwd`, `slots` and `rotate`.

use serde_json::{Value, json};
use vstore::Store;
use vstore::file::{
    Control, Credentials, KdfLimits, KdfProfile, PasswordChange, RecoveryKey, SlotId, SlotInfo,
    SlotKind, SlotLabel,
};

use super::common::{Common, Kdf};
use super::database::{self, Access};
use super::exit::{Exit, Failure};
use super::key_args::{
    PasswdArgs, RotateArgs, SlotsAddArgs, SlotsCommand, SlotsLabelArgs, SlotsListArgs,
    SlotsRemoveArgs,
};
use super::output;
use super::password;
use super::progress::ProgressLine;

pub(super) fn passwd(args: &PasswdArgs) -> Result<Exit, Failure> {
    let (mut store, current) = open(&args.common)?;
    let slot = slot_to_change(&store, args)?;
    let kept = args.common.key_file.as_deref();
    let kept = kept.filter(|_| !args.without_key_file);
    let new = password::added(&args.common, &args.new, kept)?;
    let change = change(args.new.kdf);
    let control = Control::default();
    let kdf = match slot {
        Some(id) => {
            store
                .change_slot(id, &current, &new, &change, &control)?
                .kdf
        }
        None => store.change_password(&current, &new, &change, &control)?,
    };
    database::close(store);
    if args.common.json {
        output::json(&json!({"changed": true, "kdf": kdf.map(|kdf| kdf.to_string())}))?;
    } else {
        output::message(
            "the password was changed; copies and backups of the file still open with the old one",
        );
    }
    Ok(Exit::Ok)
}

/// The slot that was named or, with a recovery key, the only password slot: its password was
/// forgotten.
fn slot_to_change(store: &Store, args: &PasswdArgs) -> Result<Option<SlotId>, Failure> {
    let slots = store.slots();
    if let Some(name) = &args.slot {
        return named(&slots, name).map(|slot| Some(slot.id));
    }
    if !args.common.recovery_key {
        return Ok(None);
    }
    let mut passwords = slots
        .iter()
        .filter(|slot| matches!(slot.kind, SlotKind::Password | SlotKind::PasswordAndKeyFile));
    match (passwords.next(), passwords.next()) {
        (Some(only), None) => Ok(Some(only.id)),
        (None, _) => Err(Failure::usage(
            "the file has no password to change: use `vstore slots add`",
        )),
        (Some(_), Some(_)) => Err(Failure::usage(
            "the file has several passwords: choose the one to change with --slot",
        )),
    }
}

pub(super) fn slots(command: &SlotsCommand) -> Result<Exit, Failure> {
    match command {
        SlotsCommand::List(args) => list(args),
        SlotsCommand::Add(args) => add(args),
        SlotsCommand::Remove(args) => remove(args),
        SlotsCommand::Label(args) => label(args),
    }
}

fn list(args: &SlotsListArgs) -> Result<Exit, Failure> {
    let slots = Store::probe(&args.common.db)?.slots;
    if args.common.json {
        output::json(&as_json(&slots))?;
        return Ok(Exit::Ok);
    }
    for slot in &slots {
        output::line(described(slot))?;
    }
    Ok(Exit::Ok)
}

fn add(args: &SlotsAddArgs) -> Result<Exit, Failure> {
    let label = SlotLabel::new(&args.label)?;
    let (mut store, current) = open(&args.common)?;
    let (new, recovery_key) = if args.recovery {
        let key =
            RecoveryKey::generate().map_err(|error| Failure::new(Exit::InputOutput, error))?;
        (Credentials::from(key.clone()), Some(key))
    } else {
        (password::added(&args.common, &args.new, None)?, None)
    };
    let change = change(args.new.kdf);
    let slot = store.add_slot(&current, &new, &label, &change, &Control::default())?;
    database::close(store);
    let text = recovery_key.map(|key| key.to_text());
    if args.common.json {
        let mut answer = one_as_json(&slot);
        if let (Some(text), Some(answer)) = (&text, answer.as_object_mut()) {
            answer.insert("recovery_key".to_owned(), json!(**text));
        }
        output::json(&answer)?;
        return Ok(Exit::Ok);
    }
    if let Some(text) = &text {
        output::message("write this down and keep it safe: it opens the file on its own");
        output::line(text.as_str())?;
    }
    output::message(format_args!("added {}", described(&slot)));
    Ok(Exit::Ok)
}

fn remove(args: &SlotsRemoveArgs) -> Result<Exit, Failure> {
    let (mut store, current) = open(&args.common)?;
    let slot = named(&store.slots(), &args.slot)?;
    store.remove_slot(
        slot.id,
        &current,
        &KdfLimits::default(),
        &Control::default(),
    )?;
    let left = store.slots();
    database::close(store);
    if args.common.json {
        output::json(&json!({"removed": one_as_json(&slot), "left": as_json(&left)}))?;
    } else {
        output::message(format_args!(
            "removed {}; copies and backups of the file still open with it",
            described(&slot)
        ));
    }
    Ok(Exit::Ok)
}

fn label(args: &SlotsLabelArgs) -> Result<Exit, Failure> {
    let label = SlotLabel::new(&args.label)?;
    let (mut store, current) = open(&args.common)?;
    let slot = named(&store.slots(), &args.slot)?;
    let (limits, control) = (KdfLimits::default(), Control::default());
    let slot = store.label_slot(slot.id, &label, &current, &limits, &control)?;
    database::close(store);
    if args.common.json {
        output::json(&one_as_json(&slot))?;
    } else {
        output::message(described(&slot));
    }
    Ok(Exit::Ok)
}

pub(super) fn rotate(args: &RotateArgs) -> Result<Exit, Failure> {
    let (mut store, current) = open(&args.common)?;
    let mut presented = vec![current];
    if store.slots().len() > 1 {
        presented.extend(password::further(&args.common)?);
    }
    let control = Control::default();
    let limits = KdfLimits::default();
    let (compaction, report) = store.begin_rotation(&presented, &limits, &control)?;
    if !report.dropped.is_empty() && !args.drop_others {
        let list: Vec<String> = report.dropped.iter().map(described).collect();
        return Err(Failure::new(
            Exit::Refused,
            format_args!(
                "nothing was changed, because these would stop working: {}; present them too, \
                     or use --drop-others",
                list.join("; ")
            ),
        ));
    }
    ProgressLine::new().watch(|control| {
        let compacted = compaction.write(control)?;
        store.finish_compaction(compacted)
    })?;
    database::close(store);
    if args.common.json {
        output::json(&json!({
            "kept": as_json(&report.kept),
            "dropped": as_json(&report.dropped),
        }))?;
        return Ok(Exit::Ok);
    }
    for slot in &report.dropped {
        output::message(format_args!(
            "no longer opens the file: {}",
            described(slot)
        ));
    }
    output::message(
        "the data key was exchanged; copies, backups and header backups made before still open \
             with the old one: delete them",
    );
    Ok(Exit::Ok)
}

/// Opens a file to change it, and keeps the credentials: every change needs them again.
fn open(common: &Common) -> Result<(Store, Credentials), Failure> {
    Store::probe(&common.db)?;
    let current = password::existing(common)?;
    let store = database::open_with(common, &current, Access::Write)?;
    Ok((store, current))
}

fn change(kdf: Kdf) -> PasswordChange {
    PasswordChange {
        kdf: KdfProfile::from(kdf),
        ..PasswordChange::default()
    }
}

/// The slot with this number, or with an id that starts with this text.
fn named(slots: &[SlotInfo], name: &str) -> Result<SlotInfo, Failure> {
    let mut fitting = slots.iter().filter(|slot| {
        let is_number = name.parse() == Ok(slot.number);
        is_number || (name.len() >= 4 && slot.id.to_string().starts_with(name))
    });
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(Failure::usage(format_args!("there is no slot {name:?}"))),
        _ => Err(Failure::usage(format_args!(
            "several slots begin with {name:?}"
        ))),
    }
}

fn described(slot: &SlotInfo) -> String {
    let label = match slot.label.as_str() {
        "" => String::new(),
        label => format!(" \"{label}\""),
    };
    let kdf = slot.kdf.map_or_else(String::new, |kdf| format!(", {kdf}"));
    format!(
        "slot {}: {}{label}{kdf}, id {}",
        slot.number, slot.kind, slot.id
    )
}

pub(super) fn as_json(slots: &[SlotInfo]) -> Value {
    slots.iter().map(one_as_json).collect()
}

fn one_as_json(slot: &SlotInfo) -> Value {
    json!({
        "slot": slot.number,
        "id": slot.id.to_string(),
        "kind": slot.kind.to_string(),
        "label": slot.label.as_str(),
        "kdf": slot.kdf.map(|kdf| kdf.to_string()),
    })
}
