//! Divides the height of the left panel among its sections.
//!
//! Nothing that the user looks at or points at may move: where the lists begin does not depend on
//! whether a path is selected, and their heights do not depend on which one.

/// Heights of the sections in points, from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heights {
    pub(super) namespaces: f32,
    pub(super) indexes: f32,
    pub(super) statistics: f32,
}

/// The heights that the lists want, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) namespaces: f32,
    pub(super) indexes: f32,
}

/// Height that the statistics of most paths need.
const STATISTICS: f32 = 320.0;
/// The fraction of the panel that the statistics may take if there is too little room for
/// everything.
const STATISTICS_MAX: f32 = 0.55;
/// The fraction of the rest that the namespaces may take if there is too little room.
const NAMESPACES_MAX: f32 = 0.45;

impl Heights {
    /// Reserves room for the statistics, whether a path is `chosen` or not. Namespaces and indexes
    /// get their share of the rest, and what one does not need goes to the next. While no path is
    /// selected, the indexes use the room of the statistics.
    pub(super) fn share(wanted: Wanted, available: f32, chosen: bool) -> Self {
        let spare = available - wanted.namespaces - wanted.indexes;
        let kept = STATISTICS.min((available * STATISTICS_MAX).max(spare));
        let lists = (available - kept).max(0.0);
        let fair = lists * NAMESPACES_MAX;
        let namespaces = wanted.namespaces.min(fair.max(lists - wanted.indexes));
        let below = available - namespaces;
        let room = if chosen { lists - namespaces } else { below };
        let indexes = wanted.indexes.min(room.max(0.0));
        Self {
            namespaces,
            indexes,
            statistics: if chosen { below - indexes } else { 0.0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Heights, Wanted};

    /// In whole points, which can be compared exactly.
    fn share([namespaces, indexes]: [f32; 2], available: f32, chosen: bool) -> [i32; 3] {
        let wanted = Wanted {
            namespaces,
            indexes,
        };
        let got = Heights::share(wanted, available, chosen);
        [got.namespaces, got.indexes, got.statistics].map(|height| height.round() as i32)
    }

    #[test]
    fn everything_gets_what_it_wants_where_there_is_room() {
        assert_eq!(share([100.0, 150.0], 600.0, true), [100, 150, 350]);
        assert_eq!(share([100.0, 150.0], 600.0, false), [100, 150, 0]);
    }

    #[test]
    fn a_long_list_takes_only_what_the_others_leave() {
        assert_eq!(share([9000.0, 150.0], 700.0, true), [230, 150, 320]);
        assert_eq!(share([100.0, 9000.0], 700.0, true), [100, 280, 320]);
    }

    #[test]
    fn selecting_a_path_moves_no_list() {
        for wanted in [
            [100.0, 150.0],
            [900.0, 900.0],
            [40.0, 2000.0],
            [2000.0, 40.0],
        ] {
            for available in [120.0, 400.0, 562.0, 1200.0] {
                let chosen = share(wanted, available, true);
                let nothing = share(wanted, available, false);
                assert_eq!(chosen[0], nothing[0], "{wanted:?} {available}");
                assert!(chosen[1] <= nothing[1]);
            }
        }
    }

    #[test]
    fn the_sections_together_fit_into_the_panel() {
        for wanted in [[900.0, 900.0], [0.0, 900.0], [900.0, 0.0]] {
            for (available, chosen) in [(0.0, true), (50.0, false), (400.0, true)] {
                let sum: i32 = share(wanted, available, chosen).iter().sum();
                assert!(sum <= available as i32 + 1, "{wanted:?} {available} {sum}");
            }
        }
    }
}
