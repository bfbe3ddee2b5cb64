"""A whole file: reading it, and writing one."""

from collections.abc import Callable
from dataclasses import dataclass, field

from . import frames, header
from .crypto import Credentials, DataKey
from .frames import CLOSE, COMMIT, CTRL, META, SNAP, SNAP_END, TXN, Content, FrameWriter, Wrong
from .header import Header, Slot
from .records import Records, write_value

PART_BYTES = 1 << 20


@dataclass
class Opened:
    """What a file holds."""

    header: Header
    slot: int
    content: Content
    records: Records


def read(data: bytes, credentials: Credentials, *, has_records: bool = True) -> Opened:
    """Reads all of a file as opening does. `has_records` is false for files whose payloads are
    bytes without a meaning."""
    if len(data) < header.DATA_OFFSET:
        raise header.FormatError("the file is incomplete")
    current, copy = header.read_current(data)
    data_key, slot = header.unlock(current, credentials)
    header.authenticate(data, copy, current, data_key)
    cipher = data_key.frames(current.generation, current.salt)
    content = frames.read_frames(data, cipher, current.generation)
    if current.epoch < content.epoch:
        raise header.FormatError("the header is older than the data")
    records = Records()
    if has_records:
        for chunk, place in zip(content.chunks, content.chunk_places, strict=True):
            records.load_chunk(chunk, place)
        places = content.transaction_places
        for transaction, place in zip(content.transactions, places, strict=True):
            records.replay(transaction, place)
    return Opened(current, slot, content, records)


@dataclass
class Sketch:
    """A file to be written. What is wrong with it on purpose is said by frame number."""

    draw: Callable[[int], bytes]
    slots: list[tuple[Slot, Credentials]]
    chunks: list[bytes] = field(default_factory=list)
    records: int = 0
    transactions: list[bytes] = field(default_factory=list)
    generation: int = 1
    epoch: int = 1
    base_txn: int = 0
    created: int = 1_700_000_000_000
    align: int = 0
    is_closed: bool = True
    meta: dict = field(default_factory=dict)
    end: dict = field(default_factory=dict)
    # Of frames: what they say wrongly, and arguments of `FrameWriter.add` that are others.
    wrong: dict[int, Wrong] = field(default_factory=dict)
    other: dict[int, dict] = field(default_factory=dict)
    # Whole frames before the frame with this number, as arguments of `FrameWriter.add`.
    extra: dict[int, list[dict]] = field(default_factory=dict)
    left_out: set[int] = field(default_factory=set)
    header_patches: dict[int, bytes] = field(default_factory=dict)
    header_fields: dict = field(default_factory=dict)
    patches: dict[int, bytes] = field(default_factory=dict)

    def write(self) -> bytes:
        key, first_nonce, store_id = self.draw(32), self.draw(24), self.draw(16)
        data_key = DataKey(key, store_id)
        salt = data_key.generation_salt(first_nonce)
        fields = {
            "store_id": store_id,
            "generation": self.generation,
            "epoch": self.epoch,
            "salt": salt,
            "commitment": data_key.commitment(),
            "slots": [slot.encode(credentials, data_key) for slot, credentials in self.slots],
        }
        both = Header(**fields | self.header_fields).encode_both(data_key, self.header_patches)
        self._data_key = data_key
        self._writer = FrameWriter(data_key.frames(self.generation, salt), self.draw)
        self._planned = 0
        self._write_frames(first_nonce)
        return header.patched(both + bytes(self._writer.out), self.patches)

    def other_generation(self, store_id: bytes, key: bytes) -> frames.Xaes:
        """The cipher of a generation that is not this one."""
        return DataKey(key, store_id).frames(self.generation + 1, bytes(32))

    def _write_frames(self, first_nonce: bytes):
        meta = {
            "v": 1,
            "epoch": self.epoch,
            "gen": self.generation,
            "base_txn": self.base_txn,
            "prev": None,
            "app": "VStore",
            "schema": 1,
            "created": self.created,
            "align": self.align,
        }
        self._add(META, write_value(meta | self.meta), nonce=first_nonce)
        for number, chunk in enumerate(self.chunks):
            self._add(SNAP, chunk, part=number)
        total = sum(len(chunk) for chunk in self.chunks)
        end = {"chunks": len(self.chunks), "records": self.records, "bytes": total}
        self._add(SNAP_END, write_value(end | self.end))
        for number, transaction in enumerate(self.transactions, self.base_txn + 1):
            starts = range(0, max(len(transaction), 1), PART_BYTES)
            durable = self._writer.seq
            for part, start in enumerate(starts):
                flags = COMMIT if part + 1 == len(starts) else 0
                payload = transaction[start : start + PART_BYTES]
                place = {"flags": flags, "part": part, "txn": number, "durable": durable}
                self._add(TXN, payload, unit=64, **place)
        if self.is_closed:
            self._add(CTRL, write_value({"c": CLOSE}), unit=64, durable=self._writer.seq)

    def _add(self, kind: int, payload: bytes, **arguments):
        planned, self._planned = self._planned, self._planned + 1
        for extra in self.extra.get(planned, []):
            self._writer.add(**extra)
        if planned not in self.left_out:
            arguments |= {"kind": kind, "payload": payload} | self.other.get(planned, {})
            self._writer.add(wrong=self.wrong.get(planned), **arguments)
