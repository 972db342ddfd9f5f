"""gap: a point's minutes or hours stop though its logger sends."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.findings.register import Raise
from qingyuan.areas.telemetry.models import Interval

from .backfill import Hole
from .eye import clock
from .lines import Look, quiet, raised

WORDS = {Interval.MINUTE: gettext_lazy("分钟"), Interval.HOUR: gettext_lazy("小时")}


def behind(look: Look) -> int:
    said = []
    for pk in look.points:
        held = look.memory.get(pk, {})
        for interval in (Interval.MINUTE, Interval.HOUR):
            said += _gap(look, pk, held, str(interval))
    return len(raised(look, said))


def _gap(look: Look, pk: int, held: dict[str, Any], interval: str) -> list[Raise]:
    """A gap that begins, or the window of one that data came after; () where nothing is new."""
    reach: int | None = getattr(look.heard[pk], interval)
    if reach is None:
        return []
    minute = interval == Interval.MINUTE
    step = look.wires[pk].step if minute and pk in look.wires else 3600
    gaps: dict[str, int] = held.get("gap", {})
    before = gaps.get(interval)
    if before is not None:
        if reach > before:
            del gaps[interval]
            if not gaps:
                del held["gap"]
            held["back"] = max(held.get("back", 0), look.now)
            hole = Hole(interval, before + step, reach, step, "", told=f"gap:{pk}:{interval}")
            hole.later(look.now)
            held.setdefault("holes", []).append(hole.row())
        return []
    holds = look.rules.at("gap", pk)
    heard = max(reach, held.get("back", 0) // 1000, look.air.up // 1000)
    stale = look.now // 1000 - heard - (step if minute else 2 * step)
    if (not holds.on or "at" in held or gaps or not quiet(look, pk)
            or stale < 60 * holds.thresholds["minutes"]
            or look.silence(pk) >= look.rules.at("offline", pk).thresholds["minutes"]):
        return []
    look.memory.setdefault(pk, held).setdefault("gap", {})[interval] = reach
    return [Raise("gap", f"gap:{pk}:{interval}",
                  _("%(interval)s数据自 %(since)s 起缺失，数采仪仍在线") % {
                      "interval": WORDS[Interval(interval)], "since": clock(reach + step)},
                  at=look.now, since=(reach + step) * 1000, point=look.points[pk],
                  detail={"interval": interval, "since": reach + step})]
