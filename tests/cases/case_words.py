"""The words of the worked scenarios (``cases/README.md``): times, spans, sums, and one line of each
kind. Nothing here knows a rule of a standard; a line that cannot be read is refused with the line.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction

CHINA = timezone(timedelta(hours=8))
HOUR = 3600
ANALYSERS = ("w01018", "w21003", "w21011", "w21001")
STEP = {"s": 1, "min": 60, "h": HOUR, "d": 24 * HOUR}
VERDICTS = ("valid", "exempt", "invalid", "out_of_control", "missing", "stopped")


class Unreadable(ValueError):
    """A line of a scenario that the language does not know."""


TIME = r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?(?: [+-] ?\d+ ?(?:min|h|d|s))?"


def moment(text: str, beside: int | None = None) -> int:
    """``2025-10-01``, ``2025-10-01 10:00[:30]``, ``2025-10-01 10:00 - 180h``, or ``10:15`` on the
    day of ``beside``; as an epoch second. ``24:00`` is the end of the day.

    >>> moment("2025-10-01 08:00") - moment("2025-10-01")
    28800
    >>> moment("2025-10-02 - 1h") == moment("2025-10-01 23:00")
    True
    """
    text = text.strip()
    if beside is not None and re.fullmatch(r"\d\d:\d\d(:\d\d)?", text):
        text = f"{datetime.fromtimestamp(beside, CHINA):%Y-%m-%d} {text}"
    found = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)(?: (\d\d):(\d\d)(?::(\d\d))?)?(?: ([+-]) ?(\d+) ?(min|h|d|s))?", text)
    if found is None:
        raise Unreadable(f"not a time: {text!r}")
    day, hour, minute, second, sign, number, unit = found.groups()
    at = int(datetime.fromisoformat(day).replace(tzinfo=CHINA).timestamp())
    at += int(hour or 0) * HOUR + int(minute or 0) * 60 + int(second or 0)
    if sign:
        at += (1 if sign == "+" else -1) * int(number) * STEP[unit]
    return at


def spans(text: str, whole: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Half-open spans: ``A to B``, ``at A`` (the hour beginning there), a plain date (that day),
    ``each day 10:00 to 11:00 [from A to B]``, nothing (the whole period)."""
    text = text.strip()
    daily = re.fullmatch(rf"each day (\d\d:\d\d) to (\d\d:\d\d)(?: from ({TIME}) to ({TIME}))?",
                         text)
    if not text:
        yield whole
    elif daily:
        first, last, since, until = daily.groups()
        day = moment(since) if since else whole[0]
        end = moment(until) if until else whole[1]
        day = moment(stamp(day)[:10])
        while day < end:
            yield moment(first, day), moment(last, day)
            day += 24 * HOUR
    elif text.startswith("at "):
        begin = moment(text[3:])
        yield begin, begin + HOUR
    elif " to " in text:
        left, right = text.split(" to ")
        begin = moment(left)
        yield begin, moment(right, begin)
    else:
        yield moment(text), moment(text) + 24 * HOUR


def stamp(at: int) -> str:
    """China time of an epoch second, ``YYYY-MM-DD HH:MM``."""
    return f"{datetime.fromtimestamp(at, CHINA):%Y-%m-%d %H:%M}"


_OPERATORS: Mapping[type, Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}


def number(text: str) -> Fraction:
    """The exact value of sums, products and quotients of decimal numbers.

    >>> number("100 * (21 - 6) / (21 - 11)")
    Fraction(150, 1)
    """
    source = text.strip()

    def walk(node: ast.AST) -> Fraction:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return Fraction(ast.get_source_segment(source, node) or "")
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -walk(node.operand)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](walk(node.left), walk(node.right))
        raise Unreadable(f"not a sum of numbers: {text!r}")

    try:
        return walk(ast.parse(source, mode="eval").body)
    except (SyntaxError, ZeroDivisionError) as error:
        raise Unreadable(f"not a sum of numbers: {text!r}") from error


@dataclass(frozen=True)
class Happening:
    time: int
    kind: str
    factor: str
    passed: bool | None


@dataclass(frozen=True)
class Marked:
    start: int
    end: int
    kind: str
    factor: str


@dataclass(frozen=True)
class Dating:
    """``name = value [from DAY] [to DAY]``: an overridden rule or a dated property."""

    name: str
    value: float | str | bool
    since: date | None
    until: date | None


@dataclass(frozen=True)
class Expected:
    """One line of ``expect``: what some rows must hold."""

    line: str
    factor: str
    level: str  # hour | day | month | quarter | year | capture | limit
    keys: tuple[str, ...]
    demands: tuple[tuple[str, str], ...]


def scalar(text: str) -> float | str | bool:
    text = text.strip()
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text) if "." in text or "e" in text else int(text)
    except ValueError:
        return text


def dating(line: str) -> Dating:
    """``gas.hour.min_valid_minutes = 40 from 2025-10-15``; ``to`` names the first day after."""
    found = re.fullmatch(r"([\w.]+) = (\S+)(?: from (\d{4}-\d\d-\d\d))?(?: to (\d{4}-\d\d-\d\d))?",
                         line.strip())
    if found is None:
        raise Unreadable(f"not a dated value: {line!r}")
    name, value, since, until = found.groups()
    return Dating(name, scalar(value), date.fromisoformat(since) if since else None,
                  date.fromisoformat(until) if until else None)


def event(line: str) -> Happening:
    """``2025-10-01 08:00 calibration passed|failed|done [a21026]``."""
    found = re.fullmatch(rf"({TIME}) (\w+?)(?: (passed|failed|done))?(?: ([aw]\d{{5}}))?", line)
    if found is None:
        raise Unreadable(f"not an event: {line!r}")
    time, kind, result, factor = found.groups()
    outcome = {"passed": True, "failed": False}.get(result or "")
    return Happening(moment(time), kind, factor or "", outcome)


def mark(line: str) -> Marked:
    """``fault 2025-10-01 10:00 to 10:16 [a21026]``."""
    found = re.fullmatch(r"([a-z_]+) (.+? to .+?)(?: ([aw]\d{5}))?", line)
    if found is None:
        raise Unreadable(f"not a mark: {line!r}")
    kind, span, factor = found.groups()
    begin, end = next(spans(span, (0, 0)))
    return Marked(begin, end, kind, factor or "")


LEVELS = ("hour", "day", "month", "quarter", "year", "capture", "limit")
NUMBERS = ("value", "converted", "mass", "substituted", "minutes", "hours", "days", "stopped_hours",
           "invalid_hours", "rate")
WORDS = ("reason", "without", "clause", "within")


def demand(item: str) -> tuple[str, str]:
    item = item.strip()
    word, _, rest = item.partition(" ")
    if not rest and word in VERDICTS:
        return "verdict", word
    if not rest and word in ("pass", "fail", "undecided"):
        return "pass", word
    if item in ("above", "not above"):
        return "above", item
    if not rest or word not in NUMBERS + WORDS:
        raise Unreadable(f"not an expectation: {item!r}")
    return word, rest.strip()


def expected(line: str) -> Iterator[Expected]:
    """``a21026 hour 2025-10-01 10:00: invalid; minutes 44``. One for each factor of the line; the
    level ``limit`` asks of an hour (or day) whether it is above its limit."""
    head, separator, items = line.partition(": ")
    words = head.split(" ", 2)
    if not separator or len(words) != 3 or words[1] not in LEVELS:
        raise Unreadable(f"not an expectation: {line!r}")
    factors, level, when = words
    demands = tuple(demand(item) for item in items.split(";"))
    for factor in factors.split(","):
        yield Expected(line, factor, level, tuple(keys(level, when)), demands)


def keys(level: str, when: str) -> Iterator[str]:
    """The rows that an expectation means: each hour or day of its span, or one period."""
    days = level == "day" or (level == "limit" and ":" not in when)
    if level in ("hour", "day", "limit"):
        step, cut = (24 * HOUR, 10) if days else (HOUR, 16)
        span = when if " to " in when or days else f"at {when}"
        for begin, end in spans(span, (0, 0)):
            for at in range(begin, end, step):
                yield stamp(at)[:cut]
    else:
        yield when.strip()
