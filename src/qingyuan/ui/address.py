"""Numbers out of an address, which anybody may type: never longer than the database can hold."""

from typing import TypeVar

_Default = TypeVar("_Default", int, None)


def small_int(text: str, default: _Default, most: int) -> int | _Default:
    """A whole number from 0 to ``most``, a larger one cut to ``most``; ``default`` for other text.

    >>> small_int("7", 1, 50), small_int("9" * 5000, 1, 50), small_int("--5", 1, 50)
    (7, 50, 1)
    """
    if not (text.isascii() and text.isdecimal()):
        return default
    digits = text.lstrip("0") or "0"
    return min(int(digits), most) if len(digits) <= len(str(most)) else most


class ShortNumber:
    """A number in a path, of so many digits at most that the databases' integers hold it."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
