"""Facts of a point over time as lanes of bars, drawn by the server so that they print."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.parameter_words import title_of, unit_of, value_word
from qingyuan.areas.telemetry.queries import judged
from qingyuan.ui.numbers import china_time
from qingyuan.ui.states import state


class Bar(NamedTuple):
    """Place and width in percent of the lane."""

    left: float
    width: float
    tone: str
    title: str


class Lane(NamedTuple):
    """One kind of fact."""

    label: str
    icon: str
    tone: str
    bars: list[Bar]


def lanes(scope: Scope, point: MonitoringPoint, since: int, until: int) -> list[Lane]:
    """Events and marks by kind, and changes of parameters, within [since, until). Those lanes that
    have something."""
    events = list(judged.events_of(scope, point, since, until))
    marks = list(judged.marks_of(scope, point, since, until))
    changes = [row for row in judged.parameters_of(scope, point) if since <= row.since < until]
    found = [*_of("event", events, since, until), *_of("mark", marks, since, until)]
    if changes:
        found.append(Lane(_("参数变更"), "adjustments-horizontal", "tone-violet", [
            _bar(row.since, row.since, since, until, "tone-violet",
                 f"{title_of(row.name)} {value_word(row.value)} {unit_of(row.name)}".strip())
            for row in changes]))
    return found


def _of(family: str, rows: Iterable[Any], since: int, until: int) -> Iterator[Lane]:
    by_kind: dict[str, list[Any]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    prefix = _("标记") if family == "mark" else _("事件")
    for kind, own in by_kind.items():
        look = state(family, kind)
        yield Lane(f"{prefix} · {look.label}", look.icon, f"tone-{look.tone}",
                   [_bar(row.start, _end(row, until), since, until, _tone(row, look.tone),
                         _title(row, str(look.label))) for row in own])


def _end(row: Any, until: int) -> int:
    if row.end is not None:
        return int(row.end)
    return until if row.kind in ("fault", "maintenance", "stop") else int(row.start)


def _tone(row: Any, usual: str) -> str:
    return "tone-red" if getattr(row, "passed", None) is False else f"tone-{usual}"


def _title(row: Any, label: str) -> str:
    end = f" — {china_time(row.end)}" if row.end else ""
    result = {True: _("合格"), False: _("不合格"), None: ""}[getattr(row, "passed", None)]
    return " ".join(part for part in (label, row.factor, f"{china_time(row.start)}{end}", result)
                    if part)


def _bar(start: int, end: int, since: int, until: int, tone: str, title: str) -> Bar:
    """A bar clipped to the lane.

    >>> _bar(0, 50, 0, 100, "", "")[:2], _bar(-50, 500, 0, 100, "", "")[:2]
    ((0.0, 50.0), (0.0, 100.0))
    """
    begin, stop = max(start, since), min(max(end, start), until)
    whole = until - since
    return Bar(round(100 * (begin - since) / whole, 3),
               round(100 * max(0, stop - begin) / whole, 3), tone, title)
