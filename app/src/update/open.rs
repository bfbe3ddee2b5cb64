//! Opening another file while a database is open: the current one stays open until the other file
//! is known to exist and to be a database.

use std::path::{Path, PathBuf};

use super::{Effects, close, pages};
use crate::engine::FileFacts;
use crate::state::{AfterClose, Dialog, OpenStore, Opening, Problem, State};

/// Opens a file: at once if nothing is open, otherwise once the file was examined.
pub(super) fn request(state: &mut State, path: PathBuf, read_only: bool) -> Effects {
    let Some(store) = state.store().map(|store| store.session) else {
        return close::request(state, AfterClose::Open { path, read_only });
    };
    state.opening = Some(Opening {
        path: path.clone(),
        read_only,
        store,
    });
    vec![pages::probe(path)]
}

/// A file was examined. If it is to be opened, closes the open database for it, or reports why it
/// cannot be opened.
pub(super) fn probed(state: &mut State, path: &Path, facts: Result<FileFacts, Problem>) -> Effects {
    let open = state
        .store()
        .map(|store| (store.session, store.title.clone()));
    let is_asked = |opening: &mut Opening| opening.path == path;
    let Some(opening) = state.opening.take_if(is_asked) else {
        return Effects::new();
    };
    // The user has closed or locked the database in the meantime, and moved on.
    let Some((_, title)) = open.filter(|(session, _)| *session == opening.store) else {
        return Effects::new();
    };
    let Opening {
        path, read_only, ..
    } = opening;
    match facts {
        Ok(_) => close::request(state, AfterClose::Open { path, read_only }),
        Err(problem) => {
            state.dialogs.push_back(Dialog::Message {
                title: format!("{} was not opened", OpenStore::title_of(&path)),
                text: refusal(&path, &problem, &title),
            });
            Effects::new()
        }
    }
}

fn refusal(path: &Path, problem: &Problem, open: &str) -> String {
    let problem_text = match problem {
        Problem::NotFound => "There is no such file.".to_owned(),
        problem => problem.text(),
    };
    let advice = match problem {
        Problem::NotAVStore => " Data in JSON or NDJSON can be imported (File › Import).",
        Problem::Damaged(_) => " Tools › Salvage copies what is left of it to a new file.",
        _ => "",
    };
    format!(
        "{}\n\n{problem_text}{advice} {open} stays open.",
        path.display()
    )
}
