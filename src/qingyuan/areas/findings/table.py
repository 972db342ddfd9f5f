"""The page ``docs/findings.md``: the table of kinds, made by code from the table itself."""

from collections.abc import Iterator
from datetime import date

from qingyuan.standards.book import Book

from .kinds import GROUPS, KINDS, STEPS, Kind
from .models import Severity
from .thresholds import words

_ABOUT = (
    "Whatever needs a person is a finding. Where the detectors look and what they leave alone "
    "stands in [watch.md](watch.md); how one",
    "is worked off in [work a finding](how-to/work-a-finding.md). A unit sets severity, clocks and "
    "thresholds otherwise at `/findings/rules/`,",
    "for all points or for one, with the reason.",
    "",
    "- **Clocks** run from the moment the platform said so. A name with a dot is a provision of "
    "the book, in hours; the others are",
    "  the platform's own figures.",
    "- **Closes itself**: when the matter is over before anybody acted and no order was made of "
    "it.",
    "- **Told**: `duty`, the point's keeper, with whoever is on duty; `keeper`, the point's "
    "keeper; `manager`, the managers. Whoever is",
    "  on duty hears of everything that has a clock.",
)
_UNITS = ((1440, "d"), (60, "h"), (1, "min"))


def page(book: Book, day: date) -> str:
    """The whole page as Markdown, ending with a line end; provisions as the book reads that day."""
    return "\n".join(_lines(book, day)) + "\n"


def _lines(book: Book, day: date) -> Iterator[str]:
    yield from ("# Findings", "", "Made by code from `src/qingyuan/areas/findings/kinds.py`; do "
                "not edit by hand:", "",
                f"    qingyuan manage findings_page --at {day} > docs/findings.md", "", *_ABOUT)
    for group, name in GROUPS.items():
        yield from ("", f"## {name} (`{group}`)", "",
                    "| kind | 名称 | severity | respond in | handle in | closes itself | told | "
                    "order | thresholds |", "|---|---|---|---|---|---|---|---|---|")
        for code, kind in KINDS.items():
            if kind.group == group:
                yield _row(code, kind, book, day)
    yield from ("", "## Escalation", "", "| severity | once a clock has run out |", "|---|---|")
    for severity in Severity.values:
        steps = (f"after {_length(wait)}: {', '.join(roles)}" if wait else
                 f"at once: {', '.join(roles)}" for wait, roles in STEPS.get(severity, ()))
        yield f"| {severity} | {'; '.join(steps) or 'nobody'} |"


def _row(code: str, kind: Kind, book: Book, day: date) -> str:
    bounds = "; ".join(f"{words(code, name).label} {value:g} {words(code, name).unit}"
                       for name, value in kind.thresholds.items())
    return " | ".join((
        f"| `{code}`", str(kind.label), str(kind.severity), _clock(kind.respond, book, day),
        _clock(kind.handle, book, day), "yes" if kind.ends_itself else "", kind.follow,
        "yes" if kind.orders else "", bounds)) + " |"


def _clock(said: int | str | None, book: Book, day: date) -> str:
    if said is None:
        return ""
    if isinstance(said, int):
        return _length(said)
    return f"`{said}` ({book.at(said, day).value} h)"


def _length(minutes: int) -> str:
    """
    >>> _length(1440), _length(240), _length(45)
    ('1 d', '4 h', '45 min')
    """
    size, unit = next(one for one in _UNITS if minutes % one[0] == 0)
    return f"{minutes // size} {unit}"
