"""The LZW of FORMAT.md, section 5: codes of 9 to 12 bits, least significant bit first."""

CLEAR, END, FIRST_FREE, MOST = 256, 257, 258, 4096


class LzwError(Exception):
    """The codes are not an encoding of anything."""


class CodeWriter:
    """Writes codes as wide as the reader will expect them."""

    def __init__(self):
        self._bits, self._count = 0, 0
        self._out = bytearray()
        self._restart()

    def _restart(self):
        self._width, self._known, self._is_first = 9, FIRST_FREE, True

    def put(self, code: int):
        self._bits |= code << self._count
        self._count += self._width
        while self._count >= 8:
            self._out.append(self._bits & 0xFF)
            self._bits >>= 8
            self._count -= 8
        if code == CLEAR:
            self._restart()
        elif self._is_first:
            self._is_first = False
        elif self._known < MOST:
            # The reader learns one code from every code but the first.
            self._known += 1
            if self._known == 1 << self._width and self._width < 12:
                self._width += 1

    def finish(self) -> bytes:
        if self._count:
            self._out.append(self._bits & 0xFF)
        return bytes(self._out)


def encode(data: bytes) -> bytes:
    codes = CodeWriter()
    codes.put(CLEAR)
    table: dict[tuple[int, int], int] = {}
    free = FIRST_FREE
    prefix = None
    for byte in data:
        if prefix is None:
            prefix = byte
            continue
        longer = table.get((prefix, byte))
        if longer is not None:
            prefix = longer
            continue
        codes.put(prefix)
        table[prefix, byte] = free
        free += 1
        if free == MOST:
            codes.put(CLEAR)
            table.clear()
            free = FIRST_FREE
        prefix = byte
    if prefix is not None:
        codes.put(prefix)
    codes.put(END)
    return codes.finish()


def decode(data: bytes, length: int) -> bytes:
    """Decodes to exactly `length` bytes, ending with the end code in the last byte of `data`."""
    out = bytearray()
    table: list[bytes] = []
    bits = count = at = 0
    width, last = 9, None

    def restart():
        table[:] = [bytes([byte]) for byte in range(256)] + [b"", b""]

    restart()
    while True:
        while count < width:
            if at == len(data):
                raise LzwError("the end code is missing")
            bits |= data[at] << count
            count += 8
            at += 1
        code = bits & (1 << width) - 1
        bits >>= width
        count -= width
        if code == CLEAR:
            restart()
            width, last = 9, None
            continue
        if code == END:
            break
        if code < len(table):
            word = table[code]
        elif code == len(table) and last is not None and len(table) < MOST:
            word = last + last[:1]
        else:
            raise LzwError("a code that is not known yet")
        out += word
        if len(out) > length:
            raise LzwError("more bytes than were promised")
        if last is not None and len(table) < MOST:
            table.append(last + word[:1])
            if len(table) == 1 << width and width < 12:
                width += 1
        last = word
    if at != len(data):
        raise LzwError("input is left over")
    if len(out) != length:
        raise LzwError("fewer bytes than were promised")
    return bytes(out)
