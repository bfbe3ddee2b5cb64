//! FORMAT.md shows the bytes of the smallest file; here they are generated and compared.
use std::{fmt::Write as _, path::Path, sync::Arc};

use super::{CHEAP, CountingEntropy, credentials, mem_vfs::MemVfs, payloads};
use crate::file::{
    Control, FileCreateOptions, StoreFile,
    format::frame::{Chain, FRAME_HEADER_LEN, FrameHeader},
    read::walk::{FrameRead, Window, read_frame},
};

const DOCUMENT: &str = include_str!("../../../FORMAT.md");
const BEGIN: &str = "<!-- example begin -->\n```text\n";
const END: &str = "```\n<!-- example end -->";

const HEADER: [(usize, &str); 18] = [
    (8, "magic"),
    (2, "major version"),
    (2, "minor version"),
    (4, "length of the header"),
    (4, "features: incompatible"),
    (4, "features: compatible for reading"),
    (4, "features: compatible"),
    (1, "copy A"),
    (3, "zero"),
    (16, "store id"),
    (8, "generation"),
    (8, "header epoch"),
    (32, "generation salt"),
    (32, "commitment to the data key"),
    (8, "offset of the first frame"),
    (2, "number of slots"),
    (2, "length of a slot"),
    (116, "zero"),
];

const SLOT: [(usize, &str); 14] = [
    (1, "state: active"),
    (1, "kind: password"),
    (1, "derivation: Argon2id"),
    (1, "zero"),
    (4, "memory: 19 MiB"),
    (4, "passes: 2"),
    (4, "lanes: 1"),
    (32, "salt"),
    (16, "slot id"),
    (32, "commitment to the password"),
    (24, "nonce"),
    (32, "wrapped data key"),
    (16, "its tag"),
    (88, "label (none), zero"),
];

const HEADER_END: [(usize, &str); 4] = [
    (1792, "slots 1 to 7: empty"),
    (1728, "zero"),
    (32, "HMAC-SHA-256 of all above"),
    (32, "SHA-256 of all above"),
];

const FRAME: [(usize, &str); 10] = [
    (4, "mark"),
    (1, "kind"),
    (1, "flags"),
    (2, "zero"),
    (4, "length of the ciphertext"),
    (4, "CRC-32"),
    (8, "sequence number"),
    (8, "durable sequence number"),
    (24, "nonce"),
    (16, "tag of the frame before"),
];

const PACK: [(usize, &str); 7] = [
    (1, "codec: stored"),
    (1, "encoding: MessagePack"),
    (2, "zero"),
    (4, "length of the payload"),
    (4, "length of the body"),
    (4, "part"),
    (8, "transaction"),
];

/// Writes fields as rows of 16 bytes; a longer run of zeros is replaced by its length.
struct Dump {
    text: String,
}

impl Dump {
    fn fields(&mut self, start: usize, bytes: &[u8], fields: &[(usize, &str)]) -> usize {
        let mut at = 0;
        for &(len, label) in fields {
            self.field(start + at, &bytes[at..at + len], label);
            at += len;
        }
        at
    }

    fn field(&mut self, offset: usize, bytes: &[u8], label: &str) {
        if bytes.len() > 16 && bytes.iter().all(|&byte| byte == 0) {
            let count = format!("{} zero bytes", bytes.len());
            writeln!(self.text, "{offset:04x}  {count:<48} {label}").unwrap();
            return;
        }
        for (row, bytes) in bytes.chunks(16).enumerate() {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let label = if row == 0 { label } else { "" };
            let line = format!("{:04x}  {:<48} {label}", offset + row * 16, hex.join(" "));
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn title(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        writeln!(self.text, "{title}").unwrap();
    }
}

/// The smallest file: no chunk, one transaction `hello`, closed.
fn example(vfs: &MemVfs, path: &Path) -> StoreFile {
    let options = FileCreateOptions {
        kdf: CHEAP,
        now: 1_700_000_000_000,
        entropy: Arc::new(CountingEntropy::default()),
        ..FileCreateOptions::default()
    };
    let (mut file, _) = StoreFile::create(
        Arc::new(vfs.clone()),
        path,
        &credentials("correct horse battery staple"),
        &options,
        std::iter::empty(),
        0,
        &Control::default(),
    )
    .unwrap();
    file.append(&payloads(&["hello"])).unwrap();
    file.append_ctrl(&crate::file::format::meta::Ctrl::Close)
        .unwrap();
    file
}

fn dump() -> String {
    let (vfs, path) = (MemVfs::default(), Path::new("/folder/example.vstore"));
    let file = example(&vfs, path);
    let content = vfs.content(path);
    let mut dump = Dump {
        text: String::new(),
    };

    dump.title("Header, copy A");
    let mut at = dump.fields(0, &content, &HEADER);
    dump.title("Key slot 0");
    at += dump.fields(at, &content[at..], &SLOT);
    dump.title("The rest of the header");
    dump.fields(at, &content[at..], &HEADER_END);

    let handle = &*file.generation.file;
    let mut window = Window::new(handle, content.len() as u64);
    let mut chain = Chain::START;
    for title in ["META", "SNAP_END", "TXN", "CTRL"] {
        let start = chain.offset as usize;
        dump.title(&format!("Frame {}: {title}", chain.seq));
        let at = start + dump.fields(start, &content[start..], &FRAME);
        dump.field(
            at,
            &content[at..start + FRAME_HEADER_LEN],
            "offset of this frame",
        );
        let Ok(FrameRead::Frame(raw)) = read_frame(&mut window, chain.offset) else {
            panic!()
        };
        let (header, tag): (FrameHeader, _) = (raw.header.clone(), raw.tag);
        let body = start + FRAME_HEADER_LEN;
        dump.field(body, &raw.ciphertext, "ciphertext");
        dump.field(body + raw.ciphertext.len(), &raw.tag, "tag");
        let plain = raw.open(&file.generation.cipher).unwrap();
        dump.title("  decrypted");
        let head = dump.fields(0, &plain, &PACK);
        let body_len = u32::from_le_bytes(plain[8..12].try_into().unwrap()) as usize;
        dump.field(head, &plain[head..head + body_len], "payload");
        let padding = &plain[head + body_len..];
        if !padding.is_empty() {
            dump.field(head + body_len, padding, "padding");
        }
        chain = chain.after(header.ct_len, tag);
    }
    assert_eq!(chain.offset, content.len() as u64);
    dump.text
}

#[test]
fn the_document_shows_the_true_bytes() {
    let (_, rest) = DOCUMENT.split_once(BEGIN).unwrap();
    let (shown, _) = rest.split_once(END).unwrap();
    let true_bytes = dump();
    assert!(shown == true_bytes, "FORMAT.md must show:\n{true_bytes}");
}

#[test]
fn the_example_does_not_depend_on_the_machine() {
    assert_eq!(dump(), dump());
}
