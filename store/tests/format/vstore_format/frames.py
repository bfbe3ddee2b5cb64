"""Frames and what they make together: FORMAT.md, sections 5 and 7."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgpack

from . import FormatError, lzw
from .crypto import TAG_LEN, Xaes
from .header import DATA_OFFSET, le, number

MARK = b"\xf5VS\x01"
HEAD_LEN, INNER_LEN = 80, 24
META, SNAP, SNAP_END, TXN, CTRL = 1, 2, 3, 4, 5
COMMIT = 1
PAYLOAD_MAX = 64 << 20
HEADER_EPOCH, CLOSE, RECOVERED, NOTE = 1, 2, 3, 4


@dataclass
class Wrong:
    """What a frame says instead of the truth; everything is sealed as if it were true."""

    seq: int | None = None
    offset: int | None = None
    prev_tag: bytes | None = None
    length: int | None = None
    head_reserved: bytes = bytes(2)
    codec: int | None = None
    encoding: int = 1
    reserved: bytes = bytes(2)
    payload_len: int | None = None
    body: bytes | None = None
    body_len: int | None = None
    padding: bytes = b"\0"
    cipher: Xaes | None = None


class FrameWriter:
    """Appends frames, each naming the tag of the one before."""

    def __init__(self, cipher: Xaes, draw):
        self.cipher, self.draw = cipher, draw
        self.seq, self.offset, self.prev_tag = 0, DATA_OFFSET, bytes(TAG_LEN)
        self.out = bytearray()

    def add(
        self,
        kind: int,
        payload: bytes,
        *,
        flags: int = 0,
        part: int = 0,
        txn: int = 0,
        durable: int = 0,
        unit: int = 16,
        nonce: bytes | None = None,
        wrong: Wrong | None = None,
    ):
        """Writes one frame. `unit` is what the plaintext is padded to a multiple of."""
        wrong = wrong or Wrong()
        codec, body = 0, payload
        if len(payload) >= 128 and len(shorter := lzw.encode(payload)) < len(payload):
            codec, body = 1, shorter
        codec = codec if wrong.codec is None else wrong.codec
        body = body if wrong.body is None else wrong.body
        promised = len(payload) if wrong.payload_len is None else wrong.payload_len
        inner = bytes([codec, wrong.encoding]) + wrong.reserved + le(promised, 4)
        inner += le(len(body) if wrong.body_len is None else wrong.body_len, 4)
        inner += le(part, 4) + le(txn, 8) + body
        inner += wrong.padding * (-len(inner) % unit)

        nonce = nonce or self.draw(24)
        length = len(inner) if wrong.length is None else wrong.length
        head = MARK + bytes([kind, flags]) + wrong.head_reserved + le(length, 4)
        tail = le(self.seq if wrong.seq is None else wrong.seq, 8) + le(durable, 8) + nonce
        tail += self.prev_tag if wrong.prev_tag is None else wrong.prev_tag
        tail += le(self.offset if wrong.offset is None else wrong.offset, 8)
        head += le(zlib.crc32(head + tail), 4) + tail
        ciphertext, tag = (wrong.cipher or self.cipher).seal(nonce, head, inner)
        frame = head + ciphertext + tag
        self.out += frame
        self.seq += 1
        self.offset += len(frame)
        self.prev_tag = tag


@dataclass
class Frame:
    """A genuine frame, unpacked."""

    kind: int
    flags: int
    seq: int
    durable: int
    offset: int
    end: int
    tag: bytes
    part: int
    txn: int
    payload: bytes


@dataclass
class Head:
    """The head of a frame and where its parts lie, before anything is decrypted."""

    raw: bytes
    kind: int
    flags: int
    seq: int
    durable: int
    prev_tag: bytes
    said_offset: int
    body: slice
    end: int
    tag: bytes


def read_head(data: bytes, offset: int) -> Head | str:
    """What stands at `offset`, as far as the head alone tells; a text says why it is no frame."""
    raw = data[offset : offset + HEAD_LEN]
    if len(raw) < HEAD_LEN:
        return "the file ends inside a frame"
    if raw[:4] != MARK:
        return "no frame begins here"
    if zlib.crc32(raw[:12] + raw[16:]) != number(raw, 12, 4):
        return "the frame header is damaged"
    kind, flags, length = raw[4], raw[5], number(raw, 8, 4)
    if raw[6:8] != bytes(2):
        return "bytes that must be zero are not"
    if length % 16 or not 32 <= length <= PAYLOAD_MAX + 4096:
        return "a length is impossible"
    if flags > COMMIT or (flags == COMMIT and kind != TXN):
        return "flags that this kind does not have"
    if number(raw, 24, 8) > number(raw, 16, 8):
        return "more frames were durable than there are"
    body = slice(offset + HEAD_LEN, offset + HEAD_LEN + length)
    if body.stop + TAG_LEN > len(data):
        return "the file ends inside a frame"
    return Head(
        raw=raw,
        kind=kind,
        flags=flags,
        seq=number(raw, 16, 8),
        durable=number(raw, 24, 8),
        prev_tag=raw[56:72],
        said_offset=number(raw, 72, 8),
        body=body,
        end=body.stop + TAG_LEN,
        tag=data[body.stop : body.stop + TAG_LEN],
    )


def decrypt(data: bytes, head: Head, cipher: Xaes) -> bytes | None:
    return cipher.open(head.raw[32:56], head.raw, data[head.body], head.tag)


def unpack(inner: bytes, head: Head, offset: int) -> Frame:
    def refuse(reason: str):
        raise FormatError(reason, offset, head.seq)

    codec, encoding = inner[0], inner[1]
    promised, body_len = number(inner, 4, 4), number(inner, 8, 4)
    if codec not in (0, 1) or encoding != 1 or inner[2:4] != bytes(2):
        refuse("an unknown codec or encoding")
    if promised > PAYLOAD_MAX or INNER_LEN + body_len > len(inner):
        refuse("a length is impossible")
    body, padding = inner[INNER_LEN : INNER_LEN + body_len], inner[INNER_LEN + body_len :]
    if any(padding):
        refuse("bytes that must be zero are not")
    if codec == 1:
        try:
            body = lzw.decode(body, promised)
        except lzw.LzwError as error:
            refuse(f"the compressed data cannot be decoded: {error}")
    elif len(body) != promised:
        refuse("the lengths of a stored payload differ")
    return Frame(
        kind=head.kind,
        flags=head.flags,
        seq=head.seq,
        durable=head.durable,
        offset=offset,
        end=head.end,
        tag=head.tag,
        part=number(inner, 12, 4),
        txn=number(inner, 16, 8),
        payload=body,
    )


def read_map(payload: bytes, offset: int, seq: int, **fields) -> dict:
    """A map of the file's own frames; `fields` are those that must be there, with their types."""

    def distinct(pairs):
        found = dict(pairs)
        if len(found) != len(pairs):
            raise FormatError("a key stands twice", offset, seq)
        return found

    try:
        found = msgpack.unpackb(payload, object_pairs_hook=distinct)
    except (ValueError, msgpack.UnpackException) as error:
        raise FormatError(f"not one MessagePack map: {error}", offset, seq) from error
    for name, wanted in fields.items():
        value = found.get(name) if isinstance(found, dict) else None
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise FormatError(f"{name} is missing or of another type", offset, seq)
        if wanted is int and name != "created" and value < 0:
            raise FormatError(f"{name} is negative", offset, seq)
    return found


@dataclass
class Content:
    """What the frames of a file make together."""

    meta: dict | None = None
    end: dict | None = None
    chunks: list[bytes] = field(default_factory=list)
    # Where each chunk and each transaction starts, and the number of the frame.
    chunk_places: list[tuple[int, int]] = field(default_factory=list)
    transactions: list[bytes] = field(default_factory=list)
    transaction_places: list[tuple[int, int]] = field(default_factory=list)
    epoch: int = 0
    last_txn: int = 0
    skipped: int = 0
    is_closed: bool = True
    torn_bytes: int = 0
    # Where the last whole thing ends, and what a frame there must say.
    seq: int = 0
    offset: int = DATA_OFFSET
    tag: bytes = bytes(TAG_LEN)
    _parts: list[Frame] = field(default_factory=list)

    def add(self, frame: Frame):
        """Adds a genuine frame that stands in its place."""

        def refuse(reason: str):
            raise FormatError(reason, frame.offset, frame.seq)

        if frame.kind in (META, SNAP, SNAP_END) and frame.durable != 0:
            refuse("a frame of the checkpoint with a durable sequence number")
        if (frame.kind == META) != (self.meta is None):
            refuse("META is the first frame, and no other is")
        if frame.kind & 0x80:
            self.skipped += 1
            self.is_closed = self.is_closed and self.end is None
        elif frame.kind not in (META, SNAP, SNAP_END, TXN, CTRL):
            refuse("a frame of a later version")
        elif frame.kind in (SNAP, SNAP_END) and self.end is not None:
            refuse("a frame of the checkpoint behind its end")
        elif frame.kind in (TXN, CTRL) and self.end is None:
            refuse("a frame of the journal inside the checkpoint")
        if frame.kind == TXN:
            self._add_part(frame, refuse)
        elif self._parts:
            refuse("a frame between the parts of a transaction")
        elif frame.kind == META:
            self._add_meta(frame, refuse)
        elif frame.kind == SNAP:
            if frame.part != len(self.chunks) or frame.txn != 0:
                refuse("chunks are out of order")
            self.chunks.append(frame.payload)
            self.chunk_places.append((frame.offset, frame.seq))
        elif frame.kind == SNAP_END:
            place = frame.offset, frame.seq
            self.end = read_map(frame.payload, *place, chunks=int, records=int, bytes=int)
            total = sum(len(chunk) for chunk in self.chunks)
            if (self.end["chunks"], self.end["bytes"]) != (len(self.chunks), total):
                refuse("the checkpoint is not what its end says")
        elif frame.kind == CTRL:
            self._add_note(frame, refuse)
        if not self._parts:
            self.seq, self.offset, self.tag = frame.seq + 1, frame.end, frame.tag

    def _add_meta(self, frame: Frame, refuse):
        names = dict.fromkeys(("v", "epoch", "gen", "base_txn", "schema", "created"), int)
        self.meta = read_map(frame.payload, frame.offset, frame.seq, app=str, **names)
        if self.meta.get("align", 0) not in (0, 512, 4096):
            refuse("an alignment that does not exist")
        self.epoch, self.last_txn = self.meta["epoch"], self.meta["base_txn"]

    def _add_part(self, frame: Frame, refuse):
        if frame.txn != self.last_txn + 1 or frame.part != len(self._parts):
            refuse("transactions are out of order")
        self._parts.append(frame)
        if frame.flags & COMMIT:
            self.last_txn, self.is_closed = frame.txn, False
            self.transactions.append(b"".join(part.payload for part in self._parts))
            self.transaction_places.append((self._parts[0].offset, self._parts[0].seq))
            self._parts = []

    def _add_note(self, frame: Frame, refuse):
        note = read_map(frame.payload, frame.offset, frame.seq, c=int)
        needed = {HEADER_EPOCH: "epoch", RECOVERED: "torn_bytes"}.get(note["c"])
        if not HEADER_EPOCH <= note["c"] <= NOTE:
            refuse("a note that does not exist")
        if needed and not isinstance(note.get(needed), int):
            refuse(f"a note without {needed}")
        if note["c"] == HEADER_EPOCH:
            self.epoch = max(self.epoch, note["epoch"])
        self.is_closed = note["c"] == CLOSE


def read_frames(data: bytes, cipher: Xaes, generation: int) -> Content:
    """Reads all frames; tells a torn tail from damage."""
    content = Content()
    offset, seq, tag = DATA_OFFSET, 0, bytes(TAG_LEN)
    fault = None
    while offset < len(data):
        head = read_head(data, offset)
        fault = head if isinstance(head, str) else follows(head, offset, seq, tag)
        if fault:
            break
        inner = decrypt(data, head, cipher)
        if inner is None:
            fault = "the encrypted data was changed"
            break
        content.add(unpack(inner, head, offset))
        offset, seq, tag = head.end, seq + 1, head.tag
    if content.meta is None or content.end is None:
        raise FormatError(fault or "the file ends inside its checkpoint", offset, seq)
    if fault and is_damage(data, cipher, offset, seq):
        raise FormatError(fault, offset, seq)
    if content.meta["gen"] != generation:
        raise FormatError("META is of another generation", DATA_OFFSET, 0)
    content.torn_bytes = len(data) - content.offset
    return content


def follows(head: Head, offset: int, seq: int, tag: bytes) -> str | None:
    """Why the frame is not the one that is expected."""
    if head.seq != seq:
        return "a frame is missing or repeated"
    if head.said_offset != offset:
        return "the frame belongs to another place"
    if head.prev_tag != tag:
        return "the frame does not follow the one before it"
    return None


def is_damage(data: bytes, cipher: Xaes, offset: int, seq: int) -> bool:
    """Whether a genuine frame from `offset` on says that more than `seq` frames were durable, or
    stands where it does not belong."""
    at = data.find(MARK, offset)
    while at >= 0:
        head = read_head(data, at)
        is_evidence = isinstance(head, Head) and (head.durable > seq or head.said_offset != at)
        if is_evidence and decrypt(data, head, cipher) is not None:
            return True
        at = data.find(MARK, at + 1)
    return False


def frames_of(data: bytes, cipher: Xaes) -> Iterator[Frame]:
    """The frames of an undamaged file, one after the other."""
    offset = DATA_OFFSET
    while offset < len(data):
        head = read_head(data, offset)
        if isinstance(head, str) or (inner := decrypt(data, head, cipher)) is None:
            return
        yield unpack(inner, head, offset)
        offset = head.end
