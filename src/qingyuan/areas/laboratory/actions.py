"""A sample's life: taken, passed on, received, analysed, reported; or lost, or void.

Scope first, one transaction, one audit line; ValidationError by field, another unit's row does not
exist. Instants are epoch milliseconds.
"""

import math
import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.telemetry.models import Factor
from qingyuan.kernel.clock import CST

from . import indexing, queries
from .establishing import known_file
from .holding import hold_until, holdings
from .models import CustodyEntry, Laboratory, Sample, State

LEAD = 300_000  # ms that a phone's clock may be ahead
MOST = 20  # factors or parallel bottles of a sample


@transaction.atomic
def take(
    scope: Scope, point: MonitoringPoint, *, factors: Iterable[str], taken_at: int,
    number: str = "", laboratory: Laboratory | None = None, record_ref: str = "",
    bottle: str = "", parallels: Iterable[str] = (), preservative: str = "", taken_by: str = "",
    needed: date | None = None, note: str = "",
) -> Sample:
    """Enter a sample as it is taken. Without a number it gets the day's next one; how long it keeps
    follows from its factors, the day of the result from the laboratory."""
    require(scope, "handle_samples")
    at_point = points_of(scope).get(pk=point.pk)
    lab = None if laboratory is None else queries.laboratories_of(scope).get(pk=laboratory.pk)
    codes, bottles = list(dict.fromkeys(factors)), [one.strip()[:64] for one in parallels]
    names = names_of(codes)
    wrong: dict[str, str] = {}
    if not codes or len(codes) > MOST or set(codes) - names.keys():
        wrong["factors"] = _("请选择检测项目")
    if taken_at > now_ms() + LEAD:
        wrong["taken_at"] = _("采样时间不能晚于现在")
    if len(bottles) > MOST or len(set(bottles)) != len(bottles) or bottle.strip() in bottles:
        wrong["parallels"] = _("平行样瓶号不能重复")
    said = number.strip()[:32] or next_number(scope, taken_at)
    if Sample.objects.filter(organisation=scope.organisation, number=said).exists():
        wrong["number"] = _("样品编号已经用过")
    if wrong:
        raise ValidationError(wrong)
    known = [holdings()[code] for code in codes if code in holdings()]
    who = (taken_by.strip() or scope.who)[:128]
    row = Sample.objects.create(
        organisation=scope.organisation, number=said, point=at_point, laboratory=lab,
        record_ref=record_ref.strip()[:64], factors=codes, bottle=bottle.strip()[:64],
        parallels=[one for one in bottles if one], taken_at=taken_at, taken_by=who,
        preservative=(preservative.strip() or "；".join(dict.fromkeys(
            one.preservative for one in known)))[:128],
        taker=scope.user, holder=who, needed=needed, note=note.strip()[:200],
        holds=[{"code": one.code, "name": one.name, "hours": one.hours, "cite": one.cite,
                "preservative": one.preservative, "status": one.status} for one in known],
        hold_until=hold_until(codes, taken_at), due=promised(lab, taken_at))
    audit(scope, "take_sample", row, None, {
        "number": said, "point": at_point.name, "factors": [names[code] for code in codes],
        "taken_at": taken_at, "hold_until": row.hold_until, "laboratory": str(lab or "")})
    indexing.put([row])
    return row


@transaction.atomic
def hand_over(
    scope: Scope, sample: Sample, *, taker: str, condition: str, at: int | None = None,
) -> Sample:
    """Pass it on to whoever carries it to the laboratory."""
    require(scope, "handle_samples")
    row = _own(scope, sample, (State.TAKEN, State.IN_TRANSIT))
    _pass(scope, row, taker, condition, at, State.IN_TRANSIT)
    row.state, row.holder = State.IN_TRANSIT, taker.strip()[:128]
    row.save(update_fields=["state", "holder"])
    audit(scope, "hand_over_sample", row, None, {"taker": row.holder, "condition": condition})
    return row


@transaction.atomic
def receive(
    scope: Scope, sample: Sample, *, laboratory: Laboratory | None = None, taker: str = "",
    condition: str, at: int | None = None, due: date | None = None,
) -> Sample:
    """The laboratory has it, and says when its result will be there."""
    require(scope, "handle_samples")
    row = _own(scope, sample, (State.TAKEN, State.IN_TRANSIT))
    if laboratory is not None:
        row.laboratory = queries.laboratories_of(scope).get(pk=laboratory.pk)
    if row.laboratory is None:
        raise ValidationError({"laboratory": _("请选择实验室")})
    name = (taker.strip() or scope.who)[:128]
    moment = _pass(scope, row, name, condition, at, State.RECEIVED)
    if due is not None and due < _day(moment):
        raise ValidationError({"due": _("不能早于收样日期")})
    row.state, row.holder, row.received_at = State.RECEIVED, name, moment
    row.due = due or promised(row.laboratory, moment)
    row.save(update_fields=["state", "holder", "received_at", "laboratory", "due"])
    audit(scope, "receive_sample", row, None, {
        "laboratory": row.laboratory.name, "taker": name, "condition": condition, "due": row.due})
    return row


@transaction.atomic
def analyse(
    scope: Scope, sample: Sample, results: Mapping[str, Mapping[str, Any]], *,
    at: int | None = None,
) -> Sample:
    """What was found, {code: {value, unit, method}}, for every factor of the sample. When it was
    analysed after its time of keeping, the page says that the result is of no use."""
    require(scope, "handle_samples")
    row = _own(scope, sample, (State.RECEIVED,))
    moment = _moment(row, at, row.received_at or row.taken_at)
    names, found, wrong = names_of(row.factors), [], {}
    for code in row.factors:
        given = results.get(code) or {}
        value = _number(given.get("value"))
        if value is None:
            wrong[f"value-{code}"] = _("请填写 %s 的结果") % names[code]
        found.append({"code": code, "name": names[code], "value": value,
                      "unit": str(given.get("unit") or "mg/L")[:16],
                      "method": str(given.get("method") or "")[:128]})
    if wrong:
        raise ValidationError(wrong)
    row.state, row.analysed_at, row.results = State.ANALYSED, moment, found
    row.save(update_fields=["state", "analysed_at", "results"])
    audit(scope, "analyse_sample", row, None, {
        "results": [f"{one['name']} {one['value']:g} {one['unit']}" for one in found]})
    return row


@transaction.atomic
def report(scope: Scope, sample: Sample, *, report_no: str, scan: str) -> Sample:
    """The laboratory's report is here, with its number and scan."""
    require(scope, "handle_samples")
    row = _own(scope, sample, (State.ANALYSED,))
    if not report_no.strip():
        raise ValidationError({"report_no": _("请填写报告编号")})
    if not scan:
        raise ValidationError({"upload": _("请上传报告扫描件")})
    row.report_no, row.report = report_no.strip()[:64], known_file(scope, scan)
    row.state, row.reported_at = State.REPORTED, now_ms()
    row.save(update_fields=["report_no", "report", "state", "reported_at"])
    audit(scope, "report_sample", row, None, {"report_no": row.report_no, "scan": row.report})
    indexing.put([row])
    return row


@transaction.atomic
def drop(scope: Scope, sample: Sample, state: str, why: str) -> Sample:
    """Lost, or void (broken, too late, wrongly kept), with the reason."""
    require(scope, "handle_samples")
    row = _own(scope, sample, queries.OPEN)
    if state not in (State.LOST, State.INVALID):
        raise ValidationError({"state": _("请选择遗失或作废")})
    if not why.strip():
        raise ValidationError({"why": _("请填写原因")})
    before = row.state
    row.state, row.why = state, why.strip()[:200]
    row.save(update_fields=["state", "why"])
    audit(scope, "drop_sample", row, {"state": before}, {"state": state, "why": row.why})
    return row


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Names of factors that are known; one query for those outside the table of keeping."""
    wanted = list(codes)
    found = {code: holdings()[code].name for code in wanted if code in holdings()}
    other = [code for code in wanted if code not in found]
    if other:
        found.update(Factor.objects.filter(code__in=other).values_list("code", "name"))
    return found


def next_number(scope: Scope, at: int) -> str:
    """The day's next free number, YP20261124-01."""
    stem = f"YP{_day(at):%Y%m%d}-"
    used = set(Sample.objects.filter(
        organisation=scope.organisation, number__startswith=stem).values_list("number", flat=True))
    return next(text for n in range(1, len(used) + 2) if (text := f"{stem}{n:02}") not in used)


def promised(laboratory: Laboratory | None, at: int) -> date | None:
    """The day on which the laboratory's result is there as a rule."""
    return None if laboratory is None else _day(at) + timedelta(days=laboratory.days)


def now_ms() -> int:
    return round(time.time() * 1000)


def _own(scope: Scope, sample: Sample, states: Iterable[str]) -> Sample:
    row = queries.samples_of(scope).select_for_update(of=("self",)).get(pk=sample.pk)
    if row.state not in states:
        raise ValidationError(_("样品%s，不能这样登记") % row.get_state_display())
    return row


def _pass(
    scope: Scope, row: Sample, taker: str, condition: str, at: int | None, state: State
) -> int:
    """One line of the chain; whoever had it last gives it."""
    wrong = {}
    if not taker.strip():
        wrong["taker"] = _("请填写接收人")
    if not condition.strip():
        wrong["condition"] = _("请填写样品状态（如完好、冷藏）")
    if wrong:
        raise ValidationError(wrong)
    last = row.custody.order_by("-at", "-id").first()
    moment = _moment(row, at, last.at if last else row.taken_at)
    CustodyEntry.objects.create(
        sample=row, at=moment, giver=row.holder, taker=taker.strip()[:128], state=state,
        condition=condition.strip()[:200], by=scope.user, who=scope.who[:128],
        entered_at=now_ms())
    return moment


def _moment(row: Sample, at: int | None, earliest: int) -> int:
    now = now_ms()
    moment = max(now, earliest) if at is None else at
    if at is not None and not earliest <= at <= now + LEAD:
        raise ValidationError({"at": _("时间须在上一次交接之后、现在之前")})
    return moment


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) and abs(found) < 1e9 else None


def _day(at: int) -> date:
    return datetime.fromtimestamp(at / 1000, CST).date()
