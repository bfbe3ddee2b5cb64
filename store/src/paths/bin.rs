//! One bin of a histogram.

/// The number of values in one interval: `from` included, `to` excluded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// The lower end; values equal to it are in this bin.
    pub from: f64,
    /// The upper end; values equal to it are in the next bin.
    pub to: f64,
    /// The number of values in the bin.
    pub count: u64,
}
