//! What happens as time passes.

use std::collections::BTreeMap;
use std::time::Duration;

use vstore::Millis;

use super::{Effects, derived, file_settings};
use crate::effect::Effect;
use crate::jobs::Question;
use crate::state::State;

/// Performs what is due: removes notices, refreshes results, writes settings.
pub fn tick(state: &mut State, now: Millis) -> Effects {
    state.notices.expire(now);
    let Some(store) = state.store_mut() else {
        return look_up_recent(state);
    };
    let mut effects = derived::refresh_stale(store, now);
    effects.extend(file_settings::write_due(store, now));
    effects
}

/// Looks up the recent files once, each time the start page is shown.
fn look_up_recent(state: &mut State) -> Effects {
    if state.recent.is_some() || state.prefs.recent.is_empty() {
        return Effects::new();
    }
    state.recent = Some(BTreeMap::new());
    let paths = state.prefs.recent.iter().map(|file| file.path.clone());
    vec![Effect::Question(Question::Recent(paths.collect()))]
}

/// How long until [`tick`] has something to do; `None` if nothing is scheduled.
pub fn next_wake(state: &State, now: Millis) -> Option<Duration> {
    let notice = state.notices.next_change();
    let stale = state.store().and_then(derived::stale_until);
    let settings = state.store().and_then(|store| store.settings_due);
    let next = [notice, stale, settings].into_iter().flatten().min()?;
    Some(Duration::from_millis(next.since(now).max(0).unsigned_abs()))
}
