"""When the platform itself hears nobody: one matter, not one for each point.

Instants are epoch milliseconds.
"""

from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from qingyuan.areas.findings import register
from qingyuan.areas.findings.register import MINUTE, Raise
from qingyuan.areas.findings.settings import RuleSet
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.telemetry.models import LatestReading
from qingyuan.kernel.windows import DAY

from .eye import clock
from .models import Kept

# Longer than this nobody is heard where several plants report: it is the platform that is deaf, or
# behind with storing. A packet every ten minutes is the rarest that is usual.
DEAF = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Air:
    """``deaf``: since when the platform itself hears nobody, None while it does; ``up``: since when
    it hears again, from which the patience with every point counts anew."""

    deaf: int | None = None
    up: int = 0


def listening(now: int) -> Air:
    """Whether the platform itself is there. Three queries, two more when it is not."""
    row = Kept.objects.filter(detector="platform", key="platform").first()
    memory = row.memory if row else {}
    newest = LatestReading.objects.filter(at__gt=0).aggregate(at=Max("at"))["at"]
    if newest is not None and now - newest > DEAF:
        deaf = newest if not _lone(newest) else None
    else:
        deaf = None
    up = int(memory.get("up", 0))
    if memory.get("deaf") is not None and deaf is None:
        up = now
    if row is not None or deaf is not None:
        Kept.objects.update_or_create(detector="platform", key="platform",
                                      defaults={"memory": {"deaf": deaf, "up": up}})
    return Air(deaf, up)


def _lone(newest: int) -> bool:
    """Whether only one plant reported lately: its silence says nothing of the platform."""
    return len(LatestReading.objects.filter(at__gt=newest - DAY * 1000).order_by().values_list(
        "point__organisation").distinct()[:2]) < 2


def platform(unit: Organisation, air: Air, row: Kept | None, now: int) -> int:
    """Tell a unit once that the platform hears nobody, and that it hears again."""
    if air.deaf is None:
        if row is not None:
            register.ended(unit, [row.memory["key"]], air.up)
            row.delete()
        return 0
    limits = RuleSet(unit, ["outage"]).at("outage").thresholds
    if row is not None or now - air.deaf < limits["minutes"] * MINUTE:
        return 0
    key = f"outage:platform:{air.deaf}"
    Kept.objects.create(organisation=unit, detector="deaf", key=f"{unit.pk}", memory={"key": key})
    return len(register.raise_many(unit, [Raise(
        "outage", key, _("自 %s 起平台未收到任何点位的数据，请检查本平台的网关、网络和入库进程")
        % clock(air.deaf // 1000), at=now, since=air.deaf, detail={"platform": True})]))
