"""What payloads mean: FORMAT.md, end of section 5."""

import struct
import unicodedata
from dataclasses import dataclass, field

import msgpack

from . import FormatError

PUT, DELETE, SET_TIMES, SET_SETTING = 1, 2, 3, 4
DEPTH_MAX, KEY_MAX, NAME_MAX = 128, 4096, 255
VALUE_MAX = (64 << 20) - (16 << 10)
SECONDS_MIN, SECONDS_MAX = -62_135_596_800, 253_402_300_799


@dataclass
class Record:
    """A record: its value, decoded, and its times (Unix milliseconds)."""

    value: object
    created: int
    modified: int
    expires: int | None = None


@dataclass
class Records:
    """The records and settings of a store."""

    records: dict[str, Record] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)

    def load_chunk(self, payload: bytes, place):
        """Adds a chunk of the checkpoint, which goes on where the one before it ended."""
        for op in operations(payload, place):
            match op:
                case [4, str(name), value]:
                    ascends(self.settings, checked_name(name, place), place)
                    self.settings[name] = value
                case [1, str(key), value, times]:
                    ascends(self.records, checked_key(key, place), place)
                    self.records[key] = Record(value, *checked_times(times, place))
                case _:
                    raise FormatError("not an operation of a checkpoint", *place)

    def replay(self, payload: bytes, place):
        """Does what a transaction did."""
        for op in operations(payload, place):
            match op:
                case [1, str(key), value, times]:
                    times = checked_times(times, place)
                    self.records[checked_key(key, place)] = Record(value, *times)
                case [2, str(key)]:
                    self.records.pop(checked_key(key, place), None)
                case [3, str(key), times]:
                    old = self.records.get(checked_key(key, place))
                    if old is None:
                        raise FormatError("times of a record that is not there", *place)
                    self.records[key] = Record(old.value, *checked_times(times, place))
                case [4, str(name)]:
                    self.settings.pop(checked_name(name, place), None)
                case [4, str(name), value]:
                    self.settings[checked_name(name, place)] = value
                case _:
                    raise FormatError("an operation that does not exist", *place)


def ascends(before: dict, name: str, place):
    """Checks that a key or name follows all that were added before it."""
    last = next(reversed(before), None)
    if last is not None and last.encode() >= name.encode():
        raise FormatError("the checkpoint is not in order", *place)


def operations(payload: bytes, place) -> list:
    ops, rest = read_value(payload, place)
    if rest or not isinstance(ops, list):
        raise FormatError("not one list of operations", *place)
    return ops


def checked_key(key: str, place) -> str:
    if not 1 <= len(key.encode()) <= KEY_MAX or any(unicodedata.category(c) == "Cc" for c in key):
        raise FormatError("not a key", *place)
    return key


def checked_name(name: str, place) -> str:
    if not 1 <= len(name.encode()) <= NAME_MAX:
        raise FormatError("not a name of a setting", *place)
    return name


def checked_times(times, place) -> tuple[int, int, int | None]:
    match times:
        case [int(created), int(modified), int() | None as expires]:
            known = [time for time in (created, modified, expires) if time is not None]
            if all(type(time) is int and -(2**63) <= time < 2**63 for time in known):
                return created, modified, expires
    raise FormatError("not the times of a record", *place)


def read_value(data: bytes, place, depth: int = -2) -> tuple[object, bytes]:
    """The value at the start of `data`, and what follows it.

    Operations stand in a list in a list, so that values begin at depth 0.
    """

    def refuse(reason: str):
        raise FormatError(reason, *place)

    def take(length: int) -> bytes:
        nonlocal data
        if length > len(data):
            refuse("a value ends behind the payload")
        part, data = data[:length], data[length:]
        return part

    def length(width: int) -> int:
        return int.from_bytes(take(width))

    def text(size: int) -> str:
        try:
            return take(size).decode()
        except UnicodeDecodeError:
            refuse("text that is not UTF-8")

    def elements(count: int) -> list:
        nonlocal data
        found = []
        for _ in range(count):
            before = len(data)
            value, data = read_value(data, place, depth + 1)
            if depth == -1 and before - len(data) > VALUE_MAX:
                refuse("a value that is too long")
            found.append(value)
        return found

    def pairs(count: int) -> dict:
        nonlocal data
        found = {}
        for _ in range(count):
            name, data = read_value(data, place, depth + 1)
            if not isinstance(name, str):
                refuse("a name that is not text")
            if name in found:
                refuse("a name that stands twice")
            found[name], data = read_value(data, place, depth + 1)
        return found

    if depth > DEPTH_MAX:
        refuse("nested too deep")
    marker = take(1)[0]
    match marker:
        case _ if marker <= 0x7F:
            value = marker
        case _ if marker >= 0xE0:
            value = marker - 256
        case _ if marker <= 0x8F:
            value = pairs(marker & 15)
        case _ if marker <= 0x9F:
            value = elements(marker & 15)
        case _ if marker <= 0xBF:
            value = text(marker & 31)
        case 0xC0:
            value = None
        case 0xC2 | 0xC3:
            value = marker == 0xC3
        case 0xC4 | 0xC5 | 0xC6:
            value = take(length(1 << marker - 0xC4))
        case 0xCA | 0xCB:
            wide = marker == 0xCB
            (value,) = struct.unpack(">d" if wide else ">f", take(8 if wide else 4))
        case 0xCC | 0xCD | 0xCE | 0xCF:
            value = length(1 << marker - 0xCC)
        case 0xD0 | 0xD1 | 0xD2 | 0xD3:
            value = int.from_bytes(take(1 << marker - 0xD0), signed=True)
        case 0xD6 | 0xD7 | 0xC7:
            value = timestamp(marker, take, refuse)
        case 0xD9 | 0xDA | 0xDB:
            value = text(length(1 << marker - 0xD9))
        case 0xDC | 0xDD:
            value = elements(length(2 << marker - 0xDC))
        case 0xDE | 0xDF:
            value = pairs(length(2 << marker - 0xDE))
        case _:
            refuse("a type that is not a value")
    return value, data


def timestamp(marker: int, take, refuse) -> msgpack.Timestamp:
    size = {0xD6: 4, 0xD7: 8, 0xC7: 12}[marker]
    if (marker == 0xC7 and take(1) != b"\x0c") or take(1) != b"\xff":
        refuse("an extension that is not a timestamp")
    data = take(size)
    if size == 4:
        seconds, nanoseconds = int.from_bytes(data), 0
    elif size == 8:
        both = int.from_bytes(data)
        seconds, nanoseconds = both & (1 << 34) - 1, both >> 34
    else:
        nanoseconds, seconds = struct.unpack(">Iq", data)
    if not SECONDS_MIN <= seconds <= SECONDS_MAX or nanoseconds > 999_999_999:
        refuse("a timestamp out of range")
    return msgpack.Timestamp(seconds, nanoseconds)


def write_value(value) -> bytes:
    return msgpack.packb(value, strict_types=True)


def put(key: str, record: Record) -> bytes:
    return write_value([PUT, key, record.value, [record.created, record.modified, record.expires]])


def write_operations(ops: list[bytes]) -> bytes:
    """Encoded operations as one payload."""
    return msgpack.Packer().pack_array_header(len(ops)) + b"".join(ops)


def by_bytes(named: tuple[str, object]) -> bytes:
    return named[0].encode()


def chunks_of(content: Records, chunk_bytes: int) -> list[bytes]:
    """The chunks of a checkpoint: settings first, then the records in the order of their keys."""
    chunks, ops, size = [], [], 0
    named = sorted(content.settings.items(), key=by_bytes)
    encoded = [write_value([SET_SETTING, name, value]) for name, value in named]
    encoded += [put(key, record) for key, record in sorted(content.records.items(), key=by_bytes)]
    for op in encoded:
        ops.append(op)
        size += len(op)
        if size >= chunk_bytes:
            chunks.append(write_operations(ops))
            ops, size = [], 0
    return chunks + ([write_operations(ops)] if ops else [])
