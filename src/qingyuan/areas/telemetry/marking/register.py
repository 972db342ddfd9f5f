"""Taking in the national platform's tables: rows into the register, then marks brought into line;
samples measured by hand as facts of their own.

All or nothing: a file that cannot be read as a whole changes nothing, a line that cannot is left
out and named, and a rehearsal does everything and takes it back.
"""

import csv
import hashlib
import io
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from ..importing.action import harmless
from ..models import Mark, MarkImport, PlatformMark
from .places import Places, Unknown
from .reading import Declared, Rejected, read
from .reconcile import Settled, reconcile
from .samples import Taken, take
from .sheets import SheetError, sheets_of
from .tables import TABLES

OUTCOMES = ("matched", "differs", "new", "unfinished", "deleted")
FIELDS = ("kind", "factor", "start", "end", "flag", "reason", "completed", "deleted",
          "updated_by", "updated_at")


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line. ``outcome`` is one of OUTCOMES; ``changed`` False: the platform had
    said the same before; ``beside``: the prepared mark that it agrees or disagrees with."""

    row: Declared
    point: MonitoringPoint
    factor: str
    outcome: str
    changed: bool
    beside: Mark | None = None


@dataclass(slots=True)
class Report:
    """Everything that came of a file. ``places`` are those of the platform that no point is known
    for, with their number of lines; ``batch`` is None for a rehearsal."""

    lines: list[Line] = field(default_factory=list)
    samples: list[Taken] = field(default_factory=list)
    rejects: list[Rejected] = field(default_factory=list)
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    places: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    batch: MarkImport | None = None

    @property
    def counts(self) -> dict[str, int]:
        return {name: sum(line.outcome == name for line in self.lines) for name in OUTCOMES}

    @property
    def taken(self) -> int:
        return len(self.lines) + len(self.samples)

    @property
    def changed(self) -> int:
        return (sum(line.changed for line in self.lines)
                + sum(one.outcome != "same" for one in self.samples))


def import_platform_marks(
    scope: Scope, content: bytes, name: str, *, dry_run: bool = False, now: float | None = None
) -> Report:
    """Take a CSV or XLSX file of the platform's tables. SheetError when it is no table at all or
    holds no line of marks."""
    require(scope, "import_marks")
    moment = time.time() if now is None else now
    found = read(sheets_of(content, name), moment)
    if not (found.rows or found.samples or found.rejects):
        raise SheetError("；".join(f"{sheet}：{why}" for sheet, why in found.passed_over)
                         or _("文件里没有标记"))
    report = Report(rejects=found.rejects, passed_over=found.passed_over)
    placed = _placed(scope, found.rows, report)
    with transaction.atomic():
        batch = _batch(scope, content, name, moment)
        kept = _register(placed, batch)
        settled = _reconcile(scope, kept, moment)
        report.lines = _lines(kept, settled)
        report.samples = take(scope, found.samples, report.rejects, report.places, moment)
        report.rejects.sort(key=lambda one: (one.sheet, one.line))
        batch.counts = report.counts | {"samples": len(report.samples)}
        batch.rejected = len(report.rejects)
        batch.rejects = f"mark-rejects-{batch.pk}.csv" if report.rejects else ""
        batch.save()
        audit(scope, "import_marks", batch, None, {
            "file": batch.name, "digest": batch.digest, **batch.counts,
            "rejected": batch.rejected})
        if dry_run:
            transaction.set_rollback(True)
        else:
            _keep_files(batch, content, report.rejects)
            report.batch = batch
    return report


@dataclass(slots=True)
class Kept:
    """A declared row with its point, its row of the register, whether that was changed, and the
    span it had before."""

    row: Declared
    point: MonitoringPoint
    factor: str
    stored: PlatformMark | None = None
    changed: bool = False
    before: tuple[int, int] | None = None


def _placed(scope: Scope, rows: Iterable[Declared], report: Report) -> list[Kept]:
    """The rows whose point and factor are known and that stand once in the file; the others are
    rejected."""
    places, seen, found = Places(scope), {}, []
    for row in rows:
        try:
            point = places.point(row.ps_name, row.mp_id, row.mp_name)
            factor = places.factor(point, row.factor, row.factor_name)
        except Unknown as error:
            report.rejects.append(Rejected(row.sheet, row.line, row.cells, str(error)))
            if error.place:
                report.places[row.ps_name, row.mp_id, row.mp_name] += 1
            continue
        key = (point.pk, row.table.code, *_identity(row, factor))
        if key in seen:
            report.rejects.append(Rejected(row.sheet, row.line, row.cells,
                                           _("与第 %d 行是同一条标记") % seen[key]))
            continue
        seen[key] = row.line
        found.append(Kept(row, point, factor))
    return found


def _identity(row: Declared, factor: str) -> tuple[object, ...]:
    if row.platform_id:
        return (row.platform_id,)
    return ("", row.kind, factor, row.start, row.end)


def _batch(scope: Scope, content: bytes, name: str, now: float) -> MarkImport:
    return MarkImport.objects.create(
        organisation=scope.organisation, name=Path(name).name[:200],
        digest=hashlib.sha256(content).hexdigest(), by=scope.who[:128], at=int(now * 1000))


def _register(placed: list[Kept], batch: MarkImport) -> list[Kept]:
    """Write the rows that are new or that the platform has changed since."""
    if not placed:
        return placed
    held: dict[tuple[object, ...], PlatformMark] = {}
    # A row without an id is known by its span; one with an id may have had any span before.
    rows = PlatformMark.objects.filter(point__in={one.point.pk for one in placed}).filter(
        ~Q(platform_id="") | Q(start__gte=min(one.row.start for one in placed),
                               start__lte=max(one.row.start for one in placed)))
    for stored in rows.select_for_update():
        own = ((stored.platform_id,) if stored.platform_id
               else ("", stored.kind, stored.factor, stored.start, stored.end))
        held[stored.point_id, stored.table, *own] = stored
    for one in placed:
        key = (one.point.pk, one.row.table.code, *_identity(one.row, one.factor))
        facts = {name: getattr(one.row, name) for name in FIELDS} | {
            "factor": one.factor, "place": [one.row.ps_name, one.row.mp_id, one.row.mp_name]}
        stored = held.get(key)
        if stored is None:
            stored = PlatformMark(point=one.point, table=one.row.table.code,
                                  platform_id=one.row.platform_id)
        elif all(getattr(stored, name) == value for name, value in facts.items()):
            one.stored = stored
            continue
        one.changed = True
        one.before = (stored.start, stored.end) if stored.pk else None
        for name, value in facts.items():
            setattr(stored, name, value)
        stored.imported, stored.line = batch, one.row.line
        stored.save()
        one.stored = stored
    return placed


def _reconcile(scope: Scope, kept: list[Kept], now: float) -> Settled:
    """Settle each point over what its rows touch, the spans they had before included."""
    whole = Settled()
    spans: dict[int, list[int]] = {}
    points = {one.point.pk: one.point for one in kept}
    for one in kept:
        edges = [one.row.start, one.row.end, *(one.before or ())]
        held = spans.setdefault(one.point.pk, [min(edges), max(edges)])
        spans[one.point.pk] = [min(held[0], *edges), max(held[1], *edges)]
    for pk, (since, until) in sorted(spans.items()):
        found = reconcile(scope, points[pk], since, until, now=now)
        whole.outcome |= found.outcome
        whole.beside |= found.beside
    return whole


def _lines(kept: list[Kept], settled: Settled) -> list[Line]:
    marks = Mark.objects.in_bulk(set(settled.beside.values()))
    found = []
    for one in kept:
        stored = one.stored
        assert stored is not None
        outcome = ("deleted" if stored.deleted else "unfinished" if not stored.completed
                   else settled.outcome.get(stored.pk, "new"))
        beside = marks.get(settled.beside.get(stored.pk, 0))
        found.append(Line(one.row, one.point, one.factor, outcome, one.changed, beside))
    return found


def _keep_files(batch: MarkImport, content: bytes, rejects: list[Rejected]) -> None:
    """The file itself, by its content, and the lines that were not taken, as CSV for Excel."""
    folder = settings.PLACES.uploads
    folder.mkdir(parents=True, exist_ok=True)
    suffix = ".xlsx" if content[:2] == b"PK" else ".csv"
    (folder / f"{batch.digest}{suffix}").write_bytes(content)
    if not rejects:
        return
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_("表"), _("行号"), _("原因"), _("原始内容")])
    for one in rejects:
        writer.writerow([harmless(one.sheet), one.line, one.why, *map(harmless, one.cells)])
    (folder / batch.rejects).write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())


def table_title(code: str) -> str:
    """What a table of the register is called."""
    return TABLES[code].title if code in TABLES else code
