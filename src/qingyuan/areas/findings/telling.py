"""Who hears of a finding: the point's keeper, whoever is on duty, the managers."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.sites_queries import keepers_on
from qingyuan.areas.notices.actions import tell, tell_group
from qingyuan.areas.notices.roster import on_duty
from qingyuan.areas.organisations.models import Membership, Organisation, User
from qingyuan.kernel.clock import CST

from . import kinds
from .models import Finding


def of_new(organisation: Organisation, rows: Sequence[Finding]) -> None:
    """Tell of new findings that are neither silenced nor part of a group. One with a clock goes to
    whoever is on duty too, in quiet hours as well."""
    told = [row for row in rows if not row.silenced and row.parent_id is None]
    if not told:
        return
    day = datetime.fromtimestamp(told[0].raised_at / 1000, CST).date()
    keepers = keepers_on([row.point for row in told if row.point], day, unit=organisation)
    managers = with_role(organisation, ("manager",))
    duty: dict[str, list[User]] = {}
    for row in told:
        kept = [one.person for one in keepers.get(row.point_id or 0, []) if not one.backup]
        clocked = row.respond_due is not None or row.handle_due is not None
        if row.area not in duty:
            duty[row.area] = on_duty(organisation, row.raised_at, row.area)
        people = _chosen(row, kept, duty[row.area] if clocked else [], managers)
        say(row, people, kind="finding", title=row.title, urgent=clocked)
        tell_group(organisation, kind="finding", title=row.title, body=body(row),
                   link=link(row), ref=ref(row), urgent=clocked)


def _chosen(
    row: Finding, kept: list[User], duty: list[User], managers: list[User]
) -> list[User]:
    follow = kinds.KINDS[row.kind].follow
    if row.person:
        return [row.person, *duty]
    if follow == "manager":
        return [*managers, *duty]
    return [*kept, *duty] or managers


def with_role(organisation: Organisation, roles: Iterable[str]) -> list[User]:
    """Active members of a unit in any of the roles."""
    rows = Membership.objects.filter(
        organisation=organisation, role__in=list(roles), active=True, user__is_active=True)
    return list(dict.fromkeys(row.user for row in rows.select_related("user").order_by("id")))


def say(row: Finding, people: Iterable[User], *, kind: str, title: str, urgent: bool) -> None:
    """One notice of the finding to each."""
    tell(row.organisation, people, kind=kind, title=title, body=body(row), link=link(row),
         ref=ref(row), urgent=urgent)


def body(row: Finding) -> str:
    """Where, since when, how grave."""
    begun = datetime.fromtimestamp(row.first_at / 1000, CST)
    where = _where(row.point)
    said = f"{row.get_severity_display()} · {kinds.label(row.kind)}"
    return _("%(said)s%(where)s，自 %(since)s") % {
        "said": said, "where": f" · {where}" if where else "", "since": f"{begun:%Y-%m-%d %H:%M}"}


def _where(point: MonitoringPoint | None) -> str:
    return f"{point.organisation} {point.name}" if point else ""


def link(row: Finding) -> str:
    """The finding's page."""
    return f"/findings/{row.pk}/"


def ref(row: Finding) -> str:
    """How other areas name it."""
    return f"finding:{row.pk}"
