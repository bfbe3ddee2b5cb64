//! `cargo run --release -p vstore-fuzz -- [TARGET|all] [SECONDS]`: fuzzes, and saves inputs with
//! new outcomes to `store/fuzz/corpus` and those that made a target panic to `store/fuzz/failures`.
use std::{
    env, fs, io,
    path::Path,
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use std::io::Write as _;

use vstore_fuzz::{Limit, TARGETS, Target, fuzz, load, seeds};

/// At most this many new inputs are saved for a target, so that the corpus stays small.
const SAVED_MAX: usize = 16;

fn main() -> io::Result<ExitCode> {
    let mut arguments = env::args().skip(1);
    let wanted = arguments.next().unwrap_or_else(|| "all".to_owned());
    let seconds = arguments.next().and_then(|text| text.parse().ok());
    let mut failed = false;
    for target in TARGETS {
        if wanted == "all" || wanted == target.name {
            failed |= run(&target, Duration::from_secs(seconds.unwrap_or(60)))?;
        }
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Fuzzes one target and returns whether it panicked.
fn run(target: &Target, time: Duration) -> io::Result<bool> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("corpus");
    let saved = load(&folder, target)?;
    let known = saved.len();
    let mut corpus = seeds(target);
    corpus.extend(saved.into_iter().map(|(_, input)| input));
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos() as u64);
    let outcome = fuzz(target, corpus, seed, Limit::Time(time));
    let folder = folder.join(target.name);
    fs::create_dir_all(&folder)?;
    let numbers = known..SAVED_MAX;
    for (number, input) in numbers.zip(&outcome.new) {
        fs::write(folder.join(format!("{number:03}")), input)?;
    }
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{}: {} inputs, {} new outcomes",
        target.name,
        outcome.tried,
        outcome.new.len()
    )?;
    let Some(input) = outcome.failure else {
        return Ok(false);
    };
    let failures = here.join("failures");
    fs::create_dir_all(&failures)?;
    let path = failures.join(format!("{}-{seed:016x}", target.name));
    fs::write(&path, input)?;
    writeln!(out, "{}: panicked on {}", target.name, path.display())?;
    Ok(true)
}
