"""A second implementation of the `.vstore` file, written from FORMAT.md alone."""


class FormatError(Exception):
    """The file breaks a rule of FORMAT.md."""

    def __init__(self, reason: str, offset: int | None = None, seq: int | None = None):
        place = "" if offset is None else f"byte {offset}"
        place += "" if seq is None else f" (frame {seq})"
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason, self.offset, self.seq = reason, offset, seq
