//! Work in the background as the jobs panel shows it.

use std::sync::Arc;

use vstore::Millis;

use super::ImportReport;

/// Names a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u64);

/// Names an attempt to open, create or copy a file, by which an answer to one that was given up is
/// known. The one that opened a database names it for as long as it is open: its session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Names a request about an open database. Each is answered once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId {
    /// The attempt that opened the database.
    pub session: Ticket,
    /// Its number among the requests about it, from 1; 0: nobody asked.
    pub number: u64,
}

/// One task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its name.
    pub id: TaskId,
    /// What it does: `Import films.json`.
    pub title: String,
    /// How far it is.
    pub state: TaskState,
    /// When it started.
    pub started_at: Millis,
    /// It can be cancelled.
    pub cancellable: bool,
    /// The database that it changes; `None`: none, or it says so itself.
    pub store: Option<Ticket>,
    /// The account of an import that is done.
    pub report: Option<Arc<ImportReport>>,
}

/// How far a task is.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskState {
    /// It runs.
    Running {
        /// The part that is done (0 to 1); `None`: unknown.
        fraction: Option<f32>,
        /// A few words: `12 000 of 40 318`.
        text: String,
    },
    /// It was asked to stop.
    Cancelling,
    /// It is done: what came of it.
    Finished(String),
    /// It was cancelled; nothing was changed.
    Cancelled,
    /// It failed: why.
    Failed(String),
}

impl TaskState {
    /// Whether it still runs.
    pub const fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. } | Self::Cancelling)
    }
}

/// Tasks, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tasks: Vec<Task>,
    last: u64,
}

/// How many finished tasks are kept.
const FINISHED_MAX: usize = 50;

impl Tasks {
    /// Adds a task that starts now.
    pub fn start(&mut self, now: Millis, title: impl Into<String>, cancellable: bool) -> TaskId {
        self.last += 1;
        let id = TaskId(self.last);
        let state = TaskState::Running {
            fraction: None,
            text: String::new(),
        };
        let title = title.into();
        self.tasks.insert(
            0,
            Task {
                id,
                title,
                state,
                started_at: now,
                cancellable,
                store: None,
                report: None,
            },
        );
        self.shrink();
        id
    }

    /// Forgets the oldest of too many finished tasks.
    fn shrink(&mut self) {
        let mut finished = 0;
        self.tasks.retain(|task| {
            finished += usize::from(!task.state.is_running());
            task.state.is_running() || finished <= FINISHED_MAX
        });
    }

    /// Whether what a running task made is to be taken in by a database: it was made for it, and
    /// nobody has asked the task to stop.
    pub fn may_change(&self, id: TaskId, store: Ticket) -> bool {
        let task = self.tasks.iter().find(|task| task.id == id);
        task.is_some_and(|task| {
            task.store == Some(store) && matches!(task.state, TaskState::Running { .. })
        })
    }

    /// A task, to be changed.
    pub fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.id == id)
    }

    /// Says how far a running task is. One that was asked to stop stays so.
    pub fn progress(&mut self, id: TaskId, fraction: Option<f32>, text: String) {
        if let Some(task) = self.get_mut(id)
            && matches!(task.state, TaskState::Running { .. })
        {
            task.state = TaskState::Running { fraction, text };
        }
    }

    /// Says what came of a task.
    pub fn finish(&mut self, id: TaskId, state: TaskState) {
        if let Some(task) = self.get_mut(id) {
            task.state = state;
        }
        self.shrink();
    }

    /// Ends everything that runs, as on lock.
    pub fn end_running(&mut self, state: &TaskState) {
        for task in self.tasks.iter_mut().filter(|task| task.state.is_running()) {
            task.state = state.clone();
        }
        self.shrink();
    }

    /// The last import that is done.
    pub fn last_import(&self) -> Option<&Task> {
        self.tasks.iter().find(|task| task.report.is_some())
    }

    /// Forgets what single records imports dealt with, as on lock.
    pub fn forget_reports(&mut self) {
        for task in &mut self.tasks {
            task.report = None;
        }
    }

    /// Forgets the tasks that no longer run.
    pub fn clear_finished(&mut self) {
        self.tasks.retain(|task| task.state.is_running());
    }

    /// The tasks, the newest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Task> {
        self.tasks.iter()
    }

    /// How many run.
    pub fn running(&self) -> usize {
        self.tasks
            .iter()
            .filter(|task| task.state.is_running())
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1);

    fn done() -> TaskState {
        TaskState::Finished("done".to_owned())
    }

    #[test]
    fn finished_tasks_are_forgotten_however_they_end() {
        let mut tasks = Tasks::default();
        let ids: Vec<_> = (0..200).map(|_| tasks.start(NOW, "x", true)).collect();
        assert_eq!(tasks.iter().len(), 200, "what runs is kept");
        for id in ids.iter().take(100) {
            tasks.finish(*id, done());
        }
        assert_eq!(tasks.iter().len(), 100 + FINISHED_MAX);
        tasks.end_running(&TaskState::Cancelled);
        assert_eq!(tasks.iter().len(), FINISHED_MAX);
    }

    #[test]
    fn only_a_task_that_runs_may_change_the_database_it_was_started_for() {
        let mut tasks = Tasks::default();
        let id = tasks.start(NOW, "Import", true);
        let (mine, other) = (Ticket(3), Ticket(4));
        assert!(!tasks.may_change(id, mine), "it was started for none");
        tasks.get_mut(id).unwrap().store = Some(mine);
        assert!(tasks.may_change(id, mine) && !tasks.may_change(id, other));
        tasks.get_mut(id).unwrap().state = TaskState::Cancelling;
        assert!(!tasks.may_change(id, mine));
        tasks.finish(id, TaskState::Cancelled);
        assert!(!tasks.may_change(id, mine) && !tasks.may_change(TaskId(9), mine));
    }
}
