"""Orders received from outside (督办单, opinions of an inspection): entered, answered with proof,
closed. Days are China days, instants epoch milliseconds."""

import time
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.notices.actions import tell
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import OrganisationKind, User
from qingyuan.areas.organisations.scope import Scope, may, require

from . import register
from .models import Directive, DirectiveEntry, DirectiveKind, DirectiveState

MOST_FILES = 40
MOST_POINTS = 200
LONGEST = 4000  # characters of a problem and of a reply


def directives_of(scope: Scope) -> QuerySet[Directive]:
    """A unit's own register; a discharger and a regulator read those of points that they see."""
    if not may(scope, "see_directives"):
        return Directive.objects.none()
    rows = Directive.objects.select_related("organisation", "person", "finding")
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        return rows.filter(organisation=scope.organisation)
    theirs = Directive.points.through.objects.filter(
        monitoringpoint__in=points_of(scope).values("pk")).values("directive")
    return rows.filter(Q(organisation=scope.organisation) | Q(pk__in=theirs))


@transaction.atomic
def receive(
    scope: Scope, *, kind: str, source: str, title: str, problem: str, received_on: date,
    deadline: date, number: str = "", points: Iterable[MonitoringPoint] = (),
    person: User | None = None, files: Iterable[str] = (),
) -> Directive:
    """Enter one; whoever has to answer it is told. ``files``: digests of the paper's scan."""
    require(scope, "edit_directives")
    facts = _checked(scope, kind, source, title, problem, received_on, deadline, number, person)
    held = _points(scope, points)
    row = Directive.objects.create(
        organisation=scope.organisation, by=scope.who[:128], proof=_known(scope, files, []),
        **facts)
    row.points.set(held)
    _log(scope, row, "receive", row.title, row.proof)
    audit(scope, "receive_directive", row, None, _plain(row, facts, held))
    _tell(row, row.person)
    return row


@transaction.atomic
def edit(
    scope: Scope, directive: Directive, *, kind: str, source: str, title: str, problem: str,
    received_on: date, deadline: date, number: str = "", points: Iterable[MonitoringPoint] = (),
    person: User | None = None,
) -> Directive:
    """Correct what was entered, or give it to another, while it is not closed."""
    require(scope, "edit_directives")
    row = _own(scope, directive)
    _not_closed(row)
    facts = _checked(scope, kind, source, title, problem, received_on, deadline, number, person)
    held, was = _points(scope, points), list(row.points.select_related("organisation"))
    old = _plain(row, {name: getattr(row, name) for name in facts}, was)
    new = _plain(row, facts, held)
    changed = [name for name in new if new[name] != old[name]]
    if not changed:
        return row
    moved = row.person_id != (person.pk if person else None)
    if row.deadline != deadline:  # the warning is of another day
        _settled(row)
        row.finding = None
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=[*facts, "finding"])
    row.points.set(held)
    _log(scope, row, "edit", "")
    audit(scope, "edit_directive", row, {name: old[name] for name in changed},
          {name: new[name] for name in changed})
    if moved:
        _tell(row, row.person)
    return row


@transaction.atomic
def add_proof(
    scope: Scope, directive: Directive, files: Iterable[str], text: str = ""
) -> Directive:
    """Papers and pictures for it: digests of files kept before."""
    require(scope, "work_finding")
    row = _own(scope, directive)
    _not_closed(row)
    new = _known(scope, files, row.proof)
    if not new:
        raise ValidationError({"files": _("请选择文件")})
    row.proof = [*row.proof, *new]
    row.save(update_fields=["proof"])
    _log(scope, row, "proof", text, new)
    audit(scope, "add_directive_proof", row, None, {"proof": len(row.proof), "text": text.strip()})
    return row


@transaction.atomic
def reply(
    scope: Scope, directive: Directive, text: str, files: Iterable[str] = ()
) -> Directive:
    """What was done about it; may be said again until it is closed. Ends the warning."""
    require(scope, "work_finding")
    row = _own(scope, directive)
    _not_closed(row)
    said = text.strip()
    if not said:
        raise ValidationError({"reply": _("请填写办理情况")})
    if len(said) > LONGEST:
        raise ValidationError({"reply": _("不能超过 %d 字") % LONGEST})
    new = _known(scope, files, row.proof)
    before = {"state": row.state, "reply": row.reply}
    row.state, row.reply, row.replied_by = DirectiveState.REPLIED, said, scope.who[:128]
    row.replied_at, row.proof = _now(), [*row.proof, *new]
    row.save(update_fields=["state", "reply", "replied_by", "replied_at", "proof"])
    _log(scope, row, "reply", said, new)
    audit(scope, "reply_directive", row, before, {
        "state": row.state, "reply": said, "replied_at": row.replied_at})
    _settled(row)
    return row


@transaction.atomic
def close(scope: Scope, directive: Directive, why: str, files: Iterable[str] = ()) -> Directive:
    """Struck off: what shows that its sender holds it for settled."""
    require(scope, "edit_directives")
    row = _own(scope, directive)
    _not_closed(row)
    if not why.strip():
        raise ValidationError({"why": _("请填写销号依据")})
    new = _known(scope, files, row.proof)
    before = {"state": row.state}
    row.state, row.closed_at, row.closed_why = DirectiveState.CLOSED, _now(), why.strip()[:200]
    row.proof = [*row.proof, *new]
    row.save(update_fields=["state", "closed_at", "closed_why", "proof"])
    _log(scope, row, "close", row.closed_why, new)
    audit(scope, "close_directive", row, before, {
        "state": row.state, "closed_at": row.closed_at, "closed_why": row.closed_why})
    _settled(row)
    return row


@transaction.atomic
def reopen(scope: Scope, directive: Directive, why: str) -> Directive:
    """Its sender is not content, or it was closed by mistake: to be dealt with again."""
    require(scope, "edit_directives")
    row = _own(scope, directive)
    if row.state == DirectiveState.OPEN:
        raise ValidationError(_("该件尚未回复"))
    if not why.strip():
        raise ValidationError({"why": _("请说明重新办理的原因")})
    before = {"state": row.state}
    row.state, row.closed_at, row.closed_why, row.replied_at = DirectiveState.OPEN, None, "", None
    row.finding = None
    row.save(update_fields=["state", "closed_at", "closed_why", "replied_at", "finding"])
    _log(scope, row, "reopen", why)
    audit(scope, "reopen_directive", row, before, {"state": row.state, "why": why.strip()[:200]})
    _tell(row, row.person)
    return row


def kept(row: Directive, digests: Iterable[str]) -> list[Attachment]:
    """The files of a directive that the caller may see, in the order of ``digests``."""
    found = {one.sha256: one for one in Attachment.objects.filter(
        organisation=row.organisation_id, sha256__in=list(digests))}
    return [found[one] for one in digests if one in found]


def key(row: Directive) -> str:
    """How the register of findings names the warning."""
    return f"directive_due:{row.pk}"


def _settled(row: Directive) -> None:
    register.ended(row.organisation, [key(row)], _now())


def _own(scope: Scope, directive: Directive) -> Directive:
    return Directive.objects.select_for_update(of=("self",)).select_related(
        "organisation", "person").get(pk=directive.pk, organisation=scope.organisation)


def _not_closed(row: Directive) -> None:
    if row.state == DirectiveState.CLOSED:
        raise ValidationError(_("该件已销号"))


def _checked(
    scope: Scope, kind: str, source: str, title: str, problem: str, received_on: date,
    deadline: date, number: str, person: User | None,
) -> dict[str, Any]:
    wrong = {}
    if kind not in DirectiveKind.values:
        wrong["kind"] = _("请选择类型")
    for name, text, most, words in (
            ("source", source, 128, _("请填写来文单位")), ("title", title, 200, _("请填写标题")),
            ("problem", problem, LONGEST, _("请填写存在问题"))):
        if not text.strip():
            wrong[name] = words
        elif len(text.strip()) > most:
            wrong[name] = _("不能超过 %d 字") % most
    if received_on > today():
        wrong["received_on"] = _("收文日期不能在将来")
    if deadline < received_on:
        wrong["deadline"] = _("办理期限不能早于收文日期")
    if person is not None and not colleagues(scope).filter(pk=person.pk).exists():
        wrong["person"] = _("请选择本单位的在职人员")
    if wrong:
        raise ValidationError(wrong)
    return {"kind": kind, "source": source.strip(), "number": number.strip()[:64],
            "title": title.strip(), "problem": problem.strip(), "received_on": received_on,
            "deadline": deadline, "person": person}


def _points(scope: Scope, points: Iterable[MonitoringPoint]) -> list[MonitoringPoint]:
    wanted = {one.pk for one in points}
    held = list(points_of(scope).filter(pk__in=wanted))
    if len(held) != len(wanted):
        raise ValidationError({"points": _("请选择本单位运维的点位")})
    if len(held) > MOST_POINTS:
        raise ValidationError({"points": _("一次最多 %d 个点位") % MOST_POINTS})
    return held


def _known(scope: Scope, files: Iterable[str], had: list[str]) -> list[str]:
    wanted = [one for one in dict.fromkeys(files) if one not in had]
    if len(wanted) + len(had) > MOST_FILES:
        raise ValidationError({"files": _("最多 %d 个文件") % MOST_FILES})
    found = set(attachments_of(scope).filter(sha256__in=wanted).values_list("sha256", flat=True))
    if set(wanted) - found:
        raise ValidationError({"files": _("附件不存在，请重新上传")})
    return wanted


def _plain(row: Directive, facts: dict[str, Any], points: list[MonitoringPoint]) -> dict[str, Any]:
    said = {name: str(value) if isinstance(value, date | User) else value
            for name, value in facts.items()}
    return {**said, "points": sorted(str(one) for one in points)}


def _log(
    scope: Scope, row: Directive, verb: str, text: str, files: Iterable[str] = ()
) -> None:
    DirectiveEntry.objects.create(directive=row, at=_now(), who=scope.who[:128], verb=verb,
                                  text=text.strip()[:800], files=list(files))


def _tell(row: Directive, person: User | None) -> None:
    if person is not None:
        tell(row.organisation, [person], kind="directive", title=row.title,
             body=_("%(kind)s，%(source)s，办理期限 %(day)s") % {
                 "kind": row.get_kind_display(), "source": row.source, "day": row.deadline},
             link=f"/directives/{row.pk}/", ref=f"directive:{row.pk}")


def _now() -> int:
    return round(time.time() * 1000)
