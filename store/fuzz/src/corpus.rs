//! The inputs: a few that are generated here, and the saved ones.
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::Target;

/// Inputs to start from: typical valid ones.
pub fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let sample = vstore::fuzzing::sample();
    match target.name {
        "header" => vec![sample.iter().take(4096).copied().collect()],
        "frames" | "salvage" => vec![sample],
        "plaintext" => vec![
            // A transaction with the payload `hello`, and the mark of a clean close.
            plaintext(4, 1, 2, b"hello"),
            plaintext(5, 0, 0, b"\x81\xa1c\x02"),
            plaintext(2, 0, 0, b"chunk"),
        ],
        "pack" => vec![
            plaintext(0, 0, 1, b"hello").split_off(2),
            // LZW: clear, `a` four times, end.
            b"\x01\x01\0\0\x04\0\0\0\x05\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x00\xc3\x0c\x14\x10"
                .to_vec(),
        ],
        "batch" => vec![
            b"\x91\x94\x01\xa1k\xa5value\x93\x01\x02\xc0".to_vec(),
            b"\x94\x92\x02\xa1k\x93\x03\xa1k\x93\x01\x02\x03\x92\x04\xa1s\x93\x04\xa1s\x01"
                .to_vec(),
        ],
        _ => vec![
            b"\x82\xa1a\x93\x01\xcb\x3f\xf0\0\0\0\0\0\0\xc0\xa1b\xc4\x02\x01\x02".to_vec(),
            b"\xd6\xff\0\0\0\x01".to_vec(),
            b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        ],
    }
}

/// The plaintext of a frame, after its kind and flag.
fn plaintext(kind: u8, flags: u8, transaction: u64, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap_or(0).to_le_bytes();
    let mut bytes = vec![kind, flags, 0, 1, 0, 0];
    bytes.extend(len);
    bytes.extend(len);
    bytes.extend([0; 4]);
    bytes.extend(transaction.to_le_bytes());
    bytes.extend(body);
    bytes
}

/// The saved corpus of a target, with the path of each input, by name.
pub fn load(folder: &Path, target: &Target) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = folder.join(target.name);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    paths
        .into_iter()
        .map(|path| fs::read(&path).map(|input| (path, input)))
        .collect()
}
