"""Acts on filings: draft, edit, submit, approve, refuse, withdraw. Each checks the role, locks the
row and writes one audit line. Instants are epoch milliseconds.

ValidationError by field for what makes no sense; Filing.DoesNotExist for one that the scope does
not see; PermissionDenied for a role that may not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import OrganisationKind
from qingyuan.areas.organisations.scope import Scope, may, require
from qingyuan.areas.telemetry.models import Factor

from . import kinds, queries
from .models import EDITABLE, Filing, FilingLine, FilingState
from .readings import known_files
from .standing import now_ms, refresh
from .values import checked

DAY = 86_400_000
AHEAD, BACK = 400 * DAY, 3660 * DAY
MOST = 500  # lines of a filing


@dataclass(frozen=True, slots=True)
class Line:
    """One value as typed; ``tolerance`` in its unit."""

    kind: str
    factor: str
    value: str
    tolerance: float = 0.0


@transaction.atomic
def file(
    scope: Scope, point: MonitoringPoint, *, lines: Iterable[Line], reason: str, valid_from: int,
    system: MonitoringSystem | None = None, files: Iterable[str] = (), now: int | None = None,
) -> Filing:
    """A draft for a visible point, or one of its systems."""
    require(scope, "file_parameters")
    held = points_of(scope).get(pk=point.pk)
    present = now_ms() if now is None else now
    row = Filing(organisation=scope.organisation, point=held, author=scope.user,
                 who=scope.who[:128], made_at=present)
    made = _fill(scope, row, lines, reason, valid_from, system, files, present)
    audit(scope, "draft_filing", row, None, told(row, made))
    return row


@transaction.atomic
def edit(
    scope: Scope, filing: Filing, *, lines: Iterable[Line], reason: str, valid_from: int,
    system: MonitoringSystem | None = None, files: Iterable[str] = (), now: int | None = None,
) -> Filing:
    """Correct a draft, or one that was refused, which is a draft again."""
    require(scope, "file_parameters")
    row = _own(scope, filing)
    if row.state not in EDITABLE:
        raise ValidationError(_("只有草稿和被退回的备案可以修改"))
    before = told(row, list(row.lines.all()))
    row.state = FilingState.DRAFT
    present = now_ms() if now is None else now
    row.lines.all().delete()
    made = _fill(scope, row, lines, reason, valid_from, system, files, present)
    after = told(row, made)
    audit(scope, "edit_filing", row,
          {name: value for name, value in before.items() if after[name] != value},
          {name: value for name, value in after.items() if before[name] != value})
    return row


@transaction.atomic
def submit(scope: Scope, filing: Filing) -> Filing:
    """Hand a draft in to be approved. Of a system one at a time."""
    require(scope, "file_parameters")
    row = _own(scope, filing)
    if row.state != FilingState.DRAFT:
        raise ValidationError(_("只有草稿可以提交"))
    if Filing.objects.filter(point=row.point, system=row.system, state=FilingState.SUBMITTED,
                             organisation=row.organisation).exists():
        raise ValidationError(_("该点位已有待审批的备案，请先审批或撤回"))
    _in_order(row)
    row.submitted_at, row.submitter, row.submitted_by = now_ms(), scope.user, scope.who[:128]
    row.decided_at, row.decided_by, row.decision = None, "", ""
    return _go(scope, row, FilingState.SUBMITTED, "submit_filing")


@transaction.atomic
def approve(scope: Scope, filing: Filing, text: str = "", now: int | None = None) -> Filing:
    """It holds from its ``valid_from`` on and takes the former one's place. Not one's own; by the
    unit's manager or by the discharger whose point it is."""
    row = _decidable(scope, filing)
    _in_order(row)
    present = now_ms() if now is None else now
    row.decided_at, row.decided_by, row.decision = present, scope.who[:128], _words(text)
    _go(scope, row, FilingState.APPROVED, "approve_filing")
    refresh([row.point], present)
    row.refresh_from_db(fields=["state", "superseded_at"])
    return row


@transaction.atomic
def refuse(scope: Scope, filing: Filing, text: str) -> Filing:
    """Back to whoever filed it, with the reason."""
    row = _decidable(scope, filing)
    if not text.strip():
        raise ValidationError({"text": _("请说明退回的原因")})
    row.decided_at, row.decided_by, row.decision = now_ms(), scope.who[:128], _words(text)
    return _go(scope, row, FilingState.REFUSED, "refuse_filing")


@transaction.atomic
def withdraw(scope: Scope, filing: Filing, text: str = "") -> Filing:
    """Take back what was handed in, to correct it; of a draft or a refused one the end."""
    require(scope, "file_parameters")
    row = _own(scope, filing)
    if row.state == FilingState.SUBMITTED:
        return _go(scope, row, FilingState.DRAFT, "withdraw_filing", _words(text))
    if row.state in EDITABLE:
        return _go(scope, row, FilingState.WITHDRAWN, "withdraw_filing", _words(text))
    raise ValidationError(_("已审批的备案不能撤回，请另行提交变更"))


def may_decide(scope: Scope, row: Filing) -> bool:
    """Whether the scope is one to approve or refuse a filing that was handed in."""
    own = row.organisation_id == scope.organisation.pk
    owner = (scope.organisation.kind == OrganisationKind.DISCHARGER
             and row.point.organisation_id == scope.organisation.pk)
    mine = scope.user is not None and scope.user.pk in (row.author_id, row.submitter_id)
    return (may(scope, "approve_parameters") and (own or owner) and not mine
            and row.state == FilingState.SUBMITTED)


def told(row: Filing, lines: Iterable[FilingLine]) -> dict[str, Any]:
    """A filing's facts for the audit trail and for comparing two."""
    return {
        "state": row.state, "reason": row.reason, "valid_from_at": row.valid_from,
        "system": row.system.name if row.system else _("整个点位"), "files": len(row.files),
        "lines": [words_of(line) for line in lines],
    }


def words_of(line: FilingLine) -> str:
    """A line as one text."""
    name = f"{kinds.label(line.kind)} {line.factor}".strip()
    allowed = f" ±{line.tolerance:g}" if line.tolerance else ""
    return f"{name} {line.value}{allowed} {line.unit}".strip()


def _own(scope: Scope, filing: Filing) -> Filing:
    """The filing, locked, if it is one of the scope's own organisation."""
    return queries.filings_of(scope).select_for_update(of=("self",)).get(
        pk=filing.pk, organisation=scope.organisation)


def _decidable(scope: Scope, filing: Filing) -> Filing:
    require(scope, "approve_parameters")
    row = queries.filings_of(scope).select_for_update(of=("self",)).get(pk=filing.pk)
    if row.state != FilingState.SUBMITTED:
        raise ValidationError(_("该备案不在待审批状态"))
    if scope.user is not None and scope.user.pk in (row.author_id, row.submitter_id):
        raise ValidationError(_("不能审批自己编制或提交的备案，请由他人审批"))
    if not may_decide(scope, row):
        raise PermissionDenied("a filing is decided by its unit or by the point's discharger")
    return row


def _in_order(row: Filing) -> None:
    """What was in force before another filing is history: nothing is filed behind it."""
    if Filing.objects.filter(point=row.point, system=row.system, state=FilingState.APPROVED,
                             valid_from__gt=row.valid_from).exists():
        raise ValidationError({"valid_from": _("生效时间早于已批准的备案，请修改生效时间")})


def _go(scope: Scope, row: Filing, state: str, verb: str, text: str = "") -> Filing:
    before, row.state = row.state, FilingState(state)
    row.save()
    audit(scope, verb, row, {"state": before},
          {"state": row.state, **({"reason": said} if (said := text or row.decision) else {})})
    return row


def _fill(
    scope: Scope, row: Filing, lines: Iterable[Line], reason: str, valid_from: int,
    system: MonitoringSystem | None, files: Iterable[str], now: int,
) -> list[FilingLine]:
    """Check and save a filing with its lines."""
    said = reason.strip()
    if not said or len(said) > 400:
        raise ValidationError({"reason": _("请填写变更原因，不超过 %d 字") % 400})
    if not now - BACK <= valid_from <= now + AHEAD:
        raise ValidationError({"valid_from": _("生效时间应在十年之内，至多提前 400 天")})
    if system is not None:
        system = row.point.systems.filter(pk=system.pk).first()
        if system is None:
            raise ValidationError({"system": _("请选择该点位的监测系统")})
    row.reason, row.valid_from, row.system = said, valid_from, system
    row.files = known_files(scope, files)
    made = _lines(row, list(lines))
    row.save()
    return FilingLine.objects.bulk_create(made)


def _lines(row: Filing, lines: list[Line]) -> list[FilingLine]:
    if not lines or len(lines) > MOST:
        raise ValidationError({"lines": _("请填写至少一项参数")})
    factors = set(Factor.objects.filter(
        code__in={line.factor for line in lines}).values_list("code", flat=True))
    wrong: dict[str, Any] = {}
    made: dict[kinds.Key, FilingLine] = {}
    for line in lines:
        place, known = f"{line.kind}.{line.factor}", kinds.KINDS.get(line.kind)
        if known is None or row.point.kind not in known.media or (
                (line.factor not in factors) if known.of_factor else line.factor):
            wrong[place] = _("该点位没有这项参数：%s") % place
            continue
        if not (isfinite(line.tolerance) and 0 <= line.tolerance <= 1e6):
            wrong[place] = _("允许差应为不小于 0 的数")
            continue
        try:
            value = checked(line.kind, line.value, place)
        except ValidationError as error:
            wrong.update(error.error_dict)
            continue
        made[line.kind, line.factor] = FilingLine(
            filing=row, kind=line.kind, factor=line.factor, value=value,
            unit=known.unit_of(line.factor)[:16], tolerance=line.tolerance)
    if wrong:
        raise ValidationError(wrong)
    return [made[key] for key in kinds.ordered(made)]


def _words(text: str) -> str:
    if len(text.strip()) > 400:
        raise ValidationError({"text": _("不能超过 %d 字") % 400})
    return text.strip()
