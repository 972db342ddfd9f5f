"""The CP, short way: packets of one logger and command carry the same names in the same order.

A ``Shape`` is what the careful path (``cp``) learnt of such a row of names. Two ways lead to it:
the shape that this logger sent last with this command, tried as one regular expression; or one
``translate`` and one ``split``, which give names and texts alternately, and the names find it.
What is irregular in any way (blanks, empty or nameless items, repeated names, log text, Chinese)
has no shape and stays with the careful path.
"""

import re
from collections.abc import Sequence
from threading import Lock
from typing import Final, TypeVar

from .cp import Body, Factors, split_name

MOST_SHAPES: Final = 4096
MOST_LOGGERS: Final = 1 << 16
# An expression takes some milliseconds to compile: worth it for a shape that keeps coming.
_WORTH_COMPILING: Final = 16
_MOST_NAMES_COMPILED: Final = 400

_TO_EQUALS = bytes.maketrans(b";,", b"==")
_TO_SEMICOLON = bytes.maketrans(b",", b";")
# All but what decides about regularity: separators, blanks, the slashes of log text.
_ORDINARY = bytes(byte for byte in range(256) if byte not in b";,= \t\r\n\v\f/")
# Printable ASCII without separators, blank, slash and ampersand.
_PLAIN_TEXT = r"=([!-%'-+\-.0-:<>-~]*+)"

Logger = tuple[str | None, str | None, str | None]
_Key = TypeVar("_Key")


class Shape:
    """The columns of a CP.

    ``columns``: (factor, suffix) of each text that ``texts`` gives, in order, fields left out.
    ``fields``: names without a hyphen, in order.
    """

    __slots__ = (
        "_factor_plan", "_field_plan", "_pattern", "_picks", "_seen", "_time_at",
        "columns", "fields", "names",
    )

    def __init__(self, names: list[str]) -> None:
        split = [split_name(name) for name in names]
        places = [at for at, (_, suffix) in enumerate(split) if suffix is not None]
        self.names: Final = names
        self._pattern: re.Pattern[str] | None = None
        self._seen = 0
        self.columns: Final = tuple((split[at][0], split[at][1] or "") for at in places)
        self._picks: Final = _as_slice(places)
        self._field_plan: Final = [
            (name, at) for at, (name, suffix) in enumerate(split) if suffix is None
        ]
        self.fields: Final = tuple(name for name, _ in self._field_plan)
        self._time_at: Final = names.index("DataTime") if "DataTime" in names else None
        plan: dict[str, list[tuple[str, int]]] = {}
        for at in places:
            plan.setdefault(split[at][0], []).append((split[at][1] or "", at))
        self._factor_plan: Final = tuple((factor, tuple(cells)) for factor, cells in plan.items())

    def read(self, segment: bytes, start: int) -> Sequence[str] | None:
        """All texts of the CP that begins at ``start`` and ends the segment, if it is regular and
        has this shape; None otherwise, and while the shape is too rare or too long to compile."""
        if self._pattern is None:
            self._seen += 1
            if self._seen < _WORTH_COMPILING or len(self.names) > _MOST_NAMES_COMPILED:
                return None
            items = "[;,]".join(re.escape(name) + _PLAIN_TEXT for name in self.names)
            self._pattern = re.compile(items + "&&")
        found = self._pattern.fullmatch(segment.decode("latin-1"), start)
        return None if found is None else found.groups()

    def texts(self, row: Sequence[str]) -> list[str]:
        """The texts of ``columns`` out of all texts of a CP."""
        if isinstance(self._picks, slice):
            return list(row[self._picks])
        return [row[at] for at in self._picks]

    def data_time(self, row: Sequence[str]) -> str | None:
        """The text of DataTime, None when the shape has none."""
        return None if self._time_at is None else row[self._time_at]

    def fields_of(self, row: Sequence[str]) -> dict[str, str]:
        return {name: row[at] for name, at in self._field_plan}

    def factors_of(self, row: Sequence[str]) -> Factors:
        return {
            factor: {suffix: row[at] for suffix, at in cells}
            for factor, cells in self._factor_plan
        }


def _as_slice(places: list[int]) -> slice | list[int]:
    if places and places == list(range(places[0], places[-1] + 1)):
        return slice(places[0], places[-1] + 1)
    return places


class ShapeCache:
    """Shapes by their names, and the last shape of each logger and command. Bounded: the oldest
    entry goes first."""

    def __init__(self, most_shapes: int = MOST_SHAPES, most_loggers: int = MOST_LOGGERS) -> None:
        self._most_shapes = most_shapes
        self._most_loggers = most_loggers
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._last: dict[Logger, Shape] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._shapes)

    def match_last(
        self, logger: Logger, segment: bytes, start: int
    ) -> tuple[Shape, Sequence[str]] | None:
        """Shape and all texts if the CP at ``start`` has the shape that came last from there."""
        shape = self._last.get(logger)
        row = None if shape is None else shape.read(segment, start)
        return None if shape is None or row is None else (shape, row)

    def match(self, logger: Logger, cp: bytes) -> tuple[Shape, Sequence[str]] | None:
        """Shape and all texts of a regular CP whose shape is known, else None."""
        parts = cp.translate(_TO_EQUALS).decode("latin-1").split("=")
        shape = self._shapes.get(tuple(parts[::2]))
        if shape is None or not _is_regular(cp, len(parts)):
            return None
        if self._last.get(logger) is not shape:
            self._put(self._last, logger, shape, self._most_loggers)
        return shape, parts[1::2]

    def learn(self, logger: Logger, cp: bytes, body: Body) -> tuple[Shape, Sequence[str]] | None:
        """Remember the shape of a CP that the careful path has read, if it is regular."""
        names = [name for name, _ in body.pairs]
        if not names or not all(names) or body.records or len(set(names)) < len(names):
            return None
        if not _is_regular(cp, 2 * len(names)):
            return None
        shape = Shape(names)
        self._put(self._shapes, tuple(names), shape, self._most_shapes)
        self._put(self._last, logger, shape, self._most_loggers)
        return shape, [text for _, text in body.pairs]

    def _put(self, table: dict[_Key, Shape], key: _Key, shape: Shape, most: int) -> None:
        with self._lock:
            if key not in table and len(table) >= most:
                del table[next(iter(table))]
            table[key] = shape


def _is_regular(cp: bytes, parts: int) -> bool:
    """Whether nothing but ``name=text`` items stands there, in ASCII, nothing to cut or warn of."""
    return cp.isascii() and cp.translate(_TO_SEMICOLON, _ORDINARY) == _alternating(parts)


_ALTERNATING: dict[int, bytes] = {}


def _alternating(parts: int) -> bytes:
    pattern = _ALTERNATING.get(parts)
    if pattern is None:
        pattern = _ALTERNATING[parts] = (b"=;" * (parts // 2))[:-1] if parts % 2 == 0 else b";"
    return pattern


SHAPES: Final = ShapeCache()
