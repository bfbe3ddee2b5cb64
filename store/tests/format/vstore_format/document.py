"""The example of FORMAT.md, section 11, written again and compared."""

import re
from pathlib import Path

from . import FormatError, store
from .crypto import Credentials
from .header import Slot

PASSWORD = "correct horse battery staple"


def bytes_of_example(text: str) -> dict[int, bytes]:
    """The bytes that the dump shows, by offset; what is inside the encryption is left out."""
    shown = re.search(r"<!-- example begin -->\n```text\n(.*?)```", text, re.DOTALL).group(1)
    found, at, is_inside = {}, 0, False
    for line in shown.splitlines():
        if not line or line[0].isalpha() and not re.match(r"[0-9a-f]{4}  ", line):
            is_inside = False
        elif line.strip() == "decrypted":
            is_inside = True
        match = re.match(r"([0-9a-f]{4})  (?:(\d+) zero bytes|((?:[0-9a-f]{2} ?)+))", line)
        if match and not is_inside:
            at = int(match[1], 16)
            found[at] = bytes(int(match[2])) if match[2] else bytes.fromhex(match[3])
    return found


def compare_example(path: str):
    """Writes the example with the nonces and keys it names, and compares every byte it shows."""
    draws = {32: [1], 16: [3], 24: [2, 8, 9, 10]}
    slot = Slot(kind=1, salt=b"\4" * 32, slot_id=b"\5" * 16, nonce=b"\6" * 24)
    opener = Credentials(password=PASSWORD)
    sketch = store.Sketch(
        draw=lambda length: bytes([draws[length].pop(0)]) * length,
        slots=[(slot, opener)],
        transactions=[b"hello"],
    )
    written = sketch.write()
    shown = bytes_of_example(Path(path).read_text(encoding="utf-8"))
    for at, expected in shown.items():
        if written[at : at + len(expected)] != expected:
            raise FormatError(f"the document says {expected.hex()}", at)
    frames = sum(len(data) for at, data in shown.items() if at >= 0x8000)
    if frames != len(written) - 0x8000:
        raise FormatError(f"the document shows {frames} bytes of frames")
    read = store.read(written, opener, has_records=False)
    if read.content.transactions != [b"hello"] or not read.content.is_closed:
        raise FormatError("the example does not read back")
