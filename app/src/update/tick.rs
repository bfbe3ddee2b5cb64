//! What happens because time passes.

use std::time::Duration;

use vstore::Millis;

use super::{Effects, derived};
use crate::state::State;

/// Does what is due: notices go, results are refreshed.
pub fn tick(state: &mut State, now: Millis) -> Effects {
    state.notices.expire(now);
    state
        .store_mut()
        .map(|store| derived::refresh_stale(store, now))
        .unwrap_or_default()
}

/// How long until [`tick`] has something to do; `None`: never, as things stand.
pub fn next_wake(state: &State, now: Millis) -> Option<Duration> {
    let notice = state.notices.next_change();
    let stale = state.store().and_then(derived::stale_until);
    let next = [notice, stale].into_iter().flatten().min()?;
    Some(Duration::from_millis(next.since(now).max(0).unsigned_abs()))
}
