//! The form for a new database.

use super::*;

fn fill_new_database(harness: &mut Harness<'_, Window>, path: &str, first: &str, second: &str) {
    harness
        .get_by_role_and_label(Role::TextInput, "File")
        .type_text(path);
    harness.run();
    type_password(harness, "Password", first);
    type_password(harness, "Repeat password", second);
    harness.get_by_label("Create").click();
    harness.run();
}

#[test]
fn different_passwords_create_nothing() {
    let mut harness = harness(Page::NewDatabase(CreatePage::default()));
    fill_new_database(
        &mut harness,
        "/data/new",
        "correct zebra lamp 47",
        "correct zebra lamp 48",
    );
    assert!(harness.state_mut().taken().is_empty());
    let text = "The passwords do not match.";
    assert!(harness.query_by_role_and_label(Role::Alert, text).is_some());
}

#[test]
fn a_weak_password_is_accepted_only_after_a_warning() {
    let mut harness = harness(Page::NewDatabase(CreatePage::default()));
    fill_new_database(&mut harness, "/data/new", "abc", "abc");
    assert!(harness.state_mut().taken().is_empty());
    harness.get_by_label("Continue anyway").click();
    harness.run();
    let commands = harness.state_mut().taken();
    let [
        Command::File(FileCommand::Create {
            path,
            secret,
            overwrite,
        }),
    ] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!(path, &PathBuf::from("/data/new.vstore"));
    assert_eq!((secret.password.as_str(), *overwrite), ("abc", false));
}

#[test]
fn a_file_that_exists_is_replaced_only_when_the_button_says_so() {
    let mut harness = harness(Page::NewDatabase(CreatePage::default()));
    let password = "correct zebra lamp 47";
    fill_new_database(&mut harness, "/data/new", password, password);
    assert_eq!(harness.state_mut().taken().len(), 1);
    let page = CreatePage {
        exists: Some("/data/new.vstore".into()),
        ..CreatePage::default()
    };
    harness.state_mut().state.page = Page::NewDatabase(page);
    harness.run();
    harness.get_by_label("Replace").click();
    harness.run();
    let commands = harness.state_mut().taken();
    assert!(matches!(
        commands.as_slice(),
        [Command::File(FileCommand::Create {
            overwrite: true,
            ..
        })]
    ));
}

#[test]
fn a_chosen_path_fills_the_form() {
    let mut harness = harness(Page::NewDatabase(CreatePage::default()));
    harness.state_mut().state.picked = Some((FilePurpose::Create, "/data/picked.vstore".into()));
    harness.run();
    harness.state_mut().state.picked = None;
    let field = harness.get_by_role_and_label(Role::TextInput, "File");
    assert_eq!(field.value().as_deref(), Some("/data/picked.vstore"));
}

#[test]
fn a_path_gets_our_extension_and_a_bare_name_a_folder() {
    let folders = UserFolders {
        documents: Some("/home/ana/Documents".into()),
    };
    let whole = |text| whole_path(text, &folders);
    assert_eq!(whole(" /a/b "), Some("/a/b.vstore".into()));
    assert_eq!(whole("/a/b.db"), Some("/a/b.db".into()));
    assert_eq!(
        whole("notes"),
        Some("/home/ana/Documents/notes.vstore".into())
    );
    assert_eq!(whole("/a/"), None);
    assert_eq!(whole(""), None);
}

#[test]
fn the_form_says_where_the_file_will_be() {
    let mut harness = harness(Page::NewDatabase(CreatePage::default()));
    harness.state_mut().state.folders.documents = Some("/home/ana/Documents".into());
    let password = "correct zebra lamp 47";
    fill_new_database(&mut harness, "notes", password, password);
    harness.get_by_label("Creates /home/ana/Documents/notes.vstore");
    let commands = harness.state_mut().taken();
    let [Command::File(FileCommand::Create { path, .. })] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(path, &PathBuf::from("/home/ana/Documents/notes.vstore"));
}
