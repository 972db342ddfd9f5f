"""The CP, short way: packets of one logger and command carry the same names in the same order.

One ``bytes.translate`` and one ``split`` give names and texts alternately. The names find a
``Shape`` that the careful path (``cp``) has prepared; what is irregular in any way (blanks, empty
or nameless items, repeated names, log text, Chinese) has no shape and stays with the careful path.
"""

from threading import Lock
from typing import Final

from .cp import Body, Factors, split_name

MOST_SHAPES: Final = 4096

_TO_EQUALS = bytes.maketrans(b";,", b"==")
_TO_SEMICOLON = bytes.maketrans(b",", b";")
# All but what decides about regularity: separators, blanks, the slashes of log text.
_ORDINARY = bytes(byte for byte in range(256) if byte not in b";,= \t\r\n\v\f/")


class Shape:
    """The columns of a CP.

    ``columns``: (factor, suffix) of each text that ``texts`` gives, in order, fields left out.
    ``fields``: names without a hyphen, in order.
    """

    __slots__ = ("_factor_plan", "_field_plan", "_time_at", "columns", "fields", "names", "_picks")

    def __init__(self, names: list[str]) -> None:
        split = [split_name(name) for name in names]
        places = [at for at, (_, suffix) in enumerate(split) if suffix is not None]
        self.names: Final = names
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

    def texts(self, row: list[str]) -> list[str]:
        """The texts of ``columns`` out of all texts of a CP."""
        if isinstance(self._picks, slice):
            return row[self._picks]
        return [row[at] for at in self._picks]

    def data_time(self, row: list[str]) -> str | None:
        """The text of DataTime, None when the shape has none."""
        return None if self._time_at is None else row[self._time_at]

    def fields_of(self, row: list[str]) -> dict[str, str]:
        return {name: row[at] for name, at in self._field_plan}

    def factors_of(self, row: list[str]) -> Factors:
        return {
            factor: {suffix: row[at] for suffix, at in cells}
            for factor, cells in self._factor_plan
        }


def _as_slice(places: list[int]) -> slice | list[int]:
    if places and places == list(range(places[0], places[-1] + 1)):
        return slice(places[0], places[-1] + 1)
    return places


class ShapeCache:
    """Shapes by their names; bounded, the oldest goes first."""

    def __init__(self, most: int = MOST_SHAPES) -> None:
        self._most = most
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._shapes)

    def match(self, cp: bytes) -> tuple[Shape, list[str]] | None:
        """Shape and all texts of a regular CP whose shape is known, else None."""
        parts = cp.translate(_TO_EQUALS).decode("latin-1").split("=")
        shape = self._shapes.get(tuple(parts[::2]))
        if shape is None or not _is_regular(cp, len(parts)):
            return None
        return shape, parts[1::2]

    def learn(self, cp: bytes, body: Body) -> None:
        """Remember the shape of a CP that the careful path has read, if it is regular."""
        names = [name for name, _ in body.pairs]
        if not names or body.records or len(set(names)) < len(names):
            return
        if _is_regular(cp, 2 * len(names)):
            self._remember(tuple(names), Shape(names))

    def _remember(self, names: tuple[str, ...], shape: Shape) -> None:
        with self._lock:
            if names not in self._shapes and len(self._shapes) >= self._most:
                del self._shapes[next(iter(self._shapes))]
            self._shapes[names] = shape


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
