//! Writes a seeded corpus of records as NDJSON, for experiments at any size.
//!
//! `cargo run --release -p vstore --example corpus -- 1000000 > million.ndjson`
#![expect(
    clippy::print_stderr,
    reason = "an example that is used from the shell"
)]

#[path = "../benches/corpus/mod.rs"]
mod corpus;

use std::io::{self, BufWriter, Write as _};

use corpus::Corpus;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| {
        arguments
            .next()
            .map_or(Ok(default), |text| text.parse::<u64>())
    };
    let (Ok(count), Ok(seed)) = (number(10_000), number(1)) else {
        eprintln!("usage: corpus [COUNT] [SEED]");
        return Ok(());
    };
    let mut corpus = Corpus::new(seed);
    let mut out = BufWriter::new(io::stdout().lock());
    for _ in 0..count {
        corpus.write_line(&mut out)?;
    }
    out.flush()
}
