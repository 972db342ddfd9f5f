"""Bringing in the lines of a set-up workbook: first tried, each with what it would do or why not;
then taken over. The lines of a point build on each other and are entered together; some points at
a time make one transaction, so that whoever else writes gets a turn between them.

What is there already is left alone: the same file again changes nothing.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError, transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.scope import Scope, require

from . import facility_import
from .models import MonitoringPoint
from .setup_book import Line, Sheet, Typed

AT_ONCE = 20  # points in a transaction
log = logging.getLogger(__name__)
Report = list[dict[str, Any]]
Progress = Callable[[int, int], None]


@dataclass
class Run:
    """What the lines of one run share. ``keep`` is False while they are only tried. ``planned`` are
    the (discharger, point) that lines of this file make; ``gathered`` holds what sheets collect for
    their ``flush``; ``papers`` gives the bytes of a file by its name."""

    scope: Scope
    keep: bool
    book: dict[str, list[Line]]
    papers: Callable[[str], bytes] | None = None
    planned: set[tuple[str, str]] = field(default_factory=set)
    gathered: dict[str, list[Any]] = field(default_factory=dict)
    facilities: facility_import.Run = field(init=False)

    def __post_init__(self) -> None:
        self.facilities = facility_import.Run(self.scope)

    def point(self, typed: Typed, *needed: str) -> MonitoringPoint:
        """The visible point that a line names; ValidationError by column."""
        return facility_import.point_named(self.scope, typed, self.facilities.places, *needed)

    def forget(self) -> None:
        """Between two transactions: what was thrown away must not be remembered."""
        self.facilities = facility_import.Run(self.scope)
        self.gathered.clear()


def run(
    scope: Scope, sheets: Sequence[Sheet], lines: Iterable[Line], *, keep: bool,
    papers: Callable[[str], bytes] | None = None, progress: Progress | None = None,
) -> Report:
    """Enter the lines, or only try them; dicts with sheet, line, typed, errors and done, in the
    order of the workbook. A refused line leaves nothing behind; the others are entered."""
    require(scope, "import_setup")
    given = list(lines)
    book: dict[str, list[Line]] = {}
    for line in given:
        book.setdefault(line.sheet, []).append(line)
    shared = Run(scope, keep, book, papers)
    known = {sheet.title: sheet for sheet in sheets}
    groups = _groups([line for line in given if known[line.sheet].by_point])
    report: Report = []
    total, done = len(given), 0
    batches = [groups[at:at + AT_ONCE] for at in range(0, len(groups), AT_ONCE)]
    rest = [line for line in given if not known[line.sheet].by_point]
    for batch in (*batches, *([[rest]] if rest else [])):
        report += _batch(shared, known, batch)
        done += sum(len(group) for group in batch)
        if progress is not None:
            progress(done, total)
    order = {title: place for place, title in enumerate(known)}
    return sorted(report, key=lambda entry: (order[entry["sheet"]], entry["line"]))


def _groups(lines: list[Line]) -> list[list[Line]]:
    """The lines of each point in the order of the sheets."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        key = (line.typed.get("discharger", ""), line.typed.get("point", ""))
        found.setdefault(key, []).append(line)
    return list(found.values())


def _batch(shared: Run, known: dict[str, Sheet], groups: list[list[Line]]) -> Report:
    report: Report = []
    with transaction.atomic():
        for group in groups:
            report += [_enter(shared, known[line.sheet], line) for line in group]
        for sheet in known.values():
            if sheet.flush is not None:
                sheet.flush(shared)
        transaction.set_rollback(not shared.keep)
    shared.forget()
    return report


def _enter(shared: Run, sheet: Sheet, line: Line) -> dict[str, Any]:
    errors: list[str] = []
    done: list[str] = []
    try:
        with transaction.atomic():
            done = sheet.enter(shared, line.typed)
    except ValidationError as error:
        errors = facility_import.words(error, sheet.labels)
        shared.facilities.system = shared.facilities.part = None
    except PermissionDenied:
        errors = [_("您的角色不能进行这项操作")]
    except ObjectDoesNotExist:
        errors = [_("没有这个对象，或它不属于本单位")]
    except (ArithmeticError, ValueError, DataError):
        # One line's strange figures must not keep all others out; the log has the trace.
        log.exception("%s, line %d", line.sheet, line.number)
        errors = [_("这一行有无法处理的内容，请核对日期和数字")]
        shared.facilities = facility_import.Run(shared.scope)
    return {"sheet": line.sheet, "line": line.number, "typed": line.typed, "errors": errors,
            "done": done}
