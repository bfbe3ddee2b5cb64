//! Key files and header backups are written completely or not at all.
use std::{
    io::ErrorKind,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::mem_vfs::{Fault, MemVfs};
use crate::file::{KeyFile, Vfs as _};

const PATH: &str = "/folder/films.key";

fn is_there(vfs: &MemVfs) -> bool {
    vfs.names().iter().any(|name| name == "films.key")
}

/// The number of calls that making a key file takes.
fn calls() -> usize {
    let vfs = MemVfs::default();
    KeyFile::generate(&vfs, Path::new(PATH)).unwrap();
    vfs.calls()
}

#[test]
fn nobody_ever_sees_a_part_of_a_key_file() {
    for call in 0..calls() {
        let vfs = MemVfs::default();
        let looked = Arc::new(AtomicBool::new(false));
        let has_looked = Arc::clone(&looked);
        vfs.at_call(call, move |vfs| {
            if is_there(vfs) {
                assert_eq!(vfs.content(Path::new(PATH)).len(), 64, "before call {call}");
            }
            has_looked.store(true, Ordering::Relaxed);
        });
        KeyFile::generate(&vfs, Path::new(PATH)).unwrap();
        assert!(looked.load(Ordering::Relaxed), "call {call}");
    }
}

#[test]
fn whatever_fails_nothing_is_left_and_the_next_attempt_succeeds() {
    let mut failed = 0;
    for call in 0..calls() {
        let vfs = MemVfs::default();
        vfs.fail(Fault {
            op: None,
            ending: "",
            after: call,
            kind: ErrorKind::StorageFull,
            times: 1,
        });
        if KeyFile::generate(&vfs, Path::new(PATH)).is_err() {
            failed += 1;
            assert_eq!(vfs.names(), [""; 0], "call {call}");
        }
        vfs.heal();
        if !is_there(&vfs) {
            KeyFile::generate(&vfs, Path::new(PATH)).unwrap();
        }
        assert_eq!(vfs.names(), ["films.key"], "call {call}");
    }
    assert!(failed > 3, "{failed}");
}

#[test]
fn what_a_kill_left_goes_with_the_next_attempt() {
    let vfs = MemVfs::default();
    let left = Path::new("/folder/.films.key.0123456789abcdef.vstmp");
    vfs.create_new(left).unwrap().write_at(b"part", 0).unwrap();
    KeyFile::generate(&vfs, Path::new(PATH)).unwrap();
    assert_eq!(vfs.names(), ["films.key"]);
}
