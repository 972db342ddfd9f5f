"""One table of a facts file: each key is of its kind, or refused with its place and what was
expected. Numbers become fractions from the digits that the file has."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from qingyuan.assess.capability.facts import Proof

LARGEST = 10**12
_SHOWN = 40


class BadFacts(ValueError):
    """The facts cannot be evaluated; one sentence names the key and what was expected."""


class Row:
    """A table and its place in the file; remembers which keys were asked for."""

    __slots__ = ("data", "known", "place")

    def __init__(self, data: Mapping[str, object], place: str) -> None:
        self.data, self.place = data, place
        self.known: set[str] = set()

    def text(self, key: str, needed: bool = False) -> str:
        """A text; "" where the key is absent and not needed."""
        value = self._get(key)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or (needed and not value.strip()):
            raise self.refuse(key, "a text")
        return value.strip()

    def word(self, key: str, words: Sequence[str], needed: bool = True) -> str:
        """One of some words; "" where the key is absent and not needed."""
        value = self._get(key)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or value not in words:
            raise self.refuse(key, "one of " + ", ".join(f'"{word}"' for word in words))
        return value

    def words(self, key: str, words: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts, each one of ``words`` where there are any; () where it is absent."""
        value = self._get(key)
        if value is None:
            return ()
        wanted = "a list of " + (", ".join(f'"{word}"' for word in words) or "texts")
        if not isinstance(value, list):
            raise self.refuse(key, wanted)
        for one in value:
            if not isinstance(one, str) or not one or (words and one not in words):
                raise self.refuse(key, wanted, one)
        return tuple(value)

    def day(self, key: str, needed: bool = False) -> date | None:
        """A TOML date; None where the key is absent and not needed."""
        value = self._get(key)
        if value is None and not needed:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.refuse(key, "a date YYYY-MM-DD without quotes")
        return value

    def flag(self, key: str) -> bool | None:
        """true or false; None where the key is absent."""
        value = self._get(key)
        if value is not None and not isinstance(value, bool):
            raise self.refuse(key, "true or false")
        return value

    def proof(self, key: str) -> Proof | None:
        """A date, or true or false; None where the key is absent."""
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return value
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.refuse(key, "a date YYYY-MM-DD without quotes, or true or false")
        return value

    def count(self, key: str) -> int | None:
        """A whole number from 0; None where the key is absent."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
            raise self.refuse(key, "a whole number from 0")
        return value

    def amount(self, key: str) -> Fraction | None:
        """A finite number from 0; None where the key is absent."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.refuse(key, "a number from 0")
        if isinstance(value, Decimal) and (not value.is_finite() or value.adjusted() < -30):
            raise self.refuse(key, "a finite number from 0")
        if not 0 <= value <= LARGEST:
            raise self.refuse(key, "a number between 0 and 1e12")
        return Fraction(value)

    def table(self, key: str) -> "Row | None":
        """A table; None where it is absent."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse(key, f"a table [{key}]")
        return Row(value, f"{self.place}{key}.")

    def tables(self, key: str) -> "list[Row] | None":
        """Tables, [] for an empty list; None where the key is absent."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.refuse(key, f"tables [[{self.place}{key}]]")
        return [Row(one, f"{self.place}{key}[{at}].") for at, one in enumerate(value, 1)]

    def refuse(self, key: str, wanted: str, found: object = None) -> BadFacts:
        """The refusal to raise about one key."""
        value = self.data.get(key) if found is None else found
        if value is None:
            return BadFacts(f"{self.place}{key} is missing: expected {wanted}")
        text = str(value) if isinstance(value, Decimal | date) else repr(value)
        short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        return BadFacts(f"{self.place}{key}: expected {wanted}, not {short}")

    def unread(self) -> Iterator[str]:
        """A note for each key that no one asked for."""
        for key in self.data:
            if key not in self.known:
                near = difflib.get_close_matches(key, self.known, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                yield f"{self.place}{key} is not read{hint}"

    def _get(self, key: str) -> object:
        self.known.add(key)
        return self.data.get(key)
