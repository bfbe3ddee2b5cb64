//! What the person does: types, answers questions, saves, locks, closes and gives up.

use super::*;

impl World {
    pub(super) fn edit(&mut self, key: &str) {
        self.ask(RecordCommand::Edit(Key::new(key).unwrap()));
        if self
            .state
            .store()
            .is_some_and(|store| store.detail.draft.is_none())
        {
            self.ask(RecordCommand::New {
                prefix: String::new(),
            });
        }
        let draft = self
            .state
            .store()
            .and_then(|store| store.detail.draft.clone());
        let Some(draft) = draft else { return };
        let key = if draft.key.is_empty() {
            key.to_owned()
        } else {
            draft.key
        };
        let value = format!("{{\"t\":\"{}\"}}", self.word());
        self.story.push(format!("person: types {value} for {key}"));
        let text = value.clone();
        self.ask(RecordCommand::EditDraft {
            key: key.clone(),
            text,
        });
        // While the database is being closed, typing has no effect.
        let draft = self
            .state
            .store()
            .and_then(|store| store.detail.draft.as_ref());
        if draft.is_some_and(|draft| draft.text == value) {
            self.typed = Some((key, value));
        }
    }

    pub(super) fn unlock(&mut self) {
        let Page::Unlock(page) = &self.state.page else {
            return;
        };
        if page.busy.is_some() {
            return;
        }
        let secret = self.secret.clone();
        self.ask(LockCommand::Unlock {
            secret,
            read_only: false,
        });
    }

    pub(super) fn answer_dialog(&mut self) {
        match self.state.dialog().cloned() {
            Some(Dialog::SaveBeforeClosing {
                draft,
                waiting,
                then,
                ..
            }) => {
                let answer = self.dice.roll(4);
                self.story.push(format!(
                    "person: answers {answer} about {draft:?}, {waiting} waiting"
                ));
                match answer {
                    0 => {
                        if draft.is_some() {
                            self.typed = None;
                        }
                        self.give_up_waiting_changes();
                        self.ask(FileCommand::CloseWithoutSaving(then));
                    }
                    1 | 2 => self.ask(FileCommand::SaveAndClose(then)),
                    _ => {
                        self.state.dialogs.pop_front();
                    }
                }
            }
            Some(Dialog::SaveAs {
                path, busy: false, ..
            }) => {
                if self.dice.roll(4) == 0 {
                    self.state.dialogs.pop_front();
                } else {
                    let secret = self.secret.clone();
                    self.ask(FileCommand::SaveCopy {
                        path,
                        secret,
                        consent: Consent::NotAsked,
                    });
                }
            }
            Some(Dialog::SaveAs { busy: true, .. }) if self.dice.roll(3) == 0 => {
                self.ask(FileCommand::CancelBusy);
            }
            Some(Dialog::SaveAs { .. }) | None => {}
            Some(_) => {
                self.state.dialogs.pop_front();
            }
        }
    }

    /// The person was asked and gives up the changes that the question named. Nothing more can be
    /// said about a database that the engine has closed.
    pub(super) fn give_up_waiting_changes(&mut self) {
        let waiting = self.state.store().map_or(0, |store| store.unsaved.waiting);
        if waiting > 0 {
            // Everything waiting at this point may be lost, but nothing that the engine did not
            // report.
            self.expected.clear();
        }
    }

    pub(super) fn person(&mut self) {
        let key = self.dice.key();
        match self.dice.roll(22) {
            0..=5 => self.edit(key),
            6..=8 => {
                self.story.push("person: saves".to_owned());
                self.ask(RecordCommand::CommitDraft);
            }
            9 => {
                self.story.push("person: discards".to_owned());
                // Changes on their way cannot be called back.
                let idle = self
                    .state
                    .store()
                    .is_some_and(|store| store.pending.is_empty());
                if idle {
                    self.typed = None;
                    self.ask(RecordCommand::DiscardDraft);
                }
            }
            10 | 11 => {
                let value = self.word();
                self.story.push(format!("person: leaf {value} of {key}"));
                let value = parse_text(&format!("{{\"t\":\"{value}\"}}")).unwrap().0;
                self.ask(RecordCommand::SetLeaf {
                    key: Key::new(key).unwrap(),
                    location: Vec::<Step>::new(),
                    value,
                });
            }
            12 => {
                self.story.push(format!("person: deletes {key}"));
                let keys = [Key::new(key).unwrap()].into();
                self.ask(RecordCommand::Delete(Scope::Keys(keys)));
            }
            13 => {
                self.story.push("person: locks".to_owned());
                self.ask(LockCommand::Lock);
            }
            14 => {
                self.story.push("idle".to_owned());
                let effects = receive(&mut self.state, Event::Idle, NOW);
                self.perform(effects);
            }
            15 | 16 => self.unlock(),
            17 => {
                self.story.push("person: closes".to_owned());
                self.ask(FileCommand::Close(AfterClose::Welcome));
            }
            // If the answer is lost, nobody knows where the copy is.
            18 if !self.loses => {
                self.story.push("person: saves as".to_owned());
                self.ask(FileCommand::SaveAs);
            }
            18 | 19 => self.ask(FileCommand::WriteAgain),
            20 => self.ask(SelectionCommand::Key(Key::new(key).unwrap())),
            _ => self.answer_dialog(),
        }
        if matches!(self.state.page, Page::Welcome) {
            let path = self.path.clone();
            self.ask(FileCommand::Open {
                path,
                read_only: false,
            });
        }
    }

    pub(super) fn step(&mut self) {
        match self.dice.roll(12) {
            0..=4 => self.person(),
            5..=7 => self.serve(),
            8 | 9 => self.hear(true),
            10 => {
                let full = !self.disk.is_full() && self.dice.roll(2) == 0;
                self.story.push(format!("disk: full {full}"));
                self.disk.set_full(full);
                // The result of a failure is on screen, which needs its answers.
                if !self.loses && self.dice.roll(8) == 0 {
                    self.disk.panic_once();
                }
            }
            _ => {
                if !self.again.is_empty() {
                    let place = self.dice.roll(self.again.len() as u64) as usize;
                    let answer = self.again.swap_remove(place);
                    self.story.push("again:".to_owned());
                    self.receive_answer(answer);
                }
            }
        }
    }
}
