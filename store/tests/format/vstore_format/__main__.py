"""Reads and writes `.vstore` files for the tests in `tests/it/format`.

    python -m vstore_format dump FILE CREDENTIALS            what the file holds, as lines of JSON
    python -m vstore_format write RECIPE FILE CREDENTIALS    a file of what `dump` prints
    python -m vstore_format payloads FILE CREDENTIALS        its chunks and transactions as bytes
    python -m vstore_format vectors FOLDER                   the files of `vectors.py`
    python -m vstore_format judge FOLDER                     which of them open
    python -m vstore_format example FORMAT.md                the example of section 11, compared

CREDENTIALS is a JSON object: `password`, `key_file` (a path), `recovery_key`.
"""

import json
import os
import sys
from pathlib import Path

import msgpack

from . import FormatError, document, records, store, vectors
from .crypto import Credentials, read_recovery_key
from .header import Slot
from .records import Record, Records


def credentials(text: str) -> Credentials:
    given = json.loads(text)
    key_file = given.get("key_file")
    recovery_key = given.get("recovery_key")
    return Credentials(
        password=given.get("password"),
        key_file=Path(key_file).read_bytes() if key_file else None,
        recovery_key=read_recovery_key(recovery_key) if recovery_key else None,
    )


def to_json(value):
    """A value as JSON that keeps its type: texts, lists, truth values and null are themselves."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return {"int": str(value)}
        case float():
            return {"float": records.write_value(value).hex()[2:]}
        case bytes():
            return {"bytes": value.hex()}
        case msgpack.Timestamp():
            return {"timestamp": [value.seconds, value.nanoseconds]}
        case list():
            return [to_json(element) for element in value]
        case dict():
            return {"map": [[name, to_json(element)] for name, element in value.items()]}


def from_json(value):
    match value:
        case {"int": digits}:
            return int(digits)
        case {"float": bits}:
            return records.read_value(bytes.fromhex("cb" + bits), (0, 0))[0]
        case {"bytes": digits}:
            return bytes.fromhex(digits)
        case {"timestamp": [seconds, nanoseconds]}:
            return msgpack.Timestamp(seconds, nanoseconds)
        case {"map": pairs}:
            return {name: from_json(element) for name, element in pairs}
        case list():
            return [from_json(element) for element in value]
        case _:
            return value


def dump(path: str, given: str):
    opened = store.read(Path(path).read_bytes(), credentials(given))
    content = opened.content
    found = {
        "generation": opened.header.generation,
        "epoch": opened.header.epoch,
        "slot": opened.slot,
        "chunks": len(content.chunks),
        "transactions": len(content.transactions),
        "torn_bytes": content.torn_bytes,
        "is_closed": content.is_closed,
        "settings": {name: to_json(v) for name, v in opened.records.settings.items()},
    }
    print_line(found)
    for key, held in sorted(opened.records.records.items(), key=records.by_bytes):
        print_line([key, to_json(held.value), held.created, held.modified, held.expires])


def print_line(described):
    print(json.dumps(described, ensure_ascii=False, separators=(",", ":")))


def payloads(path: str, given: str):
    """Chunks and transactions of a file whose payloads are bytes without a meaning."""
    opened = store.read(Path(path).read_bytes(), credentials(given), has_records=False)
    content = opened.content
    found = {
        "chunks": [chunk.hex() for chunk in content.chunks],
        "transactions": [transaction.hex() for transaction in content.transactions],
        "torn_bytes": content.torn_bytes,
        "skipped": content.skipped,
    }
    json.dump(found, sys.stdout)


def write(recipe: str, path: str, given: str):
    head, *described = Path(recipe).read_text(encoding="utf-8").split("\n")
    wanted = json.loads(head)
    held = Records(settings={name: from_json(v) for name, v in wanted["settings"].items()})
    for key, value, *times in map(json.loads, described):
        held.records[key] = Record(from_json(value), *times)
    opener = credentials(given)
    kind = 3 if opener.recovery_key else 2 if opener.key_file else 1
    slot = Slot(kind=kind, salt=os.urandom(32), slot_id=os.urandom(16), nonce=os.urandom(24))
    sketch = store.Sketch(
        draw=os.urandom,
        slots=[(slot, opener)],
        chunks=records.chunks_of(held, wanted.get("chunk_bytes", 1 << 18)),
        records=len(held.records),
        transactions=[bytes.fromhex(payload) for payload in wanted.get("transactions", [])],
    )
    Path(path).write_bytes(sketch.write())


def write_vectors(folder: str):
    for name, content in vectors.all_of_them():
        Path(folder, name + ".vstore").write_bytes(content)


def judge(folder: str):
    """Says of each file in a folder whether it opens, and why not."""
    for path in sorted(Path(folder).glob("*.vstore")):
        try:
            store.read(path.read_bytes(), vectors.OPENER)
            print(f"{path.stem}\topens")
        except FormatError as error:
            print(f"{path.stem}\t{error}")


COMMANDS = {
    "dump": dump,
    "payloads": payloads,
    "write": write,
    "vectors": write_vectors,
    "judge": judge,
    "example": document.compare_example,
}

if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    try:
        COMMANDS[sys.argv[1]](*sys.argv[2:])
    except FormatError as error:
        sys.exit(f"{error}")
