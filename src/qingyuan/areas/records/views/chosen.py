"""What the address of a form says: for which technique, methods, sets, point and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import today
from qingyuan.areas.records import queries, words
from qingyuan.areas.records.keeping.forms import form_for
from qingyuan.areas.rules.queries import BookFor
from qingyuan.forms import Form, Setting

POINTS = 500  # offered to choose from; with more, the address of a point still opens its form


@dataclass(frozen=True, slots=True)
class Chosen:
    """A form in its setting. ``context`` is what is known beforehand, by source."""

    form: Form
    setting: Setting
    day: date
    point: MonitoringPoint | None
    book: BookFor
    context: Mapping[str, Any]

    @property
    def query(self) -> str:
        """The address again, so that other pages of the form keep the setting."""
        said: list[tuple[str, str]] = [("technique", self.setting.technique)]
        said += [("methods", one) for one in sorted(self.setting.methods)]
        said += [("sets", one) for one in sorted(self.setting.sets)]
        if self.point is not None:
            said.append(("point", str(self.point.pk)))
        if self.day != today():
            said.append(("at", self.day.isoformat()))
        return urlencode(said)

    @property
    def technique_word(self) -> str:
        return str(words.TECHNIQUES[self.setting.technique])


def chosen(request: HttpRequest, code: str) -> Chosen:
    """404 for a form that is not there or a point that is not the caller's to see."""
    params = request.GET
    day = _day(params.get("at", ""))
    form = form_for(request.scope.organisation, code, day)
    if form is None:
        raise Http404
    point = _point(request, form, params.get("point", ""))
    book = queries.book_at(request.scope, point)
    technique = params.get("technique", "")
    if technique not in form.techniques:
        technique = _first(form, point)
    setting = Setting(
        technique, frozenset(params.getlist("methods")) & words.METHODS.keys(),
        frozenset(params.getlist("sets")) & words.SETS.keys(), book.chain)
    context = queries.context_of(request.scope, point) if point else {}
    return Chosen(form, setting, day, point, book, context)


def methods_of(form: Form) -> list[tuple[str, Any]]:
    """The finer methods that change what the form asks."""
    used = {method for _spot, one in form.fields() for method in one.methods}
    return [(code, label) for code, label in words.METHODS.items() if code in used]


def sets_of(form: Form) -> list[tuple[str, Any]]:
    """The sets that add questions to the form."""
    used = {one.set for _spot, one in form.fields()}
    return [(code, label) for code, label in words.SETS.items() if code in used]


def _first(form: Form, point: MonitoringPoint | None) -> str:
    """The technique to begin with: of a water point, water."""
    if point is not None and point.kind in form.techniques:
        return point.kind
    return form.techniques[0]


def _point(request: HttpRequest, form: Form, pk: str) -> MonitoringPoint | None:
    if not pk:
        return None
    points = queries.points_for(request.scope, form)
    found = points.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
    if found is None:
        raise Http404
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today()
