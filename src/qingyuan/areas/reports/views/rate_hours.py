"""The very hours that a point's rates are made of."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.reports.arrivals import GRACE
from qingyuan.areas.reports.tallies import UNJUDGED, FactorHours, hours_of
from qingyuan.areas.telemetry.queries.verdicts import Quantity, quantities, sentences
from qingyuan.calc.types import STOPPED, VERDICTS
from qingyuan.kernel.windows import HOUR
from qingyuan.ui import sheets
from qingyuan.ui.numbers import china_time
from qingyuan.ui.periods import Period, around, period
from qingyuan.ui.states import state

PAGE = 100
SHOWS = {
    "": gettext_lazy("全部"), "due": gettext_lazy("应有"), "received": gettext_lazy("收到"),
    "late": gettext_lazy("未按时"), "lost": gettext_lazy("未收到"), "valid": gettext_lazy("有效"),
    "bad": gettext_lazy("收到但无效"), "freed": gettext_lazy("核查豁免"),
    "stopped": gettext_lazy("停运"),
}


class Hour(NamedTuple):
    """One hour of one factor: what it counts as, with its verdict ("" not judged)."""

    time: int
    verdict: str
    reason: str
    due: bool
    received: bool
    soon: bool
    valid: bool
    freed: bool

    @property
    def of(self) -> frozenset[str]:
        """The shares of SHOWS that it belongs to."""
        held = {"due": self.due, "received": self.received, "valid": self.valid,
                "late": self.received and not self.soon, "lost": self.due and not self.received,
                "bad": self.received and not self.valid, "freed": self.freed,
                "stopped": self.verdict == "stopped"}
        return frozenset(name for name, yes in held.items() if yes)

    @property
    def why(self) -> str:
        """What keeps it from counting in full, in words; "" for an hour in order."""
        words = []
        if self.verdict == "stopped":
            words.append(_("停运，不计入应有"))
        elif not self.due:
            words.append(_("未关联、待判定或未到时限，不计入应有"))
        elif not self.received:
            words.append(_("未收到"))
        elif not self.valid:
            words.append(f"{state('judged', self.verdict).label}：{self.sentence}")
        if self.received and not self.soon:
            words.append(_("超过 %s 分钟才到达，只计入补全") % (GRACE // 60))
        if self.freed:
            words.append(_("当日标样核查豁免"))
        return "；".join(words)

    @property
    def sentence(self) -> str:
        """The verdict's reason in Chinese."""
        said = sentences(self.reason)
        return said[0].rstrip("。") if said else ""


class Run(NamedTuple):
    """Hours in a row that count alike."""

    factor: Quantity
    start: int
    end: int
    hours: int
    why: str


def listed(found: FactorHours) -> Iterator[Hour]:
    """A factor's hours one by one."""
    for place, verdict in enumerate(found.verdict.tolist()):
        yield Hour(
            found.start + HOUR * place, "" if verdict == UNJUDGED else VERDICTS[verdict],
            found.reasons[place], bool(found.due[place]), bool(found.received[place]),
            bool(found.soon[place]), bool(found.valid[place]), bool(found.freed[place]))


def runs_of(scope: Scope, pk: int, start: int, end: int) -> list[Run]:
    """The hours of a visible point that do not count in full, in runs, by factor and time."""
    point = points_of(scope).get(pk=pk)
    found = hours_of(point, start, end)
    known = {one.code: one for one in quantities(one.code for one in found)}
    runs: list[Run] = []
    for factor in found:
        for hour in listed(factor):
            why = hour.why
            if not why or not hour.due and hour.verdict != "stopped":
                continue
            last = runs[-1] if runs else None
            if last and last.factor.code == factor.code and last.end == hour.time and (
                    last.why == why):
                runs[-1] = last._replace(end=hour.time + HOUR, hours=last.hours + 1)
            else:
                runs.append(Run(known[factor.code], hour.time, hour.time + HOUR, 1, why))
    return runs


@page("see_points")
def rate_hours(request: HttpRequest, pk: int) -> HttpResponse:
    """``month`` or ``quarter``, ``factor``, ``show`` a share of SHOWS."""
    shown, known, factor, hours, point = _asked(request, pk)
    show = request.GET.get("show", "") if request.GET.get("show") in SHOWS else ""
    counts = {code: sum(code in hour.of for hour in hours) for code in SHOWS if code}
    kept = [hour for hour in hours if not show or show in hour.of]
    paged = Paginator(kept, PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/rate_hours.html", {
        "point": point, "shown": shown, "known": known, "factor": factor, "show": show,
        "tabs": [{"code": code, "label": label,
                  "count": counts[code] if code else len(hours)} for code, label in SHOWS.items()],
        "page": paged, "rows": paged.object_list, "grace": GRACE // 60,
        "query": request.GET.urlencode(), "stopped": VERDICTS[STOPPED],
    })


@page("see_points")
def rate_hours_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The hours of the address as CSV or XLSX."""
    if form not in sheets.FORMS:
        raise Http404
    shown, _known, factor, hours, point = _asked(request, pk)
    show = request.GET.get("show", "")
    rows = ([china_time(hour.time), factor.name if factor else "",
             *(_("是") if yes else _("否") for yes in hour[3:]),
             str(state("judged", hour.verdict).label) if hour.verdict else _("未判定"), hour.why]
            for hour in hours if not show or show in hour.of)
    headings = [_("小时"), _("因子"), _("应有"), _("收到"), _("按时"), _("有效"), _("核查豁免"),
                _("判定"), _("说明")]
    name = f"{point.name}-{factor.name if factor else ''}-{shown.key}"
    return sheets.answer(form, name, headings, rows, file=f"hours-{shown.key}",
                         widths=(18, 14, 8, 8, 8, 8, 10, 10, 60))


def _asked(
    request: HttpRequest, pk: int
) -> tuple[Period, list[Quantity], Quantity | None, list[Hour], Any]:
    point, params = get_object_or_404(points_of(request.scope), pk=pk), request.GET
    shown = (period("quarter", params.get("quarter", ""))
             or period("month", params.get("month", "")) or around("month", int(time.time())))
    found = hours_of(point, shown.start, shown.end)
    known = quantities(one.code for one in found)
    factor = next((one for one in known if one.code == params.get("factor")),
                  known[0] if known else None)
    hours = [hour for one in found if factor and one.code == factor.code for hour in listed(one)]
    return shown, known, factor, hours, point
