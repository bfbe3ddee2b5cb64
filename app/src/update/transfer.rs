//! Import and export: plans, previews, tasks.

use std::path::PathBuf;
use std::sync::Arc;

use vstore::Millis;
use vstore::target::{Consent, Existing, InUse};
use vstore::transfer::Format;

use super::{Effects, pick, record};
use crate::command::TransferCommand;
use crate::effect::{Copied, Effect};
use crate::engine::Request;
use crate::format;
use crate::jobs::{ExportJob, ImportJob, PreviewAnswer, PreviewQuestion, Question, TaskJob};
use crate::state::{
    Dialog, ExportPlan, FilePurpose, FollowUp, ImportKeys, ImportPlan, ImportReport, Level,
    OpenStore, State, TaskId, TaskState,
};

pub(super) fn update(state: &mut State, command: TransferCommand, now: Millis) -> Effects {
    match command {
        TransferCommand::PlanImport(path) => plan_import(state, path, now),
        TransferCommand::ChangeImportPlan(plan) => change_import_plan(state, plan, now),
        TransferCommand::Import(plan) => import(state, plan, now),
        TransferCommand::PlanExport(scope) => {
            let Some(store) = state.store() else {
                return Effects::new();
            };
            let count = store.count(&scope);
            let plan = ExportPlan {
                // Independent of what happens behind the dialog.
                scope: store.frozen(&scope),
                format: Format::default(),
                with_metadata: false,
                path: None,
                consent: Consent::NotAsked,
            };
            state.dialogs.push_back(Dialog::Export { plan, count });
            Effects::new()
        }
        TransferCommand::ChangeExportPlan(changed) => {
            if let Some(Dialog::Export { plan, .. }) = state.dialogs.front_mut() {
                *plan = changed;
            }
            Effects::new()
        }
        TransferCommand::Export(mut changed) => {
            // The selection may change while a path is being chosen.
            if let Some(store) = state.store() {
                changed.scope = store.frozen(&changed.scope);
            }
            if let Some(Dialog::Export { plan, .. }) = state.dialogs.front_mut() {
                *plan = changed.clone();
            }
            match changed.path {
                Some(_) => export(state, changed, now),
                None => pick::pick(state, FilePurpose::Export),
            }
        }
        TransferCommand::Cancel(task) => cancel(state, task),
        TransferCommand::ClearFinished => {
            state.tasks.clear_finished();
            Effects::new()
        }
        TransferCommand::ShowReport(task) => {
            show_report(state, task);
            Effects::new()
        }
        TransferCommand::CopyReport(task) => {
            let effects = copy_report(state, task);
            if !effects.is_empty() {
                record::report_copied(state, "Report copied", now);
            }
            effects
        }
    }
}

/// Shows the import form for a file; without an open database, for one in memory.
pub(super) fn plan_import(state: &mut State, path: PathBuf, now: Millis) -> Effects {
    let Some(store) = state.store() else {
        let title = OpenStore::title_of(&path);
        let ticket = state.start_attempt();
        state.pending_import = Some(path);
        return vec![Effect::Ask(Request::OpenScratch { ticket, title })];
    };
    if store.read_only {
        let message = "The database is open read-only: nothing can be imported";
        state.notices.push(now, Level::Warning, message);
        return Effects::new();
    }
    let plan = ImportPlan::new(path);
    state
        .dialogs
        .retain(|dialog| !matches!(dialog, Dialog::Import { .. }));
    state.dialogs.push_back(Dialog::Import {
        plan: plan.clone(),
        preview: None,
    });
    vec![ask_preview(plan, now)]
}

fn change_import_plan(state: &mut State, changed: ImportPlan, now: Millis) -> Effects {
    if let Some(Dialog::Import { plan, .. }) = state.dialogs.front_mut() {
        *plan = changed.clone();
    }
    vec![ask_preview(changed, now)]
}

fn ask_preview(plan: ImportPlan, now: Millis) -> Effect {
    Effect::Question(Question::Preview(Box::new(PreviewQuestion { plan, now })))
}

/// Shows a preview. For data without keys, the first preview suggests a source of keys.
pub(super) fn previewed(state: &mut State, answer: PreviewAnswer, now: Millis) -> Effects {
    let PreviewAnswer {
        plan: asked,
        preview: made,
        suggestion,
    } = answer;
    let Some(Dialog::Import { plan, preview }) = state.dialogs.front_mut() else {
        return Effects::new();
    };
    if *plan != asked {
        return Effects::new();
    }
    *preview = Some(made);
    match suggestion {
        Some(keys) if plan.keys == ImportKeys::FromData => {
            plan.keys = keys;
            let plan = plan.clone();
            vec![ask_preview(plan, now)]
        }
        _ => Effects::new(),
    }
}

fn import(state: &mut State, plan: ImportPlan, now: Millis) -> Effects {
    state
        .dialogs
        .retain(|dialog| !matches!(dialog, Dialog::Import { .. }));
    let Some(store) = state.store().filter(|store| !store.read_only) else {
        return Effects::new();
    };
    let snapshot = store.snapshot.clone();
    let id = store.session;
    let title = format!("Import {}", OpenStore::title_of(&plan.path));
    let honour_expire_at = state.prefs.honour_expire_at;
    let task = state.tasks.start(now, title, true);
    if let Some(task) = state.tasks.get_mut(task) {
        task.store = Some(id);
    }
    let job = ImportJob {
        plan,
        snapshot,
        honour_expire_at,
    };
    vec![Effect::Run(task, TaskJob::Import(Box::new(job)))]
}

/// Reports an import that was committed.
pub(super) fn imported(state: &mut State, task: TaskId, report: ImportReport, now: Millis) {
    let counts: Vec<_> = report
        .counts()
        .into_iter()
        .map(|(count, message)| format!("{} {message}", format::count(count)))
        .collect();
    let level = if report.is_remarkable() {
        Level::Warning
    } else {
        Level::Success
    };
    let records = format::counted(report.added + report.replaced, "record");
    let notice = state
        .notices
        .push(now, level, format!("Imported {records}"));
    notice.follow_up = Some(FollowUp::ShowImportReport);
    state
        .tasks
        .finish(task, TaskState::Finished(counts.join(" · ")));
    if let Some(task) = state.tasks.get_mut(task) {
        task.report = Some(Arc::new(report));
    }
}

fn show_report(state: &mut State, id: TaskId) {
    let found = state.tasks.iter().find(|task| task.id == id);
    if let Some((task, report)) = found.and_then(|task| Some((task, task.report.clone()?))) {
        let title = task.title.clone();
        let task = id;
        state.dialogs.push_back(Dialog::ImportReport {
            task,
            title,
            report,
        });
    }
}

fn copy_report(state: &State, id: TaskId) -> Effects {
    let found = state.tasks.iter().find(|task| task.id == id);
    let text = found.and_then(|task| Some(task.report.as_ref()?.to_text(&task.title)));
    text.map(|text| vec![Effect::Copy(Copied::Text(text))])
        .unwrap_or_default()
}

/// The path of an export was chosen.
pub(super) fn export_to(state: &mut State, path: PathBuf, now: Millis) -> Effects {
    let Some(Dialog::Export { plan, .. }) = state.dialog() else {
        return Effects::new();
    };
    let path = pick::with_ending(path, plan.format.extension());
    let plan = ExportPlan {
        path: Some(path),
        ..plan.clone()
    };
    export(state, plan, now)
}

fn export(state: &mut State, plan: ExportPlan, now: Millis) -> Effects {
    let (Some(store), Some(path)) = (state.store(), plan.path) else {
        return Effects::new();
    };
    let job = ExportJob {
        snapshot: store.snapshot.clone(),
        target: store.target(&plan.scope),
        format: plan.format,
        with_metadata: plan.with_metadata,
        path,
        in_use: InUse {
            databases: store.path.clone().into_iter().collect(),
            key_files: store.key_file.clone().into_iter().collect(),
        },
        consent: plan.consent,
        scope: plan.scope,
    };
    let title = format!("Export {}", OpenStore::title_of(&job.path));
    state
        .dialogs
        .retain(|dialog| !matches!(dialog, Dialog::Export { .. }));
    let task = state.tasks.start(now, title, true);
    vec![Effect::Run(task, TaskJob::Export(Box::new(job)))]
}

/// A file already exists where an export is to be written: asks whether to replace it.
pub(super) fn export_asks(state: &mut State, task: TaskId, plan: ExportPlan, existing: Existing) {
    state.tasks.finish(task, TaskState::Cancelled);
    if state.store().is_some() {
        let existing = Box::new(existing);
        state
            .dialogs
            .push_back(Dialog::ReplaceFile { existing, plan });
    }
}

fn cancel(state: &mut State, task: TaskId) -> Effects {
    match state.tasks.get_mut(task) {
        Some(found) if found.state.is_running() && found.cancellable => {
            found.state = TaskState::Cancelling;
            vec![Effect::CancelTask(task)]
        }
        _ => Effects::new(),
    }
}
