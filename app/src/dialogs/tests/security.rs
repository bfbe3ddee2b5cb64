//! The dialogs about passwords and keys, driven by their labels.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::{Window, click, harness, is_enabled, type_in, type_password};
use crate::command::{Command, SecurityCommand};
use crate::state::{
    Dialog, KeyChange, KeyKind, KeySlot, NewKey, SecretText, Security, SecurityStep,
};

const KEY: &str = "AAAAA1-BBBBB2-CCCCC3-DDDDD4-EEEEE5-FFFFF6-GGGGG7-HHHHH8-JJJJJ9-KKKKK0-MMMMM1";

fn slot(number: u8, kind: KeyKind, label: &str) -> KeySlot {
    KeySlot {
        number,
        kind,
        label: label.to_owned(),
        cost: "Argon2id with 256 MiB, 4 passes, 4 lanes".to_owned(),
    }
}

fn security(step: SecurityStep) -> Security {
    Security {
        slots: vec![
            slot(0, KeyKind::Password, ""),
            slot(1, KeyKind::RecoveryKey, "paper"),
        ],
        step,
        ..Security::default()
    }
}

fn shown(security: Security) -> Harness<'static, Window> {
    harness(Dialog::Security(Box::new(security)))
}

#[test]
fn the_list_offers_every_change() {
    let mut harness = shown(security(SecurityStep::List));
    for label in [
        "Add password…",
        "Add with key file…",
        "Add recovery key…",
        "Exchange the data key…",
        "Save a header backup…",
    ] {
        click(&mut harness, label);
    }
    let commands = harness.state_mut().words();
    for step in [
        "Add(Password)",
        "Add(PasswordAndKeyFile)",
        "Add(RecoveryKey)",
        "Show(Rotate)",
        "BackUpHeader",
    ] {
        assert!(commands.contains(step), "{step} in {commands}");
    }
}

#[test]
fn the_last_key_cannot_be_removed() {
    let mut one = security(SecurityStep::List);
    one.slots.truncate(1);
    let harness = shown(one);
    assert!(!is_enabled(&harness, "Remove…"));
    assert!(is_enabled(&harness, "Change…"));
}

#[test]
fn nothing_is_removed_without_the_current_password() {
    let mut harness = shown(security(SecurityStep::Remove(1)));
    click(&mut harness, "Remove");
    assert!(harness.state_mut().taken().is_empty());
    type_password(&mut harness, "Current password", "old");
    click(&mut harness, "Remove");
    let commands = harness.state_mut().taken();
    let [Command::Security(SecurityCommand::Change { current, change })] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!(current.password.as_str(), "old");
    assert!(matches!(change, KeyChange::Remove { number: 1 }));
}

#[test]
fn a_recovery_key_is_added_only_after_two_groups_were_typed_again() {
    let mut made = security(SecurityStep::Add(KeyKind::RecoveryKey));
    let waiting = shown(made.clone());
    assert!(!is_enabled(&waiting, "Add"));
    made.recovery_key = Some(SecretText(KEY.to_owned().into()));
    assert!(!format!("{made:?}").contains("AAAAA1"));
    let mut harness = shown(made);
    assert!(harness.query_by_label("KKKKK0").is_some());
    type_password(&mut harness, "Current password", "old");
    type_in(&mut harness, "Group 4 from your paper", "DDDDD4");
    type_in(&mut harness, "Group 9 from your paper", "JJJJJ8");
    click(&mut harness, "Add");
    assert!(harness.state_mut().taken().is_empty());
    let wrong = "These groups do not match the key. Check your paper copy.";
    assert!(harness.query_by_label(wrong).is_some());
}

#[test]
fn a_recovery_key_is_added_when_the_typed_groups_match() {
    let mut made = security(SecurityStep::Add(KeyKind::RecoveryKey));
    made.recovery_key = Some(SecretText(KEY.to_owned().into()));
    let mut harness = shown(made);
    type_password(&mut harness, "Current password", "old");
    type_in(&mut harness, "Group 4 from your paper", "ddddd4");
    type_in(&mut harness, "Group 9 from your paper", "JJJJJ9");
    click(&mut harness, "Add");
    let commands = harness.state_mut().taken();
    assert!(matches!(
        commands.as_slice(),
        [Command::Security(SecurityCommand::Change {
            change: KeyChange::Add {
                new: NewKey::Recovery(key),
                ..
            },
            ..
        })] if key.0.as_str() == KEY
    ));
}

#[test]
fn exchanging_the_data_key_names_what_will_no_longer_open_the_file() {
    let mut harness = shown(security(SecurityStep::Rotate));
    let words =
        "Of Password, paper, only the one you enter is kept. Add the others again afterwards.";
    assert!(harness.query_by_label(words).is_some());
    type_password(&mut harness, "Current password", "old");
    click(&mut harness, "Exchange");
    let commands = harness.state_mut().taken();
    assert!(matches!(
        commands.as_slice(),
        [Command::Security(SecurityCommand::Rotate { .. })]
    ));
}
