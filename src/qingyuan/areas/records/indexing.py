"""Records in the index of words: what they are called, where and by whom the work was done, every
answer in words. Drafts, replaced and voided records are not found."""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.search import index, kinds
from qingyuan.areas.search.models import Entry

from .keeping.definitions import NoForm, engine_of
from .keeping.queries import STANDING
from .models import Record
from .review import answers as reading
from .words import TECHNIQUES

KIND = "record"
ACTS, SWEEP = "records.acts", "records.sweep"
PIECE = 500  # records a run, of each of the two ways
LAG = 60_000  # ms: an act that began before another may be told after it
SILENT = ("photo", "file", "signature")
log = logging.getLogger(__name__)

kinds.bring(KIND, _("运维记录"), "see_records", "clipboard-check")


def text_of(record: Record) -> str:
    """What a record says, a line a section and a question. The form it was written in may be gone:
    then only place and people."""
    technique = str(TECHNIQUES.get(str(record.setting.get("technique", "")), ""))
    system = record.system.name if record.system else ""
    head = (record.point.organisation.name, record.point.full_name, system, technique, record.who,
            record.reason, record.returned_why)
    return "\n".join([" ".join(one for one in head if one), *_said(record)])


def _said(record: Record) -> list[str]:
    try:
        return list(_answered(record))
    except Exception:  # one record that cannot be read must not keep all later ones out; logged
        log.exception("the answers of record %s were not indexed", record.pk)
        return []


def _answered(record: Record) -> Iterator[str]:
    try:
        engine = engine_of(record)
    except NoForm:
        return
    for piece in reading.pieces(engine.form, engine.setting, record.answers):
        yield piece.title
        for one in piece.every:
            if one.field.type not in SILENT:
                yield f"{one.label}：{one.text}{one.unit} {one.note}".strip()


def put(records: Iterable[Record]) -> int:
    """Index the records as they are; how many."""
    return index.put_many(index.Put(
        row.organisation_id, KIND, f"record:{row.pk}",
        f"{row.title} {row.point.name} {row.day}", text_of(row),
        reverse("records:record", args=[row.pk]), row.submitted_at or row.saved_at,
        row.point_id) for row in records)


def refresh(keys: Sequence[int]) -> int:
    """Bring the index up to date for the records of these ids: those that stand and are not in it
    as they were submitted go in, those that no longer stand go out; how many of both."""
    rows = dict(Record.objects.filter(pk__in=keys, state__in=STANDING).values_list(
        "pk", "submitted_at"))
    held = {ref: (unit, at) for ref, unit, at in Entry.objects.filter(
        kind=KIND, ref__in=[f"record:{pk}" for pk in keys]).values_list(
        "ref", "organisation", "at")}
    fresh = [pk for pk, at in rows.items()
             if (known := held.get(f"record:{pk}")) is None or (at and known[1] != at)]
    gone: dict[int, list[str]] = {}
    for pk in keys:
        if pk not in rows and (known := held.get(f"record:{pk}")) is not None:
            gone.setdefault(known[0], []).append(f"record:{pk}")
    changed = put(Record.objects.filter(pk__in=fresh).select_related(
        "organisation", "point__outlet", "point__organisation", "system"))
    return changed + sum(index.forget(unit, KIND, refs) for unit, refs in gone.items())


def follow(now: int | None = None) -> int:
    """What was done to records since the last run, as the audit tells it; how many changed."""
    moment = round(time.time() * 1000) if now is None else now
    acts = list(AuditLine.objects.filter(
        kind=Record._meta.label_lower, pk__gt=index.cursor(ACTS)).order_by("pk").values_list(
        "pk", "object_id", "at")[:PIECE])
    changed = refresh(sorted({int(key) for _pk, key, _at in acts if key.isdecimal()}))
    settled = [pk for pk, _key, at in acts if at < moment - LAG]
    if settled:
        index.move(ACTS, settled[-1])
    return changed


def sweep() -> int:
    """The next piece of all records, round and round: what came without an act of its own, an
    import or the data of a demonstration, is found so; how many changed."""
    last = index.cursor(SWEEP)
    keys = list(Record.objects.filter(pk__gt=last).order_by("pk").values_list(
        "pk", flat=True)[:PIECE])
    changed = refresh(keys)
    index.move(SWEEP, keys[-1] if len(keys) == PIECE else 0)
    return changed


def run() -> str:
    """Both, for the worker."""
    changed = follow() + sweep()
    return f"{changed} records" if changed else ""
