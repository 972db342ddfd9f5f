"""Reading a record's keys: each is of its kind or refused with its place and what was expected.

Numbers become fractions from the digits that the file has, so that a limit is met exactly where it
is met (``calc.exact``).
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

LARGEST = 10**12
"""No reading, volume or range of a monitor is larger; keeps results within a double."""
_DIGITS, _FINEST = 40, -30  # of a number: written digits, power of ten of the first
_LONGEST = 1_000_000  # characters of a file
_MANY = 10_000  # entries of a list
_SHOWN = 40


class BadRecord(ValueError):
    """The record cannot be judged; one sentence names the key and what was expected."""


def parse(text: str) -> "Table":
    """The record's top table; BadRecord for what is no TOML."""
    if len(text) > _LONGEST:
        raise BadRecord(f"the file has {len(text)} characters; a record has at most {_LONGEST}")
    try:
        found = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__
        raise BadRecord(f"the file is no TOML ({why})") from None
    return Table(found, "")


class Table:
    """One table of a record; remembers which keys were asked for."""

    def __init__(self, data: Mapping[str, object], place: str) -> None:
        self.data, self.place = data, place
        self.known: list[str] = []
        self.parts: list[Table] = []

    def number(self, key: str) -> Fraction:
        """A finite number that must be there."""
        return _number(self._needed(key, "a number"), self._at(key))

    def maybe(self, key: str) -> Fraction | None:
        """A finite number, or None where the key is absent."""
        return self.number(key) if self.has(key) else None

    def numbers(self, key: str) -> list[Fraction]:
        """One or more numbers."""
        return _numbers(self._needed(key, "numbers in brackets"), self._at(key))

    def tuples(self, key: str, *names: str) -> list[list[Fraction]]:
        """Rows of exactly as many numbers as there are names; none is allowed."""
        wanted = f"rows of [{', '.join(names)}]"
        return _rows(self._needed(key, wanted), self._at(key), wanted, len(names))

    def groups(self, key: str, *names: str) -> list[list[list[Fraction]]]:
        """Lists of such rows."""
        wanted = f"lists of rows [{', '.join(names)}]"
        groups = _list(self._needed(key, wanted), self._at(key), wanted)
        return [_rows(group, f"{self._at(key)}[{at}]", wanted, len(names))
                for at, group in enumerate(groups, 1)]

    def span(self, key: str) -> tuple[Fraction, Fraction]:
        """[low, high] with high above low."""
        wanted = "[low, high]"
        value = _list(self._needed(key, wanted), self._at(key), wanted)
        if len(value) != 2:
            raise BadRecord(f"{self._at(key)}: expected {wanted}, not {len(value)} values")
        low, high = (_number(one, f"{self._at(key)}[{at}]") for at, one in enumerate(value, 1))
        if not high > low:
            raise BadRecord(f"{self._at(key)}: expected [low, high] with high above low")
        return low, high

    def above_zero(self, key: str) -> Fraction:
        """A number greater than 0."""
        found = self.number(key)
        if found <= 0:
            raise BadRecord(f"{self._at(key)}: expected a number above 0, not {float(found):g}")
        return found

    def text(self, key: str, otherwise: str | None = None) -> str:
        """A text that says something."""
        if otherwise is not None and not self.has(key):
            return otherwise
        value = self._needed(key, "a text")
        if not isinstance(value, str) or not value.strip():
            raise BadRecord(f"{self._at(key)}: expected a text, not {_shown(value)}")
        return value.strip()

    def word(self, key: str, words: Sequence[str], otherwise: str | None = None) -> str:
        """One of some words."""
        found = self.text(key, otherwise)
        if found not in words:
            listed = ", ".join(f'"{word}"' for word in words)
            raise BadRecord(f"{self._at(key)}: expected one of {listed}, not {_shown(found)}")
        return found

    def truth(self, key: str) -> bool | None:
        """true or false; None where the key is absent."""
        if not self.has(key):
            return None
        value = self._needed(key, "true or false")
        if not isinstance(value, bool):
            raise BadRecord(f"{self._at(key)}: expected true or false, not {_shown(value)}")
        return value

    def any(self, key: str) -> object:
        """Whatever stands there; None where the key is absent."""
        return self._needed(key, "a value") if self.has(key) else None

    def table(self, key: str) -> "Table":
        """A table that must be there."""
        value = self._needed(key, "a table {…}")
        if not isinstance(value, dict):
            raise BadRecord(f"{self._at(key)}: expected a table {{…}}, not {_shown(value)}")
        return self._part(value, self._at(key) + ".")

    def tables(self, key: str) -> "list[Table]":
        """One or more tables."""
        value = self._needed(key, f"one or more [[{key}]]")
        if not isinstance(value, list) or not value or len(value) > _MANY or not all(
            isinstance(one, dict) for one in value
        ):
            raise BadRecord(f"{self._at(key)}: expected one or more tables [[{key}]]")
        return [self._part(one, f"{self._at(key)}[{at}].") for at, one in enumerate(value, 1)]

    def has(self, key: str) -> bool:
        """Whether the key is there; counts as asking for it."""
        self.known.append(key)
        return key in self.data

    def refuse(self, key: str, sentence: str) -> BadRecord:
        """The refusal to raise about one key."""
        return BadRecord(f"{self._at(key)}: {sentence}")

    def unread(self) -> Iterator[str]:
        """A note for each key that no one asked for."""
        for key in self.data:
            if key not in self.known:
                near = difflib.get_close_matches(key, self.known, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                yield f"{self._at(key)} is not read by this form{hint}"
        for part in self.parts:
            yield from part.unread()

    def _needed(self, key: str, wanted: str) -> object:
        if not self.has(key):
            raise BadRecord(f"{self._at(key)} is missing: expected {wanted}")
        return self.data[key]

    def _part(self, data: Mapping[str, object], place: str) -> "Table":
        part = Table(data, place)
        self.parts.append(part)
        return part

    def _at(self, key: str) -> str:
        return f"{self.place}{key}"


def _rows(value: object, place: str, wanted: str, width: int) -> list[list[Fraction]]:
    rows = _list(value, place, wanted)
    found = []
    for at, row in enumerate(rows, 1):
        numbers = _list(row, f"{place}[{at}]", wanted)
        if len(numbers) != width:
            raise BadRecord(f"{place}[{at}]: expected {width} numbers, not {len(numbers)}")
        found.append([_number(one, f"{place}[{at}]") for one in numbers])
    return found


def _numbers(value: object, place: str) -> list[Fraction]:
    found = _list(value, place, "numbers in brackets")
    if not found:
        raise BadRecord(f"{place}: expected one or more numbers, not an empty list")
    return [_number(one, f"{place}[{at}]") for at, one in enumerate(found, 1)]


def _list(value: object, place: str, wanted: str) -> list[object]:
    if not isinstance(value, list):
        raise BadRecord(f"{place}: expected {wanted}, not {_shown(value)}")
    if len(value) > _MANY:
        raise BadRecord(f"{place}: expected at most {_MANY} entries, not {len(value)}")
    return value


def _number(value: object, place: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadRecord(f"{place}: expected a number, not {_shown(value)}")
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise BadRecord(f"{place}: expected a finite number, not {_shown(value)}")
        if value == 0:
            return Fraction(0)
        if len(value.as_tuple().digits) > _DIGITS or value.adjusted() < _FINEST:
            raise BadRecord(f"{place}: expected at most {_DIGITS} digits, and 0 or a size of at "
                            f"least 1e{_FINEST}, not {_shown(value)}")
    if not -LARGEST <= value <= LARGEST:
        raise BadRecord(f"{place}: expected a number between -1e12 and 1e12, not {_shown(value)}")
    return Fraction(value)


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
