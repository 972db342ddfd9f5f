"""Pages of scenarios: the list, and one beside what is."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may

from . import gather, kept, standing, whatif
from . import scenarios as acts
from .forms import NEEDS, ChangeForm, NameForm
from .models import Scenario
from .pages import said

_FIELDS = {"from": "start"}


@page("see_capability")
def scenarios(request: HttpRequest) -> HttpResponse:
    """All of the unit's; a new one is begun here."""
    scope = request.scope
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = acts.make(scope, form.cleaned_data["name"], form.cleaned_data["note"])
        except ValidationError as error:
            refuse(form, error)
        else:
            return redirect("capability:scenario", pk=made.pk)
    rows = [{"row": row, "changes": [whatif.said(one) for one in row.changes]}
            for row in acts.scenarios_of(scope)]
    return render(request, "capability/scenarios.html", {
        "rows": rows, "form": form, "may_edit": may(scope, "edit_scenarios")},
        status=422 if form.errors else 200)


@page("see_capability")
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """One scenario: its changes, and each check without and with them on a day."""
    scope = request.scope
    row = acts.scenarios_of(scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    facts = gather.facts(scope.organisation, today())
    posted = request.POST if request.method == "POST" else None
    verb = request.POST.get("verb", "")
    change = ChangeForm(facts, posted if verb == "add" else None,
                        initial={"start": today() + timedelta(days=30)})
    name = NameForm(posted if verb == "edit" else None, initial={
        "name": row.name, "note": row.note, "planned": row.planned})
    if posted is not None:
        answer = _act(request, row, verb, change, name)
        if answer is not None:
            return answer
    return _show(request, row, facts, change, name)


def _act(request: HttpRequest, row: Scenario, verb: str, change: ChangeForm, name: NameForm
         ) -> HttpResponse | None:
    scope = request.scope
    form = {"add": change, "edit": name}.get(verb)
    if form is not None and not form.is_valid():
        return None
    try:
        if verb == "add":
            acts.add_change(scope, row, change.change())
        elif verb == "edit":
            acts.edit(scope, row, **name.cleaned_data)
        elif verb == "drop-change":
            place = request.POST.get("place", "")
            acts.drop_change(scope, row, int(place) if place.isdecimal() else -1)
        elif verb == "drop":
            acts.drop(scope, row)
            return redirect("capability:scenarios")
        else:
            raise Http404
    except ValidationError as error:
        if form is None:
            messages.error(request, "；".join(error.messages))
            return redirect("capability:scenario", pk=row.pk)
        refuse(form, ValidationError({_FIELDS.get(key, key): said_ for key, said_ in
                                      error.message_dict.items()}
                                     if hasattr(error, "error_dict") else error.messages))
        return None
    messages.success(request, _("已保存。"))
    return redirect("capability:scenario", pk=row.pk)


def _show(request: HttpRequest, row: Scenario, facts: object, change: ChangeForm, name: NameForm
          ) -> HttpResponse:
    scope, days = request.scope, [whatif.day_of(one) for one in row.changes]
    try:
        day = date.fromisoformat(request.GET.get("at", ""))
    except ValueError:
        day = max([*days, today()])
    rules = standing.book(scope.organisation)
    sides = whatif.compared(facts, row.changes, day, rules)  # type: ignore[arg-type]
    lines = [{"side": one, "was": kept.state(one.now.default.passed),
              "will": kept.state(one.then.default.passed),
              "before": said(_plain(one.now.default.value)),
              "after": said(_plain(one.then.default.value)),
              "limit": said(_plain(one.then.default.limit))} for one in sides]
    return render(request, "capability/scenario.html", {
        "row": row, "day": day, "lines": lines, "change": change, "name": name,
        "changes": [(at, one["from"], whatif.said(one)) for at, one in enumerate(row.changes)],
        "worse": [line for line in lines if line["side"].by], "needs": NEEDS,
        "may_edit": may(scope, "edit_scenarios"), "history": history(scope, row)},
        status=422 if change.errors or name.errors else 200)


def _plain(value: object) -> object:
    return value if isinstance(value, bool) or value is None else float(value)  # type: ignore[arg-type]
