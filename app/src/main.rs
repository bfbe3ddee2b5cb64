//! The `vstore` binary.
fn main() {}
