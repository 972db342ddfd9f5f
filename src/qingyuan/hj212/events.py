"""What a ``Connection`` gives out."""

from enum import Enum
from typing import Final, Literal, NamedTuple

from .crc import printed_crc
from .packet import Packet
from .wrong_sums import variant

Kind = Literal["crc", "length", "segment", "noise"]


class NeedData(Enum):
    """The type of ``NEED_DATA``."""

    NEED_DATA = "more bytes are needed"

    def __repr__(self) -> str:
        return self.name


NEED_DATA: Final = NeedData.NEED_DATA


class PacketReceived:
    """A sound frame."""

    __slots__ = ("packet",)

    def __init__(self, packet: Packet) -> None:
        self.packet: Final = packet

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PacketReceived) and self.packet == other.packet

    def __hash__(self) -> int:
        return hash(self.packet)

    def __repr__(self) -> str:
        return f"PacketReceived({self.packet!r})"


class WrongCrc(NamedTuple):
    """Why a frame is ``crc``. Which sum was used instead is computed only when asked for."""

    segment: bytes
    declared: bytes
    addition: str

    def __str__(self) -> str:
        said = self.declared.decode().upper()
        named = variant(self.segment, int(said, 16))
        known = f", which is {named}" if named else ""
        right = printed_crc(self.segment).decode()
        return f"CRC is {right}, the frame says {said}{known}{self.addition}"


class BadFrame:
    """A stretch of the stream that is no sound frame; ``raw`` is all of it.

    ``error``: "crc" when four hex digits stand at the declared end but not the CRC, "length" for
    anything else that began as a frame, "segment" when the CRC is right but CN or CP is missing,
    "noise" for bytes that never began a frame.
    """

    __slots__ = ("_detail", "error", "offset", "raw")

    def __init__(self, error: Kind, detail: str | WrongCrc, raw: bytes, offset: int) -> None:
        self.error: Final = error
        self.raw: Final = raw
        self.offset: Final = offset
        self._detail = detail

    @property
    def detail(self) -> str:
        """One sentence for a person."""
        return str(self._detail)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BadFrame) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def _facts(self) -> tuple[Kind, int, bytes, str | WrongCrc]:
        return self.error, self.offset, self.raw, self._detail

    def __repr__(self) -> str:
        return f"BadFrame({self.error!r}, {len(self.raw)} bytes at {self.offset})"


Event = PacketReceived | BadFrame | NeedData
