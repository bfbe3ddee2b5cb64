//! How the sections of the left panel share its height.

/// Heights of the sections in points, from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heights {
    pub(super) namespaces: f32,
    pub(super) indexes: f32,
    pub(super) statistics: f32,
}

/// The part of the panel that the statistics may take when there is too little room for all.
const STATISTICS_MAX: f32 = 0.55;
/// The part of what is left that the namespaces may take when there is too little room.
const NAMESPACES_MAX: f32 = 0.45;

impl Heights {
    /// Gives each section what it wants if that fits; otherwise the statistics first, then the
    /// namespaces get their share, and what one does not want goes to the next.
    pub(super) fn share(wanted: Self, available: f32) -> Self {
        let statistics = wanted.statistics.min(available * STATISTICS_MAX);
        let statistics =
            statistics.max((available - wanted.namespaces - wanted.indexes).min(wanted.statistics));
        let lists = (available - statistics).max(0.0);
        let fair = lists * NAMESPACES_MAX;
        let namespaces = wanted.namespaces.min(fair.max(lists - wanted.indexes));
        let indexes = wanted.indexes.min(lists - namespaces);
        Self {
            namespaces,
            indexes,
            statistics,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Heights;

    /// In whole points, which compare exactly.
    fn share(wanted: [f32; 3], available: f32) -> [i32; 3] {
        let [namespaces, indexes, statistics] = wanted;
        let wanted = Heights {
            namespaces,
            indexes,
            statistics,
        };
        let got = Heights::share(wanted, available);
        [got.namespaces, got.indexes, got.statistics].map(|height| height.round() as i32)
    }

    #[test]
    fn everything_gets_what_it_wants_where_there_is_room() {
        assert_eq!(share([100.0, 150.0, 200.0], 500.0), [100, 150, 200]);
    }

    #[test]
    fn a_long_list_takes_only_what_the_others_leave() {
        assert_eq!(share([9000.0, 150.0, 200.0], 700.0), [350, 150, 200]);
        assert_eq!(share([100.0, 9000.0, 200.0], 700.0), [100, 400, 200]);
    }

    #[test]
    fn all_that_is_given_away_fits() {
        for wanted in [
            [900.0, 900.0, 900.0],
            [0.0, 900.0, 900.0],
            [900.0, 0.0, 0.0],
        ] {
            for available in [0.0, 50.0, 400.0] {
                let sum: i32 = share(wanted, available).iter().sum();
                assert!(sum <= available as i32 + 1, "{wanted:?} {available} {sum}");
            }
        }
    }
}
