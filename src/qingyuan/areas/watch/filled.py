"""no_backfill: what was not sent after a silence; what was filled in ends what was told of it."""

from django.utils.translation import gettext as _

from qingyuan.areas.findings.register import Raise

from . import backfill
from .backfill import Hole
from .eye import clock
from .lines import Look, raised


def told_of(look: Look) -> set[str]:
    return {row["told"] for held in look.memory.values() for row in held.get("holes", ())
            if row["told"]}


def filled(look: Look, told: set[str], over: dict[str, int]) -> int:
    """Look at holes whose time has come; tell of those that were not filled by their due time, end
    what is filled."""
    holes = [(pk, Hole.kept(row)) for pk, held in look.memory.items()
             for row in held.get("holes", ())]
    if not holes:
        return 0
    share = {pk: look.rules.at("no_backfill", pk).thresholds["share"] for pk, _hole in holes}
    left = backfill.looked(holes, share, look.now)
    old = {hole.told for own in left.values() for hole in own
           if look.now - hole.until * 1000 > backfill.BACK}
    for pk in {pk for pk, _hole in holes}:
        held = look.memory[pk]
        rows = [hole.row() for hole in left.get(pk, ())
                if look.now - hole.until * 1000 <= backfill.BACK]
        held["holes"] = rows
        if not rows:
            held.pop("holes")
            held.pop("back", None)
    now = told_of(look)
    gone = told - now - old - {f"gap:{pk}:{interval}" for pk, held in look.memory.items()
                               for interval in held.get("gap", ())}
    over.update((key, look.now) for key in gone)
    new = {key for key in now - told if key.startswith("no_backfill:")}
    return len(raised(look, [_missing(look, key) for key in sorted(new)]))


def _missing(look: Look, key: str) -> Raise:
    """What nobody sent after a silence, of all its points."""
    own = [(pk, Hole.kept(row)) for pk, held in look.memory.items()
           for row in held.get("holes", ()) if row["told"] == key]
    counts = backfill.present(own)
    first = min(hole.since for _pk, hole in own)
    last = max(hole.until for _pk, hole in own)
    lost = sum(max(0, hole.expected - count)
               for (_pk, hole), count in zip(own, counts, strict=True))
    words = _("恢复后未补传：%(from)s 至 %(to)s，%(points)d 个点位缺 %(n)d 个分钟数据") % {
        "from": clock(first), "to": clock(last), "points": len(own), "n": lost}
    return Raise("no_backfill", key, words, at=look.now, since=first * 1000,
                 point=look.points[own[0][0]] if len(own) == 1 else None,
                 detail={"windows": [[pk, hole.since, hole.until, hole.expected, count]
                                     for (pk, hole), count in zip(own, counts, strict=True)]})
