"""The algorithms of FORMAT.md, sections 3 and 4: keys in, bytes out."""

import hashlib
import hmac
import unicodedata

from argon2.low_level import ARGON2_VERSION, Type, core, ffi, lib
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import FormatError

TAG_LEN = 16
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def hkdf_extract(salt: bytes, material: bytes) -> bytes:
    return hmac_sha256(salt, material)


def hkdf_expand(key: bytes, info: bytes, length: int) -> bytes:
    block, out, counter = b"", b"", 1
    while len(out) < length:
        block = hmac_sha256(key, block + info + bytes([counter]))
        out += block
        counter += 1
    return out[:length]


class Xaes:
    """XAES-256-GCM: a key of AES-256-GCM for each message, derived from half of the nonce."""

    def __init__(self, key: bytes):
        self._aes = Cipher(algorithms.AES(key), modes.ECB())
        doubled = int.from_bytes(self._block(bytes(16))) << 1
        if doubled >> 128:
            doubled ^= (1 << 128) | 0x87
        self._mask = doubled

    def _block(self, block: bytes) -> bytes:
        encryptor = self._aes.encryptor()
        return encryptor.update(block) + encryptor.finalize()

    def _inner(self, nonce: bytes) -> AESGCM:
        halves = []
        for number in (1, 2):
            message = bytes([0, number]) + b"X\0" + nonce[:12]
            masked = int.from_bytes(message) ^ self._mask
            halves.append(self._block(masked.to_bytes(16)))
        return AESGCM(b"".join(halves))

    def seal(self, nonce: bytes, aad: bytes, text: bytes) -> tuple[bytes, bytes]:
        """The ciphertext and its tag."""
        sealed = self._inner(nonce).encrypt(nonce[12:], text, aad)
        return sealed[:-TAG_LEN], sealed[-TAG_LEN:]

    def open(self, nonce: bytes, aad: bytes, ciphertext: bytes, tag: bytes) -> bytes | None:
        """The text, or nothing if a byte was changed."""
        try:
            return self._inner(nonce).decrypt(nonce[12:], ciphertext + tag, aad)
        except InvalidTag:
            return None


def argon2id(
    password: bytes, salt: bytes, secret: bytes | None, memory: int, passes: int, lanes: int
) -> bytes:
    """32 bytes of Argon2id version 0x13. `memory` is in KiB."""
    out = ffi.new("uint8_t[]", 32)
    pwd, salt_at = ffi.new("uint8_t[]", password), ffi.new("uint8_t[]", salt)
    secret_at = ffi.new("uint8_t[]", secret) if secret else ffi.NULL
    context = ffi.new(
        "argon2_context *",
        {
            "version": ARGON2_VERSION,
            "out": out,
            "outlen": 32,
            "pwd": pwd,
            "pwdlen": len(password),
            "salt": salt_at,
            "saltlen": len(salt),
            "secret": secret_at,
            "secretlen": len(secret or b""),
            "ad": ffi.NULL,
            "adlen": 0,
            "t_cost": passes,
            "m_cost": memory,
            "lanes": lanes,
            "threads": lanes,
            "allocate_cbk": ffi.NULL,
            "free_cbk": ffi.NULL,
            "flags": lib.ARGON2_DEFAULT_FLAGS,
        },
    )
    code = core(context, Type.ID.value)
    if code != 0:
        raise FormatError(f"Argon2id refuses this cost (code {code})")
    return bytes(ffi.buffer(out, 32))


def key_file_secret(content: bytes) -> bytes:
    return sha256(b"vstore1/keyfile" + content)


class DataKey:
    """The data key of a store, and the keys that are derived from it."""

    def __init__(self, key: bytes, store_id: bytes):
        self.key, self.store_id = key, store_id

    def _derive(self, label: bytes, *info: bytes) -> bytes:
        return hkdf_expand(self.key, b"".join([label, self.store_id, *info]), 32)

    def commitment(self) -> bytes:
        return self._derive(b"vstore1/dek-commit")

    def header_mac(self, header: bytes) -> bytes:
        return hmac_sha256(self._derive(b"vstore1/header-mac"), header)

    def generation_salt(self, first_nonce: bytes) -> bytes:
        return self._derive(b"vstore1/generation-salt", first_nonce)

    def frames(self, generation: int, salt: bytes) -> Xaes:
        return Xaes(self._derive(b"vstore1/frames", generation.to_bytes(8, "little"), salt))


class Credentials:
    """What a slot is opened with: a password, with or without a key file, or a recovery key."""

    def __init__(
        self,
        password: str | None = None,
        key_file: bytes | None = None,
        recovery_key: bytes | None = None,
    ):
        self.password = password and unicodedata.normalize("NFC", password).encode()
        self.key_file, self.recovery_key = key_file, recovery_key

    def material(self, kind: int, salt: bytes, cost: tuple[int, int, int]) -> bytes | None:
        """The key material for a slot; nothing if the slot wants something else."""
        if kind == 3 and self.recovery_key:
            return hkdf_extract(salt, self.recovery_key)
        if kind == 1 and self.password:
            return argon2id(self.password, salt, None, *cost)
        if kind == 2 and self.password and self.key_file:
            return argon2id(self.password, salt, key_file_secret(self.key_file), *cost)
        return None


def slot_keys(material: bytes, store_id: bytes, slot_start: bytes) -> tuple[bytes, bytes]:
    """The key that wraps the data key, and the commitment to the material."""
    both = hkdf_expand(material, b"vstore1/slot" + store_id + slot_start, 64)
    return both[:32], both[32:]


def slot_aad(store_id: bytes, slot_start: bytes) -> bytes:
    return b"vstore1/slot-aad" + store_id + slot_start


def _gf_times(left: int, right: int) -> int:
    product = 0
    for bit in range(5):
        if right >> bit & 1:
            product ^= left << bit
    for bit in range(8, 4, -1):
        if product >> bit & 1:
            product ^= 0b100101 << (bit - 5)
    return product


def _check_symbol(group: int, symbols: list[int]) -> int:
    """`g + a·x^5 + b·x^4 + c·x^3 + d·x^2 + e·x` for the five symbols of a group."""
    check, power = group, 1
    for symbol in reversed(symbols):
        power = _gf_times(power, 2)
        check ^= _gf_times(symbol, power)
    return check


def write_recovery_key(key: bytes) -> str:
    bits = int.from_bytes(key + sha256(b"vstore1/recovery-key" + key)[:3]) >> 5
    symbols = [bits >> 5 * (54 - at) & 31 for at in range(55)]
    groups = []
    for group in range(1, 12):
        five = symbols[5 * (group - 1) : 5 * group]
        groups.append("".join(ALPHABET[s] for s in [*five, _check_symbol(group, five)]))
    return "-".join(groups)


def read_recovery_key(text: str) -> bytes:
    plain = unicodedata.normalize("NFKC", text).upper().translate(str.maketrans("OILU", "011V"))
    symbols = [ALPHABET.index(c) for c in plain if c not in "-.,_" and not c.isspace()]
    if len(symbols) != 66:
        raise FormatError(f"a recovery key has 66 characters, not {len(symbols)}")
    bits = 0
    for group in range(1, 12):
        *five, check = symbols[6 * (group - 1) : 6 * group]
        if _check_symbol(group, five) != check:
            raise FormatError(f"group {group} of the recovery key is mistyped")
        for symbol in five:
            bits = bits << 5 | symbol
    key, check = (bits >> 19).to_bytes(32), bits & (1 << 19) - 1
    if int.from_bytes(sha256(b"vstore1/recovery-key" + key)[:3]) >> 5 != check:
        raise FormatError("the recovery key does not check")
    return key
