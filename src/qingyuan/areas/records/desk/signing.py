"""A signature on desk lines: one submitted record a line, and the clocks of its duties.

Hundreds of lines are signed at once, so that the records are made together; what each says is what
``keeping`` would have written. Instants are epoch milliseconds.
"""

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.maintenance.models import OrderKind, OrderSource
from qingyuan.areas.maintenance.orders.actions import open_order
from qingyuan.areas.maintenance.planning.clocks import Done, finish_many
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.records.keeping.definitions import Cells, Engine
from qingyuan.areas.records.keeping.digest import digest_of
from qingyuan.areas.records.keeping.forms import form_for
from qingyuan.areas.records.models import (
    DeskDay,
    DeskLine,
    DeskState,
    Record,
    RecordState,
    ReviewSettings,
)
from qingyuan.areas.records.review import risk
from qingyuan.areas.records.review.facts import is_drawn
from qingyuan.areas.records.review.settings import HOUR, settings_of
from qingyuan.areas.rules.queries import BookFor, books_for
from qingyuan.forms import Setting
from qingyuan.forms.definition import ABNORMAL, NORMAL, NOT_CHECKED

BATCH = 500


@dataclass(frozen=True, slots=True)
class Signing:
    """What holds for all lines of one signature."""

    scope: Scope
    desk: DeskDay
    signature: dict[str, Any]
    looked: bool
    at: int


@transaction.atomic
def sign(
    scope: Scope, desk: DeskDay, lines: Iterable[DeskLine | int], *,
    signature: Mapping[str, Any], handling: str | Mapping[int, str] = "", looked: bool = False,
    order: bool = False,
) -> list[Record]:
    """Confirm lines of the scope's own desk, each by a record submitted in the signer's name.

    ``signature`` is {name, sha256}. An exception, or a point without data, is signed alone, with
    its ``handling`` or with ``order``, which opens a work order. ``looked`` says that the signer
    has seen the pictures that telemetry knows nothing of; a camera cannot be confirmed without it.
    Lines signed already are passed over. DoesNotExist for a line that is not the scope's,
    ValidationError by field.
    """
    require(scope, "sign_desk")
    held = DeskDay.objects.select_for_update().get(pk=desk.pk, organisation=scope.organisation)
    said = _signature(scope, signature)
    wanted = {getattr(line, "pk", line) for line in lines}
    rows = list(held.lines.filter(pk__in=wanted).select_related(
        "point__organisation", "point__outlet", "system"))
    _see(scope, rows, wanted)
    waiting = [row for row in rows if row.record_id is None]
    if not waiting:
        return []
    _alone(waiting, handling, order)
    signing = Signing(scope, held, said, looked, said["at_ms"])
    for row in waiting:
        row.handling = _handled(scope, row, handling, order, signing.at)
    made = _records(signing, waiting)
    _keep(signing, waiting, made)
    return made


def _signature(scope: Scope, given: Mapping[str, Any]) -> dict[str, Any]:
    name = str(given.get("name", "")).strip()
    if scope.user is None or not name:
        raise ValidationError({"signature": _("请签名")})
    at = round(time.time() * 1000)
    return {"name": name[:64], "sha256": str(given.get("sha256", "")), "at_ms": at}


def _see(scope: Scope, rows: Sequence[DeskLine], wanted: set[int]) -> None:
    seen = set(points_of(scope).filter(
        pk__in={row.point_id for row in rows}).values_list("pk", flat=True))
    if len(rows) != len(wanted) or any(row.point_id not in seen for row in rows):
        raise DeskLine.DoesNotExist


def _alone(waiting: Sequence[DeskLine], handling: str | Mapping[int, str], order: bool) -> None:
    for row in waiting:
        if row.state == DeskState.NORMAL:
            continue
        if len(waiting) > 1:
            raise ValidationError({"lines": _("有异常或没有数据的点位须逐个确认：%s") % row.point})
        if not order and not _text(row, handling):
            raise ValidationError({"handling": _("请填写处理情况，或转工单")})


def _text(row: DeskLine, handling: str | Mapping[int, str]) -> str:
    given = handling if isinstance(handling, str) else handling.get(row.pk, "")
    return given.strip()[:360]


def _handled(
    scope: Scope, row: DeskLine, handling: str | Mapping[int, str], order: bool, at: int
) -> str:
    text = "" if row.state == DeskState.NORMAL else _text(row, handling)
    if not order or row.state == DeskState.NORMAL:
        return text
    opened = open_order(
        scope, row.point, kind=OrderKind.DATA, source=OrderSource.FINDING,
        symptom="；".join(one["sentence"] for one in row.exceptions)[:400] or _("没有数据"),
        source_ref=f"desk:{row.pk}", system=row.system, found_at=at)
    return "；".join(part for part in (text, _("转工单 %s") % opened.number) if part)


def _records(signing: Signing, waiting: Sequence[DeskLine]) -> list[Record]:
    organisation = signing.scope.organisation
    books = books_for({row.point_id: row.point for row in waiting}.values())
    review = settings_of(organisation)
    made: list[Record] = []
    for row in waiting:
        engine = _engine(signing.desk, row, books[row.point_id])
        answers = engine.compute(_answers(signing, row))
        problems = engine.validate(answers)
        if problems:
            raise ValidationError({"lines": _("%(point)s：%(what)s") % {
                "point": row.point, "what": "；".join(one.sentence for one in problems)}})
        made.append(_record(signing, row, engine, answers, review))
    return Record.objects.bulk_create(made, batch_size=BATCH)


def _engine(desk: DeskDay, row: DeskLine, book: BookFor) -> Engine:
    form = form_for(desk.organisation, row.form, desk.day)
    if form is None:
        raise ValidationError({"lines": _("没有这种记录表：%s") % row.form})
    setting = Setting(row.facts.get("technique", ""), frozenset(),
                      frozenset(row.facts.get("sets", ())), book.chain)
    return Engine(form, setting, book, desk.day)


def _answers(signing: Signing, row: DeskLine) -> Cells:
    """The answers as filled, with what the signer adds: handling, looks, name."""
    answers: Cells = deepcopy(row.answers)
    looks = row.facts.get("looks", [])
    if looks and row.system.kind == "video" and not signing.looked:
        raise ValidationError({"looked": _("%s 须看过画面才能确认") % row.point})
    for path in looks:
        section, _dot, name = path.partition(".")
        answers[section][name] = (
            {"mark": NORMAL, "note": _("人工查看")} if signing.looked
            else {"mark": NOT_CHECKED, "note": _("没有查看画面")})
    for section_cells in answers.values():
        for cell in section_cells.values():
            if isinstance(cell, dict) and cell.get("mark") == ABNORMAL:
                cell["handling"] = row.handling
    stamped = {"name": signing.signature["name"],
               "at": time.strftime("%Y-%m-%dT%H:%M", time.gmtime(signing.at / 1000 + 8 * 3600))}
    if signing.signature["sha256"]:
        stamped["sha256"] = signing.signature["sha256"]
    tail = answers.setdefault("tail", {})
    tail |= {"engineer": signing.scope.who[:60], "signature": stamped}
    if row.handling:
        tail["remark"] = row.handling
    return answers


def _record(
    signing: Signing, row: DeskLine, engine: Engine, answers: Cells, review: ReviewSettings
) -> Record:
    form, scope, at = engine.form, signing.scope, signing.at
    found = engine.outcome(answers)
    record = Record(
        organisation=scope.organisation, point=row.point, system=row.system, form=form.code,
        form_version=form.version, form_digest=form.digest, title=form.title[:64], kind=form.kind,
        setting={"technique": engine.setting.technique, "methods": [],
                 "sets": sorted(engine.setting.sets)},
        state=RecordState.SUBMITTED, day=signing.desk.day, answers=answers, outcome=asdict(found),
        passed=found.passed, book=engine.book.book.fingerprint, client_id=uuid.uuid4().hex,
        author=scope.user, who=scope.who[:128], begun_at=signing.desk.filled_at or at,
        finished_at=at, saved_at=at, submitted_at=at, review_due=at + review.hours * HOUR)
    record.begun_at = min(record.begun_at or at, at)
    record.digest = digest_of(record)
    marks = [cell.get("mark") for cells in answers.values() for cell in cells.values()
             if isinstance(cell, dict) and "mark" in cell]
    record.risk, record.risks = risk.weigh(risk.Facts(
        author=record.who, title=record.title, begun_at=record.begun_at, finished_at=at,
        submitted_at=at, failed=[one.label for one in found.failed], items=len(marks),
        skipped=sum(mark == NOT_CHECKED for mark in marks),
        drawn=is_drawn(record, review.sample_percent)))
    return record


def _keep(signing: Signing, waiting: Sequence[DeskLine], made: Sequence[Record]) -> None:
    """Lines, clocks, audit."""
    scope, desk = signing.scope, signing.desk
    for row, record in zip(waiting, made, strict=True):
        row.record = record
    # An update of many rows by CASE takes several times as long as this.
    DeskLine.objects.bulk_create(
        waiting, batch_size=BATCH, update_conflicts=True, unique_fields=["desk", "system"],
        update_fields=["record", "handling"])
    finish_many(scope.organisation, [
        one for row, record in zip(waiting, made, strict=True)
        for one in _dones(row, record, signing)])
    for row, record in zip(waiting, made, strict=True):
        audit(scope, "submit_record", record, None, {
            "state": record.state, "passed": record.passed, "digest": record.digest,
            "version": record.version, "line": row.pk})
    odd = sum(row.state != DeskState.NORMAL for row in waiting)
    desk.signed = [*desk.signed, {
        "name": signing.signature["name"], "at": signing.at, "sha256": signing.signature["sha256"],
        "who": scope.who[:128], "lines": len(waiting), "exceptions": odd,
        "looked": signing.looked}]
    desk.save(update_fields=["signed"])
    audit(scope, "sign_desk", desk, None, {
        "day": desk.day, "confirmed": len(waiting), "exceptions": odd,
        "looked": signing.looked})


def _dones(row: DeskLine, record: Record, signing: Signing) -> list[Done]:
    """The duties that the record finishes: those whose item was looked at. What a system does by
    itself was finished when it did it, whatever becomes of the record."""
    own: dict[str, int | None] = row.facts.get("done", {})
    skipped = _skipped(signing.desk, row, record.answers)
    rest = [key for key in row.duties if key not in own and key not in skipped]
    by = f"record:{record.pk}"
    return [Done(row.system, rest, signing.at, by), *(
        Done(row.system, [key], at, f"{by} {key}") for key, at in own.items() if at is not None)]


def _skipped(desk: DeskDay, row: DeskLine, answers: Cells) -> set[str]:
    """Duties whose item was not checked."""
    form = form_for(desk.organisation, row.form, desk.day)
    found: dict[str, bool] = {}
    for spot, one in form.fields() if form else ():
        mark = (answers.get(spot.section, {}).get(one.name) or {}).get("mark") if (
            one.type == "check") else None
        for key in one.duties:
            found[key] = found.get(key, False) or mark in (NORMAL, ABNORMAL)
    return {key for key, looked in found.items() if not looked}
