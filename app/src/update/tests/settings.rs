//! Settings that the file keeps about its display.

use super::*;

#[test]
fn settings_are_written_after_a_pause_and_before_locking() {
    let mut fixture = Fixture::new();
    let year = crate::state::Column::Path(vstore::Path::parse("year").unwrap());
    let effects = fixture.ask(SearchCommand::ToggleColumn(year.clone()));
    assert!(
        asks(&effects).is_empty(),
        "typing and dragging may continue"
    );
    assert!(asks(&tick(&mut fixture.state, NOW.plus_millis(900))).is_empty());
    let effects = tick(&mut fixture.state, NOW.plus_millis(1_000));
    assert_eq!(asks(&effects), ["SetSetting"]);
    assert!(asks(&tick(&mut fixture.state, NOW.plus_millis(2_000))).is_empty());
    fixture.ask(SearchCommand::SetText("hook".to_owned()));
    let name = "Pirates".to_owned();
    fixture.ask(SettingsCommand::SaveSearch { name });
    fixture.ask(SettingsCommand::SetDelimiter('/'));
    let effects = fixture.ask(LockCommand::Lock);
    let [Effect::AskOf(_, Request::SetSetting { name, value }), ..] = &*effects else {
        panic!("{effects:?}")
    };
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.set_setting(name, Some(value.clone()));
    fixture.store.commit(&batch).unwrap();

    let (mut state, ticket) = unlocking();
    let opened = opened(fixture.store.snapshot(), ticket, "x", Some("/x.vstore"));
    let reply = Reply::Opened(ticket, Box::new(opened));
    receive(&mut state, from_engine(reply), NOW);
    let store = state.store().unwrap();
    assert!(store.columns.contains(&year));
    assert_eq!(store.namespaces.delimiter, '/');
    let saved: Vec<_> = store.settings.saved.iter().collect();
    assert!(
        matches!(&*saved, [one] if one.name == "Pirates" && one.query.text == "hook"),
        "{saved:?}"
    );
}

#[test]
fn settings_from_a_hostile_file_are_bounded_or_ignored() {
    let mut fixture = Fixture::new();
    let searches: Vec<_> = (0..150)
        .map(|n| format!(r#"{{"name":"{n}","text":"{}"}}"#, "x".repeat(n * 30)))
        .collect();
    let json = format!(
        r#"{{"columns":["value","value",{{"path":"a..b"}},{{"path":"year"}},"key"],
            "widths":[["key",1e300],["value",300]],"sort":"value","delimiter":"x",
            "saved":[{}],"unknown":1}}"#,
        searches.join(",")
    );
    let value = parse_text(&json).unwrap().0;
    let store = fixture.open();
    crate::state::apply_settings(store, &value);
    assert_eq!(store.columns.len(), 2);
    assert_eq!(store.namespaces.delimiter, ':');
    assert_eq!(store.settings.widths.len(), 1);
    assert_eq!(store.settings.saved.len(), 100);
    let before = store.columns.clone();
    crate::state::apply_settings(store, &parse_text(r#"{"columns": 3}"#).unwrap().0);
    assert_eq!(store.columns, before);
}
