"""Files that whoever holds the key could write: authentic in every byte, and wrong.

Each has a name; `tests/it/format/vectors.rs` says what opening, verifying and salvaging one must
answer. All are sealed under the same keys, with nonces that are counted, so that a file is the same
in every run. Unless it is about something else, a file has these frames:

    0 META, 1 SNAP (a:1 a:2), 2 SNAP (b:1), 3 SNAP_END, 4 TXN 1 (c:1), 5 TXN 2 (c:2), 6 CLOSE
"""

import hashlib
from collections.abc import Callable, Iterator

import msgpack

from . import lzw
from .crypto import Credentials
from .frames import COMMIT, CTRL, META, SNAP, SNAP_END, Wrong
from .header import Slot
from .records import Record, put, write_operations, write_value
from .store import Sketch

OPENER = Credentials(recovery_key=bytes(range(32)))
PASSWORD = Credentials(password="secret")
TIMES = write_value([1_700_000_000_000, 1_700_000_000_000, None])
END, TXN_1, TXN_2, CLOSE = 3, 4, 5, 6

_VECTORS: list[tuple[str, Callable[[], bytes]]] = []


def all_of_them() -> Iterator[tuple[str, bytes]]:
    for name, make in _VECTORS:
        yield name, make()


def vector(name: str, make: Callable[[], bytes]):
    _VECTORS.append((name, make))


def counted() -> Callable[[int], bytes]:
    count = 0

    def draw(length: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_128(count.to_bytes(8)).digest(length)

    return draw


def slot(kind: int = 3, **fields) -> Slot:
    return Slot(kind=kind, salt=b"\4" * 32, slot_id=b"\5" * 16, nonce=b"\6" * 24, **fields)


def record(key: str, value=1) -> bytes:
    return put(key, Record(value, 1_700_000_000_000, 1_700_000_000_000))


def put_of(value: bytes, key: bytes = b"\xa3a:1", times: bytes = TIMES) -> bytes:
    """A put whose parts are given as they are encoded."""
    return b"\x94\x01" + key + value + times


def sketch(**fields) -> Sketch:
    chunks = [write_operations([record("a:1"), record("a:2")]), write_operations([record("b:1")])]
    transactions = [write_operations([record("c:1")]), write_operations([record("c:2")])]
    usual = {"chunks": chunks, "records": 3, "transactions": transactions}
    usual |= {"draw": counted(), "slots": [(slot(), OPENER)]}
    return Sketch(**usual | fields)


def with_chunk(
    *ops: bytes, count: int | None = None, behind: bytes = b"", records: int = 1
) -> bytes:
    """A file whose first chunk holds these operations, before the usual one."""
    payload = write_operations(list(ops)) if count is None else array(count) + b"".join(ops)
    second = write_operations([record("b:1")])
    return sketch(chunks=[payload + behind, second], records=records + 1).write()


def with_journal(*ops: bytes, behind: bytes = b"") -> bytes:
    """A file whose first transaction holds these operations."""
    usual = sketch().transactions
    return sketch(transactions=[write_operations(list(ops)) + behind, usual[1]]).write()


def array(count: int) -> bytes:
    return msgpack.Packer().pack_array_header(count)


def nested(depth: int) -> bytes:
    return b"\x91" * depth + b"\x01"


# What is right, so that the others are known to be wrong for one reason only.
vector("right", lambda: sketch().write())
vector("right-deepest-value", lambda: with_chunk(put_of(nested(128))))
vector(
    "right-long-integers",
    lambda: with_chunk(
        b"\xdd\0\0\0\x04\xd3\0\0\0\0\0\0\0\x01\xdb\0\0\0\x03a:1\xcf\0\0\0\0\0\0\0\x07"
        + b"\xdc\0\x03\xd3\0\0\0\0\0\0\0\x01\xd2\0\0\0\x01\xc0"
    ),
)
vector(
    "right-long-integers-in-end",
    lambda: sketch(
        other={
            END: {
                "payload": b"\x83\xa6chunks\xcd\0\x02\xa7records\xcc\x03\xa5bytes\xcf"
                + sum(map(len, sketch().chunks)).to_bytes(8)
            }
        },
    ).write(),
)
vector(
    "right-skippable-frame",
    lambda: sketch(extra={TXN_2: [{"kind": 0x81, "payload": b"x"}]}).write(),
)
vector("right-unknown-key-in-meta", lambda: sketch(meta={"later": [1, 2]}).write())
vector("right-later-number-in-meta", lambda: sketch(meta={"v": 2, "schema": 2}).write())
vector(
    "right-last-and-first-time",
    lambda: with_chunk(
        put_of(
            b"\x01",
            times=b"\x93\xd3\x80\0\0\0\0\0\0\0\xcf\x7f" + b"\xff" * 7 + b"\xcf\x7f" + b"\xff" * 7,
        )
    ),
)
vector(
    "right-torn-transaction", lambda: sketch(other={TXN_2: {"flags": 0}}, is_closed=False).write()
)

# Operations and values of the checkpoint.
vector("chunk-name-twice", lambda: with_chunk(put_of(b"\x82\xa1x\x01\xa1x\x02")))
vector(
    "chunk-name-twice-among-many",
    lambda: with_chunk(
        put_of(b"\xde\0\x28" + b"".join(write_value(f"n{n % 39}") + b"\x01" for n in range(40)))
    ),
)
vector(
    "chunk-name-twice-deep-inside",
    lambda: with_chunk(put_of(b"\x91\x81\xa1y\x82\xa1x\x01\xa1x\x02")),
)
vector("chunk-name-not-text", lambda: with_chunk(put_of(b"\x81\x01\x01")))
vector("chunk-key-twice", lambda: with_chunk(record("a:1"), record("a:1", 2), records=2))
vector("chunk-keys-out-of-order", lambda: with_chunk(record("a:2"), record("a:1"), records=2))
vector("chunk-keys-overlap-the-next", lambda: with_chunk(record("a:1"), record("c:0"), records=2))
vector("chunk-followed-by-bytes", lambda: with_chunk(record("a:1"), behind=b"\xc0"))
vector("chunk-empty-payload", lambda: sketch(chunks=[b"", sketch().chunks[1]], records=1).write())
vector("chunk-not-a-list", lambda: sketch(chunks=[b"\x80", sketch().chunks[1]], records=1).write())
vector("chunk-fewer-operations-than-promised", lambda: with_chunk(record("a:1"), count=2))
vector("chunk-promises-four-billion-operations", lambda: with_chunk(record("a:1"), count=2**32 - 1))
vector(
    "chunk-value-promises-four-billion-elements",
    lambda: with_chunk(put_of(b"\xdd\xff\xff\xff\xff")),
)
vector(
    "chunk-value-promises-four-billion-names", lambda: with_chunk(put_of(b"\xdf\xff\xff\xff\xff"))
)
vector("chunk-text-longer-than-the-payload", lambda: with_chunk(put_of(b"\xdb\xff\xff\xff\xff")))
vector("chunk-text-not-utf8", lambda: with_chunk(put_of(b"\xa2\xc3\x28")))
vector("chunk-text-with-surrogate", lambda: with_chunk(put_of(b"\xa3\xed\xa0\x80")))
vector("chunk-name-not-utf8", lambda: with_chunk(put_of(b"\x81\xa1\xff\x01")))
vector("chunk-key-not-utf8", lambda: with_chunk(put_of(b"\x01", key=b"\xa1\xff")))
vector("chunk-key-empty", lambda: with_chunk(record("")))
vector("chunk-key-too-long", lambda: with_chunk(record("a" * 4097)))
vector("chunk-key-with-control-character", lambda: with_chunk(record("a:\u0085")))
vector("chunk-key-not-text", lambda: with_chunk(put_of(b"\x01", key=b"\xc4\x03a:1")))
vector("chunk-nested-too-deep", lambda: with_chunk(put_of(nested(129))))
vector("chunk-nested-a-million-deep", lambda: with_chunk(put_of(nested(1_000_000))))
vector("chunk-reserved-type", lambda: with_chunk(put_of(b"\xc1")))
vector("chunk-unknown-extension", lambda: with_chunk(put_of(b"\xd4\x05\0")))
vector(
    "chunk-timestamp-out-of-range",
    lambda: with_chunk(put_of(b"\xc7\x0c\xff\0\0\0\0\x7f" + b"\xff" * 7)),
)
vector(
    "chunk-timestamp-with-a-billion-nanoseconds",
    lambda: with_chunk(put_of(b"\xc7\x0c\xff\x3b\x9a\xca\0" + bytes(8))),
)
vector(
    "chunk-time-beyond-64-bits",
    lambda: with_chunk(put_of(b"\x01", times=b"\x93\xcf\x80\0\0\0\0\0\0\0\x01\xc0")),
)
vector(
    "chunk-time-with-fraction",
    lambda: with_chunk(put_of(b"\x01", times=b"\x93\xcb\x3f\xf0\0\0\0\0\0\0\x01\xc0")),
)
vector("chunk-two-times", lambda: with_chunk(put_of(b"\x01", times=b"\x92\x01\x01")))
vector("chunk-unknown-operation", lambda: with_chunk(b"\x92\x09\xa3a:1"))
vector("chunk-put-without-times", lambda: with_chunk(b"\x93\x01\xa3a:1\x01"))
vector("chunk-deletes", lambda: with_chunk(write_value([2, "a:1"]), records=0))
vector("chunk-removes-a-setting", lambda: with_chunk(write_value([4, "columns"]), records=0))
vector(
    "chunk-setting-of-unknown-type", lambda: with_chunk(b"\x93\x04\xa7columns\xd4\x05\0", records=0)
)
vector(
    "chunk-setting-twice",
    lambda: with_chunk(write_value([4, "a", 1]), write_value([4, "a", 2]), records=0),
)
vector(
    "chunk-settings-out-of-order",
    lambda: with_chunk(write_value([4, "b", 1]), write_value([4, "a", 2]), records=0),
)
vector("chunk-setting-without-name", lambda: with_chunk(write_value([4, "", 1]), records=0))
vector(
    "chunk-setting-with-long-name", lambda: with_chunk(write_value([4, "n" * 256, 1]), records=0)
)

# Operations of the journal.
vector("journal-name-twice", lambda: with_journal(put_of(b"\x82\xa1x\x01\xa1x\x02")))
vector("journal-times-of-a-missing-record", lambda: with_journal(b"\x93\x03\xa1z" + TIMES))
vector("journal-unknown-operation", lambda: with_journal(b"\x92\x09\xa3a:1"))
vector("journal-setting-without-name", lambda: with_journal(write_value([4, "", 1])))
vector("journal-followed-by-bytes", lambda: with_journal(record("c:1"), behind=b"\0"))
vector("journal-key-with-control-character", lambda: with_journal(record("a\n")))
vector("journal-nested-too-deep", lambda: with_journal(put_of(nested(129))))

# The order of frames.
vector(
    "frames-jump-in-sequence",
    lambda: sketch(
        wrong={TXN_1: Wrong(seq=9), TXN_2: Wrong(seq=10), CLOSE: Wrong(seq=11)},
        other={TXN_2: {"durable": 10}, CLOSE: {"durable": 11}},
    ).write(),
)
vector("frames-sequence-repeated", lambda: sketch(wrong={TXN_2: Wrong(seq=TXN_1)}).write())
vector("frames-wrong-offset", lambda: sketch(wrong={TXN_1: Wrong(offset=0x9000)}).write())
vector(
    "frames-wrong-tag-before", lambda: sketch(wrong={TXN_1: Wrong(prev_tag=b"\x07" * 16)}).write()
)
vector(
    "frames-tag-before-the-first", lambda: sketch(wrong={0: Wrong(prev_tag=b"\x07" * 16)}).write()
)


def frame_of_another_generation() -> bytes:
    draw = counted()
    key, _, store_id = draw(32), draw(24), draw(16)
    cipher = sketch().other_generation(store_id, key)
    return sketch(wrong={TXN_1: Wrong(cipher=cipher)}).write()


vector("frames-of-another-generation", frame_of_another_generation)


vector(
    "frames-kind-of-a-later-version",
    lambda: sketch(extra={TXN_2: [{"kind": 6, "payload": b""}]}).write(),
)
vector("frames-kind-zero", lambda: sketch(extra={TXN_2: [{"kind": 0, "payload": b""}]}).write())
vector("frames-durable-beyond-sequence", lambda: sketch(other={TXN_1: {"durable": 99}}).write())
vector("frames-durable-in-checkpoint", lambda: sketch(other={1: {"durable": 1}}).write())
vector("frames-commit-on-a-chunk", lambda: sketch(other={1: {"flags": COMMIT}}).write())
vector("frames-unknown-flag", lambda: sketch(other={TXN_1: {"flags": COMMIT | 2}}).write())
vector("frames-reserved-bit", lambda: sketch(wrong={TXN_1: Wrong(head_reserved=b"\0\x80")}).write())
vector(
    "frames-promise-four-gigabytes",
    lambda: sketch(wrong={TXN_1: Wrong(length=0xFFFF_FFF0)}).write(),
)

# Inside the encryption.
vector("inside-reserved-bit", lambda: sketch(wrong={TXN_1: Wrong(reserved=b"\x01\0")}).write())
vector("inside-unknown-encoding", lambda: sketch(wrong={TXN_1: Wrong(encoding=2)}).write())
vector("inside-unknown-codec", lambda: sketch(wrong={TXN_1: Wrong(codec=2)}).write())
vector("inside-padding", lambda: sketch(wrong={TXN_1: Wrong(padding=b"\x01")}).write())
vector(
    "inside-body-longer-than-the-frame",
    lambda: sketch(wrong={TXN_1: Wrong(body_len=0xFFFF)}).write(),
)
vector("inside-stored-lengths-differ", lambda: sketch(wrong={TXN_1: Wrong(payload_len=5)}).write())
vector(
    "inside-promises-more-than-64-mib",
    lambda: sketch(
        wrong={TXN_1: Wrong(payload_len=(64 << 20) + 1, codec=1, body=lzw.encode(b"x"))}
    ).write(),
)


def compressed(codes: list[int], length: int = 3) -> bytes:
    writer = lzw.CodeWriter()
    for code in codes:
        writer.put(code)
    return with_body(writer.finish(), length)


def with_body(body: bytes, length: int) -> bytes:
    return sketch(wrong={TXN_1: Wrong(codec=1, body=body, payload_len=length)}).write()


vector("lzw-promises-64-mib-and-holds-three-bytes", lambda: with_body(lzw.encode(b"abc"), 64 << 20))
vector("lzw-bomb", lambda: with_body(lzw.encode(bytes(4 << 20)), 3))
vector("lzw-one-byte-less-than-promised", lambda: with_body(lzw.encode(b"ab"), 3))
vector("lzw-without-end", lambda: compressed([256, 97, 98, 99]))
vector("lzw-code-not-known-yet", lambda: compressed([256, 97, 300, 257]))
vector("lzw-first-code-not-a-byte", lambda: compressed([256, 258, 257]))
vector("lzw-input-left-over", lambda: with_body(lzw.encode(b"abc") + b"\0", 3))
vector("lzw-empty-body", lambda: with_body(b"", 0))

# The checkpoint as a whole.
vector(
    "checkpoint-without-end",
    lambda: sketch(transactions=[], is_closed=False, left_out={END}).write(),
)
vector("checkpoint-without-end-before-journal", lambda: sketch(left_out={END}).write())
vector(
    "checkpoint-with-two-ends",
    lambda: sketch(
        extra={
            TXN_1: [
                {"kind": SNAP_END, "payload": write_value({"chunks": 2, "records": 3, "bytes": 0})}
            ]
        }
    ).write(),
)
vector(
    "checkpoint-again-in-the-journal",
    lambda: sketch(
        extra={
            TXN_2: [
                {"kind": META, "payload": write_value({"v": 1})},
                {"kind": SNAP, "payload": sketch().chunks[0]},
            ]
        }
    ).write(),
)
vector(
    "checkpoint-chunk-in-the-journal",
    lambda: sketch(
        extra={TXN_2: [{"kind": SNAP, "payload": sketch().chunks[0], "part": 2}]}
    ).write(),
)
vector("checkpoint-chunk-number-skipped", lambda: sketch(other={2: {"part": 2}}).write())
vector("checkpoint-chunk-with-transaction-number", lambda: sketch(other={2: {"txn": 1}}).write())
vector("checkpoint-fewer-chunks-than-its-end-says", lambda: sketch(end={"chunks": 3}).write())
vector("checkpoint-fewer-bytes-than-its-end-says", lambda: sketch(end={"bytes": 9999}).write())
vector("right-fewer-records-than-the-end-says", lambda: sketch(end={"records": 4}).write())
vector("right-more-records-than-the-end-says", lambda: sketch(end={"records": 2}).write())
vector("checkpoint-end-says-a-negative-number", lambda: sketch(end={"records": -3}).write())
vector(
    "checkpoint-end-says-a-key-twice",
    lambda: sketch(
        other={
            END: {
                "payload": b"\x84\xa6chunks\x02\xa6chunks\x02\xa7records\x03\xa5bytes"
                + write_value(sum(map(len, sketch().chunks)))
            }
        },
    ).write(),
)

# META.
vector("meta-missing", lambda: sketch(left_out={0}).write())
vector("meta-of-another-generation", lambda: sketch(meta={"gen": 2}).write())
vector("meta-alignment-that-does-not-exist", lambda: sketch(meta={"align": 100}).write())
vector("meta-epoch-above-the-header", lambda: sketch(meta={"epoch": 7}).write())
vector(
    "meta-without-generation", lambda: sketch(other={0: {"payload": write_value({"v": 1})}}).write()
)
vector(
    "meta-followed-by-bytes",
    lambda: sketch(
        other={
            0: {
                "payload": write_value(
                    {
                        "v": 1,
                        "epoch": 1,
                        "gen": 1,
                        "base_txn": 0,
                        "prev": None,
                        "app": "",
                        "schema": 1,
                        "created": 0,
                    }
                )
                + b"\xc0"
            }
        }
    ).write(),
)
vector("meta-not-a-map", lambda: sketch(other={0: {"payload": b"\x01"}}).write())

# Transactions.
vector("transaction-number-skipped", lambda: sketch(other={TXN_2: {"txn": 3}}).write())
vector("transaction-number-repeated", lambda: sketch(other={TXN_2: {"txn": 1}}).write())
vector("transaction-begins-with-part-one", lambda: sketch(other={TXN_1: {"part": 1}}).write())
vector("transaction-with-a-note-inside", lambda: sketch(other={TXN_2: {"flags": 0}}).write())
vector("transaction-starts-below-the-checkpoint", lambda: sketch(meta={"base_txn": 5}).write())
vector(
    "note-of-unknown-kind",
    lambda: sketch(other={CLOSE: {"payload": write_value({"c": 9})}}).write(),
)
vector(
    "note-without-its-number",
    lambda: sketch(other={CLOSE: {"payload": write_value({"c": 1})}}).write(),
)
vector(
    "note-epoch-above-the-header",
    lambda: sketch(
        extra={CLOSE: [{"kind": CTRL, "payload": write_value({"c": 1, "epoch": 9}), "unit": 64}]}
    ).write(),
)

# Headers, authentic in both copies.
vector("header-reserved-bit", lambda: sketch(header_patches={200: b"\x01"}).write())
vector(
    "header-reserved-bit-behind-the-slots", lambda: sketch(header_patches={3000: b"\x80"}).write()
)
vector("header-seven-slots", lambda: sketch(header_patches={136: b"\x07"}).write())
vector("header-nine-slots", lambda: sketch(header_patches={136: b"\x09"}).write())
vector("header-slots-of-another-length", lambda: sketch(header_patches={138: b"\0\x02"}).write())
vector("header-data-elsewhere", lambda: sketch(header_patches={128: b"\0\x90"}).write())
vector("header-of-another-length", lambda: sketch(header_patches={12: b"\0\x20"}).write())
vector("right-copy-b-says-that-it-is-a", lambda: sketch(header_patches={28: b"\0"}).write())
vector("header-version-two", lambda: sketch(header_patches={8: b"\x02"}).write())
vector("header-version-zero", lambda: sketch(header_patches={8: b"\0"}).write())
vector(
    "header-commitment-to-another-key",
    lambda: sketch(header_fields={"commitment": b"\x07" * 32}).write(),
)
vector(
    "header-salt-of-another-generation",
    lambda: sketch(header_fields={"salt": b"\x07" * 32}).write(),
)
vector("header-of-another-generation", lambda: sketch(header_fields={"generation": 2}).write())
vector("slot-damaged", lambda: with_slot(slot(patches={120: b"\xff"})))
vector("slot-of-unknown-kind", lambda: with_slot(slot(patches={1: b"\x05"})))
vector("slot-in-unknown-state", lambda: with_slot(slot(patches={0: b"\x02"})))
vector("slot-reserved-bit", lambda: with_slot(slot(patches={3: b"\x01"})))
vector("slot-recovery-key-with-a-cost", lambda: with_slot(slot(patches={4: b"\x01"})))


def with_slot(only: Slot) -> bytes:
    return sketch(slots=[(only, OPENER)]).write()


def with_cost(memory: int, passes: int, lanes: int) -> bytes:
    """A file for a password whose slot names a cost that nobody should pay."""
    cost = b"".join(part.to_bytes(4, "little") for part in (memory, passes, lanes))
    return sketch(slots=[(slot(kind=1, cost=(64, 1, 1), patches={4: cost}), PASSWORD)]).write()


vector("cost-four-terabytes", lambda: with_cost(0xFFFF_FFFF, 1, 1))
vector("cost-four-billion-passes", lambda: with_cost(64, 0xFFFF_FFFF, 1))
vector("cost-more-lanes-than-memory", lambda: with_cost(64, 1, 9))
vector("cost-no-lane", lambda: with_cost(64, 1, 0))
vector("cost-no-pass", lambda: with_cost(64, 0, 1))
vector("cost-too-much-work", lambda: with_cost(1 << 20, 1000, 1))
