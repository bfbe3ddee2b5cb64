//! Background work as the jobs panel shows it.

use std::sync::Arc;

use vstore::Millis;

use super::ImportReport;

/// Identifies a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u64);

/// Identifies an attempt to open, create or copy a file, so that the answer to a cancelled attempt
/// is recognised. The attempt that opened a database identifies it while it is open: its session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Identifies a request about an open database. Each is settled once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId {
    /// The attempt that opened the database.
    pub session: Ticket,
    /// Its number among the requests of that session, from 1; 0 if nobody is waiting for it.
    pub number: u64,
}

/// One task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its title: `Import films.json`.
    pub title: String,
    /// Its state.
    pub state: TaskState,
    /// When it started.
    pub started_at: Millis,
    /// Whether it can be cancelled.
    pub cancellable: bool,
    /// The database that it changes; `None` if it changes none or finds it on its own.
    pub store: Option<Ticket>,
    /// The report of a finished import.
    pub report: Option<Arc<ImportReport>>,
}

/// The state of a task.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskState {
    /// It is running.
    Running {
        /// The completed part (0 to 1); `None` if unknown.
        fraction: Option<f32>,
        /// A short text: `12 000 of 40 318`.
        text: String,
    },
    /// It is being cancelled.
    Cancelling,
    /// It finished with this result.
    Finished(String),
    /// It was cancelled; nothing was changed.
    Cancelled,
    /// It failed for this reason.
    Failed(String),
}

impl TaskState {
    /// Whether it is still running.
    pub const fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. } | Self::Cancelling)
    }
}

/// All tasks, newest first.
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

    /// Drops the oldest finished tasks if there are too many.
    fn shrink(&mut self) {
        let mut finished = 0;
        self.tasks.retain(|task| {
            finished += usize::from(!task.state.is_running());
            task.state.is_running() || finished <= FINISHED_MAX
        });
    }

    /// Whether the result of a running task may be applied to a database: it was started for that
    /// database and has not been cancelled.
    pub fn may_change(&self, id: TaskId, store: Ticket) -> bool {
        let task = self.tasks.iter().find(|task| task.id == id);
        task.is_some_and(|task| {
            task.store == Some(store) && matches!(task.state, TaskState::Running { .. })
        })
    }

    /// A task, mutably.
    pub fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.id == id)
    }

    /// Updates the progress of a running task. A task that is being cancelled stays so.
    pub fn progress(&mut self, id: TaskId, fraction: Option<f32>, text: String) {
        if let Some(task) = self.get_mut(id)
            && matches!(task.state, TaskState::Running { .. })
        {
            task.state = TaskState::Running { fraction, text };
        }
    }

    /// Sets the result of a task.
    pub fn finish(&mut self, id: TaskId, state: TaskState) {
        if let Some(task) = self.get_mut(id) {
            task.state = state;
        }
        self.shrink();
    }

    /// Ends all running tasks, as on lock.
    pub fn end_running(&mut self, state: &TaskState) {
        for task in self.tasks.iter_mut().filter(|task| task.state.is_running()) {
            task.state = state.clone();
        }
        self.shrink();
    }

    /// The last finished import.
    pub fn last_import(&self) -> Option<&Task> {
        self.tasks.iter().find(|task| task.report.is_some())
    }

    /// Drops the reports of imports, as on lock: they contain keys.
    pub fn forget_reports(&mut self) {
        for task in &mut self.tasks {
            task.report = None;
        }
    }

    /// Drops all tasks that are no longer running.
    pub fn clear_finished(&mut self) {
        self.tasks.retain(|task| task.state.is_running());
    }

    /// The tasks, newest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Task> {
        self.tasks.iter()
    }

    /// The number of running tasks.
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
    fn old_finished_tasks_are_dropped_however_they_ended() {
        let mut tasks = Tasks::default();
        let ids: Vec<_> = (0..200).map(|_| tasks.start(NOW, "x", true)).collect();
        assert_eq!(tasks.iter().len(), 200, "running tasks are kept");
        for id in ids.iter().take(100) {
            tasks.finish(*id, done());
        }
        assert_eq!(tasks.iter().len(), 100 + FINISHED_MAX);
        tasks.end_running(&TaskState::Cancelled);
        assert_eq!(tasks.iter().len(), FINISHED_MAX);
    }

    #[test]
    fn only_a_running_task_may_change_the_database_it_was_started_for() {
        let mut tasks = Tasks::default();
        let id = tasks.start(NOW, "Import", true);
        let (mine, other) = (Ticket(3), Ticket(4));
        assert!(
            !tasks.may_change(id, mine),
            "it was started for no database"
        );
        tasks.get_mut(id).unwrap().store = Some(mine);
        assert!(tasks.may_change(id, mine) && !tasks.may_change(id, other));
        tasks.get_mut(id).unwrap().state = TaskState::Cancelling;
        assert!(!tasks.may_change(id, mine));
        tasks.finish(id, TaskState::Cancelled);
        assert!(!tasks.may_change(id, mine) && !tasks.may_change(TaskId(9), mine));
    }
}
