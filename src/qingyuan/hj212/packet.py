"""A packet: the header read at once, the CP when it is asked for."""

import re
from typing import Final

from . import cp as careful
from .cp import Body, Factors, Record
from .header import Header, cut, edition_of, is_surface_water, read_header
from .shapes import SHAPES, Shape
from .text import BLANKS

# The usual header in the order of HJ 212-2017 table 2, nothing odd about it.
_USUAL = re.compile(
    r"(?:QN=([!-%'-+\--:<>-~]*);)?ST=([!-%'-+\--:<>-~]*);CN=([!-%'-+\--:<>-~]*);"
    r"PW=([!-%'-+\--:<>-~]*);MN=([!-%'-+\--:<>-~]*);(?:Flag=([0-9]{1,9});)?"
    r"(?:PNUM=([0-9]{1,9});PNO=([0-9]{1,9});)?CP=&&"
)


class NoPacket(ValueError):
    """The segment has no CN or no CP."""


class Packet:
    """One data segment (HJ 212-2017 clause 6.3).

    ``offset`` and ``length`` say where ``raw``, the whole frame with its line end, stood in the
    stream. ``segment`` is the plain data segment, also of an encrypted packet.
    """

    __slots__ = (
        "_after_open", "_body", "_cp_remarks", "_cp_text", "_remarks", "_row", "_shape", "cn",
        "encrypted", "flag", "mn", "offset", "pno", "pnum", "pw", "qn", "raw", "rf", "segment",
        "st",
    )

    def __init__(
        self,
        segment: bytes,
        raw: bytes | None = None,
        offset: int = 0,
        remarks: tuple[str, ...] = (),
        encrypted: bool = False,
    ) -> None:
        """Read a plain data segment. NoPacket without CN or CP; nothing else raises."""
        self.segment: Final = segment
        self.raw: Final = segment if raw is None else raw
        self.offset: Final = offset
        self.encrypted: Final = encrypted
        self._shape: Shape | None = None
        self._body: Body | None = None
        self._cp_text: bytes | None = None
        usual = _USUAL.match(segment.decode("latin-1"))
        if usual:
            self._remarks = remarks
            self._after_open = usual.end()
            self.qn, self.st, self.cn, self.pw, self.mn, flag, pnum, pno = usual.groups()
            self.flag = None if flag is None else int(flag)
            self.pnum = None if pnum is None else int(pnum)
            self.pno = None if pno is None else int(pno)
            self.rf: str | None = None
        else:
            self._read_unusual(remarks)

    def _read_unusual(self, remarks: tuple[str, ...]) -> None:
        found = cut(self.segment)
        if found is None:
            raise NoPacket("no CP in the data segment")
        header, warnings = read_header(found.head)
        if header.cn is None:
            raise NoPacket("no CN in the data segment")
        self._remarks = (*remarks, *warnings, *found.warnings)
        self._after_open = found.cp_start
        (self.qn, self.st, self.cn, self.pw, self.mn,
         self.flag, self.pnum, self.pno, self.rf) = header

    @property
    def header(self) -> Header:
        """The header as a tuple."""
        return Header(self.qn, self.st, self.cn, self.pw, self.mn,
                      self.flag, self.pnum, self.pno, self.rf)

    @property
    def length(self) -> int:
        """Bytes of the frame with its line end."""
        return len(self.raw)

    @property
    def edition(self) -> str | None:
        """"2005", "2017" or "2025", None for unknown version bits."""
        return edition_of(self.flag, self.st)

    @property
    def ack(self) -> bool:
        """Whether an answer is wanted: bit 0 of Flag."""
        return bool((self.flag or 0) & 1)

    @property
    def cp(self) -> bytes:
        """What stands between ``CP=&&`` and the closing ``&&``, as bytes."""
        if self._cp_text is None:
            self._cp_text, self._cp_remarks = careful.text_of(self.segment[self._after_open:])
        return self._cp_text

    def _find_shape(self) -> Shape | None:
        if self._shape is None and self._body is None:
            logger = self.mn, self.cn, self.st
            match = SHAPES.match_last(logger, self.segment, self._after_open)
            if match is None:
                match = SHAPES.match(logger, self.cp)
            if match is None:
                self._body = careful.read_body(self.cp)
                match = SHAPES.learn(logger, self.cp, self._body)
            if match is not None:
                self._shape, self._row = match
        return self._shape

    def _read(self) -> Body:
        if self._body is None:
            self._body = careful.read_body(self.cp)
        return self._body

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The whole CP in order, repeated names kept. An item without a name has the name ""."""
        shape = self._find_shape()
        if shape is not None:
            return list(zip(shape.names, self._row, strict=True))
        return self._read().pairs

    @property
    def fields(self) -> dict[str, str]:
        """Texts of the names without a hyphen, DataTime among them; the last one wins."""
        shape = self._find_shape()
        return self._read().fields if shape is None else shape.fields_of(self._row)

    @property
    def factors(self) -> Factors:
        """factor → suffix → text; the last one wins, of several DataTime groups the first."""
        shape = self._find_shape()
        return self._read().factors if shape is None else shape.factors_of(self._row)

    @property
    def data_time(self) -> str | None:
        """The first DataTime as ISO 8601 with +08:00, None when absent or not 14 digits."""
        shape = self._find_shape()
        if shape is None:
            return self._read().data_time
        text = shape.data_time(self._row)
        return None if text is None else careful.iso_time(text)

    @property
    def records(self) -> list[Record]:
        """One entry for each DataTime when there are several, else empty."""
        return [] if self._find_shape() is not None else self._read().records

    def values(self) -> tuple[Shape, list[str]]:
        """Columns and texts of ``factors`` in the order sent."""
        shape = self._find_shape()
        if shape is not None:
            return shape, shape.texts(self._row)
        body = self._read()
        return _as_values(body.fields, body.factors)

    def rows(self) -> list[tuple[str | None, Shape, list[str]]]:
        """``(data_time, shape, texts)`` for each DataTime group; one row for an ordinary CP."""
        records = self.records
        if not records:
            return [(self.data_time, *self.values())]
        return [(record["data_time"], *_as_values({}, record["factors"])) for record in records]

    @property
    def warnings(self) -> list[str]:
        """What was read although it is not as the standard has it. Reads the whole CP."""
        remarks = list(self._remarks)
        if is_surface_water(self.flag, self.st):
            remarks.append("ST=21 with the version bits of 2025 is read as 2017")
        elif self.edition is None:
            remarks.append(f"Flag={self.flag} has unknown version bits")
        body = self._read()
        return list(dict.fromkeys([*remarks, *self._cp_remarks, *body.warnings]))

    def __eq__(self, other: object) -> bool:
        """The same bytes at the same place of a stream, read with the same key."""
        return isinstance(other, Packet) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def _facts(self) -> tuple[int, bytes, bytes]:
        return self.offset, self.raw, self.segment

    def __repr__(self) -> str:
        return f"<Packet {self.mn} CN={self.cn} QN={self.qn} at {self.offset}>"


class JoinedPacket(Packet):
    """A packet whose CP was put together of pairs that were read before. ``raw`` is the parts'
    frames one after the other."""

    __slots__ = ()

    def __init__(
        self, segment: bytes, raw: bytes, offset: int, remarks: tuple[str, ...],
        pairs: list[tuple[str, str]],
    ) -> None:
        super().__init__(segment, raw, offset, remarks)
        self._cp_remarks = []
        self._body = careful.arrange(pairs, [])


def _as_values(fields: dict[str, str], factors: Factors) -> tuple[Shape, list[str]]:
    cells = [(f"{f}-{s}", text) for f, row in factors.items() for s, text in row.items()]
    return Shape([*fields, *(name for name, _ in cells)]), [text for _, text in cells]


def read_segment(segment: bytes) -> Packet:
    """Read a bare data segment, no frame round it. NoPacket without CN or CP."""
    return Packet(segment.strip(BLANKS))
