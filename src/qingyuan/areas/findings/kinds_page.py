"""The page ``docs/findings.md``: every kind of finding, made by code from the table.

    qingyuan manage findings_page > docs/findings.md
"""

from collections.abc import Iterator

from .kinds import GROUPS, HOUR, KINDS, STEPS, Kind
from .models import Cause, Severity
from .thresholds import words

HEAD = """\
# Findings

Made by code from `findings/kinds.py`; do not edit by hand:

    qingyuan manage findings_page > docs/findings.md

A unit sets kinds otherwise at `/findings/rules/`, for all its points or for one: off, another severity, other clocks, other
thresholds. [How to work a finding](how-to/work-a-finding.md), [what the detectors look at](watch.md), [decision 0010]\
(decisions/0010-quality-findings-and-supervision.md).
"""
FOLLOW = {"duty": "keeper, on duty", "keeper": "keeper, on duty", "manager": "managers, on duty"}


def page() -> Iterator[str]:
    """The page, line by line."""
    yield from HEAD.splitlines()
    for group, title in GROUPS.items():
        rows = [(code, kind) for code, kind in KINDS.items() if kind.group == group]
        yield from ("", f"## {title} (`{group}`)", "",
                    "| kind | 名称 | severity | respond | handle | ends itself | told | order | "
                    "thresholds |", "|---|---|---|---|---|---|---|---|---|")
        for code, kind in rows:
            yield _line(code, kind)
    yield from ("", "## Escalation", "", "When a clock has run out, further people are told:", "",
                "| severity | after | told |", "|---|---|---|")
    for severity, steps in STEPS.items():
        for wait, roles in steps:
            after = clock(wait) if wait else "at once"
            yield f"| {Severity(severity).label} `{severity}` | {after} | {', '.join(roles)} |"
    yield from ("", "## Causes", "")
    yield "、".join(f"{one.label} `{one.value}`" for one in Cause)


def _line(code: str, kind: Kind) -> str:
    said = "<br>".join(
        f"{words(code, name).label} {value:g} {words(code, name).unit} `{name}`"
        for name, value in kind.thresholds.items())
    return (f"| `{code}` | {kind.label} | {Severity(kind.severity).label} | {clock(kind.respond)} "
            f"| {clock(kind.handle)} | {'yes' if kind.ends_itself else ''} "
            f"| {FOLLOW[kind.follow]} | {'yes' if kind.orders else ''} | {said} |")


def clock(said: int | str | None) -> str:
    """A clock in words; a provision by its name.

    >>> clock(None), clock(90), clock(1440), clock("fault.reply")
    ('', '90 min', '24 h', '`fault.reply`')
    """
    if said is None:
        return ""
    if isinstance(said, str):
        return f"`{said}`"
    return f"{said // HOUR} h" if said % HOUR == 0 else f"{said} min"
