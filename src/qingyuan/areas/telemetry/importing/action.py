"""Storing a file's readings: in one transaction, beside the wire's, with a source of their own."""

import csv
import hashlib
import io
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from ..backfill import Row, Rows, write
from ..intake.store import replace
from ..models import ReadingChange, Source, SourceKind
from ..readings import Reading, load
from .headings import Names, read
from .rows import Reject, Sorted, sort
from .sheet import SheetError, cells

__all__ = ["ImportReport", "SheetError", "import_readings"]
Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a file: instants stored, instants whose values were all there already, lines
    rejected (with the path of the CSV that names them), instants that replaced another value.
    ``source`` is None for a dry run."""

    source: Source | None
    accepted: int
    kept: int
    replaced: int
    rejected: int
    rejects: tuple[Reject, ...]
    factors: tuple[str, ...]


def import_readings(
    scope: Scope, content: bytes, name: str, point: MonitoringPoint, interval: str, *,
    replace_existing: bool = False, dry_run: bool = False, now: float | None = None,
) -> ImportReport:
    """Take a CSV or XLSX file of one visible point's readings (``rtd|min|hour|day``).

    Values fill gaps: a factor that has a value at an instant keeps it, unless
    ``replace_existing``, which leaves the old value as a ReadingChange. SheetError when the file
    as a whole cannot be read. All or nothing; a dry run stores nothing and reports the same.
    """
    require(scope, "import_readings")
    held = points_of(scope).get(pk=point.pk)
    found = parse(content, name, held.kind, interval, time.time() if now is None else now)
    # Read and compared before the transaction, so that intake need not wait for it. A frame that
    # comes in between stands above the file's values anyway.
    plan = _plan(held.pk, interval, found, replace_existing)
    kept, replaced = plan.kept, len(plan.old)
    accepted = len(found.values) - kept
    with transaction.atomic():
        source = _source(scope, held, interval, content, name, replace_existing)
        _store(held.pk, interval, plan, source)
        source.accepted, source.kept = accepted, kept
        source.rejected = len(found.rejects)
        source.rejects = f"rejects-{source.pk}.csv" if found.rejects else ""
        source.save()
        audit(scope, "import_readings", source, None, {
            "file": name, "digest": source.digest, "point": held.pk, "interval": interval,
            "accepted": accepted, "kept": kept, "replaced": replaced,
            "rejected": len(found.rejects),
        })
        if dry_run:
            transaction.set_rollback(True)
        else:
            _keep_files(source, content, name, found.rejects)
    codes = dict.fromkeys(code for row in found.values.values() for code, _suffix in row)
    return ImportReport(None if dry_run else source, accepted, kept, replaced,
                        len(found.rejects), tuple(found.rejects), tuple(codes))


def parse(content: bytes, name: str, medium: str, interval: str, now: float) -> Sorted:
    """A file's values and rejects. SheetError when it has no readable heading or no line."""
    lines = cells(content, name)
    header = next(lines, None)
    if header is None:
        raise SheetError(_("文件是空的"))
    names = Names(medium)
    found = sort(lines, read(header[1], interval, names), interval, names, now)
    if not found.lines and not found.rejects:
        raise SheetError(_("文件只有标题行"))
    return found


def _source(scope: Scope, point: MonitoringPoint, interval: str, content: bytes, name: str,
            replacing: bool) -> Source:
    return Source.objects.create(
        kind=SourceKind.IMPORT, organisation=scope.organisation, point=point, interval=interval,
        name=Path(name).name[:200], digest=hashlib.sha256(content).hexdigest(),
        replace=replacing, by=scope.who, at=int(time.time() * 1000),
    )


@dataclass(slots=True)
class Plan:
    """Rows by (columns, frame they stand for), and what they replace."""

    rows: dict[tuple[Key, int], list[Row]]
    old: list[tuple[Reading, frozenset[str]]]
    kept: int = 0


def _plan(point: int, interval: str, found: Sorted, replacing: bool) -> Plan:
    """Compare with what is there: values that give way are left out."""
    plan = Plan(defaultdict(list), [])
    if not found.values:
        return plan
    there = {
        reading.time: reading
        for reading in load(interval, [point], min(found.values), max(found.values) + 1)
    }
    for moment, values in sorted(found.values.items()):
        reading = there.get(moment)
        taken = frozenset(reading.factors) if reading else frozenset()
        clash = taken & {code for code, _suffix in values}
        frame = 0
        if clash and replacing and reading:
            # It stands for the frame it corrects: only a later one will stand above it.
            frame = reading.frame
            plan.old.append((reading, clash))
        elif clash:
            values = {key: value for key, value in values.items() if key[0] not in clash}
        if not values:
            plan.kept += 1
            continue
        key, flags = tuple(sorted(values)), found.flags.get(moment, {})
        plan.rows[key, frame].append((
            moment, [values[column] for column in key], [flags.get(code, "") for code, _s in key],
        ))
    return plan


def _store(point: int, interval: str, plan: Plan, source: Source) -> None:
    for (key, frame), some in plan.rows.items():
        make = Rows(point, interval, key, source.pk, frame=frame)
        write(make, some)
        if source.replace:
            replace(interval, [row for one in some for row in make.of(*one)])
    _record(point, interval, plan.old, source)


def _record(point: int, interval: str, old: Sequence[tuple[Reading, frozenset[str]]],
            source: Source) -> None:
    now = int(time.time() * 1000)
    # A change is unique by the fact it supersedes; two files may replace the same one, hence the
    # source in the place of a shape.
    ReadingChange.objects.bulk_create([
        ReadingChange(
            point_id=point, interval=interval, time=reading.time, factor="", shape=-source.pk,
            values={code: reading.factors[code] for code in sorted(codes)}, frame=reading.frame,
            source_id=reading.source, by_frame=reading.frame, by_source_id=source.pk, at=now,
        )
        for reading, codes in old
    ], ignore_conflicts=True)


def _keep_files(source: Source, content: bytes, name: str, rejects: Sequence[Reject]) -> None:
    """The file itself, by its content, and the lines that were not taken, as CSV for Excel."""
    folder = settings.PLACES.uploads
    folder.mkdir(parents=True, exist_ok=True)
    suffix = ".xlsx" if content[:2] == b"PK" else ".csv"
    (folder / f"{source.digest}{suffix}").write_bytes(content)
    if rejects:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow([_("行号"), _("原因"), _("原始内容")])
        for reject in rejects:
            writer.writerow([reject.line, reject.reason, *map(harmless, reject.cells)])
        (folder / source.rejects).write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())


def harmless(cell: str) -> str:
    """A cell that a spreadsheet will not take for a formula.

    >>> harmless("=1+1"), harmless("-3.5")
    ("'=1+1", '-3.5')
    """
    risky = cell[:1] in ("=", "+", "@", "\t", "\r") or (
        cell[:1] == "-" and not cell[1:2].isdigit())
    return f"'{cell}" if risky else cell
