//! A writer that is killed: everything it acknowledged is in the file.
use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use bytes::Bytes;
use vstore::file::Control;

use super::Place;

const CHILD_PATH: &str = "VSTORE_TEST_KILLED_WRITER";

/// The writer: appends numbers for ever, prints each acknowledged one, and compacts now and then.
/// Does nothing unless started by the test below.
#[test]
fn writer_that_will_be_killed() {
    let Ok(path) = env::var(CHILD_PATH) else {
        return;
    };
    let place = Place {
        folder: tempfile::tempdir().unwrap(),
        path: Path::new(&path).to_owned(),
    };
    let mut opened = place.open();
    let mut all: Vec<Bytes> = opened.chunks.clone();
    all.append(&mut opened.transactions.clone());
    let mut stdout = std::io::stdout().lock();
    for number in all.len().. {
        let payload = Bytes::from(format!("{number}"));
        opened.file.append(std::slice::from_ref(&payload)).unwrap();
        all.push(payload);
        writeln!(stdout, "acknowledged {number}").unwrap();
        stdout.flush().unwrap();
        if number % 50 == 49 {
            let compaction = opened.file.begin_compaction().unwrap();
            let records = all.len() as u64;
            let compacted = compaction
                .write(all.iter().cloned(), records, &Control::default())
                .unwrap();
            opened.file.finish_compaction(compacted).unwrap();
        }
    }
}

#[test]
fn whatever_a_killed_writer_acknowledged_is_there() {
    let place = Place::new();
    place.create(&[]).close().unwrap();
    let mut acknowledged = 0;
    for round in 0..6 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "file::killed::writer_that_will_be_killed",
            ])
            .env(CHILD_PATH, &place.path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let enough = acknowledged + 17 + round * 23;
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while acknowledged < enough {
            let line = lines.next().expect("the writer ended by itself").unwrap();
            if let Some(number) = line.split("acknowledged ").nth(1) {
                acknowledged = number.parse::<usize>().unwrap() + 1;
            }
        }
        child.kill().unwrap();
        for line in lines.map_while(Result::ok) {
            if let Some(number) = line.strip_prefix("acknowledged ") {
                acknowledged = number.parse::<usize>().unwrap() + 1;
            }
        }
        child.wait().unwrap();

        let opened = place.open();
        let all = [opened.chunks, opened.transactions].concat();
        assert!(
            all.len() == acknowledged || all.len() == acknowledged + 1,
            "round {round}"
        );
        for (number, payload) in all.iter().enumerate() {
            assert_eq!(*payload, number.to_string(), "round {round}");
        }
        acknowledged = all.len();
    }
}
