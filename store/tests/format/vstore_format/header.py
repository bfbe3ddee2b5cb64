"""Headers and key slots: FORMAT.md, sections 2 and 3."""

from dataclasses import dataclass, field

from . import FormatError, crypto
from .crypto import Credentials, DataKey

MAGIC = b"\x89VST\r\n\x1a\n"
COPIES = (0, 0x4000)
LENGTH, DATA_OFFSET = 4096, 0x8000
EMPTY_SLOT = bytes(256)


def le(value: int, length: int) -> bytes:
    return value.to_bytes(length, "little")


def number(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little")


@dataclass
class Slot:
    """A key slot to be written."""

    kind: int
    salt: bytes
    slot_id: bytes
    nonce: bytes
    cost: tuple[int, int, int] = (19 * 1024, 2, 1)
    label: bytes = b""
    state: int = 1
    # For files that break the rules: bytes put over the finished slot, by their place in it.
    patches: dict[int, bytes] = field(default_factory=dict)

    def encode(self, credentials: Credentials, data_key: DataKey) -> bytes:
        derivation, cost = (2, (0, 0, 0)) if self.kind == 3 else (1, self.cost)
        start = bytes([self.state, self.kind, derivation, 0])
        start += b"".join(le(part, 4) for part in cost) + self.salt + self.slot_id
        material = credentials.material(self.kind, self.salt, cost)
        if material is None:
            raise FormatError("these credentials do not fit the slot")
        key, commitment = crypto.slot_keys(material, data_key.store_id, start)
        aad = crypto.slot_aad(data_key.store_id, start + commitment)
        wrapped, tag = crypto.Xaes(key).seal(self.nonce, aad, data_key.key)
        label = bytes([len(self.label)]) + self.label.ljust(63, b"\0")
        slot = start + commitment + self.nonce + wrapped + tag + label + bytes(24)
        return patched(slot, self.patches)


def patched(data: bytes, patches: dict[int, bytes]) -> bytes:
    out = bytearray(data)
    for at, patch in patches.items():
        out[at : at + len(patch)] = patch
    return bytes(out)


@dataclass
class Header:
    """The fields of a header."""

    store_id: bytes
    generation: int
    epoch: int
    salt: bytes
    commitment: bytes
    slots: list[bytes]
    ro_compat: int = 0
    compat: int = 0
    minor: int = 0

    def encode(
        self, copy: int, data_key: DataKey, patches: dict[int, bytes] | None = None
    ) -> bytes:
        """One copy, authenticated. `patches` break it before it is authenticated."""
        out = MAGIC + le(1, 2) + le(self.minor, 2) + le(LENGTH, 4)
        out += le(0, 4) + le(self.ro_compat, 4) + le(self.compat, 4)
        out += bytes([copy, 0, 0, 0]) + self.store_id
        out += le(self.generation, 8) + le(self.epoch, 8) + self.salt + self.commitment
        out += le(DATA_OFFSET, 8) + le(8, 2) + le(256, 2)
        out = out.ljust(256, b"\0")
        out += b"".join(slot for slot in self.slots + [EMPTY_SLOT] * (8 - len(self.slots)))
        out = patched(out.ljust(4032, b"\0"), patches or {})
        out += data_key.header_mac(out)
        return out + crypto.sha256(out)

    def encode_both(self, data_key: DataKey, patches: dict[int, bytes] | None = None) -> bytes:
        """Everything before the first frame."""
        parts = []
        for copy, size in ((0, 0x4000), (1, 0x4000)):
            parts.append(self.encode(copy, data_key, patches).ljust(size, b"\0"))
        return b"".join(parts)


def read_copy(data: bytes, copy: int) -> Header:
    """Checks what can be checked without a key."""
    offset = COPIES[copy]
    raw = data[offset : offset + LENGTH]
    if raw[:8] != MAGIC:
        raise FormatError("not a VStore file", offset)
    if number(raw, 8, 2) > 1 or number(raw, 16, 4) != 0:
        raise FormatError("a later version wrote the file", offset)
    if raw[4064:] != crypto.sha256(raw[:4064]):
        raise FormatError("this copy of the header is damaged", offset)
    fixed = (
        (8, le(1, 2)),
        (12, le(LENGTH, 4)),
        (28, bytes([copy, 0, 0, 0])),
        (128, le(DATA_OFFSET, 8) + le(8, 2) + le(256, 2) + bytes(116)),
        (2304, bytes(1728)),
    )
    for at, expected in fixed:
        if raw[at : at + len(expected)] != expected:
            raise FormatError("a fixed field of the header is wrong", offset + at)
    return Header(
        store_id=raw[32:48],
        generation=number(raw, 48, 8),
        epoch=number(raw, 56, 8),
        salt=raw[64:96],
        commitment=raw[96:128],
        slots=[raw[256 + 256 * at : 512 + 256 * at] for at in range(8)],
        ro_compat=number(raw, 20, 4),
        compat=number(raw, 24, 4),
        minor=number(raw, 10, 2),
    )


def read_current(data: bytes) -> tuple[Header, int]:
    """The current copy of the header, and which one it is."""
    copies, faults = [], []
    for copy in (0, 1):
        try:
            copies.append((read_copy(data, copy), copy))
        except FormatError as fault:
            faults.append(fault)
    if not copies:
        raise next((f for f in faults if "later" in f.reason), faults[0])
    # The first of two that are equal.
    return max(copies, key=lambda found: (found[0].generation, found[0].epoch, -found[1]))


def unlock(header: Header, credentials: Credentials) -> tuple[DataKey, int]:
    """The data key, and the number of the slot that gave it."""
    slots = list(enumerate(header.slots))
    if credentials.key_file:
        slots.sort(key=lambda numbered: numbered[1][1] != 2)
    for at, slot in slots:
        state, kind, derivation, zero = slot[:4]
        if state != 1 or zero != 0 or (kind, derivation) not in ((1, 1), (2, 1), (3, 2)):
            continue
        cost = tuple(number(slot, place, 4) for place in (4, 8, 12))
        if kind == 3 and any(cost):
            continue
        if kind != 3 and not is_affordable(*cost):
            continue
        material = credentials.material(kind, slot[16:48], cost)
        if material is None:
            continue
        key, commitment = crypto.slot_keys(material, header.store_id, slot[:64])
        if commitment != slot[64:96]:
            continue
        aad = crypto.slot_aad(header.store_id, slot[:96])
        data_key = crypto.Xaes(key).open(slot[96:120], aad, slot[120:152], slot[152:168])
        if data_key is None:
            raise FormatError(f"slot {at} is damaged")
        return DataKey(data_key, header.store_id), at
    raise FormatError("no slot opens with these credentials")


def is_affordable(memory: int, passes: int, lanes: int) -> bool:
    """Whether the cost is within the limits of FORMAT.md, section 3 (half of the memory aside)."""
    possible = passes >= 1 and 1 <= lanes and 8 * lanes <= memory
    most = memory <= 2 << 20 and passes <= 1024 and lanes <= 16
    return possible and most and memory * passes <= 16 << 20


def authenticate(data: bytes, copy: int, header: Header, data_key: DataKey):
    raw = data[COPIES[copy] : COPIES[copy] + LENGTH]
    genuine = data_key.header_mac(raw[:4032]) == raw[4032:4064]
    if data_key.commitment() != header.commitment or not genuine:
        raise FormatError("someone without the key changed the header", COPIES[copy])
    for start in (COPIES[0] + LENGTH, COPIES[1] + LENGTH):
        for at, byte in enumerate(data[start : start + 0x3000]):
            if byte:
                raise FormatError("bytes that must be zero are not", start + at)
